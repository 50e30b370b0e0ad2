//! Two recipes side by side: what was chosen otherwise, and who is in another cluster for it.

use std::sync::Arc;

use super::recipe::{Inputs, Recipe, Seen};
use super::{Cleaned, Prepared, findings, row_labels};
use crate::error::Result;
use crate::features::Feature;
use crate::jobs::Cancel;

/// One choice that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its key in the recipe, with those of the tables that it is in.
    pub key: String,
    /// Its value before, as TOML has it; `None` where it was not said.
    pub before: Option<String>,
    /// Its value after.
    pub after: Option<String>,
}

/// What a recipe leads to.
#[derive(Debug)]
pub struct Side {
    /// The recipe, with how its table is now.
    pub recipe: Recipe,
    /// Every column that could be an input, as the recipe has it.
    pub features: Vec<Feature>,
    /// Source row and cluster of every row that was clustered, ascending by row.
    pub clusters: Vec<(u32, u16)>,
    /// One name per cluster.
    pub names: Vec<String>,
}

/// Who is in which cluster before and after, over the rows that both clustered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Rows by cluster before and cluster after.
    pub table: Vec<Vec<usize>>,
    /// The cluster after that each cluster before lives on in, such that most rows stay; `None` where there are
    /// fewer after.
    pub becomes: Vec<Option<usize>>,
    /// Rows that were clustered before and are not any more.
    pub only_before: usize,
    /// Rows that are clustered now and were not.
    pub only_after: usize,
}

impl Side {
    /// Follows a recipe over its cleaned table to one clustering.
    ///
    /// # Errors
    /// The recipe does not fit the table; interruption.
    pub fn new(mut recipe: Recipe, cleaned: &Cleaned, k: usize, cancel: &Cancel) -> Result<Self> {
        let features = super::features(cleaned, &recipe)?;
        let prepared = Arc::new(super::prepare(cleaned, &features, cancel)?);
        let clustering = super::fit(cleaned, &prepared, &recipe, k, cancel)?;
        let clusters = members(cleaned, &prepared, &row_labels(&prepared, &clustering));
        let found = findings::KFound::new(clustering);
        let names = recipe.names_of(&found.describe(cleaned, &prepared).profiles);
        recipe.source.seen = Some(Seen::from(&*cleaned.table));
        recipe.k = Some(k);
        Ok(Self { recipe, features, clusters, names })
    }

    /// Whether both are over the same table.
    pub fn same_table(&self, other: &Self) -> bool {
        let fingerprint = |side: &Self| side.recipe.source.seen.as_ref().map(|seen| seen.fingerprint.clone());
        fingerprint(self) == fingerprint(other)
    }
}

/// Every choice that is not the same, in the order of a recipe.
///
/// # Errors
/// A path that TOML cannot hold.
pub fn changes(before: &Side, after: &Side) -> Result<Vec<Change>> {
    choices((&before.recipe, &before.features), (&after.recipe, &after.features))
}

/// As [`changes`], of recipes and the features that they make of the table.
///
/// # Errors
/// A path that TOML cannot hold.
pub fn choices(before: (&Recipe, &[Feature]), after: (&Recipe, &[Feature])) -> Result<Vec<Change>> {
    let (old, new) = (keys(before.0)?, keys(after.0)?);
    let mut changes = differences("", &old, &new);
    changes.extend(feature_changes(before.1, after.1));
    Ok(changes)
}

/// Source row and cluster of every clustered row, ascending by row; `labels` are by clustered row.
pub fn members(cleaned: &Cleaned, prepared: &Prepared, labels: &[u16]) -> Vec<(u32, u16)> {
    let source = |row: &u32| cleaned.learners.source_row[*row as usize];
    prepared.encoded.rows.iter().map(source).zip(labels.iter().copied()).collect()
}

/// Keys and values of everything but the features, which are compared as the table understands them.
fn keys(recipe: &Recipe) -> Result<Vec<(String, String)>> {
    let plain = Recipe { features: Inputs::Default, scale: None, ..recipe.clone() };
    let named = |path: &[String], key: String| if path.is_empty() { key } else { format!("{}.{key}", path.join(".")) };
    let parts = plain.parts()?.into_iter();
    Ok(parts.flat_map(|part| part.keys.into_iter().map(move |(key, value)| (named(&part.path, key), value))).collect())
}

fn differences(prefix: &str, old: &[(String, String)], new: &[(String, String)]) -> Vec<Change> {
    let value = |list: &[(String, String)], key: &String| list.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let added = new.iter().filter(|(key, _)| !old.iter().any(|(k, _)| k == key));
    old.iter()
        .chain(added)
        .map(|(key, _)| Change { key: format!("{prefix}{key}"), before: value(old, key), after: value(new, key) })
        .filter(|change| change.before != change.after)
        .collect()
}

/// A feature that went on or off is one change; of one that stayed on every setting is compared.
fn feature_changes(old: &[Feature], new: &[Feature]) -> Vec<Change> {
    let on = |features: &[Feature], column: &str| features.iter().find(|f| f.column == column && f.on).cloned();
    let added = new.iter().filter(|f| !old.iter().any(|o| o.column == f.column));
    let mut changes = Vec::new();
    for column in old.iter().chain(added).map(|f| &f.column) {
        let key = format!("features.{column}");
        let word = |is_on: bool| Some(if is_on { "on" } else { "off" }.to_owned());
        match (on(old, column), on(new, column)) {
            (None, None) => {}
            (Some(a), Some(b)) => {
                changes.extend(differences(&format!("{key}."), &Recipe::feature_keys(&a), &Recipe::feature_keys(&b)));
            }
            (a, b) => changes.push(Change { key, before: word(a.is_some()), after: word(b.is_some()) }),
        }
    }
    changes
}

/// Who moved, for two sides of the same table.
pub fn moved(before: &Side, after: &Side) -> Moved {
    moves((&before.clusters, before.names.len()), (&after.clusters, after.names.len()))
}

/// Who moved between two clusterings, each given as its [`members`] and its number of clusters.
pub fn moves((old, k_before): (&[(u32, u16)], usize), (new, k_after): (&[(u32, u16)], usize)) -> Moved {
    let mut table = vec![vec![0; k_after]; k_before];
    let (mut only_before, mut only_after) = (0, 0);
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a.0 == b.0 => {
                table[usize::from(a.1)][usize::from(b.1)] += 1;
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none_or(|b| a.0 < b.0) => (only_before, i) = (only_before + 1, i + 1),
            _ => (only_after, j) = (only_after + 1, j + 1),
        }
    }
    let becomes = most_overlap(&table);
    Moved { table, becomes, only_before, only_after }
}

impl Moved {
    /// Rows that both clustered.
    pub fn rows(&self) -> usize {
        self.table.iter().flatten().sum()
    }

    /// Rows whose cluster lives on and that are still in it.
    pub fn stayed(&self) -> usize {
        self.table.iter().zip(&self.becomes).filter_map(|(row, to)| to.map(|to| row[to])).sum()
    }
}

/// The pairing of clusters before with clusters after under which most rows stay: the Hungarian method with
/// shortest augmenting paths (Kuhn 1955, Munkres 1957), O(k³).
fn most_overlap(table: &[Vec<usize>]) -> Vec<Option<usize>> {
    let (rows, columns) = (table.len(), table.first().map_or(0, Vec::len));
    let n = rows.max(columns);
    let cost = |row: usize, column: usize| -> i64 {
        let overlap = table.get(row).and_then(|r| r.get(column)).copied().unwrap_or(0);
        -i64::try_from(overlap).unwrap_or(i64::MAX)
    };
    // Numbers from 1; 0 is nobody. `partner[column]` is its row.
    let (mut of_row, mut of_column) = (vec![0i64; n + 1], vec![0i64; n + 1]);
    let mut partner = vec![0usize; n + 1];
    for row in 1..=n {
        partner[0] = row;
        let mut least = vec![i64::MAX; n + 1];
        let mut from = vec![0usize; n + 1];
        let mut done = vec![false; n + 1];
        let mut at = 0;
        while partner[at] != 0 {
            done[at] = true;
            let here = partner[at];
            let (mut step, mut next) = (i64::MAX, 0);
            for column in (1..=n).filter(|c| !done[*c]) {
                let reduced = cost(here - 1, column - 1) - of_row[here] - of_column[column];
                if reduced < least[column] {
                    (least[column], from[column]) = (reduced, at);
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=n {
                if done[column] {
                    of_row[partner[column]] += step;
                    of_column[column] -= step;
                } else {
                    least[column] = least[column].saturating_sub(step);
                }
            }
            at = next;
        }
        while at != 0 {
            partner[at] = partner[from[at]];
            at = from[at];
        }
    }
    let mut becomes = vec![None; rows];
    for (column, row) in partner.iter().enumerate().skip(1) {
        if *row <= rows && column <= columns {
            becomes[row - 1] = Some(column - 1);
        }
    }
    becomes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::features::Scale;

    fn side(clusters: &[(u32, u16)], k: usize) -> Side {
        let names = (0..k).map(|n| n.to_string()).collect();
        Side { recipe: Recipe::default(), features: Vec::new(), clusters: clusters.to_vec(), names }
    }

    #[test]
    fn rows_are_counted_where_they_were_and_where_they_are() {
        let before = side(&[(0, 0), (1, 0), (2, 1), (5, 1)], 2);
        let after = side(&[(1, 1), (2, 0), (3, 0), (5, 2)], 3);
        let moved = moved(&before, &after);
        assert_eq!(moved.table, [[0, 1, 0], [1, 0, 1]]);
        assert_eq!((moved.only_before, moved.only_after, moved.rows()), (1, 1, 3));
        assert_eq!(moved.becomes[0], Some(1));
        assert_eq!(moved.stayed(), 2);
    }

    #[test]
    fn a_feature_that_goes_off_is_one_change() {
        let old = [Feature::plain("a", Scale::Standard), Feature::plain("b", Scale::Standard)];
        let mut new = old.clone();
        new[0].on = false;
        new[1].scale = Scale::Robust;
        let changes = feature_changes(&old, &new);
        let said: Vec<_> = changes.iter().map(|c| (c.key.as_str(), c.before.as_deref(), c.after.as_deref())).collect();
        let wanted =
            [("features.a", Some("on"), Some("off")), ("features.b.scale", Some("\"standard\""), Some("\"robust\""))];
        assert_eq!(said, wanted);
    }

    /// All pairings, tried out.
    fn best(table: &[Vec<usize>], row: usize, taken: &mut Vec<usize>) -> usize {
        if row == table.len() {
            return 0;
        }
        let mut most = best(table, row + 1, taken);
        for column in 0..table[row].len() {
            if !taken.contains(&column) {
                taken.push(column);
                most = most.max(table[row][column] + best(table, row + 1, taken));
                taken.pop();
            }
        }
        most
    }

    proptest! {
        #[test]
        fn no_other_pairing_keeps_more_rows(
            (rows, columns, cells) in (1usize..5, 1usize..5)
                .prop_flat_map(|(r, c)| (Just(r), Just(c), prop::collection::vec(0usize..20, r * c)))
        ) {
            let table: Vec<Vec<usize>> = cells.chunks(columns).map(<[usize]>::to_vec).collect();
            prop_assert_eq!(table.len(), rows);
            let becomes = most_overlap(&table);
            let mut used: Vec<usize> = becomes.iter().flatten().copied().collect();
            prop_assert_eq!(used.len(), rows.min(columns));
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), rows.min(columns));
            let kept: usize = becomes.iter().enumerate().filter_map(|(r, c)| c.map(|c| table[r][c])).sum();
            prop_assert_eq!(kept, best(&table, 0, &mut Vec::new()));
        }
    }
}

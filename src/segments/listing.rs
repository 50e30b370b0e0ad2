//! A list of rows as it is read: in the order of a column, narrowed to those that hold a text.

use std::cmp::Ordering;

use super::drill::{ClusterOf, NO_CLUSTER};
use super::peers::Peers;
use crate::table::column::{Column, Data, Text, plain_number};
use crate::table::role::Role;

/// What a list goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// The place in the source.
    #[default]
    Row,
    /// A column, by its name.
    Column(String),
    /// The number of the cluster.
    Cluster,
    /// How well the row fits into its cluster.
    Silhouette,
    /// Pay ÷ peers' median − 1.
    Gap,
    /// Median pay of the peers.
    PeerMedian,
    /// How many peers there are.
    PeerCount,
    /// Pay against what experience predicts.
    PayForExperience,
}

/// How a list is arranged. The default is the order of the source, and everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// What it goes by.
    pub by: Key,
    /// The largest first.
    pub descending: bool,
    /// What a row must hold; empty leaves nobody out.
    pub search: String,
}

impl Order {
    /// Whether it leaves a list in the order of the source as it is.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// The table that the rows of a list belong to.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// Its columns.
    pub columns: &'a [Column],
    /// Row → row of the source; `None` where the rows are those of the source.
    pub source_row: Option<&'a [u32]>,
    /// The clusters of the rows.
    pub clusters: Option<&'a ClusterOf>,
    /// The peers of the rows.
    pub peers: Option<&'a Peers>,
}

impl Listed<'_> {
    /// What these rows can go by, the likeliest first.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        if self.peers.is_some() {
            keys.extend([Key::Gap, Key::PayForExperience]);
        }
        let shown = |column: &&Column| column.role != Role::Ignore;
        let (first, rest): (Vec<&Column>, Vec<&Column>) =
            self.columns.iter().filter(shown).partition(|c| matches!(c.role, Role::Pay | Role::Experience));
        keys.extend(first.into_iter().chain(rest).map(|column| Key::Column(column.name.clone())));
        if self.peers.is_some() {
            keys.extend([Key::PeerMedian, Key::PeerCount]);
        }
        keys.extend(self.clusters.map(|_| Key::Cluster));
        keys.extend(self.clusters.and_then(|clusters| clusters.silhouettes.as_ref()).map(|_| Key::Silhouette));
        keys
    }

    /// The rows that hold what is searched, in order. What is missing comes last, in either direction; ties keep
    /// the order in which the rows were given.
    ///
    /// A row holds a text if one of its categories does, whatever the letter case, or if one of its numbers or its
    /// number in the source is that number.
    pub fn arranged(&self, rows: &[u32], order: &Order) -> Vec<u32> {
        let mut kept = self.holding(rows, order.search.trim());
        match self.ranks(&order.by) {
            None if order.descending => kept.reverse(),
            None => {}
            Some(rank) => {
                let mut ranked: Vec<(f64, u32, u32)> =
                    kept.iter().enumerate().map(|(i, row)| (rank(*row as usize), i as u32, *row)).collect();
                let down = order.descending;
                ranked.sort_unstable_by(|a, b| known_first(a.0, b.0, down).then(a.1.cmp(&b.1)));
                kept = ranked.into_iter().map(|(_, _, row)| row).collect();
            }
        }
        kept
    }

    /// A number by which rows are put in order; `None` for the order of the source and for what is not there.
    fn ranks(&self, key: &Key) -> Option<Box<dyn Fn(usize) -> f64 + '_>> {
        Some(match key {
            Key::Row => return None,
            Key::Column(name) => match &self.columns.iter().find(|c| c.name == *name)?.data {
                Data::Number(values) => Box::new(|row| values[row]),
                Data::Text(text) => {
                    let ranks = alphabetical(text);
                    Box::new(move |row| ranks.get(text.codes[row] as usize).copied().unwrap_or(f64::NAN))
                }
            },
            Key::Cluster => {
                let labels = &self.clusters?.labels;
                Box::new(|row| if labels[row] == NO_CLUSTER { f64::NAN } else { f64::from(labels[row]) })
            }
            Key::Silhouette => {
                let silhouettes = self.clusters?.silhouettes.as_ref()?;
                Box::new(|row| f64::from(silhouettes[row]))
            }
            Key::Gap => numbers(&self.peers?.gap),
            Key::PeerMedian => numbers(&self.peers?.median),
            Key::PayForExperience => numbers(&self.peers?.z),
            Key::PeerCount => {
                let peers = self.peers?;
                Box::new(|row| peers.of(row).map_or(f64::NAN, |peer| f64::from(peer.n)))
            }
        })
    }

    fn holding(&self, rows: &[u32], search: &str) -> Vec<u32> {
        if search.is_empty() {
            return rows.to_vec();
        }
        let needle = search.to_lowercase();
        let columns = self.columns.iter().filter(|c| c.role != Role::Ignore);
        let hits: Vec<(&Text, Vec<bool>)> = columns
            .clone()
            .filter_map(|c| c.categories())
            .map(|text| (text, text.levels.iter().map(|level| holds(level, &needle)).collect()))
            .collect();
        let number: Option<f64> = search.parse().ok().filter(|n: &f64| n.is_finite());
        let numbers: Vec<&[f64]> = columns.filter_map(|c| c.numbers()).collect();
        let of_source = |row: u32| self.source_row.map_or(row, |source| source[row as usize]);
        let is_held = |row: &&u32| {
            let at = **row as usize;
            hits.iter().any(|(text, hits)| hits.get(text.codes[at] as usize).is_some_and(|hit| *hit))
                || number.is_some_and(|n| {
                    numbers.iter().any(|values| values[at] == n)
                        || plain_number(n).parse::<u32>().is_ok_and(|n| of_source(**row) == n)
                })
        };
        rows.iter().filter(is_held).copied().collect()
    }
}

fn numbers(values: &[f64]) -> Box<dyn Fn(usize) -> f64 + '_> {
    Box::new(|row| values[row])
}

/// Whether a text holds another that is in lower case already; most texts are ASCII and need no copy.
fn holds(text: &str, needle: &str) -> bool {
    if text.is_ascii() && needle.is_ascii() {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        return text.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle));
    }
    text.to_lowercase().contains(needle)
}

/// The place of each level in the alphabet, letter case not counted.
fn alphabetical(text: &Text) -> Vec<f64> {
    let mut order: Vec<(String, usize)> = text.levels.iter().enumerate().map(|(i, l)| (l.to_lowercase(), i)).collect();
    order.sort_unstable();
    let mut ranks = vec![0.0; order.len()];
    for (rank, (_, level)) in order.into_iter().enumerate() {
        ranks[level] = rank as f64;
    }
    ranks
}

fn known_first(a: f64, b: f64, descending: bool) -> Ordering {
    let by_value = if descending { b.total_cmp(&a) } else { a.total_cmp(&b) };
    a.is_nan().cmp(&b.is_nan()).then(by_value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> Vec<Column> {
        let jobs = [Some("QA"), Some("backend"), None, Some("Straße 7"), Some("qa lead")];
        vec![
            Column::number("ctc", Role::Pay, vec![3.0, f64::NAN, 1.0, 2.0, 3.0]),
            Column::text("job", Role::Job, Text::encode(jobs.into_iter())),
            Column::number("hidden", Role::Ignore, vec![7.0; 5]),
        ]
    }

    fn arranged(by: Key, descending: bool, search: &str) -> Vec<u32> {
        let columns = columns();
        let listed = Listed { columns: &columns, source_row: Some(&[0, 10, 20, 30, 40]), clusters: None, peers: None };
        listed.arranged(&[0, 1, 2, 3, 4], &Order { by, descending, search: search.to_owned() })
    }

    #[test]
    fn missing_comes_last_in_either_direction() {
        let pay = || Key::Column("ctc".to_owned());
        assert_eq!(arranged(pay(), false, ""), [2, 3, 0, 4, 1]);
        assert_eq!(arranged(pay(), true, ""), [0, 4, 3, 2, 1]);
        let job = || Key::Column("job".to_owned());
        assert_eq!(arranged(job(), false, ""), [1, 0, 4, 3, 2]);
        assert_eq!(arranged(job(), true, ""), [3, 4, 0, 1, 2]);
        assert_eq!(arranged(Key::Row, true, ""), [4, 3, 2, 1, 0]);
        // What is not there changes nothing.
        assert_eq!(arranged(Key::Gap, false, ""), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_search_looks_into_texts_numbers_and_the_row() {
        assert_eq!(arranged(Key::Row, false, " qa "), [0, 4]);
        assert_eq!(arranged(Key::Row, false, "STRASSE"), [] as [u32; 0]);
        assert_eq!(arranged(Key::Row, false, "straße"), [3]);
        assert_eq!(arranged(Key::Row, false, "3"), [0, 4]);
        assert_eq!(arranged(Key::Row, false, "30"), [3], "the number in the source");
        assert_eq!(arranged(Key::Row, false, "7"), [3], "an ignored column is not looked at");
        assert_eq!(arranged(Key::Row, false, "nothing"), [] as [u32; 0]);
    }

    #[test]
    fn keys_are_what_is_there() {
        let columns = columns();
        let listed = Listed { columns: &columns, source_row: None, clusters: None, peers: None };
        assert_eq!(listed.keys(), ["ctc", "job"].map(|name| Key::Column(name.to_owned())));
    }

    proptest! {
        #[test]
        fn nobody_is_lost_and_the_order_is_kept(values in prop::collection::vec(prop_oneof![-3.0..3.0, Just(f64::NAN)], 0..60), down: bool) {
            let columns = [Column::number("x", Role::Number, values.clone())];
            let listed = Listed { columns: &columns, source_row: None, clusters: None, peers: None };
            let rows: Vec<u32> = (0..values.len() as u32).collect();
            let order = Order { by: Key::Column("x".to_owned()), descending: down, search: String::new() };
            let mut found = listed.arranged(&rows, &order);
            for pair in found.windows(2) {
                let (a, b) = (values[pair[0] as usize], values[pair[1] as usize]);
                let in_order = if down { a >= b } else { a <= b };
                prop_assert!(b.is_nan() || in_order);
                prop_assert!(a.to_bits() != b.to_bits() || pair[0] < pair[1]);
            }
            found.sort_unstable();
            prop_assert_eq!(found, rows);
        }
    }
}

//! What a report may say of the levels of a category inside the clusters.

use std::collections::BTreeSet;

use super::{Disclosed, FLOOR};
use crate::segments::floor::is_few;
use crate::segments::profile::{CategoryProfile, LevelShare};
use crate::table::cleaning::Learners;
use crate::table::column::MISSING;

/// A level that may be named in a cluster, with its share.
#[derive(Clone, Copy, Debug)]
pub struct ShownLevel<'a> {
    /// The level there.
    pub level: &'a LevelShare,
    /// Whether its lift may be told too: with the shares it tells how many have the level in the whole table.
    pub lift: bool,
}

/// A category: by cluster what is known of its levels, and whether the size of the cluster is shown.
pub type Profiled<'a> = [(&'a CategoryProfile, bool)];

/// The levels that may be named, by cluster, at most `most` of each.
///
/// A share and the size of its cluster make a number of people, lift and share that of the whole table. So a level is
/// named where at least [`FLOOR`] learners of the cluster have it, and the others in the cluster, of whom nothing is
/// named, are none or as many. A lift is told where every cluster has none or as many with the level.
/// `clusters`: the used rows of each.
pub fn levels<'a>(
    learners: &Learners,
    clusters: &[Vec<u32>],
    profiled: &Profiled<'a>,
    most: usize,
) -> Disclosed<Vec<Vec<ShownLevel<'a>>>> {
    let name = profiled.first().map(|(category, _)| category.column.as_str());
    let column = name.and_then(|name| learners.columns.iter().find(|column| column.name == name));
    let Some(text) = column.and_then(|column| column.categories()) else {
        return Disclosed(vec![Vec::new(); profiled.len()]);
    };
    let people: Vec<People> = clusters.iter().map(|rows| People::new(learners, &text.codes, rows)).collect();
    let held: Vec<Vec<usize>> = people.iter().map(|people| people.by_level(text.levels.len())).collect();
    // Levels of which the table's number may be known.
    let mut open: BTreeSet<u32> = (0..text.levels.len())
        .filter(|level| held.iter().all(|held| !is_few(held[*level])) && held.iter().any(|held| held[*level] > 0))
        .map(|level| level as u32)
        .collect();
    let code = |level: &LevelShare| text.levels.iter().position(|other| *other == level.level).map(|at| at as u32);
    let mut named: Vec<Vec<(u32, &LevelShare)>> = Vec::new();
    for ((category, is_shown), held) in profiled.iter().zip(&held) {
        let known = category.top.iter().filter(|_| *is_shown).filter_map(|level| Some((code(level)?, level)));
        named.push(known.filter(|(code, _)| held[*code as usize] >= FLOOR).take(most).collect());
    }
    for (at, people) in people.iter().enumerate().filter(|(at, _)| profiled[*at].1) {
        let known = |code: u32| code != MISSING && (open.contains(&code) || named[at].iter().any(|(c, _)| *c == code));
        if !is_few(people.without(known)) {
            continue;
        }
        // With one more level they are enough, for each is.
        let least = (0..text.levels.len() as u32).filter(|code| known(*code) && held[at][*code as usize] > 0);
        let Some(least) = least.min_by_key(|code| held[at][*code as usize]) else { continue };
        open.remove(&least);
        named[at].retain(|(code, _)| *code != least);
    }
    let shown = named
        .into_iter()
        .map(|named| named.into_iter().map(|(code, level)| ShownLevel { level, lift: open.contains(&code) }).collect());
    Disclosed(shown.collect())
}

/// The people of a cluster: level and learner, each pair once.
struct People(Vec<(u32, u32)>);

impl People {
    fn new(learners: &Learners, codes: &[u32], rows: &[u32]) -> Self {
        let learner = |row: u32| learners.learner_of.as_ref().map_or(row, |of| of[row as usize]);
        let mut pairs: Vec<(u32, u32)> = rows.iter().map(|row| (codes[*row as usize], learner(*row))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    fn by_level(&self, levels: usize) -> Vec<usize> {
        let mut held = vec![0; levels];
        self.0.iter().filter(|(code, _)| *code != MISSING).for_each(|(code, _)| held[*code as usize] += 1);
        held
    }

    /// Learners with a row whose level is not known.
    fn without(&self, known: impl Fn(u32) -> bool) -> usize {
        let others = self.0.iter().filter(|(code, _)| !known(*code)).map(|(_, learner)| *learner);
        others.collect::<BTreeSet<u32>>().len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segments::profile::{Members, profiles};
    use crate::table::column::{Column, Text};
    use crate::table::role::Role;

    /// A table with one category, `counts` people of each level in each cluster.
    fn shown(counts: &[Vec<usize>], most: usize) -> Vec<Vec<(String, bool)>> {
        let levels = counts[0].len();
        let cells: Vec<(usize, usize)> = counts
            .iter()
            .enumerate()
            .flat_map(|(cluster, held)| held.iter().enumerate().map(move |(level, n)| ((cluster, level), *n)))
            .flat_map(|(cell, n)| std::iter::repeat_n(cell, n))
            .collect();
        let text: Vec<String> = cells.iter().map(|(_, level)| format!("level {level}")).collect();
        let text = Text::encode(text.iter().map(|cell| Some(cell.as_str())));
        let column = Column::text("job", Role::Job, text);
        let learners = Learners::of(vec![column]);
        let rows: Vec<u32> = (0..cells.len() as u32).collect();
        let labels: Vec<u16> = cells.iter().map(|(cluster, _)| *cluster as u16).collect();
        let (k, inputs) = (counts.len(), &[]);
        let members = Members { learners: &learners, rows: &rows, labels: &labels, k, inputs, residual: None };
        let clusters = members.clustered();
        let profiles = profiles(&members);
        assert!(levels <= crate::segments::profile::TOP_LEVELS);
        let profiled: Vec<(&CategoryProfile, bool)> =
            profiles.iter().map(|profile| (&profile.categories[0], clusters[profile.cluster].len() >= FLOOR)).collect();
        let shown = super::levels(&learners, &clusters, &profiled, most);
        let words = |shown: &ShownLevel<'_>| (shown.level.level.clone(), shown.lift);
        shown.get().iter().map(|levels| levels.iter().map(words).collect()).collect()
    }

    #[test]
    fn a_level_tells_of_nobody_beside_it() {
        let told = |cluster: &[(&str, bool)]| -> Vec<(String, bool)> {
            cluster.iter().map(|(level, lift)| ((*level).to_owned(), *lift)).collect()
        };
        // Four of the first cluster have level 1: nor is level 0 told there, for the rest of the cluster are they, and
        // nobody learns how many have either of them in the whole table.
        let shown_levels = shown(&[vec![60, 4], vec![40, 30]], 4);
        assert_eq!(shown_levels, [told(&[]), told(&[("level 0", false), ("level 1", false)])]);
        // Beside others they are not the rest.
        let shown_levels = shown(&[vec![60, 4, 20, 9], vec![40, 0, 30, 50]], 4);
        assert_eq!(shown_levels[0], told(&[("level 0", true), ("level 2", true)]));
        assert_eq!(shown_levels[1], told(&[("level 3", false), ("level 0", true), ("level 2", true)]));
        assert_eq!(shown(&[vec![60, 12], vec![0, 30]], 1), [told(&[("level 0", true)]), told(&[("level 1", true)])]);
    }

    proptest! {
        /// Who knows the sizes of the clusters, the levels named with their shares, and from lifts how many have a level
        /// in the table, finds no cell of a few: neither from one equation nor from another.
        #[test]
        fn no_cell_of_a_few_is_found(
            counts in prop::collection::vec(prop::collection::vec(prop_oneof![0usize..3, 3usize..12, 10usize..60], 3), 2..4),
            most in 1usize..4,
        ) {
            let shown = shown(&counts, most);
            let levels = counts[0].len();
            let mut known: Vec<Vec<Option<usize>>> = counts.iter().map(|c| vec![None; c.len()]).collect();
            let mut total = vec![None; levels];
            for (cluster, named) in shown.iter().enumerate() {
                for (name, lift) in named {
                    let level: usize = name["level ".len()..].parse().unwrap();
                    known[cluster][level] = Some(counts[cluster][level]);
                    if *lift {
                        total[level] = Some(counts.iter().map(|c| c[level]).sum::<usize>());
                    }
                }
            }
            // Solves what has one unknown left, again and again; and looks at every rest on the way.
            for _ in 0..20 {
                for cluster in 0..counts.len() {
                    let size: usize = counts[cluster].iter().sum();
                    if size < FLOOR {
                        continue;
                    }
                    let rest = size - known[cluster].iter().flatten().sum::<usize>();
                    prop_assert!(!is_few(rest), "{counts:?} {shown:?}");
                    if let [level] = (0..levels).filter(|l| known[cluster][*l].is_none()).collect::<Vec<_>>()[..] {
                        known[cluster][level] = Some(rest);
                    }
                }
                for level in 0..levels {
                    let Some(total) = total[level] else { continue };
                    let rest = total - known.iter().filter_map(|k| k[level]).sum::<usize>();
                    prop_assert!(!is_few(rest), "{counts:?} {shown:?}");
                    if let [cluster] = (0..counts.len()).filter(|c| known[*c][level].is_none()).collect::<Vec<_>>()[..] {
                        known[cluster][level] = Some(rest);
                    }
                }
            }
            prop_assert!(known.iter().flatten().flatten().all(|n| !is_few(*n)), "{counts:?} {shown:?}");
        }
    }
}

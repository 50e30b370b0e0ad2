//! Clusters through a change of the choice: which of the new ones is one of before still. For names given by people
//! and for colours on screen only; numbers and exports are canonical and know no history.

use super::diff::Moved;

/// From this Jaccard index on (rows in both over rows in either) a cluster is the same one: more of its rows stayed
/// than came and went.
pub const SAME: f64 = 0.5;

/// Where a cluster comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Descent {
    /// It is that cluster of before still.
    Same(usize),
    /// It is none of before; so large a share of its rows, 0…1, was in the cluster that most of them come from.
    Split {
        /// The cluster of before.
        from: usize,
        /// Share of the rows of now that were in it.
        share: f64,
    },
    /// None of its rows was clustered before.
    New,
}

/// Whether two groups that share so many rows are the same one.
fn is_same(both: usize, one: usize, other: usize) -> bool {
    both > 0 && both as f64 >= SAME * (one + other - both) as f64
}

/// Whether a cluster still is the group of `rows` (ascending) that it once was: small steps that each leave it the
/// same may lead far away. `members` are those of all clusters, see [`super::diff::members`].
pub fn is_still(rows: &[u32], members: &[(u32, u16)], cluster: usize) -> bool {
    let now = members.iter().filter(|(_, of)| usize::from(*of) == cluster);
    let (mut at, mut both, mut size) = (0, 0, 0);
    for (row, _) in now {
        while rows.get(at).is_some_and(|old| old < row) {
            at += 1;
        }
        both += usize::from(rows.get(at) == Some(row));
        size += 1;
    }
    is_same(both, rows.len(), size)
}

/// Where each cluster of now comes from. A cluster of before lives on in one at most: see [`Moved::becomes`].
pub fn descents(moved: &Moved) -> Vec<Descent> {
    let after = moved.table.first().map_or(0, Vec::len);
    let before: Vec<usize> = moved.table.iter().map(|row| row.iter().sum()).collect();
    (0..after)
        .map(|now| {
            let from = |old: usize| moved.table[old][now];
            let rows: usize = (0..before.len()).map(from).sum();
            let heir = |old: &usize| moved.becomes[*old] == Some(now) && is_same(from(*old), before[*old], rows);
            if let Some(old) = (0..before.len()).find(heir) {
                return Descent::Same(old);
            }
            // The lower number where two gave as many.
            let most = (0..before.len()).rev().max_by_key(|old| from(*old)).filter(|_| rows > 0);
            most.map_or(Descent::New, |old| Descent::Split { from: old, share: from(old) as f64 / rows as f64 })
        })
        .collect()
}

/// The colour of each cluster of now, by its place in the palette, given those of before: what is the same keeps it,
/// the others take the first ones that are free.
pub fn colours(descents: &[Descent], before: &[usize]) -> Vec<usize> {
    let kept = |descent: &Descent| match descent {
        Descent::Same(old) => before.get(*old).copied(),
        _ => None,
    };
    let mut colours: Vec<Option<usize>> = descents.iter().map(kept).collect();
    for at in 0..colours.len() {
        if colours[at].is_none() {
            colours[at] = (0..).find(|free| !colours.contains(&Some(*free)));
        }
    }
    colours.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::diff::moves;
    use super::*;

    /// So many rows that were in one cluster and are in another.
    fn moved(flows: &[(u16, u16, usize)], before: usize, after: usize) -> Moved {
        let rows = flows.iter().flat_map(|&(old, new, rows)| std::iter::repeat_n((old, new), rows));
        let rows: Vec<(u32, (u16, u16))> = (0..).zip(rows).collect();
        let side = |pick: fn((u16, u16)) -> u16| -> Vec<(u32, u16)> {
            rows.iter().map(|(row, pair)| (*row, pick(*pair))).collect()
        };
        moves((&side(|p| p.0), before), (&side(|p| p.1), after))
    }

    #[test]
    fn half_of_the_rows_of_both_make_it_the_same_cluster() {
        // 0 of before becomes 2 as it is, 1 is cut in three.
        let cut = moved(&[(0, 2, 40), (1, 0, 30), (1, 1, 29), (1, 3, 1)], 2, 4);
        assert_eq!(
            descents(&cut),
            [
                Descent::Same(1),
                Descent::Split { from: 1, share: 1.0 },
                Descent::Same(0),
                Descent::Split { from: 1, share: 1.0 }
            ]
        );
        // 29 of 60: just below one half, and it lives on in none.
        let less = moved(&[(0, 0, 29), (0, 1, 16), (0, 2, 15)], 1, 3);
        assert!(descents(&less).iter().all(|d| matches!(d, Descent::Split { from: 0, .. })));
        let mixed = moved(&[(0, 0, 60), (0, 1, 40), (1, 1, 60), (1, 2, 60)], 2, 3);
        assert_eq!(descents(&mixed)[1], Descent::Split { from: 1, share: 0.6 });
    }

    #[test]
    fn rows_that_were_not_clustered_before_come_from_nowhere() {
        let new = moves((&[(0, 0), (1, 0)], 1), (&[(0, 0), (1, 0), (7, 1)], 2));
        assert_eq!(descents(&new), [Descent::Same(0), Descent::New]);
        assert_eq!(descents(&moves((&[], 1), (&[(3, 0)], 1))), [Descent::New]);
    }

    #[test]
    fn small_steps_lead_away() {
        let members = |from: u32| -> Vec<(u32, u16)> {
            (0..20).map(|row| (row, u16::from(row >= from && row < from + 6))).collect()
        };
        let rows: Vec<u32> = (2..8).collect();
        let still: Vec<bool> = (2..7).map(|from| is_still(&rows, &members(from), 1)).collect();
        // 6, 5, 4, 3 and 2 rows of both: 6 of 6, 5 of 7, 4 of 8, 3 of 9, 2 of 10.
        assert_eq!(still, [true, true, true, false, false]);
        assert!(!is_still(&[], &members(0), 1) && !is_still(&rows, &members(0), 7));
    }

    #[test]
    fn what_is_the_same_keeps_its_colour_and_no_two_share_one() {
        let descents = [Descent::Split { from: 0, share: 1.0 }, Descent::Same(0), Descent::New, Descent::Same(2)];
        assert_eq!(colours(&descents, &[1, 4, 0]), [2, 1, 3, 0]);
        assert_eq!(colours(&[Descent::New, Descent::New], &[]), [0, 1]);
    }
}

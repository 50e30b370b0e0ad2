//! Joint groups: rows that share their cluster in every one of several clusterings.
//!
//! A distance is the same whatever the clustering, so distances are summed once per joint group and the
//! sums are added up for each clustering afterwards: one pass over the pairs serves every k.

use crate::cluster::Clustering;

/// The joint groups of some clusterings, numbered in the order of their labels (first clustering first).
#[derive(Clone, Debug)]
pub(super) struct JointGroups {
    /// Distinct rows, by joint group; inside a group in the order of the matrix.
    pub order: Vec<u32>,
    /// Where each joint group starts in `order`, and its end.
    pub starts: Vec<usize>,
}

impl JointGroups {
    /// `rows`: distinct rows of the matrix that all `clusterings` label.
    pub fn new(clusterings: &[&Clustering], rows: usize) -> Self {
        let digits = digits(clusterings, rows);
        let order = sorted_by(&digits, rows);
        let mut starts = Vec::new();
        let mut before: Option<usize> = None;
        for (at, &row) in order.iter().enumerate() {
            let row = row as usize;
            let differs = |before: usize| digits.iter().any(|digit| digit.of[before] != digit.of[row]);
            if before.is_none_or(differs) {
                starts.push(at);
            }
            before = Some(row);
        }
        starts.push(rows);
        Self { order, starts }
    }

    /// Number of joint groups.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The distinct rows of each joint group, none of them empty.
    pub fn members(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|ends| &self.order[ends[0]..ends[1]])
    }
}

/// Labels of one or more clusterings as one number per distinct row, below `radix`.
struct Digit {
    radix: usize,
    of: Vec<u16>,
}

/// Counters that stay in the first-level cache.
const LARGEST_RADIX: usize = 4096;

/// The labels of all clusterings in as few digits as [`LARGEST_RADIX`] allows, the first one leading.
fn digits(clusterings: &[&Clustering], rows: usize) -> Vec<Digit> {
    let mut digits: Vec<Digit> = Vec::new();
    for clustering in clusterings {
        match digits.last_mut() {
            Some(digit) if digit.radix * clustering.k <= LARGEST_RADIX => {
                digit.radix *= clustering.k;
                for (of, &label) in digit.of.iter_mut().zip(&clustering.labels) {
                    *of = *of * clustering.k as u16 + label;
                }
            }
            _ => digits.push(Digit { radix: clustering.k, of: clustering.labels[..rows].to_vec() }),
        }
    }
    digits
}

/// Distinct rows sorted by their digits: one stable counting sort per digit, the last one first.
fn sorted_by(digits: &[Digit], rows: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    let mut sorted = vec![0_u32; rows];
    for digit in digits.iter().rev() {
        let mut next = vec![0_usize; digit.radix + 1];
        for &of in &digit.of {
            next[usize::from(of) + 1] += 1;
        }
        for value in 0..digit.radix {
            next[value + 1] += next[value];
        }
        for &row in &order {
            let slot = &mut next[usize::from(digit.of[row as usize])];
            sorted[*slot] = row;
            *slot += 1;
        }
        std::mem::swap(&mut order, &mut sorted);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::silhouette::tests::labelled;

    #[test]
    fn groups_are_the_distinct_label_tuples_in_order() {
        let a = labelled(&[1, 0, 1, 0, 1], 2);
        let b = labelled(&[0, 2, 0, 1, 2], 3);
        let joint = JointGroups::new(&[&a, &b], 5);
        assert_eq!(joint.order, [3, 1, 0, 2, 4]);
        assert_eq!(joint.members().collect::<Vec<_>>(), [&[3][..], &[1], &[0, 2], &[4]]);
        assert_eq!(joint.len(), 4);
    }

    #[test]
    fn large_k_need_several_digits() {
        let labels: Vec<Vec<u16>> =
            [300, 2, 4000, 7].map(|k| (0..9000_u32).map(|i| (i * 31 % k) as u16).collect()).into();
        let clusterings: Vec<Clustering> = labels.iter().zip([300, 2, 4000, 7]).map(|(l, k)| labelled(l, k)).collect();
        let all: Vec<&Clustering> = clusterings.iter().collect();
        assert_eq!(digits(&all, 9000).iter().map(|digit| digit.radix).collect::<Vec<_>>(), [600, 4000, 7]);
        let joint = JointGroups::new(&all, 9000);
        let tuple = |row: u32| labels.iter().map(|l| l[row as usize]).collect::<Vec<_>>();
        let tuples: Vec<Vec<u16>> = joint.members().map(|rows| tuple(rows[0])).collect();
        assert!(tuples.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(joint.members().zip(&tuples).all(|(rows, t)| rows.iter().all(|&row| tuple(row) == *t)));
    }
}

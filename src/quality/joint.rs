//! Joint groups: rows that share their cluster in every one of several clusterings.
//!
//! A distance is the same whatever the clustering, so distances are summed once per joint group and the
//! sums are added up for each clustering afterwards: one pass over the pairs serves every k.

use crate::cluster::Clustering;

/// The joint groups of some clusterings, numbered in the order of their labels (first clustering first).
#[derive(Clone, Debug)]
pub(super) struct JointGroups {
    /// Joint group of each distinct row.
    pub group_of: Vec<u32>,
    /// Distinct rows, by joint group; inside a group in the order of the matrix.
    pub order: Vec<u32>,
    /// Label of each joint group in each clustering: `labels[clustering][group]`.
    pub labels: Vec<Vec<u16>>,
}

impl JointGroups {
    /// `rows`: distinct rows of the matrix that all `clusterings` label.
    pub fn new(clusterings: &[&Clustering], rows: usize) -> Self {
        let order = order_by_labels(clusterings, rows);
        let mut group_of = vec![0_u32; rows];
        let mut labels = vec![Vec::new(); clusterings.len()];
        let mut groups = 0_u32;
        let mut before: Option<usize> = None;
        for &row in &order {
            let row = row as usize;
            if before.is_none_or(|before| clusterings.iter().any(|c| c.labels[before] != c.labels[row])) {
                groups += 1;
                for (labels, clustering) in labels.iter_mut().zip(clusterings) {
                    labels.push(clustering.labels[row]);
                }
            }
            group_of[row] = groups - 1;
            before = Some(row);
        }
        Self { group_of, order, labels }
    }

    /// Number of joint groups.
    pub fn len(&self) -> usize {
        self.labels.first().map_or(0, Vec::len)
    }
}

/// Distinct rows sorted by their labels: one stable counting sort per clustering, the last one first.
fn order_by_labels(clusterings: &[&Clustering], rows: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    let mut sorted = vec![0_u32; rows];
    for clustering in clusterings.iter().rev() {
        let mut next = vec![0_usize; clustering.k + 1];
        for &label in &clustering.labels {
            next[usize::from(label) + 1] += 1;
        }
        for label in 0..clustering.k {
            next[label + 1] += next[label];
        }
        for &row in &order {
            let slot = &mut next[usize::from(clustering.labels[row as usize])];
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
        assert_eq!(joint.group_of, [2, 1, 2, 0, 3]);
        assert_eq!(joint.labels, [vec![0, 0, 1, 1], vec![1, 2, 0, 2]]);
        assert_eq!(joint.len(), 4);
    }
}

//! A set of rows, one bit each.

/// Which of a table's rows match. Bits beyond the last row are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    words: Vec<u64>,
    rows: usize,
}

impl Mask {
    /// All rows.
    pub fn all(rows: usize) -> Self {
        Self::none(rows).complement()
    }

    /// No row.
    pub fn none(rows: usize) -> Self {
        Self { words: vec![0; rows.div_ceil(64)], rows }
    }

    /// The rows for which `matches` holds.
    pub fn from_fn(rows: usize, mut matches: impl FnMut(usize) -> bool) -> Self {
        let mut mask = Self::none(rows);
        for (w, word) in mask.words.iter_mut().enumerate() {
            let first = w * 64;
            for bit in 0..(rows - first).min(64) {
                *word |= u64::from(matches(first + bit)) << bit;
            }
        }
        mask
    }

    /// The bits, 64 rows a word; for filling only, bits beyond the last row stay zero.
    pub(super) fn words_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.words.iter_mut()
    }

    /// Number of rows in the table.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of rows that match.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Number of rows that match both masks of the same table.
    pub fn common(&self, other: &Self) -> usize {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// Whether a row matches; rows that do not exist never do.
    pub fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// The rows that match, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(w, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(w * 64 + bit)
            })
        })
    }

    /// The rows that do not match.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut words: Vec<u64> = self.words.iter().map(|word| !word).collect();
        if let (Some(last), tail @ 1..) = (words.last_mut(), self.rows % 64) {
            *last &= (1 << tail) - 1;
        }
        Self { words, rows: self.rows }
    }

    /// Keeps the rows that also match `other`, a mask of the same table.
    pub fn retain(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Adds the rows that match `other`, a mask of the same table.
    pub fn extend(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_beyond_the_last_row_are_never_set() {
        for rows in [0, 1, 63, 64, 65, 200] {
            assert_eq!(Mask::all(rows).count(), rows);
            assert_eq!(Mask::none(rows).count(), 0);
            let thirds = Mask::from_fn(rows, |row| row % 3 == 0);
            assert_eq!(thirds.complement().count(), rows - thirds.count());
            assert_eq!(thirds.iter().collect::<Vec<_>>(), (0..rows).step_by(3).collect::<Vec<_>>());
            assert!(!Mask::all(rows).contains(rows));
        }
    }

    #[test]
    fn sets_meet_and_join() {
        let even = Mask::from_fn(100, |row| row % 2 == 0);
        let mut both = Mask::from_fn(100, |row| row % 3 == 0);
        both.retain(&even);
        assert_eq!(both, Mask::from_fn(100, |row| row % 6 == 0));
        both.extend(&even);
        assert_eq!(both, even);
    }
}

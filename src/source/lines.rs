//! Which line of the file a row starts on.

/// Lines of rows as runs: a run starts at a row and a line, and goes on with one line a row. A table without blank
/// lines and line breaks inside cells is a single run, whatever its length.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    row: usize,
    line: u64,
}

impl Run {
    fn line_of(self, row: usize) -> u64 {
        self.line + (row - self.row) as u64
    }
}

impl Lines {
    /// Row `row` starts on `line`; rows come in ascending order.
    pub(super) fn push(&mut self, row: usize, line: u64) {
        if self.runs.last().is_none_or(|run| run.line_of(row) != line) {
            self.runs.push(Run { row, line });
        }
    }

    /// The rows of `next`, which it counts from 0, follow; row `first` is the first of them.
    pub(super) fn append(&mut self, first: usize, next: &Self) {
        next.runs.iter().for_each(|run| self.push(first + run.row, run.line));
    }

    /// The line on which `row` starts, counted from 1.
    pub(super) fn of(&self, row: usize) -> Option<u64> {
        let after = self.runs.partition_point(|run| run.row <= row);
        let run = self.runs.get(after.checked_sub(1)?)?;
        Some(run.line_of(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_rows_are_one_run_and_gaps_start_another() {
        let mut lines = Lines::default();
        for (row, line) in [(0, 2), (1, 3), (2, 7), (3, 8), (4, 20)] {
            lines.push(row, line);
        }
        assert_eq!(lines.runs.len(), 3);
        let found: Vec<_> = (0..5).map(|row| lines.of(row)).collect();
        assert_eq!(found, [Some(2), Some(3), Some(7), Some(8), Some(20)]);
        assert_eq!(Lines::default().of(0), None);

        // As if they had come in two pieces.
        let (mut first, mut next) = (Lines::default(), Lines::default());
        [(0, 2), (1, 3)].into_iter().for_each(|(row, line)| first.push(row, line));
        [(0, 7), (1, 8), (2, 20)].into_iter().for_each(|(row, line)| next.push(row, line));
        first.append(2, &next);
        assert_eq!(first.runs.len(), 3);
        assert_eq!((0..5).map(|row| first.of(row)).collect::<Vec<_>>(), found);
    }
}

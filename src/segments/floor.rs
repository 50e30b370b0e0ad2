//! The floor under which no group of people is spoken of, and how figures are worded that come near to it.

use crate::table::money::group_thousands;

/// Fewest learners that are spoken of as a group.
pub const PRIVACY_FLOOR: usize = 10;

/// Whether so many are too few to be spoken of; nobody is not.
pub fn is_few(people: usize) -> bool {
    (1..PRIVACY_FLOOR).contains(&people)
}

/// How many, in words that do not tell of a few.
pub fn counted(people: usize) -> String {
    if is_few(people) { format!("fewer than {PRIVACY_FLOOR}") } else { group_thousands(people as u64) }
}

/// Some of a group whose size is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Those who are meant.
    pub some: usize,
    /// The group.
    pub of: usize,
}

impl Part {
    /// Their share of it, 0…1; NaN of nobody.
    pub fn share(self) -> f64 {
        self.some as f64 / self.of as f64
    }

    /// The share, where it tells of no few.
    pub fn told(self) -> Option<f64> {
        (self.of > 0 && !self.tells_of_few()).then(|| self.share())
    }

    /// Whether the share would tell of a few: of those who are meant or of the others.
    pub fn tells_of_few(self) -> bool {
        is_few(self.some) || is_few(self.of.saturating_sub(self.some))
    }

    /// The share in percent, as a bound where it would tell of a few: `7 %`, `<2 %`, `>98 %`, `–`.
    pub fn percent(self) -> String {
        let floor = 100.0 * PRIVACY_FLOOR as f64 / self.of as f64;
        match (is_few(self.some), is_few(self.of.saturating_sub(self.some))) {
            _ if self.of < PRIVACY_FLOOR => "–".to_owned(),
            (true, true) => "–".to_owned(),
            (true, false) => format!("<{:.0} %", floor.ceil()),
            (false, true) => format!(">{:.0} %", (100.0 - floor).floor()),
            (false, false) => format!("{:.0} %", 100.0 * self.share()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_tells_of_a_few_is_a_bound() {
        let percent = |some, of| Part { some, of }.percent();
        assert_eq!([percent(70, 1000), percent(0, 50), percent(50, 50)], ["7 %", "0 %", "100 %"]);
        // As many are meant by the bound as by the floor: 9 and 10 of 500 cannot be told from 1.
        assert_eq!([percent(1, 500), percent(9, 500), percent(10, 500)], ["<2 %", "<2 %", "2 %"]);
        assert_eq!([percent(491, 500), percent(499, 500)], [">98 %", ">98 %"]);
        assert_eq!([percent(1, 5000), percent(4999, 5000)], ["<1 %", ">99 %"]);
        assert_eq!([percent(6, 12), percent(0, 0), percent(3, 3), percent(0, 9)], ["–"; 4]);
        assert_eq!(
            [counted(0), counted(1), counted(9), counted(1000)],
            ["0", "fewer than 10", "fewer than 10", "1,000"]
        );
    }
}

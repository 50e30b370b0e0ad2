//! Bands of experience: who is compared with whom, defined once.

/// Years of experience that count as alike.
///
/// Narrow where a career begins, since pay rises fastest in the first years and a year more or less is much;
/// wider later, since a year more is little then and fewer people are left to compare with: on the learners
/// table every band but the last holds at least a fortieth of the rows. A fraction of a year counts down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Band(u8);

/// First whole year of each band.
const STARTS: [f64; Band::COUNT] = [0.0, 2.0, 4.0, 6.0, 9.0, 12.0, 16.0];
const WORDS: [&str; Band::COUNT] = ["0–1", "2–3", "4–5", "6–8", "9–11", "12–15", "16+"];

impl Band {
    /// How many bands there are.
    pub const COUNT: usize = 7;

    /// The band of so many years; `None` where they are unknown or negative.
    pub fn of(years: f64) -> Option<Self> {
        if !years.is_finite() || years < 0.0 {
            return None;
        }
        Some(Self(STARTS.iter().rposition(|start| *start <= years)? as u8))
    }

    /// All bands, ascending.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT as u8).map(Self)
    }

    /// Its number, 0 for the shortest experience.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// Its years in words: `2–3`.
    pub fn word(self) -> &'static str {
        WORDS[self.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_year_has_one_band() {
        let words: Vec<_> = [0.0, 1.9, 2.0, 5.5, 8.0, 9.0, 11.0, 12.0, 15.0, 16.0, 40.0]
            .iter()
            .map(|years| Band::of(*years).map(Band::word))
            .collect();
        let wanted = ["0–1", "0–1", "2–3", "4–5", "6–8", "9–11", "9–11", "12–15", "12–15", "16+", "16+"].map(Some);
        assert_eq!(words, wanted);
        assert_eq!([f64::NAN, -1.0, f64::INFINITY].map(Band::of), [None; 3]);
        assert_eq!(Band::all().map(Band::index).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
    }
}

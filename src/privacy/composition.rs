//! What may be said of what a group is made of.

use super::{Disclosed, FLOOR, parts};
use crate::segments::age::{AgeProfile, OLDER_BANDS, Share};
use crate::segments::audience::Composition;
use crate::segments::cards::Kind;
use crate::segments::floor::{Part, is_few};

/// What a group is made of, as far as it may be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MadeOf {
    /// Median pay, original units.
    pub pay: Option<f64>,
    /// Median years of experience.
    pub experience: Option<f64>,
    /// Those above the median of their peers; the share may have to be shown as a bound.
    pub above_peers: Option<Part>,
    /// Those of 35 and older, likewise.
    pub older: Option<Part>,
    /// Shares by band of age.
    pub bands: Vec<(&'static str, Option<f64>)>,
    /// Shares by stage of the career.
    pub stages: Vec<(&'static str, Option<f64>)>,
    /// Expected learners by kind of card.
    pub of_kind: Vec<(Kind, Option<f64>)>,
}

/// What may be said of a group of `learners`; nothing where they are a few.
pub fn composition(made: &Composition, learners: Option<usize>) -> Disclosed<MadeOf> {
    let of_kind = |enough: bool| {
        let told = |n: f64| Some(n).filter(|n| enough && is_enough(*n) && is_enough(made.learners as f64 - n));
        made.of_kind.iter().map(|(kind, n)| (*kind, told(*n))).collect()
    };
    if learners.is_none_or(is_few) {
        return Disclosed(MadeOf { of_kind: of_kind(false), ..MadeOf::default() });
    }
    let ages = made.ages.as_ref();
    Disclosed(MadeOf {
        pay: made.pay,
        experience: made.experience,
        above_peers: made.above_peers,
        older: made.older.filter(|_| ages.is_none_or(older_tells_no_few)),
        bands: ages.map(|ages| bands(&ages.bands).0).unwrap_or_default(),
        stages: ages.map(|ages| bands(&ages.stages).0).unwrap_or_default(),
        of_kind: of_kind(true),
    })
}

/// So many are expected that nobody, or no few, are meant.
fn is_enough(expected: f64) -> bool {
    expected <= 0.0 || expected >= FLOOR as f64
}

/// Shares by band; none of a band of a few, nor of one that would tell of it.
pub fn bands(bands: &[Share]) -> Disclosed<Vec<(&'static str, Option<f64>)>> {
    let sizes: Vec<usize> = bands.iter().map(|band| band.learners).collect();
    let shown = parts(&sizes);
    Disclosed(bands.iter().zip(shown.get()).map(|(band, shown)| (band.band, shown.map(|_| band.share))).collect())
}

/// The share of the older, less that of their bands which are shown, is no few; nor is it of the others.
fn older_tells_no_few(ages: &AgeProfile) -> bool {
    let shown = bands(&ages.bands);
    let hidden = |older: bool| -> usize {
        let bands = ages.bands.iter().zip(shown.get()).filter(|(_, (_, share))| share.is_none());
        bands.filter(|(band, _)| OLDER_BANDS.contains(&band.band) == older).map(|(band, _)| band.learners).sum()
    };
    !is_few(hidden(true)) && !is_few(hidden(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::age::AgeBasis;

    fn made(counts: [usize; 5]) -> MadeOf {
        let all: usize = counts.iter().sum();
        let names = ["<25", "25–29", "30–34", "35–39", "40+"];
        let band =
            |(band, n): (&'static str, usize)| Share { band, rows: n, learners: n, share: n as f64 / all as f64 };
        let bands = names.into_iter().zip(counts).map(band).collect();
        let composition = Composition {
            learners: all,
            pay: Some(1e6),
            experience: Some(5.0),
            above_peers: Some(Part { some: 4, of: all }),
            older: Some(Part { some: counts[3] + counts[4], of: all }),
            ages: Some(AgeProfile { median: Some(30.0), basis: AgeBasis::Age, bands, stages: Vec::new() }),
            of_kind: vec![(Kind::Stuck, 4.0), (Kind::YoungRising, 40.0), (Kind::MispricedRole, all as f64 - 2.0)],
        };
        super::composition(&composition, Some(all)).get().clone()
    }

    #[test]
    fn shares_of_a_few_are_not_told() {
        let shown = made([40, 40, 40, 40, 40]);
        assert_eq!(
            (shown.above_peers.unwrap().told(), shown.above_peers.unwrap().percent()),
            (None, "<5 %".to_owned())
        );
        assert_eq!(shown.older.unwrap().told(), Some(0.4));
        assert!(shown.bands.iter().all(|(_, share)| *share == Some(0.2)));
        assert_eq!(shown.of_kind.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [None, Some(40.0), None]);
        // The oldest and the youngest are not told; all the older would tell of the oldest.
        let shown = made([15, 40, 40, 40, 3]);
        assert_eq!(shown.bands.iter().filter(|(_, share)| share.is_none()).count(), 2);
        assert_eq!(shown.older, None);
        assert!(made([40, 40, 40, 15, 3]).older.is_some(), "the older are then told as one");
        let few = made([1, 2, 1, 1, 1]);
        assert_eq!((few.pay, few.older, few.bands.len()), (None, None, 0));
    }
}

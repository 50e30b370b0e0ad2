//! A group measured against the others: overall, and inside each of the main strata.

use super::bootstrap::{self, Interval};
use super::people::{People, Strata};
use super::{Making, Person};
use crate::features::encode::quantile;

/// Fewer people than this in a stratum say nothing about it.
const MIN_STRATUM: usize = 30;

/// The direction holds where it does for so much of the group.
const HOLDS: f64 = 0.9;

/// How the values of people become one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Median of the values ÷ the yardstick − 1.
    MedianRatio,
    /// Median of the values − the yardstick.
    MedianDifference,
    /// Sum of the values ÷ the yardstick (a number of people that chance would give) − 1.
    CountRatio,
    /// Mean of the values (each 0 or 1). Its direction is that of mean − yardstick.
    Share,
}

/// What the figure of an effect is a figure of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of a yardstick: −0.3 is 30 % below.
    Relative,
    /// A share of people, 0…1.
    Share,
    /// Growth a year: 0.1 is 10 points a year more.
    Growth,
}

/// How large an effect is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The figure.
    pub value: f64,
    /// 95 % bootstrap interval over the people of the card, yardsticks taken as given; for
    /// `collect-age` the figure at other ages of graduation.
    pub low: f64,
    /// Its other end.
    pub high: f64,
    /// Standard error of the bootstrap.
    pub se: f64,
    /// What it is a figure of.
    pub unit: Unit,
    /// What it says, in a few words.
    pub words: &'static str,
}

/// One stratum.
#[derive(Clone, Debug, PartialEq)]
pub struct Stratum {
    /// Its name.
    pub level: String,
    /// People of the card in it whose value is known.
    pub people: usize,
    /// The effect inside it.
    pub value: f64,
    /// It has the direction of the whole.
    pub agrees: bool,
}

/// The effect inside the strata of one division.
#[derive(Clone, Debug, PartialEq)]
pub struct Within {
    /// What divides: role, experience band, pay year.
    pub name: &'static str,
    /// Those with enough people; the others are not judged.
    pub strata: Vec<Stratum>,
}

impl Within {
    /// Share of the people in judged strata whose stratum agrees; `None` where none is judged.
    fn agreeing(&self) -> Option<f64> {
        let all: usize = self.strata.iter().map(|s| s.people).sum();
        let agree: usize = self.strata.iter().filter(|s| s.agrees).map(|s| s.people).sum();
        (all > 0).then(|| agree as f64 / all as f64)
    }

    /// The direction holds for at least nine in ten of the people.
    pub fn holds(&self) -> bool {
        self.agreeing().is_some_and(|share| share >= HOLDS)
    }

    /// The direction is the other one for more than half of the people.
    pub fn reverses(&self) -> bool {
        self.agreeing().is_some_and(|share| share < 0.5)
    }

    /// Strata in which the direction does not hold.
    pub fn against(&self) -> impl Iterator<Item = &Stratum> {
        self.strata.iter().filter(|stratum| !stratum.agrees)
    }
}

impl Measure {
    /// The direction of `values` against a yardstick, and the figure.
    fn figure(self, values: &mut [f64], yardstick: f64) -> f64 {
        match self {
            Self::MedianRatio => quantile(values, 0.5).map_or(f64::NAN, |median| median / yardstick - 1.0),
            Self::MedianDifference => quantile(values, 0.5).map_or(f64::NAN, |median| median - yardstick),
            Self::CountRatio => values.iter().sum::<f64>() / yardstick - 1.0,
            Self::Share => values.iter().sum::<f64>() / values.len() as f64 - yardstick,
        }
    }

    fn interval(self, values: &mut [f64], yardstick: f64, seed: u64) -> Interval {
        let ones = values.iter().filter(|v| **v > 0.5).count();
        let scaled = |i: Interval, by: f64, less: f64| Interval {
            low: i.low * by - less,
            high: i.high * by - less,
            se: i.se * by,
        };
        match self {
            Self::MedianRatio | Self::MedianDifference => {
                values.sort_unstable_by(f64::total_cmp);
                let interval = bootstrap::of_median(values, seed);
                if self == Self::MedianRatio {
                    scaled(interval, 1.0 / yardstick, 1.0)
                } else {
                    scaled(interval, 1.0, yardstick)
                }
            }
            Self::Share | Self::CountRatio => bootstrap::of_share(ones, values.len(), seed),
        }
    }
}

/// The effect over people whose value is known; `None` without any.
pub(super) fn effect(
    making: &Making<'_>,
    people: &[Person],
    measure: Measure,
    unit: Unit,
    words: &'static str,
) -> Option<Effect> {
    let mut values: Vec<f64> = people.iter().map(|p| p.value).filter(|v| v.is_finite()).collect();
    let yardstick = people.first()?.yardstick;
    if values.is_empty() {
        return None;
    }
    let mut value = measure.figure(&mut values, yardstick);
    if measure == Measure::Share {
        value += yardstick;
    }
    let Interval { low, high, se } = measure.interval(&mut values, yardstick, making.seed);
    Some(Effect { value, low, high, se, unit, words })
}

/// The direction inside the main strata.
pub(super) fn within(people: &People<'_>, chosen: &[Person], measure: Measure, skip: &[&str]) -> Vec<Within> {
    let whole = chosen.first().map_or(f64::NAN, |first| {
        let mut values: Vec<f64> = chosen.iter().map(|p| p.value).filter(|v| v.is_finite()).collect();
        measure.figure(&mut values, first.yardstick)
    });
    let inside = |(at, strata): (usize, &Strata)| {
        let mut groups: Vec<(Vec<f64>, f64)> = vec![(Vec::new(), f64::NAN); strata.levels.len()];
        for person in chosen.iter().filter(|p| p.value.is_finite() && p.within[at].is_finite()) {
            if let Some(stratum) = strata.of(person.row as usize) {
                groups[stratum].0.push(person.value);
                groups[stratum].1 = person.within[at];
            }
        }
        let judged = groups.into_iter().zip(&strata.levels).filter(|((values, _), _)| values.len() >= MIN_STRATUM).map(
            |((mut values, yardstick), level)| {
                let value = measure.figure(&mut values, yardstick);
                Stratum { level: level.clone(), people: values.len(), value, agrees: value * whole > 0.0 }
            },
        );
        Within { name: strata.name, strata: judged.collect() }
    };
    people.strata.iter().enumerate().filter(|(_, s)| !skip.contains(&s.name)).map(inside).collect()
}

/// The yardsticks of a group: the median of a value among all *others*, overall and inside each stratum.
/// `values` are by used row; NaN is unknown.
pub(super) fn medians_of_others(people: &People<'_>, is_in: &[bool], values: &[f64]) -> Yardsticks {
    let others = || (0..values.len()).filter(|row| !is_in[*row] && values[*row].is_finite());
    let median = |mut values: Vec<f64>| quantile(&mut values, 0.5).unwrap_or(f64::NAN);
    let within = std::array::from_fn(|at| {
        let strata = &people.strata[at];
        let mut groups: Vec<Vec<f64>> = vec![Vec::new(); strata.levels.len()];
        others().filter_map(|row| Some((row, strata.of(row)?))).for_each(|(row, s)| groups[s].push(values[row]));
        groups.into_iter().map(|g| if g.len() < MIN_STRATUM { f64::NAN } else { median(g) }).collect()
    });
    Yardsticks { whole: median(others().map(|row| values[row]).collect()), within }
}

/// Yardsticks overall and by stratum.
pub(super) struct Yardsticks {
    pub(super) whole: f64,
    pub(super) within: [Vec<f64>; 3],
}

impl Yardsticks {
    /// The same everywhere.
    pub(super) fn flat(people: &People<'_>, yardstick: f64) -> Self {
        let within = std::array::from_fn(|at| vec![yardstick; people.strata[at].levels.len()]);
        Self { whole: yardstick, within }
    }

    /// A person with a value, measured against these.
    pub(super) fn person(&self, people: &People<'_>, row: u32, value: f64, score: f64) -> Person {
        let within = std::array::from_fn(|at| {
            people.strata[at].of(row as usize).map_or(f64::NAN, |stratum| self.within[at][stratum])
        });
        Person { row, value, yardstick: self.whole, within, score }
    }
}

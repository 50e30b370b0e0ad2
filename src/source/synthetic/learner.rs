//! One learner: the planted segment first, then experience, pay, years and titles as that segment has them, and
//! the dirt that falls on anybody.

use super::dice::{Dice, Even, exp};
use super::{Segment, SyntheticRow, company, title};

/// What a planted segment looks like. Experience and pay overlap between the segments: no cut in either of them
/// parts one from another.
struct Plan {
    /// Learners, per mille.
    share: u32,
    /// Weights of 0, 1, 2 … years of experience at the latest pay figure.
    experience: &'static [u32],
    /// ln rupees a year: mean and standard deviation.
    log_pay: (f64, f64),
    /// Share of learners with two pay snapshots.
    two_snapshots: f64,
    /// ln of the growth between two snapshots: lowest and highest.
    log_growth: (f64, f64),
}

/// In the order of [`Segment::ALL`].
const PLANS: [Plan; 4] = [
    Plan {
        share: 234,
        experience: &[185, 405, 305, 92, 12, 1],
        log_pay: (13.16, 0.38),
        two_snapshots: 0.60,
        log_growth: (0.15, 0.65),
    },
    Plan {
        share: 618,
        experience: &[16, 47, 108, 168, 163, 137, 109, 86, 65, 50, 31, 13, 4, 1],
        log_pay: (14.18, 0.42),
        two_snapshots: 0.065,
        log_growth: (0.0, 0.25),
    },
    Plan {
        share: 61,
        experience: &[
            1, 3, 5, 7, 10, 14, 17, 22, 31, 51, 85, 110, 111, 100, 90, 74, 58, 44, 35, 28, 23, 19, 15, 12, 9, 7, 6, 5,
            4, 3, 2,
        ],
        log_pay: (15.63, 0.44),
        two_snapshots: 0.065,
        log_growth: (0.0, 0.3),
    },
    Plan {
        share: 87,
        experience: &[
            0, 0, 0, 0, 0, 1, 2, 5, 14, 37, 82, 119, 126, 115, 103, 85, 67, 51, 41, 33, 27, 21, 17, 14, 11, 8, 7, 6, 5,
            3, 3,
        ],
        log_pay: (12.83, 0.47),
        two_snapshots: 0.065,
        log_growth: (0.0, 0.08),
    },
];

/// Years of the pay figure of learners with one snapshot, and of the later of two; weights.
const YEAR_OF_ONE: [(u16, u32); 7] =
    [(2015, 20), (2016, 37), (2017, 46), (2018, 21), (2019, 396), (2020, 161), (2021, 318)];
const YEAR_OF_LATER: [(u16, u32); 5] = [(2017, 1), (2018, 1), (2019, 3), (2020, 33), (2021, 62)];
/// Years between two snapshots: weights of 1, 2, 3.
const GAP: [u32; 3] = [85, 13, 2];
/// Titles given by one learner: weights of 1, 2 … 5.
const TITLES: [u32; 5] = [898, 86, 9, 5, 2];
/// Share of those without experience whose start lies after their latest pay figure.
const STARTS_LATER: f64 = 0.24;
/// Start years that cannot be, with weights.
const IMPOSSIBLE_STARTS: [(u16, u32); 20] = [
    (0, 17),
    (2026, 9),
    (3, 6),
    (2031, 5),
    (2029, 5),
    (2027, 4),
    (2028, 3),
    (20165, 2),
    (2, 2),
    (5, 2),
    (6, 2),
    (1, 2),
    (1900, 2),
    (91, 2),
    (206, 2),
    (2101, 2),
    (2204, 2),
    (38, 2),
    (201, 2),
    (2107, 1),
];

/// Draws learners one after another; remembers nothing of them.
#[derive(Clone, Debug)]
pub(super) struct Learners {
    pub(super) dice: Dice,
    segments: Even,
    oddities: Even,
    absurdities: Even,
}

impl Learners {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let [segments, oddities, absurdities] = Even::STEPS.map(|step| Even::new(dice.bits(), step));
        Self { dice, segments, oddities, absurdities }
    }

    /// Draws one learner and appends its rows (1 to 10, `index` still 0).
    pub(super) fn draw(&mut self, rows: &mut Vec<SyntheticRow>) {
        let segment = self.segment();
        let plan = &PLANS[segment as usize];
        let email = email(&mut self.dice);
        let company = company::draw(&mut self.dice);
        let snapshots = self.snapshots(segment);
        let orgyear = start(&mut self.dice, plan, snapshots[0].0);
        let titles = titles(&mut self.dice, segment);
        let first = rows.len();
        for &(ctc_updated_year, ctc) in &snapshots {
            for job_position in &titles {
                rows.push(SyntheticRow {
                    index: 0,
                    company_hash: company.clone(),
                    email_hash: email.clone(),
                    orgyear,
                    ctc,
                    job_position: job_position.clone(),
                    ctc_updated_year,
                    planted: segment,
                });
            }
        }
        // Somebody pressed the button twice.
        if rows.len() - first < 10 && self.dice.chance(2.2e-4) {
            rows.extend(rows.last().cloned());
        }
    }

    fn segment(&mut self) -> Segment {
        let mut left = self.segments.below(PLANS.iter().map(|plan| plan.share).sum());
        for (segment, plan) in Segment::ALL.into_iter().zip(&PLANS) {
            match left.checked_sub(plan.share) {
                Some(rest) => left = rest,
                None => return segment,
            }
        }
        Segment::BroadMiddle
    }

    /// One or two pay figures (year, rupees), the latest first.
    fn snapshots(&mut self, segment: Segment) -> Vec<(u16, u64)> {
        let plan = &PLANS[segment as usize];
        let log_pay = plan.log_pay.0 + plan.log_pay.1 * self.dice.normal();
        if !self.dice.chance(plan.two_snapshots) {
            return vec![(year(&mut self.dice, &YEAR_OF_ONE), self.pay(log_pay, segment))];
        }
        let latest = year(&mut self.dice, &YEAR_OF_LATER);
        let gap = self.dice.weighted(GAP.into_iter()) as u16 + 1;
        let growth = plan.log_growth.0 + (plan.log_growth.1 - plan.log_growth.0) * self.dice.uniform();
        let earlier = (latest - gap).max(2015);
        vec![(latest, self.pay(log_pay, segment)), (earlier, self.pay(log_pay - growth, segment))]
    }

    /// A pay figure as somebody types it: mostly a round number near the true one, now and then absurd.
    fn pay(&mut self, log_pay: f64, segment: Segment) -> u64 {
        let oddity = self.oddities.uniform();
        // The absurd figures never contradict the planted truth: no underpaid learner shows a fortune.
        if oddity < 0.0078 && segment != Segment::ExperiencedUnderpaid {
            return fortune(&mut self.dice, self.absurdities.below(1000));
        }
        if oddity > 0.987 && segment != Segment::SeniorHighPay {
            return pittance(&mut self.dice, self.absurdities.below(1000));
        }
        rounded(&mut self.dice, exp(log_pay))
    }
}

/// 64 hex digits.
fn email(dice: &mut Dice) -> String {
    let mut email = String::with_capacity(64);
    for _ in 0..4 {
        let bits = dice.bits();
        email.extend((0..16).map(|digit| char::from(b"0123456789abcdef"[(bits >> (4 * digit)) as usize & 15])));
    }
    email
}

fn year(dice: &mut Dice, years: &[(u16, u32)]) -> u16 {
    years[dice.weighted(years.iter().map(|&(_, weight)| weight))].0
}

/// The start year of the job; `None` where the cell is empty.
fn start(dice: &mut Dice, plan: &Plan, latest: u16) -> Option<f64> {
    if dice.chance(4.2e-4) {
        return None;
    }
    if dice.chance(3.6e-4) {
        return Some(f64::from(year(dice, &IMPOSSIBLE_STARTS)));
    }
    let experience = dice.weighted(plan.experience.iter().copied()) as u16;
    let mut start = latest - experience;
    if experience == 0 && dice.chance(STARTS_LATER) {
        start += if dice.chance(0.9) { 1 } else { 2 };
    }
    Some(f64::from(start))
}

/// One to five different titles.
fn titles(dice: &mut Dice, segment: Segment) -> Vec<Option<String>> {
    let wanted = dice.weighted(TITLES.into_iter()) + 1;
    let mut titles = Vec::with_capacity(wanted);
    while titles.len() < wanted {
        let title = title::draw(dice, segment);
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles
}

/// Typed with zeros too many, or in another unit.
fn fortune(dice: &mut Dice, kind: u32) -> u64 {
    match kind {
        0..345 => 100_000_000,
        345..590 => 200_000_000,
        590..595 => 1_000_150_000,
        595..610 => dice.between(3, 9) * 100_000_000,
        _ => {
            let rupees = exp(15.6 + 2.0 * dice.uniform());
            rounded(dice, rupees)
        }
    }
}

/// Typed in thousands, in lakhs, or as a joke.
fn pittance(dice: &mut Dice, kind: u32) -> u64 {
    match kind {
        0..5 => dice.between(2, 30),
        5..80 => dice.between(6, 35) * 100,
        80..150 => dice.between(36, 120) * 100,
        _ => {
            let rupees = exp(9.4 + 1.3 * dice.uniform());
            rounded(dice, rupees)
        }
    }
}

/// Heaps a figure at round numbers: the larger it is, the coarser.
fn rounded(dice: &mut Dice, rupees: f64) -> u64 {
    let grids: [u64; 5] = match rupees {
        2_000_000.0.. => [1_000_000, 500_000, 100_000, 50_000, 10_000],
        700_000.0.. => [500_000, 100_000, 50_000, 10_000, 1_000],
        250_000.0.. => [100_000, 100_000, 50_000, 10_000, 1_000],
        20_000.0.. => [50_000, 50_000, 10_000, 1_000, 100],
        _ => [1_000, 1_000, 500, 100, 10],
    };
    let grid = match dice.below(100) {
        0..7 => grids[0],
        7..45 => grids[1],
        45..65 => grids[2],
        65..88 => grids[3],
        88..97 => grids[4],
        _ => 1,
    };
    let heaped = ((rupees / grid as f64).round() as u64) * grid;
    if heaped == 0 { rupees as u64 } else { heaped }
}

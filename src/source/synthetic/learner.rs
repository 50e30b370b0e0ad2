//! One learner: the planted segment first, then experience, pay, years and titles as that segment has them, and
//! the dirt that falls on anybody.

use super::dice::{Dice, exp};
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
        share: 240,
        experience: &[561, 1108, 774, 190, 30, 6, 1],
        log_pay: (12.98, 0.37),
        two_snapshots: 0.60,
        log_growth: (0.2, 0.8),
    },
    Plan {
        share: 580,
        experience: &[91, 240, 560, 1025, 1032, 863, 662, 478, 315, 205, 114, 55, 25, 12, 6, 3, 1],
        log_pay: (14.11, 0.43),
        two_snapshots: 0.065,
        log_growth: (0.0, 0.25),
    },
    Plan {
        share: 70,
        experience: &[
            0, 1, 3, 6, 12, 20, 32, 52, 71, 75, 69, 60, 53, 47, 42, 35, 27, 21, 17, 13, 11, 9, 7, 6, 4, 4, 3, 2, 2, 1,
            1,
        ],
        log_pay: (15.55, 0.6),
        two_snapshots: 0.065,
        log_growth: (0.0, 0.3),
    },
    Plan {
        share: 110,
        experience: &[
            0, 0, 0, 1, 2, 4, 6, 12, 24, 49, 84, 110, 117, 111, 102, 85, 67, 51, 41, 33, 27, 22, 17, 14, 11, 9, 7, 6,
            5, 3, 3,
        ],
        log_pay: (13.12, 0.395),
        two_snapshots: 0.065,
        log_growth: (0.0, 0.08),
    },
];

/// Years of the pay figure of learners with one snapshot, and of the later of two; weights.
const YEAR_OF_ONE: [(u16, u32); 7] =
    [(2015, 20), (2016, 37), (2017, 46), (2018, 21), (2019, 396), (2020, 161), (2021, 318)];
const YEAR_OF_LATER: [(u16, u32); 5] = [(2017, 1), (2018, 1), (2019, 3), (2020, 33), (2021, 62)];
/// Years between two snapshots: weights of 1, 2, 3.
const GAP: [u32; 3] = [78, 19, 3];
/// Titles given by one learner: weights of 1, 2 … 5.
const TITLES: [u32; 5] = [910, 75, 9, 4, 2];
/// Share of those without experience whose start lies after their latest pay figure.
const STARTS_LATER: f64 = 0.30;
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

/// Draws one learner and appends its rows (1 to 10, `index` still 0).
pub(super) fn draw(dice: &mut Dice, rows: &mut Vec<SyntheticRow>) {
    let segment = Segment::ALL[dice.weighted(PLANS.iter().map(|plan| plan.share))];
    let plan = &PLANS[segment as usize];
    let email = format!("{:016x}{:016x}{:016x}{:016x}", dice.bits(), dice.bits(), dice.bits(), dice.bits());
    let company = company::draw(dice);
    let log_pay = plan.log_pay.0 + plan.log_pay.1 * dice.normal();
    let snapshots = snapshots(dice, plan, log_pay, segment);
    let latest = snapshots[0].0;
    let orgyear = start(dice, plan, latest);
    let titles = titles(dice, segment);
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
    if rows.len() - first < 10 && dice.chance(2.2e-4) {
        rows.extend(rows.last().cloned());
    }
}

/// One or two pay figures (year, rupees), the latest first.
fn snapshots(dice: &mut Dice, plan: &Plan, log_pay: f64, segment: Segment) -> Vec<(u16, u64)> {
    if !dice.chance(plan.two_snapshots) {
        return vec![(year(dice, &YEAR_OF_ONE), pay(dice, log_pay, segment))];
    }
    let latest = year(dice, &YEAR_OF_LATER);
    let gap = dice.weighted(GAP.into_iter()) as u16 + 1;
    let growth = plan.log_growth.0 + (plan.log_growth.1 - plan.log_growth.0) * dice.uniform();
    let earlier = (latest - gap).max(2015);
    vec![(latest, pay(dice, log_pay, segment)), (earlier, pay(dice, log_pay - growth, segment))]
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

/// A pay figure as somebody types it: mostly a round number near the true one, now and then absurd.
fn pay(dice: &mut Dice, log_pay: f64, segment: Segment) -> u64 {
    let oddity = dice.uniform();
    // The absurd figures never contradict the planted truth: no underpaid learner shows a fortune.
    if oddity < 0.0095 && segment != Segment::ExperiencedUnderpaid {
        return fortune(dice);
    }
    if oddity > 0.9875 && segment != Segment::SeniorHighPay {
        return pittance(dice);
    }
    rounded(dice, exp(log_pay))
}

/// Typed with zeros too many, or in another unit.
fn fortune(dice: &mut Dice) -> u64 {
    match dice.below(1000) {
        0..300 => 100_000_000,
        300..510 => 200_000_000,
        510..514 => 1_000_150_000,
        514..530 => dice.between(3, 9) * 100_000_000,
        _ => {
            let rupees = exp(15.5 + 2.9 * dice.uniform());
            rounded(dice, rupees)
        }
    }
}

/// Typed in thousands, in lakhs, or as a joke.
fn pittance(dice: &mut Dice) -> u64 {
    match dice.below(100) {
        0..4 => dice.between(2, 30),
        4..10 => dice.between(31, 3_500),
        _ => {
            let rupees = exp(8.2 + 2.6 * dice.uniform());
            rounded(dice, rupees)
        }
    }
}

/// Heaps a figure at round numbers: the larger it is, the coarser.
fn rounded(dice: &mut Dice, rupees: f64) -> u64 {
    let grids: [u64; 4] = match rupees {
        2_000_000.0.. => [500_000, 100_000, 50_000, 10_000],
        250_000.0.. => [100_000, 50_000, 10_000, 1_000],
        20_000.0.. => [50_000, 10_000, 1_000, 100],
        _ => [1_000, 1_000, 500, 100],
    };
    let grid = match dice.below(100) {
        0..45 => grids[0],
        45..65 => grids[1],
        65..88 => grids[2],
        88..97 => grids[3],
        _ => 1,
    };
    let heaped = ((rupees / grid as f64).round() as u64) * grid;
    if heaped == 0 { rupees as u64 } else { heaped }
}

//! Whom to contact with a given budget: segments in a chosen mix, the highest scores first, spread so that no
//! company or role swallows it.

mod mix;

use std::collections::{BTreeMap, BTreeSet};

use super::age::{self, AgeProfile, OLDER};
use super::cards::{Card, Cards, Kind, RuleInUse};
use super::floor::Part;
use super::peers::{Known, Peers};
use crate::error::{Error, Result};
use crate::features::encode::quantile;
use crate::table::cleaning::Learners;
use crate::table::column::Text;
use crate::table::role::Role;

/// What is chosen about an audience.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Contacts.
    pub budget: usize,
    /// Kinds of cards about people with their weights; shares of the budget are in proportion.
    pub mix: Vec<(Kind, f64)>,
    /// Largest share of the budget for one company, 0…1.
    pub company_cap: f64,
    /// Largest share of the budget for one role, 0…1.
    pub role_cap: f64,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            budget: 500,
            mix: vec![(Kind::ExperiencedUnderpaid, 60.0), (Kind::YoungRising, 40.0)],
            company_cap: 0.05,
            role_cap: 0.25,
        }
    }
}

impl Wanted {
    /// Reads `experienced-underpaid=60,young-rising=40`.
    ///
    /// # Errors
    /// A kind that names no people, a weight that is none.
    pub fn parse_mix(text: &str) -> Result<Vec<(Kind, f64)>> {
        let unusable = |part: &str, why: &str| {
            Error::usage(format!("'{}' is no part of a mix", part.trim()))
                .because(why)
                .try_this("experienced-underpaid=60,young-rising=40")
        };
        let mut mix: Vec<(Kind, f64)> = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let (kind, weight) = part.split_once('=').ok_or_else(|| unusable(part, "there is no '='"))?;
            let kind = Kind::parse(kind)?;
            let weight: f64 = weight.trim().parse().map_err(|_| unusable(part, "the weight is no number"))?;
            if !kind.is_about_people() {
                return Err(unusable(part, "that card names nobody to speak to"));
            }
            if !(weight.is_finite() && weight >= 0.0) {
                return Err(unusable(part, "a weight is 0 or more"));
            }
            if mix.iter().any(|(other, _)| *other == kind) {
                return Err(unusable(part, "it is there twice"));
            }
            mix.push((kind, weight));
        }
        if mix.iter().all(|(_, weight)| *weight == 0.0) {
            return Err(unusable(text, "no weight is above 0"));
        }
        Ok(mix)
    }
}

/// One part of an audience.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The card that it is made of.
    pub kind: Kind,
    /// Contacts that the mix gives it.
    pub wanted: usize,
    /// Who they are: used rows, the highest score first.
    pub rows: Vec<u32>,
}

/// What a group is made of, so that two can be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition {
    /// Learners.
    pub learners: usize,
    /// Median pay, original units.
    pub pay: Option<f64>,
    /// Median years of experience.
    pub experience: Option<f64>,
    /// Share that is paid above the median of their peers, among those whose peers are known.
    pub above_peers: Option<Part>,
    /// Share of 35 and older, among those whose age is known or assumed.
    pub older: Option<Part>,
    /// Bands of age and stages of the career; `None` where nothing is known of age.
    pub ages: Option<AgeProfile>,
    /// Expected learners of each kind of card, for as many as the audience has.
    pub of_kind: Vec<(Kind, f64)>,
}

/// Whom to contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    /// Contacts asked for.
    pub budget: usize,
    /// Its parts, in the order of the mix.
    pub segments: Vec<Segment>,
    /// Candidates that were left out because they were contacted already.
    pub excluded: usize,
    /// What it is made of.
    pub composition: Composition,
    /// What as many learners would be made of that the rule in use matches, drawn by lot.
    pub by_rule: Composition,
    /// Learners of the audience that the rule matches too.
    pub also_by_rule: usize,
    /// The largest company's and role's learners.
    pub largest: [Option<(String, usize)>; 2],
    /// What should be known about it.
    pub notices: Vec<String>,
}

impl Audience {
    /// Everybody in it: used rows, segment after segment.
    pub fn rows(&self) -> Vec<u32> {
        self.segments.iter().flat_map(|segment| segment.rows.iter().copied()).collect()
    }
}

/// What an audience is made from.
#[derive(Clone, Copy)]
pub struct From<'a> {
    /// Everybody.
    pub learners: &'a Learners,
    /// Their pay against their peers.
    pub peers: &'a Peers,
    /// Who may be contacted, and in which order.
    pub cards: &'a Cards,
    /// The rule in use.
    pub rule: RuleInUse<'a>,
    /// Whether a used row must not be contacted.
    pub excluded: &'a [bool],
}

/// Chooses an audience.
pub fn audience(from: &From<'_>, wanted: &Wanted) -> Audience {
    let mut notices = Vec::new();
    let mut parts: Vec<(&Card, f64)> = Vec::new();
    for (kind, weight) in &wanted.mix {
        match from.cards.of(*kind).map(|card| (card, &card.withheld)) {
            Some((card, None)) => parts.push((card, *weight)),
            Some((_, Some(why))) => notices.push(format!("{kind} is withheld: {why}")),
            None => notices.push(format!("there is no card {kind}: its share goes to the others")),
        }
    }
    let quotas = apportioned(wanted.budget, &parts.iter().map(|(_, weight)| *weight).collect::<Vec<_>>());
    let mut spread = Spread::new(from, wanted);
    let mut segments: Vec<Segment> = parts
        .iter()
        .zip(quotas)
        .map(|((card, _), quota)| Segment { kind: card.kind, wanted: quota, rows: Vec::new() })
        .collect();
    for ((card, _), segment) in parts.iter().zip(&mut segments) {
        let room = segment.wanted;
        spread.fill(card, room, &mut segment.rows);
    }
    // What one segment cannot fill goes to the others.
    for ((card, _), segment) in parts.iter().zip(&mut segments) {
        let room = wanted.budget - spread.learners.len();
        spread.fill(card, room, &mut segment.rows);
    }
    let chosen: Vec<u32> = segments.iter().flat_map(|s| s.rows.iter().copied()).collect();
    if chosen.len() < wanted.budget {
        notices.push(format!(
            "{} of {}: nobody else is in the segments, not excluded, and within the caps",
            chosen.len(),
            wanted.budget
        ));
    }
    let reached = |row: &&u32| from.rule.rows.binary_search(row).is_ok();
    Audience {
        budget: wanted.budget,
        excluded: spread.excluded.len(),
        composition: composition(from, &chosen, chosen.len()),
        by_rule: composition(from, from.rule.rows, chosen.len()),
        also_by_rule: chosen.iter().filter(reached).count(),
        largest: [spread.companies.largest(), spread.roles.largest()],
        segments,
        notices,
    }
}

/// A whole in proportion to the weights, the remainders by size (Hamilton's method).
fn apportioned(whole: usize, weights: &[f64]) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|weight| whole as f64 * weight / total).collect();
    let mut quotas: Vec<usize> = exact.iter().map(|share| share.floor() as usize).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()).then(a.cmp(b)));
    let left = whole.saturating_sub(quotas.iter().sum());
    order.into_iter().cycle().take(left).for_each(|part| quotas[part] += 1);
    quotas
}

/// Who is chosen so far, and of which company and role.
struct Spread<'a> {
    from: &'a From<'a>,
    learners: BTreeSet<u32>,
    excluded: BTreeSet<u32>,
    companies: Cap<'a>,
    roles: Cap<'a>,
}

impl<'a> Spread<'a> {
    fn new(from: &'a From<'a>, wanted: &Wanted) -> Self {
        let cap = |role, share: f64| {
            let text = from.learners.with_role(role).and_then(|column| column.categories());
            let most = ((share * wanted.budget as f64) as usize).max(1);
            Cap { text, known: Known::new(text), most, count: BTreeMap::new() }
        };
        Self {
            from,
            learners: BTreeSet::new(),
            excluded: BTreeSet::new(),
            companies: cap(Role::Company, wanted.company_cap),
            roles: cap(Role::Job, wanted.role_cap),
        }
    }

    /// Takes up to `room` people of a card more.
    fn fill(&mut self, card: &Card, room: usize, rows: &mut Vec<u32>) {
        let mut order: Vec<(f64, u32)> = card.people.iter().map(|person| (person.score, person.row)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let end = rows.len() + room;
        for (_, row) in order {
            if rows.len() == end {
                break;
            }
            let at = row as usize;
            let learner = self.from.learners.learner_of.as_ref().map_or(row, |of| of[at]);
            if self.from.excluded[at] {
                self.excluded.insert(learner);
            } else if !self.learners.contains(&learner) && self.companies.has_room(at) && self.roles.has_room(at) {
                self.learners.insert(learner);
                self.companies.take(at);
                self.roles.take(at);
                rows.push(row);
            }
        }
    }
}

/// How many of each level may be taken; what is unknown is no level and has no cap.
struct Cap<'a> {
    text: Option<&'a Text>,
    known: Known<'a>,
    most: usize,
    count: BTreeMap<u32, usize>,
}

impl Cap<'_> {
    fn has_room(&self, row: usize) -> bool {
        self.known.code(row).is_none_or(|code| self.count.get(&code).is_none_or(|n| *n < self.most))
    }

    fn take(&mut self, row: usize) {
        if let Some(code) = self.known.code(row) {
            *self.count.entry(code).or_default() += 1;
        }
    }

    fn largest(&self) -> Option<(String, usize)> {
        let (code, n) = self.count.iter().max_by_key(|(code, n)| (**n, std::cmp::Reverse(**code)))?;
        Some((self.text?.levels[*code as usize].clone(), *n))
    }
}

/// What a group is made of; kinds are counted for `learners` drawn from it by lot.
fn composition(from: &From<'_>, rows: &[u32], learners: usize) -> Composition {
    let numbers = |role| from.learners.with_role(role).and_then(|column| column.numbers());
    let median = |role| {
        let values = numbers(role)?;
        let mut known: Vec<f64> = rows.iter().map(|row| values[*row as usize]).filter(|v| v.is_finite()).collect();
        quantile(&mut known, 0.5)
    };
    let share = |values: &[f64], meets: &dyn Fn(f64) -> bool| {
        let known: Vec<f64> = rows.iter().map(|row| values[*row as usize]).filter(|v| v.is_finite()).collect();
        let met = known.iter().filter(|v| meets(**v)).count();
        (!known.is_empty()).then_some(Part { some: met, of: known.len() })
    };
    let distinct = from.learners.learners_among(rows.iter().map(|row| *row as usize));
    let group: BTreeSet<u32> = rows.iter().copied().collect();
    let of_kind = |card: &Card| {
        let met = card.people.iter().filter(|person| group.contains(&person.row)).count();
        (card.kind, learners.min(rows.len()) as f64 * met as f64 / rows.len().max(1) as f64)
    };
    Composition {
        learners: learners.min(distinct.unwrap_or(rows.len())),
        pay: median(Role::Pay),
        experience: median(Role::Experience),
        above_peers: share(&from.peers.gap, &|gap| gap > 0.0),
        older: from.learners.ages.as_ref().and_then(|ages| share(ages.years(), &|years| years >= OLDER)),
        ages: age::profiles(from.learners, &[rows.to_vec()]).pop(),
        of_kind: from.cards.cards.iter().filter(|card| card.kind.is_about_people()).map(of_kind).collect(),
    }
}

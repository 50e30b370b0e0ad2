//! Cards and audience for people and for programs. Figures come through the privacy floor.

mod people;

use std::collections::BTreeMap;

pub use people::{audience_list, card_list};
use serde::Serialize;

use super::list::{Cells, Column};
use super::text::{self, Align};
use crate::privacy::{self, Disclosed, Figures, MadeOf, ShownCard, Spoken};
use crate::segments::audience::Audience;
use crate::segments::cards::{Card, Effect, Kind, Unit};
use crate::segments::floor::{Part, is_few};
use crate::study::Cleaned;
use crate::study::plan::Plan;
use crate::table::money::{format_pay, group_thousands};

/// JSON of `kscope plan`.
#[derive(Debug, Serialize)]
pub struct Report {
    source: String,
    cards: Vec<CardJson>,
    not_shown: Vec<NotShownJson>,
    audience: Option<AudienceJson>,
}

#[derive(Debug, Serialize)]
struct CardJson {
    kind: &'static str,
    claim: Option<String>,
    rows: Option<usize>,
    learners: Option<usize>,
    effect: Option<EffectJson>,
    holds_within: Vec<&'static str>,
    strata: Vec<WithinJson>,
    caveat: Option<String>,
    next: String,
    score: Option<&'static str>,
    withheld: Option<String>,
}

#[derive(Debug, Serialize)]
struct EffectJson {
    value: f64,
    low: f64,
    high: f64,
    unit: &'static str,
    words: &'static str,
}

#[derive(Debug, Serialize)]
struct WithinJson {
    name: &'static str,
    holds: bool,
    reverses: bool,
    judged: usize,
    against: Vec<String>,
}

#[derive(Debug, Serialize)]
struct NotShownJson {
    kind: &'static str,
    why: String,
}

#[derive(Debug, Serialize)]
struct AudienceJson {
    budget: usize,
    /// Null under the privacy floor; so are the others that may be null.
    learners: Option<usize>,
    segments: Vec<SegmentJson>,
    excluded: Option<usize>,
    composition: CompositionJson,
    against_rule: AgainstJson,
    largest: LargestJson,
    notices: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SegmentJson {
    name: &'static str,
    learners: Option<usize>,
    wanted: usize,
    score: &'static str,
}

#[derive(Debug, Serialize)]
struct CompositionJson {
    pay: Option<f64>,
    experience: Option<f64>,
    above_peers: Option<f64>,
    older: Option<f64>,
    age_is_assumed: Option<bool>,
    /// Share by band of age, and by stage of the career.
    age_bands: BTreeMap<&'static str, Option<f64>>,
    stages: BTreeMap<&'static str, Option<f64>>,
    of_kind: BTreeMap<&'static str, Option<f64>>,
}

#[derive(Debug, Serialize)]
struct AgainstJson {
    rule: String,
    learners: Option<usize>,
    also_in_audience: Option<usize>,
    composition: CompositionJson,
}

#[derive(Debug, Serialize)]
struct LargestJson {
    company: Option<usize>,
    role: Option<usize>,
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Relative => "relative",
        Unit::Share => "share",
        Unit::Growth => "growth-per-year",
    }
}

/// The figure of an effect as people read it: −58 %, 52 %, +24 points a year; with its interval.
pub fn effect_words(effect: &Effect) -> String {
    let [value, interval] = effect_figures(effect);
    format!("{value} ({interval})")
}

/// The figure of an effect, and its interval.
pub fn effect_figures(effect: &Effect) -> [String; 2] {
    let signed = |v: f64| format!("{:+.0}", 100.0 * v).replace('-', "−");
    let (show, after): (&dyn Fn(f64) -> String, &str) = match effect.unit {
        Unit::Relative => (&signed, " %"),
        Unit::Share => (&|v: f64| format!("{:.0}", 100.0 * v), " %"),
        Unit::Growth => (&signed, " points a year"),
    };
    [format!("{}{after}", show(effect.value)), format!("{} to {}", show(effect.low), show(effect.high))]
}

/// What may be said of the groups of a plan.
pub fn figures<'a>(cleaned: &Cleaned, plan: &'a Plan) -> Disclosed<Figures<'a>> {
    privacy::report(&Spoken {
        learners: &cleaned.learners,
        clusters: &[],
        steps: &[],
        cards: &plan.cards,
        known: &plan.known,
        rule: &plan.rule_rows,
        segments: &segments(plan),
    })
}

/// The parts of the audience, by used row.
pub fn segments(plan: &Plan) -> Vec<Vec<u32>> {
    plan.audience.iter().flat_map(|audience| &audience.segments).map(|segment| segment.rows.clone()).collect()
}

impl Report {
    /// Collects what may be shown.
    pub fn new(source: &str, cleaned: &Cleaned, plan: &Plan) -> Self {
        let figures = figures(cleaned, plan);
        let figures = figures.get();
        let not_shown = plan.cards.not_shown.iter().map(|n| NotShownJson { kind: n.kind.word(), why: n.why.clone() });
        Self {
            source: source.to_owned(),
            cards: figures.cards.iter().map(card_json).collect(),
            not_shown: not_shown.collect(),
            audience: plan.audience.as_ref().map(|audience| audience_json(cleaned, plan, audience, figures)),
        }
    }

    /// What should be known beside it.
    pub fn notices(&self) -> &[String] {
        self.audience.as_ref().map_or(&[], |audience| &audience.notices)
    }
}

fn card_json(shown: &ShownCard<'_>) -> CardJson {
    let card = shown.card;
    let open = shown.hidden.is_none();
    let effect =
        |e: &Effect| EffectJson { value: e.value, low: e.low, high: e.high, unit: unit(e.unit), words: e.words };
    CardJson {
        kind: card.kind.word(),
        claim: open.then(|| card.claim.clone()),
        rows: open.then_some(card.rows),
        learners: open.then_some(card.learners),
        effect: open.then(|| effect(&card.effect)),
        holds_within: if open { card.holds_within() } else { Vec::new() },
        strata: if open { card.strata.iter().map(within_json).collect() } else { Vec::new() },
        caveat: open.then(|| card.caveat.clone()),
        next: card.next.clone(),
        score: Some(card.score).filter(|score| !score.is_empty()),
        withheld: card.withheld.clone().or(shown.hidden.map(str::to_owned)),
    }
}

fn within_json(within: &crate::segments::cards::Within) -> WithinJson {
    WithinJson {
        name: within.name,
        holds: within.holds(),
        reverses: within.reverses(),
        judged: within.strata.len(),
        against: within.against().map(|stratum| stratum.level.clone()).collect(),
    }
}

fn composition_json(cleaned: &Cleaned, made: &MadeOf) -> CompositionJson {
    CompositionJson {
        pay: made.pay,
        experience: made.experience,
        above_peers: made.above_peers.and_then(Part::told),
        older: made.older.and_then(Part::told),
        age_is_assumed: cleaned.learners.ages.as_ref().map(|ages| ages.basis.is_assumed()),
        age_bands: made.bands.iter().copied().collect(),
        stages: made.stages.iter().copied().collect(),
        of_kind: made.of_kind.iter().map(|(kind, learners)| (kind.word(), *learners)).collect(),
    }
}

/// What the audience is made of, and what it would be by the rule in use.
fn both_made_of(audience: &Audience, [own, rule]: Learners) -> [Disclosed<MadeOf>; 2] {
    [privacy::composition(&audience.composition, own), privacy::composition(&audience.by_rule, rule)]
}

/// Learners of an audience and by the rule in use, where they may be told.
type Learners = [Option<usize>; 2];

/// Those of a report.
fn told(figures: &Figures<'_>) -> Learners {
    [figures.audience, figures.rule]
}

/// Bands of age and stages of the career of an audience, and of as many by the rule in use: shares.
pub fn bands(audience: &Audience, learners: [Option<usize>; 2]) -> Vec<[String; 3]> {
    let Some(ages) = &audience.composition.ages else { return Vec::new() };
    let approx = if ages.basis.is_assumed() { "≈" } else { "" };
    let [own, rule] = both_made_of(audience, learners);
    let (own, rule) = (own.get(), rule.get());
    let mut rows = Vec::new();
    for (before, own, rule) in [(approx, &own.bands, &rule.bands), ("", &own.stages, &rule.stages)] {
        let percent = |share: Option<f64>| share.map_or("–".to_owned(), |s| format!("{before}{:.0} %", 100.0 * s));
        for (band, mine) in own {
            let other = rule.iter().find(|(other, _)| other == band).and_then(|(_, share)| *share);
            rows.push([format!("{before}{band}"), percent(*mine), percent(other)]);
        }
    }
    rows
}

fn audience_json(cleaned: &Cleaned, plan: &Plan, audience: &Audience, figures: &Figures<'_>) -> AudienceJson {
    let segments = audience.segments.iter().zip(&figures.segments).map(|(segment, learners)| SegmentJson {
        name: segment.kind.word(),
        learners: *learners,
        wanted: segment.wanted,
        score: plan.cards.of(segment.kind).map_or("", |card| card.score),
    });
    let [own, rule] = both_made_of(audience, told(figures));
    let mut composition = composition_json(cleaned, own.get());
    composition.of_kind =
        figures.of_kind.iter().map(|(kind, learners)| (kind.word(), learners.map(|n| n as f64))).collect();
    let largest = |largest: &Option<(String, usize)>| {
        let (_, some) = largest.as_ref().filter(|_| figures.audience.is_some())?;
        (!Part { some: *some, of: audience.composition.learners }.tells_of_few()).then_some(*some)
    };
    AudienceJson {
        budget: audience.budget,
        learners: figures.audience,
        segments: segments.collect(),
        excluded: Some(audience.excluded).filter(|excluded| !is_few(*excluded)),
        composition,
        against_rule: AgainstJson {
            rule: plan.rule.clone(),
            learners: figures.rule,
            also_in_audience: figures.also_by_rule,
            composition: composition_json(cleaned, rule.get()),
        },
        largest: LargestJson { company: largest(&audience.largest[0]), role: largest(&audience.largest[1]) },
        notices: if figures.audience.is_some() { audience.notices.clone() } else { Vec::new() },
    }
}

/// For people.
pub fn text(cleaned: &Cleaned, plan: &Plan) -> String {
    let escape = crate::source::escape;
    let mut out = String::new();
    let figures = figures(cleaned, plan);
    let figures = figures.get();
    for (i, shown) in figures.cards.iter().enumerate() {
        let card = shown.card;
        if let Some(hidden) = shown.hidden {
            out += &format!("{}  {}\n   withheld: {hidden}\n\n", i + 1, card.kind);
            continue;
        }
        out += &format!("{}  {}\n   {}\n", i + 1, card.kind, escape(&card.claim));
        out += &format!(
            "   who      {} learners, {} rows\n   effect   {}: {}\n",
            group_thousands(card.learners as u64),
            group_thousands(card.rows as u64),
            card.effect.words,
            effect_words(&card.effect),
        );
        if !card.strata.is_empty() {
            out += &format!("   holds    {}\n", escape(&holds_words(card)));
        }
        if let Some(why) = &card.withheld {
            out += &format!("   withheld {why}\n");
        }
        out += &format!("   caveat   {}\n   next     {}\n\n", card.caveat, card.next);
    }
    for missing in &plan.cards.not_shown {
        out += &format!("–  {}: {}\n", missing.kind, escape(&missing.why));
    }
    if let Some(audience) = &plan.audience {
        out += &format!("\n{}", audience_text(cleaned, plan, audience, figures));
    }
    out
}

/// Inside which strata the direction of a card holds, in words.
pub fn holds_words(card: &Card) -> String {
    let words = card.strata.iter().map(|within| {
        let against: Vec<&str> = within.against().map(|stratum| stratum.level.as_str()).collect();
        match (within.strata.len(), against.len()) {
            (0, _) => format!("{}: too few in each to tell", within.name),
            (n, 0) => format!("in each {} of {n}", within.name),
            (n, _) if within.reverses() => format!("REVERSES in most {}s of {n}", within.name),
            (n, against_n) if against_n <= 3 => {
                format!("in {} of {n} {}s, not in {}", n - against_n, within.name, against.join(", "))
            }
            (n, against_n) => format!("in {} of {n} {}s", n - against_n, within.name),
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

fn audience_text(cleaned: &Cleaned, plan: &Plan, audience: &Audience, figures: &Figures<'_>) -> String {
    let rows: Vec<Vec<String>> = audience
        .segments
        .iter()
        .zip(&figures.segments)
        .map(|(segment, learners)| {
            vec![
                segment.kind.to_string(),
                group_thousands(segment.wanted as u64),
                learners.map_or("–".to_owned(), |n| group_thousands(n as u64)),
                plan.cards.of(segment.kind).map_or("", |card| card.score).to_owned(),
            ]
        })
        .collect();
    let header =
        [("segment", Align::Left), ("wanted", Align::Right), ("learners", Align::Right), ("ordered by", Align::Left)];
    let mut out = format!("Audience of {}\n{}", group_thousands(audience.budget as u64), text::table(&header, &rows));
    let mut rows: Vec<Vec<String>> = made_of(cleaned, audience, told(figures))
        .into_iter()
        .chain(bands(audience, told(figures)))
        .map(Vec::from)
        .collect();
    rows.extend(of_kind(audience, figures).map(|(kind, [own, rule])| {
        let shown = |n: Option<f64>| n.map_or("–".to_owned(), |n| group_thousands(n.round() as u64));
        vec![kind.to_string(), shown(own), shown(rule)]
    }));
    let header = [("made of", Align::Left), ("audience", Align::Right), ("by the rule in use", Align::Right)];
    out += &format!("\n{}", text::table(&header, &rows));
    out += &format!(
        "\nThe rule in use is {}; the same number of learners drawn from it by lot.\n",
        crate::source::escape(&plan.rule)
    );
    for notice in audience.notices.iter().filter(|_| figures.audience.is_some()) {
        out += &format!("note: {}\n", crate::source::escape(notice));
    }
    out
}

/// Learners of each kind in the audience, and expected by the rule in use.
pub fn of_kind(audience: &Audience, figures: &Figures<'_>) -> impl Iterator<Item = (Kind, [Option<f64>; 2])> {
    let [_, rule] = both_made_of(audience, told(figures));
    let own = figures.of_kind.clone().into_iter();
    own.zip(rule.get().of_kind.clone()).map(|((kind, own), (_, rule))| (kind, [own.map(|n| n as f64), rule]))
}

/// What an audience is made of, and what it would be by the rule in use: pay, experience, peers, age.
pub fn made_of(cleaned: &Cleaned, audience: &Audience, learners: [Option<usize>; 2]) -> [[String; 3]; 4] {
    let approx = if cleaned.learners.ages.as_ref().is_some_and(|ages| ages.basis.is_assumed()) { "≈" } else { "" };
    let [own, rule] = both_made_of(audience, learners);
    let (own, rule) = (own.get(), rule.get());
    let percent = |part: Option<Part>| part.map_or("–".to_owned(), Part::percent);
    let pay = |c: &MadeOf| c.pay.map_or("–".to_owned(), |pay| format_pay(pay, cleaned.table.currency));
    let years = |c: &MadeOf| c.experience.map_or("–".to_owned(), |years| format!("{years:.0} y"));
    let older = |c: &MadeOf| if c.older.is_some() { format!("{approx}{}", percent(c.older)) } else { percent(None) };
    [
        ["median pay".to_owned(), pay(own), pay(rule)],
        ["median experience".to_owned(), years(own), years(rule)],
        ["above the peers' median".to_owned(), percent(own.above_peers), percent(rule.above_peers)],
        [format!("{approx}35 or older"), older(own), older(rule)],
    ]
}

/// Cards for spreadsheets: one line each.
pub fn csv(cleaned: &Cleaned, plan: &Plan) -> Vec<Column> {
    let shown = privacy::cards(&cleaned.learners, &plan.cards, &plan.known);
    let open: Vec<(&Card, bool)> = shown.get().iter().map(|s| (s.card, s.hidden.is_none())).collect();
    let withheld =
        shown.get().iter().map(|shown| shown.card.withheld.clone().or(shown.hidden.map(str::to_owned))).collect();
    let number = |of: &dyn Fn(&Card) -> f64| {
        Cells::Number(open.iter().map(|(card, open)| if *open { of(card) } else { f64::NAN }).collect())
    };
    let words = |of: &dyn Fn(&Card, bool) -> Option<String>| {
        Cells::Text(open.iter().map(|(card, open)| of(card, *open)).collect())
    };
    vec![
        Column::new("kind", words(&|card, _| Some(card.kind.to_string()))),
        Column::new("claim", words(&|card, open| open.then(|| card.claim.clone()))),
        Column::new("rows", number(&|card| card.rows as f64)),
        Column::new("learners", number(&|card| card.learners as f64)),
        Column::new("value", number(&|card| card.effect.value)),
        Column::new("low", number(&|card| card.effect.low)),
        Column::new("high", number(&|card| card.effect.high)),
        Column::new("unit", words(&|card, _| Some(unit(card.effect.unit).to_owned()))),
        Column::new("holds_within", words(&|card, open| open.then(|| card.holds_within().join("; ")))),
        Column::new("caveat", words(&|card, open| open.then(|| card.caveat.clone()))),
        Column::new("withheld", Cells::Text(withheld)),
    ]
}

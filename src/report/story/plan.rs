//! Cards and audience.

use super::{Block, Entry, Section, Table, Told, percent};
use crate::privacy::{FLOOR, ShownCard};
use crate::report::plan::{bands, effect_words, holds_words, made_of, of_kind};
use crate::report::svg::{Pair, Whisker, pairs, whiskers};
use crate::report::text::Align;
use crate::segments::floor::is_few;
use crate::table::money::group_thousands;

/// What the cards are called where nobody types their names.
fn title(kind: &str) -> String {
    let words = kind.replace('-', " ");
    super::Noun::heading(&words)
}

pub(super) fn cards(told: &Told<'_>, missing: &mut Vec<String>) -> Option<Section> {
    let cards = &told.figures.get().cards;
    if told.plan.audience.is_none() {
        missing.push("Recommendations and an audience: the table has no pay and experience".to_owned());
        return None;
    }
    missing.extend(told.plan.cards.not_shown.iter().map(|n| format!("{}: {}", title(n.kind.word()), n.why)));
    let shown: Vec<&ShownCard<'_>> = cards.iter().filter(|shown| shown.hidden.is_none()).collect();
    if cards.is_empty() {
        return None;
    }
    let dots: Vec<Whisker> = shown
        .iter()
        .filter(|shown| shown.card.withheld.is_none())
        .map(|shown| {
            let effect = &shown.card.effect;
            Whisker {
                label: title(shown.card.kind.word()),
                figure: effect_words(effect),
                value: 100.0 * effect.value,
                interval: (100.0 * effect.low, 100.0 * effect.high),
            }
        })
        .collect();
    let mut blocks = Vec::new();
    if !dots.is_empty() {
        let said = dots.iter().map(|dot| format!("{}: {}", dot.label, dot.figure)).collect::<Vec<_>>().join("; ");
        blocks.push(Block::Charts(vec![whiskers(
            "effects",
            "Effects with their intervals",
            &format!("{said}."),
            &dots,
        )]));
        blocks.push(Block::Note(
            "Each effect is of another kind, as its card says; the whiskers are 95 % bootstrap intervals unless the \
             card says otherwise."
                .to_owned(),
        ));
    }
    blocks.extend(cards.iter().map(|shown| Block::Entry(entry(shown))));
    Some(Section { id: "cards", title: "Recommendations".to_owned(), blocks })
}

fn entry(shown: &ShownCard<'_>) -> Entry {
    let card = shown.card;
    let title = title(card.kind.word());
    if let Some(why) = shown.hidden {
        return Entry { title, cluster: None, lead: None, facts: Vec::new(), withheld: Some(why.to_owned()) };
    }
    let mut facts = vec![
        (
            "who",
            format!("{} learners, {} rows", group_thousands(card.learners as u64), group_thousands(card.rows as u64)),
        ),
        ("effect", format!("{}: {}", card.effect.words, effect_words(&card.effect))),
    ];
    if !card.strata.is_empty() {
        facts.push(("holds", holds_words(card)));
    }
    facts.push(("caveat", card.caveat.clone()));
    facts.push(("next", card.next.clone()));
    if !card.score.is_empty() {
        facts.push(("ordered by", card.score.to_owned()));
    }
    Entry { title, cluster: None, lead: Some(format!("{}.", card.claim)), facts, withheld: card.withheld.clone() }
}

pub(super) fn audience(told: &Told<'_>, missing: &mut Vec<String>) -> Option<Section> {
    let audience = told.plan.audience.as_ref()?;
    let figures = told.figures.get();
    let Some(learners) = figures.audience.filter(|learners| *learners > 0) else {
        missing.push("An audience: nobody is in it, or so few that they are not shown".to_owned());
        return None;
    };
    let mut blocks = vec![Block::Text(format!(
        "{} of {} contacts: {}.",
        group_thousands(learners as u64),
        group_thousands(audience.budget as u64),
        told.recipe
            .plan
            .wanted
            .mix
            .iter()
            .map(|(kind, weight)| format!("{weight} parts {}", title(kind.word()).to_lowercase()))
            .collect::<Vec<_>>()
            .join(", ")
    ))];
    let rows = audience.segments.iter().zip(&figures.segments).map(|(segment, learners)| {
        vec![
            title(segment.kind.word()),
            group_thousands(segment.wanted as u64),
            match learners {
                Some(learners) => group_thousands(*learners as u64),
                None if is_few(segment.rows.len()) => format!("<{FLOOR}"),
                None => "–".to_owned(),
            },
        ]
    });
    let columns = [("segment", Align::Left), ("wanted", Align::Right), ("learners", Align::Right)];
    blocks.push(Block::Table(Table {
        caption: "What it is made of".to_owned(),
        columns: columns.map(|(title, align)| (title.to_owned(), align)).to_vec(),
        rows: rows.collect(),
    }));
    match (figures.rule, told.plan.rule_learners) {
        (Some(0), _) => missing.push("The audience beside the rule in use: nobody matches that rule".to_owned()),
        (None, rule) if is_few(rule) => {
            missing.push("The audience beside the rule in use: too few learners match that rule".to_owned());
        }
        (matched, _) => {
            if matched.is_none() {
                missing.push(format!(
                    "How many the rule in use matches: it would tell of fewer than {FLOOR} learners beside another figure"
                ));
            }
            blocks.extend(against_rule(told, matched));
        }
    }
    blocks.extend(audience.notices.iter().map(|notice| Block::Note(format!("{notice}."))));
    Some(Section { id: "audience", title: "Audience".to_owned(), blocks })
}

/// The audience beside as many learners by the rule in use.
fn against_rule(told: &Told<'_>, matched: Option<usize>) -> Vec<Block> {
    let Some(audience) = &told.plan.audience else { return Vec::new() };
    let bars: Vec<Pair> = of_kind(audience, told.figures.get())
        .filter_map(|(kind, [own, rule])| {
            let values = [own?, rule?];
            let figures = values.map(|v| group_thousands(v.round() as u64));
            Some(Pair { label: title(kind.word()), values, figures })
        })
        .collect();
    let said: Vec<String> =
        bars.iter().map(|bar| format!("{}: {} against {}", bar.label, bar.figures[0], bar.figures[1])).collect();
    let learners = [told.figures.get().audience, told.figures.get().rule];
    let rows = made_of(told.cleaned, audience, learners).into_iter().chain(bands(audience, learners)).map(Vec::from);
    let mut rows: Vec<Vec<String>> = rows.collect();
    rows.extend(bars.iter().map(|bar| vec![bar.label.clone(), bar.figures[0].clone(), bar.figures[1].clone()]));
    let columns = [("", Align::Left), ("audience", Align::Right), ("rule in use", Align::Right)];
    let mut blocks = vec![Block::Text(format!(
        "The rule in use is {}{}. As many as the audience has, drawn from those whom it matches by lot, would be:",
        told.plan.rule,
        matched.map(|n| format!("; it matches {} learners", group_thousands(n as u64))).unwrap_or_default()
    ))];
    if !bars.is_empty() {
        blocks.push(Block::Charts(vec![pairs(
            "audience",
            "Learners reached, of each kind",
            &format!("Audience against the rule in use. {}.", said.join("; ")),
            ["audience", "rule in use"],
            &bars,
        )]));
    }
    blocks.push(Block::Table(Table {
        caption: format!("Audience against the rule in use; {} of the learners are in both", both(told)),
        columns: columns.map(|(title, align)| (title.to_owned(), align)).to_vec(),
        rows,
    }));
    blocks
}

/// Learners of the audience that the rule matches too.
fn both(told: &Told<'_>) -> String {
    let figures = told.figures.get();
    match (figures.also_by_rule, figures.audience) {
        (Some(also), Some(learners)) => percent(also as f64 / learners.max(1) as f64),
        _ => "some".to_owned(),
    }
}

//! Who is in the clusters, and who passes the rule.

use super::{Block, Entry, Noun, Section, Table, Told, percent};
use crate::privacy::{self, Disclosed, FLOOR, ShownLevel};
use crate::report::profile::{apart_words, measured};
use crate::report::svg::{self, Bar, bars, boxes};
use crate::report::text::Align;
use crate::segments::age::AgeProfile;
use crate::segments::floor::Part;
use crate::segments::profile::{Apart, CategoryProfile, How, NumberProfile, Profile};
use crate::table::money::{format_pay, group_thousands};
use crate::table::role::Role;

/// Columns of numbers that the overview shows where the table is not of pay and experience.
const MOST_COLUMNS: usize = 4;
/// Levels of a category that are named.
const LEVELS: usize = 4;

/// Standard deviations below which nothing sets a cluster apart.
const LEAST_APART: f64 = 0.2;

/// One cluster with all that is known of it.
struct Known<'a> {
    profile: &'a Profile,
    name: String,
    learners: usize,
    age: Option<&'a AgeProfile>,
}

pub(super) fn section(told: &Told<'_>, noun: Noun, missing: &mut Vec<String>) -> Section {
    let described = told.found.describe(told.cleaned, told.prepared);
    let shown = &told.figures.get().clusters;
    let known: Vec<Known<'_>> = described
        .profiles
        .iter()
        .zip(shown)
        .filter_map(|(profile, learners)| {
            Some(Known {
                profile,
                name: told.recipe.name(profile).to_owned(),
                learners: (*learners)?,
                age: described.ages.get(profile.cluster),
            })
        })
        .collect();
    let hidden = described.profiles.len() - known.len();
    if hidden > 0 {
        missing.push(format!(
            "{} not shown: fewer than {FLOOR} learners, or together with the others they would tell of so few",
            noun.count(hidden)
        ));
    }
    if known.is_empty() {
        let blocks = vec![Block::Text(format!(
            "None of the {} has enough {} to be spoken of.",
            noun.many,
            people(told).to_lowercase()
        ))];
        return Section { id: "people", title: format!("Who is in the {}", noun.many), blocks };
    }
    let mut blocks = vec![
        Block::Charts(charts(told, noun, &known, missing)),
        Block::Note(match told.figures.get().clustered {
            Some(_) => {
                let rows = group_thousands(told.prepared.matrix.rows() as u64);
                format!("Shares are of the {rows} rows that were clustered.")
            }
            None => "Shares are of the rows that were clustered.".to_owned(),
        }),
        Block::Table(overview(told, &known)),
    ];
    if described.ages.first().is_some_and(|age| age.basis.is_assumed())
        && let Some(ages) = &told.cleaned.learners.ages
    {
        blocks.push(Block::Note(format!("≈ Age is {}; it says nothing that experience does not say.", ages.how())));
    }
    let levels = levels(told, &described.profiles, shown);
    blocks.extend(known.iter().map(|cluster| Block::Entry(entry(told, cluster, &levels))));
    Section { id: "people", title: format!("Who is in the {}", noun.many), blocks }
}

fn charts(told: &Told<'_>, noun: Noun, known: &[Known<'_>], missing: &mut Vec<String>) -> Vec<svg::Chart> {
    let label = |c: &Known<'_>| format!("{} {}", c.profile.cluster, c.name);
    let sizes: Vec<Bar> = known
        .iter()
        .map(|c| Bar {
            label: label(c),
            value: c.learners as f64,
            figure: format!("{} · {}", group_thousands(c.learners as u64), percent(c.profile.share)),
            cluster: Some(c.profile.cluster),
        })
        .collect();
    let said = sizes.iter().map(|bar| format!("{}: {}", bar.label, bar.figure)).collect::<Vec<_>>().join("; ");
    let mut charts =
        vec![bars("sizes", &format!("{} of each {}", people(told), noun.one), &format!("{said}."), &sizes)];
    let quartiles: Vec<svg::Box> = known
        .iter()
        .filter_map(|c| {
            let pay = c.profile.number(Role::Pay)?;
            let quartiles = [pay.q1, pay.median, pay.q3];
            (quartiles[0] > 0.0 && quartiles[2].is_finite()).then(|| svg::Box {
                label: label(c),
                quartiles,
                figure: format_pay(pay.median, told.cleaned.table.currency),
                cluster: c.profile.cluster,
            })
        })
        .collect();
    if quartiles.is_empty() {
        missing.push("Pay by quartiles: no column is known to be pay".to_owned());
    } else {
        let currency = told.cleaned.table.currency;
        let said: Vec<String> = quartiles
            .iter()
            .map(|b| {
                format!(
                    "{}: {} to {}, median {}",
                    b.label,
                    pay(told, b.quartiles[0]),
                    pay(told, b.quartiles[2]),
                    b.figure
                )
            })
            .collect();
        let words = format!("The middle half of each {}. {}.", noun.one, said.join("; "));
        charts.push(boxes("pay", "Pay: quartiles, log scale", &words, &quartiles, |v| format_pay(v, currency)));
    }
    charts
}

fn people(told: &Told<'_>) -> &'static str {
    if told.cleaned.learner_count.is_some() { "Learners" } else { "Rows" }
}

fn pay(told: &Told<'_>, value: f64) -> String {
    format_pay(value, told.cleaned.table.currency)
}

/// Pay and experience where there are any, else the inputs that differ most.
fn overview(told: &Told<'_>, known: &[Known<'_>]) -> Table {
    let numbers: &[NumberProfile] = known.first().map_or(&[], |c| &c.profile.numbers);
    let mut chosen: Vec<&NumberProfile> =
        [Role::Pay, Role::Experience].iter().filter_map(|role| numbers.iter().find(|n| n.role == *role)).collect();
    if chosen.is_empty() {
        chosen = numbers.iter().filter(|n| n.input).collect();
        chosen.sort_by(|a, b| b.eta_squared.total_cmp(&a.eta_squared));
        chosen.truncate(MOST_COLUMNS);
    }
    let labels = chosen.iter().map(|n| (format!("{}: median (quartiles)", n.label()), Align::Right));
    let labels: Vec<(String, Align)> = labels.collect();
    let chosen: Vec<&str> = chosen.iter().map(|n| n.column.as_str()).collect();
    let ages = known.iter().any(|c| c.age.is_some());
    let mut columns = vec![("name".to_owned(), Align::Left), (people(told).to_lowercase(), Align::Right)];
    columns.push(("share".to_owned(), Align::Right));
    columns.extend(labels);
    if ages {
        columns.push(("median age".to_owned(), Align::Right));
    }
    columns.push(("silhouette".to_owned(), Align::Right));
    let silhouette = told.found.quality.as_ref().and_then(|q| q.silhouette.as_ref());
    let rows = known.iter().map(|c| {
        let mut row = vec![
            format!("{} {}", c.profile.cluster, c.name),
            group_thousands(c.learners as u64),
            percent(c.profile.share),
        ];
        row.extend(chosen.iter().map(|name| {
            let found = c.profile.numbers.iter().find(|n| n.column == *name);
            found.map_or_else(|| "–".to_owned(), |n| quartiles(told, n))
        }));
        if ages {
            row.push(c.age.and_then(age).unwrap_or_else(|| "–".to_owned()));
        }
        let own = silhouette.and_then(|s| s.per_cluster.get(c.profile.cluster).copied().flatten());
        row.push(own.map_or_else(|| "–".to_owned(), |v| format!("{v:.2}").replace('-', "−")));
        row
    });
    let rows = rows.collect();
    Table { caption: "Medians; in brackets the quartiles".to_owned(), columns, rows }
}

fn quartiles(told: &Told<'_>, n: &NumberProfile) -> String {
    let show = |v: f64| measured(n.role.word(), v, told.cleaned.table.currency);
    format!("{} ({} to {})", show(n.median), show(n.q1), show(n.q3))
}

fn age(age: &AgeProfile) -> Option<String> {
    let mark = if age.basis.is_assumed() { "≈" } else { "" };
    age.median.map(|median| format!("{mark}{median:.0}"))
}

fn entry(told: &Told<'_>, cluster: &Known<'_>, levels: &[Levels<'_>]) -> Entry {
    let Known { profile, name, learners, .. } = cluster;
    let mut facts = vec![(
        "who",
        format!(
            "{} {}, {} of all",
            group_thousands(*learners as u64),
            people(told).to_lowercase(),
            percent(profile.share)
        ),
    )];
    // Levels stand below, those that enough rows have.
    let numbers = |apart: &Apart| matches!(apart.how, How::Deviations(z) if z.abs() >= LEAST_APART);
    let set_apart: Vec<String> = profile.apart().into_iter().filter(numbers).take(4).map(|a| apart_words(&a)).collect();
    if !set_apart.is_empty() {
        facts.push(("set apart by", set_apart.join(", ")));
    }
    let rule = told.found.explained().and_then(|rules| rules.get(profile.cluster)).and_then(Option::as_ref);
    facts.push((
        "as a rule",
        rule.map_or_else(
            || "no short rule says who they are".to_owned(),
            |r| {
                let both = (r.precision * r.rows as f64).round() as usize;
                let precision = Part { some: both, of: r.rows }.percent();
                let recall = Part { some: both, of: profile.used_rows }.percent();
                format!("{} (precision {precision}, recall {recall})", r.rule)
            },
        ),
    ));
    for category in levels {
        let levels = words(&category.by_cluster.get()[profile.cluster]);
        if !levels.is_empty() {
            let title = match category.role {
                Role::Job => "roles",
                Role::Company => "companies",
                _ => "most frequent",
            };
            let of = if title == "most frequent" { format!("{}: ", category.name) } else { String::new() };
            facts.push((title, format!("{of}{levels}")));
        }
    }
    if let Some(age) = cluster.age.filter(|age| !age.stages.is_empty()) {
        let stages = privacy::bands(&age.stages);
        let stages = stages.get().iter().filter(|(_, share)| share.is_some_and(|share| share > 0.0));
        let stages: Vec<String> =
            stages.map(|(stage, share)| format!("{stage} {}", percent(share.unwrap_or_default()))).collect();
        if !stages.is_empty() {
            facts.push(("career", stages.join(" · ")));
        }
    }
    Entry {
        title: format!("{} {name}", profile.cluster),
        cluster: Some(profile.cluster),
        lead: None,
        facts,
        withheld: None,
    }
}

/// A category, and what may be said of its levels.
struct Levels<'a> {
    name: &'a str,
    role: Role,
    by_cluster: Disclosed<Vec<Vec<ShownLevel<'a>>>>,
}

/// The most frequent levels of each category. `shown`: whether the size of a cluster is.
fn levels<'a>(told: &Told<'_>, profiles: &'a [Profile], shown: &[Option<usize>]) -> Vec<Levels<'a>> {
    let Some(first) = profiles.first() else { return Vec::new() };
    let of = |(at, category): (usize, &'a CategoryProfile)| {
        let by_cluster = profiles.iter().zip(shown).map(|(p, shown)| (&p.categories[at], shown.is_some()));
        let by_cluster: Vec<_> = by_cluster.collect();
        Levels {
            name: &category.column,
            role: category.role,
            by_cluster: privacy::levels(&told.cleaned.learners, told.members, &by_cluster, LEVELS),
        }
    };
    first.categories.iter().enumerate().map(of).collect()
}

fn words(levels: &[ShownLevel<'_>]) -> String {
    let words = levels.iter().map(|shown| {
        let lift = if shown.lift { format!(" (×{:.1})", shown.level.lift) } else { String::new() };
        format!("{} {}{lift}", shown.level.level, percent(shown.level.share))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The rule of the recipe as a funnel.
pub(super) fn funnel(told: &Told<'_>, missing: &mut Vec<String>) -> Option<Section> {
    let drill = match told.drill {
        Ok(drill) => drill,
        Err(why) => {
            missing.push(format!("A funnel: {why}"));
            return None;
        }
    };
    let everybody = told.cleaned.learner_count.unwrap_or(told.cleaned.learners.rows());
    let mut last = everybody;
    let mut rows =
        vec![vec!["everybody".to_owned(), group_thousands(everybody as u64), "100 %".to_owned(), String::new()]];
    let mut steps = vec![Bar {
        label: "everybody".to_owned(),
        value: everybody as f64,
        figure: group_thousands(everybody as u64),
        cluster: None,
    }];
    let mut hidden = 0;
    for (clause, shown) in drill.funnel.clauses.iter().zip(&told.figures.get().steps) {
        let Some(learners) = *shown else {
            hidden += 1;
            rows.push(vec![clause.text.clone(), "–".to_owned(), "–".to_owned(), String::new()]);
            continue;
        };
        let of = |all: usize| percent(learners as f64 / all.max(1) as f64);
        let hardly = if clause.hardly { ": hardly a filter" } else { "" };
        rows.push(vec![
            clause.text.clone(),
            group_thousands(learners as u64),
            of(everybody),
            format!("keeps {}{hardly}", of(last)),
        ]);
        steps.push(Bar {
            label: clause.text.clone(),
            value: learners as f64,
            figure: format!("{} · {}", group_thousands(learners as u64), of(everybody)),
            cluster: None,
        });
        last = learners;
    }
    if hidden > 0 {
        missing.push(format!(
            "Steps of the funnel: {hidden} not shown, since they would tell of fewer than {FLOOR} learners"
        ));
    }
    let said = steps.iter().map(|bar| format!("{}: {}", bar.label, bar.figure)).collect::<Vec<_>>().join("; ");
    let columns = [("clause", Align::Left), ("are left", Align::Right), ("of all", Align::Right), ("", Align::Left)];
    let blocks = vec![
        Block::Text(format!("The rule: {}", drill.rule)),
        Block::Charts(vec![bars("funnel", "Who is left after each clause", &format!("{said}."), &steps)]),
        Block::Table(Table {
            caption: "Clause by clause".to_owned(),
            columns: columns.map(|(title, align)| (title.to_owned(), align)).to_vec(),
            rows,
        }),
    ];
    Some(Section { id: "funnel", title: "The rule as a funnel".to_owned(), blocks })
}

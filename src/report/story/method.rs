//! How it was made, what could not be said, and how to make it again.

use super::k::of_clustered;
use super::{Block, Section, Table, Told, words};
use crate::matrix::simd;
use crate::privacy;
use crate::report::misleading;
use crate::report::text::Align;
use crate::segments::floor::{counted, is_few};
use crate::table::ledger::Effect;
use crate::table::money::group_thousands;

pub(super) fn sections(told: &Told<'_>, missing: Vec<String>) -> Vec<Section> {
    let mut sections = vec![method(told)];
    if !missing.is_empty() {
        let blocks = vec![Block::List(missing.into_iter().map(|what| format!("{what}.")).collect())];
        sections.push(Section { id: "missing", title: "What could not be said".to_owned(), blocks });
    }
    sections.push(recipe(told));
    sections
}

fn method(told: &Told<'_>) -> Section {
    let recipe = told.recipe;
    let encoded = &told.prepared.encoded;
    let count = |n: usize| group_thousands(n as u64);
    let silhouette = told.found.quality.as_ref().and_then(|q| q.silhouette.as_ref()).map(|s| {
        let how = if s.exact {
            "of all rows".to_owned()
        } else {
            format!(
                "of {} anchors drawn from all rows, each against all; ± {:.4} is one standard error",
                count(s.of),
                s.se
            )
        };
        format!(
            "Silhouette (Rousseeuw 1987): how much nearer a row is to its own cluster than to the next one, −1 to 1; \
             the mean {how}."
        )
    });
    let rows = match told.figures.get().clustered {
        Some(_) => {
            let (rows, distinct) = (told.prepared.matrix.rows(), told.prepared.matrix.distinct());
            format!(", {} rows of which {} are distinct", count(rows), count(distinct))
        }
        None => String::new(),
    };
    let mut said = vec![
        format!(
            "K-Means (Lloyd 1982) on {}{rows}; every feature scaled as the recipe says, by default to mean 0 and \
             deviation 1, pay as log(1 + pay).",
            words(&encoded.features),
        ),
        format!(
            "The best of {} k-means++ starts (Arthur & Vassilvitskii 2007) for each k, seed {}.",
            recipe.starts, recipe.seed
        ),
        "WCSS is the sum of squared distances of all rows to their centroid; it falls with every k, groups or not."
            .to_owned(),
    ];
    said.extend(silhouette);
    if let Some(evidence) = told.sweep.evidence.as_ref().filter(|e| e.tables > 0) {
        said.push(format!(
            "Tables without groups: {} tables of {}, reference {}; gap after Tibshirani, Walther & Hastie (2001).",
            evidence.tables,
            of_clustered(told, evidence.rows),
            evidence.reference.word()
        ));
    }
    said.push(
        "Short rules: a tree of at most three thresholds (CART, Breiman et al. 1984); precision and recall over all \
         clustered rows."
            .to_owned(),
    );
    if !told.plan.cards.cards.is_empty() {
        said.push(
            "Cards: medians and shares with bootstrap intervals (Efron 1979); the direction is looked for inside roles, \
             bands of experience and years. None of them says why."
                .to_owned(),
        );
    }
    let mut notices = told.cleaned.table.notices.clone();
    notices.extend(encoded.notices.iter().cloned());
    notices.extend(misleading(told.cleaned, told.prepared));
    notices.extend(told.found.clustering.notices.iter().cloned());
    let mut blocks = vec![Block::List(said), Block::Table(ledger(told))];
    blocks.extend(
        (!notices.is_empty()).then(|| Block::List(notices.iter().map(|n| format!("{}.", privacy::said(n))).collect())),
    );
    Section { id: "method", title: "Method".to_owned(), blocks }
}

/// What stands for a figure that is not shown.
fn hidden(rows: usize) -> String {
    if is_few(rows) { counted(rows) } else { "–".to_owned() }
}

/// Rows in, what every rule took or changed, rows out.
fn ledger(told: &Told<'_>) -> Table {
    let (ledger, shown) = (&told.cleaned.learners.ledger, told.ledger.get());
    let count = |n: Option<usize>| n.map_or_else(|| "–".to_owned(), |n| group_thousands(n as u64));
    let mut rows = vec![vec!["rows of the table".to_owned(), String::new(), count(shown.rows_in)]];
    for (entry, shown) in ledger.entries.iter().zip(&shown.entries) {
        let what = match (entry.on, entry.effect) {
            (false, _) => "switched off",
            (true, Effect::Taken) => "taken",
            (true, Effect::Changed) => "changed",
        };
        rows.push(vec![
            entry.label.clone(),
            what.to_owned(),
            shown.map_or_else(|| hidden(entry.rows.len()), |_| count(*shown)),
        ]);
    }
    rows.push(vec!["rows used".to_owned(), String::new(), count(Some(ledger.rows_out))]);
    let columns = [("cleaning", Align::Left), ("", Align::Left), ("rows", Align::Right)];
    Table {
        caption: "What cleaning took and changed".to_owned(),
        columns: columns.map(|(title, align)| (title.to_owned(), align)).to_vec(),
        rows,
    }
}

fn recipe(told: &Told<'_>) -> Section {
    let recipe = told.recipe;
    let mut blocks = vec![Block::Code { summary: "The command".to_owned(), text: told.command.to_owned() }];
    let mut shown = recipe.clone();
    if told.ledger.get().rows_in.is_none()
        && let Some(seen) = &mut shown.source.seen
    {
        seen.rows = None;
    }
    blocks.extend(shown.to_toml().ok().map(|text| Block::Code { summary: "The recipe, as TOML".to_owned(), text }));
    blocks.push(Block::Note(format!(
        "kscope {}, engine {} {}, {} instructions; source {}, fingerprint {}.",
        env!("CARGO_PKG_VERSION"),
        recipe.engine.word(),
        recipe.engine.version(),
        simd::Path::best().word(),
        recipe.source.location,
        told.cleaned.table.fingerprint
    )));
    Section { id: "again", title: "Make it again".to_owned(), blocks }
}

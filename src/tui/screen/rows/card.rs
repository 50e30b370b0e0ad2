//! One learner's card as it looks: a line a fact.

use ratatui::style::Style;

use super::learners::{gap, who};
use super::view::cell;
use crate::segments::peers::Peers;
use crate::study::learner::Card;
use crate::table::column::Column;
use crate::table::money::group_thousands;
use crate::table::role::Role;
use crate::tui::model::Model;
use crate::tui::widget::bar::share;

/// Cells of the bars of pay.
const BAR: usize = 6;

/// One line: what, and how it is.
pub struct Line {
    /// What it is about.
    pub what: String,
    /// What there is to say.
    pub said: String,
    /// Its style.
    pub style: Style,
}

/// The lines of a card: cluster and peers, all rows by the year of their pay figure, then every column.
pub fn lines(model: &Model, card: &Card) -> Vec<Line> {
    let palette = &model.theme.palette;
    let mut lines = Vec::new();
    let mut line = |what: &str, said: String, style: Style| lines.push(Line { what: what.to_owned(), said, style });
    match card.cluster {
        Some(cluster) => {
            let name = model.name(cluster);
            line("cluster", format!("{cluster} · {name}"), model.cluster_style(cluster));
            let distances: Vec<String> =
                card.distances.iter().enumerate().map(|(k, distance)| format!("{k}: {distance:.2}")).collect();
            line("distances, scaled", distances.join("  "), palette.text);
        }
        None => line("cluster", "not clustered".to_owned(), palette.dim),
    }
    if let Some(peers) = model.cleaned.as_ref().and_then(|c| c.peers.as_ref()) {
        facts_of_pay(model, card, peers, &mut line);
    }
    rows(model, card, &mut line);
    let Some(cleaned) = &model.cleaned else { return lines };
    line("", String::new(), palette.text);
    let columns = |of: &[Column], row: u32| -> Vec<(String, String)> {
        of.iter().map(|column| (column.name.clone(), cell(model, column, row as usize))).collect()
    };
    // A row that was taken out is shown as it was read.
    let facts = match card.used {
        Some(used) => columns(&cleaned.learners.columns, used),
        None => columns(&cleaned.table.columns, card.source_row),
    };
    for (name, value) in facts {
        line(&name, value, palette.text);
    }
    lines
}

fn facts_of_pay(model: &Model, card: &Card, peers: &Peers, line: &mut dyn FnMut(&str, String, Style)) {
    let palette = &model.theme.palette;
    match card.peer {
        Some(peer) => {
            line("peers", format!("{} · their median {}", who(peer), model.pay(peer.median)), palette.text);
            let style = if peer.gap < 0.0 { palette.warn } else { palette.text };
            line("gap", gap(peer), style);
        }
        None => line("peers", format!("fewer than {}", peers.minimum), palette.dim),
    }
    if let Some(z) = card.z {
        let sign = if z < 0.0 { "−" } else { "+" };
        line("pay for experience", format!("{sign}{:.1} σ of what the same year is paid", z.abs()), palette.text);
    }
}

/// The history of pay: a line a row of the source, the superseded ones too.
fn rows(model: &Model, card: &Card, line: &mut dyn FnMut(&str, String, Style)) {
    let Some(cleaned) = &model.cleaned else { return };
    let (table, palette) = (&cleaned.table, &model.theme.palette);
    // Without ids a row is all that is known of anybody, and it stands below.
    if table.with_role(Role::Learner).is_none() {
        return;
    }
    line("", String::new(), palette.text);
    let heading = match card.rows.len() {
        1 => "the one row of this learner".to_owned(),
        n => format!("{} rows of this learner", group_thousands(n as u64)),
    };
    line("rows", heading, palette.title);
    let pay = table.with_role(Role::Pay);
    let amount = |row: u32| pay.and_then(Column::numbers).map_or(f64::NAN, |values| values[row as usize]);
    let most = card.rows.iter().map(|r| amount(r.row)).fold(0.0, f64::max);
    for one in &card.rows {
        let of = |role| table.with_role(role).map(|column| cell(model, column, one.row as usize));
        let bar = share(amount(one.row) / most, BAR, model.theme.glyphs);
        let mut said = vec![format!("{bar:<BAR$}")];
        said.extend([Role::Pay, Role::Job].into_iter().filter_map(of));
        said.extend(one.taken_by.as_ref().map(|rule| format!("({rule})")));
        said.extend(of(Role::Company));
        let what = match of(Role::PayYear) {
            Some(year) => format!("  {year}  row {}", one.row),
            None => format!("  row {}", one.row),
        };
        let style = if one.taken_by.is_some() { palette.dim } else { palette.text };
        line(&what, said.join("  "), style);
    }
}

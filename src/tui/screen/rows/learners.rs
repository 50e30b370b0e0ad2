//! A list of used rows: who they are, pay, peers, cluster; the same on every screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::Place;
use super::view::{cell, spec};
use crate::segments::drill::NO_CLUSTER;
use crate::segments::listing::{Key, Order};
use crate::segments::peers::Peer;
use crate::table::column::Column as TableColumn;
use crate::table::money::group_thousands;
use crate::table::role::Role;
use crate::tui::model::Model;
use crate::tui::screen::{Cursor, clusters};
use crate::tui::widget::table::{Cell, Column, Table};

/// From this width on the level of the peers is written out.
const WIDE: u16 = 110;

/// What is shown of used rows, and how.
pub struct Learners<'a> {
    /// Used rows, in the order in which they are shown.
    pub rows: &'a [u32],
    /// The selection.
    pub cursor: Cursor,
    /// Whether the selection is shown: keys act here.
    pub focused: bool,
    /// Columns scrolled past to the left.
    pub skipped: usize,
    /// How the rows are arranged: said in the title of the column.
    pub order: &'a Order,
    /// What each row fails, where that is the question.
    pub fails: Option<&'a dyn Fn(usize) -> String>,
    /// Why each is in a list of the plan, line by line, where it is one.
    pub places: Option<&'a [Place]>,
    /// Whether this is of an earlier choice.
    pub stale: bool,
}

/// What one column of the list shows.
#[derive(Clone, Copy)]
enum Shown<'a> {
    Row,
    Cluster,
    Silhouette,
    Fails,
    Of(&'a TableColumn),
    PeerMedian,
    Peers,
    Gap,
    Score,
    Card,
}

impl Shown<'_> {
    /// What the list goes by where it goes by this column.
    fn key(self) -> Option<Key> {
        Some(match self {
            Self::Row => Key::Row,
            Self::Cluster => Key::Cluster,
            Self::Silhouette => Key::Silhouette,
            Self::Fails | Self::Score | Self::Card => return None,
            Self::Of(column) => Key::Column(column.name.clone()),
            Self::PeerMedian => Key::PeerMedian,
            Self::Peers => Key::PeerCount,
            Self::Gap => Key::Gap,
        })
    }

    fn title(self) -> String {
        match self {
            Self::Row => "row".to_owned(),
            Self::Cluster => "#".to_owned(),
            Self::Silhouette => "sil".to_owned(),
            Self::Fails => "fails".to_owned(),
            Self::Of(column) if column.role == Role::Experience => "exp".to_owned(),
            Self::Of(column) => column.name.clone(),
            Self::PeerMedian => "peers'".to_owned(),
            Self::Peers => "n".to_owned(),
            Self::Gap => "gap".to_owned(),
            Self::Score => "score".to_owned(),
            Self::Card => "card".to_owned(),
        }
    }
}

/// Draws the list.
pub fn view(model: &Model, list: &Learners<'_>, area: Rect, buffer: &mut Buffer) {
    let theme = &model.theme;
    let Some(cleaned) = &model.cleaned else { return };
    let shown = shown(model, list, area.width);
    let titles: Vec<String> = shown
        .iter()
        .map(|column| {
            let sorted = *list.order != Order::default() && column.key().as_ref() == Some(&list.order.by);
            let glyphs = theme.glyphs;
            let way = if list.order.descending { glyphs.more_down } else { glyphs.more_up };
            if sorted { format!("{way}{}", column.title()) } else { column.title() }
        })
        .collect();
    let columns: Vec<Column<'_>> =
        shown.iter().zip(&titles).map(|(column, title)| width(model, *column, title, area.width)).collect();
    let cells = |i: usize| -> Vec<Cell<'_>> {
        let row = list.rows[i] as usize;
        let peer = cleaned.peers.as_ref().and_then(|peers| peers.of(row));
        let place = list.places.and_then(|places| places.get(i));
        shown
            .iter()
            .map(|column| match column {
                Shown::Row => Cell::from(cleaned.learners.source_row[row].to_string()),
                Shown::Cluster => cluster(model, row),
                Shown::Silhouette => silhouette(model, row),
                Shown::Fails => {
                    Cell::styled(list.fails.map_or_else(String::new, |fails| fails(row)), theme.palette.warn)
                }
                Shown::Of(column) => Cell::from(cell(model, column, row)),
                Shown::PeerMedian => Cell::from(peer.map_or("–".to_owned(), |peer| model.pay(peer.median))),
                Shown::Peers => Cell::from(peer.map_or("–".to_owned(), who)),
                Shown::Gap => peer.map_or(Cell::from("–"), |peer| {
                    let style = if peer.gap < 0.0 { theme.palette.warn } else { theme.palette.text };
                    Cell::styled(gap(peer), style)
                }),
                Shown::Score => {
                    let score = place.and_then(|place| place.score);
                    Cell::from(score.map_or("–".to_owned(), |score| format!("{score:.1}")))
                }
                Shown::Card => Cell::from(place.map_or("–", |place| place.kind.word())),
            })
            .collect()
    };
    let stays = |c: &&Shown<'_>| matches!(c, Shown::Row | Shown::Cluster | Shown::Silhouette | Shown::Fails);
    let frozen = shown.iter().take_while(stays).count();
    Table::new(theme, &columns, list.rows.len(), cells)
        .at(list.focused.then_some(list.cursor.at), list.cursor.offset)
        .sideways(list.skipped, frozen)
        .stale(list.stale)
        .render(area, buffer);
}

fn cluster<'a>(model: &Model, row: usize) -> Cell<'a> {
    match model.clusters_of.as_ref().and_then(|clusters| clusters.labels.get(row)) {
        Some(&label) if label != NO_CLUSTER => Cell::styled(label.to_string(), model.cluster_style(usize::from(label))),
        _ => Cell::from("–"),
    }
}

fn silhouette<'a>(model: &Model, row: usize) -> Cell<'a> {
    let silhouettes = model.clusters_of.as_ref().and_then(|clusters| clusters.silhouettes.as_ref());
    match silhouettes.and_then(|all| all.get(row)).filter(|value| value.is_finite()) {
        Some(&value) if value < 0.0 => {
            Cell::styled(clusters::detail::silhouette(value.into()), model.theme.palette.warn)
        }
        Some(&value) => Cell::from(clusters::detail::silhouette(value.into())),
        None => Cell::from("–"),
    }
}

/// How many peers there are, and who.
pub fn who(peer: Peer) -> String {
    format!("{} {}", group_thousands(u64::from(peer.n)), peer.level.word())
}

/// The gap as a person reads it.
pub fn gap(peer: Peer) -> String {
    match 100.0 * peer.gap {
        // Ten times the peers' pay is no gap that a percentage tells.
        p if p >= 1000.0 => format!("×{:.0}", 1.0 + peer.gap),
        p => format!("{}{:.0} %", if p < 0.0 { "−" } else { "+" }, p.abs()),
    }
}

/// Columns in the order in which people look at a learner; those of another table as they stand.
fn shown<'a>(model: &'a Model, list: &Learners<'_>, width: u16) -> Vec<Shown<'a>> {
    let Some(cleaned) = &model.cleaned else { return Vec::new() };
    let first = [Role::Job, Role::Company, Role::Experience, Role::Pay, Role::PayYear];
    let place = |c: &TableColumn| first.iter().position(|r| *r == c.role).unwrap_or(first.len());
    let mut columns: Vec<&TableColumn> = cleaned.learners.columns.iter().filter(|c| c.role != Role::Ignore).collect();
    columns.sort_by_key(|c| place(c));
    let mut shown = vec![Shown::Row];
    let (fails, planned) = (list.fails.is_some(), list.places.is_some());
    let clusters = model.clusters_of.as_ref().filter(|_| !planned);
    shown.extend(clusters.map(|_| Shown::Cluster));
    let measured = clusters.is_some_and(|clusters| clusters.silhouettes.is_some());
    // Beside the cluster where the list goes by it, else behind what matters more.
    let asked = list.order.by == Key::Silhouette;
    shown.extend((measured && asked).then_some(Shown::Silhouette));
    shown.extend(fails.then_some(Shown::Fails));
    // Where a column more is asked for and there is little room, company and number of peers come later; in a list of
    // the plan score and card come before that number.
    let crowded = fails && width < WIDE && cleaned.peers.is_some();
    let mut later = Vec::new();
    for column in columns {
        let company = crowded && column.role == Role::Company;
        if company { &mut later } else { &mut shown }.push(Shown::Of(column));
        if cleaned.peers.is_some() && column.role == Role::Pay {
            shown.push(Shown::PeerMedian);
            if crowded || planned { &mut later } else { &mut shown }.push(Shown::Peers);
            shown.push(Shown::Gap);
        }
    }
    let at = shown.iter().position(|column| matches!(column, Shown::Gap)).map_or(shown.len(), |at| at + 1);
    if measured && !asked {
        later.push(Shown::Silhouette);
    }
    if planned {
        later.splice(0..0, [Shown::Score, Shown::Card]);
    }
    shown.splice(at..at, later);
    shown
}

/// Columns of learners so narrow that pay, peers and gap are seen in 80 cells.
fn width<'a>(model: &Model, column: Shown<'_>, title: &'a str, room: u16) -> Column<'a> {
    let peers = model.cleaned.as_ref().is_some_and(|c| c.peers.is_some());
    match column {
        Shown::Row => Column::numbers(title, if peers { 6 } else { 8 }),
        Shown::Cluster => Column::numbers(title, 2),
        Shown::Silhouette => Column::numbers(title, 4),
        Shown::Fails => Column::words(title, 16).up_to(40),
        Shown::PeerMedian => Column::numbers(title, 8),
        Shown::Peers => Column::words(title, if room >= WIDE { 23 } else { 10 }).up_to(23),
        Shown::Gap => Column::numbers(title, 6),
        Shown::Score => Column::numbers(title, 5),
        Shown::Card => Column::words(title, 21),
        Shown::Of(of) => match of.role {
            Role::Job if peers => Column::words(title, 10).up_to(32),
            Role::Company if peers => Column::words(title, 6).up_to(24),
            Role::Experience if peers => Column::numbers(title, 4),
            Role::Pay if peers => Column::numbers(title, 8),
            _ => spec(of, title),
        },
    }
}

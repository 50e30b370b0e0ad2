//! What keys do to a list of rows, wherever it is: sort it, turn it round, search it. The list on top is meant: the
//! one that is opened over the screen, else that of the drill.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{Cursor, drill, rows};
use crate::segments::listing::{Key, Order};
use crate::tui::jobs::listed;
use crate::tui::keys::Action;
use crate::tui::model::Model;
use crate::tui::msg::Effect;

/// Does what a key of a list means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Sort => {
            let keys = keys(model);
            let Some(order) = order(model) else { return Vec::new() };
            // Behind the last one comes the order of the source again.
            let next = keys.iter().position(|key| *key == order.by).map_or(0, |at| at + 1);
            order.by = keys.get(next).cloned().unwrap_or_default();
            order.descending = false;
            let word = word(&order.by).to_owned();
            model.message = Some(format!("sorted by {word}"));
            arrange(model)
        }
        Action::Reverse => {
            let Some(order) = order(model) else { return Vec::new() };
            order.descending = !order.descending;
            arrange(model)
        }
        Action::Search => {
            let Some(order) = order(model) else { return Vec::new() };
            model.search = Some(Input::new(order.search.clone()));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A key while the search is typed: the list is narrowed at every change.
pub fn type_search(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => return vec![Effect::Quit(130)],
        KeyCode::Char('z') if control => return vec![Effect::Suspend],
        KeyCode::Enter => {
            model.search = None;
            return Vec::new();
        }
        KeyCode::Esc => {
            model.search = Some(Input::default());
            let effects = take(model);
            model.search = None;
            return effects;
        }
        _ => {}
    }
    let Some(input) = &mut model.search else { return Vec::new() };
    let changed = input.handle_event(&Event::Key(key)).is_some_and(|change| change.value);
    if changed { take(model) } else { Vec::new() }
}

/// Pasted text goes where text is typed: into the rule, else into the search.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if model.drill.editor.is_some() {
        return drill::editor::paste(model, text);
    }
    let Some(input) = &mut model.search else { return Vec::new() };
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        input.handle(tui_input::InputRequest::InsertChar(c));
    }
    take(model)
}

/// What a list goes by, in a word.
pub fn word(key: &Key) -> &str {
    match key {
        Key::Row => "row",
        Key::Column(name) => name,
        Key::Cluster => "cluster",
        Key::Silhouette => "silhouette",
        Key::Gap => "gap",
        Key::PeerMedian => "peers' median",
        Key::PeerCount => "number of peers",
        Key::PayForExperience => "pay for experience",
    }
}

/// How a list is arranged, in words; empty where it stands as it is.
pub fn words(model: &Model, order: &Order) -> String {
    let mut words = Vec::new();
    if order.by != Key::Row || order.descending {
        let glyphs = model.theme.glyphs;
        let way = if order.descending { glyphs.more_down } else { glyphs.more_up };
        words.push(format!("by {} {way}", word(&order.by)));
    }
    if !order.search.is_empty() {
        words.push(format!("with \"{}\"", order.search));
    }
    words.join(", ")
}

fn take(model: &mut Model) -> Vec<Effect> {
    let search = model.search.as_ref().map_or("", Input::value).to_owned();
    let Some(order) = order(model) else { return Vec::new() };
    order.search = search;
    arrange(model)
}

fn order(model: &mut Model) -> Option<&mut Order> {
    if !model.has_list() {
        return None;
    }
    Some(match &mut model.rows {
        Some(rows) => &mut rows.order,
        None => &mut model.drill.order,
    })
}

fn keys(model: &Model) -> Vec<Key> {
    let Some(cleaned) = &model.cleaned else { return Vec::new() };
    let used = model.rows.as_ref().is_none_or(|rows| matches!(rows.of, rows::Of::Used));
    listed(cleaned, used, model.clusters_of.as_deref()).keys()
}

/// Has the list put into its order.
fn arrange(model: &mut Model) -> Vec<Effect> {
    match &mut model.rows {
        Some(rows) => rows.cursor = Cursor::default(),
        None => {
            model.drill.cursor = Cursor::default();
            return drill::update::run(model);
        }
    }
    rows::update::arrange(model)
}

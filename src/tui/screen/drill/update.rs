//! Keys of screen 6.

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::tui::keys::Action;
use crate::tui::model::{Model, Tab};
use crate::tui::msg::Effect;
use crate::tui::screen::{Cursor, rows};
use crate::tui::update::show;

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let height = super::view::list_height(model);
    let count = model.drilled.as_ref().map_or(0, |d| d.rows.len());
    if model.drill.cursor.act(action, count, height) {
        return Vec::new();
    }
    match action {
        Action::Edit if model.cleaned.is_some() => {
            model.drill.editor = Some(Input::new(model.rule().to_owned()));
            Vec::new()
        }
        Action::Left => {
            model.drill.skipped = model.drill.skipped.saturating_sub(1);
            Vec::new()
        }
        Action::Right => {
            let columns = model.cleaned.as_ref().map_or(0, |c| c.learners.columns.len());
            model.drill.skipped = (model.drill.skipped + 1).min(columns.saturating_sub(1));
            Vec::new()
        }
        Action::Open => {
            open(model);
            Vec::new()
        }
        Action::Copy => copy(model),
        Action::ToPlan => {
            model.recipe.plan.rule = Some(model.rule().to_owned());
            show(model, Tab::Plan)
        }
        _ => Vec::new(),
    }
}

/// A key while the rule is edited: the rule is counted at every change.
pub fn edit(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => return vec![Effect::Quit(130)],
        KeyCode::Char('z') if control => return vec![Effect::Suspend],
        KeyCode::Enter => {
            if model.drill.error.is_none()
                && let Some(editor) = model.drill.editor.take()
            {
                model.recipe.rule = Some(editor.value().to_owned());
                model.drill.cursor = Cursor::default();
            }
            return run(model);
        }
        KeyCode::Esc => {
            model.drill.editor = None;
            model.drill.error = None;
            return run(model);
        }
        _ => {}
    }
    let Some(editor) = &mut model.drill.editor else { return Vec::new() };
    let changed = editor.handle_event(&Event::Key(key)).is_some_and(|change| change.value);
    if changed { run(model) } else { Vec::new() }
}

/// Pasted text goes into the rule, on one line.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let Some(editor) = &mut model.drill.editor else { return Vec::new() };
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        editor.handle(tui_input::InputRequest::InsertChar(c));
    }
    run(model)
}

/// Puts the rule, or the line being edited, to the table.
pub fn run(model: &mut Model) -> Vec<Effect> {
    let Some(cleaned) = &model.cleaned else { return Vec::new() };
    let rule = model.drill.editor.as_ref().map_or(model.rule(), Input::value).to_owned();
    vec![Effect::Drill { cleaned: Arc::clone(cleaned), clusters: model.clusters_of.clone(), rule }]
}

/// Keeps the selection among the rows that match now.
pub fn keep_selection(model: &mut Model) {
    let height = super::view::list_height(model);
    let count = model.drilled.as_ref().map_or(0, |d| d.rows.len());
    model.drill.cursor.keep(count, height);
}

fn open(model: &mut Model) {
    let Some(&row) = model.drilled.as_ref().and_then(|d| d.rows.get(model.drill.cursor.at)) else { return };
    let source = model.cleaned.as_ref().map_or(0, |c| c.learners.source_row[row as usize]);
    model.rows = Some(rows::State {
        title: format!("Source row {source}"),
        of: rows::Of::Learner,
        rows: Arc::new(vec![row]),
        cursor: Cursor::default(),
        skipped: 0,
    });
}

fn copy(model: &Model) -> Vec<Effect> {
    match (&model.cleaned, &model.drilled) {
        (Some(cleaned), Some(drilled)) => vec![Effect::Copy(crate::report::drill::text(cleaned, drilled))],
        _ => Vec::new(),
    }
}

//! The line in which a rule is written: completion, history, a count at every change.

use std::ops::Range;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::update;
use crate::segments::rule;
use crate::tui::model::Model;
use crate::tui::msg::Effect;

/// The line, and what was before it.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    input: Input,
    /// How many rules back it is; 0 is what is being written.
    back: usize,
    /// What was being written before going back.
    draft: String,
    /// What Tab offers.
    pub offered: Option<Offered>,
}

/// Completions that Tab goes through.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// What can stand there.
    pub options: Vec<String>,
    /// The one that does.
    pub at: usize,
    /// Its bytes in the line.
    place: Range<usize>,
}

impl Editor {
    /// Starts from a rule, the cursor at its end.
    pub fn new(rule: &str) -> Self {
        Self { input: Input::new(rule.to_owned()), ..Self::default() }
    }

    /// The text of the line.
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// The byte of the text before which the cursor stands.
    pub fn cursor(&self) -> usize {
        self.value().char_indices().nth(self.input.cursor()).map_or(self.value().len(), |(at, _)| at)
    }

    /// Puts an option in the place of some bytes, the cursor behind it.
    fn replace(&mut self, place: Range<usize>, with: &str) {
        let mut text = self.value().to_owned();
        text.replace_range(place.clone(), with);
        let cursor = text[..place.start + with.len()].chars().count();
        self.input = Input::new(text).with_cursor(cursor);
    }

    /// The next option for what is being written, or the one before.
    fn complete(&mut self, forward: bool, columns: &impl rule::Columns) {
        if let Some(mut offered) = self.offered.take() {
            let count = offered.options.len();
            offered.at = (offered.at + if forward { 1 } else { count - 1 }) % count;
            let option = offered.options[offered.at].clone();
            self.replace(offered.place.clone(), &option);
            offered.place.end = offered.place.start + option.len();
            self.offered = Some(offered);
            return;
        }
        let found = rule::complete(self.value(), self.cursor(), columns);
        match &found.options[..] {
            [] => {}
            // Nothing to choose: on to the next word.
            [only] => self.replace(found.replace, &format!("{only} ")),
            [first, ..] => {
                self.replace(found.replace.clone(), first);
                let place = found.replace.start..found.replace.start + first.len();
                self.offered = Some(Offered { at: 0, place, options: found.options });
            }
        }
    }

    /// An earlier rule, or a later one; behind the last one what was being written.
    fn recall(&mut self, earlier: bool, past: &[String]) {
        let back = if earlier { (self.back + 1).min(past.len()) } else { self.back.saturating_sub(1) };
        if back == self.back {
            return;
        }
        if self.back == 0 {
            self.draft = self.value().to_owned();
        }
        self.back = back;
        let text = if back == 0 { self.draft.clone() } else { past[past.len() - back].clone() };
        self.input = Input::new(text);
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
                update::replace(model, editor.value().to_owned());
            }
            return update::run(model);
        }
        KeyCode::Esc => {
            model.drill.editor = None;
            model.drill.error = None;
            return update::run(model);
        }
        _ => {}
    }
    let (cleaned, clusters) = (model.cleaned.clone(), model.clusters_of.clone());
    let Some(editor) = &mut model.drill.editor else { return Vec::new() };
    let before = editor.value().to_owned();
    match key.code {
        KeyCode::Tab | KeyCode::BackTab => {
            if let Some(cleaned) = &cleaned {
                editor.complete(key.code == KeyCode::Tab, &update::columns(cleaned, clusters.as_deref()));
            }
        }
        KeyCode::Up | KeyCode::Down => {
            editor.offered = None;
            editor.recall(key.code == KeyCode::Up, &model.drill.past);
        }
        _ => {
            editor.offered = None;
            editor.input.handle_event(&Event::Key(key));
        }
    }
    if editor.value() == before { Vec::new() } else { update::run(model) }
}

/// Pasted text goes into the rule, on one line.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let Some(editor) = &mut model.drill.editor else { return Vec::new() };
    editor.offered = None;
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        editor.input.handle(tui_input::InputRequest::InsertChar(c));
    }
    update::run(model)
}

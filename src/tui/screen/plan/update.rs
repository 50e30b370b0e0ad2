//! Keys of screen 7.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{Asks, Basis, Editor, Part, is_stale, opens, segments, selected};
use crate::privacy::Ids;
use crate::segments::cards::{Card, Kind};
use crate::segments::rule;
use crate::table::money::group_thousands;
use crate::tui::keys::Action;
use crate::tui::model::Model;
use crate::tui::msg::{Effect, FIT};
use crate::tui::screen::{drill, rows};

/// Points of the budget that a key moves.
const POINTS: i32 = 5;

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if moved(model, action) {
        return Vec::new();
    }
    match action {
        Action::OtherPart => {
            let part = &mut model.plan.part;
            *part = if *part == Part::Cards { Part::Audience } else { Part::Cards };
            model.plan.whole = false;
            model.plan.scroll = 0;
        }
        Action::Toggle => {
            model.plan.whole = !model.plan.whole;
            model.plan.scroll = 0;
        }
        Action::Open => open(model),
        Action::WhyNot => model.message = opens(model).err(),
        Action::Export => return export(model, Ids::Hashed),
        Action::ExportPlain => return export(model, Ids::Plain),
        Action::Right => share(model, POINTS),
        Action::Left => share(model, -POINTS),
        Action::Member => member(model),
        Action::MoreContacts => model.recipe.plan.wanted.step(true),
        Action::FewerContacts => model.recipe.plan.wanted.step(false),
        Action::Budget => ask(model, Asks::Budget),
        Action::Caps => ask(model, Asks::Caps),
        Action::RuleInUse => ask(model, Asks::Rule),
        Action::Exclude => ask(model, Asks::Exclude),
        Action::Copy => {
            let text = |planned: &Arc<super::Planned>| {
                Effect::Copy(crate::report::plan::text(&planned.basis.cleaned, &planned.plan))
            };
            return model.planned.iter().map(text).collect();
        }
        _ => {}
    }
    keep_selection(model);
    Vec::new()
}

/// Moves a selection, or scrolls the text of the card.
fn moved(model: &mut Model, action: Action) -> bool {
    if model.plan.part == Part::Audience {
        let kinds = segments(model).len();
        return model.plan.segments.act(action, kinds, kinds);
    }
    let (page, lines) = super::view::text_lines(model);
    let last = lines.saturating_sub(page);
    match action {
        Action::PageDown => model.plan.scroll = (model.plan.scroll + page.max(1)).min(last),
        Action::PageUp => model.plan.scroll = model.plan.scroll.min(last).saturating_sub(page.max(1)),
        action => {
            let height = super::view::list_height(model);
            if !model.plan.cards.act(action, Kind::ALL.len(), height) {
                return false;
            }
            model.plan.scroll = 0;
        }
    }
    true
}

/// Keeps the selections inside what there is now.
pub fn keep_selection(model: &mut Model) {
    let kinds = segments(model).len();
    model.plan.segments.keep(kinds, kinds);
    let height = super::view::list_height(model);
    model.plan.cards.keep(Kind::ALL.len(), height);
}

/// Asks for a plan where what it is made of is no longer what was asked for.
pub fn follow(model: &mut Model) -> Vec<Effect> {
    model.plan.opened |= model.tab == crate::tui::model::Tab::Plan;
    let Some(cleaned) = model.cleaned.as_ref().filter(|_| model.plan.opened) else { return Vec::new() };
    let choices = &model.recipe.plan;
    // A rule that cannot name clusters is not put to the table again for every k.
    let names_clusters = choices.rule().to_lowercase().contains("cluster");
    let clusters = model.clusters_of.as_ref().filter(|_| names_clusters);
    if names_clusters && clusters.is_none() && model.running.iter().any(|running| running.lane == FIT) {
        return Vec::new();
    }
    let basis = Basis { cleaned: Arc::clone(cleaned), clusters: clusters.cloned(), choices: choices.clone() };
    if model.plan.asked.as_ref().is_some_and(|asked| asked.is(&basis)) {
        return Vec::new();
    }
    model.plan.asked = Some(basis.clone());
    model.plan.error = None;
    let before = model.planned.clone().filter(|planned| planned.basis.has_cards_of(&basis));
    vec![Effect::Plan { basis, recipe: model.recipe.clone(), before }]
}

/// Gives the selected kind more of the budget, or less.
fn share(model: &mut Model, points: i32) {
    let Some(kind) = selected(model) else { return };
    if !model.recipe.plan.wanted.shift(kind, points) && model.recipe.plan.wanted.mix.len() == 1 {
        model.message = Some(format!("{kind} has it all: m takes another in"));
    }
}

/// Takes the selected kind into the mix, or out of it.
fn member(model: &mut Model) {
    let Some(kind) = selected(model) else { return };
    if !model.recipe.plan.wanted.toggle(kind) {
        model.message = Some("a mix has at least one kind".to_owned());
    }
}

/// Those who are behind a card, as its list is ordered.
fn behind(card: &Card) -> (Vec<u32>, Vec<rows::Place>) {
    let mut people: Vec<_> = card.people.iter().collect();
    let is_ordered = !card.score.is_empty();
    if is_ordered {
        people.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
    }
    let place = |score: f64| rows::Place { kind: card.kind, score: is_ordered.then_some(score) };
    people.into_iter().map(|person| (person.row, place(person.score))).unzip()
}

/// The people of the audience in the order in which to contact them.
pub fn contacts(planned: &super::Planned, most: usize) -> (Vec<u32>, Vec<rows::Place>) {
    let Some(audience) = &planned.plan.audience else { return (Vec::new(), Vec::new()) };
    let of = |segment: &crate::segments::audience::Segment| {
        let people = planned.plan.cards.of(segment.kind).map_or(&[][..], |card| &card.people);
        let score = |row: u32| people.binary_search_by_key(&row, |p| p.row).ok().map(|at| people[at].score);
        let place = |row: &u32| (*row, rows::Place { kind: segment.kind, score: score(*row) });
        segment.rows.iter().map(place).collect::<Vec<_>>()
    };
    audience.segments.iter().flat_map(of).take(most).unzip()
}

fn open(model: &mut Model) {
    let Some(planned) = model.planned.clone().filter(|_| opens(model).is_ok()) else { return };
    let ((people, places), what) = match selected(model) {
        Some(kind) if model.plan.part == Part::Cards => {
            let Some(card) = planned.plan.cards.of(kind) else { return };
            (behind(card), kind.to_string())
        }
        _ => (contacts(&planned, usize::MAX), "Audience".to_owned()),
    };
    let title = format!("{what}: {} people", group_thousands(people.len() as u64));
    model.rows = Some(rows::State::list(title, rows::Of::People(Arc::new(places)), Arc::new(people)));
}

fn export(model: &mut Model, ids: Ids) -> Vec<Effect> {
    if model.plan.exporting {
        model.message = Some("a list is being written: once more in a moment".to_owned());
        return Vec::new();
    }
    let Some(planned) = model.planned.clone().filter(|_| !is_stale(model)) else { return Vec::new() };
    let card = selected(model).filter(|_| model.plan.part == Part::Cards);
    model.plan.exporting = true;
    vec![Effect::Export { planned, card, ids, recipe: model.recipe.clone() }]
}

/// Opens a line with what is chosen now.
fn ask(model: &mut Model, asks: Asks) {
    let plan = &model.recipe.plan;
    let percent = |share: f64| format!("{}", (1e4 * share).round() / 100.0);
    let now = match asks {
        Asks::Budget => plan.wanted.budget.to_string(),
        Asks::Caps => format!("{} {}", percent(plan.wanted.company_cap), percent(plan.wanted.role_cap)),
        Asks::Rule => plan.rule().to_owned(),
        Asks::Exclude => plan.exclude.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
    };
    model.plan.editor = Some(Editor { asks, input: Input::new(now), error: None });
}

/// A key while a line is edited.
pub fn edit(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => return vec![Effect::Quit(130)],
        KeyCode::Char('z') if control => return vec![Effect::Suspend],
        KeyCode::Enter => {
            let Some(mut editor) = model.plan.editor.take() else { return Vec::new() };
            if let Err(why) = take(model, editor.asks, editor.input.value().trim()) {
                editor.error = Some(why);
                model.plan.editor = Some(editor);
            }
        }
        KeyCode::Esc => model.plan.editor = None,
        _ => {
            if let Some(editor) = &mut model.plan.editor
                && editor.input.handle_event(&Event::Key(key)).is_some_and(|change| change.value)
            {
                editor.error = None;
            }
        }
    }
    Vec::new()
}

/// Pasted text goes into the line.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if let Some(editor) = &mut model.plan.editor {
        for c in text.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }) {
            editor.input.handle(tui_input::InputRequest::InsertChar(c));
        }
        editor.error = None;
    }
    Vec::new()
}

/// Puts what was typed into the recipe; an empty line is the default.
fn take(model: &mut Model, asks: Asks, text: &str) -> Result<(), String> {
    let plan = &mut model.recipe.plan;
    match asks {
        Asks::Budget => {
            let digits = text.replace([',', ' ', '_'], "");
            let budget = digits.parse::<u32>().ok().filter(|n| *n > 0);
            plan.wanted.budget = budget.ok_or("a number of people, 1 or more")? as usize;
        }
        Asks::Caps => {
            let parts = text.split([' ', ',', ';', '%']).filter(|part| !part.is_empty());
            let shares: Option<Vec<f64>> = parts.map(|part| part.parse().ok().filter(percent)).collect();
            let Some([company, role]) = shares.as_deref() else {
                return Err("two numbers, each above 0 and at most 100: 5 25".to_owned());
            };
            (plan.wanted.company_cap, plan.wanted.role_cap) = (company / 100.0, role / 100.0);
        }
        Asks::Rule => {
            rule::parse(text).map_err(|error| drill::view::message(&error))?;
            plan.rule = (!text.is_empty()).then(|| text.to_owned());
        }
        Asks::Exclude => {
            plan.exclude = (!text.is_empty()).then(|| PathBuf::from(text));
            // The file may have changed under the same name.
            model.plan.asked = None;
        }
    }
    Ok(())
}

fn percent(value: &f64) -> bool {
    *value > 0.0 && *value <= 100.0
}

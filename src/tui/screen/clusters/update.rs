//! Keys of screen 4.

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::Against;
use crate::segments::listing::{Key, Order};
use crate::segments::rule;
use crate::tui::keys::Action;
use crate::tui::model::{Model, Tab};
use crate::tui::msg::Effect;
use crate::tui::screen::{data, drill, rows};
use crate::tui::update::{refresh_clusters, show};

/// Longer names are cut; in characters.
const LONGEST_NAME: usize = 60;
/// Bounds of the age at graduation that keys go to, in years.
const GRADUATION: (f64, f64) = (14.0, 60.0);

/// Does what a key of this screen means.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Action::PageDown | Action::PageUp = action {
        let (page, last) = super::view::panel_lines(model);
        let step = page.saturating_sub(1).max(1);
        let scroll = model.clusters.scroll.min(last);
        model.clusters.scroll =
            if action == Action::PageDown { (scroll + step).min(last) } else { scroll.saturating_sub(step) };
        return Vec::new();
    }
    let height = super::view::list_height(model);
    let before = model.clusters.cursor.at;
    if model.clusters.cursor.act(action, model.k(), height) {
        if model.clusters.cursor.at != before {
            model.clusters.scroll = 0;
            keep_sides(model);
        }
        return Vec::new();
    }
    match action {
        Action::Open if model.has_clusters() => {
            let rule = format!("cluster = {}", in_rule(model));
            drill::update::replace(model, rule);
            model.drilled = None;
            let mut effects = show(model, Tab::Drill);
            if effects.is_empty() {
                effects = drill::update::run(model);
            }
            effects
        }
        Action::WorstFit => worst_fit(model),
        Action::Compare => {
            compare(model);
            Vec::new()
        }
        Action::Left => {
            step(model, false);
            Vec::new()
        }
        Action::Right => {
            step(model, true);
            Vec::new()
        }
        Action::Rename if model.can_rename() => {
            let name = model.name(model.clusters.cursor.at).to_owned();
            model.clusters.editor = Some(Input::new(name));
            Vec::new()
        }
        Action::Older => graduate(model, 1.0),
        Action::Younger => graduate(model, -1.0),
        Action::Copy => copy(model),
        _ => Vec::new(),
    }
}

/// The selected cluster as a rule names it: by the name that a person gave, where no other one has it too.
fn in_rule(model: &Model) -> String {
    let at = model.clusters.cursor.at;
    let names = model.as_shown().map_or(&[][..], |shown| shown.names());
    let alone = |name: &str| names.iter().filter(|other| other.to_lowercase() == name.to_lowercase()).count() == 1;
    match model.recipe.names.get(&at) {
        Some(name) if alone(name) => rule::quoted(name),
        _ => at.to_string(),
    }
}

/// Opens the rows of the selected cluster, the lowest silhouettes first.
fn worst_fit(model: &mut Model) -> Vec<Effect> {
    let at = model.clusters.cursor.at;
    let Some(clusters) = &model.clusters_of else { return Vec::new() };
    let is_here = |row: &u32| usize::from(clusters.labels[*row as usize]) == at;
    let rows: Vec<u32> = (0..clusters.labels.len() as u32).filter(is_here).collect();
    let title = format!("Cluster {at} {}", model.name(at));
    let mut list = rows::State::list(title, rows::Of::Used, Arc::new(rows));
    list.order = Order { by: Key::Silhouette, ..Order::default() };
    model.rows = Some(list);
    rows::update::arrange(model)
}

/// A key while a name is given.
pub fn edit(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => return vec![Effect::Quit(130)],
        KeyCode::Char('z') if control => return vec![Effect::Suspend],
        KeyCode::Enter => return name(model),
        KeyCode::Esc => model.clusters.editor = None,
        _ => {
            if let Some(editor) = &mut model.clusters.editor {
                editor.handle_event(&Event::Key(key));
            }
        }
    }
    Vec::new()
}

/// Takes the name. No text, and the name that the cluster would have anyway, take the given one back.
fn name(model: &mut Model) -> Vec<Effect> {
    let Some(editor) = model.clusters.editor.take() else { return Vec::new() };
    if !model.can_rename() {
        model.message = Some("not named: the clusters have changed".to_owned());
        return Vec::new();
    }
    let at = model.clusters.cursor.at;
    let name: String = editor.value().trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let made = model.profiles().get(at).is_some_and(|profile| profile.name == name);
    if name.is_empty() || made {
        model.recipe.names.remove(&at);
    } else {
        model.recipe.names.insert(at, name);
    }
    refresh_clusters(model)
}

/// Pasted text goes into the name, on one line.
pub fn paste(model: &mut Model, text: &str) {
    let Some(editor) = &mut model.clusters.editor else { return };
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        editor.handle(tui_input::InputRequest::InsertChar(c));
    }
}

/// Opens the comparison, with the nearest cluster first; or closes it.
fn compare(model: &mut Model) {
    model.clusters.scroll = 0;
    let at = model.clusters.cursor.at;
    let nearest = || Some(model.found()?.clustering.nearest().get(at).copied()??.0);
    model.clusters.against = match model.clusters.against {
        Some(_) => None,
        None => Some(nearest().map_or(Against::Everybody, Against::Cluster)),
    };
}

/// The other sides that there are for the selected cluster.
fn sides(model: &Model) -> Vec<Against> {
    let clusters = (0..model.k()).filter(|cluster| *cluster != model.clusters.cursor.at);
    clusters.map(Against::Cluster).chain([Against::Everybody]).collect()
}

/// The next or previous other side.
fn step(model: &mut Model, forward: bool) {
    let Some(against) = model.clusters.against else { return };
    let sides = sides(model);
    let at = sides.iter().position(|side| *side == against).unwrap_or(0);
    let by = if forward { 1 } else { sides.len() - 1 };
    model.clusters.against = sides.get((at + by) % sides.len()).copied();
}

/// A cluster is not compared with itself, nor with one that is not there.
fn keep_sides(model: &mut Model) {
    let Some(against) = model.clusters.against else { return };
    let sides = sides(model);
    if !sides.contains(&against) {
        let at = model.clusters.cursor.at;
        // The next one rather than the first, so that walking down the list passes all pairs of neighbours.
        let next = sides.iter().find(|side| matches!(side, Against::Cluster(other) if *other > at));
        model.clusters.against = next.or(sides.first()).copied();
    }
}

/// The age at graduation so many years later: what follows from it is made anew.
fn graduate(model: &mut Model, by: f64) -> Vec<Effect> {
    let age = &mut model.recipe.cleaning.graduation_age;
    *age = (*age + by).clamp(GRADUATION.0, GRADUATION.1);
    model.message = Some(format!("age at graduation: {age} (assumed)"));
    data::update::clean(model)
}

/// Keeps the selection among the clusters of the current k.
pub fn keep_selection(model: &mut Model) {
    let height = super::view::list_height(model);
    model.clusters.cursor.keep(model.k(), height);
    keep_sides(model);
    let (_, last) = super::view::panel_lines(model);
    model.clusters.scroll = model.clusters.scroll.min(last);
}

fn copy(model: &Model) -> Vec<Effect> {
    let (Some(cleaned), Some((sweep, found))) = (&model.cleaned, model.shown()) else {
        return Vec::new();
    };
    // Describing is work: what is not described yet is not copied.
    if found.described().is_none() {
        return Vec::new();
    }
    let source = model.source();
    vec![Effect::Copy(crate::report::fit::Fit::new(&source, cleaned, &sweep.prepared, &model.recipe, found).text())]
}

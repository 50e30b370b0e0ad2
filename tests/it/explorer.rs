//! The explorer without a terminal: its model, its update, and its jobs done at once.

use std::sync::{Arc, OnceLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kscope::cli::ColorChoice;
use kscope::jobs::{Cancel, Event};
use kscope::quality::Mode;
use kscope::segments::drill::{RuleColumns, answer};
use kscope::segments::listing::Listed;
use kscope::segments::subgroup;
use kscope::source::Location;
use kscope::study::findings::Sweep;
use kscope::study::recipe::{Recipe, Source};
use kscope::study::{self, Cleaned};
use kscope::tui::Start;
use kscope::tui::model::Model;
use kscope::tui::msg::{DRILL, EXACT, Effect, FIT, LIST, LOAD, Msg, Outcome, PLAN, WALK};
use kscope::tui::screen::plan::{Basis, Planned};
use kscope::tui::term::Capabilities;
use kscope::tui::term::capabilities::{Charset, Depth};
use kscope::tui::theme::Theme;
use kscope::tui::update::update;
use kscope::tui::view::view;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::program::golden_table;

/// A key by its name in the table of keys.
pub fn key(name: &str) -> KeyEvent {
    if let Some(letter) = name.strip_prefix("ctrl-") {
        return KeyEvent::new(KeyCode::Char(letter.chars().next().unwrap()), KeyModifiers::CONTROL);
    }
    let code = match name {
        "space" => KeyCode::Char(' '),
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "backspace" => KeyCode::Backspace,
        "tab" => KeyCode::Tab,
        "shift-tab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "f1" => KeyCode::F(1),
        one => {
            assert_eq!(one.chars().count(), 1, "no key is called {one}");
            KeyCode::Char(one.chars().next().unwrap())
        }
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// A model, and what it asked for that is not a job.
pub struct Explorer {
    pub model: Model,
    /// Jobs that were asked for, in words.
    pub jobs: Vec<&'static str>,
    /// The other effects, in their debug form.
    pub asked: Vec<String>,
    /// The recipe that was saved last.
    pub saved: Option<Recipe>,
    /// The code it quit with.
    pub quit: Option<u8>,
    /// Whether jobs are done at once, or left undone.
    pub works: bool,
}

impl Explorer {
    /// Nothing read yet, 80 by 24.
    pub fn unread(location: Location) -> Self {
        let source = Source { location, ..Source::default() };
        Self::resumed(Recipe { source, starts: 3, ..Recipe::default() }, None)
    }

    /// As it is started from a session.
    pub fn resumed(recipe: Recipe, before: Option<Recipe>) -> Self {
        let start = Start { recipe, before, screen: None, threads: None, ascii: false, color: ColorChoice::None };
        let theme = Theme::new(&capabilities(Charset::Braille));
        let model = Model::new(start, theme, (80, 24));
        Self { model, jobs: Vec::new(), asked: Vec::new(), saved: None, quit: None, works: true }
    }

    /// The bundled sample, read and clustered.
    pub fn sample() -> Self {
        static FOUND: OnceLock<(Arc<Cleaned>, Arc<Sweep>)> = OnceLock::new();
        // Computed once for all tests; findings are never changed.
        let (cleaned, sweep) = FOUND.get_or_init(|| {
            let model = Self::open(Location::Sample).model;
            (model.cleaned.unwrap(), model.sweep.unwrap())
        });
        let mut explorer = Self::unread(Location::Sample);
        explorer.works = false;
        explorer.hear(Msg::Job(LOAD, 1, Event::Done(Outcome::Table(Arc::clone(cleaned)))));
        explorer.hear(Msg::Job(FIT, 1, Event::Done(Outcome::Sweep(Arc::clone(sweep)))));
        explorer.works = true;
        explorer.jobs.clear();
        explorer
    }

    /// A table of numbers only.
    pub fn iris() -> Self {
        Self::open(Location::Path(golden_table("iris").into()))
    }

    fn open(location: Location) -> Self {
        Self::unread(location).loaded()
    }

    /// Reads and clusters.
    pub fn loaded(mut self) -> Self {
        self.works = true;
        self.perform(Effect::Load);
        assert!(self.model.sweep.is_some());
        self.jobs.clear();
        self
    }

    /// Presses keys, by their names.
    pub fn press(&mut self, names: &str) -> &mut Self {
        for name in names.split_whitespace() {
            self.hear(Msg::Key(key(name)));
        }
        self
    }

    /// Types text.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.hear(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self
    }

    /// One message, and all that follows from it.
    pub fn hear(&mut self, msg: Msg) {
        for effect in update(&mut self.model, msg) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        let never = Cancel::never();
        let (lane, what) = match &effect {
            Effect::Load => (LOAD, "load"),
            Effect::Clean(..) => (LOAD, "clean"),
            Effect::Fit { .. } => (FIT, "fit"),
            Effect::Report(..) => return self.asked.push("report".to_owned()),
            // It takes seconds, and changes no clusters.
            Effect::Compare(..) => return,
            Effect::Exact { .. } => (EXACT, "exact"),
            Effect::Drill { .. } => (DRILL, "drill"),
            Effect::Discover(..) => (DRILL, "discover"),
            Effect::List { .. } => (LIST, "list"),
            Effect::Plan { .. } => (PLAN, "plan"),
            Effect::Walk { .. } => (WALK, "walk"),
            Effect::Quit(code) => {
                self.quit = Some(*code);
                return;
            }
            Effect::Stop => return self.asked.push("stop".to_owned()),
            Effect::Suspend => return self.asked.push("suspend".to_owned()),
            Effect::Redraw => return self.asked.push("redraw".to_owned()),
            Effect::Save(recipe) => {
                self.saved = Some(recipe.clone());
                return self.asked.push("save".to_owned());
            }
            Effect::Export { card, ids, .. } => {
                let what = card.map_or("audience", |kind| kind.word());
                return self.asked.push(format!("export {what} {ids:?}"));
            }
            Effect::Copy(text) => return self.asked.push(format!("copy {text}")),
            Effect::Resume => return self.asked.push("resume".to_owned()),
            Effect::Fail(error) => return self.asked.push(format!("fail {error}")),
        };
        self.jobs.push(what);
        if !self.works {
            return;
        }
        let clean = |table: Arc<_>, cleaning: &_| Outcome::Table(Arc::new(study::clean(&table, cleaning)));
        let outcome = match effect {
            Effect::Load => {
                let recipe = &self.model.recipe;
                let source = &recipe.source;
                match study::load(&source.found(), &source.options(), &recipe.roles, &never, &mut |_, _| {}) {
                    Ok(table) => clean(Arc::new(table), &recipe.cleaning),
                    Err(error) => Outcome::NoTable(error),
                }
            }
            Effect::Clean(cleaned, roles, cleaning) => match cleaned.table.with_choices(&roles) {
                Ok(table) => clean(Arc::new(table), &cleaning),
                Err(error) => Outcome::Refused(error),
            },
            Effect::Fit { cleaned, features, recipe, k_max, .. } => fit(&cleaned, &features, &recipe, k_max),
            Effect::Drill { cleaned, clusters, asked } => {
                let columns = RuleColumns {
                    learners: &cleaned.learners,
                    peers: cleaned.peers.as_ref(),
                    clusters: clusters.as_deref(),
                };
                match answer(&columns, &asked) {
                    Ok(found) => Outcome::Drill(Arc::new(found)),
                    Err(error) => Outcome::RuleRefused(error),
                }
            }
            Effect::Discover(cleaned) => {
                let columns =
                    RuleColumns { learners: &cleaned.learners, peers: cleaned.peers.as_ref(), clusters: None };
                Outcome::Subgroups(subgroup::discover(&columns, subgroup::TOP, &never).unwrap().map(Arc::new))
            }
            Effect::List { cleaned, rows, used, clusters, order } => {
                let columns = RuleColumns {
                    learners: &cleaned.learners,
                    peers: cleaned.peers.as_ref(),
                    clusters: clusters.as_deref(),
                };
                let source = Listed { columns: &cleaned.table.columns, source_row: None, clusters: None, peers: None };
                let listed = if used { columns.listed() } else { source };
                let rows = listed.arranged(&rows, &order);
                Outcome::Listed(order, Arc::new(rows))
            }
            Effect::Exact { sweep, recipe, .. } => {
                let mut judged = Sweep::clone(&sweep);
                let recipe = Recipe { silhouette: Mode::Exact, ..recipe };
                study::judge(&mut judged, &recipe, &never, &mut |_| {}).unwrap();
                Outcome::Sweep(Arc::new(judged))
            }
            Effect::Walk { prepared, recipe, k, start } => {
                match study::walk::walk(&prepared, &recipe, (k, start), &never, &mut |_| {}) {
                    Ok(walk) => Outcome::Walk(Arc::new(walk)),
                    Err(error) => Outcome::Refused(error),
                }
            }
            Effect::Plan { basis, recipe, before } => planned(basis, &recipe, before.as_deref()),
            _ => unreachable!("no job"),
        };
        self.hear(Msg::Job(lane, 1, Event::Started));
        self.hear(Msg::Job(lane, 1, Event::Done(outcome)));
    }

    /// The screen as lines of text.
    pub fn screen(&self) -> Vec<String> {
        let (width, height) = self.model.size;
        lines(&draw(&self.model, width, height))
    }
}

fn fit(cleaned: &Cleaned, features: &[kscope::features::Feature], recipe: &Recipe, k_max: usize) -> Outcome {
    let never = Cancel::never();
    let prepared = match study::prepare(cleaned, features, &never) {
        Ok(prepared) => Arc::new(prepared),
        Err(error) => return Outcome::Refused(error),
    };
    match study::sweep(cleaned, &prepared, recipe, 1..=k_max, &never, &mut |_| {}) {
        Ok(sweep) => {
            for found in &sweep.ks {
                found.describe(cleaned, &prepared);
                found.spread(&prepared);
                found.explain(cleaned, &prepared, &never).unwrap();
            }
            Outcome::Sweep(Arc::new(sweep))
        }
        Err(error) => Outcome::Refused(error),
    }
}

fn planned(basis: Basis, recipe: &Recipe, before: Option<&Planned>) -> Outcome {
    let exclusions = basis.choices.exclude.as_deref().map(|path| study::plan::exclusions(&basis.cleaned, path));
    let exclusions = match exclusions.transpose() {
        Ok(exclusions) => exclusions.unwrap_or_default(),
        Err(error) => return Outcome::PlanRefused(error),
    };
    if let Some(before) = before {
        let plan = study::plan::choose(&basis.cleaned, &before.plan, recipe, &exclusions);
        return Outcome::Plan(Arc::new(before.with(basis, plan, exclusions.notices)));
    }
    match study::plan::plan(&basis.cleaned, recipe, basis.clusters.as_deref(), &exclusions, &Cancel::never()) {
        Ok(plan) => Outcome::Plan(Arc::new(Planned::new(basis, plan, exclusions.notices))),
        Err(error) => Outcome::PlanRefused(error),
    }
}

/// A terminal without colours.
pub fn capabilities(charset: Charset) -> Capabilities {
    Capabilities { depth: Depth::Mono, charset, ssh: false, tmux: false, frames_per_second: 30 }
}

/// Draws the model at a size.
pub fn draw(model: &Model, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    view(model, area, &mut buffer);
    buffer
}

/// A buffer as lines of text.
pub fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let line = |y| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..area.height).map(line).collect()
}

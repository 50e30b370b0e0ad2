//! The loop: waits, drains what is there, updates, draws at most once. Idle it neither wakes nor writes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crossterm::event::Event as TermEvent;

use super::Start;
use super::exact::exact_job;
use super::jobs::{
    clean_job, compare_job, discover_job, drill_job, export_job, fit_job, list_job, load_job, plan_job, report_job,
    walk_job,
};
use super::model::Model;
use super::msg::{DRILL, EXACT, EXPORT, Effect, FIT, LANES, LIST, LOAD, Msg, Outcome, PLAN, Progress, QUALITY, WALK};
use super::term::capabilities::{Charset, Depth, Wishes};
use super::term::guard::{Guard, Suspension};
use super::term::signals::Signal;
use super::term::{Capabilities, Screen, Tty, clipboard, hooks, input, signals};
use super::theme::Theme;
use super::update::update;
use super::view::view;
use crate::cli::ColorChoice;
use crate::error::{Error, Result};
use crate::jobs::{Event, Generation, Lane, Worker, lower_priority, lowest_priority};
use crate::study::cache::{Cache, Key};

/// Between two pictures of the spinner.
const TICK: Duration = Duration::from_millis(120);

/// Exit code when the terminal is gone.
const HUNG_UP: u8 = 129;

/// Opens the explorer and runs it until it is quit; tells the exit code.
pub(super) fn run(start: Start) -> Result<u8> {
    let capabilities = Capabilities::detect(wishes(&start));
    hooks::install(capabilities.depth != Depth::Mono)?;
    let tty = Tty::open()?;
    let guard = Guard::enter(tty.clone())?;
    let (tell, heard) = channel();
    let signal = tell.clone();
    signals::watch(&guard, move |s| drop(signal.send(Msg::Signal(s))))?;
    let screen = Screen::new(tty, capabilities.depth)?;
    let keys = tell.clone();
    input::listen(move |event| {
        let msg = match event {
            TermEvent::Key(key) => Msg::Key(key),
            TermEvent::Paste(text) => Msg::Paste(text),
            _ => return true,
        };
        keys.send(msg).is_ok()
    })?;
    let model = Model::new(start, Theme::new(&capabilities), screen.size());
    let mut explorer = Explorer::new(model, guard, screen, capabilities, &tell)?;
    explorer.perform(Effect::Load);
    let ended = explorer.turn(&heard);
    // Before the terminal is given back: one that is gone may hold that up. A home that cannot be written is no
    // reason to complain at every end.
    let _ = super::save::session(&explorer.model);
    explorer.guard.leave();
    ended
}

fn wishes(start: &Start) -> Wishes {
    Wishes {
        depth: match start.color {
            ColorChoice::Auto => None,
            ColorChoice::None => Some(Depth::Mono),
            ColorChoice::Sixteen => Some(Depth::Ansi16),
            ColorChoice::Many => Some(Depth::Ansi256),
            ColorChoice::True => Some(Depth::True),
        },
        charset: start.ascii.then_some(Charset::Ascii),
    }
}

/// The running explorer: a model and the outside.
struct Explorer {
    model: Model,
    guard: Guard,
    screen: Screen,
    capabilities: Capabilities,
    /// Reads, cleans, clusters, judges.
    worker: Worker<Progress, Outcome>,
    /// Counts rules, so that typing does not wait for a sweep.
    counter: Worker<Progress, Outcome>,
    /// Plans and writes lists, beside a sweep.
    planner: Worker<Progress, Outcome>,
    /// Threads of lower priority than the keyboard's.
    pool: Arc<rayon::ThreadPool>,
    /// Threads for what nobody asked for: those of the other pool go before them.
    background: Arc<rayon::ThreadPool>,
    cache: Cache,
    /// What the newest fit will be kept as.
    fitting: Option<(Generation, Key)>,
    /// What the sweep that is shown is kept as.
    fitted: Option<Key>,
    ended: Option<Result<u8>>,
    /// The newest generation of each lane.
    newest: [Generation; LANES],
    /// Messages that effects have for `update` at once.
    waiting: VecDeque<Msg>,
}

impl Explorer {
    fn new(model: Model, guard: Guard, screen: Screen, capabilities: Capabilities, tell: &Sender<Msg>) -> Result<Self> {
        let failed = |why: String| Error::failed("cannot start the worker").because(why);
        let pool = |priority: fn()| {
            let pool = rayon::ThreadPoolBuilder::new().start_handler(move |_| priority());
            // None is as many as there are processors.
            let built = pool.num_threads(model.threads.unwrap_or(0)).build();
            built.map(Arc::new).map_err(|e| failed(e.to_string()))
        };
        let (pool, background) = (pool(lower_priority)?, pool(lowest_priority)?);
        let sink = |tell: &Sender<Msg>| {
            let tell = tell.clone();
            move |lane, generation, event| drop(tell.send(Msg::Job(lane, generation, event)))
        };
        let (own, for_plans) = (Arc::clone(&pool), Arc::clone(&pool));
        let worker = Worker::start(LANES, sink(tell), move |job| own.install(job));
        let planner = Worker::start(LANES, sink(tell), move |job| for_plans.install(job));
        let counter = Worker::start(LANES, sink(tell), |job| job());
        Ok(Self {
            model,
            guard,
            screen,
            capabilities,
            worker: worker.map_err(|e| failed(e.to_string()))?,
            counter: counter.map_err(|e| failed(e.to_string()))?,
            planner: planner.map_err(|e| failed(e.to_string()))?,
            pool,
            background,
            cache: Cache::default(),
            fitting: None,
            fitted: None,
            ended: None,
            newest: [0; LANES],
            waiting: VecDeque::new(),
        })
    }

    /// The loop.
    fn turn(&mut self, heard: &Receiver<Msg>) -> Result<u8> {
        let least = Duration::from_secs(1) / self.capabilities.frames_per_second.max(1);
        let mut drawn = Instant::now();
        self.draw()?;
        let mut dirty = false;
        loop {
            // Blocks for ever unless something runs (the spinner turns) or a picture is owed.
            let patience = match (dirty, self.model.is_running()) {
                (true, _) => Some(least.saturating_sub(drawn.elapsed())),
                (false, true) => Some(TICK),
                (false, false) => None,
            };
            let first = match patience {
                None => heard.recv().ok(),
                Some(patience) => match heard.recv_timeout(patience) {
                    Ok(msg) => Some(msg),
                    Err(RecvTimeoutError::Timeout) if dirty => None,
                    Err(RecvTimeoutError::Timeout) => Some(Msg::Tick),
                    Err(RecvTimeoutError::Disconnected) => return Ok(1),
                },
            };
            let mut pressed = false;
            let before = self.model.standing();
            let mut batch: Vec<Msg> = first.into_iter().chain(heard.try_iter()).collect();
            keep_newest(&mut batch);
            for msg in batch {
                pressed |= matches!(msg, Msg::Key(_) | Msg::Paste(_) | Msg::Signal(_));
                dirty = true;
                self.take(msg);
            }
            if let Some(ended) = self.ended.take() {
                return ended;
            }
            // A picture that a key caused is never held back, nor the answer to one; the others wait for their turn.
            let answered = self.model.standing() > before;
            if dirty && (pressed || answered || drawn.elapsed() >= least) {
                if self.draw().is_err() {
                    return Ok(HUNG_UP);
                }
                dirty = false;
                drawn = Instant::now();
            }
        }
    }

    fn draw(&mut self) -> Result<()> {
        let model = &self.model;
        self.screen
            .draw(|frame| view(model, frame.area(), frame.buffer_mut()))
            .map_err(|e| Error::failed("the terminal is gone").because(e))
    }

    /// One message, and all that follows from it.
    fn take(&mut self, msg: Msg) {
        self.waiting.push_back(msg);
        while let Some(msg) = self.waiting.pop_front() {
            let msg = match msg {
                Msg::Signal(Signal::Resize) => match self.screen.refresh() {
                    Ok(_) => {
                        let (width, height) = self.screen.size();
                        Msg::Resize(width, height)
                    }
                    Err(_) => {
                        self.ended = Some(Ok(HUNG_UP));
                        return;
                    }
                },
                // A job that was overtaken has nothing to say any more but that it ended.
                Msg::Job(lane, generation, event) if generation != 0 && generation < self.newest[lane] => {
                    if !event.is_end() {
                        continue;
                    }
                    Msg::Job(lane, generation, Event::Cancelled)
                }
                msg => msg,
            };
            self.remember(&msg);
            for effect in update(&mut self.model, msg) {
                self.perform(effect);
            }
        }
    }

    /// A finished sweep goes to the cache.
    fn remember(&mut self, msg: &Msg) {
        if let Msg::Job(FIT, generation, Event::Done(Outcome::Sweep(sweep))) = msg
            && let Some((_, key)) = self.fitting.take_if(|(newest, _)| newest == generation)
        {
            self.cache.put(key.clone(), Arc::clone(sweep));
            self.fitted = Some(key);
        }
        // What was found out about it later is kept with it.
        if let (Msg::Job(QUALITY | EXACT, _, Event::Done(Outcome::Sweep(sweep))), Some(key)) = (msg, &self.fitted) {
            self.cache.put(key.clone(), Arc::clone(sweep));
        }
        self.model.kept = self.cache.bytes();
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Load => {
                let model = &self.model;
                let source = &model.recipe.source;
                let (roles, cleaning) = (model.recipe.roles.clone(), model.recipe.cleaning.clone());
                let job = load_job(source.found(), source.options(), roles, cleaning);
                self.newest[LOAD] = self.worker.submit(LOAD, job);
            }
            Effect::Clean(cleaned, roles, cleaning) => {
                self.abandon(&[QUALITY, EXACT]);
                self.newest[LOAD] = self.worker.submit(LOAD, clean_job(cleaned, roles, cleaning));
            }
            Effect::Fit { cleaned, features, recipe, k, k_max } => {
                // What was computed for the choice before is of no use any more.
                self.abandon(&[QUALITY, EXACT]);
                let key = Key::new(&cleaned, &features, &recipe, k_max);
                if let Some(sweep) = self.cache.get(&key) {
                    self.newest[FIT] = self.worker.cancel(FIT);
                    self.fitting = None;
                    self.fitted = Some(key);
                    self.waiting.push_back(Msg::Job(FIT, 0, Event::Done(Outcome::Sweep(sweep))));
                    return;
                }
                let generation = self.worker.submit(FIT, fit_job(cleaned, features, recipe, k, k_max));
                self.newest[FIT] = generation;
                self.fitting = Some((generation, key));
                self.fitted = None;
            }
            Effect::Compare(cleaned, sweep, recipe) => {
                self.newest[QUALITY] = self.worker.submit(QUALITY, compare_job(cleaned, sweep, recipe));
            }
            Effect::Exact { sweep, recipe, asked } => {
                // What somebody waits for goes before a comparison; that begins anew behind it.
                let pool = if asked { &self.pool } else { &self.background };
                let job = exact_job(sweep, recipe, asked, Arc::clone(pool));
                if asked {
                    self.abandon(&[QUALITY]);
                }
                self.newest[EXACT] = self.worker.submit(EXACT, job);
            }
            Effect::Drill { cleaned, clusters, asked } => {
                self.newest[DRILL] = self.counter.submit(DRILL, drill_job(cleaned, clusters, asked));
            }
            Effect::Discover(cleaned) => {
                let pool = Arc::clone(&self.pool);
                self.newest[DRILL] = self.counter.submit(DRILL, discover_job(cleaned, pool));
            }
            Effect::List { cleaned, rows, used, clusters, order } => {
                self.newest[LIST] = self.counter.submit(LIST, list_job(cleaned, rows, used, clusters, order));
            }
            Effect::Walk { prepared, recipe, k, start } => {
                self.newest[WALK] =
                    self.counter.submit(WALK, walk_job(prepared, recipe, (k, start), Arc::clone(&self.pool)));
            }
            Effect::Plan { basis, recipe, before } => {
                self.newest[PLAN] = self.planner.submit(PLAN, plan_job(basis, recipe, before));
            }
            Effect::Report(cleaned, sweep, recipe) => {
                self.newest[EXPORT] = self.planner.submit(EXPORT, report_job(cleaned, sweep, recipe));
            }
            Effect::Export { planned, card, ids, recipe } => {
                self.newest[EXPORT] = self.planner.submit(EXPORT, export_job(planned, card, ids, recipe));
            }
            Effect::Stop => self.abandon(&[FIT, QUALITY, EXACT]),
            Effect::Save(recipe) => match super::save::recipe(&recipe, std::path::Path::new("")) {
                Ok(path) => {
                    let without = if self.model.follow.left().is_some() { ", without the names" } else { "" };
                    self.model.message = Some(format!("saved as {}{without}", path.display()));
                }
                Err(error) => self.model.problem = Some(error),
            },
            Effect::Copy(text) => self.copy(&text),
            Effect::Suspend => match self.guard.suspend() {
                Ok(Suspension::Resumed) => self.redraw(),
                Ok(Suspension::Refused) => self.model.message = Some("no shell to go to".to_owned()),
                Ok(Suspension::Ending) => {}
                Err(_) => self.ended = Some(Ok(HUNG_UP)),
            },
            Effect::Resume => match self.guard.resume() {
                Ok(true) => self.redraw(),
                Ok(false) => {}
                Err(_) => self.ended = Some(Ok(HUNG_UP)),
            },
            Effect::Redraw => self.redraw(),
            Effect::Fail(error) => self.ended = Some(Err(error)),
            Effect::Quit(code) => self.ended = Some(Ok(code)),
        }
    }

    /// What runs or waits in these lanes is of no use any more.
    fn abandon(&mut self, lanes: &[Lane]) {
        for &lane in lanes {
            self.newest[lane] = self.worker.cancel(lane);
        }
    }

    /// Everything is drawn again, at the size that the terminal has now.
    fn redraw(&mut self) {
        let drawn = self.screen.refresh().and_then(|_| self.screen.redraw());
        if drawn.is_err() {
            self.ended = Some(Ok(HUNG_UP));
            return;
        }
        let (width, height) = self.screen.size();
        self.waiting.push_back(Msg::Resize(width, height));
    }

    fn copy(&mut self, text: &str) {
        let message = match clipboard::copy_sequence(text, self.capabilities.tmux) {
            Ok(sequence) => match self.screen.send(&sequence) {
                Ok(()) => "copied".to_owned(),
                Err(_) => "not copied: the terminal is gone".to_owned(),
            },
            Err(_) => "too long for the clipboard: kscope sweep, fit and drill print it".to_owned(),
        };
        self.model.message = Some(message);
    }
}

/// Of the progress of one job only the newest counts.
fn keep_newest(batch: &mut Vec<Msg>) {
    let mut seen = Vec::new();
    let mut at = batch.len();
    while at > 0 {
        at -= 1;
        if let Msg::Job(lane, generation, Event::Progress(_)) = &batch[at] {
            let job = (*lane, *generation);
            if seen.contains(&job) {
                batch.remove(at);
            } else {
                seen.push(job);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_progress_of_a_job_is_kept() {
        let progress =
            |lane, what: &str| Msg::Job(lane, 1, Event::Progress(Progress { what: what.to_owned(), share: None }));
        let mut batch = vec![progress(0, "a"), progress(1, "b"), Msg::Tick, progress(0, "c")];
        keep_newest(&mut batch);
        let left: Vec<String> = batch.iter().map(|m| format!("{m:?}")).collect();
        assert_eq!(batch.len(), 3, "{left:?}");
        assert!(left[2].contains("\"c\""), "{left:?}");
    }
}

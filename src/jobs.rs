//! Worker lanes: latest wins, generation, cancel, progress, exactly one end per job. Knows no domain.
//!
//! One thread works; each lane has one slot for its next job. A job that is submitted takes the slot and bumps
//! the lane's generation: what runs in that lane is cancelled at its next check, and what waited there ends as
//! cancelled. A panic is a failed job, never a dead worker.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The work was cancelled before it ended; whatever it had is thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// A token that long work looks at, at least every few milliseconds.
///
/// It is cancelled when the generation it was made for is no longer the newest of its lane: one relaxed
/// load, so it can be asked in inner loops (once a block of rows, not once a row).
#[derive(Clone, Debug)]
pub struct Cancel {
    newest: Arc<AtomicU64>,
    mine: u64,
    /// Of a child: whether it alone was cancelled.
    alone: Option<Arc<AtomicBool>>,
}

impl Cancel {
    /// A token that nobody cancels: for headless runs and tests.
    pub fn never() -> Self {
        Self { newest: Arc::new(AtomicU64::new(0)), mine: 0, alone: None }
    }

    /// A token for a part of the work: it is cancelled with this one, but this one not with it. A child of a child
    /// hears its grandparent only.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { alone: Some(Arc::default()), ..self.clone() }
    }

    /// Cancels this token and all its clones.
    pub fn cancel(&self) {
        match &self.alone {
            Some(alone) => alone.store(true, Ordering::Release),
            None => self.newest.store(u64::MAX, Ordering::Release),
        }
    }

    /// Whether to stop now.
    pub fn is_cancelled(&self) -> bool {
        let alone = self.alone.as_ref().is_some_and(|alone| alone.load(Ordering::Relaxed));
        alone || self.newest.load(Ordering::Relaxed) != self.mine
    }

    /// `Err(Cancelled)` when it is time to stop, for use with `?`.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

/// Which submission of a lane something belongs to; ascends.
pub type Generation = u64;

/// Index of a lane.
pub type Lane = usize;

/// What a job says about itself, in the order `Started`, any `Progress` and `Partial`, then exactly one of
/// `Done`, `Cancelled`, `Failed`. A job that is overtaken before it starts only ends as `Cancelled`.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<P, R> {
    /// It runs.
    Started,
    /// How far it is; only the newest matters.
    Progress(P),
    /// A result that is true but not yet whole.
    Partial(R),
    /// The result.
    Done(R),
    /// Overtaken, or stopped by the user.
    Cancelled,
    /// It could not be done; the words for the screen.
    Failed(String),
}

impl<P, R> Event<P, R> {
    /// Whether the job has ended with it.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Cancelled | Self::Failed(_))
    }
}

/// How a job can end without a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// It saw that it was cancelled.
    Cancelled,
    /// It failed; the words for the screen.
    Failed(String),
}

impl From<Cancelled> for Stop {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// What a job is given: its token and its voice.
pub struct Context<'a, P, R> {
    /// To look at, often.
    pub cancel: &'a Cancel,
    say: &'a (dyn Fn(Event<P, R>) + Sync),
}

impl<P, R> Context<'_, P, R> {
    /// Says how far it is.
    pub fn progress(&self, progress: P) {
        (self.say)(Event::Progress(progress));
    }

    /// Hands over a result that is true but not whole.
    pub fn partial(&self, result: R) {
        (self.say)(Event::Partial(result));
    }
}

type Work<P, R> = Box<dyn FnOnce(&Context<'_, P, R>) -> Result<R, Stop> + Send>;
type Sink<P, R> = dyn Fn(Lane, Generation, Event<P, R>) + Send + Sync;

struct Waiting<P, R> {
    lane: Lane,
    generation: Generation,
    work: Work<P, R>,
}

struct Queue<P, R> {
    /// At most one job a lane, in the order in which the lanes were asked.
    waiting: VecDeque<Waiting<P, R>>,
    closed: bool,
}

struct Shared<P, R> {
    queue: Mutex<Queue<P, R>>,
    wake: Condvar,
    newest: Vec<Arc<AtomicU64>>,
    sink: Box<Sink<P, R>>,
}

impl<P, R> Shared<P, R> {
    /// A panic while the queue was held cannot leave it half changed: each change is one push or one removal.
    fn queue(&self) -> MutexGuard<'_, Queue<P, R>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The worker: one thread, some lanes.
pub struct Worker<P, R> {
    shared: Arc<Shared<P, R>>,
}

impl<P: Send + 'static, R: Send + 'static> Worker<P, R> {
    /// Starts the thread. Events go to `sink`, from the worker's thread or from the one that submits.
    ///
    /// `around` runs every job, for instance inside a thread pool.
    pub fn start(
        lanes: usize,
        sink: impl Fn(Lane, Generation, Event<P, R>) + Send + Sync + 'static,
        around: impl Fn(&mut (dyn FnMut() + Send)) + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue { waiting: VecDeque::new(), closed: false }),
            wake: Condvar::new(),
            newest: (0..lanes).map(|_| Arc::new(AtomicU64::new(0))).collect(),
            sink: Box::new(sink),
        });
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new().name("worker".to_owned()).spawn(move || {
            lower_priority();
            work(&theirs, &around);
        })?;
        Ok(Self { shared })
    }

    /// Puts a job into a lane's slot; whatever ran or waited there is cancelled.
    pub fn submit(
        &self,
        lane: Lane,
        job: impl FnOnce(&Context<'_, P, R>) -> Result<R, Stop> + Send + 'static,
    ) -> Generation {
        let mut queue = self.shared.queue();
        let generation = self.shared.newest[lane].fetch_add(1, Ordering::AcqRel) + 1;
        let overtaken = take_lane(&mut queue, lane);
        queue.waiting.push_back(Waiting { lane, generation, work: Box::new(job) });
        drop(queue);
        if let Some(overtaken) = overtaken {
            (self.shared.sink)(lane, overtaken, Event::Cancelled);
        }
        self.shared.wake.notify_one();
        generation
    }

    /// Cancels what runs or waits in a lane; what it had said before belongs to an earlier generation than the
    /// one that is told.
    pub fn cancel(&self, lane: Lane) -> Generation {
        let mut queue = self.shared.queue();
        let generation = self.shared.newest[lane].fetch_add(1, Ordering::AcqRel) + 1;
        let overtaken = take_lane(&mut queue, lane);
        drop(queue);
        if let Some(overtaken) = overtaken {
            (self.shared.sink)(lane, overtaken, Event::Cancelled);
        }
        generation
    }
}

impl<P, R> Drop for Worker<P, R> {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.closed = true;
        queue.waiting.clear();
        for lane in &self.shared.newest {
            lane.fetch_add(1, Ordering::AcqRel);
        }
        drop(queue);
        self.shared.wake.notify_one();
    }
}

/// Removes the job that waits in a lane and tells its generation.
fn take_lane<P, R>(queue: &mut Queue<P, R>, lane: Lane) -> Option<Generation> {
    let at = queue.waiting.iter().position(|w| w.lane == lane)?;
    queue.waiting.remove(at).map(|w| w.generation)
}

fn work<P: Send, R: Send>(shared: &Shared<P, R>, around: &dyn Fn(&mut (dyn FnMut() + Send))) {
    loop {
        let next = {
            let mut queue = shared.queue();
            loop {
                if queue.closed {
                    return;
                }
                if let Some(next) = queue.waiting.pop_front() {
                    break next;
                }
                queue = shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let Waiting { lane, generation, work } = next;
        let cancel = Cancel { newest: Arc::clone(&shared.newest[lane]), mine: generation, alone: None };
        let say = |event| (shared.sink)(lane, generation, event);
        say(Event::Started);
        let mut job = Some(work);
        let mut outcome = None;
        let ended = catch_unwind(AssertUnwindSafe(|| {
            around(&mut || {
                if let Some(job) = job.take() {
                    // `say` borrows the sink only; it is made anew inside, so that the closure can cross threads.
                    let say = |event| (shared.sink)(lane, generation, event);
                    outcome = Some(job(&Context { cancel: &cancel, say: &say }));
                }
            });
        }));
        let end = match (ended, outcome) {
            (Ok(()), Some(Ok(result))) if !cancel.is_cancelled() => Event::Done(result),
            (Ok(()), Some(Ok(_) | Err(Stop::Cancelled))) => Event::Cancelled,
            (Ok(()), Some(Err(Stop::Failed(why)))) => Event::Failed(why),
            (Ok(()), None) => Event::Failed("the job was not run".to_owned()),
            (Err(panic), _) => Event::Failed(format!("a fault of the program: {}", panic_text(&*panic))),
        };
        say(end);
    }
}

/// What a panic said.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

/// Lets the keyboard's thread go first: a thread that works yields to it. Where the system refuses, nothing
/// is lost but smoothness.
pub fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(5);
}

/// Lets every other thread of ours go first, too: for what nobody asked for.
pub fn lowest_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(10);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    type Heard = (Lane, Generation, Event<u32, &'static str>);

    fn worker() -> (Worker<u32, &'static str>, Receiver<Heard>) {
        let (tell, heard): (Sender<Heard>, _) = channel();
        let worker =
            Worker::start(2, move |lane, generation, event| drop(tell.send((lane, generation, event))), |job| job());
        (worker.unwrap(), heard)
    }

    /// Events until the given job has ended.
    fn until_end(heard: &Receiver<Heard>, lane: Lane, generation: Generation) -> Vec<Heard> {
        let mut all = Vec::new();
        loop {
            let event = heard.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
            let end = event.0 == lane && event.1 == generation && event.2.is_end();
            all.push(event);
            if end {
                return all;
            }
        }
    }

    #[test]
    fn a_job_starts_reports_and_ends_once() {
        let (worker, heard) = worker();
        let generation = worker.submit(0, |context| {
            context.progress(1);
            context.partial("half");
            Ok("whole")
        });
        let events: Vec<_> = until_end(&heard, 0, generation).into_iter().map(|e| e.2).collect();
        assert_eq!(events, [Event::Started, Event::Progress(1), Event::Partial("half"), Event::Done("whole")]);
    }

    #[test]
    fn the_latest_wins_and_every_job_ends_exactly_once() {
        let (worker, heard) = worker();
        let spin = |context: &Context<'_, u32, &'static str>| {
            while !context.cancel.is_cancelled() {
                std::thread::yield_now();
            }
            Err(Stop::Cancelled)
        };
        let first = worker.submit(0, spin);
        let second = worker.submit(0, spin);
        let third = worker.submit(0, |_| Ok("third"));
        let events = until_end(&heard, 0, third);
        for generation in [first, second, third] {
            let ends = events.iter().filter(|e| e.1 == generation && e.2.is_end()).count();
            assert_eq!(ends, 1, "generation {generation} of {events:?}");
        }
        assert_eq!(events.last().map(|e| &e.2), Some(&Event::Done("third")));
    }

    #[test]
    fn lanes_do_not_overtake_each_other() {
        let (worker, heard) = worker();
        let export = worker.submit(1, |_| Ok("export"));
        worker.submit(0, |_| Ok("fit"));
        let events = until_end(&heard, 1, export);
        assert_eq!(events.last().map(|e| &e.2), Some(&Event::Done("export")));
    }

    #[test]
    fn a_result_that_comes_too_late_is_not_done() {
        let (worker, heard) = worker();
        let (go, wait) = channel::<()>();
        let first = worker.submit(0, move |_| {
            let _ = wait.recv();
            Ok("late")
        });
        while heard.recv().unwrap().2 != Event::Started {}
        worker.cancel(0);
        go.send(()).unwrap();
        let events = until_end(&heard, 0, first);
        assert_eq!(events.last().map(|e| &e.2), Some(&Event::Cancelled));
    }

    #[test]
    fn a_child_is_cancelled_with_its_parent_and_not_the_other_way() {
        let parent = Cancel::never();
        let (one, other) = (parent.child(), parent.child());
        one.clone().cancel();
        assert!(one.is_cancelled() && !other.is_cancelled() && !parent.is_cancelled());
        parent.cancel();
        assert!(other.is_cancelled());
    }

    #[test]
    fn a_panic_is_a_failed_job_and_the_worker_lives_on() {
        let (worker, heard) = worker();
        let first = worker.submit(0, |_| panic!("boom"));
        let events = until_end(&heard, 0, first);
        assert!(matches!(&events.last().unwrap().2, Event::Failed(why) if why.contains("boom")));
        let second = worker.submit(0, |_| Ok("alive"));
        assert_eq!(until_end(&heard, 0, second).last().unwrap().2, Event::Done("alive"));
    }
}

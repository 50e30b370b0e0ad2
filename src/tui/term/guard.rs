//! The one guard for every terminal mode.
//!
//! Whatever ends or interrupts the program (quit, error, panic, signal, Ctrl-Z) comes through `leave`: it is
//! idempotent, may be called from any thread, and tries each step whatever the one before said. The line
//! settings are put back exactly as they were found.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use rustix::termios::Termios;

use super::tty::Tty;
use crate::error::Error;

/// Alternate screen, a clean slate there, bracketed paste, cursor hidden.
const ENTER: &str = "\x1b[?1049h\x1b[2J\x1b[?2004h\x1b[?25l";
/// Ends a frame that was cut short, then undoes `ENTER` and the mouse, colours first so that the alternate
/// screen is not left with ours. The string terminator comes first of all, in case a copy was cut short.
const LEAVE: &str = "\x1b\\\x1b[?2026l\x1b[0m\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?25h\x1b[?1049l";
/// Clicks and drags, in the form that has no column limit.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// How long restoring waits for a stalled terminal before it leaves the escape sequences out.
const PATIENCE: Duration = Duration::from_millis(200);

/// The guard of the running screen, for the panic hook, which is installed before there is one.
static CURRENT: Mutex<Option<Arc<Modes>>> = Mutex::new(None);

/// The modes of one terminal, shared by main loop, hooks and signal thread.
#[derive(Debug)]
pub(super) struct Modes {
    tty: Tty,
    owner: ThreadId,
    /// The line settings as they were found; `None` while we are not on screen.
    found: Mutex<Option<Termios>>,
    mouse: AtomicBool,
    /// Whether the signal thread runs, which alone knows when we are continued.
    watched: AtomicBool,
    /// Whether the process has been told to end: then the terminal is not taken again.
    ending: AtomicBool,
    /// Whether we stopped ourselves and were not continued yet.
    stopped: Mutex<bool>,
    continued: Condvar,
}

impl Modes {
    pub(super) fn tty(&self) -> &Tty {
        &self.tty
    }

    fn found(&self) -> MutexGuard<'_, Option<Termios>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the screen, or takes it again after something else (a shell, `stty`) had the terminal.
    fn enter(&self) -> std::io::Result<()> {
        let now = self.tty.settings()?;
        let mut raw = now.clone();
        raw.make_raw();
        // Line settings first: in the background the kernel stops us here, before anything is drawn.
        self.tty.set_settings(&raw)?;
        self.found().get_or_insert(now);
        self.tty.write_all(ENTER.as_bytes())?;
        if self.mouse.load(Ordering::Relaxed) {
            self.tty.write_all(MOUSE_ON.as_bytes())?;
        }
        Ok(())
    }

    /// Takes the screen again after a stop, and says whether it did.
    fn enter_again(&self) -> std::io::Result<bool> {
        // Continued in the background: either to end (`kill %1` sends SIGTERM and then SIGCONT), which the
        // signal thread learns in a moment, or by `bg`, and then the kernel stops us again in `enter`.
        if self.tty.is_in_background() {
            std::thread::sleep(Duration::from_millis(50));
            if self.ending.load(Ordering::Relaxed) {
                return Ok(false);
            }
        }
        self.enter().map(|()| true)
    }

    /// Gives the terminal back. Does nothing when it has been given back already.
    pub(super) fn leave(&self) {
        let Some(found) = self.found().take() else { return };
        // A stalled terminal (Ctrl-S, a dead link) must not keep us from ending.
        if self.tty.wait_writable(PATIENCE) {
            let _ = self.tty.write_all(LEAVE.as_bytes());
        }
        // In the background the settings are the shell's, and touching them would stop us.
        if !self.tty.is_in_background() {
            let _ = self.tty.set_settings(&found);
        }
    }

    /// The signal thread is up.
    pub(super) fn set_watched(&self) {
        self.watched.store(true, Ordering::Relaxed);
    }

    /// The process has been told to end.
    pub(super) fn set_ending(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// SIGCONT came. Says whether it ends a stop of our own, and lets `suspend` go on if so.
    pub(super) fn ends_own_stop(&self) -> bool {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        self.continued.notify_all();
        std::mem::replace(&mut *stopped, false)
    }

    /// Stops this process group and returns when it is continued.
    fn stop(&self) -> std::io::Result<()> {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        *stopped = true;
        // SIGSTOP and not SIGTSTP: ours is caught by the signal thread.
        if let Err(error) = rustix::process::kill_current_process_group(Signal::STOP) {
            *stopped = false;
            return Err(error.into());
        }
        // The call may return before the stop takes effect, as another thread may be the one that takes the
        // signal: to go on here would draw on the terminal just given back.
        while *stopped {
            stopped = self.continued.wait(stopped).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Whether the screen is ours now.
    pub(super) fn is_on(&self) -> bool {
        self.found().is_some()
    }

    pub(super) fn is_owner(&self) -> bool {
        std::thread::current().id() == self.owner
    }
}

/// What became of a wish to be suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspension {
    /// Stopped, continued, and on screen again: draw everything.
    Resumed,
    /// No shell would bring us back (started as `ssh -t host kscope`, or by a window of tmux), or no signal
    /// thread would notice: nothing done.
    Refused,
    /// Told to end while stopped: the terminal is the shell's, draw nothing more.
    Ending,
}

/// Holds the terminal: raw mode, alternate screen, bracketed paste, hidden cursor; mouse on request.
///
/// Dropping it restores everything. Belongs to the thread that made it: a panic of that thread restores the
/// terminal and is printed, a panic of another is not.
#[derive(Debug)]
pub struct Guard {
    modes: Arc<Modes>,
}

impl Guard {
    /// Takes the screen of `tty`.
    pub fn enter(tty: Tty) -> Result<Self, Error> {
        let modes = Arc::new(Modes {
            tty,
            owner: std::thread::current().id(),
            found: Mutex::new(None),
            mouse: AtomicBool::new(false),
            watched: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            stopped: Mutex::new(false),
            continued: Condvar::new(),
        });
        *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&modes));
        let guard = Self { modes };
        // On failure the guard is dropped, which undoes what had been done.
        guard.modes.enter().map_err(|error| {
            Error::failed("cannot set up the terminal").because(error).try_this("run in a terminal")
        })?;
        Ok(guard)
    }

    /// Restores the terminal; safe to call more than once and from any thread.
    pub fn leave(&self) {
        self.modes.leave();
    }

    /// Turns mouse reports on or off. Off at first: they take select-and-copy away.
    pub fn set_mouse(&self, on: bool) -> std::io::Result<()> {
        self.modes.mouse.store(on, Ordering::Relaxed);
        if !self.modes.is_on() {
            return Ok(());
        }
        self.modes.tty.write_all(if on { MOUSE_ON } else { MOUSE_OFF }.as_bytes())
    }

    /// Whether mouse reports are wanted.
    pub fn mouse(&self) -> bool {
        self.modes.mouse.load(Ordering::Relaxed)
    }

    /// Takes the screen again after an outside stop and continue. The caller then draws everything; if the
    /// answer is no, the process has been told to end and nothing more is to be drawn.
    pub fn resume(&self) -> std::io::Result<bool> {
        self.modes.enter_again()
    }

    /// Gives the terminal back, stops this process group (the whole pipeline, as Ctrl-Z would) and, when
    /// continued, takes the screen again. The caller then draws everything.
    pub fn suspend(&self) -> std::io::Result<Suspension> {
        if is_orphaned() || !self.modes.watched.load(Ordering::Relaxed) {
            return Ok(Suspension::Refused);
        }
        self.leave();
        let stopped = self.modes.stop();
        let resumed = self.resume()?;
        stopped?;
        Ok(if resumed { Suspension::Resumed } else { Suspension::Ending })
    }

    pub(super) fn modes(&self) -> Arc<Modes> {
        Arc::clone(&self.modes)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.leave();
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|modes| Arc::ptr_eq(modes, &self.modes)) {
            *current = None;
        }
    }
}

/// The modes of the screen that is up now, if any.
pub(super) fn current() -> Option<Arc<Modes>> {
    let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.as_ref().filter(|modes| modes.is_on()).map(Arc::clone)
}

/// Whether this process group has no job-control shell above it: then nothing would continue it once
/// stopped, and the kernel too would ignore Ctrl-Z (POSIX, "orphaned process group").
fn is_orphaned() -> bool {
    let group = rustix::process::getpgrp();
    let Ok(session) = rustix::process::getsid(None) else { return true };
    let mut parent = rustix::process::getppid();
    // A parent in our own group (`sh -c 'kscope; …'`) was stopped with us: look above it.
    while let Some(pid) = parent {
        if rustix::process::getsid(Some(pid)) != Ok(session) {
            return true;
        }
        match rustix::process::getpgid(Some(pid)) {
            Ok(theirs) if theirs != group => return false,
            Ok(_) => parent = parent_of(pid),
            Err(_) => return true,
        }
    }
    true
}

/// The parent of another process, as Linux shows it; `None` elsewhere.
fn parent_of(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    // "pid (name) state ppid …", and the name may contain anything, brackets included.
    let (_, rest) = stat.rsplit_once(')')?;
    Pid::from_raw(rest.split_whitespace().nth(1)?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::tty::pseudo::Pseudo;
    use super::*;

    /// Line settings in a form that can be compared.
    fn shown(tty: &Tty) -> String {
        format!("{:?}", tty.settings().unwrap())
    }

    /// The private modes (`ESC [ ? n h` or `l`) left on after `bytes`.
    fn left_on(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let mut on = std::collections::BTreeSet::new();
        for part in text.split("\x1b[?").skip(1) {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            match part[digits.len()..].chars().next() {
                Some('h') => drop(on.insert(digits)),
                Some('l') => drop(on.remove(&digits)),
                _ => {}
            }
        }
        // The cursor is shown unless hidden: 25 is the one mode that ends switched on.
        assert!(on.remove("25") || !text.contains("\x1b[?25"));
        on.into_iter().collect()
    }

    #[test]
    fn restores_settings_and_modes_exactly_once() {
        let mut pseudo = Pseudo::open(80, 24);
        let tty = pseudo.tty();
        let before = shown(&tty);
        let guard = Guard::enter(tty.clone()).unwrap();
        guard.set_mouse(true).unwrap();
        assert_ne!(shown(&tty), before);
        let on = String::from_utf8(pseudo.output(PATIENCE)).unwrap();
        assert!(on.contains("\x1b[?1049h") && on.contains("\x1b[?2004h") && on.contains("\x1b[?1006h"));
        guard.leave();
        assert_eq!(shown(&tty), before);
        let off = pseudo.output(PATIENCE);
        assert_eq!(left_on(&[on.as_bytes(), &off].concat()), Vec::<String>::new());
        guard.leave();
        drop(guard);
        assert!(pseudo.output(PATIENCE).is_empty());
    }

    #[test]
    fn the_mouse_is_off_until_wanted_and_comes_back_after_a_stop() {
        let mut pseudo = Pseudo::open(80, 24);
        let guard = Guard::enter(pseudo.tty()).unwrap();
        assert!(!String::from_utf8_lossy(&pseudo.output(PATIENCE)).contains("1000h"));
        guard.set_mouse(true).unwrap();
        guard.leave();
        let _ = pseudo.output(PATIENCE);
        guard.resume().unwrap();
        assert!(String::from_utf8_lossy(&pseudo.output(PATIENCE)).contains("1000h"));
    }

    #[test]
    fn resuming_twice_keeps_the_settings_first_found() {
        let pseudo = Pseudo::open(80, 24);
        let tty = pseudo.tty();
        let before = shown(&tty);
        let guard = Guard::enter(tty.clone()).unwrap();
        guard.resume().unwrap();
        guard.resume().unwrap();
        drop(guard);
        assert_eq!(shown(&tty), before);
    }

    #[test]
    fn a_stalled_terminal_still_gets_its_settings_back() {
        let pseudo = Pseudo::open(80, 24);
        let tty = pseudo.tty();
        let before = shown(&tty);
        let guard = Guard::enter(tty.clone()).unwrap();
        rustix::termios::tcflow(&tty, rustix::termios::Action::OOff).unwrap();
        let start = std::time::Instant::now();
        guard.leave();
        assert!(start.elapsed() < Duration::from_secs(2));
        assert_eq!(shown(&tty), before);
        rustix::termios::tcflow(&tty, rustix::termios::Action::OOn).unwrap();
    }

    #[test]
    fn no_terminal_is_an_error_with_advice() {
        let error = Guard::enter(Tty::from_file(std::fs::File::open("/dev/null").unwrap())).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        assert!(error.hint().is_some());
    }
}

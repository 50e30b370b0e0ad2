//! Signals and hang-up.
//!
//! One thread waits for both. It polls the terminal with no events asked for: that wakes on hang-up and not
//! on input, and it is the only notice an orphaned process group gets, since no SIGHUP is sent to one.
//! Whoever must end is told first and ended here if it does not: the main loop may be stuck in a write.

use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level;

use super::guard::{Guard, Modes};
use crate::error::Error;

/// How long the main loop has to end by itself once it must. SIGTERM is to be obeyed within a second.
const GRACE: Duration = Duration::from_millis(800);

/// What the outside wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End now (SIGTERM). The process is ended with 143 if it has not done so within the grace.
    Terminate,
    /// The terminal is gone, or SIGHUP: save and end; ended with 129 after the grace.
    HangUp,
    /// SIGINT from outside; Ctrl-C in the terminal arrives as a key.
    Interrupt,
    /// SIGTSTP from outside: call `Guard::suspend`. Ctrl-Z in the terminal arrives as a key.
    Suspend,
    /// Continued after a stop that was not `Guard::suspend`: call `Guard::resume` and draw everything.
    Continue,
    /// The terminal has another size: call `Screen::refresh`.
    Resize,
}

impl Signal {
    /// The exit code of a process that ends because of this signal; `None` for those that do not end it.
    pub fn exit_code(self) -> Option<u8> {
        match self {
            Self::Terminate => Some(143),
            Self::HangUp => Some(129),
            Self::Interrupt => Some(130),
            Self::Suspend | Self::Continue | Self::Resize => None,
        }
    }
}

/// Starts the signal thread, before the screen is made, so that no change of size is lost. `deliver` runs on it and must not block (send into a channel).
pub fn watch(guard: &Guard, deliver: impl Fn(Signal) + Send + 'static) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::failed("cannot watch for signals").because(error);
    let (read, write) = UnixStream::pair().map_err(failed)?;
    read.set_nonblocking(true).map_err(failed)?;
    write.set_nonblocking(true).map_err(failed)?;
    let signals = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH];
    let caught = SignalDelivery::with_pipe(read, write, SignalOnly, signals).map_err(failed)?;
    let modes = guard.modes();
    thread::Builder::new().name("signals".into()).spawn(move || wait(caught, &modes, deliver)).map_err(failed)?;
    guard.modes().set_watched();
    Ok(())
}

fn wait(mut caught: SignalDelivery<UnixStream, SignalOnly>, modes: &Modes, deliver: impl Fn(Signal)) {
    let mut hung_up = false;
    let mut deadline: Option<(Instant, u8)> = None;
    loop {
        let left = deadline.map(|(end, _)| end.saturating_duration_since(Instant::now()));
        if let (Some(Duration::ZERO), Some((_, code))) = (left, deadline) {
            end(modes, code);
        }
        let gone = wait_once(&caught, modes, !hung_up, left);
        let mut news: Vec<Signal> = Vec::new();
        for signal in caught.pending() {
            match signal {
                SIGTERM | SIGHUP => {
                    modes.set_ending();
                    news.push(if signal == SIGTERM { Signal::Terminate } else { Signal::HangUp });
                }
                SIGINT => news.push(Signal::Interrupt),
                SIGTSTP => news.push(Signal::Suspend),
                SIGCONT if modes.ends_own_stop() => {}
                // A hang-up comes with a SIGCONT too, and there is nothing to resume.
                SIGCONT if modes.tty().is_gone() => {}
                SIGCONT => news.push(Signal::Continue),
                SIGWINCH => news.push(Signal::Resize),
                // A core dump was asked for: give the terminal back and let it happen.
                _ => {
                    modes.leave();
                    let _ = low_level::emulate_default_handler(signal);
                }
            }
        }
        if gone && !hung_up {
            hung_up = true;
            news.push(Signal::HangUp);
        }
        for signal in news {
            deliver(signal);
            if let (Signal::Terminate | Signal::HangUp, Some(code)) = (signal, signal.exit_code()) {
                // A second, impatient one does not lengthen the grace.
                deadline.get_or_insert((Instant::now() + GRACE, code));
            }
        }
    }
}

/// Sleeps until a signal, a hang-up or the end of `left`; says whether the terminal is gone.
fn wait_once(
    caught: &SignalDelivery<UnixStream, SignalOnly>,
    modes: &Modes,
    watch_terminal: bool,
    left: Option<Duration>,
) -> bool {
    let limit = left.map(|left| Timespec {
        tv_sec: left.as_secs().cast_signed(),
        // Rounded up, or the last millisecond would be spent spinning.
        tv_nsec: i64::from(left.subsec_nanos()).max(1),
    });
    let pipe = PollFd::new(caught.get_read(), PollFlags::IN);
    let terminal = PollFd::new(modes.tty(), PollFlags::empty());
    // Once gone the terminal would wake us for ever.
    let mut fds = if watch_terminal { vec![pipe, terminal] } else { vec![pipe] };
    match poll(&mut fds, limit.as_ref()) {
        Ok(_) => fds.get(1).is_some_and(|fd| !fd.revents().is_empty()),
        Err(rustix::io::Errno::INTR) => false,
        // Not to spin on a poll that cannot work; signals are then late by this much.
        Err(_) => {
            thread::sleep(Duration::from_millis(50));
            false
        }
    }
}

/// Restores what can be restored and ends the process at once, without exit handlers: one of them may wait
/// for the thread that is stuck.
fn end(modes: &Modes, code: u8) -> ! {
    modes.leave();
    low_level::exit(i32::from(code))
}

#[cfg(test)]
mod tests {
    use super::super::tty::pseudo::Pseudo;
    use super::*;

    /// No SIGHUP comes here, for it is nobody's controlling terminal: the poll alone must notice.
    #[test]
    fn a_hang_up_is_noticed_without_a_signal_and_input_is_not_one() {
        let (read, write) = UnixStream::pair().unwrap();
        let none: [i32; 0] = [];
        let caught = SignalDelivery::with_pipe(read, write, SignalOnly, none).unwrap();
        let mut pseudo = Pseudo::open(80, 24);
        let guard = Guard::enter(pseudo.tty()).unwrap();
        pseudo.press("keys");
        let brief = Some(Duration::from_millis(50));
        assert!(!wait_once(&caught, &guard.modes(), true, brief));
        pseudo.hang_up();
        assert!(wait_once(&caught, &guard.modes(), true, None));
        assert!(!wait_once(&caught, &guard.modes(), false, brief));
    }
}

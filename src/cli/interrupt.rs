//! Signals during a headless command: cancel, tidy up, the documented exit code.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::{Error, Result};
use crate::jobs::Cancel;

/// Exit code of the signal that was caught; 0 while none was.
static CAUGHT: AtomicU8 = AtomicU8::new(0);

/// Longer than any stretch of work between two looks at the token.
const PATIENCE: Duration = Duration::from_secs(1);

/// A token that a signal cancels. What does not stop by itself soon (a read from a pipe) is ended.
pub(super) fn listen() -> Result<Cancel> {
    let cancel = Cancel::never();
    let theirs = cancel.clone();
    let failed = |e: std::io::Error| Error::failed("cannot listen for signals").because(e);
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).map_err(failed)?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let code = 128 + signal as u8;
                CAUGHT.store(code, Ordering::Release);
                theirs.cancel();
                std::thread::sleep(PATIENCE);
                std::process::exit(i32::from(code));
            }
        })
        .map_err(failed)?;
    Ok(cancel)
}

/// Exit code of the signal that was caught, if one was.
pub(super) fn caught() -> Option<u8> {
    Some(CAUGHT.load(Ordering::Acquire)).filter(|code| *code != 0)
}

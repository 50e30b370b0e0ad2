//! Panic and error hooks that know which thread owns the screen.
//!
//! A panic on the thread that holds the screen restores the terminal and is then printed. A panic on any
//! other thread while the screen is up prints nothing and tears nothing down: the job that caught it reports
//! it as a failure, and finds the place of the panic here. With no screen up every panic is printed.

use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};

use color_eyre::config::{HookBuilder, Theme};

use super::guard;
use crate::error::Error;

/// What the last panic off the screen's thread said, and where.
static WORKER_PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Installs color-eyre for errors and panics, once, before anything else. `colour`: whether standard error
/// may have colours.
pub fn install(colour: bool) -> Result<(), Error> {
    let builder = if colour { HookBuilder::default() } else { HookBuilder::new().theme(Theme::new()) };
    let (panic_hook, eyre_hook) = builder
        .panic_section("this is a fault of kscope, not of your table; please report it with the command you ran")
        .try_into_hooks()
        .map_err(|error| Error::failed("cannot install the error hooks").because(error))?;
    eyre_hook.install().map_err(|error| Error::failed("cannot install the error hooks").because(error))?;
    std::panic::set_hook(Box::new(move |info| {
        let screen = guard::current();
        if let Some(modes) = screen {
            if !modes.is_owner() {
                *WORKER_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(sentence(info));
                return;
            }
            modes.leave();
        }
        let report = panic_hook.panic_report(info);
        let _ = writeln!(std::io::stderr(), "{report}");
    }));
    Ok(())
}

/// What the last panic on a worker said, with its place, for the failure that the screen shows. Taken: the
/// next call returns `None` until another worker panics.
pub fn take_worker_panic() -> Option<String> {
    WORKER_PANIC.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn sentence(info: &PanicHookInfo<'_>) -> String {
    let said = info.payload_as_str().unwrap_or("a panic without words");
    match info.location() {
        Some(place) => format!("{said} ({}:{})", place.file(), place.line()),
        None => said.to_owned(),
    }
}

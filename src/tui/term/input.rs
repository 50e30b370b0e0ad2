//! The thread that reads keys, pastes and clicks.

use std::thread;

use crossterm::event::{Event, read};

use crate::error::Error;

/// Starts the input thread. `deliver` gets every event and says whether to go on.
///
/// Changes of size are left out: they come from the signal thread, which misses none at the start.
///
/// A key that is pressed in the very instant of a change of size is read with the next key: crossterm's default
/// source drops its wake-up (its feature `use-dev-tty` does not).
///
/// The thread is never joined: a read does not return once the terminal is gone, and then the signal thread
/// ends the process. It ends by itself when `deliver` says so, or at the first error, which would repeat for
/// ever if it were read again.
pub fn listen(mut deliver: impl FnMut(Event) -> bool + Send + 'static) -> Result<(), Error> {
    thread::Builder::new()
        .name("input".into())
        .spawn(move || while read().is_ok_and(|event| matches!(event, Event::Resize(..)) || deliver(event)) {})
        .map(drop)
        .map_err(|error| Error::failed("cannot read the keyboard").because(error))
}

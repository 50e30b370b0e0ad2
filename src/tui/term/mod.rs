//! The terminal itself: its modes and their restoration, the frame writer, signals, input, what it can show.
//!
//! Nothing here asks the terminal a question (cursor position, device attributes, colours): an answer may
//! never come, or come late and be read as keys.

/// What the terminal can show, from the environment alone.
pub mod capabilities;
/// Copying to the clipboard of the person at the terminal (OSC 52).
pub mod clipboard;
/// The one guard for every terminal mode.
pub mod guard;
/// Panic and error hooks that know which thread owns the screen.
pub mod hooks;
/// The thread that reads keys, pastes and clicks.
pub mod input;
/// Text from data, made fit to be shown.
pub mod sanitise;
/// One frame, one write.
pub mod screen;
/// Signals and hang-up.
pub mod signals;
/// The open terminal device.
pub mod tty;

#[cfg(test)]
mod process_test;

pub use capabilities::Capabilities;
pub use guard::Guard;
pub use screen::Screen;
pub use tty::Tty;

//! Data on standard output, words on standard error.
#![expect(clippy::print_stderr, reason = "the one place that talks on standard error")]

use std::io::{ErrorKind, Write};

use crate::error::{Error, Result};

/// Prints data. A reader that has gone (`| head`) is no failure.
pub(super) fn data(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Error::failed("cannot write to standard output").because(e)),
        Ok(()) => Ok(()),
    }
}

/// Says what should be known about the data.
pub(super) fn notices(notices: &[String]) {
    for notice in notices {
        eprintln!("note: {}", crate::source::escape(notice));
    }
}

/// Says what went wrong; what it quotes may hold escapes.
pub(super) fn complain(error: &Error) {
    let lines: Vec<String> = error.to_string().split('\n').map(crate::source::escape).collect();
    eprintln!("kscope: {}", lines.join("\n"));
}

/// The arguments of this run, for a receipt.
pub(super) fn command() -> Vec<String> {
    std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect()
}

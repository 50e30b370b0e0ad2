//! Worker lanes: latest wins, generation, cancel, progress, exactly one end per job. Knows no domain.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
}

impl Cancel {
    /// A token that nobody cancels: for headless runs and tests.
    pub fn never() -> Self {
        Self { newest: Arc::new(AtomicU64::new(0)), mine: 0 }
    }

    /// Cancels this token and all its clones.
    pub fn cancel(&self) {
        self.newest.store(u64::MAX, Ordering::Release);
    }

    /// Whether to stop now.
    pub fn is_cancelled(&self) -> bool {
        self.newest.load(Ordering::Relaxed) != self.mine
    }

    /// `Err(Cancelled)` when it is time to stop, for use with `?`.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

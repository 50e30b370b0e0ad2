//! `kscope keys`: the keys of the explorer.

use clap::Args;

use super::output;
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Keys {
    /// As the Markdown of docs/KEYS.md.
    #[arg(long)]
    markdown: bool,
}

impl Keys {
    #[cfg(feature = "tui")]
    pub(super) fn run(&self) -> Result<()> {
        output::data(&if self.markdown { crate::tui::keys::markdown() } else { crate::tui::keys::text() })
    }

    #[cfg(not(feature = "tui"))]
    pub(super) fn run(&self) -> Result<()> {
        let _ = self.markdown;
        output::data("this build has no explorer and so no keys\n")
    }
}

//! stub
#[derive(Debug, clap::Args)]
pub(super) struct Sample {}
impl Sample { pub(super) fn run(&self, _: &crate::jobs::Cancel) -> crate::error::Result<()> { Ok(()) } }

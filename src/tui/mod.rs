//! Everything that knows a terminal, and nothing outside this room does.

pub mod term;
pub mod theme;
pub mod widget;
pub mod keys { /// k
pub fn markdown()->String{String::new()} /// k
pub fn text()->String{String::new()} }
/// s
#[derive(Debug)] pub struct Start { /// x
pub location: crate::source::Location, /// x
pub options: crate::source::Options, /// x
pub roles: crate::table::RoleChoices, /// x
pub recipe: crate::study::recipe::Recipe, /// x
pub k: Option<usize>, /// x
pub threads: Option<usize>, /// x
pub ascii: bool, /// x
pub color: crate::cli::ColorChoice }
/// r
pub fn run(_: Start)->crate::error::Result<u8>{Ok(0)}

//! (room)
#[allow(missing_docs)]
pub mod synthetic;

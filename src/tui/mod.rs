//! Everything that knows a terminal, and nothing outside this room does.

pub mod term;
pub mod theme;
pub mod widget;

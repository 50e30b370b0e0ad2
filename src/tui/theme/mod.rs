//! Colours and characters: what a widget needs to know about looks, and all it needs.

/// The characters that charts, bars and boxes are drawn with.
pub mod glyphs;
/// The colours and attributes.
pub mod palette;

pub use glyphs::Glyphs;
pub use palette::Palette;

use super::term::Capabilities;

/// Colours and characters together; widgets borrow it.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Colours and attributes.
    pub palette: Palette,
    /// Characters.
    pub glyphs: &'static Glyphs,
}

impl Theme {
    /// The theme that the terminal can show.
    pub fn new(capabilities: &Capabilities) -> Self {
        Self { palette: Palette::new(capabilities.depth), glyphs: Glyphs::of(capabilities.charset) }
    }
}

#[cfg(test)]
impl Theme {
    /// Every character, no colour: what buffer tests compare.
    pub fn plain() -> Self {
        use super::term::capabilities::{Charset, Depth};
        Self { palette: Palette::new(Depth::Mono), glyphs: Glyphs::of(Charset::Braille) }
    }

    /// ASCII, no colour.
    pub fn ascii() -> Self {
        use super::term::capabilities::Charset;
        Self { glyphs: Glyphs::of(Charset::Ascii), ..Self::plain() }
    }
}

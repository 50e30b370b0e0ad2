//! The characters that charts, bars and boxes are drawn with. All are one cell wide.

use crate::tui::term::capabilities::Charset;

/// A set of characters, the same roles in each.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Whether text too must be ASCII.
    pub ascii: bool,
    /// Whether lines may be drawn with braille dots.
    pub braille: bool,
    /// Horizontal border.
    pub horizontal: &'static str,
    /// Vertical border.
    pub vertical: &'static str,
    /// Corners: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// The y axis at a tick, and where the axes cross.
    pub axis_tick: &'static str,
    /// Where the axes cross.
    pub axis_corner: &'static str,
    /// The x axis between points and at a point.
    pub axis_line: &'static str,
    /// The x axis at a point.
    pub axis_point: &'static str,
    /// A point of a curve.
    pub point: &'static str,
    /// A point of a curve that is not final yet.
    pub rough: &'static str,
    /// The current point of a curve.
    pub current: &'static str,
    /// A line between points, without braille.
    pub line: &'static str,
    /// The shade of a band.
    pub band: &'static str,
    /// An error bar.
    pub error: &'static str,
    /// What stands for text cut off.
    pub ellipsis: &'static str,
    /// The mark before the selected row.
    pub marker: &'static str,
    /// There is more to the left.
    pub more_left: &'static str,
    /// There is more to the right.
    pub more_right: &'static str,
    /// There is more above.
    pub more_up: &'static str,
    /// There is more below.
    pub more_down: &'static str,
    /// A cell filled by so many eighths from the left, 0 to 8.
    pub eighths: [&'static str; 9],
    /// A cell filled by so many eighths from below, 0 to 8.
    pub levels: [&'static str; 9],
    /// A diverging bar: its body, its ends, and the centre when it goes left, right, nowhere.
    pub bar: &'static str,
    /// Tip of a bar that goes left.
    pub tip_left: &'static str,
    /// Tip of a bar that goes right.
    pub tip_right: &'static str,
    /// Centre line of a bar that goes left.
    pub centre_left: &'static str,
    /// Centre line of a bar that goes right.
    pub centre_right: &'static str,
    /// Centre line alone.
    pub centre: &'static str,
    /// A cut through a histogram, and its foot on the axis.
    pub cut: &'static str,
    /// The foot of a cut on the axis.
    pub cut_foot: &'static str,
    /// Frames of the sign that work is going on.
    pub spinner: &'static [&'static str],
}

const BRAILLE: Glyphs = Glyphs {
    ascii: false,
    braille: true,
    horizontal: "─",
    vertical: "│",
    corners: ["╭", "╮", "╰", "╯"],
    axis_tick: "┤",
    axis_corner: "┼",
    axis_line: "─",
    axis_point: "┬",
    point: "●",
    rough: "○",
    current: "◆",
    line: "·",
    band: "▒",
    error: "│",
    ellipsis: "…",
    marker: "▶",
    more_left: "←",
    more_right: "→",
    more_up: "↑",
    more_down: "↓",
    eighths: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    levels: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    bar: "━",
    tip_left: "◀",
    tip_right: "▶",
    centre_left: "┫",
    centre_right: "┣",
    centre: "│",
    cut: "┊",
    cut_foot: "┴",
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};

const PLAIN: Glyphs = Glyphs { braille: false, spinner: &["|", "/", "-", "\\"], ..BRAILLE };

const ASCII: Glyphs = Glyphs {
    ascii: true,
    braille: false,
    horizontal: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+"],
    axis_tick: "+",
    axis_corner: "+",
    axis_line: "-",
    axis_point: "+",
    point: "o",
    rough: ".",
    current: "@",
    line: ".",
    band: ":",
    error: "|",
    ellipsis: "~",
    marker: ">",
    more_left: "<",
    more_right: ">",
    more_up: "^",
    more_down: "v",
    // Half a cell or more counts as a cell.
    eighths: [" ", " ", " ", " ", "#", "#", "#", "#", "#"],
    levels: [" ", ".", ".", ":", ":", "+", "+", "#", "#"],
    bar: "=",
    tip_left: "<",
    tip_right: ">",
    centre_left: "|",
    centre_right: "|",
    centre: "|",
    cut: "!",
    cut_foot: "^",
    spinner: &["|", "/", "-", "\\"],
};

impl Glyphs {
    /// The set for what the terminal can draw.
    pub fn of(charset: Charset) -> &'static Self {
        match charset {
            Charset::Ascii => &ASCII,
            Charset::Plain => &PLAIN,
            Charset::Braille => &BRAILLE,
        }
    }

    /// A frame of the spinner; ticks may count on for ever.
    pub fn spin(&self, tick: u64) -> &'static str {
        let length = self.spinner.len().max(1) as u64;
        self.spinner.get((tick % length) as usize).copied().unwrap_or(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::term::sanitise::{clean, width};

    fn all(glyphs: &Glyphs) -> Vec<&'static str> {
        let mut all = vec![
            glyphs.horizontal,
            glyphs.vertical,
            glyphs.axis_tick,
            glyphs.axis_corner,
            glyphs.axis_line,
            glyphs.axis_point,
            glyphs.point,
            glyphs.rough,
            glyphs.current,
            glyphs.line,
            glyphs.band,
            glyphs.error,
            glyphs.ellipsis,
            glyphs.marker,
            glyphs.more_left,
            glyphs.more_right,
            glyphs.more_up,
            glyphs.more_down,
            glyphs.bar,
            glyphs.tip_left,
            glyphs.tip_right,
            glyphs.centre_left,
            glyphs.centre_right,
            glyphs.centre,
            glyphs.cut,
            glyphs.cut_foot,
        ];
        all.extend(glyphs.corners.iter().chain(&glyphs.eighths).chain(&glyphs.levels).chain(glyphs.spinner));
        all
    }

    #[test]
    fn every_glyph_is_one_cell_and_ascii_is_ascii() {
        for charset in [Charset::Ascii, Charset::Plain, Charset::Braille] {
            let glyphs = Glyphs::of(charset);
            for glyph in all(glyphs) {
                assert_eq!(width(glyph), 1, "{glyph:?}");
                assert_eq!(clean(glyph, glyphs.ascii), glyph);
            }
        }
    }

    #[test]
    fn the_spinner_turns_for_ever() {
        assert_ne!(BRAILLE.spin(0), BRAILLE.spin(1));
        assert_eq!(BRAILLE.spin(u64::MAX), BRAILLE.spin(u64::MAX % 10));
    }
}

//! Copying to the clipboard of the person at the terminal (OSC 52), which works over SSH.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Most bytes of text that common terminals take: 100,000 once encoded, above which several drop the whole.
pub const LIMIT: usize = 74_994;

/// The text does not fit a terminal's clipboard; the caller writes a file instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Size of the text in bytes.
    pub bytes: usize,
}

/// The escape sequence that copies `text`, to be sent by `Screen::send`, between frames.
///
/// Inside tmux it is sent twice: as it is (taken when `set-clipboard` is on) and wrapped to reach the outer
/// terminal (taken when `allow-passthrough` is on); the other one is ignored.
pub fn copy_sequence(text: &str, tmux: bool) -> Result<Vec<u8>, TooLong> {
    if text.len() > LIMIT {
        return Err(TooLong { bytes: text.len() });
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    let sequence = if tmux { format!("{plain}\x1bPtmux;\x1b{plain}\x1b\\") } else { plain };
    Ok(sequence.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_so_that_no_text_can_end_the_sequence() {
        assert_eq!(copy_sequence("a\x07\x1b]", false).unwrap(), b"\x1b]52;c;YQcbXQ==\x07");
    }

    #[test]
    fn tmux_gets_it_plain_and_wrapped_with_doubled_escape() {
        let sequence = copy_sequence("hi", true).unwrap();
        assert_eq!(sequence, b"\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    fn the_limit_is_a_limit() {
        assert!(copy_sequence(&"x".repeat(LIMIT), false).unwrap().len() <= 100_010);
        assert_eq!(copy_sequence(&"x".repeat(LIMIT + 1), false), Err(TooLong { bytes: LIMIT + 1 }));
    }
}

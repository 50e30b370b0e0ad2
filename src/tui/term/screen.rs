//! One frame, one write.
//!
//! ratatui's backend flushes at every cursor movement and writes 25 bytes for a frame in which nothing
//! changed. Here a frame is gathered in memory, sent in a single write between the marks of a synchronized
//! update (DEC private mode 2026, ignored where unknown), and a frame without a change sends nothing.

use std::io;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::capabilities::Depth;
use super::tty::Tty;
use crate::error::Error;

const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// The screen: what was last sent to the terminal and how to send the next frame.
#[derive(Debug)]
pub struct Screen {
    terminal: Terminal<FrameBackend>,
    tty: Tty,
    depth: Depth,
    bytes: u64,
    frames: u64,
}

impl Screen {
    /// A screen over a terminal whose modes a guard holds already.
    pub fn new(tty: Tty, depth: Depth) -> Result<Self, Error> {
        // crossterm would turn colours into full resets under NO_COLOR; the theme decides, nobody else.
        crossterm::style::force_color_output(true);
        let (width, height) = tty.size();
        let backend = FrameBackend::new(Size { width, height });
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport: Viewport::Fullscreen })
            .map_err(|error| Error::failed("cannot set up the screen").because(error))?;
        Ok(Self { terminal, tty, depth, bytes: 0, frames: 0 })
    }

    /// Draws a frame and sends what changed. An error means that the terminal is gone.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render)?;
        self.commit()
    }

    /// Takes the size anew from the kernel. If it has changed the next frame is drawn whole, and the answer
    /// is yes.
    pub fn refresh(&mut self) -> io::Result<bool> {
        let (width, height) = self.tty.size();
        self.resize(width, height)
    }

    /// Takes a size, and says whether it is another than before.
    pub fn resize(&mut self, width: u16, height: u16) -> io::Result<bool> {
        let size = Size { width, height };
        let changed = self.terminal.backend().size != size;
        if changed {
            self.terminal.backend_mut().size = size;
            self.redraw()?;
        }
        Ok(changed)
    }

    /// Forgets what is on the terminal, so that the next frame is drawn whole: after a stop, or when another
    /// program wrote over us.
    pub fn redraw(&mut self) -> io::Result<()> {
        let Size { width, height } = self.terminal.backend().size;
        self.terminal.backend_mut().cursor = Cursor::Unknown;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Sends a finished escape sequence that is no part of a frame (a copy, a title).
    pub fn send(&mut self, sequence: &[u8]) -> io::Result<()> {
        self.bytes += sequence.len() as u64;
        self.tty.write_all(sequence)
    }

    /// Width and height in cells.
    pub fn size(&self) -> (u16, u16) {
        let Size { width, height } = self.terminal.backend().size;
        (width, height)
    }

    /// Bytes sent so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Frames sent so far, unchanged ones not counted.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    fn commit(&mut self) -> io::Result<()> {
        let backend = self.terminal.backend_mut();
        if backend.frame.is_empty() {
            return Ok(());
        }
        let mut frame = std::mem::take(&mut backend.frame);
        if self.depth == Depth::Ansi16 {
            frame = classic_colours(&frame);
        }
        let whole = [BEGIN_FRAME, &frame, END_FRAME].concat();
        // Back to the backend, emptied, so that its memory is used again.
        frame.clear();
        backend.frame = frame;
        backend.cells = 0;
        self.bytes += whole.len() as u64;
        self.frames += 1;
        self.tty.write_all(&whole)
    }
}

/// Where the terminal's cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cursor {
    Unknown,
    Hidden,
    At(Position),
}

/// ratatui's crossterm backend, writing to memory and keeping silent where nothing changed.
#[derive(Debug)]
struct FrameBackend {
    frame: Vec<u8>,
    /// Cells drawn in this frame: they moved the cursor.
    cells: usize,
    cursor: Cursor,
    size: Size,
}

impl FrameBackend {
    fn new(size: Size) -> Self {
        Self { frame: Vec::new(), cells: 0, cursor: Cursor::Unknown, size }
    }

    /// crossterm's backend keeps nothing between calls, so it is made anew for each.
    fn crossterm(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

impl Backend for FrameBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut cells = 0;
        let mut content = content.inspect(|_| cells += 1).peekable();
        // Even an empty frame would get a reset of all colours.
        if content.peek().is_some() {
            self.crossterm().draw(content)?;
        }
        self.cells += cells;
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor != Cursor::Hidden {
            self.crossterm().hide_cursor()?;
            self.cursor = Cursor::Hidden;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !matches!(self.cursor, Cursor::At(_)) {
            self.crossterm().show_cursor()?;
            // The place follows in `set_cursor_position`; until then none is right.
            self.cursor = Cursor::At(Position::new(u16::MAX, u16::MAX));
        }
        Ok(())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cells > 0 || self.cursor != Cursor::At(position) {
            self.crossterm().set_cursor_position(position)?;
            self.cursor = Cursor::At(position);
        }
        Ok(())
    }

    /// Never asked of the terminal, which may not answer.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.crossterm().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.crossterm().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    /// The frame is sent by `Screen::commit` and nowhere else.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Rewrites the sixteen basic colours from the 256-colour form that crossterm uses (`38;5;n`) to the form of
/// terminals that know no other (`30`–`37`, `90`–`97`); those read `5` as "blink".
fn classic_colours(frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(frame.len());
    let mut rest = frame;
    while let Some(start) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        let (before, sequence) = rest.split_at(start);
        out.extend_from_slice(before);
        let body = sequence.get(2..).unwrap_or_default();
        let length = body.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        let (digits, after) = body.split_at(length);
        out.extend_from_slice(b"\x1b[");
        match std::str::from_utf8(digits) {
            Ok(digits) if after.first() == Some(&b'm') => out.extend_from_slice(classic_codes(digits).as_bytes()),
            _ => out.extend_from_slice(digits),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

fn classic_codes(codes: &str) -> String {
    let codes: Vec<u16> = codes.split(';').map(|code| code.parse().unwrap_or(0)).collect();
    let mut rest = codes.as_slice();
    let mut out: Vec<String> = Vec::new();
    loop {
        match rest {
            [plane @ (38 | 48), 5, colour @ 0..=15, after @ ..] => {
                let bright = if *colour < 8 { 0 } else { 60 - 8 };
                out.push((plane - 8 + colour + bright).to_string());
                rest = after;
            }
            [code, after @ ..] => {
                out.push(code.to_string());
                rest = after;
            }
            [] => return out.join(";"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ratatui::style::{Color, Modifier, Style};

    use super::super::tty::pseudo::Pseudo;
    use super::*;

    const QUIET: Duration = Duration::from_millis(100);

    fn line(frame: &mut Frame<'_>, text: &str, style: Style) {
        let width = frame.area().width as usize;
        if frame.area().height > 0 {
            frame.buffer_mut().set_stringn(0, 0, text, width, style);
        }
    }

    fn lossless(mut pseudo: Pseudo) -> vt100::Parser {
        let (columns, rows) = pseudo.tty().size();
        let mut parser = vt100::Parser::new(rows, columns, 0);
        parser.process(&pseudo.output(QUIET));
        parser
    }

    #[test]
    fn a_frame_is_one_synchronized_update_and_an_unchanged_one_is_silent() {
        let mut pseudo = Pseudo::open(40, 5);
        let mut screen = Screen::new(pseudo.tty(), Depth::True).unwrap();
        screen.draw(|frame| line(frame, "hello", Style::default())).unwrap();
        let bytes = pseudo.output(QUIET);
        assert!(bytes.starts_with(BEGIN_FRAME) && bytes.ends_with(END_FRAME));
        assert_eq!(bytes.windows(8).filter(|part| *part == BEGIN_FRAME).count(), 1);
        let sent = screen.bytes();
        for _ in 0..10 {
            screen.draw(|frame| line(frame, "hello", Style::default())).unwrap();
        }
        assert_eq!(screen.bytes(), sent);
        assert_eq!(screen.frames(), 1);
        assert!(pseudo.output(QUIET).is_empty());
    }

    #[test]
    fn a_shown_cursor_moves_only_when_it_must() {
        let pseudo = Pseudo::open(40, 5);
        let mut screen = Screen::new(pseudo.tty(), Depth::True).unwrap();
        let draw = |screen: &mut Screen, text: &str, column| {
            let before = screen.bytes();
            screen
                .draw(|frame| {
                    line(frame, text, Style::default());
                    frame.set_cursor_position((column, 0));
                })
                .unwrap();
            screen.bytes() - before
        };
        assert!(draw(&mut screen, "ab", 2) > 0);
        assert_eq!(draw(&mut screen, "ab", 2), 0);
        assert!(draw(&mut screen, "ab", 1) > 0);
        // A drawn cell moves the terminal's cursor, so it is put back.
        assert!(draw(&mut screen, "ax", 1) > 0);
        let parser = lossless(pseudo);
        assert_eq!(parser.screen().cursor_position(), (0, 1));
        assert!(!parser.screen().hide_cursor());
    }

    #[test]
    fn survives_a_storm_of_sizes_and_draws_whole_after_it() {
        let pseudo = Pseudo::open(40, 5);
        let mut screen = Screen::new(pseudo.tty(), Depth::True).unwrap();
        for (width, height) in [(1, 1), (0, 0), (200, 60), (3, 2), (40, 5)] {
            screen.resize(width, height).unwrap();
            screen.draw(|frame| line(frame, "everything", Style::default())).unwrap();
        }
        assert_eq!(lossless(pseudo).screen().contents().trim(), "everything");
    }

    #[test]
    fn a_narrow_change_sends_few_bytes() {
        let pseudo = Pseudo::open(80, 24);
        let mut screen = Screen::new(pseudo.tty(), Depth::True).unwrap();
        screen.draw(|frame| line(frame, "k = 4", Style::default())).unwrap();
        let before = screen.bytes();
        screen.draw(|frame| line(frame, "k = 5", Style::default())).unwrap();
        assert!(screen.bytes() - before < 60, "{}", screen.bytes() - before);
    }

    #[test]
    fn sixteen_colours_are_sent_in_their_classic_form() {
        let style = Style::default().fg(Color::Blue).bg(Color::LightRed).add_modifier(Modifier::BOLD);
        let mut pseudo = Pseudo::open(20, 2);
        let mut screen = Screen::new(pseudo.tty(), Depth::Ansi16).unwrap();
        screen.draw(|frame| line(frame, "x", style)).unwrap();
        let text = String::from_utf8(pseudo.output(QUIET)).unwrap();
        assert!(text.contains("\x1b[34;101m"), "{text:?}");
        assert!(!text.contains("38;5"));
        assert_eq!(classic_codes("38;5;200;48;5;7;1"), "38;5;200;47;1");
        assert_eq!(classic_colours(b"\x1b[2Ja\x1b[38;5;9mb"), b"\x1b[2Ja\x1b[91mb");
    }

    #[test]
    fn colours_survive_no_color_because_the_theme_decides() {
        let mut pseudo = Pseudo::open(20, 2);
        let mut screen = Screen::new(pseudo.tty(), Depth::True).unwrap();
        screen.draw(|frame| line(frame, "x", Style::default().fg(Color::Rgb(1, 2, 3)))).unwrap();
        let text = String::from_utf8(pseudo.output(QUIET)).unwrap();
        assert!(text.contains("38;2;1;2;3"), "{text:?}");
    }
}

//! The real program in a pseudo-terminal, its screen as a terminal would show it.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::Outcome;
use super::memory::PROGRAM;

const WIDTH: u16 = 120;
const HEIGHT: u16 = 40;
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";

/// How long the screen may take to become what it should.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running explorer.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    chunks: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    /// What came since the last whole frame.
    unfinished: Vec<u8>,
    /// Bytes of each whole frame.
    pub frames: Vec<f64>,
    /// Closing it hangs up.
    _terminal: Box<dyn MasterPty + Send>,
}

impl Session {
    /// Starts the program on a table.
    pub fn open(file: &Path) -> Outcome<Self> {
        let size = PtySize { rows: HEIGHT, cols: WIDTH, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(PROGRAM);
        command.arg(file);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader()?;
        let keyboard = pair.master.take_writer()?;
        let (send, chunks) = channel();
        std::thread::spawn(move || {
            let mut block = [0; 1 << 16];
            while let Ok(count) = reader.read(&mut block) {
                if count == 0 || send.send((Instant::now(), block[..count].to_vec())).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            keyboard,
            chunks,
            screen: vt100::Parser::new(HEIGHT, WIDTH, 0),
            unfinished: Vec::new(),
            frames: Vec::new(),
            _terminal: pair.master,
        })
    }

    /// Presses a key and says when.
    pub fn press(&mut self, key: &str) -> Outcome<Instant> {
        let now = Instant::now();
        self.keyboard.write_all(key.as_bytes())?;
        self.keyboard.flush()?;
        Ok(now)
    }

    /// What is on the screen now.
    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// When the bytes came with which the screen first met a condition.
    pub fn until(&mut self, patience: Duration, meets: impl Fn(&vt100::Screen) -> bool) -> Outcome<Instant> {
        let end = Instant::now() + patience;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok((at, bytes)) = self.chunks.recv_timeout(left) else {
                let so_far = self.screen.screen().contents();
                return Err(format!("the screen did not become what it should; it shows\n{so_far}").into());
            };
            self.take(&bytes);
            if meets(self.screen.screen()) {
                return Ok(at);
            }
        }
    }

    /// Takes in what comes during a time.
    pub fn watch(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Ok((_, bytes)) = self.chunks.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.take(&bytes);
        }
    }

    /// Moves the selection to the line of a column, on the screen of features.
    pub fn select(&mut self, column: &str) -> Outcome<()> {
        let line = |screen: &vt100::Screen, is: &dyn Fn(&str) -> bool| screen.contents().lines().position(is);
        let selected = |screen: &vt100::Screen| line(screen, &|line| line.contains('▶'));
        let began = Instant::now();
        loop {
            let screen = self.screen();
            let (Some(wanted), Some(now)) = (line(screen, &|line| is_line_of(line, column)), selected(screen)) else {
                if began.elapsed() > PATIENCE {
                    return Err(format!("no line has {column}; the screen shows\n{}", screen.contents()).into());
                }
                // Half a frame is there.
                self.watch(Duration::from_millis(5));
                continue;
            };
            if now == wanted {
                return Ok(());
            }
            self.press(if now < wanted { "j" } else { "k" })?;
            self.until(PATIENCE, |screen| selected(screen) != Some(now))?;
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.unfinished.extend_from_slice(bytes);
        let find = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).position(|part| part == mark);
        while let Some(end) = find(&self.unfinished, END_FRAME).map(|at| at + END_FRAME.len()) {
            if let Some(begin) = find(&self.unfinished[..end], BEGIN_FRAME) {
                self.frames.push((end - begin) as f64);
            }
            self.unfinished.drain(..end);
        }
    }

    /// Number of the process.
    pub fn process(&self) -> Option<u32> {
        self.child.process_id()
    }

    /// Quits the program and waits for its end.
    pub fn quit(mut self) -> Outcome<()> {
        self.press("\x03")?;
        self.child.wait()?;
        Ok(())
    }
}

/// Whether a line of the screen of features is that of a column; a warning may stand before the name.
pub fn is_line_of(line: &str, column: &str) -> bool {
    line.contains(']') && line.contains(&format!(" {column} "))
}

//! The open terminal device: its size, its line settings, and writes that finish or fail.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, Termios};

use crate::error::Error;

/// Size assumed where the terminal does not know its own (a serial line, a bare `script`).
const FALLBACK_SIZE: (u16, u16) = (80, 24);

/// A terminal that frames go to and whose line settings we change. Clones share the device.
#[derive(Clone, Debug)]
pub struct Tty {
    device: Arc<File>,
}

impl Tty {
    /// The terminal of this process: standard output where that is one, else the controlling terminal, so
    /// that `kscope FILE > log` still opens on screen.
    pub fn open() -> Result<Self, Error> {
        let stdout = io::stdout();
        let device = if rustix::termios::isatty(&stdout) {
            stdout.as_fd().try_clone_to_owned().map(File::from)
        } else {
            File::options().read(true).write(true).open("/dev/tty")
        };
        device.map(Self::from_file).map_err(|error| {
            Error::failed("cannot open the terminal")
                .because(error)
                .try_this("run in a terminal, or use `kscope fit` or `kscope sweep`, which need none")
        })
    }

    /// A terminal that is already open, such as the far side of a pseudo-terminal.
    pub fn from_file(file: File) -> Self {
        Self { device: Arc::new(file) }
    }

    /// Width and height in cells, from the kernel; never asks the terminal itself.
    pub fn size(&self) -> (u16, u16) {
        match rustix::termios::tcgetwinsize(&*self.device) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            _ => FALLBACK_SIZE,
        }
    }

    /// The line settings now.
    pub fn settings(&self) -> io::Result<Termios> {
        Ok(rustix::termios::tcgetattr(&*self.device)?)
    }

    /// Changes the line settings at once, without waiting for output to drain (which may take for ever).
    ///
    /// A background process is stopped here by the kernel until it is brought to the foreground.
    pub fn set_settings(&self, settings: &Termios) -> io::Result<()> {
        rustix::io::retry_on_intr(|| rustix::termios::tcsetattr(&*self.device, OptionalActions::Now, settings))?;
        Ok(())
    }

    /// Whether another job has the terminal: then its line settings are not ours to touch.
    pub fn is_in_background(&self) -> bool {
        rustix::termios::tcgetpgrp(&*self.device).is_ok_and(|group| group != rustix::process::getpgrp())
    }

    /// Writes everything, waiting as long as the terminal takes: a slow link holds the program back.
    pub fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match (&*self.device).write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Another process that shares the device (ssh, a parent) may have made it non-blocking.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait_writable(Duration::from_secs(1));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether the other side has hung up: nothing more can be read or written, now or ever.
    pub fn is_gone(&self) -> bool {
        let mut fds = [PollFd::new(&*self.device, PollFlags::empty())];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let _ = rustix::io::retry_on_intr(|| poll(&mut fds, Some(&now)));
        fds.iter().any(|fd| fd.revents().contains(PollFlags::HUP))
    }

    /// Whether a short write would go through within `patience`, and not hang on a stalled terminal.
    pub fn wait_writable(&self, patience: Duration) -> bool {
        let mut fds = [PollFd::new(&*self.device, PollFlags::OUT)];
        let limit = Timespec { tv_sec: patience.as_secs().cast_signed(), tv_nsec: i64::from(patience.subsec_nanos()) };
        let ready = rustix::io::retry_on_intr(|| poll(&mut fds, Some(&limit)));
        ready.is_ok_and(|count| count > 0) && fds.iter().all(|fd| fd.revents().contains(PollFlags::OUT))
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.device.as_fd()
    }
}

#[cfg(test)]
pub(super) mod pseudo {
    //! A pseudo-terminal for tests.

    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::{Receiver, channel};
    use std::thread::JoinHandle;
    use std::time::Duration;

    use portable_pty::{PtyPair, PtySize, native_pty_system};

    use super::Tty;

    /// Both ends, and what has been written to the screen so far.
    pub struct Pseudo {
        pub pair: PtyPair,
        keyboard: Box<dyn Write + Send>,
        chunks: Receiver<Vec<u8>>,
        seen: Vec<u8>,
        stop: Arc<AtomicBool>,
        reader: JoinHandle<()>,
    }

    impl Pseudo {
        pub fn open(columns: u16, rows: u16) -> Self {
            let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
            let pair = native_pty_system().openpty(size).unwrap();
            let mut reader = pair.master.try_clone_reader().unwrap();
            let keyboard = pair.master.take_writer().unwrap();
            let (send, chunks) = channel();
            let stop = Arc::new(AtomicBool::new(false));
            let stopped = Arc::clone(&stop);
            let reader = std::thread::spawn(move || {
                let mut block = [0; 4096];
                while let Ok(count) = reader.read(&mut block) {
                    if count == 0 || stopped.load(Ordering::Relaxed) || send.send(block[..count].to_vec()).is_err() {
                        break;
                    }
                }
            });
            Self { pair, keyboard, chunks, seen: Vec::new(), stop, reader }
        }

        /// The program's side, opened without becoming anyone's controlling terminal.
        pub fn tty(&self) -> Tty {
            const NO_CONTROLLING_TERMINAL: i32 = 0o400;
            let name = self.pair.master.tty_name().unwrap();
            let file = File::options().read(true).write(true).custom_flags(NO_CONTROLLING_TERMINAL).open(name).unwrap();
            Tty::from_file(file)
        }

        /// Everything written until nothing more came for `quiet`.
        pub fn output(&mut self, quiet: Duration) -> Vec<u8> {
            while let Ok(chunk) = self.chunks.recv_timeout(quiet) {
                self.seen.extend(chunk);
            }
            std::mem::take(&mut self.seen)
        }

        /// Waits until the output so far contains `text`.
        pub fn wait_for(&mut self, text: &str, limit: Duration) -> String {
            let end = std::time::Instant::now() + limit;
            loop {
                let so_far = String::from_utf8_lossy(&self.seen).into_owned();
                if so_far.contains(text) {
                    return so_far;
                }
                let left = end.saturating_duration_since(std::time::Instant::now());
                match self.chunks.recv_timeout(left) {
                    Ok(chunk) => self.seen.extend(chunk),
                    Err(_) => panic!("no {text:?} within {limit:?}, only {so_far:?}"),
                }
            }
        }

        /// Presses keys.
        pub fn press(&mut self, keys: &str) {
            self.keyboard.write_all(keys.as_bytes()).unwrap();
            self.keyboard.flush().unwrap();
        }

        /// Closes the terminal, as a lost connection does. The far side is opened once more and written to,
        /// which wakes the reader that still holds our side.
        pub fn hang_up(self) {
            self.stop.store(true, Ordering::Relaxed);
            self.tty().write_all(b".").unwrap();
            self.reader.join().unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::pseudo::Pseudo;

    #[test]
    fn knows_its_size_and_falls_back_where_the_kernel_says_zero() {
        assert_eq!(Pseudo::open(100, 30).tty().size(), (100, 30));
        assert_eq!(Pseudo::open(0, 0).tty().size(), (80, 24));
    }

    #[test]
    fn writes_reach_the_other_side_whole() {
        let mut pseudo = Pseudo::open(80, 24);
        let tty = pseudo.tty();
        let long = "x".repeat(100_000);
        tty.write_all(long.as_bytes()).unwrap();
        assert_eq!(pseudo.output(Duration::from_millis(200)).len(), 100_000);
    }
}

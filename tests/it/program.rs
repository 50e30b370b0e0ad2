//! The binary, run without a terminal.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The binary under test.
pub const KSCOPE: &str = env!("CARGO_BIN_EXE_kscope");

/// Nothing that a test asks for takes as long, also not on a slow machine: longer is a hang.
const LIMIT: Duration = Duration::from_secs(120);

/// What a run left behind.
pub struct Ran {
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Standard output of a run that went well.
    pub fn data(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// Standard output of a run that went well, as JSON.
    pub fn json(self) -> Value {
        serde_json::from_str(&self.data()).unwrap()
    }

    /// Standard error of a run that ended with `code` and printed no data.
    pub fn complaint(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        assert_eq!(self.out, "", "data beside a failure");
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

/// Runs the binary with nothing on standard input.
pub fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Ran {
    run_with(args, b"")
}

/// Runs the binary with these bytes on standard input.
pub fn run_with<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, input: &[u8]) -> Ran {
    let mut child = start(args);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not want its input closes the pipe; that is its right.
    thread::spawn(move || drop(stdin.write_all(&input)));
    finish(child)
}

/// Starts the binary with pipes for everything.
pub fn start<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Child {
    Command::new(KSCOPE).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end.
pub fn finish(mut child: Child) -> Ran {
    let mut out = child.stdout.take().unwrap();
    let mut err = child.stderr.take().unwrap();
    let out = thread::spawn(move || read(&mut out));
    let err = thread::spawn(move || read(&mut err));
    let code = wait(&mut child);
    Ran { code, out: out.join().unwrap(), err: err.join().unwrap() }
}

fn read(pipe: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Waits for the end of a process and tells its exit code.
pub fn wait(child: &mut Child) -> Option<i32> {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > end {
            drop(child.kill());
            panic!("still running after {LIMIT:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// A folder that goes away with the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// Empty.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A path in it, as an argument.
    pub fn arg(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A file in it, as an argument.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.arg(name)
    }

    /// Names of what is in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A table of the golden numbers.
pub fn golden_table(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tables").join(format!("{name}.csv"));
    path.to_str().unwrap().to_owned()
}

/// A synthetic learners table.
pub fn learners(rows: usize, seed: u64) -> String {
    run(["sample", "--rows", &rows.to_string(), "--seed", &seed.to_string()]).data()
}

/// `row,cluster` (or `row,segment`) as a list by row; an empty field is none.
pub fn by_row(path: &Path) -> Vec<Option<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().skip(1).enumerate();
    lines
        .map(|(at, line)| {
            let (row, value) = line.split_once(',').unwrap();
            assert_eq!(row, at.to_string(), "rows are numbered from 0, without a gap");
            (!value.is_empty()).then(|| value.to_owned())
        })
        .collect()
}

//! Headless commands and what happens to them from outside: signals, and readers that go away.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Folder, KSCOPE, finish, learners, run, start, wait};

/// Sends a signal to a process of ours.
fn send(child: &std::process::Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Whether a process sleeps in a read, after its signals were set up.
fn listens(child: &std::process::Child) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
    tasks.filter_map(|t| std::fs::read_to_string(t.ok()?.path().join("comm")).ok()).any(|name| name.trim() == "signals")
}

/// Starts a command and waits until it would notice a signal.
fn listening(args: &[&str]) -> std::process::Child {
    let child = start(args);
    let end = Instant::now() + Duration::from_secs(60);
    while !listens(&child) {
        assert!(Instant::now() < end, "no signal thread");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

/// Input that never ends: the program waits for it.
#[test]
fn a_signal_ends_a_read_that_waits() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut child = listening(&["fit", "-", "--k", "2"]);
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(b"a,b\n1,2\n").unwrap();
        send(&child, signal);
        let ran = finish(child);
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        drop(pipe);
    }
}

/// A sweep that would take minutes: thousands of starts.
#[test]
fn a_signal_ends_a_long_sweep_and_leaves_no_file() {
    let folder = Folder::new();
    let table = folder.file("x.csv", learners(20_000, 1));
    let labels = folder.arg("labels.csv");
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let child = listening(&["fit", &table, "--k", "40", "--starts", "10000", "--labels", &labels]);
        std::thread::sleep(Duration::from_millis(300));
        send(&child, signal);
        let sent = Instant::now();
        let ran = finish(child);
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{}", ran.err);
        assert!(sent.elapsed() < Duration::from_secs(20), "{:?}", sent.elapsed());
        assert_eq!(folder.names(), ["x.csv"]);
    }
}

#[test]
fn a_signal_ends_a_sample_and_leaves_no_file() {
    let folder = Folder::new();
    let child = listening(&["sample", "--rows", "1000000000", "--out", &folder.arg("big.csv")]);
    std::thread::sleep(Duration::from_millis(300));
    send(&child, Signal::INT);
    assert_eq!(finish(child).code, Some(130));
    assert_eq!(folder.names(), Vec::<String>::new());
}

/// `kscope … | head -1`
#[test]
fn a_reader_that_leaves_is_no_failure() {
    let folder = Folder::new();
    let table = folder.file("x.csv", learners(20_000, 1));
    for args in
        [vec!["sample", "--rows", "200000"], vec!["drill", &table, "--rule", "experience >= 0", "--format", "csv"]]
    {
        let mut child = start(&args);
        child.stdin.take();
        let mut first = String::new();
        BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(first.contains("ctc"), "{first}");
        assert_eq!(wait(&mut child), Some(0), "{args:?}");
    }
}

#[test]
fn a_full_disk_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child = std::process::Command::new(KSCOPE)
        .args(["sweep", "--k", "1..2"])
        .stdout(full)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert_eq!(wait(&mut child), Some(1));
}

/// Without a terminal the explorer says so.
#[test]
fn no_terminal() {
    let shell = std::process::Command::new("setsid").arg(KSCOPE).stdin(Stdio::null()).output();
    let Ok(ran) = shell else { return };
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("terminal") && said.contains("kscope fit"), "{said}");
    assert_eq!(run(["--version"]).data().split(' ').next(), Some("kscope"));
}

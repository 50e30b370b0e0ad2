//! The room at work in a process of its own, on a pseudo-terminal: quit, panic, signals, hang-up, stop.
//!
//! The process is this test binary again, running the one ignored test below.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyModifiers};
use portable_pty::{Child, CommandBuilder};
use ratatui::style::Style;
use rustix::process::{Pid, Signal as Kill, kill_process};

use super::capabilities::Depth;
use super::guard::Suspension;
use super::signals::{self, Signal};
use super::tty::pseudo::Pseudo;
use super::{Guard, Screen, Tty, hooks, input};

const LIMIT: Duration = Duration::from_secs(20);
/// Silence after which no more output is expected.
const QUIET: Duration = Duration::from_millis(100);

enum Message {
    Input(Event),
    Signal(Signal),
}

/// A program in the manner of the real one. With `KSCOPE_STUCK` its main loop never reads a message.
#[test]
#[ignore = "run by the tests below in a process of its own"]
fn program() {
    hooks::install(false).unwrap();
    let tty = Tty::open().unwrap();
    let guard = Guard::enter(tty.clone()).unwrap();
    let (send, messages) = channel();
    let signal_send = send.clone();
    signals::watch(&guard, move |signal| drop(signal_send.send(Message::Signal(signal)))).unwrap();
    let mut screen = Screen::new(tty, Depth::True).unwrap();
    input::listen(move |event| send.send(Message::Input(event)).is_ok()).unwrap();
    let mut drawn = 0;
    let mut draw = |screen: &mut Screen, words: &str| {
        drawn += 1;
        // On a line of its own and without spaces, so that it is sent in one piece.
        let words = format!("<{words}#{drawn}>").replace(' ', "_");
        let _ = screen.draw(|frame| {
            frame.buffer_mut().set_stringn(0, drawn, words, 70, Style::new());
        });
    };
    draw(&mut screen, "ready");
    while std::env::var_os("KSCOPE_STUCK").is_some() {
        std::thread::sleep(Duration::from_secs(1));
    }
    let code = loop {
        match messages.recv().unwrap() {
            Message::Signal(signal) => match signal {
                Signal::Suspend => match guard.suspend().unwrap() {
                    Suspension::Ending => {}
                    came => {
                        screen.redraw().unwrap();
                        draw(&mut screen, &format!("{came:?}"));
                    }
                },
                Signal::Continue => {
                    if guard.resume().unwrap() {
                        screen.redraw().unwrap();
                        draw(&mut screen, "continued");
                    }
                }
                Signal::Resize => {
                    screen.refresh().unwrap();
                    let (width, height) = screen.size();
                    draw(&mut screen, &format!("size {width}x{height}"));
                }
                _ => break signal.exit_code().unwrap(),
            },
            Message::Input(Event::Key(key)) => match (key.code, key.modifiers) {
                (KeyCode::Char('z'), KeyModifiers::CONTROL) => match guard.suspend().unwrap() {
                    Suspension::Ending => {}
                    came => {
                        screen.redraw().unwrap();
                        draw(&mut screen, &format!("{came:?}"));
                    }
                },
                (KeyCode::Char('p'), _) => panic!("the screen's own thread"),
                (KeyCode::Char('w'), _) => {
                    let _ = std::thread::spawn(|| panic!("a worker")).join();
                    let said = hooks::take_worker_panic().unwrap();
                    draw(&mut screen, &said);
                }
                (KeyCode::Char('q'), _) => break 0,
                _ => draw(&mut screen, "key"),
            },
            Message::Input(_) => {}
        }
    };
    drop(guard);
    std::process::exit(i32::from(code));
}

fn command() -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "tui::term::process_test::program", "--nocapture", "--test-threads=1"]);
    command.env("RUST_BACKTRACE", "0");
    command
}

struct Run {
    pseudo: Pseudo,
    child: Box<dyn Child + Send + Sync>,
    before: String,
}

impl Run {
    fn start(command: CommandBuilder) -> Self {
        let mut pseudo = Pseudo::open(80, 24);
        let before = shown(&pseudo);
        let child = pseudo.pair.slave.spawn_command(command).unwrap();
        pseudo.wait_for("<ready#1>", LIMIT);
        assert_ne!(shown(&pseudo), before, "raw mode");
        Self { pseudo, child, before }
    }

    fn signal(&self, signal: Kill) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Waits for the end and checks that the terminal is as it was. Returns the code and what was written.
    fn end(mut self) -> (u32, String) {
        let code = wait(&mut self.child);
        let written = String::from_utf8_lossy(&self.pseudo.output(QUIET)).into_owned();
        assert_eq!(shown(&self.pseudo), self.before, "line settings");
        for mode in ["1049", "2004"] {
            let last = |end: char| written.rfind(&format!("\x1b[?{mode}{end}"));
            assert!(last('l').is_some() && last('l') > last('h'), "mode {mode} in {written:?}");
        }
        assert!(written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l"), "cursor in {written:?}");
        (code, written)
    }
}

fn shown(pseudo: &Pseudo) -> String {
    format!("{:?}", pseudo.tty().settings().unwrap())
}

fn wait(child: &mut Box<dyn Child + Send + Sync>) -> u32 {
    let end = Instant::now() + LIMIT;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.exit_code();
        }
        if Instant::now() > end {
            let _ = child.kill();
            panic!("still running");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn quit_restores_the_terminal() {
    let mut run = Run::start(command());
    run.pseudo.press("q");
    assert_eq!(run.end().0, 0);
}

#[test]
fn signals_end_it_with_their_code() {
    for (signal, code) in [(Kill::TERM, 143), (Kill::HUP, 129), (Kill::INT, 130)] {
        let run = Run::start(command());
        run.signal(signal);
        assert_eq!(run.end().0, code);
    }
}

#[test]
fn a_stuck_main_loop_is_ended_within_a_second() {
    for (signal, code) in [(Kill::TERM, 143), (Kill::HUP, 129)] {
        let mut stuck = command();
        stuck.env("KSCOPE_STUCK", "1");
        let run = Run::start(stuck);
        let start = Instant::now();
        run.signal(signal);
        assert_eq!(run.end().0, code);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }
}

#[test]
fn hang_up_ends_it_even_when_stuck() {
    for stuck in [false, true] {
        let mut command = command();
        if stuck {
            command.env("KSCOPE_STUCK", "1");
        }
        let Run { pseudo, mut child, .. } = Run::start(command);
        pseudo.hang_up();
        assert_eq!(wait(&mut child), 129, "stuck: {stuck}");
    }
}

#[test]
fn a_panic_of_the_screens_thread_is_printed_on_the_restored_terminal() {
    let mut run = Run::start(command());
    run.pseudo.press("p");
    let (code, written) = run.end();
    assert_eq!(code, 101);
    let (before, after) = written.rsplit_once("\x1b[?1049l").unwrap();
    assert!(after.contains("the screen's own thread") && !before.contains("the screen's own thread"));
}

#[test]
fn a_panic_of_a_worker_leaves_the_screen_alone() {
    let mut run = Run::start(command());
    run.pseudo.press("w");
    let so_far = run.pseudo.wait_for("<a_worker_(src/tui/term/process_test.rs:", LIMIT);
    assert!(!so_far.contains("\x1b[?1049l"));
    run.pseudo.press("q");
    assert_eq!(run.end().0, 0);
}

#[test]
fn a_new_size_is_drawn() {
    let mut run = Run::start(command());
    let size = portable_pty::PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
    run.pseudo.pair.master.resize(size).unwrap();
    run.pseudo.wait_for("<size_100x30#2>", LIMIT);
    // Twice, for the first may come too near to the change of size: see `input::listen`.
    run.pseudo.press("q");
    std::thread::sleep(QUIET);
    run.pseudo.press("q");
    assert_eq!(run.end().0, 0);
}

#[test]
fn without_a_shell_above_it_is_not_stopped() {
    let mut run = Run::start(command());
    run.pseudo.press("\x1a");
    run.pseudo.wait_for("<Refused#2>", LIMIT);
    run.pseudo.press("q");
    assert_eq!(run.end().0, 0);
}

/// A shell with job control, and the program running in it. Returns the line settings of the shell, too.
fn under_a_shell() -> (Pseudo, Box<dyn Child + Send + Sync>, String) {
    let mut pseudo = Pseudo::open(80, 24);
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "--noediting", "-i"]);
    shell.env("PS1", "shell> ");
    let child = pseudo.pair.slave.spawn_command(shell).unwrap();
    pseudo.wait_for("shell> ", LIMIT);
    let before = shown(&pseudo);
    let program = command();
    let argv: Vec<_> = program.get_argv().iter().map(|part| part.to_string_lossy().into_owned()).collect();
    pseudo.press(&format!("{}\n", argv.join(" ")));
    pseudo.wait_for("<ready#1>", LIMIT);
    (pseudo, child, before)
}

/// As people use it: Ctrl-Z, look at the settings, `fg`, quit.
#[test]
fn ctrl_z_and_fg_under_a_shell() {
    let (mut pseudo, mut child, before) = under_a_shell();
    for stop in ["key", "signal", "stop from outside"] {
        let _ = pseudo.output(QUIET);
        let pid = pseudo.pair.master.process_group_leader().and_then(Pid::from_raw).unwrap();
        let signal = |signal| kill_process(pid, signal).unwrap();
        match stop {
            "key" => pseudo.press("\x1a"),
            "signal" => signal(Kill::TSTP),
            _ => signal(Kill::STOP),
        }
        let stopped = pseudo.wait_for("shell> ", LIMIT);
        assert!(stopped.contains("Stopped"), "{stop}: {stopped:?}");
        assert_eq!(shown(&pseudo), before);
        // A stop from outside cannot be caught: the shell puts its line settings back, we can do nothing.
        let left = stopped.contains("\x1b[?1049l");
        assert_eq!(left, stop != "stop from outside", "{stop}: {stopped:?}");
        let _ = pseudo.output(QUIET);
        pseudo.press("fg\n");
        let back = pseudo.wait_for(if left { "<Resumed" } else { "<continued" }, LIMIT);
        assert!(back.contains("\x1b[?1049h"), "{stop}: {back:?}");
        assert_ne!(shown(&pseudo), before, "{stop}: raw again");
    }
    let _ = pseudo.output(QUIET);
    pseudo.press("q");
    pseudo.wait_for("shell> ", LIMIT);
    assert_eq!(shown(&pseudo), before);
    pseudo.press("echo code $?; exit\n");
    pseudo.wait_for("code 0", LIMIT);
    wait(&mut child);
}

#[test]
fn a_stopped_job_can_be_ended() {
    let (mut pseudo, mut child, before) = under_a_shell();
    let _ = pseudo.output(QUIET);
    pseudo.press("\x1a");
    pseudo.wait_for("shell> ", LIMIT);
    let _ = pseudo.output(QUIET);
    pseudo.press("kill %1; while jobs %1 2>/dev/null; do sleep .05; done\n");
    let end = pseudo.wait_for("Exit 143", LIMIT);
    assert!(!end.contains("\x1b[?1049h") && !end.contains("<Resumed"), "{end:?}");
    assert_eq!(shown(&pseudo), before);
    pseudo.press("exit\n");
    wait(&mut child);
}

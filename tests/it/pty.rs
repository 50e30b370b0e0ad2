//! The real binary on a pseudo-terminal: what a person sees and presses, and what is left behind.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Folder, KSCOPE, golden_table, learners, run};

/// Longer than anything takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(60);

/// The program in a terminal.
struct Session {
    pair: PtyPair,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    chunks: Receiver<Vec<u8>>,
    /// Every byte that was written to the terminal.
    written: Vec<u8>,
    /// What the terminal shows.
    parser: vt100::Parser,
    /// Line settings before the start.
    before: String,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Session {
    /// Opens the explorer at 80×24.
    fn open(args: &[&str]) -> Self {
        let mut command = CommandBuilder::new(KSCOPE);
        command.args(args);
        Self::start(command)
    }

    fn start(mut command: CommandBuilder) -> Self {
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        // The session is kept here, not in the home of whoever runs the tests.
        command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
        for name in ["NO_COLOR", "COLORTERM", "LC_ALL", "LC_CTYPE", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY"] {
            command.env_remove(name);
        }
        let pair = native_pty_system().openpty(size(80, 24)).unwrap();
        let before = settings(&pair);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let (send, chunks) = channel();
        std::thread::spawn(move || {
            let mut block = [0; 8192];
            while let Ok(count) = reader.read(&mut block) {
                if count == 0 || send.send(block[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let child = pair.slave.spawn_command(command).unwrap();
        Self { pair, child, keyboard, chunks, written: Vec::new(), parser: vt100::Parser::new(24, 80, 0), before }
    }

    /// Takes in what comes within `patience`; says whether anything came.
    fn take(&mut self, patience: Duration) -> bool {
        match self.chunks.recv_timeout(patience) {
            Ok(chunk) => {
                self.parser.process(&chunk);
                self.written.extend(chunk);
                true
            }
            Err(_) => false,
        }
    }

    /// The screen as text.
    fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until the screen satisfies a condition.
    #[track_caller]
    fn wait_until(&mut self, what: &str, met: impl Fn(&str) -> bool) {
        let end = Instant::now() + LIMIT;
        loop {
            if met(&self.screen()) {
                return;
            }
            assert!(Instant::now() < end, "{what} did not come; the screen is\n{}", self.screen());
            self.take(Duration::from_millis(50));
        }
    }

    /// Waits until the screen shows these words.
    #[track_caller]
    fn wait_for(&mut self, words: &str) {
        self.wait_until(words, |screen| screen.contains(words));
    }

    /// Waits until a verdict is there and nothing runs: the header is fresh and the job line empty.
    #[track_caller]
    fn settled(&mut self) {
        self.wait_until("rest", |screen| {
            let mut lines = screen.lines();
            let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
            let runs = ["reading", "cleaning", "clustering", "k ", "silhouette", "exact", "counting"];
            first.contains("sil")
                && !first.contains("stale")
                && !runs
                    .iter()
                    .any(|what| second.trim_end().rsplit("6 Drill").next().is_some_and(|rest| rest.contains(what)))
        });
    }

    /// Presses keys.
    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Changes the size of the terminal.
    fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(rows, columns);
        self.pair.master.resize(size(columns, rows)).unwrap();
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Waits for the end, with all that is written until then.
    fn exit_code(&mut self) -> u32 {
        let end = Instant::now() + LIMIT;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            if Instant::now() > end {
                drop(self.child.kill());
                panic!("still running; the screen is\n{}", self.screen());
            }
            self.take(Duration::from_millis(10));
        };
        while self.take(Duration::from_millis(100)) {}
        code
    }

    /// Waits for the end and checks that the terminal is as it was.
    #[track_caller]
    fn ends(&mut self, code: u32) {
        assert_eq!(self.exit_code(), code, "{}", self.screen());
        assert_eq!(settings(&self.pair), self.before, "line settings");
        let on = left_on(&self.written);
        assert!(on.is_empty(), "modes left on: {on:?}");
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    }
}

/// Line settings in a form that can be compared.
fn settings(pair: &PtyPair) -> String {
    const NO_CONTROLLING_TERMINAL: i32 = 0o400;
    let name = pair.master.tty_name().unwrap();
    let tty = File::options().read(true).write(true).custom_flags(NO_CONTROLLING_TERMINAL).open(name).unwrap();
    format!("{:?}", rustix::termios::tcgetattr(&tty).unwrap())
}

/// The private modes (`ESC [ ? n h`) that differ at the end from what a terminal starts with: all off, but
/// the cursor (25) on.
fn left_on(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut state = std::collections::BTreeMap::new();
    for part in text.split("\x1b[?").skip(1) {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(part.len());
        let on = match part[end..].chars().next() {
            Some('h') => true,
            Some('l') => false,
            _ => continue,
        };
        for mode in part[..end].split(';') {
            state.insert(mode.to_owned(), on);
        }
    }
    state.into_iter().filter(|(mode, on)| *on != (mode == "25")).map(|(mode, _)| mode).collect()
}

/// The walk that the program was made for.
#[test]
fn open_change_k_toggle_drill_edit_quit() {
    let mut session = Session::open(&[]);
    session.wait_for("Verdict");
    session.settled();
    assert!(session.parser.screen().alternate_screen() && session.parser.screen().hide_cursor());
    assert!(session.screen().contains("[4]"));
    session.press("+");
    session.wait_for("[5]");
    session.wait_until("k 5", |screen| screen.lines().next().is_some_and(|header| header.contains("k 5")));
    // A feature off: the figures are of yesterday, then new.
    let header = |screen: &str| screen.lines().next().unwrap_or_default().trim_end().to_owned();
    let before = header(&session.screen());
    session.press("f");
    session.wait_for("[2 Features]");
    session.press(" ");
    session.wait_until("another result", |screen| {
        let now = header(screen);
        now != before && now.contains("sil") && !now.contains("stale")
    });
    session.settled();
    session.press(" ");
    session.wait_until("the old result", |screen| header(screen) == before);
    // The people.
    session.press("6");
    session.wait_for("[6 Drill]");
    session.wait_for("pay < 45 lakh");
    session.wait_until("the funnel", |screen| screen.contains("100 %") && screen.contains("P8"));
    session.press("e");
    session.wait_for("take the rule");
    session.press(" and ctc < 5 lakh");
    session.wait_until("a third clause", |screen| screen.matches("ctc < 5 lakh").count() >= 2);
    session.press("\r");
    session.wait_until("the rule is taken", |screen| !screen.contains("take the rule"));
    // One person, and back all the way.
    session.press("\r");
    session.wait_for("source row");
    session.press("\x1b");
    session.wait_until("the list again", |screen| !screen.contains("source row"));
    session.press("\x1b");
    session.wait_for("[2 Features]");
    session.press("3");
    session.wait_for("[3 Choose k]");
    session.press("?");
    session.wait_for("one cluster more");
    session.press("jjjjjjjj");
    session.wait_for("quit at once");
    session.press("q");
    session.wait_for("Verdict");
    session.press("q");
    session.ends(0);
}

/// K-Means step by step, as in a demonstration.
#[test]
fn a_start_is_shown_step_by_step() {
    let mut session = Session::open(&[&golden_table("iris"), "--starts", "4"]);
    session.wait_for("Verdict");
    session.settled();
    let header = session.screen().lines().next().unwrap_or_default().to_owned();
    session.press("w");
    session.wait_for("rows drawn by lot");
    session.press(" ");
    session.wait_for("Assignment 1:");
    session.press("\x1b[C");
    session.wait_for("Update 1:");
    session.press("\x1b[D");
    session.wait_for("Assignment 1:");
    session.press("e");
    session.wait_for("This is the end");
    session.wait_for("best so far");
    session.press("s");
    session.wait_for("start 2 of 4");
    session.press("\x1b[F");
    session.wait_for("This is the end");
    session.press("\x1b");
    session.wait_for("Verdict");
    assert_eq!(session.screen().lines().next().unwrap_or_default(), header);
    session.press("q");
    session.ends(0);
}

/// The assumed age is there, off, and says what it is when Space switches it on.
#[test]
fn an_assumed_age_is_switched_on_with_a_warning() {
    let mut session = Session::open(&[]);
    session.wait_for("Verdict");
    session.settled();
    session.press("fG");
    session.wait_until("the row, off", |screen| {
        screen.lines().any(|line| line.contains("[ ]") && line.contains("≈assumed_age"))
    });
    session.wait_for("Switched on, it is");
    assert!(!session.screen().contains("r = 1.00"));
    session.press(" ");
    session.wait_until("the row, on", |screen| screen.lines().any(|line| line.contains("[x]  !≈assumed_age")));
    session.wait_for("! ≈ 22 + years of experience, an assumption");
    session.wait_for("! r = 1.00 with experience");
    session.wait_for("! assumed_age is experience again");
    session.settled();
    session.press("q");
    session.ends(0);
}

#[test]
fn every_way_out_restores_the_terminal() {
    for (name, code) in [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130), ("Ctrl-C", 130), ("q", 0)] {
        let mut session = Session::open(&[]);
        session.wait_for("Verdict");
        match name {
            "SIGTERM" => session.signal(Signal::TERM),
            "SIGHUP" => session.signal(Signal::HUP),
            "SIGINT" => session.signal(Signal::INT),
            "Ctrl-C" => session.press("\x03"),
            _ => session.press("q"),
        }
        session.ends(code);
    }
}

/// While the table is read and clustered, too.
#[test]
fn it_can_be_left_while_it_works() {
    let folder = Folder::new();
    let table = folder.file("x.csv", learners(60_000, 1));
    for (keys, code) in [("q", 0), ("\x03", 130)] {
        let mut session = Session::open(&[&table, "--starts", "200"]);
        session.wait_until("the first frame", |screen| screen.contains("Choose k"));
        session.press(keys);
        session.ends(code);
    }
    let mut session = Session::open(&[&table, "--starts", "2000"]);
    session
        .wait_until("clustering", |screen| screen.contains("sil") || screen.contains("WCSS") || screen.contains("/12"));
    session.signal(Signal::TERM);
    session.ends(143);
}

#[test]
fn any_size_will_do() {
    let mut session = Session::open(&[]);
    session.wait_for("Verdict");
    for (columns, rows) in [(1, 1), (200, 60), (2, 200), (500, 3), (1, 1), (79, 23), (160, 50)] {
        session.resize(columns, rows);
    }
    session.wait_for("What sets");
    session.resize(1, 1);
    session.press("f46?q13");
    session.resize(80, 24);
    session.wait_for("Verdict");
    session.wait_for("q quit");
    session.press("q");
    session.ends(0);
}

#[test]
fn idle_it_writes_nothing() {
    let mut session = Session::open(&[&golden_table("iris")]);
    session.wait_for("Verdict");
    session.settled();
    // What was under way arrives; after that there is silence.
    while session.take(Duration::from_millis(300)) {}
    let written = session.written.len();
    assert!(!session.take(Duration::from_millis(1500)), "{:?}", &session.written[written..]);
    let cpu = |session: &Session| {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", session.child.process_id().unwrap())).unwrap();
        let fields: Vec<u64> =
            stat.rsplit(')').next().unwrap().split_whitespace().filter_map(|f| f.parse().ok()).collect();
        // After the name and the state: utime and stime are the 11th and 12th numbers.
        fields[10] + fields[11]
    };
    let before = cpu(&session);
    assert!(!session.take(Duration::from_millis(1000)));
    assert!(cpu(&session) <= before + 1, "it works while nothing is to be done");
    // A key that changes nothing writes nothing.
    session.press("\x1b[23~");
    assert!(!session.take(Duration::from_millis(300)));
    session.press("q");
    session.ends(0);
}

#[test]
fn a_missing_file_is_said_on_the_normal_screen() {
    let folder = Folder::new();
    let missing = folder.arg("no such file.csv");
    let mut session = Session::open(&[&missing]);
    session.ends(3);
    let text = String::from_utf8_lossy(&session.written).into_owned();
    let after = text.rsplit_once("\x1b[?1049l").map_or(text.as_str(), |(_, after)| after);
    assert!(after.contains("no such file") && after.contains("cannot read"), "{after:?}");
    assert!(session.screen().contains("there is no such file"), "{}", session.screen());
}

/// Bad input is said, and the program lives on where there is something to show.
#[test]
fn a_choice_that_does_not_fit_is_said_on_screen() {
    let mut session = Session::open(&[&golden_table("iris"), "--features", "sepal lenth (cm)"]);
    session.wait_for("unknown feature");
    session.wait_for("sepal length (cm)");
    session.press("fd3");
    session.wait_for("Verdict");
    session.press("q");
    session.ends(0);
}

/// Ctrl-Z gives the terminal back to the shell, `fg` takes it again and draws what was there.
#[test]
fn stop_and_go_on_under_a_shell() {
    let mut shell = CommandBuilder::new("bash");
    shell.args(["--norc", "--noprofile", "--noediting", "-i"]);
    shell.env("PS1", "shell> ");
    let mut session = Session::start(shell);
    session.wait_for("shell> ");
    let of_the_shell = settings(&session.pair);
    session.press(&format!("'{KSCOPE}'\n"));
    session.wait_for("Verdict");
    session.press("+");
    session.wait_for("[5]");
    session.press("\x1a");
    session.wait_for("Stopped");
    session.wait_until("the prompt", |screen| screen.trim_end().ends_with("shell>"));
    assert_eq!(settings(&session.pair), of_the_shell);
    assert!(!session.parser.screen().alternate_screen() && !session.parser.screen().hide_cursor());
    session.press("fg\n");
    session.wait_for("[5]");
    session.press("q");
    session.wait_until("the shell", |screen| screen.contains("fg") && screen.trim_end().ends_with("shell>"));
    assert_eq!(settings(&session.pair), of_the_shell);
    session.press("exit $?\n");
    session.ends(0);
}

/// A connection that is lost takes the program with it.
#[test]
fn a_terminal_that_goes_away_ends_it() {
    let mut session = Session::open(&[]);
    session.wait_for("Verdict");
    let pid = session.child.process_id().unwrap();
    // Our side closes when nobody holds it: the pair, the keyboard and the reader.
    let Session { pair, mut child, keyboard, chunks, .. } = session;
    drop((keyboard, chunks));
    let name = pair.master.tty_name().unwrap();
    drop(pair.slave);
    // The reader thread ends at the first byte that it cannot hand on.
    File::options().write(true).custom_flags(0o400).open(name).unwrap().write_all(b".").unwrap();
    drop(pair.master);
    let end = Instant::now() + LIMIT;
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.exit_code();
        }
        assert!(Instant::now() < end, "an orphan is left: {pid}");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(code, 129);
}

/// `cat x.csv | kscope -`: the data from the pipe, the keys from the terminal.
#[test]
fn data_from_a_pipe_keys_from_the_terminal() {
    let folder = Folder::new();
    let table = folder.file("x.csv", learners(1000, 1));
    let mut shell = CommandBuilder::new("sh");
    shell.args(["-c", &format!("cat '{table}' | '{KSCOPE}' -; echo code $?")]);
    let mut session = Session::start(shell);
    session.wait_for("Verdict");
    session.press("+");
    session.wait_for("[5]");
    session.press("q");
    session.wait_for("code 0");
    session.ends(0);
}

/// Standard output may go elsewhere; the screen is the terminal.
#[test]
fn output_elsewhere_does_not_matter() {
    let folder = Folder::new();
    let log = folder.arg("log");
    let mut shell = CommandBuilder::new("sh");
    shell.args(["-c", &format!("'{KSCOPE}' > '{log}'; echo code $?")]);
    let mut session = Session::start(shell);
    session.wait_for("Verdict");
    session.press("q");
    session.wait_for("code 0");
    session.ends(0);
    assert_eq!(std::fs::read_to_string(log).unwrap(), "");
}

/// Without colour and without anything beyond ASCII, when that is what was said.
#[test]
fn plain_looks() {
    let mut session = Session::open(&["--ascii", "--color", "none"]);
    session.wait_for("Verdict");
    session.settled();
    session.press("1246");
    session.wait_for("[6 Drill]");
    session.press("q");
    session.ends(0);
    assert!(session.written.is_ascii());
    let text = String::from_utf8_lossy(&session.written);
    let coloured = text.split("\x1b[").skip(1).any(|part| {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(part.len());
        part[end..].starts_with('m') && part[..end].split(';').any(|n| (30..=38).contains(&n.parse().unwrap_or(0)))
    });
    assert!(!coloured, "colours under --color none");
}

/// From the sample to a list of people: written beside what is there, never over it.
#[test]
fn the_people_of_a_plan_are_written_to_a_file() {
    let folder = Folder::new();
    let there = folder.file("sample-audience.csv", "mine");
    let mut command = CommandBuilder::new(KSCOPE);
    command.cwd(std::path::Path::new(&there).parent().unwrap());
    let mut session = Session::start(command);
    session.wait_for("Verdict");
    session.press("7");
    session.wait_for("Audience of 500");
    session.press("x");
    session.wait_for("269 people in sample-experienced-underpaid.csv");
    session.wait_for("ids hashed");
    session.press("o");
    session.wait_for("Audience of 500");
    session.press("[");
    session.wait_until("the plan of 200", |screen| screen.contains("Audience of 200") && !screen.contains("stale"));
    session.press("X");
    session.wait_for("200 people in sample-audience-2.csv");
    session.wait_for("ids as they are");
    session.press("q");
    session.ends(0);
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
    let read = |name: &str| std::fs::read_to_string(folder.arg(name)).unwrap();
    let (card, audience) = (read("sample-experienced-underpaid.csv"), read("sample-audience-2.csv"));
    assert_eq!((card.lines().count(), audience.lines().count()), (270, 201));
    // The command of the receipt makes the same list again, but for the salt.
    let receipt = read("sample-experienced-underpaid.csv.receipt.json");
    let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    let command: Vec<&str> = receipt["command"].as_str().unwrap().split(' ').skip(1).collect();
    std::fs::rename(folder.arg("sample-experienced-underpaid.csv"), folder.arg("first.csv")).unwrap();
    std::fs::remove_file(folder.arg("sample-experienced-underpaid.csv.receipt.json")).unwrap();
    let mut again = std::process::Command::new(KSCOPE);
    let again = again.args(command).current_dir(std::path::Path::new(&there).parent().unwrap()).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    let but_ids = |list: &str| -> Vec<(String, String)> {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        list.lines().map(|line| (cells(line)[0].clone(), cells(line)[2..].join(","))).collect()
    };
    assert_eq!(but_ids(&read("sample-experienced-underpaid.csv")), but_ids(&card));
    // Plain ids are those of the sample; hashed ones are none of them.
    let sample = std::fs::read_to_string("sample_data/learners.csv").unwrap();
    let id = |line: &str| line.split(',').nth(1).unwrap().to_owned();
    assert!(audience.lines().skip(1).all(|line| sample.contains(&id(line))));
    assert!(card.lines().skip(1).all(|line| id(line).len() == 32 && !sample.contains(&id(line))));
}

/// Numbers that scatter, `rows` × 8, and a recipe that holds nothing against reference tables.
fn scattered(folder: &Folder, rows: usize) -> (String, String) {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let mut csv = "a,b,c,d,e,f,g,h\n".to_owned();
    for row in 0..rows {
        let centre = f64::from((row % 3) as u32);
        let cells: Vec<String> = (0..8).map(|_| format!("{:.6}", centre + next() + next())).collect();
        csv += &(cells.join(",") + "\n");
    }
    let (table, recipe) = (folder.file("x.csv", csv), folder.arg("r.toml"));
    let args = ["--raw", "--k", "1..4", "--starts", "1", "--reference", "none", "--save-recipe"];
    run(["sweep", table.as_str()].into_iter().chain(args).chain([recipe.as_str()])).data();
    (table, recipe)
}

/// The silhouette of one k that `kscope sweep` says, from all rows.
fn exactly(table: &str, recipe: &str, more: &[&str], k: usize) -> f64 {
    let args = ["sweep", table, "--recipe", recipe, "--silhouette", "exact", "--format", "json"];
    let sweep = run(args.iter().chain(more)).json();
    sweep["sweep"][k - 1]["silhouette"]["value"].as_f64().unwrap()
}

/// What the header says of the silhouette.
fn said(screen: &str) -> String {
    let header = screen.lines().next().unwrap_or_default();
    header.split("· sil ").nth(1).unwrap_or_default().trim().to_owned()
}

#[test]
fn exact_silhouettes_replace_estimated_ones_by_themselves() {
    let folder = Folder::new();
    let (table, recipe) = scattered(&folder, 15_000);
    let value = exactly(&table, &recipe, &[], 3);
    let mut session = Session::open(&[&table, "--recipe", &recipe, "--k", "3"]);
    session.wait_for("of 15,000 rows");
    let short = format!("{value:.2}").replacen("0.", ".", 1);
    session.wait_until("exact values", |screen| {
        screen.contains("─ exact ╯") && said(screen) == short && screen.contains(&format!("{value:.3}"))
    });
    session.wait_until("rest", |screen| !screen.contains(". stop"));
    session.press("q");
    session.ends(0);
}

#[test]
fn a_toggle_gives_exact_silhouettes_up_and_nothing_stale_appears() {
    let folder = Folder::new();
    let (table, recipe) = scattered(&folder, 60_000);
    let value = exactly(&table, &recipe, &["--features", "b,c,d,e,f,g,h"], 3);
    let mut session = Session::open(&[&table, "--recipe", &recipe, "--k", "3", "--threads", "1"]);
    session.wait_until("the pass", |screen| screen.contains(" s left") || screen.contains("s: exact in"));
    if session.screen().contains("s: exact in") {
        // The machine has other things to do.
        session.press("s");
        session.wait_for(" s left");
    }
    session.press("f");
    session.wait_for("[2 Features]");
    let before = said(&session.screen());
    session.press(" ");
    let end = Instant::now() + LIMIT;
    // What was being computed for yesterday's clusters does not come.
    while said(&session.screen()) == before || said(&session.screen()).contains("stale") {
        let now = said(&session.screen());
        assert!(now.contains('±') || !before.contains('±'), "{now}\n{}", session.screen());
        assert!(Instant::now() < end, "no new result; the screen is\n{}", session.screen());
        session.take(Duration::from_millis(20));
    }
    session.press("3");
    session.wait_until("exact values", |screen| screen.contains("─ exact ╯") || screen.contains("s: exact in"));
    session.press("s");
    session.wait_until("exact values", |screen| {
        screen.contains("─ exact ╯") && !said(screen).contains('±') && screen.contains(&format!("{value:.3}"))
    });
    session.press("q");
    session.ends(0);
}

/// The terminal is never asked anything: an answer that does not come would hang it.
#[test]
fn the_terminal_is_never_asked() {
    let mut session = Session::open(&[]);
    session.wait_for("Verdict");
    session.resize(100, 30);
    session.press("\x0c");
    session.wait_for("Verdict");
    session.press("q");
    session.ends(0);
    let text = String::from_utf8_lossy(&session.written);
    for question in
        ["\x1b[6n", "\x1b[c", "\x1b[>c", "\x1b[?u", "\x1b[18t", "\x1b[14t", "\x1bP+q", "\x1b]10;?", "\x1b]11;?"]
    {
        assert!(!text.contains(question), "{question:?}");
    }
}

/// The check for modes that are left on can fail.
#[test]
fn modes_are_read_from_the_bytes() {
    assert_eq!(left_on(b"\x1b[?1049h\x1b[?25l x \x1b[?1049l"), ["25"]);
    assert_eq!(left_on(b"\x1b[?1049;2004h\x1b[?25l\x1b[?25h\x1b[?2004l"), ["1049"]);
    assert!(left_on(b"\x1b[?2026h\x1b[31m\x1b[?2026l").is_empty());
}

//! Recipes from outside: the same bytes as the flags that made them, complaints, changed tables, sessions.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

const KSCOPE: &str = env!("CARGO_BIN_EXE_kscope");
/// Longer is a hang.
const LIMIT: Duration = Duration::from_secs(60);

/// A folder with a table in it, which is the working directory and the home of what runs in it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.data(&["sample", "--rows", "900", "--seed", "3", "--out", "t.csv"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn run_in(&self, folder: &Path, args: &[&str]) -> Output {
        let mut command = Command::new(KSCOPE);
        command.args(args).current_dir(folder).stdin(Stdio::null());
        command.env("XDG_STATE_HOME", self.path("state")).env("HOME", self.0.path());
        command.output().unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        self.run_in(self.0.path(), args)
    }

    /// Standard output of a run that went well.
    fn data(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    /// Exit code and standard error of a run that prints no data.
    fn complaint(&self, args: &[&str]) -> (i32, String) {
        let ran = self.run(args);
        assert!(ran.stdout.is_empty(), "{args:?}");
        (ran.status.code().unwrap(), String::from_utf8(ran.stderr).unwrap())
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_recipe_gives_the_bytes_of_the_flags_that_made_it() {
    let desk = Desk::new();
    let commands: [(&str, &[&str]); 3] = [
        ("fit", &["--k", "3", "--features", "pay,experience", "--entity", "max-pay", "--seed", "9", "--starts", "2"]),
        ("sweep", &["--k", "2..5", "--scale", "robust", "--switch", "missing-job", "--role", "orgyear=ignore"]),
        ("drill", &["--k", "3", "--rule", "pay < p25 and job = \"Backend Engineer\"", "--pay-unit", "thousand"]),
    ];
    for (command, flags) in commands {
        for format in ["json", "csv", "text"] {
            let (recipe, again) = (format!("{command}-{format}.toml"), format!("{command}-{format}-again.toml"));
            let mut by_flags = vec![command, "t.csv", "--format", format, "--save-recipe", &recipe];
            by_flags.extend(flags);
            let first = desk.run(&by_flags);
            assert!(first.status.success(), "{}", said(&first));
            let second = desk.run(&[command, "--recipe", &recipe, "--format", format, "--save-recipe", &again]);
            assert_eq!(String::from_utf8_lossy(&first.stdout), String::from_utf8_lossy(&second.stdout), "{by_flags:?}");
            assert_eq!(said(&first), said(&second));
            assert_eq!(desk.text(&recipe), desk.text(&again));
        }
    }
    assert!(!desk.path("state").exists(), "headless commands keep no session");
}

#[test]
fn flags_and_file_go_before_the_recipe() {
    let desk = Desk::new();
    desk.write("r.toml", "k = 3\nseed = 5\nfeatures = [\"pay\"]\n[source]\nfile = \"t.csv\"\n");
    let json = |args: &[&str]| -> serde_json::Value {
        let mut all = vec!["fit", "--recipe", "r.toml", "--format", "json"];
        all.extend(args);
        serde_json::from_str(&desk.data(&all)).unwrap()
    };
    let plain = json(&[]);
    assert_eq!((&plain["k"], &plain["seed"], &plain["source"]), (&3.into(), &5.into(), &"t.csv".into()));
    let other = json(&["--k", "2", "--seed", "0", "--features", "experience"]);
    assert_eq!((&other["k"], &other["seed"]), (&2.into(), &0.into()));
    assert_eq!(other["features"], serde_json::json!(["experience"]));
    desk.data(&["sample", "--rows", "300", "--out", "u.csv"]);
    let mut args = vec!["fit", "u.csv", "--recipe", "r.toml", "--format", "json"];
    let elsewhere: serde_json::Value = serde_json::from_str(&desk.data(&args)).unwrap();
    assert_eq!((&elsewhere["source"], &elsewhere["rows"]), (&"u.csv".into(), &300.into()));
    args[1] = "missing.csv";
    assert_eq!(desk.complaint(&args).0, 3);
}

#[test]
fn names_of_a_recipe_are_used_and_left_out_for_other_clusters() {
    let desk = Desk::new();
    let names = "[names]\n1 = \"stuck \\\"seniors\\\"\"\n2 = \"  \"\n";
    desk.write("r.toml", &format!("k = 3\n[source]\nfile = \"t.csv\"\n{names}"));
    let named = |args: &[&str]| -> (serde_json::Value, String) {
        let ran = desk.run(&[args, &["--recipe", "r.toml", "--format", "json"]].concat());
        assert!(ran.status.success(), "{}", said(&ran));
        (serde_json::from_slice(&ran.stdout).unwrap(), said(&ran))
    };
    for command in ["fit", "profile"] {
        let (json, words) = named(&[command]);
        let name = |i: usize| json["clusters"][i]["name"].as_str().unwrap().to_owned();
        assert_eq!(name(1), "stuck \"seniors\"");
        assert!(!name(0).is_empty() && name(2).len() > 4, "{json}");
        assert!(!words.contains("left out"), "{words}");
    }
    let (by_name, _) = named(&["drill", "--rule", "cluster = \"stuck \"\"seniors\"\"\""]);
    let (by_number, _) = named(&["drill", "--rule", "cluster = 1"]);
    assert_eq!(by_name["rows"], by_number["rows"]);
    // Figures about the same clusters: the names stay.
    let (json, _) = named(&["profile", "--graduation-age", "25", "--min-peers", "9"]);
    assert_eq!(json["clusters"][1]["name"], "stuck \"seniors\"");
    assert_eq!(json["age"]["graduation_age"], 25.0);
    for other in [&["--k", "4"][..], &["--features", "pay"], &["--seed", "8"], &["--entity", "all"]] {
        let (json, words) = named(&[&["fit"], other].concat());
        assert!(words.contains("names of clusters are left out"), "{other:?}: {words}");
        assert!(!json.to_string().contains("stuck"), "{other:?}: {json}");
    }
    // A recipe without k names the clusters of whichever is asked for.
    desk.write("r.toml", &format!("[source]\nfile = \"t.csv\"\n{names}"));
    assert!(named(&["fit", "--k", "5"]).0.to_string().contains("stuck"));
    let text = desk.data(&["diff", "r.toml", "r.toml"]);
    assert!(text.contains("stuck"), "{text}");
}

#[test]
fn age_and_peers_of_a_recipe_are_heard_everywhere() {
    let desk = Desk::new();
    desk.write("r.toml", "k = 2\n[source]\nfile = \"t.csv\"\n[cleaning]\ngraduation_age = 30\nmin_peers = 40\n");
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&desk.data(&[args, &["--recipe", "r.toml", "--format", "json"]].concat())).unwrap()
    };
    let age = |json: &serde_json::Value| json["clusters"][0]["age"]["median"].as_f64().unwrap();
    let (of_recipe, said) = (json(&["profile"]), json(&["profile", "--graduation-age", "22"]));
    assert_eq!((age(&of_recipe) - age(&said), &of_recipe["age"]["graduation_age"]), (8.0, &30.0.into()));
    assert_eq!(json(&["peers"])["min_peers"], 40);
    assert_eq!(json(&["peers", "--min-peers", "3"])["min_peers"], 3);
    let without =
        |rule: &[&str]| json(&[&["drill", "--rule", "gap is missing"], rule].concat())["rows"].as_u64().unwrap();
    assert_eq!(without(&[]), json(&["peers"])["without_peers"].as_u64().unwrap());
    assert!(without(&["--min-peers", "100000"]) > without(&[]));
    assert_eq!(desk.complaint(&["fit", "t.csv", "--k", "2", "--min-peers", "0"]).0, 2);
}

#[test]
fn a_relative_source_is_found_beside_the_recipe() {
    let desk = Desk::new();
    let elsewhere = tempfile::tempdir().unwrap();
    desk.data(&["fit", "t.csv", "--k", "2", "--save-recipe", "r.toml"]);
    let recipe = desk.path("r.toml");
    let args = ["fit", "--recipe", recipe.to_str().unwrap(), "--format", "json"];
    let ran = desk.run_in(elsewhere.path(), &args);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), desk.data(&args), "{}", said(&ran));
}

#[test]
fn exclusions_count_from_the_recipe_that_names_them() {
    let desk = Desk::new();
    for folder in ["study", "study/more"] {
        std::fs::create_dir_all(desk.path(folder)).unwrap();
    }
    let rows = |from: usize, to: usize| (from..to).fold("row\n".to_owned(), |text, row| text + &format!("{row}\n"));
    // Of that name there are two lists: one leaves nobody, the other nearly everybody.
    desk.write("called.csv", &rows(0, 900));
    desk.write("study/called.csv", &rows(0, 1));
    let recipe = "[source]\nfile = \"t.csv\"\n[plan]\nbudget = 100\nexclude = \"called.csv\"\n";
    desk.write("study/r.toml", recipe);
    let learners = |args: &[&str]| -> u64 {
        let text = desk.data(&[&["plan", "--format", "json"], args].concat());
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["audience"]["learners"].as_u64().unwrap()
    };
    let some = learners(&["--recipe", "study/r.toml"]);
    assert!(some > 0, "the list beside the recipe is meant");
    assert_eq!(learners(&["--recipe", "study/r.toml", "--exclude", "called.csv"]), 0, "and by a flag the one here");
    // Wherever it is saved again, it is the same list.
    for (saved, exclude) in
        [("a.toml", "study/called.csv"), ("study/b.toml", "called.csv"), ("study/more/c.toml", "../called.csv")]
    {
        desk.data(&["plan", "--recipe", "study/r.toml", "--save-recipe", saved]);
        assert!(desk.text(saved).contains(&format!("exclude = \"{exclude}\"\n")), "{}", desk.text(saved));
        assert_eq!(learners(&["--recipe", saved]), some, "{saved}");
        // From another folder, as from here.
        let there = desk.path(saved);
        let args = ["plan", "--recipe", there.to_str().unwrap(), "../t.csv", "--format", "json"];
        let ran = desk.run_in(&desk.path("study"), &args);
        assert!(String::from_utf8_lossy(&ran.stdout).contains(&format!("\"learners\":{some}")), "{}", said(&ran));
    }
    desk.data(&["plan", "t.csv", "--exclude", "called.csv", "--save-recipe", "study/flag.toml"]);
    assert!(desk.text("study/flag.toml").contains("exclude = \"../called.csv\"\n"));
    assert_eq!(learners(&["--recipe", "study/flag.toml"]), 0);
}

#[test]
fn a_changed_table_is_reported() {
    let desk = Desk::new();
    desk.data(&["fit", "t.csv", "--k", "2", "--save-recipe", "r.toml"]);
    assert!(!said(&desk.run(&["fit", "--recipe", "r.toml"])).contains("as the recipe saw it"));
    let text = desk.text("t.csv");
    let (short, _) = text.trim_end().rsplit_once('\n').unwrap();
    desk.write("t.csv", &short.replacen("job_position", "title", 1));
    let ran = desk.run(&["fit", "--recipe", "r.toml", "--format", "json"]);
    assert!(ran.status.success(), "{}", said(&ran));
    for words in ["t.csv is not as the recipe saw it", "900 rows became 899", "without 'job_position'", "new: 'title'"]
    {
        assert!(said(&ran).contains(words), "{}", said(&ran));
    }
}

#[test]
fn a_recipe_is_not_written_over_another_file() {
    let desk = Desk::new();
    desk.write("r.toml", "mine");
    for command in [&["fit", "--k", "2"][..], &["sweep", "--k", "1..2"], &["drill"]] {
        let mut args = command.to_vec();
        args.extend(["t.csv", "--save-recipe", "r.toml"]);
        let (code, why) = desk.complaint(&args);
        assert_eq!((code, why.contains("--force")), (1, true), "{why}");
        assert_eq!(desk.text("r.toml"), "mine");
    }
    desk.data(&["fit", "t.csv", "--k", "2", "--save-recipe", "r.toml", "--force"]);
    assert!(desk.text("r.toml").starts_with("version = 1\nk = 2\n"));
}

#[test]
fn complaints_name_the_place() {
    let desk = Desk::new();
    desk.write("r.toml", "k = 3\n[features.pay]\nwieght = 2\n");
    let (code, why) = desk.complaint(&["fit", "t.csv", "--recipe", "r.toml"]);
    assert_eq!(code, 3);
    assert!(why.contains("r.toml, line 3, column 1") && why.contains("'weight'"), "{why}");
    desk.write("r.toml", "k = 3\n[features.job]\ntransform = \"log1p\"\n");
    let (code, why) = desk.complaint(&["fit", "t.csv", "--recipe", "r.toml"]);
    assert!(code == 3 && why.contains("'job_position' is text"), "{why}");
    desk.write("r.toml", "features = [\"pay\"]\n");
    let (code, why) = desk.complaint(&["fit", "t.csv", "--recipe", "r.toml"]);
    assert!(code == 2 && why.contains("--k"), "{why}");
    assert_eq!(desk.complaint(&["fit", "t.csv", "--recipe", "nowhere.toml"]).0, 3);
}

#[test]
fn diff_tells_choices_and_who_moved() {
    let desk = Desk::new();
    desk.data(&["fit", "t.csv", "--k", "3", "--save-recipe", "a.toml"]);
    desk.data(&["fit", "t.csv", "--k", "4", "--features", "pay,experience", "--save-recipe", "b.toml"]);
    let json = |a: &str, b: &str| -> serde_json::Value {
        serde_json::from_str(&desk.data(&["diff", a, b, "--format", "json"])).unwrap()
    };
    let same = json("a.toml", "a.toml");
    assert_eq!((&same["changes"], &same["moved"]["moved"]), (&serde_json::json!([]), &0.into()));
    let diff = json("a.toml", "b.toml");
    let wanted = serde_json::json!([
        {"key": "k", "before": "3", "after": "4"},
        {"key": "features.job_position", "before": "on", "after": "off"},
    ]);
    assert_eq!(diff["changes"], wanted);
    let moved = &diff["moved"];
    let cells = |row: &serde_json::Value| row.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>();
    let sizes: Vec<u64> = moved["table"].as_array().unwrap().iter().map(cells).collect();
    let fitted: serde_json::Value =
        serde_json::from_str(&desk.data(&["fit", "--recipe", "a.toml", "--format", "json"])).unwrap();
    assert_eq!(sizes.iter().sum::<u64>(), fitted["rows_used"].as_u64().unwrap());
    assert_eq!(moved["stayed"].as_u64().unwrap() + moved["moved"].as_u64().unwrap(), sizes.iter().sum::<u64>());
    let text = desk.data(&["diff", "a.toml", "b.toml"]);
    assert!(text.contains("moved") && text.contains("features.job_position"), "{text}");
    desk.write("c.toml", "k = 3\n");
    assert!(json("a.toml", "c.toml")["moved"].is_null(), "the sample is another table");
}

#[test]
fn without_a_session_there_is_nothing_to_resume() {
    let desk = Desk::new();
    let (code, why) = desk.complaint(&["--resume"]);
    assert!(code == 1 && why.contains("no session"), "{why}");
    assert_eq!(desk.complaint(&["t.csv", "--resume"]).0, 2);
}

/// The explorer on a pseudo-terminal.
struct Explorer {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    chunks: std::sync::mpsc::Receiver<Vec<u8>>,
    screen: vt100::Parser,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Explorer {
    fn open(desk: &Desk, args: &[&str]) -> Self {
        let pair =
            native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(KSCOPE);
        command.args(args);
        command.cwd(desk.0.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("HOME", desk.0.path());
        command.env("XDG_STATE_HOME", desk.path("state"));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let (send, chunks) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut block = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut block) {
                if send.send(block[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, keyboard, chunks, screen: vt100::Parser::new(24, 80, 0), _master: pair.master }
    }

    #[track_caller]
    fn wait_for(&mut self, words: &str) {
        let end = Instant::now() + LIMIT;
        while !self.screen.screen().contents().contains(words) {
            assert!(Instant::now() < end, "no {words:?} on\n{}", self.screen.screen().contents());
            if let Ok(chunk) = self.chunks.recv_timeout(Duration::from_millis(20)) {
                self.screen.process(&chunk);
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    #[track_caller]
    fn ends(&mut self) -> u32 {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < end, "still running");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn the_explorer_goes_back_saves_and_is_resumed() {
    let desk = Desk::new();
    let mut explorer = Explorer::open(&desk, &["t.csv", "--starts", "1", "--k", "3"]);
    explorer.wait_for("sil .");
    explorer.press("+");
    explorer.wait_for("k 4 ·");
    explorer.press("u");
    explorer.wait_for("undone: k 3");
    explorer.press("\x12");
    explorer.wait_for("done again: k 4");
    explorer.press("\x13");
    explorer.wait_for("saved as t.kscope.toml");
    // On the way to the end the screen is another one.
    explorer.press("6");
    explorer.wait_for("[6 Drill]");
    explorer.press("q");
    assert_eq!(explorer.ends(), 0);
    assert!(desk.text("t.kscope.toml").contains("\nk = 4\n"));
    let (saved, said) = (["--recipe", "t.kscope.toml"], ["t.csv", "--k", "4", "--starts", "1"].as_slice());
    let fit = |args: &[&str]| desk.data(&[&["fit", "--format", "json"], args].concat());
    assert_eq!(fit(&saved), fit(said), "what is saved on screen is what was seen");
    let session = desk.path("state").join("kscope/session.toml");
    let kept = std::fs::read_to_string(&session).unwrap();
    assert!(kept.contains("k = 4\n") && kept.contains("screen = \"drill\""), "{kept}");

    // The table changes meanwhile. Ended by a signal the session is kept too.
    let text = desk.text("t.csv");
    desk.write("t.csv", text.trim_end().rsplit_once('\n').unwrap().0);
    let mut explorer = Explorer::open(&desk, &["--resume"]);
    explorer.wait_for("[6 Drill]");
    explorer.wait_for("900 rows became 899");
    explorer.wait_for("sil .");
    explorer.press("+");
    explorer.wait_for("k 5 ·");
    assert!(!explorer.screen.screen().contents().contains("became"), "said until the next key");
    let pid = explorer.child.process_id().unwrap();
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(explorer.ends(), 143);
    assert!(std::fs::read_to_string(&session).unwrap().contains("k = 5\n"));
}

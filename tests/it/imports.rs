//! The direction in which rooms may import each other, read from the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// The way data takes. A room may name those before it, and none of these names a face (`cli`, `tui`).
const DATA: [&str; 7] = ["source", "table", "features", "matrix", "cluster", "quality", "segments"];

/// Rooms that a room may name besides itself.
fn allowed(room: &str) -> Vec<&'static str> {
    let everybody = ["error", "jobs"];
    let before: &[&str] = match room {
        // These know nothing of the program.
        "error" | "jobs" => return Vec::new(),
        "study" => &DATA,
        "report" => &["source", "table", "features", "matrix", "cluster", "quality", "segments", "study", "privacy"],
        "cli" | "tui" => {
            &["source", "table", "features", "matrix", "cluster", "quality", "segments", "study", "privacy", "report"]
        }
        "privacy" => &DATA,
        data => &DATA[..DATA.iter().position(|r| *r == data).unwrap_or_else(|| panic!("no place for room {data}"))],
    };
    everybody.iter().chain(before).copied().collect()
}

/// Crates that know a terminal.
const TERMINAL: [&str; 3] = ["ratatui", "crossterm", "tui_input"];

/// Every source file but tests of their own.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            sources(&path, files);
        } else if name.ends_with(".rs") && name != "tests.rs" && !name.ends_with("_test.rs") {
            files.push(path);
        }
    }
}

/// What the program is built of: without comments, and without the unit tests at the end of a file.
fn code(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line == "mod tests {" {
            break;
        }
        out += line.split("//").next().unwrap_or_default();
        out.push('\n');
    }
    out
}

/// Names that follow `crate::`, each with what follows it: `crate::{a, b::c}` names `a` and `b::c`.
fn named(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` and `some_crate::` are others.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => names.push(path(rest)),
            Some(group) => names.extend(members(group).into_iter().map(path)),
        }
    }
    names
}

/// A path up to its end: `table::role::Role;` is `table::role::Role`.
fn path(text: &str) -> String {
    text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect()
}

/// Members of a group whose opening bracket is gone.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|member| !member.trim().is_empty());
    found
}

/// The longest chain of `super::`.
fn longest_climb(code: &str) -> usize {
    let mut longest = 0;
    for (at, _) in code.match_indices("super::") {
        let mut rest = &code[at..];
        let mut climb = 0;
        while let Some(more) = rest.strip_prefix("super::") {
            (climb, rest) = (climb + 1, more);
        }
        longest = longest.max(climb);
    }
    longest
}

/// Path inside `src`, the room it belongs to, the code, and how deep the module lies.
fn all() -> Vec<(String, String, String, usize)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.sort();
    let described = files.iter().map(|file| {
        let inside = file.strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
        let module = inside.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
        let room = module.split('/').next().unwrap().to_owned();
        (inside, room, code(&fs::read_to_string(file).unwrap()), module.split('/').count())
    });
    described.filter(|(_, room, ..)| room != "lib" && room != "main").collect()
}

#[test]
fn rooms_import_only_what_comes_before_them() {
    let files = all();
    assert!(files.len() > 60, "only {} files were read", files.len());
    let mut wrong = Vec::new();
    for (file, room, code, depth) in &files {
        let allowed = allowed(room);
        for name in named(code) {
            let to = name.split("::").next().unwrap_or_default();
            let faces = match (room.as_str(), to) {
                // The one thing that the explorer takes from the command line.
                ("tui", "cli") => name == "cli::ColorChoice",
                // The way into the explorer, and the list of its keys.
                ("cli", "tui") => matches!(
                    (file.as_str(), name.as_str()),
                    ("cli/choices.rs", "tui::Start")
                        | ("cli/mod.rs", "tui::run")
                        | ("cli/keys.rs", "tui::keys::markdown" | "tui::keys::text")
                ),
                _ => false,
            };
            if to != room && !allowed.contains(&to) && !faces {
                wrong.push(format!("src/{file} names crate::{name}"));
            }
        }
        if longest_climb(code) >= *depth {
            wrong.push(format!("src/{file} leaves its room by super::"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_terminal_room_knows_a_terminal() {
    let mut inside = 0;
    for (file, room, code, _) in all() {
        for name in TERMINAL {
            let named = code.contains(&format!("{name}::")) || code.contains(&format!("use {name}"));
            inside += usize::from(named && room == "tui");
            assert!(room == "tui" || !named, "src/{file} names {name}");
        }
    }
    assert!(inside > 10, "{inside}");
}

#[test]
fn only_the_matrix_is_unsafe() {
    let unsafe_rooms: Vec<String> = all()
        .into_iter()
        .filter(|(_, _, code, _)| {
            code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl")
        })
        .map(|(_, room, ..)| room)
        .collect();
    assert!(!unsafe_rooms.is_empty());
    assert!(unsafe_rooms.iter().all(|room| room == "matrix"), "{unsafe_rooms:?}");
}

/// The reader itself, so that the tests above can fail.
#[test]
fn imports_are_found() {
    let text = "use crate::{error::Error, table::{Table, role::Role},\n    tui};\nlet x = crate::study::load(); // crate::cli\nmod tests {\n    use crate::cli::run;";
    assert_eq!(named(&code(text)), ["error::Error", "table::", "tui", "study::load"]);
    assert_eq!(named("pub(crate) fn f() {}"), Vec::<String>::new());
    assert_eq!(longest_climb("use super::a; use super::super::b;"), 2);
    assert!(!allowed("matrix").contains(&"cluster") && allowed("cluster").contains(&"matrix"));
    assert!(!allowed("segments").contains(&"study") && !allowed("study").contains(&"report"));
}

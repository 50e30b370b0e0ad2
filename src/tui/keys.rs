//! The one table of keys: it feeds the resolver, the footer, the help, `kscope keys` and docs/KEYS.md.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::model::{Model, Tab};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Goes to a screen.
    Show(Tab),
    /// Goes to the next screen.
    NextTab,
    /// Goes to the screen before.
    PreviousTab,
    /// One cluster more.
    MoreClusters,
    /// One cluster less.
    FewerClusters,
    /// Moves the selection up.
    Up,
    /// Moves the selection down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// To the left: columns, or a smaller k.
    Left,
    /// To the right: columns, or a larger k.
    Right,
    /// Switches a feature or a rule.
    Toggle,
    /// Goes through the transforms of a feature.
    Transform,
    /// Goes through the scales of a feature.
    Scale,
    /// Switches winsorising.
    Winsorise,
    /// A larger weight.
    Heavier,
    /// A smaller weight.
    Lighter,
    /// The defaults of the table.
    Defaults,
    /// Goes through the entity policies.
    Entity,
    /// Goes through the roles of a column.
    Role,
    /// The other part of the screen.
    OtherPart,
    /// Opens what is behind the selection.
    Open,
    /// Edits the rule.
    Edit,
    /// Computes the silhouette exactly.
    Exact,
    /// Copies what is shown.
    Copy,
    /// Stops what runs.
    Stop,
    /// Help.
    Help,
    /// Back: closes what is open, else goes to the screen before.
    Back,
    /// Closes what is open, else quits.
    Quit,
    /// Quits at once.
    Interrupt,
    /// Gives the terminal back until `fg`.
    Suspend,
    /// Draws everything again.
    Redraw,
}

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// On every screen, but not while text is edited.
    Everywhere,
    /// On one screen.
    On(Tab),
    /// In the list of rows behind something.
    Rows,
    /// While the help is open.
    Help,
}

/// One line of the table.
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// The keys, the one to show first.
    pub keys: &'static [&'static str],
    /// Where it works.
    pub contexts: &'static [Context],
    /// Words for the help.
    pub words: &'static str,
    /// Words for the footer, and its place in it (small is left); `None` keeps it out.
    pub footer: Option<(u8, &'static str)>,
    /// Whether it does something now.
    pub when: fn(&Model) -> bool,
}

use Context::{Everywhere, Help, On, Rows};

const LISTS: &[Context] = &[On(Tab::Data), On(Tab::Features), On(Tab::Clusters), On(Tab::Drill), Rows, Help];
const WIDE: &[Context] = &[On(Tab::Drill), Rows];

fn always(_: &Model) -> bool {
    true
}

/// Every key of the explorer.
pub const TABLE: &[Binding] = &[
    Binding {
        action: Action::MoreClusters,
        keys: &["+", "="],
        contexts: &[Everywhere],
        words: "one cluster more",
        footer: Some((1, "k")),
        when: Model::has_sweep,
    },
    Binding {
        action: Action::FewerClusters,
        keys: &["-", "_"],
        contexts: &[Everywhere],
        words: "one cluster less",
        footer: None,
        when: Model::has_sweep,
    },
    Binding {
        action: Action::Right,
        keys: &["right", "l"],
        contexts: &[On(Tab::ChooseK)],
        words: "a larger k",
        footer: None,
        when: Model::has_sweep,
    },
    Binding {
        action: Action::Left,
        keys: &["left", "h"],
        contexts: &[On(Tab::ChooseK)],
        words: "a smaller k",
        footer: None,
        when: Model::has_sweep,
    },
    Binding {
        action: Action::Down,
        keys: &["down", "j"],
        contexts: &[On(Tab::ChooseK)],
        words: "a larger k",
        footer: None,
        when: Model::has_sweep,
    },
    Binding {
        action: Action::Up,
        keys: &["up", "k"],
        contexts: &[On(Tab::ChooseK)],
        words: "a smaller k",
        footer: None,
        when: Model::has_sweep,
    },
    Binding {
        action: Action::Open,
        keys: &["enter"],
        contexts: &[On(Tab::ChooseK)],
        words: "the clusters of this k",
        footer: Some((2, "clusters")),
        when: Model::has_sweep,
    },
    Binding {
        action: Action::Open,
        keys: &["enter"],
        contexts: &[On(Tab::Clusters)],
        words: "the learners of the cluster",
        footer: Some((2, "the learners")),
        when: Model::has_clusters,
    },
    Binding {
        action: Action::Open,
        keys: &["enter"],
        contexts: &[On(Tab::Data)],
        words: "the rows that a rule met",
        footer: Some((2, "rows")),
        when: Model::ledger_has_rows,
    },
    Binding {
        action: Action::Open,
        keys: &["enter"],
        contexts: &[On(Tab::Drill)],
        words: "the learner, all columns",
        footer: Some((3, "learner")),
        when: Model::drill_has_rows,
    },
    Binding {
        action: Action::Edit,
        keys: &["e", "/"],
        contexts: &[On(Tab::Drill)],
        words: "edit the rule",
        footer: Some((2, "edit rule")),
        when: Model::has_table,
    },
    Binding {
        action: Action::Toggle,
        keys: &["space", "x"],
        contexts: &[On(Tab::Features)],
        words: "feature on or off",
        footer: Some((2, "on/off")),
        when: Model::has_table,
    },
    Binding {
        action: Action::Transform,
        keys: &["t"],
        contexts: &[On(Tab::Features)],
        words: "transform: none, log1p",
        footer: Some((3, "transform")),
        when: Model::has_table,
    },
    Binding {
        action: Action::Scale,
        keys: &["s"],
        contexts: &[On(Tab::Features)],
        words: "scale: standard, robust, minmax, none",
        footer: Some((4, "scale")),
        when: Model::has_table,
    },
    Binding {
        action: Action::Winsorise,
        keys: &["w"],
        contexts: &[On(Tab::Features)],
        words: "winsorise 1 % at each end",
        footer: Some((5, "winsorise")),
        when: Model::has_table,
    },
    Binding {
        action: Action::Heavier,
        keys: &["]", ">"],
        contexts: &[On(Tab::Features)],
        words: "a larger weight",
        footer: None,
        when: Model::has_table,
    },
    Binding {
        action: Action::Lighter,
        keys: &["[", "<"],
        contexts: &[On(Tab::Features)],
        words: "a smaller weight",
        footer: Some((6, "] weight")),
        when: Model::has_table,
    },
    Binding {
        action: Action::Defaults,
        keys: &["d"],
        contexts: &[On(Tab::Features)],
        words: "the default features of the table",
        footer: Some((7, "defaults")),
        when: Model::has_table,
    },
    Binding {
        action: Action::Toggle,
        keys: &["space", "x"],
        contexts: &[On(Tab::Data)],
        words: "cleaning rule on or off",
        footer: Some((3, "rule on/off")),
        when: Model::in_ledger,
    },
    Binding {
        action: Action::Entity,
        keys: &["p"],
        contexts: &[On(Tab::Data)],
        words: "which row speaks for a learner: latest, max pay, all",
        footer: Some((5, "entity policy")),
        when: Model::has_learners,
    },
    Binding {
        action: Action::Role,
        keys: &["r"],
        contexts: &[On(Tab::Data)],
        words: "the role of the column",
        footer: Some((4, "role")),
        when: Model::in_columns,
    },
    Binding {
        action: Action::OtherPart,
        keys: &["o"],
        contexts: &[On(Tab::Data)],
        words: "ledger or columns",
        footer: Some((1, "ledger/columns")),
        when: Model::has_table,
    },
    Binding { action: Action::Down, keys: &["down", "j"], contexts: LISTS, words: "down", footer: None, when: always },
    Binding { action: Action::Up, keys: &["up", "k"], contexts: LISTS, words: "up", footer: None, when: always },
    Binding {
        action: Action::PageDown,
        keys: &["pgdn", "ctrl-f"],
        contexts: LISTS,
        words: "a page down",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::PageUp,
        keys: &["pgup", "ctrl-b"],
        contexts: LISTS,
        words: "a page up",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::First,
        keys: &["home", "g"],
        contexts: LISTS,
        words: "to the first",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Last,
        keys: &["end", "G"],
        contexts: LISTS,
        words: "to the last",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Right,
        keys: &["right", "l"],
        contexts: WIDE,
        words: "columns further right",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Left,
        keys: &["left", "h"],
        contexts: WIDE,
        words: "columns further left",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Show(Tab::Features),
        keys: &["f", "2"],
        contexts: &[Everywhere],
        words: "the features",
        footer: Some((8, "features")),
        when: Model::not_on_features,
    },
    Binding {
        action: Action::Show(Tab::Data),
        keys: &["1"],
        contexts: &[Everywhere],
        words: "the data: ledger and columns",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Show(Tab::ChooseK),
        keys: &["3"],
        contexts: &[Everywhere],
        words: "choose k",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Show(Tab::Clusters),
        keys: &["4", "c"],
        contexts: &[Everywhere],
        words: "the clusters",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Show(Tab::Drill),
        keys: &["6", "d"],
        contexts: &[Everywhere],
        words: "drill: the people behind a rule",
        footer: Some((9, "drill")),
        when: Model::not_on_drill,
    },
    Binding {
        action: Action::NextTab,
        keys: &["tab"],
        contexts: &[Everywhere],
        words: "the next screen",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::PreviousTab,
        keys: &["shift-tab"],
        contexts: &[Everywhere],
        words: "the screen before",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Exact,
        keys: &["s"],
        contexts: &[On(Tab::ChooseK), On(Tab::Clusters)],
        words: "the silhouette from all rows, exactly",
        footer: Some((10, "exact")),
        when: Model::can_be_exact,
    },
    Binding {
        action: Action::Copy,
        keys: &["y"],
        contexts: &[On(Tab::ChooseK), On(Tab::Clusters), On(Tab::Drill)],
        words: "copy the table to the clipboard",
        footer: Some((11, "copy")),
        when: Model::has_sweep,
    },
    Binding {
        action: Action::Stop,
        keys: &["."],
        contexts: &[Everywhere],
        words: "stop what runs",
        footer: Some((0, "stop")),
        when: Model::is_running,
    },
    Binding {
        action: Action::Back,
        keys: &["esc", "backspace"],
        contexts: &[Rows, Help, Everywhere],
        words: "back",
        footer: Some((20, "back")),
        when: Model::can_go_back,
    },
    Binding {
        action: Action::Help,
        keys: &["?", "f1"],
        contexts: &[Everywhere, Rows],
        words: "help",
        footer: Some((21, "help")),
        when: always,
    },
    Binding {
        action: Action::Quit,
        keys: &["q"],
        contexts: &[Everywhere, Rows, Help],
        words: "close what is open; quit",
        footer: Some((22, "quit")),
        when: always,
    },
    Binding {
        action: Action::Suspend,
        keys: &["ctrl-z"],
        contexts: &[Everywhere, Rows, Help],
        words: "to the shell; fg comes back",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Redraw,
        keys: &["ctrl-l"],
        contexts: &[Everywhere, Rows, Help],
        words: "draw everything again",
        footer: None,
        when: always,
    },
    Binding {
        action: Action::Interrupt,
        keys: &["ctrl-c"],
        contexts: &[Everywhere, Rows, Help],
        words: "quit at once",
        footer: None,
        when: always,
    },
];

/// The name of a key as the table writes it.
pub fn name(key: KeyEvent) -> Option<String> {
    let base = match key.code {
        KeyCode::Char(' ') => "space".to_owned(),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::Enter => "enter".to_owned(),
        KeyCode::Esc => "esc".to_owned(),
        KeyCode::Backspace => "backspace".to_owned(),
        KeyCode::Tab => "tab".to_owned(),
        KeyCode::BackTab => return Some("shift-tab".to_owned()),
        KeyCode::Up => "up".to_owned(),
        KeyCode::Down => "down".to_owned(),
        KeyCode::Left => "left".to_owned(),
        KeyCode::Right => "right".to_owned(),
        KeyCode::PageUp => "pgup".to_owned(),
        KeyCode::PageDown => "pgdn".to_owned(),
        KeyCode::Home => "home".to_owned(),
        KeyCode::End => "end".to_owned(),
        KeyCode::F(n) => format!("f{n}"),
        _ => return None,
    };
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    Some(if control { format!("ctrl-{}", base.to_lowercase()) } else { base })
}

/// The contexts that are open now, the nearest first.
fn contexts(model: &Model) -> Vec<Context> {
    if model.help.is_some() {
        vec![Help]
    } else if model.rows.is_some() {
        vec![Rows]
    } else {
        vec![On(model.tab), Everywhere]
    }
}

/// What a key does now.
pub fn resolve(model: &Model, key: KeyEvent) -> Option<Action> {
    let name = name(key)?;
    contexts(model).into_iter().find_map(|context| {
        let here = |b: &&Binding| b.contexts.contains(&context) && b.keys.contains(&name.as_str()) && (b.when)(model);
        TABLE.iter().find(here).map(|b| b.action)
    })
}

/// Keys and words of the footer now, most useful first.
pub fn footer(model: &Model) -> Vec<(&'static str, &'static str)> {
    let open = contexts(model);
    let mut shown: Vec<(u8, &str, &str)> = Vec::new();
    for binding in TABLE {
        let Some((place, words)) = binding.footer else { continue };
        if !binding.contexts.iter().any(|c| open.contains(c)) || !(binding.when)(model) {
            continue;
        }
        let key = if binding.action == Action::MoreClusters { "+/-" } else { binding.keys[0] };
        shown.push((place, label(key), words));
    }
    shown.sort_by_key(|(place, ..)| *place);
    shown.into_iter().map(|(_, key, words)| (key, words)).collect()
}

/// A key as it is shown.
fn label(key: &'static str) -> &'static str {
    match key {
        "enter" => "Enter",
        "esc" => "Esc",
        "space" => "Space",
        "backspace" => "Backspace",
        "tab" => "Tab",
        "shift-tab" => "Shift-Tab",
        "up" => "↑",
        "down" => "↓",
        "left" => "←",
        "right" => "→",
        "pgup" => "PgUp",
        "pgdn" => "PgDn",
        "home" => "Home",
        "end" => "End",
        "ctrl-c" => "Ctrl-C",
        "ctrl-z" => "Ctrl-Z",
        "ctrl-l" => "Ctrl-L",
        "ctrl-f" => "Ctrl-F",
        "ctrl-b" => "Ctrl-B",
        "f1" => "F1",
        other => other,
    }
}

/// Where a binding works, in words.
fn place(context: Context) -> String {
    match context {
        Everywhere => "everywhere".to_owned(),
        On(tab) => tab.name().to_owned(),
        Rows => "rows".to_owned(),
        Help => "help".to_owned(),
    }
}

/// Lines of the help and of `kscope keys`: where, keys, words; by place, those that work everywhere first.
pub fn lines() -> Vec<(String, String, &'static str)> {
    let mut contexts = vec![Everywhere];
    contexts.extend(Tab::ALL.map(On));
    contexts.push(Rows);
    let mut lines = Vec::new();
    for context in contexts {
        for binding in TABLE.iter().filter(|b| b.contexts.contains(&context)) {
            let keys: Vec<&str> = binding.keys.iter().map(|k| label(k)).collect();
            lines.push((place(context), keys.join(" "), binding.words));
        }
    }
    lines
}

/// What `kscope keys` prints.
pub fn text() -> String {
    let rows: Vec<Vec<String>> =
        lines().into_iter().map(|(place, keys, words)| vec![place, keys, words.to_owned()]).collect();
    use crate::report::text::{Align, table};
    table(&[("where", Align::Left), ("keys", Align::Left), ("what", Align::Left)], &rows)
}

/// docs/KEYS.md.
pub fn markdown() -> String {
    let mut out = "# Keys\n\nMade by `kscope keys --markdown`; a test fails when it is stale.\n".to_owned();
    let mut last = String::new();
    for (place, keys, words) in lines() {
        if place != last {
            out += &format!("\n## {place}\n\n| keys | what |\n|---|---|\n");
            last = place;
        }
        let keys: Vec<String> = keys.split(' ').map(|k| format!("`{}`", k.replace('|', "\\|"))).collect();
        out += &format!("| {} | {words} |\n", keys.join(" "));
    }
    out + "\nWhile a rule is edited every key writes; `Enter` takes it, `Esc` leaves the old one.\n"
}

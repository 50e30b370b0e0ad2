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
    /// Goes through the transforms of a feature, or the encodings of a category.
    Transform,
    /// Goes through the scales of a feature.
    Scale,
    /// Switches winsorising.
    Winsorise,
    /// Goes through what happens to rows without a value.
    Missing,
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
    /// Gives the cluster a name.
    Rename,
    /// Who goes where from k to k + 1.
    Flow,
    /// K-Means step by step.
    Steps,
    /// The next start of the fit.
    NextStart,
    /// The start before.
    PreviousStart,
    /// What changed since the choice before, and who moved.
    Changed,
    /// The verdict whole: what each criterion chooses, and what could mislead.
    Why,
    /// Opens the rows of the cluster, those that fit it least first.
    WorstFit,
    /// Compares the cluster with another one.
    Compare,
    /// A higher age at graduation.
    Older,
    /// A lower age at graduation.
    Younger,
    /// Those who do not match, or those who do.
    Complement,
    /// Sorts the list by the next column.
    Sort,
    /// Turns the order of the list round.
    Reverse,
    /// Searches the list.
    Search,
    /// Searches for rules.
    Discover,
    /// Makes the rule of the drill the rule in use of the plan.
    ToPlan,
    /// Says why nothing can be opened.
    WhyNot,
    /// Takes a kind of card into the mix of the audience, or out of it.
    Member,
    /// A larger budget.
    MoreContacts,
    /// A smaller budget.
    FewerContacts,
    /// Edits the budget.
    Budget,
    /// Edits the largest shares of one company and one role.
    Caps,
    /// Edits the rule in use.
    RuleInUse,
    /// Edits the file of those who must not be contacted.
    Exclude,
    /// Writes a list with hashed ids.
    Export,
    /// Writes a list with ids as they are.
    ExportPlain,
    /// Computes the silhouette exactly.
    Exact,
    /// Copies what is shown.
    Copy,
    /// Takes the last choice back.
    Undo,
    /// Makes the choice again that was taken back.
    Redo,
    /// Writes a report.
    Report,
    /// Writes the recipe.
    Save,
    /// Stops what runs.
    Stop,
    /// Clusters again what was stopped.
    Again,
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
    /// While K-Means is shown step by step.
    Steps,
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

use Context::{Everywhere, Help, On, Rows, Steps};

const EVERYWHERE: &[Context] = &[Everywhere];
const ANYWHERE: &[Context] = &[Everywhere, Rows, Steps, Help];
const DATA: &[Context] = &[On(Tab::Data)];
const FEATURES: &[Context] = &[On(Tab::Features)];
const CHOOSE_K: &[Context] = &[On(Tab::ChooseK)];
const CLUSTERS: &[Context] = &[On(Tab::Clusters)];
const DRILL: &[Context] = &[On(Tab::Drill)];
const PLAN: &[Context] = &[On(Tab::Plan)];
const LISTS: &[Context] =
    &[On(Tab::Data), On(Tab::Features), On(Tab::Clusters), On(Tab::Drill), On(Tab::Plan), Rows, Help];
const PAGES: &[Context] = &[On(Tab::Data), On(Tab::Features), On(Tab::Drill), On(Tab::Plan), Rows, Help];
const WIDE: &[Context] = &[On(Tab::Drill), Rows];
const STEPS: &[Context] = &[Steps];
const SORTED: &[Context] = &[On(Tab::Drill), Rows];

/// A line of the table that is not in the footer and always works.
const fn key(
    action: Action,
    keys: &'static [&'static str],
    contexts: &'static [Context],
    words: &'static str,
) -> Binding {
    const fn always(_: &Model) -> bool {
        true
    }
    Binding { action, keys, contexts, words, footer: None, when: always }
}

impl Binding {
    const fn footer(self, place: u8, words: &'static str) -> Self {
        Self { footer: Some((place, words)), ..self }
    }

    const fn when(self, when: fn(&Model) -> bool) -> Self {
        Self { when, ..self }
    }
}

/// Every key of the explorer.
pub const TABLE: &[Binding] = &[
    key(Action::MoreClusters, &["+", "="], EVERYWHERE, "one cluster more").footer(1, "k").when(Model::has_table),
    key(Action::FewerClusters, &["-", "_"], EVERYWHERE, "one cluster less").when(Model::has_table),
    key(Action::Right, &["right", "l"], CHOOSE_K, "a larger k").when(Model::has_table),
    key(Action::Left, &["left", "h"], CHOOSE_K, "a smaller k").when(Model::has_table),
    key(Action::Down, &["down", "j"], CHOOSE_K, "a larger k").when(Model::has_table),
    key(Action::Up, &["up", "k"], CHOOSE_K, "a smaller k").when(Model::has_table),
    key(Action::Open, &["enter"], CHOOSE_K, "the clusters of this k").footer(2, "clusters").when(Model::has_sweep),
    key(Action::Open, &["enter"], CLUSTERS, "the learners of the cluster")
        .footer(2, "the learners")
        .when(Model::has_clusters),
    key(Action::Compare, &["c"], CLUSTERS, "compare with another cluster, or with everybody")
        .footer(3, "compare")
        .when(Model::has_clusters),
    key(Action::WorstFit, &["w"], CLUSTERS, "the rows of the cluster that fit it least: lowest silhouettes first")
        .footer(6, "worst fit")
        .when(Model::can_list_worst_fit),
    key(Action::Left, &["left", "h"], CLUSTERS, "compare with the one before").when(Model::is_comparing),
    key(Action::Right, &["right", "l"], CLUSTERS, "compare with the next one").when(Model::is_comparing),
    key(Action::Flow, &["t"], &[On(Tab::ChooseK), On(Tab::Clusters)], "who goes where from k to k + 1")
        .footer(5, "flow")
        .when(Model::has_clusters),
    key(Action::Changed, &["D"], EVERYWHERE, "what changed since the choice before, and who moved")
        .when(Model::has_clusters),
    key(Action::Why, &["v"], CHOOSE_K, "which k, and how sure: what each criterion chooses, and what could mislead")
        .footer(6, "verdict")
        .when(Model::has_sweep),
    key(Action::PageDown, &["pgdn", "ctrl-f"], CHOOSE_K, "what is drawn over the screen: on").when(Model::has_flow),
    key(Action::PageUp, &["pgup", "ctrl-b"], CHOOSE_K, "what is drawn over the screen: back").when(Model::has_flow),
    key(Action::Steps, &["w"], CHOOSE_K, "watch K-Means at work, step by step")
        .footer(9, "step by step")
        .when(Model::can_step),
    key(Action::Right, &["space", "enter", "right", "l"], STEPS, "the next step").footer(1, "next step"),
    key(Action::Left, &["left", "h"], STEPS, "the step before").footer(2, "before"),
    key(Action::First, &["home", "g"], STEPS, "to the first centres"),
    key(Action::Last, &["e", "end", "G"], STEPS, "to the end of this start").footer(3, "to the end"),
    key(Action::NextStart, &["s"], STEPS, "another start of the fit").footer(4, "another start"),
    key(Action::PreviousStart, &["S"], STEPS, "the start before"),
    key(Action::Down, &["down", "j"], STEPS, "clusters further down"),
    key(Action::Up, &["up", "k"], STEPS, "clusters further up"),
    key(Action::Rename, &["r"], CLUSTERS, "name the cluster; no text takes the name back")
        .footer(4, "rename")
        .when(Model::can_rename),
    key(Action::PageDown, &["pgdn", "ctrl-f"], CLUSTERS, "what is said of the cluster: on"),
    key(Action::PageUp, &["pgup", "ctrl-b"], CLUSTERS, "what is said of the cluster: back"),
    key(Action::Older, &["]"], CLUSTERS, "assume that people graduate a year older").when(Model::assumes_age),
    key(Action::Younger, &["["], CLUSTERS, "assume that people graduate a year younger").when(Model::assumes_age),
    key(Action::Open, &["enter"], DATA, "the rows that a rule met").footer(2, "rows").when(Model::ledger_has_rows),
    key(Action::Open, &["enter"], DRILL, "the learner: all rows, cluster, peers")
        .footer(0, "learner")
        .when(Model::drill_has_rows),
    key(Action::Open, &["enter"], &[Rows], "the learner of the row, or the rule of the line")
        .footer(0, "open")
        .when(Model::list_opens),
    key(Action::Edit, &["e"], DRILL, "edit the rule").footer(0, "edit rule").when(Model::has_table),
    key(Action::OtherPart, &["o"], DRILL, "the clauses of the rule, or the rows behind it")
        .footer(0, "clauses")
        .when(Model::has_clauses),
    key(Action::Right, &["right", "l"], DRILL, "a larger threshold in the selected clause").when(Model::in_funnel),
    key(Action::Left, &["left", "h"], DRILL, "a smaller threshold in the selected clause")
        .footer(3, "→ threshold")
        .when(Model::in_funnel),
    key(Action::Complement, &["n"], DRILL, "who does not match, and what each fails; who does")
        .footer(0, "others")
        .when(Model::has_drill),
    key(Action::Sort, &["s"], SORTED, "sort by the next column").footer(0, "sort").when(Model::has_list),
    key(Action::Reverse, &["S"], SORTED, "turn the order round").when(Model::has_list),
    key(Action::Search, &["/"], SORTED, "search the list").footer(0, "search").when(Model::has_list),
    key(Action::Discover, &["r"], DRILL, "rules whose people are paid low for their experience")
        .footer(0, "find rules")
        .when(Model::has_peers),
    key(Action::Toggle, &["space", "x"], FEATURES, "feature on or off").footer(2, "on/off").when(Model::has_table),
    key(Action::Transform, &["t"], FEATURES, "transform: none, log1p; of a category: block, frequency")
        .footer(3, "transform")
        .when(Model::has_table),
    key(Action::Scale, &["s"], FEATURES, "scale: standard, robust, minmax, none")
        .footer(4, "scale")
        .when(Model::has_table),
    key(Action::Winsorise, &["w"], FEATURES, "winsorise 1 % at each end").footer(5, "winsorise").when(Model::has_table),
    key(Action::Missing, &["m"], FEATURES, "rows without a value: median, own category, most frequent, drop")
        .footer(8, "missing")
        .when(Model::has_table),
    key(Action::Heavier, &["]", ">"], FEATURES, "a larger weight").when(Model::has_table),
    key(Action::Lighter, &["[", "<"], FEATURES, "a smaller weight").footer(6, "] weight").when(Model::has_table),
    key(Action::Defaults, &["d"], FEATURES, "the default features of the table")
        .footer(9, "defaults")
        .when(Model::has_table),
    key(Action::Toggle, &["space", "x"], DATA, "cleaning rule on or off")
        .footer(3, "rule on/off")
        .when(Model::in_ledger),
    key(Action::Entity, &["p"], DATA, "which row speaks for a learner: latest, max pay, all")
        .footer(5, "entity policy")
        .when(Model::has_learners),
    key(Action::Role, &["r"], DATA, "the role of the column").footer(4, "role").when(Model::in_columns),
    key(Action::OtherPart, &["o"], DATA, "ledger or columns").footer(1, "ledger/columns").when(Model::has_table),
    key(Action::ToPlan, &["p"], DRILL, "make it the rule in use of the plan")
        .footer(7, "to plan")
        .when(Model::can_plan_by_rule),
    key(Action::Open, &["enter"], PLAN, "the people behind the card, or of the audience")
        .footer(1, "people")
        .when(Model::plan_opens),
    key(Action::WhyNot, &["enter"], PLAN, "where there is nobody to show: why").when(Model::has_plan),
    key(Action::OtherPart, &["o"], PLAN, "to the audience").footer(3, "audience").when(Model::in_cards),
    key(Action::OtherPart, &["o"], PLAN, "back to the cards").footer(3, "cards").when(Model::in_audience),
    key(Action::Toggle, &["space"], PLAN, "the whole card").footer(10, "whole card").when(Model::has_plan),
    key(Action::Export, &["x"], PLAN, "write the list into the working directory, ids hashed")
        .footer(2, "export")
        .when(Model::plan_opens),
    key(Action::ExportPlain, &["X"], PLAN, "write the list with ids as they are").when(Model::plan_opens),
    key(Action::Right, &["right", "l"], PLAN, "5 points more of the budget for this kind").when(Model::has_share),
    key(Action::Left, &["left", "h"], PLAN, "5 points less of the budget for this kind")
        .footer(4, "→ share")
        .when(Model::has_share),
    key(Action::Member, &["m"], PLAN, "a share of the budget for this kind, or none")
        .footer(6, "mix")
        .when(Model::can_share),
    key(Action::MoreContacts, &["]", ">"], PLAN, "a larger budget").when(Model::can_choose_audience),
    key(Action::FewerContacts, &["[", "<"], PLAN, "a smaller budget")
        .footer(5, "] budget")
        .when(Model::can_choose_audience),
    key(Action::Budget, &["b"], PLAN, "edit the budget").when(Model::can_choose_audience),
    key(Action::Caps, &["e"], PLAN, "edit the largest share of one company, one role").when(Model::can_choose_audience),
    key(Action::RuleInUse, &["r"], PLAN, "edit the rule in use")
        .footer(8, "rule in use")
        .when(Model::can_choose_audience),
    key(Action::Exclude, &["i"], PLAN, "name a file of those who must not be contacted")
        .footer(9, "exclude")
        .when(Model::can_choose_audience),
    key(Action::Copy, &["y"], PLAN, "copy cards and audience to the clipboard").when(Model::has_plan),
    key(Action::Down, &["down", "j"], LISTS, "down"),
    key(Action::Up, &["up", "k"], LISTS, "up"),
    key(Action::PageDown, &["pgdn", "ctrl-f"], PAGES, "a page down"),
    key(Action::PageUp, &["pgup", "ctrl-b"], PAGES, "a page up"),
    key(Action::First, &["home", "g"], LISTS, "to the first"),
    key(Action::Last, &["end", "G"], LISTS, "to the last"),
    key(Action::Right, &["right", "l"], WIDE, "columns further right"),
    key(Action::Left, &["left", "h"], WIDE, "columns further left"),
    key(Action::Show(Tab::Features), &["f", "2"], EVERYWHERE, "the features")
        .footer(8, "features")
        .when(Model::not_on_features),
    key(Action::Show(Tab::Data), &["1"], EVERYWHERE, "the data: ledger and columns"),
    key(Action::Show(Tab::ChooseK), &["3"], EVERYWHERE, "choose k"),
    key(Action::Show(Tab::Clusters), &["4", "c"], EVERYWHERE, "the clusters"),
    key(Action::Show(Tab::Drill), &["6", "d"], EVERYWHERE, "drill: the people behind a rule")
        .footer(9, "drill")
        .when(Model::not_on_drill),
    key(Action::Show(Tab::Plan), &["7"], EVERYWHERE, "the plan: cards and an audience")
        .footer(9, "plan")
        .when(Model::not_on_plan),
    key(Action::NextTab, &["tab"], EVERYWHERE, "the next screen"),
    key(Action::PreviousTab, &["shift-tab"], EVERYWHERE, "the screen before"),
    key(Action::Exact, &["s"], &[On(Tab::ChooseK), On(Tab::Clusters)], "the silhouette from all rows, exactly")
        .footer(10, "exact")
        .when(Model::can_ask_for_exact),
    key(
        Action::Copy,
        &["y"],
        &[On(Tab::ChooseK), On(Tab::Clusters), On(Tab::Drill)],
        "copy the table to the clipboard",
    )
    .footer(11, "copy")
    .when(Model::has_sweep),
    key(Action::Undo, &["u"], EVERYWHERE, "take the last choice back").footer(12, "undo").when(Model::can_undo),
    key(Action::Redo, &["ctrl-r", "U"], EVERYWHERE, "make it again").when(Model::can_redo),
    key(Action::Report, &["W"], EVERYWHERE, "write a report: one page for a browser").when(Model::has_clusters),
    key(Action::Save, &["ctrl-s"], EVERYWHERE, "save the choices as a recipe").when(Model::has_table),
    key(Action::Stop, &["."], EVERYWHERE, "stop what runs").footer(0, "stop").when(Model::is_running),
    key(Action::Again, &["."], EVERYWHERE, "cluster again what was stopped")
        .footer(0, "again")
        .when(Model::was_stopped),
    key(Action::Back, &["esc", "backspace"], ANYWHERE, "back").footer(20, "back").when(Model::can_go_back),
    key(Action::Help, &["?", "f1"], &[Everywhere, Rows, Steps], "help").footer(21, "help"),
    key(Action::Quit, &["q"], ANYWHERE, "close what is open; quit").footer(22, "quit"),
    key(Action::Suspend, &["ctrl-z"], ANYWHERE, "to the shell; fg comes back"),
    key(Action::Redraw, &["ctrl-l"], ANYWHERE, "draw everything again"),
    key(Action::Interrupt, &["ctrl-c"], ANYWHERE, "quit at once"),
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
    } else if model.step.is_some() {
        vec![Steps]
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
        "ctrl-r" => "Ctrl-R",
        "ctrl-s" => "Ctrl-S",
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
        Steps => "step by step".to_owned(),
        Help => "help".to_owned(),
    }
}

/// Lines of the help and of `kscope keys`: where, keys, words; by place, those that work everywhere first.
pub fn lines() -> Vec<(String, String, &'static str)> {
    let mut contexts = vec![Everywhere];
    contexts.extend(Tab::ALL.map(On));
    contexts.push(Rows);
    contexts.push(Steps);
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
    out + "\nWhile a line is edited every key writes; `Enter` takes it, `Esc` leaves the old one. On screen 6 `Tab` completes a\nrule, `↑` and `↓` go through earlier ones. While a list is searched `Enter` keeps what is found, `Esc` shows all again.\n"
}

//! Cleaning: rules in a fixed order, each with a switch and a line in the ledger.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::Table;
use super::age::{self, Ages};
use super::column::{Column, Data, MISSING, Text};
use super::experience::{self, Reference};
use super::ledger::{Effect, Entry, Ledger, Rule};
use super::number;
use super::role::Role;

/// Which row speaks for a learner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Entity {
    /// The row with the latest pay figure.
    #[default]
    Latest,
    /// The row with the highest pay.
    MaxPay,
    /// Every row for itself.
    All,
}

impl Entity {
    /// The word in flags and recipes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::MaxPay => "max-pay",
            Self::All => "all",
        }
    }
}

/// How old people are when they graduate, and so when experience begins, where nothing else is said; in years.
pub const GRADUATION_AGE: f64 = 22.0;

/// Fewer peers than this say nothing about what is usual, where nothing else is said.
pub const MIN_PEERS: usize = 5;

/// What is chosen about how rows become learners.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaning {
    /// Rules whose switch is not where it stands by default.
    pub flipped: BTreeSet<Rule>,
    /// Which row speaks for a learner.
    pub entity: Entity,
    /// Years outside these bounds (inclusive) are impossible.
    pub years: (i32, i32),
    /// To which year experience counts.
    pub reference: Reference,
    /// No rule and no entity policy at all; the row index is left out.
    pub raw: bool,
    /// Age at graduation in years: where the table has no age, it is assumed to be this plus experience.
    pub graduation_age: f64,
    /// Fewest peers that count, at least 1.
    pub min_peers: usize,
}

impl Cleaning {
    /// Whether both leave the same rows; ages and peers are figures about them.
    pub fn same_rows(&self, other: &Self) -> bool {
        let Self { graduation_age, min_peers, .. } = *self;
        *self == Self { graduation_age, min_peers, ..other.clone() }
    }
}

impl Default for Cleaning {
    fn default() -> Self {
        Self {
            flipped: BTreeSet::new(),
            entity: Entity::default(),
            years: (1970, 2025),
            reference: Reference::default(),
            raw: false,
            graduation_age: GRADUATION_AGE,
            min_peers: MIN_PEERS,
        }
    }
}

/// No used row: in [`Learners::used_of`].
pub const NOT_USED: u32 = u32::MAX;

/// The table after cleaning: one entry per used row.
#[derive(Debug)]
pub struct Learners {
    /// Columns by used row, the derived ones (experience) last.
    pub columns: Vec<Column>,
    /// Used row → source row, ascending.
    pub source_row: Vec<u32>,
    /// Source row → the used row that speaks for it, or [`NOT_USED`].
    pub used_of: Vec<u32>,
    /// Used row → number of its learner; `None` where no id column is known.
    pub learner_of: Option<Vec<u32>>,
    /// What each rule took.
    pub ledger: Ledger,
    /// How experience was made, in words.
    pub experience: Option<String>,
    /// Ages, read or assumed; `None` where there is nothing to read or assume them from.
    pub ages: Option<Ages>,
}

impl Learners {
    /// Number of used rows.
    pub fn rows(&self) -> usize {
        self.source_row.len()
    }

    /// Distinct learners among some used rows; `None` where no id column is known.
    pub fn learners_among(&self, rows: impl Iterator<Item = usize>) -> Option<usize> {
        let learner_of = self.learner_of.as_ref()?;
        let mut ids: Vec<u32> = rows.map(|row| learner_of[row]).collect();
        ids.sort_unstable();
        ids.dedup();
        Some(ids.len())
    }

    /// Distinct learners.
    pub fn learners(&self) -> Option<usize> {
        self.learners_among(0..self.rows())
    }

    /// The ages that may be an input though they are only assumed; `None` where the table says how old people are, or
    /// has a column of that name. They are no column: whatever shows or writes rows does not know them.
    pub fn assumed_age(&self) -> Option<&Column> {
        let ages = self.ages.as_ref().filter(|ages| ages.basis.is_assumed())?;
        let taken = self.columns.iter().any(|c| c.name.trim().eq_ignore_ascii_case(age::ASSUMED));
        (!taken).then_some(&ages.column)
    }

    /// All that may be an input of a clustering: the columns, then the assumed age. For matrices and figures of
    /// groups alone.
    pub fn inputs(&self) -> impl Iterator<Item = &Column> + Clone {
        self.columns.iter().chain(self.assumed_age())
    }

    /// The column, or the assumed age, of exactly that name.
    pub fn input(&self, name: &str) -> Option<&Column> {
        self.inputs().find(|column| column.name == name)
    }

    /// The column of that name or role.
    pub fn find(&self, name: &str) -> Option<&Column> {
        super::find(&self.columns, name)
    }

    /// The column with a role that only one column can have.
    pub fn with_role(&self, role: Role) -> Option<&Column> {
        self.columns.iter().find(|c| c.role == role)
    }
}

/// Applies the rules to a table.
pub fn clean(table: &Table, cleaning: &Cleaning) -> Learners {
    let mut work = Work::new(table, cleaning);
    if !cleaning.raw {
        for rule in Rule::ALL {
            work.apply(rule);
        }
    }
    work.finish()
}

/// Spellings of job titles that were merged: what is equal but for case and space, and the spelling that stands for
/// it.
pub type Spellings = HashMap<String, String>;

/// What spellings of a job title have in common.
pub fn spelling_key(level: &str) -> String {
    level.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Applies those rules that look at one row alone, so that a table can be cleaned in pieces: no row is a duplicate of
/// another, every row speaks for itself, and job titles are spelled as `spellings` says.
///
/// Where experience counts up to the latest start year of a table, `cleaning` must name that year.
pub fn clean_each(table: &Table, cleaning: &Cleaning, spellings: &Spellings) -> Learners {
    let mut work = Work::new(table, cleaning);
    if !cleaning.raw {
        for rule in Rule::ALL {
            match rule {
                Rule::ExactDuplicates | Rule::OnePerLearner => {}
                Rule::JobSpellings => work.known_spellings(spellings),
                _ => work.apply(rule),
            }
        }
    }
    work.finish()
}

/// The columns on their way through the rules.
struct Work<'a> {
    table: &'a Table,
    cleaning: &'a Cleaning,
    columns: Vec<Column>,
    experience: Option<String>,
    /// Source row → still in the table.
    kept: Vec<bool>,
    /// Source row → the source row that speaks for it.
    speaker: Vec<u32>,
    entries: Vec<Entry>,
}

impl<'a> Work<'a> {
    fn new(table: &'a Table, cleaning: &'a Cleaning) -> Self {
        let mut columns = table.columns.clone();
        let mut words = None;
        if !cleaning.raw
            && let Some((values, how)) = experience::derive(&columns, cleaning.reference, cleaning.years)
        {
            words = Some(how);
            match columns.iter_mut().find(|c| c.role == Role::Experience) {
                Some(own) => own.data = Data::Number(Arc::new(values)),
                None => {
                    let taken = columns.iter().any(|c| c.name == experience::NAME);
                    let name = if taken { "years of experience" } else { experience::NAME };
                    let mut derived = Column::number(name, Role::Experience, values);
                    derived.derived = true;
                    columns.push(derived);
                }
            }
        }
        let rows = table.rows();
        Self {
            table,
            cleaning,
            columns,
            experience: words,
            kept: vec![true; rows],
            speaker: (0..rows as u32).collect(),
            entries: Vec::new(),
        }
    }

    fn index(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|c| c.role == role)
    }

    fn numbers(&self, role: Role) -> Option<Arc<Vec<f64>>> {
        match &self.columns[self.index(role)?].data {
            Data::Number(values) => Some(Arc::clone(values)),
            Data::Text(_) => None,
        }
    }

    fn text(&self, role: Role) -> Option<Text> {
        self.columns[self.index(role)?].categories().cloned()
    }

    fn apply(&mut self, rule: Rule) {
        match rule {
            Rule::ExactDuplicates => self.exact_duplicates(),
            Rule::ImpossibleYears => self.impossible_years(),
            Rule::NonPositivePay => self.non_positive_pay(),
            Rule::PayBeforeStart => self.pay_before_start(),
            Rule::MissingWords => self.missing_words(),
            Rule::JobSpellings => self.job_spellings(),
            Rule::MissingCompany => self.missing_text(Role::Company, rule),
            Rule::MissingJob => self.missing_text(Role::Job, rule),
            Rule::OnePerLearner => self.one_per_learner(),
        }
    }

    /// Whether a rule is on: flipped against its default.
    fn is_on(&self, rule: Rule, by_default: bool) -> bool {
        by_default != self.cleaning.flipped.contains(&rule)
    }

    /// Writes a line of the ledger; rows that are taken leave the table.
    fn enter(&mut self, rule: Rule, on: bool, effect: Effect, label: String, rows: Vec<u32>) {
        if on && effect == Effect::Taken {
            for &row in &rows {
                self.kept[row as usize] = false;
            }
        }
        self.entries.push(Entry { rule, on, effect, label, rows: Arc::new(rows) });
    }

    /// Kept rows for which `meets` holds.
    fn meeting(&self, meets: impl Fn(usize) -> bool + Sync) -> Vec<u32> {
        (0..self.kept.len()).filter(|&row| self.kept[row] && meets(row)).map(|row| row as u32).collect()
    }

    fn exact_duplicates(&mut self) {
        let compared: Vec<&Column> =
            self.table.columns.iter().filter(|c| c.role != Role::Ignore && !c.derived).collect();
        let bits = |column: &Column, row: usize| match &column.data {
            Data::Number(values) => {
                let value = values[row];
                if value.is_nan() {
                    u64::MAX
                } else if value == 0.0 {
                    0
                } else {
                    value.to_bits()
                }
            }
            Data::Text(text) => u64::from(text.codes[row]),
        };
        let mut order: Vec<(u64, u32)> = (0..self.kept.len())
            .into_par_iter()
            .map(|row| {
                let hash = compared.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, column| {
                    (hash ^ bits(column, row)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
                });
                (hash, row as u32)
            })
            .collect();
        order.par_sort_unstable();
        let same = |a: u32, b: u32| compared.iter().all(|c| bits(c, a as usize) == bits(c, b as usize));
        let mut duplicates: Vec<(u32, u32)> = Vec::new();
        for run in order.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            let mut firsts: Vec<u32> = Vec::new();
            for &(_, row) in run {
                match firsts.iter().find(|first| same(**first, row)) {
                    Some(first) => duplicates.push((row, *first)),
                    None => firsts.push(row),
                }
            }
        }
        // Without an id two equal rows may well be two people; then the rule only says how many there are.
        let on = self.is_on(Rule::ExactDuplicates, self.index(Role::Learner).is_some());
        if on {
            for &(row, first) in &duplicates {
                self.speaker[row as usize] = first;
            }
        }
        let mut rows: Vec<u32> = duplicates.into_iter().map(|(row, _)| row).collect();
        rows.sort_unstable();
        self.enter(Rule::ExactDuplicates, on, Effect::Taken, "exact duplicates".to_owned(), rows);
    }

    fn impossible_years(&mut self) {
        let (low, high) = self.cleaning.years;
        let years: Vec<_> = [Role::StartYear, Role::PayYear, Role::GraduationYear]
            .into_iter()
            .filter_map(|role| self.numbers(role))
            .collect();
        if years.is_empty() {
            return;
        }
        let outside = |year: f64| year < f64::from(low) || year > f64::from(high);
        let rows = self.meeting(|row| years.iter().any(|column| outside(column[row])));
        let on = self.is_on(Rule::ImpossibleYears, true);
        self.enter(Rule::ImpossibleYears, on, Effect::Taken, format!("year outside {low}–{high}"), rows);
    }

    fn non_positive_pay(&mut self) {
        let Some(pay) = self.numbers(Role::Pay) else { return };
        let rows = self.meeting(|row| pay[row].is_nan() || pay[row] <= 0.0);
        let on = self.is_on(Rule::NonPositivePay, true);
        self.enter(Rule::NonPositivePay, on, Effect::Taken, "pay missing or not above 0".to_owned(), rows);
    }

    fn pay_before_start(&mut self) {
        let Some(column) = self.index(Role::Experience) else { return };
        let Some(experience) = self.numbers(Role::Experience) else { return };
        let rows = self.meeting(|row| experience[row] < 0.0);
        let on = self.is_on(Rule::PayBeforeStart, true);
        if on {
            let clipped = experience.iter().map(|v| if *v < 0.0 { 0.0 } else { *v }).collect();
            self.columns[column].data = Data::Number(Arc::new(clipped));
        }
        let label = if self.index(Role::PayYear).is_some() && self.index(Role::StartYear).is_some() {
            "pay update before start → experience clipped to 0"
        } else {
            "experience below 0 → clipped to 0"
        };
        self.enter(Rule::PayBeforeStart, on, Effect::Changed, label.to_owned(), rows);
    }

    fn missing_words(&mut self) {
        let on = self.is_on(Rule::MissingWords, true);
        let mut changed = vec![false; self.kept.len()];
        let mut found = BTreeSet::new();
        for column in &mut self.columns {
            let Data::Text(text) = &mut column.data else { continue };
            let is_word: Vec<bool> = text.levels.iter().map(|level| number::is_missing(level)).collect();
            if !is_word.contains(&true) {
                continue;
            }
            for (row, code) in text.codes.iter().enumerate() {
                if *code != MISSING && is_word[*code as usize] && self.kept[row] {
                    changed[row] = true;
                    found.insert(text.levels[*code as usize].trim().to_owned());
                }
            }
            if on {
                let codes = text.codes.iter().map(|&c| if c != MISSING && is_word[c as usize] { MISSING } else { c });
                text.codes = Arc::new(codes.collect());
            }
        }
        let rows: Vec<u32> = (0..changed.len()).filter(|&row| changed[row]).map(|row| row as u32).collect();
        if rows.is_empty() {
            return;
        }
        let words = found.into_iter().take(4).map(|w| format!("'{}'", w.escape_debug())).collect::<Vec<_>>().join(" ");
        self.enter(
            Rule::MissingWords,
            on,
            Effect::Changed,
            format!("written out as missing ({words}) → missing"),
            rows,
        );
    }

    fn job_spellings(&mut self) {
        let (Some(column), Some(text)) = (self.index(Role::Job), self.text(Role::Job)) else { return };
        let mut best: HashMap<String, u32> = HashMap::new();
        for (code, _) in text.by_frequency() {
            best.entry(spelling_key(&text.levels[code as usize])).or_insert(code);
        }
        let merged: Vec<u32> = text
            .levels
            .iter()
            .enumerate()
            .map(|(code, level)| best.get(&spelling_key(level)).copied().unwrap_or(code as u32))
            .collect();
        let rows = self.meeting(|row| {
            let code = text.codes[row];
            code != MISSING && merged[code as usize] != code
        });
        let on = self.is_on(Rule::JobSpellings, true);
        if on {
            let codes = text.codes.iter().map(|&c| if c == MISSING { c } else { merged[c as usize] }).collect();
            self.columns[column].data = Data::Text(Text { codes: Arc::new(codes), levels: text.levels });
        }
        self.enter(
            Rule::JobSpellings,
            on,
            Effect::Changed,
            "job titles: case and space variants merged".to_owned(),
            rows,
        );
    }

    /// Job titles under the spelling that another table gave them; others stay.
    fn known_spellings(&mut self, spellings: &Spellings) {
        let (Some(column), Some(text)) = (self.index(Role::Job), self.text(Role::Job)) else { return };
        if !self.is_on(Rule::JobSpellings, true) {
            return;
        }
        let known = |level: &String| spellings.get(&spelling_key(level)).unwrap_or(level).clone();
        let levels: Vec<String> = text.levels.iter().map(known).collect();
        let cell = |&code: &u32| levels.get(code as usize).map(String::as_str);
        self.columns[column].data = Data::Text(Text::encode(text.codes.iter().map(cell)));
    }

    fn missing_text(&mut self, role: Role, rule: Rule) {
        let (Some(column), Some(text)) = (self.index(role), self.text(role)) else { return };
        let rows = self.meeting(|row| text.codes[row] == MISSING);
        let on = self.is_on(rule, true);
        if on && !rows.is_empty() {
            let mut levels = text.levels.to_vec();
            let unknown = levels.iter().position(|l| l == "unknown").unwrap_or_else(|| {
                levels.push("unknown".to_owned());
                levels.len() - 1
            }) as u32;
            let codes = text.codes.iter().map(|&c| if c == MISSING { unknown } else { c }).collect();
            self.columns[column].data = Data::Text(Text { codes: Arc::new(codes), levels: Arc::new(levels) });
        }
        self.enter(rule, on, Effect::Changed, format!("{role} missing → \"unknown\""), rows);
    }

    fn one_per_learner(&mut self) {
        let Some(ids) = self.text(Role::Learner) else { return };
        let label = match self.cleaning.entity {
            Entity::All => return,
            Entity::Latest if self.index(Role::PayYear).is_none() => "one row per learner, the last in the table",
            Entity::Latest => "one row per learner, the latest",
            Entity::MaxPay => "one row per learner, the highest pay",
        };
        let mut best: Vec<u32> = vec![NOT_USED; ids.levels.len()];
        for row in 0..self.kept.len() as u32 {
            let id = ids.codes[row as usize];
            if !self.kept[row as usize] || id == MISSING {
                continue;
            }
            let held = &mut best[id as usize];
            if *held == NOT_USED || self.speaks_before(row, *held) {
                *held = row;
            }
        }
        let best_of = |row: usize| {
            let id = ids.codes[row];
            if id == MISSING { row as u32 } else { best[id as usize] }
        };
        let rows = self.meeting(|row| best_of(row) != row as u32);
        let on = self.is_on(Rule::OnePerLearner, true);
        if on {
            for &row in &rows {
                self.speaker[row as usize] = best_of(row as usize);
            }
        }
        self.enter(Rule::OnePerLearner, on, Effect::Taken, label.to_owned(), rows);
    }

    /// Whether row `a` speaks for a learner rather than row `b`. Decided by content, so that the order of the
    /// table's rows does not matter, where the content can decide.
    fn speaks_before(&self, a: u32, b: u32) -> bool {
        use std::cmp::Ordering::Equal;
        let (a, b) = (a as usize, b as usize);
        let by_number = |role: Role| {
            self.index(role).and_then(|c| self.columns[c].numbers()).map_or(Equal, |values| {
                let known = |v: f64| if v.is_nan() { f64::MIN } else { v };
                known(values[a]).total_cmp(&known(values[b]))
            })
        };
        let by_text = |role: Role| {
            self.index(role)
                .and_then(|c| self.columns[c].categories())
                .map_or(Equal, |text| text.get(b).unwrap_or_default().cmp(text.get(a).unwrap_or_default()))
        };
        let (first, second) = match self.cleaning.entity {
            Entity::MaxPay => (by_number(Role::Pay), by_number(Role::PayYear)),
            _ if self.index(Role::PayYear).is_none() => (a.cmp(&b), Equal),
            _ => (by_number(Role::PayYear), by_number(Role::Pay)),
        };
        first
            .then(second)
            .then_with(|| by_number(Role::StartYear))
            .then_with(|| by_text(Role::Job))
            .then_with(|| by_text(Role::Company))
            .then(b.cmp(&a))
            .is_gt()
    }

    fn finish(self) -> Learners {
        let source_row: Vec<u32> = (0..self.kept.len() as u32).filter(|&row| self.kept[row as usize]).collect();
        let mut used_of = vec![NOT_USED; self.kept.len()];
        for (used, &row) in source_row.iter().enumerate() {
            used_of[row as usize] = used as u32;
        }
        // A duplicate of a superseded row is spoken for by the one that superseded it: two steps at most.
        for row in 0..self.kept.len() {
            let once = self.speaker[row] as usize;
            let speaker = self.speaker[once] as usize;
            if used_of[row] == NOT_USED && speaker != row {
                used_of[row] = used_of[speaker];
            }
        }
        let learner_column =
            self.index(Role::Learner).filter(|_| !self.cleaning.raw || self.text(Role::Learner).is_some());
        // Where no row was taken the values are shared with the table.
        let columns: Vec<Column> = match source_row.len() == self.kept.len() {
            true => self.columns,
            false => self.columns.par_iter().map(|column| column.gather(&source_row)).collect(),
        };
        let learner_of = learner_column.and_then(|c| {
            let ids = columns[c].categories()?;
            let mut next = ids.levels.len() as u32;
            Some(
                ids.codes
                    .iter()
                    .map(|&code| {
                        if code == MISSING {
                            next += 1;
                            next - 1
                        } else {
                            code
                        }
                    })
                    .collect(),
            )
        });
        let ledger = Ledger { rows_in: self.kept.len(), rows_out: source_row.len(), entries: self.entries };
        let experience = self.experience;
        let mut learners = Learners { columns, source_row, used_of, learner_of, ledger, experience, ages: None };
        if !self.cleaning.raw {
            learners.ages = age::ages(&learners, self.cleaning);
        }
        learners
    }
}

#[cfg(test)]
impl Learners {
    /// Rows of one learner each, as many as the first column has.
    pub(crate) fn of(columns: Vec<Column>) -> Self {
        let rows = columns.first().map_or(0, Column::rows) as u32;
        Self {
            columns,
            source_row: (0..rows).collect(),
            used_of: (0..rows).collect(),
            learner_of: None,
            ledger: Ledger::default(),
            experience: None,
            ages: None,
        }
    }
}

//! A recipe as TOML: the same recipe gives the same bytes.

use std::fmt::Write as _;
use std::path::Path;

use super::read::{ENCODINGS, MISSING, PAY_UNITS, TRANSFORMS, VERSION, folder_of};
use super::source::from_folder;
use super::{Inputs, PlanChoices, Recipe};
use crate::error::{Error, Result};
use crate::features::choice::Choice;
use crate::features::{Encoding, Feature};
use crate::quality::Mode;
use crate::segments::cards::Kind;
use crate::source::Location;
use crate::table::experience::Reference;
use crate::table::money::Currency;

/// What is under one heading, or under none: keys in order.
pub(in crate::study) struct Part {
    /// Path of the table.
    pub(in crate::study) path: Vec<String>,
    /// Keys, and values as TOML has them.
    pub(in crate::study) keys: Vec<(String, String)>,
}

impl Recipe {
    /// The recipe as TOML.
    ///
    /// # Errors
    /// A path that is no text.
    pub fn to_toml(&self) -> Result<String> {
        let mut out = String::new();
        for part in self.parts()? {
            if !part.path.is_empty() {
                let path: Vec<String> = part.path.iter().map(|name| key(name)).collect();
                let _ = write!(out, "\n[{}]\n", path.join("."));
            }
            for (name, value) in &part.keys {
                let _ = writeln!(out, "{} = {value}", key(name));
            }
        }
        Ok(out)
    }

    /// The recipe as it is written to a file: its files are told so that they are found from there.
    ///
    /// # Errors
    /// A path that is no text.
    pub fn to_toml_at(&self, path: &Path) -> Result<String> {
        let folder = folder_of(path);
        let source = self.source.clone().told_from(&folder);
        let exclude = self.plan.exclude.as_deref().map(|path| from_folder(path, &folder));
        let plan = PlanChoices { exclude, ..self.plan.clone() };
        Self { source, plan, ..self.clone() }.to_toml()
    }

    /// Headings and keys in the order in which they are written.
    pub(in crate::study) fn parts(&self) -> Result<Vec<Part>> {
        let mut parts = vec![Part { path: Vec::new(), keys: self.top() }];
        let mut add = |path: Vec<String>, keys: Vec<(String, String)>| {
            if !keys.is_empty() {
                parts.push(Part { path, keys });
            }
        };
        add(vec!["source".to_owned()], self.source_keys()?);
        add(vec!["roles".to_owned()], self.role_keys());
        add(vec!["cleaning".to_owned()], self.cleaning_keys());
        if let Inputs::Chosen(choices) = &self.features {
            for choice in choices {
                add(vec!["features".to_owned(), choice.column.clone()], feature_keys(choice));
            }
        }
        let name = |(cluster, name): (&usize, &String)| (cluster.to_string(), text(name));
        add(vec!["names".to_owned()], self.names.iter().map(name).collect());
        let plan = &self.plan;
        if *plan != PlanChoices::default() {
            add(vec!["plan".to_owned()], self.plan_keys()?);
            let weight = |(kind, weight): &(Kind, f64)| (kind.word().to_owned(), fraction(*weight));
            add(vec!["plan".to_owned(), "mix".to_owned()], plan.wanted.mix.iter().map(weight).collect());
        }
        Ok(parts)
    }

    /// Keys of everything that is said about a feature.
    pub(in crate::study) fn feature_keys(feature: &Feature) -> Vec<(String, String)> {
        feature_keys(&Choice::from(feature))
    }

    fn top(&self) -> Vec<(String, String)> {
        let mut keys = Keys::default();
        keys.put("version", whole(VERSION as u64));
        keys.maybe("k", self.k.map(|k| whole(k as u64)));
        keys.put("k_min", whole(self.ks.0 as u64));
        keys.put("k_max", whole(self.ks.1 as u64));
        keys.put("seed", whole(self.seed));
        keys.put("starts", whole(u64::from(self.starts)));
        keys.put("engine", text(self.engine.word()));
        keys.put("silhouette", text(if self.silhouette == Mode::Exact { "exact" } else { "auto" }));
        keys.put("reference", text(self.reference.word()));
        keys.maybe("scale", self.scale.map(|scale| text(scale.word())));
        keys.maybe("rule", self.rule.as_deref().map(text));
        keys.maybe(
            "pay_unit",
            self.roles.pay_unit.map(|unit| {
                PAY_UNITS.iter().find(|(_, worth)| *worth == unit).map_or(fraction(unit), |(word, _)| text(word))
            }),
        );
        keys.maybe(
            "currency",
            self.roles.currency.map(|currency| match currency {
                Currency::Rupee => text("inr"),
                Currency::Plain(None) => text("plain"),
                Currency::Plain(Some(sign)) => text(&sign.to_string()),
            }),
        );
        if let Inputs::Named(names) = &self.features {
            keys.put("features", texts(names));
        }
        keys.0
    }

    fn source_keys(&self) -> Result<Vec<(String, String)>> {
        let mut keys = Keys::default();
        match &self.source.location {
            Location::Sample => {}
            Location::Stdin => keys.put("file", text("-")),
            Location::Path(path) => {
                let path = path.to_str().ok_or_else(|| {
                    Error::failed(format!("cannot write a recipe for {}", self.source.location))
                        .because("its path is not UTF-8, as TOML must be")
                        .try_this("another name for the table")
                })?;
                keys.put("file", text(path));
            }
        }
        keys.maybe(
            "delimiter",
            self.source.delimiter.map(|byte| match byte {
                b'\t' => text("tab"),
                byte => text(&char::from(byte).to_string()),
            }),
        );
        if let Some(seen) = &self.source.seen {
            keys.put("fingerprint", text(&seen.fingerprint));
            keys.maybe("rows", seen.rows.map(|rows| whole(rows as u64)));
            keys.maybe("columns", (!seen.columns.is_empty()).then(|| texts(&seen.columns)));
        }
        Ok(keys.0)
    }

    fn plan_keys(&self) -> Result<Vec<(String, String)>> {
        let PlanChoices { wanted, rule, exclude } = &self.plan;
        let mut keys = Keys::default();
        keys.put("budget", whole(wanted.budget as u64));
        keys.put("company_cap", fraction(wanted.company_cap));
        keys.put("role_cap", fraction(wanted.role_cap));
        keys.maybe("rule", rule.as_deref().map(text));
        if let Some(path) = exclude {
            let path = path.to_str().ok_or_else(|| {
                Error::failed("cannot write a recipe with that file of exclusions")
                    .because("its path is not UTF-8, as TOML must be")
                    .try_this("another name for it")
            })?;
            keys.put("exclude", text(path));
        }
        Ok(keys.0)
    }

    /// The last word about each column, in the order in which it was said.
    fn role_keys(&self) -> Vec<(String, String)> {
        let said = &self.roles.roles;
        let last = |(at, (column, _)): &(usize, &(String, _))| !said[at + 1..].iter().any(|(later, _)| later == column);
        said.iter().enumerate().filter(last).map(|(_, (column, role))| (column.clone(), text(role.word()))).collect()
    }

    fn cleaning_keys(&self) -> Vec<(String, String)> {
        let cleaning = &self.cleaning;
        let mut keys = Keys::default();
        keys.put("raw", cleaning.raw.to_string());
        keys.put("entity", text(cleaning.entity.word()));
        let (from, to) = cleaning.years;
        keys.put("years", format!("[{from}, {to}]"));
        if let Reference::Year(year) = cleaning.reference {
            keys.put("reference_year", year.to_string());
        }
        keys.put("graduation_age", fraction(cleaning.graduation_age));
        keys.put("min_peers", whole(cleaning.min_peers as u64));
        let switched: Vec<String> = cleaning.flipped.iter().map(|rule| rule.name().to_owned()).collect();
        keys.maybe("switch", (!switched.is_empty()).then(|| texts(&switched)));
        keys.0
    }
}

fn feature_keys(choice: &Choice) -> Vec<(String, String)> {
    let mut keys = Keys::default();
    keys.put("on", choice.on.to_string());
    if let Some(encoding) = choice.encoding {
        let same = |known: Encoding| std::mem::discriminant(&known) == std::mem::discriminant(&encoding);
        keys.maybe("encoding", ENCODINGS.iter().find(|(_, known)| same(*known)).map(|(word, _)| text(word)));
        if let Encoding::OneHot { levels } = encoding {
            keys.put("levels", whole(levels as u64));
        }
    }
    let transform = |t| TRANSFORMS.iter().find(|(_, known)| *known == t).map(|(word, _)| text(word));
    keys.maybe("transform", choice.transform.and_then(transform));
    keys.maybe("winsorise", choice.winsorise.map(fraction));
    keys.maybe("scale", choice.scale.map(|scale| text(scale.word())));
    keys.maybe("weight", choice.weight.map(fraction));
    let missing = |m| MISSING.iter().find(|(_, known)| *known == m).map(|(word, _)| text(word));
    keys.maybe("missing", choice.missing.and_then(missing));
    keys.0
}

#[derive(Default)]
struct Keys(Vec<(String, String)>);

impl Keys {
    fn put(&mut self, key: &str, value: String) {
        self.0.push((key.to_owned(), value));
    }

    fn maybe(&mut self, key: &str, value: Option<String>) {
        self.0.extend(value.map(|value| (key.to_owned(), value)));
    }
}

/// Text in quotes, on one line: TOML's escapes for what it does not allow.
pub(in crate::study) fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted += "\\\"",
            '\\' => quoted += "\\\\",
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            '\r' => quoted += "\\r",
            // A bidirectional override in a file would show it otherwise than it is.
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn texts(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|t| text(t)).collect();
    format!("[{}]", texts.join(", "))
}

/// A whole number; beyond what TOML has it is written in quotes.
fn whole(number: u64) -> String {
    if i64::try_from(number).is_ok() { number.to_string() } else { text(&number.to_string()) }
}

/// A number with a point or an exponent, and no figure more than it needs.
fn fraction(number: f64) -> String {
    format!("{number:?}")
}

/// A key as TOML has it: bare where it may be.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { text(name) }
}

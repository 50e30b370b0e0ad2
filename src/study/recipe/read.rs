//! A recipe out of TOML. Every key may be left out; what is left out is the program's default.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::source::from_working_directory;
use super::toml::{Document, Section, Value};
use super::{Inputs, PlanChoices, Recipe, Seen, Source};
use crate::cluster::Engine;
use crate::error::{Error, Result};
use crate::features::choice::Choice;
use crate::features::defaults::BLOCK_LEVELS;
use crate::features::{Encoding, Missing, Scale, Transform};
use crate::quality::Mode;
use crate::quality::structure::Ungrouped;
use crate::segments::cards::Kind;
use crate::source::{Location, escape};
use crate::table::cleaning::{Cleaning, Entity};
use crate::table::experience::Reference;
use crate::table::ledger::Rule;
use crate::table::money::Currency;
use crate::table::role::Role;

/// The version of the format that this program writes, and the newest that it reads.
pub(super) const VERSION: i128 = 1;

/// Longer files are no recipes; in bytes.
const LONGEST: u64 = 16 << 20;

/// Most clusters that can be numbered.
const MOST_CLUSTERS: i128 = 65_534;

/// Words for a unit of pay and what each is worth.
pub(super) const PAY_UNITS: [(&str, f64); 4] = [("one", 1.0), ("thousand", 1e3), ("lakh", 1e5), ("crore", 1e7)];

pub(super) const ENCODINGS: [(&str, Encoding); 3] = [
    ("numeric", Encoding::Numeric),
    ("one-hot", Encoding::OneHot { levels: BLOCK_LEVELS }),
    ("frequency", Encoding::Frequency),
];

pub(super) const MISSING: [(&str, Missing); 4] = [
    ("median", Missing::Median),
    ("most-frequent", Missing::MostFrequent),
    ("own-category", Missing::OwnCategory),
    ("drop", Missing::Drop),
];

pub(super) const TRANSFORMS: [(&str, Transform); 2] = [("none", Transform::None), ("log1p", Transform::Log1p)];

impl Recipe {
    /// Reads a recipe from a file.
    ///
    /// # Errors
    /// A file that cannot be read, TOML that is none, unknown keys and wrong values, with line and column.
    pub fn read(path: &Path) -> Result<Self> {
        let mut recipe = Self::parse(&text_of(path)?, &path.display().to_string())?;
        let folder = folder_of(path);
        recipe.plan.exclude = recipe.plan.exclude.map(|path| from_working_directory(path, &folder));
        recipe.source.folder = Some(folder);
        Ok(recipe)
    }

    /// Reads a recipe from its text; `name` is what complaints call it. Paths in it stay as they are.
    ///
    /// # Errors
    /// As [`Recipe::read`].
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        Document { name, text }.read(|mut top| {
            let recipe = recipe(&mut top)?;
            top.end()?;
            Ok(recipe)
        })
    }

    /// Reads a recipe that has one table more, of text by key: what a session adds.
    pub(in crate::study) fn parse_with(
        text: &str,
        name: &str,
        more: &'static str,
    ) -> Result<(Self, Vec<(String, String)>)> {
        Document { name, text }.read(|mut top| {
            let recipe = recipe(&mut top)?;
            let mut added = Vec::new();
            if let Some(value) = top.get(more) {
                for (key, value) in value.section(more)?.all() {
                    added.push((key, value.text()?.to_owned()));
                }
            }
            top.end()?;
            Ok((recipe, added))
        })
    }
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// The text of a recipe's file.
pub(in crate::study) fn text_of(path: &Path) -> Result<String> {
    let shown = escape(&path.display().to_string());
    let cannot = |why: String| Error::bad_input(format!("cannot read {shown}")).because(why);
    let file = std::fs::File::open(path).map_err(|e| {
        cannot(e.to_string()).try_this("a recipe is written with --save-recipe, with Ctrl-S, or by hand")
    })?;
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|e| cannot(e.to_string()))?;
    if bytes.len() as u64 > LONGEST {
        return Err(cannot("it is too long for a recipe".to_owned()).try_this("the table itself is FILE, not --recipe"));
    }
    String::from_utf8(bytes).map_err(|e| {
        let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        Error::bad_input(format!("cannot read {shown}, line {line}"))
            .because("it is not UTF-8 text")
            .try_this("the table itself is FILE, not --recipe")
    })
}

fn recipe(top: &mut Section<'_>) -> Result<Recipe> {
    let mut recipe = Recipe::default();
    if let Some(version) = top.get("version") {
        let read = version.whole(i128::MIN, i128::MAX)?;
        if read != VERSION {
            return Err(
                version.refuse("is of another program version", format!("version = {VERSION}, or a newer kscope"))
            );
        }
    }
    if let Some(k) = top.get("k") {
        recipe.k = Some(clusters(&k)?);
    }
    if let Some(k) = top.get("k_min") {
        recipe.ks.0 = clusters(&k)?;
    }
    let k_max = top.get("k_max");
    if let Some(k) = &k_max {
        recipe.ks.1 = clusters(k)?;
    }
    if recipe.ks.0 > recipe.ks.1 {
        match k_max {
            Some(k) => return Err(k.refuse("is below k_min", format!("k_max = {} or more", recipe.ks.0))),
            None => recipe.ks.1 = recipe.ks.0,
        }
    }
    if let Some(seed) = top.get("seed") {
        recipe.seed = seed.whole(0, i128::from(u64::MAX))? as u64;
    }
    if let Some(starts) = top.get("starts") {
        recipe.starts = starts.whole(1, 10_000)? as u32;
    }
    if let Some(engine) = top.get("engine") {
        recipe.engine = engine.word(&[Engine::Kscope, Engine::Linfa].map(|e| (e.word(), e)))?;
    }
    if let Some(mode) = top.get("silhouette") {
        recipe.silhouette = mode.word(&[("auto", Mode::Auto), ("exact", Mode::Exact)])?;
    }
    if let Some(reference) = top.get("reference") {
        recipe.reference = reference.word(&Ungrouped::ALL.map(|r| (r.word(), r)))?;
    }
    if let Some(scale) = top.get("scale") {
        recipe.scale = Some(scale.word(&Scale::ALL.map(|s| (s.word(), s)))?);
    }
    if let Some(rule) = top.get("rule") {
        recipe.rule = Some(rule.text()?.to_owned());
    }
    if let Some(unit) = top.get("pay_unit") {
        recipe.roles.pay_unit = Some(if unit.is_text() {
            unit.word(&PAY_UNITS)?
        } else {
            unit.number(|n| n > 0.0, "above 0, or \"one\", \"thousand\", \"lakh\", \"crore\"")?
        });
    }
    if let Some(value) = top.get("currency") {
        let currency = value.text()?.parse::<Currency>();
        recipe.roles.currency =
            Some(currency.map_err(|_| value.refuse("is not known", "\"inr\", \"plain\", or one sign such as \"$\""))?);
    }
    if let Some(value) = top.get("features") {
        recipe.features = inputs(&value)?;
    }
    if let Some(value) = top.get("source") {
        recipe.source = source(value.section("source")?)?;
    }
    if let Some(value) = top.get("roles") {
        for (column, role) in value.section("roles")?.all() {
            recipe.roles.roles.push((column, role.word(&Role::ALL.map(|(role, word)| (word, role)))?));
        }
    }
    if let Some(value) = top.get("cleaning") {
        recipe.cleaning = cleaning(value.section("cleaning")?)?;
    }
    if let Some(value) = top.get("names") {
        for (cluster, name) in value.section("names")?.all() {
            let number = cluster.parse().ok().filter(|n: &usize| (*n as i128) < MOST_CLUSTERS);
            let number =
                number.ok_or_else(|| name.refuse("names no cluster", "the key is its number: 0 = \"a name\""))?;
            // No name is none given.
            let text = name.text()?.trim();
            if !text.is_empty() {
                recipe.names.insert(number, text.to_owned());
            }
        }
    }
    if let Some(value) = top.get("plan") {
        recipe.plan = plan(value.section("plan")?)?;
    }
    Ok(recipe)
}

fn plan(mut section: Section<'_>) -> Result<PlanChoices> {
    let mut plan = PlanChoices::default();
    if let Some(budget) = section.get("budget") {
        plan.wanted.budget = budget.whole(1, i128::from(u32::MAX))? as usize;
    }
    let share = |value: &Value<'_>| value.number(|n| n > 0.0 && n <= 1.0, "above 0, at most 1");
    if let Some(value) = section.get("company_cap") {
        plan.wanted.company_cap = share(&value)?;
    }
    if let Some(value) = section.get("role_cap") {
        plan.wanted.role_cap = share(&value)?;
    }
    if let Some(rule) = section.get("rule") {
        plan.rule = Some(rule.text()?.to_owned());
    }
    if let Some(file) = section.get("exclude") {
        plan.exclude = Some(PathBuf::from(file.text()?));
    }
    if let Some(value) = section.get("mix") {
        plan.wanted.mix.clear();
        let kinds: Vec<&str> = Kind::ALL.into_iter().filter(|k| k.is_about_people()).map(Kind::word).collect();
        for (word, weight) in value.section("plan.mix")?.all() {
            let kind = Kind::parse(&word).ok().filter(|kind| kind.is_about_people());
            let kind = kind.ok_or_else(|| weight.refuse("is of no card about people", kinds.join(", ")))?;
            plan.wanted.mix.push((kind, weight.number(|n| n >= 0.0, "0 or more")?));
        }
        if plan.wanted.mix.iter().all(|(_, weight)| *weight == 0.0) {
            return Err(value.refuse("has no weight above 0", "experienced-underpaid = 60"));
        }
    }
    section.end()?;
    Ok(plan)
}

fn clusters(value: &Value<'_>) -> Result<usize> {
    Ok(value.whole(1, MOST_CLUSTERS)? as usize)
}

fn source(mut section: Section<'_>) -> Result<Source> {
    let mut source = Source::default();
    if let Some(file) = section.get("file") {
        source.location = match file.text()? {
            "" => return Err(file.refuse("names no file", "a path; without the key it is the bundled sample")),
            path => Location::from_argument(Some(Path::new(path))),
        };
    }
    if let Some(value) = section.get("delimiter") {
        source.delimiter = Some(match value.text()? {
            "tab" => b'\t',
            one if one.len() == 1 => one.as_bytes()[0],
            _ => return Err(value.refuse("is no delimiter", "one ASCII character, or \"tab\"")),
        });
    }
    let fingerprint = section.get("fingerprint");
    let rows = section.get("rows");
    let columns = section.get("columns");
    if let Some(fingerprint) = fingerprint {
        source.seen = Some(Seen {
            fingerprint: fingerprint.text()?.to_owned(),
            rows: rows.map(|rows| rows.whole(0, i128::from(u32::MAX))).transpose()?.map(|rows| rows as usize),
            columns: columns.map(|columns| columns.texts()).transpose()?.unwrap_or_default(),
        });
    }
    section.end()?;
    Ok(source)
}

fn cleaning(mut section: Section<'_>) -> Result<Cleaning> {
    let mut cleaning = Cleaning::default();
    if let Some(raw) = section.get("raw") {
        cleaning.raw = raw.flag()?;
    }
    if let Some(entity) = section.get("entity") {
        cleaning.entity = entity.word(&[Entity::Latest, Entity::MaxPay, Entity::All].map(|e| (e.word(), e)))?;
    }
    if let Some(years) = section.get("years") {
        let bounds = years.list()?.iter().map(year).collect::<Result<Vec<_>>>()?;
        cleaning.years = match bounds[..] {
            [from, to] if from <= to => (from, to),
            _ => return Err(years.refuse("is no range of years", "[1970, 2025]")),
        };
    }
    if let Some(value) = section.get("reference_year") {
        cleaning.reference = Reference::Year(year(&value)?);
    }
    if let Some(years) = section.get("graduation_age") {
        cleaning.graduation_age = years.number(|years| (14.0..=60.0).contains(&years), "years from 14 to 60")?;
    }
    if let Some(peers) = section.get("min_peers") {
        cleaning.min_peers = peers.whole(1, 1_000_000)? as usize;
    }
    if let Some(rules) = section.get("switch") {
        for rule in rules.list()? {
            cleaning.flipped.insert(rule.word(&Rule::ALL.map(|rule| (rule.name(), rule)))?);
        }
    }
    section.end()?;
    Ok(cleaning)
}

fn year(value: &Value<'_>) -> Result<i32> {
    Ok(value.whole(-9_999, 9_999)? as i32)
}

/// `["a", "b"]`, or a table for each column.
fn inputs(value: &Value<'_>) -> Result<Inputs> {
    let inputs = if value.is_list() {
        Inputs::Named(value.texts()?)
    } else {
        let all = value.section("features")?.all();
        Inputs::Chosen(all.into_iter().map(|(column, value)| feature(column, &value)).collect::<Result<_>>()?)
    };
    match &inputs {
        Inputs::Named(names) if names.is_empty() => None,
        Inputs::Chosen(choices) if choices.is_empty() => None,
        _ => Some(()),
    }
    .ok_or_else(|| {
        value.refuse("names no column", "[\"pay\", \"experience\"]; without the key they are the defaults")
    })?;
    Ok(inputs)
}

fn feature(column: String, value: &Value<'_>) -> Result<Choice> {
    let mut section = value.section(format!("features.{column}"))?;
    let mut choice = Choice::named(column);
    if let Some(on) = section.get("on") {
        choice.on = on.flag()?;
    }
    if let Some(encoding) = section.get("encoding") {
        choice.encoding = Some(encoding.word(&ENCODINGS)?);
    }
    if let Some(value) = section.get("levels") {
        let levels = value.whole(1, 10_000)? as usize;
        match &choice.encoding {
            Some(Encoding::OneHot { .. }) => choice.encoding = Some(Encoding::OneHot { levels }),
            _ => return Err(value.refuse("belongs to one-hot", "encoding = \"one-hot\" beside it")),
        }
    }
    if let Some(transform) = section.get("transform") {
        choice.transform = Some(transform.word(&TRANSFORMS)?);
    }
    if let Some(share) = section.get("winsorise") {
        choice.winsorise = Some(share.number(|n| n > 0.0 && n < 0.5, "a share between 0 and 0.5: 0.01")?);
    }
    if let Some(scale) = section.get("scale") {
        choice.scale = Some(scale.word(&Scale::ALL.map(|s| (s.word(), s)))?);
    }
    if let Some(weight) = section.get("weight") {
        choice.weight = Some(weight.number(|n| n > 0.0, "above 0; 2 counts double")?);
    }
    if let Some(missing) = section.get("missing") {
        choice.missing = Some(missing.word(&MISSING)?);
    }
    section.end()?;
    Ok(choice)
}

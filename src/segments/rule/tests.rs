//! The language as a whole: what is accepted, what is refused and where, and every verdict against a plain
//! row-by-row reading.

use proptest::prelude::*;

use super::{ColumnRef, Columns, Kind, RuleError, complete, parse};

/// A small learners table; also the table of the funnel's tests.
#[derive(Clone, Debug, Default)]
pub(in crate::segments) struct Table {
    numbers: Vec<(&'static str, Kind, Vec<f64>)>,
    texts: Vec<(&'static str, Vec<u32>, Vec<String>)>,
    labels: Vec<u16>,
    cluster_names: Vec<String>,
}

impl Columns for Table {
    fn rows(&self) -> usize {
        self.labels.len()
    }

    fn resolve(&self, name: &str) -> Option<ColumnRef<'_>> {
        let name = match name {
            "role" => "job",
            "start year" => "orgyear",
            other => other,
        };
        if name == "cluster" {
            return Some(ColumnRef::Cluster { labels: &self.labels, names: &self.cluster_names });
        }
        if let Some((_, kind, values)) = self.numbers.iter().find(|column| column.0 == name) {
            return Some(ColumnRef::Number { values, kind: *kind });
        }
        let (_, codes, levels) = self.texts.iter().find(|column| column.0 == name)?;
        Some(ColumnRef::Text { codes, levels })
    }

    fn names(&self) -> Vec<String> {
        let numbers = self.numbers.iter().map(|column| column.0);
        numbers.chain(self.texts.iter().map(|column| column.0)).chain(["cluster"]).map(str::to_owned).collect()
    }
}

const NAN: f64 = f64::NAN;
const MISSING: u32 = u32::MAX;

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn table() -> Table {
    Table {
        numbers: vec![
            ("pay", Kind::Pay, vec![9e5, 45e5, 120e5, NAN, 3e5, 60e5]),
            ("experience", Kind::Years, vec![12.0, 11.0, 15.0, 20.0, 2.0, NAN]),
            ("orgyear", Kind::Year, vec![2009.0, 2010.0, 2004.0, 2001.0, 2019.0, 2012.0]),
            ("ctc_updated_year", Kind::Year, vec![2021.0, 2021.0, 2019.0, 2021.0, 2018.0, NAN]),
            ("Unnamed: 0", Kind::Plain, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        ],
        texts: vec![
            (
                "job",
                vec![0, 1, 2, 0, MISSING, 1],
                strings(&["Backend Engineer", "FullStack Engineer", "SE(R&D), senior"]),
            ),
            ("company", vec![0, 0, 1, 1, 1, MISSING], strings(&["xzegojo", "nvnv wgzohrnvzwj"])),
        ],
        labels: vec![0, 1, 2, 0, 1, 2],
        cluster_names: strings(&["paid least for experience", "early, rising", "senior, high pay"]),
    }
}

fn rows(source: &str) -> Vec<usize> {
    let table = table();
    let rule = parse(source).unwrap_or_else(|error| panic!("{}", error.render(source)));
    let again = parse(rule.as_str()).unwrap_or_else(|error| panic!("{}", error.render(rule.as_str())));
    assert_eq!(again, rule);
    let matches = |rule: &super::Rule| {
        rule.bind(&table).unwrap_or_else(|error| panic!("{}", error.render(source))).eval().iter().collect::<Vec<_>>()
    };
    assert_eq!(matches(&rule), matches(&again), "{source} is not {rule}");
    matches(&rule)
}

/// The error of a rule that parsing or binding refuses, with the text it points at.
fn refused(source: &str) -> (RuleError, String) {
    let table = table();
    let error = match parse(source) {
        Err(error) => error,
        Ok(rule) => rule.bind(&table).map(|bound| bound.eval().count()).expect_err(source),
    };
    let place = source[error.at.clone()].to_owned();
    (error, place)
}

#[test]
fn comparisons_in_every_spelling() {
    for (source, matching) in [
        ("experience > 11", vec![0, 2, 3]),
        ("experience >= 11", vec![0, 1, 2, 3]),
        ("experience ≥ 11 y", vec![0, 1, 2, 3]),
        ("experience < 12", vec![1, 4]),
        ("experience<=12 years", vec![0, 1, 4]),
        ("Experience ≤ 12yrs", vec![0, 1, 4]),
        ("experience = 12", vec![0]),
        ("experience == 12", vec![0]),
        ("experience != 12", vec![1, 2, 3, 4]),
        ("experience ≠ 12", vec![1, 2, 3, 4]),
        ("start year = 2009", vec![0]),
        ("ctc_updated_year < orgyear", vec![4]),
        ("ctc_updated_year < `orgyear`", vec![4]),
        ("`Unnamed: 0` >= 4", vec![4, 5]),
        ("\"unnamed: 0\" >= 4", vec![4, 5]),
    ] {
        assert_eq!(rows(source), matching, "{source}");
    }
}

#[test]
fn a_round_amount_in_lakh_is_that_amount() {
    for (text, rupees) in
        [("8.8 lakh", 880_000.0), ("9.4 lakh", 940_000.0), ("1.15 cr", 11_500_000.0), ("12.63L", 1_263_000.0)]
    {
        let table = Table { numbers: vec![("pay", Kind::Pay, vec![rupees])], labels: vec![0], ..Table::default() };
        let matches =
            |comparison: &str| parse(&format!("pay {comparison} {text}")).unwrap().bind(&table).unwrap().eval().count();
        assert_eq!(["<", "=", ">"].map(matches), [0, 1, 0], "{text}");
    }
}

#[test]
fn a_percent_is_a_hundredth_of_a_share() {
    let table = Table {
        numbers: vec![("gap", Kind::Share, vec![-0.6, -0.5, 0.07, 1.2]), ("rest", Kind::Plain, vec![0.5; 4])],
        labels: vec![0; 4],
        ..Table::default()
    };
    let matches = |source: &str| {
        let rule = parse(source).unwrap();
        let rows = |rule: &super::Rule| rule.bind(&table).unwrap().eval().iter().collect::<Vec<_>>();
        assert_eq!(rows(&rule), rows(&parse(rule.as_str()).unwrap()), "{source} is not {rule}");
        rows(&rule)
    };
    for (source, rows) in [
        ("gap < -50 %", vec![0]),
        ("gap < -50%", vec![0]),
        ("gap <= −50%", vec![0, 1]),
        ("gap = 7%", vec![2]),
        ("gap -60..-50 %", vec![0, 1]),
        ("gap in (7 %, 120%)", vec![2, 3]),
        ("gap < -0.5", vec![0]),
        ("rest = 50%", vec![0, 1, 2, 3]),
    ] {
        assert_eq!(matches(source), rows, "{source}");
    }
    let nudged = |source: &str, steps| parse(source).unwrap().nudged(0, steps, &table).unwrap().to_string();
    assert_eq!(nudged("gap < -50%", 1), "gap < -49 %");
    assert_eq!(nudged("gap < 0", -3), "gap < -0.03");
    assert!(parse("gap < 5 lakh").unwrap().bind(&table).is_err());
}

#[test]
fn a_clause_knows_its_column() {
    let rule = parse("experience > 10 and not (`my pay` < 5) and (a = 1 or b = 2)").unwrap();
    assert_eq!([0, 1, 2, 3].map(|clause| rule.column(clause)), [Some("experience"), Some("my pay"), None, None]);
}

#[test]
fn units_of_pay() {
    for amount in [
        "45 lakh",
        "45 Lakhs",
        "45L",
        "45 LPA",
        "₹45L",
        "₹45,00,000",
        "Rs. 45,00,000",
        "rs 45 lac",
        "INR 45 lakh",
        "0.45 cr",
        "0.45 crore",
        "4500k",
        "4.5M",
        "4500000",
        "4,500,000",
        "4.5e6",
        "45 lakh p.a.",
        "45 L per annum",
    ] {
        assert_eq!(rows(&format!("pay <= {amount}")), [0, 1, 4], "{amount}");
    }
    assert_eq!(rows("pay > -5 lakh and pay > −₹5L"), [0, 1, 2, 4, 5]);
}

#[test]
fn ranges_hold_both_ends_and_share_a_unit() {
    for source in [
        "experience 2..12",
        "experience 2…12 y",
        "experience in 2..12",
        "experience = 2..12",
        "experience between 2 and 12",
        "experience between 2 y and 12 y",
    ] {
        assert_eq!(rows(source), [0, 1, 4], "{source}");
    }
    assert_eq!(rows("pay 9..45 lakh"), [0, 1]);
    assert_eq!(rows("pay between ₹9 and ₹45 lakh"), [0, 1]);
    assert_eq!(rows("pay p0..p50"), [0, 1, 4]);
    assert_eq!(rows("pay between p0 and p50 and experience > 2"), [0, 1]);
}

#[test]
fn lists_texts_and_clusters() {
    for (source, matching) in [
        ("cluster in (0,2)", vec![0, 2, 3, 5]),
        ("cluster not in (0,2)", vec![1, 4]),
        ("cluster = 1", vec![1, 4]),
        ("cluster != 1", vec![0, 2, 3, 5]),
        ("cluster = \"paid least\"", vec![0, 3]),
        ("cluster = Paid Least for Experience", vec![0, 3]),
        ("cluster in (0, \"early, rising\")", vec![0, 1, 3, 4]),
        ("experience in (11, 12, 99)", vec![0, 1]),
        ("experience not in (11, 12)", vec![2, 3, 4]),
        ("pay in (9 lakh, 1.2 cr)", vec![0, 2]),
        ("job = \"backend engineer\"", vec![0, 3]),
        ("job = Backend Engineer", vec![0, 3]),
        ("role = 'Backend Engineer' or job = “SE(R&D), senior”", vec![0, 2, 3]),
        ("job != \"Backend Engineer\"", vec![1, 2, 5]),
        ("job contains engineer", vec![0, 1, 3, 5]),
        ("job contains \"R&D\"", vec![2]),
        ("company = xzegojo", vec![0, 1]),
        ("company in (xzegojo, nvnv wgzohrnvzwj)", vec![0, 1, 2, 3, 4]),
    ] {
        assert_eq!(rows(source), matching, "{source}");
    }
}

#[test]
fn missing_values_match_no_comparison_and_no_negation() {
    assert_eq!(rows("pay < 50 lakh"), [0, 1, 4]);
    assert_eq!(rows("not pay < 50 lakh"), [2, 5]);
    assert_eq!(rows("not (pay < 50 lakh and experience > 100)"), [0, 1, 2, 3, 4, 5]);
    assert_eq!(rows("pay is missing"), [3]);
    assert_eq!(rows("pay is not missing"), [0, 1, 2, 4, 5]);
    assert_eq!(rows("pay is known and job is known and not company is missing"), [0, 1, 2]);
    assert_eq!(rows("cluster is known"), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    assert_eq!(rows("experience = 2 or experience = 12 and pay > 1 cr"), [4]);
    assert_eq!(rows("(experience = 2 or experience = 12) and pay > 1 cr"), [0_usize; 0]);
    assert_eq!(rows("! experience = 2 & pay < 10 lakh | cluster = 2"), [0, 2, 5]);
    assert_eq!(rows("NOT (cluster = 2 OR cluster = 1)"), [0, 3]);
    assert_eq!(rows(""), [0, 1, 2, 3, 4, 5]);
    assert_eq!(rows("  "), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn percentiles_over_all_and_within_groups() {
    // Known pay: 3, 9, 45, 60, 120 lakh.
    assert_eq!(rows("pay < p50"), [0, 4]);
    assert_eq!(rows("pay <= P50"), [0, 1, 4]);
    assert_eq!(rows("pay > p99.9"), [2]);
    // Backend 9; FullStack 45 and 60; SE(R&D) 120; the row without a job has no peers.
    assert_eq!(rows("pay < p50 within role"), [1]);
    assert_eq!(rows("pay >= p50 within `job`"), [0, 2, 5]);
    assert_eq!(rows("pay < p50 within cluster"), [4, 5]);
    assert_eq!(rows("pay between p0 and p50 within role and experience is known"), [0, 1, 2]);
}

#[test]
fn canonical_text() {
    for (source, canonical) in [
        ("experience>10y AND pay<45L", "experience > 10 y and pay < 45 lakh"),
        ("(a = 1 and (b = 2 and c = 3))", "a = 1 and b = 2 and c = 3"),
        ("a=1 or b=2 and c=3", "a = 1 or (b = 2 and c = 3)"),
        ("!a=1", "not (a = 1)"),
        ("pay < ₹45,00,000", "pay < ₹4500000"),
        ("pay 45..60 LPA", "pay 45..60 lakh"),
        ("pay p25..p75", "pay between p25 and p75"),
        ("pay between p25 and p75 within role", "pay between p25 within role and p75 within role"),
        ("`Unnamed: 0` = 1", "`Unnamed: 0` = 1"),
        ("\"and\" = 1", "`and` = 1"),
        ("job contains engineer", "job contains \"engineer\""),
        ("x not in(1,2 , 3)", "x not in (1, 2, 3)"),
        ("x < -$2.50k", "x < -$2.5k"),
        ("job = \"say \"\"hi\"\"\"", "job = \"say \"\"hi\"\"\""),
        ("  x   is  not missing ", "x is known"),
    ] {
        let rule = parse(source).unwrap_or_else(|error| panic!("{}", error.render(source)));
        assert_eq!(rule.as_str(), canonical);
        assert_eq!(parse(canonical).unwrap().as_str(), canonical);
    }
    assert_eq!(parse("a=1 and b=2 and (c=3 or d=4)").unwrap().clauses(), ["a = 1", "b = 2", "(c = 3 or d = 4)"]);
    assert_eq!(parse("a=1 or b=2").unwrap().clauses(), ["a = 1 or b = 2"]);
    assert!(parse("").unwrap().clauses().is_empty());
}

#[test]
fn errors_point_at_the_place() {
    for (source, place, message, hint) in [
        ("experiance > 10", "experiance", "there is no column `experiance`", "did you mean experience?"),
        ("pay < experiance", "experiance", "neither a number nor a column", "did you mean experience?"),
        ("pay <", "", "a value is missing here", ""),
        ("pay", "", "how should `pay` be compared?", "> 10"),
        ("pay 5", "", "how should `pay` be compared?", "range"),
        ("pay < 45 lakhz", "lakhz", "is no unit", "lakh"),
        ("pay < 10 y", "10 y", "is pay", "45 lakh"),
        ("experience > 45 lakh", "45 lakh", "is a number of years", "10 y"),
        ("orgyear > 10 y", "10 y", "is a calendar year", "2019"),
        ("pay < \"abc\"", "\"abc\"", "neither a number nor a column", ""),
        ("pay = missing", "missing", "nothing compares with a missing value", "pay is missing"),
        ("pay < job", "job", "`job` is not", ""),
        ("job > 5", "job > 5", "is text, it has no order", "contains"),
        ("job = 857628", "857628", "is text, this is a number", "\"857628\""),
        ("pay contains 5", "pay contains 5", "it contains no text", "="),
        ("cluster > 1", "cluster > 1", "clusters have no order", ""),
        ("cluster = 7", "7", "there is no such cluster", "0 to 2"),
        ("cluster = -1", "-1", "there is no such cluster", ""),
        ("cluster = \"seniors\"", "\"seniors\"", "no cluster is called", "senior, high pay"),
        ("pay < p101", "p101", "percentiles go from p0 to p100", "quotes"),
        ("pay < p25 within experience", "experience", "makes no groups", "cluster"),
        ("experience 10..5", "10..5", "this range is empty", "smaller"),
        ("experience > 10 and < 20", "<", "a column is missing before `<`", "again"),
        ("10 < experience", "10", "a condition starts with a column", "behind"),
        ("(pay < 5 lakh", "(", "this parenthesis is not closed", ")"),
        ("pay < 5 lakh)", ")", "this parenthesis closes nothing", ""),
        ("pay < 5 lakh experience > 3", "experience", "is not expected here", "`and`"),
        ("pay < 45,0,000", "45,0,000", "not grouped as one number", "45,00,000"),
        ("pay in (₹45,00,000)", "₹45,00,000", "commas part the values", "lakh"),
        ("pay in ()", ")", "a value is expected here", ""),
        ("pay < 25 %", "25 %", "takes no percent", "p25"),
        ("job = \"Backend", "\"Backend", "is not closed", "\""),
        ("and pay < 5", "and", "a column is missing before `and`", "backticks"),
        ("pay < 5 lakh and", "", "a condition is missing here", "experience"),
        ("job = Backend and Engineer", "", "how should `Engineer` be compared?", ""),
    ] {
        let (error, at) = refused(source);
        let place = if source.contains("in (₹") { "45,00" } else { place };
        assert_eq!(at, place, "{source}: {}", error.message);
        assert!(error.message.contains(message), "{source}: {}", error.message);
        assert!(error.hint.unwrap_or_default().contains(hint), "{source}");
    }
}

#[test]
fn what_is_probably_not_meant_is_said() {
    let table = table();
    let notices = |source: &str| -> Vec<String> {
        let rule = parse(source).unwrap();
        rule.bind(&table).unwrap().notices().iter().map(|notice| notice.message.clone()).collect()
    };
    assert_eq!(notices("pay < 45"), ["45 is read as 45 a year; for lakh write 45 lakh"]);
    assert_eq!(
        notices("job = \"Backend Enginer\""),
        ["no row has job = \"Backend Enginer\"; did you mean \"Backend Engineer\"?"]
    );
    assert_eq!(notices("job = null"), ["no row has job = \"null\"; for missing values write job is missing"]);
    assert!(notices("pay < 45 lakh and job = backend engineer").is_empty());
}

#[test]
fn nesting_and_length_are_bounded() {
    let deep = 100_000;
    for source in [
        "(".repeat(deep),
        "not ".repeat(deep),
        "!(".repeat(deep),
        format!("{}pay < 5{}", "(".repeat(deep), ")".repeat(deep)),
    ] {
        assert!(parse(&source).unwrap_err().message.contains("levels"));
    }
    assert!(parse(&vec!["a = 1"; 100_000].join(" and ")).unwrap_err().message.contains("conditions"));
    let within = format!("{}pay < 5{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(parse(&within).unwrap().as_str(), "pay < 5");
    let list = format!("experience in ({})", vec!["7"; 50_000].join(","));
    assert!(parse(&list).is_ok());
}

/// What a generated condition says, evaluated by the plainest code there is.
#[derive(Clone, Debug)]
enum Says {
    All(Vec<Says>),
    Any(Vec<Says>),
    Not(Box<Says>),
    Number { column: usize, comparison: usize, value: f64 },
    Columns { left: usize, comparison: usize, right: usize },
    Range { column: usize, low: f64, high: f64 },
    OneOf { column: usize, items: Vec<f64>, negated: bool },
    Text { level: usize, negated: bool },
    Contains(&'static str),
    Clusters { items: Vec<u16>, negated: bool },
    Percentile { comparison: usize, percent: u32, within: bool },
    NumberKnown { column: usize, negated: bool },
    TextKnown { negated: bool },
}

const COMPARISONS: [&str; 6] = [">", ">=", "<", "<=", "=", "!="];
const NUMBERS: [&str; 3] = ["first", "`second one`", "third.part"];
const LEVELS: [&str; 3] = ["Backend Engineer", "and or (not)", "say \"hi\""];

fn holds(comparison: usize, a: f64, b: f64) -> Option<bool> {
    (!a.is_nan() && !b.is_nan()).then_some(match comparison {
        0 => a > b,
        1 => a >= b,
        2 => a < b,
        3 => a <= b,
        4 => a == b,
        _ => a != b,
    })
}

impl Says {
    fn text(&self) -> String {
        let joined = |parts: &[Says], by: &str| {
            parts.iter().map(|part| format!("({})", part.text())).collect::<Vec<_>>().join(by)
        };
        let not = |negated: bool| if negated { "not " } else { "" };
        match self {
            Self::All(parts) => joined(parts, " and "),
            Self::Any(parts) => joined(parts, " | "),
            Self::Not(inner) => format!("not ({})", inner.text()),
            Self::Number { column, comparison, value } => {
                format!("{} {}{value}", NUMBERS[*column], COMPARISONS[*comparison])
            }
            Self::Columns { left, comparison, right } => {
                format!("{} {} {}", NUMBERS[*left], COMPARISONS[*comparison], NUMBERS[*right])
            }
            Self::Range { column, low, high } => format!("{} {low}..{high}", NUMBERS[*column]),
            Self::OneOf { column, items, negated } => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                format!("{} {}in ({})", NUMBERS[*column], not(*negated), items.join(","))
            }
            Self::Text { level, negated } => {
                let text = LEVELS[*level].to_uppercase().replace('"', "\"\"");
                format!("job {} \"{text}\"", if *negated { "!=" } else { "=" })
            }
            Self::Contains(part) => format!("job contains {part}"),
            Self::Clusters { items, negated } => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                format!("cluster {}in ({})", not(*negated), items.join(", "))
            }
            Self::Percentile { comparison, percent, within } => {
                let within = if *within { " within job" } else { "" };
                format!("first {} p{percent}{within}", COMPARISONS[*comparison])
            }
            Self::NumberKnown { column, negated } => format!("{} is {}known", NUMBERS[*column], not(*negated)),
            Self::TextKnown { negated } => format!("job is {}", if *negated { "missing" } else { "known" }),
        }
    }

    fn verdict(&self, table: &Table, row: usize) -> Option<bool> {
        let number = |column: usize| table.numbers[column].2[row];
        let codes = &table.texts[0].1;
        match self {
            Self::All(parts) | Self::Any(parts) => {
                let verdicts: Vec<Option<bool>> = parts.iter().map(|part| part.verdict(table, row)).collect();
                let decisive = Some(matches!(self, Self::Any(_)));
                if verdicts.contains(&decisive) {
                    decisive
                } else if verdicts.contains(&None) {
                    None
                } else {
                    decisive.map(|verdict| !verdict)
                }
            }
            Self::Not(inner) => inner.verdict(table, row).map(|verdict| !verdict),
            Self::Number { column, comparison, value } => holds(*comparison, number(*column), *value),
            Self::Columns { left, comparison, right } => holds(*comparison, number(*left), number(*right)),
            Self::Range { column, low, high } => {
                let value = number(*column);
                (!value.is_nan()).then_some(value >= *low && value <= *high)
            }
            Self::OneOf { column, items, negated } => {
                let value = number(*column);
                (!value.is_nan()).then(|| items.contains(&value) != *negated)
            }
            Self::Text { level, negated } => {
                (codes[row] != MISSING).then(|| (codes[row] as usize == *level) != *negated)
            }
            Self::Contains(part) => {
                (codes[row] != MISSING).then(|| LEVELS[codes[row] as usize].to_lowercase().contains(part))
            }
            Self::Clusters { items, negated } => Some(items.contains(&table.labels[row]) != *negated),
            Self::Percentile { comparison, percent, within } => {
                if *within && codes[row] == MISSING {
                    return None;
                }
                let peers = (0..table.rows()).filter(|&other| !within || codes[other] == codes[row]);
                let mut known: Vec<f64> =
                    peers.map(|other| table.numbers[0].2[other]).filter(|value| !value.is_nan()).collect();
                known.sort_by(f64::total_cmp);
                if known.is_empty() {
                    return None;
                }
                let place = (known.len() - 1) as f64 * f64::from(*percent) / 100.0;
                let (low, high) = (known[place.floor() as usize], known[place.ceil() as usize]);
                holds(*comparison, number(0), low + (place - place.floor()) * (high - low))
            }
            Self::NumberKnown { column, negated } => Some(number(*column).is_nan() == *negated),
            Self::TextKnown { negated } => Some((codes[row] == MISSING) == *negated),
        }
    }
}

/// Few distinct values, so that ties, hits and misses all occur.
fn value() -> impl Strategy<Value = f64> {
    (-3_i32..4).prop_map(|half| f64::from(half) / 2.0)
}

fn says() -> impl Strategy<Value = Says> {
    let leaf = prop_oneof![
        (0_usize..3, 0_usize..6, value()).prop_map(|(column, comparison, value)| Says::Number {
            column,
            comparison,
            value
        }),
        (0_usize..3, 0_usize..6, 0_usize..3).prop_map(|(left, comparison, right)| Says::Columns {
            left,
            comparison,
            right
        }),
        (0_usize..3, value(), value()).prop_map(|(column, a, b)| Says::Range { column, low: a.min(b), high: a.max(b) }),
        (0_usize..3, prop::collection::vec(value(), 1..4), any::<bool>())
            .prop_map(|(column, items, negated)| Says::OneOf { column, items, negated }),
        (0_usize..3, any::<bool>()).prop_map(|(level, negated)| Says::Text { level, negated }),
        prop::sample::select(vec!["engineer", "a", "zzz"]).prop_map(Says::Contains),
        (prop::collection::vec(0_u16..3, 1..3), any::<bool>())
            .prop_map(|(items, negated)| Says::Clusters { items, negated }),
        (0_usize..4, 0_u32..=100, any::<bool>()).prop_map(|(comparison, percent, within)| Says::Percentile {
            comparison,
            percent,
            within
        }),
        (0_usize..3, any::<bool>()).prop_map(|(column, negated)| Says::NumberKnown { column, negated }),
        any::<bool>().prop_map(|negated| Says::TextKnown { negated }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Says::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Says::Any),
            inner.prop_map(|inner| Says::Not(Box::new(inner))),
        ]
    })
}

/// A table of random columns that [`generated_rule`]s are about.
pub(in crate::segments) fn generated_table() -> impl Strategy<Value = Table> {
    let cell = prop_oneof![4 => value(), 1 => Just(NAN), 1 => Just(-0.0)];
    let code = prop_oneof![3 => 0_u32..3, 1 => Just(MISSING)];
    prop::collection::vec(([cell.clone(), cell.clone(), cell], code, 0_u16..3), 0..150).prop_map(|rows| Table {
        numbers: ["first", "second one", "third.part"]
            .into_iter()
            .enumerate()
            .map(|(i, name)| (name, Kind::Plain, rows.iter().map(|row| row.0[i]).collect()))
            .collect(),
        texts: vec![("job", rows.iter().map(|row| row.1).collect(), strings(&LEVELS))],
        labels: rows.iter().map(|row| row.2).collect(),
        cluster_names: strings(&["a", "b", "c"]),
    })
}

/// The text of a rule about a [`generated_table`].
pub(in crate::segments) fn generated_rule() -> impl Strategy<Value = String> {
    says().prop_map(|says| says.text())
}

/// Fragments that make deeper ways into the parser than arbitrary characters do.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "pay",
        "experience",
        "job",
        "cluster",
        "and",
        "or",
        "not",
        "in",
        "between",
        "contains",
        "is",
        "missing",
        "known",
        "within",
        "p25",
        "p75",
        "..",
        "(",
        ")",
        ",",
        "<",
        ">=",
        "=",
        "!=",
        "!",
        "&",
        "|",
        "-",
        "₹",
        "Rs.",
        "45",
        "4.5",
        "1,234",
        ",00,000",
        "lakh",
        "cr",
        "y",
        "k",
        "pa",
        "\"a\"",
        "`b`",
        "'",
        "\"",
        "`",
        "e5",
        "%",
        ".5",
        " ",
    ]);
    prop::collection::vec((piece, prop::sample::select(vec!["", " "])), 0..30)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, space)| [piece, space]).collect())
}

fn survives(source: &str) -> Result<(), TestCaseError> {
    let table = table();
    for cursor in 0..=source.len() {
        let replace = complete(source, cursor, &table).replace;
        prop_assert!(source.get(replace.clone()).is_some() && replace.end <= cursor);
    }
    let error = match parse(source) {
        Ok(rule) => {
            let again = parse(rule.as_str());
            prop_assert_eq!(again.as_ref(), Ok(&rule), "{} from {}", rule, source);
            match (rule.bind(&table), again.unwrap_or(rule.clone()).bind(&table)) {
                (Ok(bound), Ok(again)) => {
                    prop_assert_eq!(bound.eval(), again.eval(), "{} from {}", rule, source);
                    return Ok(());
                }
                (Err(error), Err(_)) => error,
                _ => return Err(TestCaseError::fail(format!("{rule} binds otherwise than {source}"))),
            }
        }
        Err(error) => error,
    };
    prop_assert!(source.get(error.at.clone()).is_some(), "{:?} is no place in {:?}", error.at, source);
    prop_assert!(error.render(source).lines().count() >= 3);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_verdict_is_that_of_a_plain_reading(says in says(), table in generated_table()) {
        let source = says.text();
        let rule = parse(&source).map_err(|error| TestCaseError::fail(error.render(&source)))?;
        let again = parse(rule.as_str()).map_err(|error| TestCaseError::fail(error.render(rule.as_str())))?;
        prop_assert_eq!(&again, &rule);
        for rule in [rule, again] {
            let bound = rule.bind(&table).map_err(|error| TestCaseError::fail(error.render(&source)))?;
            let matches = bound.eval();
            for row in 0..table.rows() {
                prop_assert_eq!(matches.contains(row), says.verdict(&table, row) == Some(true), "{} row {}", rule, row);
            }
        }
    }

    #[test]
    fn arbitrary_text_is_never_a_panic(source in ".{0,60}") {
        survives(&source)?;
    }

    #[test]
    fn fragments_are_never_a_panic_and_round_trip(source in fragments()) {
        survives(&source)?;
    }
}

#[test]
fn thresholds_move_by_steps_of_their_column() {
    let table = table();
    for (source, clause, steps, moved) in [
        ("experience > 10 y and pay < 45 lakh", 0, 1, "experience > 11 y and pay < 45 lakh"),
        ("experience > 10 y and pay < 45 lakh", 1, -2, "experience > 10 y and pay < 43 lakh"),
        ("pay < 4.5 cr", 0, 1, "pay < 4.6 crore"),
        ("pay < 0.3 cr", 0, -1, "pay < 0.29 crore"),
        ("not pay < 120k", 0, 1, "not (pay < 130k)"),
        ("orgyear < 2016", 0, 3, "orgyear < 2019"),
        ("pay < p25 within role", 0, 2, "pay < p27 within role"),
        ("pay < p99", 0, 5, "pay < p100"),
        ("pay < 0", 0, -1, "pay < -1"),
    ] {
        let rule = parse(source).unwrap();
        assert_eq!(rule.nudged(clause, steps, &table).map(|rule| rule.to_string()).as_deref(), Some(moved));
    }
    for source in ["", "pay = 5 lakh", "job = a", "pay 5..10", "(pay < 5 or pay > 7)", "nowhere > 5", "pay > orgyear"] {
        assert_eq!(parse(source).unwrap().nudged(0, 1, &table), None, "{source}");
    }
    assert_eq!(parse("pay < 5").unwrap().nudged(1, 1, &table), None);
}

#[test]
fn completion_offers_what_may_stand_there() {
    let table = table();
    for (source, replaced, first) in [
        ("", "", "pay"),
        ("exp", "exp", "experience"),
        ("pay < 5 lakh and jo", "jo", "job"),
        ("pay ", "", ">"),
        ("job cont", "cont", "contains"),
        ("job = ", "", "\"Backend Engineer\""),
        ("job = full", "full", "\"FullStack Engineer\""),
        ("job = backend eng", "backend eng", "\"Backend Engineer\""),
        ("job = \"SE(", "\"SE(", "\"SE(R&D), senior\""),
        ("job in (\"Backend Engineer\", s", "s", "\"SE(R&D), senior\""),
        ("cluster = ", "", "0"),
        ("cluster = sen", "sen", "\"senior, high pay\""),
        ("pay < 45 ", "", "lakh"),
        ("pay < 45 l", "l", "lakh"),
        ("experience > 10 ", "", "y"),
        ("pay < 45 lakh ", "", "and"),
        ("pay < p25 within ", "", "job"),
        ("pay < p25 with", "with", "within"),
        ("pay < p25 ", "", "and"),
        ("experience 5..10 y ", "", "and"),
        ("job is ", "", "missing"),
        ("unn", "unn", "`Unnamed: 0`"),
        ("`Unn", "`Unn", "`Unnamed: 0`"),
        ("not (comp", "comp", "company"),
        ("pay between 5 lakh and ", "", ""),
    ] {
        let completion = complete(source, source.len(), &table);
        assert_eq!(&source[completion.replace.clone()], replaced, "{source}: {completion:?}");
        assert_eq!(completion.options.first().map_or("", String::as_str), first, "{source}: {completion:?}");
    }
}

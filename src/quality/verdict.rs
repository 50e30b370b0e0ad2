//! Which k, in words that can be read out: what each criterion chooses, and no more than was computed.
//!
//! No criterion here can say whether the rows fall apart at all: each would choose a k on smooth data
//! too. So no k is recommended, and clusters are called slices, until [`super::structure`] has tested that.

use super::{KQuality, Knee, knee};

/// A silhouette above this with a tiny cluster means that outliers were split off.
const SUSPICIOUS_SILHOUETTE: f64 = 0.9;
/// A cluster below this share of the rows is tiny.
const TINY_SHARE: f64 = 0.01;
/// Below so many rows every number here hangs on single rows.
const FEW_ROWS: usize = 30;

/// What one criterion chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Its standard name.
    pub name: String,
    /// The k it chooses, or `None` where it chooses none.
    pub k: Option<usize>,
    /// In which way, a phrase.
    pub why: String,
}

/// What is said where nothing was tested.
pub(super) const UNTESTED: &str = "Whether the rows really fall apart was not tested: the clusters are slices.";

/// What clusters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Parted from each other.
    Groups,
    /// Parts of a continuum; also while nothing was tested.
    Slices,
    /// Not even parts that come back.
    Nothing,
}

impl Kind {
    /// Its name in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Slices => "slices",
            Self::Nothing => "nothing",
        }
    }
}

/// The answer to "which k?", as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What clusters are.
    pub kind: Kind,
    /// The number of groups; `None` where there are none, or nothing was tested.
    pub k: Option<usize>,
    /// The k to look at: that of the groups, or one for slices.
    pub suggested_k: Option<usize>,
    /// One to three sentences.
    pub text: String,
    /// Silhouette, silhouette 1-SE, Calinski–Harabasz, Davies–Bouldin, elbow, in this order; then, where a sweep was
    /// held against reference tables, valleys, silhouette above the band, gap, prediction strength, stability; last the BIC
    /// of a Gaussian mixture, where one was asked for.
    pub criteria: Vec<Criterion>,
    /// The gravest reason for not trusting the numbers, where the text does not hold it yet.
    pub(super) caution: Option<String>,
}

/// The verdict on `qualities`, which ascend in k.
pub fn verdict(qualities: &[KQuality]) -> Verdict {
    let scores = Scores::new(qualities);
    let knee = knee(qualities);
    let criteria = vec![
        scores.largest(),
        scores.within_one_se(),
        extreme(qualities, "Calinski–Harabasz", "largest", |q| q.calinski_harabasz),
        extreme(qualities, "Davies–Bouldin", "smallest", |q| q.davies_bouldin.map(|index| -index)),
        elbow(qualities, &knee),
    ];
    let mut sentences = vec![choices(qualities, &scores, &criteria, &knee)];
    let gravest = grave(qualities);
    if qualities.iter().any(|q| q.k > 1) {
        sentences.extend(gravest.clone().or_else(|| caution(&scores)));
        sentences.push(UNTESTED.into());
    }
    let text = sentences.join(" ");
    Verdict { kind: Kind::Slices, k: None, suggested_k: None, text, criteria, caution: gravest }
}

/// One k with a silhouette.
#[derive(Clone, Copy, Debug)]
struct Score {
    k: usize,
    value: f64,
    se: f64,
}

/// The k's that have a silhouette, ascending, and which is the best (the smallest among equals).
struct Scores {
    all: Vec<Score>,
    best: Option<Score>,
    measured: String,
}

impl Scores {
    fn new(qualities: &[KQuality]) -> Self {
        let with = |q: &KQuality| q.silhouette.as_ref().map(|s| Score { k: q.k, value: s.value, se: s.se });
        let all: Vec<Score> = qualities.iter().filter_map(with).collect();
        let best = all.iter().copied().reduce(|best, score| if score.value > best.value { score } else { best });
        let of_best = best.and_then(|b| qualities.iter().find(|q| q.k == b.k)).and_then(|q| q.silhouette.as_ref());
        let measured = match of_best {
            Some(s) if s.exact => "exact".into(),
            Some(s) => format!("± {}, from {} rows measured against all", error(s.se), grouped(s.of)),
            None => String::new(),
        };
        Self { all, best, measured }
    }

    fn largest(&self) -> Criterion {
        let name = "silhouette";
        let Some(best) = self.best else { return none(name, "no k has a silhouette") };
        let value = plain(best.value);
        if self.all.len() < 2 {
            return none(name, &format!("only k = {} has one ({value}): nothing to compare", best.k));
        }
        let rising = if self.rising() { ", and still rising there, the largest k tried" } else { "" };
        Criterion { name: name.into(), k: Some(best.k), why: format!("largest, {value} ({}){rising}", self.measured) }
    }

    fn within_one_se(&self) -> Criterion {
        let name = "silhouette 1-SE";
        let (Some(best), true) = (self.best, self.all.len() >= 2) else { return none(name, "nothing to compare") };
        let why = if best.se > 0.0 {
            format!("smallest k within one standard error of the best ({} − {})", plain(best.value), error(best.se))
        } else {
            "the largest: an exact silhouette has no standard error".into()
        };
        Criterion { name: name.into(), k: self.near_best().first().copied(), why }
    }

    /// The k's whose silhouette is at least the best one less its standard error.
    fn near_best(&self) -> Vec<usize> {
        let Some(best) = self.best else { return Vec::new() };
        self.all.iter().filter(|score| score.value >= best.value - best.se).map(|score| score.k).collect()
    }

    /// Whether the best k is the largest of several, so that a larger one might be better still.
    fn rising(&self) -> bool {
        self.all.len() >= 2 && self.all.last().map(|score| score.k) == self.best.map(|best| best.k)
    }
}

fn none(name: &str, why: &str) -> Criterion {
    Criterion { name: name.into(), k: None, why: why.into() }
}

/// The k with the largest `score`, the smallest k among equals.
fn extreme(qualities: &[KQuality], name: &str, which: &str, score: impl Fn(&KQuality) -> Option<f64>) -> Criterion {
    let scores: Vec<(usize, f64)> = qualities.iter().filter_map(|q| score(q).map(|s| (q.k, s))).collect();
    let best = scores.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best });
    match best {
        Some((k, value)) if scores.len() >= 2 => {
            Criterion { name: name.into(), k: Some(k), why: format!("{which}, {}", significant(value.abs())) }
        }
        Some((k, _)) => none(name, &format!("only k = {k} has one: nothing to compare")),
        None => none(name, "not defined for any k tried"),
    }
}

fn elbow(qualities: &[KQuality], knee: &Knee) -> Criterion {
    let largest = qualities.last().map_or(0, |q| q.k);
    let why = match knee.k {
        _ if qualities.len() < 4 => "fewer than four k's make no curve".into(),
        None => "no elbow: the WCSS curve bends nowhere by more than a step".into(),
        Some(_) if knee.if_stopped_at.is_empty() => format!("farthest below the chord, with k up to {largest}"),
        Some(_) if knee.stays() => "farthest below the chord, and the same for smaller largest k's".into(),
        Some(_) => format!("farthest below the chord, but it moves: {}", moves(knee)),
    };
    Criterion { name: "elbow".into(), k: knee.k, why }
}

/// "2 if k stopped at 6, 3 at 8": where a shorter sweep would have put the elbow.
fn moves(knee: &Knee) -> String {
    let mut said = String::new();
    let moved = knee.if_stopped_at.iter().filter(|&&(_, k)| k != knee.k);
    for (i, (horizon, k)) in moved.enumerate() {
        let k = k.map_or_else(|| "none".into(), |k| k.to_string());
        let joint = if i == 0 { format!("{k} if k stopped at {horizon}") } else { format!(", {k} at {horizon}") };
        said.push_str(&joint);
    }
    said
}

/// "2 or 3": the other places that shorter sweeps would have given to the elbow.
fn earlier(knee: &Knee) -> String {
    let mut others: Vec<Option<usize>> = knee.if_stopped_at.iter().map(|&(_, k)| k).filter(|&k| k != knee.k).collect();
    others.sort_unstable();
    others.dedup();
    let said: Vec<String> = others.iter().map(|k| k.map_or_else(|| "none".into(), |k| k.to_string())).collect();
    said.join(" or ")
}

/// The first sentence: which criteria choose which k.
fn choices(qualities: &[KQuality], scores: &Scores, criteria: &[Criterion], knee: &Knee) -> String {
    let fitted: Vec<usize> = qualities.iter().map(|q| q.k).filter(|&k| k > 1).collect();
    match (fitted.len(), scores.all.first()) {
        (0, _) => return "Only one cluster was tried: there is no k to compare.".into(),
        (1, Some(only)) => {
            return format!("Only k = {} was tried: its silhouette is {}.", only.k, plain(only.value));
        }
        _ => {}
    }
    let by_k = votes(criteria);
    let no_elbow = if knee.k.is_none() && qualities.len() >= 4 { "; there is no elbow" } else { "" };
    let elbow_moves = if knee.stays() { String::new() } else { format!(" ({} had k stopped earlier)", earlier(knee)) };
    let choose = |names: &[&str], said: &str| {
        let moves = if names.contains(&"elbow") { &elbow_moves[..] } else { "" };
        format!("{}{said}{moves}", listed(names))
    };
    match &by_k[..] {
        [] => "No criterion chooses a k.".into(),
        [(k, names)] if names.len() == 1 => {
            format!("Only the {}{no_elbow}.", choose(names, &format!(" chooses a k: {k}")))
        }
        [(k, names)] => format!("{}{no_elbow}.", capital(&choose(names, &format!(" agree on k = {k}")))),
        [(first, most), others @ ..] => {
            let total: usize = by_k.iter().map(|(_, names)| names.len()).sum();
            let lead = if most.len() * 2 > total { "Most criteria agree" } else { "The criteria disagree" };
            let verb = if most.len() > 1 { "choose" } else { "chooses" };
            let mut said = vec![choose(most, &format!(" {verb} k = {first}"))];
            said.extend(others.iter().map(|(k, names)| choose(names, &format!(" {k}"))));
            format!("{lead}: {}{no_elbow}.", said.join(", "))
        }
    }
}

/// Which criteria chose each k: the k with most first, then the smaller. The two silhouette criteria
/// are one where they agree: they are one number, not two witnesses.
fn votes(criteria: &[Criterion]) -> Vec<(usize, Vec<&str>)> {
    let mut by_k: Vec<(usize, Vec<&str>)> = Vec::new();
    for (i, criterion) in criteria.iter().enumerate() {
        let Some(k) = criterion.k else { continue };
        if i == 1 && criteria[0].k == Some(k) {
            continue;
        }
        match by_k.iter_mut().find(|(other, _)| *other == k) {
            Some((_, names)) => names.push(&criterion.name),
            None => by_k.push((k, vec![&criterion.name])),
        }
    }
    by_k.sort_by_key(|(k, names)| (std::cmp::Reverse(names.len()), *k));
    by_k
}

/// A reason for not trusting any of the numbers, if there is one.
fn grave(qualities: &[KQuality]) -> Option<String> {
    let rows = qualities.last()?.rows;
    if rows < FEW_ROWS {
        return Some(format!("With {rows} rows, every one of these numbers hangs on single rows."));
    }
    split_off(qualities)
}

/// What makes the choice of the silhouette doubtful, if anything does.
fn caution(scores: &Scores) -> Option<String> {
    if scores.rising() {
        let largest = scores.best?.k;
        return Some(format!("The silhouette still rises at k = {largest}, the largest tried."));
    }
    let near: Vec<String> = scores.near_best().iter().map(ToString::to_string).collect();
    let near: Vec<&str> = near.iter().map(String::as_str).collect();
    match near.len() {
        0 | 1 => None,
        n if n == scores.all.len() => Some("The silhouettes differ by no more than their standard error.".into()),
        _ => Some(format!("By the silhouette, k = {} lie within one standard error.", listed(&near))),
    }
}

/// The k with the largest silhouette among those that owe it to a tiny cluster.
fn split_off(qualities: &[KQuality]) -> Option<String> {
    let suspicious = |q: &&KQuality| {
        q.silhouette.as_ref().is_some_and(|s| s.value > SUSPICIOUS_SILHOUETTE) && q.smallest_share() < TINY_SHARE
    };
    let value = |q: &KQuality| q.silhouette.as_ref().map_or(0.0, |s| s.value);
    let worst = qualities.iter().filter(suspicious).reduce(|a, b| if value(b) > value(a) { b } else { a })?;
    let rows = if worst.smallest == 1 { "row" } else { "rows" };
    Some(format!(
        "At k = {} the silhouette of {} is that of outliers split off: a cluster has only {} {rows} ({}).",
        worst.k,
        plain(value(worst)),
        grouped(worst.smallest as usize),
        percent(worst.smallest_share()),
    ))
}

/// "a", "a and b", "a, b and c".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).into(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number within −1..=1 with two digits, without the zero: `.31`, `−.05`, `1.00`.
pub(super) fn plain(value: f64) -> String {
    let digits = format!("{:.2}", value.abs());
    let sign = if value < 0.0 && digits != "0.00" { "−" } else { "" };
    format!("{sign}{}", digits.strip_prefix('0').unwrap_or(&digits))
}

/// A standard error with two digits that say something: `.02`, `.004`.
fn error(se: f64) -> String {
    match se {
        se if se >= 0.01 => plain(se),
        se if se >= 0.0005 => format!("{se:.3}").trim_start_matches('0').into(),
        _ => "less than .001".into(),
    }
}

/// Thousands parted by commas.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut said = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// A whole number from 100 up, else two decimals.
fn significant(value: f64) -> String {
    if value >= 100.0 { grouped(value.round() as usize) } else { format!("{value:.2}") }
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 0.01 {
        "< 0.01 %".into()
    } else if percent < 0.1 {
        format!("{percent:.2} %")
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
pub(in crate::quality) mod tests {
    use super::*;
    use crate::quality::Silhouette;

    /// A k of which nothing is known yet, on 1,000 rows.
    pub fn quality(k: usize) -> KQuality {
        KQuality {
            k,
            rows: 1_000,
            wcss: 0.0,
            wcss_share: 1.0 / k as f64,
            silhouette: None,
            calinski_harabasz: None,
            davies_bouldin: None,
            smallest: 100,
        }
    }

    fn silhouette(value: f64, se: f64) -> Option<Silhouette> {
        let exact = se == 0.0;
        let of = if exact { 1_000 } else { 1_234 };
        Some(Silhouette { value, se, of, exact, per_cluster: Vec::new(), per_cluster_se: Vec::new(), per_row: None })
    }

    /// k = 1 and then one k per (silhouette, Calinski–Harabasz, Davies–Bouldin).
    fn sweep(se: f64, scores: &[(f64, f64, f64)]) -> Vec<KQuality> {
        let mut all = vec![quality(1)];
        all.extend(scores.iter().enumerate().map(|(i, &(s, ch, db))| KQuality {
            silhouette: silhouette(s, se),
            calinski_harabasz: Some(ch),
            davies_bouldin: Some(db),
            ..quality(i + 2)
        }));
        all
    }

    fn chosen(verdict: &Verdict) -> Vec<Option<usize>> {
        verdict.criteria.iter().map(|criterion| criterion.k).collect()
    }

    const SLICES: &str = "Whether the rows really fall apart was not tested: the clusters are slices.";

    #[test]
    fn says_that_all_agree() {
        let mut all = sweep(0.0, &[(0.3, 10.0, 2.0), (0.7, 90.0, 0.5), (0.4, 50.0, 1.0), (0.3, 40.0, 1.5)]);
        for (q, share) in all.iter_mut().zip([1.0, 0.5, 0.1, 0.08, 0.06]) {
            q.wcss_share = share;
        }
        let found = verdict(&all);
        assert_eq!(chosen(&found), [Some(3); 5]);
        let agree = "Silhouette, Calinski–Harabasz, Davies–Bouldin and elbow agree on k = 3.";
        assert_eq!(found.text, format!("{agree} {SLICES}"));
        assert_eq!(found.criteria[0].why, "largest, .70 (exact)");
        assert_eq!(found.k, None);
    }

    #[test]
    fn says_who_disagrees_and_that_the_elbow_moves() {
        let mut scores = vec![(0.30, 10.0, 1.5), (0.28, 12.0, 1.4)];
        scores.extend([(0.25, 14.0, 1.3); 16]);
        scores[6].2 = 0.9;
        scores[3].1 = 20.0;
        let found = verdict(&sweep(0.01, &scores));
        assert_eq!(chosen(&found), [Some(2), Some(2), Some(5), Some(8), Some(4)]);
        let first = "The criteria disagree: silhouette chooses k = 2, elbow 4 (2 or 3 had k stopped earlier), \
                     Calinski–Harabasz 5, Davies–Bouldin 8.";
        assert_eq!(found.text, format!("{first} {SLICES}"));
        let moves = "farthest below the chord, but it moves: 2 if k stopped at 6, 3 at 8, 3 at 12";
        assert_eq!(found.criteria[4].why, moves);
        assert_eq!(found.criteria[0].why, "largest, .30 (± .01, from 1,234 rows measured against all)");
    }

    #[test]
    fn one_standard_error_prefers_the_smaller_k_and_says_so() {
        let found = verdict(&sweep(0.02, &[(0.30, 10.0, 1.5), (0.31, 9.0, 1.4), (0.25, 8.0, 1.3)]));
        assert_eq!(chosen(&found)[..2], [Some(3), Some(2)]);
        assert!(found.text.contains("By the silhouette, k = 2 and 3 lie within one standard error."), "{}", found.text);
        let flat = verdict(&sweep(0.02, &[(0.30, 10.0, 1.5), (0.31, 9.0, 1.4), (0.305, 8.0, 1.3)]));
        assert!(flat.text.contains("differ by no more than their standard error"), "{}", flat.text);
    }

    #[test]
    fn warns_of_outliers_split_off() {
        let mut all = sweep(0.0, &[(0.97, 10.0, 0.1), (0.4, 9.0, 1.4), (0.3, 8.0, 1.3)]);
        all[1].smallest = 3;
        let found = verdict(&all);
        let warning =
            "At k = 2 the silhouette of .97 is that of outliers split off: a cluster has only 3 rows (0.3 %).";
        assert!(found.text.contains(warning), "{}", found.text);
        all[1].smallest = 20;
        assert!(!verdict(&all).text.contains("outliers"));
    }

    #[test]
    fn warns_when_the_best_is_the_largest_tried() {
        let found = verdict(&sweep(0.0, &[(0.2, 10.0, 1.5), (0.3, 9.0, 1.4), (0.4, 8.0, 1.3)]));
        assert!(found.text.contains("The silhouette still rises at k = 4, the largest tried."), "{}", found.text);
    }

    #[test]
    fn has_something_to_say_about_little() {
        let nothing = verdict(&[]);
        assert_eq!(nothing.text, "Only one cluster was tried: there is no k to compare.");
        assert_eq!(verdict(&sweep(0.0, &[])).text, nothing.text);
        let two = verdict(&sweep(0.0, &[(0.41, 9.0, 1.0)]));
        assert_eq!(two.text, format!("Only k = 2 was tried: its silhouette is .41. {SLICES}"));
        assert_eq!(chosen(&two), [None; 5]);
        let mut few = sweep(0.0, &[(0.41, 9.0, 1.0), (0.5, 10.0, 0.5)]);
        few.iter_mut().for_each(|q| q.rows = 7);
        assert!(verdict(&few).text.contains("With 7 rows, every one of these numbers hangs on single rows."));
        let unmeasured = [quality(1), quality(2), quality(3), quality(4)];
        assert!(verdict(&unmeasured).text.starts_with("No criterion chooses a k."), "{}", verdict(&unmeasured).text);
    }

    #[test]
    fn never_speaks_of_groups() {
        let tables = [
            sweep(0.0, &[]),
            sweep(0.0, &[(0.99, 9.0, 0.01)]),
            sweep(0.01, &[(0.99, 9.0, 0.01), (0.3, 8.0, 0.5), (0.2, 7.0, 0.6)]),
        ];
        for table in &tables {
            let found = verdict(table);
            assert!(!found.text.contains("group") && found.k.is_none(), "{}", found.text);
        }
    }
}

//! The verdict once a sweep was held against reference tables and other rows: groups, slices, or nothing.

use super::{Evidence, KEvidence, Part};
use crate::quality::verdict::{Criterion, Kind, UNTESTED, Verdict, plain, verdict};
use crate::quality::{KQuality, knee};

/// Bootstrap Jaccard from which a cluster is stable, and from which it is at least doubtful (Hennig 2007).
pub const STABLE: f64 = 0.75;
const DOUBTFUL: f64 = 0.6;
/// Prediction strength that a k must have (Tibshirani & Walther 2005).
const STRONG: f64 = 0.8;
/// Clusters that explain so much of a discrete column's variance are its levels.
const LEVELS: f64 = 0.98;
/// What is said while reference tables are still fitted.
const BEING_TESTED: &str = "Whether the rows really fall apart is being tested.";
/// A k that explains so much of the total sum of squares is enough for slices.
const EXPLAINED: f64 = 0.6;
/// Groups are there where so many k show them, or one whose every cluster is one and comes back. (By chance two of ten k
/// divide a real group once more.)
const SEEN_AT: usize = 3;
/// How clear valleys must be, see [`KEvidence::clearness`], over all k together. Chance brings one k or two with a dip a
/// tenth to a third beyond that of the reference tables, the halves of an arc up to 1.7 in all, two groups of which 1 %
/// overlap 13 and more; of which 3 to 4 %, anything from 1.5 to 9.
const CLEAR: f64 = 2.5;

impl KEvidence {
    /// Jaccard index of the cluster that comes back least.
    pub fn least_stable(&self) -> Option<f64> {
        self.stability.as_ref()?.jaccard.first().copied()
    }

    /// Whether the groups that its clusters make up come back on other rows.
    fn groups_come_back(&self) -> bool {
        self.stability.as_ref().and_then(|s| s.groups.first()).is_none_or(|least| *least >= STABLE)
    }

    /// By how much the dip of the deepest valley goes beyond that of the reference tables, in multiples of theirs, if what
    /// it parts comes back on other rows; 0 where nothing parts.
    fn clearness(&self) -> f64 {
        match (self.joins.last(), self.null_dip) {
            (Some(join), Some(null)) if self.groups() > 1 && self.groups_come_back() => join.dip / null - 1.0,
            _ => 0.0,
        }
    }

    /// How far the sample's silhouette lies above the band.
    fn above_band(&self) -> Option<f64> {
        Some(self.silhouette? - self.null_silhouette?[1]).filter(|above| *above > 0.0)
    }
}

/// The verdict on qualities (ascending in k) with what the evidence says of them.
pub fn judge(qualities: &[KQuality], evidence: &Evidence) -> Verdict {
    let plain_verdict = verdict(qualities);
    if evidence.ks.iter().all(|k| k.k < 2) {
        return plain_verdict;
    }
    if evidence.ks.iter().all(|k| k.stability.is_none()) {
        let text = plain_verdict.text.replace(UNTESTED, BEING_TESTED);
        return Verdict { text, ..plain_verdict };
    }
    let ks = &evidence.ks;
    let followed = |k: usize| {
        let (part, share) = ks.iter().find(|e| e.k == k)?.follows?;
        Some((evidence.parts.get(part)?, share))
    };
    let groups = groups(ks);
    let suggested = suggested(qualities, ks);
    let mut criteria = plain_verdict.criteria;
    criteria.extend(more_criteria(ks, groups));
    let k = groups.map(|(number, _)| number);
    let (kind, suggested_k, text) = match (groups, suggested) {
        (Some((number, at)), _) => (Kind::Groups, Some(at.k), groups_text(number, at, qualities)),
        (None, Some((k, why))) => (Kind::Slices, Some(k), slices_text(k, &why, ks, followed(k))),
        (None, None) => (Kind::Nothing, None, nothing_text(ks)),
    };
    let mut sentences = vec![text];
    sentences.extend(plain_verdict.caution);
    sentences.extend(dissent(suggested_k, &criteria, ks, qualities));
    Verdict { kind, k, suggested_k, text: sentences.join(" "), criteria, caution: None }
}

/// How many groups there are, and the smallest k that shows them; `None` where there are none.
fn groups(ks: &[KEvidence]) -> Option<(usize, &KEvidence)> {
    if ks.iter().map(KEvidence::clearness).sum::<f64>() < CLEAR {
        return None;
    }
    let most = ks.last().map_or(0, |k| k.k);
    (2..=most).rev().find_map(|number| {
        let could = ks.iter().filter(|k| k.k >= number);
        let seen: Vec<&KEvidence> = could.clone().filter(|k| k.groups() >= number && k.groups_come_back()).collect();
        // A k may show more groups than are believed; those are told of where as many are seen.
        let first = seen.iter().find(|k| k.groups() == number).or(seen.first()).copied()?;
        let several = seen.len() >= SEEN_AT.min(could.count());
        let by_itself = first.k == number && first.least_stable() >= Some(STABLE);
        (several || (number > 2 && by_itself)).then_some((number, first))
    })
}

/// The k for slices, and why that.
fn suggested(qualities: &[KQuality], ks: &[KEvidence]) -> Option<(usize, String)> {
    let explained = |k: usize| qualities.iter().find(|q| q.k == k).map_or(0.0, |q| 1.0 - q.wcss_share);
    let stable = |least: f64| ks.iter().filter(move |k| k.k > 1 && k.least_stable().is_some_and(|j| j >= least));
    let said = |k: &KEvidence| plain(k.least_stable().unwrap_or(0.0));
    if let Some(k) = stable(STABLE).find(|k| explained(k.k) >= EXPLAINED) {
        return Some((k.k, format!("is the smallest that explains 60 % and comes back on other rows ({})", said(k))));
    }
    let most = stable(STABLE).max_by(|a, b| explained(a.k).total_cmp(&explained(b.k)));
    if let Some(k) = most {
        let percent = 100.0 * explained(k.k);
        return Some((
            k.k,
            format!("explains most ({percent:.0} %) of those that come back on other rows ({})", said(k)),
        ));
    }
    let best =
        stable(DOUBTFUL).max_by(|a, b| a.least_stable().unwrap_or(0.0).total_cmp(&b.least_stable().unwrap_or(0.0)));
    best.map(|k| (k.k, format!("comes back best on other rows, though not well ({})", said(k))))
}

fn number(k: usize) -> String {
    const WORDS: [&str; 11] =
        ["Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
    k.checked_sub(2).and_then(|at| WORDS.get(at)).map_or_else(|| k.to_string(), |word| (*word).to_owned())
}

fn groups_text(number: usize, found: &KEvidence, qualities: &[KQuality]) -> String {
    let words = self::number(number);
    let mut said = if found.k == number {
        format!("{words} groups: at k = {number} every cluster is parted from its neighbours")
    } else {
        format!(
            "{words} groups, which K-Means shows from k = {} on, where some clusters are slices of one: {}",
            found.k,
            sharing(found)
        )
    };
    match found.above_band() {
        Some(_) => said += ", above the band",
        None if found.null_silhouette.is_some() => said += ", though its silhouette is not above the band",
        None => {}
    }
    match found.least_stable() {
        Some(least) if least >= STABLE => said += &format!(", stable ({})", plain(least)),
        Some(least) => said += &format!(", though not every cluster comes back on other rows ({})", plain(least)),
        None => {}
    }
    let strength = qualities.iter().find(|q| q.k == found.k).map_or(0.0, |q| 100.0 * (1.0 - q.wcss_share));
    said += &format!(". These {} clusters explain {strength:.0} %.", found.k);
    said
}

fn slices_text(k: usize, why: &str, ks: &[KEvidence], followed: Option<(&Part, f64)>) -> String {
    let parted = ks.iter().find(|e| e.k == k).map_or(0, KEvidence::parted);
    let first = format!("Slices, not groups: {} ({parted}/{k} at k = {k}).", why_not_groups(ks));
    let levels = followed.map(|(part, share)| match share {
        share if share >= LEVELS => format!(" There the clusters are the levels of {}.", part.name),
        _ => format!(" There the clusters mostly follow the levels of {}.", part.name),
    });
    format!("{first} k = {k} {why}: useful for targeting, not a discovery.{}", levels.unwrap_or_default())
}

fn nothing_text(ks: &[KEvidence]) -> String {
    let best = ks.iter().filter_map(|k| Some((k.least_stable()?, k.k))).max_by(|a, b| a.0.total_cmp(&b.0));
    let best = best.map(|(least, k)| format!(" (best: {} at k = {k})", plain(least))).unwrap_or_default();
    format!("Nothing: {}, and no k comes back on other rows{best}.", why_not_groups(ks))
}

/// The smallest k whose every cluster is parted.
fn all_parted(ks: &[KEvidence]) -> Option<usize> {
    ks.iter().find(|k| k.k > 1 && k.parted() == k.k).map(|k| k.k)
}

/// Why there are no groups.
fn why_not_groups(ks: &[KEvidence]) -> String {
    match all_parted(ks) {
        Some(k) => format!("the valleys at k = {k} are too shallow or too rare to be believed"),
        None => "no k parts its clusters from their neighbours".to_owned(),
    }
}

/// Which clusters belong together.
fn sharing(found: &KEvidence) -> String {
    let group_of = found.group_of().unwrap_or_default();
    let of = |group: usize| -> Vec<String> {
        (0..group_of.len()).filter(|cluster| group_of[*cluster] == group).map(|cluster| cluster.to_string()).collect()
    };
    let shared = (0..found.groups()).map(of).filter(|clusters| clusters.len() > 1);
    let words = shared.map(|clusters| match clusters.split_last() {
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    });
    words.collect::<Vec<_>>().join("; ")
}

/// What the additional criteria choose.
fn more_criteria(ks: &[KEvidence], parted: Option<(usize, &KEvidence)>) -> Vec<Criterion> {
    let criterion = |name: &str, k: Option<usize>, why: String| Criterion { name: name.to_owned(), k, why };
    let most = ks.iter().filter(|k| k.k > 1).max_by_key(|k| (100 * k.parted() / k.k, std::cmp::Reverse(k.k)));
    let above =
        ks.iter().filter_map(|k| Some((k.above_band()?, k.k))).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let gap = gap_rule(ks);
    let strong = ks.iter().rev().find(|k| k.prediction_strength.is_some_and(|strength| strength >= STRONG));
    let stable = ks.iter().rev().find(|k| k.least_stable().is_some_and(|least| least >= STABLE));
    vec![
        match (parted, most) {
            (Some((number, at)), _) if at.k == number => {
                criterion("valleys", Some(number), "every cluster is parted from its neighbours".into())
            }
            (Some((number, at)), _) => criterion(
                "valleys",
                Some(number),
                format!("groups that stay apart at k = {}, slices of one put together", at.k),
            ),
            (None, Some(_)) if all_parted(ks).is_some() => criterion("valleys", None, why_not_groups(ks)),
            (None, Some(k)) => {
                criterion("valleys", None, format!("no k parts all: at most {} of {} at k = {}", k.parted(), k.k, k.k))
            }
            (None, None) => criterion("valleys", None, "only one cluster was tried".into()),
        },
        match above {
            Some((by, k)) => {
                criterion("silhouette above the band", Some(k), format!("farthest above, by {}", plain(by)))
            }
            None => criterion("silhouette above the band", None, "ungrouped data have it as large".into()),
        },
        match gap {
            Some(1) => criterion("gap", None, "k = 1: two clusters gain no more than in ungrouped data".into()),
            Some(k) => criterion("gap", Some(k), "smallest k with gap(k) ≥ gap(k+1) − s(k+1)".into()),
            None => criterion("gap", None, "it still rises at the largest k tried".into()),
        },
        match strong {
            Some(k) if k.k > 1 => {
                criterion("prediction strength", Some(k.k), format!("largest k with at least {}", plain(STRONG)))
            }
            _ => criterion("prediction strength", None, format!("no k has {}", plain(STRONG))),
        },
        match stable {
            Some(k) => criterion(
                "stability",
                Some(k.k),
                format!("largest k whose every cluster comes back, {} or more", plain(STABLE)),
            ),
            None => criterion("stability", None, "at every k some cluster dissolves on other rows".into()),
        },
    ]
}

/// Tibshirani's rule: the smallest k with gap(k) ≥ gap(k+1) − s(k+1).
fn gap_rule(ks: &[KEvidence]) -> Option<usize> {
    ks.windows(2).find_map(|pair| {
        let (this, next) = (pair[0].gap?, pair[1].gap?);
        (this.value >= next.value - next.se).then_some(pair[0].k)
    })
}

/// Who would have chosen otherwise, and why that does not count.
fn dissent(chosen: Option<usize>, criteria: &[Criterion], ks: &[KEvidence], qualities: &[KQuality]) -> Option<String> {
    let silhouette = criteria.first()?.k.filter(|k| Some(*k) != chosen);
    let in_band = |k: usize| {
        ks.iter().find(|e| e.k == k).is_some_and(|e| e.null_silhouette.is_some() && e.above_band().is_none())
    };
    let elbow = knee(qualities);
    if let Some(k) = silhouette.filter(|k| in_band(*k)) {
        return Some(format!("The silhouette alone would choose {k}, where ungrouped data have it as large."));
    }
    if let Some(k) = silhouette {
        let parted = ks.iter().find(|e| e.k == k).map_or(0, KEvidence::parted);
        return Some(format!("The silhouette alone would choose {k} ({parted}/{k} parted)."));
    }
    match elbow.k {
        Some(_) if !elbow.stays() => {
            let others: Vec<String> = elbow
                .if_stopped_at
                .iter()
                .filter(|(_, k)| *k != elbow.k)
                .map(|(at, k)| format!("{} if k stops at {at}", k.map_or_else(|| "none".to_owned(), |k| k.to_string())))
                .collect();
            Some(format!("The elbow alone does not decide: {}.", others.join(", ")))
        }
        _ => None,
    }
}

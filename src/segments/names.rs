//! Names from what sets a cluster apart.

use super::profile::{How, Profile};
use crate::table::role::Role;

/// Nearer to the rest than this (in standard deviations) a cluster is in the middle.
const NEAR: f64 = 0.35;

/// Names every cluster; no two share a name.
pub(super) fn name(profiles: &mut [Profile]) {
    let k = profiles.len();
    let mut taken: Vec<String> = Vec::new();
    for profile in profiles.iter_mut() {
        let words = words(profile, k);
        let mut name = None;
        for n in 1..=words.len() {
            // Two words tell enough; more only where two clusters would share them.
            let candidate = words[..n].join(", ");
            if (n >= 2.min(words.len())) && !taken.contains(&candidate) {
                name = Some(candidate);
                break;
            }
        }
        let base = name.unwrap_or_else(|| words.join(", "));
        let mut unique = base.clone();
        let mut number = 2;
        while taken.contains(&unique) {
            unique = format!("{base} ({number})");
            number += 1;
        }
        taken.push(unique.clone());
        profile.name = unique;
    }
}

/// Short words for a cluster, the most telling first; never empty.
fn words(profile: &Profile, k: usize) -> Vec<String> {
    if k == 1 {
        return vec!["everybody".to_owned()];
    }
    let mut words = Vec::new();
    if profile.cluster == 0 && profile.pay_for_experience.is_some_and(|z| z < -NEAR) {
        words.push("paid least for experience".to_owned());
    }
    let learners_table = profile.number(Role::Pay).is_some() && profile.number(Role::Experience).is_some();
    if let Some(experience) = profile.number(Role::Experience).filter(|n| n.apart.abs() >= NEAR) {
        let word = match experience.apart {
            z if z >= 1.0 => "senior",
            z if z > 0.0 => "experienced",
            z if z <= -0.8 => "early",
            _ => "junior",
        };
        words.push(word.to_owned());
    }
    if let Some(pay) = profile.number(Role::Pay).filter(|n| n.apart.abs() >= NEAR) {
        let word = match pay.apart {
            z if z >= 1.5 => "very high pay",
            z if z > 0.0 => "high pay",
            z if z <= -1.5 => "very low pay",
            _ => "low pay",
        };
        words.push(word.to_owned());
    }
    let own = profile
        .categories
        .iter()
        .flat_map(|c| &c.top)
        .filter(|level| level.lift >= 1.5 && level.share >= 0.3)
        .max_by(|a, b| a.share.total_cmp(&b.share));
    if let Some(level) = own {
        words.push(level.level.chars().take(24).collect());
    }
    if !learners_table {
        for apart in profile.apart().iter().filter(|a| a.input).take(3) {
            match apart.how {
                How::Deviations(z) if z >= NEAR => words.push(format!("high {}", apart.what)),
                How::Deviations(z) if z <= -NEAR => words.push(format!("low {}", apart.what)),
                _ => {}
            }
        }
    }
    if words.is_empty() {
        words.push("broad middle".to_owned());
        let strongest = profile.apart().into_iter().find(|a| a.input);
        if let Some(How::Deviations(z)) = strongest.as_ref().map(|a| a.how) {
            let what = strongest.map(|a| a.what).unwrap_or_default();
            words.push(format!("{} {what}", if z > 0.0 { "higher" } else { "lower" }));
        }
        words.truncate(1);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::profile::NumberProfile;

    fn profile(cluster: usize, residual: f64, pay: f64, experience: f64) -> Profile {
        let number = |role, column: &str, apart| NumberProfile {
            column: column.to_owned(),
            role,
            input: true,
            assumed: false,
            mean: 0.0,
            median: 0.0,
            q1: 0.0,
            q3: 0.0,
            apart,
            from_mean: 0.0,
            eta_squared: 0.0,
        };
        Profile {
            cluster,
            name: String::new(),
            used_rows: 10,
            source_rows: 10,
            learners: None,
            share: 0.25,
            numbers: vec![number(Role::Pay, "ctc", pay), number(Role::Experience, "experience", experience)],
            categories: Vec::new(),
            pay_for_experience: Some(residual),
        }
    }

    #[test]
    fn names_say_what_sets_apart_and_differ() {
        let mut profiles = vec![
            profile(0, -1.9, -1.0, 1.4),
            profile(1, 0.1, -0.9, -0.9),
            profile(2, 0.1, 0.1, 0.1),
            profile(3, 0.8, 1.6, 1.2),
            profile(4, 0.8, 1.7, 1.3),
        ];
        name(&mut profiles);
        let names: Vec<&str> = profiles.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "paid least for experience, senior",
                "early, low pay",
                "broad middle",
                "senior, very high pay",
                "senior, very high pay (2)"
            ]
        );
    }
}

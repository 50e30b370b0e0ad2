//! A rule as a funnel: what each of its clauses does.

use super::rule::{Bound, Clause, Mask, percent_below};

/// A clause that keeps at least this share is hardly a filter.
pub(super) const HARDLY: f64 = 0.9;

/// One clause of a rule. Counts are rows of the table that the rule was bound to (the used rows).
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelClause {
    /// The clause in canonical text.
    pub text: String,
    /// Rows that passed all earlier clauses and pass this one.
    pub pass: usize,
    /// Rows that passed all earlier clauses and do not pass this one; what is unknown does not pass.
    pub fail: usize,
    /// Where the threshold lies: percent (0…100) of all used rows with a known value whose value is below it,
    /// for `<` and `>` alike. `None` unless the clause is one comparison by order with one number.
    pub percentile: Option<f64>,
    /// Share of the rows that came this far which pass, `pass / (pass + fail)`; 0 where no row came this far.
    pub keeps: f64,
    /// Whether the clause keeps 90 % or more of what came this far.
    pub hardly: bool,
    /// Rows that pass all *other* clauses: how many would match if this one were dropped.
    pub without: usize,
}

/// A rule's clauses in their order, and the rows that pass them all.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    /// Number of rows that the funnel starts with.
    pub rows: usize,
    /// One per clause; empty for the rule that matches everybody.
    pub clauses: Vec<FunnelClause>,
    /// The rows that match the whole rule.
    pub matches: Mask,
    /// The rows that each clause lets pass, whatever the others say.
    pub passing: Vec<Mask>,
}

impl Funnel {
    /// Rows that one clause alone keeps out: they pass all others.
    pub fn only_this_fails(&self, clause: usize) -> usize {
        self.clauses.get(clause).map_or(0, |c| c.without.saturating_sub(self.matches.count()))
    }

    /// The clauses that a row does not pass, ascending; empty where it matches.
    pub fn failed(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        self.passing.iter().enumerate().filter(move |(_, mask)| !mask.contains(row)).map(|(clause, _)| clause)
    }
}

/// Counts what each clause of a rule does.
pub fn funnel(bound: &Bound<'_>) -> Funnel {
    let rows = bound.rows();
    let passing: Vec<Mask> = bound.clauses().iter().map(Clause::eval).collect();
    // What passes all clauses from the i-th on; with what came this far it tells what dropping one would do.
    let mut onward = vec![Mask::all(rows); passing.len() + 1];
    for i in (0..passing.len()).rev() {
        onward[i] = meet(&onward[i + 1], &passing[i]);
    }
    let mut so_far = Mask::all(rows);
    let mut clauses = Vec::with_capacity(passing.len());
    for (i, clause) in bound.clauses().iter().enumerate() {
        let came = so_far.count();
        let without = meet(&so_far, &onward[i + 1]).count();
        so_far.retain(&passing[i]);
        let pass = so_far.count();
        let keeps = if came == 0 { 0.0 } else { pass as f64 / came as f64 };
        clauses.push(FunnelClause {
            text: clause.text().to_owned(),
            pass,
            fail: came - pass,
            percentile: clause.threshold().and_then(|(values, threshold)| {
                if threshold.is_nan() { None } else { percent_below(values, threshold) }
            }),
            keeps,
            hardly: keeps >= HARDLY,
            without,
        });
    }
    Funnel { rows, clauses, matches: so_far, passing }
}

fn meet(a: &Mask, b: &Mask) -> Mask {
    let mut both = a.clone();
    both.retain(b);
    both
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segments::rule::{
        ColumnRef, Columns, Kind, parse,
        tests::{generated_rule, generated_table},
    };

    struct Ten {
        pay: Vec<f64>,
    }

    impl Columns for Ten {
        fn rows(&self) -> usize {
            self.pay.len()
        }

        fn resolve(&self, name: &str) -> Option<ColumnRef<'_>> {
            (name == "pay").then_some(ColumnRef::Number { values: &self.pay, kind: Kind::Pay })
        }

        fn names(&self) -> Vec<String> {
            vec!["pay".to_owned()]
        }
    }

    #[test]
    fn each_clause_says_what_it_does() {
        let mut table = Ten { pay: (1..=10).map(f64::from).collect() };
        table.pay.push(f64::NAN);
        let rule = parse("pay <= ₹9 and pay > ₹5 and pay != ₹6 and not pay >= ₹8").unwrap();
        let funnel = funnel(&rule.bind(&table).unwrap());
        let seen: Vec<_> = funnel.clauses.iter().map(|c| (c.pass, c.fail, c.percentile, c.hardly, c.without)).collect();
        assert_eq!(
            seen,
            [
                // 9 of 11 rows: missing pay fails. Without it nothing changes, since the last clause is stricter.
                (9, 2, Some(80.0), false, 1),
                (4, 5, Some(40.0), false, 6),
                (3, 1, None, false, 2),
                (1, 2, Some(70.0), false, 3),
            ]
        );
        assert_eq!(funnel.matches.iter().collect::<Vec<_>>(), [6]);
        assert_eq!(funnel.clauses[1].keeps, 4.0 / 9.0);
    }

    #[test]
    fn a_clause_that_keeps_nine_of_ten_is_hardly_a_filter() {
        let table = Ten { pay: (1..=10).map(f64::from).collect() };
        let of = |source: &str| funnel(&parse(source).unwrap().bind(&table).unwrap()).clauses[0].hardly;
        assert!(of("pay < ₹10"));
        assert!(!of("pay < ₹9"));
    }

    #[test]
    fn nobody_and_everybody() {
        let table = Ten { pay: Vec::new() };
        let empty = funnel(&parse("pay < 5 lakh").unwrap().bind(&table).unwrap());
        assert_eq!(empty.clauses[0].keeps, 0.0);
        assert_eq!(empty.clauses[0].percentile, None);
        assert!(!empty.clauses[0].hardly);
        let table = Ten { pay: vec![1.0; 3] };
        let all = funnel(&parse("").unwrap().bind(&table).unwrap());
        assert_eq!((all.clauses.len(), all.matches.count()), (0, 3));
    }

    proptest! {
        #[test]
        fn counts_add_up(table in generated_table(), parts in prop::collection::vec(generated_rule(), 1..5)) {
            let joined: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
            let rule = parse(&joined.join(" and ")).unwrap();
            let bound = rule.bind(&table).unwrap();
            let funnel = funnel(&bound);
            prop_assert_eq!(funnel.clauses.len(), rule.clauses().len());
            let mut came = table.rows();
            for clause in &funnel.clauses {
                prop_assert_eq!(clause.pass + clause.fail, came);
                prop_assert!((0.0..=1.0).contains(&clause.keeps));
                prop_assert!(clause.percentile.is_none_or(|percent| (0.0..=100.0).contains(&percent)));
                came = clause.pass;
            }
            prop_assert_eq!(came, funnel.matches.count());
            prop_assert_eq!(&funnel.matches, &bound.eval());
            // Dropping a clause is binding the rule without it.
            for (i, clause) in funnel.clauses.iter().enumerate() {
                let mut others = rule.clauses();
                others.remove(i);
                let rest = parse(&others.join(" and ")).unwrap();
                prop_assert_eq!(rest.bind(&table).unwrap().eval().count(), clause.without);
            }
            // Everybody matches or fails something; who fails one clause only is counted there.
            let failed: Vec<Vec<usize>> = (0..table.rows()).map(|row| funnel.failed(row).collect()).collect();
            for (row, failed) in failed.iter().enumerate() {
                prop_assert_eq!(failed.is_empty(), funnel.matches.contains(row));
            }
            for i in 0..funnel.clauses.len() {
                let only = failed.iter().filter(|failed| **failed == [i]).count();
                prop_assert_eq!(funnel.only_this_fails(i), only);
                let first = failed.iter().filter(|failed| failed.first() == Some(&i)).count();
                prop_assert_eq!(funnel.clauses[i].fail, first);
            }
        }
    }
}

//! Groups that are shown beside each other: none may tell of a few, by itself or by subtraction.

use crate::segments::floor::is_few;
use crate::segments::rule::Mask;
use crate::table::cleaning::Learners;

/// Families of groups that are looked at for one more group; who asks for more is not shown it.
const MOST_FAMILIES: usize = 20_000;

/// Groups of people whose sizes are shown beside each other.
///
/// What holds for all that were admitted, everybody among them: each is of nobody or of at least
/// [`FLOOR`](super::FLOOR) learners, and so is what a group has beyond any number of others that lie within it and
/// share no row with each other (`whole − part`, `whole − part − part`, …; all parts of a whole but one are such a
/// family). Learners are counted, not rows: those who have a row in the rest, and, for one part and for as many as there
/// is room for, those who have all their rows in it.
///
/// What is not looked at: differences of two unions (`a + b − c − d` where none lies within another), groups that
/// overlap without one lying in the other (their common part cannot be had by adding and subtracting), shares that
/// are rounded to whole percent, and what somebody knows besides.
#[derive(Debug)]
pub(super) struct Groups<'a> {
    learners: &'a Learners,
    /// Every row speaks for another learner, so that rows can be counted instead.
    one_each: bool,
    shown: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    rows: Mask,
    size: usize,
    /// Rows in common with each that was shown before.
    common: Vec<usize>,
}

impl<'a> Groups<'a> {
    /// All used rows are shown from the start.
    pub(super) fn new(learners: &'a Learners) -> Self {
        let one_each = learners.learners().is_none_or(|n| n == learners.rows());
        let mut groups = Self { learners, one_each, shown: Vec::new() };
        groups.assume(Mask::all(learners.rows()));
        groups
    }

    /// Takes a group as shown that is not: others are held against it as if it were.
    pub(super) fn assume(&mut self, rows: Mask) {
        let size = rows.count();
        if size > 0 {
            let common = self.shown.iter().map(|other| other.rows.common(&rows)).collect();
            self.shown.push(Group { rows, size, common });
        }
    }

    /// The mask of some rows of the table.
    pub(super) fn mask(&self, rows: &[u32]) -> Mask {
        let mut is_in = vec![false; self.learners.rows()];
        rows.iter().for_each(|row| is_in[*row as usize] = true);
        Mask::from_fn(is_in.len(), |row| is_in[row])
    }

    /// The learners of a group where it may be shown too; a group of nobody may.
    pub(super) fn admit(&mut self, rows: &[u32]) -> Option<usize> {
        let rows = self.mask(rows);
        let learners = self.learners(&rows);
        if learners == 0 {
            return Some(0);
        }
        if is_few(learners) {
            return None;
        }
        self.assume(rows);
        if self.last_tells() {
            self.shown.pop();
            return None;
        }
        Some(learners)
    }

    /// Admits all groups or none of them.
    pub(super) fn admit_all<'r>(&mut self, groups: impl IntoIterator<Item = &'r [u32]>) -> bool {
        let before = self.shown.len();
        let all = groups.into_iter().all(|rows| self.admit(rows).is_some());
        if !all {
            self.shown.truncate(before);
        }
        all
    }

    /// Admits parts that share no row, the largest first, so that what cannot be shown is the smallest.
    pub(super) fn admit_parts(&mut self, parts: &[Vec<u32>]) -> Vec<Option<usize>> {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|part| (std::cmp::Reverse(parts[*part].len()), *part));
        let mut shown = vec![None; parts.len()];
        order.into_iter().for_each(|part| shown[part] = self.admit(&parts[part]));
        shown
    }

    fn learners(&self, rows: &Mask) -> usize {
        let among = if self.one_each { None } else { self.learners.learners_among(rows.iter()) };
        among.unwrap_or_else(|| rows.count())
    }

    fn common(&self, a: usize, b: usize) -> usize {
        self.shown[a.max(b)].common[a.min(b)]
    }

    /// Whether `part` lies within `whole` and is less.
    fn is_within(&self, part: usize, whole: usize) -> bool {
        part != whole
            && self.shown[part].size < self.shown[whole].size
            && self.common(part, whole) == self.shown[part].size
    }

    /// Whether the group that was shown last tells of a few together with others: as a whole, or as a part.
    fn last_tells(&self) -> bool {
        let last = self.shown.len() - 1;
        let mut left = MOST_FAMILIES;
        (0..=last).any(|whole| {
            let parts = (0..last).filter(|part| self.is_within(*part, whole));
            if whole == last {
                let parts: Vec<usize> = parts.collect();
                return parts.iter().any(|part| self.rest_is_few(whole, &[*part]))
                    || self.families_tell(whole, &parts, &mut Vec::new(), &mut left);
            }
            let beside: Vec<usize> = parts.filter(|part| self.common(*part, last) == 0).collect();
            self.is_within(last, whole) && self.families_tell(whole, &beside, &mut vec![last], &mut left)
        })
    }

    /// Whether something of a few is left of a whole without the parts that are taken and as many of the others as
    /// share no row.
    fn families_tell(&self, whole: usize, parts: &[usize], taken: &mut Vec<usize>, left: &mut usize) -> bool {
        if *left == 0 {
            return true;
        }
        *left -= 1;
        if !taken.is_empty() && self.rest_is_few(whole, taken) {
            return true;
        }
        let Some((first, others)) = parts.split_first() else { return false };
        let beside: Vec<usize> = others.iter().copied().filter(|other| self.common(*first, *other) == 0).collect();
        let clashes = beside.len() < others.len();
        taken.push(*first);
        let tells = self.families_tell(whole, &beside, taken, left);
        taken.pop();
        // Without it there may be room for one that it overlaps; otherwise what is left holds it, and is enough.
        tells || (clashes && self.families_tell(whole, others, taken, left))
    }

    fn rest_is_few(&self, whole: usize, parts: &[usize]) -> bool {
        let (whole, parts) = (&self.shown[whole], parts.iter().map(|part| &self.shown[*part]));
        if self.one_each {
            return is_few(whole.size - parts.map(|part| part.size).sum::<usize>());
        }
        let mut held = Mask::none(whole.rows.rows());
        parts.for_each(|part| held.extend(&part.rows));
        let mut rest = held.complement();
        rest.retain(&whole.rows);
        let only_there = self.learners(&whole.rows) - self.learners(&held);
        is_few(self.learners(&rest)) || is_few(only_there)
    }
}

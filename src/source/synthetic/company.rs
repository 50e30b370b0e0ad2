//! Company names: a heavy head, a Zipf tail and one-off employers, written as the substituted pseudo-words that
//! the real column holds.

use super::dice::Dice;

/// The two names at the head and their shares of the learners.
const HEAD: [(&str, f64); 2] = [("nvnv wgzohrnvzwj otqcxwto", 0.0405), ("xzegojo", 0.0261)];
/// Share of learners whose employer nobody else names.
const ONE_OFF: f64 = 0.18;
/// The tail is Zipf–Mandelbrot with exponent 3/2: rank = FLATNESS · (u⁻² − 1) for uniform u.
const FLATNESS: f64 = 23.0;
/// Below this rank names are ordinary words; the odd ones stand in the tail.
const ORDINARY: u64 = 30;
/// Letters by how often they occur: the substitution leaves some common, some rare.
const LETTERS: &[u8] = b"nnnnnvvvvvwwwwgggzzzzooohhhrrrrttttqqqxxxxccjjuubbmmkpsfaeydl";

/// Draws a learner's employer; `None` where the cell is empty.
pub(super) fn draw(dice: &mut Dice) -> Option<String> {
    if dice.chance(2.1e-4) {
        return None;
    }
    let mut share = dice.uniform();
    for (name, wanted) in HEAD {
        if share < wanted {
            return Some(name.to_owned());
        }
        share -= wanted;
    }
    if dice.chance(ONE_OFF) {
        return Some(name(dice.bits() | 1 << 63));
    }
    let u = 1.0 - dice.uniform();
    Some(name((FLATNESS * (1.0 / (u * u) - 1.0)) as u64))
}

/// The name of the company at a rank: always the same one, so nothing has to be remembered.
fn name(rank: u64) -> String {
    let dice = &mut Dice::new(rank ^ 0x006b_7363_6f70_6521);
    let oddity = if rank < ORDINARY { 1.0 } else { dice.uniform() };
    if oddity < 0.003 {
        return word(dice, 1);
    }
    if oddity < 0.012 {
        let digits = dice.between(1, 6) as u32;
        return dice.below(10_u64.pow(digits)).to_string();
    }
    let gap = if oddity < 0.03 { "  " } else { " " };
    let mut words = dice.weighted([45, 38, 17].into_iter()) + 1;
    if gap == "  " {
        words = words.max(2);
    }
    let mut name = String::new();
    for n in 0..words {
        if n > 0 {
            name.push_str(gap);
        }
        // A word that stands alone is longer, or the short ones would be used up and coincide.
        let shortest = if words == 1 { 5 } else { 2 };
        let letters = dice.between(shortest, 12);
        name.push_str(&word(dice, letters));
    }
    name
}

fn word(dice: &mut Dice, letters: u64) -> String {
    (0..letters).map(|_| char::from(*dice.pick(LETTERS))).collect()
}

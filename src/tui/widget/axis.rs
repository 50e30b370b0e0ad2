//! The axes of a chart: where each x and each value stands, and which values get a label.

/// Turns a value at a tick of the y axis into a short text.
pub type Format = fn(f64) -> String;

/// Where each x stands: columns from the left edge of the plot.
pub(super) struct Columns {
    count: usize,
    /// Columns from the first x to the last.
    span: u16,
}

impl Columns {
    pub(super) fn new(count: usize, width: u16) -> Self {
        // The last label is often two digits, the second of which needs a column.
        Self { count, span: width.saturating_sub(2) }
    }

    fn gaps(&self) -> usize {
        self.count.saturating_sub(1).max(1)
    }

    /// Whether points would touch: then the line says it all.
    pub(super) fn is_crowded(&self) -> bool {
        usize::from(self.span) / self.gaps() < 2
    }

    pub(super) fn of(&self, i: usize) -> u16 {
        let (gaps, span) = (self.gaps(), usize::from(self.span));
        let place = if span / gaps == 2 {
            // Gaps of two and three columns: the wider ones last, where the labels are widest.
            2 * i + i.saturating_sub(gaps - span % gaps)
        } else {
            usize::try_from((i as u128 * span as u128 * 2 + gaps as u128) / (2 * gaps as u128)).unwrap_or(span)
        };
        u16::try_from(place).unwrap_or(self.span).min(self.span)
    }
}

/// A linear y axis from the least to the greatest value, with labels at round numbers between.
pub(super) struct YAxis {
    low: f64,
    high: f64,
    rows: u16,
    /// Row from the top, and words.
    pub(super) labels: Vec<(u16, String)>,
}

impl YAxis {
    pub(super) fn new(low: f64, high: f64, rows: u16, format: Format) -> Self {
        // A label every second row or so. Divided before subtracting, the span of two huge numbers is finite.
        let wanted = f64::from((rows / 2).clamp(2, 6));
        let step = round_step(high / wanted - low / wanted, low.abs().max(high.abs()));
        // One value alone stands in the middle.
        let (low, high) = if high / 2.0 - low / 2.0 < step * 1e-3 { (low - step, high + step) } else { (low, high) };
        let mut axis = Self { low, high, rows, labels: Vec::new() };
        // On a few rows one label would be left.
        let apart = if rows < 6 { 1 } else { 2 };
        let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
        // A step is chosen to fit a few times; the limit is for numbers at the end of their precision.
        for i in 0..=(last - first).clamp(0.0, 20.0) as u32 {
            let value = (first + f64::from(i)) * step;
            let row = axis.row(value);
            if axis.labels.last().is_none_or(|(last, _)| last.abs_diff(row) >= apart) {
                axis.labels.push((row, format(value)));
            }
        }
        axis
    }

    /// Rows from the centre of the top row, fractional.
    pub(super) fn height(&self, value: f64) -> f64 {
        let share = (self.high / 2.0 - value / 2.0) / (self.high / 2.0 - self.low / 2.0);
        let share = if share.is_finite() { share } else { 0.5 };
        share.clamp(0.0, 1.0) * f64::from(self.rows.saturating_sub(1))
    }

    pub(super) fn row(&self, value: f64) -> u16 {
        // Within 0..rows by the clamp above.
        self.height(value).round() as u16
    }
}

/// The smallest of 1, 2, 2.5, 5 × a power of ten that is at least `step`. A span of nothing gets a step that
/// shows at the size of the numbers.
fn round_step(step: f64, magnitude: f64) -> f64 {
    let step = if step > magnitude * 1e-9 { step } else { magnitude * 0.1 };
    let power = 10_f64.powf(step.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|round| round * power >= step * 0.999_999);
    let step = round.unwrap_or(10.0) * power;
    if step.is_normal() { step } else { 1.0 }
}

/// Words for a value when the caller has none: as few digits as tell ticks apart, `.40` without its zero.
pub fn short(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        0.0 => return "0".to_owned(),
        _ if !(1e-4..1e6).contains(&size) => return format!("{value:.0e}"),
        _ if size >= 10.0 => 0,
        _ if size >= 1.0 => 1,
        _ if size >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    match text.strip_prefix("0.") {
        Some(decimals) => format!(".{decimals}"),
        None => text.strip_prefix("-0.").map_or(text.clone(), |decimals| format!("-.{decimals}")),
    }
}

/// `a` at share 0, `b` at share 1; finite for finite ends of any size.
pub(super) fn between(a: f64, b: f64, share: f64) -> f64 {
    a * (1.0 - share) + b * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_for_ticks() {
        let words: Vec<String> = [0.0, 0.4, -0.25, 0.025, 2.5, 100.0, 38.1, 1e9, -1e-7].map(short).into();
        assert_eq!(words, ["0", ".40", "-.25", ".025", "2.5", "100", "38", "1e9", "-1e-7"]);
    }

    #[test]
    fn labels_stand_at_round_numbers_within_the_values() {
        let axis = YAxis::new(19.0, 106.0, 24, short);
        let words: Vec<&str> = axis.labels.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(words, ["20", "40", "60", "80", "100"]);
        assert_eq!((axis.row(106.0), axis.row(19.0), axis.row(f64::MAX)), (0, 23, 0));
    }

    #[test]
    fn columns_never_go_back_and_use_the_whole_width() {
        for count in [1, 2, 3, 11, 12, 20, 60, 1000] {
            for width in [4, 12, 32, 33, 70, 200] {
                let columns = Columns::new(count, width);
                let places: Vec<u16> = (0..count).map(|i| columns.of(i)).collect();
                assert!(places.windows(2).all(|pair| pair[0] <= pair[1]));
                assert_eq!((places[0], places[count - 1]), (0, if count > 1 { width - 2 } else { 0 }));
            }
        }
    }
}

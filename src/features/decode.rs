//! From the numbers that K-Means sees back to original units: what a centroid stands for.

use super::encoder::{Encoder, Scaling};

/// One feature of a centroid.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoded {
    /// A number in the unit of its column. Of a log-transformed column it is the mean on the log scale, taken back: a
    /// geometric mean.
    Number(f64),
    /// Shares of the levels among the rows of the centroid, 0…1, by column of the block (see [`Encoder::levels`]).
    Shares(Vec<f64>),
    /// How many rows have the same level, as a geometric mean.
    Frequency(f64),
}

impl Encoder {
    /// What the values of a centroid in the columns of this encoder stand for. `cells`: as many as [`Encoder::width`].
    pub fn decode(&self, cells: &[f64]) -> Decoded {
        let first = cells.first().copied().unwrap_or(f64::NAN);
        match self {
            Self::Number(number) => Decoded::Number(number.transform.undo(number.scaling.undo(first))),
            Self::Frequency(frequency) => Decoded::Frequency(frequency.scaling.undo(first).exp_m1()),
            Self::OneHot(block) => {
                let columns = cells.iter().zip(&block.yes).zip(&block.no);
                Decoded::Shares(columns.map(|((cell, yes), no)| ((cell - no) / (yes - no)).clamp(0.0, 1.0)).collect())
            }
        }
    }
}

impl Scaling {
    /// The value before scaling.
    fn undo(&self, scaled: f64) -> f64 {
        scaled / self.weight * self.spread + self.centre
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::encoder::row_major;
    use crate::features::{Encoding, Feature, Scale, Transform};
    use crate::table::column::{Column, Text};
    use crate::table::role::Role;

    /// What the mean of the first three rows comes back as.
    fn of_three(feature: &Feature, column: &Column) -> Decoded {
        let rows: Vec<u32> = (0..5).collect();
        let (encoder, cells, _) = Encoder::fit(feature, column, &rows).unwrap();
        let (values, width) = (row_major(&[cells], &rows), encoder.width());
        let mean = |j: usize| (0..3).map(|i| values[i * width + j]).sum::<f64>() / 3.0;
        encoder.decode(&(0..width).map(mean).collect::<Vec<_>>())
    }

    #[track_caller]
    fn near(got: &[f64], expected: &[f64]) {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-9 * expected.abs().max(1.0), "{got} {expected}");
        }
    }

    #[test]
    fn the_mean_of_some_rows_comes_back_in_their_units() {
        let number = |values: [f64; 5]| Column::number("x", Role::Number, values.to_vec());
        let mut pay = Feature::plain("x", Scale::Robust);
        (pay.transform, pay.weight) = (Transform::Log1p, 2.5);
        let Decoded::Number(mean) = of_three(&pay, &number([100.0, 200.0, 400.0, 800.0, 1600.0])) else { panic!() };
        near(&[mean], &[(101.0_f64 * 201.0 * 401.0).cbrt() - 1.0]);
        let ranged = Feature::plain("x", Scale::MinMax);
        let Decoded::Number(mean) = of_three(&ranged, &number([1.0, 2.0, -6.0, 7.0, -9.0])) else { panic!() };
        near(&[mean], &[-1.0]);
        let roles = Text::encode(["dev", "dev", "ops", "qa", "dev"].map(Some).into_iter());
        let roles = Column::text("x", Role::Category, roles);
        let mut role = Feature::plain("x", Scale::Standard);
        (role.encoding, role.weight) = (Encoding::OneHot { levels: 2 }, 0.5);
        let Decoded::Shares(shares) = of_three(&role, &roles) else { panic!() };
        near(&shares, &[2.0 / 3.0, 1.0 / 3.0, 0.0]);
        role.encoding = Encoding::Frequency;
        let Decoded::Frequency(rows) = of_three(&role, &roles) else { panic!() };
        near(&[rows], &[(4.0_f64 * 4.0 * 2.0).cbrt() - 1.0]);
    }

    #[test]
    fn a_transform_is_undone() {
        for transform in [Transform::None, Transform::Log1p] {
            near(&[-5.0, 0.0, 0.25, 4e6].map(|x| transform.undo(transform.apply(x))), &[-5.0, 0.0, 0.25, 4e6]);
        }
    }
}

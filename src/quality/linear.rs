//! Small symmetric matrices: as many rows as a table has columns.

/// The lower triangle L with L·Lᵀ = `matrix`; a column that others determine gets what is left, at least 0.
pub(super) fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let d = matrix.len();
    let mut factor = vec![vec![0.0; d]; d];
    for i in 0..d {
        for j in 0..=i {
            let known: f64 = (0..j).map(|m| factor[i][m] * factor[j][m]).sum();
            let left: f64 = matrix[i][j] - known;
            factor[i][j] = match i == j {
                true => left.max(0.0).sqrt(),
                false if factor[j][j] > 1e-9 => left / factor[j][j],
                false => 0.0,
            };
        }
    }
    factor
}

/// Sweeps of rotations at most; a handful are enough for any matrix.
const SWEEPS: usize = 50;

/// The eigenvectors of a symmetric matrix, by Jacobi's rotations.
pub(super) fn eigenvectors(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let d = matrix.len();
    let mut vectors: Vec<Vec<f64>> = (0..d).map(|at| (0..d).map(|i| f64::from(u8::from(i == at))).collect()).collect();
    let size: f64 = (0..d).map(|at| matrix[at][at].abs()).sum();
    for _ in 0..SWEEPS {
        let off: f64 = (0..d).flat_map(|p| (p + 1..d).map(move |q| (p, q))).map(|(p, q)| matrix[p][q].abs()).sum();
        if off <= 1e-12 * size {
            break;
        }
        for (p, q) in (0..d).flat_map(|p| (p + 1..d).map(move |q| (p, q))) {
            if matrix[p][q] == 0.0 {
                continue;
            }
            let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
            let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
            let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
            let sine = tangent * cosine;
            let turn = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
            for row in &mut matrix {
                (row[p], row[q]) = turn(row[p], row[q]);
            }
            for at in 0..d {
                (matrix[p][at], matrix[q][at]) = turn(matrix[p][at], matrix[q][at]);
                (vectors[p][at], vectors[q][at]) = turn(vectors[p][at], vectors[q][at]);
            }
        }
    }
    vectors
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRIX: [[f64; 3]; 3] = [[4.0, 2.0, -1.0], [2.0, 5.0, 0.5], [-1.0, 0.5, 3.0]];

    fn rows(matrix: [[f64; 3]; 3]) -> Vec<Vec<f64>> {
        matrix.map(Vec::from).into()
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn a_factor_times_its_transpose_is_the_matrix() {
        let factor = cholesky(&rows(MATRIX));
        for (i, row) in MATRIX.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                assert!((dot(&factor[i], &factor[j]) - value).abs() < 1e-12, "{factor:?}");
            }
        }
    }

    #[test]
    fn eigenvectors_are_only_stretched_and_stand_on_each_other() {
        let vectors = eigenvectors(rows(MATRIX));
        for (at, vector) in vectors.iter().enumerate() {
            let image: Vec<f64> = MATRIX.iter().map(|row| dot(row, vector)).collect();
            let stretch = dot(&image, vector);
            assert!(
                image.iter().zip(vector).all(|(image, value)| (image - stretch * value).abs() < 1e-9),
                "{vectors:?}"
            );
            assert!((dot(vector, vector) - 1.0).abs() < 1e-12);
            assert!(vectors[..at].iter().all(|other| dot(other, vector).abs() < 1e-12), "{vectors:?}");
        }
    }
}

//! Which cluster a row belongs to that took no part in the fit.

use super::lloyd::square_distance;

/// The cluster whose centroid is nearest to `row`, the lowest number among equals. `centroids`: k × d, at least one,
/// in the (scaled) matrix, as those of a [`super::Clustering`].
pub fn nearest(row: &[f64], centroids: &[f64]) -> u16 {
    let mut found = (0, f64::INFINITY);
    for (cluster, centroid) in centroids.chunks_exact(row.len()).enumerate() {
        let distance = square_distance(row, centroid);
        if distance < found.1 {
            found = (cluster as u16, distance);
        }
    }
    found.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_number_among_equals() {
        let centroids = [0.0, 0.0, 2.0, 0.0, 9.0, 9.0];
        assert_eq!(nearest(&[1.0, 0.0], &centroids), 0);
        assert_eq!(nearest(&[1.1, 0.0], &centroids), 1);
        assert_eq!(nearest(&[100.0, 90.0], &centroids), 2);
    }
}

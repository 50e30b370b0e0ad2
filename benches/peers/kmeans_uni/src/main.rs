//! The same sweep by kmeans_uni, for the ratios of `cargo bench`.
//!
//!     kmeans_uni FILE ROWS COLUMNS KMIN KMAX STARTS SEED TOLERANCE
//!
//! FILE holds the scaled matrix, row by row, as little-endian `f32` without a header. One JSON object a line: first
//! what ran, then k, seconds, WCSS (measured afterwards, in `f64`, not timed).

use std::error::Error;
use std::time::Instant;

use kmeans_uni::KMeansBuilder;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, numbers @ ..] = &arguments[..] else { return Err("FILE is missing".into()) };
    let [rows, columns, k_min, k_max, starts, seed, tolerance] = numbers else {
        return Err("ROWS COLUMNS KMIN KMAX STARTS SEED TOLERANCE are expected".into());
    };
    let (rows, columns): (usize, usize) = (rows.parse()?, columns.parse()?);
    let bytes = std::fs::read(file)?;
    let values: Vec<f32> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    if values.len() != rows * columns {
        return Err(format!("{file} holds {} numbers", values.len()).into());
    }
    println!("{}", serde_json::json!({"peer": "kmeans_uni", "version": "0.3", "tolerance": tolerance}));
    for k in k_min.parse::<usize>()?..=k_max.parse()? {
        let started = Instant::now();
        let model = KMeansBuilder::new(k)
            .iterations(300)
            .attempts(starts.parse()?)
            .tolerance(tolerance.parse::<f32>()?)
            .seed(seed.parse()?)
            .cpu_simd()
            .euclidean()
            .parallel()
            .fit(&values, columns)?;
        let seconds = started.elapsed().as_secs_f64();
        let wcss = wcss(&values, model.centroids(), columns);
        println!("{}", serde_json::json!({"k": k, "seconds": seconds, "wcss": wcss}));
    }
    Ok(())
}

/// Sum of squared distances to the nearest centroid.
fn wcss(values: &[f32], centroids: &[f32], columns: usize) -> f64 {
    let square = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
    };
    let nearest = |row| centroids.chunks_exact(columns).map(|c| square(row, c)).fold(f64::INFINITY, f64::min);
    values.chunks_exact(columns).map(nearest).sum()
}

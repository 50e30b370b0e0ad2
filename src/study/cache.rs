//! Sweeps that were computed before: going back to a choice is instant. The memory is bounded.

use std::sync::Arc;

use super::Cleaned;
use super::findings::Sweep;
use super::recipe::Recipe;
use crate::cluster::Params;
use crate::features::Feature;
use crate::table::cleaning::Cleaning;

/// Memory that kept sweeps may take together, in bytes.
pub const MOST_BYTES: usize = 256 << 20;

/// What a sweep depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    fingerprint: String,
    /// Names and roles of the columns, as one text.
    roles: String,
    cleaning: Cleaning,
    features: Vec<Feature>,
    params: Params,
    k_max: usize,
}

impl Key {
    /// The key of a sweep over a cleaned table.
    pub fn new(cleaned: &Cleaned, features: &[Feature], recipe: &Recipe, k_max: usize) -> Self {
        let roles = cleaned.table.columns.iter().map(|c| format!("{}={}\n", c.name, c.role)).collect();
        Self {
            fingerprint: cleaned.table.fingerprint.clone(),
            roles,
            cleaning: cleaned.cleaning.clone(),
            features: features.iter().filter(|f| f.on).cloned().collect(),
            params: recipe.params(),
            k_max,
        }
    }
}

/// Kept sweeps, the last used ones first.
#[derive(Debug, Default)]
pub struct Cache {
    kept: Vec<(Key, Arc<Sweep>, usize)>,
}

impl Cache {
    /// The sweep for a key, if it is kept.
    pub fn get(&mut self, key: &Key) -> Option<Arc<Sweep>> {
        let at = self.kept.iter().position(|(k, ..)| k == key)?;
        let found = self.kept.remove(at);
        let sweep = Arc::clone(&found.1);
        self.kept.insert(0, found);
        Some(sweep)
    }

    /// Keeps a sweep; the ones that were used longest ago make room.
    pub fn put(&mut self, key: Key, sweep: Arc<Sweep>) {
        self.kept.retain(|(k, ..)| *k != key);
        let bytes = bytes(&sweep);
        self.kept.insert(0, (key, sweep, bytes));
        while self.kept.len() > 1 && self.bytes() > MOST_BYTES {
            self.kept.pop();
        }
    }

    /// Memory that is taken, about, in bytes.
    pub fn bytes(&self) -> usize {
        self.kept.iter().map(|(_, _, bytes)| bytes).sum()
    }
}

/// Memory of a sweep: the matrix in f64 and f32, labels by distinct row and by row, silhouettes by distinct row where
/// every one was measured.
fn bytes(sweep: &Sweep) -> usize {
    let matrix = &sweep.prepared.matrix;
    let (n, rows, d) = (matrix.distinct(), matrix.rows(), matrix.columns());
    let silhouettes = sweep.ks.iter().filter_map(|found| found.quality.as_ref()?.silhouette.as_ref()?.per_row.as_ref());
    let measured: usize = silhouettes.map(|per_row| per_row.len() * size_of::<f32>()).sum();
    n * d * 12 + n * 4 + rows * 8 + sweep.ks.len() * (n + rows) * 2 + measured
}

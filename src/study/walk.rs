//! One start of the fit from its first centres to its end, to be looked at step by step.

use std::sync::Arc;

use super::Prepared;
use super::recipe::Recipe;
use crate::cluster::{Step, Steps};
use crate::error::{Error, Result};
use crate::features::decode::Decoded;
use crate::features::encode::quantile;
use crate::features::encoder::Encoder;
use crate::jobs::Cancel;

/// Rows that axes are made from: the first of the distinct ones, which are a sample.
const AXIS_ROWS: usize = 20_000;
/// Share of these rows beyond each end of an axis.
const AXIS_TAIL: f64 = 0.01;
/// Bins of an axis.
const AXIS_BINS: usize = 96;

/// The steps of one start.
#[derive(Clone, Debug)]
pub struct Walk {
    /// What is clustered.
    pub prepared: Arc<Prepared>,
    /// Number of clusters.
    pub k: usize,
    /// Which start of the fit it is, from 0.
    pub start: u32,
    /// The steps until now; the first is the start itself.
    pub steps: Vec<Arc<Step>>,
    /// Whether labels stood still at the end; `None` while it is on its way.
    pub converged: Option<bool>,
    /// One for each feature that is one column of numbers.
    pub axes: Arc<Vec<Axis>>,
}

/// Where the rows lie along one column of the matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Index of the feature.
    pub feature: usize,
    /// Index of its column in the matrix.
    pub column: usize,
    /// First percentile, in the (scaled) matrix.
    pub low: f64,
    /// 99th percentile.
    pub high: f64,
    /// Distinct rows per bin between the two.
    pub histogram: Vec<u64>,
}

impl Axis {
    /// Where a value stands, 0…1; beyond the ends it stands at the end.
    pub fn place(&self, value: f64) -> f64 {
        let place = (value - self.low) / (self.high - self.low);
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.5 }
    }
}

impl Walk {
    /// Share of the total sum of squares that a WCSS is, 0…1; 0 where there is nothing to share.
    pub fn share(&self, wcss: f64) -> f64 {
        let total = self.prepared.matrix.total_ss();
        if total > 0.0 { wcss / total } else { 0.0 }
    }

    /// WCSS at the end; `None` while it is on its way.
    pub fn end(&self) -> Option<f64> {
        self.converged.and(self.steps.last()?.wcss)
    }

    /// What the centroids of one step stand for: by cluster, then by feature.
    pub fn decoded(&self, step: &Step) -> Vec<Vec<Decoded>> {
        let encoders = &self.prepared.encoded.encoders;
        let of = |mut cells: &[f64]| -> Vec<Decoded> {
            let decode = |encoder: &Encoder| {
                let (own, rest) = cells.split_at(encoder.width().min(cells.len()));
                cells = rest;
                encoder.decode(own)
            };
            encoders.iter().map(decode).collect()
        };
        step.centroids.chunks_exact(self.prepared.matrix.columns()).map(of).collect()
    }
}

/// Takes start number `start` (from 0) of the fit with `k` to its end. `on` hears the first step as soon as it is there.
///
/// # Errors
/// k = 0 or more than the distinct rows, interruption.
pub fn walk(
    prepared: &Arc<Prepared>,
    recipe: &Recipe,
    (k, start): (usize, u32),
    cancel: &Cancel,
    on: &mut dyn FnMut(Walk),
) -> Result<Walk> {
    let interrupted = |_| Error::interrupted();
    let mut steps = Steps::new(&prepared.matrix, k, start, recipe.params(), cancel)?;
    let axes = Arc::new(axes(prepared));
    let mut walk = Walk { prepared: Arc::clone(prepared), k, start, steps: Vec::new(), converged: None, axes };
    while let Some(step) = steps.advance(cancel).map_err(interrupted)? {
        walk.steps.push(Arc::new(step));
        if walk.steps.len() == 1 {
            on(walk.clone());
        }
    }
    walk.converged = Some(steps.converged());
    Ok(walk)
}

fn axes(prepared: &Prepared) -> Vec<Axis> {
    let matrix = &prepared.matrix;
    let rows = matrix.distinct().min(AXIS_ROWS);
    let mut column = 0;
    let mut axes = Vec::new();
    for (feature, encoder) in prepared.encoded.encoders.iter().enumerate() {
        if !matches!(encoder, Encoder::OneHot(_)) {
            let values: Vec<f64> = (0..rows).map(|i| matrix.row(i)[column]).collect();
            axes.extend(axis(feature, column, values));
        }
        column += encoder.width();
    }
    axes
}

fn axis(feature: usize, column: usize, mut values: Vec<f64>) -> Option<Axis> {
    let (low, high) = (quantile(&mut values, AXIS_TAIL)?, quantile(&mut values, 1.0 - AXIS_TAIL)?);
    let mut axis = Axis { feature, column, low, high, histogram: vec![0; AXIS_BINS] };
    for value in values.into_iter().filter(|value| (low..=high).contains(value)) {
        let bin = (axis.place(value) * AXIS_BINS as f64) as usize;
        axis.histogram[bin.min(AXIS_BINS - 1)] += 1;
    }
    Some(axis)
}

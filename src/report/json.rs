//! Shapes shared by the JSON reports.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::quality::{BINS, Silhouette, Spread};

/// Numbers by name, in a given order; what is not finite becomes null.
#[derive(Clone, Debug, Default)]
pub struct Numbers(pub Vec<(String, f64)>);

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A silhouette with how it was computed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SilhouetteJson {
    /// Mean over all rows.
    pub value: f64,
    /// Standard error; 0 when exact.
    pub se: f64,
    /// Rows measured.
    pub of: usize,
    /// Whether every row was measured against every row.
    pub exact: bool,
}

impl From<&Silhouette> for SilhouetteJson {
    fn from(silhouette: &Silhouette) -> Self {
        Self { value: silhouette.value, se: silhouette.se, of: silhouette.of, exact: silhouette.exact }
    }
}

/// How the silhouettes of a cluster's rows are spread, where every row was measured.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SpreadJson {
    p10: f64,
    p25: f64,
    p50: f64,
    p75: f64,
    p90: f64,
    below_zero: f64,
    histogram: [u64; BINS],
}

impl From<&Spread> for SpreadJson {
    fn from(spread: &Spread) -> Self {
        let &Spread { p10, p25, p50, p75, p90, below_zero, histogram } = spread;
        Self { p10, p25, p50, p75, p90, below_zero, histogram }
    }
}

/// A report as one JSON document with a newline at its end.
pub fn document(report: &impl Serialize) -> crate::error::Result<String> {
    serde_json::to_string(report)
        .map(|json| json + "\n")
        .map_err(|e| crate::error::Error::failed("cannot write JSON").because(e))
}

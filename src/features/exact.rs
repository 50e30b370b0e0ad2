//! Numbers in JSON that come back with the same bits.
//!
//! They are written as text: a reader of JSON may round a number's last digit, and then a row between two clusters
//! may fall to the other side.

/// One number.
pub mod number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// As text, with as many digits as it needs.
    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&value.to_string())
    }

    /// Out of text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom(format!("'{text}' is no number")))
    }
}

/// A list of numbers.
pub mod numbers {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// As a list of texts.
    pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(f64::to_string))
    }

    /// Out of a list of texts.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let number = |text: String| text.parse().map_err(|_| D::Error::custom(format!("'{text}' is no number")));
        texts.into_iter().map(number).collect()
    }
}

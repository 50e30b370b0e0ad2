//! TOML with a place for every complaint: a key that nobody asked for, a value that is not what it must be.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result, nearest};
use crate::source::{escape, excerpt};

/// A text and the name under which complaints speak of it.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl<'a> Document<'a> {
    /// Reads the text as TOML and hands its top level over.
    pub(super) fn read<T>(self, read: impl FnOnce(Section<'_>) -> Result<T>) -> Result<T> {
        let table = DeTable::parse(self.text).map_err(|e| {
            let at = e.span().map_or(0, |span| span.start);
            self.error(at, e.message()).try_this("text stands in quotes: rule = \"experience > 10 y\"")
        })?;
        read(Section { document: self, table: table.get_ref(), name: String::new(), known: Vec::new() })
    }

    /// A complaint about the place at a byte.
    fn error(self, at: usize, why: impl std::fmt::Display) -> Error {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = 1 + before.matches('\n').count();
        let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
        Error::bad_input(format!("cannot read {}, line {line}, column {column}", escape(self.name))).because(why)
    }
}

/// A table in the document: keys are asked for by name, and what nobody asked for is an error.
pub(super) struct Section<'a> {
    document: Document<'a>,
    table: &'a DeTable<'a>,
    name: String,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The value of a key, where there is one.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some(Value { document: self.document, value, key: key.to_owned() })
    }

    /// Every key with its value, in the order in which they stand in the document.
    pub(super) fn all(self) -> Vec<(String, Value<'a>)> {
        let mut all: Vec<_> = self.table.iter().collect();
        all.sort_by_key(|(key, _)| key.span().start);
        let document = self.document;
        all.into_iter()
            .map(|(key, value)| {
                let key = key.get_ref().to_string();
                (key.clone(), Value { document, value, key })
            })
            .collect()
    }

    /// Nothing else may be here.
    pub(super) fn end(self) -> Result<()> {
        let strange = self.table.keys().filter(|key| !self.known.contains(&key.get_ref().as_ref()));
        let Some(key) = strange.min_by_key(|key| key.span().start) else { return Ok(()) };
        let typed = key.get_ref();
        let near = nearest(typed, self.known.iter().copied()).map(|near| format!("'{near}'; ")).unwrap_or_default();
        let place = if self.name.is_empty() { "here".to_owned() } else { format!("in [{}]", escape(&self.name)) };
        Err(self
            .document
            .error(key.span().start, format!("unknown key '{}'", excerpt(typed)))
            .try_this(format!("{near}the keys {place} are {}", self.known.join(", "))))
    }
}

/// A value in the document.
#[derive(Clone)]
pub(super) struct Value<'a> {
    document: Document<'a>,
    value: &'a Spanned<DeValue<'a>>,
    key: String,
}

impl<'a> Value<'a> {
    /// The complaint about it, with its place and its text.
    pub(super) fn refuse(&self, why: impl std::fmt::Display, hint: impl Into<String>) -> Error {
        let span = self.value.span();
        let written = self.document.text.get(span.clone()).unwrap_or_default();
        let written = excerpt(written.lines().next().unwrap_or_default());
        self.document.error(span.start, format!("{} = {written} {why}", escape(&self.key))).try_this(hint)
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        self.value.get_ref().as_str().ok_or_else(|| self.refuse("is not text", "text stands in quotes"))
    }

    pub(super) fn flag(&self) -> Result<bool> {
        self.value.get_ref().as_bool().ok_or_else(|| self.refuse("is neither true nor false", "true or false"))
    }

    /// A whole number within bounds, both in it; also in quotes, since TOML has none above 2⁶³ − 1.
    pub(super) fn whole(&self, from: i128, to: i128) -> Result<i128> {
        let number = match self.value.get_ref() {
            DeValue::Integer(n) => i128::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok(),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.refuse("is no whole number", format!("{from} to {to}")))?;
        if (from..=to).contains(&number) {
            return Ok(number);
        }
        Err(self.refuse("is out of bounds", format!("{from} to {to}")))
    }

    /// A number that is not infinite and within what `fits` says.
    pub(super) fn number(&self, fits: impl Fn(f64) -> bool, bounds: &'static str) -> Result<f64> {
        let number = match self.value.get_ref() {
            DeValue::Integer(n) if n.radix() == 10 => n.as_str().replace('_', "").parse().ok(),
            DeValue::Float(n) => n.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        let number: f64 = number.ok_or_else(|| self.refuse("is no number", bounds))?;
        if number.is_finite() && fits(number) { Ok(number) } else { Err(self.refuse("is out of bounds", bounds)) }
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T> {
        let names = words.iter().map(|(word, _)| *word);
        let list = names.clone().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let Some(typed) = self.value.get_ref().as_str() else {
            return Err(self.refuse("is no word", format!("one of {list}")));
        };
        if let Some((_, meant)) = words.iter().find(|(word, _)| *word == typed) {
            return Ok(*meant);
        }
        let near = nearest(typed, names).map(|near| format!("\"{near}\"; ")).unwrap_or_default();
        Err(self.refuse("is not known", format!("{near}one of {list}")))
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    pub(super) fn is_text(&self) -> bool {
        self.value.get_ref().is_str()
    }

    pub(super) fn list(&self) -> Result<Vec<Value<'a>>> {
        let list = self.value.get_ref().as_array().ok_or_else(|| self.refuse("is no list", "[\"one\", \"two\"]"))?;
        Ok(list.iter().map(|value| Value { document: self.document, value, key: self.key.clone() }).collect())
    }

    pub(super) fn texts(&self) -> Result<Vec<String>> {
        self.list()?.iter().map(|value| Ok(value.text()?.to_owned())).collect()
    }

    /// A table; `name` is what complaints call it.
    pub(super) fn section(&self, name: impl Into<String>) -> Result<Section<'a>> {
        let table =
            self.value.get_ref().as_table().ok_or_else(|| self.refuse("is no table", format!("[{}]", self.key)))?;
        Ok(Section { document: self.document, table, name: name.into(), known: Vec::new() })
    }
}

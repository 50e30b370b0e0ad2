//! Columns typed while the pieces of a file arrive: the text of numbers is let go as soon as it is read.

use polars::prelude::{Column as PolarsColumn, DataFrame};
use rayon::prelude::*;

use super::RoleChoices;
use super::column::Column;
use super::reading;
use super::role::Role;
use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::source::{Pieces, RawTable};

/// What is held of one column.
enum Held {
    /// The numbers of the pieces so far, in which every cell is one or missing.
    Numbers(Vec<f64>),
    /// The cells, in the frame.
    Cells,
    /// Nothing: a cell is no number, and the text of those before it is gone.
    Lost,
}

/// A table of which only those columns are kept as text that are not wholly numbers.
pub(super) struct Typed {
    /// Columns in the order of the source.
    pub(super) columns: Vec<Column>,
    /// The table; its frame has the columns that are not wholly numbers.
    pub(super) raw: RawTable,
}

/// Types the columns as [`reading::columns`] does, roles not yet settled between them.
pub(super) fn typed(
    pieces: &Pieces,
    choices: &RoleChoices,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Typed> {
    let names = pieces.columns();
    let wanted: Vec<Option<Role>> = names.iter().map(|name| reading::wanted(name, choices.said(name))).collect();
    let rows = usize::try_from(pieces.rows_at_most().unwrap_or(0)).unwrap_or(0);
    let mut held: Vec<Held> = wanted.iter().map(|wanted| Held::new(*wanted, rows)).collect();
    let mut raw: Option<RawTable> = None;
    pieces.each(cancel, progress, &mut |mut piece| {
        let columns = piece.frame.columns().par_iter().zip(&wanted);
        held.par_iter_mut().zip(columns).for_each(|(held, (column, wanted))| held.take(column, *wanted));
        let cells = names.iter().zip(&held).filter(|(_, held)| matches!(held, Held::Cells));
        piece.frame = selected(&piece, cells.map(|(name, _)| name))?;
        append(&mut raw, piece)
    })?;
    let Some(mut raw) = raw else { return Err(nothing(pieces)) };
    let lost: Vec<&String> =
        names.iter().zip(&held).filter(|(_, held)| matches!(held, Held::Lost)).map(|(name, _)| name).collect();
    if !lost.is_empty() {
        raw = with_cells(raw, &lost, pieces, cancel, progress)?;
    }
    raw.notices.splice(0..0, pieces.notices.iter().cloned());
    let columns = held
        .into_par_iter()
        .zip(&names)
        .map(|(held, name)| match held {
            Held::Numbers(mut values) => {
                values.shrink_to_fit();
                let column = Column::number(name, Role::Number, values);
                Ok(reading::under_its_role(column, choices.said(name)))
            }
            Held::Cells | Held::Lost => {
                let column = raw.frame.column(name).map_err(|error| unreadable(&raw, error))?;
                reading::typed(column, name, choices.said(name))
            }
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Typed { columns, raw })
}

impl Held {
    /// Ids and categories are text; of pay it is asked later how it is written.
    fn new(wanted: Option<Role>, rows: usize) -> Self {
        match wanted {
            Some(Role::Learner | Role::Company | Role::Job | Role::Category | Role::Pay) => Self::Cells,
            _ => {
                let mut values = Vec::new();
                // Blank lines count as rows here: where that is more than there can be, it grows as it fills.
                let _ = values.try_reserve_exact(rows);
                Self::Numbers(values)
            }
        }
    }

    /// Takes the cells of the next piece in.
    fn take(&mut self, column: &PolarsColumn, wanted: Option<Role>) {
        let Self::Numbers(values) = self else { return };
        match reading::only_numbers(column, wanted) {
            Some(more) => values.extend(more),
            None if values.is_empty() => *self = Self::Cells,
            None => *self = Self::Lost,
        }
    }
}

/// The table with the cells of some columns more, for which all of it is read again.
fn with_cells(
    mut raw: RawTable,
    names: &[&String],
    pieces: &Pieces,
    cancel: &Cancel,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<RawTable> {
    let mut more: Option<RawTable> = None;
    pieces.each(cancel, progress, &mut |mut piece| {
        piece.frame = selected(&piece, names.iter().copied())?;
        append(&mut more, piece)
    })?;
    let Some(more) = more else { return Err(nothing(pieces)) };
    raw.frame = raw.frame.hstack(more.frame.columns()).map_err(|error| unreadable(&raw, error))?;
    Ok(raw)
}

fn selected<'a>(piece: &RawTable, names: impl Iterator<Item = &'a String>) -> Result<DataFrame> {
    piece.frame.select(names.map(String::as_str)).map_err(|error| unreadable(piece, error))
}

fn append(all: &mut Option<RawTable>, piece: RawTable) -> Result<()> {
    match all {
        Some(all) => all.append(piece),
        None => {
            *all = Some(piece);
            Ok(())
        }
    }
}

fn unreadable(raw: &RawTable, why: impl std::fmt::Display) -> Error {
    Error::failed(format!("cannot read {}", raw.name)).because(why)
}

fn nothing(pieces: &Pieces) -> Error {
    Error::bad_input(format!("{} has no rows", pieces.name))
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::*;
    use crate::source::{self, Location, Options};

    /// More than one piece; in the columns behind the first few, cells of the last rows are not as those before.
    fn table() -> String {
        const ROWS: usize = 120_000;
        let mut text = "Unnamed: 0,email,ctc,orgyear,x,few,late,comma,start_date,word\n".to_owned();
        for row in 0..ROWS {
            let is_late = row > ROWS - 1_000;
            let x = (row as f64).sqrt();
            let few = if row % 3 == 0 { String::new() } else { format!("{}", row % 5) };
            let late = if is_late && row % 2 == 0 { "n. a." } else { "1.25" };
            let comma = if is_late { "\"7,5\"" } else { "7" };
            let date = if is_late { "2016-05-01" } else { "2016" };
            let word = if is_late { "none of these" } else { "12" };
            let (pay, year) = (row % 30, row % 9);
            text += &format!("{row},u{row}@x.org,₹{pay}00000,201{year}.0,{x},{few},{late},{comma},{date},{word}\n");
        }
        text
    }

    fn assert_same(a: &Table, b: &Table) {
        assert_eq!((a.rows(), &a.name, &a.fingerprint), (b.rows(), &b.name, &b.fingerprint));
        assert_eq!((&a.notices, a.currency), (&b.notices, b.currency));
        assert_eq!(a.place(119_999), b.place(119_999));
        assert_eq!(a.columns.len(), b.columns.len());
        for (a, b) in a.columns.iter().zip(&b.columns) {
            assert!(format!("{a:?}") == format!("{b:?}"), "{}", a.name);
        }
        assert!(a.frame().unwrap().equals_missing(&b.frame().unwrap()));
    }

    #[test]
    fn a_table_in_pieces_is_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Path(folder.path().join("a.csv"));
        let Location::Path(path) = &location else { unreachable!() };
        std::fs::write(path, table()).unwrap();
        let (options, never) = (Options::default(), Cancel::never());
        let whole = |choices: &RoleChoices| {
            Table::new(source::read(&location, &options, &never, &mut |_, _| {}).unwrap(), choices).unwrap()
        };
        let mut choices = RoleChoices::default();
        let pieces = Table::in_pieces(&location, &options, &choices, &never, &mut |_, _| {}).unwrap().unwrap();
        assert_same(&pieces, &whole(&choices));
        let unreadable = |name: &str| pieces.find(name).unwrap().unreadable.count;
        assert_eq!((unreadable("x"), unreadable("late"), unreadable("comma")), (0, 499, 999));

        choices.roles = vec![("x".to_owned(), Role::Category), ("few".to_owned(), Role::Pay)];
        assert_same(&pieces.with_choices(&choices).unwrap(), &whole(&choices));

        // What was read is not what lies there now.
        std::fs::write(path, table().replacen("₹", "₹1", 1)).unwrap();
        assert!(pieces.with_choices(&choices).unwrap_err().to_string().contains("again"));
        assert!(pieces.frame().unwrap_err().to_string().contains("again"));
    }

    #[test]
    fn what_is_no_csv_in_a_file_is_not_read_in_pieces() {
        let never = Cancel::never();
        let read = |location: &Location| {
            Table::in_pieces(location, &Options::default(), &RoleChoices::default(), &never, &mut |_, _| {})
        };
        assert!(read(&Location::Sample).unwrap().is_none());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv.zst");
        std::fs::write(&path, zstd::encode_all(&b"a,b\n1,2\n3,5\n"[..], 1).unwrap()).unwrap();
        assert!(read(&Location::Path(path)).unwrap().is_none());
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "a,b\n").unwrap();
        assert!(read(&Location::Path(path)).unwrap_err().to_string().contains("no rows"));
    }
}

//! `kscope sample`: the synthetic learners table.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use crate::error::{Error, Result};
use crate::jobs::Cancel;
use crate::report::write::{atomically, check_free};
use crate::source::synthetic::{Synthetic, write_csv, write_parquet};

#[derive(Debug, Args)]
pub(super) struct Sample {
    /// Rows to make.
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u64).range(1..))]
    rows: u64,
    /// The same seed and rows give the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also write which planted segment each row belongs to, as `row,segment`.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Where to write: CSV, or Parquet where the name ends so; `-` or nothing is standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite files that are there.
    #[arg(long)]
    force: bool,
}

impl Sample {
    pub(super) fn run(&self, cancel: &Cancel) -> Result<()> {
        let table = Synthetic { rows: self.rows, seed: self.seed };
        let out = self.out.as_ref().filter(|out| out.as_os_str() != "-");
        if out.is_some() && out == self.truth.as_ref() {
            return Err(Error::usage("--out and --truth name the same file").try_this("two names"));
        }
        for path in out.iter().copied().chain(&self.truth) {
            check_free(path, self.force)?;
        }
        match &self.truth {
            None => self.write(&table, out, None, cancel),
            Some(truth) => {
                // Both files are there in the end, or the truth is not: it is renamed last.
                let mut written = Ok(());
                atomically(truth, self.force, |file| {
                    written = self.write(&table, out, Some(file), cancel);
                    if written.is_ok() { Ok(()) } else { Err(io::Error::other("the table was not written")) }
                })
                .or_else(|e| written.and(Err(e)))
            }
        }
    }

    fn write(
        &self,
        table: &Synthetic,
        out: Option<&PathBuf>,
        truth: Option<&mut dyn Write>,
        cancel: &Cancel,
    ) -> Result<()> {
        let Some(path) = out else {
            let mut out = Watched { out: BufWriter::new(io::stdout().lock()), cancel };
            return match write_csv(table, &mut out, truth).and_then(|()| out.flush()) {
                Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                Err(_) if cancel.is_cancelled() => Err(Error::interrupted()),
                Err(e) => Err(Error::failed("cannot write to standard output").because(e)),
                Ok(()) => Ok(()),
            };
        };
        let parquet =
            path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet") || e.eq_ignore_ascii_case("pq"));
        let written = atomically(path, self.force, |file| {
            if parquet {
                file.flush()?;
                write_parquet(table, file.get_ref().try_clone()?, truth)
            } else {
                write_csv(table, &mut Watched { out: file, cancel }, truth)
            }
        });
        if cancel.is_cancelled() { Err(Error::interrupted()) } else { written }
    }
}

/// A writer that ends when the work is cancelled, so that an unfinished file is not kept.
struct Watched<'a, W> {
    out: W,
    cancel: &'a Cancel,
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("interrupted"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

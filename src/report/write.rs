//! The one writer of files: whole or not at all, never over another file unasked.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::{Error, Result};

/// Writes a file through a temporary one beside it that takes its name when all is written and synced; a full
/// disk or a kill leaves the old file as it was.
pub fn atomically(
    path: &Path,
    force: bool,
    write: impl FnOnce(&mut BufWriter<&fs::File>) -> std::io::Result<()>,
) -> Result<()> {
    let shown = path.display();
    let cannot = |why: std::io::Error| {
        Error::failed(format!("cannot write {shown}")).because(why).try_this("another folder, or make room on the disk")
    };
    check_free(path, force)?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".kscope-").tempfile_in(folder).map_err(cannot)?;
    {
        let mut out = BufWriter::new(file.as_file());
        write(&mut out).and_then(|()| out.flush()).map_err(cannot)?;
    }
    file.as_file().sync_all().map_err(cannot)?;
    share(file.as_file());
    if force {
        file.persist(path).map_err(|e| cannot(e.error))?;
    } else {
        file.persist_noclobber(path).map_err(|e| match e.error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(path),
            _ => cannot(e.error),
        })?;
    }
    Ok(())
}

/// Whether a file may be written there: asked before the work, not after it.
pub fn check_free(path: &Path, force: bool) -> Result<()> {
    if path.is_dir() {
        let what = format!("cannot write {}", path.display());
        return Err(Error::failed(what).because("it is a folder").try_this("name a file in it"));
    }
    if path.exists() && !force { Err(exists(path)) } else { Ok(()) }
}

fn exists(path: &Path) -> Error {
    Error::failed(format!("{} is there already", path.display()))
        .because("a file is never overwritten unasked")
        .try_this("another name, or --force")
}

/// A temporary file is readable by its owner only; what is exported has the usual rights.
fn share(file: &fs::File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = file.set_permissions(fs::Permissions::from_mode(0o644));
    }
    #[cfg(not(unix))]
    let _ = file;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_over_another_file_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        atomically(&path, false, |out| out.write_all(b"one")).unwrap();
        let refused = atomically(&path, false, |out| out.write_all(b"two")).unwrap_err();
        assert_eq!(refused.exit_code(), 1);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        atomically(&path, true, |out| out.write_all(b"two")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, b"old").unwrap();
        let full = |_: &mut BufWriter<&fs::File>| Err(std::io::Error::other("disk full"));
        let error = atomically(&path, true, full).unwrap_err();
        assert!(error.to_string().contains("disk full"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

//! Programs beside ours: peers in Python, where they are installed, and packages of their own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command for the interpreter, with as many threads as we have, if it knows the module.
pub fn python(module: &str) -> Result<Command, String> {
    let python: OsString = std::env::var_os("KSCOPE_PYTHON").unwrap_or_else(|| "python3".into());
    let importable = Command::new(&python).args(["-c", &format!("import {module}")]).stderr(Stdio::null()).status();
    if !importable.is_ok_and(|status| status.success()) {
        return Err(format!("{module} is not installed: see benches/peers/requirements.txt"));
    }
    let mut command = Command::new(python);
    limit_threads(&mut command);
    Ok(command)
}

/// As many threads as we have.
pub fn limit_threads(command: &mut Command) {
    let threads = rayon::current_num_threads().to_string();
    for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"] {
        command.env(variable, &threads);
    }
}

/// The program of a package in `benches/peers`, built for this CPU, as kmeans_uni's documentation asks; why
/// not, where it cannot be built (the first time it is fetched).
pub fn peer_program(package: &str) -> Result<PathBuf, String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = project.join("target/peers");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--locked", "--manifest-path"])
        .arg(project.join("benches/peers").join(package).join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTFLAGS", "-C target-cpu=native")
        .status();
    if !built.is_ok_and(|status| status.success()) {
        return Err(format!("benches/peers/{package} does not build"));
    }
    Ok(target.join("release").join(package))
}

//! Peers in Python, where they are installed.

use std::ffi::OsString;
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

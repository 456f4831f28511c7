//! Programs that tests need and cargo does not bring: found on the PATH, or told by name.

use std::env;
use std::io::Write as _;
use std::path::PathBuf;

/// The program of this name on the PATH.
pub(crate) fn program(name: &str, remedy: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.or_else(|| missing(name, remedy))
}

/// Says what is missing.
///
/// # Panics
/// With `CI=true`, under which nothing may be missing.
pub(crate) fn missing<T>(name: &str, remedy: &str) -> Option<T> {
    let in_ci = env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "{name} was not found: {remedy}.");
    // Written past the capture of `cargo test`, which hides what a passing test prints.
    writeln!(std::io::stderr(), "{name} was not found, so this test did nothing: {remedy}").expect("stderr");
    None
}

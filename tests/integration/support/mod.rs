//! What the tests share.

pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod catalogue;
pub(crate) mod database;
pub(crate) mod evaluator;
pub(crate) mod generator;
pub(crate) mod page;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod stored;

pub(crate) use app::TestApp;
pub(crate) use database::{TestDb, on_both_engines, on_engines};
pub(crate) use program::Shell;

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a directory, in order.
pub(crate) fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display())).flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

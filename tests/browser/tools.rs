//! What the suite needs and cargo does not bring: found, or told by name.
//!
//! Called by `driver.rs` (chromium) and `every_page.rs` (axe-core, html-validate). The node tools are those that
//! `package-lock.json` pins, installed beside it by `npm ci`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::tools::{missing, program};

/// The script of axe-core.
pub(crate) fn axe() -> Option<String> {
    let path = node_module("axe-core", "axe-core/axe.min.js")?;
    Some(fs::read_to_string(path).expect("axe-core is text"))
}

/// What html-validate has against the pages in a directory, one line an error; `None` where it is not installed.
pub(crate) fn invalid_html(pages: &Path) -> Option<Vec<String>> {
    let (node, script) =
        (program("node", "install Debian's package `nodejs`")?, node_module("html-validate", "html-validate/bin/html-validate.mjs")?);
    let mut command = Command::new(node);
    command.arg(script).args(["--formatter", "text", "--config"]).arg(home().join("htmlvalidate.json")).arg(".");
    let said = command.current_dir(pages).stdin(Stdio::null()).output().expect("html-validate runs");
    let (lines, log) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() || !lines.trim().is_empty(), "html-validate failed: {log}");
    // Its own count comes last, after an empty line.
    Some(lines.lines().take_while(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn node_module(name: &str, path: &str) -> Option<PathBuf> {
    let path = home().join("node_modules").join(path);
    if path.is_file() { Some(path) } else { missing(name, "run `npm ci` in tests/browser") }
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

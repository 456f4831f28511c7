//! Every crate that is built in comes from crates.io under a licence that `deny.toml` allows.
//!
//! The same as `cargo deny check licenses sources`, for machines without that tool.

use std::fs;
use std::process::Command;

use serde_json::Value;

/// The licences that `deny.toml` allows.
fn allowed() -> Vec<String> {
    let settings = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    let list = settings.split("\nallow = [").nth(1).unwrap().split(']').next().unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every crate that this machine builds.
fn crates() -> Vec<Value> {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let arguments = ["metadata", "--format-version=1", "--locked", "--all-features", "--filter-platform", &platform];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Whether an SPDX expression can be met with allowed licences.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let is_allowed = any(&mut words, allowed);
    assert_eq!(words.next(), None, "{expression} was not understood");
    is_allowed
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut is_allowed = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        is_allowed |= all(words, allowed);
    }
    is_allowed
}

fn all(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut is_allowed = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        is_allowed &= one(words, allowed);
    }
    is_allowed
}

fn one(words: &mut Words<'_>, allowed: &[String]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let is_allowed = any(words, allowed);
        assert_eq!(words.next(), Some(")"));
        return is_allowed;
    }
    let mut licence = words.next().expect("a licence").to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", words.next().expect("an exception"));
    }
    allowed.contains(&licence)
}

#[test]
fn every_crate_is_under_a_licence_that_is_allowed() {
    let allowed = allowed();
    assert!(!allowed.iter().any(|licence| licence.contains("GPL")), "{allowed:?}");
    let refused: Vec<_> = crates()
        .iter()
        .map(|package| (package["name"].as_str().unwrap().to_owned(), package["license"].as_str().unwrap_or("(none)").to_owned()))
        .filter(|(_, licence)| !is_allowed(licence, &allowed))
        .collect();
    assert_eq!(refused, []);
}

#[test]
fn every_crate_is_from_the_registry() {
    let strangers: Vec<_> = crates()
        .iter()
        .filter(|package| !package["source"].is_null() && package["source"] != "registry+https://github.com/rust-lang/crates.io-index")
        .map(|package| package["id"].to_string())
        .collect();
    assert_eq!(strangers, Vec::<String>::new());
}

#[test]
fn licences_are_read_with_all_their_words() {
    let allowed = ["MIT".to_owned(), "Unicode-3.0".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for good in ["MIT", "GPL-3.0 OR MIT", "LGPL-2.1/MIT", "(GPL-2.0 OR MIT) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception OR GPL-3.0"] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR GPL-3.0) AND GPL-2.0", "Apache-2.0"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}

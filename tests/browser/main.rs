//! The browser suite: every page and flow in Debian's chromium, as people meet them.
//!
//! `pages.rs` is the table of all pages, which `every_page.rs` walks; a new page is a line there, a new flow a function in
//! `flows/`. The site is the real one, booted as the integration tests boot it. What is missing on this machine (chromium,
//! its driver, the node tools of `package.json`) is told by name; under `CI=true` nothing may be missing.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should say where and stop")]

#[expect(dead_code, reason = "shared with the integration tests, which use the rest")]
mod support;

mod driver;
mod every_page;
mod flows;
mod hands;
mod hostile;
mod keyboard;
mod pages;
mod tools;
mod window;
mod world;

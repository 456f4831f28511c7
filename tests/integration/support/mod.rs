//! What the tests share.

pub(crate) mod api;
pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod catalogue;
pub(crate) mod database;
pub(crate) mod evaluator;
pub(crate) mod files;
pub(crate) mod generator;
pub(crate) mod page;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod queries;
pub(crate) mod stored;
pub(crate) mod tools;

pub(crate) use app::TestApp;
pub(crate) use database::{TestDb, on_both_engines, on_engines};
pub(crate) use files::files_below;
pub(crate) use program::Shell;

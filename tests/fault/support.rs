//! What the fault tests share with the integration tests. Named one by one: the others have tests of their own, which need
//! not run twice.

#[path = "../integration/support/app.rs"]
pub(crate) mod app;
#[path = "../integration/support/browser.rs"]
pub(crate) mod browser;
#[path = "../integration/support/catalogue.rs"]
pub(crate) mod catalogue;
#[path = "../integration/support/database.rs"]
pub(crate) mod database;
#[path = "../integration/support/files.rs"]
pub(crate) mod files;
#[path = "../integration/support/page.rs"]
pub(crate) mod page;
#[path = "../integration/support/postgres.rs"]
pub(crate) mod postgres;
#[path = "../integration/support/program.rs"]
pub(crate) mod program;

pub(crate) use app::TestApp;
pub(crate) use database::{TestDb, on_both_engines, on_engines};
pub(crate) use files::files_below;
pub(crate) use program::Shell;

//! What the browser suite shares with the integration tests. Named one by one: the others have tests of their own, which
//! need not run twice.

#[path = "../integration/support/app.rs"]
pub(crate) mod app;
#[path = "../integration/support/database.rs"]
pub(crate) mod database;
#[path = "../integration/support/files.rs"]
pub(crate) mod files;
#[path = "../integration/support/page.rs"]
pub(crate) mod page;
#[path = "../integration/support/postgres.rs"]
pub(crate) mod postgres;
#[path = "../integration/support/tools.rs"]
pub(crate) mod tools;

pub(crate) use app::TestApp;
pub(crate) use database::TestDb;
pub(crate) use files::files_below;

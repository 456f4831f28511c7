//! Customer Segments: staff define who a campaign talks to.
//!
//! # The map
//!
//! | module | what it is |
//! |---|---|
//! | [`config`], [`clock`], [`error`] | settings, now, and what can go wrong, as values |
//! | [`db`] | connections to either engine: pool, transactions, migrations, types; knows SQL, not HTTP |
//! | [`query`] | columns and predicates: the compiler that criteria and lists share |
//! | [`criteria`] | filter criteria: as written, resolved, SQL, English |
//! | [`history`] | events: who did what, written in the transaction of the change |
//! | [`accounts`] | who signs in, and what they may do |
//! | [`customers`] | companies, contacts, contracts: what segments select; their import |
//! | [`segments`] | the product: segments, their lists, their members, their pages |
//! | [`api`] | the JSON API in general: bodies, pages, problems, quotas; knows no model |
//! | [`admin`] | the admin in general: changelist, form, permissions; knows no model |
//! | [`routes`], [`server`] | every URL; the running site |
//! | [`commands`] | the command line |
//!
//! # Who may import whom
//!
//! Each file by the longest beginning of its path; what is not named is not imported, and nobody imports those that may
//! import everything. Other products' screens (`customers::admin`) are nobody's but `routes`'. A test holds all of this, and
//! that those without the web name none of its crates.
//!
//! | files | may import | the web |
//! |---|---|---|
//! | `config.rs`, `clock.rs` | `error` | no |
//! | `error.rs` | `db::classify` (it imports nothing of ours) | |
//! | `db/` | `db`, `error`, `clock` | no |
//! | `query/` | `query`, `db`, `error`, `clock` | no |
//! | `criteria/` | `criteria`, `query`, `db`, `error`, `clock` | no |
//! | `history/` | `history`, `accounts::actor`, `accounts::Actor`, `db`, `error`, `clock` | no |
//! | `accounts/` | `accounts`, `history`, `db`, `error`, `clock`, `config` | |
//! | `accounts/actor.rs`, `accounts/api_login.rs`, `accounts/api_token.rs`, `accounts/user.rs`, `accounts/password`, `accounts/managing`, `accounts/sessions.rs`, `accounts/setup_link.rs`, `accounts/throttle.rs` | `accounts`, `history`, `db`, `query::text`, `error`, `clock`, `config` | no |
//! | `accounts/login.rs`, `accounts/unsent.rs`, `accounts/password_change.rs`, `accounts/account.rs`, `accounts/setup.rs`, `accounts/tokens_page.rs`, `accounts/hand_over.rs`, `accounts/admin/` | `accounts`, `admin`, `history`, `db`, `query`, `criteria`, `error`, `clock`, `config` | |
//! | `customers/` | `customers`, `db`, `query`, `criteria`, `history`, `accounts::actor`, `accounts::Actor`, `error`, `clock` | no |
//! | `customers/api/` | `customers`, `api`, `admin::search`, `accounts`, `db`, `query`, `criteria`, `error`, `clock`, `config` | |
//! | `customers/admin/` | `customers`, `admin`, `accounts`, `history`, `db`, `query`, `criteria`, `error`, `clock`, `config` | |
//! | `segments/` | `segments`, `customers`, `db`, `query`, `criteria`, `history`, `accounts::actor`, `accounts::Actor`, `error`, `clock` | no |
//! | `segments/admin.rs`, `segments/actions.rs`, `segments/cells.rs`, `segments/tools.rs`, `segments/filters.rs`, `segments/builder/`, `segments/criteria_box.rs`, `segments/words.rs`, `segments/form.rs`, `segments/deleting.rs`, `segments/where_used.rs`, `segments/writer.rs`, `segments/why_page.rs`, `segments/why_contact.rs`, `segments/preview_panel.rs`, `segments/hand_over.rs`, `segments/undoing.rs`, `segments/list_drift.rs`, `segments/list_page/`, `segments/combine_page.rs`, `segments/upload/pages.rs`, `segments/upload/acting.rs`, `segments/upload/deeds.rs`, `segments/upload/download.rs`, `segments/paste/page.rs`, `segments/picker/`, `segments/members_page/`, `segments/api/` | `segments`, `api`, `customers`, `admin`, `accounts`, `history`, `db`, `query`, `criteria`, `error`, `clock`, `config` | |
//! | `api/` | `api`, `admin::query_string`, `config`, `clock`, `db`, `query`, `history`, `accounts`, `error` | |
//! | `accounts/api.rs` | `accounts`, `api`, `db`, `error`, `clock`, `config` | |
//! | `admin/` | `admin`, `config`, `clock`, `db`, `query`, `history`, `accounts`, `error` | |
//! | `routes.rs`, `server/`, `commands/`, `main.rs`, `lib.rs` | everything | |

pub mod accounts;
pub mod admin;
pub mod api;
pub mod clock;
pub mod commands;
pub mod config;
pub mod criteria;
pub mod customers;
pub mod db;
pub mod error;
pub mod history;
pub mod query;
pub mod routes;
pub mod segments;
pub mod server;

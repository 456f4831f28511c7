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
//! | [`admin`] | the admin in general: changelist, form, permissions; knows no model |
//! | [`routes`], [`server`] | every URL; the running site |
//! | [`commands`] | the command line |
pub mod accounts;
pub mod admin;
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

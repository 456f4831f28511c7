//! The integration tests: one binary, one file a subject, every test on both engines where both are meant.
//!
//! `support` has what they share: a PostgreSQL cluster of their own, a database per test, the running app and the people
//! who use it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should say where and stop")]

mod support;

#[path = "../../examples/campaign.rs"]
#[expect(dead_code, reason = "its `main` reads the environment")]
mod campaign;

mod account;
mod accounts;
mod actions;
mod api_customers;
mod api_document;
mod api_lists;
mod api_permissions;
mod api_segments;
mod api_sign_in;
mod builder;
mod change_form;
mod changelist;
mod combining;
mod commands;
mod contract;
mod counting;
mod criteria;
mod curating;
mod customers;
mod db;
mod declarations;
mod explain;
mod filters;
mod house;
mod import;
mod importing;
mod job;
mod licences;
mod list_races;
mod list_source;
mod members_page;
mod old_documents;
mod own_model;
mod pasting;
mod permissions;
mod picker;
mod query_counts;
mod races;
mod references;
mod sample;
mod security;
mod security_releases;
mod segment_commands;
mod segments;
mod serving;
mod setup;
mod sign_in;
mod site;
mod site_search;
mod spreadsheet;
mod unsent;
mod uploads;
mod users;
mod versions;

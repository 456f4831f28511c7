//! The fault tests: what the program does when it is killed, when its database is full, locked or away, when too much is
//! asked at once, and when what is sent makes no sense.
//!
//! A binary of its own beside `integration`, whose support it shares. Most tests start the real program and treat it as the
//! world would. `FAULT_ROUNDS` says how often the server is killed under load (5 unless it is set).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should say where and stop")]

#[expect(dead_code, reason = "shared with the integration tests, which use the rest")]
mod support;

mod cluster;
mod crash;
mod input;
mod job;
mod node;
mod saves;
mod starving;
mod stored;
mod trouble;
mod uploads;

//! How to open and use a database: what `commands` make of the settings, and tests of what they need.

use std::time::Duration;

/// How to open and use a database.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// How long one statement may work; on SQLite all statements of a transaction together.
    pub statement_timeout: Duration,
    /// How long what is worth only so much may work, of which a page can do without: the counts beside filters.
    pub aside_timeout: Duration,
    /// How long one read without a hurry may work; `None`: as long as it takes.
    pub unhurried_timeout: Option<Duration>,
    /// How long to wait for a free connection.
    pub pool_timeout: Duration,
    /// How long to wait for a place for long work.
    pub turn_timeout: Duration,
    /// How long whoever gets a file may leave it unread before it is given up, and its place for long work with it.
    pub reader_timeout: Duration,
    /// Connections kept at most.
    pub pool_size: u32,
    /// Whether statements are prepared once a connection; off behind a pooler that does not track them.
    pub prepared_statements: bool,
}

impl Options {
    /// The usual values for `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            statement_timeout: Duration::from_secs(10),
            // So that the page is there within 300 ms, its list included.
            aside_timeout: Duration::from_millis(230),
            unhurried_timeout: None,
            pool_timeout: Duration::from_secs(2),
            turn_timeout: Duration::from_secs(20),
            reader_timeout: Duration::from_secs(60),
            pool_size: 14,
            prepared_statements: true,
        }
    }
}

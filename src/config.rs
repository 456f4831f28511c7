//! Every setting: its name, default, unit and meaning, in one place.
//!
//! Read by `commands` from flags, then the environment, then `.env`; `--help` and the README's table are made from here. A
//! wrong setting stops the start with one sentence and exit code 2. The rest of the program is handed a [`Config`] that
//! cannot be wrong.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use url::Url;

/// The settings as they are typed. The documentation of each field is its help text.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
#[expect(clippy::doc_markdown, reason = "the documentation of these fields is the text of `--help`, where backticks would be noise")]
pub struct Settings {
    /// The database: sqlite://PATH or postgres://USER@HOST/NAME (several hosts allowed)
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://customer-segments.db", global = true, hide_env_values = true)]
    pub database_url: String,
    /// The address and port to listen on
    #[arg(long, env = "BIND", default_value = "127.0.0.1:8000", value_parser = address, global = true)]
    pub bind: SocketAddr,
    /// Where browsers reach the site [default: http://BIND]; https makes cookies Secure and sends HSTS, http is for this machine only
    #[arg(long, env = "PUBLIC_URL", global = true)]
    pub public_url: Option<Url>,
    /// What sessions and tokens are signed with, 32 characters or more [default: made and kept beside the SQLite file; required on PostgreSQL]
    #[arg(long, env = "SECRET_KEY", global = true, hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Further host names that the site answers to, beside that of PUBLIC_URL; .example.com means its subdomains too
    #[arg(long, env = "ALLOWED_HOSTS", value_delimiter = ',', global = true)]
    pub allowed_hosts: Vec<String>,
    /// Addresses of reverse proxies whose X-Forwarded-For is believed
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<IpAddr>,
    /// The zone in which dates are lived
    #[arg(long, env = "TIME_ZONE", default_value = "Asia/Bangkok", value_parser = zone, global = true)]
    pub time_zone: Tz,
    /// The title in the header of every page
    #[arg(long, env = "SITE_HEADER", default_value = "Customer Segments", global = true)]
    pub site_header: String,
    /// How the log on stderr is written
    #[arg(long, env = "LOG_FORMAT", default_value = "pretty", global = true)]
    pub log_format: LogFormat,
    /// Seconds that one database statement may take; on SQLite, all statements of one request together
    #[arg(long, env = "STATEMENT_TIMEOUT", default_value = "10", value_parser = clap::value_parser!(u64).range(1..=3600), global = true)]
    pub statement_timeout: u64,
    /// Whether PostgreSQL statements are prepared; off behind a pooler that does not track them
    #[arg(long, env = "PREPARED_STATEMENTS", default_value = "on", global = true)]
    pub prepared_statements: Switch,
    /// Megabytes that an uploaded file may have
    #[arg(long, env = "UPLOAD_LIMIT", default_value = "200", value_parser = clap::value_parser!(u64).range(1..=10_000), global = true)]
    pub upload_limit: u64,
    /// Minutes without a request after which a session ends
    #[arg(long, env = "SESSION_IDLE", default_value = "120", value_parser = clap::value_parser!(i64).range(1..=43200), global = true)]
    pub session_idle: i64,
    /// Hours after which a session ends in any case
    #[arg(long, env = "SESSION_MAX", default_value = "12", value_parser = clap::value_parser!(i64).range(1..=8760), global = true)]
    pub session_max: i64,
    /// Failed sign-ins for one user name within 15 minutes after which the next ones must wait, longer each time, a minute at most
    #[arg(long, env = "LOGIN_FAILURES", default_value = "5", value_parser = clap::value_parser!(u32).range(1..=10_000), global = true)]
    pub login_failures: u32,
    /// The same from one address; more where many people share one
    #[arg(long, env = "LOGIN_FAILURES_BY_ADDRESS", default_value = "20", value_parser = clap::value_parser!(u32).range(1..=10_000), global = true)]
    pub login_failures_by_address: u32,
    /// Other sites whose pages may use the API with a token, like https://HOST
    #[arg(long, env = "CORS_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = origin, global = true)]
    pub cors_allowed_origins: Vec<String>,
    /// Requests that one user may send to the API in a minute
    #[arg(long, env = "API_RATE", default_value = "600", value_parser = clap::value_parser!(i32).range(1..=1_000_000), global = true)]
    pub api_rate: i32,
    /// The same from one address; more where many people share one
    #[arg(long, env = "API_RATE_BY_ADDRESS", default_value = "3000", value_parser = clap::value_parser!(i32).range(1..=1_000_000), global = true)]
    pub api_rate_by_address: i32,
    /// How often every active segment is counted again while the site is served: 90s, 30m, 1h, 1d; 0 = never
    #[arg(long, env = "RECALCULATE_EVERY", default_value = "1h", value_parser = pace, global = true)]
    pub recalculate_every: Pace,
    /// The format of new password hashes [default: argon2id on our own database, pbkdf2_sha256 on one shared with the CRM]
    #[arg(long, env = "PASSWORD_HASHER", global = true)]
    pub password_hasher: Option<PasswordHasher>,
}

fn address(typed: &str) -> Result<SocketAddr, String> {
    typed.parse().map_err(|_| "it must be an address and a port, like 127.0.0.1:8000".to_owned())
}

fn zone(typed: &str) -> Result<Tz, String> {
    typed.parse().map_err(|_| "no time zone has this name; they are named like Asia/Bangkok or Europe/London".to_owned())
}

fn origin(typed: &str) -> Result<String, String> {
    let wrong = || "it must be the origin of a site, like https://crm.example.com, without a path".to_owned();
    let url = Url::parse(typed.trim()).map_err(|_| wrong())?;
    let origin = url.origin();
    let is_one = origin.is_tuple() && matches!(url.scheme(), "http" | "https") && matches!(url.path(), "" | "/") && url.query().is_none();
    if is_one { Ok(origin.ascii_serialization()) } else { Err(wrong()) }
}

/// How often something is done by the clock; `None` is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(pub Option<Duration>);

/// The longest pace: a month.
const SLOWEST: u64 = 31 * 86_400;

fn pace(typed: &str) -> Result<Pace, String> {
    let typed = typed.trim();
    if typed == "0" {
        return Ok(Pace(None));
    }
    let (number, unit) = typed.split_at(typed.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(typed.len()));
    let seconds = match unit {
        "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        _ => None,
    };
    let seconds = seconds.zip(number.parse::<u64>().ok()).and_then(|(unit, number)| number.checked_mul(unit));
    match seconds {
        Some(0) => Ok(Pace(None)),
        Some(seconds @ 1..=SLOWEST) => Ok(Pace(Some(Duration::from_secs(seconds)))),
        _ => Err("it must be a number with s, m, h or d behind it, like 30m or 1h and at most 31d, or 0 for never".to_owned()),
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

/// Formats of new password hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum PasswordHasher {
    /// Argon2id, the better one; Django reads it where its argon2 support is installed.
    Argon2id,
    /// Django's default, which every Django reads.
    Pbkdf2Sha256,
}

/// The settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// See [`Settings::database_url`].
    pub database_url: String,
    /// See [`Settings::bind`].
    pub bind: SocketAddr,
    /// Where browsers reach the site, without a trailing slash.
    pub public_url: Url,
    /// The secret, at least 32 bytes; never shown.
    pub secret_key: Secret,
    /// Every host name that the site answers to, in lower case.
    pub allowed_hosts: Vec<String>,
    /// See [`Settings::trusted_proxies`].
    pub trusted_proxies: Vec<IpAddr>,
    /// See [`Settings::time_zone`].
    pub time_zone: Tz,
    /// See [`Settings::site_header`].
    pub site_header: String,
    /// See [`Settings::statement_timeout`].
    pub statement_timeout: Duration,
    /// See [`Settings::prepared_statements`].
    pub prepared_statements: bool,
    /// See [`Settings::upload_limit`]; in bytes.
    pub upload_limit: u64,
    /// See [`Settings::session_idle`].
    pub session_idle: Duration,
    /// See [`Settings::session_max`].
    pub session_max: Duration,
    /// See [`Settings::login_failures`].
    pub login_failures: u32,
    /// See [`Settings::login_failures_by_address`].
    pub login_failures_by_address: u32,
    /// See [`Settings::cors_allowed_origins`].
    pub cors_allowed_origins: Vec<String>,
    /// See [`Settings::api_rate`].
    pub api_rate: i32,
    /// See [`Settings::api_rate_by_address`].
    pub api_rate_by_address: i32,
    /// See [`Settings::recalculate_every`]; `None` is never.
    pub recalculate_every: Option<Duration>,
    /// See [`Settings::password_hasher`]; `None` follows the database.
    pub password_hasher: Option<PasswordHasher>,
}

/// Bytes that no log and no error may show.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// The fewest characters of a secret key.
const SECRET_LENGTH: usize = 32;

impl Settings {
    /// The settings, checked, with `made_secret` where no key is set.
    ///
    /// # Errors
    /// One sentence that names the setting and what would be right.
    pub fn check(self, made_secret: Option<String>) -> Result<Config, String> {
        let (public_url, host) = self.checked_url()?;
        let secret = self.secret_key.or(made_secret).ok_or("SECRET_KEY must be set when the database is PostgreSQL.")?;
        if secret.chars().count() < SECRET_LENGTH {
            return Err(format!("SECRET_KEY must have at least {SECRET_LENGTH} characters."));
        }
        let mut allowed_hosts: Vec<String> =
            self.allowed_hosts.iter().map(|host| host.trim().to_lowercase()).filter(|host| !host.is_empty()).collect();
        if is_loopback(&host) {
            allowed_hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(String::from));
        }
        allowed_hosts.push(host);
        Ok(Config {
            database_url: self.database_url,
            bind: self.bind,
            public_url,
            secret_key: Secret(secret.into_bytes()),
            allowed_hosts,
            trusted_proxies: self.trusted_proxies,
            time_zone: self.time_zone,
            site_header: self.site_header,
            statement_timeout: Duration::from_secs(self.statement_timeout),
            prepared_statements: self.prepared_statements == Switch::On,
            upload_limit: self.upload_limit * 1_000_000,
            session_idle: Duration::from_secs(self.session_idle.unsigned_abs() * 60),
            session_max: Duration::from_secs(self.session_max.unsigned_abs() * 3600),
            login_failures: self.login_failures,
            login_failures_by_address: self.login_failures_by_address,
            cors_allowed_origins: self.cors_allowed_origins,
            api_rate: self.api_rate,
            api_rate_by_address: self.api_rate_by_address,
            recalculate_every: self.recalculate_every.0,
            password_hasher: self.password_hasher,
        })
    }

    /// Where browsers reach the site, and the host in it.
    fn checked_url(&self) -> Result<(Url, String), String> {
        let url = match &self.public_url {
            Some(url) => url.clone(),
            None => format!("http://{}", self.bind).parse().map_err(|error| format!("BIND: {error}."))?,
        };
        let host = url.host_str().ok_or("PUBLIC_URL must name a host.")?.to_lowercase();
        match url.scheme() {
            "https" => Ok((url, host)),
            "http" if is_loopback(&host) => Ok((url, host)),
            "http" => Err(format!("PUBLIC_URL must be https://… because {host} is not this machine: passwords would travel in the clear.")),
            other => Err(format!("PUBLIC_URL must begin with https:// or http://, not {other}://.")),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

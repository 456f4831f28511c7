//! What every command is given: the settings, and the database, clock and secret that are made from them.
//!
//! Called by the commands. Here and in `server.rs` alone the machine's clock is read.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::clock::Clock;
use crate::config::{Config, Settings, Switch};
use crate::db::connection::Options;
use crate::db::dialect::{self, Engine};
use crate::db::{Db, migrations};
use crate::error::{AppError, Result};

/// Why a database whose letters fold otherwise than ours is refused.
pub(super) const FOLDS_ASCII_ONLY: &str =
    "The database does not fold letters beyond ASCII (its LC_CTYPE is C): É and é would differ. Make it with a locale like C.UTF-8.";

/// What a command works with.
#[derive(Debug)]
pub struct Context {
    /// The settings as they were typed.
    pub settings: Settings,
}

impl Context {
    /// From the settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// The machine's clock, in the zone of the settings.
    #[expect(clippy::disallowed_methods, reason = "this is where the machine's clock enters the program")]
    pub fn clock(&self) -> Clock {
        Clock::new(chrono::Utc::now, self.settings.time_zone)
    }

    /// How to open the database.
    pub fn options(&self) -> Options {
        Options {
            statement_timeout: Duration::from_secs(self.settings.statement_timeout),
            prepared_statements: self.settings.prepared_statements == Switch::On,
            ..Options::new(&self.settings.database_url)
        }
    }

    /// The database to work on, made if it is missing, with every migration applied.
    ///
    /// # Errors
    /// Those of [`Context::opened`]; `Conflict` where the CRM shares it and migrations are pending: its tables change only
    /// when somebody says `migrate`.
    pub fn database(&self) -> Result<Db> {
        self.migrated(self.opened()?)
    }

    /// The database to work on, made if it is missing; not migrated.
    ///
    /// # Errors
    /// `Conflict` for one that folds text otherwise than the program: rules would select others than they say.
    pub fn opened(&self) -> Result<Db> {
        let db = self.open()?;
        if db.read_blocking(|connection| Ok(dialect::folds_alike(connection)?))? {
            return Ok(db);
        }
        Err(AppError::Conflict(FOLDS_ASCII_ONLY.into()))
    }

    /// [`Context::database`] with one that is open already.
    pub fn migrated(&self, db: Db) -> Result<Db> {
        let state = migrations::state(&db)?;
        if state.shared && !state.pending.is_empty() {
            return Err(AppError::Conflict(
                "Migrations are pending on this shared database. Run `customer-segments migrate` first.".into(),
            ));
        }
        if !state.pending.is_empty() || !state.unknown.is_empty() {
            for name in migrations::apply(&db)? {
                tracing::info!(name, "migration applied");
            }
        }
        Ok(db)
    }

    /// The database as it is; nothing is made and nothing migrated.
    ///
    /// # Errors
    /// `Conflict` when the SQLite file does not exist.
    pub fn database_as_it_is(&self) -> Result<Db> {
        self.require_file()?;
        self.open()
    }

    /// [`Context::database`] of one that must be there: a mistyped path must not become a new, empty database that answers
    /// everything with nothing.
    ///
    /// # Errors
    /// Those of [`Context::database`]; `Conflict` when the SQLite file does not exist.
    pub fn existing_database(&self) -> Result<Db> {
        self.require_file()?;
        self.database()
    }

    fn require_file(&self) -> Result<()> {
        if let Some(file) = self.sqlite_file()?
            && !file.exists()
        {
            return Err(AppError::Conflict(format!(
                "There is no database at {} yet; `customer-segments migrate` makes it.",
                file.display()
            )));
        }
        Ok(())
    }

    /// # Errors
    /// `BadRequest` when the URL asks for TLS and this build has none: libpq would only say that its value is invalid.
    fn open(&self) -> Result<Db> {
        let url = &self.settings.database_url;
        if let Some(mode) =
            tls_mode(url).filter(|_| !cfg!(feature = "tls") && Engine::of(url).is_ok_and(|engine| engine == Engine::Postgres))
        {
            return Err(AppError::BadRequest(format!(
                "DATABASE_URL asks for TLS (sslmode={mode}) and this program was built without it. Build it with --features tls."
            )));
        }
        Db::open(self.options())
    }

    /// The settings, checked; with a secret key that is made and kept beside a SQLite file where none is set.
    ///
    /// # Errors
    /// `BadRequest` with the sentence what is wrong.
    pub fn config(&self) -> Result<Config> {
        let made = match (&self.settings.secret_key, self.secret_file()?) {
            (None, Some(file)) => Some(kept_secret(&file)?),
            _ => None,
        };
        self.settings.clone().check(made).map_err(AppError::BadRequest)
    }

    /// Where the secret key is kept when none is set; `None` on PostgreSQL, where every node must be told the same.
    pub fn secret_file(&self) -> Result<Option<PathBuf>> {
        let beside = |file: PathBuf| {
            let mut name = file.into_os_string();
            name.push(".secret-key");
            PathBuf::from(name)
        };
        Ok(self.sqlite_file()?.map(beside))
    }

    /// The file of a SQLite database.
    pub fn sqlite_file(&self) -> Result<Option<PathBuf>> {
        let url = &self.settings.database_url;
        Ok((Engine::of(url)? == Engine::Sqlite).then(|| dialect::sqlite_path(url).into()))
    }
}

/// The mode of a URL that insists on TLS. By hand, for a URL that names several hosts is none to a parser of URLs.
fn tls_mode(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mode = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "sslmode")?.1;
    (mode == "require" || mode.starts_with("verify-")).then(|| mode.into_owned())
}

/// The secret in `file`, which only its owner may read; made if it is not there. The lock is for two that start at once.
fn kept_secret(file: &Path) -> Result<String> {
    let cannot = |error: std::io::Error| AppError::BadRequest(format!("The secret key in {} cannot be kept: {error}.", file.display()));
    let mut kept = File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(file).map_err(cannot)?;
    kept.lock().map_err(cannot)?;
    let mut secret = String::new();
    kept.read_to_string(&mut secret).map_err(cannot)?;
    if secret.trim().is_empty() {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(AppError::internal)?;
        secret = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        kept.rewind().and_then(|()| writeln!(kept, "{secret}")).and_then(|()| kept.sync_all()).map_err(cannot)?;
    }
    Ok(secret.trim().to_owned())
}

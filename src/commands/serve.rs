//! `serve`, the default command: migrates our own database, then serves until told to end. One that the CRM shares is
//! changed by `migrate` alone, as for every command (see `context`).

use std::io::{Write, stdout};

use super::{Context, Outcome};
use crate::accounts::setup_link;
use crate::accounts::user::User;
use crate::config::Config;
use crate::db::{Db, migrations};
use crate::error::{AppError, Result};
use crate::server;

/// Runs it.
pub fn run(context: &Context) -> Result<Outcome> {
    let config = context.config()?;
    let db = context.database()?;
    let token = setup_token(&db, context)?;
    serve(context, config, db, |url| {
        writeln!(stdout(), "Serving at {url}")?;
        if let Some(token) = token {
            writeln!(stdout(), "Nobody can sign in yet. Make the first user at {url}admin/setup/{token}/")?;
            writeln!(stdout(), "The link works once, for 24 hours. Or use: customer-segments createsuperuser")?;
        }
        Ok(())
    })?;
    Ok(Outcome::Done)
}

/// The token of a new set-up link where there is nobody yet; never where the CRM makes the accounts.
fn setup_token(db: &Db, context: &Context) -> Result<Option<String>> {
    if migrations::state(db)?.shared || db.read_blocking(User::count)? > 0 {
        return Ok(None);
    }
    let now = context.clock().now();
    match db.write_blocking(|connection| setup_link::insert(connection, now)) {
        Ok(token) => Ok(Some(token)),
        // Somebody was added at this moment.
        Err(AppError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Serves; `announce` is given the site's URL once the port is ours. A `BIND` with port 0 takes any free one.
pub(super) fn serve(context: &Context, mut config: Config, db: Db, announce: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let listener = server::bind(&config)?;
    config.bind = listener.local_addr()?;
    if context.settings.public_url.is_none() {
        config.public_url.set_port(Some(config.bind.port())).map_err(|()| AppError::internal("the URL of the site takes no port"))?;
    }
    let url = config.public_url.to_string();
    server::run_on(listener, config, db, context.clock(), || announce(&url))
}

//! Who signs in, what segments there are, and the keys of rows in addresses.

use customer_segments::accounts::managing::{self, Values};
use customer_segments::accounts::{Actor, Role, password};
use customer_segments::config::PasswordHasher;
use customer_segments::db::schema::{crm_app_company, crm_app_contact, crm_app_contract, crm_app_customersegment as segment};
use customer_segments::db::{AnyConnection, Db, Id};
use customer_segments::segments;
use diesel::prelude::*;

use crate::figures::clock;

/// The name of whoever signs in.
pub(crate) const USERNAME: &str = "bench";
/// Their password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Stores somebody who may see and change everything.
pub(crate) fn user(db: &Db) -> Actor {
    let program = Actor::system("bench", false);
    let (user, id) = (Values { is_superuser: true, ..Values::new(USERNAME, Role::Admin) }, Id::new());
    let hash = password::hash(PasswordHasher::Argon2id, PASSWORD).unwrap();
    db.write_unhurried(|connection| managing::insert(connection, &program, clock().now(), id, &user, &hash)).unwrap();
    Actor { id: Some(id), name: USERNAME.into(), ..program }
}

/// Stores them and the sample's segments.
pub(crate) fn people(db: &Db) -> Actor {
    let user = user(db);
    segments::sample::fill(db, &clock(), &user).unwrap();
    user
}

/// `path` with keys in place of what is in braces: those of the segment of that name, or of some row.
pub(crate) fn with_keys(path: &str, db: &Db) -> String {
    let Some((key, _)) = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')) else { return path.to_owned() };
    let id = db.read_unhurried(|connection| key_of(connection, key)).unwrap();
    with_keys(&path.replace(&format!("{{{key}}}"), &id.to_string()), db)
}

fn key_of(connection: &mut AnyConnection, what: &str) -> customer_segments::error::Result<Id> {
    Ok(match what {
        "contact" => crm_app_contact::table.select(crm_app_contact::id).first(connection)?,
        "company" => crm_app_company::table.select(crm_app_company::id).first(connection)?,
        "contract" => crm_app_contract::table.select(crm_app_contract::id).first(connection)?,
        "static" => segment::table.filter(segment::segment_type.eq(what)).select(segment::id).first(connection)?,
        name => segment::table.filter(segment::name.eq(name)).select(segment::id).first(connection)?,
    })
}

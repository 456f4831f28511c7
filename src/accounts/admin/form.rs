//! What the form of a user does beyond its fields: names and passwords checked, users saved and deleted.
//!
//! Hooks, named in the declaration of `mod.rs`; the deeds and their rules are `managing`'s.

use askama::Template;

use super::UserAdmin;
use super::belongings::Belongings;
use crate::accounts::Actor;
use crate::accounts::actor::Permission;
use crate::accounts::managing::{self, Account, Values, stored_username};
use crate::accounts::managing_rules::{not_oneself, require};
use crate::accounts::password;
use crate::accounts::password_rules::Problems;
use crate::accounts::user::{User, username_problem};
use crate::admin::actions::each;
use crate::admin::bound_field::BoundField;
use crate::admin::deletion::{Protected, named_of};
use crate::admin::display::counted;
use crate::admin::editing::{Act, FormContext, Note, Saved, Target};
use crate::admin::form::{FormData, FormErrors};
use crate::admin::form_page::ObjectView;
use crate::admin::html::Html;
use crate::admin::model_admin::ModelAdmin;
use crate::config::PasswordHasher;
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};
use crate::query::text::nfc;

const NAME_TAKEN: &str = "A user with that username already exists.";

/// What a good form comes down to.
#[derive(Clone)]
pub struct Edited {
    values: Values,
    /// The hash of a new user's password; blank for a stored one, whose password is no field of the form. In our own format,
    /// for users are only added where all of the database is ours; the first sign-in brings it into one that the settings name.
    hash: String,
}

/// What the panels show.
#[derive(Debug, Default)]
pub struct Panels {
    /// Whether a user is added.
    is_new: bool,
    /// Where the password of a stored user is reset; `None` for who may not.
    password_url: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/new_password.html")]
struct NewPassword<'a> {
    field: &'a BoundField,
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct Password<'a> {
    url: Option<&'a str>,
}

/// Reads what the panels show.
pub fn panels<B: Belongings>(_: &mut AnyConnection, context: &FormContext<'_, UserAdmin<B>>) -> Result<Panels> {
    let may_reset = |row: &Account| require(context.act.actor, Permission::Change, Some(row)).is_ok();
    let url = |row: &Account| may_reset(row).then(|| UserAdmin::<B>::MODEL.object_url(row.id, "password"));
    Ok(Panels { is_new: context.row.is_none(), password_url: context.row.and_then(url) })
}

/// A new user's password; of a stored user nothing, not even its hash, is shown.
pub fn new_password(field: &BoundField, panels: &Panels) -> Result<Html> {
    if panels.is_new { Html::render(&NewPassword { field }) } else { Ok(Html::default()) }
}

/// The sentence in the place of a stored user's password.
pub fn password_panel(panels: &Panels) -> Result<Html> {
    if panels.is_new { Ok(Html::default()) } else { Html::render(&Password { url: panels.password_url.as_deref() }) }
}

/// See `Edit::clean`.
pub fn clean<B: Belongings>(
    connection: &mut AnyConnection,
    context: &FormContext<'_, UserAdmin<B>>,
    errors: &mut FormErrors,
) -> Result<Option<Edited>> {
    let values = values_of(context.data);
    let has_new_name = context.row.is_none_or(|row| row.values.username != values.username);
    // Of a name that is too long nothing else is said.
    if has_new_name && !values.username.is_empty() && errors.of("username").next().is_none() {
        if let Some(problem) = username_problem(&values.username) {
            errors.add("username", problem);
        } else if let Some(taken) = User::find_namesake(connection, &values.username, context.row.map(|row| row.id))? {
            errors.add("username", name_taken(&taken, &values.username));
        }
    }
    if context.row.is_some() {
        return Ok(Some(Edited { values, hash: String::new() }));
    }
    let (first, again) = (context.data.get("password1"), context.data.get("password2"));
    let problems = Problems::of(first, again, &values.username);
    // That nothing was typed is said already.
    let of_first = problems.first.into_iter().filter(|_| !first.is_empty()).map(|problem| ("password1", problem));
    let of_again = problems.again.into_iter().filter(|_| !again.is_empty()).map(|problem| ("password2", problem));
    for (field, problem) in of_first.chain(of_again) {
        errors.add(field, problem);
    }
    // What is refused anyway costs no hash.
    let hash = if errors.is_empty() { password::hash(PasswordHasher::Argon2id, first)? } else { String::new() };
    Ok(Some(Edited { values, hash }))
}

fn values_of(data: &FormData) -> Values {
    let text = |name| nfc(data.get(name).trim());
    let flag = |name| data.get(name) == "true";
    Values {
        username: stored_username(data.get("username")),
        first_name: text("first_name"),
        last_name: text("last_name"),
        email: text("email"),
        phone: text("phone"),
        department: text("department"),
        role: data.get("role").to_owned(),
        is_staff: flag("is_staff"),
        is_active: flag("is_active"),
        is_superuser: flag("is_superuser"),
    }
}

fn name_taken(taken: &str, typed: &str) -> String {
    if taken == typed {
        return NAME_TAKEN.to_owned();
    }
    format!("There is a user “{taken}” already: the names of two users must differ in more than case.")
}

/// See `Edit::lock`: all who manage users wait for one another.
pub fn lock(connection: &mut AnyConnection, _: &[Id]) -> Result<()> {
    managing::lock(connection)
}

/// See `Edit::is_done`: whenever it asks for no password. Saying yes to the right password and no to others would let people
/// guess those of others; a form with one that is sent twice is told that the username is taken.
pub fn is_done(_: &mut AnyConnection, _: &Account, data: &FormData) -> Result<bool> {
    Ok(data.get("password1").is_empty())
}

/// See `Edit::save`.
pub fn save<B: Belongings>(
    connection: &mut AnyConnection,
    act: &Act<'_>,
    target: Target<'_, UserAdmin<B>>,
    edited: &Edited,
) -> Result<Saved> {
    let (actor, now) = (act.actor, act.clock.now());
    let saved = match target {
        Target::New(id) => managing::insert(connection, actor, now, id, &edited.values, &edited.hash)?,
        Target::Stored(row) => managing::update(connection, actor, now, row.id, &edited.values)?,
    };
    let name = saved.values.username.clone();
    let owned = if saved.values.is_active { 0 } else { B::count(connection, saved.id)? };
    let note = (owned > 0).then(|| {
        let them = if owned == 1 { "it" } else { "them" };
        let owned = owns::<B>(owned);
        Note::warning(format!(
            "“{name}” can no longer log in and still owns {owned}. “Hand over” on their page gives {them} to somebody else."
        ))
    });
    Ok(Saved { id: saved.id, name, notes: note.into_iter().collect() })
}

/// See `Edit::refusal`.
pub fn refusal(error: &AppError) -> Option<FormErrors> {
    match error {
        AppError::NotUnique(_) => Some(FormErrors::at("username", NAME_TAKEN)),
        AppError::Conflict(_) | AppError::Database(_) | AppError::Unavailable(_) => {
            let mut errors = FormErrors::default();
            errors.add_general(error.to_string());
            Some(errors)
        }
        _ => None,
    }
}

/// See `Edit::protects`: what they own is handed over first.
pub fn protects<B: Belongings>(connection: &mut AnyConnection, actor: &Actor, rows: &[Account]) -> Result<Vec<Protected>> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let owned = B::count_by_owner(connection, &ids)?;
    let kept = rows.iter().filter_map(|row| Some((row, *owned.get(&row.id)?)));
    let protected = |(place, (row, count)): (usize, (&Account, i64))| {
        let groups = vec![B::group(connection, actor, row.id, count, named_of(place, rows.len()))?];
        let object = ObjectView::of::<UserAdmin<B>>(row);
        Ok(Protected { model: UserAdmin::<B>::MODEL, object, groups, remedy: Some(("Hand over", "hand_over")) })
    };
    kept.enumerate().map(protected).collect()
}

/// See `Edit::delete`. Nothing loses its owner by the way: they are counted once nobody can add one for this user.
pub fn delete<B: Belongings>(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Account]) -> Result<()> {
    for row in rows {
        managing::lock_out(connection, row.id)?;
        let owned = B::count(connection, row.id)?;
        if owned > 0 {
            let (who, what) = (&row.values.username, owns::<B>(owned));
            return Err(AppError::Conflict(format!("“{who}” still owns {what}. Hand over first what they own, then delete them.")));
        }
        managing::delete(connection, act.actor, act.clock.now(), row.id)?;
    }
    Ok(())
}

/// The deed of "Deactivate selected Users".
pub fn deactivate(connection: &mut AnyConnection, act: &Act<'_>, rows: &[Account], _: &str) -> Result<usize> {
    each(rows, |row| deactivate_one(connection, act, row))
}

fn deactivate_one(connection: &mut AnyConnection, act: &Act<'_>, row: &Account) -> Result<bool> {
    // Read again: another Admin may have changed more than that since the list was.
    managing::lock(connection)?;
    if row.is(act.actor) {
        return Err(not_oneself("deactivate", row));
    }
    let values = managing::find(connection, row.id)?.values;
    if !values.is_active {
        return Ok(false);
    }
    managing::update(connection, act.actor, act.clock.now(), row.id, &Values { is_active: false, ..values })?;
    Ok(true)
}

/// "3 segments".
pub fn owns<B: Belongings>(count: i64) -> String {
    counted(count, B::ONE, B::MANY)
}

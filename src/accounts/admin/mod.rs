//! The screens of users: what their list and form show.
//!
//! Declarations, read by `crate::admin`; what the form does beyond its fields is in `form`, the pages beside it in `tools` and
//! `sessions_page`. What users own is handed in by `routes` as [`Belongings`]. On a database shared with the CRM nothing of a
//! user is edited.

pub mod belongings;
pub mod columns;
pub mod form;
pub mod sessions_page;
pub mod tools;

use std::marker::PhantomData;

use self::belongings::Belongings;
use self::columns::ROLES;
use self::form::{Edited, Panels};
use super::actor::{Actor, Permission};
use super::managing::{self, Account};
use super::managing_rules::{self, sets_rights, sets_superuser};
use crate::admin::actions::{Action, DELETE, Deed, MOST};
use crate::admin::cell::{Cell, Show};
use crate::admin::editing::{Edit, Editing, FormContext};
use crate::admin::fieldset::{Field, Fieldset, Fold, FormField, ReadonlyField, Widget};
use crate::admin::filters::ListFilter;
use crate::admin::list_display::{ListColumn, SortKey};
use crate::admin::model_admin::{Method, Model, ModelAdmin, ObjectTool, Store, Visible};
use crate::admin::search::SearchField;
use crate::db::AnyConnection;
use crate::error::Result;
use crate::query::{Column, Sql};

/// Users, who own `B`.
pub struct UserAdmin<B>(PhantomData<B>);

impl<B: Belongings> ModelAdmin for UserAdmin<B> {
    type Row = Account;
    type Panels = Panels;
    type Cleaned = Edited;

    const MODEL: Model = Model {
        app_label: "crm_app",
        model_name: managing::MODEL,
        verbose_name: "User",
        verbose_name_plural: "Users",
        rights: managing_rules::RIGHTS,
    };
    const KEY: &'static Column = &columns::ID;
    const STORE: Store<Account> =
        Store { source: &columns::SOURCE, list: columns::list, id: |row| row.id, name: |row| row.values.username.clone() };
    const VISIBLE: Visible = |actor| if actor.is_admin() { Sql::all() } else { Sql::none() };
    const MAY: fn(&Actor, Permission, Option<&Account>) -> Result<()> = managing_rules::require;

    const LIST_DISPLAY: &'static [ListColumn<Account>] = &[
        ListColumn::link("username", "Username", Show::Text(|row| &row.values.username), SortKey::ascending(&columns::USERNAME)),
        ListColumn::sorting("email", "Email address", Show::Text(|row| &row.values.email), SortKey::ascending(&columns::EMAIL)),
        ListColumn::new("name", "Name", |row: &Account, _| Cell::text(row.values.full_name()))
            .sorted_by(SortKey::ascending(&columns::FIRST_NAME)),
        ListColumn::sorting("role", "Role", Show::Text(|row| &row.values.role), SortKey::ascending(&columns::ROLE)),
        ListColumn::sorting("is_staff", "Staff status", Show::Flag(|row| row.values.is_staff), SortKey::ascending(&columns::IS_STAFF)),
        ListColumn::sorting(
            "is_superuser",
            "Superuser status",
            Show::Flag(|row| row.values.is_superuser),
            SortKey::ascending(&columns::IS_SUPERUSER),
        ),
        ListColumn::sorting("is_active", "Active", Show::Flag(|row| row.values.is_active), SortKey::ascending(&columns::IS_ACTIVE)),
        ListColumn::sorting("last_login", "Last login", Show::Time(|row| row.last_login), SortKey::ascending(&columns::LAST_LOGIN)),
    ];
    const LIST_FILTER: &'static [ListFilter] = &[
        ListFilter::choices("role", "role", &columns::ROLE),
        ListFilter::boolean("is_staff", "staff status", &columns::IS_STAFF),
        ListFilter::boolean("is_superuser", "superuser status", &columns::IS_SUPERUSER),
        ListFilter::boolean("is_active", "active", &columns::IS_ACTIVE),
        ListFilter::date("last_login", "last login", &columns::LAST_LOGIN),
    ];
    const SEARCH_FIELDS: &'static [SearchField] = &[SearchField::new(columns::SEARCHED)];
    const ORDERING: &'static [SortKey] = &[SortKey::ascending(&columns::USERNAME)];

    const ACTIONS: &'static [Action<Self>] = &[
        Action {
            name: "delete_selected",
            label: "Delete selected Users",
            most: MOST,
            permission: Permission::Delete,
            question: Some(DELETE),
            deed: Deed::Delete(|count| format!("Successfully deleted {count}.")),
        },
        Action {
            name: "deactivate",
            label: "Deactivate selected Users",
            most: MOST,
            permission: Permission::Change,
            question: None,
            deed: Deed::Change(form::deactivate, |count| format!("{count} deactivated and signed out.")),
        },
    ];

    const FIELDSETS: &'static [Fieldset<Account, Panels>] = &[
        Fieldset { title: "Account", description: "", fold: Fold::Never, fields: ACCOUNT },
        Fieldset { title: "Personal info", description: "", fold: Fold::Never, fields: PERSONAL },
        Fieldset {
            title: "Permissions",
            description: "Nobody changes their own: another Admin does. Only a superuser makes somebody a superuser.",
            fold: Fold::Never,
            fields: PERMISSIONS,
        },
        Fieldset { title: "Important dates", description: "", fold: Fold::Never, fields: DATES },
    ];
    const OBJECT_TOOLS: &'static [ObjectTool<Account>] = &[
        ObjectTool {
            label: "Reset password",
            page: "password",
            method: Method::Get,
            is_offered: |actor, row| managing_rules::require(actor, Permission::Change, Some(row)).is_ok(),
        },
        ObjectTool {
            label: "Sessions",
            page: "sessions",
            method: Method::Get,
            is_offered: |actor, row| managing_rules::require_rank(actor, row).is_ok(),
        },
        ObjectTool { label: "Hand over", page: "hand_over", method: Method::Get, is_offered: |actor, _| actor.is_admin() },
    ];
    const PANELS: fn(&mut AnyConnection, &FormContext<'_, Self>) -> Result<Panels> = form::panels::<B>;
    const NOTICE: fn(&Account) -> Option<&'static str> =
        |row| (!row.values.is_active).then_some("This user is deactivated: they cannot log in, and everything they did is kept.");
    const EDITING: Editing<Self> = Editing::Form(Edit {
        clean: form::clean::<B>,
        lock: form::lock,
        is_done: form::is_done,
        is_big: |_| false,
        save: form::save::<B>,
        refusal: form::refusal,
        delete: form::delete::<B>,
        related: |_, _| Ok(Vec::new()),
        protects: form::protects::<B>,
        compose: |data| data,
        shows_again: |_| false,
    });
}

const ACCOUNT: &[Field<Account, Panels>] = &[
    FormField::new("username", "Username", Widget::Text(150), |row: &Account| row.values.username.clone())
        .required()
        .help("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.")
        .field(),
    FormField::new("password1", "Password", Widget::Password, |_: &Account| String::new())
        .required()
        .help("At least 8 characters; not the username, not a password that is tried first, not digits alone.")
        .editable_if(is_new)
        .drawn_by(form::new_password)
        .field(),
    FormField::new("password2", "Password confirmation", Widget::Password, |_: &Account| String::new())
        .required()
        .help("Enter the same password as before, for verification.")
        .editable_if(is_new)
        .drawn_by(form::new_password)
        .field(),
    Field::Panel(form::password_panel),
];

const PERSONAL: &[Field<Account, Panels>] = &[
    FormField::new("first_name", "First name", Widget::Text(150), |row: &Account| row.values.first_name.clone()).field(),
    FormField::new("last_name", "Last name", Widget::Text(150), |row: &Account| row.values.last_name.clone()).field(),
    FormField::new("email", "Email address", Widget::Email(254), |row: &Account| row.values.email.clone()).field(),
    FormField::new("phone", "Phone", Widget::Text(20), |row: &Account| row.values.phone.clone()).field(),
    FormField::new("department", "Department", Widget::Text(50), |row: &Account| row.values.department.clone()).field(),
];

const PERMISSIONS: &[Field<Account, Panels>] = &[
    FormField::new("is_active", "Active", Widget::Checkbox, |row: &Account| row.values.is_active.to_string())
        .initially("true")
        .help("Whether they can log in. Unselect this instead of deleting a user: they are signed out at once, everywhere.")
        .editable_if(sets_rights)
        .field(),
    FormField::new("is_staff", "Staff status", Widget::Checkbox, |row: &Account| row.values.is_staff.to_string())
        .initially("true")
        .help("Whether they can log into this admin site.")
        .editable_if(sets_rights)
        .field(),
    FormField::new("is_superuser", "Superuser status", Widget::Checkbox, |row: &Account| row.values.is_superuser.to_string())
        .initially("false")
        .help("Whether they have all permissions without being given them.")
        .editable_if(sets_superuser)
        .field(),
    FormField::new("role", "Role", Widget::Select(ROLES), |row: &Account| row.values.role.clone())
        .required()
        .help("Admin manages everything; Sales edits customers; Finance, Tech and Music see them. Everybody has segments of their own.")
        .editable_if(sets_rights)
        .field(),
];

const DATES: &[Field<Account, Panels>] = &[
    ReadonlyField::showing("last_login", "Last login", Show::Time(|row: &Account| row.last_login)).field(),
    ReadonlyField::showing("date_joined", "Date joined", Show::Time(|row: &Account| Some(row.date_joined))).field(),
];

fn is_new(_: &Actor, row: Option<&Account>) -> bool {
    row.is_none()
}

//! What a list comes to: listed, members, addresses, and why the others are none; and what the list was saved from.
//!
//! Shown above the pickers. A long list is not counted with the page: a script asks for the numbers once the page is there,
//! and without it the page of the members counts them.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::accounts::{Actor, Staff};
use crate::admin::display::{Display, counted, number};
use crate::admin::html::Html;
use crate::admin::model_admin::ModelAdmin;
use crate::admin::object::Object;
use crate::clock::Clock;
use crate::db::connection::Lane;
use crate::db::{AnyConnection, Db};
use crate::error::Result;
use crate::query::Sql;
use crate::segments::admin::SegmentAdmin;
use crate::segments::list_drift::{Apart, Told};
use crate::segments::list_source::find_source;
use crate::segments::listed::{self, CONTACTS};
use crate::segments::members::{self, Members, listed_contacts};
use crate::segments::model::{Segment, SegmentType};

/// Up to so many listed rows everything is counted with the page.
const AT_ONCE: i64 = 1_000;

/// What a list comes to, as it is stored.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// Listed contacts.
    pub contacts: i64,
    /// Listed companies.
    pub companies: i64,
    /// Whether the pages that change the list otherwise are offered.
    pub has_tools: bool,
    /// The rest; `None` where the list is too long to be counted with the page.
    counted: Option<Counted>,
    /// "1,204 members, counted 3 h ago", where they are not counted with the page.
    stored: Option<String>,
    /// What the list was saved from.
    told: Html,
    /// Where a script finds what is missing here; blank where nothing is.
    missing: String,
}

/// Who is behind a list.
#[derive(Debug, Clone)]
struct Counted {
    /// Contacts of the listed companies.
    of_companies: i64,
    /// Members and their addresses.
    members: members::Numbers,
    /// Listed, themselves or by their company, and no members: inactive.
    inactive: i64,
    /// The same: unsubscribed, and active.
    unsubscribed: i64,
}

#[derive(Template)]
#[template(path = "segments/list_numbers.html")]
struct PanelTemplate<'a> {
    numbers: &'a Numbers,
}

#[derive(Template)]
#[template(path = "segments/list_counted.html")]
struct NumbersTemplate<'a> {
    numbers: &'a Numbers,
}

impl Numbers {
    /// Of a stored segment, as the form shows them: what takes long is left to the script.
    pub fn of(connection: &mut AnyConnection, segment: &Segment, reader: &Actor, clock: &Clock) -> Result<Self> {
        let (contacts, companies) = listed::count(connection, &[segment.id])?;
        let (is_list, listed) = (segment.kind() == SegmentType::Static, contacts + companies);
        let is_short = listed <= AT_ONCE;
        let counted = if is_short && listed > 0 { Some(Counted::of(connection, segment)?) } else { None };
        let source = if is_list { find_source(connection, reader, segment.id)? } else { None };
        let is_whole = is_short && source.as_ref().is_none_or(|source| source.now.is_none());
        let told = source.map_or_else(|| Ok(Html::default()), |it| Told::new(it, Apart::NotCounted).html(&Display::new(clock), ""))?;
        let stored = if is_short || !is_list { None } else { stored(segment, &Display::new(clock)) };
        let missing = if is_whole { String::new() } else { SegmentAdmin::MODEL.object_url(segment.id, "list_numbers") };
        Ok(Self { contacts, companies, has_tools: false, counted, stored, told, missing })
    }

    /// The same with all that takes long.
    fn whole(connection: &mut AnyConnection, segment: &Segment, reader: &Actor, clock: &Clock) -> Result<Self> {
        let (contacts, companies) = listed::count(connection, &[segment.id])?;
        let counted = if contacts + companies > 0 { Some(Counted::of(connection, segment)?) } else { None };
        let source = if segment.kind() == SegmentType::Static { find_source(connection, reader, segment.id)? } else { None };
        let told = match source {
            Some(source) => {
                let apart = Apart::count(connection, &source, clock.into())?;
                Told::new(source, apart).html(&Display::new(clock), "")?
            }
            None => Html::default(),
        };
        Ok(Self { contacts, companies, counted, told, ..Self::default() })
    }

    /// As a piece of page; no numbers where nobody is listed.
    pub fn html(&self) -> Result<Html> {
        Html::render(&PanelTemplate { numbers: self })
    }

    fn contacts(&self) -> String {
        counted(self.contacts, "contact", "contacts")
    }

    fn companies(&self) -> String {
        counted(self.companies, "company", "companies")
    }
}

/// The members as they were last counted.
fn stored(segment: &Segment, display: &Display) -> Option<String> {
    let counted_at = segment.last_calculated_at?;
    Some(format!("{}, counted {}", counted(segment.member_count, "member", "members"), display.ago(counted_at)))
}

/// `GET …/<uuid>/list_numbers/`: all numbers of a list, as a piece of page.
pub async fn show(staff: Staff, segment: Object<SegmentAdmin>, db: Data<Db>, clock: Data<Clock>) -> Result<HttpResponse> {
    let (actor, segment, now) = (staff.actor.clone(), segment.0.segment, Clock::clone(&clock));
    let read = move |connection: &mut AnyConnection| Numbers::whole(connection, &segment, &actor, &now);
    let numbers = db.read_heavy(Lane::Question, read).await?;
    let body = Html::render(&NumbersTemplate { numbers: &numbers })?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body.to_string()))
}

impl Counted {
    fn of(connection: &mut AnyConnection, segment: &Segment) -> Result<Self> {
        let of_companies = listed::count_contacts_of_companies(connection, segment.id)?;
        let members = Members::listed_in(segment.id).numbers(connection)?;
        let listed = Sql::from("crm_app_contact.id").is_in(listed_contacts(segment.id), Sql::default());
        let inactive = Sql::from("NOT crm_app_contact.is_active");
        let unsubscribed = Sql::from("crm_app_contact.is_active AND crm_app_contact.unsubscribed");
        let others = CONTACTS.source.tally(connection, &listed, &[inactive, unsubscribed])?;
        Ok(Self {
            of_companies,
            members,
            inactive: others.first().copied().unwrap_or(0),
            unsubscribed: others.get(1).copied().unwrap_or(0),
        })
    }

    fn of_companies(&self) -> String {
        counted(self.of_companies, "contact", "contacts")
    }

    fn members(&self) -> String {
        counted(self.members.members, "member", "members")
    }

    fn addresses(&self) -> String {
        let members::Numbers { addresses, without_email, .. } = self.members;
        let addresses = counted(addresses, "address", "addresses");
        let why = reasons([(without_email, "without e-mail"), (self.members.sharing(), "shared")]);
        if why.is_empty() { addresses } else { format!("{addresses} ({why})") }
    }

    /// "14 are no members: 9 unsubscribed, 5 inactive."; blank where all are.
    fn others(&self) -> String {
        let others = self.inactive + self.unsubscribed;
        let why = reasons([(self.unsubscribed, "unsubscribed"), (self.inactive, "inactive")]);
        let are = if others == 1 { "is no member" } else { "are no members" };
        if others == 0 { String::new() } else { format!("{} {are}: {why}.", number(others)) }
    }
}

/// Those of the reasons that there are, with how many they keep out.
fn reasons<const N: usize>(all: [(i64, &str); N]) -> String {
    let told = all.into_iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{} {why}", number(count)));
    told.collect::<Vec<_>>().join(", ")
}

//! "Why is someone in or not?": the page of a segment that answers for one contact, node by node, or for all that a search
//! finds, in a sentence each.
//!
//! A handler, listed in `routes`, which hands it the screen of contacts. Everything it says comes from `why`, in one snapshot.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::admin::SegmentAdmin;
use super::model::Segment;
use super::picker::{CONTACTS, candidates};
use super::why::{Listed, Membership, OnList, Why};
use crate::accounts::{Actor, Staff};
use crate::admin::frame::{Frame, page};
use crate::admin::model_admin::{Model, ModelAdmin};
use crate::admin::object::Object;
use crate::admin::query_string::{QueryString, preserved};
use crate::admin::search::searched;
use crate::clock::Clock;
use crate::criteria::catalogue::contact as contact_field;
use crate::criteria::resolved::Question;
use crate::criteria::{Asked, Calendar, Criteria, MatchType, Problem, Verdict, evidence};
use crate::customers::contact::Row;
use crate::db::connection::Lane;
use crate::db::dialect::Word;
use crate::db::schema::crm_app_contact;
use crate::db::{AnyConnection, Db, Id};
use crate::error::Result;
use crate::query::{Column, Selection, Sql, Test};

const MODEL: Model = SegmentAdmin::MODEL;
/// Contacts that are answered for at once.
const MOST: usize = 20;

static CONTACT_ID: Column = Column::new(crm_app_contact::id, "crm_app_contact", "ID");

/// What the page says.
#[derive(Debug, Default)]
struct Found {
    /// Why nobody is in.
    broken: Vec<Problem>,
    /// The only contact that is meant.
    one: Option<One>,
    /// The contacts that were found.
    several: Vec<Candidate>,
    has_more: bool,
}

/// A contact that was found, in a sentence.
#[derive(Debug)]
struct Candidate {
    id: Id,
    name: String,
    more: String,
    is_member: bool,
    sentence: String,
}

/// The whole answer for a contact.
#[derive(Debug)]
struct One {
    candidate: Candidate,
    lines: Vec<Line>,
}

/// A node of the rules.
#[derive(Debug)]
struct Line {
    depth: usize,
    says: String,
    holds: bool,
    decides: bool,
    evidence: String,
    /// The page that explains the segment which is named, or shows who is kept out.
    url: String,
    /// What leads there.
    link: &'static str,
}

#[derive(Template)]
#[template(path = "segments/why.html")]
struct WhyPage {
    frame: Frame,
    /// Contacts, as their screen is declared.
    contacts: Model,
    segment: Segment,
    summary: String,
    query: String,
    is_asked: bool,
    found: Found,
}

impl WhyPage {
    fn url(&self, page: &str) -> String {
        MODEL.object_url(self.segment.id, page)
    }

    fn of(&self, contact: &Id) -> String {
        format!("{}{}", self.url("explain"), QueryString::default().with("contact", contact.to_string()).link())
    }

    fn contact_url(&self, contact: &Id) -> String {
        self.contacts.change_url(*contact)
    }
}

/// `GET …/<uuid>/explain/?q=…`, or `?contact=<uuid>`.
pub async fn show<A: ModelAdmin<Row = Row>>(
    request: HttpRequest,
    staff: Staff,
    segment: Object<SegmentAdmin>,
    db: Data<Db>,
    clock: Data<Clock>,
) -> Result<HttpResponse> {
    let (row, asked) = (segment.0, QueryString::parse(request.query_string()));
    let (query, contact) = (asked.get("q").unwrap_or_default().trim().to_owned(), asked.get("contact").map(str::to_owned));
    let (actor, calendar, of, typed) = (staff.actor.clone(), Calendar::from(clock.get_ref()), row.segment.clone(), query.clone());
    let is_asked = !query.is_empty() || contact.is_some();
    let ask = move |connection: &mut AnyConnection| find(connection, &actor, &of, calendar, &typed, contact.as_deref());
    let found = if is_asked { db.read_heavy(Lane::Question, ask).await? } else { Found::default() };
    let (here, filters) = ("Why is someone in or not?", preserved(request.query_string()));
    let frame = Frame::of_object(&request, &staff, (MODEL, row.segment.id, &row.segment.name), here, &filters).await?.here(here);
    page(&WhyPage { frame, contacts: A::MODEL, summary: row.summary(&staff.actor, calendar), segment: row.segment, query, is_asked, found })
}

fn find(
    connection: &mut AnyConnection,
    actor: &Actor,
    segment: &Segment,
    calendar: Calendar,
    typed: &str,
    contact: Option<&str>,
) -> Result<Found> {
    let membership = match Membership::of(connection, segment, actor, calendar)? {
        Ok(membership) => membership,
        Err(broken) => return Ok(Found { broken, ..Found::default() }),
    };
    let people = people(connection, typed, contact)?;
    let has_more = people.len() > MOST;
    let ids: Vec<Id> = people.iter().take(MOST).map(|person| person.id).collect();
    let reasons = membership.explain(connection, &ids)?;
    let mut several = Vec::new();
    for person in people.into_iter().take(MOST) {
        if let Some(why) = reasons.iter().find(|why| why.contact() == person.id) {
            let (is_member, sentence) = (why.is_member(), why.sentence());
            several.push(Candidate { id: person.id, name: person.who, more: person.more, is_member, sentence });
        }
    }
    match (several.len(), &membership, reasons.first()) {
        (1, membership, Some(why)) => {
            let lines = lines(connection, membership, why)?;
            Ok(Found { one: several.pop().map(|candidate| One { candidate, lines }), ..Found::default() })
        }
        _ => Ok(Found { several, has_more, ..Found::default() }),
    }
}

/// The contact of this key, or those that a search finds: one more than are answered for.
fn people(connection: &mut AnyConnection, typed: &str, contact: Option<&str>) -> Result<Vec<candidates::Candidate>> {
    let are = match contact {
        Some(key) => Test::one_of(CONTACT_ID, Id::parse(key)),
        None => searched(connection, CONTACTS.search, typed)?.rows,
    };
    let order = Sql::from(Word::Unindexed) + Sql::column(&contact_field::NAME) + Word::ByteOrder + ", crm_app_contact.id";
    let most = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    candidates::contacts(connection, &Selection::first(&are, &order, most))
}

/// The rules one by one, which a list has none of, and what every member must be.
fn lines(connection: &mut AnyConnection, membership: &Membership, why: &Why) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    if let (Membership::Rules(criteria), Why::Rules(explanation)) = (membership, why) {
        let mut beside = evidence(connection, criteria, explanation.contact)?.into_iter().zip(links(criteria, explanation.contact));
        add_lines(&explanation.root, 0, &mut beside, &mut lines);
        // Rules that hold decide nothing for who may not be mailed.
        let is_moot = explanation.root.holds && why.barred().is_some();
        for line in &mut lines {
            line.decides &= !is_moot;
        }
    }
    let (is_active, is_unsubscribed) = why.may_be_mailed();
    let must = |says: &str, holds| Line {
        depth: 0,
        says: says.to_owned(),
        holds,
        decides: !holds,
        evidence: String::new(),
        url: String::new(),
        link: "",
    };
    if let (Membership::Listed(segment), Why::List(OnList { listed: Some(Listed::Never), .. })) = (membership, why) {
        let url = MODEL.object_url(*segment, "list") + "?show=never";
        lines.push(Line { url, link: "See who is kept out", ..must("who are not kept out of this list", false) });
    }
    lines.push(must("who are active", is_active));
    lines.push(must("who are not unsubscribed", !is_unsubscribed));
    Ok(lines)
}

fn add_lines(verdict: &Verdict, depth: usize, beside: &mut impl Iterator<Item = (String, String)>, lines: &mut Vec<Line>) {
    let line =
        |says: String, (evidence, url)| Line { depth, says, holds: verdict.holds, decides: verdict.decides, evidence, url, link: "Why?" };
    match &verdict.asked {
        Asked::Question(says) => lines.push(line(says.clone(), beside.next().unwrap_or_default())),
        Asked::Group(match_type, nodes) => {
            let says = match match_type {
                MatchType::All => "all of these",
                MatchType::Any => "at least one of these",
                MatchType::None => "none of these",
            };
            lines.push(line(says.to_owned(), Default::default()));
            for node in nodes {
                add_lines(node, depth + 1, beside, lines);
            }
        }
    }
}

/// Where each question about a segment that the reader sees is explained.
fn links(criteria: &Criteria, contact: Id) -> Vec<String> {
    let query = QueryString::default().with("contact", contact.to_string()).link();
    let link = |question: &Question| match question {
        Question::Segment(rule) if rule.name.is_some() => format!("{}{query}", MODEL.object_url(rule.id, "explain")),
        _ => String::new(),
    };
    criteria.root.questions().into_iter().map(link).collect()
}

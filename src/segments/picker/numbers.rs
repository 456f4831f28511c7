//! What a list comes to: listed, members, addresses, and why the others are none.
//!
//! Shown above the pickers.

use askama::Template;

use crate::admin::display::{counted, number};
use crate::admin::html::Html;
use crate::db::AnyConnection;
use crate::error::Result;
use crate::segments::listed;
use crate::segments::members::{self, Members};
use crate::segments::model::Segment;

/// Up to so many listed rows everything is counted with the page; past it, what a list comes to is on the page of its members.
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
    pub counted: Option<Counted>,
}

/// Who is behind a list.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Contacts of the listed companies.
    pub of_companies: i64,
    /// Members and their addresses.
    pub members: members::Numbers,
}

#[derive(Template)]
#[template(path = "segments/list_numbers.html")]
struct NumbersTemplate<'a> {
    numbers: &'a Numbers,
}

impl Numbers {
    /// Of a stored segment.
    pub fn of(connection: &mut AnyConnection, segment: &Segment) -> Result<Self> {
        let (contacts, companies) = listed::count(connection, &[segment.id])?;
        let is_short = contacts + companies <= AT_ONCE;
        let counted = if is_short && contacts + companies > 0 {
            let of_companies = listed::count_contacts_of_companies(connection, segment.id)?;
            Some(Counted { of_companies, members: Members::listed_in(segment.id).numbers(connection)? })
        } else {
            None
        };
        Ok(Self { contacts, companies, has_tools: false, counted })
    }

    /// As a piece of page; nothing where nobody is listed.
    pub fn html(&self) -> Result<Html> {
        Html::render(&NumbersTemplate { numbers: self })
    }

    fn contacts(&self) -> String {
        counted(self.contacts, "contact", "contacts")
    }

    fn companies(&self) -> String {
        counted(self.companies, "company", "companies")
    }
}

impl Counted {
    fn of_companies(&self) -> String {
        counted(self.of_companies, "contact", "contacts")
    }

    fn members(&self) -> String {
        counted(self.members.members, "member", "members")
    }

    fn addresses(&self) -> String {
        let members::Numbers { addresses, without_email, .. } = self.members;
        let shared = self.members.sharing();
        let mut why = Vec::new();
        if without_email > 0 {
            why.push(format!("{} without e-mail", number(without_email)));
        }
        if shared > 0 {
            why.push(format!("{} shared", number(shared)));
        }
        let addresses = counted(addresses, "address", "addresses");
        if why.is_empty() { addresses } else { format!("{addresses} ({})", why.join(", ")) }
    }
}

//! Why a contact meets criteria or not: every node asked of it, and which of them decide.
//!
//! Called by `segments`. Each question is asked by the very predicate that selects members; what groups come to follows from
//! their questions, so that an explanation cannot say otherwise than the membership it explains.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::compile::{Plan, predicate};
use super::describe::clause;
use super::document::MatchType;
use super::resolved::{Criteria, Group, Node, Question};
use crate::db::schema::crm_app_contact as contact;
use crate::db::{AnyConnection, Id};
use crate::error::Result;
use crate::query::Sql;
use crate::query::sql::Scalar;

/// Why one contact meets criteria or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Which contact.
    pub contact: Id,
    /// What the rules come to.
    pub root: Verdict,
    /// Whether it is active; a member must be.
    pub is_active: bool,
    /// Whether it is unsubscribed; no member is.
    pub is_unsubscribed: bool,
}

/// What one node comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it asks; of a group see [`Asked`].
    pub asked: Asked,
    /// Whether that is so.
    pub holds: bool,
    /// Whether what the whole comes to stands on it: while those that decide stay as they are, it does, whatever becomes of the
    /// others.
    pub decides: bool,
}

/// What a node asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A question, in English: "whose title contains “CEO”".
    Question(String),
    /// Several nodes, and how they go together.
    Group(MatchType, Vec<Verdict>),
}

impl Explanation {
    /// Whether the contact is a member.
    pub fn is_member(&self) -> bool {
        self.root.holds && self.is_active && !self.is_unsubscribed
    }
}

impl Verdict {
    /// Every question in it, in the order of the document.
    pub fn questions(&self) -> Vec<&Self> {
        match &self.asked {
            Asked::Question(_) => vec![self],
            Asked::Group(_, nodes) => nodes.iter().flat_map(Self::questions).collect(),
        }
    }

    /// What it asks, in English; `None` for a group.
    pub fn question(&self) -> Option<&str> {
        if let Asked::Question(says) = &self.asked { Some(says) } else { None }
    }

    fn of(group: &Group<Question>, says: &mut impl Iterator<Item = (String, bool)>) -> Self {
        let node = |node: &Node<Question>, says: &mut _| match node {
            Node::Leaf(_) => Self::of_question(says),
            Node::Group(group) => Self::of(group, says),
        };
        let nodes: Vec<Self> = group.nodes.iter().map(|inner| node(inner, says)).collect();
        let holds = match group.match_type {
            MatchType::All => nodes.iter().all(|node| node.holds),
            MatchType::Any => nodes.iter().any(|node| node.holds),
            MatchType::None => !nodes.iter().any(|node| node.holds),
        };
        Self { asked: Asked::Group(group.match_type, nodes), holds, decides: false }
    }

    fn of_question(says: &mut impl Iterator<Item = (String, bool)>) -> Self {
        // There is an answer to every question; without one nobody would be in.
        let (says, holds) = says.next().unwrap_or_default();
        Self { asked: Asked::Question(says), holds, decides: false }
    }

    /// Marks what decides: of "all" that hold, all, else those that do not; of "at least one" the other way round.
    fn decide(&mut self) {
        self.decides = true;
        let Asked::Group(match_type, nodes) = &mut self.asked else { return };
        // One that goes this way is enough.
        let is_enough = *match_type != MatchType::All;
        let has_enough = nodes.iter().any(|node| node.holds == is_enough);
        nodes.iter_mut().filter(|node| !has_enough || node.holds == is_enough).for_each(Self::decide);
    }
}

/// Why these contacts meet `criteria` or not, all from one question; those that do not exist are left out.
pub fn explain(connection: &mut AnyConnection, criteria: &Criteria, contacts: &[Id]) -> Result<Vec<Explanation>> {
    let questions = criteria.root.questions();
    let met = |question: &&Question| {
        Sql::from("CASE WHEN ") + predicate(&criteria.alone(question), Plan::LookUp).grouped() + " THEN '1' ELSE '0' END"
    };
    let answers: Scalar<Text> = Scalar::new(Sql::join(questions.iter().map(met), " || ", "''"));
    let asked = contact::table.filter(contact::id.eq_any(contacts));
    let rows: Vec<(Id, bool, bool, String)> =
        asked.select((contact::id, contact::is_active, contact::unsubscribed, answers)).load(connection)?;
    let says: Vec<String> = questions.iter().map(|question| clause(criteria, question)).collect();
    Ok(rows
        .into_iter()
        .map(|(contact, is_active, is_unsubscribed, answers)| {
            let mut answered = says.iter().cloned().zip(answers.bytes().map(|answer| answer == b'1'));
            let mut root = Verdict::of(&criteria.root, &mut answered);
            root.decide();
            Explanation { contact, root, is_active, is_unsubscribed }
        })
        .collect())
}

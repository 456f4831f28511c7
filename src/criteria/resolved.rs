//! Filter criteria that have been understood: every field known, every value typed, flat contract rules gathered.
//!
//! Made by `resolve` alone; [`Criteria`] compiles to SQL and English without failing.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::catalogue::contract;
use super::document::{Aggregate, Entity, MatchType};
use super::field::Field;
use super::value::Typed;
use crate::clock::Clock;
use crate::db::Id;
use crate::query::{Operator, Sql};

/// A document that has been understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    /// What the rules select.
    pub entity: Entity,
    /// The rules.
    pub root: Group<Question>,
    /// When and where its dates are lived.
    pub calendar: Calendar,
    /// How much it is.
    pub(super) weight: Weight,
}

impl Criteria {
    /// The same with only these of its nodes.
    #[must_use]
    pub fn part(&self, places: RangeInclusive<usize>) -> Self {
        let nodes = self.root.nodes.iter().enumerate().filter(|(place, _)| places.contains(place)).map(|(_, node)| node.clone());
        self.with(Group { match_type: self.root.match_type, nodes: nodes.collect() })
    }

    /// One of its questions by itself.
    #[must_use]
    pub(super) fn alone(&self, question: &Question) -> Self {
        self.with(Group { match_type: MatchType::All, nodes: vec![Node::Leaf(question.clone())] })
    }

    fn with(&self, root: Group<Question>) -> Self {
        Self { weight: Weight::of(&root), root, ..*self }
    }
}

/// How much a document is, with the segments that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Weight {
    pub(super) rules: usize,
    pub(super) values: usize,
}

/// The day and the zone that a document was resolved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// `TIME_ZONE`.
    pub zone: Tz,
    /// The day it was, there.
    pub today: NaiveDate,
}

impl From<&Clock> for Calendar {
    fn from(clock: &Clock) -> Self {
        Self { zone: clock.zone(), today: clock.today() }
    }
}

/// Questions of one kind, and how they go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<Q> {
    /// How.
    pub match_type: MatchType,
    /// The nodes. Only what is asked of a contract may be nothing: any contract will do then.
    pub nodes: Vec<Node<Q>>,
}

/// One node of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node<Q> {
    /// A question.
    Leaf(Q),
    /// Brackets.
    Group(Group<Q>),
}

/// What is asked of a contact or of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A rule about the contact or the company itself.
    Rule(Rule),
    /// A question to the contracts of the company.
    Contracts(Contracts),
    /// A question to another segment, about the contact.
    Segment(SegmentRule),
}

/// "Is in that segment", or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRule {
    /// Where it stands in the document.
    pub pointer: String,
    /// The segment.
    pub id: Id,
    /// What people call it; `None` where whoever reads may not see it.
    pub name: Option<String>,
    /// Whether those are meant who are in it.
    pub is_in: bool,
    /// How its members come about.
    pub members: SegmentMembers,
}

/// How the members of a segment come about. Several rules may name one: what was understood of it is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentMembers {
    /// By a list: the question for the keys of the contacts on it.
    Listed(Sql),
    /// By criteria.
    Matching(Arc<Criteria>),
}

/// "Has a contract that …", has none, or how many or how much they are: what is asked of one is asked of one and the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contracts {
    /// Where it stands in the document; of flat rules that were gathered, the first of them.
    pub pointer: String,
    /// How many such contracts there must be.
    pub number: Number,
    /// What is asked of a contract.
    pub of_one: Group<Rule>,
}

/// How many contracts, or what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// One or more.
    Some,
    /// Not one.
    None,
    /// As many, or worth as much, as a comparison says; of none at all both are 0.
    Measured(Aggregate, Operator, Vec<Typed>),
}

/// A rule that has been understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Where it stands in the document: `/rules/2`.
    pub pointer: String,
    /// What is asked.
    pub field: Field,
    /// How.
    pub operator: Operator,
    /// With which values; as many as the operator takes.
    pub values: Vec<Typed>,
    /// Whether empty values are let in (or kept out), where the rule says so outright.
    pub include_empty: Option<bool>,
}

impl<Q> Group<Q> {
    /// Every question in it, in order.
    pub fn questions(&self) -> Vec<&Q> {
        self.nodes
            .iter()
            .flat_map(|node| match node {
                Node::Leaf(question) => vec![question],
                Node::Group(group) => group.questions(),
            })
            .collect()
    }
}

impl Weight {
    pub(super) fn of(root: &Group<Question>) -> Self {
        root.questions().into_iter().fold(Self::default(), |all, question| {
            let more = question.weight();
            Self { rules: all.rules.saturating_add(more.rules), values: all.values.saturating_add(more.values) }
        })
    }

    /// With the rule that leads to it.
    fn and_itself(self) -> Self {
        Self { rules: self.rules.saturating_add(1), ..self }
    }
}

impl Question {
    /// How much it is, with what it leads to.
    fn weight(&self) -> Weight {
        match self {
            Self::Rule(rule) => Weight { rules: 1, values: rule.values.len() },
            Self::Contracts(contracts) => {
                let rules = contracts.of_one.questions();
                // One that asks nothing of a contract is a rule itself.
                Weight { rules: rules.len().max(1), values: rules.iter().map(|rule| rule.values.len()).sum() }
            }
            Self::Segment(SegmentRule { members: SegmentMembers::Matching(criteria), .. }) => criteria.weight.and_itself(),
            Self::Segment(_) => Weight::default().and_itself(),
        }
    }
}

impl Contracts {
    /// Whether amounts are compared, or summed up, whatever their currency: no rule that must hold names one.
    pub fn compares_any_currency(&self) -> bool {
        let is_sum = matches!(self.number, Number::Measured(Aggregate::Sum, ..));
        let names_one = |node: &Node<Rule>| {
            matches!(node, Node::Leaf(rule) if rule.field.column == &contract::CURRENCY && rule.values.len() == 1
                && matches!(rule.operator, Operator::Equals | Operator::InList))
        };
        let is_named = self.of_one.match_type == MatchType::All && self.of_one.nodes.iter().any(names_one);
        (is_sum || self.rule_about_value().is_some()) && !is_named
    }

    /// The first rule that compares the value of one contract.
    pub fn rule_about_value(&self) -> Option<&Rule> {
        self.of_one.questions().into_iter().find(|rule| rule.field.column == &contract::VALUE && !rule.values.is_empty())
    }
}

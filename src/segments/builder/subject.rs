//! What a rule speaks of: the field that its path names, the operators that this takes, and how people call both.
//!
//! The builder's menus. Fields come from the catalogue, operators from their table; a rule about segments is no column, so
//! its two operators stand here. Read by `editor`, `reading` and `page`.

use crate::criteria::Entity;
use crate::criteria::catalogue::{COUNT_OF_CONTRACTS, SEGMENT, SUM_OF_VALUES};
use crate::criteria::field::{self, Field, Owner, fields};
use crate::query::column::{Column, Kind};
use crate::query::{Arity, Operator};

/// Where a rule stands, as far as its field is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// What the document selects.
    pub entity: Entity,
    /// Whether it speaks of one contract.
    pub is_of_contract: bool,
}

/// What a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Nothing that there is, or nothing yet.
    Unknown,
    /// A column, or what is asked about like one.
    Column(&'static Column),
    /// The segments that a contact is in.
    Segment,
}

/// One choice of a menu: what is sent, and what it says.
pub type Offer = (String, String);

/// The operators of a rule about segments.
const OF_SEGMENT: [(&str, &str); 2] = [("in_segment", "is in"), ("not_in_segment", "is not in")];
/// The operators that compare what several contracts come to.
const MEASURING: [&str; 7] =
    ["equals", "not_equals", "greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal", "between"];

impl Scope {
    /// What `path` names here.
    pub fn subject(self, path: &str) -> Subject {
        if path == SEGMENT.name && !self.is_of_contract {
            return Subject::Segment;
        }
        self.find(path).map_or(Subject::Unknown, |field| Subject::Column(field.column))
    }

    fn find(self, path: &str) -> Option<Field> {
        if self.is_of_contract { field::find_of_contract(path) } else { field::find(self.entity, path) }
    }

    fn path(self, field: Field) -> String {
        if self.is_of_contract { field.column.name.to_owned() } else { field.path(self.entity) }
    }

    /// `path` as the menu spells it; what the menu does not have stays.
    pub fn spelt(self, path: &str) -> String {
        self.find(path).map_or_else(|| path.to_owned(), |field| self.path(field))
    }

    /// The path in `other` of what `path` names here.
    pub fn translated(self, path: &str, other: Entity) -> String {
        let stays = self.is_of_contract || self.entity == other || path == SEGMENT.name;
        self.find(path).filter(|_| !stays).map_or_else(|| path.to_owned(), |field| field.path(other))
    }

    /// Whether `path` names a contract of several, without saying that it is one and the same.
    pub fn is_flat_contract(self, path: &str) -> bool {
        !self.is_of_contract && self.find(path).is_some_and(|field| field.owner == Owner::Contract)
    }

    /// The fields that a rule may name here, by whose they are.
    pub fn menu(self) -> Vec<(&'static str, Vec<Offer>)> {
        let of = |owner: Owner| -> Vec<Offer> {
            fields(self.entity).filter(|field| field.owner == owner).map(|field| (self.path(field), self.label(field))).collect()
        };
        let owners: &[(&str, Owner)] = match self {
            Self { is_of_contract: true, .. } => &[("Contract", Owner::Contract)],
            Self { entity: Entity::Contact, .. } => {
                &[("Contact", Owner::Contact), ("Company", Owner::Company), ("Contract", Owner::Contract)]
            }
            Self { entity: Entity::Company, .. } => &[("Company", Owner::Company), ("Contract", Owner::Contract)],
        };
        let mut menu: Vec<_> = owners.iter().map(|(title, owner)| (*title, of(*owner))).collect();
        if !self.is_of_contract {
            menu.push(("Segment", vec![(SEGMENT.name.to_owned(), "Segment".to_owned())]));
        }
        menu
    }

    /// "Country" of the rows that are selected, "Company country" of others.
    fn label(self, field: Field) -> String {
        let label = field.column.label;
        let owner = match field.owner {
            Owner::Contract if !self.is_of_contract => "Contract ",
            Owner::Company if self.entity == Entity::Contact => "Company ",
            _ => return capital(label),
        };
        format!("{owner}{label}")
    }
}

fn capital(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

impl Subject {
    /// How many contracts there are, or what they are worth.
    pub fn measured(aggregate: &str) -> Self {
        Self::Column(if aggregate == "sum" { &SUM_OF_VALUES } else { &COUNT_OF_CONTRACTS })
    }

    /// The kind of its values, where it is known.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Unknown => None,
            Self::Column(column) => Some(column.kind),
            Self::Segment => Some(Kind::Id),
        }
    }

    /// The operators that it takes; of what is unknown all that there are.
    pub fn operators(self) -> Vec<Offer> {
        let offer = |name: &str, label: &str| (name.to_owned(), label.to_owned());
        match self {
            Self::Segment => OF_SEGMENT.iter().map(|(name, label)| offer(name, label)).collect(),
            Self::Column(column) if [&COUNT_OF_CONTRACTS, &SUM_OF_VALUES].contains(&column) => {
                let taken = Operator::of(column.kind).filter(|operator| MEASURING.contains(&operator.name()));
                taken.map(|operator| offer(operator.name(), operator.label())).collect()
            }
            Self::Column(column) => {
                Operator::of(column.kind).map(|operator| offer(operator.name(), operator.label_for(column.kind))).collect()
            }
            Self::Unknown => Operator::all()
                .filter(|operator| !OF_SEGMENT.iter().any(|(name, _)| *name == operator.name()))
                .map(|operator| offer(operator.name(), operator.label()))
                .collect(),
        }
    }

    /// Whether `include_empty` says something of it with this operator.
    pub fn has_blanks(self, operator: &str) -> bool {
        matches!(self, Self::Column(_)) && Operator::named(operator).is_some_and(|operator| operator.arity() != Arity::Zero)
    }
}

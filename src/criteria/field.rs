//! Fields: columns of the catalogue, as rules reach them.
//!
//! Called by `resolve`, `describe` and the list of fields. Contact rules reach the company as `company.FIELD` and its
//! contracts as `contract.FIELD`, company rules reach contracts as `contract.FIELD`; anything else is an unknown field, so
//! that no rule can ask about a password.

use super::catalogue::{company, contact, contract};
use super::document::Entity;
use crate::query::{Column, text};

/// Whose column a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// The contact itself.
    Contact,
    /// The company (the contact's, in contact rules).
    Company,
    /// A contract of the company.
    Contract,
}

impl Owner {
    fn columns(self) -> &'static [&'static Column] {
        match self {
            Self::Contact => contact::ALL,
            Self::Company => company::ALL,
            Self::Contract => contract::ALL,
        }
    }
}

/// A field that a rule may name: a column, and how it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Whose it is.
    pub owner: Owner,
    /// The column.
    pub column: &'static Column,
}

impl Field {
    /// The path by which rules of `entity` name it: `name`, `company.country`, `contract.status`.
    pub fn path(self, entity: Entity) -> String {
        match (entity, self.owner) {
            (Entity::Contact, Owner::Contact) | (Entity::Company, Owner::Company) => self.column.name.to_owned(),
            (_, Owner::Company) => format!("company.{}", self.column.name),
            (_, Owner::Contract) => format!("contract.{}", self.column.name),
            (Entity::Company, Owner::Contact) => format!("contact.{}", self.column.name),
        }
    }
}

/// Every field that rules of `entity` may name.
pub fn fields(entity: Entity) -> impl Iterator<Item = Field> {
    owners(entity).iter().flat_map(|&owner| owner.columns().iter().map(move |column| Field { owner, column }))
}

/// The field that `path` names in rules of `entity`.
pub fn find(entity: Entity, path: &str) -> Option<Field> {
    let (owner, name) = match (entity, path.split_once('.')) {
        (Entity::Contact, None) => (Owner::Contact, path),
        (Entity::Company, None) => (Owner::Company, path),
        (Entity::Contact, Some(("company", name))) if !name.contains('.') => (Owner::Company, name),
        (_, Some(("contract", name))) => (Owner::Contract, name),
        // The spelling of the old API's documentation.
        (_, Some(("company", name))) => (Owner::Contract, name.strip_prefix("contracts.")?),
        _ => return None,
    };
    owner.columns().iter().find(|column| column.name == name).map(|column| Field { owner, column })
}

/// The field that `path` names in rules about one contract: `status`, or `contract.status`.
pub fn find_of_contract(path: &str) -> Option<Field> {
    let owner = Owner::Contract;
    let name = path.strip_prefix("contract.").unwrap_or(path);
    owner.columns().iter().find(|column| column.name == name).map(|column| Field { owner, column })
}

/// The path that `typed` was probably meant to be.
pub fn suggest(entity: Entity, typed: &str) -> Option<String> {
    let paths: Vec<String> = fields(entity).map(|field| field.path(entity)).collect();
    let bare = typed.rsplit('.').next().unwrap_or(typed);
    let with_this_name = || paths.iter().find(|path| path.rsplit('.').next() == Some(bare)).cloned();
    with_this_name().or_else(|| text::nearest(typed, paths.iter().map(String::as_str)).map(str::to_owned))
}

fn owners(entity: Entity) -> &'static [Owner] {
    match entity {
        Entity::Contact => &[Owner::Contact, Owner::Company, Owner::Contract],
        Entity::Company => &[Owner::Company, Owner::Contract],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_entity_and_nothing_else_is_reached() {
        for entity in [Entity::Contact, Entity::Company] {
            for field in fields(entity) {
                assert_eq!(find(entity, &field.path(entity)), Some(field));
            }
        }
        for (entity, path) in [(Entity::Contact, "company.contracts.status"), (Entity::Company, "contract.status")] {
            assert_eq!(find(entity, path).map(|field| field.column), Some(&contract::STATUS));
        }
        for path in [
            "",
            "id",
            "company.id",
            "company.company.name",
            "company__country",
            "segments__created_by__password",
            "contract.company.name",
            "contract.",
            "NAME",
            "notes",
        ] {
            assert_eq!(find(Entity::Contact, path), None, "{path}");
        }
        for path in ["title", "company.name", "contact.name"] {
            assert_eq!(find(Entity::Company, path), None, "{path}");
        }
    }

    #[test]
    fn a_near_miss_is_suggested() {
        assert_eq!(suggest(Entity::Contact, "country").as_deref(), Some("company.country"));
        assert_eq!(suggest(Entity::Company, "industri").as_deref(), Some("industry"));
        assert_eq!(suggest(Entity::Contact, "zzz"), None);
    }
}

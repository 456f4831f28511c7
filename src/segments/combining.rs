//! A new segment from two or three others: in all of them, in any of them, in one but in none of the others.
//!
//! Called by the page that asks which. A combination is a document of rules about segments, and counted and saved as such: as
//! rules that follow the others, or as a list of who is in it now.

use serde_json::{Value, json};

use super::draft::{Draft, FieldError, Input};
use super::listed::{Change, How, ListChange};
use super::members::Members;
use super::model::{self, Segment, SegmentType, Status};
use super::referred::Naming;
use super::save::{self, Edited};
use crate::accounts::Actor;
use crate::clock::Clock;
use crate::criteria::{Criteria, Problem, resolve};
use crate::db::{AnyConnection, Id};
use crate::error::{AppError, Result};

/// How many segments can be combined.
pub const SOME: std::ops::RangeInclusive<usize> = 2..=3;

/// How segments are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combination {
    /// Whoever is in all of them.
    All,
    /// Whoever is in at least one.
    Any,
    /// Whoever is in the one at this place, and in none of the others.
    Only(usize),
}

/// The segments to combine, as their combiner sees them.
#[derive(Debug, Clone)]
pub struct Combined {
    /// They, in the order in which they were chosen.
    pub segments: Vec<Segment>,
}

/// What to save a combination as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub combination: Combination,
    /// The name of the new segment, as it was typed.
    pub name: String,
    /// Whether it keeps who is in it now, as a list; else it follows the others, by rules.
    pub is_list: bool,
}

impl Combined {
    /// The segments with these keys, those that `actor` sees.
    ///
    /// # Errors
    /// `Conflict` where they are not two or three.
    pub fn find(connection: &mut AnyConnection, actor: &Actor, ids: &[Id]) -> Result<Self> {
        let mut segments: Vec<Segment> = Vec::new();
        for id in ids.iter().take(SOME.end() + 1) {
            match model::find(connection, actor, *id) {
                Ok(found) if segments.iter().all(|other| other.id != found.id) => segments.push(found),
                Ok(_) | Err(AppError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        if SOME.contains(&segments.len()) { Ok(Self { segments }) } else { Err(AppError::Conflict(HOW_MANY.into())) }
    }

    /// Every way to combine them.
    pub fn ways(&self) -> Vec<Combination> {
        [Combination::All, Combination::Any].into_iter().chain((0..self.segments.len()).map(Combination::Only)).collect()
    }

    /// A way in words.
    pub fn label(&self, way: Combination) -> String {
        match way {
            Combination::All => "In all of them".into(),
            Combination::Any => "In any of them".into(),
            Combination::Only(place) => {
                let name = self.segments.get(place).map_or("", |segment| &segment.name);
                let others = if self.segments.len() == 2 { "not in the other" } else { "in none of the others" };
                format!("In “{name}”, but {others}")
            }
        }
    }

    /// The same, with the names of all of them.
    fn description(&self, way: Combination) -> String {
        let names: Vec<String> = self.segments.iter().map(|segment| format!("“{}”", segment.name)).collect();
        format!("{}: {}.", self.label(way), names.join(", "))
    }

    /// The segments, and whether a way is of those who are in them.
    fn parts(&self, way: Combination) -> impl Iterator<Item = (&Segment, bool)> {
        let is_in = move |place: usize| !matches!(way, Combination::Only(only) if only != place);
        self.segments.iter().enumerate().map(move |(place, segment)| (segment, is_in(place)))
    }

    /// The rules that a way comes to.
    pub fn document(&self, way: Combination) -> Value {
        let rules = self.parts(way).map(|(segment, is_in)| {
            let operator = if is_in { "in_segment" } else { "not_in_segment" };
            json!({"field": "segment", "operator": operator, "value": segment.id})
        });
        let match_type = if way == Combination::Any { "any" } else { "all" };
        json!({"entity": "contact", "match_type": match_type, "rules": rules.collect::<Vec<_>>()})
    }

    /// How many are in it by a way; or why that cannot be said.
    pub fn count(
        &self,
        connection: &mut AnyConnection,
        actor: &Actor,
        clock: &Clock,
        way: Combination,
    ) -> Result<Result<i64, Vec<Problem>>> {
        match self.members(connection, actor, clock, way)? {
            Ok(members) => Ok(Ok(members.count(connection)?)),
            Err(problems) => Ok(Err(problems)),
        }
    }

    /// Why it cannot be saved as rules, if it cannot: the same by whatever way.
    pub fn broken_rules(&self, connection: &mut AnyConnection, actor: &Actor, clock: &Clock) -> Result<Vec<Problem>> {
        Ok(self.criteria(connection, actor, clock, Combination::All)?.err().unwrap_or_default())
    }

    /// Who is in it by a way: by the rules that it comes to, or where there can be none, for the segments already stand on as many
    /// others as may name one another, by those of each.
    fn members(
        &self,
        connection: &mut AnyConnection,
        actor: &Actor,
        clock: &Clock,
        way: Combination,
    ) -> Result<Result<Members, Vec<Problem>>> {
        if let Ok(criteria) = self.criteria(connection, actor, clock, way)? {
            return Ok(Ok(Members::of_criteria(&criteria)));
        }
        let mut parts = Vec::new();
        for (segment, is_in) in self.parts(way) {
            match Members::of_segment(connection, segment, clock.into())? {
                Ok(members) => parts.push((members, is_in)),
                Err(problems) => return Ok(Err(problems)),
            }
        }
        Ok(Ok(Members::combined(&parts, way == Combination::Any)))
    }

    fn criteria(
        &self,
        connection: &mut AnyConnection,
        actor: &Actor,
        clock: &Clock,
        way: Combination,
    ) -> Result<Result<Criteria, Vec<Problem>>> {
        let document = self.document(way);
        let naming = Naming::typed(connection, actor, None, &document)?;
        Ok(resolve(&document, naming.scope(clock.into())))
    }

    /// Saves a combination as a segment of the actor's own, with the key `made`; one that has been made already is found.
    ///
    /// # Errors
    /// `NotUnique` for a name that is taken; what is wrong with what was typed comes back, at its field.
    pub fn save(
        &self,
        connection: &mut AnyConnection,
        actor: &Actor,
        clock: &Clock,
        made: Id,
        wanted: &Wanted,
    ) -> Result<Result<Segment, Vec<FieldError>>> {
        if let Ok(made) = model::find(connection, actor, made) {
            return if actor.owns(made.created_by_id) { Ok(Ok(made)) } else { Err(AppError::NotUnique("id".into())) };
        }
        if !self.ways().contains(&wanted.combination) {
            return Ok(Err(vec![FieldError::new("way", "required", "Choose who is in it.")]));
        }
        let members = match self.members(connection, actor, clock, wanted.combination)? {
            Ok(members) => members,
            Err(problems) => return Ok(Err(vec![FieldError::rules(problems)])),
        };
        let (document, kind) =
            if wanted.is_list { (json!({}), SegmentType::Static) } else { (self.document(wanted.combination), SegmentType::Dynamic) };
        let input = Input {
            name: wanted.name.clone(),
            description: self.description(wanted.combination),
            segment_type: kind.name().into(),
            status: Status::Active.name().into(),
            filter_criteria: document.to_string(),
            ..Input::default()
        };
        let naming = Naming::typed(connection, actor, None, &document)?;
        let draft = match Draft::parse(&input, None, naming.scope(clock.into())) {
            Ok(draft) => draft,
            Err(errors) => return Ok(Err(errors)),
        };
        let listed = wanted.is_list.then(|| members.predicate().clone());
        let contacts = Change { add_all: listed, ..Change::default() };
        let edited = Edited::new(draft, ListChange { contacts, ..ListChange::default() }).by(How::Saved);
        Ok(Ok(save::insert(connection, actor, clock, made, &edited)?.segment))
    }
}

/// What is said where another number was chosen.
const HOW_MANY: &str = "Choose two or three Customer Segments to combine.";

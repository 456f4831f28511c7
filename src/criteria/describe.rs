//! Resolved criteria in English: one sentence, made on the server, the same in form, list, history and API.
//!
//! The sentence says what the rules mean after `resolve`, not how they were typed: contract rules that meet on one contract
//! are one clause, a negative one is "has no contract".

use bigdecimal::Zero as _;
use chrono::{Days, NaiveDate};

use super::document::{Aggregate, Entity, MatchType};
use super::field::{Field, Owner};
use super::resolved::{Calendar, Contracts, Criteria, Group, Node, Number, Question, Rule, SegmentRule};
use super::value::{Typed, spoken_day};
use crate::query::relative::{Named, Span};
use crate::query::{Kind, Operator, text};

/// The sentence.
pub fn describe(criteria: &Criteria) -> String {
    let subject = match criteria.entity {
        Entity::Contact => "Contacts",
        Entity::Company => "Contacts of companies",
    };
    let speaker = Speaker::of(criteria);
    format!("{subject} {}.", spoken_group(&criteria.root, &|question, is_last| speaker.question(question, is_last)))
}

/// What each rule and group of the document asks, as the sentence says it: "whose industry is Hotels".
pub fn clauses(criteria: &Criteria) -> Vec<String> {
    let speaker = Speaker::of(criteria);
    let clause = |node: &Node<Question>| match node {
        Node::Leaf(question) => speaker.question(question, true),
        Node::Group(group) => spoken_group(group, &|question, is_last| speaker.question(question, is_last)),
    };
    criteria.root.nodes.iter().map(clause).collect()
}

/// What one question of the document asks.
pub(super) fn clause(criteria: &Criteria, question: &Question) -> String {
    Speaker::of(criteria).question(question, true)
}

/// What a rule about one contract asks.
pub(super) fn clause_of_contract(criteria: &Criteria, rule: &Rule) -> String {
    format!("whose {}", Speaker::of(criteria).rule(rule))
}

/// Who speaks of what, and when.
struct Speaker {
    entity: Entity,
    calendar: Calendar,
}

/// A clause for a question, and whether it is the last of its group.
type Clause<'a, Q> = &'a dyn Fn(&Q, bool) -> String;

impl Speaker {
    fn of(criteria: &Criteria) -> Self {
        Self { entity: criteria.entity, calendar: criteria.calendar }
    }

    fn question(&self, question: &Question, is_last: bool) -> String {
        match question {
            Question::Rule(rule) => format!("whose {}", self.rule(rule)),
            Question::Contracts(contracts) => self.contracts(contracts, is_last),
            Question::Segment(SegmentRule { name, is_in, .. }) => {
                let segment = name.as_ref().map_or_else(|| "a segment you cannot see".to_owned(), |name| format!("the segment “{name}”"));
                format!("who are {}in {segment}", if *is_in { "" } else { "not " })
            }
        }
    }

    fn contracts(&self, contracts: &Contracts, is_last: bool) -> String {
        let of_one = self.of_one(contracts);
        let has = match self.entity {
            Entity::Contact => "whose company has",
            Entity::Company => "that have",
        };
        // Dashes tell where what is said of the one contract ends, when something else may follow; a choice has brackets.
        let has_dashes = contracts.of_one.questions().len() > 1 && !is_last && !is_choice(contracts);
        let of_one = match (of_one.is_empty(), has_dashes) {
            (true, _) => String::new(),
            (false, true) => format!(" – {of_one} –"),
            (false, false) => format!(" {of_one}"),
        };
        match &contracts.number {
            Number::Some => format!("{has} a contract{of_one}"),
            Number::None => format!("{has} no contract{of_one}"),
            Number::Measured(Aggregate::Count, Operator::Equals, values) if is_zero(values) => format!("{has} no contract{of_one}"),
            Number::Measured(Aggregate::Count, operator, values) => {
                let number = numbered(*operator, values).replace("less than", "fewer than");
                let noun = if number.ends_with(" 1") { "contract" } else { "contracts" };
                format!("{has} {number} {noun}{of_one}")
            }
            Number::Measured(Aggregate::Sum, operator, values) => {
                let whose = if self.entity == Entity::Contact { "whose company’s contracts" } else { "whose contracts" };
                let of_one = if of_one.is_empty() || has_dashes { of_one } else { format!(" –{of_one} –") };
                format!("{whose}{of_one} are worth {} in all{}", numbered(*operator, values), any_currency(contracts))
            }
        }
    }

    fn of_one(&self, contracts: &Contracts) -> String {
        let is_sum = matches!(contracts.number, Number::Measured(Aggregate::Sum, ..));
        let said = spoken_group(&contracts.of_one, &|rule, _| format!("whose {}", self.rule(rule)));
        // What follows is asked beside all of it.
        let said = if is_choice(contracts) { format!("({said})") } else { said };
        said + if is_sum { "" } else { any_currency(contracts) }
    }

    /// "country is “Thailand”", as it follows "whose".
    fn rule(&self, rule: &Rule) -> String {
        let flag = match rule.include_empty {
            Some(true) => " or is blank",
            Some(false) => " and is not blank",
            None if rule.operator.is_negative() && rule.operator != Operator::IsEmpty && can_be_empty(rule.field) => " (or is blank)",
            None => "",
        };
        let field = spoken_field(rule.field, self.entity);
        match rule.values.as_slice() {
            [Typed::Span(span)] => format!("{field} {}{flag}", self.span(rule.operator, *span)),
            [Typed::Named(named)] => format!("{field} {}{flag}", self.named(*named)),
            values => format!("{field} {}{flag}", compared(rule, values)),
        }
    }

    /// "is in the next 60 days (by 21 Jan 2027)".
    fn span(&self, operator: Operator, span: Span) -> String {
        let (length, today) = (span.spoken(), self.calendar.today);
        let (first, last) = (spoken_day(span.before(today)), spoken_day(span.after(today)));
        match operator {
            Operator::InTheLast => format!("is in the last {length} (since {first})"),
            Operator::InTheNext => format!("is in the next {length} (by {last})"),
            Operator::BeforeTheLast => format!("is more than {length} ago (before {first})"),
            _ => format!("is later than {length} from now (after {last})"),
        }
    }

    /// "is this month (1 Nov 2026 to 30 Nov 2026)", "is today (27 Nov 2026)".
    fn named(&self, named: Named) -> String {
        let days = named.days(self.calendar.today);
        let day_before = |day: NaiveDate| day.checked_sub_days(Days::new(1)).unwrap_or(day);
        let (first, last) = (days.from.map(spoken_day), days.until.map(|until| spoken_day(day_before(until))));
        let days = match (first, last) {
            (Some(first), Some(last)) if first == last => format!(" ({first})"),
            (Some(first), Some(last)) => format!(" ({first} to {last})"),
            _ => String::new(),
        };
        format!("is {}{days}", named.spoken())
    }
}

/// The clauses of a group: "whose … and whose …", "not (whose … or whose …)".
fn spoken_group<Q>(group: &Group<Q>, clause: Clause<'_, Q>) -> String {
    let last = group.nodes.len().saturating_sub(1);
    let clauses: Vec<String> = group
        .nodes
        .iter()
        .enumerate()
        .map(|(place, node)| match node {
            Node::Leaf(question) => clause(question, place == last),
            Node::Group(inner) if inner.match_type == MatchType::None => spoken_group(inner, clause),
            Node::Group(inner) => format!("({})", spoken_group(inner, clause)),
        })
        .collect();
    match group.match_type {
        // Of a contract nothing may be asked.
        _ if clauses.is_empty() => String::new(),
        MatchType::All => text::list(&clauses, "and"),
        MatchType::Any => text::list(&clauses, "or"),
        MatchType::None => format!("not ({})", text::list(&clauses, "or")),
    }
}

/// Whether one of several things is asked of the one contract.
fn is_choice(contracts: &Contracts) -> bool {
    contracts.of_one.match_type == MatchType::Any && contracts.of_one.nodes.len() > 1
}

fn is_zero(values: &[Typed]) -> bool {
    matches!(values, [Typed::Number(number)] if number.is_zero())
}

/// "at least 2", "more than 100,000", as it stands before what is counted.
fn numbered(operator: Operator, values: &[Typed]) -> String {
    let verb = match operator {
        Operator::Equals => "exactly",
        Operator::NotEquals => "other than",
        Operator::GreaterThan => "more than",
        Operator::GreaterThanOrEqual => "at least",
        Operator::LessThan => "less than",
        Operator::LessThanOrEqual => "at most",
        _ => "between",
    };
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    format!("{verb} {}", values.join(" and "))
}

/// Amounts of several currencies are compared as bare numbers: it is said where nothing else says which.
fn any_currency(contracts: &Contracts) -> &'static str {
    if contracts.compares_any_currency() { " (in any currency)" } else { "" }
}

fn compared(rule: &Rule, values: &[Typed]) -> String {
    let verb = rule.operator.label_for(rule.field.column.kind);
    let values: Vec<String> = values.iter().map(|value| spoken(value, rule.field)).collect();
    match rule.operator {
        Operator::Between => format!("{verb} {}", values.join(" and ")),
        Operator::InList | Operator::NotInList => format!("{verb} {}", text::list(&values, "or")),
        _ => values.first().map_or_else(|| verb.to_owned(), |value| format!("{verb} {value}")),
    }
}

/// Text can be blank, other columns can be so only where they may be NULL.
fn can_be_empty(field: Field) -> bool {
    field.column.kind == Kind::Text || field.column.nullable
}

fn spoken_field(field: Field, entity: Entity) -> String {
    let label = match field.column.kind {
        Kind::Boolean => format!("“{}” mark", field.column.label),
        // "Whose created at is after" is no English.
        Kind::Timestamp => match field.column.label {
            "created at" => "creation date".to_owned(),
            "updated at" => "date of last change".to_owned(),
            "last contacted" => "last contact".to_owned(),
            other => other.to_owned(),
        },
        _ => field.column.label.to_owned(),
    };
    if entity == Entity::Contact && field.owner == Owner::Company { format!("company’s {label}") } else { label }
}

/// A stored choice stands without quotation marks, as in "whose industry is Hotels"; other text with them.
fn spoken(value: &Typed, field: Field) -> String {
    match value {
        Typed::Text(typed) => {
            let choice = field.column.choices.iter().find(|choice| text::key(choice.value) == text::key(typed));
            choice.map_or_else(|| value.to_string(), |choice| choice.value.to_owned())
        }
        _ => value.to_string(),
    }
}

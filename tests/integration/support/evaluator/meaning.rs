//! What a node says about one contact, and inside a related group about one contract.

use bigdecimal::BigDecimal;

use super::calendar::Calendar;
use super::catalogue::{Cell, Column};
use super::comparing::says;
use super::document::{Aggregate, Group, MatchType, Membership, Node, Related, Rule, Target};
use super::world::{Company, Contact, Contract};

/// A contact with what its rules can reach.
pub(crate) struct Subject<'a> {
    pub(crate) contact: &'a Contact,
    pub(crate) company: &'a Company,
    pub(crate) contracts: Vec<&'a Contract>,
}

/// Whether the group, or the document, holds. Whether the contact may be a member at all is another question.
pub(crate) fn holds(group: &Group, subject: &Subject<'_>, calendar: Calendar) -> bool {
    let any = || group.nodes.iter().any(|node| holds_alone(node, subject, calendar));
    match group.match_type {
        MatchType::Any => any(),
        MatchType::None => !any(),
        MatchType::All => {
            let (together, alone): (Vec<&Node>, Vec<&Node>) = group.nodes.iter().partition(|node| is_positive_on_contracts(node));
            alone.into_iter().all(|node| holds_alone(node, subject, calendar)) && meet_on_one_contract(&together, subject, calendar)
        }
    }
}

/// Only the rules that stand in the group themselves: every group in it is a scope of its own.
fn is_positive_on_contracts(node: &Node) -> bool {
    match node {
        Node::Rule(rule) => matches!(rule.field.column, Column::Contract(_)) && rule.operator.opposite_on_contracts().is_none(),
        Node::Group(_) | Node::Related(_) | Node::Membership(_) => false,
    }
}

/// The positive contract rules of `all` meet on one and the same contract.
fn meet_on_one_contract(rules: &[&Node], subject: &Subject<'_>, calendar: Calendar) -> bool {
    let all_hold = |contract: &Contract| rules.iter().all(|rule| holds_for_contract(rule, contract, calendar));
    rules.is_empty() || subject.contracts.iter().any(|contract| all_hold(contract))
}

fn holds_alone(node: &Node, subject: &Subject<'_>, calendar: Calendar) -> bool {
    match node {
        Node::Rule(rule) => rule_holds_alone(rule, subject, calendar),
        Node::Group(group) => holds(group, subject, calendar),
        Node::Related(related) => related_holds(related, subject, calendar),
        Node::Membership(membership) => is_member(membership, subject, calendar) != membership.negated,
    }
}

fn rule_holds_alone(rule: &Rule, subject: &Subject<'_>, calendar: Calendar) -> bool {
    let has_contract = |rule: &Rule| subject.contracts.iter().any(|contract| rule_holds_for_contract(rule, contract, calendar));
    match rule.field.column {
        Column::Contact(read) => holds_for_cell(rule, &read(subject.contact), calendar),
        Column::Company(read) => holds_for_cell(rule, &read(subject.company), calendar),
        Column::Contract(_) => match opposite_on_contracts(rule) {
            Some(opposite) => !has_contract(&opposite),
            None => has_contract(rule),
        },
    }
}

/// The opposite of a negative rule: its opposite operator, and the opposite flag if it has one.
fn opposite_on_contracts(rule: &Rule) -> Option<Rule> {
    let operator = rule.operator.opposite_on_contracts()?;
    Some(Rule { operator, include_empty: rule.include_empty.map(|flag| !flag), ..rule.clone() })
}

fn holds_for_cell(rule: &Rule, cell: &Cell<'_>, calendar: Calendar) -> bool {
    says(rule.operator, &rule.items, rule.include_empty, cell, calendar)
}

/// The contact is active and has not unsubscribed, or nobody would ask: so these need no second look.
fn is_member(membership: &Membership, subject: &Subject<'_>, calendar: Calendar) -> bool {
    match &membership.target {
        Target::Static(listed) => listed.has(subject.contact),
        Target::Dynamic(document) => holds(document, subject, calendar),
    }
}

/// "Has at least one contract that…", or what is said of their number or of their values together.
fn related_holds(related: &Related, subject: &Subject<'_>, calendar: Calendar) -> bool {
    let matching: Vec<&Contract> =
        subject.contracts.iter().copied().filter(|contract| group_holds_for_contract(&related.group, contract, calendar)).collect();
    let Some(test) = &related.test else {
        return !matching.is_empty();
    };
    let number = match test.aggregate {
        Aggregate::Count => matching.iter().map(|_| BigDecimal::from(1)).sum::<BigDecimal>(),
        Aggregate::Sum => matching.iter().map(|contract| &contract.value).sum(),
    };
    says(test.operator, &test.items, None, &Cell::Number(number), calendar)
}

/// Everything inside a related group speaks of this one contract, negative rules too.
fn group_holds_for_contract(group: &Group, contract: &Contract, calendar: Calendar) -> bool {
    let mut nodes = group.nodes.iter();
    match group.match_type {
        // No rules mean any contract, whatever the match type. Only a related group comes here with none.
        _ if group.nodes.is_empty() => true,
        MatchType::All => nodes.all(|node| holds_for_contract(node, contract, calendar)),
        MatchType::Any => nodes.any(|node| holds_for_contract(node, contract, calendar)),
        MatchType::None => !nodes.any(|node| holds_for_contract(node, contract, calendar)),
    }
}

fn holds_for_contract(node: &Node, contract: &Contract, calendar: Calendar) -> bool {
    match node {
        Node::Rule(rule) => rule_holds_for_contract(rule, contract, calendar),
        Node::Group(group) => group_holds_for_contract(group, contract, calendar),
        Node::Related(_) | Node::Membership(_) => panic!("{node:?} speaks of no contract"),
    }
}

fn rule_holds_for_contract(rule: &Rule, contract: &Contract, calendar: Calendar) -> bool {
    match rule.field.column {
        Column::Contract(read) => holds_for_cell(rule, &read(contract), calendar),
        Column::Contact(_) | Column::Company(_) => panic!("{rule:?} speaks of no contract"),
    }
}

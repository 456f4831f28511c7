//! Resolved criteria to the one predicate over contacts.
//!
//! Called by whoever counts, lists, previews or exports members. A contact has one company, so the company rules of a group
//! share one subquery, and a question to the contracts is another; `IN` is the shape that both engines plan well, and where
//! only a few contacts are tested, each asks for its own company alone. Every piece is true exactly where it holds (and false
//! *or unknown* elsewhere), so `AND` and `OR` compose.

use super::document::{Aggregate, Entity, MatchType};
use super::field::Owner;
use super::meaning::{asked, test};
use super::resolved::{Calendar, Contracts, Criteria, Group, Node, Number, Question, Rule, SegmentMembers, SegmentRule};
use super::value::Typed;
use crate::db::Money;
use crate::db::dialect::Word;
use crate::query::condition::of_number;
use crate::query::{Kind, Operator, Sql, Value};

/// What the predicate is for; the plans have the same meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// To count, or to find a few: look the rules up.
    LookUp,
    /// To read in the order of the name index until a page is full: test each contact on the way.
    InOrder,
    /// To test a few thousand contacts at most: ask for the company and the contracts of each, not for all that there are.
    OneByOne,
}

/// The predicate over `crm_app_contact` that the rules come to; who may be mailed at all is another's question.
pub fn predicate(criteria: &Criteria, plan: Plan) -> Sql {
    let compiler = Compiler { entity: criteria.entity, calendar: criteria.calendar, plan };
    compiler.of_contact(&criteria.root)
}

/// Those of `predicate` who may be mailed: the two conditions that no rule can lift, written as the index of members has them.
pub fn mailable(predicate: Sql) -> Sql {
    Sql::from("crm_app_contact.is_active AND NOT crm_app_contact.unsubscribed AND ") + predicate.grouped()
}

/// What is asked of one contract; anything, where there are no rules.
pub(super) fn of_contract(group: &Group<Rule>, calendar: Calendar) -> Sql {
    if group.nodes.is_empty() {
        return Sql::all();
    }
    joined(
        group.match_type,
        group.nodes.iter().map(|node| match node {
            Node::Leaf(rule) => test(rule, calendar).sql(),
            Node::Group(group) => of_contract(group, calendar),
        }),
    )
}

struct Compiler {
    entity: Entity,
    calendar: Calendar,
    plan: Plan,
}

impl Compiler {
    /// A group about a contact: its own rules, one subquery for what is asked of its company, one for each contract question.
    fn of_contact(&self, group: &Group<Question>) -> Sql {
        let (of_company, others): (Vec<_>, Vec<_>) = group.nodes.iter().partition(|node| self.is_of_company(node));
        let mut parts: Vec<Sql> = others.into_iter().map(|node| self.node_of_contact(node)).collect();
        if !of_company.is_empty() {
            let asked = of_company.into_iter().map(|node| self.node_of_company(node));
            parts.push(self.company_in(either(group.match_type, asked)));
        }
        joined(group.match_type, parts)
    }

    fn node_of_contact(&self, node: &Node<Question>) -> Sql {
        match node {
            Node::Leaf(Question::Rule(rule)) => self.on_the_way(self.rule(rule).grouped()),
            Node::Leaf(Question::Contracts(contracts)) => self.contracts_of("crm_app_contact.company_id", contracts),
            Node::Leaf(Question::Segment(rule)) => self.in_segment(rule),
            Node::Group(group) => self.of_contact(group),
        }
    }

    /// The live membership of another segment: nobody is in one who may not be mailed.
    fn in_segment(&self, rule: &SegmentRule) -> Sql {
        let members = mailable(match &rule.members {
            SegmentMembers::Listed(contacts) => self.key("crm_app_contact.id").is_in(contacts.clone(), Sql::default()),
            SegmentMembers::Matching(criteria) => predicate(criteria, self.plan),
        });
        if rule.is_in { members.grouped() } else { members.complement() }
    }

    /// A group about a company.
    fn of_company(&self, group: &Group<Question>) -> Sql {
        joined(group.match_type, group.nodes.iter().map(|node| self.node_of_company(node)))
    }

    fn node_of_company(&self, node: &Node<Question>) -> Sql {
        match node {
            Node::Leaf(Question::Rule(rule)) => self.rule(rule),
            Node::Leaf(Question::Contracts(contracts)) => self.contracts_of("crm_app_company.id", contracts),
            Node::Group(group) => self.of_company(group),
            // `is_of_company` leaves those to the contact.
            Node::Leaf(Question::Segment(_)) => Sql::none(),
        }
    }

    /// Whether a node of a contact's group can be asked of the company together with its other rules. In rules about contacts
    /// a question to contracts by itself needs no company.
    fn is_of_company(&self, node: &Node<Question>) -> bool {
        match node {
            Node::Leaf(question) => self.needs_company(question),
            Node::Group(group) => {
                let questions = group.questions();
                !questions.iter().any(|question| needs_contact(question)) && questions.iter().any(|question| self.needs_company(question))
            }
        }
    }

    fn needs_company(&self, question: &Question) -> bool {
        match question {
            Question::Rule(rule) => rule.field.owner == Owner::Company,
            Question::Contracts(_) => self.entity == Entity::Company,
            Question::Segment(_) => false,
        }
    }

    fn company_in(&self, condition: Sql) -> Sql {
        let company = "crm_app_contact.company_id";
        let of_one = self.of_one(" AND crm_app_company.id = ", company);
        self.key(company).is_in("SELECT id FROM crm_app_company WHERE ", condition.grouped() + of_one)
    }

    /// That a subquery is about this one key, where each is asked by itself; nothing elsewhere.
    fn of_one(&self, is: &'static str, key: &'static str) -> Sql {
        if self.plan == Plan::OneByOne { Sql::from(is) + key } else { Sql::default() }
    }

    fn contracts_of(&self, company: &'static str, contracts: &Contracts) -> Sql {
        let theirs = self.of_one(" AND crm_app_contract.company_id = ", company);
        let asked = of_contract(&contracts.of_one, self.calendar).grouped() + theirs;
        let select = "SELECT crm_app_contract.company_id FROM crm_app_contract WHERE ";
        let company = self.key(company);
        match &contracts.number {
            Number::Some => company.is_in(select, asked),
            Number::None => company.is_not_in(select, asked),
            Number::Measured(aggregate, operator, values) => {
                let (measured, is_enough) = self.measured(*aggregate, *operator, values);
                let grouped = asked + " GROUP BY crm_app_contract.company_id HAVING ";
                // Companies without such a contract are in no group. Where having none is enough, those are left out that
                // have some, and too many or too few.
                if is_enough {
                    company.is_not_in(select, grouped + measured.complement())
                } else {
                    company.is_in(select, grouped + measured)
                }
            }
        }
    }

    /// What the contracts of a company must come to, and whether none at all come to it.
    fn measured(&self, aggregate: Aggregate, operator: Operator, values: &[Typed]) -> (Sql, bool) {
        let (measure, zero, kind) = match aggregate {
            Aggregate::Count => ("COUNT(*)", Value::Integer(0), Kind::Integer),
            Aggregate::Sum => ("SUM(crm_app_contract.value)", Value::Money(Money(0)), Kind::Decimal),
        };
        let (condition, is_negated) = asked(operator, kind, values, self.calendar);
        let (met, is_enough) = (of_number(&measure.into(), &condition), condition.is_met_by(&zero));
        if is_negated { (met.complement(), !is_enough) } else { (met, is_enough) }
    }

    fn key(&self, column: &'static str) -> Sql {
        self.on_the_way(column.into())
    }

    /// Not looked up in an index where contacts are tested one after the other.
    fn on_the_way(&self, tested: Sql) -> Sql {
        match self.plan {
            Plan::LookUp => tested,
            Plan::InOrder | Plan::OneByOne => Sql::from(Word::Unindexed) + tested,
        }
    }

    fn rule(&self, rule: &Rule) -> Sql {
        test(rule, self.calendar).sql()
    }
}

fn joined(match_type: MatchType, parts: impl IntoIterator<Item = Sql>) -> Sql {
    let joined = either(match_type, parts);
    if match_type == MatchType::None { joined.complement() } else { joined }
}

/// The parts of a group before it is negated: those of `none` are those of `any`.
fn either(match_type: MatchType, parts: impl IntoIterator<Item = Sql>) -> Sql {
    match match_type {
        MatchType::All => Sql::and(parts),
        MatchType::Any | MatchType::None => Sql::or(parts),
    }
}

/// Whether only the contact can be asked this.
fn needs_contact(question: &Question) -> bool {
    match question {
        Question::Rule(rule) => rule.field.owner == Owner::Contact,
        Question::Contracts(_) => false,
        Question::Segment(_) => true,
    }
}

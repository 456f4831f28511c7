//! Flat contract rules brought into groups.
//!
//! In a group `all`, the positive ones meet on one contract, in the place of the first; each negative one becomes "has no
//! contract" for its opposite. In `any` and `none` each stands alone. Every group is its own scope, and the order of the
//! rules changes nothing. From `resolve` on only groups exist.

use super::document::MatchType;
use super::field::Owner;
use super::resolved::{Contracts, Group, Node, Number, Question, Rule};

/// A group in the making.
pub(super) struct Gathering {
    match_type: MatchType,
    nodes: Vec<Node<Question>>,
    /// Where the contract stands on which positive rules meet.
    together: Option<usize>,
}

impl Gathering {
    pub(super) fn new(match_type: MatchType) -> Self {
        Self { match_type, nodes: Vec::new(), together: None }
    }

    pub(super) fn add(&mut self, node: Node<Question>) {
        self.nodes.push(node);
    }

    pub(super) fn add_rule(&mut self, rule: Rule) {
        if rule.field.owner != Owner::Contract {
            return self.add(Node::Leaf(Question::Rule(rule)));
        }
        if let Some(opposite) = opposite_of_negative(&rule) {
            return self.add(contract(Number::None, opposite));
        }
        let met = self.together.filter(|_| self.match_type == MatchType::All).and_then(|place| self.nodes.get_mut(place));
        if let Some(Node::Leaf(Question::Contracts(contracts))) = met {
            contracts.of_one.nodes.push(Node::Leaf(rule));
        } else {
            self.together = Some(self.nodes.len());
            self.add(contract(Number::Some, rule));
        }
    }

    pub(super) fn group(self) -> Group<Question> {
        Group { match_type: self.match_type, nodes: self.nodes }
    }
}

fn contract(number: Number, rule: Rule) -> Node<Question> {
    let pointer = rule.pointer.clone();
    let of_one = Group { match_type: MatchType::All, nodes: vec![Node::Leaf(rule)] };
    Node::Leaf(Question::Contracts(Contracts { pointer, number, of_one }))
}

/// The rule that is true exactly where a negative one is false; `None` for a positive rule.
fn opposite_of_negative(rule: &Rule) -> Option<Rule> {
    let operator = rule.operator.opposite().filter(|_| rule.operator.is_negative())?;
    Some(Rule { operator, include_empty: rule.include_empty.map(|flag| !flag), ..rule.clone() })
}

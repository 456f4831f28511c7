//! Reads groups and related groups.

use serde_json::{Map, Value};

use super::catalogue;
use super::document::{Aggregate, Form, Group, MatchType, Node, Reader, Related, Scope, Test, below};
use super::operators::Operator;

/// What says something only beside `aggregate`.
const OF_AGGREGATES: [&str; 3] = ["of", "operator", "value"];

impl Reader<'_> {
    pub(crate) fn match_type(&mut self, object: &Map<String, Value>, pointer: &str) -> Option<MatchType> {
        match object.get("match_type").map(Value::as_str) {
            None | Some(Some("all")) => Some(MatchType::All),
            Some(Some("any")) => Some(MatchType::Any),
            Some(Some("none")) => Some(MatchType::None),
            Some(_) => self.refuse(below(pointer, "match_type"), "invalid"),
        }
    }

    /// The nodes of a document or a group, which must have some.
    pub(crate) fn filled_nodes(&mut self, object: &Map<String, Value>, pointer: &str, scope: Scope) -> Option<Vec<Node>> {
        match object.get("rules") {
            None | Some(Value::Null) => self.refuse(below(pointer, "rules"), "empty"),
            Some(Value::Array(nodes)) if nodes.is_empty() => self.refuse(below(pointer, "rules"), "empty"),
            Some(nodes) => self.nodes(nodes, pointer, scope),
        }
    }

    fn nodes(&mut self, nodes: &Value, pointer: &str, scope: Scope) -> Option<Vec<Node>> {
        let Value::Array(nodes) = nodes else {
            return self.refuse(below(pointer, "rules"), "wrong_type");
        };
        let read: Vec<Option<Node>> =
            nodes.iter().enumerate().map(|(index, node)| self.node(node, &format!("{pointer}/rules/{index}"), scope)).collect();
        read.into_iter().collect()
    }

    fn node(&mut self, node: &Value, pointer: &str, scope: Scope) -> Option<Node> {
        let Value::Object(node) = node else {
            return self.refuse(pointer.to_owned(), "wrong_type");
        };
        match Form::of(node) {
            // What stands inside it is not looked at: it cannot be there.
            Form::Related if scope == Scope::Contract => self.refuse(below(pointer, "relation"), "nested"),
            Form::Related => self.related(node, pointer).map(Node::Related),
            Form::Group => self.group(node, pointer, scope).map(Node::Group),
            Form::Rule => self.rule(node, pointer, scope),
        }
    }

    fn group(&mut self, group: &Map<String, Value>, pointer: &str, scope: Scope) -> Option<Group> {
        self.refuse_unknown_keys(group, pointer, &["match_type", "rules"]);
        let match_type = self.match_type(group, pointer);
        let nodes = self.filled_nodes(group, pointer, scope);
        Some(Group { match_type: match_type?, nodes: nodes? })
    }

    fn related(&mut self, related: &Map<String, Value>, pointer: &str) -> Option<Related> {
        self.refuse_unknown_keys(related, pointer, &["relation", "match_type", "rules", "aggregate", "of", "operator", "value"]);
        if related.get("relation").and_then(Value::as_str) != Some("contract") {
            // There is but one relation, so the rest is read as if that was meant.
            self.refuse::<()>(below(pointer, "relation"), "invalid");
        }
        let match_type = self.match_type(related, pointer);
        let nodes = match related.get("rules") {
            None => self.refuse(below(pointer, "rules"), "missing"),
            Some(nodes) => self.nodes(nodes, pointer, Scope::Contract),
        };
        let test = match related.get("aggregate") {
            Some(aggregate) => self.test(related, aggregate, pointer).map(Some),
            None => self.no_test(related, pointer).map(|()| None),
        };
        Some(Related { group: Group { match_type: match_type?, nodes: nodes? }, test: test? })
    }

    fn no_test(&mut self, related: &Map<String, Value>, pointer: &str) -> Option<()> {
        let alone: Vec<_> = OF_AGGREGATES.iter().filter(|key| related.contains_key(**key)).collect();
        for key in &alone {
            self.refuse::<()>(below(pointer, key), "without_aggregate");
        }
        alone.is_empty().then_some(())
    }

    /// The rest can be judged only beside an aggregate that we know.
    fn test(&mut self, related: &Map<String, Value>, aggregate: &Value, pointer: &str) -> Option<Test> {
        let aggregate = match aggregate.as_str() {
            Some("count") => Aggregate::Count,
            Some("sum") => Aggregate::Sum,
            _ => return self.refuse(below(pointer, "aggregate"), "invalid"),
        };
        match (aggregate, related.get("of")) {
            (Aggregate::Count, None) => {}
            (Aggregate::Sum, Some(Value::String(of))) if of == "value" => {}
            (Aggregate::Count, Some(_)) => drop(self.refuse::<()>(below(pointer, "of"), "of_count")),
            (Aggregate::Sum, None) => drop(self.refuse::<()>(below(pointer, "of"), "missing")),
            (Aggregate::Sum, Some(_)) => drop(self.refuse::<()>(below(pointer, "of"), "invalid")),
        }
        let operator = match related.get("operator").and_then(Value::as_str).and_then(Operator::named) {
            Some(operator) if operator.takes_aggregates() => operator,
            _ => return self.refuse(below(pointer, "operator"), "unknown_operator"),
        };
        // The numbers are read as those of any number field.
        let number = catalogue::find_in_contract("value")?;
        let items = self.value(related.get("value"), &below(pointer, "value"), &number, operator)?;
        Some(Test { aggregate, operator, items })
    }
}

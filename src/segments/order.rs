//! In which order segments are counted: one that names others by segment rules after those it names.
//!
//! Called by the job and the command line. It is a courtesy, not what makes counts right: each asks for the members of
//! those it names, live. So a circle, which a save refuses but a database may hold, is cut where it is met, and of a named
//! segment that is not there nothing is awaited.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::model::{Segment, SegmentType};
use crate::criteria::named_segments;
use crate::db::Id;

/// A segment as the order sees it.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its key.
    pub id: Id,
    /// Those it names.
    pub named: BTreeSet<Id>,
    /// Whether it is to be counted itself; if not, it only stands between others.
    pub is_counted: bool,
}

/// What is still to be counted, and what is being.
#[derive(Debug)]
pub struct Order {
    waiting: VecDeque<Id>,
    running: BTreeSet<Id>,
    /// Of those that are counted: which others come before.
    before: BTreeMap<Id, BTreeSet<Id>>,
}

impl Node {
    /// Of a stored segment.
    pub fn of(segment: &Segment, is_counted: bool) -> Self {
        let named = match segment.kind() {
            SegmentType::Dynamic => named_segments(&segment.filter_criteria.0),
            SegmentType::Static => BTreeSet::new(),
        };
        Self { id: segment.id, named, is_counted }
    }
}

impl Order {
    /// The order of `nodes`; as they stand, where nothing else is asked of it.
    pub fn of(nodes: &[Node]) -> Self {
        let by_id: BTreeMap<Id, &Node> = nodes.iter().map(|node| (node.id, node)).collect();
        let counted = nodes.iter().filter(|node| node.is_counted);
        Self {
            waiting: counted.clone().map(|node| node.id).collect(),
            running: BTreeSet::new(),
            before: counted.map(|node| (node.id, before(node, &by_id))).collect(),
        }
    }

    /// The next that can be counted now, if any; it is running until it is [`Order::done`].
    pub fn take(&mut self) -> Option<Id> {
        let is_ready = |id: &Id| !self.before.get(id).is_some_and(|before| before.iter().any(|other| self.before.contains_key(other)));
        let ready = self.waiting.iter().position(is_ready);
        // Where nothing runs and nothing can, all that wait wait for one another: the circle is cut.
        let next = ready.or_else(|| self.running.is_empty().then_some(0))?;
        let next = self.waiting.remove(next)?;
        self.running.insert(next);
        Some(next)
    }

    /// It has been counted, or never will be.
    pub fn done(&mut self, id: Id) {
        self.running.remove(&id);
        self.before.remove(&id);
    }

    /// How many wait.
    pub fn left(&self) -> usize {
        self.waiting.len()
    }

    /// All of them, for whoever counts one after the other.
    pub fn one_by_one(mut self) -> Vec<Id> {
        let mut all = Vec::with_capacity(self.left());
        while let Some(id) = self.take() {
            self.done(id);
            all.push(id);
        }
        all
    }
}

/// Those that are counted and that `node` names, itself or through others that are not.
fn before(node: &Node, by_id: &BTreeMap<Id, &Node>) -> BTreeSet<Id> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::from([node.id]));
    let mut looking: Vec<Id> = node.named.iter().copied().collect();
    while let Some(id) = looking.pop() {
        match by_id.get(&id) {
            Some(other) if seen.insert(id) => {
                if other.is_counted {
                    found.insert(id);
                } else {
                    looking.extend(&other.named);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that tests can name: 1, 2, 3.
    fn id(number: u128) -> Id {
        Id(uuid::Uuid::from_u128(number))
    }

    fn node(number: u128, named: &[u128]) -> Node {
        Node { id: id(number), named: named.iter().copied().map(id).collect(), is_counted: true }
    }

    fn order(nodes: &[Node]) -> Vec<u128> {
        Order::of(nodes).one_by_one().into_iter().map(|id| id.0.as_u128()).collect()
    }

    #[test]
    fn those_that_are_named_come_first_and_the_others_stay_as_they_stand() {
        assert_eq!(order(&[node(3, &[]), node(1, &[]), node(2, &[])]), [3, 1, 2]);
        assert_eq!(order(&[node(1, &[2]), node(2, &[3]), node(3, &[]), node(4, &[])]), [3, 2, 1, 4]);
    }

    #[test]
    fn a_diamond_is_counted_from_its_foot_each_once() {
        assert_eq!(order(&[node(1, &[2, 3]), node(2, &[4]), node(3, &[4]), node(4, &[])]), [4, 2, 3, 1]);
    }

    #[test]
    fn circles_and_what_is_missing_stop_nobody() {
        assert_eq!(order(&[node(1, &[2]), node(2, &[1]), node(3, &[1]), node(4, &[9])]), [4, 1, 2, 3]);
        assert_eq!(order(&[node(1, &[1])]), [1]);
        assert_eq!(order(&[]), Vec::<u128>::new());
    }

    #[test]
    fn what_is_not_counted_itself_still_stands_between() {
        let paused = Node { is_counted: false, ..node(2, &[3]) };
        assert_eq!(order(&[node(1, &[2]), paused, node(3, &[])]), [3, 1]);
    }

    #[test]
    fn two_at_a_time_nobody_is_taken_before_those_they_name_are_done() {
        let mut order = Order::of(&[node(1, &[2, 3]), node(2, &[]), node(3, &[])]);
        assert_eq!((order.take(), order.take(), order.take()), (Some(id(2)), Some(id(3)), None));
        order.done(id(2));
        assert_eq!(order.take(), None);
        order.done(id(3));
        assert_eq!((order.take(), order.left()), (Some(id(1)), 0));
        order.done(id(1));
        assert_eq!(order.take(), None);
    }

    #[test]
    fn a_long_chain_is_walked_without_growing_the_stack() {
        let chain: Vec<Node> = (0..2_000).map(|number| node(number, &[number + 1])).collect();
        assert_eq!(order(&chain).first(), Some(&1_999));
    }
}

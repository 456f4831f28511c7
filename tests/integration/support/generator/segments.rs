//! A small set of segments for rules to name: sound ones of every kind, and ones that break whoever names them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use super::{Nodes, Rng, documents, mistakes, nodes};
use crate::support::evaluator::{Listed, Segment, Segments, World};

/// Segments, and what is known of them. Those in neither list are fit to be stored, but only the way to them is looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pool {
    pub(crate) segments: Segments,
    /// Sound, and followed by at most two others.
    pub(crate) good: Vec<Uuid>,
    /// There, but broken, in a circle, or at the head of a chain that is too long however one counts.
    pub(crate) bad: Vec<Uuid>,
}

/// Segments over this world, the dynamic ones with these nodes in their documents (and with those of this pool whatever `with` says).
pub(crate) fn pool(seed: u64, world: &World, with: Nodes<'_>) -> Pool {
    let mut maker = Maker { rng: Rng::new(seed), pool: Pool::default() };
    maker.add_static(world);
    maker.add_dynamic(with);
    maker.add_bad(with);
    maker.pool
}

struct Maker {
    rng: Rng,
    pool: Pool,
}

impl Maker {
    fn id(&mut self) -> Uuid {
        let (high, low) = (u128::from(self.rng.next()), u128::from(self.rng.next()));
        Builder::from_random_bytes(((high << 64) | low).to_be_bytes()).into_uuid()
    }

    fn add(&mut self, segment: Segment) -> Uuid {
        let id = self.id();
        self.pool.segments.insert(id, segment);
        id
    }

    fn add_good(&mut self, segment: Segment) -> Uuid {
        let id = self.add(segment);
        self.pool.good.push(id);
        id
    }

    fn add_bad_document(&mut self, document: Value) {
        let id = self.add(Segment::Dynamic(document));
        self.pool.bad.push(id);
    }

    /// Contacts, companies, both with some never included, and nobody.
    fn add_static(&mut self, world: &World) {
        let contacts = self.some(world.contacts.iter().map(|row| row.id).collect(), 30);
        let companies = self.some(world.companies.iter().map(|row| row.id).collect(), 30);
        self.add_good(Segment::Static(Listed { contacts: contacts.clone(), ..Listed::default() }));
        self.add_good(Segment::Static(Listed { companies: companies.clone(), ..Listed::default() }));
        // Whoever is listed is never excluded too: the page does not say which of the two would count.
        let others = world.contacts.iter().map(|row| row.id).filter(|id| !contacts.contains(id)).collect();
        let excluded = self.some(others, 40);
        self.add_good(Segment::Static(Listed { contacts, companies, excluded }));
        self.add_good(Segment::Static(Listed::default()));
    }

    fn some(&mut self, ids: Vec<Uuid>, percent: usize) -> Vec<Uuid> {
        ids.into_iter().filter(|_| self.rng.chance(percent)).collect()
    }

    /// Two that name none, two that name one or two of these and of the static ones (a diamond is no circle), and one that names such a one.
    fn add_dynamic(&mut self, with: Nodes<'_>) {
        let alone = Nodes { segments: None, ..with };
        for _ in 0..2 {
            let document = documents::valid(&mut self.rng, alone);
            self.add_good(Segment::Dynamic(document));
        }
        let first = self.pool.good.clone();
        let mut second = Vec::new();
        for _ in 0..2 {
            let document = self.referring(alone, &first);
            second.push(self.add_good(Segment::Dynamic(document)));
        }
        let document = self.referring(alone, &second);
        self.add_good(Segment::Dynamic(document));
    }

    /// A document with at least one rule on one of these segments.
    fn referring(&mut self, with: Nodes<'_>, ids: &[Uuid]) -> Value {
        let rng = &mut self.rng;
        let entity = documents::entity(rng);
        let number = rng.pick(&[0, 1, 1, 2]);
        let mut rules: Vec<Value> = (0..number).map(|_| nodes::node(rng, nodes::Place::of(entity), with)).collect();
        for _ in 0..rng.pick(&[1, 1, 2]) {
            let rule = nodes::segment(rng, ids);
            rules.insert(rng.below(rules.len() + 1), rule);
        }
        documents::around(rng, entity, rules)
    }

    fn add_bad(&mut self, with: Nodes<'_>) {
        let alone = Nodes { segments: None, ..with };
        let document = mistakes::wrong(&mut self.rng, alone);
        self.add_bad_document(document);
        self.add_bad_document(json!({}));
        let (missing, own, one, other) = (self.id(), self.id(), self.id(), self.id());
        self.add_bad_document(naming(missing));
        // Circles of one and of two, and one that leads into the latter.
        let circles: BTreeMap<Uuid, Uuid> = [(own, own), (one, other), (other, one)].into();
        self.pool.segments.extend(circles.iter().map(|(&id, &target)| (id, Segment::Dynamic(naming(target)))));
        self.pool.bad.extend(circles.keys());
        self.add_bad_document(naming(one));
        let mut last = self.pool.good[0];
        for _ in 0..7 {
            last = self.add(Segment::Dynamic(naming(last)));
        }
        self.pool.bad.push(last);
    }
}

/// The document that names one segment and says nothing else.
fn naming(id: Uuid) -> Value {
    json!({"rules": [{"field": "segment", "operator": "in_segment", "value": id}]})
}

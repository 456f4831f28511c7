//! Nasty small worlds and random documents for them, the same for the same seed.
//!
//! Rows and rules draw from the same pools, so that rules find something. What criteria.md leaves open (see the notes at
//! `documents` and `mistakes`) is not generated: a difference between two readers of the page must be a bug of one of them.

mod documents;
mod mistakes;
mod nodes;
mod pools;
mod rows;
mod segments;
mod tests;
mod wrong_nodes;

use serde_json::Value;

pub(crate) use rows::{world, world_near};
pub(crate) use segments::{Pool, pool};

/// What may come into a document beside flat rules: nothing, unless it is switched on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Nodes<'a> {
    pub(crate) groups: bool,
    pub(crate) related: bool,
    /// The operators that count from today. Worlds `near` that day give them something to find.
    pub(crate) relative: bool,
    /// The segments that rules may name.
    pub(crate) segments: Option<&'a Pool>,
}

impl Nodes<'_> {
    fn is_flat(self) -> bool {
        !self.groups && !self.related && !self.relative && self.segments.is_none()
    }
}

/// A random document of flat rules: about four of five are valid, the others wrong in one place or in several.
pub(crate) fn document(rng: &mut Rng) -> Value {
    document_with(rng, Nodes::default())
}

/// A random document in which these nodes may come too, right and wrong ones. The same seed without them makes the same flat documents.
pub(crate) fn document_with(rng: &mut Rng, with: Nodes<'_>) -> Value {
    if rng.chance(80) { documents::valid(rng, with) } else { mistakes::wrong(rng, with) }
}

/// Splitmix64: tiny, seeded, and the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, but not including, `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, pool: &[T]) -> T {
        pool[self.below(pool.len())].clone()
    }

    /// Like `pick`, but the first ones more often: rows and rules then meet more often.
    pub(crate) fn pick_early<T: Clone>(&mut self, pool: &[T]) -> T {
        pool[self.below(pool.len()).min(self.below(pool.len()))].clone()
    }
}

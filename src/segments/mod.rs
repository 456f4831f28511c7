//! The product: segments, what they list, who is in them, and their pages.
//!
//! `model` saves and finds them, `draft` is what may be saved, `listed` is a static segment's list, `members` says who is
//! in, `recalculate` keeps the counts, `usage` remembers which campaigns took one. Everything that a page, the command line
//! or an API shows of members goes through `members`, so that no two of them can disagree.

pub mod draft;
pub mod listed;
pub mod members;
pub mod model;
pub mod recalculate;
pub mod usage;

pub use draft::{Draft, FieldError, Input};
pub use members::Members;
pub use model::{Segment, SegmentType, Status};

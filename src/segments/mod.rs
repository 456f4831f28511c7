//! The product: segments, what they list, who is in them, and their pages.
//!
//! `model` finds them, `rules` understands their criteria with the segments that they name (`referred`), `draft` is what may be saved, `save` saves it, `listed` is a static segment's list, `members` says
//! who is in, `preview` who would be, rule by rule in `funnel`, `recalculate` keeps the counts (in one `flight` at a time), `freshness` knows which are old, `usage`
//! remembers which campaigns took one. By the clock `job` counts them all again: a `round` in the `order` of who names whom,
//! until told to `stop`; `failures` remembers which counts failed. What is pasted (`paste`) or uploaded (`upload`) is looked at
//! before it changes a list. Everything that a page, the command line or an API shows of members goes through
//! `members`, so that no two of them can disagree.

pub mod actions;
pub mod admin;
pub mod api;
pub mod builder;
pub mod bulk;
pub mod cells;
pub mod columns;
pub mod combine_page;
pub mod combining;
pub mod criteria_box;
pub mod curating;
pub mod deleting;
pub mod draft;
pub mod export;
pub mod failures;
pub mod filters;
pub mod flight;
pub mod form;
pub mod freshness;
pub mod funnel;
pub mod hand_over;
pub mod job;
pub mod json;
pub mod list_drift;
pub mod list_page;
pub mod list_source;
pub mod listed;
pub mod members;
pub mod members_page;
pub mod model;
pub mod order;
pub mod owner;
pub mod ownership;
pub mod paste;
pub mod picker;
pub mod preview;
pub mod preview_panel;
pub mod recalculate;
pub mod references;
pub mod referred;
pub mod restrictions;
pub mod round;
pub mod rules;
pub mod sample;
pub mod save;
pub mod stop;
pub mod tools;
pub mod undoing;
pub mod upload;
pub mod usage;
pub mod where_used;
pub mod why;
pub mod why_contact;
pub mod why_page;
pub mod words;
pub mod writer;

pub use draft::{Draft, FieldError, Input};
pub use members::Members;
pub use model::{Segment, SegmentType, Status};

//! The rule builder of the segment's form: a document as fields, and fields as a document.
//!
//! One way round for pages with scripts and without: `compose` reads what was sent (`reading`) into a tree (`tree`), does
//! what a button asks (`deed`) and leaves the one field `filter_criteria`; `page` draws a document (`node`, `control`, with
//! the menus of `subject` and the value controls of `editor`). A script only sends the same fields to `pages` and puts the
//! answer in the place of what was there.

pub mod compose;
pub mod control;
pub mod deed;
pub mod editor;
pub mod node;
pub mod page;
pub mod pages;
pub mod reading;
pub mod subject;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod tried;
pub mod values;

pub use compose::{compose, is_asked, left_out};
pub use page::{Builder, Field};
pub use tried::Tried;

//! The page of a segment's members: who they are, as a list and as a file, "Mark as used" and "Used by".
//!
//! `show` is the page, a list of contacts as `list` declares it, narrowed by `filters`; `file` is the export, `marking` notes a use, `used_by` is the page
//! of all uses. Count, list and file come from one `Members`; the list and its count from one snapshot.

mod asked;
mod file;
mod filters;
mod list;
mod marking;
mod show;
mod used_by;

pub use file::{about_export, export, export_of_api};
pub use list::MemberAdmin;
pub use marking::mark_used;
pub use show::show;
pub use used_by::show as show_uses;

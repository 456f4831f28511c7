//! The paste box: whatever sales ops have in their clipboard, as people and companies of a list.
//!
//! `tokens` takes a line apart, `lines` reads a whole paste, `page` is the box. What was pasted goes the way of an upload from
//! there on: matched, looked at, applied (`upload`).

pub mod lines;
pub mod page;
mod tokens;

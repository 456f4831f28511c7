//! The pickers of a static segment's form: two panes, who can be listed and who is.
//!
//! Shown by `form`, saved with it. Both panes search and page on the server, however many rows there are; `kind` declares in
//! what contacts and companies differ, `asked` reads what was sent, `pane` and `chooser` read what is shown, and `page` gives
//! a script the same without the rest of the form; `numbers` says what a list comes to.

mod asked;
pub mod candidates;
mod chooser;
mod kind;
pub mod numbers;
pub mod page;
mod pane;

pub use self::asked::Asked;
pub use self::chooser::Chooser;
pub use self::kind::{COMPANIES, CONTACTS, Kind};
pub use self::numbers::Numbers;

use crate::admin::form::FormData;

/// What was sent, where a button that moves everything saves the form as well and leaves it open.
pub fn compose(data: FormData) -> FormData {
    let saves = [&CONTACTS, &COMPANIES].into_iter().any(|kind| Asked::of(kind, &data).saves());
    if !saves {
        return data;
    }
    let pairs = data.pairs().map(|(name, value)| (name.to_owned(), value.to_owned()));
    FormData::new(pairs.chain([("_continue".to_owned(), "1".to_owned())]).collect())
}

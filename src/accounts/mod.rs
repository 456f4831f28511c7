//! Who signs in, and what they may do.
//!
//! `actor` is what every model asks; the others only find out who the actor is. `user` and `password`
//! are models; `access` is what the table of URLs says of each; `staff` and `posted` are what handlers take as arguments
//! (who asks, and what they sent), on top of `session`, `csrf` and `client`; `login` (with `authentication`),
//! `account` and `setup` have pages, `unsent` gives back what was sent without a session; `managing` and `admin` are for those who manage the others. Of the API,
//! `caller` is who asks, by an `access_token` of an `api_login`, or by an `api_token` of their own; `api` has its sign-in.

pub mod access;
pub mod access_token;
pub mod account;
pub mod actor;
pub mod admin;
pub mod api;
pub mod api_login;
pub mod api_token;
mod authentication;
pub mod caller;
pub mod client;
pub mod csrf;
pub mod hand_over;
pub mod hashing;
pub mod keys;
pub mod login;
pub mod managing;
pub mod managing_rules;
pub mod next;
pub mod password;
pub mod password_change;
pub mod password_rules;
pub mod posted;
pub mod session;
pub mod session_store;
pub mod sessions;
pub mod setup;
pub mod setup_link;
pub mod staff;
pub mod throttle;
pub mod tokens_page;
pub mod unsent;
pub mod user;
pub mod user_json;

pub use actor::{Actor, Role};
pub use caller::Caller;
pub use posted::{Form, Posted};
pub use staff::Staff;

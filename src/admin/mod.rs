//! The admin in general: lists, forms and their pages, made from declarations; it knows no model.

pub mod cell;
pub mod changelist;
pub mod conflict;
pub mod display;
pub mod edit;
pub mod editing;
pub mod fieldset;
pub mod filters;
pub mod form;
pub mod form_page;
pub mod html;
pub mod list_display;
pub mod model_admin;
pub mod paginator;
pub mod query_string;
pub mod search;

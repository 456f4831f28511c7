//! The admin in general: lists, forms and their pages, made from declarations; it knows no model.
//!
//! A screen is declared as a [`model_admin::ModelAdmin`] and listed in `routes`. On a request `views` (`version_views` for
//! versions) asks `changelist` (lists), `edit` (forms, with the hooks of `editing`), `deletion`, `object_history` or
//! `versions`, and puts what they found into `pages`. `frame` is what every page has around its content, `receive` takes a form with a file, `object` what a page
//! beside a form is about, `assets` the files it links to, `index` the first page, `site_search` what the box in the header
//! finds.

pub mod actions;
pub mod assets;
pub mod bound_field;
pub mod cell;
pub mod changelist;
pub mod checks;
pub mod chosen;
pub mod confirmation;
pub mod conflict;
pub mod deletion;
pub mod display;
pub mod download;
pub mod edit;
pub mod editing;
pub mod facets;
pub mod fieldset;
pub mod filter_choices;
pub mod filters;
pub mod form;
pub mod form_page;
pub mod frame;
pub mod headings;
pub mod html;
pub mod index;
pub mod list_csv;
pub mod list_display;
pub mod list_query;
pub mod list_rows;
pub mod model_admin;
pub mod object;
pub mod object_history;
pub mod paginator;
pub mod query_string;
pub mod receive;
pub mod related;
pub mod search;
pub mod sent;
pub mod side_by_side;
pub mod site_search;
pub mod task;
pub mod version_views;
pub mod versions;
pub mod views;
pub mod widget;

mod binding;
mod meant;
mod pages;
pub mod repeats;
mod typed;

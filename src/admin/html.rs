//! HTML made by a template: the only text that pages write out unescaped.
//!
//! A panel of a form is a template of its own, rendered to [`Html`] and put into the page as it is. There is no way to make
//! one from a string, so nothing that was typed gets in without the escaping of the template it passed through.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::error::{AppError, Result};

/// A rendered piece of a page.
#[derive(Debug, Clone, Default)]
pub struct Html(String);

impl Html {
    /// Renders `template`, which must be an HTML one (its file ends in `.html`, so it escapes).
    pub fn render(template: &impl Template) -> Result<Self> {
        template.render().map(Self).map_err(AppError::internal)
    }

    /// Whether nothing came of it.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Display for Html {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

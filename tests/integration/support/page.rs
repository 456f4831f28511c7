//! What the site answers, read as a browser reads it.

use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// The path that was asked for.
    path: String,
}

impl Answer {
    pub(crate) fn of(response: reqwest::blocking::Response) -> Self {
        Self::try_of(response).expect("the body is text")
    }

    /// The answer of a server that may die in the middle of it.
    pub(crate) fn try_of(response: reqwest::blocking::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let path = response.url().path().to_owned();
        Ok(Self { status, headers, path, body: response.text()? })
    }

    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of plain characters"))
    }

    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// The page.
    pub(crate) fn document(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// The text of every element that the selector finds, with single blanks.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        self.document().select(&parse(selector)).map(text).collect()
    }

    /// The text of the first element that the selector finds.
    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        self.texts(selector).into_iter().next().unwrap_or_else(|| panic!("no {selector} in {}", self.body))
    }

    /// Whether there is such an element.
    pub(crate) fn has(&self, selector: &str) -> bool {
        self.document().select(&parse(selector)).next().is_some()
    }

    /// The values of an attribute of every element that the selector finds.
    pub(crate) fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        self.document().select(&parse(selector)).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
    }

    /// The form of the page (the button that signs out, in the header, is not meant).
    #[track_caller]
    pub(crate) fn form(&self) -> Form {
        self.form_at("form[method=post]:not(#logout-form)")
    }

    /// The first form that the selector finds, as the browser would send it untouched.
    #[track_caller]
    pub(crate) fn form_at(&self, selector: &str) -> Form {
        let document = self.document();
        let form = document.select(&parse(selector)).next().unwrap_or_else(|| panic!("no {selector} in {}", self.body));
        let action = form.attr("action").filter(|action| !action.is_empty()).unwrap_or(&self.path).to_owned();
        // Controls may stand outside their form and name it.
        let id = form.attr("id").unwrap_or_default();
        let controls = parse("input, select, textarea");
        let inside = form.select(&controls);
        let outside = document.select(&controls).filter(|control| !id.is_empty() && control.attr("form") == Some(id));
        Form { action, fields: inside.chain(outside).flat_map(successful).collect() }
    }
}

/// A form about to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    /// With this value in the field, in the place of what was there.
    #[must_use]
    pub(crate) fn fill(mut self, name: &str, value: &str) -> Self {
        let place = self.fields.iter().position(|(field, _)| field == name).unwrap_or(self.fields.len());
        self.fields.retain(|(field, _)| field != name);
        self.fields.insert(place.min(self.fields.len()), (name.to_owned(), value.to_owned()));
        self
    }

    /// With one more value: a box ticked, one of several chosen, or the button that is pressed.
    #[must_use]
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without any value of that name: every box of it unticked.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    /// The first value of a field.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// What a control sends when nobody touches it.
fn successful(control: ElementRef<'_>) -> Vec<(String, String)> {
    let Some(name) = control.attr("name").filter(|_| control.attr("disabled").is_none()) else { return Vec::new() };
    let values = match (control.value().name(), control.attr("type").unwrap_or("text")) {
        ("input", "submit" | "button" | "reset" | "image" | "file") => Vec::new(),
        ("input", "checkbox" | "radio") if control.attr("checked").is_none() => Vec::new(),
        ("input", "checkbox" | "radio") => vec![control.attr("value").unwrap_or("on").to_owned()],
        // The parser drops the line break after the tag, as browsers do.
        ("textarea", _) => vec![control.text().collect()],
        ("select", _) => chosen(control),
        _ => vec![control.attr("value").unwrap_or_default().to_owned()],
    };
    values.into_iter().map(|value| (name.to_owned(), value)).collect()
}

fn chosen(select: ElementRef<'_>) -> Vec<String> {
    let value = |option: ElementRef<'_>| option.attr("value").map_or_else(|| text(option), str::to_owned);
    let options = parse("option");
    let selected: Vec<String> = select.select(&options).filter(|option| option.attr("selected").is_some()).map(value).collect();
    if selected.is_empty() && select.attr("multiple").is_none() {
        return select.select(&options).next().map(value).into_iter().collect();
    }
    selected
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parse(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

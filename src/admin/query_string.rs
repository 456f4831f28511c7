//! The query string of a list: its parameters in order, and links that change some of them.

use url::form_urlencoded;

use crate::accounts::posted::is_text;

/// Parameters as they stand in an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryString(Vec<(String, String)>);

impl QueryString {
    /// Reads what stands after the `?`.
    pub fn parse(raw: &str) -> Self {
        Self(form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The last value of a parameter, as Django reads repeated ones.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parameters, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same without some.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// The same with one set.
    #[must_use]
    pub fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut changed = self.without(&[name]);
        changed.0.push((name.to_owned(), value.into()));
        changed
    }

    /// As it stands in an address, without `?`.
    pub fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// As a link to the same page with these parameters.
    pub fn link(&self) -> String {
        format!("?{}", self.encoded())
    }
}

/// The parameter that carries a list's own parameters over the pages of an object.
pub const PRESERVED: &str = "_changelist_filters";

/// `url`, carrying `filters` (a list's query string) along; unchanged when there are none.
pub fn carrying(url: String, filters: &str) -> String {
    if filters.is_empty() { url } else { format!("{url}?{}", QueryString::default().with(PRESERVED, filters).encoded()) }
}

/// `list_url` with the filters that a page carried along.
pub fn back_to(list_url: String, filters: &str) -> String {
    if filters.is_empty() { list_url } else { format!("{list_url}?{filters}") }
}

/// The filters that a request for an object's page carries along, in a form that is safe to put into an address.
pub fn preserved(raw: &str) -> String {
    let query = QueryString::parse(raw);
    // What cannot be read is no search: the list is shown without any rather than with another.
    let kept = query.get(PRESERVED).filter(|kept| is_text(kept.as_bytes())).unwrap_or_default();
    let kept = QueryString::parse(kept);
    if kept.pairs().any(|(name, value)| name.contains('\0') || value.contains('\0')) { String::new() } else { kept.encoded() }
}

/// `url`, carrying along what the request with the query `raw` carries.
pub fn still_carrying(url: String, raw: &str) -> String {
    carrying(url, &preserved(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_change_one_parameter_and_keep_the_others() {
        let query = QueryString::parse("q=caf%C3%A9+x&status__exact=active&p=3");
        assert_eq!(query.get("q"), Some("café x"));
        assert_eq!(query.without(&["p"]).with("o", "-1").link(), "?q=caf%C3%A9+x&status__exact=active&o=-1");
        assert_eq!(QueryString::parse("a=1&a=2").get("a"), Some("2"));
    }

    #[test]
    fn filters_travel_with_an_object_and_back() {
        let carried = carrying("/admin/crm_app/contact/1/change/".into(), "q=a+b&p=2");
        assert_eq!(carried, "/admin/crm_app/contact/1/change/?_changelist_filters=q%3Da%2Bb%26p%3D2");
        let (_, raw) = carried.split_once('?').unwrap();
        assert_eq!(back_to("/admin/crm_app/contact/".into(), &preserved(raw)), "/admin/crm_app/contact/?q=a+b&p=2");
        assert_eq!(preserved("_changelist_filters=%0d%0aLocation:x"), "%0D%0ALocation%3Ax=");
        assert_eq!(preserved("_changelist_filters=q%3D%25ff"), "", "what cannot be read is not searched for as something else");
        assert_eq!(preserved("_changelist_filters=q%3D%2500"), "", "nor is what no list takes");
        assert_eq!(carrying("/x/".into(), ""), "/x/");
    }
}

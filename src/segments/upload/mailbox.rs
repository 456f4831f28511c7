//! E-mail addresses as mail programs write them: `Name <mail>`, `"Last, First" <mail>`, `mailto:mail`, or bare.
//!
//! Called by `columns` for a cell, and by `paste` for a part of a line.

use std::iter::from_fn;

use crate::query::text;

/// The addresses in a text, each with the words before it; words behind the last come with a blank address.
pub fn list(part: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let mut words = part.split_whitespace();
    from_fn(move || {
        let mut name = String::new();
        for word in words.by_ref() {
            // What stands before a bracket without a blank between them is no part of the address.
            let (before, address) = if word.contains('@') { word.rsplit_once('<').unwrap_or(("", word)) } else { (word, "") };
            push(&mut name, before);
            if !address.is_empty() {
                return Some((unquoted(&name), bare(address)));
            }
        }
        (!name.is_empty()).then(|| (unquoted(&name), String::new()))
    })
}

/// The one address in a text, and all the words beside it; `None` where there is none, or are several.
pub fn only(part: &str) -> Option<(String, String)> {
    let mut found = list(part);
    let (mut name, address) = found.next().filter(|(_, address)| !address.is_empty())?;
    match found.next() {
        Some((_, another)) if !another.is_empty() => None,
        Some((behind, _)) => {
            push(&mut name, &behind);
            Some((name, address))
        }
        None => Some((name, address)),
    }
}

fn push(name: &mut String, word: &str) {
    if !name.is_empty() && !word.is_empty() {
        name.push(' ');
    }
    name.push_str(word);
}

/// An address without what mail programs put round it.
fn bare(address: &str) -> String {
    let bare = address.trim_matches(['<', '>', '(', ')', '[', ']', '"', '\'', '.', ':', ',', ';']);
    text::nfc(bare.strip_prefix("mailto:").unwrap_or(bare))
}

/// A text without the quotes round it.
pub fn unquoted(part: &str) -> String {
    text::nfc(part.trim_matches(['"', '\u{201c}', '\u{201d}']).replace("\"\"", "\"").trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_with_whose_it_is() {
        let only = |part| only(part).map_or(String::new(), |(name, address)| format!("{name}|{address}"));
        assert_eq!(only("a@x.example"), "|a@x.example");
        assert_eq!(only("Somchai Jaidee <a@x.example>"), "Somchai Jaidee|a@x.example");
        assert_eq!(only("\"Jaidee, Somchai\" <mailto:a@x.example>."), "Jaidee, Somchai|a@x.example");
        assert_eq!(only("Somchai<a@x.example>"), "Somchai|a@x.example");
        assert_eq!(only("<a@x.example> (Somchai)"), "(Somchai)|a@x.example");
        assert_eq!((only("a@x.example b@x.example"), only("Somchai")), (String::new(), String::new()));
        let many: Vec<(String, String)> = list("A <a@x.example> B b@x.example end").collect();
        assert_eq!(many, [("A", "a@x.example"), ("B", "b@x.example"), ("end", "")].map(|(name, at)| (name.to_owned(), at.to_owned())));
    }
}

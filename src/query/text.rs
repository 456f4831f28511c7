//! Text on its way into a comparison: normal form, blanks, patterns, and near misses for "did you mean".
//!
//! Folding itself is the engines' business and stands in `db::dialect`, for both sides of a comparison must agree.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use crate::db::dialect::fold;

/// The characters of Unicode's `White_Space`: text of these alone counts as blank. Bound in SQL as what to trim.
pub const WHITE_SPACE: &str = "\u{9}\u{a}\u{b}\u{c}\u{d}\u{20}\u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// Unicode's normal form C, in which text is stored and asked for.
pub fn nfc(text: &str) -> String {
    // Nearly all text is in it already; to see that is much faster than to make it.
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

/// Whether nothing but white space is in it.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Whether nobody can see anything of it: white space, control characters, and marks that have no width of their own.
pub fn is_invisible(text: &str) -> bool {
    let has_no_width = |letter: char| {
        matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars().all(|letter| letter.is_whitespace() || letter.is_control() || has_no_width(letter))
}

/// The form in which keys (names, e-mails) are compared: normal, trimmed, folded.
pub fn key(text: &str) -> String {
    fold(nfc(text.trim()))
}

/// `text` for `LIKE … ESCAPE '\'`, standing for itself.
pub fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '%' | '_') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// The one of `known` that `typed` was probably meant to be, if any is near enough to say so.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = key(typed);
    if typed.is_empty() {
        return None;
    }
    let score = |candidate: &str| {
        let candidate = key(candidate);
        let similar = strsim::jaro_winkler(&typed, &candidate);
        // "hotel" for "hotels", "like" is not "life": one being the start of the other counts for more than letters alike.
        if candidate.starts_with(&typed) || typed.starts_with(&candidate) { similar.max(0.95) } else { similar }
    };
    known
        .into_iter()
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score >= 0.85)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// `first, second and third`, or with another word before the last.
pub fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., tail] => format!("{} {last} {tail}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_is_told_from_what_only_holds_it() {
        for text in ["", " \t", "\u{200b}\u{feff}", "\u{7}", "\u{3164}"] {
            assert!(is_invisible(text), "{text:?}");
        }
        for text in ["a\u{200b}", "ก็", "·", "👩\u{200d}👧"] {
            assert!(!is_invisible(text), "{text:?}");
        }
    }
}

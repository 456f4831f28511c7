//! From the text of criteria to a document and back, with a sentence for what is no JSON.
//!
//! Called wherever criteria arrive as text (form, API, command line). Depth is bounded by serde's own limit, size here.

use serde_json::Value;

use super::problem::{Code, Problem, step};
use crate::query::number;
use crate::query::strict_json::{NUMBER, read};

/// The longest text of a document, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// Reads a document.
///
/// # Errors
/// One problem at the document (pointer `""`): too long, or where and why it is not JSON.
pub fn parse(text: &str) -> Result<Value, Problem> {
    if text.len() > MAX_BYTES {
        return Err(Problem::new("", Code::TooLong, "Filter criteria may be at most 64 KiB long."));
    }
    if text.contains(NUMBER) {
        return Err(Problem::new("", Code::UnknownKey, format!("“{NUMBER}” is no key of filter criteria.")));
    }
    let broken = |error: serde_json::Error| Problem::new("", Code::NotJson, format!("Enter a valid JSON. {}", sentence(text, &error)));
    read(text.as_bytes()).map_err(broken)
}

/// What is wrong, by the words of the parser for it.
const SENTENCES: [(&str, &str); 14] = [
    ("EOF while parsing a list", "it ends before a list does: “]” is missing"),
    ("EOF while parsing an object", "it ends before an object does: “}” is missing"),
    ("EOF while parsing a string", "it ends before a text does: a quotation mark is missing"),
    ("EOF while parsing a value", "it ends where a value should follow"),
    ("expected `:`", "“:” is missing after a key"),
    ("expected `,` or `]`", "“,” or “]” is missing"),
    ("expected `,` or `}`", "“,” or “}” is missing"),
    ("expected value", "a value should stand here"),
    ("expected ident", "only true, false and null are written without quotation marks"),
    ("key must be a string", "a key must stand in quotation marks"),
    ("trailing comma", "a comma must be followed by something"),
    ("trailing characters", "there is more after the end of the document"),
    ("control character", "a text holds a line break or another control character: write \\n"),
    ("recursion limit exceeded", "it is nested too deeply"),
];

/// Why and where `text` is not JSON, as people count: columns in letters.
fn sentence(text: &str, error: &serde_json::Error) -> String {
    let told = error.to_string();
    let told = told.rsplit_once(" at line ").map_or(&*told, |(what, _)| what);
    let known = SENTENCES.iter().find(|(words, _)| told.starts_with(words));
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = line.char_indices().take_while(|(at, _)| *at < error.column()).count();
    format!("Line {}, column {}: {}.", error.line(), column.max(1), known.map_or(told, |(_, sentence)| sentence))
}

/// Whether the databases can keep a document that is not looked at otherwise: PostgreSQL's `jsonb` takes no NUL and no
/// number of thousands of digits.
///
/// # Errors
/// The first thing that cannot be kept.
pub fn check_storable(value: &Value, pointer: &str) -> Result<(), Problem> {
    let nul = || Problem::new(pointer, Code::Invalid, "Text cannot hold the character NUL.");
    match value {
        Value::String(text) if text.contains('\0') => Err(nul()),
        Value::Number(number) => number::parse(&number.to_string()).map(drop).map_err(|_| {
            Problem::new(pointer, Code::TooLong, format!("A number may need at most {} digits when written out.", number::MAX_DIGITS))
        }),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| check_storable(item, &format!("{pointer}/{index}"))),
        Value::Object(map) => {
            map.iter().try_for_each(
                |(key, item)| {
                    if key.contains('\0') { Err(nul()) } else { check_storable(item, &format!("{pointer}/{}", step(key))) }
                },
            )
        }
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// The document as people edit it: indented, the keys of each node in the order of the specification (the engines keep
/// them in orders of their own).
pub fn pretty(document: &Value) -> String {
    let ordered = ordered(document);
    serde_json::to_string_pretty(&ordered).unwrap_or_else(|_| ordered.to_string())
}

const KEY_ORDER: [&str; 12] =
    ["entity", "relation", "match_type", "field", "aggregate", "of", "operator", "value", "amount", "unit", "include_empty", "rules"];

fn ordered(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(ordered).collect()),
        Value::Object(map) => {
            let place = |key: &str| KEY_ORDER.iter().position(|known| *known == key).unwrap_or(KEY_ORDER.len());
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| place(key));
            Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), ordered(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_as_they_were_written() {
        let text = r#"{"a":1.50,"b":[12345678901234567890.123,12345678901234567890123,1,-1,0,1e+3,true,null,"x"]}"#;
        assert_eq!(parse(text).map(|value| value.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn a_key_given_twice_is_an_error_that_names_it() {
        let problem = parse(r#"{"rules":[{"field":"name","field":"title"}]}"#).err();
        assert!(problem.is_some_and(|problem| problem.code == Code::NotJson && problem.detail.contains("“field”")));
    }

    #[test]
    fn what_is_no_json_is_told_in_words_with_its_place() {
        let told = |text: &str| parse(text).err().map(|problem| problem.detail);
        for (text, sentence) in [
            ("{", "Line 1, column 1: it ends before an object does: “}” is missing."),
            ("{\"rules\":", "Line 1, column 9: it ends where a value should follow."),
            ("{\n  \"ชื่อ\" 1}", "Line 2, column 10: “:” is missing after a key."),
            ("{\"a\": 1 \"b\": 2}", "Line 1, column 9: “,” or “}” is missing."),
            ("{\"a\": [1, ]}", "Line 1, column 11: a comma must be followed by something."),
            ("{a: 1}", "Line 1, column 2: a key must stand in quotation marks."),
            ("{} x", "Line 1, column 4: there is more after the end of the document."),
            ("{\"a\": \"\\q\"}", "Line 1, column 9: invalid escape."),
        ] {
            assert_eq!(told(text).as_deref(), Some(&*format!("Enter a valid JSON. {sentence}")), "{text}");
        }
    }

    #[test]
    fn broken_deep_and_long_texts_are_told_apart() {
        let code = |text: &str| parse(text).err().map(|problem| problem.code);
        assert_eq!(code("{"), Some(Code::NotJson));
        assert_eq!(code("{} x"), Some(Code::NotJson));
        assert_eq!(code(&"[".repeat(10_000)), Some(Code::NotJson));
        assert_eq!(code(&format!("\"{}\"", "x".repeat(MAX_BYTES))), Some(Code::TooLong));
        assert_eq!(code(r#""\ud800""#), Some(Code::NotJson));
    }
}

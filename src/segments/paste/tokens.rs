//! What stands in a line between commas, semicolons and tabs: an e-mail address, perhaps with a name, an id, a telephone number,
//! or plain text.
//!
//! Called by `lines`.

use crate::query::text;
use crate::segments::upload::columns::Field;

/// One thing that a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `Name <mail>`, or an address alone.
    Mail(String, String),
    /// A key.
    Id(String),
    /// A telephone number.
    Phone(String),
    /// Anything else.
    Text(String),
}

/// What companies are, behind a comma of their own names: "Six Palms Co., Ltd."
const BEHIND_COMMA: &[&str] = &["ltd", "limited", "inc", "incorporated", "llc", "plc", "co", "gmbh", "sa", "jsc", "corp", "pcl"];

/// The tokens of a line.
pub(super) fn of_line(line: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for part in split(line, &[',', ';', '\t']) {
        let part = text::nfc(part.trim());
        if part.is_empty() {
            continue;
        }
        match tokens.last_mut() {
            Some(Token::Text(company)) if is_behind_comma(&part) => *company = format!("{company}, {part}"),
            _ => tokens.extend(of_part(&part)),
        }
    }
    tokens
}

fn is_behind_comma(part: &str) -> bool {
    let bare = text::key(part).replace(['.', '(', ')'], "");
    BEHIND_COMMA.contains(&bare.trim())
}

fn of_part(part: &str) -> Vec<Token> {
    let mails = part.split_whitespace().filter(|word| word.contains('@')).count();
    match Field::of_cell(part) {
        Some(Field::Id) => vec![Token::Id(part.to_owned())],
        Some(Field::Phone) => vec![Token::Phone(part.to_owned())],
        Some(Field::Email) if mails > 1 => {
            part.split_whitespace().filter(|word| word.contains('@')).map(|word| Token::Mail(String::new(), address(word))).collect()
        }
        Some(Field::Email) if mails == 1 => {
            let name: Vec<&str> = part.split_whitespace().filter(|word| !word.contains('@')).collect();
            let mail = part.split_whitespace().find(|word| word.contains('@')).unwrap_or_default();
            vec![Token::Mail(unquoted(&name.join(" ")), address(mail))]
        }
        _ => vec![Token::Text(unquoted(part))],
    }
}

/// An address without what mail programs put round it.
fn address(word: &str) -> String {
    // What stands before a bracket without a blank between them is no part of the address.
    let word = word.rsplit('<').next().unwrap_or(word);
    let bare = word.trim_matches(['<', '>', '(', ')', '[', ']', '"', '\'', '.', ':', ',', ';']);
    bare.strip_prefix("mailto:").unwrap_or(bare).to_owned()
}

fn unquoted(part: &str) -> String {
    part.trim_matches(['"', '\u{201c}', '\u{201d}']).replace("\"\"", "\"").trim().to_owned()
}

/// `line` at each of `marks` that stands outside quotes. A quote that nothing closes is a letter like others.
pub(super) fn split<'a>(line: &'a str, marks: &[char]) -> Vec<&'a str> {
    let (mut parts, mut start, mut is_quoted, mut is_beginning) = (Vec::new(), 0, false, true);
    for (at, letter) in line.char_indices() {
        let rest = line.get(at + letter.len_utf8()..).unwrap_or_default();
        if letter == '"' && (is_quoted || is_beginning && rest.contains('"')) {
            is_quoted = !is_quoted;
        } else if !is_quoted && marks.contains(&letter) {
            parts.push(line.get(start..at).unwrap_or_default());
            start = at + letter.len_utf8();
        }
        is_beginning = !is_quoted && (marks.contains(&letter) || is_beginning && letter.is_whitespace());
    }
    parts.push(line.get(start..).unwrap_or_default());
    parts
}

//! What stands in a line between commas, semicolons and tabs: an e-mail address, perhaps with a name, an id, a telephone number,
//! or plain text.
//!
//! Called by `lines`.

use std::iter::{from_fn, once};

use crate::query::text;
use crate::segments::upload::columns::Field;
use crate::segments::upload::mailbox;

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

/// The tokens of a line, one at a time, however long it is.
pub(super) fn of_line(line: &str) -> impl Iterator<Item = Token> + '_ {
    let parts = split(line, &[',', ';', '\t']).map(str::trim).filter(|part| !part.is_empty());
    let mut parts = parts.peekable();
    let parts = from_fn(move || {
        let mut tokens: Box<dyn Iterator<Item = Token>> = of_part(parts.next()?);
        if let Some(kind) = parts.next_if(|part| is_behind_comma(part)) {
            let mut kinds = format!(", {}", text::nfc(kind));
            while let Some(kind) = parts.next_if(|part| is_behind_comma(part)) {
                kinds.push_str(", ");
                kinds.push_str(&text::nfc(kind));
            }
            tokens = Box::new(with_kinds(tokens, kinds));
        }
        Some(tokens)
    });
    parts.flatten()
}

/// With what kind of company it is behind the last, where that is a text; otherwise that is a text itself.
fn with_kinds<'a>(tokens: impl Iterator<Item = Token> + 'a, kinds: String) -> impl Iterator<Item = Token> + 'a {
    let (mut tokens, mut kinds) = (tokens.peekable(), Some(kinds));
    from_fn(move || match tokens.next() {
        Some(Token::Text(company)) if tokens.peek().is_none() => Some(Token::Text(company + &kinds.take().unwrap_or_default())),
        Some(token) => Some(token),
        None => kinds.take().map(|kinds| Token::Text(kinds.trim_start_matches(", ").to_owned())),
    })
}

fn is_behind_comma(part: &str) -> bool {
    let bare = text::key(part).replace(['.', '(', ')'], "");
    BEHIND_COMMA.contains(&bare.trim())
}

fn of_part(part: &str) -> Box<dyn Iterator<Item = Token> + '_> {
    let one = match Field::of_cell(part) {
        Some(Field::Id) => Token::Id(part.to_owned()),
        Some(Field::Phone) => Token::Phone(text::nfc(part)),
        Some(Field::Email) => match mailbox::only(part) {
            Some((name, mail)) => Token::Mail(name, mail),
            None => return Box::new(mailbox::list(part).map(of_mailbox)),
        },
        _ => Token::Text(mailbox::unquoted(part)),
    };
    Box::new(once(one))
}

fn of_mailbox((name, mail): (String, String)) -> Token {
    if mail.is_empty() { Token::Text(name) } else { Token::Mail(name, mail) }
}

/// `line` at each of `marks` that stands outside quotes. A quote that nothing closes is a letter like others.
pub(super) fn split<'a>(line: &'a str, marks: &'a [char]) -> impl Iterator<Item = &'a str> + 'a {
    let mut left = Some(line);
    from_fn(move || {
        let line = left?;
        let (mut is_quoted, mut is_beginning) = (false, true);
        for (at, letter) in line.char_indices() {
            let rest = line.get(at + letter.len_utf8()..).unwrap_or_default();
            if letter == '"' && (is_quoted || is_beginning && rest.contains('"')) {
                is_quoted = !is_quoted;
            } else if !is_quoted && marks.contains(&letter) {
                left = Some(rest);
                return line.get(..at);
            }
            is_beginning = !is_quoted && is_beginning && letter.is_whitespace();
        }
        left = None;
        Some(line)
    })
}

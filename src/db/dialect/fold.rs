//! How text is folded, so that it is compared without regard to case, and the end of a number, by which one is looked up.
//!
//! SQLite calls both for columns and values (`segments_fold`); on PostgreSQL functions of its own do the same.

/// Lower case, each character alone: `CAFÉ` = `café`, `İ` = `i`, `ß` stays; Thai and Chinese pass through. The same as
/// PostgreSQL's `lower` under a Unicode locale, and applied to every value before it meets a folded column.
pub fn fold(mut text: String) -> String {
    if text.is_ascii() {
        text.make_ascii_lowercase();
        return text;
    }
    let mut folded = String::with_capacity(text.len());
    folded.extend(text.chars().map(fold_letter));
    folded
}

/// Letters of scripts without upper case, Thai and Chinese among them, are known by their place: to look them up takes most of
/// the time of a search that reads everybody.
fn fold_letter(letter: char) -> char {
    match letter {
        '\0'..='\u{7f}' => letter.to_ascii_lowercase(),
        '\u{590}'..='\u{109f}' | '\u{2e80}'..='\u{a63f}' | '\u{ac00}'..='\u{d7ff}' => letter,
        _ => letter.to_lowercase().next().unwrap_or(letter),
    }
}

/// What people put between the digits of a telephone number.
const BETWEEN_DIGITS: &str = " +-().,/";
/// So many characters tell a telephone number from nearly all others, whatever country code stands before them.
const NUMBER_END: usize = 8;

/// The last characters of a telephone number, without what people put between the digits: what numbers are looked up by.
pub fn number_end(text: &str) -> String {
    let bare: Vec<char> = text.chars().filter(|letter| !BETWEEN_DIGITS.contains(*letter)).collect();
    bare.iter().skip(bare.len().saturating_sub(NUMBER_END)).collect()
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_letter};

    #[test]
    fn every_letter_becomes_the_first_of_its_lower_case() {
        for letter in '\0'..=char::MAX {
            assert_eq!(Some(fold_letter(letter)), letter.to_lowercase().next(), "{letter:?}");
        }
        assert_eq!(fold("CAFÉ สมชาย Straße İ 饭店".into()), "café สมชาย straße i 饭店");
    }
}

//! How a value is edited: what may be typed, what it is kept as, and how it is written back and shown.
//!
//! Declared in the fields of a form, asked by `form` (what was typed), `form_page` and `conflict` (what is shown). A form
//! holds values in one spelling (days as ISO, moments in UTC, boxes as `true` and `false`), whatever was typed for them, so
//! that two spellings of one value are no change. What cannot be read is kept as it was typed.

use chrono_tz::Tz;

use super::cell::Cell;
use super::display::{self, Display};
use super::related::ForeignKey;
use super::typed;
use crate::db::{Id, Time};
use crate::query::{Choice, number, period, text};

/// How a value is edited.
#[derive(Debug, Clone, Copy)]
pub enum Widget {
    /// One line of at most so many characters.
    Text(usize),
    /// Words with commas between them, of at most so many characters in all; each is held once, whatever the case.
    Words(usize),
    /// Several lines.
    Textarea,
    /// One of these. A stored value that is not among them stays and is offered too.
    Select(&'static [Choice]),
    /// A JSON document.
    Json,
    /// A box to tick: `true` or `false`. One that is not ticked sends nothing.
    Checkbox,
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// An amount with at most two decimals: `1234.50`.
    Money,
    /// A day: `2026-11-22`.
    Date,
    /// A moment: typed in `TIME_ZONE`, held as [`Time`] writes it.
    DateTime,
    /// An e-mail address of at most so many characters.
    Email(usize),
    /// A web address of at most so many characters; `https://` is put before one without a scheme.
    Url(usize),
    /// The object of another model, by its key.
    ForeignKey(&'static ForeignKey),
    /// A password. Its field has no stored value, and what was typed is never sent back.
    Password,
}

/// What is said of a key that is nobody's, in Django's words.
pub(super) const NO_CHOICE: &str = "Select a valid choice. That choice is not one of the available choices.";

impl Widget {
    /// Whether nothing was typed. Blanks alone are nothing, but in a password they are what somebody chose.
    pub fn is_blank(self, typed: &str) -> bool {
        if matches!(self, Self::Password) { typed.is_empty() } else { text::is_blank(typed) }
    }

    /// The spelling in which the form holds what was typed. What cannot be meant is judged by [`Widget::problem`] alone, so
    /// text stays here as it is.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn read(self, typed: &str, zone: Tz) -> Result<String, String> {
        match self {
            Self::Checkbox => Ok(is_ticked(typed).to_string()),
            _ if self.is_blank(typed) => Ok(String::new()),
            Self::Integer(least, most) => typed::integer(typed, least, most),
            Self::Money => typed::money(typed),
            Self::Date => typed::day(typed).map(|day| day.to_string()),
            Self::DateTime => typed::moment(typed, zone).map(|moment| Time(moment).to_string()),
            Self::Url(_) => typed::url(typed.trim()),
            Self::Words(_) => Ok(typed::words(typed)),
            Self::ForeignKey(_) => Id::parse(typed).map(|id| id.to_string()).ok_or_else(|| NO_CHOICE.into()),
            Self::Text(_) | Self::Textarea | Self::Select(_) | Self::Json | Self::Email(_) | Self::Password => Ok(typed.to_owned()),
        }
    }

    /// Whether people read it as it was typed.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text(_) | Self::Textarea)
    }

    /// What is wrong with a value that is not the stored one, as a sentence.
    pub fn problem(self, typed: &str, zone: Tz) -> Option<String> {
        match self {
            _ if self.is_blank(typed) => None,
            Self::Text(most) | Self::Words(most) => typed::too_long(typed, most),
            Self::Email(most) => {
                let wrong = || (!typed::is_email(typed.trim())).then(|| "Enter a valid email address.".into());
                typed::too_long(typed, most).or_else(wrong)
            }
            Self::Url(most) => typed::too_long(typed, most).or_else(|| self.read(typed, zone).err()),
            Self::Select(choices) => (!choices.iter().any(|choice| choice.value == typed))
                .then(|| format!("Select a valid choice. {typed} is not one of the available choices.")),
            _ => self.read(typed, zone).err(),
        }
    }

    /// What its control shows for a value that the form holds.
    pub fn write(self, value: &str, zone: Tz) -> String {
        match self {
            Self::Password => String::new(),
            Self::DateTime => typed::stored_moment(value).map_or_else(|| value.to_owned(), |moment| typed::local(moment, zone)),
            _ => value.to_owned(),
        }
    }

    /// Whether its control shows this; what cannot be read needs a box that takes any text.
    pub fn fits(self, written: &str) -> bool {
        match self {
            _ if written.is_empty() => true,
            Self::Integer(..) | Self::Money => number::parse(written).is_ok(),
            Self::Date => period::parse_date(written).is_some(),
            Self::DateTime => typed::is_local(written),
            _ => true,
        }
    }

    /// A value that the form holds, as people read it.
    pub fn show(self, value: &str, display: &Display) -> Cell {
        match self {
            Self::Checkbox => Cell::Flag(is_ticked(value)),
            Self::Password => Cell::Blank,
            _ if self.is_blank(value) => Cell::Blank,
            Self::Select(choices) => Cell::text(choices.iter().find(|choice| choice.value == value).map_or(value, |choice| choice.label)),
            Self::Json => Cell::Code(value.to_owned()),
            Self::Words(_) => Cell::Tags(value.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()),
            Self::Integer(..) => value.parse().map_or_else(|_| Cell::text(value), |integer: i64| display.number(integer)),
            Self::Money => typed::amount(value).map_or_else(|| Cell::text(value), |money| Cell::Number(display::money(money))),
            Self::Date => period::parse_date(value).map_or_else(|| Cell::text(value), |day| display.day(day)),
            Self::DateTime => typed::stored_moment(value).map_or_else(|| Cell::text(value), |moment| display.time(Some(Time(moment)))),
            // What it is called, only the database knows: see `ForeignKey::cell`.
            Self::Text(_) | Self::Textarea | Self::Email(_) | Self::Url(_) | Self::ForeignKey(_) => Cell::text(value),
        }
    }

    /// Whether what was typed is what stood there before: a document that only means the same was written anew, and is judged.
    pub fn is_alike(self, before: &str, typed: &str) -> bool {
        match self {
            Self::Password => false,
            Self::Json => lines(before) == lines(typed),
            _ => self.is_same(before, typed),
        }
    }

    /// Whether two values mean the same: outer blanks aside, and for JSON however it is laid out. Whether a password is the
    /// stored one is not for a form to say.
    pub fn is_same(self, one: &str, other: &str) -> bool {
        // Nothing typed is the empty document.
        let document = |text: &str| serde_json::from_str::<serde_json::Value>(if text::is_blank(text) { "{}" } else { text });
        match self {
            Self::Password => true,
            Self::Checkbox => is_ticked(one) == is_ticked(other),
            _ if lines(one) == lines(other) => true,
            Self::Json => matches!((document(one), document(other)), (Ok(one), Ok(other)) if one == other),
            _ => false,
        }
    }
}

/// Text without its outer blanks, in the form and with the line ends that it is stored with: Django stores both as browsers
/// send them, and so do keyboards.
fn lines(text: &str) -> String {
    text::nfc(text.trim()).replace("\r\n", "\n")
}

/// Whether what a box sent means that it was ticked: browsers send "on", scripts what they like.
pub fn is_ticked(sent: &str) -> bool {
    !matches!(text::key(sent).as_str(), "" | "false" | "off" | "no" | "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = Tz::Asia__Bangkok;

    fn read(widget: Widget, typed: &str) -> Result<String, String> {
        match widget.problem(typed, ZONE) {
            Some(problem) => Err(problem),
            None => widget.read(typed, ZONE),
        }
    }

    #[test]
    fn two_spellings_of_one_value_are_held_alike() {
        for (widget, typed, held) in [
            (Widget::Checkbox, "on", "true"),
            (Widget::Checkbox, "", "false"),
            (Widget::Checkbox, "False", "false"),
            (Widget::Integer(0, 9), " 007 ", "7"),
            (Widget::Integer(0, 9), "3.0", "3"),
            (Widget::Money, "0012.5", "12.50"),
            (Widget::Date, "2026-7-1", "2026-07-01"),
            (Widget::DateTime, "2026-07-01T09:35", "2026-07-01T02:35:00.000000Z"),
            (Widget::DateTime, "2026-07-01 09:35:10", "2026-07-01T02:35:10.000000Z"),
            (Widget::DateTime, "2026-07-01T02:35:10.5Z", "2026-07-01T02:35:10.500000Z"),
            (Widget::DateTime, "2026-07-01", "2026-06-30T17:00:00.000000Z"),
            (Widget::Url(200), "www.example.com/ก", "https://www.example.com/ก"),
            (Widget::Url(200), "http://example.com", "http://example.com"),
            (Widget::Email(254), "somchai@โรงแรม.ไทย", "somchai@โรงแรม.ไทย"),
            (Widget::Money, "  ", ""),
        ] {
            assert_eq!(read(widget, typed).as_deref(), Ok(held), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_told_in_a_sentence() {
        for (widget, typed, sentence) in [
            (Widget::Integer(0, 99), "3.5", "Enter a whole number."),
            (Widget::Integer(0, 99), "many", "Enter a whole number."),
            (Widget::Integer(0, 99), "-1", "Ensure this value is greater than or equal to 0."),
            (Widget::Integer(0, 1_000), "1e20", "Ensure this value is less than or equal to 1,000."),
            (Widget::Money, "1,5", "Enter a number: digits, at most two of them after a point."),
            (Widget::Money, "1.005", "Ensure that there are no more than 2 decimal places."),
            (Widget::Money, "10000000000", "Ensure that there are no more than 10 digits before the decimal point."),
            (Widget::Date, "2026-02-30", "Enter a valid date, like 2026-11-22."),
            (Widget::Date, "0206-11-22", "The year 206 is long past: dates from 1900 on are taken."),
            (Widget::DateTime, "0206-11-22T09:35", "The year 206 is long past: dates from 1900 on are taken."),
            (Widget::DateTime, "1899-12-31", "The year 1899 is long past: dates from 1900 on are taken."),
            (Widget::DateTime, "tomorrow", "Enter a valid date and time, like 2026-11-22 09:35."),
            (Widget::Email(254), "somchai@hotel", "Enter a valid email address."),
            (Widget::Email(254), "Somchai <s@example.com>", "Enter a valid email address."),
            (Widget::Email(9), "somchai@example.com", "Ensure this value has at most 9 characters (it has 19)."),
            (Widget::Url(200), "javascript://example.com/%0aalert(1)", "Enter a valid URL."),
            (Widget::Url(200), "not a site", "Enter a valid URL."),
            (Widget::Url(200), "nowhere", "Enter a valid URL."),
            (Widget::Text(1), "e\u{301}é", "Ensure this value has at most 1 characters (it has 2)."),
        ] {
            assert_eq!(read(widget, typed), Err(sentence.to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_moment_is_written_in_the_zone_and_one_that_the_clocks_passed_over_is_none() {
        assert_eq!(Widget::DateTime.write("2026-07-01T02:35:00.000000Z", ZONE), "2026-07-01T09:35");
        assert_eq!(Widget::DateTime.write("2026-07-01T02:35:39.123456Z", ZONE), "2026-07-01T09:35:39");
        assert!(Widget::DateTime.fits("2026-07-01T09:35") && !Widget::DateTime.fits("tomorrow"));
        let skipped = Widget::DateTime.problem("2026-03-29T02:30", Tz::Europe__Berlin);
        assert_eq!(skipped.as_deref(), Some("The clocks of Europe/Berlin passed over this time: it does not exist."));
        assert!(Widget::DateTime.problem("0001-01-01T00:00", ZONE).is_some(), "in UTC that is the year 0");
    }

    #[test]
    fn a_password_is_never_written_back() {
        assert_eq!(Widget::Password.write("secret", ZONE), "");
        assert!(Widget::Json.is_same("", "{}") && !Widget::Json.is_same("", "[]"));
        assert!(Widget::Text(9).is_same("cafe\u{301}", "caf\u{e9}"), "as it is stored");
        assert!(!Widget::Password.is_blank("  ") && Widget::Password.is_same("", "secret"));
    }
}

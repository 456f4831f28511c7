//! What a column of a table takes from a cell, and how it gets there.
//!
//! The declarations (`companies`, `contacts`, `contracts`) are lists of [`Field`]s; `plan` reads lines by them, forms what
//! was typed (`customers::admin::form`). Only what
//! the table cannot hold is refused: nobody judges the form of an e-mail here.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::db::{Id, Money, Time};
use crate::query::number::{self, Place};
use crate::query::period::{self, Point};
use crate::query::text;

/// A field of `R` that a file may give.
pub(in crate::customers) struct Field<R> {
    /// Its name: that of the column of the table.
    pub(in crate::customers) name: &'static str,
    /// Whether a row cannot be without it.
    pub(in crate::customers) is_required: bool,
    kind: Kind<R>,
}

/// The type of a field, with the place of its value in a row.
pub(in crate::customers) enum Kind<R> {
    /// Text of at most so many characters.
    Text(usize, fn(&mut R) -> &mut String),
    /// A whole number of 32 bits.
    Integer(fn(&mut R) -> &mut i32),
    /// An amount.
    Money(fn(&mut R) -> &mut Money),
    /// True or false.
    Boolean(fn(&mut R) -> &mut bool),
    /// A day.
    Date(fn(&mut R) -> &mut NaiveDate),
    /// A moment.
    Time(fn(&mut R) -> &mut Time),
    /// A moment that may be unknown.
    OptionalTime(fn(&mut R) -> &mut Option<Time>),
    /// The key of another row.
    OptionalId(fn(&mut R) -> &mut Option<Id>),
}

/// How dates are written in the file.
#[derive(Debug, Clone)]
pub(in crate::customers) struct Dates {
    /// The pattern of `--date-format`; ISO without one.
    pub(in crate::customers) format: Option<String>,
    /// The zone of times that name none.
    pub(in crate::customers) zone: Tz,
}

impl<R> Field<R> {
    /// A field that a row may be without.
    pub(super) const fn new(name: &'static str, kind: Kind<R>) -> Self {
        Self { name, is_required: false, kind }
    }

    /// A field that a row cannot be without.
    pub(super) const fn required(name: &'static str, kind: Kind<R>) -> Self {
        Self { name, is_required: true, kind }
    }

    /// Puts what a cell says into a row.
    ///
    /// # Errors
    /// Why the column cannot hold it, as a sentence.
    pub(in crate::customers) fn set(&self, row: &mut R, cell: &str, dates: &Dates) -> Result<(), String> {
        match self.kind {
            Kind::Text(longest, at) => *at(row) = read_text(cell, longest)?,
            Kind::Integer(at) => *at(row) = read_integer(cell)?,
            Kind::Money(at) => *at(row) = read_money(cell)?,
            Kind::Boolean(at) => *at(row) = read_boolean(cell)?,
            Kind::Date(at) => *at(row) = dates.date(cell)?,
            Kind::Time(at) => *at(row) = dates.time(cell)?,
            Kind::OptionalTime(at) => *at(row) = Some(dates.time(cell)?),
            Kind::OptionalId(at) => *at(row) = Some(read_id(cell)?),
        }
        Ok(())
    }

    /// Copies the value of one row to another.
    pub(in crate::customers) fn copy(&self, from: &mut R, to: &mut R) {
        match self.kind {
            Kind::Text(_, at) => at(to).clone_from(at(from)),
            Kind::Integer(at) => *at(to) = *at(from),
            Kind::Money(at) => *at(to) = *at(from),
            Kind::Boolean(at) => *at(to) = *at(from),
            Kind::Date(at) => *at(to) = *at(from),
            Kind::Time(at) => *at(to) = *at(from),
            Kind::OptionalTime(at) => *at(to) = *at(from),
            Kind::OptionalId(at) => *at(to) = *at(from),
        }
    }

    /// The value as text, in one spelling: for telling what has changed.
    pub(in crate::customers) fn text(&self, row: &mut R) -> String {
        match self.kind {
            Kind::Text(_, at) => at(row).clone(),
            Kind::Integer(at) => at(row).to_string(),
            Kind::Money(at) => at(row).to_string(),
            Kind::Boolean(at) => at(row).to_string(),
            Kind::Date(at) => at(row).to_string(),
            Kind::Time(at) => at(row).to_string(),
            Kind::OptionalTime(at) => at(row).map(|time| time.to_string()).unwrap_or_default(),
            Kind::OptionalId(at) => at(row).map(|id| id.to_string()).unwrap_or_default(),
        }
    }

    /// Takes the value out of a row: text becomes empty, what may be unknown unknown, the rest as in a `new` row.
    pub(in crate::customers) fn clear(&self, row: &mut R, new: &mut R) {
        match self.kind {
            Kind::Text(_, at) => at(row).clear(),
            _ => self.copy(new, row),
        }
    }
}

/// Text as it stands, in normal form.
pub(super) fn read_text(cell: &str, longest: usize) -> Result<String, String> {
    let read = text::nfc(cell);
    if read.contains('\0') {
        return Err("It has a NUL character in it, which no database keeps.".into());
    }
    let length = if read.len() <= longest { 0 } else { read.chars().count() };
    if length > longest {
        return Err(format!("It has {length} characters; {longest} fit."));
    }
    Ok(read)
}

/// A key.
pub(super) fn read_id(cell: &str) -> Result<Id, String> {
    Id::parse(cell).ok_or_else(|| "It is not an id (a UUID).".into())
}

fn read_integer(cell: &str) -> Result<i32, String> {
    let number = number::parse(cell).map_err(|_| "It is not a whole number.")?;
    match Place::of(&number, 0) {
        Place::On(step) => i32::try_from(step).map_err(|_| "It is outside -2147483648 to 2147483647.".into()),
        Place::After(_) => Err("It is not a whole number.".into()),
        Place::Below | Place::Above => Err("It is outside -2147483648 to 2147483647.".into()),
    }
}

fn read_money(cell: &str) -> Result<Money, String> {
    let number = number::parse(cell).map_err(|_| "It is not an amount: digits, at most two of them after a point.")?;
    match Place::of(&number, 2) {
        Place::On(hundredths) if hundredths.abs() <= Money::MAX => Ok(Money(hundredths)),
        Place::After(hundredths) if hundredths.abs() <= Money::MAX => Err("It has more than two decimals.".into()),
        _ => Err(format!("It is outside -{max} to {max}.", max = Money(Money::MAX))),
    }
}

fn read_boolean(cell: &str) -> Result<bool, String> {
    match text::key(cell).as_str() {
        "true" | "t" | "yes" | "y" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err("It is neither true nor false (also yes and no, 1 and 0).".into()),
    }
}

impl Dates {
    /// Whether the pattern is one.
    ///
    /// # Errors
    /// A sentence that says it is not.
    pub(super) fn check(&self) -> Result<(), String> {
        let is_wrong = |format: &String| chrono::format::StrftimeItems::new(format).any(|item| item == chrono::format::Item::Error);
        match self.format.as_ref().filter(|format| is_wrong(format)) {
            Some(format) => Err(format!("“{format}” is no date format. Write one like %d/%m/%Y or %d.%m.%y.")),
            None => Ok(()),
        }
    }

    fn date(&self, cell: &str) -> Result<NaiveDate, String> {
        let read = match &self.format {
            None => period::parse_date(cell),
            Some(format) => NaiveDate::parse_from_str(cell.trim(), format).ok().filter(|date| in_range(*date)),
        };
        read.ok_or_else(|| match &self.format {
            None => "It is not a date of the form 2026-11-22; for another form give the date format.".into(),
            Some(format) => format!("It is not a date of the form {format}."),
        })
    }

    /// A moment; a time without offset, and a date, are those of the zone.
    fn time(&self, cell: &str) -> Result<Time, String> {
        let cell = cell.trim();
        if let Ok(Point::Moment(moment)) = period::parse_point(cell) {
            return Ok(Time(chrono::SubsecRound::trunc_subsecs(moment, 6)));
        }
        let naive = match &self.format {
            None => ISO_TIMES.iter().find_map(|form| NaiveDateTime::parse_from_str(cell, form).ok()),
            Some(format) => NaiveDateTime::parse_from_str(cell, format).ok(),
        };
        let naive = naive.or_else(|| self.date(cell).ok().map(|day| day.and_time(NaiveTime::MIN)));
        let naive = naive.filter(|naive| in_range(naive.date())).ok_or("It is not a time of the form 2026-11-22T09:35:00+07:00.")?;
        Ok(Time(chrono::SubsecRound::trunc_subsecs(self.moment(naive), 6)))
    }

    fn moment(&self, naive: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&naive).earliest() {
            Some(moment) => moment.to_utc(),
            // A time that the clocks pass over: as far after the midnight before as it says.
            None => period::day_start(naive.date(), self.zone) + (naive.time() - NaiveTime::MIN),
        }
    }
}

const ISO_TIMES: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

fn in_range(date: NaiveDate) -> bool {
    (1..=9999).contains(&chrono::Datelike::year(&date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_the_columns_hold() {
        assert_eq!(read_integer(" -42 "), Ok(-42));
        assert_eq!(read_integer("3.0"), Ok(3));
        for bad in ["3.5", "1,000", "2147483648", "", "x", "1e30"] {
            assert!(read_integer(bad).is_err(), "{bad}");
        }
        assert_eq!(read_money("440.0"), Ok(Money(44_000)));
        assert_eq!(read_money("-0.5"), Ok(Money(-50)));
        assert_eq!(read_money("9999999999.99"), Ok(Money(Money::MAX)));
        for bad in ["10000000000", "1.005", "1,5", "$5", "NaN"] {
            assert!(read_money(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn text_is_counted_in_characters_and_brought_to_normal_form() {
        assert_eq!(read_text("e\u{301}", 1), Ok("é".to_owned()));
        assert_eq!(read_text(" ไทย ", 5), Ok(" ไทย ".to_owned()));
        assert!(read_text("ไทยไทย", 5).is_err());
        assert!(read_text("a\0b", 5).is_err());
    }

    #[test]
    fn dates_are_iso_or_of_the_given_form_and_never_guessed() {
        let iso = Dates { format: None, zone: chrono_tz::Asia::Bangkok };
        let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap_or_default();
        assert_eq!(iso.date("2026-01-02"), Ok(day));
        for bad in ["02/01/2026", "2026-02-30", "0000-01-01", "10000-01-01", "2026-01-02 10:00"] {
            assert!(iso.date(bad).is_err(), "{bad}");
        }
        let typed = Dates { format: Some("%d/%m/%Y".into()), ..iso.clone() };
        assert_eq!(typed.date("02/01/2026"), Ok(day));
        assert!(typed.date("2026-01-02").is_err());
        assert!(Dates { format: Some("%Q".into()), ..iso.clone() }.check().is_err());
        let moment = |text: &str| iso.time(text).map(|time| time.to_string());
        assert_eq!(moment("2026-01-02 03:04:05.123456789+07:00").as_deref(), Ok("2026-01-01T20:04:05.123456Z"));
        assert_eq!(moment("2026-01-02 03:04").as_deref(), Ok("2026-01-01T20:04:00.000000Z"));
        assert_eq!(moment("2026-01-02").as_deref(), Ok("2026-01-01T17:00:00.000000Z"));
    }
}

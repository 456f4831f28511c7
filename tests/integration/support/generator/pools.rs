//! The values that rows and rules are made of, the most useful first. Texts fit into the shortest free column (20 characters).

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};

use crate::support::evaluator::catalogue::Field;

const TEXTS: &[&str] = &[
    "",
    "CAFÉ Élan",
    "café élan",
    "100%",
    "Thailand",
    "a_b",
    "aXb",
    " ",
    "O'Brien",
    "กรุงเทพ",
    "北京 酒店",
    "Straße",
    "İstanbul",
    "МОСКВА",
    "Москва",
    "ΣΊΣΥΦΟΣ",
    "σίσυφοσ",
    "σίσυφος",
    "istanbul",
    "ıstanbul",
    "ISTANBUL",
    "STRASSE",
    "straẞe",
    "THAILAND",
    "Thailand ",
    " thailand",
    "100 percent",
    "50%_off",
    "a\\b",
    "a\\\\b",
    "\\",
    "%",
    "_",
    "\"quoted\"",
    "''",
    "'; DROP TABLE x;--",
    "\t \n",
    "\u{a0}",
    "\u{3000}",
    "\u{200b}",
    "ร้านอาหาร",
    "น้ำ",
    "北京",
    "5",
    "05",
    "5.0",
    "100",
    "true",
    "null",
    "NULL",
    "two\nlines",
    "tab\there",
    "🎵 Lounge",
    "ǅ ǆ Ǆ",
    "Ⓐⓑ",
    "𐐀𐐨",
    "Ω ω",
    "Å å",
    "ﬁ FI",
    "Nguyễn",
    "NGUYỄN",
    "x*?[a-z]",
    "<b>&amp;</b>",
    "$1 {0} :x ?",
    "--",
    "-",
    "é",
];
const COUNTRIES: &[&str] =
    &["Thailand", "thailand", "Singapore", "ประเทศไทย", "Côte d'Ivoire", "CÔTE D'IVOIRE", "Türkiye", "", "中国", "Ελλάδα", "ΕΛΛΆΔΑ"];
const LANGUAGES: &[&str] = &["en", "th", "EN", "", " ", "É", "é", "%_", "zh"];
const EMAILS: &[&str] = &[
    "",
    "somchai@example.com",
    "SOMCHAI@example.com",
    "o'brien@example.com",
    "a_b@example.com",
    "axb@example.com",
    "élan@example.com",
    "100%@example.com",
    " ",
];
const PHONES: &[&str] = &["+66 2 123 4567", "0812345678", "(02) 123-4567", "", "5", "+66", " "];

/// Values that a column with choices holds although its list does not have them; labels among them.
const STRANGE_INDUSTRIES: &[&str] = &["Hotel", "HOTELS", "Bars & Nightlife", "", " ", "Ocean_Park 100%"];
const STRANGE_CONTACT_TYPES: &[&str] = &["primary", "Primary Contact", "", "Ärger", "ÄRGER"];
const STRANGE_STATUSES: &[&str] = &["active", "Lapsed", "", "\t", "Active "];
const STRANGE_CURRENCIES: &[&str] = &["EUR", "thb", "", " ", "฿"];
const STRANGE_CHOICES: &[&str] = &["", "custom", "e-mail", "\u{a0}"];

/// Location and zone counts.
pub(crate) const COUNTS: &[i32] = &[1, 5, 2, 0, 3, 10, 4, 100, -1, i32::MAX, i32::MIN, i32::MAX - 1, i32::MIN + 1];

/// Contract values, with two decimals.
pub(crate) const AMOUNTS: &[&str] = &[
    "1000.00",
    "5.00",
    "0.00",
    "3.50",
    "1000.50",
    "12345.60",
    "100000.00",
    "2.00",
    "0.01",
    "-0.01",
    "9999999999.99",
    "-9999999999.99",
    "999.99",
];

/// Numbers of rules as JSON literals; a quoted one is a JSON string.
pub(crate) const NUMBERS: &[&str] = &[
    "1",
    "5",
    "1000",
    "2",
    "3.5",
    "0",
    "\"5\"",
    "3",
    "1000.50",
    "\"12345.6\"",
    "100000",
    "10",
    "4",
    "-1",
    "100",
    "1e3",
    "0.01",
    "-0.01",
    "\" 5 \"",
    "\"05\"",
    "\"5.0\"",
    "\"1e3\"",
    "\"1.0e+3\"",
    "\"10005e-1\"",
    "4.999999999999999999999999",
    "5.00000000000000000001",
    "999.99",
    "2147483647",
    "-2147483648",
    "2147483648",
    "-2147483649",
    "9999999999.99",
    "-9999999999.99",
    "9999999999.990000000001",
    "10000000000",
    "9007199254740993",
    "9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "1e29",
    "-1e29",
    "\"-0\"",
    "0.005",
];

/// Days of rules and of contracts: bounds of the calendar, a leap day, months' ends, and days on which some zone has no midnight or two.
pub(crate) const DAYS: &[&str] = &[
    "2026-01-01",
    "2025-12-31",
    "2026-01-02",
    "2026-07-01",
    "2024-02-29",
    "2026-03-29",
    "2026-02-28",
    "2026-06-30",
    "2018-11-04",
    "2022-11-06",
    "2011-12-30",
    "1920-04-01",
    "1970-01-01",
    "0001-01-01",
    "0001-01-02",
    "9999-12-31",
    "9999-12-30",
    "1000-10-10",
    "2026-10-25",
];

/// Moments of rows and of rules: midnights of Bangkok, UTC, São Paulo (a gap), Havana (twice) and Berlin, and the microseconds around them.
pub(crate) const MOMENTS: &[&str] = &[
    "2025-12-31T17:00:00Z",
    "2025-12-31T16:59:59.999999Z",
    "2026-01-01T16:59:59.999999Z",
    "2026-01-01T17:00:00Z",
    "2025-12-31T17:00:00.000001Z",
    "2026-01-01T00:00:00Z",
    "2025-12-31T23:59:59.999999Z",
    "2026-06-30T17:00:00Z",
    "2026-06-30T16:59:59.999999Z",
    "2026-07-01T12:34:56.123456Z",
    "2024-02-28T17:00:00Z",
    "2024-02-29T16:59:59.999999Z",
    "2024-02-29T17:00:00Z",
    "2018-11-04T02:59:59.999999Z",
    "2018-11-04T03:00:00Z",
    "2018-11-05T01:59:59.999999Z",
    "2018-11-05T02:00:00Z",
    "2022-11-06T04:00:00Z",
    "2022-11-06T03:59:59.999999Z",
    "2022-11-06T05:00:00Z",
    "2022-11-07T05:00:00Z",
    "2026-03-28T23:00:00Z",
    "2026-03-29T01:00:00Z",
    "2026-03-29T22:00:00Z",
    "2026-10-24T22:00:00Z",
    "2026-10-25T23:00:00Z",
    "2011-12-30T10:00:00Z",
    "2011-12-30T09:59:59.999999Z",
    "1920-03-31T17:17:56Z",
    "1920-03-31T17:17:55.999999Z",
    "1970-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T17:17:56Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T17:00:00Z",
    "9999-12-31T16:59:59.999999Z",
];

/// Numbers of contracts.
pub(crate) const CONTRACT_COUNTS: &[&str] = &["1", "2", "0", "3", "\"1\"", "\" 2 \"", "1.5", "5", "-1", "2.0", "1000"];

/// How far is counted from today.
pub(crate) const AMOUNTS_FROM_TODAY: &[u64] = &[1, 2, 3, 7, 30, 12, 31, 6, 60, 90, 28, 29, 52, 365, 366, 999, 1_000];

/// The days around which phrases that count from today turn: some near it, the starts of weeks, months, quarters and years, and the day
/// before each.
pub(crate) fn days_near(today: NaiveDate) -> Vec<NaiveDate> {
    let before = |number: u64| today - Days::new(number);
    let after = |number: u64| today + Days::new(number);
    let mut days = vec![today, before(1), after(1), after(2)];
    let amounts = AMOUNTS_FROM_TODAY.iter().flat_map(|&amount| [before(amount), before(amount * 7), after(amount), after(amount * 7)]);
    days.extend(amounts);
    days.extend([1, 2, 3, 6, 12, 30].iter().flat_map(|&amount| [today - Months::new(amount), today + Months::new(amount)]));
    let monday = before(today.weekday().num_days_from_monday().into());
    days.extend([monday - Days::new(7), monday, monday + Days::new(7), monday + Days::new(14)]);
    let month = before(today.day0().into());
    let quarter = month - Months::new(month.month0() % 3);
    let year = month - Months::new(month.month0());
    for (first, size) in [(month, 1), (quarter, 3), (year, 12)] {
        days.extend([first - Months::new(size), first, first + Months::new(size), first + Months::new(2 * size)]);
    }
    let borders: Vec<NaiveDate> = days.iter().flat_map(|&day| [day, day - Days::new(1), day + Days::new(1)]).collect();
    borders
}

/// What a text column may hold, the choices of its list first.
pub(crate) fn texts(field: &Field) -> Vec<&'static str> {
    let free: &[&str] = match field.name {
        "country" => COUNTRIES,
        "preferred_language" => LANGUAGES,
        "email" => EMAILS,
        "phone" | "mobile" => PHONES,
        "industry" => STRANGE_INDUSTRIES,
        "contact_type" => STRANGE_CONTACT_TYPES,
        "status" => STRANGE_STATUSES,
        "currency" => STRANGE_CURRENCIES,
        _ if field.choices.is_empty() => TEXTS,
        _ => STRANGE_CHOICES,
    };
    field.choices.iter().map(|(stored, _)| *stored).chain(free.iter().copied()).collect()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    match text.parse() {
        Ok(day) => day,
        Err(error) => panic!("{text}: {error}"),
    }
}

pub(crate) fn moment(text: &str) -> DateTime<Utc> {
    match DateTime::parse_from_rfc3339(text) {
        Ok(moment) => moment.to_utc(),
        Err(error) => panic!("{text}: {error}"),
    }
}

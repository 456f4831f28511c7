//! Dated examples for criteria.md, 5: the phrases that count from today. Each was worked out by hand, as its comment says.

use chrono::{Days, NaiveDate, TimeDelta};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{BANGKOK, day, flagged, moment, one, places, rule, with_contract};
use crate::support::evaluator::{Calendar, Segments, World, members_on};

/// Zone, today, operator, value, first moment inside, first moment after it.
type Moments = (Tz, &'static str, &'static str, Value, Option<&'static str>, Option<&'static str>);

/// Today, operator, value, first day inside, last day inside.
type Dates = (&'static str, &'static str, Value, Option<&'static str>, Option<&'static str>);

fn amount(amount: i32, unit: &str) -> Value {
    json!({"amount": amount, "unit": unit})
}

fn is_member(world: &World, document: &Value, zone: Tz, today: NaiveDate) -> bool {
    match members_on(world, document, Calendar { zone, today }, &Segments::new()) {
        Ok(members) => !members.is_empty(),
        Err(errors) => panic!("{document}: {errors:?}"),
    }
}

fn examples_of_moments() -> Vec<Moments> {
    const BERLIN: Tz = Tz::Europe__Berlin;
    vec![
        // Bangkok is seven hours ahead of UTC: its midnights are 17:00Z of the day before. Since yesterday, to the end of today.
        (BANGKOK, "2026-11-22", "in_the_last", amount(1, "days"), Some("2026-11-20T17:00:00Z"), Some("2026-11-22T17:00:00Z")),
        // From today's midnight to the end of tomorrow.
        (BANGKOK, "2026-11-22", "in_the_next", amount(1, "days"), Some("2026-11-21T17:00:00Z"), Some("2026-11-23T17:00:00Z")),
        // 22 days back is 31 October, 31 more 30 September, 30 more 31 August, 7 more 24 August: earlier than its midnight.
        (BANGKOK, "2026-11-22", "before_the_last", amount(90, "days"), None, Some("2026-08-23T17:00:00Z")),
        // Two weeks on is 6 December: later than its end.
        (BANGKOK, "2026-11-22", "after_the_next", amount(2, "weeks"), Some("2026-12-06T17:00:00Z"), None),
        (BANGKOK, "2026-11-22", "is_within", json!("today"), Some("2026-11-21T17:00:00Z"), Some("2026-11-22T17:00:00Z")),
        // 22 November 2026 is a Sunday, the last day of the week that began on Monday the 16th.
        (BANGKOK, "2026-11-22", "is_within", json!("this_week"), Some("2026-11-15T17:00:00Z"), Some("2026-11-22T17:00:00Z")),
        // The day after is a Monday: the next week begins on the 30th.
        (BANGKOK, "2026-11-23", "is_within", json!("next_week"), Some("2026-11-29T17:00:00Z"), Some("2026-12-06T17:00:00Z")),
        // Summer time begins: the day has 23 hours, from midnight at +01:00 to midnight at +02:00.
        (BERLIN, "2026-03-29", "is_within", json!("today"), Some("2026-03-28T23:00:00Z"), Some("2026-03-29T22:00:00Z")),
        // Summer time ended yesterday, which had 25 hours.
        (BERLIN, "2026-10-26", "is_within", json!("yesterday"), Some("2026-10-24T22:00:00Z"), Some("2026-10-25T23:00:00Z")),
        // From 24 March, in winter time, to the end of 31 March, in summer time.
        (BERLIN, "2026-03-31", "in_the_last", amount(1, "weeks"), Some("2026-03-23T23:00:00Z"), Some("2026-03-31T22:00:00Z")),
        // One month after 31 October is 30 November. New York goes from -04:00 to -05:00 on 1 November.
        (
            Tz::America__New_York,
            "2026-10-31",
            "in_the_next",
            amount(1, "months"),
            Some("2026-10-31T04:00:00Z"),
            Some("2026-12-01T05:00:00Z"),
        ),
        // São Paulo's clocks went from 00:00 to 01:00, so the day begins at 01:00-02:00.
        (Tz::America__Sao_Paulo, "2018-11-04", "is_within", json!("today"), Some("2018-11-04T03:00:00Z"), Some("2018-11-05T02:00:00Z")),
        // Havana's clocks went from 01:00 back to 00:00: of the two midnights the earlier one, at -04:00; the next is at -05:00.
        (Tz::America__Havana, "2022-11-06", "is_within", json!("today"), Some("2022-11-06T04:00:00Z"), Some("2022-11-07T05:00:00Z")),
        // Samoa left out 30 December: its midnight is the first moment after the gap, that of the 31st at +14:00.
        (Tz::Pacific__Apia, "2011-12-31", "in_the_last", amount(1, "days"), Some("2011-12-30T10:00:00Z"), Some("2011-12-31T10:00:00Z")),
    ]
}

#[test]
fn phrases_mean_these_moments() {
    let examples = examples_of_moments();
    let microsecond = TimeDelta::microseconds(1);
    for (zone, today, operator, value, from, to) in examples {
        let mut world = one();
        let document = rule("last_contacted", operator, &value);
        let mut holds = |stored| {
            world.contacts[0].last_contacted = Some(stored);
            is_member(&world, &document, zone, day(today))
        };
        if let Some(from) = from {
            assert!(holds(moment(from)) && !holds(moment(from) - microsecond), "{operator} {value} on {today} in {zone} from {from}");
        }
        if let Some(to) = to {
            assert!(holds(moment(to) - microsecond) && !holds(moment(to)), "{operator} {value} on {today} in {zone} to {to}");
        }
        assert_eq!(holds(moment("0001-01-02T00:00:00Z")), from.is_none(), "{operator} {value} for ever before");
        assert_eq!(holds(moment("9999-12-30T00:00:00Z")), to.is_none(), "{operator} {value} for ever after");
    }
}

fn examples_of_dates() -> Vec<Dates> {
    vec![
        // February has no 31st: months are clamped to its end,
        ("2026-03-31", "in_the_last", amount(1, "months"), Some("2026-02-28"), Some("2026-03-31")),
        // which in a leap year is the 29th.
        ("2024-03-31", "in_the_last", amount(1, "months"), Some("2024-02-29"), Some("2024-03-31")),
        // A year before a leap day.
        ("2024-02-29", "in_the_last", amount(12, "months"), Some("2023-02-28"), Some("2024-02-29")),
        ("2026-11-30", "in_the_next", amount(3, "months"), Some("2026-11-30"), Some("2027-02-28")),
        // A thousand months are 83 years and 4 months.
        ("2026-01-31", "in_the_next", amount(1_000, "months"), Some("2026-01-31"), Some("2109-05-31")),
        // Four weeks before a leap day, and after it.
        ("2024-02-29", "in_the_last", amount(4, "weeks"), Some("2024-02-01"), Some("2024-02-29")),
        ("2024-02-28", "in_the_next", amount(2, "days"), Some("2024-02-28"), Some("2024-03-01")),
        // Earlier than 28 February, later than 28 February.
        ("2026-03-31", "before_the_last", amount(1, "months"), None, Some("2026-02-27")),
        ("2026-01-31", "after_the_next", amount(1, "months"), Some("2026-03-01"), None),
        ("2026-12-31", "is_within", json!("tomorrow"), Some("2027-01-01"), Some("2027-01-01")),
        // 1 January 2027 is a Friday in the week that began on 28 December.
        ("2027-01-01", "is_within", json!("this_week"), Some("2026-12-28"), Some("2027-01-03")),
        ("2027-01-01", "is_within", json!("last_week"), Some("2026-12-21"), Some("2026-12-27")),
        ("2024-02-29", "is_within", json!("this_month"), Some("2024-02-01"), Some("2024-02-29")),
        // From the first of this month one month back, not from today.
        ("2024-03-31", "is_within", json!("last_month"), Some("2024-02-01"), Some("2024-02-29")),
        ("2026-12-05", "is_within", json!("next_month"), Some("2027-01-01"), Some("2027-01-31")),
        // Quarters begin in January, April, July and October.
        ("2026-06-30", "is_within", json!("this_quarter"), Some("2026-04-01"), Some("2026-06-30")),
        ("2026-01-01", "is_within", json!("last_quarter"), Some("2025-10-01"), Some("2025-12-31")),
        ("2026-12-31", "is_within", json!("next_quarter"), Some("2027-01-01"), Some("2027-03-31")),
        ("2026-07-15", "is_within", json!("this_year"), Some("2026-01-01"), Some("2026-12-31")),
        ("2026-01-01", "is_within", json!("last_year"), Some("2025-01-01"), Some("2025-12-31")),
        ("2024-02-29", "is_within", json!("next_year"), Some("2025-01-01"), Some("2025-12-31")),
    ]
}

#[test]
fn phrases_mean_these_days() {
    for (today, operator, value, first, last) in examples_of_dates() {
        let document = rule("contract.end_date", operator, &value);
        let holds = |stored: NaiveDate| {
            let mut world = one();
            with_contract(&mut world, |contract| contract.end_date = stored);
            is_member(&world, &document, BANGKOK, day(today))
        };
        if let Some(first) = first {
            assert!(holds(day(first)) && !holds(day(first) - Days::new(1)), "{operator} {value} on {today} from {first}");
        }
        if let Some(last) = last {
            assert!(holds(day(last)) && !holds(day(last) + Days::new(1)), "{operator} {value} on {today} to {last}");
        }
        assert_eq!(holds(day("0001-01-01")), first.is_none(), "{operator} {value} for ever before");
        assert_eq!(holds(day("9999-12-31")), last.is_none(), "{operator} {value} for ever after");
    }
}

/// Samoa's 30 December 2011 has no moment in it.
#[test]
fn a_day_that_was_left_out_has_no_moments() {
    let document = rule("last_contacted", "is_within", &json!("yesterday"));
    for stored in ["2011-12-30T09:59:59.999999Z", "2011-12-30T10:00:00Z"] {
        let mut world = one();
        world.contacts[0].last_contacted = Some(moment(stored));
        assert!(!is_member(&world, &document, Tz::Pacific__Apia, day("2011-12-31")), "{stored}");
    }
}

#[test]
fn the_calendar_has_no_end_that_a_phrase_could_fall_over() {
    for (today, operator) in [("9999-12-31", "in_the_next"), ("9999-12-31", "after_the_next"), ("0001-01-01", "before_the_last")] {
        let mut world = one();
        world.contacts[0].last_contacted = Some(moment("2026-01-01T00:00:00Z"));
        assert!(!is_member(&world, &rule("last_contacted", operator, &amount(1_000, "months")), BANGKOK, day(today)), "{operator}");
    }
}

/// Phrases are positive: blank ones are out, unless the flag has them in.
#[test]
fn a_phrase_leaves_out_what_is_blank() {
    let today = day("2026-11-22");
    for (operator, value) in [("in_the_last", amount(1, "days")), ("before_the_last", amount(1, "days")), ("is_within", json!("today"))] {
        assert!(!is_member(&one(), &rule("last_contacted", operator, &value), BANGKOK, today), "{operator}");
        assert!(is_member(&one(), &flagged("last_contacted", operator, &value, true), BANGKOK, today), "{operator}");
        assert!(!is_member(&one(), &flagged("last_contacted", operator, &value, false), BANGKOK, today), "{operator}");
    }
}

#[test]
fn an_amount_is_a_whole_number_and_a_unit() {
    let value = |amount: Value, unit: Value| places(&rule("created_at", "in_the_last", &json!({"amount": amount, "unit": unit})));
    for good in [json!(1), json!(1_000), json!("90"), json!(" 5 ")] {
        assert!(value(good.clone(), json!("days")).is_empty(), "{good}");
    }
    for bad in [json!(0), json!(1_001), json!(-1), json!(1.5), json!("x"), json!(""), json!(null), json!(true), json!([1]), json!("1e9")] {
        assert_eq!(value(bad.clone(), json!("weeks")), ["/rules/0/value/amount"], "{bad}");
    }
    for bad in [json!("day"), json!("years"), json!("Days"), json!(""), json!(5), json!(null)] {
        assert_eq!(value(json!(1), bad.clone()), ["/rules/0/value/unit"], "{bad}");
    }
    assert_eq!(places(&rule("created_at", "in_the_next", &json!({}))), ["/rules/0/value/amount", "/rules/0/value/unit"]);
    assert_eq!(places(&rule("created_at", "in_the_next", &json!({"amount": 1, "unit": "days", "a/b~": 1}))), ["/rules/0/value/a~1b~0"]);
    for bad in [json!(null), json!(""), json!(5), json!("90 days"), json!([]), json!(true)] {
        assert_eq!(places(&rule("contract.end_date", "before_the_last", &bad)), ["/rules/0/value"], "{bad}");
    }
    assert_eq!(places(&json!({"rules": [{"field": "created_at", "operator": "after_the_next"}]})), ["/rules/0/value"]);
}

#[test]
fn a_period_is_one_of_fifteen_words() {
    for bad in [json!("this_decade"), json!("Today"), json!(" today"), json!(""), json!(null), json!(5), json!(["today"]), json!({})] {
        assert_eq!(places(&rule("created_at", "is_within", &bad)), ["/rules/0/value"], "{bad}");
    }
    assert_eq!(places(&json!({"rules": [{"field": "created_at", "operator": "is_within"}]})), ["/rules/0/value"]);
}

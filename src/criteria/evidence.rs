//! What a contact has where criteria ask: the value of each field, how many contracts there are, what they are worth.
//!
//! Called by `segments` beside `explain`, for one contact; to be read by people, so it compares nothing.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::compile::of_contract;
use super::describe::clause_of_contract;
use super::document::Aggregate;
use super::meaning::test;
use super::resolved::{Calendar, Contracts, Criteria, Number, Question, Rule};
use super::value::Typed;
use crate::db::schema::{crm_app_company as company, crm_app_contact as contact};
use crate::db::types::sql::{Amount, Instant};
use crate::db::{AnyConnection, Id, Money, Time};
use crate::error::Result;
use crate::query::period::Point;
use crate::query::sql::Scalar;
use crate::query::{Kind, Sql, text};

/// What the contact has where each question of `criteria` asks, in words and in their order; blank where there is nothing to
/// say.
pub fn evidence(connection: &mut AnyConnection, criteria: &Criteria, id: Id) -> Result<Vec<String>> {
    let said = |question: &Question| match question {
        Question::Rule(rule) => value(connection, rule, id, criteria.calendar),
        Question::Contracts(asked) => contracts(connection, criteria, asked, id),
        Question::Segment(_) => Ok(String::new()),
    };
    criteria.root.questions().into_iter().map(said).collect()
}

/// "It is “CEO”."
fn value(connection: &mut AnyConnection, rule: &Rule, id: Id, calendar: Calendar) -> Result<String> {
    let held = contact::table.inner_join(company::table).filter(contact::id.eq(id));
    let column = || Sql::column(rule.field.column);
    let typed = match rule.field.column.kind {
        Kind::Text => {
            let text: Option<String> = held.select(Scalar::<Nullable<Text>>::new(column())).first(connection)?;
            text.filter(|held| !text::is_blank(held)).map(Typed::Text)
        }
        Kind::Integer => {
            let number: Option<i32> = held.select(Scalar::<Nullable<Integer>>::new(column())).first(connection)?;
            number.map(|number| Typed::Number(number.into()))
        }
        Kind::Decimal => {
            let amount: Option<Money> = held.select(Scalar::<Nullable<Amount>>::new(column())).first(connection)?;
            amount.map(|amount| Typed::Number(amount.decimal()))
        }
        Kind::Boolean => held.select(Scalar::<Nullable<Bool>>::new(column())).first::<Option<bool>>(connection)?.map(Typed::Boolean),
        Kind::Date => {
            let day: Option<NaiveDate> = held.select(Scalar::<Nullable<Date>>::new(column())).first(connection)?;
            day.map(|day| Typed::Point(Point::Day(day)))
        }
        Kind::Timestamp => {
            let moment: Option<Time> = held.select(Scalar::<Nullable<Instant>>::new(column())).first(connection)?;
            let spoken = |moment: Time| format!("It is {}.", moment.0.with_timezone(&calendar.zone).format("%-d %b %Y, %H:%M"));
            return Ok(moment.map_or_else(|| BLANK.to_owned(), spoken));
        }
        Kind::Id => None,
    };
    Ok(typed.map_or_else(|| BLANK.to_owned(), |value| format!("It is {value}.")))
}

const BLANK: &str = "It is blank.";

/// "Their company has 3 contracts: 2 whose status is Active, 1 whose end date is …; 1 is all of that."
fn contracts(connection: &mut AnyConnection, criteria: &Criteria, contracts: &Contracts, id: Id) -> Result<String> {
    let all = count(connection, id, Sql::all())?;
    if all == 0 {
        return Ok("Their company has no contract.".to_owned());
    }
    let mut said = format!("Their company has {}", if all == 1 { "one contract".to_owned() } else { format!("{all} contracts") });
    let rules = contracts.of_one.questions();
    let mut parts = Vec::new();
    for rule in &rules {
        let met = count(connection, id, test(rule, criteria.calendar).sql())?;
        parts.push(format!("{met} {}", clause_of_contract(criteria, rule)));
    }
    if !parts.is_empty() {
        said = format!("{said}: {}", text::list(&parts, "and"));
    }
    let met = of_contract(&contracts.of_one, criteria.calendar);
    if rules.len() > 1 {
        said = format!("{said}; {} together", count(connection, id, met.clone())?);
    }
    if matches!(contracts.number, Number::Measured(Aggregate::Sum, ..)) {
        let sum = Sql::from("(SELECT SUM(crm_app_contract.value) FROM ") + of_company(met) + ")";
        let sum: Option<Money> = contact::table.find(id).select(Scalar::<Nullable<Amount>>::new(sum)).first(connection)?;
        said = format!("{said}; they are worth {} in all", Typed::Number(sum.map(Money::decimal).unwrap_or_default()));
    }
    Ok(said + ".")
}

/// How many contracts of the contact's company meet this.
fn count(connection: &mut AnyConnection, id: Id, met: Sql) -> Result<i64> {
    let count = Sql::from("(SELECT COUNT(*) FROM ") + of_company(met) + ")";
    Ok(contact::table.find(id).select(Scalar::<BigInt>::new(count)).first(connection)?)
}

fn of_company(met: Sql) -> Sql {
    Sql::from("crm_app_contract WHERE crm_app_contract.company_id = crm_app_contact.company_id AND ") + met.grouped()
}

//! Headings of a list: what it is sorted by, and where a click leads.
//!
//! Called by `changelist`. The parameter is Django's `o`: columns counted from 1, the most important first, `-` for
//! descending: `?o=3.-1`.

use super::list_display::{Direction, ListColumn, SortKey};
use super::model_admin::ModelAdmin;
use super::paginator;
use super::query_string::QueryString;

/// The columns that are sorted by.
pub const ORDER: &str = "o";

/// A heading of the list.
#[derive(Debug)]
pub struct Heading {
    /// See `ListColumn::name`.
    pub name: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Which way the list is sorted by it, if it is.
    pub sorted: Option<Direction>,
    /// Whether it is what the list is sorted by first.
    pub is_first: bool,
    /// Its place among the columns that the list is sorted by, from 1, where there are several.
    pub priority: Option<usize>,
    /// Sorts by it first, turning its order round if the list is sorted by it already.
    pub link: Option<String>,
    /// Turns its order round where it stands; only when the address asks for it.
    pub toggle: Option<String>,
    /// Ends sorting by it; likewise.
    pub remove: Option<String>,
}

/// A column that the address sorts by, and which way.
pub(super) type Clicked = (usize, Direction);

/// The columns of `o` that the list can sort by, each once, the most important first.
pub(super) fn sort<A: ModelAdmin>(typed: &str) -> Vec<Clicked> {
    let mut sorted: Vec<Clicked> = Vec::new();
    for part in typed.split('.') {
        let (direction, number) = match part.strip_prefix('-') {
            Some(number) => (Direction::Descending, number),
            None => (Direction::Ascending, part),
        };
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let index = index.filter(|index| A::LIST_DISPLAY.get(*index).is_some_and(|column| column.sort.is_some()));
        if let Some(index) = index.filter(|index| sorted.iter().all(|(other, _)| other != index)) {
            sorted.push((index, direction));
        }
    }
    sorted
}

/// As `o` spells it: `1.-2`.
fn spelt(sorted: &[Clicked]) -> String {
    let spell = |(index, direction): &Clicked| {
        let sign = if *direction == Direction::Descending { "-" } else { "" };
        format!("{sign}{}", index + 1)
    };
    sorted.iter().map(spell).collect::<Vec<_>>().join(".")
}

/// What the list is sorted by.
pub(super) fn keys<A: ModelAdmin>(sorted: &[Clicked]) -> Vec<SortKey> {
    let clicked = sorted.iter().filter_map(|(index, direction)| Some(A::LIST_DISPLAY.get(*index)?.sort?.turned(*direction)));
    let clicked: Vec<SortKey> = clicked.collect();
    if clicked.is_empty() { A::ORDERING.to_vec() } else { clicked }
}

/// What the address would have to say for the order that the list has of its own accord, as far as its columns can say it.
fn own_order<A: ModelAdmin>() -> Vec<Clicked> {
    let place = |key: &SortKey| {
        let is_it = |column: &ListColumn<A::Row>| column.sort.is_some_and(|sort| sort.column == key.column);
        let index = A::LIST_DISPLAY.iter().position(is_it)?;
        let sort = A::LIST_DISPLAY.get(index)?.sort?;
        Some((index, sort.turned(key.direction).direction))
    };
    A::ORDERING.iter().filter_map(place).collect()
}

/// The headings, with their links.
pub(super) fn headings<A: ModelAdmin>(parameters: &QueryString, clicked: &[Clicked]) -> Vec<Heading> {
    let others = parameters.without(&[ORDER, paginator::PAGE]);
    let is_clicked = !clicked.is_empty();
    let sorted = if is_clicked { clicked.to_vec() } else { own_order::<A>() };
    let link = |sorted: &[Clicked]| if sorted.is_empty() { others.link() } else { others.with(ORDER, spelt(sorted)).link() };
    let heading = |(index, column): (usize, &'static ListColumn<A::Row>)| {
        let place = sorted.iter().position(|(other, _)| *other == index);
        let asked = place.and_then(|place| sorted.get(place)).map(|(_, direction)| *direction);
        let turned = (index, asked.map_or(Direction::Ascending, Direction::reversed));
        let without: Vec<Clicked> = sorted.iter().copied().filter(|(other, _)| *other != index).collect();
        let in_place: Vec<Clicked> = sorted.iter().map(|clicked| if clicked.0 == index { turned } else { *clicked }).collect();
        // As in Django: a click makes the column the most important one and keeps the others that were clicked behind it.
        let first: Vec<Clicked> = [turned].into_iter().chain(without.iter().copied().filter(|_| is_clicked)).collect();
        Heading {
            name: column.name,
            text: column.heading,
            // A column may begin with its largest: then the plain number in the address asks for that.
            sorted: column.sort.zip(asked).map(|(key, asked)| key.turned(asked).direction),
            is_first: place == Some(0),
            priority: place.filter(|_| sorted.len() > 1).map(|place| place + 1),
            link: column.sort.map(|_| link(&first)),
            toggle: place.filter(|_| is_clicked).map(|_| link(&in_place)),
            remove: place.filter(|_| is_clicked).map(|_| link(&without)),
        }
    };
    A::LIST_DISPLAY.iter().enumerate().map(heading).collect()
}

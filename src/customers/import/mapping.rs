//! Which columns of a file feed which field.
//!
//! Called by `mod.rs` with the header and what `--map` says. A column whose name is a field's feeds it; a map goes before
//! such a match. What cannot be meant (an unknown field, a column that is not there, two columns for one field) is wrong
//! use of the command, not a matter of rows.

use std::borrow::Cow;

use csv::StringRecord;

use crate::error::{AppError, Result};
use crate::query::csv_guard::unguarded;
use crate::query::text;

/// The column, or columns joined by a blank, that feed a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    columns: Vec<usize>,
    /// What reports call it: the name in the header.
    pub(super) label: String,
}

impl Source {
    /// The value in a line, without the apostrophe that keeps spreadsheets from running it; `None` where the line ends before it.
    pub(super) fn value<'a>(&self, cells: &'a StringRecord) -> Option<Cow<'a, str>> {
        match self.columns.as_slice() {
            [one] => cells.get(*one).map(|cell| Cow::Borrowed(unguarded(cell))),
            many => {
                let parts = many.iter().filter_map(|column| cells.get(*column)).map(unguarded);
                let parts: Vec<&str> = parts.filter(|part| !text::is_blank(part)).collect();
                Some(Cow::Owned(parts.join(" ")))
            }
        }
    }
}

/// The field of which several columns are parts: first name and last name.
const NAME: &str = "name";

/// What feeds what.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    sources: Vec<(String, Source)>,
    /// Columns that go nowhere.
    pub(super) unused: Vec<String>,
}

impl Mapping {
    /// Matches a header with the fields that are `known`.
    ///
    /// # Errors
    /// `BadRequest` with the map, or the column, that cannot be meant.
    pub(super) fn new(header: &[String], maps: &[String], known: &[String]) -> Result<Self> {
        let mut sources: Vec<(String, Source)> = Vec::new();
        for map in maps {
            let (field, source) = read_map(map, header, known)?;
            if sources.iter().any(|(other, _)| *other == field) {
                return Err(AppError::BadRequest(format!(
                    "Two columns are mapped to “{field}”. Join them with a plus: --map \"A+B={field}\"."
                )));
            }
            sources.push((field, source));
        }
        let mapped = sources.len();
        for (column, name) in header.iter().enumerate() {
            if !known.contains(name) {
                continue;
            }
            match sources.iter().position(|(field, _)| field == name) {
                None => sources.push((name.clone(), Source { columns: vec![column], label: name.clone() })),
                Some(place) if place < mapped => {}
                Some(_) => return Err(AppError::BadRequest(format!("The column “{name}” is there twice."))),
            }
        }
        let is_used = |column: &usize| sources.iter().any(|(_, source)| source.columns.contains(column));
        let unused = (0..header.len()).filter(|column| !is_used(column)).filter_map(|column| header.get(column));
        Ok(Self { unused: unused.filter(|name| !name.is_empty()).cloned().collect(), sources })
    }

    /// What each column of a header holds; a blank goes nowhere, and the columns of a name are joined.
    ///
    /// # Errors
    /// `BadRequest` for a field that is not `known`, and for two columns that hold the same but a name.
    pub(super) fn by_column(header: &[String], fields: &[String], known: &[String]) -> Result<Self> {
        let mut mapping = Self::default();
        for (column, name) in header.iter().enumerate() {
            let field = fields.get(column).map_or("", String::as_str);
            match mapping.sources.iter_mut().find(|(other, _)| other == field) {
                _ if field.is_empty() => mapping.unused.extend(Some(name.clone()).filter(|name| !name.is_empty())),
                _ if !known.iter().any(|known| known == field) => {
                    return Err(AppError::BadRequest(format!("Unknown field “{field}”.")));
                }
                Some((_, source)) if field != NAME => {
                    return Err(AppError::BadRequest(format!(
                        "The columns “{}” and “{name}” are both given as “{field}”. Only the parts of a name are joined: leave one of them out.",
                        source.label
                    )));
                }
                Some((_, source)) => {
                    source.columns.push(column);
                    source.label = format!("{}+{name}", source.label);
                }
                None => mapping.sources.push((field.to_owned(), Source { columns: vec![column], label: name.clone() })),
            }
        }
        Ok(mapping)
    }

    /// What feeds `field`.
    pub(super) fn source(&self, field: &str) -> Option<&Source> {
        self.sources.iter().find(|(known, _)| *known == field).map(|(_, source)| source)
    }
}

fn read_map(map: &str, header: &[String], known: &[String]) -> Result<(String, Source)> {
    let (columns, field) = map.rsplit_once('=').ok_or_else(|| {
        AppError::BadRequest(format!("“{map}” is no map. Write --map \"Column=field\" or --map \"First Name+Last Name=name\"."))
    })?;
    let field = field.trim();
    if !known.iter().any(|name| name == field) {
        return Err(AppError::BadRequest(format!(
            "Unknown field “{field}”. {}",
            choices("Fields are", field, known.iter().map(String::as_str))
        )));
    }
    let columns = text::nfc(columns.trim());
    // A plus may belong to the name of one column.
    let names: Vec<&str> = if header.contains(&columns) { vec![&columns] } else { columns.split('+').map(str::trim).collect() };
    let places: Result<Vec<usize>> = names.into_iter().map(|name| place(name, header)).collect();
    Ok((field.to_owned(), Source { columns: places?, label: columns.clone() }))
}

fn place(name: &str, header: &[String]) -> Result<usize> {
    let mut places = header.iter().enumerate().filter(|(_, column)| *column == name).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) if !name.is_empty() => Ok(place),
        (Some(_), Some(_)) => Err(AppError::BadRequest(format!("The column “{name}” is there twice."))),
        _ => Err(AppError::BadRequest(format!(
            "The file has no column “{name}”. {}",
            choices("Its columns are", name, header.iter().map(String::as_str))
        ))),
    }
}

fn choices<'a>(intro: &str, typed: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let list: Vec<&str> = known.clone().collect();
    let meant = text::nearest(typed, known).map_or_else(|| ".".into(), |near| format!("; did you mean “{near}”?"));
    format!("{intro}: {}{meant}", list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(str::to_owned).collect()
    }

    fn map(names: &str, maps: &[&str]) -> Result<Mapping> {
        let maps: Vec<String> = maps.iter().map(|map| (*map).to_owned()).collect();
        Mapping::new(&header(names), &maps, &header("name,email,phone"))
    }

    #[test]
    fn columns_join_by_a_blank_and_blank_parts_leave_none() -> Result<()> {
        let mapping = map("First Name,Last Name", &["First Name+Last Name=name"])?;
        let value = |cells: &[&str]| {
            mapping.source("name").and_then(|source| source.value(&StringRecord::from(cells.to_vec())).map(Cow::into_owned))
        };
        assert_eq!(value(&["Ann", "Lee"]).as_deref(), Some("Ann Lee"));
        assert_eq!(value(&["", "Lee"]).as_deref(), Some("Lee"));
        assert_eq!(value(&["Ann"]).as_deref(), Some("Ann"));
        Ok(())
    }

    #[test]
    fn a_plus_in_the_name_of_a_column_is_part_of_it() -> Result<()> {
        let mapping = map("A+B,A,B", &["A+B=name"])?;
        assert_eq!(mapping.source("name").map(|source| source.columns.clone()), Some(vec![0]));
        assert_eq!(mapping.unused, ["A", "B"]);
        Ok(())
    }

    #[test]
    fn a_map_goes_before_a_column_of_the_same_name() -> Result<()> {
        let mapping = map("phone,Mobile", &["Mobile=phone"])?;
        assert_eq!(mapping.source("phone").map(|source| source.label.as_str()), Some("Mobile"));
        assert_eq!(mapping.unused, ["phone"]);
        Ok(())
    }

    #[test]
    fn columns_are_given_one_by_one_whatever_they_are_called() -> Result<()> {
        let fields = ["name", "", "name", "email"].map(str::to_owned);
        let mapping = Mapping::by_column(&header("A,name,A,"), &fields, &header("name,email"))?;
        assert_eq!(mapping.source("name").map(|source| (source.columns.clone(), source.label.as_str())), Some((vec![0, 2], "A+A")));
        assert_eq!(mapping.source("email").map(|source| source.columns.clone()), Some(vec![3]));
        assert_eq!(mapping.unused, ["name"]);
        assert!(Mapping::by_column(&header("A"), &header("shoe"), &header("name")).is_err());
        let twice = Mapping::by_column(&header("A,B"), &header("email,email"), &header("name,email")).err();
        assert!(twice.is_some_and(|error| error.to_string().contains("“A” and “B” are both given as “email”")));
        Ok(())
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_words() {
        let refused = |names: &str, maps: &[&str]| map(names, maps).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused("a", &["a=nam"]).contains("did you mean “name”?"));
        assert!(refused("Name", &["name=name"]).contains("did you mean “Name”?"));
        assert!(refused("a,b", &["a=name", "b=name"]).contains("Two columns"));
        assert!(refused("email,email", &[]).contains("there twice"));
        assert!(refused("a", &["name"]).contains("is no map"));
        assert!(refused("a,", &["=name"]).contains("no column"));
    }
}

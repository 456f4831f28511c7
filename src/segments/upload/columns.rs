//! The columns of a table: what each holds, guessed from its header, and what a row then says.
//!
//! Called by `file` and by `paste`, and once more when somebody says that a column holds something else.

use serde::{Deserialize, Serialize};

use super::entry::{Entry, cut_cell, is_too_long};
use super::mailbox;
use crate::customers::headers;
use crate::db::Id;
use crate::query::csv_guard::unguarded;
use crate::query::text;
use crate::segments::curating::MAX_NOTE;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// Nothing that matters here.
    Ignored,
    /// `contact` or `company`.
    Kind,
    /// A key.
    Id,
    /// What somebody is called; several such columns are one name.
    Name,
    /// An e-mail address.
    Email,
    /// A telephone number; of several columns the first that is not blank.
    Phone,
    /// A company.
    Company,
    /// What to write beside them.
    Note,
}

impl Field {
    /// Every field, in the order in which they are offered.
    pub const ALL: [Self; 8] = [Self::Ignored, Self::Kind, Self::Id, Self::Name, Self::Email, Self::Phone, Self::Company, Self::Note];

    /// As it is sent and shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ignored => "(left out)",
            Self::Kind => "kind",
            Self::Id => "id",
            Self::Name => "name",
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::Note => "note",
        }
    }

    /// The one that is sent so.
    pub fn labelled(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.label() == label)
    }

    /// What a column of this name holds.
    fn guessed(name: &str) -> Self {
        match headers::meant(name) {
            Some("kind") => Self::Kind,
            Some("id") => Self::Id,
            Some("name") => Self::Name,
            Some("email") => Self::Email,
            Some("phone") => Self::Phone,
            Some("company") => Self::Company,
            Some("note") => Self::Note,
            _ => Self::Ignored,
        }
    }

    /// What a cell holds that no header tells of; `None` for plain text.
    pub fn of_cell(cell: &str) -> Option<Self> {
        let cell = cell.trim();
        if cell.contains('@') {
            return Some(Self::Email);
        }
        if Id::parse(cell).is_some() {
            return Some(Self::Id);
        }
        is_number(cell).then_some(Self::Phone)
    }
}

/// Whether it is a telephone number: six digits or more, and what people put between them.
fn is_number(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    digits >= 6 && cell.chars().all(|letter| letter.is_ascii_digit() || " +-().,/\u{a0}–".contains(letter))
}

/// What people write, without marks, where they have nothing to say.
const BLANKS: &[&str] = &["na", "none", "no", "nil", "null", "nothing", "unknown", "empty", "blank", "tba", "tbd", "ไม่มี", "无", "没有"];

/// Whether a cell says nothing.
fn is_blank(cell: &str) -> bool {
    let bare: String = text::key(cell).chars().filter(|letter| letter.is_alphanumeric() || !letter.is_ascii()).collect();
    !bare.chars().any(char::is_alphanumeric) || BLANKS.contains(&bare.as_str())
}

/// Whether a cell may be the name of a column.
fn is_word(cell: &str) -> bool {
    !is_blank(cell) && cell.chars().any(char::is_alphabetic)
}

/// The columns of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// What the first line calls them; its cells where that is a row already.
    pub header: Vec<String>,
    /// What each holds.
    pub fields: Vec<Field>,
    /// Whether the first line names the columns.
    pub has_header: bool,
}

/// The most letters of a cell of the first line that are kept: of one more no note could be made.
const HEADER: usize = MAX_NOTE + 1;

impl Layout {
    /// The columns of a table that begins with this line and goes on with these rows. The line names the columns where no cell of it
    /// can be but a row's, and one is the name of something, or a word that stands above cells of another kind.
    pub fn guess<'a, R: IntoIterator<Item = &'a str>>(first: impl IntoIterator<Item = &'a str>, rows: impl IntoIterator<Item = R>) -> Self {
        let cell = |cell: &str| text::nfc(unguarded(cell).trim()).chars().take(HEADER).collect::<String>();
        let header: Vec<String> = first.into_iter().map(cell).collect();
        let mut below = vec![String::new(); header.len()];
        for row in rows {
            let unsaid = below.iter_mut().zip(row).filter(|(place, said)| place.is_empty() && !is_blank(said));
            unsaid.for_each(|(place, said)| *place = cell(said));
        }
        let named: Vec<Field> = header.iter().map(|name| Field::guessed(name)).collect();
        let is_data = header.iter().any(|cell| Field::of_cell(cell).is_some());
        let is_above = header.iter().zip(&below).any(|(name, cell)| is_word(name) && Field::of_cell(cell).is_some());
        if !is_data && (is_above || named.iter().any(|field| *field != Field::Ignored)) {
            return Self { header, fields: named, has_header: true }.or_by_content(&below);
        }
        let said = header.iter().zip(&below).map(|(first, below)| if is_blank(first) { below } else { first });
        let fields = Self::by_content(&said.cloned().collect::<Vec<_>>());
        Self { header, fields, has_header: false }
    }

    /// With what the cells below a header are, where it names nobody.
    fn or_by_content(mut self, below: &[String]) -> Self {
        if !self.is_telling() {
            let guessed = self.fields.iter_mut().zip(Self::by_content(below));
            guessed.filter(|(field, _)| **field == Field::Ignored).for_each(|(field, guessed)| *field = guessed);
        }
        self
    }

    /// What cells hold of which nobody says it: the first text is a name, the next a company; one that is all there is, a company.
    pub fn by_content(cells: &[String]) -> Vec<Field> {
        let mut texts = if cells.len() == 1 { vec![Field::Company] } else { vec![Field::Company, Field::Name] };
        let mut field = |cell: &String| match Field::of_cell(cell) {
            Some(field) => field,
            None if cell.is_empty() => Field::Ignored,
            None => texts.pop().unwrap_or(Field::Ignored),
        };
        cells.iter().map(&mut field).collect()
    }

    /// Whether any column tells who is meant.
    pub fn is_telling(&self) -> bool {
        self.fields.iter().any(|field| !matches!(field, Field::Ignored | Field::Kind | Field::Note))
    }

    /// Whether the first line names the columns by words of which none is known: then it may be a row.
    pub fn is_in_doubt(&self) -> bool {
        self.has_header && self.header.iter().all(|name| Field::guessed(name) == Field::Ignored)
    }

    /// Whether any column holds this.
    pub fn holds(&self, field: Field) -> bool {
        self.fields.contains(&field)
    }

    /// As somebody says it is, in the place of what was guessed.
    #[must_use]
    pub fn with(mut self, fields: &[Field], has_header: bool) -> Self {
        for (place, field) in self.fields.iter_mut().zip(fields) {
            *place = *field;
        }
        Self { has_header, ..self }
    }

    /// What a row says.
    ///
    /// # Errors
    /// A sentence, for a kind that is none and an id that cannot be one.
    pub fn entry<'a>(&self, cells: impl IntoIterator<Item = &'a str>) -> Result<Entry, String> {
        let (mut entry, mut mailbox) = (Entry::default(), String::new());
        for (field, cell) in self.fields.iter().zip(cells) {
            let cell = text::nfc(unguarded(&cut_cell(cell)).trim());
            let first = |place: &mut String, cell| {
                if place.is_empty() {
                    *place = cell;
                }
            };
            match field {
                Field::Ignored => {}
                Field::Kind => entry.is_company = kind(&cell)?,
                Field::Id => first(&mut entry.id, cell),
                Field::Name if entry.name.is_empty() || cell.is_empty() => entry.name.push_str(&cell),
                Field::Name => entry.name = format!("{} {cell}", entry.name),
                // Whatever else it holds behind its end, it is no address.
                Field::Email if is_too_long(&cell) => first(&mut entry.email, cell),
                Field::Email => {
                    let (name, address) = mailbox::only(&cell).unwrap_or((String::new(), cell));
                    first(&mut entry.email, address);
                    first(&mut mailbox, name);
                }
                Field::Phone => first(&mut entry.phone, cell),
                Field::Company => first(&mut entry.company, cell),
                Field::Note => first(&mut entry.note, cell),
            }
        }
        if entry.name.is_empty() {
            entry.name = mailbox;
        }
        checked(entry)
    }
}

fn kind(cell: &str) -> Result<Option<bool>, String> {
    match text::key(cell).as_str() {
        "" => Ok(None),
        "contact" => Ok(Some(false)),
        "company" => Ok(Some(true)),
        _ => Err(format!("“{cell:.60}” is no kind: it is contact or company.")),
    }
}

fn checked(mut entry: Entry) -> Result<Entry, String> {
    if entry.is_company == Some(true) && entry.company.is_empty() {
        entry.company = std::mem::take(&mut entry.name);
    }
    let id = std::mem::take(&mut entry.id);
    if id.is_empty() || Id::parse(&id).is_some() {
        return Ok(Entry { id, ..entry });
    }
    if entry.is_blank() { Err(format!("“{id:.60}” is no id.")) } else { Ok(entry) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_ROWS: [[&str; 0]; 0] = [];

    #[test]
    fn a_header_tells_what_columns_hold_in_several_languages() {
        let layout = Layout::guess(["\u{feff}Name".trim_start_matches('\u{feff}'), "E-Mail", "บริษัท", "Mobile phone", "Country"], NO_ROWS);
        assert_eq!(layout.fields, [Field::Name, Field::Email, Field::Company, Field::Phone, Field::Ignored]);
        assert!(layout.has_header);
    }

    #[test]
    fn a_table_without_header_is_told_by_what_is_in_it() {
        let layout = Layout::guess(["Somchai", "Six Palms", "s@x.example", "+66 81 234 5678"], NO_ROWS);
        assert_eq!(layout.fields, [Field::Name, Field::Company, Field::Email, Field::Phone]);
        assert!(!layout.has_header);
        assert_eq!(Layout::guess(["a@x.example"], NO_ROWS).fields, [Field::Email]);
        let layout = Layout::guess(["Somchai", "Six Palms"], [["Anong", "Six Palms"]]);
        assert_eq!((layout.fields, layout.has_header), (vec![Field::Name, Field::Company], false), "no row is lost");
        let layout = Layout::guess(["Somchai", ""], [["Anong", ""], ["", "a@x.example"]]);
        assert_eq!((layout.fields, layout.has_header), (vec![Field::Name, Field::Email], false));
    }

    #[test]
    fn a_header_of_unknown_words_is_one_where_the_cells_below_are_of_another_kind() {
        let layout = Layout::guess(["Wer", "Post"], [["Somchai", ""], ["Anong", "a@x.example"]]);
        assert_eq!((layout.fields, layout.has_header), (vec![Field::Name, Field::Email], true));
        let layout = Layout::guess(["Emails"], [["a@x.example"]]);
        assert_eq!((layout.fields, layout.has_header), (vec![Field::Email], true));
    }

    #[test]
    fn a_blank_that_is_written_down_names_no_column() {
        for blank in ["-", "—", "n/a", "N.A.", "none", "?", "ไม่มี"] {
            let layout = Layout::guess(["Somchai", blank], [["Anong", "a@x.example"]]);
            assert!(!layout.has_header, "{blank}");
            assert_eq!(layout.fields, [Field::Name, Field::Email], "{blank}");
        }
        let layout = Layout::guess(["Wer", "-"], [["Somchai", "a@x.example"]]);
        assert!(!layout.has_header && !layout.is_in_doubt());
        let layout = Layout::guess(["Wer", "Post"], [["Somchai", "a@x.example"]]);
        assert!(layout.has_header && layout.is_in_doubt());
        assert!(!Layout::guess(["Wer", "Mail"], [["Somchai", "a@x.example"]]).is_in_doubt());
    }

    #[test]
    fn guarded_cells_say_what_they_said_before() {
        let layout = Layout::guess(["kind", "name", "note"], NO_ROWS);
        let entry = layout.entry(["company", "'=1+1", "'+66"]).unwrap();
        assert_eq!((entry.company.as_str(), entry.note.as_str(), entry.is_company), ("=1+1", "+66", Some(true)));
        assert!(layout.entry(["hotel", "x", ""]).is_err());
    }
}

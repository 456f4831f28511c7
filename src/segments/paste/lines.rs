//! A whole paste, line by line: a list of anything, or a table with or without a header.
//!
//! Called by `page`. A line with nothing but text says a company, or a person and their company; a line with an address, a
//! number and text says one person; a line of several addresses says several.

use std::iter::{empty, once};

use super::tokens::{self, Token};
use crate::customers::import::open_at_the_end;
use crate::query::text;
use crate::segments::upload::columns::{Field, Layout};
use crate::segments::upload::entry::{Entry, Said};
use crate::segments::upload::file::raw;

/// What a paste says, in its order, each with how much of it was read before, in percent. A table with a quote that is never
/// closed would be one long cell from there on, so its lines are read one by one.
pub fn read(pasted: &str) -> Box<dyn Iterator<Item = (Said, i32)> + '_> {
    let pasted = pasted.strip_prefix('\u{feff}').unwrap_or(pasted);
    match header(pasted).filter(|(_, delimiter)| is_closed(pasted, *delimiter)) {
        Some((layout, delimiter)) => Box::new(table(pasted, layout, delimiter)),
        None => Box::new(lines(pasted)),
    }
}

fn is_closed(pasted: &str, delimiter: u8) -> bool {
    open_at_the_end(pasted.as_bytes(), delimiter, 1).is_ok_and(|line| line.is_none())
}

/// The columns that the first line names, and what parts them.
fn header(pasted: &str) -> Option<(Layout, u8)> {
    let first = pasted.lines().find(|line| !text::is_blank(line))?;
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|mark| first.bytes().filter(|byte| byte == mark).count())?;
    let marks = [char::from(delimiter)];
    let cells: Vec<&str> = tokens::split(first, &marks).take(CELLS + 1).collect();
    let layout = Layout::guess(cells, [[""; 0]; 0]);
    // Of a paste nobody is asked what its columns are: what may be a row is one, so that none is lost. One name of a column may be
    // that of a company, two side by side are none.
    let filled = layout.header.iter().filter(|name| !name.is_empty()).count();
    let known = layout.fields.iter().filter(|field| **field != Field::Ignored).count();
    let is_header = layout.header.len() <= CELLS && layout.has_header && layout.is_telling() && (known >= 2 || known * 2 > filled);
    is_header.then_some((layout, delimiter))
}

fn table(pasted: &str, layout: Layout, delimiter: u8) -> impl Iterator<Item = (Said, i32)> + '_ {
    let reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(pasted.as_bytes());
    let lines = reader.into_records().filter(|record| !record.as_ref().is_ok_and(|cells| cells.iter().all(text::is_blank)));
    lines.map(move |record| match record {
        Ok(cells) => {
            let place = cells.position().map_or((0, 0), |place| (place.line(), place.byte()));
            let said = Said::new(place.0, &raw(&cells).unwrap_or_default(), layout.entry(&cells));
            (said, percent(place.1, pasted))
        }
        Err(error) => (Said::new(0, "", Err(format!("It cannot be read: {error}."))), 100),
    })
}

fn lines(pasted: &str) -> impl Iterator<Item = (Said, i32)> + '_ {
    let mut end = 0;
    let numbered = (1..).zip(pasted.split('\n').flat_map(|line| line.trim_end_matches('\r').split('\r')));
    numbered.flat_map(move |(number, line): (u64, &str)| {
        end += line.len() as u64 + 1;
        let read = percent(end, pasted);
        of_line(number, line).map(move |said| (said, read))
    })
}

fn percent(at: u64, pasted: &str) -> i32 {
    i32::try_from(at * 100 / (pasted.len() as u64).max(1)).unwrap_or(100).min(100)
}

/// What a line says, one after the other: a line of a million addresses takes no more room than one of ten.
fn of_line(number: u64, line: &str) -> Box<dyn Iterator<Item = Said> + '_> {
    if text::is_blank(line) {
        return Box::new(empty());
    }
    let kinds = Kinds::of(tokens::of_line(line));
    let whole = move |entry: Entry| Box::new(once(Said::new(number, line.trim(), Ok(entry))));
    if line.trim().contains('\t') && kinds.mails < 2 {
        return whole(of_cells(line));
    }
    if kinds.are_one() {
        return whole(of_one(tokens::of_line(line), kinds.count() > 1));
    }
    // Of a line of many each is told by itself, so that whoever was not found can be copied.
    Box::new(tokens::of_line(line).map(move |token| {
        let entry = of_one(once(token), false);
        Said::new(number, &in_words(&entry), Ok(entry))
    }))
}

/// The most cells of a row that are looked at.
const CELLS: usize = 200;

/// A row of a table without a header.
fn of_cells(line: &str) -> Entry {
    let cells = line.split('\t').take(CELLS).map(|cell| text::nfc(cell.trim().trim_matches('"')));
    let filled: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
    let layout = Layout { fields: Layout::by_content(&filled), ..Layout::default() };
    layout.entry(filled.iter().map(String::as_str)).unwrap_or_default()
}

/// How many tokens of each kind a line has.
#[derive(Default)]
struct Kinds {
    texts: usize,
    mails: usize,
    ids: usize,
    phones: usize,
}

impl Kinds {
    fn of(tokens: impl Iterator<Item = Token>) -> Self {
        tokens.fold(Self::default(), |mut kinds, token| {
            match token {
                Token::Mail(..) => kinds.mails += 1,
                Token::Id(_) => kinds.ids += 1,
                Token::Phone(_) => kinds.phones += 1,
                Token::Text(_) => kinds.texts += 1,
            }
            kinds
        })
    }

    fn count(&self) -> usize {
        self.texts + self.mails + self.ids + self.phones
    }

    /// Whether they are of one person, or of one company.
    fn are_one(&self) -> bool {
        let keys = self.mails + self.ids + self.phones;
        match self.texts {
            _ if self.count() == 1 => true,
            0 => keys > 1 && self.mails <= 1 && self.ids <= 1 && self.phones <= 1,
            1 | 2 if keys == 0 => true,
            _ => keys > 0 && self.mails <= 1 && self.ids <= 1 && self.phones <= 2,
        }
    }
}

/// What tokens say of one person or company: the first text is the name, the next the company; one alone is a company.
fn of_one(tokens: impl Iterator<Item = Token>, are_many: bool) -> Entry {
    let mut entry = Entry::default();
    let mut texts = Vec::new();
    for token in tokens {
        match token {
            Token::Mail(name, mail) => (entry.name, entry.email) = (name, mail),
            Token::Id(id) => entry.id = id,
            Token::Phone(phone) if entry.phone.is_empty() => entry.phone = phone,
            Token::Text(text) if texts.len() < 2 => texts.push(text),
            Token::Phone(_) | Token::Text(_) => {}
        }
    }
    let mut texts = texts.into_iter();
    if entry.name.is_empty() && are_many {
        entry.name = texts.next().unwrap_or_default();
    }
    entry.company = texts.next().unwrap_or_default();
    entry
}

fn in_words(entry: &Entry) -> String {
    let Entry { id, email, phone, name, company, .. } = entry;
    match (name.is_empty(), email.is_empty()) {
        (false, false) => format!("{name} <{email}>"),
        _ => [id, email, phone, name, company].into_iter().find(|said| !said.is_empty()).cloned().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(pasted: &str) -> Vec<Entry> {
        read(pasted).map(|(said, _)| said.entry.unwrap()).collect()
    }

    fn entry(id: &str, email: &str, phone: &str, name: &str, company: &str) -> Entry {
        let [id, email, phone, name, company] = [id, email, phone, name, company].map(str::to_owned);
        Entry { id, email, phone, name, company, ..Entry::default() }
    }

    #[test]
    fn addresses_are_read_however_they_are_parted() {
        for pasted in [
            "a@x.example, b@x.example;c@x.example",
            "a@x.example\nb@x.example\r\nc@x.example",
            "a@x.example b@x.example\tc@x.example",
            "<a@x.example>; mailto:b@x.example.\n\n  c@x.example  ",
        ] {
            let found: Vec<String> = said(pasted).into_iter().map(|entry| entry.email).collect();
            assert_eq!(found, ["a@x.example", "b@x.example", "c@x.example"], "{pasted}");
        }
    }

    #[test]
    fn mail_programs_are_understood() {
        let pasted = "\"Jaidee, Somchai\" <somchai@x.example>, Anong <anong@x.example>";
        assert_eq!(
            said(pasted),
            [entry("", "somchai@x.example", "", "Jaidee, Somchai", ""), entry("", "anong@x.example", "", "Anong", "")]
        );
    }

    #[test]
    fn a_line_says_one_person_or_a_company() {
        assert_eq!(said("Somchai, Six Palms"), [entry("", "", "", "Somchai", "Six Palms")]);
        assert_eq!(said("Six Palms Co., Ltd."), [entry("", "", "", "", "Six Palms Co., Ltd.")]);
        assert_eq!(
            said("Somchai, Six Palms Co., Ltd., s@x.example, +66 81 234 5678"),
            [entry("", "s@x.example", "+66 81 234 5678", "Somchai", "Six Palms Co., Ltd.")]
        );
        assert_eq!(said("s@x.example, 02-123-4567"), [entry("", "s@x.example", "02-123-4567", "", "")]);
        assert_eq!(said("02-123-4567, 02-123-4568").len(), 2);
        assert_eq!(said("A; B; C").len(), 3);
        assert_eq!(said("Somchai\tSix Palms\ts@x.example"), [entry("", "s@x.example", "", "Somchai", "Six Palms")]);
    }

    #[test]
    fn a_table_is_read_by_its_header() {
        let pasted = "Company;Mail;Name;Note\n\"Six\nPalms\";s@x.example;Somchai;=1+1\n;;;\n";
        let found = said(pasted);
        assert_eq!((found.len(), found[0].company.as_str(), found[0].note.as_str()), (1, "Six\nPalms", "=1+1"));
    }

    #[test]
    fn a_table_with_a_quote_that_is_never_closed_loses_no_line() {
        let found = said("Mail;Note\na@x.example;\"never\nb@x.example;\nc@x.example;x\n");
        let mails: Vec<&str> = found.iter().map(|entry| entry.email.as_str()).filter(|mail| !mail.is_empty()).collect();
        assert_eq!(mails, ["a@x.example", "b@x.example", "c@x.example"]);
    }

    #[test]
    fn a_header_of_which_half_is_known_is_one() {
        let found = said("E-mail\tHotel\tCity\tNote\na@x.example\tPalms\tKrabi\tVIP\n");
        assert_eq!(found.iter().map(|entry| (entry.email.as_str(), entry.note.as_str())).collect::<Vec<_>>(), [("a@x.example", "VIP")]);
        let found = said("First name;Last name;Hotel;City\nSomchai;Jaidee;Six Palms;Krabi\n");
        assert_eq!(found, [entry("", "", "", "Somchai Jaidee", "")], "nobody else of their company");
    }

    #[test]
    fn a_table_whose_first_line_may_be_a_row_loses_none() {
        for pasted in ["Contact, Six Palms\nSomchai, Six Palms", "Somchai\tSix Palms\nAnong\tSix Palms"] {
            assert_eq!(said(pasted).len(), 2, "{pasted}");
        }
        assert_eq!(said("Mail\nSomchai <s@x.example>"), [entry("", "s@x.example", "", "Somchai", "")]);
    }

    #[test]
    fn a_line_of_many_says_each_by_itself_with_the_words_beside_it() {
        let pasted = "Somchai <s@x.example> Anong <a@x.example> and all";
        let expected =
            [entry("", "s@x.example", "", "Somchai", ""), entry("", "a@x.example", "", "Anong", ""), entry("", "", "", "", "and all")];
        assert_eq!(said(pasted), expected);
        let many = "s@x.example, Six Palms, Ltd., ".repeat(100_000);
        assert_eq!(read(&many).filter(|(said, _)| said.raw == "Six Palms, Ltd.").count(), 100_000);
    }

    /// The line that names the columns, where one does.
    fn names(pasted: &str) -> String {
        let Some((_, delimiter)) = header(pasted).filter(|(_, delimiter)| is_closed(pasted, *delimiter)) else { return String::new() };
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(pasted.as_bytes());
        reader.headers().unwrap().iter().collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
        /// Whatever is pasted, every word of it comes out in what was read, in about as much room as it came.
        #[test]
        fn nothing_that_is_pasted_is_lost_or_grows(pasted in "([ab1คé@<>\",;()\t\r\n .:-]|Ltd\\.|mailto:|name|name;mail\n|\0){0,60}") {
            let read: Vec<Said> = read(&pasted).map(|(said, percent)| { assert!((0..=100).contains(&percent)); said }).collect();
            let raw: Vec<&str> = read.iter().map(|said| said.raw.as_str()).collect();
            prop_assert!(raw.len() <= pasted.len() && raw.concat().len() <= 4 * pasted.len() + 8, "{raw:?}");
            let named = names(&pasted);
            let words = pasted.split(|letter: char| !letter.is_alphanumeric() && !('\u{e00}'..='\u{e7f}').contains(&letter));
            let mut words = words.filter(|word| !word.is_empty() && *word != "mailto");
            let lost = words.find(|word| !raw.iter().any(|raw| raw.contains(word)) && !named.contains(word));
            prop_assert!(lost.is_none(), "{lost:?} of {pasted:?} in {raw:?}");
        }
    }

    #[test]
    fn what_holds_a_nul_or_nobody_is_refused_by_itself() {
        let found: Vec<Said> = read("a@x.example\nb\0@x.example\n , ; \nc@x.example").map(|(said, _)| said).collect();
        assert_eq!(found.iter().map(|said| said.entry.is_ok()).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!((found[1].line, found[1].raw.as_str()), (2, "b\u{fffd}@x.example"));
    }
}

//! A whole paste, line by line: a list of anything, or a table with or without a header.
//!
//! Called by `page`. A line with nothing but text says a company, or a person and their company; a line with an address, a
//! number and text says one person; a line of several addresses says several.

use super::tokens::{self, Token};
use crate::query::text;
use crate::segments::upload::columns::{Field, Layout};
use crate::segments::upload::entry::{Entry, Said};
use crate::segments::upload::file::raw;

/// What a paste says, in its order, each with how much of it was read before, in percent.
pub fn read(pasted: &str) -> Box<dyn Iterator<Item = (Said, i32)> + '_> {
    let pasted = pasted.strip_prefix('\u{feff}').unwrap_or(pasted);
    match header(pasted) {
        Some((layout, delimiter)) => Box::new(table(pasted, layout, delimiter)),
        None => Box::new(lines(pasted)),
    }
}

/// The columns that the first line names, and what parts them.
fn header(pasted: &str) -> Option<(Layout, u8)> {
    let first = pasted.lines().find(|line| !text::is_blank(line))?;
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|mark| first.bytes().filter(|byte| byte == mark).count())?;
    let layout = Layout::guess(tokens::split(first, &[char::from(delimiter)]), [[""; 0]; 0]);
    // Of a paste nobody is asked what its columns are: what may be a row is one, so that none is lost.
    let filled = layout.header.iter().filter(|name| !name.is_empty()).count();
    let known = layout.fields.iter().filter(|field| **field != Field::Ignored).count();
    (layout.has_header && layout.is_telling() && known * 2 > filled).then_some((layout, delimiter))
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
        Err(error) => (Said { line: 0, raw: String::new(), entry: Err(format!("It cannot be read: {error}.")) }, 100),
    })
}

fn lines(pasted: &str) -> impl Iterator<Item = (Said, i32)> + '_ {
    let mut end = 0;
    let numbered = (1..).zip(pasted.split('\n').flat_map(|line| line.trim_end_matches('\r').split('\r')));
    numbered.flat_map(move |(number, line): (u64, &str)| {
        end += line.len() as u64 + 1;
        let read = percent(end, pasted);
        of_line(number, line).into_iter().map(move |said| (said, read))
    })
}

fn percent(at: u64, pasted: &str) -> i32 {
    i32::try_from(at * 100 / (pasted.len() as u64).max(1)).unwrap_or(100).min(100)
}

fn of_line(number: u64, line: &str) -> Vec<Said> {
    if text::is_blank(line) {
        return Vec::new();
    }
    let tokens = tokens::of_line(line);
    let has_many = tokens.iter().filter(|token| matches!(token, Token::Mail(..))).count() > 1;
    let entries = if line.trim().contains('\t') && !has_many { vec![of_cells(line)] } else { of_tokens(&tokens) };
    // Of a line of many each is told by itself, so that whoever was not found can be copied.
    let is_one = entries.len() == 1;
    let said = |entry: Entry| {
        let raw = if is_one { line.trim().to_owned() } else { in_words(&entry) };
        Said::new(number, &raw, Ok(entry))
    };
    entries.into_iter().map(said).collect()
}

/// A row of a table without a header.
fn of_cells(line: &str) -> Entry {
    let cells: Vec<String> = line.split('\t').map(|cell| text::nfc(cell.trim().trim_matches('"'))).collect();
    let filled: Vec<String> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
    let layout = Layout { fields: Layout::by_content(&filled), ..Layout::default() };
    let mut entry = layout.entry(filled.iter().map(String::as_str)).unwrap_or_default();
    if let [Token::Mail(name, mail)] = tokens::of_line(&entry.email).as_slice() {
        entry.email.clone_from(mail);
        if entry.name.is_empty() {
            entry.name.clone_from(name);
        }
    }
    entry
}

fn of_tokens(tokens: &[Token]) -> Vec<Entry> {
    let count = |is: fn(&Token) -> bool| tokens.iter().filter(|token| is(token)).count();
    let texts = count(|token| matches!(token, Token::Text(_)));
    let (mails, ids) = (count(|token| matches!(token, Token::Mail(..))), count(|token| matches!(token, Token::Id(_))));
    let phones = count(|token| matches!(token, Token::Phone(_)));
    let keys = mails + ids + phones;
    let is_one = match texts {
        0 => keys > 1 && mails <= 1 && ids <= 1 && phones <= 1,
        1 | 2 if keys == 0 => true,
        _ => keys > 0 && mails <= 1 && ids <= 1 && phones <= 2,
    };
    if is_one { vec![of_one(tokens)] } else { tokens.iter().map(|token| of_one(std::slice::from_ref(token))).collect() }
}

/// What the tokens say of one person or company: the first text is the name, the next the company; one alone is a company.
fn of_one(tokens: &[Token]) -> Entry {
    let mut entry = Entry::default();
    let mut texts = Vec::new();
    for token in tokens {
        match token {
            Token::Mail(name, mail) => (entry.name, entry.email) = (name.clone(), mail.clone()),
            Token::Id(id) => entry.id.clone_from(id),
            Token::Phone(phone) if entry.phone.is_empty() => entry.phone.clone_from(phone),
            Token::Phone(_) => {}
            Token::Text(text) => texts.push(text.clone()),
        }
    }
    let mut texts = texts.into_iter();
    if entry.name.is_empty() && tokens.len() > 1 {
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
            let found: Vec<String> = said(pasted).into_iter().map(|entry| entry.email).filter(|email| !email.is_empty()).collect();
            assert!(
                found.iter().all(|email| ["a@x.example", "b@x.example", "c@x.example"].contains(&email.as_str())),
                "{pasted}: {found:?}"
            );
        }
        assert_eq!(said("a@x.example, b@x.example;c@x.example").len(), 3);
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
    fn what_holds_a_nul_or_nobody_is_refused_by_itself() {
        let found: Vec<Said> = read("a@x.example\nb\0@x.example\n , ; \nc@x.example").map(|(said, _)| said).collect();
        assert_eq!(found.iter().map(|said| said.entry.is_ok()).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!((found[1].line, found[1].raw.as_str()), (2, "b\u{fffd}@x.example"));
    }
}

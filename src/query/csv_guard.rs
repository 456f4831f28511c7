//! Cells of CSV files that a spreadsheet must not run as formulas (OWASP, "CSV Injection"), nor take for another number or a day:
//! it would show, and save, `00123` as 123 and `1-2` as the second of January.
//!
//! Called by everything that writes text into CSV ([`guarded`]) and by the import ([`unguarded`]), side by side so that a file
//! that we wrote comes in as it went out. A text that itself begins with an apostrophe is guarded too, or it would lose it. The
//! apostrophe is seen in the spreadsheet: a blank in front would not be, but nobody could tell who put it there.

use std::borrow::Cow;

/// `cell` with an apostrophe in front where a spreadsheet would take it for a formula, also behind blanks and in full width, or
/// for a number or a day that it would write otherwise.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_risky(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// `cell` without the apostrophe that [`guarded`] puts in front; any other stays.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_risky(rest)).unwrap_or(cell)
}

fn is_risky(cell: &str) -> bool {
    let first = cell.trim_start_matches(' ').chars().next();
    let is_formula = first.is_some_and(|first| "=+-@\t\r\n＝＋－＠'".contains(first));
    is_formula || first.is_some_and(|first| first.is_ascii_digit() || first == '.') && (is_other_number(cell.trim()) || is_day(cell.trim()))
}

/// Digits that a spreadsheet keeps and shows whole; Excel writes longer numbers as `1.23457E+11`.
const DIGITS: usize = 11;

/// Whether it is a number that comes back otherwise: without its zeros, its commas, its last digits.
fn is_other_number(cell: &str) -> bool {
    let number = cell.replace(',', "").parse::<f64>();
    number.is_ok_and(|number| number.to_string() != cell || cell.len() > DIGITS)
}

/// Whether it is written as a day or a part of one is: `1/2`, `1-2-2024`, `2024.01.02`.
fn is_day(cell: &str) -> bool {
    let is_part = |part: &str| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_parted_by = |mark: char| (2..=3).contains(&cell.split(mark).count()) && cell.split(mark).all(is_part);
    ['-', '/'].into_iter().any(is_parted_by) || cell.split('.').count() == 3 && is_parted_by('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe() {
        for cell in ["=1+1", "+66 2 123", "-5", "@x", "\tx", " =1", "＝1", "'quoted", "'"] {
            assert_eq!(guarded(cell), format!("'{cell}"));
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
        for cell in ["", "Anong", "a=b", "สมชาย", "喝茶"] {
            assert_eq!(guarded(cell), cell);
            assert_eq!(unguarded(cell), cell);
        }
        assert_eq!(unguarded("'quoted"), "'quoted", "an apostrophe that nobody put there stays");
    }
    #[test]
    fn what_a_spreadsheet_would_write_otherwise_gets_one_too() {
        let long = ["123456789012", "1234567890123456789"];
        for cell in
            ["00123", " 00123", "0812345678", "1E5", "1.50", ".5", "1,200", "1/2", "1-2", "1.2.2024", "2024-01-02"].iter().chain(&long)
        {
            assert_eq!(guarded(cell), format!("'{cell}"));
            assert_eq!(unguarded(&guarded(cell)), *cell);
        }
        let kept = ["0", "123", "12345678901", "1.5", "02-123-4567", "66 2 123 4567", "12:30", "9 to 5", "1st", "NaN", "inf", "2nd-3"];
        let ours = ["2026-11-28T02:13:09.123456Z", "2026-11-28 09:13", "01234567-89ab-cdef-0123-456789012345", "true"];
        for cell in kept.into_iter().chain(ours) {
            assert_eq!(guarded(cell), cell);
        }
    }
}

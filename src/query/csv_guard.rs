//! Cells of CSV files that a spreadsheet must not run as formulas (OWASP, "CSV Injection").
//!
//! Called by everything that writes CSV ([`guarded`]) and by the import ([`unguarded`]), side by side so that a file that we
//! wrote comes in as it went out. A text that itself begins with an apostrophe is guarded too, or it would lose it.

use std::borrow::Cow;

/// `cell` with an apostrophe in front where a spreadsheet would take it for a formula, also behind blanks and in full width.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if is_risky(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// `cell` without the apostrophe that [`guarded`] puts in front; any other stays.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_risky(rest)).unwrap_or(cell)
}

fn is_risky(cell: &str) -> bool {
    let first = cell.trim_start_matches(' ').chars().next();
    first.is_some_and(|first| "=+-@\t\r\n＝＋－＠'".contains(first))
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
        for cell in ["", "Anong", "1-2", "a=b", "สมชาย"] {
            assert_eq!(guarded(cell), cell);
            assert_eq!(unguarded(cell), cell);
        }
        assert_eq!(unguarded("'quoted"), "'quoted", "an apostrophe that nobody put there stays");
    }
}

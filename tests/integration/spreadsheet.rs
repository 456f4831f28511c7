//! An exported list in a real spreadsheet, `LibreOffice`: nothing in it is run, nothing is taken for something else, and what is
//! saved there comes in again as it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use customer_segments::query::Sql;
use customer_segments::query::csv_guard::guarded;
use customer_segments::segments::curating::Task;
use customer_segments::segments::listed::{COMPANIES, CONTACTS};
use tempfile::TempDir;

use crate::pasting::{World, with_a_list};
use crate::support::app::Person;
use crate::support::tools::program;
use crate::uploads::apply;

/// Notes that a spreadsheet would run, count, shorten or take for a day, and letters of several kinds.
const NOTES: [&str; 7] =
    ["=1+1", "00123", "ชอบกาแฟ 喝茶", "+66 2 123 4567", "1234567890123456789", "1-2", "=HYPERLINK(\"https://x.example\";\"1,200\")"];

/// `LibreOffice`, without a window; `None` where it is not installed.
fn office() -> Option<PathBuf> {
    program("soffice", "install Debian's package `libreoffice-calc-nogui`")
}

/// What `LibreOffice` makes of `file`, read as told.
fn converted(office: &Path, folder: &Path, file: &str, how: &[&str]) -> String {
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let mut command = Command::new(office);
    command.args([&profile, "--headless"]).args(how).arg("--outdir").arg(folder).arg(folder.join(file));
    let said = command.stdin(Stdio::null()).output().expect("LibreOffice runs");
    let kind = if how.contains(&"fods") { "fods" } else { "csv" };
    let made = folder.join(file).with_extension(kind);
    fs::read_to_string(made).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&said.stderr)))
}

/// Comma, double quotes, UTF-8, from the first line on: what its dialog says of our file by itself.
const AS_IT_COMES: &str = "CSV:44,34,76,1";
/// The same, with numbers and days looked for everywhere.
const LOOKING_FOR_NUMBERS: &str = "CSV:44,34,76,1,,0,false,true";
const TO_CSV: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1";

/// A list of everybody, with the notes.
fn noted(world: &World<'_>) {
    world.does(&Task::Add(&CONTACTS, CONTACTS.among(&world.people)));
    world.does(&Task::Add(&COMPANIES, COMPANIES.among(&world.firms)));
    for (person, note) in world.people.iter().zip(NOTES) {
        world.note(*person, note);
    }
}

fn goes_through(world: &World<'_>, person: &Person<'_>, office: &Path, reading: &str) {
    let known = || (world.listed(), world.notes().into_iter().map(|(id, note, _)| (id, note)).collect::<Vec<_>>());
    let before = known();
    let folder = TempDir::with_prefix("segments-sheet-").unwrap();
    fs::write(folder.path().join("list.csv"), person.open(&world.url("export_list")).body).unwrap();
    let infilter = format!("--infilter={reading}");
    let sheet = converted(office, folder.path(), "list.csv", &[&infilter, "--convert-to", "fods"]);
    assert!(!sheet.contains("table:formula="), "something is run");
    assert!(!sheet.contains("office:value-type=\"float\""), "something is taken for a number");
    let sheet = sheet.replace("&apos;", "'").replace("&quot;", "\"");
    for text in NOTES.into_iter().chain(["สมชาย ใจดี", "王小明", "Café Sài Gòn", "=1+1 GmbH"]) {
        assert!(sheet.contains(&format!("<text:p>{}</text:p>", guarded(text))), "“{text}” is not there as it is");
    }
    let saved = converted(office, folder.path(), "list.fods", &["--convert-to", TO_CSV]);
    for task in [Task::Remove(&CONTACTS, Sql::all()), Task::Remove(&COMPANIES, Sql::all())] {
        world.does(&task);
    }
    let page = world.uploads(person, "list.csv", saved.as_bytes(), "utf-8");
    apply(person, &page, "exact");
    assert_eq!(known(), before, "{saved}");
}

#[test]
fn a_list_opens_in_a_spreadsheet_with_nothing_run_or_mangled_and_comes_back() {
    let Some(office) = office() else { return };
    with_a_list(|world, person| {
        noted(world);
        goes_through(world, person, &office, AS_IT_COMES);
        goes_through(world, person, &office, LOOKING_FOR_NUMBERS);
    });
}

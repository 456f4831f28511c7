//! The command line, as processes: exit codes, what is said and where, and what is left behind.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use customer_segments::accounts::user::User;
use customer_segments::accounts::{Role, password};
use customer_segments::db::connection::Options;
use customer_segments::db::dialect::Engine;
use customer_segments::db::{Db, migrations};
use diesel::connection::SimpleConnection;

use crate::support::catalogue::dump;
use crate::support::{Shell, TestApp, TestDb, on_engines};

/// The name of the first migration, as people see it.
const FIRST: &str = "2026-11-22-000001_crm_tables";

#[test]
fn a_wrong_setting_stops_with_a_sentence_and_code_2() {
    let wrong = [
        ("BIND", "here", "--bind"),
        ("DATABASE_URL", "mysql://somewhere/else", "sqlite://PATH or postgres://USER@HOST/NAME"),
        ("DATABASE_URL", "sqlite://:memory:", "sqlite://PATH"),
        ("TIME_ZONE", "Mars/Olympus", "--time-zone"),
        ("STATEMENT_TIMEOUT", "0", "--statement-timeout"),
        ("LOG_FORMAT", "loud", "--log-format"),
        ("PASSWORD_HASHER", "md5", "--password-hasher"),
        ("RECALCULATE_EVERY", "soon", "30m or 1h"),
        ("RECALCULATE_EVERY", "32d", "at most 31d"),
    ];
    for (name, value, said) in wrong {
        let sentence = Shell::new().with(name, value).run(&["migrate"]).refused(2);
        assert!(sentence.contains(said), "{name}={value}: {sentence}");
    }
    Shell::new().run(&["no-such-command"]).refused(2);
    Shell::new().run(&["migrate", "--no-such-flag"]).refused(2);
}

#[test]
fn settings_come_from_flags_then_the_environment_then_the_file() {
    let shell = Shell::new();
    fs::write(shell.directory().join(".env"), "DATABASE_URL=sqlite://file.db\n").unwrap();
    shell.run(&["migrate"]).done();
    let shell = shell.with("DATABASE_URL", "sqlite://environment.db");
    shell.run(&["migrate"]).done();
    shell.run(&["migrate", "--database-url", "sqlite://flag-after.db"]).done();
    shell.run(&["--database-url", "sqlite://flag-before.db", "migrate"]).done();
    for made in ["file.db", "environment.db", "flag-after.db", "flag-before.db"] {
        assert!(shell.directory().join(made).exists(), "{made}");
    }
}

#[test]
fn a_settings_file_that_cannot_be_read_stops_with_code_2() {
    let shell = Shell::new();
    fs::write(shell.directory().join(".env"), "DATABASE_URL='sqlite://half\n").unwrap();
    let sentence = shell.run(&["migrate"]).refused(2);
    assert!(sentence.contains(".env"), "{sentence}");
}

#[test]
fn migrate_tells_what_is_pending_and_applies_it_once() {
    on_engines(|engine| {
        let test = TestDb::empty(engine);
        let shell = Shell::new().with("DATABASE_URL", test.url());
        let plan = shell.run(&["migrate", "--plan"]).done();
        assert_eq!(plan.lines().next(), Some(FIRST));
        let check = shell.run(&["migrate", "--check"]);
        assert_eq!((check.code, &check.stdout), (1, &plan));
        assert_eq!(dump(&test), Vec::<String>::new(), "neither changes anything");
        let applied = shell.run(&["migrate"]).done();
        assert_eq!(applied, plan.lines().flat_map(|name| ["Applied ", name, "\n"]).collect::<String>());
        for arguments in [&["migrate"][..], &["migrate", "--check"], &["migrate", "--plan"]] {
            assert_eq!(shell.run(arguments).done(), "The database is up to date.\n");
        }
        test.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')");
        for arguments in [&["migrate"][..], &["migrate", "--check"], &["migrate", "--plan"]] {
            let sentence = shell.run(arguments).refused(1);
            assert!(sentence.contains("newer version"), "{sentence}");
        }
    });
}

#[test]
fn asking_about_a_database_that_is_not_there_does_not_make_it() {
    let shell = Shell::new();
    for arguments in [&["migrate", "--check"][..], &["migrate", "--plan"], &["backup", "copy.db"]] {
        let sentence = shell.run(arguments).refused(1);
        assert!(sentence.contains("There is no database at customer-segments.db yet"), "{sentence}");
    }
    let check = shell.run(&["check"]);
    assert_eq!(check.code, 1);
    assert!(check.stdout.contains("error: There is no database"), "{check:?}");
    assert_eq!(fs::read_dir(shell.directory()).unwrap().count(), 0);
}

#[test]
fn indexes_on_a_shared_database_are_made_when_asked_for_and_once() {
    let Some(test) = TestDb::shared() else { return };
    let shell = Shell::new().with("DATABASE_URL", test.url());
    shell.run(&["migrate"]).done();
    let without = dump(&test);
    let made = shell.run(&["migrate", "--indexes"]).done();
    let again = shell.run(&["migrate", "--indexes"]).done();
    assert_eq!(again.matches(": is there\n").count(), made.matches(": made\n").count());
    let mut with = dump(&test);
    with.retain(|line| !without.contains(line));
    assert_eq!(with.len(), made.matches(": made\n").count());
    assert!(with.iter().all(|line| line.contains("CREATE INDEX segments_")), "{with:?}");
    // The dump has pg_trgm, so `contains` gets its indexes too.
    assert!(with.iter().any(|line| line.contains("gin_trgm_ops")), "{with:?}");
    // One that an interrupted run left half made is made again.
    test.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'segments_company_name'::regclass");
    let mended = shell.run(&["migrate", "--indexes"]).done();
    assert!(mended.contains("Index segments_company_name: made\n"), "{mended}");
    assert_eq!(mended.matches(": made\n").count(), 1);
}

#[test]
fn indexes_of_our_own_database_come_with_its_migrations() {
    on_engines(|engine| {
        let test = TestDb::new(engine);
        let said = Shell::new().with("DATABASE_URL", test.url()).run(&["migrate", "--indexes"]).done();
        assert!(said.contains("came with its migrations"), "{said}");
    });
}

#[test]
fn trigrams_are_made_on_our_own_postgresql() {
    let Some(test) = TestDb::postgres("") else { return };
    migrations::apply(&test.db).unwrap();
    assert_eq!(dump(&test).iter().filter(|line| line.contains("gin_trgm_ops")).count(), 4);
}

#[test]
fn check_finds_nothing_wrong_with_a_good_database() {
    on_engines(|engine| {
        let test = TestDb::new(engine);
        let shell = Shell::new().with("DATABASE_URL", test.url()).with("SECRET_KEY", &"s".repeat(40));
        assert_eq!(shell.run(&["check"]).done(), "No problems were found.\n");
    });
}

#[test]
fn check_names_each_problem_on_a_line() {
    on_engines(|engine| {
        let test = TestDb::empty(engine);
        let shell = Shell::new().with("DATABASE_URL", test.url());
        let settings =
            [("SECRET_KEY", "short"), ("ALLOWED_HOSTS", "*,www.example.com"), ("BIND", "0.0.0.0:80"), ("PUBLIC_URL", "http://localhost")];
        let shell = settings.iter().fold(shell, |shell, (name, value)| shell.with(name, value));
        let check = shell.run(&["check"]);
        assert_eq!(check.code, 1);
        for said in
            ["error: SECRET_KEY must have", "error: ALLOWED_HOSTS: “*”", "warning: BIND is open", "error: Migrations are pending: 2026"]
        {
            assert!(check.stdout.lines().any(|line| line.starts_with(said)), "{said}: {}", check.stdout);
        }
        assert!(!check.stdout.contains("short"), "a secret is never shown");
    });
}

#[test]
fn check_counts_texts_that_are_not_composed() {
    let Some(test) = TestDb::shared() else { return };
    migrations::apply(&test.db).unwrap();
    test.run(
        "INSERT INTO crm_app_customersegment (id, created_at, updated_at, name, description, segment_type, status, filter_criteria, \
            member_count, tags, times_used) \
         SELECT md5(name)::uuid, now(), now(), name, '', 'dynamic', 'active', jsonb_build_object('value', value), 0, '', 0 \
         FROM (VALUES ('Cafe' || chr(769), ''), ('Caf' || chr(233), ''), ('Values', 'e' || chr(769))) AS rows (name, value)",
    );
    let shell = Shell::new().with("DATABASE_URL", test.url()).with("SECRET_KEY", &"s".repeat(40));
    let said = shell.run(&["check"]).done();
    assert!(said.starts_with("warning: Texts of 2 segments are stored un-normalised"), "{said}");
}

#[test]
fn check_refuses_a_locale_that_folds_ascii_only() {
    let Some(test) = TestDb::postgres("TEMPLATE template0 LOCALE 'C'") else { return };
    migrations::apply(&test.db).unwrap();
    let shell = Shell::new().with("DATABASE_URL", test.url()).with("SECRET_KEY", &"s".repeat(40));
    let check = shell.run(&["check"]);
    let sentence = "The database does not fold letters beyond ASCII";
    assert_eq!((check.code, check.stdout.contains(sentence)), (1, true), "{check:?}");
    let commands = [
        &["serve"][..],
        &["migrate"],
        &["segments", "list"],
        &["import", "companies", "x.csv"],
        &["createsuperuser"],
        &["changepassword", "x"],
    ];
    for command in commands {
        let refused = shell.run(command).refused(1);
        assert!(refused.contains(sentence), "{command:?}: {refused}");
    }
}

#[test]
fn a_shared_database_is_changed_by_migrate_alone() {
    let Some(test) = TestDb::shared() else { return };
    let shell = Shell::new().with("DATABASE_URL", test.url()).with("SECRET_KEY", &"s".repeat(40)).with("BIND", "127.0.0.1:0");
    let before = dump(&test);
    for command in [&["serve"][..], &[], &["segments", "list"], &["changepassword", "x"]] {
        let refused = shell.run(command).refused(1);
        assert!(refused.contains("Run `customer-segments migrate` first."), "{command:?}: {refused}");
    }
    assert_eq!(dump(&test), before);
    shell.run(&["migrate"]).done();
    assert_eq!(Serving::start(&shell, &[], 1).end(), Some(0));
}

#[test]
fn a_build_without_tls_says_so_when_the_url_asks_for_it() {
    if cfg!(feature = "tls") {
        return;
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = format!("postgres://crm@one:5432,two:5433/crm?connect_timeout=1&sslmode={mode}");
        let shell = Shell::new().with("DATABASE_URL", &url).with("SECRET_KEY", &"s".repeat(40));
        let said = format!("asks for TLS (sslmode={mode}) and this program was built without it");
        let check = shell.run(&["check"]);
        assert_eq!((check.code, check.stdout.contains(&said)), (1, true), "{check:?}");
        assert!(shell.run(&["serve"]).refused(2).contains(&said));
    }
}

#[test]
fn a_backup_under_load_is_whole() {
    let shell = Shell::new();
    shell.run(&["migrate"]).done();
    let original = shell.directory().join("customer-segments.db");
    fs::set_permissions(&original, fs::Permissions::from_mode(0o600)).unwrap();
    let db = Db::open(Options::new(format!("sqlite://{}", original.display()))).unwrap();
    db.raw().unwrap().batch_execute("CREATE TABLE pairs (left_one INTEGER, right_one INTEGER)").unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let both = "INSERT INTO pairs VALUES (1, NULL); INSERT INTO pairs VALUES (NULL, 1)";
                    db.write_blocking(|connection| Ok(connection.batch_execute(both)?)).unwrap();
                }
            });
        }
        for copy in ["one.db", "two.db", "three.db"] {
            let said = shell.run(&["backup", copy]).done();
            assert!(said.starts_with(&format!("{copy} is a checked copy of customer-segments.db")), "{said}");
        }
        is_over.store(true, Ordering::Relaxed);
    });
    for copy in ["one.db", "two.db", "three.db"] {
        let path = shell.directory().join(copy);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let copy = Db::open(Options::new(format!("sqlite://{}", path.display()))).unwrap();
        // No half of a transaction is in it; a violated CHECK would say so.
        let whole = "PRAGMA integrity_check; CREATE TEMP TABLE whole (n INTEGER CHECK (n = 0)); \
            INSERT INTO whole SELECT count(left_one) - count(right_one) FROM pairs";
        copy.raw().unwrap().batch_execute(whole).unwrap();
        assert!(migrations::state(&copy).unwrap().pending.is_empty());
    }
    let left: Vec<_> = fs::read_dir(shell.directory()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.contains("unfinished")), "{left:?}");
}

#[test]
fn a_backup_overwrites_nothing_and_is_for_sqlite() {
    let shell = Shell::new();
    shell.run(&["migrate"]).done();
    fs::write(shell.directory().join("precious"), "mine").unwrap();
    let sentence = shell.run(&["backup", "precious"]).refused(2);
    assert!(sentence.contains("exists already"), "{sentence}");
    assert_eq!(fs::read_to_string(shell.directory().join("precious")).unwrap(), "mine");
    shell.run(&["backup", "no/such/directory/copy.db"]).refused(2);
    let sentence = shell.run(&["backup", "copy.db", "--database-url", "postgres://localhost/crm"]).refused(2);
    assert!(sentence.contains("pg_dump"), "{sentence}");
}

/// Where the password of new users is found.
fn with_password(test: &TestDb) -> Shell {
    Shell::new().with("DATABASE_URL", test.url()).with("SUPERUSER_PASSWORD", "seven brave lanterns")
}

fn user(test: &TestDb, username: &str) -> User {
    test.db.read_blocking(|connection| User::find_by_username(connection, username)).unwrap()
}

#[test]
fn createsuperuser_adds_a_user_who_can_sign_in() {
    on_engines(|engine| {
        // Made by the command itself where nobody has migrated yet.
        let test = TestDb::empty(engine);
        let said = with_password(&test).run(&["createsuperuser", "--noinput", "--username", "anna", "--email", "anna@example.com"]).done();
        assert_eq!(said, "The superuser “anna” was added.\n");
        let anna = user(&test, "anna");
        assert!(anna.is_superuser && anna.is_staff && anna.is_active && anna.email == "anna@example.com" && anna.role == "Admin");
        assert!(anna.password.starts_with("argon2$argon2id$") && password::verify("seven brave lanterns", &anna.password));
        let again = with_password(&test).run(&["createsuperuser", "--noinput", "--username", "anna"]).refused(1);
        assert!(again.contains("There is a user “anna” already."), "{again}");
        let alike = with_password(&test).run(&["createsuperuser", "--noinput", "--username", "Anna"]).refused(1);
        assert!(alike.contains("There is a user “anna” already."), "{alike}");
    });
}

#[test]
fn createsuperuser_refuses_what_will_not_do_with_code_2() {
    let test = TestDb::new(Engine::Sqlite);
    let shell = with_password(&test);
    shell.run(&["createsuperuser", "--noinput"]).refused(2);
    shell.run(&["createsuperuser", "--noinput", "--username", "two words"]).refused(2);
    shell.run(&["createsuperuser", "--noinput", "--username", "anna", "--email", "nowhere"]).refused(2);
    // No terminal to ask on.
    shell.run(&["createsuperuser"]).refused(2);
    let shell = Shell::new().with("DATABASE_URL", test.url());
    let unset = shell.run(&["createsuperuser", "--noinput", "--username", "anna"]).refused(2);
    assert!(unset.contains("SUPERUSER_PASSWORD"), "{unset}");
    let weak = shell.with("SUPERUSER_PASSWORD", "short").run(&["createsuperuser", "--noinput", "--username", "anna"]).refused(2);
    assert!(!weak.contains("short\n"), "a password is never shown");
    assert_eq!(test.db.read_blocking(User::count).unwrap(), 0);
}

#[test]
fn on_a_shared_database_the_crm_makes_the_accounts_and_passwords_are_in_its_format() {
    let Some(test) = TestDb::shared() else { return };
    let shell = with_password(&test);
    let refused = shell.run(&["createsuperuser", "--noinput", "--username", "anna"]).refused(1);
    assert!(refused.contains("accounts are made there"), "{refused}");
    let before = shell.run(&["changepassword", "--noinput", "anna"]).refused(1);
    assert!(before.contains("Run `customer-segments migrate` first"), "{before}");
    migrations::apply(&test.db).unwrap();
    let app = TestApp::on(test);
    let username = app.user(Role::Sales, |_| {});
    let shell = with_password(&app.test);
    assert_eq!(shell.run(&["changepassword", "--noinput", &username]).done(), format!("The password of “{username}” was changed.\n"));
    let changed = user(&app.test, &username);
    assert!(changed.password.starts_with("pbkdf2_sha256$") && password::verify("seven brave lanterns", &changed.password));
}

#[test]
fn a_new_password_signs_the_user_out() {
    on_engines(|engine| {
        let app = TestApp::on(TestDb::new(engine));
        let person = app.staff();
        let shell = with_password(&app.test);
        shell.run(&["changepassword", "--noinput", &person.username]).done();
        assert!(person.get("/admin/").location().starts_with("/admin/login/"));
        let nobody = shell.run(&["changepassword", "--noinput", "nobody"]).refused(1);
        assert!(nobody.contains("There is no user “nobody”"), "{nobody}");
    });
}

/// The site as the command starts it.
struct Serving {
    process: Child,
    said: Vec<String>,
    /// Kept open, for it may have more to say.
    _output: BufReader<ChildStdout>,
}

impl Serving {
    fn start(shell: &Shell, arguments: &[&str], lines: usize) -> Self {
        let mut process = shell.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let said = output.by_ref().lines().take(lines).map(Result::unwrap).collect();
        let serving = Self { process, said, _output: output };
        // The port is open when the URL is told; once it answers, it also listens for signals.
        assert_eq!(reqwest::blocking::get(format!("{}/healthz", serving.url())).unwrap().status(), 200);
        serving
    }

    fn url(&self) -> &str {
        self.said[0].strip_prefix("Serving at ").unwrap_or_else(|| panic!("{:?}", self.said)).trim_end_matches('/')
    }

    /// Tells it to end and gives its exit code.
    fn end(mut self) -> Option<i32> {
        let told = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(told.success());
        self.process.wait().unwrap().code()
    }
}

#[test]
fn without_a_command_the_site_is_migrated_and_served() {
    on_engines(|engine| {
        let test = TestDb::empty(engine);
        let shell = Shell::new().with("DATABASE_URL", test.url()).with("BIND", "127.0.0.1:0").with("SECRET_KEY", &"s".repeat(40));
        let serving = Serving::start(&shell, &[], 3);
        let link =
            serving.said[1].strip_prefix("Nobody can sign in yet. Make the first user at ").unwrap_or_else(|| panic!("{:?}", serving.said));
        let setup = reqwest::blocking::get(link.trim()).unwrap();
        assert_eq!((setup.status().as_u16(), setup.url().as_str()), (200, link.trim()));
        assert!(serving.said[2].contains("customer-segments createsuperuser"), "{:?}", serving.said);
        let login = reqwest::blocking::get(serving.url()).unwrap();
        assert_eq!((login.status().as_u16(), login.url().path()), (200, "/admin/login/"));
        assert!(migrations::state(&test.db).unwrap().pending.is_empty());
        assert_eq!(serving.end(), Some(0));
    });
}

#[test]
fn the_secret_key_is_made_once_and_kept_for_its_owner() {
    let shell = Shell::new().with("BIND", "127.0.0.1:0");
    let file = shell.directory().join("customer-segments.db.secret-key");
    assert_eq!(Serving::start(&shell, &["serve"], 1).end(), Some(0));
    let kept = fs::read_to_string(&file).unwrap();
    assert!(kept.trim().len() >= 40);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Serving::start(&shell, &["serve"], 1).end(), Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), kept);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let check = shell.run(&["check"]);
    assert!(check.code == 1 && check.stdout.contains("can be read by others"), "{check:?}");
}

#[test]
fn serving_refuses_settings_that_are_not_safe_with_code_2() {
    let wrong = [
        ("PUBLIC_URL", "http://segments.example.com", "https://"),
        ("PUBLIC_URL", "ftp://localhost", "https:// or http://"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("BIND", "0.0.0.0:0", "https://"),
    ];
    for (name, value, said) in wrong {
        let sentence = Shell::new().with(name, value).run(&["serve"]).refused(2);
        assert!(sentence.contains(said), "{name}={value}: {sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
    }
    let sentence = Shell::new().with("DATABASE_URL", "postgres://localhost/crm").run(&["serve"]).refused(2);
    assert!(sentence.contains("SECRET_KEY must be set"), "{sentence}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap().to_string();
    let sentence = Shell::new().with("BIND", &bind).run(&["serve"]).refused(1);
    assert!(sentence.contains(&format!("cannot listen on {bind}")), "{sentence}");
}

//! The process that serves: how it begins and ends, and what it writes about people.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::browser::Browser;
use crate::support::{Shell, TestApp, TestDb, on_engines};

const PASSWORD: &str = "a-password-nobody-may-read";

/// `serve` in a directory of its own with one superuser, `root`.
struct Serving {
    shell: Shell,
    child: Child,
    url: String,
}

impl Serving {
    fn start() -> Self {
        let shell = Shell::new().with("SUPERUSER_PASSWORD", PASSWORD).with("LOG_FORMAT", "json").with("BIND", "127.0.0.1:0");
        shell.run(&["migrate"]).done();
        shell.run(&["createsuperuser", "--noinput", "--username", "root", "--email", "root@example.com"]).done();
        let mut child = shell.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().trim_end_matches('/').rsplit(' ').next().unwrap().to_owned();
        Self { shell, child, url }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end: its code and what was written to stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        let code = self.child.wait().unwrap().code();
        drop(self.shell);
        (code, log)
    }
}

#[test]
fn told_to_end_it_says_so_to_balancers_finishes_and_ends_well() {
    let serving = Serving::start();
    let browser = Browser::at(&serving.url);
    assert_eq!(browser.get("/readyz").status(), 200);
    serving.signal("TERM");
    let begun = Instant::now();
    while browser.get("/readyz").status() == 200 {
        assert!(begun.elapsed() < Duration::from_secs(2), "still ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(browser.get("/readyz").text().unwrap(), "draining\n");
    assert_eq!(browser.get("/admin/login/").status(), 200, "whoever is sent here meanwhile is still answered");
    assert_eq!(serving.end().0, Some(0));
}

#[test]
fn interrupted_it_ends_at_once_and_well() {
    let serving = Serving::start();
    let begun = Instant::now();
    serving.signal("INT");
    assert_eq!(serving.end().0, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(3));
}

/// Nor does anything that was typed into an address become a line of it: CVE-2025-48432.
#[test]
fn the_log_has_routes_and_no_secrets() {
    let serving = Serving::start();
    let browser = Browser::at(&serving.url);
    assert_eq!(browser.sign_in("root", "typed-wrongly-once").status(), 200);
    assert_eq!(browser.sign_in("root", PASSWORD).status(), 303);
    let token = browser.token("/admin/");
    let cookies: Vec<String> = browser.cookies.lock().unwrap().values().cloned().collect();
    browser.get("/admin/?q=searched-for-in-private");
    browser.get("/admin/named-in-private/%0aline/");
    browser.post("/admin/logout/", &[("csrfmiddlewaretoken", &token)]);
    serving.signal("INT");
    let (_, log) = serving.end();
    let private = ["typed-wrongly-once", PASSWORD, "searched-for", "named-in-private", "argon2", &token];
    for secret in private.into_iter().chain(cookies.iter().map(String::as_str)) {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let answered: Vec<_> = lines.iter().filter(|line| line["fields"]["message"] == "answered").map(|line| &line["fields"]).collect();
    let logout = answered.iter().find(|line| line["route"] == "/admin/logout/").expect("a line for the logout");
    assert_eq!((logout["method"].as_str(), logout["status"].as_u64()), (Some("POST"), Some(200)));
    assert!(logout["user"].as_str().is_some_and(|user| user.len() == 36) && logout["address"] == "127.0.0.1");
    assert!(answered.iter().any(|line| line["status"] == 404));
}

#[test]
fn slow_and_half_sent_requests_are_let_go() {
    let site = TestApp::on(TestDb::new(customer_segments::db::dialect::Engine::Sqlite));
    let send = |bytes: &str| {
        let mut stream = TcpStream::connect(site.url("").trim_start_matches("http://")).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(50))).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    std::thread::scope(|scope| {
        let head = scope.spawn(|| send("GET /admin/ HTTP/1.1\r\nHost: local"));
        let body = "POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
            Content-Length: 100\r\nConnection: close\r\n\r\nusername=a";
        let answer = send(body);
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("took too long to arrive"), "{answer}");
        assert!(head.join().unwrap().starts_with("HTTP/1.1 408"));
    });
}

#[test]
fn an_address_with_a_nul_or_with_what_is_no_text_is_refused() {
    on_engines(|engine| {
        let site = TestApp::on(TestDb::new(engine));
        crate::support::browser::add_user(&site.test, "somchai", customer_segments::accounts::Role::Sales);
        let browser = site.signed_in("somchai");
        for path in ["/admin/?q=a%00b", "/admin/crm_app/contact/?q=%00", "/admin/%00/"] {
            let answer = browser.get(path);
            assert_eq!(answer.status(), 400, "{path}");
            assert!(answer.text().unwrap().contains("NUL"), "{path}");
        }
        // Read somehow it would be another search.
        for path in ["/admin/crm_app/contact/?q=%ff", "/admin/search/?q=a%c3", "/admin/crm_app/contact/export.csv?%ff=1"] {
            let answer = browser.get(path);
            assert_eq!(answer.status(), 400, "{path}");
            assert!(answer.text().unwrap().contains("must be written in UTF-8"), "{path}");
        }
        assert_eq!(browser.get("/admin/crm_app/contact/?q=%E0%B8%81+%EF%BF%BD").status(), 200);
    });
}

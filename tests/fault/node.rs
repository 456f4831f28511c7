//! A node: the real program, serving as a process of its own.
//!
//! Used by every test that kills, starves or stops it. What it logs is kept in memory, for a log on disk would run into the
//! same limits as the database.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::support::Shell;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;

/// A node; one that is dropped is killed.
pub(crate) struct Node {
    pub(crate) url: String,
    child: Child,
    // Kept open: who listens to it no more ends the program, as in any pipe.
    _said: BufReader<ChildStdout>,
    log: Option<JoinHandle<String>>,
    _shell: Shell,
}

impl Node {
    /// Starts on a database and waits until its port is open.
    pub(crate) fn start(database: &str) -> Self {
        Self::with(database, &[])
    }

    /// [`Node::start`] with more settings.
    pub(crate) fn with(database: &str, settings: &[(&str, &str)]) -> Self {
        let shell = Shell::new();
        // A write past a limit is then an error, as on a full disk, and not the end of the process.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_customer-segments")]);
        command.env_clear().current_dir(shell.directory()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("DATABASE_URL", database).env("SECRET_KEY", "the secret of all nodes, long enough").env("LOG_FORMAT", "json");
        command.env("BIND", "127.0.0.1:0").envs(settings.iter().copied());
        let mut child = command.spawn().unwrap();
        let (mut said, mut line) = (BufReader::new(child.stdout.take().unwrap()), String::new());
        let mut stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = Vec::new();
            stderr.read_to_end(&mut log).unwrap();
            String::from_utf8_lossy(&log).into_owned()
        });
        said.read_line(&mut line).unwrap();
        let Some((_, url)) = line.trim().trim_end_matches('/').rsplit_once(' ') else {
            child.wait().unwrap();
            panic!("it did not start: {}", log.join().unwrap());
        };
        Self { url: url.to_owned(), child, _said: said, log: Some(log), _shell: shell }
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// A browser in which `username` has signed in.
    pub(crate) fn signed_in(&self, username: &str) -> Browser {
        let browser = self.browser();
        assert_eq!(browser.sign_in(username, PASSWORD).status(), 303, "{username} could not sign in");
        browser
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> String {
        self.child.id().to_string()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([&format!("-{name}"), &self.id()]).status().unwrap().success());
    }

    /// Whether the process has not ended by itself.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// What `/readyz` says.
    pub(crate) fn readiness(&self) -> (u16, String) {
        let answer = self.browser().get("/readyz");
        (answer.status().as_u16(), answer.text().unwrap())
    }

    /// Waits until `/readyz` says yes.
    #[track_caller]
    pub(crate) fn becomes_ready(&self) {
        let begun = Instant::now();
        while self.readiness().0 != 200 {
            assert!(begun.elapsed() < Duration::from_secs(20), "not ready: {:?}", self.readiness());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Kills it at once, as `kill -9` does; gives what it logged.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }

    /// Waits until it ends by itself: its code and what it logged.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        (code, self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        if self.child.kill().is_ok() {
            self.child.wait().unwrap();
        }
    }
}

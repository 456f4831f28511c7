//! A PostgreSQL of one test's own, to be stopped, started again and filled up.
//!
//! Beside the shared cluster of `support::postgres`, which other tests need alive. A shell that waits for the end of a pipe
//! stops it and removes its directory, however the test ends.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use customer_segments::db::dialect::Engine;
use customer_segments::db::migrations;
use tempfile::TempDir;

use crate::support::TestDb;
use crate::support::postgres::{binaries, cluster, other_user, succeed, unprivileged};

/// The cluster, until it is dropped.
pub(crate) struct OwnCluster {
    binaries: PathBuf,
    data: PathBuf,
    port: u16,
    watchdog: Child,
}

/// Durable, for it is killed; WAL segments of 1 MB, so that a limit on the size of files can be lower than usual.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nmax_connections = 50\nshared_buffers = '16MB'\nlc_messages = 'C'\n\
    autovacuum = off\nwal_recycle = off\nmax_wal_size = '64MB'\nmin_wal_size = '2MB'\n";

const WATCHDOG: &str = r#"
data="$1"; shift
read -r _
"$@" stop --silent --mode=immediate -D "$data"
rm -rf "$(dirname "$data")"
"#;

impl OwnCluster {
    /// A new one, running. `None` where PostgreSQL is not installed (which the shared cluster says and `CI` forbids).
    pub(crate) fn new() -> Option<Self> {
        cluster()?;
        let binaries = binaries()?;
        let home = TempDir::with_prefix("segments-cluster-").unwrap().keep();
        if let Some(user) = other_user() {
            succeed(Command::new("chown").arg(user).arg(&home));
        }
        let data = home.join("data");
        let mut initdb = unprivileged(&binaries.join("initdb"));
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--wal-segsize=1", "-D"]);
        succeed(initdb.arg(&data));
        let watchdog = watch(&binaries, &data);
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
        let settings = format!("{SETTINGS}port = {port}\nunix_socket_directories = '{}'\n", data.display());
        fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
        let own = Self { binaries, data, port, watchdog };
        own.start();
        Some(own)
    }

    /// The URL of its database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Its database, migrated.
    pub(crate) fn database(&self) -> TestDb {
        let test = TestDb::empty(Engine::Sqlite).reopened(|options| options.url = self.url());
        migrations::apply(&test.db).expect("the migrations");
        test
    }

    /// Starts it.
    pub(crate) fn start(&self) {
        self.control(&["start", "--wait"]);
    }

    /// Stops it: `fast` rolls back what is under way, `immediate` is a crash.
    pub(crate) fn stop(&self, mode: &str) {
        self.control(&["stop", "--wait", "--mode", mode]);
    }

    /// The number of its first process.
    pub(crate) fn id(&self) -> String {
        fs::read_to_string(self.data.join("postmaster.pid")).unwrap().lines().next().unwrap().to_owned()
    }

    fn control(&self, arguments: &[&str]) {
        let mut pg_ctl = unprivileged(&self.binaries.join("pg_ctl"));
        pg_ctl.args(arguments).args(["--silent", "-D"]).arg(&self.data).arg("-l").arg(self.data.join("log"));
        // A pipe would be inherited by the server and never end.
        pg_ctl.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let log = || fs::read_to_string(self.data.join("log")).unwrap_or_default();
        assert!(pg_ctl.status().unwrap().success(), "pg_ctl {arguments:?}: {}", log());
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        if let Err(error) = self.watchdog.wait() {
            eprintln!("{} may still be running: {error}", self.data.display());
        }
    }
}

fn watch(binaries: &Path, data: &Path) -> Child {
    let stop = unprivileged(&binaries.join("pg_ctl"));
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", WATCHDOG, "watchdog"]).arg(data).arg(stop.get_program()).args(stop.get_args());
    std::os::unix::process::CommandExt::process_group(&mut watchdog, 0);
    watchdog.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

//! A PostgreSQL cluster of the tests' own: found, made, started, shared by every process of a run, and stopped when the
//! last of them has ended.
//!
//! Called by `database.rs` only. Every test process holds a shared lock on one file; a watchdog that the first of them
//! starts waits for the exclusive lock, so the cluster ends however the processes did (also killed, also one process a
//! test). Only what was started here is ever stopped. PostgreSQL refuses to run as root, so as root it runs as `postgres`
//! or `nobody`.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use diesel::Connection;
use diesel::PgConnection;
use diesel::connection::SimpleConnection;

/// A running cluster. The locked file is held for as long as this process lives.
#[derive(Debug)]
pub(crate) struct Cluster {
    port: u16,
    _in_use: File,
}

impl Cluster {
    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements on the database `postgres`, each on its own.
    pub(crate) fn run(&self, statements: &str) -> diesel::QueryResult<()> {
        let mut connection = PgConnection::establish(&self.url("postgres")).expect("the cluster of the tests answers");
        connection.batch_execute(statements)
    }
}

/// The cluster, started if need be. `None`, after one line that says so, where PostgreSQL is not installed.
///
/// # Panics
/// With `CI=true`, under which nothing may be missing.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(|| binaries().map(|binaries| start(&binaries)).or_else(missing)).as_ref()
}

fn missing() -> Option<Cluster> {
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "PostgreSQL was not found: install Debian's package `postgresql`, or put pg_config on the PATH.");
    // Written past the capture of `cargo test`, which hides what a passing test prints.
    writeln!(std::io::stderr(), "PostgreSQL was not found: these tests ran on SQLite only").expect("stderr");
    None
}

/// The directory with `initdb`, `pg_ctl` and `postgres`: the newest that is installed.
pub(crate) fn binaries() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok().filter(|output| output.status.success());
    let told = told.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let mut installed: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin")).collect();
    installed.sort_by_key(|path| path.iter().filter_map(|part| part.to_str()?.parse::<u32>().ok()).next_back());
    told.into_iter().chain(installed.into_iter().rev()).find(|path| path.join("initdb").exists() && path.join("postgres").exists())
}

/// A lock that only one process holds at a time, for what one of them makes for all.
pub(crate) fn alone(name: &str) -> File {
    let path = home().join(format!("{name}.lock"));
    let file = File::options().create(true).truncate(false).write(true).open(&path).expect("a lock file in the temporary directory");
    file.lock().expect("the lock");
    file
}

/// Where the cluster and the locks of this working copy are, for this user.
fn home() -> PathBuf {
    let mut hash = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hash);
    let home = std::env::temp_dir().join(format!("segments-tests-{}-{:08x}", user_id(), hash.finish() & 0xffff_ffff));
    fs::create_dir_all(&home).expect("the temporary directory takes a directory");
    home
}

fn user_id() -> u32 {
    fs::metadata("/proc/self").map_or(1, |process| process.uid())
}

fn start(binaries: &Path) -> Cluster {
    let home = home();
    let _starting = alone("start");
    let in_use = File::options().create(true).truncate(false).write(true).open(home.join("users.lock")).expect("a lock file");
    // Waits while the watchdog of an earlier run stops its cluster.
    in_use.lock_shared().expect("the lock");
    let data = home.join("cluster");
    let known = fs::read_to_string(data.join("port")).ok().and_then(|port| port.parse().ok());
    if let Some(port) = known.filter(|_| is_running(binaries, &data)) {
        return Cluster { port, _in_use: in_use };
    }
    if data.exists() {
        fs::remove_dir_all(&data).expect("the remains of a cluster that was killed");
    }
    let port = make(binaries, &data);
    watch(binaries, &home, &data);
    Cluster { port, _in_use: in_use }
}

fn is_running(binaries: &Path, data: &Path) -> bool {
    unprivileged(&binaries.join("pg_ctl")).arg("status").arg("-D").arg(data).output().is_ok_and(|output| output.status.success())
}

/// Fast, not durable: what is in it lives for one run.
const SETTINGS: &str = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 300\nshared_buffers = '64MB'\n\
    listen_addresses = '127.0.0.1'\ndeadlock_timeout = '200ms'\nlc_messages = 'C'\nautovacuum_naptime = '5min'\nmax_wal_size = '4GB'\n";

fn make(binaries: &Path, data: &Path) -> u16 {
    fs::create_dir_all(data).expect("a directory for the cluster");
    if let Some(user) = other_user() {
        succeed(Command::new("chown").arg(user).arg(data));
    }
    let mut initdb = unprivileged(&binaries.join("initdb"));
    initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]).arg(data);
    succeed(&mut initdb);
    for _ in 0..3 {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let settings = format!("{SETTINGS}port = {port}\nunix_socket_directories = '{}'\n", data.display());
        fs::write(data.join("postgresql.auto.conf"), settings).expect("the settings of the cluster");
        let mut pg_ctl = unprivileged(&binaries.join("pg_ctl"));
        pg_ctl.args(["start", "--wait", "--silent", "-D"]).arg(data).arg("-l").arg(data.join("log"));
        // A pipe would be inherited by the server and never end.
        pg_ctl.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if pg_ctl.status().is_ok_and(|status| status.success()) {
            fs::write(data.join("port"), port.to_string()).expect("the port of the cluster");
            return port;
        }
    }
    panic!("PostgreSQL did not start: {}", fs::read_to_string(data.join("log")).unwrap_or_default());
}

/// Stops the cluster and removes its directory once nobody has held the lock for two seconds (between two processes of
/// one run there may be a moment without any).
const WATCHDOG: &str = r#"
exec 9<"$1/users.lock"
while :; do
    flock --exclusive 9; flock --unlock 9; sleep 2
    flock --exclusive --nonblock 9 && break
done
shift; data="$1"; shift
"$@" stop --silent --mode=immediate -D "$data"
rm -rf "$data"
"#;

#[expect(clippy::zombie_processes, reason = "it outlives this process: that is what it is for")]
fn watch(binaries: &Path, home: &Path, data: &Path) {
    let stop = unprivileged(&binaries.join("pg_ctl"));
    let mut watchdog = Command::new("sh");
    watchdog.arg("-c").arg(WATCHDOG).arg("watchdog").arg(home).arg(data).arg(stop.get_program()).args(stop.get_args());
    // Its own process group: an interrupt on the terminal ends the tests, not the one who cleans up after them.
    watchdog.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    watchdog.spawn().expect("the watchdog of the cluster");
}

/// The user that the server runs as where we are root.
pub(crate) fn other_user() -> Option<&'static str> {
    let exists =
        |name: &str| fs::read_to_string("/etc/passwd").is_ok_and(|users| users.lines().any(|line| line.starts_with(&format!("{name}:"))));
    (user_id() == 0).then(|| if exists("postgres") { "postgres" } else { "nobody" })
}

/// A program run as somebody for whom PostgreSQL starts.
pub(crate) fn unprivileged(program: &Path) -> Command {
    let mut command = match other_user() {
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    // The working directory of root is not always one that others may enter.
    command.current_dir("/");
    command
}

/// Runs it to its good end.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

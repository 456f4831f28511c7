//! A chromium of the tests' own, with its driver, which speaks `WebDriver`: started, and ended however the tests end.
//!
//! Called by `window.rs`. A shell stands between: it waits for our end of a pipe to close, which happens whether a test
//! passes, panics or is killed, then ends everything that it started and removes their files.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::support::tools::program;

/// Whether the scripts of pages run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// The driver, until it is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    keeper: Child,
    /// Kept open: the driver ends when it cannot write.
    _said: BufReader<ChildStdout>,
    url: String,
}

/// What it starts is a session of its own, so that all of that and nothing else is ended; killed, for a driver that is asked
/// to end while it ends a browser may wait for it for ever. Chromium's helpers take a moment to let go of its files.
const KEEPER: &str = r#"
files=$(mktemp -d "${TMPDIR:-/tmp}/segments-browser-XXXXXX")
TMPDIR="$files" setsid "$1" --port=0 &
read -r _
kill -s KILL -- "-$!"
wait
for _ in $(seq 100); do rm -rf "$files" 2>/dev/null && break; sleep 0.1; done
"#;

impl Driver {
    /// Starts it; `None` where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let driver = program("chromedriver", "install Debian's package `chromium-driver`")?;
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(driver).process_group(0);
        let mut keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a shell");
        let mut said = BufReader::new(keeper.stdout.take().expect("its output"));
        let port = said
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()));
        Some(Self { keeper, _said: said, url: format!("http://127.0.0.1:{}", port.expect("chromedriver says its port")) })
    }

    /// A window of a new chromium.
    pub(crate) async fn open(&self, scripts: Scripts) -> Option<Client> {
        let chromium = program("chromium", "install Debian's package `chromium`")?;
        let Value::Object(wanted) = json!({
            "goog:loggingPrefs": { "browser": "ALL" },
            // A dialog that nobody expects makes the next command fail.
            "unhandledPromptBehavior": "ignore",
            "goog:chromeOptions": {
                "binary": chromium,
                // Without a sandbox, which containers do not allow: it only ever sees our own pages.
                "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"],
                "prefs": match scripts {
                    Scripts::On => json!({}),
                    Scripts::Off => json!({ "profile.managed_default_content_settings.javascript": 2 }),
                },
            },
        }) else {
            unreachable!("an object")
        };
        Some(ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(&self.url).await.expect("chromium starts"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing to be done about one that cannot be waited for: it ends by itself.
        drop(self.keeper.wait());
    }
}

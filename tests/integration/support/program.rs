//! The program as people start it: a process with its own working directory and nothing of our environment.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A working directory in which commands are run; it is gone afterwards.
#[derive(Debug)]
pub(crate) struct Shell {
    directory: TempDir,
    settings: Vec<(String, String)>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Shell {
    /// In an empty directory, with no setting.
    pub(crate) fn new() -> Self {
        Self { directory: TempDir::with_prefix("segments-shell-").unwrap(), settings: Vec::new() }
    }

    /// With a setting in the environment.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The working directory.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The program with these arguments, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_customer-segments"));
        command.args(arguments).current_dir(self.directory.path()).env_clear().stdin(Stdio::null());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        let output = self.command(arguments).output().unwrap();
        Finished {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Finished {
    /// What it said on stdout, when it ended with 0.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// What it said on stderr, when it ended with `code`: at least a sentence, and no trace of a panic.
    #[track_caller]
    pub(crate) fn refused(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert!(!self.stderr.contains("panicked") && self.stderr.trim().contains(' '), "{self:?}");
        self.stderr
    }
}

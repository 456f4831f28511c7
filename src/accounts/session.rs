//! What a session knows, with types: who is signed in, and the messages for their next page.
//!
//! `login` begins and ends sessions, `staff` reads them, every page shows their messages. Nothing is written for anonymous
//! visitors. A request knows the state as it was when it began, and others of the same browser run beside it: it never writes
//! that state back, it only adds messages to the row and takes them out of it (`session_store`).

use actix_session::{Session, SessionExt};
use actix_web::HttpRequest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::session_store;
use crate::db::{Db, Id};
use crate::error::{AppError, Result};

/// The key of [`SignedIn`] in the state.
pub const SIGNED_IN: &str = "signed_in";
/// The key in the state of the hash that names the session's row; put there by the store, stored nowhere.
pub const KEY_HASH: &str = "key_hash";
/// The key in the state of the messages that the row holds.
pub(super) const MESSAGES: &str = "messages";
/// The key in the state of those that a request adds to them.
pub(super) const ADDED: &str = "added_messages";

/// Who is signed in, where, and with which password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The user.
    pub user: Id,
    /// Changes with the user's password; a session whose value is another one is over.
    pub auth_hash: String,
    /// What the tokens of forms are made from.
    pub csrf_secret: String,
    /// The address they signed in from.
    pub address: String,
    /// The browser they signed in with.
    pub user_agent: String,
}

/// How a message is meant; the names are those of the style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something to know.
    Info,
    /// It was done.
    Success,
    /// It was done, but.
    Warning,
    /// It was not done.
    Error,
}

impl Level {
    /// The class of its list item.
    pub fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A sentence for the next page that its reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// How it is meant.
    pub level: Level,
    /// The sentence; plain text.
    pub text: String,
    /// What comes of it: an object's name, and where it is. Stands where the text has [`Message::PLACE`].
    #[serde(default)]
    pub link: Option<(String, String)>,
    /// What can be done about it at once: "Undo".
    #[serde(default)]
    pub button: Option<Button>,
}

/// A button beside a message: what it says, and what it posts where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// "Undo".
    pub label: String,
    /// Where it posts to.
    pub url: String,
    /// The name and the value that it sends.
    pub sends: (String, String),
}

impl Message {
    /// Where the link stands in the text.
    pub const PLACE: char = '\u{fffc}';

    /// The text before the link and after it; all of it is before where there is none.
    pub fn parts(&self) -> (&str, &str) {
        self.text.split_once(Self::PLACE).unwrap_or((&self.text, ""))
    }
}

/// The session of one request.
#[derive(Clone)]
pub struct TypedSession(Session);

impl TypedSession {
    /// The session that `request` belongs to.
    pub fn of(request: &HttpRequest) -> Self {
        Self(request.get_session())
    }

    /// Who is signed in; `None` for anonymous visitors.
    pub fn signed_in(&self) -> Result<Option<SignedIn>> {
        self.get(SIGNED_IN)
    }

    /// The hash that names its row; blank for a session that begins with this request.
    pub fn key_hash(&self) -> Result<String> {
        Ok(self.get(KEY_HASH)?.unwrap_or_default())
    }

    /// Begins a session under a new key; whatever the browser came with is gone.
    pub fn sign_in(&self, who: &SignedIn) -> Result<()> {
        self.0.clear();
        self.0.renew();
        self.0.insert(SIGNED_IN, who).map_err(AppError::internal)
    }

    /// Ends the session: its row is deleted and its cookie taken back.
    pub fn sign_out(&self) {
        self.0.purge();
    }

    /// Keeps a message for the next page.
    pub fn message(&self, level: Level, text: impl Into<String>) -> Result<()> {
        self.message_with(level, text, None)
    }

    /// Keeps a message for the next page, with a button where there is one.
    pub fn message_with(&self, level: Level, text: impl Into<String>, button: Option<Button>) -> Result<()> {
        self.keep(Message { level, text: text.into(), link: None, button })
    }

    /// Keeps a message for the next page that names an object and leads to it; `text` has [`Message::PLACE`] for its name.
    pub fn message_about(&self, level: Level, text: impl Into<String>, name: &str, url: String) -> Result<()> {
        self.keep(Message { level, text: text.into(), link: Some((name.to_owned(), url)), button: None })
    }

    fn keep(&self, message: Message) -> Result<()> {
        if !self.0.contains_key(SIGNED_IN) {
            return Ok(());
        }
        let mut added: Vec<Message> = self.get(ADDED)?.unwrap_or_default();
        added.push(message);
        self.0.insert(ADDED, added).map_err(AppError::internal)
    }

    /// Takes the messages out: each is shown once, by whichever page asks first.
    pub async fn take_messages(&self, db: &Db) -> Result<Vec<Message>> {
        let mut messages = match self.get(MESSAGES)? {
            Some(seen) => self.take_stored(db, seen).await?,
            None => Vec::new(),
        };
        let added: Option<Vec<Message>> = self.get(ADDED)?;
        if let Some(added) = added {
            self.0.remove(ADDED);
            messages.extend(added);
        }
        Ok(messages)
    }

    /// Those in the row by now; where it cannot be written, those that were `seen`: twice is better than never.
    async fn take_stored(&self, db: &Db, seen: Vec<Message>) -> Result<Vec<Message>> {
        let hash = self.key_hash()?;
        let taken = db.write(move |connection| session_store::take_messages(connection, &hash)).await;
        Ok(taken.unwrap_or_else(|error| {
            tracing::warn!(%error, "the messages of a session were shown and not taken out");
            seen
        }))
    }

    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        self.0.get(key).map_err(AppError::internal)
    }
}

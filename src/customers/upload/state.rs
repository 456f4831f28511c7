//! How far an upload of customers has come.
//!
//! Kept by `store`, told by its pages.

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its file is being taken to the database.
    Storing,
    /// Its columns can be said, and it can be checked.
    Ready,
    /// A dry run goes on.
    Checking,
    /// A dry run came to its end.
    Checked,
    /// It is being imported.
    Importing,
    /// The same, but somebody has stopped it: what is under way is finished.
    Stopping,
    /// It was imported in part.
    Stopped,
    /// It was imported.
    Imported,
    /// It was thrown away.
    Discarded,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Storing,
        Self::Ready,
        Self::Checking,
        Self::Checked,
        Self::Importing,
        Self::Stopping,
        Self::Stopped,
        Self::Imported,
        Self::Discarded,
    ];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Storing => "storing",
            Self::Ready => "ready",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Importing => "importing",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Imported => "imported",
            Self::Discarded => "discarded",
        }
    }

    /// In words, behind the name of the file.
    pub fn label(self) -> &'static str {
        match self {
            Self::Storing => "being uploaded",
            Self::Ready => "not checked yet",
            Self::Checking => "being checked",
            Self::Checked => "checked, not imported yet",
            Self::Importing => "being imported",
            Self::Stopping => "being stopped",
            Self::Stopped => "imported in part",
            Self::Imported => "imported",
            Self::Discarded => "thrown away",
        }
    }

    /// Whether something goes on.
    pub fn is_going_on(self) -> bool {
        matches!(self, Self::Storing | Self::Checking | Self::Importing | Self::Stopping)
    }
}

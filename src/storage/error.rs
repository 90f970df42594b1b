//! What can go wrong in storage, said so that the reader knows what to do next.

use std::path::PathBuf;

/// Why storage did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another writer holds the database; trying again soon helps.
    #[error("the database is busy; try again in a moment")]
    Busy,
    /// The database cannot be reached or refuses to work.
    #[error("the database is not available: {0}; check that it runs, that its disk has room and that the address is right")]
    Unavailable(String),
    /// A unique constraint stands in the way: what is to be stored is there already.
    #[error("it is stored already: {0}")]
    Conflict(String),
    /// The statement hit another number of rows than it must: somebody else was quicker.
    #[error("{statement} must change {expected} row(s), it changed {found}; somebody else was quicker")]
    RowCount {
        /// Which statement.
        statement: &'static str,
        /// Rows it must change.
        expected: u64,
        /// Rows it changed.
        found: u64,
    },
    /// A stored value is not what this program stores.
    #[error("the stored value {0} is damaged; restore the database from its backup")]
    Damaged(&'static str),
    /// A stored value does not open under this master key.
    #[error("{0} does not open under this master key; use the master key that the database was made with")]
    WrongKey(&'static str),
    /// The data key was destroyed after its retention.
    #[error("its data key was destroyed after its retention; it can never be read again")]
    Erased,
    /// The database was made by a newer program.
    #[error("the database has migration {found}, this program knows {known}; use the newer program")]
    TooNew {
        /// Highest migration of the database.
        found: i64,
        /// Highest migration this program knows.
        known: i64,
    },
    /// A file could not be read or written.
    #[error("{action} {path}: {source}; check that the folder exists, belongs to this user and has room", path = path.display())]
    File {
        /// What was tried, e.g. `write`.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The master key file is not one.
    #[error("{path} is not a master key file ({reason}); give the file that was made with this database", path = .0.display(), reason = .1)]
    MasterKey(PathBuf, &'static str),
    /// The address names no database that this program speaks.
    #[error("the database address must begin with sqlite: or postgres:; it does not")]
    Address,
    /// The system gave no randomness.
    #[error("the system gave no random bytes: {0}")]
    Randomness(String),
}

impl StorageError {
    /// An error of the file `path`.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}

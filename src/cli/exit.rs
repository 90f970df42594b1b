//! Every exit code of the program, and how a failure sounds on the terminal.

use crate::app::AppError;
use crate::http::serve::ServeError;
use crate::services::Refusal;
use std::fmt::Display;
use std::process::ExitCode;

/// What a command ends with. The numbers are a contract: 0 to 3 answer the question that was asked, 64 and above
/// (`sysexits.h`) say that it could not be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; for `verify`: valid.
    Ok = 0,
    /// The answer is no: the document is invalid, a row was refused, a check failed.
    No = 1,
    /// The document is neither valid nor invalid by what is known here.
    Indeterminate = 2,
    /// Not a PDF or not a QR token, not parsable, or without any signature field.
    Unreadable = 3,
    /// The command line is wrong, or a file that it names cannot be read.
    Usage = 64,
    /// A database or a server does not answer.
    Unavailable = 69,
    /// A file or folder cannot be written.
    CannotWrite = 73,
    /// The configuration or the keys are wrong.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not answer at all. The message says what to do next and holds no personal data.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The sentence for the terminal.
    pub message: String,
}

impl Failure {
    /// A failure with its exit code.
    pub fn new(exit: Exit, message: impl Display) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Display) -> Self {
        Self::new(Exit::Usage, message)
    }
}

/// What every command returns.
pub type Outcome = Result<Exit, Failure>;

/// The one map of refusals to exit codes.
impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match &refusal {
            Refusal::BadTarget(_) => Exit::Usage,
            Refusal::NotDead => Exit::No,
            Refusal::UnknownType(_) | Refusal::BadKey | Refusal::BadReason | Refusal::BadPeriod | Refusal::TooLarge(_) => Exit::Usage,
            Refusal::WrongValue(_) => Exit::Usage,
            // the life of a licence
            Refusal::BadNotes(_) | Refusal::BadSearch => Exit::Usage,
            Refusal::NothingChanged | Refusal::BadScan(_) | Refusal::ReviewRequired => Exit::No,
            Refusal::BadFields(_)
            | Refusal::CannotPrint(_)
            | Refusal::NumberTaken
            | Refusal::AlreadyThere
            | Refusal::KeyReused
            | Refusal::InProgress { .. }
            | Refusal::Halted { .. }
            | Refusal::Voided
            | Refusal::NotFound
            | Refusal::Erased
            | Refusal::WrongState(_)
            | Refusal::ChangedMeanwhile(_) => Exit::No,
            // applications and the catalogue
            Refusal::OwnRequest
            | Refusal::NotGranted
            | Refusal::NoEntry
            | Refusal::WrongStep(_)
            | Refusal::Outdated { .. }
            | Refusal::EntryExists
            | Refusal::EntryCancelled
            | Refusal::BadProposal(_)
            | Refusal::BadFeed(_) => Exit::No,
            Refusal::BadPage(_) => Exit::Usage,
            // seals
            Refusal::BadSeal(_) | Refusal::BadSealPicture(_) => Exit::Usage,
            Refusal::NoSuchSeal
            | Refusal::IllegalSealChange(_)
            | Refusal::SealChanged
            | Refusal::SealNeedsApplication
            | Refusal::SealNotInUse(_)
            | Refusal::SealOutOfTime
            | Refusal::SealKeyTaken => Exit::No,
            Refusal::SealNotPermitted | Refusal::NoSuchSealKey => Exit::Config,
            // tables and searches
            Refusal::BadTable(_) | Refusal::BadRows { .. } | Refusal::NoImport => Exit::No,
            Refusal::LongQuery(_) => Exit::Usage,
            Refusal::NotExaminable(_) | Refusal::NotACode => Exit::Unreadable,
            Refusal::Forbidden(_) | Refusal::OwnRights | Refusal::NotYourOrganisation | Refusal::NotYourType => Exit::Config,
            Refusal::Busy { .. } | Refusal::KeyStoreAway { .. } | Refusal::Unavailable { .. } => Exit::Unavailable,
        };
        // On the operator's own terminal the cause helps; over the network it stays in the log.
        let message = match &refusal {
            Refusal::Unavailable { cause } | Refusal::KeyStoreAway { cause } => format!("{refusal} ({cause})"),
            Refusal::BadProposal(problems) => {
                let problems: String = problems.iter().map(|problem| format!("\n    {problem}")).collect();
                format!("{refusal}{problems}")
            }
            Refusal::BadRows { wrong, .. } => {
                let problems = wrong.iter().cloned().flat_map(|row| row.into_problems());
                let problems: String = problems.map(|problem| format!("\n    {problem}")).collect();
                format!("{refusal}{problems}")
            }
            _ => refusal.to_string(),
        };
        Self { exit, message }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let exit = match &error {
            AppError::Storage(_) | AppError::Entropy(_) | AppError::Catalogue(_) | AppError::Seals(_) => Exit::Unavailable,
            AppError::NoDepartment
            | AppError::TwoKeepers
            | AppError::ExampleKey(_)
            | AppError::File(..)
            | AppError::Trust(..)
            | AppError::Key(_)
            | AppError::Template(..)
            | AppError::Seal(_)
            | AppError::Mail(_)
            | AppError::Client(_)
            | AppError::Setup(_) => Exit::Config,
        };
        Self::new(exit, error)
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let exit = match &error {
            ServeError::PlainOutside(_) | ServeError::Tls(_) => Exit::Config,
            ServeError::Listen { .. } | ServeError::Broken(_) => Exit::Unavailable,
        };
        Self::new(exit, error)
    }
}

//! What can be wrong with a PDF that we were handed.

/// Why a PDF, or one object of it, was not read. Offsets are bytes from the beginning of the file (or of an object stream).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// No `%PDF-1.x` or `%PDF-2.x` at byte 0.
    #[error("it does not begin with %PDF-")]
    NotPdf,
    /// A bound of [`super::Limits`] was passed.
    #[error("it passes the limit on {0}")]
    TooMuch(&'static str),
    /// The bytes are not the syntax of ISO 32000 there.
    #[error("at byte {at}: expected {expected}")]
    Syntax {
        /// Where.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The cross-reference data are not strictly right.
    #[error("cross-reference at byte {at}: {problem}")]
    CrossReference {
        /// Where the section begins.
        at: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// The file is encrypted.
    #[error("it is encrypted; a sealed licence never is")]
    Encrypted,
    /// An object is not of the type that its place demands.
    #[error("object {number} is not {expected}")]
    WrongType {
        /// Number of the object, 0 for one that stands directly in another.
        number: u32,
        /// What it should be.
        expected: &'static str,
    },
    /// A stream cannot be unpacked.
    #[error("a stream cannot be unpacked: {0}")]
    Filter(&'static str),
    /// References run in a circle.
    #[error("references run in a circle at object {0}")]
    Circle(u32),
}

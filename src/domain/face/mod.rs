//! Face data (照面信息): what a department sends, what it becomes once it is checked, and the words that templates print.

mod check;
mod input;
mod text;

pub use check::{FieldProblem, ProblemCode, check};
pub use input::{FaceInput, InputProblem, PhotoBytes};
pub use text::{FaceText, HOLDER_SEPARATOR, TextValue, payload_text};

use crate::domain::date::{LicenceDate, Until};
use crate::domain::payload::{FieldValue, HolderRef};
use std::collections::BTreeMap;
use std::fmt;

/// Checked face data: every value fits its definition. `Debug` shows no values.
#[derive(Clone, PartialEq)]
pub struct Face {
    /// 证照编号, where the department gives one.
    pub number: Option<String>,
    /// 持证主体, at least one.
    pub holders: Vec<HolderRef>,
    /// 证照颁发日期.
    pub issued_on: LicenceDate,
    /// 有效期起始日期.
    pub valid_from: Option<LicenceDate>,
    /// 有效期截止日期.
    pub valid_until: Option<Until>,
    /// Extended fields by short code; dates as `YYYY-MM-DD`.
    pub fields: BTreeMap<String, FieldValue>,
    /// Bytes of each photo by short code, not decoded yet.
    pub photos: BTreeMap<String, Vec<u8>>,
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Face({} holders, fields {:?}, photos {:?})", self.holders.len(), self.fields.keys(), self.photos.keys())
    }
}

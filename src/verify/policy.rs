//! What the verifier's operator decides: for whom it verifies, and in which time zone a licence's days begin.

use time::UtcOffset;

/// Policy of one verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Who verifies: an annotated copy (加注件) made for another audience is not for us. `None` refuses every annotated copy.
    pub audience: Option<String>,
    /// Where the days of 有效期 begin and end: China Standard Time, no daylight saving.
    pub licence_days: UtcOffset,
}

impl Default for Policy {
    fn default() -> Self {
        Self { audience: None, licence_days: time::macros::offset!(+8) }
    }
}

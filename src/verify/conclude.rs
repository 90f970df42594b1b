//! Second half of a verification: what was examined, the evidence, the policy and the moment make a report.

use crate::domain::verdict::{ReasonCode, Report, ReportKind, Verdict};
use crate::verify::evidence::Evidence;
use crate::verify::examine::Examined;
use crate::verify::policy::Policy;
use time::OffsetDateTime;

/// Concludes about an examined file at the moment `at`. Pure.
pub fn conclude(examined: &Examined, evidence: &Evidence, policy: &Policy, at: OffsetDateTime) -> Report {
    let _ = (examined, evidence, policy, at);
    Report {
        kind: ReportKind::File,
        verdict: Verdict::Indeterminate,
        reasons: vec![ReasonCode::ChainGeneral.reason()],
        signatures: Vec::new(),
        qr: None,
        status: None,
        licence: None,
    }
}

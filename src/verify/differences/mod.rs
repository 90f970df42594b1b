//! What was appended after a signature (check V14): every change named, by an allow-list; what no rule names is "other".
//!
//! Each object that a later revision defines again is compared with the signed one by the role it had there. Roles are taken from
//! the signed revision only. What a change may be is said twice: by the signer (certification, FieldMDP, Lock), and by the
//! verifier's profile, which for a licence is stricter than any signer.

mod change;
mod compare;
mod fields;
mod permission;
mod roles;
mod validation_store;

pub use change::{Change, ChangeKind};
pub use permission::Permission;

use crate::domain::verdict::{ChangeReport, ChangesAfter};
use crate::pdf::read::{Document, PdfError};
use crate::verify::policy::Profile;
use compare::Comparison;
use std::collections::BTreeSet;

/// Every change between a signed revision, read alone, and the whole file; in the order of revisions, each kind once a revision.
/// A file that cannot be compared has the change [`ChangeKind::Other`]; that it would cost too much is the only error.
pub fn differences(now: &Document<'_>, then: &Document<'_>, permission: &Permission) -> Result<Vec<Change>, PdfError> {
    let end = then.bytes().len();
    let newer = now.sections().iter().take_while(|section| section.at >= end).count();
    let older = now.sections().iter().skip(newer).map(|section| section.at);
    let other = |revision| Ok(vec![Change { revision, kind: ChangeKind::Other, object: None, permitted: false }]);
    if !older.eq(then.sections().iter().map(|section| section.at)) {
        return other(1);
    }
    if newer == 0 {
        let tail = now.bytes().get(end..).unwrap_or_default();
        let only_line_end = tail.len() <= 2 && tail.iter().all(|b| matches!(b, b'\r' | b'\n'));
        return if only_line_end { Ok(Vec::new()) } else { other(1) };
    }
    match Comparison::new(now, then, newer, permission).and_then(Comparison::changes) {
        Ok(mut changes) => {
            changes.sort();
            // A field stands in every revision after the one that signed it; it is said of that one.
            let mut signed = BTreeSet::new();
            changes.retain(|change| !(change.permitted && change.kind.signs()) || signed.insert((change.kind, change.object)));
            changes.dedup_by(|a, b| (a.revision, a.kind, a.permitted) == (b.revision, b.kind, b.permitted));
            Ok(changes)
        }
        Err(error @ PdfError::TooMuch(_)) => Err(error),
        Err(_) => other(1),
    }
}

/// What a profile makes of the changes after a signature. `is_licence` says whether the file carries licence data: it is then judged
/// as a licence whatever the profile.
pub fn judge_changes(changes: &[Change], profile: Profile, is_licence: bool) -> (ChangesAfter, Vec<ChangeReport>) {
    let allowed = |change: &Change| match (profile, is_licence, change.kind) {
        (_, _, ChangeKind::ValidationData | ChangeKind::TimeStamp | ChangeKind::Nothing) => change.permitted,
        // The tools that append validation data to foreign documents keep house: dates, producer, XMP.
        (_, false, ChangeKind::Metadata) => change.permitted,
        (Profile::Licence, _, _) | (_, true, _) => false,
        (Profile::General, false, _) => change.permitted,
    };
    let ltv = |change: &Change| {
        matches!(change.kind, ChangeKind::ValidationData | ChangeKind::TimeStamp | ChangeKind::Metadata | ChangeKind::Nothing)
    };
    let after = match changes {
        [] => ChangesAfter::None,
        changes if !changes.iter().all(allowed) => ChangesAfter::Other,
        changes if changes.iter().all(ltv) => ChangesAfter::Ltv,
        _ => ChangesAfter::Permitted,
    };
    (after, changes.iter().map(|change| change.report(allowed(change))).collect())
}

//! One chain at one moment (checks V9 to V11): the path to a configured anchor, and the standing of every certificate below it.

use crate::cms::build_path::{PathError, PathPurpose, build_path};
use crate::cms::read_certificate::Certificate;
use crate::cms::read_revocation_list::RevokedEntry;
use crate::domain::verdict::{EvidenceReport, ReasonCode};
use crate::verify::check_revocation::{Ground, Issuer, Standing};
use crate::verify::crypto_policy::judge_key;
use crate::verify::evidence::{Anchor, Evidence, RevocationQuestion, TrustUse};
use crate::verify::policy::RevocationRule;
use crate::verify::prove_existence::Known;
use time::OffsetDateTime;

/// What was found about a chain.
#[derive(Debug, Default)]
pub struct JudgedChain<'a> {
    /// Why it does not hold.
    pub failure: Option<ReasonCode>,
    /// The certificates from the leaf to the one below the anchor, then the anchor's.
    pub path: Vec<&'a [u8]>,
    /// Was the state of a certificate not judged, as the policy allows?
    pub unjudged: bool,
    /// What was used.
    pub evidence: Vec<EvidenceReport>,
    /// Whose state is not known.
    pub missing: Vec<RevocationQuestion>,
}

impl JudgedChain<'_> {
    fn failed(failure: ReasonCode) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// Did `others` come with the signer's certificate without being needed: outside of the path, or a second time?
    pub fn leaves_unused(&self, others: &[Vec<u8>]) -> bool {
        let above = self.path.get(1..).unwrap_or_default();
        others.iter().enumerate().any(|(at, other)| !above.contains(&other.as_slice()) || others.iter().take(at).any(|one| one == other))
    }
}

/// A signer and the circumstances of what it signed.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// Its certificate.
    pub certificate: &'a [u8],
    /// Certificates that came with it; they are tried first.
    pub others: &'a [Vec<u8>],
    /// What the key was used for.
    pub purpose: PathPurpose,
    /// The moment by which what it signed existed.
    pub known: Known,
    /// The moment at which an anchor must be trusted: of a time-stamp its own time.
    pub trusted_at: OffsetDateTime,
}

impl Signer<'_> {
    /// Does what a time-stamp authority stamped before its revocation stay believable, because its key was never in other hands
    /// (RFC 3161 section 4, 1): affiliationChanged, superseded, cessationOfOperation?
    fn keeps_its_word(&self, revoked: RevokedEntry) -> bool {
        self.purpose == PathPurpose::TimeStamp && matches!(revoked.reason, Some(3..=5))
    }
}

/// Judges the chain of `signer`.
pub fn judge_chain<'a>(signer: Signer<'a>, ground: Ground<'_, 'a>, evidence: &'a Evidence, rule: RevocationRule) -> JudgedChain<'a> {
    let known = signer.known;
    let Some(certificate) = ground.material.read(signer.certificate) else { return JudgedChain::failed(ReasonCode::ChainGeneral) };
    let path = match find_path(&certificate, signer, ground, evidence) {
        Ok(path) => path,
        Err(failure) => return JudgedChain::failed(failure),
    };
    let mut judged = JudgedChain { path, ..JudgedChain::default() };
    let certificates: Option<Vec<_>> = judged.path.iter().map(|der| ground.material.read(der)).collect();
    let Some(certificates) = certificates else { return JudgedChain::failed(ReasonCode::ChainGeneral) };
    if let Err(weak) = certificates.iter().try_for_each(|certificate| judge_key(certificate.spki, known)) {
        judged.failure = Some(weak);
        return judged;
    }
    if rule == RevocationRule::Ignore {
        judged.unjudged = certificates.len() > 1;
        return judged;
    }
    // From the anchor down: what a revoked authority says afterwards is not believed.
    let mut issuer_revoked_at = None;
    for (place, pair) in certificates.windows(2).enumerate().rev() {
        let [subject, issuer] = pair else { continue };
        let is_anchor = place + 2 == certificates.len();
        let issuer = Issuer { certificate: issuer, is_anchor, revoked_at: issuer_revoked_at };
        let standing = ground.standing(subject, issuer, known);
        issuer_revoked_at = judged.note(subject, issuer, standing, signer, rule, place == 0);
    }
    judged
}

impl JudgedChain<'_> {
    /// Notes the standing of one certificate; gives back since when it is revoked.
    fn note(
        &mut self,
        subject: &Certificate<'_>,
        issuer: Issuer<'_>,
        standing: Standing,
        signer: Signer<'_>,
        rule: RevocationRule,
        is_leaf: bool,
    ) -> Option<OffsetDateTime> {
        let (revoked_at, failure) = match standing {
            Standing::Good(statement) => {
                self.unjudged |= statement.responder_unjudged;
                self.evidence.push(statement.report(&subject.name));
                (None, None)
            }
            Standing::Revoked(entry, statement) => {
                self.evidence.push(statement.report(&subject.name));
                let judged_at = if is_leaf && signer.keeps_its_word(entry) { signer.trusted_at } else { signer.known.at };
                (Some(entry.at), (entry.at <= judged_at).then_some(revoked(signer.known, is_leaf)))
            }
            Standing::Unknown | Standing::OutOfBounds => {
                self.missing.push(RevocationQuestion {
                    certificate: subject.der.to_vec(),
                    issuer: issuer.certificate.der.to_vec(),
                    ocsp_urls: subject.ocsp_urls.iter().map(|url| (*url).to_owned()).collect(),
                    crl_urls: subject.crl_urls.iter().map(|url| (*url).to_owned()).collect(),
                });
                let hard = rule == RevocationRule::Require;
                self.unjudged |= !hard;
                let why = if matches!(standing, Standing::OutOfBounds) { ReasonCode::RevocationOutOfBounds } else { ReasonCode::TryLater };
                (None, hard.then_some(why))
            }
        };
        // The failure nearest to the anchor explains the others, but a revoked leaf is worse than missing news.
        let is_worse = |new: ReasonCode| self.failure.is_none_or(|old| old == ReasonCode::TryLater && new != ReasonCode::TryLater);
        if let Some(failure) = failure.filter(|new| is_worse(*new)) {
            self.failure = Some(failure);
        }
        revoked_at
    }
}

fn revoked(known: Known, is_leaf: bool) -> ReasonCode {
    match (is_leaf, known.proven) {
        (true, true) => ReasonCode::CertificateRevoked,
        (true, false) => ReasonCode::CertRevoked,
        (false, _) => ReasonCode::RevokedCa,
    }
}

/// The certificates from `leaf` to an anchor that is trusted for this purpose at that moment.
fn find_path<'a>(
    leaf: &Certificate<'a>,
    signer: Signer<'a>,
    ground: Ground<'_, 'a>,
    evidence: &'a Evidence,
) -> Result<Vec<&'a [u8]>, ReasonCode> {
    let Signer { purpose, known, .. } = signer;
    let what = match purpose {
        PathPurpose::Seal => TrustUse::Seal,
        PathPurpose::TimeStamp => TrustUse::TimeStamp,
    };
    let anchors: Vec<&Anchor> = evidence.anchors.iter().filter(|anchor| anchor.trusts(what, signer.trusted_at)).collect();
    if anchors.iter().any(|anchor| anchor.der() == leaf.der) {
        // A list of trust services may name the very certificate: then nobody vouches for it, and nobody needs to.
        return if purpose.allows(leaf) { Ok(vec![leaf.der]) } else { Err(ReasonCode::ChainConstraints) };
    }
    let mut pool: Vec<&'a [u8]> = signer.others.iter().map(Vec::as_slice).collect();
    for placed in &ground.material.certificates {
        if placed.it.der != leaf.der && !pool.contains(&placed.it.der) {
            pool.push(placed.it.der);
        }
    }
    let trusted: Vec<_> = anchors.iter().map(|anchor| anchor.trust_anchor().clone()).collect();
    let path = build_path(leaf, purpose, &pool, &trusted, known.at, ground.checks).map_err(|error| path_failure(error, leaf, known))?;
    let used = path.used.iter().filter_map(|place| pool.get(*place).copied());
    let anchor = anchors.get(path.anchor).map(|anchor| anchor.der());
    Ok(std::iter::once(leaf.der).chain(used).chain(anchor).collect())
}

fn path_failure(error: PathError, leaf: &Certificate<'_>, known: Known) -> ReasonCode {
    match error {
        PathError::NoChain => ReasonCode::NoChain,
        PathError::OutOfValidity if known.proven && leaf.not_before > known.at => ReasonCode::NotYetValid,
        PathError::OutOfValidity if known.proven && leaf.not_after < known.at => ReasonCode::Expired,
        PathError::OutOfValidity => ReasonCode::CertExpired,
        PathError::Constraints => ReasonCode::ChainConstraints,
        PathError::Unsupported => ReasonCode::CryptoConstraints,
        PathError::Malformed => ReasonCode::ChainGeneral,
    }
}

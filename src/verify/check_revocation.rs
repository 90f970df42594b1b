//! Is a certificate revoked (check V11)? By lists of its issuer, or OCSP answers of its issuer or of whom the issuer delegated.

use crate::cms::check_signature::{SignatureError, key_bits};
use crate::cms::der_read::{DerReader, tag};
use crate::cms::read_certificate::Certificate;
use crate::cms::read_ocsp::{OcspAnswer, OcspStatus, ResponderId};
use crate::cms::read_revocation_list::{ListScope, RevocationList, RevokedEntry};
use crate::cms::signature_memory::SignatureChecks;
use crate::cms::signed_parts::SignedParts;
use crate::domain::verdict::{CertificateStatus, EvidenceKind, EvidenceReport, EvidenceSource};
use crate::verify::crypto_policy::judge_key;
use crate::verify::material::{Material, Placed};
use crate::verify::pdf_date::rfc3339;
use crate::verify::prove_existence::{Known, Proofs};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use time::{Duration, OffsetDateTime};

/// Clocks of authorities may differ by so much.
pub const CLOCK_SKEW: Duration = Duration::minutes(5);
/// How long an answer without nextUpdate is fresh.
const FRESH: Duration = Duration::days(1);

/// More certificates than any responder brings.
const MOST_DELEGATES: usize = 8;

/// An issuer, as far as its evidence goes.
#[derive(Clone, Copy)]
pub struct Issuer<'p> {
    /// Its certificate.
    pub certificate: &'p Certificate<'p>,
    /// Is it a trust anchor? Its dates are not judged then.
    pub is_anchor: bool,
    /// Since when it is revoked: what it signed is believed only if proven to be older.
    pub revoked_at: Option<OffsetDateTime>,
}

/// One statement about the certificate, by evidence whose signature holds.
#[derive(Clone, Debug)]
pub struct Statement {
    kind: EvidenceKind,
    source: EvidenceSource,
    /// Where the evidence ends in the file, if it is embedded.
    pub end: Option<usize>,
    known: Known,
    this_update: OffsetDateTime,
    next_update: Option<OffsetDateTime>,
    /// Since when it is revoked, and why.
    pub revoked: Option<RevokedEntry>,
    /// Could the state of the responder itself not be judged?
    pub responder_unjudged: bool,
}

/// What is known about one certificate.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Not revoked at the moment in question.
    Good(Statement),
    /// Revoked.
    Revoked(RevokedEntry, Statement),
    /// No evidence, or none that is fresh.
    Unknown,
    /// There is evidence, but its signer has expired and nothing proves that it is older.
    OutOfBounds,
}

/// What evidence is judged with.
#[derive(Clone, Copy)]
pub struct Ground<'g, 'a> {
    /// Everything at hand.
    pub material: &'g Material<'a>,
    /// What is proven so far.
    pub proofs: &'g Proofs,
    /// What may be computed.
    pub checks: &'g SignatureChecks,
    /// Must every responder's own state be known?
    pub hard: bool,
}

impl<'a> Ground<'_, 'a> {
    /// The standing of `subject`, which `issuer` has issued, at `known`.
    pub fn standing(&self, subject: &Certificate<'_>, issuer: Issuer<'_>, known: Known) -> Standing {
        let (statements, out_of_bounds) = self.statements(subject, issuer, true);
        if let Some((revoked, statement)) = earliest_revocation(&statements) {
            return Standing::Revoked(revoked, statement.clone());
        }
        let fresh = statements.into_iter().filter(|statement| statement.is_fresh(subject, known.at));
        match fresh.min_by_key(|statement| (statement.source, statement.end)) {
            Some(statement) => Standing::Good(statement),
            None if out_of_bounds => Standing::OutOfBounds,
            None => Standing::Unknown,
        }
    }

    /// How much of the file must be covered so that embedded evidence about `subject` at `moment` is; `None` without such evidence.
    pub fn embedded_until(&self, subject: &Certificate<'_>, issuer: Issuer<'_>, moment: OffsetDateTime) -> Option<usize> {
        let (statements, _) = self.statements(subject, issuer, true);
        let speaks = |statement: &&Statement| statement.revoked.is_some() || statement.is_fresh(subject, moment);
        statements.iter().filter(speaks).filter_map(|statement| statement.end).min()
    }

    /// Everything that evidence says about `subject`; and whether some was left out because its signer is out of its dates.
    fn statements(&self, subject: &Certificate<'_>, issuer: Issuer<'_>, delegates: bool) -> (Vec<Statement>, bool) {
        let (mut found, mut out_of_bounds) = (Vec::new(), false);
        for placed in &self.material.lists {
            let Some(said) = entry_of(&placed.it, subject, issuer.certificate) else { continue };
            if !self.holds(&placed.it.signed, issuer.certificate) {
                continue;
            }
            let known = self.proofs.known(placed.end);
            if !self.was_able(issuer, known) {
                out_of_bounds = true;
                continue;
            }
            found.extend(self.statement(placed, EvidenceKind::Crl, (placed.it.this_update, placed.it.next_update), said, false));
        }
        for placed in &self.material.answers {
            for single in placed.it.answers.iter().filter(|single| single.certificate.is_of(subject.serial, issuer.certificate)) {
                let said = match single.status {
                    OcspStatus::Good => None,
                    OcspStatus::Revoked { at, reason } => Some(RevokedEntry { at, reason }),
                    OcspStatus::Unknown => continue,
                };
                match self.responder(placed, subject, issuer, delegates) {
                    Responder::Right { unjudged } => {
                        let dates = (single.this_update, single.next_update);
                        found.extend(self.statement(placed, EvidenceKind::Ocsp, dates, said, unjudged));
                    }
                    Responder::OutOfBounds => out_of_bounds = true,
                    Responder::Wrong => {}
                }
            }
        }
        (found, out_of_bounds)
    }

    fn statement<T>(
        &self,
        placed: &Placed<T>,
        kind: EvidenceKind,
        (this_update, next_update): (OffsetDateTime, Option<OffsetDateTime>),
        revoked: Option<RevokedEntry>,
        responder_unjudged: bool,
    ) -> Option<Statement> {
        let known = self.proofs.known(placed.end);
        // Evidence from the future, or older in the file than it says, is none.
        (this_update <= known.at + CLOCK_SKEW).then_some(Statement {
            kind,
            source: placed.source,
            end: placed.end,
            known,
            this_update,
            next_update,
            revoked,
            responder_unjudged,
        })
    }

    /// Does a signature hold under the key of `signer`?
    pub fn holds(&self, signed: &SignedParts<'_>, signer: &Certificate<'_>) -> bool {
        let parts = [
            b"evidence",
            signed.algorithm.oid,
            signed.algorithm.parameters.unwrap_or_default(),
            signer.spki,
            signed.to_be_signed,
            signed.signature,
        ];
        self.checks.check(&parts, SignatureError::Unsupported, || signed.check(signer.spki).map(drop)).is_ok()
    }

    /// Was the issuer within its dates, not revoked, and its key strong, when evidence is known to have existed?
    fn was_able(&self, issuer: Issuer<'_>, known: Known) -> bool {
        let in_time = issuer.is_anchor || issuer.certificate.is_valid_at(known.at);
        in_time && issuer.revoked_at.is_none_or(|revoked| known.at < revoked) && judge_key(issuer.certificate.spki, known).is_ok()
    }

    fn responder(&self, placed: &Placed<OcspAnswer<'a>>, subject: &Certificate<'_>, issuer: Issuer<'_>, delegates: bool) -> Responder {
        let (answer, known) = (&placed.it, self.proofs.known(placed.end));
        if names(answer.responder, issuer.certificate) && self.holds(&answer.signed, issuer.certificate) {
            return if self.was_able(issuer, known) { Responder::Right { unjudged: false } } else { Responder::OutOfBounds };
        }
        if !delegates {
            return Responder::Wrong;
        }
        let mut out_of_bounds = false;
        let own: Vec<_> = answer.certificates.iter().take(MOST_DELEGATES).filter_map(|der| self.material.read(der)).collect();
        for delegate in own.iter().map(|own| &**own).chain(self.material.certificates.iter().filter_map(|placed| placed.it.read.as_ref())) {
            let delegated = delegate.issuer == issuer.certificate.subject
                && names(answer.responder, delegate)
                && delegate.may_answer_ocsp()
                && delegate.der != subject.der
                && delegate.is_valid_at(answer.produced_at);
            if !delegated || !self.holds(&delegate.signed, issuer.certificate) || !self.holds(&answer.signed, delegate) {
                continue;
            }
            if !delegate.is_valid_at(known.at) || !self.was_able(issuer, known) || judge_key(delegate.spki, known).is_err() {
                out_of_bounds = true;
                continue;
            }
            if delegate.has_ocsp_nocheck {
                return Responder::Right { unjudged: false };
            }
            // A responder is not asked about itself: only its issuer's own word counts, so this goes one step deep.
            let (statements, _) = self.statements(delegate, issuer, false);
            let revoked = earliest_revocation(&statements).is_some_and(|(revoked, _)| revoked.at <= known.at);
            let judged = statements.iter().any(|statement| statement.is_fresh(delegate, known.at));
            if !revoked && (judged || !self.hard) {
                return Responder::Right { unjudged: !judged };
            }
        }
        if out_of_bounds { Responder::OutOfBounds } else { Responder::Wrong }
    }
}

/// Whether who signed an answer may answer.
enum Responder {
    Right { unjudged: bool },
    OutOfBounds,
    Wrong,
}

impl Statement {
    /// Does "not revoked" still say something about `moment`? Lists forget certificates that have expired.
    fn is_fresh(&self, subject: &Certificate<'_>, moment: OffsetDateTime) -> bool {
        let until = self.next_update.unwrap_or(self.this_update.saturating_add(FRESH));
        self.revoked.is_none_or(|revoked| moment < revoked.at)
            && moment <= until.max(self.this_update)
            && self.this_update <= subject.not_after
    }

    /// For a reader.
    pub fn report(&self, certificate: &str) -> EvidenceReport {
        EvidenceReport {
            certificate: certificate.to_owned(),
            kind: self.kind,
            source: self.source,
            this_update: rfc3339(self.this_update).unwrap_or_default(),
            next_update: self.next_update.and_then(rfc3339),
            status: if self.revoked.is_some() { CertificateStatus::Revoked } else { CertificateStatus::Good },
            revoked_at: self.revoked.and_then(|revoked| rfc3339(revoked.at)),
            proven_at: self.known.proven.then(|| rfc3339(self.known.at)).flatten(),
        }
    }
}

fn earliest_revocation(statements: &[Statement]) -> Option<(RevokedEntry, &Statement)> {
    statements.iter().filter_map(|statement| Some((statement.revoked?, statement))).min_by_key(|(revoked, _)| revoked.at)
}

/// Does a responder name itself so?
pub fn names(responder: ResponderId<'_>, certificate: &Certificate<'_>) -> bool {
    match responder {
        ResponderId::Name(name) => name == certificate.subject,
        ResponderId::KeyHash(hash) => key_bits(certificate.spki).is_some_and(|key| digest(&SHA1_FOR_LEGACY_USE_ONLY, key).as_ref() == hash),
    }
}

/// What a list says of `subject`: nothing (`None`), not revoked (`Some(None)`), or revoked since then. The signature is not looked at.
fn entry_of(list: &RevocationList<'_>, subject: &Certificate<'_>, issuer: &Certificate<'_>) -> Option<Option<RevokedEntry>> {
    /// CRLReason removeFromCRL.
    const REMOVED: u8 = 8;
    if list.issuer != issuer.subject || !issuer.may_sign_lists() || list.scope.is_indirect {
        return None;
    }
    if let Some(entry) = list.entry(subject.serial).filter(|entry| entry.reason != Some(REMOVED)) {
        return Some(Some(entry));
    }
    let ListScope {
        is_delta,
        is_indirect: _,
        only_end_entities,
        only_authorities,
        only_attribute_certificates,
        only_some_reasons,
        distribution_point,
    } = list.scope;
    let left_out = is_delta
        || only_attribute_certificates
        || only_some_reasons
        || (only_end_entities && subject.is_authority)
        || (only_authorities && !subject.is_authority)
        || distribution_point.is_some_and(|point| !is_named(point, subject));
    (!left_out).then_some(None)
}

/// Does the certificate name this DistributionPointName, one of its addresses?
fn is_named(point: &[u8], subject: &Certificate<'_>) -> bool {
    let Ok(names) = DerReader::new(point).expect(tag::CONTEXT_0) else { return false };
    let mut each = names.inside();
    while let Ok(name) = each.any() {
        if name.tag == tag::CONTEXT_6_PRIMITIVE && subject.crl_urls.iter().any(|url| url.as_bytes() == name.value) {
            return true;
        }
    }
    false
}

//! One signature in time (V12 and V13; EN 319 102-1 clauses 5.5 and 5.6): its time-stamps, the best signature time, its chain then.

use crate::cms::build_path::PathPurpose;
use crate::cms::signature_memory::SignatureChecks;
use crate::domain::verdict::{EvidenceReport, ReasonCode, TimeStampKind, TimeStampReport, Verdict};
use crate::verify::check_revocation::{CLOCK_SKEW, Ground};
use crate::verify::check_store::store_holds;
use crate::verify::check_time_stamp::{StampFacts, StampTime};
use crate::verify::evidence::{Evidence, RevocationQuestion};
use crate::verify::examine::{Examined, ExaminedSignature};
use crate::verify::judge_chain::{JudgedChain, Signer, judge_chain};
use crate::verify::material::Material;
use crate::verify::pdf_date::rfc3339;
use crate::verify::policy::{Policy, RevocationRule};
use crate::verify::prove_existence::{Known, Proofs};
use time::{Duration, OffsetDateTime};

/// More signatures of certificates and evidence than any document needs; the slowest take a millisecond each.
const MOST_CHECKS: usize = 512;

/// A signature after everything that time says about it.
pub struct JudgedSignature<'a> {
    /// Why it is not valid.
    pub failure: Option<ReasonCode>,
    /// What else a reader should know, or what keeps the file from being valid.
    pub notes: Vec<ReasonCode>,
    /// The moment its chain was judged at.
    pub known: Known,
    /// Its chain.
    pub chain: JudgedChain<'a>,
    /// Its signature time-stamps that hold.
    pub stamps: Vec<JudgedStamp<'a>>,
    /// All time-stamps over it, for the report.
    pub reports: Vec<TimeStampReport>,
}

/// A time-stamp after everything that time says about it.
pub struct JudgedStamp<'a> {
    /// Why it proves nothing.
    pub failure: Option<ReasonCode>,
    /// Its time.
    pub time: Option<StampTime>,
    /// How much of the file it covers; `None` for one over a signature value.
    pub covered: Option<usize>,
    /// Its chain.
    pub chain: JudgedChain<'a>,
    /// Does it bring certificates that its chain does not use, or anything else unsigned, while nothing proves its own bytes?
    pub has_unused: bool,
    report: TimeStampReport,
}

/// Judges the signatures of one file.
pub struct Judge<'a> {
    evidence: &'a Evidence,
    rule: RevocationRule,
    material: Material<'a>,
    proofs: Proofs,
    checks: SignatureChecks,
    /// The document time-stamps, newest first.
    stamps: Vec<JudgedStamp<'a>>,
}

impl<'a> Judge<'a> {
    /// Walks the document time-stamps from the newest to the oldest: each proves that everything before it existed.
    pub fn new(examined: &'a Examined, evidence: &'a Evidence, policy: &Policy, at: OffsetDateTime) -> Self {
        let material = Material::gather(examined, evidence);
        let checks = SignatureChecks::new(&evidence.memory, MOST_CHECKS);
        let mut judge = Self { evidence, rule: policy.revocation, material, proofs: Proofs::new(at), checks, stamps: Vec::new() };
        for stamp in examined.stamps.iter().rev() {
            let judged = judge.stamp(&stamp.facts, TimeStampKind::Document, stamp.end);
            if let (None, Some(time)) = (judged.failure, judged.time) {
                judge.proofs.add(stamp.end, time.at);
            }
            judge.stamps.push(judged);
        }
        judge
    }

    /// What evidence is judged with.
    pub fn ground(&self) -> Ground<'_, 'a> {
        let hard = self.rule == RevocationRule::Require;
        Ground { material: &self.material, proofs: &self.proofs, checks: &self.checks, hard }
    }

    /// The document time-stamps, newest first.
    pub fn document_stamps(&self) -> &[JudgedStamp<'a>] {
        &self.stamps
    }

    /// Does the file carry evidence, or certificates of time-stamps, that nobody can check or that nothing needs?
    pub fn has_idle_material(&self, signatures: &[JudgedSignature<'_>]) -> bool {
        let stamps = signatures.iter().flat_map(|signature| &signature.stamps).chain(&self.stamps);
        self.material.has_unreadable || !store_holds(self.ground(), self.evidence) || stamps.into_iter().any(|stamp| stamp.has_unused)
    }

    fn chain(&self, signer: Signer<'a>) -> JudgedChain<'a> {
        judge_chain(signer, self.ground(), self.evidence, self.rule)
    }

    /// Judges a time-stamp that ends at `end` of the file.
    fn stamp(&self, facts: &'a StampFacts, kind: TimeStampKind, end: usize) -> JudgedStamp<'a> {
        let known = self.proofs.known(Some(end));
        let mut failure = facts.failure;
        let mut chain = JudgedChain::default();
        if let (None, Some(authority)) = (failure, &facts.authority) {
            chain = self.chain(Signer {
                certificate: &authority.der,
                others: &facts.others,
                purpose: PathPurpose::TimeStamp,
                known,
                trusted_at: facts.time.map_or(known.at, |time| time.at),
            });
            failure = chain.failure.map(without_proof);
        }
        let too_late = |time: StampTime| time.at.saturating_sub(tolerance(time, known)) > known.at;
        if failure.is_none() && facts.time.is_some_and(too_late) {
            failure = Some(ReasonCode::TimeStampOrder);
        }
        let report = report_stamp(facts, kind, failure);
        let covered = (kind == TimeStampKind::Document).then_some(end);
        let has_unused = !known.proven && !chain.path.is_empty() && (facts.has_idle || chain.leaves_unused(&facts.others));
        JudgedStamp { failure, time: facts.time, covered, chain, has_unused, report }
    }

    /// Judges a signature at its best signature time.
    pub fn signature(&self, signature: &'a ExaminedSignature) -> JudgedSignature<'a> {
        let stamps: Vec<_> =
            signature.facts.stamps.iter().map(|stamp| self.stamp(stamp, TimeStampKind::Signature, signature.end)).collect();
        let covering = self.stamps.iter().rev().filter(|stamp| stamp.covered.is_some_and(|covered| covered >= signature.end));
        let mut known = self.proofs.known(Some(signature.end));
        for time in stamps.iter().filter(|stamp| stamp.failure.is_none()).filter_map(|stamp| stamp.time) {
            if !known.proven || time.at < known.at {
                known = Known { at: time.at, proven: true };
            }
        }
        let all: Vec<&JudgedStamp<'_>> = stamps.iter().chain(covering).collect();
        let mut notes: Vec<ReasonCode> = all.iter().filter_map(|stamp| stamp.failure.map(note_of)).collect();
        if all.iter().any(|stamp| stamp.failure.is_none() && stamp.chain.unjudged) {
            notes.push(ReasonCode::TimeStampRevocationNotChecked);
        }
        let reports = all.iter().map(|stamp| stamp.report.clone()).collect();
        let mut chain = JudgedChain::default();
        let failure = match (&signature.facts.failure, &signature.facts.signer) {
            (Some(failure), _) => Some(*failure),
            (None, None) => Some(ReasonCode::NoSigningCertificate),
            (None, Some(signer)) => {
                chain = self.chain(Signer {
                    certificate: &signer.der,
                    others: &signature.facts.others,
                    purpose: PathPurpose::Seal,
                    known,
                    trusted_at: known.at,
                });
                chain.failure
            }
        };
        JudgedSignature { failure, notes, known, chain, stamps, reports }
    }
}

impl JudgedSignature<'_> {
    /// Everything that was used for it and, where asked for, for the time-stamps over it.
    pub fn evidence<'s>(&'s self, document: &'s [JudgedStamp<'s>]) -> Vec<EvidenceReport> {
        let chains = std::iter::once(&self.chain).chain(self.stamps.iter().chain(document).map(|stamp| &stamp.chain));
        let mut all: Vec<EvidenceReport> = Vec::new();
        // What proves a seal comes first; the same evidence may serve the newest time-stamp, which nothing proves yet.
        for report in chains.flat_map(|chain| &chain.evidence) {
            let unproven = |one: &EvidenceReport| EvidenceReport { proven_at: None, ..one.clone() };
            if !all.iter().any(|known| unproven(known) == unproven(report)) {
                all.push(report.clone());
            }
        }
        all
    }
}

/// The certificates whose state is not known, each once.
pub fn missing(judge: &Judge<'_>, signatures: &[JudgedSignature<'_>]) -> Vec<RevocationQuestion> {
    let of_signatures = signatures.iter().flat_map(|one| std::iter::once(&one.chain).chain(one.stamps.iter().map(|stamp| &stamp.chain)));
    let chains = of_signatures.chain(judge.stamps.iter().map(|stamp| &stamp.chain));
    let mut all: Vec<RevocationQuestion> = Vec::new();
    for question in chains.flat_map(|chain| &chain.missing) {
        if !all.contains(question) {
            all.push(question.clone());
        }
    }
    all
}

/// Clocks differ: of two authorities by what they say, against the moment that is judged about by more.
fn tolerance(time: StampTime, known: Known) -> Duration {
    if known.proven { time.accuracy.max(Duration::seconds(1)) } else { CLOCK_SKEW }
}

/// A time-stamp never fails for good by its chain alone: what its authority lost may be proven by a later time-stamp.
fn without_proof(failure: ReasonCode) -> ReasonCode {
    match failure {
        ReasonCode::CertificateRevoked => ReasonCode::CertRevoked,
        ReasonCode::Expired | ReasonCode::NotYetValid => ReasonCode::CertExpired,
        other => other,
    }
}

/// What the failure of a time-stamp means for the whole: one that is broken or that nobody trusts keeps a file from being valid; one
/// that has only lost its power proves nothing.
fn note_of(failure: ReasonCode) -> ReasonCode {
    let lost = [
        ReasonCode::CertExpired,
        ReasonCode::CertRevoked,
        ReasonCode::RevokedCa,
        ReasonCode::RevocationOutOfBounds,
        ReasonCode::TryLater,
        ReasonCode::CryptoNoPoe,
        ReasonCode::CryptoConstraints,
    ];
    match failure {
        ReasonCode::TimeStampOrder => failure,
        _ if lost.contains(&failure) => ReasonCode::TimeStampNotProven,
        _ => ReasonCode::TimeStampFailure,
    }
}

fn report_stamp(facts: &StampFacts, kind: TimeStampKind, failure: Option<ReasonCode>) -> TimeStampReport {
    let indication = match failure.map(ReasonCode::effect) {
        None | Some(Verdict::Valid) => "PASSED",
        Some(Verdict::Invalid) => "FAILED",
        Some(Verdict::Indeterminate) => "INDETERMINATE",
    };
    TimeStampReport {
        kind,
        authority: facts.authority.as_ref().map(|authority| authority.name.clone()),
        gen_time: facts.time.and_then(|time| rfc3339(time.at)),
        algorithm: facts.algorithm.map(str::to_owned),
        indication: indication.into(),
        sub_indication: failure.map(|code| code.sub_indication().to_owned()),
    }
}

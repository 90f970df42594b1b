//! Which PAdES baseline level a signature has reached: B-B, B-T, B-LT or B-LTA (ETSI EN 319 142-1 clause 6).

use crate::verify::check_revocation::{Ground, Issuer};
use crate::verify::examine::ExaminedSignature;
use crate::verify::judge_chain::JudgedChain;
use crate::verify::judge_signature::{Judge, JudgedSignature};
use time::OffsetDateTime;

/// The level; `None` for a signature that is no baseline signature, or does not hold.
///
/// B-T needs a valid time-stamp. B-LT needs, in the file, every certificate of the signer's chain and of its time-stamps', and evidence
/// about each of them. B-LTA needs a valid document time-stamp over all that: one that is older than the material does not count.
pub fn level<'a>(signature: &ExaminedSignature, judged: &JudgedSignature<'a>, judge: &Judge<'a>) -> Option<&'static str> {
    if !signature.facts.baseline || signature.facts.failure.is_some() {
        return None;
    }
    if !judged.known.proven {
        return Some("B-B");
    }
    let ground = judge.ground();
    let valid = judged.stamps.iter().filter(|stamp| stamp.failure.is_none());
    let stamps = valid.filter_map(|stamp| Some((&stamp.chain, stamp.time?.at)));
    let chains = std::iter::once((&judged.chain, judged.known.at)).chain(stamps);
    let Some(end) = chains
        .map(|(chain, moment)| embedded_until(chain, moment, signature.end, ground))
        .try_fold(0, |most, end| end.map(|end| most.max(end)))
    else {
        return Some("B-T");
    };
    let archived =
        judge.document_stamps().iter().any(|stamp| stamp.failure.is_none() && stamp.covered.is_some_and(|covered| covered >= end));
    Some(if archived { "B-LTA" } else { "B-LT" })
}

/// How much of the file holds all that a chain needs; `None` when something of it is not in the file.
fn embedded_until<'a>(chain: &JudgedChain<'a>, moment: OffsetDateTime, own_end: usize, ground: Ground<'_, 'a>) -> Option<usize> {
    if chain.path.is_empty() {
        return None;
    }
    let certificates: Vec<_> = chain.path.iter().map(|der| ground.material.read(der)).collect::<Option<_>>()?;
    let mut until = own_end;
    for (place, pair) in certificates.windows(2).enumerate() {
        let [subject, issuer] = pair else { continue };
        let is_anchor = place + 2 == certificates.len();
        if !is_anchor {
            let placed = ground.material.certificates.iter().find(|placed| placed.it.der == issuer.der)?;
            until = until.max(placed.end?);
        }
        let issuer = Issuer { certificate: issuer, is_anchor, revoked_at: None };
        until = until.max(ground.embedded_until(subject, issuer, moment)?);
    }
    Some(until)
}

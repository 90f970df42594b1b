//! Is everything that the validation store of a licence holds what it should be: signed by somebody at hand? An original carries nothing
//! that nobody can check, and so no byte of its evidence can be changed unseen.

use crate::cms::read_certificate::Certificate;
use crate::domain::verdict::EvidenceSource;
use crate::verify::check_revocation::{Ground, names};
use crate::verify::evidence::Evidence;

/// Does every embedded certificate, list and answer hold under a certificate of the file or an anchor?
pub fn store_holds(ground: Ground<'_, '_>, evidence: &Evidence) -> bool {
    let anchors: Vec<Certificate<'_>> = evidence.anchors.iter().filter_map(|anchor| Certificate::read(anchor.der()).ok()).collect();
    let pool = || ground.material.certificates.iter().filter_map(|placed| placed.it.read.as_ref()).chain(&anchors);
    let is_ours = |source: EvidenceSource| source == EvidenceSource::Embedded;
    let certificates = ground.material.certificates.iter().filter(|placed| is_ours(placed.source)).all(|placed| {
        placed.it.read.as_ref().is_some_and(|one| {
            let is_anchor = anchors.iter().any(|anchor| anchor.der == one.der);
            is_anchor || pool().any(|issuer| issuer.subject == one.issuer && ground.holds(&one.signed, issuer))
        })
    });
    let lists = ground.material.lists.iter().filter(|placed| is_ours(placed.source));
    let mut lists = lists.map(|placed| pool().any(|issuer| issuer.subject == placed.it.issuer && ground.holds(&placed.it.signed, issuer)));
    let answers = ground.material.answers.iter().filter(|placed| is_ours(placed.source));
    let mut answers = answers.map(|placed| {
        let own: Vec<Certificate<'_>> = placed.it.certificates.iter().filter_map(|der| Certificate::read(der).ok()).collect();
        let signs = |signer: &Certificate<'_>| names(placed.it.responder, signer) && ground.holds(&placed.it.signed, signer);
        let signed = own.iter().any(signs) || pool().any(signs);
        let brought = own.len() == placed.it.certificates.len()
            && own.iter().all(|one| pool().any(|issuer| issuer.subject == one.issuer && ground.holds(&one.signed, issuer)));
        signed && brought
    });
    certificates && lists.all(|holds| holds) && answers.all(|holds| holds)
}

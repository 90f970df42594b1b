//! All certificates, lists and answers at hand for one conclusion, from the file and from the caller, read once.

use crate::cms::read_certificate::Certificate;
use crate::cms::read_ocsp::OcspAnswer;
use crate::cms::read_revocation_list::RevocationList;
use crate::domain::verdict::EvidenceSource;
use crate::verify::evidence::Evidence;
use crate::verify::examine::Examined;
use std::cell::RefCell;
use std::rc::Rc;

/// What is at hand.
pub struct Material<'a> {
    /// Certificates that may complete a chain, each once; those of the file first.
    pub certificates: Vec<Placed<PoolCertificate<'a>>>,
    /// Revocation lists that can be read.
    pub lists: Vec<Placed<RevocationList<'a>>>,
    /// OCSP answers that can be read.
    pub answers: Vec<Placed<OcspAnswer<'a>>>,
    /// Does the file's store hold anything that cannot be read?
    pub has_unreadable: bool,
    /// Certificates that were read before.
    known: RefCell<Vec<Known<'a>>>,
}

/// A certificate's DER, and what it says.
type Known<'a> = (&'a [u8], Option<Rc<Certificate<'a>>>);

/// More certificates than the chains of one file hold; others are read each time.
const MOST_KNOWN: usize = 64;

/// A certificate of the pool.
pub struct PoolCertificate<'a> {
    /// The certificate, DER.
    pub der: &'a [u8],
    /// What it says; `None` when it cannot be read.
    pub read: Option<Certificate<'a>>,
}

/// Something, and where it came from.
pub struct Placed<T> {
    /// The thing.
    pub it: T,
    /// Where it came from.
    pub source: EvidenceSource,
    /// Where it ends in the file, for something embedded.
    pub end: Option<usize>,
}

impl<'a> Material<'a> {
    /// Gathers what the file and the caller's evidence hold.
    pub fn gather(examined: &'a Examined, evidence: &'a Evidence) -> Self {
        let mut material =
            Self { certificates: Vec::new(), lists: Vec::new(), answers: Vec::new(), has_unreadable: false, known: RefCell::default() };
        let embedded = EvidenceSource::Embedded;
        for signature in &examined.signatures {
            let facts = &signature.facts;
            facts.others.iter().for_each(|der| material.certificate(der, embedded, Some(signature.end)));
            for stamp in &facts.stamps {
                stamp.others.iter().for_each(|der| material.certificate(der, embedded, Some(signature.end)));
            }
        }
        for stamp in &examined.stamps {
            stamp.facts.others.iter().for_each(|der| material.certificate(der, embedded, Some(stamp.end)));
        }
        let store = &examined.store;
        store.certificates.iter().for_each(|one| material.certificate(&one.der, embedded, Some(one.end)));
        for one in &store.revocation_lists {
            material.has_unreadable |= !material.list(&one.der, embedded, Some(one.end));
        }
        for one in &store.ocsp_answers {
            material.has_unreadable |= !material.answer(&one.der, embedded, Some(one.end));
        }
        for (outside, source) in [(&evidence.given, EvidenceSource::Given), (&evidence.fetched, EvidenceSource::Fetched)] {
            outside.certificates.iter().for_each(|der| material.certificate(der, source, None));
            // What the caller brings and cannot be read is of no use, and does no harm.
            for der in &outside.revocation_lists {
                material.list(der, source, None);
            }
            for der in &outside.ocsp_answers {
                material.answer(der, source, None);
            }
        }
        material
    }

    /// What a certificate says, read once; `None` when it cannot be read.
    pub fn read(&self, der: &'a [u8]) -> Option<Rc<Certificate<'a>>> {
        if let Some((_, known)) = self.known.borrow().iter().find(|(bytes, _)| *bytes == der) {
            return known.clone();
        }
        let read = Certificate::read(der).ok().map(Rc::new);
        let mut known = self.known.borrow_mut();
        if known.len() < MOST_KNOWN {
            known.push((der, read.clone()));
        }
        read
    }

    fn certificate(&mut self, der: &'a [u8], source: EvidenceSource, end: Option<usize>) {
        match self.certificates.iter_mut().find(|known| known.it.der == der) {
            // The earliest place in the file is the one that is proven first.
            Some(known) => known.end = known.end.into_iter().chain(end).min(),
            None => self.certificates.push(Placed { it: PoolCertificate { der, read: Certificate::read(der).ok() }, source, end }),
        }
    }

    fn list(&mut self, der: &'a [u8], source: EvidenceSource, end: Option<usize>) -> bool {
        let read = RevocationList::read(der).ok();
        let readable = read.is_some();
        self.lists.extend(read.map(|it| Placed { it, source, end }));
        readable
    }

    fn answer(&mut self, der: &'a [u8], source: EvidenceSource, end: Option<usize>) -> bool {
        let read = OcspAnswer::read(der).ok();
        let readable = read.is_some();
        self.answers.extend(read.map(|it| Placed { it, source, end }));
        readable
    }
}

//! Appends validation data: the document security store (DSS) with certificates, revocation lists and OCSP answers, and which of them
//! belong to which signature (VRI). What an earlier store holds stays (S5, ETSI EN 319 142-1 clause 5.4).

use crate::{
    domain::digest::Digest,
    pdf::{
        read::{Dict, Document, Object, Ref},
        update::{self, Update, UpdateError},
        write::{file::stream_body, object::dict_with},
    },
    seal::{
        SealError,
        permission::{Addition, check_permission},
        root::Root,
        signature_dictionary::utc_date,
    },
};
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;

/// What proves the validity of signatures and time-stamps later; everything is DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidationData {
    /// Certificates: of signers, time-stamp authorities, OCSP signers, and of every authority above them.
    pub certificates: Vec<Vec<u8>>,
    /// CertificateList.
    pub revocation_lists: Vec<Vec<u8>>,
    /// OCSPResponse (not the BasicOCSPResponse in it).
    pub ocsp_answers: Vec<Vec<u8>>,
}

/// The three kinds: key in the DSS, key in a VRI entry.
const KINDS: [(&[u8], &[u8]); 3] = [(b"Certs", b"Cert"), (b"OCSPs", b"OCSP"), (b"CRLs", b"CRL")];

/// Appends `data` to the store of `document`, each value once, and refers to it from every signature and time-stamp in the document that
/// no earlier store knew. `at` is written as the moment of collection. The same arguments give the same bytes; a document that has it all comes back as it is.
pub fn append_validation(mut document: Vec<u8>, data: &ValidationData, at: OffsetDateTime) -> Result<Vec<u8>, SealError> {
    let tail = tail(&document, data, at)?;
    document.extend_from_slice(&tail);
    Ok(document)
}

/// What goes behind the document.
fn tail(document: &[u8], data: &ValidationData, at: OffsetDateTime) -> Result<Vec<u8>, SealError> {
    let base = Document::parse(document, &update::limits()).map_err(UpdateError::from)?;
    check_permission(&base, Addition::Validation)?;
    let given = [&data.certificates, &data.ocsp_answers, &data.revocation_lists];
    let size: usize = given.iter().flat_map(|values| values.iter()).map(|value| value.len() + 96).sum();
    let mut update = Update::of(&base, size + 4096)?;
    let mut root = Root::of(&base)?;
    let home = root.old().get(b"DSS").as_ref();
    let store = match root.old().get(b"DSS") {
        Object::Null => Dict::default(),
        value => base.dict(value).map_err(UpdateError::from)?,
    };

    let mut shelves = Vec::with_capacity(KINDS.len());
    for ((key, _), values) in KINDS.iter().zip(given) {
        let mut shelf = Shelf::read(&base, &store, key)?;
        shelf.put(&mut update, values)?;
        shelves.push(shelf);
    }
    let related = Related::read(&base, &store)?.refer(&base, &shelves, at)?;
    if update.is_empty() && related.is_none() {
        return Ok(Vec::new());
    }

    let lists: Vec<Vec<u8>> = shelves.iter().map(|shelf| references(&shelf.all)).collect();
    let mut set: Vec<(&[u8], &[u8])> = vec![(b"Type", b"/DSS")];
    let filled = KINDS.iter().zip(&shelves).zip(&lists).filter(|((_, shelf), _)| !shelf.all.is_empty());
    set.extend(filled.map(|(((key, _), _), list)| (*key, list.as_slice())));
    set.extend(related.as_deref().map(|related| (&b"VRI"[..], related)));
    let store = dict_with(&store, &set);
    match home {
        Some(home) => {
            update.object(home, &store);
        }
        None => {
            let home = update.allocate()?;
            update.object(home, &store);
            root.set(b"DSS", format!("{} 0 R", home.number).into_bytes());
        }
    }
    root.name_extension()?;
    root.write(&mut update);
    Ok(update.finish(&Digest::of(&store).0)?)
}

/// The streams of one kind.
struct Shelf {
    /// In the order of the store.
    all: Vec<Ref>,
    known: BTreeMap<Digest, Ref>,
    /// Where the given values stand now.
    given: Vec<Ref>,
}

impl Shelf {
    fn read(document: &Document<'_>, store: &Dict<'_>, key: &[u8]) -> Result<Self, UpdateError> {
        let mut shelf = Self { all: Vec::new(), known: BTreeMap::new(), given: Vec::new() };
        for value in document.array(store.get(key))? {
            let reference = value.as_ref().ok_or(UpdateError::Object(0))?;
            shelf.all.push(reference);
            let bytes = document.stream(&value).and_then(|stream| document.unpacked(&stream, document.limits().unpacked));
            if let Ok(bytes) = bytes {
                // A stream that cannot be read stays where it is, but nobody can tell what is in it.
                shelf.known.entry(Digest::of(&bytes)).or_insert(reference);
            }
        }
        Ok(shelf)
    }

    fn put(&mut self, update: &mut Update, values: &[Vec<u8>]) -> Result<(), UpdateError> {
        for value in values {
            let digest = Digest::of(value);
            let reference = match self.known.get(&digest) {
                Some(known) => *known,
                None => {
                    let new = update.allocate()?;
                    let mut body = Vec::new();
                    stream_body(&mut body, b"", value);
                    update.object(new, &body);
                    self.known.insert(digest, new);
                    self.all.push(new);
                    new
                }
            };
            if !self.given.contains(&reference) {
                self.given.push(reference);
            }
        }
        Ok(())
    }
}

/// The validation-related information of an earlier store: what belongs to which signature.
struct Related<'a> {
    all: Dict<'a>,
}

impl<'a> Related<'a> {
    fn read(document: &Document<'a>, store: &Dict<'a>) -> Result<Self, UpdateError> {
        let all = match store.get(b"VRI") {
            Object::Null => Dict::default(),
            value => document.dict(value)?,
        };
        Ok(Self { all })
    }

    /// The dictionary in PDF syntax, with an entry that refers to everything given for each signature that has none; `None` when all
    /// have one. An entry never changes: it says what was known when it was written, and validators compare it with the signed one.
    fn refer(&self, document: &Document<'a>, shelves: &[Shelf], at: OffsetDateTime) -> Result<Option<Vec<u8>>, UpdateError> {
        let given = KINDS.iter().zip(shelves).filter(|(_, shelf)| !shelf.given.is_empty());
        let lists: Vec<(&[u8], Vec<u8>)> = given.map(|((_, name), shelf)| (*name, references(&shelf.given))).collect();
        if lists.is_empty() {
            return Ok(None);
        }
        let moment = utc_date(at).into_bytes();
        let mut entries: Vec<(&[u8], &[u8])> = lists.iter().map(|(name, list)| (*name, list.as_slice())).collect();
        entries.push((b"TU", &moment));
        let entry = dict_with(&Dict::default(), &entries);
        let keys: BTreeSet<Vec<u8>> = signature_keys(document)?.into_iter().filter(|key| self.all.entry(key).is_none()).collect();
        let set: Vec<(&[u8], &[u8])> = keys.iter().map(|key| (key.as_slice(), entry.as_slice())).collect();
        Ok((!set.is_empty()).then(|| dict_with(&self.all, &set)))
    }
}

/// The VRI key of every signature and document time-stamp: SHA-1 over the decoded /Contents, padding included, in upper case hex.
/// (SHA-1 only names the entry here: what it would be forged for is checked by the signatures themselves.)
fn signature_keys(document: &Document<'_>) -> Result<Vec<Vec<u8>>, UpdateError> {
    let mut keys = Vec::new();
    for field in document.signature_fields()? {
        if field.value.is_null() {
            continue;
        }
        let signature = document.dict(&field.value)?;
        let contents = signature.get(b"Contents").as_text().ok_or(UpdateError::Object(field.value.as_ref().map_or(0, |r| r.number)))?;
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, contents);
        keys.push(hex::encode_upper(digest.as_ref()).into_bytes());
    }
    Ok(keys)
}

/// An array of references.
fn references(list: &[Ref]) -> Vec<u8> {
    let words: Vec<String> = list.iter().map(|reference| format!("{} {} R", reference.number, reference.generation)).collect();
    format!("[{}]", words.join(" ")).into_bytes()
}

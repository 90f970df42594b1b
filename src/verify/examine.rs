//! First half of a verification: everything that the bytes alone say. Hostile input ends here, as a report.

use crate::domain::digest::Digest;
use crate::domain::verdict::ReasonCode;
use crate::pdf::read::{Dict, Document, Limits, Object, PdfError, Ref, SignatureBytes};
use crate::verify::active_content::has_active_content;
use crate::verify::check_seal::{SealFacts, check_seal};
use crate::verify::check_time_stamp::{StampFacts, check_document_stamp};
use crate::verify::conclude::revocation_needs;
use crate::verify::covered_digests::CoveredDigests;
use crate::verify::differences::{Change, Permission, differences};
use crate::verify::evidence::{Evidence, Needs, RegisterQuestion};
use crate::verify::licence_content::{LicenceContent, licence_content};
use crate::verify::pdf_date::{read_pdf_date, rfc3339};
use crate::verify::policy::{Policy, RevocationRule};
use crate::verify::read_validation_store::{ValidationStore, read_validation_store};
use std::collections::BTreeSet;
use time::OffsetDateTime;

/// What the bytes alone said; feed it to [`crate::verify::conclude`].
#[derive(Clone, Debug)]
pub struct Examined {
    /// Every signature but document time-stamps, in the order of their revisions.
    pub(super) signatures: Vec<ExaminedSignature>,
    /// Every document time-stamp, in the order of their revisions.
    pub(super) stamps: Vec<ExaminedStamp>,
    /// Validation material that the file carries.
    pub(super) store: ValidationStore,
    /// Can its validation store not be read?
    pub(super) store_is_broken: bool,
    /// Signature dictionaries that no form field reaches, or one that two fields share, or a broken time-stamp.
    pub(super) stray: Option<ReasonCode>,
    /// Does it carry no licence data, but scripts, actions or content that can be switched?
    pub(super) is_active: bool,
    /// The licence data of the revision that the first signature covers (of the file, when nothing is signed).
    pub(super) licence: Option<LicenceContent>,
}

/// One document time-stamp by the bytes alone.
#[derive(Clone, Debug)]
pub(super) struct ExaminedStamp {
    /// Token, imprint, signature.
    pub facts: StampFacts,
    /// How much of the file it covers.
    pub end: usize,
}

/// One signature by the bytes alone.
#[derive(Clone, Debug)]
pub(super) struct ExaminedSignature {
    /// Where its revision ends in the file.
    pub end: usize,
    /// CMS, certificate, digest, value; holds the failure of the byte range, too.
    pub facts: SealFacts,
    /// /M, RFC 3339.
    pub signed_at: Option<String>,
    /// Does it cover the whole file?
    pub covers_whole_file: bool,
    /// What was appended after it.
    pub changes: Vec<Change>,
    /// /P of its DocMDP transform, where catalog /Perms names it as the certification.
    pub certifies: Option<i64>,
    /// Are the hex digits of /Contents lower case?
    pub lower_case: bool,
}

/// Why there is nothing to conclude about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExamineError {
    /// Not a PDF at all.
    #[error("不是 PDF 文件，请提供证照的 PDF 原件。 Not a PDF file: give the original PDF of the licence.")]
    NotPdf,
    /// A PDF that cannot be read as the strict rules demand; what was wrong.
    #[error("无法读取此 PDF，请向持有人索取原件。 The PDF cannot be read: {0}; ask the holder for the original file.")]
    Unparsable(String),
    /// An encrypted PDF.
    #[error(
        "PDF 已加密，请向持有人索取没有密码和限制的原件。 The PDF is encrypted: ask the holder for the original without a password or restrictions."
    )]
    Encrypted,
    /// A bound on what reading may cost was passed; which one. Says nothing about the seal.
    #[error("PDF 过大或过于复杂，无法在此核验。 The PDF is too large or too complex to be examined here: it passes the limit on {0}.")]
    TooMuch(&'static str),
    /// No signature field.
    #[error("PDF 没有签名域，从未盖章。 The PDF has no signature field: it was never sealed.")]
    NoSignature,
}

impl From<PdfError> for ExamineError {
    fn from(error: PdfError) -> Self {
        match error {
            PdfError::NotPdf => Self::NotPdf,
            PdfError::Encrypted => Self::Encrypted,
            PdfError::TooMuch(limit) => Self::TooMuch(limit),
            other => Self::Unparsable(other.to_string()),
        }
    }
}

impl Examined {
    /// What to fetch before concluding about the moment `at`, beyond the evidence at hand.
    pub fn needs(&self, evidence: &Evidence, policy: &Policy, at: OffsetDateTime) -> Needs {
        let revocation =
            if policy.revocation == RevocationRule::Ignore { Vec::new() } else { revocation_needs(self, evidence, policy, at) };
        Needs { register: self.register_question(), revocation }
    }

    /// Every certificate that the file carries: of its signatures, its time-stamps and its validation store.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        let signers = self.signatures.iter().flat_map(|one| one.facts.signer.iter().map(|s| &s.der).chain(&one.facts.others));
        let of_signatures = self.signatures.iter().flat_map(|one| &one.facts.stamps);
        let stamps = of_signatures.chain(self.stamps.iter().map(|stamp| &stamp.facts));
        let authorities = stamps.flat_map(|stamp| stamp.authority.iter().map(|a| &a.der).chain(&stamp.others));
        signers.chain(authorities).chain(self.store.certificates.iter().map(|one| &one.der)).map(Vec::as_slice)
    }

    /// The time of the newest time-stamp of the file that holds mathematically.
    pub fn newest_time_stamp(&self) -> Option<OffsetDateTime> {
        let of_signatures = self.signatures.iter().flat_map(|signature| &signature.facts.stamps);
        let all = of_signatures.chain(self.stamps.iter().map(|stamp| &stamp.facts));
        all.filter(|stamp| stamp.failure.is_none()).filter_map(|stamp| stamp.time.map(|time| time.at)).max()
    }

    /// What the register should be asked; only when the seal over licence data holds mathematically.
    pub fn register_question(&self) -> Option<RegisterQuestion> {
        let licence = self.licence.as_ref()?;
        let payload = licence.payload.as_ref()?;
        let seal = self.signatures.first().filter(|seal| seal.facts.failure.is_none())?;
        Some(RegisterQuestion {
            licence_id: payload.licence_id,
            identifier: payload.identifier.clone(),
            signed_digest: seal.facts.signed_digest?,
            payload_digest: licence.payload_digest,
        })
    }

    /// SHA-256 over what the first signature covers, where it could be told.
    pub fn signed_digest(&self) -> Option<Digest> {
        self.signatures.first().and_then(|seal| seal.facts.signed_digest)
    }
}

/// Examines a PDF: structure, byte ranges, digests, signatures, later revisions, content agreement. Pure; bounded by `limits`.
///
/// A file that was signed and then spoiled so that the strict rules no longer read it is an answer, FORMAT_FAILURE, and not an error:
/// a clerk must hear "invalid" of it.
pub fn examine(bytes: &[u8], limits: &Limits) -> Result<Examined, ExamineError> {
    match examine_readable(bytes, limits) {
        Err(ExamineError::Unparsable(_)) if names_byte_range(bytes) => Ok(Examined {
            signatures: vec![broken()],
            stamps: Vec::new(),
            store: ValidationStore::default(),
            store_is_broken: false,
            stray: Some(ReasonCode::FormatFailure),
            is_active: false,
            licence: None,
        }),
        answer => answer,
    }
}

fn examine_readable(bytes: &[u8], limits: &Limits) -> Result<Examined, ExamineError> {
    let document = Document::parse(bytes, limits)?;
    let fields = document.signature_fields()?;
    if fields.is_empty() {
        return Err(ExamineError::NoSignature);
    }
    let mut values: Vec<Ref> = Vec::new();
    let mut stray = None;
    for field in &fields {
        match &field.value {
            Object::Null => {}
            Object::Ref(value) if !values.contains(value) => values.push(*value),
            _ => stray = Some(ReasonCode::FormatFailure),
        }
    }
    if values.len() > limits.signatures {
        return Err(ExamineError::TooMuch("signatures"));
    }
    if has_unreachable(&document, &values) {
        stray = stray.or(Some(ReasonCode::UnreachableSignature));
    }
    let (store, store_is_broken) = match read_validation_store(&document) {
        Ok(store) => (store, false),
        Err(_) => (ValidationStore::default(), true),
    };
    let stored: Vec<&[u8]> = store.certificates.iter().map(|one| one.der.as_slice()).collect();
    let digests = CoveredDigests::new(bytes);
    let mut signatures = Vec::new();
    let mut stamps = Vec::new();
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut first: Option<(usize, Option<LicenceContent>)> = None;
    for value in values {
        let Ok(covered) = document.signature_bytes(value) else {
            signatures.push((usize::MAX, broken()));
            continue;
        };
        ends.push((covered.end, covered.covered[0].len()));
        let revision = Revision::read(&document, &covered);
        let is_its_own = revision.as_ref().is_some_and(|revision| revision.holds(value, &covered));
        if covered.dict.is(b"Type", b"DocTimeStamp") {
            if is_its_own {
                stamps.push(ExaminedStamp { facts: check_document_stamp(&covered, &digests, &stored, limits), end: covered.end });
            } else {
                stray = stray.or(Some(ReasonCode::FormatFailure));
            }
            continue;
        }
        let Some(revision) = revision.filter(|_| is_its_own) else {
            signatures.push((covered.end, broken()));
            continue;
        };
        let signed = revision.document(&document);
        let examined = examine_signature(&document, signed, value, (&covered, &digests), &stored)?;
        if first.as_ref().is_none_or(|(end, _)| covered.end < *end) {
            first = Some((covered.end, licence_content(signed, examined.facts.failure.is_none())));
        }
        signatures.push((covered.end, examined));
    }
    if !are_nested(ends) {
        stray = stray.or(Some(ReasonCode::FormatFailure));
    }
    if signatures.is_empty() && !stamps.is_empty() {
        stray = stray.or(Some(ReasonCode::SigConstraints));
    }
    signatures.sort_by_key(|(end, _)| *end);
    stamps.sort_by_key(|stamp| stamp.end);
    let licence = match first {
        Some((_, licence)) => licence,
        None => licence_content(&document, false),
    };
    let signatures = signatures.into_iter().map(|(_, signature)| signature).collect();
    // Nobody may add to a licence, not even white space.
    if licence.is_some() && !document.ends_plainly() {
        stray = stray.or(Some(ReasonCode::FormatFailure));
    }
    let is_active = licence.is_none() && has_active_content(&document);
    Ok(Examined { signatures, stamps, store, store_is_broken, stray, is_active, licence })
}

/// The revision that a signature covers: the file itself, or an earlier state of it that was parsed alone.
enum Revision<'a> {
    Whole,
    Earlier(Box<Document<'a>>),
}

impl<'a> Revision<'a> {
    fn read(document: &Document<'a>, covered: &SignatureBytes<'_>) -> Option<Self> {
        if covered.end == document.bytes().len() {
            return Some(Self::Whole);
        }
        document.revision(covered.end).ok().map(|revision| Self::Earlier(Box::new(revision)))
    }

    fn document<'x>(&'x self, whole: &'x Document<'a>) -> &'x Document<'a> {
        match self {
            Self::Whole => whole,
            Self::Earlier(document) => document,
        }
    }

    /// Does that revision, read alone, hold the very same signature dictionary, reached by a field of its own form?
    fn holds(&self, value: Ref, covered: &SignatureBytes<'_>) -> bool {
        let Self::Earlier(document) = self else { return true };
        let same = document.signature_bytes(value).is_ok_and(|then| then.dict == covered.dict && then.end == covered.end);
        let fields = document.signature_fields().unwrap_or_default();
        same && fields.iter().any(|field| field.value.as_ref() == Some(value))
    }
}

fn broken() -> ExaminedSignature {
    ExaminedSignature {
        end: usize::MAX,
        facts: SealFacts { failure: Some(ReasonCode::FormatFailure), ..SealFacts::default() },
        signed_at: None,
        covers_whole_file: false,
        changes: Vec::new(),
        certifies: None,
        lower_case: false,
    }
}

fn examine_signature(
    document: &Document<'_>,
    signed: &Document<'_>,
    value: Ref,
    (covered, digests): (&SignatureBytes<'_>, &CoveredDigests<'_>),
    store: &[&[u8]],
) -> Result<ExaminedSignature, PdfError> {
    let mut facts = check_seal(covered, digests, store, document.limits());
    let (certifies, contradiction) = certification(signed, value, &covered.dict);
    if contradiction {
        facts.failure = facts.failure.or(Some(ReasonCode::FormatFailure));
    }
    Ok(ExaminedSignature {
        end: covered.end,
        facts,
        signed_at: covered.dict.get(b"M").as_text().and_then(read_pdf_date).and_then(rfc3339),
        covers_whole_file: covered.end == document.bytes().len(),
        changes: changes(document, signed, value)?,
        certifies,
        lower_case: covered.lower_case,
    })
}

/// What was appended after the signature `value`.
fn changes(document: &Document<'_>, signed: &Document<'_>, value: Ref) -> Result<Vec<Change>, PdfError> {
    if std::ptr::eq(document, signed) {
        return Ok(Vec::new());
    }
    let fields = signed.signature_fields().unwrap_or_default();
    differences(document, signed, &Permission::read(signed, value, &fields))
}

/// /P of the certification that catalog /Perms /DocMDP gives to this signature (check V15), and whether /Perms contradicts the
/// signature: it names one that carries no DocMDP transform.
fn certification(signed: &Document<'_>, value: Ref, dict: &Dict<'_>) -> (Option<i64>, bool) {
    let named = || -> Result<Option<Ref>, PdfError> {
        let catalog = signed.catalog()?;
        if catalog.get(b"Perms").is_null() {
            return Ok(None);
        }
        Ok(signed.dict(catalog.get(b"Perms"))?.get(b"DocMDP").as_ref())
    };
    match named() {
        Ok(Some(named)) if named == value => match transform(dict) {
            Some(permission) => (Some(permission), false),
            None => (None, true),
        },
        Ok(_) => (None, false),
        Err(_) => (None, true),
    }
}

/// /P of the only DocMDP transform of a signature dictionary; 2 when it gives none.
fn transform(dict: &Dict<'_>) -> Option<i64> {
    let [reference] = dict.get(b"Reference").as_array()? else { return None };
    let reference = reference.as_dict().filter(|reference| reference.is(b"TransformMethod", b"DocMDP"))?;
    match reference.get(b"TransformParams").as_dict()?.get(b"P") {
        Object::Null => Some(2),
        permission => permission.as_int().filter(|p| (1..=3).contains(p)),
    }
}

/// Each later signature must cover the whole of each earlier one, its /Contents too.
fn are_nested(mut ends: Vec<(usize, usize)>) -> bool {
    ends.sort_unstable();
    ends.windows(2).all(|pair| matches!(pair, [(earlier_end, _), (_, later_gap)] if earlier_end <= later_gap))
}

/// Is there an object in use with a /ByteRange that no signature field reaches?
fn has_unreachable(document: &Document<'_>, reached: &[Ref]) -> bool {
    let reached: BTreeSet<u32> = reached.iter().map(|reference| reference.number).collect();
    let mut placed: Vec<(usize, u32)> = document.placed().map(|(number, at)| (at, number)).collect();
    placed.sort_unstable();
    placed.iter().enumerate().any(|(position, (at, number))| {
        let end = placed.get(position + 1).map_or(document.bytes().len(), |(next, _)| *next);
        let object = document.bytes().get(*at..end).unwrap_or_default();
        !reached.contains(number) && has_byte_range(object)
    })
}

const KEY: &[u8] = b"/ByteRange";

/// Does the key of a signature stand anywhere in a file?
fn names_byte_range(bytes: &[u8]) -> bool {
    bytes.windows(KEY.len()).any(|window| window == KEY)
}

/// Looks in the text of an object up to its stream data.
fn has_byte_range(object: &[u8]) -> bool {
    let mut rest = object;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'/' | b's')) {
        let here = rest.get(at..).unwrap_or_default();
        if here.starts_with(KEY) {
            return true;
        }
        if here.starts_with(b"stream\n") || here.starts_with(b"stream\r") {
            return false;
        }
        rest = here.get(1..).unwrap_or_default();
    }
    false
}

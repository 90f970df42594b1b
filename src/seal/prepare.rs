//! Appends the signature field, its dictionary and the picture, leaves a gap for the signature, and says what is to be signed.

use crate::{
    domain::digest::Digest,
    pdf::{
        read::{Document, Object, Ref},
        unsealed::{HashedPrefix, Unsealed},
        update::{self, UpdateError},
    },
    seal::{
        SealError, SealSpec, SignerFacts, append_signature::NewSignature, gap::Gapped, lint::lint,
        signature_dictionary::SignatureDictionary,
    },
};
use ring::digest::SHA256;

/// A document with a gap where the signature goes. It is used up by [`crate::seal::sign`].
pub struct Prepared {
    pub(super) document: Gapped,
    pub(super) digest: Digest,
    pub(super) message_digest: Vec<u8>,
    pub(super) facts: SignerFacts,
}

impl Prepared {
    pub(super) fn of(document: Gapped, prefix: Option<HashedPrefix>, facts: &SignerFacts) -> (Self, Permit) {
        let sha256 = document.digest(&SHA256, prefix.map(|prefix| (prefix.len, prefix.state)));
        let digest = Digest(<[u8; 32]>::try_from(sha256.as_slice()).unwrap_or_default());
        let hash = facts.template().algorithm().hash().ring();
        let message_digest = if hash == &SHA256 { sha256 } else { document.digest(hash, None) };
        (Self { document, digest, message_digest, facts: facts.clone() }, Permit { digest })
    }

    /// SHA-256 over everything but the gap: what the register keeps as the digest of the signed revision. (A signature with
    /// another hash signs its own digest of the same bytes.)
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The four numbers of /ByteRange.
    pub fn byte_range(&self) -> [usize; 4] {
        self.document.byte_range()
    }
}

/// The right to let the key sign one digest once. Only [`prepare`] makes one; it cannot be copied, and signing uses it up. The
/// service records [`Permit::digest`] durably before it spends the permit.
pub struct Permit {
    digest: Digest,
}

impl Permit {
    /// What may be signed.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

/// Prepares `unsealed` for `spec` and the signer of `facts`. The same arguments give the same bytes and digest.
pub fn prepare(unsealed: Unsealed, spec: &SealSpec, facts: &SignerFacts) -> Result<(Prepared, Permit), SealError> {
    check_field_name(&spec.field_name)?;
    let Unsealed { bytes, place, prefix } = unsealed;
    let document = Document::parse(&bytes, &update::limits()).map_err(UpdateError::from)?;
    if document.sections().len() > 1 {
        return Err(SealError::Forbidden("an earlier revision".into()));
    }
    lint(&document)?;
    let old = match place.widget_object {
        Some(number) => {
            let reference = Ref { number, generation: 0 };
            Some((reference, document.dict(&Object::Ref(reference)).map_err(UpdateError::from)?))
        }
        None => None,
    };
    let page = match old.as_ref().and_then(|(_, old)| old.get(b"P").as_ref()) {
        Some(page) => page,
        None => page_reference(&document, place.page)?,
    };
    let field = NewSignature {
        name: &spec.field_name,
        tooltip: &spec.tooltip,
        page,
        old,
        rect: spec.appearance.as_ref().map_or([0.0; 4], |_| place.rect),
        picture: spec.appearance.as_ref(),
        struct_parent: place.struct_parent,
        dictionary: SignatureDictionary::of_seal(spec, facts.template().longest() + spec.room),
        certifies: spec.certify.is_some(),
    };
    let appendix = field.append(&document, &facts.certificate_digest())?;
    Ok(Prepared::of(appendix.onto(bytes), prefix, facts))
}

/// Object number of page `index`, counted from 0.
pub(super) fn page_reference(document: &Document<'_>, index: usize) -> Result<Ref, UpdateError> {
    document.pages()?.get(index).and_then(|page| page.reference).ok_or(UpdateError::NoPage(index))
}

pub(super) fn check_field_name(name: &str) -> Result<(), SealError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) { Ok(()) } else { Err(SealError::FieldName) }
}

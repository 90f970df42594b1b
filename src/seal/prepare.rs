//! Appends the signature field, its dictionary and the picture, leaves a gap for the signature, and says what is to be signed.

use crate::{
    domain::digest::Digest,
    pdf::{
        unsealed::Unsealed,
        update::{Update, base::Base, raw},
    },
    seal::{
        SealError, SealSpec, SignerFacts,
        gap::Gapped,
        lint::lint,
        objects::{NewObject, SignatureDictionary, Widget, annotate_page, catalog, picture},
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
    let (objects, signature_number) = plan(&unsealed, spec)?;

    let gap_length = 2 * (facts.template().longest() + spec.room) + 2;
    let signature = SignatureDictionary::new(spec, gap_length);
    let extra: usize = objects.iter().map(|(_, body)| body.len() + 64).sum();
    let mut update = Update::begin(unsealed.bytes, extra + signature.body.len() + 1024)?;
    for (number, body) in &objects {
        update.object(*number, body);
    }
    let body_at = update.object(signature_number, &signature.body);
    let bytes = update.finish(&facts.certificate_digest().0);

    let gap_at = body_at + signature.gap_at;
    let document = Gapped::new(bytes, gap_at..gap_at + gap_length, body_at + signature.range_at);
    let sha256 = document.digest(&SHA256, unsealed.prefix.map(|prefix| (prefix.len, prefix.state)));
    let digest = Digest(<[u8; 32]>::try_from(sha256.as_slice()).unwrap_or_default());
    let hash = facts.template().algorithm().hash().ring();
    let message_digest = if hash == &SHA256 { sha256 } else { document.digest(hash, None) };
    let prepared = Prepared { document, digest, message_digest, facts: facts.clone() };
    Ok((prepared, Permit { digest }))
}

/// Everything the update writes but the signature dictionary, and the number that one gets.
fn plan(unsealed: &Unsealed, spec: &SealSpec) -> Result<(Vec<NewObject>, u32), SealError> {
    let base = Base::read(&unsealed.bytes)?;
    lint(&base)?;
    let place = &unsealed.place;
    let mut free = base.size();
    let mut objects = Vec::with_capacity(8);
    let old = match place.widget_object {
        Some(number) => Some(base.dictionary(number)?),
        None => None,
    };
    let page = match old.as_ref().and_then(|old| old.get(b"P")) {
        Some(page) => raw::reference(page),
        None => None,
    };
    let page = match page {
        Some(page) => page,
        None => base.page(place.page)?,
    };
    let widget = match place.widget_object {
        Some(number) => number,
        None => {
            free += 1;
            objects.push(annotate_page(&base, page, free - 1)?);
            free - 1
        }
    };
    let signature = free;
    let first_picture = free + 1;
    let body = Widget {
        spec,
        page,
        signature,
        rect: spec.appearance.as_ref().map_or([0.0; 4], |_| place.rect),
        picture: spec.appearance.as_ref().map(|_| first_picture),
        struct_parent: place.struct_parent,
    }
    .body(old.as_ref());
    objects.push((widget, body));
    objects.extend(catalog(&base, widget, spec.certify.map(|_| signature))?);
    if let Some(appearance) = &spec.appearance {
        objects.extend(picture(appearance, first_picture));
    }
    Ok((objects, signature))
}

fn check_field_name(name: &str) -> Result<(), SealError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) { Ok(()) } else { Err(SealError::FieldName) }
}

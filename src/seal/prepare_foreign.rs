//! Prepares a seal on a document that another program made, signed before or not: an approval signature, or the first certification.

use crate::{
    pdf::{
        read::{Dict, Document, Object},
        update::{self, UpdateError},
    },
    seal::{
        Permit, Prepared, SealError, SealSpec, SignerFacts,
        append_signature::NewSignature,
        permission::{Addition, check_permission, same_text},
        prepare::{check_field_name, page_reference},
        signature_dictionary::SignatureDictionary,
    },
};

/// Where a seal on a foreign document goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForeignPlace {
    /// Zero-based page; not asked where an empty field of the name is in the document.
    pub page: usize,
    /// `[llx lly urx ury]` of a visible seal, in points.
    pub rect: [f64; 4],
}

/// Prepares `document` for `spec`. An empty signature field of that name is taken over, with its place; else a new one is made.
/// Refused: what cannot be read without repair, is encrypted or a hybrid; what its signatures forbid; a field of that name that is
/// signed, of another kind, or asks its signer for more (lock, seed values); a certification where a signature is.
pub fn prepare_foreign(
    document: Vec<u8>,
    place: &ForeignPlace,
    spec: &SealSpec,
    facts: &SignerFacts,
) -> Result<(Prepared, Permit), SealError> {
    check_field_name(&spec.field_name)?;
    let appendix = {
        let base = Document::parse(&document, &update::limits()).map_err(UpdateError::from)?;
        check_permission(&base, Addition::Signature(&spec.field_name))?;
        let fields = base.signature_fields().map_err(UpdateError::from)?;
        if spec.certify.is_some() && fields.iter().any(|field| !field.value.is_null()) {
            return Err(SealError::NotAllowed("an earlier signature: only the first can certify"));
        }
        let named = |dict: &Dict<'_>| {
            dict.get(b"Parent").is_null() && dict.get(b"T").as_text().is_some_and(|name| same_text(name, &spec.field_name))
        };
        let field = fields.iter().find(|field| named(&field.dict));
        let old = match field {
            Some(field) if ["Lock", "SV"].iter().any(|key| !field.dict.get(key.as_bytes()).is_null()) => {
                return Err(SealError::NotAllowed("the lock or the seed values of the field"));
            }
            Some(field) if field.value.is_null() => field.reference.map(|reference| (reference, field.dict.clone())),
            Some(_) => return Err(SealError::FieldTaken(spec.field_name.clone())),
            None if has_field(&base, &spec.field_name)? => return Err(SealError::FieldTaken(spec.field_name.clone())),
            None => None,
        };
        let home = old.as_ref().and_then(|(_, old)| old.get(b"P").as_ref());
        let page = match home {
            Some(page) => page,
            None => page_reference(&base, place.page)?,
        };
        let rect = match old.as_ref().map(|(_, old)| corners(old.get(b"Rect"))) {
            Some(rect) => rect.unwrap_or_default(),
            None => spec.appearance.as_ref().map_or([0.0; 4], |_| place.rect),
        };
        let field = NewSignature {
            name: &spec.field_name,
            tooltip: &spec.tooltip,
            page,
            old,
            rect,
            picture: spec.appearance.as_ref(),
            struct_parent: None,
            dictionary: SignatureDictionary::of_seal(spec, facts.template().longest() + spec.room),
            certifies: spec.certify.is_some(),
        };
        field.append(&base, &facts.certificate_digest())?
    };
    Ok(Prepared::of(appendix.onto(document), None, facts))
}

/// Does any field at the top of the form have this name?
fn has_field(document: &Document<'_>, name: &str) -> Result<bool, UpdateError> {
    let form = document.catalog()?.get(b"AcroForm").clone();
    if form.is_null() {
        return Ok(false);
    }
    for field in document.array(document.dict(&form)?.get(b"Fields"))? {
        if document.dict(&field)?.get(b"T").as_text().is_some_and(|text| same_text(text, name)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn corners(rect: &Object<'_>) -> Option<[f64; 4]> {
    let numbers: Vec<f64> = rect.as_array()?.iter().map(Object::as_number).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

//! What was appended after a seal (check V14): only validation data (DSS, VRI) and document time-stamp fields may be.
//!
//! Every object that a later revision defines again is compared with the signed one by the role it had there; whatever has
//! no allowed role, or changes beyond it, is "other". Roles are taken from the signed revision only. Of a document that is no
//! licence, the programs that append validation data may also keep house: dates and producer in /Info, the XMP packet.

use crate::domain::payload::PAYLOAD_FILE_NAME;
use crate::domain::verdict::ChangesAfter;
use crate::pdf::read::{Dict, Document, Location, Object, PdfError, Ref};
use std::collections::BTreeSet;

/// Compares the whole file with one of its revisions, read alone.
pub fn changes_after(now: &Document<'_>, then: &Document<'_>) -> ChangesAfter {
    let end = then.bytes().len();
    let newer = now.sections().iter().take_while(|section| section.at >= end).count();
    let older = now.sections().iter().skip(newer).map(|section| section.at);
    if !older.eq(then.sections().iter().map(|section| section.at)) {
        return ChangesAfter::Other;
    }
    if newer == 0 {
        let tail = now.bytes().get(end..).unwrap_or_default();
        let only_line_end = tail.len() <= 2 && tail.iter().all(|b| matches!(b, b'\r' | b'\n'));
        return if only_line_end { ChangesAfter::None } else { ChangesAfter::Other };
    }
    let keeps_house = matches!(then.attachment(PAYLOAD_FILE_NAME), Ok(None));
    match (Comparison { now, then, keeps_house }).only_validation_data(newer) {
        Ok(true) => ChangesAfter::Ltv,
        Ok(false) | Err(_) => ChangesAfter::Other,
    }
}

struct Comparison<'d, 'n, 't> {
    now: &'d Document<'n>,
    then: &'d Document<'t>,
    keeps_house: bool,
}

/// Objects of the signed revision that an update may define again, by their role.
struct Roles {
    catalog: u32,
    form: Option<u32>,
    fields: Option<u32>,
    pages: BTreeSet<u32>,
    annotations: BTreeSet<u32>,
    validation: Option<u32>,
    related: Option<u32>,
    info: Option<u32>,
    metadata: Option<u32>,
}

impl Comparison<'_, '_, '_> {
    fn only_validation_data(&self, newer: usize) -> Result<bool, PdfError> {
        let (now, then) = (self.now.trailer(), self.then.trailer());
        let first_id =
            |trailer: &Dict<'_>| trailer.get(b"ID").as_array().and_then(|id| id.first()).and_then(Object::as_text).map(<[u8]>::to_vec);
        let Some(root) = then.get(b"Root").as_ref() else { return Ok(false) };
        if now.get(b"Root").as_ref() != Some(root) || first_id(now) != first_id(then) || !self.info_may_stay() {
            return Ok(false);
        }
        let changed: BTreeSet<u32> =
            self.now.sections().iter().take(newer).flat_map(|section| section.entries.iter().map(|(number, _)| *number)).collect();
        let dangling = self.dangling()?;
        let roles = self.roles(root)?;
        for number in changed {
            let (before, after) = (self.then.location(number), self.now.location(number));
            let fine = if before == after {
                true
            } else if before == Location::Free {
                !dangling.contains(&number)
            } else {
                after != Location::Free && self.may_change(number, &roles)?
            };
            if !fine {
                return Ok(false);
            }
        }
        self.catalog_may_change()
    }

    fn info_may_stay(&self) -> bool {
        let (now, then) = (self.now.trailer().get(b"Info").as_ref(), self.then.trailer().get(b"Info").as_ref());
        now == then
    }

    /// Numbers that the signed revision refers to without defining them: an update that defines one changes what was signed.
    fn dangling(&self) -> Result<BTreeSet<u32>, PdfError> {
        let mut dangling = BTreeSet::new();
        let highest = self.then.trailer().get(b"Size").as_int().and_then(|size| u32::try_from(size).ok()).unwrap_or(0);
        for number in 0..highest {
            let generation = match self.then.location(number) {
                Location::Free => continue,
                Location::At(_, generation) => generation,
                Location::In(..) => 0,
            };
            self.references(&self.then.get(Ref { number, generation })?, &mut dangling);
        }
        Ok(dangling)
    }

    fn references(&self, object: &Object<'_>, dangling: &mut BTreeSet<u32>) {
        match object {
            Object::Ref(to) if self.then.location(to.number) == Location::Free => {
                dangling.insert(to.number);
            }
            Object::Array(values) => values.iter().for_each(|value| self.references(value, dangling)),
            Object::Dict(_) | Object::Stream(_) => {
                for entry in object.as_dict().map(Dict::entries).unwrap_or_default() {
                    self.references(&entry.value, dangling);
                }
            }
            _ => {}
        }
    }

    fn roles(&self, root: Ref) -> Result<Roles, PdfError> {
        let number = |object: &Object<'_>| object.as_ref().map(|reference| reference.number);
        let catalog = self.then.catalog()?;
        let form = self.then.dict(catalog.get(b"AcroForm"))?;
        let pages = self.then.pages()?;
        let validation = catalog.get(b"DSS");
        let related = if validation.is_null() { None } else { number(self.then.dict(validation)?.get(b"VRI")) };
        Ok(Roles {
            catalog: root.number,
            form: number(catalog.get(b"AcroForm")),
            fields: number(form.get(b"Fields")),
            annotations: pages.iter().filter_map(|page| number(page.dict.get(b"Annots"))).collect(),
            pages: pages.iter().filter_map(|page| page.reference.map(|reference| reference.number)).collect(),
            validation: number(validation),
            related,
            info: number(self.then.trailer().get(b"Info")).filter(|_| self.keeps_house),
            metadata: number(catalog.get(b"Metadata")).filter(|_| self.keeps_house),
        })
    }

    fn may_change(&self, number: u32, roles: &Roles) -> Result<bool, PdfError> {
        let before = self.object(self.then.location(number), number, self.then)?;
        let after = self.object(self.now.location(number), number, self.now)?;
        if number == roles.catalog {
            return Ok(both_dicts(&before, &after).is_some_and(|(b, a)| same_but(b, a, &[b"DSS", b"AcroForm", b"Extensions"])));
        }
        if Some(number) == roles.form {
            // Compared as a whole by `catalog_may_change`.
            return Ok(true);
        }
        if Some(number) == roles.fields || roles.annotations.contains(&number) {
            return self.appended_time_stamps(&before, &after);
        }
        if roles.pages.contains(&number) {
            let Some((before, after)) = both_dicts(&before, &after) else { return Ok(false) };
            return Ok(same_but(before, after, &[b"Annots"]) && self.appended_time_stamps(before.get(b"Annots"), after.get(b"Annots"))?);
        }
        if Some(number) == roles.validation {
            return Ok(after.as_dict().is_some_and(is_validation_store) && before.as_dict().is_some_and(is_validation_store));
        }
        if Some(number) == roles.related {
            return Ok([&before, &after].iter().all(|object| object.as_dict().is_some_and(is_related)));
        }
        if Some(number) == roles.info {
            return Ok(both_dicts(&before, &after).is_some_and(|(b, a)| same_but(b, a, &[b"ModDate", b"Producer"])));
        }
        if Some(number) == roles.metadata {
            let is_xmp = |object: &Object<'_>| matches!(object, Object::Stream(s) if s.dict.is(b"Type", b"Metadata") && s.dict.is(b"Subtype", b"XML"));
            return Ok(is_xmp(&before) && is_xmp(&after));
        }
        Ok(false)
    }

    fn object<'x>(&self, location: Location, number: u32, document: &Document<'x>) -> Result<Object<'x>, PdfError> {
        let generation = if let Location::At(_, generation) = location { generation } else { 0 };
        document.get(Ref { number, generation })
    }

    /// DSS of the newest catalog, and its form against the signed one, wherever they stand.
    fn catalog_may_change(&self) -> Result<bool, PdfError> {
        let (now, then) = (self.now.catalog()?, self.then.catalog()?);
        if !now.get(b"DSS").is_null() && !is_validation_store(&self.now.dict(now.get(b"DSS"))?) {
            return Ok(false);
        }
        if now.get(b"AcroForm").as_ref() != then.get(b"AcroForm").as_ref() {
            return Ok(false);
        }
        let (now, then) = (self.now.dict(now.get(b"AcroForm"))?, self.then.dict(then.get(b"AcroForm"))?);
        Ok(same_but(&then, &now, &[b"Fields", b"SigFlags"])
            && (now.get(b"SigFlags") == then.get(b"SigFlags") || now.get(b"SigFlags").as_int() == Some(3))
            && self.appended_time_stamps(then.get(b"Fields"), now.get(b"Fields"))?)
    }

    /// Is the second array the first one, and after it only new document time-stamp fields?
    fn appended_time_stamps(&self, before: &Object<'_>, after: &Object<'_>) -> Result<bool, PdfError> {
        if let (Object::Ref(before), Object::Ref(after)) = (before, after)
            && before != after
        {
            return Ok(false);
        }
        let list = |object: &Object<'_>, document: &Document<'_>| -> Result<Option<Vec<Ref>>, PdfError> {
            let values = match object {
                Object::Ref(reference) => document.get(*reference)?.as_array().map(|values| values.iter().map(Object::as_ref).collect()),
                Object::Null => Some(Some(Vec::new())),
                direct => direct.as_array().map(|values| values.iter().map(Object::as_ref).collect()),
            };
            Ok(values.flatten())
        };
        let (Some(before), Some(after)) = (list(before, self.then)?, list(after, self.now)?) else { return Ok(false) };
        let Some(added) = after.strip_prefix(before.as_slice()) else { return Ok(false) };
        for reference in added {
            if !self.is_new_time_stamp_field(*reference)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// An invisible signature field of this update whose value is a document time-stamp.
    fn is_new_time_stamp_field(&self, reference: Ref) -> Result<bool, PdfError> {
        const KEYS: &[&[u8]] = &[b"Type", b"Subtype", b"FT", b"T", b"V", b"F", b"P", b"Rect", b"Ff", b"AP", b"TU"];
        let object = self.now.get(reference)?;
        let Object::Dict(field) = &object else { return Ok(false) };
        let is_new = self.then.location(reference.number) == Location::Free;
        let known_keys = field.entries().iter().all(|entry| KEYS.contains(&&*entry.key));
        let corners: Option<Vec<f64>> = field.get(b"Rect").as_array().and_then(|rect| rect.iter().map(Object::as_number).collect());
        let invisible = match corners.as_deref() {
            None => field.get(b"Rect").is_null() && field.get(b"AP").is_null(),
            Some(&[left, bottom, right, top]) => left == right && bottom == top,
            Some(_) => false,
        };
        let value = self.now.dict(field.get(b"V"))?;
        let new_value = field.get(b"V").as_ref().is_some_and(|value| self.then.location(value.number) == Location::Free);
        let is_stamp = value.is(b"Type", b"DocTimeStamp") && value.is(b"SubFilter", b"ETSI.RFC3161");
        Ok(is_new && known_keys && invisible && new_value && is_stamp && field.is(b"FT", b"Sig"))
    }
}

fn both_dicts<'x, 'a, 'b>(before: &'x Object<'a>, after: &'x Object<'b>) -> Option<(&'x Dict<'a>, &'x Dict<'b>)> {
    match (before, after) {
        (Object::Dict(before), Object::Dict(after)) => Some((before, after)),
        _ => None,
    }
}

/// The same keys with the same values, but for the keys in `free`.
fn same_but(before: &Dict<'_>, after: &Dict<'_>, free: &[&[u8]]) -> bool {
    let bound = |key: &[u8]| !free.contains(&key);
    before.entries().iter().filter(|entry| bound(&entry.key)).all(|entry| after.entry(&entry.key).is_some_and(|a| a.value == entry.value))
        && after.entries().iter().filter(|entry| bound(&entry.key)).all(|entry| before.entry(&entry.key).is_some())
}

/// Is it shaped like a document security store, and like nothing else?
fn is_validation_store(dict: &Dict<'_>) -> bool {
    dict.entries().iter().all(|entry| match &*entry.key {
        b"Type" => entry.value.as_name() == Some(b"DSS"),
        b"Certs" | b"OCSPs" | b"CRLs" => matches!(entry.value, Object::Ref(_)) || entry.value.as_array().is_some_and(all_references),
        b"VRI" => matches!(entry.value, Object::Ref(_)) || entry.value.as_dict().is_some_and(is_related),
        _ => false,
    })
}

/// Is it shaped like the validation-related information of signatures: keys of 40 hex digits?
fn is_related(dict: &Dict<'_>) -> bool {
    const KEYS: &[&[u8]] = &[b"Type", b"Cert", b"OCSP", b"CRL", b"TU", b"TS"];
    dict.entries().iter().all(|entry| {
        let inner = entry.value.as_dict().is_none_or(|one| one.entries().iter().all(|entry| KEYS.contains(&&*entry.key)));
        let value = matches!(entry.value, Object::Ref(_) | Object::Dict(_));
        (&*entry.key == b"Type" && entry.value.as_name().is_some())
            || (entry.key.len() == 40 && entry.key.iter().all(u8::is_ascii_hexdigit) && value && inner)
    })
}

fn all_references(values: &[Object<'_>]) -> bool {
    values.iter().all(|value| matches!(value, Object::Ref(_)))
}

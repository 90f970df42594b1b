//! The words of a licence by short code, as templates print them.

use crate::domain::date::{LicenceDate, Until};
use crate::domain::face::Face;
use crate::domain::holder::HolderCodeType;
use crate::domain::licence_type::{FieldKind, LicenceType};
use crate::domain::payload::{FieldValue, HolderRef, Party, Payload};
use std::collections::BTreeMap;

/// Every printable value by short code (`ZZMC`, `CZZT`, `KZ_…`); an absent field has no entry. Photos are not in it.
pub type FaceText = BTreeMap<String, TextValue>;

/// One printable value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TextValue {
    /// Words, numbers, and 长期.
    Text(String),
    /// A date; the template says how it is written.
    Date(LicenceDate),
    /// Rows of a table; cells by key.
    Rows(Vec<BTreeMap<String, String>>),
}

/// What separates several holders on the page.
pub const HOLDER_SEPARATOR: &str = "、";

impl Face {
    /// The words of this face with what the service knows: issuer, number and identifier.
    pub fn values(&self, licence_type: &LicenceType, issuer: &Party, number: &str, identifier: &str) -> FaceText {
        let mut text = common(licence_type, issuer, number, identifier, &self.holders);
        text.insert("ZZBFRQ".into(), TextValue::Date(self.issued_on));
        if let Some(from) = self.valid_from {
            text.insert("ZZYXQQSRQ".into(), TextValue::Date(from));
        }
        if let Some(until) = self.valid_until {
            text.insert("ZZYXQJZRQ".into(), until_value(until));
        }
        extended(licence_type, &self.fields, &mut text);
        text
    }
}

/// The words of a stored payload: the same as [`Face::values`] gave when it was minted.
pub fn payload_text(payload: &Payload, licence_type: &LicenceType) -> FaceText {
    let mut text = common(licence_type, &payload.issuer, &payload.number, &payload.identifier, &payload.holders);
    let dates =
        [("ZZBFRQ", Some(&payload.issued_on)), ("ZZYXQQSRQ", payload.valid_from.as_ref()), ("ZZYXQJZRQ", payload.valid_until.as_ref())];
    for (code, value) in dates {
        if let Some(value) = value {
            text.insert(code.into(), date_value(value));
        }
    }
    extended(licence_type, &payload.fields, &mut text);
    text
}

fn common(licence_type: &LicenceType, issuer: &Party, number: &str, identifier: &str, holders: &[HolderRef]) -> FaceText {
    let joined = |part: fn(&HolderRef) -> &str| holders.iter().map(part).collect::<Vec<_>>().join(HOLDER_SEPARATOR);
    let pairs = [
        ("ZZMC", licence_type.name.clone()),
        ("ZZLXDM", licence_type.code.clone()),
        ("ZZBH", number.to_owned()),
        ("ZZBS", identifier.to_owned()),
        ("ZZBFJG", issuer.name.clone()),
        ("ZZBFJGDM", issuer.code.clone()),
        ("CZZT", joined(|h| &h.name)),
        ("CZZTDM", joined(|h| &h.code)),
        ("CZZTDMLXDM", joined(|h| &h.code_type)),
        ("CZZTDMLX", joined(|h| h.known_code_type().map_or("", HolderCodeType::name))),
    ];
    pairs.into_iter().map(|(code, words)| (code.to_owned(), TextValue::Text(words))).collect()
}

fn extended(licence_type: &LicenceType, fields: &BTreeMap<String, FieldValue>, text: &mut FaceText) {
    for definition in &licence_type.fields {
        let value = match fields.get(&definition.code) {
            Some(FieldValue::Rows(rows)) => TextValue::Rows(rows.clone()),
            Some(FieldValue::Text(words)) => match definition.kind {
                FieldKind::Date | FieldKind::DateOrLongTerm => date_value(words),
                FieldKind::Text
                | FieldKind::Number
                | FieldKind::UnifiedSocialCreditCode
                | FieldKind::CitizenId
                | FieldKind::Photo
                | FieldKind::Table => TextValue::Text(words.clone()),
            },
            None => continue,
        };
        text.insert(definition.code.clone(), value);
    }
}

fn until_value(until: Until) -> TextValue {
    match until {
        Until::Day(day) => TextValue::Date(day),
        Until::LongTerm => TextValue::Text(until.to_string()),
    }
}

fn date_value(words: &str) -> TextValue {
    LicenceDate::parse(words).map_or_else(|_| TextValue::Text(words.to_owned()), TextValue::Date)
}

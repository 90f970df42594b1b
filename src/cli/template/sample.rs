//! The sample data of a template folder as licences that were never issued: for checks and previews.

use crate::app::shipped::Files;
use crate::code;
use crate::domain::codes::Uscc;
use crate::domain::digest::Digest;
use crate::domain::face::{Face, FaceInput, FaceText, PhotoBytes, check};
use crate::domain::identifier::{Identifier, TypeCode};
use crate::domain::licence::LicenceId;
use crate::domain::licence_type::{FieldKind, LicenceType};
use crate::domain::payload::{PAYLOAD_FORMAT, Party, Payload, TemplateRef, TypeRef};
use crate::domain::template::Template;
use crate::render::{Rendering, Variant};
use std::collections::BTreeMap;
use time::{OffsetDateTime, macros::datetime};

/// The authority of all samples; it does not exist.
const ISSUER: (&str, &str) = ("示例市行政审批局", "11999999000000027G");
/// The moment at which previews are made, always the same so that previews can be compared.
const MADE_AT: OffsetDateTime = datetime!(2026-11-22 10:00:00 +08:00);
/// As long as a real token with the usual fields.
const TOKEN_LENGTH: usize = 232;

/// The type of a template folder, and its sample records, each read or with what is wrong with it.
pub(super) struct Samples {
    pub(super) licence_type: LicenceType,
    pub(super) records: Vec<Result<Face, String>>,
}

/// One sample licence.
pub(super) struct Sample {
    pub(super) text: FaceText,
    pub(super) photos: BTreeMap<String, Vec<u8>>,
    pub(super) payload: Payload,
    qr_text: String,
}

impl Sample {
    /// Reads `type.toml` and `sample.json`. A photo is named by its file in the folder.
    pub(super) fn read_all(files: &Files) -> Result<Samples, String> {
        let text = |name: &str| {
            let bytes = files.get(name).ok_or_else(|| format!("{name} is missing"))?;
            std::str::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8"))
        };
        let licence_type: LicenceType = toml::from_str(text("type.toml")?).map_err(|error| format!("type.toml: {error}"))?;
        let values: Vec<serde_json::Value> = serde_json::from_str(text("sample.json")?).map_err(|error| format!("sample.json: {error}"))?;
        let records = values.into_iter().map(|value| {
            let mut input = FaceInput::from_json(value).map_err(|error| error.to_string())?;
            for field in licence_type.fields.iter().filter(|field| field.kind == FieldKind::Photo) {
                if let Some(name) = input.take_text(&field.code) {
                    let bytes = files.get(&name).ok_or_else(|| format!("photo {name} is missing"))?;
                    input.photos.insert(field.code.clone(), PhotoBytes(bytes.to_vec()));
                }
            }
            check(&licence_type, input).map_err(|problems| {
                let lines: Vec<_> = problems.iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect();
                lines.join("; ")
            })
        });
        let records = records.collect();
        Ok(Samples { licence_type, records })
    }

    /// Gives the face a number, an identifier and a token that no key signed.
    pub(super) fn new(licence_type: &LicenceType, face: Face, template: &Template) -> Result<Self, String> {
        let issuer = Party { name: ISSUER.0.into(), code: ISSUER.1.into() };
        let id = LicenceId([0x5a; 16]);
        let number = face.number.clone().unwrap_or_else(|| "YL2026000001".into());
        let type_code = TypeCode::parse(&licence_type.code).map_err(|error| error.to_string())?;
        let code = Uscc::parse(&issuer.code).map_err(|error| error.to_string())?;
        let serial = Identifier::serial_for(&number, id);
        let identifier = Identifier::new(type_code, &code, &serial, 1).map_err(|error| error.to_string())?.to_string();
        let text = face.values(licence_type, &issuer, &number, &identifier);
        let payload = Payload {
            format: PAYLOAD_FORMAT.into(),
            licence_id: id,
            salt: "00".repeat(16),
            identifier,
            number,
            licence_type: TypeRef { code: licence_type.code.clone(), name: licence_type.name.clone(), version: licence_type.version },
            template: TemplateRef { name: template.name.clone(), version: template.version, digest: Digest([0; 32]) },
            issuer,
            issued_on: face.issued_on.to_string(),
            valid_from: face.valid_from.map(|day| day.to_string()),
            valid_until: face.valid_until.map(|until| until.to_string()),
            holders: face.holders,
            fields: face.fields,
            photos: face.photos.iter().map(|(code, bytes)| (code.clone(), Digest::of(bytes))).collect(),
            pages: Vec::new(),
        };
        let block = |index: usize| Digest::of(format!("{index} {}", payload.identifier).as_bytes()).0;
        let noise: Vec<u8> = (0..TOKEN_LENGTH.div_ceil(32)).flat_map(block).collect();
        let qr_text = code::qr_text("https://preview.example.invalid", &noise[..TOKEN_LENGTH]);
        Ok(Self { text, photos: face.photos, payload, qr_text })
    }

    /// What the renderer takes.
    pub(super) fn rendering<'a>(&'a self, payload_json: &'a [u8], variant: Variant) -> Rendering<'a> {
        Rendering { payload: &self.payload, payload_json, photos: &self.photos, qr_text: &self.qr_text, made_at: MADE_AT, variant }
    }
}

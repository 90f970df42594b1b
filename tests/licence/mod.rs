//! One licence, drawn and sealed without a store, with the throw-away keys of `keys-example`, and ways to do it wrongly.
#![allow(dead_code, reason = "each test file uses a part")]

use der::asn1::ObjectIdentifier;
use elicence::app::shipped::Shelf;
use elicence::cms::algorithm::{HashAlgorithm, SignatureAlgorithm};
use elicence::cms::certificate_id::certificate_id;
use elicence::cms::read_certificate::Certificate;
use elicence::cms::read_ocsp::OcspStatus;
use elicence::code::{Claims, StatusReference, TokenToSign, qr_text, raw_signature_of_der};
use elicence::domain::canonical;
use elicence::domain::date::{LicenceDate, Until};
use elicence::domain::digest::Digest;
use elicence::domain::face::{self, Face, FaceInput, PhotoBytes};
use elicence::domain::identifier::{Identifier, TypeCode};
use elicence::domain::key_set::{KeySet, TokenAlgorithm};
use elicence::domain::licence::LicenceId;
use elicence::domain::licence_type::LicenceType;
use elicence::domain::payload::{PAYLOAD_FORMAT, Party, Payload, TemplateRef, TypeRef};
use elicence::domain::secret::Secret;
use elicence::domain::verdict::Report;
use elicence::keys::FileKey;
use elicence::render::{
    FontShelf, PreparedTemplate, Rendering, SealDesign, TemplateSource, Variant, print, print_photos, render, seal_picture,
};
use elicence::seal::authority::Issuer;
use elicence::seal::authority::certificate::{CertificateSpec, Purpose, certificate};
use elicence::seal::authority::name::DistinguishedName;
use elicence::seal::authority::ocsp_answer::{self, OcspTimes};
use elicence::seal::authority::revocation_list::{RevocationListSpec, revocation_list};
use elicence::seal::authority::time_stamp::{StampPolicy, TokenSpec, token};
use elicence::seal::signer::{SignError, Signer};
use elicence::seal::{Certify, SealSpec, SignerFacts, TokenSize, ValidationData, append_validation, prepare, prepare_archive, sign};
use elicence::verify::{Anchor, Evidence, ExamineError, Limits, Policy, conclude, examine};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// The moment every test judges about: after the example keys were made, within their validity.
pub const AT: OffsetDateTime = datetime!(2027-01-15 08:00 UTC);
/// When the licence is made.
pub const MADE_AT: OffsetDateTime = datetime!(2027-01-10 08:00 UTC);

struct Drawer {
    licence_type: LicenceType,
    template: PreparedTemplate,
    face: Face,
    picture: elicence::pdf::unsealed::SealAppearance,
}

static DRAWERS: LazyLock<BTreeMap<String, Drawer>> = LazyLock::new(|| {
    let shelf = Shelf::shipped();
    let fonts: BTreeMap<_, _> = shelf.fonts.into_iter().filter(|(name, _)| name.ends_with(".ttf")).collect();
    let fonts = FontShelf::new(fonts).expect("shipped fonts");
    let design = SealDesign {
        name: "示例市行政审批局电子证照专用章".into(),
        code: "4399990000001".into(),
        colour: "#c8102e".into(),
        font: vec!["song-core.ttf".into()],
    };
    let picture = seal_picture(&design, &fonts).expect("seal picture");
    let folders = shelf.templates.into_iter().filter(|(_, files)| files.contains_key("template.toml"));
    folders
        .map(|(name, files)| {
            let text = |file: &str| std::str::from_utf8(&files[file]).expect("UTF-8").to_owned();
            let licence_type: LicenceType = toml::from_str(&text("type.toml")).expect("type.toml");
            let rows: Vec<serde_json::Value> = serde_json::from_str(&text("sample.json")).expect("sample.json");
            let mut input = FaceInput::from_json(rows[0].clone()).expect("sample");
            let photos: Vec<String> = input.fields.keys().filter(|code| code.ends_with("ZP")).cloned().collect();
            for code in photos {
                let file = input.take_text(&code).expect("photo file");
                input.photos.insert(code, PhotoBytes(files[&file].to_vec()));
            }
            let mut face = face::check(&licence_type, input).expect("the sample fits its type");
            let template = PreparedTemplate::prepare(TemplateSource::parse(files).expect("template"), &fonts).expect("template");
            face.photos = print_photos(&template, &face.photos).expect("photos");
            (name, Drawer { licence_type, template, face, picture: picture.clone() })
        })
        .collect()
});

/// Where the throw-away keys are.
pub fn keys() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("keys-example")
}

/// A key of `keys-example`; its chain is NAME.chain.pem, or NAME.pem of an authority. Opened once: that takes a second.
pub fn key(name: &str) -> &'static FileKey {
    static OPENED: Mutex<BTreeMap<String, &'static FileKey>> = Mutex::new(BTreeMap::new());
    let mut opened = OPENED.lock().expect("no test panics here");
    opened.entry(name.to_owned()).or_insert_with(|| {
        let passphrase = Secret::new(std::fs::read_to_string(keys().join("passphrase")).expect("passphrase").trim().to_owned());
        let path = |ending: &str| keys().join(format!("{name}{ending}.pem"));
        let chain = Some(path(".chain")).filter(|path| path.exists()).unwrap_or_else(|| path(""));
        Box::leak(Box::new(FileKey::load(&path(".key"), &chain, &passphrase).expect("example key")))
    })
}

/// The anchors of one file.
pub fn anchors(file: &str) -> Vec<Anchor> {
    Anchor::from_pem(&std::fs::read_to_string(keys().join(file)).expect("anchor file")).expect("anchor")
}

/// Everything that an offline verifier of the example authority has: its root and its QR keys.
pub fn evidence() -> Evidence {
    let qr_keys = KeySet::from_json(&std::fs::read_to_string(keys().join("qr_keys.json")).expect("key set")).expect("key set");
    Evidence { anchors: anchors("root.pem"), qr_keys, ..Evidence::default() }
}

/// How a licence is made; the default is right in everything.
pub struct Making {
    /// Template folder.
    pub template: &'static str,
    /// Who seals.
    pub seal: &'static str,
    /// Permission of the certification; `None` = approval signature.
    pub certify: Option<Certify>,
    /// Changes what is drawn, but not what is attached.
    pub draw: fn(&mut Payload),
    /// Changes the payload before anything is made of it.
    pub payload: fn(&mut Payload),
    /// Changes the claims of the token.
    pub claims: fn(&mut Claims),
    /// Bytes that the gap has to spare.
    pub room: usize,
    /// Is there a time-stamp in the signature, one minute after the claimed time?
    pub stamped: bool,
    /// A token to put into the signature instead.
    pub token: Option<Vec<u8>>,
    /// First and last moment of a certificate that is issued anew for the seal's key.
    pub validity: Option<(OffsetDateTime, OffsetDateTime)>,
    /// Changes the unsealed file before it is sealed, keeping its length.
    pub unsealed: fn(&mut Vec<u8>),
}

impl Default for Making {
    fn default() -> Self {
        let nothing = |_: &mut Payload| {};
        Self {
            template: "business-licence",
            seal: "seal",
            certify: Some(Certify::MayAugment),
            draw: nothing,
            payload: nothing,
            claims: |_| {},
            room: 0,
            stamped: false,
            token: None,
            validity: None,
            unsealed: |_| {},
        }
    }
}

/// Names of the shipped templates.
pub fn templates() -> Vec<&'static str> {
    DRAWERS.keys().map(String::as_str).collect()
}

impl Making {
    /// Draws and seals.
    pub fn make(&self) -> Vec<u8> {
        let drawer = &DRAWERS[self.template];
        let payload = self.payload(drawer);
        let json = canonical::to_vec(&payload).expect("canonical");
        let qr_text = self.token(&payload, &json);
        let mut drawn = payload.clone();
        (self.draw)(&mut drawn);
        let rendering = Rendering {
            payload: &drawn,
            payload_json: &json,
            photos: &drawer.face.photos,
            qr_text: &qr_text,
            made_at: MADE_AT,
            variant: Variant::Colour,
        };
        let mut unsealed = render(&drawer.template, &rendering).expect("it is drawn");
        let before = unsealed.bytes.clone();
        (self.unsealed)(&mut unsealed.bytes);
        if unsealed.bytes != before {
            unsealed.prefix = None;
        }
        self.seal(unsealed)
    }

    fn payload(&self, drawer: &Drawer) -> Payload {
        let (definition, face) = (&drawer.licence_type, &drawer.face);
        let issuer = Party { name: "示例市行政审批局".into(), code: self.issuer() };
        let number = face.number.clone().unwrap_or_else(|| "20270001".into());
        let licence_id = LicenceId([7; 16]);
        let code = TypeCode::parse(&definition.code).expect("type code");
        let uscc = elicence::domain::codes::Uscc::parse(&issuer.code).expect("issuer code");
        let serial = Identifier::serial_for(&number, licence_id);
        let identifier = Identifier::new(code, &uscc, &serial, 1).expect("identifier").to_string();
        let template = drawer.template.template();
        let mut payload = Payload {
            format: PAYLOAD_FORMAT.into(),
            licence_id,
            salt: "00112233445566778899aabbccddeeff".into(),
            licence_type: TypeRef { code: definition.code.clone(), name: definition.name.clone(), version: definition.version },
            template: TemplateRef { name: template.name.clone(), version: template.version, digest: drawer.template.digest() },
            issued_on: face.issued_on.to_string(),
            valid_from: face.valid_from.map(|day| day.to_string()),
            valid_until: face.valid_until.map(|until| until.to_string()),
            holders: face.holders.clone(),
            fields: face.fields.clone(),
            photos: face.photos.iter().map(|(code, bytes)| (code.clone(), Digest::of(bytes))).collect(),
            pages: print(&drawer.template, &face.values(definition, &issuer, &number, &identifier)).expect("it is printed"),
            identifier,
            number,
            issuer,
        };
        (self.payload)(&mut payload);
        payload
    }

    fn issuer(&self) -> String {
        evidence().qr_keys.keys()[0].issuer.clone()
    }

    fn token(&self, payload: &Payload, json: &[u8]) -> String {
        let day = |text: &str| LicenceDate::parse(text).ok().map(LicenceDate::days_since_epoch);
        let until = payload.valid_until.as_deref().map(|text| Until::parse(text).expect("until"));
        let mut digest = [0; 16];
        digest.copy_from_slice(&Digest::of(json).0[..16]);
        let mut claims = Claims {
            issuer: payload.issuer.code.clone(),
            issued_at: MADE_AT.unix_timestamp(),
            expires: None,
            licence_id: payload.licence_id,
            type_code: payload.licence_type.code.clone(),
            number: payload.number.clone(),
            holder: None,
            issue_day: day(&payload.issued_on),
            expiry_day: until.and_then(Until::day).map(LicenceDate::days_since_epoch),
            status: StatusReference { list: 1, index: 9 },
            digest,
            more: BTreeMap::new(),
            annotation: None,
        };
        (self.claims)(&mut claims);
        let signer = key("qr");
        let kid = evidence().qr_keys.keys()[0].kid;
        let token = TokenToSign::new(&claims, TokenAlgorithm::Esp256, kid);
        let signature = raw_signature_of_der(&signer.sign(&token.to_be_signed()).expect("signed")).expect("raw");
        qr_text("https://verify.example.gov.cn", &token.finish(&signature).expect("token"))
    }

    fn seal(&self, unsealed: elicence::pdf::unsealed::Unsealed) -> Vec<u8> {
        let signer = Reissued::new(key(self.seal), self.validity);
        let with_token = self.stamped || self.token.is_some();
        let spec = SealSpec {
            field_name: "LicenceSeal".into(),
            signing_time: MADE_AT,
            appearance: Some(DRAWERS[self.template].picture.clone()),
            tooltip: "示例市行政审批局电子证照专用章".into(),
            name: Some("示例市行政审批局".into()),
            reason: None,
            location: None,
            certify: self.certify,
            room: self.room + if with_token { TokenSize::of(&time_stamp(&[0; 32], MADE_AT)).room() } else { 0 },
        };
        let (prepared, permit) = prepare(unsealed, &spec, &SignerFacts::of(&signer).expect("facts")).expect("prepared");
        let signed = sign(prepared, permit, &signer).expect("signed");
        let imprint = Digest::of(signed.signature_value());
        let own = || self.stamped.then(|| time_stamp(&imprint.0, MADE_AT + Duration::minutes(1)));
        let token = self.token.clone().or_else(own);
        signed.finish(token.as_deref()).expect("sealed")
    }
}

/// A key under a certificate of other dates.
pub struct Reissued {
    key: &'static FileKey,
    chain: Vec<Vec<u8>>,
}

impl Reissued {
    /// `key` as it is, or under a new seal certificate of the issuing authority with this validity.
    pub fn new(key: &'static FileKey, validity: Option<(OffsetDateTime, OffsetDateTime)>) -> Self {
        match validity {
            Some(validity) => Self::of(key, Purpose::Seal, "issuing-ca", validity),
            None => Self { key, chain: key.chain().to_vec() },
        }
    }

    /// `key` under a new certificate of this authority.
    pub fn of(key: &'static FileKey, purpose: Purpose, by: &str, (not_before, not_after): (OffsetDateTime, OffsetDateTime)) -> Self {
        let mut chain = key.chain().to_vec();
        {
            let old = Certificate::read(&chain[0]).expect("a certificate");
            let subject = DistinguishedName {
                country: "CN".into(),
                organization: "示例市行政审批局".into(),
                unit: None,
                organization_code: None,
                common_name: old.name.clone(),
            };
            let spec = CertificateSpec {
                purpose,
                serial: [0x55; 16],
                subject: &subject,
                public_key: old.spki,
                not_before,
                not_after,
                policies: &[],
                revocation_list_url: None,
                ocsp_url: None,
                issuer_url: None,
            };
            let issuing = self::key(by);
            let issuer = Issuer::of_certificate(&issuing.chain()[0]).expect("an authority");
            chain[0] = certificate(&spec, Some(&issuer), issuing).expect("a certificate");
        }
        Self { key, chain }
    }
}

impl Signer for Reissued {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.key.sign(message)
    }
}

/// A token of the example time-stamp authority over a SHA-256 digest.
pub fn time_stamp(imprint: &[u8], at: OffsetDateTime) -> Vec<u8> {
    let policy = StampPolicy { policy: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1"), accuracy: Duration::seconds(1) };
    let serial = u128::from(at.unix_timestamp().unsigned_abs());
    let spec = TokenSpec { hash: HashAlgorithm::Sha256, imprint, nonce: None, with_certificates: true, serial, at };
    token(&spec, &policy, key("time-stamp")).expect("a token")
}

/// Everything that proves the example chains good at `at`: every certificate once, the lists of the root and the issuing authority, and
/// an OCSP answer about the seal.
pub fn validation_data(at: OffsetDateTime) -> ValidationData {
    let list = |authority: &str| {
        let key = key(authority);
        let number = at.unix_timestamp().unsigned_abs();
        let spec = RevocationListSpec { number, this_update: at, next_update: at + Duration::days(30), revoked: &[] };
        let issuer = Issuer::of_certificate(&key.chain()[0]).expect("an authority");
        (key.chain()[0].clone(), revocation_list(&spec, &issuer, key).expect("a list"))
    };
    let ((root, root_list), (issuer, issuing_list)) = (list("root"), list("issuing-ca"));
    let issuer = Certificate::read(&issuer).expect("a certificate");
    let seal = Certificate::read(&key("seal").chain()[0]).expect("a certificate");
    let id = certificate_id(seal.serial, &issuer).expect("an identifier");
    let times = OcspTimes { at, next_update: at + Duration::days(30) };
    let answer = ocsp_answer::sign(&[(&id, OcspStatus::Good)], None, times, key("ocsp")).expect("an answer");
    let mut certificates: Vec<Vec<u8>> = Vec::new();
    for der in ["seal", "time-stamp", "ocsp"].iter().flat_map(|name| key(name).chain()).chain([&root]) {
        if !certificates.contains(der) {
            certificates.push(der.clone());
        }
    }
    ValidationData { certificates, revocation_lists: vec![root_list, issuing_list], ocsp_answers: vec![answer] }
}

/// The document with validation data as of `at`, and with a document time-stamp a minute later.
pub fn archived(document: Vec<u8>, at: OffsetDateTime) -> Vec<u8> {
    let document = append_validation(document, &validation_data(at), at).expect("validation data");
    let prepared = prepare_archive(document, TokenSize::of(&time_stamp(&[0; 32], at))).expect("a gap");
    let imprint = prepared.imprint(HashAlgorithm::Sha256);
    prepared.embed(&time_stamp(&imprint, at + Duration::minutes(1))).expect("it fits")
}

/// The whole verification of the command line, offline.
pub fn verify(bytes: &[u8], evidence: &Evidence) -> Result<Report, ExamineError> {
    examine(bytes, &Limits::default()).map(|examined| conclude(&examined, evidence, &Policy::default(), AT))
}

/// Codes of the reasons in their order.
pub fn codes(report: &Report) -> Vec<&str> {
    report.reasons.iter().map(|reason| reason.code.as_str()).collect()
}

/// The last place of `needle`.
pub fn last(document: &[u8], needle: &[u8]) -> usize {
    document.windows(needle.len()).rposition(|window| window == needle).expect("it is there")
}

/// Where the hex digits of the (only) /Contents string of a sealed document stand.
pub fn hex_digits(document: &[u8]) -> std::ops::Range<usize> {
    let range = last(document, b"/ByteRange");
    let numbers = String::from_utf8_lossy(&document[range + 10..range + 80]).into_owned();
    let numbers: Vec<usize> = numbers.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    numbers[1] + 1..numbers[2] - 1
}

/// The object `number` of an appended update, `body` between `obj` and `endobj`.
pub fn updated(document: &[u8], objects: &[(u32, String)]) -> Vec<u8> {
    let mut file = document.to_vec();
    let text = |range: &[u8]| String::from_utf8_lossy(range).into_owned();
    let previous = text(&document[last(document, b"startxref") + 9..]);
    let previous = previous.split_whitespace().next().expect("an offset").to_owned();
    let trailer = text(&document[last(document, b"trailer")..]);
    let trailer = trailer[..trailer.find("startxref").expect("it ends")].trim();
    let inner = trailer.trim_start_matches("trailer").trim().trim_start_matches("<<").trim_end_matches(">>").to_owned();
    let without = |inner: String, key: &str| match inner.find(key) {
        None => inner,
        Some(at) => {
            let rest = inner[at + key.len()..].trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{}{rest}", &inner[..at])
        }
    };
    let size = size(document).max(objects.iter().map(|(number, _)| number + 1).max().unwrap_or(0));
    let kept = without(without(inner, "/Prev"), "/Size");
    let mut table = String::from("xref\n");
    for (number, body) in objects {
        table.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    let at = file.len();
    file.extend_from_slice(format!("{table}trailer\n<<{kept}/Size {size}/Prev {previous}>>\nstartxref\n{at}\n%%EOF\n").as_bytes());
    file
}

/// One more than the highest object number.
pub fn size(document: &[u8]) -> u32 {
    let tail = String::from_utf8_lossy(&document[last(document, b"/Size")..]).into_owned();
    let digits = tail[5..].split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty()).expect("a number");
    digits.parse().expect("a number")
}

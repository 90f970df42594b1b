//! A demo authority for tests: keys made once a test binary, the shipped templates, and services over any store.

use super::Place;
use elicence::{
    ambient::{Clock, SystemClock, SystemEntropy},
    app::shipped::Shelf,
    clients::TimeStampClient,
    domain::{
        actor::{Actor, Role},
        face::FaceInput,
        key_set::KeySet,
        licence_type::LicenceType,
        payload::Party,
        seal_level::SealRule,
        secret::Secret,
    },
    keys::{
        file_key::{FileKey, read_chain},
        make_pki::make_pki,
        plan::PkiPlan,
    },
    render::{FontShelf, PreparedTemplate, SealDesign, TemplateSource, seal_picture},
    seal::signer::Signer,
    services::{
        Authority, Keyring, MintRequest, OwnAuthority, OwnStamps, PreparedType, Services, Settings, Setup, StampSource, TimedKey, Types,
    },
    verify::Anchor,
};
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
    time::Duration,
};
use time::OffsetDateTime;

pub const DEPARTMENT: &str = "11999999000000027G";
pub const BUSINESS_LICENCE: &str = "11100000MB0143028R001";

/// Where the keys are. Child processes of a test must have the keys of their parent.
pub fn key_folder() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| match std::env::var_os("ELICENCE_TEST_KEYS") {
        Some(folder) => PathBuf::from(folder),
        None => tempfile::tempdir().unwrap().keep(),
    });
    FOLDER.clone()
}

/// Makes the keys, before child processes look for them.
pub fn make_keys() {
    LazyLock::force(&SHARED);
}

/// What every service of this test binary shares.
struct Shared {
    seal: Arc<FileKey>,
    time_stamp: Arc<FileKey>,
    root: Arc<FileKey>,
    issuing_ca: Arc<FileKey>,
    ocsp: Arc<FileKey>,
    qr: Arc<FileKey>,
    anchors: Vec<Anchor>,
    qr_keys: KeySet,
    types: Types,
    fonts: FontShelf,
    picture: elicence::pdf::unsealed::SealAppearance,
    samples: BTreeMap<String, Vec<FaceInput>>,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let folder = key_folder();
    let passphrase = Secret::new("test".to_owned());
    if !folder.join("qr_keys.json").exists() {
        let plan = PkiPlan::example().unwrap().only(&["root", "issuing-ca", "seal", "time-stamp", "ocsp", "qr"]).unwrap();
        make_pki(&plan, &folder, &passphrase, OffsetDateTime::now_utc(), &SystemEntropy::new()).unwrap();
    }
    let load = |name: &str| {
        let path = |ending: &str| folder.join(format!("{name}.{ending}.pem"));
        Arc::new(FileKey::load(&path("key"), &path("chain"), &passphrase).unwrap())
    };
    let load_authority = |name: &str| {
        let path = |ending: &str| folder.join(format!("{name}.{ending}"));
        Arc::new(FileKey::load(&path("key.pem"), &path("pem"), &passphrase).unwrap())
    };
    let shelf = Shelf::shipped();
    let fonts: BTreeMap<_, _> = shelf.fonts.into_iter().filter(|(name, _)| name.ends_with(".ttf")).collect();
    let fonts = FontShelf::new(fonts).unwrap();
    let mut samples = BTreeMap::new();
    let entries: Vec<_> = shelf
        .templates
        .into_values()
        .filter(|files| files.contains_key("template.toml") && wanted(files))
        .map(|files| {
            let licence_type: LicenceType = toml::from_str(std::str::from_utf8(&files["type.toml"]).unwrap()).unwrap();
            samples.insert(licence_type.code.clone(), read_samples(&files));
            let template = PreparedTemplate::prepare(TemplateSource::parse(files).unwrap(), &fonts).unwrap();
            PreparedType { licence_type, template }
        })
        .collect();
    let design = SealDesign {
        name: "示例市行政审批局".into(),
        code: "4399990000001".into(),
        colour: "#c8102e".into(),
        font: vec!["song-core.ttf".into()],
    };
    Shared {
        seal: load("seal"),
        time_stamp: load("time-stamp"),
        root: load_authority("root"),
        issuing_ca: load_authority("issuing-ca"),
        ocsp: load("ocsp"),
        qr: load("qr"),
        anchors: Anchor::from_pem(&fs::read_to_string(folder.join("root.pem")).unwrap()).unwrap(),
        qr_keys: KeySet::from_json(&fs::read_to_string(folder.join("qr_keys.json")).unwrap()).unwrap(),
        types: Types::new(entries).unwrap(),
        fonts: fonts.clone(),
        picture: seal_picture(&design, &fonts).unwrap(),
        samples,
    }
});

/// A child process that mints one type need not prepare the others.
fn wanted(files: &BTreeMap<String, std::borrow::Cow<'static, [u8]>>) -> bool {
    let only = std::env::var("ELICENCE_TEST_ONE_TYPE").unwrap_or_default();
    std::str::from_utf8(&files["type.toml"]).unwrap().contains(&only)
}

/// Sample rows; a photo is named by its file in the template folder.
fn read_samples(files: &BTreeMap<String, std::borrow::Cow<'static, [u8]>>) -> Vec<FaceInput> {
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&files["sample.json"]).unwrap();
    rows.into_iter()
        .map(|row| {
            let mut input = FaceInput::from_json(row).unwrap();
            let pictures: Vec<_> = input.fields.keys().filter(|code| code.ends_with("ZP")).cloned().collect();
            for code in pictures {
                let file = input.take_text(&code).unwrap();
                input.photos.insert(code, elicence::domain::face::PhotoBytes(files[&file].to_vec()));
            }
            input
        })
        .collect()
}

pub fn party() -> Party {
    Party { name: "示例市行政审批局".into(), code: DEPARTMENT.into() }
}

pub fn actor(id: &str) -> Actor {
    Actor { id: id.into(), department: party(), roles: Role::ALL.to_vec() }
}

/// Sample face data of a type, number left out, so that any number of licences can be minted.
pub fn face(type_code: &str, row: usize) -> FaceInput {
    let samples = &SHARED.samples[type_code];
    let mut input = samples[row % samples.len()].clone();
    input.take_text("ZZBH");
    input
}

pub fn type_codes() -> Vec<String> {
    SHARED.samples.keys().cloned().collect()
}

pub fn request(type_code: &str, row: usize, key: Option<&str>) -> MintRequest {
    MintRequest { type_code: type_code.into(), face: face(type_code, row), idempotency_key: key.map(str::to_owned) }
}

/// What a test may choose.
pub struct Choices {
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub seal: Option<Arc<dyn Signer>>,
    /// Key of the built-in time-stamp authority.
    pub time_stamp: Option<Arc<dyn Signer>>,
    /// Another time-stamp authority.
    pub remote_stamps: Option<TimeStampClient>,
    pub anchors: Option<Vec<Anchor>>,
    /// `[seal]` of every licence type.
    pub seal_rule: Option<SealRule>,
}

impl Default for Choices {
    fn default() -> Self {
        let settings = Settings { lease: Duration::from_secs(10), workers: 2, wait_for_validation: Duration::ZERO, ..Settings::default() };
        Self { clock: Arc::new(SystemClock), settings, seal: None, time_stamp: None, remote_stamps: None, anchors: None, seal_rule: None }
    }
}

/// Services over a place's store, as one process would have them.
pub async fn services(place: &Place) -> Arc<Services> {
    services_with(place, Choices::default()).await
}

pub async fn services_with(place: &Place, choices: Choices) -> Arc<Services> {
    let shared = &*SHARED;
    let setup = Setup {
        store: place.open().await,
        clock: choices.clock,
        entropy: Arc::new(SystemEntropy::new()),
        types: types(choices.seal_rule),
        fonts: shared.fonts.clone(),
        keyring: keyring(vec![choices.seal.unwrap_or_else(|| shared.seal.clone()).into()], choices.anchors),
        public_url: "https://verify.example.gov.cn".into(),
        time_stamps: Some(match choices.remote_stamps {
            Some(client) => StampSource::Remote(client),
            None => StampSource::Own(OwnStamps {
                signer: choices.time_stamp.unwrap_or_else(|| shared.time_stamp.clone()),
                policy: "1.3.6.1.4.1.32473.1.1".parse().unwrap(),
            }),
        }),
        own_authorities: own_authorities(),
        revocation: None,
        settings: choices.settings,
    };
    let services = Services::new(setup).unwrap();
    services.register_issuers().await.unwrap();
    services.record_seals().await.unwrap();
    Arc::new(services)
}

/// The department with these seals; the anchors are the usual ones where none are given.
pub fn keyring(seals: Vec<TimedKey>, anchors: Option<Vec<Anchor>>) -> Keyring {
    let shared = &*SHARED;
    let authority = Authority {
        party: party(),
        seal_name: "示例市行政审批局电子证照专用章".into(),
        seals,
        seal_picture: shared.picture.clone(),
        qrs: vec![(shared.qr.clone() as Arc<dyn Signer>).into()],
    };
    Keyring { authorities: vec![authority], anchors: anchors.unwrap_or_else(|| shared.anchors.clone()), qr_keys: shared.qr_keys.clone() }
}

/// Root and issuing authority, with whoever answers for the latter.
fn own_authorities() -> Vec<OwnAuthority> {
    let authority = |name: &str, key: &Arc<FileKey>, ocsp: Option<Arc<dyn Signer>>| OwnAuthority {
        name: name.into(),
        certificate: key.chain()[0].clone(),
        signer: Some(key.clone()),
        ocsp,
        issued: key_folder_certificates(),
        list: None,
        list_for: Duration::from_secs(7 * 86_400),
        answer_for: Duration::from_secs(86_400),
    };
    vec![authority("root", &SHARED.root, None), authority("issuing-ca", &SHARED.issuing_ca, Some(SHARED.ocsp.clone()))]
}

/// Every certificate in the folder of the keys.
fn key_folder_certificates() -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(key_folder()).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|e| e == "pem")).filter_map(|path| read_chain(&path).ok()).flatten().collect()
}

/// The shipped types, each with this rule.
fn types(rule: Option<SealRule>) -> Types {
    let Some(rule) = rule else { return SHARED.types.clone() };
    let changed = SHARED.types.entries().map(|entry| {
        let licence_type = LicenceType { seal: rule, ..entry.licence_type.clone() };
        PreparedType { licence_type, template: entry.template.clone() }
    });
    Types::new(changed).unwrap()
}

/// The key of the built-in time-stamp authority.
pub fn time_stamp_key() -> Arc<dyn Signer> {
    SHARED.time_stamp.clone()
}

/// The seal key of every service here.
pub fn seal_key() -> Arc<dyn Signer> {
    SHARED.seal.clone()
}

pub fn qr_keys() -> &'static KeySet {
    &SHARED.qr_keys
}

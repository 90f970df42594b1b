//! Composition root: settings in, a working service out; the only place where the parts meet.

pub mod api_keys;
pub mod audit;
pub mod clients;
pub mod credentials;
pub mod messengers;
pub mod own_authorities;
pub mod shipped;
pub mod trust;
pub mod types;

use crate::ambient::{EntropyError, SystemClock, SystemEntropy};
use crate::clients::mail::MailError;
use crate::clients::{FetchError, RevocationClient};
use crate::config::Config;
use crate::domain::secret::Secret;
use crate::keys::KeyError;
use crate::render::{FontShelf, RenderError, SealDesign, seal_picture};
use crate::services::{Authority, Keyring, Refusal, Services, Settings, Setup, SetupError, StampSource};
use crate::storage::Store;
use crate::storage::error::StorageError;
use crate::storage::master_key::load_or_make_master_key;
use shipped::Shelf;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Fonts of the words on a seal, first match wins per character.
const SEAL_FONTS: [&str; 3] = ["song-bold.ttf", "song-core.ttf", "song-rare.ttf"];
/// Colour of a seal.
const SEAL_COLOUR: &str = "#c8161d";

/// Why an installation does not start. Each says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Only the server has the passphrase.
    #[error(
        "该机构的密钥由两位保管人共同开启，请使用服务器的接口 two keepers open the keys of this installation: use its server instead of this command"
    )]
    TwoKeepers,
    /// The configuration names no department.
    #[error("未配置签发部门 no department is configured: set department.name and department.code in elicence.toml")]
    NoDepartment,
    /// An example key in production.
    #[error(
        "{} 是示例密钥，生产环境拒绝使用 is an example key, which production refuses: make keys of your own with `elicence keys make`", .0.display()
    )]
    ExampleKey(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {}; 请检查路径和权限 check the path and its permissions", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// Anchors or key set cannot be used.
    #[error("{}: {}", .0.display(), .1)]
    Trust(PathBuf, String),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A template or font cannot be used.
    #[error("证照模板 template {0}: {1}")]
    Template(String, String),
    /// A font or the picture of the seal cannot be used.
    #[error("印章图样或字体 the picture of the seal or a font cannot be used: {0}")]
    Seal(#[from] RenderError),
    /// Database or document store do not open.
    #[error("存储不可用 the store does not open: {0}")]
    Storage(#[from] StorageError),
    /// The use cases refuse what they were given.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The network cannot be asked.
    #[error("网络客户端不可用 the HTTP client cannot be used: {0}")]
    Client(#[from] FetchError),
    /// The licence types cannot be brought into the catalogue.
    #[error("{0}")]
    Catalogue(Refusal),
    /// The mail server of the settings cannot be used.
    #[error("邮件设置不可用 mail cannot be sent: {0}")]
    Mail(#[from] MailError),
    /// The seals of the settings cannot be recorded.
    #[error("印章登记失败 the seals cannot be recorded: {0:?}")]
    Seals(Refusal),
    /// No random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Opens an installation with the passphrase that its settings name.
pub async fn open(config: &Config) -> Result<Services, AppError> {
    open_with(config, &credentials::read_passphrase(config)?).await
}

/// Opens an installation: keys, templates, store; then the use cases over them.
pub async fn open_with(config: &Config, passphrase: &Secret<String>) -> Result<Services, AppError> {
    let shelf = Shelf::with_folder(&config.templates()).map_err(|error| AppError::File(config.templates(), error))?;
    let fonts = FontShelf::new(shelf.fonts)?;
    let (keyring, time_stamps) = load_keyring(config, passphrase, &fonts)?;
    let services = Services::new(Setup {
        keyring,
        store: open_store(config).await?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::new()),
        types: types::prepare(shelf.templates, &fonts)?,
        fonts,
        public_url: config.public_url.clone(),
        time_stamps,
        own_authorities: own_authorities::load(config, passphrase)?,
        revocation: Some(RevocationClient::new(clients::fetcher(config, config.revocation.timeout)?)),
        settings: settings(config),
    })?
    .with_messengers(messengers::messengers(config)?);
    services.register_types().await.map_err(AppError::Catalogue)?;
    services.register_issuers().await?;
    services.record_seals().await.map_err(AppError::Seals)?;
    Ok(services)
}

/// Loads the keys, and what is trusted; `fonts` draw the seal.
fn load_keyring(config: &Config, passphrase: &Secret<String>, fonts: &FontShelf) -> Result<(Keyring, Option<StampSource>), AppError> {
    let department = config.department.as_ref().ok_or(AppError::NoDepartment)?;
    let credentials = credentials::load(config, passphrase)?;
    trust::remember(config, &credentials.editions)?;
    let design = SealDesign {
        name: department.seal_name.clone(),
        code: department.seal_code.clone(),
        colour: SEAL_COLOUR.into(),
        font: SEAL_FONTS.map(String::from).to_vec(),
    };
    let authority = Authority {
        party: department.party.clone(),
        seal_name: department.seal_name.clone(),
        seals: credentials.seals,
        seal_picture: seal_picture(&design, fonts)?,
        qrs: credentials.qrs,
    };
    let keyring = Keyring { authorities: vec![authority], anchors: credentials.anchors, qr_keys: credentials.qr_keys };
    Ok((keyring, credentials.time_stamps))
}

/// Exchanges the keys of a running service for those that the settings name now (密钥轮换). When something is wrong with them,
/// nothing changes. Time-stamps stay with the authority of the start.
pub fn reload_keys(config: &Config, passphrase: &Secret<String>, services: &Services) -> Result<(), AppError> {
    let shelf = Shelf::with_folder(&config.templates()).map_err(|error| AppError::File(config.templates(), error))?;
    Ok(services.replace_keyring(load_keyring(config, passphrase, &FontShelf::new(shelf.fonts)?)?.0)?)
}

fn settings(config: &Config) -> Settings {
    Settings {
        verify_bytes: config.limits.verify_bytes,
        highest_level: config.sealing.highest,
        stamp_failure: config.time_stamps.on_failure,
        wait_for_validation: config.sealing.wait_for_validation,
        fresh_revocation: config.revocation.fresh,
        renew_before: config.renewal.before,
        ..Settings::default()
    }
}

/// Opens the store; the first time it makes database, folders and master key.
pub async fn open_store(config: &Config) -> Result<Store, AppError> {
    let master_key = load_or_make_master_key(&config.keys.master)?;
    let embedded = format!("sqlite:{}", config.data.join("elicence.db").display());
    let address = config.database_url.as_ref().map_or(embedded.as_str(), |url| url.expose());
    let mut store = Store::open(address, &config.data, &master_key).await?;
    if let Some(file) = &config.second_audit_head {
        store.also_keep_audit_head(file.clone());
    }
    Ok(store)
}

//! The use cases, one file a verb: the only place that knows the order of steps and what time it is.

mod accept_restore;
mod announce;
mod answer_ocsp;
mod applications;
mod assign_number;
mod augment;
mod authority;
mod catalogue;
mod catalogue_import;
mod catalogue_index;
mod chain_audit;
mod change_licence;
mod change_state;
mod check_own;
mod describe_licence;
mod download_licence;
mod erase_licences;
mod export_audit;
mod export_catalogue;
#[cfg_attr(feature = "failpoints", allow(missing_docs, reason = "tests only"))]
mod failpoint;
mod find_licences;
mod fold_statistics;
mod gather_validation;
mod health;
mod issue_time_stamp;
mod keep_house;
mod keyring;
mod list_changes;
mod look_up_revocation;
mod mint;
mod mint_licence;
mod mint_many;
mod outbox;
mod own_authority;
mod own_revocation;
mod people;
mod publish_revocation_list;
mod publish_status_list;
mod read_licence;
mod read_metadata;
mod read_statistics;
mod recover_mints;
mod refusal;
mod remind_of_expiry;
mod remove_replaced;
mod render_again;
mod renew_licences;
mod revoke_licence;
mod rotate_master;
mod seals;
mod search_audit;
mod search_catalogue;
mod seed;
mod setup;
mod take_decision;
mod time_stamp;
pub mod types;
mod verify_audit;
mod verify_code;
mod verify_document;
mod verify_information;
mod write_audit;

pub use applications::{ApplicationHead, ApplicationView, Decision, IssuedLicence};
pub use augment::Augmented;
pub use catalogue::{ClassCount, Comparison, DefinitionView, EntryView, LogLine, ManagementElement, PullReport, VersionHead, VersionView};
pub use catalogue_import::{ImportDocument, ImportRequest, ImportView, TABLE_BYTES};
pub use change_licence::VersionRequest;
pub use describe_licence::{Annotation, LicenceView};
pub use download_licence::Download;
pub use export_audit::Exported;
pub use export_catalogue::ExportFormat;
pub use find_licences::{LicenceItem, LicenceSearch};
pub use health::{Health, Statistics};
pub use list_changes::ChangeView;
pub use mint_licence::{MintRequest, Minted};
pub use outbox::{DeliveryView, HolderContact, LaneLease, Messengers, NewSubscription, SubscriptionMade, SubscriptionView};
pub use own_authority::OwnAuthority;
pub use own_revocation::OwnAnswer;
pub use people::{NewSystem, PersonView};
pub use publish_status_list::StatusList;
pub use read_metadata::{MetadataItem, MetadataView};
pub use read_statistics::{Grouping, StatisticsAnswer, StatisticsRequest, StatisticsRow};
pub use recover_mints::Recovered;
pub use refusal::Refusal;
pub use renew_licences::{RenewalReport, Weakening};
pub use seals::{SealChangeView, SealRequest, SealUseView, SealView};
pub use search_audit::{AuditEntry, AuditSearch};
pub use search_catalogue::{CatalogueMatch, CatalogueMatches, CatalogueQuery, FacetValue};
pub use seed::Invented;
pub use setup::{Authority, Keyring, Settings, Setup, SetupError, TimedKey};
pub use take_decision::DecisionRequest;
pub use time_stamp::{OwnStamps, StampFailure, StampSource};
pub use types::{PreparedType, Types};
pub use verify_audit::{AuditReport, ComparedHead};
pub use verify_information::InformationQuestion;

pub use crate::search::Facet as CatalogueFacet;
pub use crate::storage::catalogue::EntryFilter;
pub use crate::table::Format as TableFormat;
pub use crate::verify::{RegisterAnswer, RegisterQuestion};

use crate::{
    ambient::{Clock, Entropy, random_bytes},
    clients::RevocationClient,
    cms::signature_memory::SignatureMemory,
    domain::{actor::Actor, key_set::KeySet, licence_type::LicenceType, payload::Party, seal_level::SealLevel},
    render::FontShelf,
    seal::TokenSize,
    storage::Store,
    verify::Anchor,
};
use issue_time_stamp::StampNumbers;
use keyring::{ReadyAuthority, ReadyKeyring};
use look_up_revocation::RecentAnswers;
use own_authority::ReadyIssuer;
use publish_status_list::ListCache;
use std::sync::{Arc, RwLock, atomic::AtomicI64};
use time::OffsetDateTime;
use tokio::sync::{Mutex, OnceCell, Semaphore, watch};

/// All use cases. Share it in an `Arc`.
pub struct Services {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    types: Types,
    keyring: RwLock<Arc<ReadyKeyring>>,
    public_url: String,
    time_stamps: Option<StampSource>,
    stamp_numbers: StampNumbers,
    recent_answers: RecentAnswers,
    revocation: Option<RevocationClient>,
    own_authorities: Vec<Arc<ReadyIssuer>>,
    /// How long time-stamps are, once the authority has shown it.
    stamp_size: OnceCell<TokenSize>,
    settings: Settings,
    /// Who carries deliveries.
    messengers: Messengers,
    /// Random name of this process, by which it owns leases.
    owner: String,
    /// One permit a thread that renders and signs.
    workers: Arc<Semaphore>,
    /// Assigned numbers are taken one after another, so that this process does not race with itself.
    numbering: Mutex<()>,
    /// One task of this process chains audit lines at a time.
    sequencing: Mutex<()>,
    lists: ListCache,
    /// The catalogue as it is searched.
    catalogue_cache: catalogue_index::IndexCache,
    /// One task of this process works on a batch of waiting documents at a time.
    augmenting: Arc<Mutex<()>>,
    /// Counts finished batches, for those who wait for one.
    augmented: watch::Sender<u64>,
    /// When this process last looked for time-stamps that weaken, seconds since 1970-01-01 UTC.
    last_renewal: AtomicI64,
    /// Chains that return are not computed again.
    signature_memory: SignatureMemory,
    /// Fonts of seals and templates.
    fonts: FontShelf,
    looks: seals::Looks,
}

impl Services {
    /// Checks the keys and puts the use cases together.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        let owner = hex::encode(random_bytes::<8>(&*setup.entropy)?);
        for entry in setup.types.entries() {
            let problems: Vec<_> = entry.licence_type.problems().iter().map(ToString::to_string).collect();
            if !problems.is_empty() {
                return Err(SetupError::LicenceType { code: entry.licence_type.code.clone(), problems: problems.join("; ") });
            }
            let level = entry.licence_type.seal.level().min(setup.settings.highest_level);
            if level > SealLevel::B && setup.time_stamps.is_none() {
                return Err(SetupError::NoTimeStamps(entry.licence_type.name.clone()));
            }
        }
        let ready = |authority: OwnAuthority| authority.ready().map(Arc::new);
        let own_authorities = setup.own_authorities.into_iter().map(ready).collect::<Result<_, _>>()?;
        Ok(Self {
            store: Arc::new(setup.store),
            clock: setup.clock,
            entropy: setup.entropy,
            types: setup.types,
            keyring: RwLock::new(Arc::new(ReadyKeyring::new(setup.keyring)?)),
            public_url: setup.public_url,
            time_stamps: setup.time_stamps,
            stamp_numbers: StampNumbers::default(),
            recent_answers: RecentAnswers::default(),
            revocation: setup.revocation,
            own_authorities,
            stamp_size: OnceCell::new(),
            workers: Arc::new(Semaphore::new(setup.settings.workers.max(1))),
            settings: setup.settings,
            messengers: Messengers::default(),
            owner,
            numbering: Mutex::new(()),
            sequencing: Mutex::new(()),
            lists: ListCache::default(),
            catalogue_cache: Default::default(),
            augmenting: Arc::default(),
            augmented: watch::Sender::default(),
            last_renewal: AtomicI64::new(0),
            signature_memory: SignatureMemory::default(),
            fonts: setup.fonts,
            looks: seals::Looks::default(),
        })
    }

    /// The same with somebody who carries deliveries.
    pub fn with_messengers(self, messengers: Messengers) -> Self {
        Self { messengers, ..self }
    }

    /// The licence types that can be minted here.
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// The public keys of QR tokens, as verifiers need them.
    pub fn qr_keys(&self) -> KeySet {
        self.keyring().qr_keys.clone()
    }

    /// The trusted roots.
    pub fn anchors(&self) -> Vec<Anchor> {
        self.keyring().anchors.clone()
    }

    /// The departments that issue here.
    pub fn issuers(&self) -> Vec<Party> {
        self.keyring().parties().cloned().collect()
    }

    /// The address that QR codes point to.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// Milliseconds since 1970-01-01 UTC, as stored.
    fn now_ms(&self) -> i64 {
        milliseconds(self.now())
    }

    /// When a lease that begins now ends.
    fn lease_end(&self, now: i64) -> i64 {
        now.saturating_add(i64::try_from(self.settings.lease.as_millis()).unwrap_or(i64::MAX))
    }

    /// The level that documents of a type reach here.
    fn target_level(&self, licence_type: &LicenceType) -> SealLevel {
        licence_type.seal.level().min(self.settings.highest_level)
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], Refusal> {
        random_bytes(&*self.entropy).map_err(|e| Refusal::Unavailable { cause: e.to_string() })
    }

    /// Runs `work` on a blocking thread, at most as many at once as there are workers.
    async fn on_worker<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let gone = |cause: String| Refusal::Unavailable { cause };
        let permit = self.workers.clone().acquire_owned().await.map_err(|e| gone(e.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|e| gone(e.to_string()))
    }
}

/// The service itself, as audit lines name it.
fn house() -> Actor {
    Actor { id: "service".into(), department: Party { name: String::new(), code: String::new() }, roles: Vec::new() }
}

fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn moment(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

//! The keys that seal and sign, and what is trusted: checked, each in its time, and exchanged as a whole while the service runs (密钥轮换).

use crate::{
    domain::{
        codes::Uscc,
        digest::Digest,
        key_set::{KeySet, QrKey, TokenAlgorithm},
        payload::Party,
    },
    pdf::unsealed::SealAppearance,
    seal::{SignerFacts, signer::Signer},
    services::{
        Refusal, Services,
        setup::{Authority, Keyring, SetupError, TimedKey},
    },
    verify::Anchor,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};
use time::OffsetDateTime;

/// A department with one of its seals and one of its QR keys, found usable. Whoever holds it goes on with these keys, whatever is
/// exchanged meanwhile.
pub(super) struct ReadyAuthority {
    pub party: Party,
    pub code: Uscc,
    pub seal_name: String,
    pub seal: Arc<dyn Signer>,
    pub seal_facts: SignerFacts,
    pub seal_picture: SealAppearance,
    pub qr: Arc<dyn Signer>,
    pub qr_algorithm: TokenAlgorithm,
    /// How tokens name the QR key.
    pub qr_kid: [u8; 4],
    seal_time: Span,
    qr_time: Span,
}

impl ReadyAuthority {
    /// Are its keys used for new work then?
    pub fn is_in_time(&self, at: OffsetDateTime) -> bool {
        self.seal_time.contains(at) && self.qr_time.contains(at)
    }

    /// When its seal key begins to be used.
    pub fn seal_from(&self) -> OffsetDateTime {
        self.seal_time.from
    }
}

/// When a key is used for new work: within the dates of its certificate and those that the operator set.
#[derive(Clone, Copy)]
struct Span {
    from: OffsetDateTime,
    until: OffsetDateTime,
}

impl Span {
    fn contains(self, at: OffsetDateTime) -> bool {
        (self.from..=self.until).contains(&at)
    }
}

/// A keyring that was checked.
pub(super) struct ReadyKeyring {
    /// Every pair of a seal and a QR key, by department.
    departments: BTreeMap<String, Vec<Arc<ReadyAuthority>>>,
    /// Code of the department whose QR key signs the head of the audit log.
    operator: String,
    pub anchors: Vec<Anchor>,
    pub qr_keys: KeySet,
}

impl ReadyKeyring {
    /// Checks every key.
    pub fn new(keyring: Keyring) -> Result<Self, SetupError> {
        let Keyring { authorities, anchors, qr_keys } = keyring;
        let operator = authorities.first().map(|first| first.party.code.clone()).ok_or(SetupError::NoAuthority)?;
        let mut departments = BTreeMap::new();
        for authority in authorities {
            let code = authority.party.code.clone();
            if departments.insert(code.clone(), pairs(authority, &qr_keys)?).is_some() {
                return Err(SetupError::TwoAuthorities(code));
            }
        }
        Ok(Self { departments, operator, anchors, qr_keys })
    }

    /// The keys for new work of a department: of those in their time the newest. `None` when there is no seal or no QR key now.
    pub fn current(&self, department: &str, at: OffsetDateTime) -> Option<&Arc<ReadyAuthority>> {
        let in_time = self.pairs(department).filter(|pair| pair.is_in_time(at));
        in_time.max_by_key(|pair| (pair.seal_time.from, pair.qr_time.from))
    }

    /// The keys for new work of a department that are in their time, the newest first.
    pub fn candidates(&self, department: &str, at: OffsetDateTime) -> Vec<&Arc<ReadyAuthority>> {
        let mut in_time: Vec<_> = self.pairs(department).filter(|pair| pair.is_in_time(at)).collect();
        in_time.sort_by_key(|pair| std::cmp::Reverse((pair.seal_time.from, pair.qr_time.from)));
        in_time
    }

    /// All keys of a department, in time or not.
    pub fn all_of(&self, department: &str) -> impl Iterator<Item = &Arc<ReadyAuthority>> {
        self.pairs(department)
    }

    /// The keys to go on with what was begun with that seal, also when its time for new work is over.
    pub fn with_seal(&self, department: &str, certificate: Digest, at: OffsetDateTime) -> Option<&Arc<ReadyAuthority>> {
        newest_qr(self.pairs(department).filter(|pair| pair.seal_facts.certificate_digest() == certificate), at)
    }

    /// The keys whose QR key signs status lists: the newest in its time, or the newest of all, so that lists never stop.
    pub fn with_any_seal(&self, department: &str, at: OffsetDateTime) -> Option<&Arc<ReadyAuthority>> {
        newest_qr(self.pairs(department), at)
    }

    /// Code of the department that operates the service, and so keeps the catalogue.
    pub fn operator(&self) -> &str {
        &self.operator
    }

    /// Signs the head of the audit log.
    pub fn audit_signer(&self, at: OffsetDateTime) -> Option<Arc<dyn Signer>> {
        self.with_any_seal(&self.operator, at).map(|pair| pair.qr.clone())
    }

    /// The keys that may have signed the head of the audit log, earlier ones included.
    pub fn audit_keys(&self) -> impl Iterator<Item = &QrKey> {
        self.qr_keys.keys().iter().filter(|key| key.issuer == self.operator)
    }

    /// The keys for new work of every department.
    pub fn all_current(&self, at: OffsetDateTime) -> impl Iterator<Item = &Arc<ReadyAuthority>> {
        self.departments.keys().filter_map(move |department| self.current(department, at))
    }

    /// The departments that issue here.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        self.departments.values().filter_map(|pairs| pairs.first()).map(|pair| &pair.party)
    }

    fn pairs(&self, department: &str) -> impl Iterator<Item = &Arc<ReadyAuthority>> {
        self.departments.get(department).into_iter().flatten()
    }
}

impl Services {
    /// The keys of this moment.
    pub(super) fn keyring(&self) -> Arc<ReadyKeyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Exchanges the keys. What is at work ends with the keys that it began with; when the new ones cannot be used, nothing changes.
    pub fn replace_keyring(&self, keyring: Keyring) -> Result<(), SetupError> {
        let ready = Arc::new(ReadyKeyring::new(keyring)?);
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = ready;
        Ok(())
    }

    /// Refuses while the device of a key is away. Asked before anything is begun: a number that a mint takes is used up.
    pub(super) async fn require_keys(&self, authority: &Arc<ReadyAuthority>) -> Result<(), Refusal> {
        let keys = authority.clone();
        let ready = self.on_worker(move || keys.seal.ready().and_then(|()| keys.qr.ready()).map_err(|error| error.to_string())).await?;
        ready.map_err(|cause| Refusal::KeyStoreAway { cause })
    }

    /// Are the devices of all keys for new work there?
    pub(super) async fn keys_are_ready(&self) -> bool {
        let keyring = self.keyring();
        for authority in keyring.all_current(self.now()) {
            if let Err(refusal) = self.require_keys(authority).await {
                tracing::warn!(?refusal, "the key store");
                return false;
            }
        }
        true
    }
}

fn newest_qr<'a>(pairs: impl Iterator<Item = &'a Arc<ReadyAuthority>>, at: OffsetDateTime) -> Option<&'a Arc<ReadyAuthority>> {
    pairs.max_by_key(|pair| (pair.qr_time.contains(at), pair.qr_time.from, pair.seal_time.from))
}

/// Every seal of the authority with every QR key.
fn pairs(authority: Authority, qr_keys: &KeySet) -> Result<Vec<Arc<ReadyAuthority>>, SetupError> {
    let department = authority.party.code.clone();
    let code = Uscc::parse(&department).map_err(|_| SetupError::DepartmentCode(department.clone()))?;
    let wrong = |role, reason: &str| SetupError::Key { role, department: department.clone(), reason: reason.to_owned() };
    let mut pairs = Vec::with_capacity(authority.seals.len() * authority.qrs.len());
    for seal in &authority.seals {
        let seal_facts = SignerFacts::of(&*seal.signer).map_err(|e| wrong("seal", &e.to_string()))?;
        let seal_time = span(seal).ok_or_else(|| wrong("seal", "its certificate cannot be read"))?;
        for qr in &authority.qrs {
            let qr_key = qr_key_of(&*qr.signer, &department, qr_keys)
                .ok_or_else(|| wrong("QR", "its certificate stands in no entry of the key set for this department"))?;
            pairs.push(Arc::new(ReadyAuthority {
                party: authority.party.clone(),
                code: code.clone(),
                seal_name: authority.seal_name.clone(),
                seal: seal.signer.clone(),
                seal_facts: seal_facts.clone(),
                seal_picture: authority.seal_picture.clone(),
                qr: qr.signer.clone(),
                qr_algorithm: qr_key.alg,
                qr_kid: qr_key.kid,
                seal_time,
                qr_time: span(qr).ok_or_else(|| wrong("QR", "its certificate cannot be read"))?,
            }));
        }
    }
    if pairs.is_empty() { Err(wrong("seal or QR", "none is configured")) } else { Ok(pairs) }
}

fn span(key: &TimedKey) -> Option<Span> {
    let (_, certificate) = x509_parser::parse_x509_certificate(key.signer.chain().first()?).ok()?;
    let (first, last) = (certificate.validity().not_before.to_datetime(), certificate.validity().not_after.to_datetime());
    Some(Span { from: key.from.map_or(first, |from| from.max(first)), until: key.until.map_or(last, |until| until.min(last)) })
}

/// The entry of the key set that belongs to `signer`'s certificate and `issuer`.
fn qr_key_of<'a>(signer: &dyn Signer, issuer: &str, keys: &'a KeySet) -> Option<&'a QrKey> {
    let leaf = signer.chain().first()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(leaf).ok()?;
    let spki = certificate.public_key().raw;
    keys.keys().iter().find(|key| key.issuer == issuer && key.public_key == spki)
}

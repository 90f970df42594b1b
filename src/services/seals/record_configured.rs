//! Records the seals of the settings: those of an installation that had none on record, and renewed certificates of theirs.

use crate::{
    domain::{
        actor::Role,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        seal_record::{SealChange, SealFace, SealGrant, SealId, SealKind, SealState, SealUser},
    },
    services::{ReadyAuthority, Refusal, Services, describe_licence::damaged, house, seals::seal_event},
    storage::{
        database::Transaction,
        error::StorageError,
        seals::{self, SealChangeRow, SealRow, SealVersionRow},
    },
};
use std::{collections::BTreeMap, sync::Arc};

const REASON: &str = "按配置登记 recorded from the settings";

impl Services {
    /// Records the seals of every department. Once an organisation has a seal on record, only a certificate for the same name as one of
    /// the settings' is taken up by itself; every other seal is applied for.
    pub async fn record_seals(&self) -> Result<(), Refusal> {
        let departments: Vec<String> = self.keyring().parties().map(|party| party.code.clone()).collect();
        for department in departments {
            self.record_configured_seals(&department).await?;
        }
        Ok(())
    }

    pub(super) async fn record_configured_seals(&self, department: &str) -> Result<(), Refusal> {
        let keyring = self.keyring();
        // One of each certificate, the newest last.
        let mut by_certificate: BTreeMap<[u8; 32], Arc<ReadyAuthority>> = BTreeMap::new();
        for authority in keyring.all_of(department) {
            by_certificate.insert(authority.seal_facts.certificate_digest().0, authority.clone());
        }
        let mut unknown = Vec::new();
        for (certificate, authority) in by_certificate {
            if seals::by_certificate(&self.store.database, &certificate).await?.is_none() {
                unknown.push(authority);
            }
        }
        unknown.sort_by_key(|authority| authority.seal_from());
        if unknown.is_empty() {
            return Ok(());
        }
        let types: Vec<String> =
            keyring.qr_keys.keys().iter().filter(|key| key.issuer == department).flat_map(|key| key.types.clone()).collect();
        let mut transaction = self.store.database.begin().await?;
        let is_first = seals::count(&mut transaction, department).await? == 0;
        for authority in unknown {
            // Somebody else may have recorded it since it was looked for.
            if seals::knows_certificate(&mut transaction, &authority.seal_facts.certificate_digest().0).await? {
                continue;
            }
            match self.record_one(&mut transaction, &authority, is_first, &types).await {
                // Another process is recording the same: it will have done what we would.
                Err(Refusal::Unavailable { .. } | Refusal::Busy { .. }) if is_first && self.is_recorded(&authority).await? => return Ok(()),
                other => other?,
            }
        }
        Ok(transaction.commit().await?)
    }

    async fn is_recorded(&self, authority: &ReadyAuthority) -> Result<bool, Refusal> {
        Ok(seals::by_certificate(&self.store.database, &authority.seal_facts.certificate_digest().0).await?.is_some())
    }

    async fn record_one(
        &self,
        transaction: &mut Transaction,
        authority: &ReadyAuthority,
        is_first: bool,
        types: &[String],
    ) -> Result<(), Refusal> {
        let der = authority.seal.chain().first().ok_or_else(|| damaged("certificate"))?.clone();
        let subject = self.subject_key(&der)?;
        let certificate = authority.seal_facts.certificate_digest().0;
        let (now, face) = (self.now_ms(), SealFace { name: authority.seal_name.clone(), code: String::new(), picture: None });
        let renewed = seals::configured_with_subject(transaction, &authority.party.code, &subject).await?;
        let (row, change, from) = match renewed {
            Some(row) => {
                // The same seal with a new certificate: its state stays as it is, suspended or in use.
                seals::change_state(transaction, row.seal_id, (row.state, row.state_version), row.state, row.version + 1, now).await?;
                let from = row.state;
                (SealRow { version: row.version + 1, state_version: row.state_version + 1, ..row }, SealChange::Renew, Some(from))
            }
            None if is_first => (self.insert_configured(transaction, authority, types, now).await?, SealChange::PutInUse, None),
            None => return Ok(()),
        };
        let (id, key) = (row.seal_id, self.seal_key(&row)?);
        let face = self.close_face(&key, id, &face)?;
        let version = SealVersionRow { seal_id: id, version: row.version, face, certificate: Some(certificate), made_at: Some(now) };
        seals::add_version(transaction, &version).await?;
        if !seals::claim_certificate(transaction, id, &certificate, &subject).await? {
            return Err(StorageError::Busy.into());
        }
        let reason = self.close_seal_reason(&key, id, REASON)?;
        let log = SealChangeRow {
            seal_id: id,
            state_version: row.state_version,
            change,
            from,
            to: row.state,
            actor: house().id,
            at: now,
            reason,
        };
        seals::log_change(transaction, &log).await?;
        let event = AuditEvent::new(AuditAction::ChangeSeal, &house(), AuditOutcome::Done)
            .about(id)
            .with("change", change.as_str())
            .with("certificate", authority.seal_facts.certificate_digest());
        self.audit(transaction, &event).await?;
        self.announce(transaction, &seal_event(&row, change, row.state, now)).await
    }

    async fn insert_configured(
        &self,
        transaction: &mut Transaction,
        authority: &ReadyAuthority,
        types: &[String],
        now: i64,
    ) -> Result<SealRow, Refusal> {
        // The same department and certificate give the same id, so that two processes cannot both record it.
        let mut bytes = [0; 16];
        bytes.copy_from_slice(authority.seal_facts.certificate_digest().0.get(..16).unwrap_or(&[0; 16]));
        let id = SealId(bytes);
        let (_, data_key) = self.new_seal_key(id)?;
        let row = SealRow {
            seal_id: id,
            organisation_code: authority.party.code.clone(),
            organisation_name: authority.party.name.clone(),
            kind: kind_of(&authority.seal_name),
            state: SealState::InUse,
            state_version: 1,
            state_changed_at: now,
            version: 1,
            configured: true,
            // Its keys know their time.
            valid_from: 0,
            valid_until: None,
            data_key,
            created_at: now,
        };
        seals::insert(transaction, &row).await?;
        for type_code in types {
            for role in [Role::Issuer, Role::System] {
                let grant = SealGrant { type_code: type_code.clone(), user: SealUser::Role(role) };
                seals::add_grant(transaction, id, &grant).await?;
            }
        }
        Ok(row)
    }
}

/// The kind that the words on a seal name.
fn kind_of(name: &str) -> SealKind {
    if name.ends_with("电子证照专用章") {
        SealKind::Licence
    } else if name.ends_with("行政审批专用章") {
        SealKind::Approval
    } else if name.ends_with("专用章") {
        SealKind::Business
    } else {
        SealKind::Official
    }
}

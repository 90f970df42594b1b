//! Brings the licence types that the program came with into the catalogue, when it starts and they are not there.

use super::store_version::Source;
use crate::{
    domain::{
        directory_entry::{AuthorityLevel, CatalogueRoot, DirectoryEntry, EntryChange, EntryClass},
        entry_grant::{EntryGrant, GranteeKind},
        licence_type::{HolderCategory, LicenceType},
        payload::TemplateRef,
    },
    services::{PreparedType, Refusal, Services, house},
    storage::{
        catalogue,
        entry_grants::{self, GrantRow},
        error::StorageError,
        type_definitions,
    },
};

impl Services {
    /// Makes an entry of every type that can be minted and has none, with its definition, and lets the departments that issue here mint
    /// it. How many were new. Safe beside other processes that do the same.
    pub async fn register_types(&self) -> Result<usize, Refusal> {
        let mut added = 0;
        for prepared in self.types.entries() {
            added += usize::from(self.register_type(prepared).await?);
        }
        Ok(added)
    }

    async fn register_type(&self, prepared: &PreparedType) -> Result<bool, Refusal> {
        let licence_type = &prepared.licence_type;
        let code = licence_type.code.as_str();
        let known = catalogue::entry(&self.store.database, code).await?.is_some();
        let version = i64::from(licence_type.version);
        if known && type_definitions::document(&self.store.database, code, version).await?.is_some() {
            return Ok(false);
        }
        let mut transaction = self.store.database.begin().await?;
        // A definition of the same version with another content stays as it is: what was minted with it says so.
        if !self.store_definition(&mut transaction, licence_type, None).await? {
            tracing::warn!(code, version, "the definition of this licence type changed without a new version");
        }
        if known {
            transaction.commit().await?;
            return Ok(false);
        }
        let operator = self.managing_department();
        let house = house();
        let source = Source { applicant: &house.id, organisation: &operator, reviewer: None, application: None, origin: None };
        let entry = entry_of(prepared);
        match self.store_entry_version(&mut transaction, &entry, EntryChange::Added, 0, &source).await? {
            // Another process was quicker with the same.
            Err(StorageError::Conflict(_) | StorageError::RowCount { .. }) => return Ok(false),
            done => done?,
        };
        for party in self.issuers() {
            let grant =
                EntryGrant { grantee: party.code, kind: GranteeKind::Department, maintain: true, mint: true, read: true, write: false };
            let row = GrantRow { type_code: entry.type_code.clone(), grant, granted_by: house.id.clone(), granted_at: self.now_ms() };
            entry_grants::set(&mut transaction, &row).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

fn entry_of(prepared: &PreparedType) -> DirectoryEntry {
    let licence_type: &LicenceType = &prepared.licence_type;
    let root = match licence_type.holder_category {
        HolderCategory::NaturalPerson => CatalogueRoot::NaturalPerson,
        HolderCategory::LegalPerson | HolderCategory::OtherOrganisation | HolderCategory::Mixed | HolderCategory::Other => {
            CatalogueRoot::LegalPerson
        }
    };
    DirectoryEntry {
        type_code: licence_type.code.clone(),
        name: licence_type.name.clone(),
        name_en: licence_type.name_en.clone(),
        defining_authority: licence_type.defining_authority.clone(),
        defining_authority_code: licence_type.defining_authority_code.clone(),
        // The authorities of the national directory define every type that ships.
        defining_level: AuthorityLevel::National,
        related_items: Vec::new(),
        holder_category: licence_type.holder_category,
        validity_range: licence_type.validity_range.clone(),
        issuing_level: AuthorityLevel::Municipal,
        issuing_authorities: Vec::new(),
        class: EntryClass::Licence,
        root,
        theme: "未分类".into(),
        industry: "未分类".into(),
        shared: true,
        definition_version: Some(licence_type.version),
        template: Some(TemplateRef {
            name: prepared.template.template().name.clone(),
            version: prepared.template.template().version,
            digest: prepared.template.digest(),
        }),
    }
}

//! Renews archive time-stamps (归档续期) before the certificate or the algorithms of the newest one end, and reports what cannot be renewed.

use crate::{
    domain::{licence::LicenceId, seal_level::SealLevel},
    services::{Refusal, Services, moment},
    storage::{
        augmentations,
        sealed_documents::{self, DocumentRow},
    },
};
use serde::Serialize;
use std::{sync::atomic::Ordering, time::Duration};
use time::OffsetDateTime;

/// Documents that one report looks at.
const MOST: i64 = 10_000;

/// What weakens, and what is done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RenewalReport {
    /// Documents whose newest time-stamp weakens in time; they wait for a new one now.
    pub due: Vec<Weakening>,
    /// Documents whose time-stamp weakens and to which nothing can be appended (定稿), or that are not to reach B-LTA.
    pub not_renewable: Vec<Weakening>,
    /// Were there more than one report holds? Renew again then.
    pub more: bool,
}

/// One document whose proof ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Weakening {
    /// The licence.
    pub licence_id: LicenceId,
    /// The level of its document.
    pub level: SealLevel,
    /// When its newest time-stamp weakens.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

impl Services {
    /// Lets every document wait for a new archive time-stamp whose newest one weakens within `before` (as configured when absent).
    /// [`Services::augment_waiting`] makes them.
    pub async fn renew_licences(&self, before: Option<Duration>) -> Result<RenewalReport, Refusal> {
        let (report, rows) = self.weakening(before).await?;
        let now = self.now_ms();
        for row in rows {
            let mut transaction = self.store.database.begin().await?;
            augmentations::add(&mut transaction, (&row.signed_digest, row.licence_id), SealLevel::Lta, now, now).await?;
            transaction.commit().await?;
        }
        self.last_renewal.store(now / 1000, Ordering::Relaxed);
        Ok(report)
    }

    /// The same report, and nothing is done about it.
    pub async fn report_renewals(&self, before: Option<Duration>) -> Result<RenewalReport, Refusal> {
        Ok(self.weakening(before).await?.0)
    }

    /// The report, and the documents that can be renewed.
    async fn weakening(&self, before: Option<Duration>) -> Result<(RenewalReport, Vec<DocumentRow>), Refusal> {
        let before = before.unwrap_or(self.settings.renew_before);
        let until = self.now_ms().saturating_add(i64::try_from(before.as_millis()).unwrap_or(i64::MAX));
        let mut rows = sealed_documents::weakening(&self.store.database, until, MOST + 1).await?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > MOST;
        rows.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        let (due, not_renewable): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.target == SealLevel::Lta);
        let list = |rows: &[DocumentRow]| rows.iter().map(Weakening::of).collect();
        Ok((RenewalReport { due: list(&due), not_renewable: list(&not_renewable), more }, due))
    }
}

impl Weakening {
    fn of(row: &DocumentRow) -> Self {
        Self { licence_id: row.licence_id, level: row.level, until: moment(row.proof_until.unwrap_or_default()) }
    }
}

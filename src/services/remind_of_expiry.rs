//! Announces licences whose last day comes near (到期提醒), once for each threshold of days: a watermark over (last day, licence) moves in
//! the transaction that announces, so nothing is announced twice or left out, whoever crashes.

use crate::{
    domain::{
        date::LicenceDate,
        event::{Event, EventKind},
        licence::LicenceState,
    },
    services::{Refusal, Services},
    storage::{expiry_watermarks, licences},
};

/// Licences that one transaction announces at most.
const BATCH: i64 = 500;
/// Behind every licence of a day.
const END_OF_DAY: [u8; 17] = [0xff; 17];

impl Services {
    /// Announces what has come near since the last time; how many. The first time a licence is announced only for the smallest
    /// threshold that it has reached.
    pub async fn remind_of_expiry(&self) -> Result<u64, Refusal> {
        let today = LicenceDate::in_china(self.now()).days_since_epoch();
        let mut thresholds: Vec<i64> = self.settings.remind_days.iter().map(|days| i64::from(*days)).collect();
        thresholds.sort_unstable();
        thresholds.dedup();
        let (mut announced, mut below) = (0, -1);
        for threshold in thresholds {
            while let Some(batch) = self.remind_batch(today, threshold, today + below).await? {
                announced += batch;
            }
            below = threshold;
        }
        Ok(announced)
    }

    /// One batch; `None` when there is nothing more to do, or another process is at it.
    async fn remind_batch(&self, today: i64, threshold: i64, first: i64) -> Result<Option<u64>, Refusal> {
        let last = today + threshold;
        let mut transaction = self.store.database.begin().await?;
        let mark = expiry_watermarks::find(&mut transaction, threshold).await?;
        let (day, id) = mark.clone().unwrap_or((first, END_OF_DAY.to_vec()));
        if day > last || (day == last && id == END_OF_DAY) {
            return Ok(None);
        }
        let rows = licences::expiring_anywhere(&mut transaction, last, (day, &id), BATCH).await?;
        let full = i64::try_from(rows.len()).is_ok_and(|found| found == BATCH);
        let mut announced = 0;
        for row in &rows {
            match row.state {
                LicenceState::Active | LicenceState::Suspended | LicenceState::Restricted | LicenceState::Lost => {}
                LicenceState::Minting | LicenceState::Void | LicenceState::Superseded | LicenceState::Revoked | LicenceState::Cancelled => {
                    continue;
                }
            }
            let event = Event::new(EventKind::LicenceExpiring, &row.issuer_code, self.now())
                .of_type(&row.type_code)
                .about(row.licence_id)
                .with("days", row.valid_until.unwrap_or(last) - today)
                .with("threshold", threshold);
            self.announce(&mut transaction, &event).await?;
            announced += 1;
        }
        let to = match rows.last() {
            Some(row) if full => (row.valid_until.unwrap_or(last), row.licence_id.0.to_vec()),
            _ => (last, END_OF_DAY.to_vec()),
        };
        if !expiry_watermarks::advance(&mut transaction, threshold, mark.as_ref(), (to.0, &to.1)).await? {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(if full { Some(announced) } else { Some(announced).filter(|n| *n > 0) })
    }
}

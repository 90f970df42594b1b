//! Finds and lists an organisation's licences (检索): by holder, by number, by type, state and period, by their last day. Every list is
//! paged by keyset, and every search is audited.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        date::LicenceDate,
        holder::HolderCodeType,
        licence::{LicenceId, LicenceState},
        outward_status::ShareStatus,
        page::{Cursor, Page, PageProblem, PageRequest},
        trust_grade::TrustGrade,
    },
    services::{Refusal, Services, milliseconds, moment},
    storage::licences::{self, LicenceRow, ListFilter},
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// What is looked for. `Debug` shows no codes and numbers.
pub enum LicenceSearch {
    /// The licences of one holder.
    Holder {
        /// 持证主体代码类型代码.
        code_type: String,
        /// 持证主体代码.
        code: String,
    },
    /// Every version of the licence with this number.
    Number {
        /// 证照类型代码.
        type_code: String,
        /// 证照编号.
        number: String,
    },
    /// All of them, the newest first.
    List {
        /// 证照类型代码.
        type_code: Option<String>,
        /// State; active ones only while their last day is not over.
        state: Option<LicenceState>,
        /// Minted at or after.
        from: Option<OffsetDateTime>,
        /// Minted before.
        until: Option<OffsetDateTime>,
    },
    /// Those whose last day lies in a period, in the order of that day.
    Expiring {
        /// First last day.
        from: LicenceDate,
        /// Last last day.
        until: LicenceDate,
    },
}

impl std::fmt::Debug for LicenceSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LicenceSearch({})", self.by())
    }
}

/// One licence of a list: what tells it from others, and how it stands. Everything else is read one by one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LicenceItem {
    /// Licence id, 32 hex digits.
    pub licence_id: LicenceId,
    /// 证照标识.
    pub identifier: String,
    /// 证照编号.
    pub number: String,
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// Code of the issuing department.
    pub issuer: String,
    /// 版本号.
    pub version: i64,
    /// Stored state.
    #[schemars(with = "String")]
    pub state: LicenceState,
    /// How it stands today; expiry is computed.
    pub standing: Option<ShareStatus>,
    /// Last day in force, `YYYY-MM-DD`; `null`: no end.
    pub valid_until: Option<LicenceDate>,
    /// When it was minted, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// Is it in the archive?
    pub archived: bool,
    /// 可信等级.
    pub trust_grade: TrustGrade,
}

impl LicenceSearch {
    fn by(&self) -> &'static str {
        match self {
            Self::Holder { .. } => "holder",
            Self::Number { .. } => "number",
            Self::List { .. } => "list",
            Self::Expiring { .. } => "expiring",
        }
    }
}

impl Services {
    /// One page of the licences of `organisation` that are looked for.
    pub async fn find_licences(
        &self,
        actor: &Actor,
        organisation: &str,
        search: &LicenceSearch,
        page: &PageRequest,
    ) -> Result<Page<LicenceItem>, Refusal> {
        self.permit(actor, Action::FindLicences, organisation).await?;
        let event =
            |outcome| AuditEvent::new(AuditAction::FindLicences, actor, outcome).with("organisation", organisation).with("by", search.by());
        match self.try_find(organisation, search, page).await {
            Ok((found, key)) => {
                let mut done = event(AuditOutcome::Done).with("found", found.items.len());
                if let Some(key) = key {
                    done = done.with("key", hex::encode(&key[..8]));
                }
                self.audit_alone(&done).await?;
                Ok(found)
            }
            Err(refusal) => {
                self.audit_refusal(event(AuditOutcome::Refused), &refusal).await;
                Err(refusal)
            }
        }
    }

    /// The page, and the keyed digest of what was looked for.
    async fn try_find(
        &self,
        organisation: &str,
        search: &LicenceSearch,
        page: &PageRequest,
    ) -> Result<(Page<LicenceItem>, Option<[u8; 32]>), Refusal> {
        let database = &self.store.database;
        let most = page.rows_to_read();
        let after_pair = |start: i64, id: Vec<u8>| match &page.after {
            Some(cursor) => pair(cursor).map_err(Refusal::BadPage),
            None => Ok((start, id)),
        };
        let (rows, key, cursor): (_, _, fn(&LicenceRow) -> Cursor) = match search {
            LicenceSearch::Holder { code_type, code } => {
                let code_type = HolderCodeType::parse(code_type).ok_or(Refusal::BadSearch)?;
                let code = code_type.check(code.trim()).map_err(|_| Refusal::BadSearch)?;
                let key = self.holder_key(code_type.as_str(), &code)?;
                let after = match &page.after {
                    Some(cursor) => hex::decode(cursor.one_text()?).map_err(|_| PageProblem::Cursor)?,
                    None => Vec::new(),
                };
                let rows = licences::of_holder(database, &key, organisation, &after, most).await?;
                (rows, Some(key), |row| Cursor::new([row.licence_id.to_string().into()]))
            }
            LicenceSearch::Number { type_code, number } => {
                let key = self.number_key(type_code, organisation, number.trim())?;
                let newest = match &page.after {
                    Some(cursor) => cursor.one_int()?,
                    None => i64::MAX,
                };
                let mut rows = licences::by_number(database, &key).await?;
                rows.retain(|row| row.version < newest);
                (rows, Some(key), |row| Cursor::new([row.version.into()]))
            }
            LicenceSearch::List { type_code, state, from, until } => {
                let filter = ListFilter {
                    type_code: type_code.as_deref(),
                    state: *state,
                    from: from.map_or(i64::MIN, milliseconds),
                    today: LicenceDate::in_china(self.now()).days_since_epoch(),
                };
                let (at, id) = after_pair(until.map_or(i64::MAX, milliseconds), Vec::new())?;
                let rows = licences::list(database, organisation, &filter, (at, &id), most).await?;
                (rows, None, |row| Cursor::new([row.created_at.into(), row.licence_id.to_string().into()]))
            }
            LicenceSearch::Expiring { from, until } => {
                let (day, id) = after_pair(from.days_since_epoch(), Vec::new())?;
                let rows = licences::expiring(database, organisation, until.days_since_epoch(), (day, &id), most).await?;
                (rows, None, |row| Cursor::new([row.valid_until.unwrap_or_default().into(), row.licence_id.to_string().into()]))
            }
        };
        let found = page.page(rows, cursor);
        let next = found.next;
        // What was erased after its retention is in no list any more; a page may be shorter for it.
        let kept = found.items.into_iter().filter(|row| !row.data_key.is_destroyed());
        let items = kept.map(|row| self.item(row)).collect::<Result<_, _>>()?;
        Ok((Page { items, next }, key))
    }

    fn item(&self, row: LicenceRow) -> Result<LicenceItem, Refusal> {
        let licence = self.open(row)?;
        let identity = self.open_identity(&licence)?;
        let row = licence.row;
        Ok(LicenceItem {
            licence_id: row.licence_id,
            identifier: identity.identifier,
            number: identity.number,
            standing: self.standing_of(&row).share_status(),
            type_code: row.type_code,
            issuer: row.issuer_code,
            version: row.version,
            state: row.state,
            valid_until: row.valid_until.and_then(LicenceDate::from_days_since_epoch),
            created_at: moment(row.created_at),
            archived: row.archived_at.is_some(),
            trust_grade: row.trust_grade,
        })
    }
}

/// A number and an id.
fn pair(cursor: &Cursor) -> Result<(i64, Vec<u8>), PageProblem> {
    let (number, id) = cursor.int_and_text()?;
    Ok((number, hex::decode(id).map_err(|_| PageProblem::Cursor)?))
}

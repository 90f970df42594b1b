//! Verifies information about a licence (信息验证): do number, holder and fields fit what the register holds, and how does it stand? The
//! answer is one digit and never holds more than the question did.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        date::{LicenceDate, Until},
        event::{Event, EventKind},
        holder::HolderCodeType,
        outward_status::InformationAnswer,
        payload::{FieldValue, Payload},
    },
    services::{Refusal, Services},
    storage::licences::{self, LicenceRow},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Licences of one holder and type that one question looks at.
const MOST: i64 = 50;

/// What somebody holds to be true. `Debug` shows nothing of it.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InformationQuestion {
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// 证照编号.
    #[serde(default)]
    pub number: Option<String>,
    /// 持证主体代码.
    #[serde(default)]
    pub holder_code: Option<String>,
    /// 持证主体代码类型代码, e.g. `001` or `111`.
    #[serde(default)]
    pub holder_code_type: Option<String>,
    /// 持证主体.
    #[serde(default)]
    pub holder: Option<String>,
    /// Face data by short code: `ZZBFRQ`, `ZZYXQQSRQ`, `ZZYXQJZRQ`, `ZZBFJG`, `ZZBFJGDM`, and those of the type.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

impl std::fmt::Debug for InformationQuestion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InformationQuestion({})", self.type_code)
    }
}

impl Services {
    /// Answers `0` to `7`. Licences of every issuer are asked, because whoever checks a licence is seldom who issued it.
    pub async fn verify_information(&self, actor: &Actor, question: &InformationQuestion) -> Result<InformationAnswer, Refusal> {
        self.permit_somewhere(actor, Action::VerifyInformation).await?;
        let (answer, row) = self.judge_information(question).await?;
        let mut event = AuditEvent::new(AuditAction::VerifyInformation, actor, AuditOutcome::Done)
            .with("type", &question.type_code)
            .with("answer", answer.code());
        let mut transaction = self.store.database.begin().await?;
        if let Some(row) = row {
            event = event.about(row.licence_id);
            let verified = Event::new(EventKind::LicenceVerified, &row.issuer_code, self.now())
                .of_type(&row.type_code)
                .about(row.licence_id)
                .with("by", "information");
            self.announce(&mut transaction, &verified).await?;
        }
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        Ok(answer)
    }

    /// The answer, and the licence that it is about.
    async fn judge_information(&self, question: &InformationQuestion) -> Result<(InformationAnswer, Option<LicenceRow>), Refusal> {
        let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let parts = (given(&question.number), given(&question.holder_code), given(&question.holder_code_type));
        let (Some(number), Some(code), Some(code_type)) = parts else { return Ok((InformationAnswer::NotEnough, None)) };
        let code = HolderCodeType::parse(&code_type).and_then(|code_type| code_type.check(&code).ok());
        let Some(code) = code else { return Ok((InformationAnswer::NoSuchLicence, None)) };
        let key = self.holder_key(&code_type, &code)?;
        let rows = licences::of_holder_and_type(&self.store.database, &key, &question.type_code, MOST).await?;

        // An older version that fits is still correct, and no longer valid; of several that do not fit the newest decides.
        let mut newest = None;
        for row in rows {
            if row.number_key != self.number_key(&question.type_code, &row.issuer_code, &number)? {
                continue;
            }
            let licence = self.open(row)?;
            let payload = self.open_payload(&licence, &self.mint_of(licence.row.licence_id).await?)?;
            let (right, wrong) = compare(question, &code, &payload);
            if wrong == 0 {
                return Ok((self.standing_of(&licence.row).information_answer(), Some(licence.row)));
            }
            let answer = if right == 0 { InformationAnswer::Wrong } else { InformationAnswer::PartlyWrong };
            newest.get_or_insert((answer, Some(licence.row)));
        }
        Ok(newest.unwrap_or((InformationAnswer::NoSuchLicence, None)))
    }
}

/// How many of the claims beyond number and holder code are right, and how many are wrong.
fn compare(question: &InformationQuestion, code: &str, payload: &Payload) -> (usize, usize) {
    let (mut right, mut wrong) = (0, 0);
    let mut count = |fits: bool| if fits { right += 1 } else { wrong += 1 };
    if let Some(name) = &question.holder {
        count(payload.holders.iter().any(|holder| holder.code == code && holder.name == name.trim()));
    }
    for (field, value) in &question.fields {
        let value = value.trim();
        let day = |text: &str| LicenceDate::parse(text).map(|day| day.to_string()).ok();
        let until = |text: &str| Until::parse(text).map(|until| until.to_string()).ok();
        count(match field.as_str() {
            "ZZBFRQ" => day(value).as_deref() == Some(payload.issued_on.as_str()),
            "ZZYXQQSRQ" => payload.valid_from.is_some() && day(value) == payload.valid_from,
            "ZZYXQJZRQ" => payload.valid_until.is_some() && until(value) == payload.valid_until,
            "ZZBFJG" => value == payload.issuer.name,
            "ZZBFJGDM" => value == payload.issuer.code,
            "ZZMC" => value == payload.licence_type.name,
            other => match payload.fields.get(other) {
                Some(FieldValue::Text(text)) => value == text || day(value).is_some_and(|day| day == *text),
                Some(FieldValue::Rows(_)) | None => false,
            },
        });
    }
    (right, wrong)
}

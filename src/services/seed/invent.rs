//! Invented licences: the n-th is always the same, its names and codes are nobody's, and it can be looked for without asking the register.

use crate::domain::{
    codes::{CitizenId, Uscc},
    date::LicenceDate,
    holder::HolderCodeType,
    identifier::{Identifier, IdentifierProblem, TypeCode},
    licence::{LicenceId, LicenceState},
    licence_type::{HolderCategory, LicenceType},
    payload::HolderRef,
};
use ring::digest::{SHA256, digest};
use serde::Serialize;

const SURNAMES: [&str; 12] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "欧阳", "诸葛"];
const GIVEN: [&str; 16] = ["某", "示", "例", "测", "试", "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "样"];
const TRADES: [&str; 8] = ["食品", "建筑", "科技", "物流", "医药", "教育", "餐饮", "贸易"];
/// First day of issue, 2019-01-01, in days since 1970-01-01; licences are spread over the seven years that follow.
const FIRST_DAY: i64 = 17_897;
const DAYS: i64 = 2_556;

/// The n-th invented licence.
#[derive(Clone, Serialize)]
pub struct Invented {
    /// Licence id.
    pub licence_id: LicenceId,
    /// 证照标识.
    pub identifier: String,
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// 证照编号.
    pub number: String,
    /// The holder: an invented name and code.
    pub holder: HolderRef,
    /// State.
    pub state: LicenceState,
    #[serde(skip)]
    pub(super) issued_on: i64,
    #[serde(skip)]
    pub(super) valid_until: Option<i64>,
}

/// The n-th of a type, from 1.
pub(super) fn invent(n: u64, definition: &LicenceType, issuer: &Uscc) -> Result<Invented, IdentifierProblem> {
    let hash = digest(&SHA256, format!("elicence seed {n}").as_bytes());
    let byte = |at: usize| u64::from(hash.as_ref().get(at).copied().unwrap_or_default());
    let mut id = [0; 16];
    id.copy_from_slice(hash.as_ref().get(..16).unwrap_or(&[0; 16]));
    let licence_id = LicenceId(id);
    let number = format!("SEED{n:012}");
    let serial = Identifier::serial_for(&number, licence_id);
    let identifier = Identifier::new(TypeCode::parse(&definition.code)?, issuer, &serial, 1)?;
    let day = FIRST_DAY + i64::try_from(byte(16) << 16 | byte(17) << 8 | byte(18)).unwrap_or_default() % DAYS;
    let state = match byte(19) % 100 {
        0..=1 => LicenceState::Revoked,
        2 => LicenceState::Suspended,
        3..=4 => LicenceState::Cancelled,
        _ => LicenceState::Active,
    };
    // One holder in four has several licences.
    let holder = holder(n - n % 4 * u64::from(byte(20) < 64), definition.holder_category, byte(21));
    let valid_until = (byte(22) % 3 > 0).then_some(day + 5 * 365);
    Ok(Invented {
        licence_id,
        identifier: identifier.to_string(),
        type_code: definition.code.clone(),
        number,
        holder,
        state,
        issued_on: day,
        valid_until,
    })
}

fn holder(n: u64, category: HolderCategory, salt: u64) -> HolderRef {
    let pick = |words: &[&'static str], by: u64| words.get(usize::try_from(by).unwrap_or_default() % words.len()).copied().unwrap_or("某");
    match category {
        HolderCategory::NaturalPerson => HolderRef {
            name: format!("{}{}{}", pick(&SURNAMES, n), pick(&GIVEN, n / 12), pick(&GIVEN, salt)),
            code: citizen(n),
            code_type: HolderCodeType::CitizenId.as_str().into(),
        },
        HolderCategory::LegalPerson | HolderCategory::OtherOrganisation | HolderCategory::Mixed | HolderCategory::Other => HolderRef {
            name: format!("示例市{}{}{}有限公司", pick(&GIVEN, n / 8), pick(&GIVEN, salt), pick(&TRADES, n)),
            code: organisation(n),
            code_type: HolderCodeType::UnifiedSocialCreditCode.as_str().into(),
        },
    }
}

/// An ID number of a region that does not exist, with a right check digit.
fn citizen(n: u64) -> String {
    let birth = LicenceDate::from_days_since_epoch(i64::try_from(n / 1000 % 18_000).unwrap_or_default())
        .map_or_else(|| "1970-01-01".into(), |day| day.to_string());
    with_check(&format!("99{:04}{}{:03}", n / 18_000_000 % 10_000, birth.replace('-', ""), n % 1000), |code| CitizenId::parse(code).is_ok())
}

/// A unified social credit code of a region that does not exist, with a right check digit.
fn organisation(n: u64) -> String {
    with_check(&format!("91990000{n:09}"), |code| Uscc::parse(code).is_ok())
}

fn with_check(body: &str, is_right: impl Fn(&str) -> bool) -> String {
    let mut codes = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().map(|check| format!("{body}{check}"));
    codes.find(|code| is_right(code)).unwrap_or_else(|| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_right_and_each_number_has_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for n in (1..2000).chain([999_999, 1_000_000, 9_999_999]) {
            assert!(CitizenId::parse(&citizen(n)).is_ok() && seen.insert(citizen(n)), "{n}");
            assert!(Uscc::parse(&organisation(n)).is_ok() && seen.insert(organisation(n)), "{n}");
        }
    }
}

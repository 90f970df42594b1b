//! A person (人员) who works here, and the roles that the person has in organisations.

use crate::domain::actor::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use time::OffsetDateTime;

/// 16 random bytes. Written `person-` and 32 hex digits, it names the person in audit lines and says nothing about who that is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub [u8; 16]);

const PREFIX: &str = "person-";

impl PersonId {
    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut out = [0; 16];
        hex::decode_to_slice(text.strip_prefix(PREFIX)?, &mut out).ok()?;
        Some(Self(out))
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", hex::encode(self.0))
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What is known of a person; kept sealed. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonFacts {
    /// The name to log in with (登录名): 2 to 64 characters without spaces; upper and lower case are the same.
    pub login: String,
    /// Name (姓名), 1 to 100 characters.
    pub name: String,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

impl fmt::Debug for PersonFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonFacts(…)")
    }
}

impl PersonFacts {
    /// Is every fact within its bounds?
    pub fn are_good(&self) -> bool {
        let within = |text: &str, least: usize, most: usize| {
            (least..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text
        };
        within(&self.login, 2, 64)
            && !self.login.chars().any(char::is_whitespace)
            && within(&self.name, 1, 100)
            && self.phone.as_deref().is_none_or(|phone| within(phone, 3, 30))
            && self.mail.as_deref().is_none_or(|mail| within(mail, 3, 254) && mail.contains('@'))
    }
}

/// The login name as it is looked up: upper and lower case are the same.
pub fn login_for_lookup(login: &str) -> String {
    login.trim().to_lowercase()
}

/// May somebody, a person or a system, act at all?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// 正常.
    Active,
    /// 停用.
    Suspended,
}

impl AccountState {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Suspended].into_iter().find(|state| state.as_str() == word)
    }
}

/// A role that a person has in an organisation, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    /// Code of the organisation.
    pub organisation: String,
    /// The role there.
    #[schemars(with = "String")]
    pub role: Role,
    /// First moment, RFC 3339; absent: now.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from: Option<OffsetDateTime>,
    /// Last moment, RFC 3339; absent: until it is withdrawn.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<OffsetDateTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_out_of_bounds_are_not_good() {
        let good = PersonFacts { login: "li.na".into(), name: "李娜".into(), phone: None, mail: Some("a@b".into()) };
        assert!(good.are_good());
        for wrong in ["l", "li na", " li", "li\n", &"x".repeat(65)] {
            assert!(!PersonFacts { login: wrong.into(), ..good.clone() }.are_good(), "{wrong:?}");
        }
        assert!(!PersonFacts { name: String::new(), ..good.clone() }.are_good());
        assert!(!PersonFacts { mail: Some("nobody".into()), ..good.clone() }.are_good());
        assert!(!format!("{good:?}").contains('李'));
        assert_eq!(PersonId::parse(&PersonId([7; 16]).to_string()), Some(PersonId([7; 16])));
    }
}

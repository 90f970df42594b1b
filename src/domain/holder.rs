//! Holders of a licence (持证主体): their code types (GB/T 36903 Annex A), and how their names are hidden.

use crate::domain::codes::{CitizenId, CodeProblem, Uscc, masked_middle};
use crate::domain::payload::HolderRef;

macro_rules! code_types {
    ($($name:ident = $code:literal, $person:literal, $zh:literal;)*) => {
        /// What kind of code a holder is named by (持证主体代码类型代码, GB/T 36903 Annex A).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum HolderCodeType { $(#[doc = $zh] $name,)* }

        impl HolderCodeType {
            /// All of them.
            pub const ALL: &'static [HolderCodeType] = &[$(HolderCodeType::$name,)*];

            /// Reads the 3-digit code.
            pub fn parse(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)* _ => None } }

            /// The 3-digit code.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $code,)* } }

            /// The name of the type (持证主体代码类型).
            pub fn name(self) -> &'static str { match self { $(Self::$name => $zh,)* } }

            /// Does it name a natural person (自然人)?
            pub fn is_natural_person(self) -> bool { match self { $(Self::$name => $person,)* } }
        }
    };
}

code_types! {
    UnifiedSocialCreditCode = "001", false, "统一社会信用代码";
    OtherOrganisation = "099", false, "其他法人或其他组织有效证件代码";
    CitizenId = "111", true, "公民身份号码";
    OfficerCard = "114", true, "解放军军官证";
    ArmedPoliceOfficerCard = "115", true, "武警警官证";
    SoldierCard = "118", true, "解放军士兵证";
    ArmedPoliceSoldierCard = "119", true, "武警士兵证";
    CivilianStaffCard = "120", true, "解放军文职人员证";
    ArmedPoliceCivilianCard = "122", true, "武警文职人员证";
    DiplomaticPassport = "411", true, "外交护照";
    ServicePassport = "412", true, "公务护照";
    PublicAffairsPassport = "413", true, "公务普通护照";
    OrdinaryPassport = "414", true, "普通护照";
    TaiwanPermit = "511", true, "台湾居民来往大陆通行证";
    HongKongMacaoPermit = "516", true, "港澳居民来往内地通行证";
    OtherPerson = "999", true, "其他自然人有效证件代码";
}

impl HolderCodeType {
    /// Checks a holder's code by the rules of its type and returns its canonical spelling. Types without a public rule take
    /// 1 to 64 characters without white space.
    pub fn check(self, code: &str) -> Result<String, CodeProblem> {
        match self {
            Self::UnifiedSocialCreditCode => Uscc::parse(code).map(|c| c.as_str().to_owned()),
            Self::CitizenId => CitizenId::parse(code).map(|c| c.as_str().to_owned()),
            _ => {
                let count = code.chars().count();
                if !(1..=64).contains(&count) {
                    return Err(CodeProblem::Length(count));
                }
                match code.chars().position(|c| c.is_whitespace() || c.is_control()) {
                    Some(at) => Err(CodeProblem::Character(at + 1)),
                    None => Ok(code.to_owned()),
                }
            }
        }
    }
}

impl HolderRef {
    /// The type of its code, where it is one of the annex.
    pub fn known_code_type(&self) -> Option<HolderCodeType> {
        HolderCodeType::parse(&self.code_type)
    }

    /// The name as anybody may see it: an organisation's in full, a person's with all but the first character hidden (王*).
    /// A holder whose code type is unknown counts as a person.
    pub fn public_name(&self) -> String {
        if self.known_code_type().is_some_and(|t| !t.is_natural_person()) {
            return self.name.clone();
        }
        if self.name.chars().count() < 2 { "*".into() } else { masked_middle(&self.name, 1, 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_masked_and_organisations_are_not() {
        let holder = |name: &str, code_type: &str| HolderRef { name: name.into(), code: "x".into(), code_type: code_type.into() };
        assert_eq!(holder("示例食品有限公司", "001").public_name(), "示例食品有限公司");
        assert_eq!(holder("王𠮷", "111").public_name(), "王*");
        assert_eq!(holder("王", "111").public_name(), "*");
        assert_eq!(holder("某某", "777").public_name(), "某*");
    }

    #[test]
    fn every_code_type_reads_back() {
        for t in HolderCodeType::ALL {
            assert_eq!(HolderCodeType::parse(t.as_str()), Some(*t));
            assert_eq!(t.as_str().len(), 3);
        }
        assert_eq!(HolderCodeType::parse("002"), None);
    }

    #[test]
    fn codes_are_checked_by_their_type() {
        assert_eq!(HolderCodeType::CitizenId.check("11010519491231002x"), Ok("11010519491231002X".into()));
        assert_eq!(HolderCodeType::UnifiedSocialCreditCode.check("11010519491231002X"), Err(CodeProblem::CheckDigit));
        assert_eq!(HolderCodeType::OrdinaryPassport.check("E12 345"), Err(CodeProblem::Character(4)));
        assert_eq!(HolderCodeType::OrdinaryPassport.check(""), Err(CodeProblem::Length(0)));
    }
}

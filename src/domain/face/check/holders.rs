//! Checks who holds the licence (持证主体): one holder in the CZZT codes, or several in a list.

use super::{Desk, ProblemCode};
use crate::domain::holder::HolderCodeType;
use crate::domain::licence_type::HolderCategory;
use crate::domain::payload::HolderRef;

/// Longest holder name in characters.
const MAX_NAME: usize = 200;
/// Most holders of one licence.
const MAX_HOLDERS: usize = 100;

impl Desk {
    /// Checks the holders (持证主体): either the list or the three CZZT codes, each code by the rules of its type.
    pub(super) fn holders(&mut self, category: HolderCategory, given: Vec<HolderRef>) -> Vec<HolderRef> {
        let flat = ["CZZT", "CZZTDM", "CZZTDMLXDM"];
        if given.is_empty() {
            let [name, code, code_type] = flat.map(|part| self.required_text(part, MAX_NAME));
            let (Some(name), Some(code), Some(code_type)) = (name, code, code_type) else { return Vec::new() };
            return self.holder(category, HolderRef { name, code, code_type }, flat.map(str::to_owned)).into_iter().collect();
        }
        for code in flat {
            if self.values.remove(code).is_some() {
                self.problem(code, ProblemCode::NotAllowed, "已给出 holders，不能再给此项。", "Give either holders or this, not both.");
            }
        }
        if given.len() > MAX_HOLDERS {
            self.problem("holders", ProblemCode::TooMany, "持证主体过多。", "There are too many holders.");
            return Vec::new();
        }
        let mut holders = Vec::with_capacity(given.len());
        for (i, holder) in given.into_iter().enumerate() {
            let places = ["name", "code", "code_type"].map(|part| format!("holders.{}.{part}", i + 1));
            let mut part = |place: &str, text: &str| {
                let before = self.problems.len();
                let clean = self.clean(place, text, MAX_NAME, false);
                if clean.is_none() && self.problems.len() == before {
                    self.missing(place);
                }
                clean
            };
            let [name_at, code_at, type_at] = &places;
            let cleaned = (part(name_at, &holder.name), part(code_at, &holder.code), part(type_at, &holder.code_type));
            if let (Some(name), Some(code), Some(code_type)) = cleaned {
                holders.extend(self.holder(category, HolderRef { name, code, code_type }, places));
            }
        }
        holders
    }

    fn holder(&mut self, category: HolderCategory, holder: HolderRef, places: [String; 3]) -> Option<HolderRef> {
        let [_, code_at, type_at] = places;
        let Some(code_type) = HolderCodeType::parse(&holder.code_type) else {
            self.problem(
                &type_at,
                ProblemCode::NotInDictionary,
                "持证主体代码类型代码不在 GB/T 36903 附录 A 中。",
                "The holder code type is not one of GB/T 36903 Annex A.",
            );
            return None;
        };
        let fits = match category {
            HolderCategory::NaturalPerson => code_type.is_natural_person(),
            HolderCategory::LegalPerson | HolderCategory::OtherOrganisation => !code_type.is_natural_person(),
            HolderCategory::Mixed | HolderCategory::Other => true,
        };
        if !fits {
            self.problem(
                &type_at,
                ProblemCode::NotInDictionary,
                "该证照类型不发给这类持证主体。",
                "This licence type is not issued to holders of this kind.",
            );
            return None;
        }
        match code_type.check(&holder.code) {
            Ok(code) => Some(HolderRef { code, ..holder }),
            Err(why) => {
                self.wrong_code(&code_at, why);
                None
            }
        }
    }
}

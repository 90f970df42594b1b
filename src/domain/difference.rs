//! What differs between two versions of a document, place by place, for people who compare them side by side (版本对比).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Where: names separated by `/`; an item of a list by its `code` or `key`, else by its place from 0.
    pub path: String,
    /// How.
    pub kind: DifferenceKind,
    /// What stood there; absent when it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What stands there now; absent when it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// How a place differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// Only the later version has it (新增).
    Added,
    /// Only the earlier version has it (删除).
    Removed,
    /// Both have it, and not the same (修改).
    Changed,
}

/// Every place where two documents differ, in the order of the earlier one, then what was added.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

/// The outermost names of places that differ, each once.
pub fn changed_elements(found: &[Difference]) -> Vec<String> {
    let mut names: Vec<String> = found.iter().filter_map(|d| d.path.split('/').next()).map(str::to_owned).collect();
    names.dedup();
    names
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (members(before), members(after)) {
        _ if before == after => {}
        (Some(earlier), Some(later)) => {
            let same_order = earlier.iter().map(|(name, _)| name).filter(|name| later.iter().any(|(n, _)| n == *name));
            let kept = later.iter().map(|(name, _)| name).filter(|name| earlier.iter().any(|(n, _)| n == *name));
            if before.is_array() && !same_order.eq(kept) {
                // The same items in another order: the list as a whole says it best.
                found.push(place(path, Some(before), Some(after)));
                return;
            }
            for (name, value) in &earlier {
                match later.iter().find(|(n, _)| n == name) {
                    Some((_, now)) => compare(&inner(path, name), value, now, found),
                    None => found.push(place(&inner(path, name), Some(value), None)),
                }
            }
            for (name, value) in later.iter().filter(|(name, _)| !earlier.iter().any(|(n, _)| n == name)) {
                found.push(place(&inner(path, name), None, Some(value)));
            }
        }
        _ => found.push(place(path, Some(before), Some(after))),
    }
}

fn inner(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn place(path: &str, before: Option<&Value>, after: Option<&Value>) -> Difference {
    let kind = match (before, after) {
        (None, _) => DifferenceKind::Added,
        (Some(_), None) => DifferenceKind::Removed,
        (Some(_), Some(_)) => DifferenceKind::Changed,
    };
    Difference { path: path.to_owned(), kind, before: before.cloned(), after: after.cloned() }
}

/// The named parts of an object or a list; `None` for anything else, and for a list of plain values.
fn members(value: &Value) -> Option<Vec<(String, &Value)>> {
    match value {
        Value::Object(map) => Some(map.iter().map(|(name, value)| (name.clone(), value)).collect()),
        Value::Array(items) if items.iter().all(Value::is_object) => {
            let name = |item: &Value| ["code", "key"].iter().find_map(|key| item.get(*key)?.as_str()).map(str::to_owned);
            let mut names: Vec<String> = items.iter().filter_map(name).collect();
            let all_named = names.len() == items.len();
            names.sort_unstable();
            names.dedup();
            if all_named && names.len() == items.len() {
                return Some(items.iter().filter_map(|item| Some((name(item)?, item))).collect());
            }
            Some(items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_named_and_say_how_they_differ() {
        let before =
            json!({ "name": "甲", "range": ["5年"], "fields": [{ "code": "KZ_A", "max": 1 }, { "code": "KZ_B", "max": 2 }], "old": 1 });
        let after = json!({ "name": "乙", "range": ["5年", "长期"], "fields": [{ "code": "KZ_B", "max": 3 }, { "code": "KZ_C", "max": 4 }], "new": 2 });
        let found = differences(&before, &after);
        let seen: Vec<_> = found.iter().map(|d| (d.path.as_str(), d.kind)).collect();
        use DifferenceKind::{Added, Changed, Removed};
        assert_eq!(
            seen,
            [
                ("fields/KZ_A", Removed),
                ("fields/KZ_B/max", Changed),
                ("fields/KZ_C", Added),
                ("name", Changed),
                ("old", Removed),
                ("range", Changed),
                ("new", Added),
            ]
        );
        assert_eq!(changed_elements(&found), ["fields", "name", "old", "range", "new"]);
        assert_eq!(differences(&before, &before), []);
    }

    #[test]
    fn another_order_of_the_same_items_is_a_change_of_the_list() {
        let found = differences(&json!({ "f": [{ "code": "a" }, { "code": "b" }] }), &json!({ "f": [{ "code": "b" }, { "code": "a" }] }));
        assert_eq!(found.iter().map(|d| d.path.as_str()).collect::<Vec<_>>(), ["f"]);
    }
}

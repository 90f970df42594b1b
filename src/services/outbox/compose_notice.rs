//! What a subscriber or a holder reads of an event: the least that says what happened, in Chinese and English for people.

use crate::{
    domain::event::{Event, EventKind},
    services::Services,
};
use serde_json::{Value, json};

/// A text for people.
pub(super) struct Notice {
    /// The subject of a mail.
    pub subject: String,
    /// The text, without a name, number or code of the holder.
    pub text: String,
}

/// What a webhook carries: type, time and data of the event, no personal data.
pub(super) fn webhook_body(event: &Event) -> Value {
    let mut body = json!(event);
    let (kind, at) = (body["kind"].take(), body["at"].take());
    if let Value::Object(data) = &mut body {
        data.remove("kind");
        data.remove("at");
        data.retain(|_, value| !value.is_null());
        if let Some(licence) = data.remove("subject") {
            data.insert("licence_id".into(), licence);
        }
    }
    json!({ "type": kind, "timestamp": at, "data": body })
}

/// What a kind of event is called, and whether a holder is told of it.
fn words(kind: EventKind) -> (&'static str, &'static str, bool) {
    match kind {
        EventKind::LicenceMinted => ("已签发", "has been issued", true),
        EventKind::LicenceChanged => ("已变更，请使用新版本", "has been changed; use the new version", true),
        EventKind::LicenceRenewed => ("已延续，请使用新版本", "has been renewed; use the new version", true),
        EventKind::LicenceSuspended => ("已暂扣或冻结", "has been suspended", true),
        EventKind::LicenceResumed => ("已恢复使用", "is in force again", true),
        EventKind::LicenceRestricted => ("已限制使用", "has been restricted", true),
        EventKind::LicenceAnnotated => ("已加注", "has been annotated", true),
        EventKind::LicenceInspected => ("已登记年检结果", "has been inspected", true),
        EventKind::LicenceLost => ("已登记挂失", "has been reported lost", true),
        EventKind::LicenceRevoked => ("已被撤销或吊销", "has been revoked", true),
        EventKind::LicenceCancelled => ("已注销", "has been cancelled", true),
        EventKind::LicenceExpiring => ("即将到期，请及时办理延续", "is about to expire; renew it in time", true),
        EventKind::LicenceArchived => ("已归档", "has been archived", false),
        EventKind::LicenceUsed => ("已被使用", "has been used", false),
        EventKind::LicenceVerified => ("已被核验", "has been verified", false),
        EventKind::LicenceDownloaded => ("已被下载", "has been downloaded", false),
        EventKind::CatalogueEntryChanged => ("目录已变动", "catalogue entry has changed", false),
        EventKind::SealStateChanged => ("印章状态已变动", "seal has changed its state", false),
        EventKind::TemplateChanged => ("模板已变动", "template has changed", false),
    }
}

/// Is a holder told of this?
pub(super) fn concerns_holder(kind: EventKind) -> bool {
    words(kind).2
}

impl Services {
    /// The text for people. The type is public; which of several licences of that type is meant the holder sees in the portal.
    pub(super) fn notice(&self, event: &Event) -> Notice {
        let (chinese, english, _) = words(event.kind);
        let entry = event.type_code.as_deref().and_then(|code| self.types.find(code));
        let name = entry.map_or_else(|| event.type_code.clone().unwrap_or_default(), |entry| entry.licence_type.name.clone());
        // An expiring licence says how many days are left.
        let left = event.facts.get("days").map(|days| format!("（剩余 {days} 天）")).unwrap_or_default();
        let left_english = event.facts.get("days").map(|days| format!(" ({days} days left)")).unwrap_or_default();
        Notice {
            subject: format!("电子证照提醒：{name}{chinese} / Your electronic licence {english}"),
            text: format!(
                "【电子证照】您的“{name}”{chinese}{left}。详情请登录电子证照服务查看：{url}\n\
                 Your electronic licence “{name}” {english}{left_english}. See the licence service: {url}\n",
                url = self.public_url
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::licence::LicenceId;
    use time::macros::datetime;

    #[test]
    fn a_webhook_says_what_happened_to_which_licence() {
        let event = Event::new(EventKind::LicenceMinted, "11430000006122244L", datetime!(2027-01-01 00:00 UTC))
            .of_type("T")
            .about(LicenceId([1; 16]));
        let body = webhook_body(&event);
        assert_eq!(
            body,
            json!({ "type": "licence-minted", "timestamp": "2027-01-01T00:00:00Z", "data": {
                "organisation": "11430000006122244L", "division": "430000", "type_code": "T",
                "licence_id": "01010101010101010101010101010101", "facts": {}
            }})
        );
    }
}

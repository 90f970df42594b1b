//! Hands text messages (短信) to the operator's gateway: an HTTP POST whose JSON is the operator's template, signed like a webhook.

use crate::clients::http::FetchError;
use crate::clients::webhook::WebhookClient;
use crate::domain::secret::Secret;
use std::sync::Arc;

/// The template of a gateway that asks for nothing else.
pub const USUAL_TEMPLATE: &str = r#"{"to":"{to}","text":"{text}"}"#;

/// Hands over text messages.
#[derive(Clone, Debug)]
pub struct TextMessageClient {
    webhook: WebhookClient,
    url: String,
    template: String,
    secret: Arc<Vec<Secret<Vec<u8>>>>,
}

impl TextMessageClient {
    /// A client of the gateway at `url`. In `template`, which is JSON, `{to}` and `{text}` stand inside strings.
    pub fn new(webhook: WebhookClient, url: String, template: String, secret: Secret<Vec<u8>>) -> Self {
        Self { webhook, url, template, secret: Arc::new(vec![secret]) }
    }

    /// Hands one over; `id` is the same for every attempt, and the gateway sends once for each.
    pub async fn send(&self, to: &str, id: &str, at: i64, text: &str) -> Result<(), FetchError> {
        self.webhook.post(&self.url, id, at, &self.secret, fill(&self.template, to, text).as_bytes()).await
    }
}

/// Puts both words into the template, escaped as JSON strings are.
fn fill(template: &str, to: &str, text: &str) -> String {
    let escaped = |word: &str| serde_json::Value::from(word).to_string().trim_matches('"').to_owned();
    let mut filled = String::with_capacity(template.len() + to.len() + text.len());
    let mut rest = template;
    // In one pass, so that a word that looks like a place is left alone.
    while let Some(at) = rest.find('{') {
        let (before, place) = rest.split_at(at);
        filled.push_str(before);
        if let Some(after) = place.strip_prefix("{to}") {
            filled.push_str(&escaped(to));
            rest = after;
        } else if let Some(after) = place.strip_prefix("{text}") {
            filled.push_str(&escaped(text));
            rest = after;
        } else {
            filled.push('{');
            rest = place.get(1..).unwrap_or_default();
        }
    }
    filled.push_str(rest);
    filled
}

/// Is it a telephone number: 5 to 20 digits, with `+` before them or not?
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_leave_their_strings() {
        let filled = fill(USUAL_TEMPLATE, "+8613800000000", "说 \"好\"\n{to}\\");
        let json: serde_json::Value = serde_json::from_str(&filled).unwrap();
        assert_eq!(json["to"], "+8613800000000");
        assert_eq!(json["text"], "说 \"好\"\n{to}\\");
        assert!(is_number("13800000000") && !is_number("138-0000") && !is_number("+"));
    }
}

//! Who carries what is told: clients of webhooks, mail and text messages, as the settings have them.

use crate::app::AppError;
use crate::clients::address_guard::AddressGuard;
use crate::clients::{FetchLimits, Fetcher, MailClient, MailServer, TextMessageClient, WebhookClient};
use crate::config::{Config, Mail, Outbox};
use crate::domain::secret::Secret;
use crate::services::Messengers;
use reqwest::Url;

/// Longest answer of a receiver; its words are not read.
const LONGEST_ANSWER: usize = 1 << 10;

/// The clients that the settings ask for.
pub fn messengers(config: &Config) -> Result<Messengers, AppError> {
    let Outbox { webhooks, mail, sms } = &config.outbox;
    let client = |allow: Vec<String>, plain: bool| -> Result<WebhookClient, AppError> {
        let limits = FetchLimits { bytes: LONGEST_ANSWER, timeout: webhooks.timeout, redirects: 0 };
        Ok(WebhookClient::new(Fetcher::new(AddressGuard::new(allow), limits)?, plain))
    };
    let sms = match sms {
        Some(sms) => {
            // The operator named the gateway: it may stand in the operator's own network.
            let host = Url::parse(&sms.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            let plain = sms.url.starts_with("http://");
            let secret = Secret::new(sms.secret.expose().clone());
            Some(TextMessageClient::new(client(host.into_iter().collect(), plain)?, sms.url.clone(), sms.template.clone(), secret))
        }
        None => None,
    };
    Ok(Messengers {
        webhooks: Some(client(webhooks.allow.clone(), webhooks.plain)?),
        mail: mail.as_ref().map(|mail| mail_client(mail, webhooks.timeout)).transpose()?,
        sms,
        ..Messengers::default()
    })
}

fn mail_client(mail: &Mail, timeout: std::time::Duration) -> Result<MailClient, AppError> {
    let login = mail.login.as_ref().map(|(user, password)| (user.clone(), Secret::new(password.expose().clone())));
    let server = MailServer {
        host: mail.host.clone(),
        port: mail.port,
        tls: mail.tls,
        anchor: mail.anchor.clone(),
        login,
        from: mail.from.clone(),
        timeout,
    };
    Ok(MailClient::new(server)?)
}

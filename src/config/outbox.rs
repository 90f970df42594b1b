//! Settings of the outbox: webhooks, the mail server and the gateway of text messages.

use crate::clients::text_message::USUAL_TEMPLATE;
use crate::clients::{MailTls, webhook};
use crate::config::read::Reader;
use crate::domain::secret::Secret;
use std::path::Path;
use std::time::Duration;

/// Who carries what is told.
#[derive(Debug)]
pub struct Outbox {
    /// Hosts with private addresses that may be posted to, and whether plain HTTP may be used.
    pub webhooks: Webhooks,
    /// The SMTP server.
    pub mail: Option<Mail>,
    /// The gateway of text messages.
    pub sms: Option<Sms>,
}

/// Posting to subscribers.
#[derive(Debug)]
pub struct Webhooks {
    /// Hosts with private addresses that may be posted to.
    pub allow: Vec<String>,
    /// Also without TLS; in a closed network.
    pub plain: bool,
    /// Longest time for one post.
    pub timeout: Duration,
}

/// The SMTP server.
#[derive(Debug)]
pub struct Mail {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection of the connection.
    pub tls: MailTls,
    /// PEM of a root to trust besides the public ones.
    pub anchor: Option<Vec<u8>>,
    /// User and password.
    pub login: Option<(String, Secret<String>)>,
    /// Sender.
    pub from: String,
}

/// The gateway of text messages.
#[derive(Debug)]
pub struct Sms {
    /// Its address.
    pub url: String,
    /// What is posted to it.
    pub template: String,
    /// Signs the posts.
    pub secret: Secret<Vec<u8>>,
}

impl Outbox {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let seconds = reader.or("webhooks.timeout_seconds", 10_u64);
        if !(1..=30).contains(&seconds) {
            reader.refuse("webhooks.timeout_seconds", "must be 1 to 30");
        }
        let webhooks = Webhooks {
            allow: reader.or("webhooks.allow", Vec::new()),
            plain: reader.or("webhooks.plain_http", false),
            timeout: Duration::from_secs(seconds.clamp(1, 30)),
        };
        Self { webhooks, mail: read_mail(reader), sms: read_sms(reader) }
    }
}

fn read_mail(reader: &mut Reader) -> Option<Mail> {
    let host = reader.optional::<String>("mail.host");
    let word = reader.or("mail.tls", "starttls".to_owned());
    let port = reader.optional::<u16>("mail.port");
    let user = reader.optional::<String>("mail.user");
    let password = read_file(reader, "mail.password_file");
    let anchor = read_file(reader, "mail.anchor");
    let from = reader.optional::<String>("mail.from");
    let host = host?;
    let (tls, usual) = match word.as_str() {
        "tls" => (MailTls::Tls, 465),
        "starttls" => (MailTls::StartTls, 587),
        "none" if is_here(&host) => (MailTls::None, 25),
        "none" => {
            reader.refuse("mail.tls", "mail goes without TLS to this machine only");
            return None;
        }
        _ => {
            reader.refuse("mail.tls", "must be \"tls\", \"starttls\" or \"none\"");
            return None;
        }
    };
    let login = match (user, password) {
        (Some(user), Some(password)) => {
            let password = String::from_utf8(password).ok().map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
            password.map(|password| (user, Secret::new(password)))
        }
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            reader.refuse("mail.user", "give mail.user and mail.password_file together");
            None
        }
    };
    let Some(from) = from else {
        reader.refuse("mail.from", "say who sends, e.g. \"电子证照 <zz@example.gov.cn>\"");
        return None;
    };
    Some(Mail { host, port: port.unwrap_or(usual), tls, anchor, login, from })
}

fn read_sms(reader: &mut Reader) -> Option<Sms> {
    let url = reader.optional::<String>("sms.url");
    let template = reader.or("sms.template", USUAL_TEMPLATE.to_owned());
    let secret = read_file(reader, "sms.secret_file");
    let url = url?;
    if !template.contains("{to}") || !template.contains("{text}") {
        reader.refuse("sms.template", "must hold {to} and {text}");
    }
    match secret.and_then(|bytes| webhook::read(std::str::from_utf8(&bytes).ok()?)) {
        Some(secret) => Some(Sms { url, template, secret }),
        None => {
            reader.refuse("sms.secret_file", "must name a file with a secret: whsec_ and the base64 of 24 to 64 bytes");
            None
        }
    }
}

fn read_file(reader: &mut Reader, key: &'static str) -> Option<Vec<u8>> {
    let path = reader.path(key)?;
    read(&path).map_err(|error| reader.refuse(key, error)).ok()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

//! Sends mail through the operator's SMTP server, under TLS unless the server stands on the same machine.

use crate::domain::secret::Secret;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::Duration;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Not at all; for a server on the same machine.
    None,
    /// STARTTLS, required.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// Where the SMTP server is, and who we are to it.
pub struct MailServer {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: MailTls,
    /// PEM of a root to trust besides the public ones.
    pub anchor: Option<Vec<u8>>,
    /// User and password.
    pub login: Option<(String, Secret<String>)>,
    /// The sender, e.g. `电子证照 <zz@example.gov.cn>`.
    pub from: String,
    /// Longest time for one mail.
    pub timeout: Duration,
}

/// Sends mail.
#[derive(Clone)]
pub struct MailClient {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

/// Why a mail was not sent. No message repeats an address or what the server said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The sender, the host or the certificate of the settings cannot be used.
    #[error("the mail settings cannot be used: {0}")]
    Settings(&'static str),
    /// The address or the text makes no mail.
    #[error("the address or the text makes no mail")]
    Message,
    /// The server refused it for good.
    #[error("the mail server refused the mail (code {0})")]
    Refused(u16),
    /// The server was not reached, or does not take it now.
    #[error("the mail server does not take the mail now")]
    Unavailable,
    /// It took too long.
    #[error("the mail server took too long")]
    TimedOut,
}

impl MailClient {
    /// A client of that server; nothing is connected yet.
    pub fn new(server: MailServer) -> Result<Self, MailError> {
        let from: Mailbox = server.from.parse().map_err(|_| MailError::Settings("mail.from is no address"))?;
        let parameters = || {
            let mut builder = TlsParameters::builder(server.host.clone());
            if let Some(pem) = &server.anchor {
                let anchor = Certificate::from_pem(pem).map_err(|_| MailError::Settings("mail.anchor is no PEM certificate"))?;
                builder = builder.add_root_certificate(anchor);
            }
            builder.build().map_err(|_| MailError::Settings("TLS to mail.host cannot be set up"))
        };
        let tls = match server.tls {
            MailTls::None => Tls::None,
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host).port(server.port).tls(tls).timeout(Some(server.timeout));
        if let Some((user, password)) = &server.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose().clone()));
        }
        Ok(Self { transport: builder.build(), from, timeout: server.timeout })
    }

    /// Sends a text. `id` names the mail: the same for every attempt.
    pub async fn send(&self, to: &str, id: &str, subject: &str, text: &str) -> Result<(), MailError> {
        let address: Address = to.parse().map_err(|_| MailError::Message)?;
        let domain = self.from.email.domain().to_owned();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .message_id(Some(format!("<{id}@{domain}>")))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|_| MailError::Message)?;
        match tokio::time::timeout(self.timeout, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(MailError::Refused(error.status().map_or(0, u16::from))),
            Ok(Err(_)) => Err(MailError::Unavailable),
            Err(_) => Err(MailError::TimedOut),
        }
    }
}

/// Is it a mail address?
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

impl std::fmt::Debug for MailClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailClient(…)")
    }
}

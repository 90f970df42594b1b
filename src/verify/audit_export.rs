//! Checks an export of audit lines with public keys alone: nothing in it was changed since the service signed it; with the key of the
//! chain also that every line is the one that was chained.

use crate::domain::{
    audit_export::{EXPORT_FORMAT, ExportFoot, ExportHead, ExportLine},
    key_set::{KeySet, TokenAlgorithm},
    secret::Secret,
};
use ring::{digest, hmac, signature};
use serde::Serialize;

/// What an export shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// Position of the first line.
    pub from: i64,
    /// Position of the last line.
    pub to: i64,
    /// Were the lines compared with the chain, by its key?
    pub chain_checked: bool,
    /// Position of the first line that is wrong.
    pub first_bad: Option<i64>,
    /// What is wrong; empty when everything holds.
    pub problems: Vec<String>,
}

/// Reads an export line by line, so that it may be of any length.
pub struct ExportCheck<'a> {
    keys: &'a KeySet,
    chain_key: Option<hmac::Key>,
    digest: digest::Context,
    chain: Option<[u8; 32]>,
    foot: Option<ExportFoot>,
    report: ExportReport,
}

impl<'a> ExportCheck<'a> {
    /// `keys` are those that may have signed; `chain_key` is that of the audit chain, if the auditor was given it.
    pub fn new(keys: &'a KeySet, chain_key: Option<&Secret<[u8; 32]>>) -> Self {
        let report = ExportReport { chain_checked: chain_key.is_some(), ..ExportReport::default() };
        let chain_key = chain_key.map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.expose()));
        Self { keys, chain_key, digest: digest::Context::new(&digest::SHA256), chain: None, foot: None, report }
    }

    /// Takes the next line, without its line feed.
    pub fn line(&mut self, text: &str) {
        if self.foot.is_some() {
            return self.problem("something stands after the signed foot");
        }
        let read = match self.chain {
            None => self.head(text),
            Some(chain) => match serde_json::from_str::<ExportFoot>(text) {
                Ok(foot) => {
                    self.foot = Some(foot);
                    return;
                }
                Err(_) => self.entry(text, chain),
            },
        };
        if !read {
            self.problem("a line cannot be read");
        }
        self.digest.update(text.as_bytes());
        self.digest.update(b"\n");
    }

    /// What was found.
    pub fn finish(mut self) -> ExportReport {
        let Some(foot) = self.foot.take() else {
            self.problem("the signed foot is missing: the export was cut off");
            return self.report;
        };
        if foot.to != self.report.to {
            self.problem(&format!("the foot names line {} as the last, the export ends with {}", foot.to, self.report.to));
        }
        if foot.digest != hex::encode(self.digest.clone().finish()) {
            self.problem("the export was changed since it was signed");
        }
        if !self.is_signed(&foot.to_be_signed(), &foot.signature) {
            self.problem("the foot is not signed by a key of the key set");
        }
        if !foot.intact {
            self.problem("the service itself found its chain broken when it made this export");
        }
        if let Some(head) = &foot.head {
            let mut message = b"elicence audit head/1\n".to_vec();
            message.extend_from_slice(&head.position.to_be_bytes());
            message.extend(hex::decode(&head.chain).unwrap_or_default());
            message.extend_from_slice(&head.signed_at.to_be_bytes());
            if !self.is_signed(&message, &head.signature) {
                self.problem("the head of the chain is not signed by a key of the key set");
            }
            if head.position == foot.to && self.chain.is_some_and(|chain| hex::encode(chain) != head.chain) {
                self.problem("the head of the chain does not belong to the last line");
            }
        }
        self.report
    }

    fn head(&mut self, text: &str) -> bool {
        let mut before = [0; 32];
        self.chain = Some(before);
        let Ok(head) = serde_json::from_str::<ExportHead>(text) else { return false };
        let good = head.format == EXPORT_FORMAT && head.from >= 1 && hex::decode_to_slice(&head.before, &mut before).is_ok();
        self.chain = Some(before);
        self.report.from = head.from;
        self.report.to = head.from.saturating_sub(1);
        good
    }

    fn entry(&mut self, text: &str, before: [u8; 32]) -> bool {
        let Ok(entry) = serde_json::from_str::<ExportLine>(text) else { return false };
        let (mut line_id, mut chain) = ([0; 16], [0; 32]);
        if hex::decode_to_slice(&entry.line_id, &mut line_id).is_err() || hex::decode_to_slice(&entry.chain, &mut chain).is_err() {
            return false;
        }
        if entry.position != self.report.to.saturating_add(1) {
            self.bad(self.report.to.saturating_add(1), "is missing");
        }
        self.report.to = entry.position;
        if let Some(key) = &self.chain_key {
            let (position, at) = (entry.position.to_be_bytes(), entry.at.to_be_bytes());
            let mut context = hmac::Context::with_key(key);
            for part in [&before[..], &position, &line_id, &at, entry.line.as_bytes()] {
                context.update(&(part.len() as u64).to_be_bytes());
                context.update(part);
            }
            if context.sign().as_ref() != chain {
                self.bad(entry.position, "is not the one that was chained");
            }
        }
        self.chain = Some(chain);
        true
    }

    fn bad(&mut self, position: i64, what: &str) {
        if self.report.first_bad.is_none() {
            self.report.first_bad = Some(position);
            self.problem(&format!("line {position} {what}"));
        }
    }

    fn problem(&mut self, what: &str) {
        // A few tell enough.
        if self.report.problems.len() < 20 {
            self.report.problems.push(what.to_owned());
        }
    }

    fn is_signed(&self, message: &[u8], signed: &str) -> bool {
        let Ok(signed) = hex::decode(signed) else { return false };
        self.keys.keys().iter().any(|key| {
            let algorithm: &dyn signature::VerificationAlgorithm = match key.alg {
                TokenAlgorithm::Esp256 => &signature::ECDSA_P256_SHA256_ASN1,
                TokenAlgorithm::Ed25519 => &signature::ED25519,
            };
            let holds = |bits: Vec<u8>| signature::UnparsedPublicKey::new(algorithm, bits).verify(message, &signed).is_ok();
            key.raw_public_key().is_ok_and(holds)
        })
    }
}

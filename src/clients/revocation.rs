//! Fetches what issuers say about the revocation of certificates, by OCSP or lists, and keeps it as long as it is current.

use crate::clients::http::{FetchError, Fetcher};
use crate::cms::read_certificate::Certificate;
use crate::cms::read_ocsp::{OcspAnswer, OcspError};
use crate::cms::read_revocation_list::RevocationList;
use crate::cms::write_ocsp_request::write_ocsp_request;
use crate::domain::digest::Digest;
use crate::verify::{RevocationQuestion, ValidationMaterial};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

const REQUEST: &str = "application/ocsp-request";
const RESPONSE: &str = "application/ocsp-response";
/// Longest OCSP answer, bytes.
const LONGEST_ANSWER: usize = 64 << 10;
/// Most addresses of one kind that are tried for a certificate.
const MOST_ADDRESSES: usize = 2;
/// Most certificates that are asked about at once.
const MOST_QUESTIONS: usize = 32;
/// Longest time that an answer is kept, and how long one is that names no end.
const LONGEST_KEPT: Duration = Duration::hours(12);
const USUALLY_KEPT: Duration = Duration::minutes(5);
/// Bytes that are kept at most.
const MOST_KEPT: usize = 64 << 20;
/// How far the clock of an issuer may be ahead of ours.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// A client of every issuer; clones share what is kept.
#[derive(Clone)]
pub struct RevocationClient {
    fetcher: Fetcher,
    kept: Arc<Mutex<HashMap<Key, Kept>>>,
}

/// What was fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// OCSP answers and lists, each once.
    pub material: ValidationMaterial,
    /// Certificates (SHA-256) about which nobody said anything usable, with the last failure.
    pub missing: Vec<(Digest, RevocationError)>,
}

/// Why there is no answer about a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevocationError {
    /// The certificate names no http address, or cannot be read.
    #[error("the certificate names no address where its revocation can be asked for")]
    NoAddress,
    /// Nobody answered.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The responder refused, or answered something else.
    #[error("the OCSP responder gave no usable answer: {0}")]
    Ocsp(#[from] OcspError),
    /// The answer is not about this certificate, not from its issuer, or not current.
    #[error("what was fetched is not about this certificate, not from its issuer, or not current")]
    Unusable,
    /// Too many questions at once.
    #[error("too many certificates at once")]
    TooMany,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Address and issuer of a list.
    List(String, Digest),
    /// A certificate and its issuer.
    Answer(Digest, Digest),
}

#[derive(Clone, Debug)]
struct Kept {
    bytes: Arc<Vec<u8>>,
    this_update: OffsetDateTime,
    until: OffsetDateTime,
}

/// An answer with its times.
#[derive(Clone, Debug)]
enum Found {
    Answer(Arc<Vec<u8>>),
    List(Arc<Vec<u8>>),
}

impl RevocationClient {
    /// Asks through `fetcher`.
    pub fn new(fetcher: Fetcher) -> Self {
        Self { fetcher, kept: Arc::default() }
    }

    /// Asks about every certificate, all at the same time: first its OCSP responders, then its lists; what is kept and current is not
    /// asked for again. With `since` only what was made at that moment or later will do: evidence for a time-stamp must be younger than
    /// it.
    pub async fn fetch(&self, questions: &[RevocationQuestion], since: Option<OffsetDateTime>, now: OffsetDateTime) -> Gathered {
        let mut asking = JoinSet::new();
        let mut gathered = Gathered::default();
        for (index, question) in questions.iter().enumerate() {
            if index >= MOST_QUESTIONS {
                gathered.missing.push((Digest::of(&question.certificate), RevocationError::TooMany));
                continue;
            }
            let (client, question) = (self.clone(), question.clone());
            asking.spawn(async move {
                let answer = client.ask(&question, since, now).await;
                (index, Digest::of(&question.certificate), answer)
            });
        }
        let mut answers: Vec<_> = asking.join_all().await;
        answers.sort_by_key(|(index, _, _)| *index);
        for (_, certificate, answer) in answers {
            let (list, bytes) = match answer {
                Ok(Found::Answer(bytes)) => (&mut gathered.material.ocsp_answers, bytes),
                Ok(Found::List(bytes)) => (&mut gathered.material.revocation_lists, bytes),
                Err(error) => {
                    gathered.missing.push((certificate, error));
                    continue;
                }
            };
            if !list.contains(&bytes) {
                list.push(bytes.to_vec());
            }
        }
        gathered
    }

    async fn ask(
        &self,
        question: &RevocationQuestion,
        since: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> Result<Found, RevocationError> {
        let mut failure = RevocationError::NoAddress;
        for url in web_addresses(&question.ocsp_urls) {
            match self.ask_responder(url, question, since, now).await {
                Ok(answer) => return Ok(Found::Answer(answer)),
                Err(error) => failure = error,
            }
        }
        for url in web_addresses(&question.crl_urls) {
            match self.get_list(url, question, since, now).await {
                Ok(list) => return Ok(Found::List(list)),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn ask_responder(
        &self,
        url: &str,
        question: &RevocationQuestion,
        since: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> Result<Arc<Vec<u8>>, RevocationError> {
        let key = Key::Answer(Digest::of(&question.certificate), Digest::of(&question.issuer));
        if let Some(kept) = self.find(&key, since, now) {
            return Ok(kept);
        }
        let (certificate, issuer) = read_both(question)?;
        // without a nonce: most responders hand out answers that were signed before, and thisUpdate tells how old one is
        let request = write_ocsp_request(certificate.serial, &issuer, None).ok_or(RevocationError::Unusable)?;
        let bytes = self.fetcher.at_most(LONGEST_ANSWER).post(url, REQUEST, &request, RESPONSE).await?;
        let answer = OcspAnswer::read(&bytes)?;
        let single = answer.answers.iter().find(|single| single.certificate.is_of(certificate.serial, &issuer));
        let single = single.filter(|_| comes_from(&answer, &issuer, now)).ok_or(RevocationError::Unusable)?;
        let times = (single.this_update, single.next_update);
        self.keep(key, bytes, times, since, now)
    }

    async fn get_list(
        &self,
        url: &str,
        question: &RevocationQuestion,
        since: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> Result<Arc<Vec<u8>>, RevocationError> {
        let key = Key::List(url.to_owned(), Digest::of(&question.issuer));
        if let Some(kept) = self.find(&key, since, now) {
            return Ok(kept);
        }
        let (_, issuer) = read_both(question)?;
        let bytes = self.fetcher.get(url).await?;
        let list = RevocationList::read(&bytes).map_err(|_| RevocationError::Unusable)?;
        let is_issuers = list.issuer == issuer.subject && issuer.may_sign_lists() && list.signed.check(issuer.spki).is_ok();
        if !is_issuers {
            return Err(RevocationError::Unusable);
        }
        let times = (list.this_update, list.next_update);
        self.keep(key, bytes, times, since, now)
    }

    fn find(&self, key: &Key, since: Option<OffsetDateTime>, now: OffsetDateTime) -> Option<Arc<Vec<u8>>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get(key)?;
        let current = kept.until > now && since.is_none_or(|since| kept.this_update >= since);
        current.then(|| kept.bytes.clone())
    }

    /// Keeps what is current, and refuses what is not or is older than `since`.
    fn keep(
        &self,
        key: Key,
        bytes: Vec<u8>,
        (this_update, next_update): (OffsetDateTime, Option<OffsetDateTime>),
        since: Option<OffsetDateTime>,
        now: OffsetDateTime,
    ) -> Result<Arc<Vec<u8>>, RevocationError> {
        let is_current = this_update <= now + CLOCK_SKEW && next_update.is_none_or(|next| next > now);
        if !is_current || since.is_some_and(|since| this_update < since) {
            return Err(RevocationError::Unusable);
        }
        let until = next_update.unwrap_or(now + USUALLY_KEPT).min(now + LONGEST_KEPT);
        let bytes = Arc::new(bytes);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, old| old.until > now);
        let size: usize = kept.values().map(|old| old.bytes.len()).sum();
        if size + bytes.len() > MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, Kept { bytes: bytes.clone(), this_update, until });
        Ok(bytes)
    }
}

/// The addresses that can be asked over HTTP: lists often stand in a directory (ldap), too.
fn web_addresses(urls: &[String]) -> impl Iterator<Item = &String> {
    let is_web = |url: &&String| {
        ["http://", "https://"].iter().any(|scheme| url.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)))
    };
    urls.iter().filter(is_web).take(MOST_ADDRESSES)
}

fn read_both(question: &RevocationQuestion) -> Result<(Certificate<'_>, Certificate<'_>), RevocationError> {
    match (Certificate::read(&question.certificate), Certificate::read(&question.issuer)) {
        (Ok(certificate), Ok(issuer)) => Ok((certificate, issuer)),
        _ => Err(RevocationError::Unusable),
    }
}

/// Did the issuer sign it, or one to whom the issuer gave that right? Only such an answer is kept: anybody on the way may send others.
fn comes_from(answer: &OcspAnswer<'_>, issuer: &Certificate<'_>, now: OffsetDateTime) -> bool {
    if answer.signed.check(issuer.spki).is_ok() {
        return true;
    }
    answer.certificates.iter().filter_map(|der| Certificate::read(der).ok()).any(|delegate| {
        delegate.issuer == issuer.subject
            && delegate.may_answer_ocsp()
            && delegate.is_valid_at(now)
            && delegate.signed.check(issuer.spki).is_ok()
            && answer.signed.check(delegate.spki).is_ok()
    })
}

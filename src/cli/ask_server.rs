//! Asks a server: its register about a document by digests, and its status list about a QR token.

use crate::cli::exit::{Exit, Failure};
use crate::code::status_list::StatusListToken;
use crate::code::{Token, cose_from_text};
use crate::domain::key_set::KeySet;
use crate::domain::licence::LicenceState;
use crate::http::api::ask_register::{QuestionBody, RegisterReply};
use crate::verify::token::StatusAnswer;
use crate::verify::{RegisterAnswer, RegisterQuestion};
use std::fmt::Display;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(15);

/// Asks the register of the server at `url`; only https, or http on this machine.
pub async fn ask_register(url: &str, question: &RegisterQuestion) -> Result<RegisterAnswer, Failure> {
    let body = QuestionBody {
        licence_id: question.licence_id,
        identifier: question.identifier.clone(),
        signed_digest: question.signed_digest,
        payload_digest: question.payload_digest,
    };
    let request = client(url)?.post(address(url, "/api/v1/register-questions")?).json(&body);
    let reply: RegisterReply = send(url, request).await?.json().await.map_err(|error| silent(url, &error))?;
    let state = match &reply.state {
        Some(word) => Some(LicenceState::from_word(word).ok_or_else(|| silent(url, &"an unknown state"))?),
        None => None,
    };
    Ok(RegisterAnswer {
        state,
        signed_digest_matches: reply.signed_digest_matches,
        payload_digest_matches: reply.payload_digest_matches,
        as_of: reply.as_of,
    })
}

/// Fetches the whole status list that a genuine token names, and reads the token's place in it here.
pub async fn fetch_status(url: &str, text: &str, keys: &KeySet) -> Result<StatusAnswer, Failure> {
    let unreadable = |error: &dyn Display| Failure::new(Exit::Unreadable, error);
    let token = Token::parse(&cose_from_text(text).map_err(|error| unreadable(&error))?).map_err(|error| unreadable(&error))?;
    let path = format!("/api/v1/status-lists/{}", token.claims.status.list);
    let answer = send(url, client(url)?.get(address(url, &path)?)).await?;
    let bytes = answer.bytes().await.map_err(|error| silent(url, &error))?;
    let list = StatusListToken::parse(&bytes).map_err(|error| silent(url, &error))?;
    StatusAnswer::from_list(&list, &token.claims, keys).ok_or_else(|| silent(url, &"the list is not signed by the issuer of the licence"))
}

fn client(url: &str) -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
    builder.build().map_err(|error| silent(url, &error))
}

async fn send(url: &str, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Failure> {
    request.send().await.and_then(reqwest::Response::error_for_status).map_err(|error| silent(url, &error))
}

fn silent(url: &str, error: &dyn Display) -> Failure {
    Failure::new(Exit::Unavailable, format!("服务器没有给出可用的应答 the server at {url} gave no usable answer: {error}"))
}

fn address(url: &str, path: &str) -> Result<reqwest::Url, Failure> {
    let wrong = || Failure::usage(format!("--server {url}: give https://HOST (http only for this machine)"));
    let url = reqwest::Url::parse(url).map_err(|_| wrong())?;
    let is_local = url.host_str().is_some_and(|host| host == "localhost" || host.starts_with("127.") || host == "[::1]");
    if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
        return Err(wrong());
    }
    url.join(path).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_leave_this_machine_only_encrypted() {
        assert!(address("http://zz.example", "/a").is_err() && address("zz.example", "/a").is_err() && address("file:///x", "/a").is_err());
        assert_eq!(address("https://zz.example/q", "/a").unwrap().as_str(), "https://zz.example/a");
        assert_eq!(address("http://127.0.0.1:8080", "/a").unwrap().as_str(), "http://127.0.0.1:8080/a");
    }
}

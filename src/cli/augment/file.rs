//! Appends validation data, and an archive time-stamp where an authority is named, to one file from anywhere.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::trust::Trust;
use crate::cli::{export, print, report, runtime};
use crate::clients::address_guard::AddressGuard;
use crate::clients::{FetchLimits, Fetcher, RevocationClient, TimeStampClient};
use crate::cms::algorithm::HashAlgorithm;
use crate::domain::verdict::{ReasonCode, Verdict};
use crate::seal::{TokenSize, ValidationData, append_validation, prepare_archive};
use crate::verify::{Evidence, Examined, Limits, Policy, RevocationQuestion, RevocationRule, conclude, examine};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Hash of the archive time-stamp.
const HASH: HashAlgorithm = HashAlgorithm::Sha256;
/// An answer may come from somebody about whom there is a question in turn; three generations are more than any chain needs.
const GENERATIONS: usize = 3;

/// What the command line says about one file.
pub struct FileArguments {
    /// The file to read.
    pub file: PathBuf,
    /// The file to write.
    pub out: PathBuf,
    /// Roots.
    pub trust: Vec<PathBuf>,
    /// A time-stamp authority.
    pub time_stamp_url: Option<String>,
    /// Hosts with private addresses that may be asked.
    pub allow: Vec<String>,
    /// Print JSON.
    pub json: bool,
}

/// Writes the longer file, and says what our own verifier thinks of it; nothing is written where something is missing.
pub fn run(arguments: FileArguments) -> Outcome {
    let mut trust = Trust::default();
    arguments.trust.iter().try_for_each(|file| trust.add_file(file))?;
    let bytes = std::fs::read(&arguments.file).map_err(|e| Failure::usage(format!("cannot read {}: {e}", arguments.file.display())))?;
    let evidence = Evidence { anchors: trust.anchors, qr_keys: trust.qr_keys, ..Evidence::default() };
    let fetcher = Fetcher::new(AddressGuard::new(&arguments.allow), FetchLimits::default()).map_err(unavailable)?;
    check_trust(&read(&bytes)?, &evidence)?;
    let bytes = runtime::block_on(async {
        let bytes = add_validation(bytes, evidence.clone(), &fetcher).await?;
        match &arguments.time_stamp_url {
            Some(url) => add_time_stamp(bytes, url, &fetcher).await,
            None => Ok(bytes),
        }
    })?;
    let examined = read(&bytes)?;
    let report = conclude(&examined, &evidence, &Policy::default(), OffsetDateTime::now_utc());
    export::write(Path::new(&arguments.out), &bytes)?;
    if arguments.json {
        print::json(&report)?;
    } else {
        report::print_report(&report)?;
    }
    Ok(report::exit_of(&report))
}

/// What was tampered with, or whose signer nobody here knows, is not made to last: a time-stamp would lend it weight.
fn check_trust(examined: &Examined, evidence: &Evidence) -> Result<(), Failure> {
    let report = conclude(examined, evidence, &Policy::default(), OffsetDateTime::now_utc());
    let reasons: Vec<&str> = report.reasons.iter().map(|reason| reason.code.as_str()).collect();
    if report.verdict == Verdict::Invalid {
        let reasons = reasons.join(", ");
        return Err(Failure::new(
            Exit::No,
            format!(
                "文件无效，未作任何更改（{reasons}），请向持有人索取原件。 The file is not valid, nothing was appended ({reasons}); ask the holder for the original."
            ),
        ));
    }
    if reasons.contains(&ReasonCode::NoChain.as_str()) {
        return Err(Failure::new(
            Exit::Indeterminate,
            "签名证书不属于任何受信任的根证书，未作任何更改；请用 --trust 指定根证书。 The signer's certificate leads to no trusted root, nothing was \
             appended; name its root with --trust.",
        ));
    }
    Ok(())
}

async fn add_validation(bytes: Vec<u8>, mut evidence: Evidence, fetcher: &Fetcher) -> Result<Vec<u8>, Failure> {
    let examined = read(&bytes)?;
    let policy = Policy { revocation: RevocationRule::Require, ..Policy::default() };
    let client = RevocationClient::new(fetcher.clone());
    let mut asked: Vec<RevocationQuestion> = Vec::new();
    for _ in 0..GENERATIONS {
        let now = OffsetDateTime::now_utc();
        let mut new = examined.needs(&evidence, &policy, now).revocation;
        new.retain(|question| !asked.contains(question));
        if new.is_empty() {
            break;
        }
        // Answers count in seconds: made after the second of the newest time-stamp.
        let since = examined.newest_time_stamp().and_then(|at| at.replace_nanosecond(0).ok()).map(|at| at + Duration::SECOND);
        let gathered = client.fetch(&new, since, now).await;
        if let Some((certificate, error)) = gathered.missing.first() {
            return Err(unavailable(format!("证书 certificate {certificate}: {error}")));
        }
        evidence.fetched.ocsp_answers.extend(gathered.material.ocsp_answers);
        evidence.fetched.revocation_lists.extend(gathered.material.revocation_lists);
        asked.extend(new);
    }
    if asked.is_empty() {
        return Ok(bytes);
    }
    let data = ValidationData {
        certificates: asked.into_iter().flat_map(|question| [question.certificate, question.issuer]).collect(),
        revocation_lists: evidence.fetched.revocation_lists,
        ocsp_answers: evidence.fetched.ocsp_answers,
    };
    append_validation(bytes, &data, OffsetDateTime::now_utc()).map_err(|e| Failure::new(Exit::Unreadable, e))
}

async fn add_time_stamp(bytes: Vec<u8>, url: &str, fetcher: &Fetcher) -> Result<Vec<u8>, Failure> {
    let client = TimeStampClient::new(fetcher, url.to_owned(), None, Arc::new(SystemClock), Arc::new(SystemEntropy::new()));
    // The first one, over nothing, shows how long they are.
    let size = TokenSize::of(&client.request(HASH, &HASH.digest(b"")).await.map_err(unavailable)?);
    let prepared = prepare_archive(bytes, size).map_err(|e| Failure::new(Exit::Unreadable, e))?;
    let token = client.request(HASH, &prepared.imprint(HASH)).await.map_err(unavailable)?;
    prepared.embed(&token).map_err(unavailable)
}

fn read(bytes: &[u8]) -> Result<Examined, Failure> {
    examine(bytes, &Limits::default()).map_err(|e| Failure::new(Exit::Unreadable, e))
}

fn unavailable(error: impl std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Unavailable,
        format!("未作任何更改 / nothing was appended: {error}; 请检查网络和 --allow check the network and --allow"),
    )
}

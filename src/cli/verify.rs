//! `elicence verify`: judges a PDF or a QR text here, with the trust that was given; asks a register only when told which.

mod gather;

use crate::app;
use crate::cli::ask_server::{ask_register, fetch_status};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::trust::Trust;
use crate::cli::{installation, print, report, runtime};
use crate::config::Config;
use crate::domain::key_set::KeySet;
use crate::domain::verdict::{QrReport, QrVerdict, ReasonCode, Report, ReportKind, Verdict};
use crate::verify::token::report_token;
use crate::verify::{Evidence, ExamineError, RegisterAnswer, RegisterQuestion, conclude, examine};
use clap::Args;
use gather::{Judging, limits, read_at_most};
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Verify a PDF licence or the text of a QR code. Exit code: 0 valid, 1 invalid, 2 indeterminate, 3 not readable or without signature, 64 usage.
#[derive(Args)]
pub struct VerifyArgs {
    /// The PDF file.
    #[arg(value_name = "FILE", required_unless_present = "qr", conflicts_with = "qr")]
    file: Option<PathBuf>,
    /// The text of a QR code.
    #[arg(long, value_name = "TEXT")]
    qr: Option<String>,
    /// Trust these PEM root certificates, the services of this trusted list (XML), or the keys of this QR key set (JSON). May be given
    /// several times.
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// PEM certificates of whoever signed the trusted lists of --trust.
    #[arg(long, value_name = "FILE")]
    trust_list_signer: Vec<PathBuf>,
    /// Trust what the installation in this folder trusts, and ask its register.
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// Ask the register of this server, e.g. https://zz.example.gov.cn. It is told digests and the licence id, never the document.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Judge about this moment (RFC 3339) instead of now. It is no proof that the document existed then.
    #[arg(long, value_name = "RFC3339", value_parser = parse_moment)]
    at: Option<OffsetDateTime>,
    /// Use no network and no register.
    #[arg(long, conflicts_with = "server")]
    offline: bool,
    #[command(flatten)]
    judging: Judging,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn parse_moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "write it as 2026-11-22T08:00:00Z or 2026-11-22T16:00:00+08:00".into())
}

/// Verifies, prints the report, and answers with the exit code that it means.
pub fn run(arguments: VerifyArgs) -> Outcome {
    let mut trust = Trust::with_list_signers(&arguments.trust_list_signer);
    arguments.trust.iter().try_for_each(|file| trust.add_file(file))?;
    let config = arguments.data.as_deref().map(installation::read).transpose()?;
    match &config {
        Some(config) => trust.add_config(config)?,
        None => trust.add_environment()?,
    }
    let register = match (&config, &arguments.server) {
        _ if arguments.offline => Register::None,
        (Some(config), _) => Register::Here(config),
        (None, Some(url)) => Register::There(url),
        (None, None) => Register::None,
    };
    let evidence = Evidence { anchors: trust.anchors, qr_keys: trust.qr_keys, ..Evidence::default() };
    let judged = match (&arguments.file, &arguments.qr) {
        (Some(file), _) => judge_file(&read_document(file)?, evidence, register, &arguments)?,
        (None, Some(text)) => judge_text(text, &evidence.qr_keys, register, arguments.at.unwrap_or_else(OffsetDateTime::now_utc))?,
        (None, None) => return Err(Failure::usage("give a FILE or --qr TEXT")),
    };
    if arguments.json {
        print::json(&judged.report)?;
    } else {
        report::print_report(&judged.report)?;
    }
    Ok(judged.exit)
}

/// Who is asked about the state of a licence.
#[derive(Clone, Copy)]
enum Register<'a> {
    None,
    Here(&'a Config),
    There(&'a str),
}

/// A report, and the exit code that it means.
struct Judged {
    report: Report,
    exit: Exit,
}

impl From<Report> for Judged {
    fn from(report: Report) -> Self {
        let exit = report::exit_of(&report);
        Self { report, exit }
    }
}

fn read_document(path: &Path) -> Result<Vec<u8>, Failure> {
    read_at_most(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
}

fn judge_file(bytes: &[u8], mut evidence: Evidence, register: Register, arguments: &VerifyArgs) -> Result<Judged, Failure> {
    let examined = match examine(bytes, &limits()) {
        Ok(examined) => examined,
        Err(error) => {
            return Ok(Judged {
                report: report::unreadable(ReportKind::File, code_of(&error), &error.to_string()),
                exit: Exit::Unreadable,
            });
        }
    };
    let policy = arguments.judging.policy();
    let (given, moment) = arguments.judging.gather(bytes)?;
    evidence.given = given;
    let at = arguments.at.or(moment).unwrap_or_else(OffsetDateTime::now_utc);
    let mut unreachable = false;
    if let Some(question) = examined.register_question() {
        match ask(register, &question) {
            Ok(answer) => evidence.register = answer,
            Err(failure) => {
                eprintln!("elicence: {}", failure.message);
                unreachable = true;
            }
        }
    }
    if !arguments.offline {
        let settings = match register {
            Register::Here(config) => Some(&config.revocation),
            Register::None | Register::There(_) => None,
        };
        evidence.fetched = gather::fetch(&examined.needs(&evidence, &policy, at).revocation, settings)?;
    }
    let mut report = conclude(&examined, &evidence, &policy, at);
    // Whoever names a register wants its answer: without it an intact licence may still have been revoked.
    if unreachable && report.verdict == Verdict::Valid {
        report.verdict = Verdict::Indeterminate;
        report.reasons.insert(0, ReasonCode::RegisterUnreachable.reason());
    }
    arguments.judging.keep(bytes, &examined, &evidence, at, &report)?;
    Ok(report.into())
}

fn ask(register: Register, question: &RegisterQuestion) -> Result<Option<RegisterAnswer>, Failure> {
    match register {
        Register::None => Ok(None),
        Register::Here(config) => runtime::block_on(async {
            let services = app::open(config).await?;
            Ok(Some(services.ask_register(question).await?))
        }),
        Register::There(url) => runtime::block_on(ask_register(url, question)).map(Some),
    }
}

fn code_of(error: &ExamineError) -> &'static str {
    match error {
        ExamineError::NotPdf => "NOT_A_PDF",
        ExamineError::Unparsable(_) => "NOT_PARSABLE",
        ExamineError::Encrypted => "ENCRYPTED",
        ExamineError::TooMuch(_) => "TOO_MUCH",
        ExamineError::NoSignature => "NO_SIGNATURE_FIELD",
    }
}

fn judge_text(text: &str, keys: &KeySet, register: Register, at: OffsetDateTime) -> Result<Judged, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| Judged {
        report: report::unreadable(ReportKind::Qr, "NOT_A_CODE", &error.to_string()),
        exit: Exit::Unreadable,
    };
    let report = match report_token(text, keys, None, at, None) {
        Ok(report) => report,
        Err(error) => return Ok(unreadable(&error)),
    };
    // The state matters only for a token that is genuine and within its dates.
    if report.qr.as_ref().is_none_or(|qr| qr.verdict != QrVerdict::ValidAsOf) {
        return Ok(report.into());
    }
    match register {
        Register::None => Ok(report.into()),
        Register::Here(config) => runtime::block_on(async {
            let services = app::open(config).await?;
            Ok(services.verify_code(text, true, Some(at)).await?.into())
        }),
        Register::There(url) => match runtime::block_on(fetch_status(url, text, keys)) {
            Ok(status) => Ok(report_token(text, keys, Some(&status), at, None).map_or_else(|error| unreadable(&error), Judged::from)),
            Err(failure) => {
                eprintln!("elicence: {}", failure.message);
                Ok(without_status(report).into())
            }
        },
    }
}

/// A token that is genuine, while the server that was named for its state gave none: nothing can be said about now.
fn without_status(mut report: Report) -> Report {
    report.verdict = Verdict::Indeterminate;
    report.qr = Some(QrReport { verdict: QrVerdict::StaleVerifier });
    report.reasons.insert(0, ReasonCode::RegisterUnreachable.reason());
    report
}

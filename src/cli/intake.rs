//! `elicence intake`: licences that come in by application, by decision of an approval system, or from paper (存量).

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{print, rows};
use crate::domain::application::{ApplicationId, ApplicationState, Proposal};
use crate::domain::face::{FaceInput, PhotoBytes};
use crate::domain::licence_proposal::{BacklogProposal, LicenceProposal, Scan};
use crate::services::{ApplicationView, Decision, DecisionRequest, Refusal};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Column of the backlog that names the scan of the paper licence, beside the input file.
const SCAN: &str = "scan";

/// Take licences in: applications (申请), decisions (办结推送), paper licences (存量).
#[derive(Args)]
pub struct IntakeArgs {
    #[command(subcommand)]
    command: IntakeCommand,
}

#[derive(Subcommand)]
enum IntakeCommand {
    /// Apply for every row of a file; somebody else reviews (申请签发).
    Apply(RowsArgs),
    /// Hand paper licences in for review: JSON or CSV with the number of the paper, and its scan by file name in the column `scan` (存量入库).
    Backlog(RowsArgs),
    /// Approve or reject an application; an approval mints (审核).
    Review(ReviewArgs),
    /// See what an approved application led to.
    Show(ShowArgs),
    /// Mint the licence of a decision, once for each case and type (办结推送).
    Decision(DecisionArgs),
}

#[derive(Args)]
struct RowsArgs {
    /// 证照类型代码.
    #[arg(long = "type", value_name = "CODE")]
    type_code: String,
    /// Face data: JSON or CSV, as for `elicence mint`.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct ReviewArgs {
    /// Id of the application.
    application: String,
    decision: Verdict,
    /// What the reviewer says, 2 to 500 characters; an approval needs none.
    #[arg(long, value_name = "TEXT")]
    opinion: Option<String>,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Clone, Copy, ValueEnum)]
enum Verdict {
    Approve,
    Reject,
}

#[derive(Args)]
struct ShowArgs {
    /// Id of the application.
    application: String,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct DecisionArgs {
    /// 办件编号.
    #[arg(long)]
    case: String,
    /// 证照类型代码.
    #[arg(long = "type", value_name = "CODE")]
    type_code: String,
    /// Face data: a JSON object.
    #[arg(long, value_name = "FILE")]
    face: PathBuf,
    #[command(flatten)]
    desk: Desk,
}

/// Runs the command.
pub fn run(arguments: IntakeArgs) -> Outcome {
    match arguments.command {
        IntakeCommand::Apply(arguments) => apply(&arguments, |type_code, face| Ok(Proposal::Licence(LicenceProposal { type_code, face }))),
        IntakeCommand::Backlog(arguments) => {
            let folder = arguments.input.parent().unwrap_or(Path::new(".")).to_path_buf();
            apply(&arguments, |type_code, mut face| {
                let scan = face.take_text(SCAN).map(|name| read_scan(&folder.join(name))).transpose()?;
                Ok(Proposal::Backlog(BacklogProposal { type_code, face, scan }))
            })
        }
        IntakeCommand::Review(arguments) => review(&arguments),
        IntakeCommand::Show(ShowArgs { application, desk }) => {
            let id = application_id(&application)?;
            let issued = desk.work(async |services, actor| Ok(services.issued_licence(&actor, id).await?))?;
            desk.show(&issued, |issued| {
                issued.identifier.clone().or(issued.problem.clone()).unwrap_or("待制证 waits for its licence".into())
            })
        }
        IntakeCommand::Decision(arguments) => decision(arguments),
    }
}

/// One application a row, each by itself; exit code 1 when a row was refused.
fn apply(arguments: &RowsArgs, proposal: impl Fn(String, FaceInput) -> Result<Proposal, Failure>) -> Outcome {
    arguments.desk.work(async |services, actor| {
        let unknown = || Failure::from(Refusal::UnknownType(arguments.type_code.clone()));
        let entry = services.types().find(&arguments.type_code).ok_or_else(unknown)?;
        let mut all_good = true;
        for (number, row) in (1..).zip(rows::read_file(&arguments.input, &entry.licence_type)?) {
            let answer = match row {
                Ok(face) => {
                    let proposal = proposal(arguments.type_code.clone(), face)?;
                    services.apply(&actor, proposal, true).await.map_err(|refusal| in_words(&refusal))
                }
                Err(problem) => Err(problem.to_string()),
            };
            all_good &= answer.is_ok();
            report(number, answer, arguments.desk.wants_json())?;
        }
        Ok(if all_good { Exit::Ok } else { Exit::No })
    })
}

fn report(row: usize, answer: Result<ApplicationView, String>, as_json: bool) -> Result<(), Failure> {
    match (answer, as_json) {
        (Ok(view), true) => print::json_line(&json!({ "row": row, "ok": true, "application": view.application_id })),
        (Ok(view), false) => print::line(&format!("✓ 第 {row} 行 row {row}: {}", view.application_id)),
        (Err(message), true) => print::json_line(&json!({ "row": row, "ok": false, "message": message })),
        (Err(message), false) => print::line(&format!("✗ 第 {row} 行 row {row}: {message}")),
    }
}

fn in_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::BadFields(fields) => fields.iter().map(|field| format!("{}: {} ", field.field, field.message)).collect(),
        other => other.to_string(),
    }
}

fn review(arguments: &ReviewArgs) -> Outcome {
    let id = application_id(&arguments.application)?;
    let decision = match arguments.decision {
        Verdict::Approve => Decision::Approve,
        Verdict::Reject => Decision::Reject,
    };
    let view = arguments.desk.work(async |services, actor| {
        let view = services.review_application(&actor, id, decision, arguments.opinion.as_deref()).await?;
        services.mint_approved().await?;
        Ok(view)
    })?;
    let state = json!({ "application": view.application_id, "approved": view.state == ApplicationState::Approved });
    arguments.desk.show(&state, |_| format!("{} {}", view.application_id, view.state.as_str()))
}

fn decision(DecisionArgs { case, type_code, face, desk }: DecisionArgs) -> Outcome {
    let unreadable = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", face.display()));
    let text = std::fs::read_to_string(&face).map_err(|error| unreadable(&error))?;
    let value = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    let input = FaceInput::from_json(value).map_err(|error| unreadable(&error))?;
    let request = DecisionRequest { case, type_code, face: input };
    let minted = desk.work(async |services, actor| Ok(services.take_decision(&actor, request).await?))?;
    let answer = json!({ "identifier": minted.identifier, "number": minted.number, "repeated": minted.repeated });
    desk.show(&answer, |_| minted.identifier.clone())
}

fn application_id(text: &str) -> Result<ApplicationId, Failure> {
    ApplicationId::from_hex(text)
        .ok_or_else(|| Failure::usage(format!("{text}: 申请编号为 32 位十六进制 an application id is 32 hex digits")))
}

fn read_scan(path: &Path) -> Result<Scan, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let media_type = match ending.as_deref().and_then(|ending| ending.to_str()) {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        _ => "image/jpeg",
    };
    Ok(Scan { media_type: media_type.into(), bytes: PhotoBytes(bytes) })
}

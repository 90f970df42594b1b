//! `elicence licence change|renew|reissue`: makes the next version of a licence and writes its document.

use super::step::StepArgs;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{export, print};
use crate::domain::face::FaceInput;
use crate::domain::life::Transition;
use crate::domain::payload::FieldValue;
use crate::services::VersionRequest;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct ChangeArgs {
    /// Face data that differ (照面信息): a JSON object of short codes; an empty text removes a value. Photos are base64.
    #[arg(long, value_name = "FILE")]
    face: PathBuf,
    #[command(flatten)]
    version: VersionArgs,
}

#[derive(Args)]
pub(super) struct RenewArgs {
    /// Last day of the new version (有效期截止日期), or 长期.
    #[arg(long, value_name = "DAY")]
    until: String,
    /// First day (有效期起始日期), where it changes.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Day of issue (证照颁发日期), where it changes.
    #[arg(long, value_name = "DAY")]
    issued: Option<String>,
    #[command(flatten)]
    version: VersionArgs,
}

#[derive(Args)]
pub(super) struct ReissueArgs {
    #[command(flatten)]
    version: VersionArgs,
}

#[derive(Args)]
struct VersionArgs {
    /// Where the sealed PDF goes; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The same key and request give the same version.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    step: StepArgs,
}

pub(super) fn change(ChangeArgs { face, version }: ChangeArgs) -> Outcome {
    let unreadable = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", face.display()));
    let text = std::fs::read_to_string(&face).map_err(|error| unreadable(&error))?;
    let value = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    let input = FaceInput::from_json(value).map_err(|error| unreadable(&error))?;
    replace(Transition::Change, input, version)
}

pub(super) fn renew(RenewArgs { until, from, issued, version }: RenewArgs) -> Outcome {
    let dates = [("ZZYXQJZRQ", Some(until)), ("ZZYXQQSRQ", from), ("ZZBFRQ", issued)];
    let fields = dates.into_iter().filter_map(|(code, day)| Some((code.to_owned(), FieldValue::Text(day?)))).collect();
    replace(Transition::Renew, FaceInput { fields, ..FaceInput::default() }, version)
}

pub(super) fn reissue(ReissueArgs { version }: ReissueArgs) -> Outcome {
    replace(Transition::Reissue, FaceInput::default(), version)
}

fn replace(transition: Transition, face: FaceInput, VersionArgs { out, key, step }: VersionArgs) -> Outcome {
    let (identifier, desk) = step.of();
    let request = VersionRequest { transition, face, notes: step.notes(), idempotency_key: key };
    let minted = desk.work(async |services, actor| Ok(services.change_licence(&actor, identifier, request).await?))?;
    export::make_folder(&out)?;
    let path = out.join(format!("{}.pdf", minted.licence_id));
    export::write(&path, &minted.document)?;
    let document = export::absolute(&path);
    if desk.wants_json() {
        print::json(&json!({ "identifier": minted.identifier, "number": minted.number, "document": document, "level": minted.level }))?;
    } else {
        print::line(&format!("✓ {} → {document} ({})", minted.identifier, minted.level))?;
    }
    Ok(Exit::Ok)
}

//! `elicence catalogue apply`: applies for a change of the catalogue (申请新增、变更、取消).

use crate::cli::application;
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::domain::application::Proposal;
use crate::domain::directory_entry::EntryProposal;
use clap::Args;
use std::path::PathBuf;

/// Apply for a new entry, a change or a cancellation; another person reviews it.
#[derive(Args)]
pub struct ApplyArgs {
    /// JSON: {"change": "add", "entry": {…}}, {"change": "change", "base_version": 1, "entry": {…}} or
    /// {"change": "cancel", "type_code": "…", "base_version": 1}; "definition" beside "entry" brings a new version of the metadata.
    file: PathBuf,
    /// Keep it as a draft.
    #[arg(long)]
    draft: bool,
    #[command(flatten)]
    desk: Desk,
}

/// Applies.
pub fn run(arguments: ApplyArgs) -> Outcome {
    let ApplyArgs { file, draft, desk } = arguments;
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", file.display()));
    let text = std::fs::read(&file).map_err(|error| wrong(&error))?;
    let proposal: EntryProposal = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
    desk.work(async |services, actor| {
        let view = services.apply(&actor, Proposal::CatalogueEntry(proposal), !draft).await?;
        application::print(&desk, &view)?;
        Ok(Exit::Ok)
    })
}

//! Shows a licence, and what happened to it.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::print;
use crate::domain::page::PageRequest;
use crate::services::{ChangeView, LicenceView};
use clap::Args;

#[derive(Args)]
pub(super) struct ShowArgs {
    /// 证照标识.
    identifier: String,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
pub(super) struct ChangesArgs {
    /// 证照标识.
    identifier: String,
    #[command(flatten)]
    desk: Desk,
}

pub(super) fn show(arguments: ShowArgs) -> Outcome {
    let view = arguments.desk.work(async |services, actor| Ok(services.read_licence(&actor, &arguments.identifier).await?))?;
    print_view(&view, arguments.desk.wants_json())?;
    Ok(Exit::Ok)
}

/// Every page of the log.
pub(super) fn changes(arguments: ChangesArgs) -> Outcome {
    let changes = arguments.desk.work(async |services, actor| {
        let (mut all, mut request): (Vec<ChangeView>, _) = (Vec::new(), PageRequest::first());
        loop {
            let page = services.list_changes(&actor, &arguments.identifier, &request).await?;
            all.extend(page.items);
            match page.next {
                Some(next) => request.after = Some(next),
                None => return Ok(all),
            }
        }
    })?;
    if arguments.desk.wants_json() {
        print::json(&changes)?;
        return Ok(Exit::Ok);
    }
    for change in &changes {
        let notes = change.notes.clone().unwrap_or_default();
        let words = [Some(notes.reason), notes.basis, notes.note].into_iter().flatten().filter(|text| !text.is_empty());
        let words: Vec<_> = words.collect();
        print::line(&format!(
            "{}  {} {}  {} → {}  {}  {}",
            change.at,
            change.transition.zh(),
            change.transition.as_str(),
            change.from.as_str(),
            change.to.as_str(),
            change.actor,
            words.join("；")
        ))?;
    }
    Ok(Exit::Ok)
}

/// A licence in a few lines, or as JSON.
pub(super) fn print_view(view: &LicenceView, json: bool) -> Result<(), Failure> {
    if json {
        return print::json(view);
    }
    let standing = view.standing.share_status().map(|standing| serde_json::json!(standing));
    let standing = standing.as_ref().and_then(|word| word.as_str()).unwrap_or("-").to_owned();
    let mut lines = vec![
        format!("{}  {}  {}", view.payload.licence_type.name, view.number, view.identifier),
        format!("  状态 state       {} ({standing}, {})", view.state.as_str(), view.standing.housing_code()),
        format!("  有效期 validity  {} … {}", view.payload.issued_on, view.payload.valid_until.as_deref().unwrap_or("长期")),
        format!("  版本 version     {:03}", view.version),
    ];
    lines.extend(view.state_reason.as_ref().map(|reason| format!("  理由 reason      {reason}")));
    lines.extend(view.replaces.as_ref().map(|other| format!("  替代 replaces    {other}")));
    lines.extend(view.replaced_by.as_ref().map(|other| format!("  已由其替代 replaced by {other}")));
    lines.extend(view.inspected_until.map(|day| format!("  年检至 inspected until {day}")));
    lines.extend(view.archived_at.map(|at| format!("  归档 archived    {at}")));
    lines.extend(view.annotations.iter().map(|note| format!("  加注 note        {} {}", note.at.date(), note.note)));
    lines.iter().try_for_each(|line| print::line(line))
}

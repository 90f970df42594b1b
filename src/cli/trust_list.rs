//! `elicence trust`: checks a trusted list (信任列表), and shows which services it makes trusted, for what, and when.

use crate::app::trust;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::print;
use crate::domain::digest::Digest;
use crate::verify::TrustUse;
use crate::verify::trust_list::TrustedService;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Check the signature of a trusted list (ETSI TS 119 612) and show what it makes trusted. Exit code 1: it may not be used now.
#[derive(Args)]
pub struct TrustArgs {
    /// The list (XML).
    file: PathBuf,
    /// PEM certificates of the list's operator; one of them must have signed it. May be given several times.
    #[arg(long, value_name = "FILE", required = true)]
    signer: Vec<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Checks and shows.
pub fn run(arguments: TrustArgs) -> Outcome {
    let list = trust::read_list(&arguments.file, &arguments.signer).map_err(|error| Failure::new(Exit::No, error))?;
    let problem = list.check_edition(OffsetDateTime::now_utc(), None).err().map(|error| error.to_string());
    if arguments.json {
        let services: Vec<_> = list.services.iter().map(described).collect();
        print::json(&json!({
            "territory": list.territory, "sequence": list.sequence, "issued_at": text_of(Some(list.issued_at)),
            "next_update": text_of(list.next_update), "usable": problem.is_none(), "problem": problem,
            "unusable_services": list.unusable, "services": services,
        }))?;
    } else {
        let next = text_of(list.next_update).unwrap_or_else(|| "—".into());
        print::line(&format!("{} #{}  {} – {next}", list.territory, list.sequence, text_of(Some(list.issued_at)).unwrap_or_default()))?;
        for service in &list.services {
            let (from, until) = service.anchor.dates();
            let dates = format!("{} – {}", text_of(from).unwrap_or_default(), text_of(until).unwrap_or_default());
            print::line(&format!("  {}  {}  {}  {dates}", name_of(service.what), service.provider, service.name))?;
        }
        if list.unusable > 0 {
            print::line(&format!("  {} 个服务的证书无法使用 service(s) without a usable certificate", list.unusable))?;
        }
        if let Some(problem) = &problem {
            print::line(problem)?;
        }
    }
    Ok(if problem.is_none() { Exit::Ok } else { Exit::No })
}

fn described(service: &TrustedService) -> serde_json::Value {
    let (from, until) = service.anchor.dates();
    json!({
        "provider": service.provider, "name": service.name, "scope": name_of(service.what),
        "from": text_of(from), "until": text_of(until), "certificate_sha256": Digest::of(service.anchor.der()),
    })
}

fn name_of(what: TrustUse) -> &'static str {
    match what {
        TrustUse::Seal => "seal",
        TrustUse::TimeStamp => "time-stamp",
        TrustUse::Qr => "qr",
    }
}

fn text_of(moment: Option<OffsetDateTime>) -> Option<String> {
    moment.and_then(|moment| moment.format(&Rfc3339).ok())
}

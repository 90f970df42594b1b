//! `elicence doctor`: looks at an installation and says what is wrong with it.

use crate::cli::exit::{Exit, Failure, Outcome};
use crate::config::Config;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Check an installation: settings, keys, clock, database, folders, fonts and templates.
#[derive(Args)]
pub struct DoctorArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What was found about one thing.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    ok: bool,
    message: String,
}

/// Looks at everything, also after something is wrong.
pub fn run(arguments: DoctorArgs) -> Outcome {
    let mut findings = Vec::new();
    match Config::of_folder(&arguments.data) {
        Ok(config) => {
            findings.push(Finding { check: "settings", ok: true, message: format!("数据目录 data folder {}", config.data.display()) })
        }
        Err(error) => findings.extend(error.0.iter().map(|mistake| Finding { check: "settings", ok: false, message: mistake.to_string() })),
    }
    report(&findings, arguments.json)
}

fn report(findings: &[Finding], json: bool) -> Outcome {
    let ok = findings.iter().all(|finding| finding.ok);
    if json {
        let object = serde_json::json!({ "ok": ok, "findings": findings });
        println!("{}", serde_json::to_string_pretty(&object).map_err(|error| Failure::new(Exit::CannotWrite, error))?);
    } else {
        for finding in findings {
            println!("{} {}: {}", if finding.ok { "✓" } else { "✗" }, finding.check, finding.message);
        }
    }
    Ok(if ok { Exit::Ok } else { Exit::No })
}

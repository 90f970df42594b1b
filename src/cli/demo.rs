//! `elicence demo`: a whole demo authority in a folder, with licences of every type, minted, read back and verified.

mod authority;
mod licences;

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{export, installation, print, runtime, serve};
use crate::config::Config;
use crate::domain::verdict::Verdict;
use crate::http::serve::listen;
use clap::Args;
use licences::DemoLicence;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

/// The catalogue of a demo; its codes are provisional.
const CATALOGUE: &[u8] = include_bytes!("../../catalogue/entries.csv");

/// Make a demo authority, mint and verify licences of every type, and serve it. Nothing of it is to be trusted.
#[derive(Args)]
pub struct DemoArgs {
    /// Where the demo authority lives; made if it is not there. A second run lists the same licences.
    #[arg(long, value_name = "DIR", default_value = "elicence-demo")]
    data: PathBuf,
    /// End after the licences were verified, instead of serving.
    #[arg(long)]
    once: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// The JSON answer.
#[derive(Serialize)]
struct Answer<'a> {
    root: String,
    qr_keys: String,
    licences: &'a [DemoLicence],
}

/// Makes, mints, verifies, prints, and serves unless `--once`. Exit code 1 if any licence is not valid.
pub fn run(arguments: DemoArgs) -> Outcome {
    let logins = authority::make(&arguments.data)?;
    let config = installation::read(&arguments.data)?;
    let listener = if arguments.once { None } else { Some(listen(config.listen, config.tls.is_some())?) };
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        services.begin_catalogue(CATALOGUE).await?;
        let licences = licences::mint_and_verify(&config, &services).await?;
        let all_valid = licences.iter().all(|licence| licence.verdict == Verdict::Valid);
        if arguments.json {
            let root = export::absolute(&config.keys.anchors);
            print::json(&Answer { root, qr_keys: export::absolute(&config.keys.qr_keys), licences: &licences })?;
        } else {
            licences::print_table(&licences)?;
        }
        if let Some(listener) = listener {
            greet(&config, &logins);
            serve::serve_installation(&config, services, listener, None).await?;
        }
        Ok(if all_valid { Exit::Ok } else { Exit::No })
    })
}

/// Says where to look; on standard error, because standard output may be read by a script.
fn greet(config: &Config, logins: &[authority::Login]) {
    let url = &config.public_url;
    eprintln!("\n演示服务已启动 The demo serves on {url}");
    eprintln!("  核验页面 verify a file      {url}/");
    eprintln!("  扫码页面 where QR codes lead {url}/q");
    eprintln!("  接口说明 API description     {url}/api/v1/openapi.json");
    eprintln!("演示账号 Demo logins (Authorization: Bearer …)");
    for login in logins {
        eprintln!("  {:<10} {}  {}", login.id, login.key, login.purpose);
    }
    eprintln!("按 Ctrl-C 结束 Ctrl-C ends it");
}

/// A failure about a file of the demo folder.
fn file_failure(path: &std::path::Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::CannotWrite, format!("{}: {error}; 请换一个目录 choose another folder with --data", path.display()))
}

//! The licences of the demo: minted from the shipped samples, exported, read back from disk and verified.

use crate::app::shipped::{Files, Shelf};
use crate::app::types::licence_type;
use crate::cli::demo::file_failure;
use crate::cli::exit::{Exit, Failure};
use crate::cli::{export, installation, print, rows};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::seal_level::SealLevel;
use crate::domain::verdict::Verdict;
use crate::services::{MintRequest, Minted, Refusal, Services};
use crate::verify::{Evidence, Limits, Policy, conclude, examine};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// When set to 1, the unsealed rendering of every licence is written beside it, for validators that look at both.
const UNSEALED: &str = "ELICENCE_DEMO_UNSEALED";

/// Longer than a lease lasts.
const PATIENCE: Duration = Duration::from_secs(60);

/// One licence as the demo's answer lists it.
#[derive(Serialize)]
pub struct DemoLicence {
    /// 证照标识.
    pub identifier: String,
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// 证照类型名称.
    pub type_name: String,
    /// 证照编号.
    pub number: String,
    /// Absolute path of the plain PDF.
    pub document: String,
    /// The full text in the QR symbol.
    pub qr: String,
    /// The level that the document has reached.
    pub level: SealLevel,
    /// What verification said of the file on disk.
    pub verdict: Verdict,
    /// Why, where it is not valid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Absolute path of the unsealed rendering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsealed: Option<String>,
}

/// Mints every sample of every shipped type; a sample that was minted before gives the same licence.
pub async fn mint_and_verify(config: &Config, services: &Arc<Services>) -> Result<Vec<DemoLicence>, Failure> {
    let actor = installation::local_operator(config)?;
    let folder = config.data.join("licences");
    export::make_folder(&folder)?;
    let mut requests = Vec::new();
    for (name, files) in &Shelf::shipped().templates {
        requests.extend(samples(name, files)?);
    }
    let bar = ProgressBar::new(requests.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut minted = Vec::new();
    for (name, request) in requests {
        minted.push((name, services.mint_patiently(&actor, request, PATIENCE).await.map_err(explain)?));
        bar.inc(1);
    }
    bar.set_position(0);
    // One batch for all of them: validation data and the archive time-stamp.
    services.augment_all(PATIENCE).await?;
    let mut licences = Vec::new();
    for (name, minted) in minted {
        let path = folder.join(format!("{name}.pdf"));
        let minted = services.newest_document(minted).await?;
        export::write(&path, &minted.document)?;
        let unsealed = unsealed_beside(services, &actor, &minted, &path).await?;
        licences.push(verify(services, minted, &path, unsealed).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    services.tidy().await;
    Ok(licences)
}

/// The samples are compiled in: only another version of this program asked for something else under the same key.
fn explain(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::KeyReused => Failure::usage(
            "演示目录由另一版本的程序生成，请另选目录 another version of the program made this demo folder: choose another with --data",
        ),
        other => other.into(),
    }
}

/// Mint requests of one template's samples, named `business-licence-1`, ….
fn samples(name: &str, files: &Files) -> Result<Vec<(String, MintRequest)>, Failure> {
    let licence_type = licence_type(name, files)?;
    let missing = |file: &str| io::Error::new(io::ErrorKind::NotFound, format!("{name}/{file} is not shipped"));
    let bytes = files.get("sample.json").ok_or_else(|| Failure::new(Exit::Config, missing("sample.json")))?;
    let load_photo = |file: &str| files.get(file).map(|bytes| bytes.to_vec()).ok_or_else(|| missing(file));
    let rows = rows::read_json(&String::from_utf8_lossy(bytes), &licence_type, &load_photo)?;
    let request = |(number, row): (usize, rows::Row)| {
        let face = row.map_err(|problem| Failure::new(Exit::Config, format!("{name}, sample {number}: {problem}")))?;
        let label = format!("{name}-{number}");
        Ok((label.clone(), MintRequest { type_code: licence_type.code.clone(), face, idempotency_key: Some(format!("demo/{label}")) }))
    };
    (1..).zip(rows).map(request).collect()
}

async fn unsealed_beside(services: &Services, actor: &Actor, minted: &Minted, path: &Path) -> Result<Option<String>, Failure> {
    if std::env::var_os(UNSEALED).is_none_or(|value| value != "1") {
        return Ok(None);
    }
    let path = path.with_extension("unsealed.pdf");
    export::write(&path, &services.render_again(actor, &minted.identifier).await?)?;
    Ok(Some(export::absolute(&path)))
}

/// Judges the file as it lies on disk, as a stranger with the demo's root and QR keys would, and asks the register.
async fn verify(services: &Services, minted: Minted, path: &Path, unsealed: Option<String>) -> Result<DemoLicence, Failure> {
    let bytes = std::fs::read(path).map_err(|error| file_failure(path, &error))?;
    let (verdict, reasons) = match examine(&bytes, &Limits::default()) {
        Ok(examined) => {
            let register = match examined.register_question() {
                Some(question) => Some(services.ask_register(&question).await?),
                None => None,
            };
            let evidence = Evidence { anchors: services.anchors(), qr_keys: services.qr_keys(), register, ..Evidence::default() };
            let report = conclude(&examined, &evidence, &Policy::default(), OffsetDateTime::now_utc());
            (report.verdict, report.reasons.into_iter().map(|reason| reason.code).collect())
        }
        Err(error) => (Verdict::Indeterminate, vec![error.to_string()]),
    };
    Ok(DemoLicence {
        identifier: minted.identifier,
        type_code: minted.type_code,
        type_name: minted.type_name,
        number: minted.number,
        document: export::absolute(path),
        qr: minted.qr_text,
        level: minted.level,
        reasons: if verdict == Verdict::Valid { Vec::new() } else { reasons },
        verdict,
        unsealed,
    })
}

/// The licences for people.
pub fn print_table(licences: &[DemoLicence]) -> Result<(), Failure> {
    for licence in licences {
        let sign = match licence.verdict {
            Verdict::Valid => "✓ 有效 valid",
            Verdict::Invalid => "✗ 无效 invalid",
            Verdict::Indeterminate => "? 无法判定 indeterminate",
        };
        print::line(&format!("{sign}  {}  {}  {}  {}", licence.level, licence.type_name, licence.number, licence.document))?;
        for reason in &licence.reasons {
            print::line(&format!("    {reason}"))?;
        }
    }
    let valid = licences.iter().filter(|licence| licence.verdict == Verdict::Valid).count();
    print::line(&format!("共 {} 份，有效 {valid} 份。 {} licences, {valid} valid.", licences.len(), licences.len()))
}

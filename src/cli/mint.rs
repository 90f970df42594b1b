//! `elicence mint`: mints one row or many, one report line a row; a bad row never stops the others.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::rows::{self, Row};
use crate::cli::{export, installation, print, runtime};
use crate::domain::face::FieldProblem;
use crate::domain::seal_level::SealLevel;
use crate::services::{MintRequest, Minted, Refusal};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Mint licences from a JSON or CSV file. Exit code 0 when every row was minted, 1 when a row was refused.
#[derive(Args)]
pub struct MintArgs {
    /// Licence type code (证照类型代码), 21 characters.
    #[arg(long = "type", value_name = "CODE")]
    type_code: String,
    /// Face data (照面信息): a JSON object or array, or CSV with a head line of short codes. Photos are file names beside it.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where the sealed PDFs go; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The folder of the installation.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Name of this batch: running the same file again under the same name gives the same licences instead of new ones.
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// Print one JSON object a row.
    #[arg(long)]
    json: bool,
}

/// What became of one row.
#[derive(Serialize)]
struct RowReport {
    /// From 1.
    row: usize,
    ok: bool,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Minted {
        identifier: String,
        number: String,
        #[serde(rename = "type")]
        type_code: String,
        document: String,
        /// The level that the document has reached.
        level: SealLevel,
        /// Does it wait for more? The register has the newer document later.
        pending: bool,
        qr: String,
    },
    Refused {
        code: String,
        message: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        errors: Vec<FieldProblem>,
    },
}

/// Mints every row and reports each as it is done.
pub fn run(arguments: MintArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        let unknown = || Failure::from(Refusal::UnknownType(arguments.type_code.clone()));
        let entry = services.types().find(&arguments.type_code).ok_or_else(unknown)?;
        let rows = rows::read_file(&arguments.input, &entry.licence_type)?;
        if rows.is_empty() {
            return Err(Failure::usage(format!("{}: 没有任何数据行 holds no row of face data", arguments.input.display())));
        }
        export::make_folder(&arguments.out)?;
        let bar = progress_bar(rows.len(), arguments.json);
        let (requests, mut all_minted) = sort_out(rows, &arguments, &bar)?;
        let numbers: Vec<usize> = requests.iter().map(|(number, _)| *number).collect();
        let mut answers = services.mint_many(&actor, requests.into_iter().map(|(_, request)| request).collect());
        while let Some((index, answer)) = answers.recv().await {
            let row = numbers.get(index).copied().unwrap_or_default();
            let answer = match answer {
                Ok(minted) => hand_out(minted, &arguments.out),
                Err(refusal) => refused(refusal),
            };
            all_minted &= report(RowReport { row, ok: matches!(answer, Answer::Minted { .. }), answer }, arguments.json, &bar)?;
        }
        bar.finish_and_clear();
        services.tidy().await;
        Ok(if all_minted { Exit::Ok } else { Exit::No })
    })
}

/// Reports the rows that are no face data at all, and gives requests for the others with their row numbers.
fn sort_out(rows: Vec<Row>, arguments: &MintArgs, bar: &ProgressBar) -> Result<(Vec<(usize, MintRequest)>, bool), Failure> {
    let mut requests = Vec::new();
    let mut all_good = true;
    for (row, face) in (1..).zip(rows) {
        match face {
            Ok(face) => {
                let idempotency_key = arguments.batch.as_ref().map(|batch| format!("{batch}/{row}"));
                requests.push((row, MintRequest { type_code: arguments.type_code.clone(), face, idempotency_key }));
            }
            Err(problem) => {
                let answer = Answer::Refused { code: "BAD_ROW".into(), message: problem.to_string(), errors: Vec::new() };
                all_good &= report(RowReport { row, ok: false, answer }, arguments.json, bar)?;
            }
        }
    }
    Ok((requests, all_good))
}

fn hand_out(minted: Minted, folder: &Path) -> Answer {
    let path = folder.join(format!("{}.pdf", minted.licence_id));
    if let Err(failure) = export::write(&path, &minted.document) {
        let message = format!("已签发但未能导出 minted as {}, but not exported: {}", minted.identifier, failure.message);
        return Answer::Refused { code: "NOT_EXPORTED".into(), message, errors: Vec::new() };
    }
    Answer::Minted {
        identifier: minted.identifier,
        number: minted.number,
        type_code: minted.type_code,
        document: export::absolute(&path),
        level: minted.level,
        pending: minted.pending,
        qr: minted.qr_text,
    }
}

fn refused(refusal: Refusal) -> Answer {
    let code = refusal.code().to_owned();
    let message = match &refusal {
        Refusal::Unavailable { cause } => format!("{refusal} ({cause})"),
        _ => refusal.to_string(),
    };
    let errors = if let Refusal::BadFields(errors) = refusal { errors } else { Vec::new() };
    Answer::Refused { code, message, errors }
}

fn report(report: RowReport, json: bool, bar: &ProgressBar) -> Result<bool, Failure> {
    bar.inc(1);
    bar.suspend(|| if json { print::json_line(&report) } else { print::line(&in_words(&report)) })?;
    Ok(report.ok)
}

fn in_words(report: &RowReport) -> String {
    let row = report.row;
    match &report.answer {
        Answer::Minted { number, document, level, pending, .. } => {
            let pending = if *pending { "，待补长期验证数据 validation data pending" } else { "" };
            format!("✓ 第 {row} 行 row {row}: {number} → {document} ({level}{pending})")
        }
        Answer::Refused { message, errors, .. } => {
            let errors: String = errors.iter().map(|error| format!("\n    {}: {}", error.field, error.message)).collect();
            format!("✗ 第 {row} 行 row {row}: {message}{errors}")
        }
    }
}

/// Draws on standard error, and only where a person looks at it.
fn progress_bar(rows: usize, json: bool) -> ProgressBar {
    if json || rows < 2 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {per_sec} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(rows as u64).with_style(style)
}

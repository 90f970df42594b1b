//! `elicence catalogue import`: checks a table of entries and hands its changes in for review.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::export;
use crate::domain::catalogue_import::{ImportMode, ImportState};
use crate::services::{ImportDocument, ImportRequest, ImportView, TABLE_BYTES, TableFormat};
use clap::Args;
use std::path::{Path, PathBuf};

/// Import entries from CSV, XLSX or JSON. Exit code 0 when every row is good, 1 when a row was refused.
#[derive(Args)]
pub struct ImportArgs {
    /// The file; its name ends in .csv, .xlsx or .json.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Check and report only.
    #[arg(long)]
    dry_run: bool,
    /// Let good rows go on without the wrong ones; else one wrong row refuses the file.
    #[arg(long)]
    rows: bool,
    /// Where the report on every row goes, as JSON, one a line.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    desk: Desk,
}

/// Imports and prints.
pub fn run(arguments: ImportArgs) -> Outcome {
    let extension = arguments.file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let format = TableFormat::from_word(extension)
        .ok_or_else(|| Failure::usage(format!("{}: 只支持 only .csv, .xlsx, .json", arguments.file.display())))?;
    let bytes = read(&arguments.file)?;
    let mode = if arguments.rows { ImportMode::Rows } else { ImportMode::All };
    let request = ImportRequest { bytes, format, mode, dry_run: arguments.dry_run };
    let import = arguments.desk.work(async |services, actor| {
        let import = services.import_catalogue(&actor, request).await?;
        if let Some(path) = &arguments.report {
            let (_, report) = services.read_import_document(&actor, &import.import_id, ImportDocument::Report).await?;
            export::write(path, &report)?;
        }
        Ok(import)
    })?;
    arguments.desk.show(&import, in_words)?;
    Ok(if import.counts.refuse == 0 { Exit::Ok } else { Exit::No })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error: std::io::Error| Failure::usage(format!("无法读取 cannot read {}: {error}", path.display()));
    if std::fs::metadata(path).map_err(cannot)?.len() > TABLE_BYTES as u64 {
        return Err(Failure::usage(format!("{}: 超过 longer than {TABLE_BYTES} bytes", path.display())));
    }
    std::fs::read(path).map_err(cannot)
}

fn in_words(import: &ImportView) -> String {
    let problems = import.wrong.iter().cloned().flat_map(|row| row.into_problems());
    let mut lines: Vec<String> = problems.map(|problem| format!("✗ {problem}")).collect();
    let counts = &import.counts;
    lines.push(format!(
        "批次 batch {}：共 {} 行 rows，新增 new {}，变更 changed {}，无变化 unchanged {}，有误 wrong {}",
        import.import_id, counts.rows, counts.add, counts.change, counts.unchanged, counts.refuse
    ));
    lines.push(match import.state {
        ImportState::Checked => "仅检查，未提交 checked only, nothing handed in".to_owned(),
        ImportState::Refused => "整批未导入 nothing was imported".to_owned(),
        ImportState::Submitted => {
            format!("已提交审核 handed in for review: application {}", import.application_id.as_deref().unwrap_or_default())
        }
        ImportState::InForce => "已生效 in force".to_owned(),
    });
    lines.join("\n")
}

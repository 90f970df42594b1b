//! `elicence audit verify`: shows that nothing was changed in or removed from the audit log; of an installation, or of an export without one.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use crate::domain::key_set::KeySet;
use crate::domain::secret::Secret;
use crate::services::AuditReport;
use crate::verify::audit_export::ExportCheck;
use clap::Args;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Longest line of an export that is read, bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// Check that nothing was changed in or removed from the audit log. Exit code 1 when something was.
#[derive(Args)]
pub struct VerifyArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Check this export instead; no installation is needed.
    #[arg(long, value_name = "FILE", requires = "keys")]
    export: Option<PathBuf>,
    /// The public keys of the service: its `qr_keys.json`, or what `/api/v1/keys` answers.
    #[arg(long, value_name = "FILE", requires = "export")]
    keys: Option<PathBuf>,
    /// The key of the audit chain (`elicence audit chain-key`), to compare every line with the chain.
    #[arg(long, value_name = "FILE", requires = "export")]
    chain_key: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Checks and reports.
pub fn run(arguments: VerifyArgs) -> Outcome {
    match (&arguments.export, &arguments.keys) {
        (Some(export), Some(keys)) => check_export(export, keys, arguments.chain_key.as_deref(), arguments.json),
        (None, _) | (_, None) => check_installation(&arguments),
    }
}

fn check_installation(arguments: &VerifyArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    let report: AuditReport = runtime::block_on(async { Ok(app::open(&config).await?.verify_audit(&actor).await?) })?;
    if arguments.json {
        print::json(&report)?;
    } else {
        print::line(&format!("审计链 chain: {} 行 lines", report.lines))?;
        let since = report.waiting_since.map(|at| format!("，自 since {at}")).unwrap_or_default();
        print::line(&format!("未入链 not chained yet: {}{since}", report.waiting))?;
        for head in &report.heads {
            print::line(&format!("链尾 head: {} @ {} ({})", head.position, head.signed_at, head.place))?;
        }
        if let Some(line) = report.first_bad {
            print::line(&format!("✗ 首个异常行 first bad line: {line}"))?;
        }
        report.problems.iter().try_for_each(|problem| print::line(&format!("✗ {problem}")))?;
        print::line(verdict(report.problems.is_empty()))?;
    }
    Ok(if report.problems.is_empty() { Exit::Ok } else { Exit::No })
}

fn check_export(export: &Path, keys: &Path, chain_key: Option<&Path>, json: bool) -> Outcome {
    let unreadable = |path: &Path| {
        let path = path.display().to_string();
        move |error: std::io::Error| Failure::usage(format!("{path}: {error}"))
    };
    let keys_text = fs::read_to_string(keys).map_err(unreadable(keys))?;
    let keys = KeySet::from_json(&keys_text).map_err(|error| Failure::usage(format!("{}: {error}", keys.display())))?;
    let chain_key = match chain_key {
        Some(path) => {
            let mut bytes = [0; 32];
            let text = fs::read_to_string(path).map_err(unreadable(path))?;
            hex::decode_to_slice(text.trim(), &mut bytes)
                .map_err(|_| Failure::usage(format!("{}: 不是审计链密钥 not the key of an audit chain (64 hex digits)", path.display())))?;
            Some(Secret::new(bytes))
        }
        None => None,
    };
    let mut check = ExportCheck::new(&keys, chain_key.as_ref());
    let mut reader = BufReader::new(fs::File::open(export).map_err(unreadable(export))?);
    loop {
        let mut line = String::new();
        if reader.by_ref().take(LONGEST_LINE).read_line(&mut line).map_err(unreadable(export))? == 0 {
            break;
        }
        check.line(line.strip_suffix('\n').unwrap_or(&line));
    }
    let report = check.finish();
    if json {
        print::json(&report)?;
    } else {
        print::line(&format!("导出 export: {} – {}", report.from, report.to))?;
        if !report.chain_checked {
            print::line(
                "仅核验签名；如需逐行核对请提供 --chain-key  only signatures were checked; give --chain-key to compare every line",
            )?;
        }
        report.problems.iter().try_for_each(|problem| print::line(&format!("✗ {problem}")))?;
        print::line(verdict(report.problems.is_empty()))?;
    }
    Ok(if report.problems.is_empty() { Exit::Ok } else { Exit::No })
}

fn verdict(whole: bool) -> &'static str {
    if whole { "✓ 完整 whole" } else { "✗ 不完整，请保全现场并上报 not whole: secure it and report" }
}

//! `elicence doctor`: looks at an installation and says what is wrong with it; changes nothing, but the audit log says that it was read.

use crate::app::shipped::Shelf;
use crate::app::{self, AppError, api_keys, credentials, types};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use crate::config::{Config, StampAuthority, Tls};
use crate::domain::seal_level::SealLevel;
use crate::render::FontShelf;
use clap::Args;
use serde::Serialize;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

/// A clock that shows an earlier time is wrong: this program did not exist then.
const NOT_BEFORE: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);

/// Seconds after which a waiting document is a sign of trouble.
const LONG_WAIT: i64 = 600;

/// Check an installation: settings, clock, keys, templates and fonts, folders, database, audit log. Exit code 1 when something is wrong.
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
    let mut findings = vec![clock()];
    match Config::of_folder(&arguments.data) {
        Ok(config) => {
            findings.push(good("settings", format!("{} → {}", config.data.display(), config.public_url)));
            findings.extend([department(&config), keys(&config), time_stamps(&config), templates(&config), api_key_file(&config)]);
            findings.extend(config.tls.as_ref().map(tls));
            findings.extend([folder(&config), store(&config)]);
            findings.extend(waiting(&config));
            findings.extend(audit(&config));
        }
        Err(error) => findings.extend(error.0.iter().map(|mistake| bad("settings", mistake))),
    }
    let ok = findings.iter().all(|finding| finding.ok);
    if arguments.json {
        print::json(&serde_json::json!({ "ok": ok, "findings": findings }))?;
    } else {
        for Finding { check, ok, message } in &findings {
            print::line(&format!("{} {check}: {message}", if *ok { "✓" } else { "✗" }))?;
        }
    }
    Ok(if ok { Exit::Ok } else { Exit::No })
}

fn good(check: &'static str, message: impl ToString) -> Finding {
    Finding { check, ok: true, message: message.to_string() }
}

fn bad(check: &'static str, message: impl ToString) -> Finding {
    Finding { check, ok: false, message: message.to_string() }
}

fn found<T>(check: &'static str, result: Result<T, AppError>, say: impl FnOnce(T) -> String) -> Finding {
    match result {
        Ok(value) => good(check, say(value)),
        Err(error) => bad(check, error),
    }
}

fn clock() -> Finding {
    let now = OffsetDateTime::now_utc();
    let shown = now.format(&Rfc3339).unwrap_or_default();
    if now < NOT_BEFORE {
        bad("clock", format!("{shown}: 系统时间不正确 the clock is wrong; set it and keep it by NTP"))
    } else {
        good("clock", shown)
    }
}

fn department(config: &Config) -> Finding {
    match &config.department {
        Some(department) => good("department", format!("{} {}", department.party.name, department.party.code)),
        None => bad("department", AppError::NoDepartment),
    }
}

fn keys(config: &Config) -> Finding {
    found("keys", credentials::read_passphrase(config).and_then(|passphrase| credentials::load(config, &passphrase)), |keys| {
        let example = if keys.example { "; 示例密钥，仅供演示 example keys, for demonstration only" } else { "" };
        format!("印章与二维码密钥自检通过 seal and QR keys passed their self-test; {} anchor(s){example}", keys.anchors.len())
    })
}

/// Who gives time-stamps, and how far documents are sealed with them.
fn time_stamps(config: &Config) -> Finding {
    let highest = config.sealing.highest;
    match &config.time_stamps.authority {
        Some(StampAuthority::Own { key, .. }) => {
            good("time-stamps", format!("{highest}; 内置时间戳 the built-in authority, {}", key.display()))
        }
        Some(StampAuthority::Remote { url, .. }) => good("time-stamps", format!("{highest}; {url}")),
        None if highest == SealLevel::B => good("time-stamps", "B-B; 未配置时间戳 none configured, none needed"),
        None => bad(
            "time-stamps",
            "未配置时间戳机构 no authority is configured: set time_stamp.url, or make keys/time-stamp.key.pem, or set seal.level = \"B-B\"",
        ),
    }
}

fn templates(config: &Config) -> Finding {
    let prepare = || {
        let shelf = Shelf::with_folder(&config.templates()).map_err(|error| AppError::File(config.templates(), error))?;
        types::prepare(shelf.templates, &FontShelf::new(shelf.fonts)?)
    };
    found("templates", prepare(), |types| types.entries().map(|entry| entry.licence_type.name.as_str()).collect::<Vec<_>>().join("、"))
}

fn api_key_file(config: &Config) -> Finding {
    let readable = api_keys::read(&config.api_keys);
    if is_open_to_others(&config.api_keys) {
        return bad("api-keys", format!("{}: 其他用户可读，请执行 chmod 600 others may read it; chmod 600", config.api_keys.display()));
    }
    found("api-keys", readable, |records| format!("{} API key(s)", records.len()))
}

fn tls(tls: &Tls) -> Finding {
    let read = runtime::block_on(async { crate::http::serve::read_tls(&tls.certificate, &tls.key).await.map_err(Failure::from) });
    match read {
        Ok(_) => good("tls", tls.certificate.display()),
        Err(failure) => bad("tls", failure.message),
    }
}

fn folder(config: &Config) -> Finding {
    match fs::metadata(&config.data) {
        Ok(facts) if facts.permissions().mode() & 0o002 != 0 => {
            bad("folder", format!("{}: 任何用户可写 anybody may write here; chmod o-w", config.data.display()))
        }
        Ok(facts) if facts.permissions().readonly() => bad("folder", format!("{}: 只读 read-only", config.data.display())),
        Ok(_) => good("folder", config.data.display()),
        Err(error) => bad("folder", AppError::File(config.data.clone(), error)),
    }
}

/// Opens the store only where it has been made: the first start makes it, not the doctor.
fn store(config: &Config) -> Finding {
    if !config.keys.master.exists() {
        return good("store", "尚未初始化，首次启动时建立 not made yet: the first start makes it");
    }
    let tried = runtime::block_on(async {
        let services = app::open(config).await?;
        Ok(services.health().await)
    });
    match tried {
        Ok(health) if health.ready() => good("store", "数据库与文件库可写 database and document store take writes"),
        Ok(health) => bad(
            "store",
            format!(
                "database {}, documents {}, keys {}: 请检查磁盘、连接与密码设备 check disk, connection and key store",
                health.database, health.documents, health.keys
            ),
        ),
        Err(failure) => bad("store", failure.message),
    }
}

/// Documents wait for validation data for seconds; for longer only when somebody does not answer.
fn waiting(config: &Config) -> Option<Finding> {
    config.keys.master.exists().then(|| {
        let counted = runtime::block_on(async {
            let services = app::open(config).await?;
            Ok(services.statistics().await?)
        });
        match counted {
            Ok(counts) if counts.longest_wait > LONG_WAIT => bad(
                "documents",
                format!(
                    "{} 份证照等待长期验证数据已 {} 秒，请运行 elicence augment 并查看日志 documents wait for validation data: run `elicence augment` and read what it logs",
                    counts.waiting_documents, counts.longest_wait
                ),
            ),
            Ok(counts) => good("documents", format!("{} 份待补长期验证数据 wait for validation data", counts.waiting_documents)),
            Err(failure) => bad("documents", failure.message),
        }
    })
}

/// Walks the whole chain of the audit log and compares its head with the one kept outside the database.
fn audit(config: &Config) -> Option<Finding> {
    config.keys.master.exists().then(|| {
        let walked = runtime::block_on(async {
            let services = app::open(config).await?;
            Ok(services.verify_audit(&installation::local_operator(config)?).await?)
        });
        match walked {
            Ok(report) if report.problems.is_empty() => good("audit", format!("审计链完整 the chain of {} lines is whole", report.lines)),
            Ok(report) => bad(
                "audit",
                format!("审计链不完整，请保全现场并上报 the chain is broken; secure it and report: {}", report.problems.join("; ")),
            ),
            Err(failure) => bad("audit", failure.message),
        }
    })
}

fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|facts| facts.permissions().mode() & 0o077 != 0)
}

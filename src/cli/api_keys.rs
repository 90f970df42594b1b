//! `elicence keys api`: adds, lists and revokes the API keys of an installation; its server takes every change up by itself.

use crate::ambient::SystemEntropy;
use crate::app::{AppError, api_keys, audit};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::role_names::roles;
use crate::cli::{installation, print, runtime};
use crate::config::Config;
use crate::domain::actor::{Actor, Role};
use crate::domain::audit::{AuditAction, AuditEvent, AuditOutcome};
use crate::domain::codes::Uscc;
use crate::domain::payload::Party;
use crate::http::api_keys::ApiKeyRecord;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Add, list and revoke API keys (接口密钥). The file holds digests only.
#[derive(Args)]
pub struct ApiKeysArgs {
    #[command(subcommand)]
    command: ApiKeysCommand,
}

#[derive(Subcommand)]
enum ApiKeysCommand {
    /// Make a key and show it, this once.
    Add(AddArgs),
    /// Show who has a key, for which department, and what it may do.
    List(ListArgs),
    /// Take a key back; requests with it are refused within seconds.
    Revoke(RevokeArgs),
}

#[derive(Args)]
struct AddArgs {
    /// Pseudonymous id of the caller; it stands in audit lines and logs. Not a person's name.
    #[arg(value_parser = parse_id)]
    id: String,
    /// What it may do; may be given several times.
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = roles())]
    roles: Vec<Role>,
    /// Name of the department that it acts for, instead of the installation's own.
    #[arg(long, value_name = "NAME", requires = "department_code")]
    department_name: Option<String>,
    /// Unified social credit code of that department.
    #[arg(long, value_name = "CODE", requires = "department_name")]
    department_code: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct ListArgs {
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct RevokeArgs {
    /// The id whose key is taken back.
    id: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Place {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(arguments: ApiKeysArgs) -> Outcome {
    match arguments.command {
        ApiKeysCommand::Add(arguments) => add(&arguments),
        ApiKeysCommand::List(arguments) => list(&arguments),
        ApiKeysCommand::Revoke(arguments) => revoke(&arguments),
    }
}

fn parse_id(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
        true => Ok(text.to_owned()),
        false => Err("write 1 to 64 ASCII letters, digits, '-', '_' or '.'".into()),
    }
}

fn add(arguments: &AddArgs) -> Outcome {
    let config = installation::read(&arguments.place.data)?;
    let department = department_of(arguments, &config)?;
    let mut roles: Vec<Role> = Vec::new();
    for role in arguments.roles.iter().copied() {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let (key, record) = api_keys::make(&arguments.id, &department, &roles, &SystemEntropy::new()).map_err(AppError::from)?;
    let added = api_keys::change(&config.api_keys, |records| {
        let is_new = records.iter().all(|known| known.id != record.id);
        if is_new {
            records.push(record);
        }
        is_new
    })?;
    if !added {
        return Err(Failure::new(
            Exit::No,
            format!("{} 已有密钥，请先吊销或换用新的标识 has a key already: revoke it first, or take another id", arguments.id),
        ));
    }
    let written = write_down(&config, AuditAction::AddApiKey, &arguments.id, &department, &roles);
    if let Err(failure) = written {
        // Nobody has seen it: a key that no audit line tells of is taken back.
        api_keys::change(&config.api_keys, |records| records.retain(|record| record.id != arguments.id))?;
        return Err(failure);
    }
    if arguments.place.json {
        print::json(&json!({ "id": arguments.id, "key": key.expose(), "department": department, "roles": roles }))?;
    } else {
        print::line(key.expose())?;
        eprintln!("密钥仅显示这一次，请立即安全保存 / the key is shown this once: keep it safe now");
    }
    Ok(Exit::Ok)
}

fn department_of(arguments: &AddArgs, config: &Config) -> Result<Party, Failure> {
    match (&arguments.department_name, &arguments.department_code) {
        (Some(name), Some(code)) => {
            Uscc::parse(code).map_err(|problem| Failure::usage(format!("--department-code {code}: {problem}")))?;
            Ok(Party { name: name.clone(), code: code.clone() })
        }
        _ => Ok(config.department.as_ref().ok_or(AppError::NoDepartment)?.party.clone()),
    }
}

fn list(arguments: &ListArgs) -> Outcome {
    let config = installation::read(&arguments.place.data)?;
    let records = api_keys::read(&config.api_keys)?;
    if arguments.place.json {
        let shown: Vec<_> = records
            .iter()
            .map(|ApiKeyRecord { id, digest, department, roles }| json!({ "id": id, "department": department, "roles": roles, "digest": digest }))
            .collect();
        print::json(&shown)?;
        return Ok(Exit::Ok);
    }
    for record in &records {
        let roles = serde_json::to_string(&record.roles).unwrap_or_default();
        print::line(&format!("{}\t{} {}\t{roles}", record.id, record.department.name, record.department.code))?;
    }
    Ok(Exit::Ok)
}

fn revoke(arguments: &RevokeArgs) -> Outcome {
    let config = installation::read(&arguments.place.data)?;
    let revoked: Vec<ApiKeyRecord> =
        api_keys::change(&config.api_keys, |records| records.extract_if(.., |record| record.id == arguments.id).collect())?;
    for ApiKeyRecord { department, roles, .. } in &revoked {
        write_down(&config, AuditAction::RevokeApiKey, &arguments.id, department, roles)?;
    }
    if revoked.is_empty() {
        return Err(Failure::new(Exit::No, format!("{}: 没有这样的密钥 no key has this id; see `elicence keys api list`", arguments.id)));
    }
    if arguments.place.json {
        print::json(&json!({ "id": arguments.id, "revoked": revoked.len() }))?;
    } else {
        print::line(&format!("{} 的密钥已吊销 / its key is revoked", arguments.id))?;
    }
    Ok(Exit::Ok)
}

/// Writes the audit line: whoever works at the machine itself did it.
fn write_down(config: &Config, action: AuditAction, id: &str, department: &Party, roles: &[Role]) -> Result<(), Failure> {
    let operator = Actor { id: installation::LOCAL_OPERATOR.into(), department: department.clone(), roles: Vec::new() };
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let event = AuditEvent::new(action, &operator, AuditOutcome::Done).about(id).with("roles", words.join(" "));
    runtime::block_on(async { Ok(audit::record(config, &event).await?) })
}

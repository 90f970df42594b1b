//! `elicence keys`: makes a PKI, shows what certificates say, checks that keys load and sign.

use crate::{
    ambient::{Clock, SystemClock, SystemEntropy},
    cli::{
        api_keys::{self, ApiKeysArgs},
        exit::{Exit, Failure, Outcome},
        keepers::{self, SplitArgs, UnlockArgs},
        rotate_master::{self, RotateMasterArgs},
    },
    domain::secret::Secret,
    keys::{
        FileKey, KeyError, PkiPlan, TokenKey,
        encrypted_file::write_private,
        example::{EXAMPLE_MARK, EXAMPLE_PASSPHRASE},
        file_key::read_chain,
        is_example, make_pki,
        pkcs11::uri::{SCHEME, UriProblem},
    },
    seal::signer::Signer,
};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};
use zeroize::Zeroize;

/// Make, show and check keys and certificates (密钥与证书).
#[derive(Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make the keys and certificates of a plan; without --plan an example PKI that nobody should trust.
    Make(MakeArgs),
    /// Show what certificates say: of one PEM file, or of all in a folder.
    Show(ShowArgs),
    /// Load a key with its chain, let it sign, and verify the signature.
    Check(CheckArgs),
    /// Add, list and revoke the API keys of an installation (接口密钥).
    Api(ApiKeysArgs),
    RotateMaster(RotateMasterArgs),
    Split(SplitArgs),
    Unlock(UnlockArgs),
}

#[derive(Args)]
struct MakeArgs {
    /// The folder to write to; nothing in it is overwritten.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The plan (TOML); see keys-example/pki.toml.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// File that holds the passphrase of the new keys; an example plan needs none.
    #[arg(long, value_name = "FILE", env = "ELICENCE_KEYS__PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ShowArgs {
    /// A PEM file, or a folder of `*.pem`.
    path: PathBuf,
    /// Print one JSON array.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct CheckArgs {
    /// The encrypted PKCS#8 key (PEM), or the address of a key in a token: `pkcs11:token=…;object=…?module-path=…&pin-source=file:…`.
    #[arg(long, value_name = "FILE|URI")]
    key: String,
    /// The certificate chain (PEM), the key's own first, no root.
    #[arg(long, value_name = "FILE")]
    chain: PathBuf,
    /// File that holds the passphrase.
    #[arg(long, value_name = "FILE", env = "ELICENCE_KEYS__PASSPHRASE_FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(arguments: KeysArgs) -> Outcome {
    match arguments.command {
        KeysCommand::Make(arguments) => make(&arguments),
        KeysCommand::Show(arguments) => show(&arguments),
        KeysCommand::Check(arguments) => check(&arguments),
        KeysCommand::Api(arguments) => api_keys::run(arguments),
        KeysCommand::RotateMaster(arguments) => rotate_master::run(&arguments),
        KeysCommand::Split(arguments) => keepers::run_split(&arguments),
        KeysCommand::Unlock(arguments) => keepers::run_unlock(&arguments),
    }
}

fn make(arguments: &MakeArgs) -> Outcome {
    let plan = match &arguments.plan {
        Some(path) => {
            PkiPlan::from_toml(&fs::read_to_string(path).map_err(|source| failure(KeyError::Read { path: path.clone(), source }))?)
        }
        None => PkiPlan::example(),
    }
    .map_err(failure)?;
    let passphrase = match &arguments.passphrase_file {
        Some(path) => read_passphrase(path)?,
        None if plan.example => Secret::new(EXAMPLE_PASSPHRASE.to_owned()),
        None => return Err(failure(KeyError::MissingPassphrase)),
    };
    let files = make_pki(&plan, &arguments.out, &passphrase, SystemClock.now(), &SystemEntropy::new()).map_err(failure)?;
    if plan.example && arguments.passphrase_file.is_none() {
        write_private(&arguments.out.join("passphrase"), &format!("{EXAMPLE_PASSPHRASE}\n")).map_err(failure)?;
    }
    if arguments.json {
        return print_json(&serde_json::json!({ "example": plan.example, "files": files }));
    }
    for file in &files {
        println!("{}", file.display());
    }
    if plan.example {
        println!("示例密钥，人人皆知，请勿信任 / {EXAMPLE_MARK}: everybody has the passphrase of these keys");
    }
    Ok(Exit::Ok)
}

/// What a certificate says.
#[derive(Serialize)]
struct Shown {
    file: PathBuf,
    subject: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
    sha256: String,
    example: bool,
}

fn show(arguments: &ShowArgs) -> Outcome {
    let mut shown = Vec::new();
    for file in pem_files(&arguments.path)? {
        for der in read_chain(&file).map_err(failure)? {
            shown.push(describe(&file, &der).ok_or_else(|| Failure::new(Exit::Config, format!("{}: bad certificate", file.display())))?);
        }
    }
    if arguments.json {
        return print_json(&shown);
    }
    for certificate in &shown {
        println!("{}", certificate.file.display());
        println!("  {}", certificate.subject);
        println!("  签发者 issuer  {}", certificate.issuer);
        println!("  有效期 valid   {} – {}", certificate.not_before, certificate.not_after);
        println!("  序列号 serial  {}", certificate.serial);
        println!("  SHA-256        {}", certificate.sha256);
        if certificate.example {
            println!("  示例，请勿信任 / {EXAMPLE_MARK}");
        }
    }
    Ok(Exit::Ok)
}

/// The file itself, or every `*.pem` of a folder that holds certificates, in order of names.
fn pem_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |source| failure(KeyError::Read { path: path.to_owned(), source });
    let entries = fs::read_dir(path).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let is_certificate = |name: &str| name.ends_with(".pem") && !name.ends_with(".key.pem") && !name.ends_with(".crl.pem");
    let mut files: Vec<_> = entries.into_iter().filter(|e| is_certificate(&e.file_name().to_string_lossy())).map(|e| e.path()).collect();
    files.sort();
    Ok(files)
}

fn describe(file: &Path, der: &[u8]) -> Option<Shown> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let moment = |time: x509_parser::time::ASN1Time| time.to_datetime().format(&time::format_description::well_known::Rfc3339).ok();
    Some(Shown {
        file: file.to_owned(),
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        serial: hex::encode(certificate.raw_serial()),
        not_before: moment(certificate.validity().not_before)?,
        not_after: moment(certificate.validity().not_after)?,
        sha256: crate::domain::digest::Digest::of(der).to_hex(),
        example: is_example(der),
    })
}

fn check(arguments: &CheckArgs) -> Outcome {
    let passphrase = match &arguments.passphrase_file {
        Some(path) => read_passphrase(path)?,
        None => Secret::new(String::new()),
    };
    let (algorithm, example) = if arguments.key.starts_with(SCHEME) {
        let uri = arguments.key.parse().map_err(|problem: UriProblem| Failure::usage(format!("--key: {problem}")))?;
        let key = TokenKey::load(&uri, &arguments.chain, &passphrase).map_err(failure)?;
        (key.algorithm().name(), key.is_example())
    } else {
        let key = FileKey::load(Path::new(&arguments.key), &arguments.chain, &passphrase).map_err(failure)?;
        (key.algorithm().name(), key.is_example())
    };
    if arguments.json {
        return print_json(&serde_json::json!({ "ok": true, "algorithm": algorithm, "example": example }));
    }
    println!("密钥与证书匹配，自检通过 / key and certificate belong together, self-test passed: {algorithm}");
    if example {
        println!("示例密钥，请勿信任 / {EXAMPLE_MARK}");
    }
    Ok(Exit::Ok)
}

/// The first line of a passphrase file.
pub fn read_passphrase(path: &Path) -> Result<Secret<String>, Failure> {
    let mut text = fs::read_to_string(path).map_err(|source| failure(KeyError::Read { path: path.to_owned(), source }))?;
    let passphrase = Secret::new(text.lines().next().unwrap_or_default().to_owned());
    text.zeroize();
    Ok(passphrase)
}

fn print_json(value: &impl Serialize) -> Outcome {
    println!("{}", serde_json::to_string_pretty(value).map_err(|error| Failure::new(Exit::CannotWrite, error))?);
    Ok(Exit::Ok)
}

/// How a key error ends the program.
fn failure(error: KeyError) -> Failure {
    let exit = match &error {
        KeyError::Read { .. } | KeyError::MissingPassphrase | KeyError::Plan(_) => Exit::Usage,
        KeyError::Write { .. } | KeyError::Exists(_) => Exit::CannotWrite,
        KeyError::NotAKey(_)
        | KeyError::NotEncrypted(_)
        | KeyError::Exposed(_)
        | KeyError::WrongPassphrase(_)
        | KeyError::Unsupported(_)
        | KeyError::BadChain { .. }
        | KeyError::NotAPair(_)
        | KeyError::SelfTest
        | KeyError::CannotSign(_)
        | KeyError::Token(_)
        | KeyError::Generate(_)
        | KeyError::Authority(_)
        | KeyError::KeySet(_)
        | KeyError::Entropy(_) => Exit::Config,
    };
    Failure::new(exit, error)
}

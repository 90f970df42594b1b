//! Makes the keys and certificates of a plan and writes them into a folder.

use crate::{
    ambient::{Entropy, random_bytes},
    domain::{
        key_set::{KeySet, QrKey},
        secret::Secret,
    },
    keys::{
        KeyError,
        encrypted_file::{encrypt, write_private, write_public},
        example::EXAMPLE_MARK,
        generate::generate,
        plan::{PkiPlan, PlannedKey},
        private_key::PrivateKey,
    },
    seal::authority::{
        Issuer,
        certificate::{CertificateSpec, Purpose, certificate, serial_octets},
        name::DistinguishedName,
        revocation_list::{RevocationListSpec, RevocationReason, Revoked, revocation_list},
    },
};
use der::pem::{LineEnding, encode_string};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use time::{Duration, OffsetDateTime};

/// Certificates start a little earlier than now, for clocks that are behind.
const CLOCK_SKEW: Duration = Duration::minutes(5);
/// The key set's file name.
pub const KEY_SET_FILE: &str = "qr_keys.json";

/// What was made of one planned key.
struct Made {
    key: PrivateKey,
    certificate: Vec<u8>,
    /// What follows the certificate of a key that this one issues: no root.
    handed_on: Vec<Vec<u8>>,
    revoked: Vec<Revoked>,
}

/// A file to write.
struct NewFile {
    name: String,
    text: String,
    private: bool,
}

/// Makes everything in the plan's order, then writes `FILE.key.pem` (encrypted with `passphrase`, readable by its owner only) and
/// `FILE.chain.pem` for end entities, `FILE.pem` for authorities, `FILE.crl.pem` for whoever issued certificates, and
/// `qr_keys.json`; gives the paths. No file is overwritten; nothing is written when the plan cannot be followed to its end.
pub fn make_pki(
    plan: &PkiPlan,
    folder: &Path,
    passphrase: &Secret<String>,
    now: OffsetDateTime,
    entropy: &dyn Entropy,
) -> Result<Vec<PathBuf>, KeyError> {
    if passphrase.expose().is_empty() {
        return Err(KeyError::MissingPassphrase);
    }
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let mut made = BTreeMap::new();
    let mut files = Vec::new();
    let mut qr_keys = Vec::new();
    for planned in &plan.keys {
        let pkcs8 = generate(planned.algorithm, entropy)?;
        let key = PrivateKey::from_pkcs8(&pkcs8).ok_or_else(|| KeyError::Generate("ring does not take the new key".into()))?;
        let (own, chain) = issue(plan, planned, key, &mut made, now, random_bytes(entropy)?)?;
        let text = chain.iter().map(|der| pem("CERTIFICATE", der)).collect::<Result<String, _>>()?;
        if let (Some(issuer), Some(certificate)) = (&planned.qr_issuer, chain.first()) {
            qr_keys.push(QrKey::of_certificate(&pem("CERTIFICATE", certificate)?, issuer, planned.qr_types.clone())?);
        }
        let file = &planned.file;
        let ending = if is_authority(planned.purpose) { "pem" } else { "chain.pem" };
        files.push(NewFile { name: format!("{file}.key.pem"), text: encrypt(&pkcs8, passphrase, entropy)?, private: true });
        files.push(NewFile { name: format!("{file}.{ending}"), text, private: false });
        made.insert(file.as_str(), own);
    }
    for (file, authority) in made.iter().filter(|(file, _)| issues(plan, file)) {
        files.push(NewFile { name: format!("{file}.crl.pem"), text: list(plan, authority, now)?, private: false });
    }
    files.push(NewFile { name: KEY_SET_FILE.into(), text: KeySet::new(qr_keys)?.to_json()? + "\n", private: false });
    write(folder, &files)
}

/// Issues the certificate of `key`; gives it with its chain, no root but a root's own.
fn issue(
    plan: &PkiPlan,
    planned: &PlannedKey,
    key: PrivateKey,
    made: &mut BTreeMap<&str, Made>,
    now: OffsetDateTime,
    serial: [u8; 16],
) -> Result<(Made, Vec<Vec<u8>>), KeyError> {
    let start = now + Duration::days(planned.starts_in_days) - CLOCK_SKEW;
    let policies = if is_authority(planned.purpose) { Vec::new() } else { plan.policies()? };
    let addresses = plan.addresses(planned);
    let spec = CertificateSpec {
        purpose: planned.purpose,
        serial,
        subject: &subject(plan, planned),
        public_key: &key.public_key(),
        not_before: start,
        not_after: start + Duration::days(planned.days.into()),
        policies: &policies,
        revocation_list_url: addresses.revocation_list.as_deref(),
        ocsp_url: addresses.ocsp.as_deref(),
        issuer_url: addresses.issuer.as_deref(),
    };
    let (certificate, issuers) = match planned.issuer.as_ref().and_then(|name| made.get_mut(name.as_str())) {
        Some(issuer) => {
            if planned.revoked {
                let reason = Some(RevocationReason::KeyCompromise as u8);
                issuer.revoked.push(Revoked { serial: serial_octets(&serial).to_vec(), at: now, reason });
            }
            (certificate(&spec, Some(&Issuer::of_certificate(&issuer.certificate)?), &issuer.key)?, issuer.handed_on.clone())
        }
        None => (certificate(&spec, None, &key)?, Vec::new()),
    };
    let chain = [vec![certificate.clone()], issuers].concat();
    let handed_on = if planned.purpose == Purpose::Root { Vec::new() } else { chain.clone() };
    Ok((Made { key, certificate, handed_on, revoked: Vec::new() }, chain))
}

fn list(plan: &PkiPlan, authority: &Made, now: OffsetDateTime) -> Result<String, KeyError> {
    let spec = RevocationListSpec {
        number: 1,
        this_update: now - CLOCK_SKEW,
        next_update: now + Duration::days(plan.revocation_list_days.into()),
        revoked: &authority.revoked,
    };
    let list = revocation_list(&spec, &Issuer::of_certificate(&authority.certificate)?, &authority.key)?;
    pem("X509 CRL", &list)
}

fn write(folder: &Path, files: &[NewFile]) -> Result<Vec<PathBuf>, KeyError> {
    fs::create_dir_all(folder).map_err(|source| KeyError::Write { path: folder.to_owned(), source })?;
    let paths: Vec<_> = files.iter().map(|file| folder.join(&file.name)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists()) {
        return Err(KeyError::Exists(path.clone()));
    }
    for (index, (file, path)) in files.iter().zip(&paths).enumerate() {
        let written = if file.private { write_private(path, &file.text) } else { write_public(path, &file.text) };
        if let Err(error) = written {
            // half a PKI is worth nothing; what cannot be removed either is named by the error of the next attempt
            for path in paths.iter().take(index) {
                let _ = fs::remove_file(path);
            }
            return Err(error);
        }
    }
    Ok(paths)
}

fn is_authority(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Root | Purpose::IssuingAuthority)
}

fn issues(plan: &PkiPlan, file: &str) -> bool {
    plan.keys.iter().any(|key| key.issuer.as_deref() == Some(file))
}

fn subject(plan: &PkiPlan, planned: &PlannedKey) -> DistinguishedName {
    DistinguishedName {
        country: plan.country.clone(),
        organization: plan.organization.clone(),
        unit: plan.example.then(|| EXAMPLE_MARK.to_owned()),
        organization_code: plan.organization_code.clone(),
        common_name: planned.common_name.clone(),
    }
}

fn pem(label: &str, der: &[u8]) -> Result<String, KeyError> {
    encode_string(label, LineEnding::LF, der).map_err(|error| KeyError::Generate(error.to_string()))
}

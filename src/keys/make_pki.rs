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
        certificate::{CertificateSpec, Purpose, certificate},
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
    /// The issuers' certificates after it, without the root.
    issuers: Vec<Vec<u8>>,
    revoked: Vec<Revoked>,
}

impl Made {
    /// What follows the certificate of a key that this one issues.
    fn issuers_of_issued(&self, purpose: Option<Purpose>) -> Vec<Vec<u8>> {
        match purpose {
            Some(Purpose::Root) | None => Vec::new(),
            Some(_) => [std::slice::from_ref(&self.certificate), &self.issuers].concat(),
        }
    }
}

/// Makes everything in the plan's order, then writes `FILE.key.pem` (encrypted with `passphrase`, readable by its owner only) and
/// `FILE.chain.pem` for end entities, `FILE.pem` for authorities, `FILE.crl.pem` for whoever issued end entities, and
/// `qr_keys.json`; gives the paths. No file is overwritten.
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
    fs::create_dir_all(folder).map_err(|source| KeyError::Write { path: folder.to_owned(), source })?;
    let policies = plan.policies()?;
    let mut made: BTreeMap<&str, Made> = BTreeMap::new();
    let mut files = Vec::new();
    let mut qr_keys = Vec::new();
    for planned in &plan.keys {
        let pkcs8 = generate(planned.algorithm, entropy)?;
        let key = PrivateKey::from_pkcs8(&pkcs8).ok_or_else(|| KeyError::Generate("ring does not take the new key".into()))?;
        let serial = random_bytes(entropy)?;
        let start = now.replace_nanosecond(0).unwrap_or(now) + Duration::days(planned.starts_in_days) - CLOCK_SKEW;
        let is_authority = matches!(planned.purpose, Purpose::Root | Purpose::IssuingAuthority);
        let url = plan.revocation_list_url.as_ref().zip(planned.issuer.as_ref()).map(|(url, issuer)| format!("{url}/{issuer}.crl"));
        let spec = CertificateSpec {
            purpose: planned.purpose,
            serial,
            subject: &subject(plan, planned),
            public_key: &key.public_key(),
            not_before: start,
            not_after: start + Duration::days(planned.days.into()),
            policies: if is_authority { &[] } else { &policies },
            revocation_list_url: url.as_deref(),
        };
        let (own, issuers) = match planned.issuer.as_ref().and_then(|name| made.get_mut(name.as_str())) {
            Some(issuer) => {
                if planned.revoked {
                    issuer.revoked.push(Revoked { serial, at: now, reason: RevocationReason::KeyCompromise });
                }
                let facts = Issuer::of_certificate(&issuer.certificate)?;
                let purpose = planned.issuer.as_ref().and_then(|name| plan.key(name)).map(|key| key.purpose);
                (certificate(&spec, Some(&facts), &issuer.key)?, issuer.issuers_of_issued(purpose))
            }
            None => (certificate(&spec, None, &key)?, Vec::new()),
        };
        let own_pem = pem("CERTIFICATE", &own)?;
        let certificates = issuers.iter().map(|der| pem("CERTIFICATE", der)).collect::<Result<String, _>>()?;
        if let Some(issuer) = &planned.qr_issuer {
            qr_keys.push(QrKey::of_certificate(&own_pem, issuer, planned.qr_types.clone())?);
        }
        let key_path = folder.join(format!("{}.key.pem", planned.file));
        write_private(&key_path, &encrypt(&pkcs8, passphrase, entropy)?)?;
        let ending = if is_authority { "pem" } else { "chain.pem" };
        let chain_path = folder.join(format!("{}.{ending}", planned.file));
        write_public(&chain_path, &(own_pem + &certificates))?;
        files.extend([key_path, chain_path]);
        made.insert(&planned.file, Made { key, certificate: own, issuers, revoked: Vec::new() });
    }
    for (file, authority) in made.iter().filter(|(file, _)| issues_end_entities(plan, file)) {
        let list = RevocationListSpec {
            number: 1,
            this_update: now - CLOCK_SKEW,
            next_update: now + Duration::days(plan.revocation_list_days.into()),
            revoked: &authority.revoked,
        };
        let facts = Issuer::of_certificate(&authority.certificate)?;
        let path = folder.join(format!("{file}.crl.pem"));
        write_public(&path, &pem("X509 CRL", &revocation_list(&list, &facts, &authority.key)?)?)?;
        files.push(path);
    }
    let path = folder.join(KEY_SET_FILE);
    write_public(&path, &(KeySet::new(qr_keys)?.to_json()? + "\n"))?;
    files.push(path);
    Ok(files)
}

fn issues_end_entities(plan: &PkiPlan, file: &str) -> bool {
    plan.keys.iter().any(|key| key.issuer.as_deref() == Some(file) && key.purpose != Purpose::IssuingAuthority)
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

//! What a seal says, and who makes it.

use crate::{
    cms::{
        algorithm::SignatureAlgorithm,
        write_signed_data::{SignedDataTemplate, WriteError, time_stamp_growth},
    },
    domain::digest::Digest,
    pdf::unsealed::SealAppearance,
    seal::signer::Signer,
};
use std::sync::Arc;
use time::OffsetDateTime;

/// What one seal says.
#[derive(Clone, Debug)]
pub struct SealSpec {
    /// Name of the signature field (/T): 1 to 64 ASCII letters, digits, `-` or `_`.
    pub field_name: String,
    /// The claimed signing time (/M), to the second.
    pub signing_time: OffsetDateTime,
    /// The picture; `None` for an invisible seal.
    pub appearance: Option<SealAppearance>,
    /// What a reading program says of the field (/TU), e.g. `示例市行政审批局电子证照专用章`.
    pub tooltip: String,
    /// Name of the sealing authority (/Name).
    pub name: Option<String>,
    /// Why (/Reason).
    pub reason: Option<String>,
    /// Where (/Location).
    pub location: Option<String>,
    /// What a certified document allows afterwards; `None` makes a plain approval signature.
    pub certify: Option<Certify>,
    /// Bytes to reserve beyond the longest signature: 0 for baseline B-B, [`TokenSize::room`] where a time-stamp will be inside.
    pub room: usize,
}

/// The DocMDP permission of a certified document (ISO 32000-2 table 257).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certify {
    /// P=1: never a byte more. Only for a type that is never augmented.
    NoChanges,
    /// P=2: validation data and document time-stamps may follow.
    MayAugment,
}

impl Certify {
    /// The value of /P.
    pub fn permission(self) -> u8 {
        match self {
            Self::NoChanges => 1,
            Self::MayAugment => 2,
        }
    }
}

/// How long the time-stamp tokens of one authority are, told from one of them (a dry run).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSize(usize);

impl TokenSize {
    /// What another token of the same authority may have more: a longer serial number, nonce or fraction of a second, or an ECDSA
    /// signature with leading zeros.
    const SLACK: usize = 128;

    /// From a token over any digest of the same hash algorithm, DER.
    pub fn of(token: &[u8]) -> Self {
        Self(token.len() + Self::SLACK)
    }

    /// For an authority whose tokens are at most this many bytes long.
    pub fn at_most(bytes: usize) -> Self {
        Self(bytes)
    }

    /// The longest token expected, bytes: the room of a document time-stamp.
    pub fn bytes(self) -> usize {
        self.0
    }

    /// Bytes to reserve in a signature that will carry a token inside.
    pub fn room(self) -> usize {
        time_stamp_growth(self.0)
    }
}

/// The constant facts of a signer, encoded once and shared by all its seals.
#[derive(Clone, Debug)]
pub struct SignerFacts(Arc<SignedDataTemplate>);

impl SignerFacts {
    /// From an algorithm and a DER chain, the signer's certificate first, no root.
    pub fn new(algorithm: SignatureAlgorithm, chain: &[Vec<u8>]) -> Result<Self, WriteError> {
        Ok(Self(Arc::new(SignedDataTemplate::new(algorithm, chain)?)))
    }

    /// The facts of `signer`.
    pub fn of(signer: &dyn Signer) -> Result<Self, WriteError> {
        Self::new(signer.algorithm(), signer.chain())
    }

    /// SHA-256 of the signer's certificate.
    pub fn certificate_digest(&self) -> Digest {
        self.0.certificate_digest()
    }

    /// The prepared SignedData.
    pub fn template(&self) -> &SignedDataTemplate {
        &self.0
    }
}

//! The one door to a private key.

use crate::cms::algorithm::SignatureAlgorithm;

/// A private key as a capability: it signs, and knows its certificate. Implementations live in `keys`.
pub trait Signer: Send + Sync {
    /// The algorithm of every signature it makes.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// The certificate chain as DER, the signer's own first, issuing authorities after it, without the root.
    fn chain(&self) -> &[Vec<u8>];

    /// Can it sign now, as far as it knows? A key in a device that is away says so, before anything is begun that needs it.
    fn ready(&self) -> Result<(), SignError> {
        Ok(())
    }

    /// Signs `message` (not its digest). ECDSA signatures are DER `SEQUENCE { r, s }`.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why a key did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key refused or failed.
    #[error("the key did not sign: {0}; check the key store and try again")]
    Failed(String),
    /// The device that holds the key does not answer; it is looked for again by itself.
    #[error("密钥设备暂不可用，系统会自动重连 / the key store is away, it is looked for again by itself: {0}")]
    Away(String),
}

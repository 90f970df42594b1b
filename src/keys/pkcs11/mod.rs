//! Keys in tokens and hardware security modules (密码设备) over PKCS#11: found by their address, tested, pooled, and found again after the token was away.

mod connection;
mod module;
mod pool;
pub mod token_key;
pub mod uri;

pub use token_key::TokenKey;
pub use uri::TokenUri;

use std::path::PathBuf;

/// Why a key in a token cannot be used. No message holds the PIN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The driver cannot be loaded or started.
    #[error("密码设备驱动 {path} 无法加载 / the driver {path} cannot be loaded: {reason}; check module-path")]
    Driver {
        /// Path of the driver.
        path: PathBuf,
        /// What the system or the driver said.
        reason: String,
    },
    /// No token with that label and serial number is there.
    #[error("没有找到密码设备 {0} / no token answers to {0}; connect it, or correct token= and serial=")]
    NoToken(String),
    /// The token refused the PIN. It is not tried again, so that the token does not lock itself.
    #[error("密码设备拒绝 PIN / the token refused the PIN ({0}); correct it, then reload the keys")]
    Pin(String),
    /// The token holds no such private key.
    #[error("密码设备中没有密钥 {0} / the token holds no private key {0}; correct object= and id=")]
    NoKey(String),
    /// Several private keys answer to the address.
    #[error("密码设备中有多个密钥符合 {0} / several private keys answer to {0}; give both object= and id=")]
    SeveralKeys(String),
    /// The token cannot sign with this kind of key.
    #[error("密码设备不支持该密钥类型 / the token cannot sign with the certificate's kind of key; use ECDSA P-256 or P-384, or RSA")]
    Unsupported,
    /// The token went away or failed while it was used.
    #[error("密码设备没有应答 / the token does not answer: {0}")]
    Lost(String),
}

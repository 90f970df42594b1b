//! Private keys in encrypted files and in tokens: made, loaded, tested before use; and the throw-away PKI for demonstrations.

pub mod encrypted_file;
pub mod example;
pub mod file_key;
pub mod generate;
pub mod generate_rsa;
pub mod make_pki;
pub mod pkcs11;
pub mod plan;
pub mod private_key;
pub mod self_test;
pub mod two_keepers;

pub use example::is_example;
pub use file_key::FileKey;
pub use make_pki::make_pki;
pub use pkcs11::{TokenError, TokenKey};
pub use plan::PkiPlan;

use crate::{ambient::EntropyError, cms::write_signed_data::WriteError, domain::key_set::KeySetProblem, seal::authority::AuthorityError};
use std::path::PathBuf;

/// Why a key cannot be used or made. No message holds a passphrase or key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read.
    #[error("无法读取 {path}，请检查路径与权限 / cannot read {path}: {source}; check path and permissions")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("无法写入 {path} / cannot write {path}: {source}; choose an empty folder that may be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no PKCS#8 PEM.
    #[error(
        "{0} 不是 PKCS#8 PEM 私钥文件 / {0} is not a PKCS#8 key in PEM; convert it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -scrypt`"
    )]
    NotAKey(PathBuf),
    /// The key lies there in the clear.
    #[error("{0} 未加密，拒绝使用 / {0} is not encrypted; encrypt it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -scrypt`")]
    NotEncrypted(PathBuf),
    /// Others may read the file.
    #[error("{0} 可被其他用户读取，请执行 chmod 600 / other users may read {0}; run `chmod 600` on it")]
    Exposed(PathBuf),
    /// No passphrase was given.
    #[error("缺少私钥口令 / the passphrase is missing; give it with --passphrase-file or ELICENCE_KEYS__PASSPHRASE_FILE")]
    MissingPassphrase,
    /// The passphrase does not open the key.
    #[error("{0} 的口令不正确 / the passphrase does not open {0}; give the right one")]
    WrongPassphrase(PathBuf),
    /// The key is of a kind that is not used here.
    #[error(
        "{0} 的密钥类型不受支持 / {0} holds a key that is not supported; use ECDSA P-256 or P-384, RSA of 2048 to 4096 bits, or Ed25519"
    )]
    Unsupported(PathBuf),
    /// The chain holds no certificate, or not a usable one.
    #[error("{path} 的证书链不可用 / the certificate chain in {path} cannot be used: {problem}")]
    BadChain {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: ChainProblem,
    },
    /// Key and certificate do not belong together.
    #[error("私钥与证书 {0} 不匹配 / the key does not belong to the first certificate of {0}; put the right files together")]
    NotAPair(PathBuf),
    /// The key made a signature that its certificate does not verify.
    #[error("私钥自检失败 / the key failed its self-test; do not use it, restore it from its backup")]
    SelfTest,
    /// The key did not sign at all.
    #[error("私钥无法签名 / the key cannot sign: {0}")]
    CannotSign(String),
    /// A key in a token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Nothing is overwritten.
    #[error("{0} 已存在，不会覆盖 / {0} exists and is not overwritten; choose another folder")]
    Exists(PathBuf),
    /// The plan has mistakes.
    #[error("PKI 计划有误 / the plan is wrong: {0}")]
    Plan(String),
    /// A key could not be made.
    #[error("生成密钥失败 / the key could not be made: {0}")]
    Generate(String),
    /// A certificate could not be issued.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The QR key set could not be made.
    #[error(transparent)]
    KeySet(#[from] KeySetProblem),
    /// No random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// What is wrong with a chain.
#[derive(Debug, thiserror::Error)]
pub enum ChainProblem {
    /// It is not PEM.
    #[error("it must hold PEM blocks of type CERTIFICATE and nothing else")]
    NotPem,
    /// The certificates do not fit.
    #[error(transparent)]
    Certificates(#[from] WriteError),
}

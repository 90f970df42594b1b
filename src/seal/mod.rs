//! Sealing a document: prepare, sign, embed, append validation data and document time-stamps; what we refuse to sign. PAdES baseline
//! B-B to B-LTA (ETSI EN 319 142-1).

mod append_signature;
pub mod append_validation;
pub mod authority;
mod gap;
pub mod lint;
mod permission;
mod picture;
pub mod prepare;
pub mod prepare_archive;
pub mod prepare_foreign;
mod root;
pub mod sign;
mod signature_dictionary;
pub mod signer;
pub mod spec;

pub use append_validation::{ValidationData, append_validation};
pub use prepare::{Permit, Prepared, prepare};
pub use prepare_archive::{PreparedArchive, prepare_archive};
pub use prepare_foreign::{ForeignPlace, prepare_foreign};
pub use sign::{Signed, sign};
pub use spec::{Certify, SealSpec, SignerFacts, TokenSize};

use crate::{cms::write_signed_data::WriteError, domain::digest::Digest, pdf::update::UpdateError};

/// Why a document was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The document cannot be appended to.
    #[error("无法在文件后追加签章 / the seal cannot be appended: {0}")]
    Update(#[from] UpdateError),
    /// The signer's certificates or algorithm do not fit.
    #[error("印章证书不可用 / the seal's certificate cannot be used: {0}")]
    Certificate(#[from] WriteError),
    /// The document holds something that must not be sealed.
    #[error("文件含有不得盖章的内容 / the document holds what must not be sealed: {0}; remove it from the template")]
    Forbidden(String),
    /// A signature of the document forbids it; says which.
    #[error("文件已禁止此更改 / the document forbids it: {0}; nothing can be appended to this document")]
    NotAllowed(&'static str),
    /// A field of the name is there, and signed or of another kind.
    #[error("签名域已被占用 / the field {0} of the document is taken; choose another name")]
    FieldTaken(String),
    /// The field name cannot be one.
    #[error("签名域名称无效 / the field name must be 1 to 64 ASCII letters, digits, - or _")]
    FieldName,
    /// The signature is larger than its place.
    #[error("预留空间不足 / the signature needs {needed} bytes but {room} are reserved; prepare again with more room")]
    DoesNotFit {
        /// Bytes of the CMS.
        needed: usize,
        /// Bytes reserved.
        room: usize,
    },
    /// The permit is for another document.
    #[error("许可与文件不符 / the permit is for digest {permit}, the document has {document}; prepare it again")]
    WrongPermit {
        /// What the permit allows.
        permit: Digest,
        /// What the document is.
        document: Digest,
    },
    /// The signer is not the one the document was prepared for.
    #[error("印章与准备时不同 / the document was prepared for another certificate; prepare it again")]
    WrongSigner,
    /// The key failed.
    #[error("印章密钥未能签名 / {0}")]
    Key(#[from] signer::SignError),
}

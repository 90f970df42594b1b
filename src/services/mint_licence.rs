//! Mints a licence (签发): what is asked, what is answered, and the ten steps in their order.

use crate::{
    domain::{
        actor::{Actor, Role},
        digest::Digest,
        face::FaceInput,
        licence::LicenceId,
    },
    services::{Refusal, Services},
};

/// What a department asks for. `Debug` shows no values of the face data.
#[derive(Clone, Debug)]
pub struct MintRequest {
    /// 证照类型代码, 21 characters.
    pub type_code: String,
    /// Face data.
    pub face: FaceInput,
    /// The same key and request give the same licence, also after a crash: 1 to 200 printable ASCII characters.
    pub idempotency_key: Option<String>,
}

/// A licence that was minted.
#[derive(Clone)]
pub struct Minted {
    /// Licence id.
    pub licence_id: LicenceId,
    /// 证照标识.
    pub identifier: String,
    /// 证照编号.
    pub number: String,
    /// 证照类型代码.
    pub type_code: String,
    /// 证照类型名称.
    pub type_name: String,
    /// The full text in the QR symbol.
    pub qr_text: String,
    /// The sealed PDF.
    pub document: Vec<u8>,
    /// SHA-256 over the signed byte ranges.
    pub signed_digest: Digest,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// Was it minted by an earlier request with the same idempotency key?
    pub repeated: bool,
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Minted({}, {} bytes)", self.licence_id, self.document.len())
    }
}

impl Services {
    /// Mints one licence for the actor's department. When this returns a licence, it is in the register, valid by our own
    /// verification, and survives a power cut.
    pub async fn mint_licence(&self, actor: &Actor, request: MintRequest) -> Result<Minted, Refusal> {
        self.require(actor, Role::Issuer, "issuer").await?;
        self.catalogue.find(&request.type_code).ok_or_else(|| Refusal::UnknownType(request.type_code.clone()))?;
        self.authorities.get(&actor.department.code).ok_or(Refusal::NotYourType)?;
        Err(Refusal::Unavailable { cause: "minting is not connected yet".into() })
    }
}

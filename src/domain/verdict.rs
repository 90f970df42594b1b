//! The answer of a verification: verdict, reasons, what was seen of each signature. The JSON contract of `elicence verify`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The three verdicts. Indeterminate is never shown as valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// 有效
    Valid,
    /// 无效
    Invalid,
    /// 无法判定
    Indeterminate,
}

/// What was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReportKind {
    /// A PDF file.
    File,
    /// A QR text.
    Qr,
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// What was verified.
    pub kind: ReportKind,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, most important first. Informative reasons (STATUS_NOT_CHECKED) stand at the end.
    pub reasons: Vec<Reason>,
    /// One entry a signature; empty for a QR text.
    pub signatures: Vec<SignatureReport>,
    /// The QR token, where there is one.
    pub qr: Option<QrReport>,
    /// What the register said, where it was asked.
    pub status: Option<StatusReport>,
    /// What the licence says, read from the signed revision or the signed token only.
    pub licence: Option<LicenceReport>,
}

/// One reason: a machine code and a sentence in Chinese and English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Machine code, upper case: see [`ReasonCode`].
    pub code: String,
    /// `中文。 English.`
    pub message: String,
}

/// One signature of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignatureReport {
    /// Common name of the signer's certificate.
    pub signer: Option<String>,
    /// E.g. `ECDSA P-256 with SHA-256`.
    pub algorithm: Option<String>,
    /// `B-B`, `B-T`, `B-LT`, `B-LTA`, or absent when it is no PAdES baseline signature.
    pub level: Option<String>,
    /// EN 319 102-1 indication: `TOTAL-PASSED`, `TOTAL-FAILED`, `INDETERMINATE`.
    pub indication: String,
    /// EN 319 102-1 sub-indication.
    pub sub_indication: Option<String>,
    /// The claimed time of the dictionary (/M), RFC 3339.
    pub signed_at: Option<String>,
    /// Does the byte range cover the whole file but /Contents?
    pub covers_whole_file: bool,
    /// What was appended after it.
    pub changes_after: ChangesAfter,
    /// Best signature time: the earliest moment that a valid time-stamp proves the signature to be older than, RFC 3339.
    #[serde(default)]
    pub best_signature_time: Option<String>,
    /// The time-stamps of this signature, and the document time-stamps over it, oldest first.
    #[serde(default)]
    pub time_stamps: Vec<TimeStampReport>,
    /// The revocation lists and answers that were used for its certificates and those of its time-stamps.
    #[serde(default)]
    pub evidence: Vec<EvidenceReport>,
    /// What each later revision changed.
    #[serde(default)]
    pub changes: Vec<ChangeReport>,
}

/// A time-stamp (时间戳) and whether it proves anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimeStampReport {
    /// What it covers.
    pub kind: TimeStampKind,
    /// Common name of the authority's certificate.
    pub authority: Option<String>,
    /// The time it gives, RFC 3339.
    pub gen_time: Option<String>,
    /// E.g. `ECDSA P-256 with SHA-256`.
    pub algorithm: Option<String>,
    /// EN 319 102-1 indication: `PASSED`, `FAILED`, `INDETERMINATE`.
    pub indication: String,
    /// EN 319 102-1 sub-indication.
    pub sub_indication: Option<String>,
}

/// What a time-stamp covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimeStampKind {
    /// The content, before it was signed.
    Content,
    /// The signature value.
    Signature,
    /// The whole file up to it.
    Document,
}

/// One revocation list or OCSP answer that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceReport {
    /// Common name of the certificate that it is about.
    pub certificate: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it came from.
    pub source: EvidenceSource,
    /// When its issuer last knew, RFC 3339.
    pub this_update: String,
    /// Until when there will be a newer one, RFC 3339.
    pub next_update: Option<String>,
    /// What it says.
    pub status: CertificateStatus,
    /// Since when the certificate is revoked, RFC 3339.
    pub revoked_at: Option<String>,
    /// Since when a time-stamp proves this very evidence to exist, RFC 3339.
    pub proven_at: Option<String>,
}

/// What kind of revocation evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// A certificate revocation list.
    Crl,
    /// An OCSP answer.
    Ocsp,
}

/// Where evidence came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceSource {
    /// The file itself.
    Embedded,
    /// Given by the caller.
    Given,
    /// Fetched from the address in the certificate.
    Fetched,
}

/// What revocation evidence says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CertificateStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked,
}

/// One thing that a later revision changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeReport {
    /// Which revision, the first one after the signed one being 1.
    pub revision: u32,
    /// A machine name of the change, e.g. `validation-data`.
    pub kind: String,
    /// Does the policy allow it?
    pub allowed: bool,
    /// What changed, in Chinese and English.
    pub message: String,
}

/// What was appended after a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangesAfter {
    /// Nothing.
    None,
    /// Only validation data and document time-stamps.
    Ltv,
    /// Only what its signer permits and the policy allows: fields filled in, other signatures, comments.
    Permitted,
    /// Something else: the document was modified after signing.
    Other,
}

/// What the QR token said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QrReport {
    /// Verdict of the token.
    pub verdict: QrVerdict,
}

/// The verdicts of the licence-qr design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QrVerdict {
    /// Genuine and in force.
    Valid,
    /// Genuine as of the issue time; the status was not checked.
    ValidAsOf,
    /// Not yet in force.
    NotYet,
    /// Expired.
    Expired,
    /// Suspended or restricted.
    Suspended,
    /// Revoked, cancelled or void.
    Revoked,
    /// Replaced by a later version.
    Superseded,
    /// Not as it was signed.
    Tampered,
    /// No trusted key of that issuer and type.
    UnknownIssuer,
    /// An annotated copy made for somebody else.
    NotForYou,
    /// The verifier's data are too old to say.
    StaleVerifier,
}

/// What the register said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusReport {
    /// `active`, `revoked`, `suspended`, …, `expired`, `unknown`.
    pub state: String,
    /// When that was so, RFC 3339.
    pub as_of: String,
    /// `register` or `status-list`.
    pub source: String,
}

/// What the licence says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LicenceReport {
    /// 证照标识, where known (a token carries none).
    pub identifier: Option<String>,
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// 证照类型名称, where known.
    pub type_name: Option<String>,
    /// 证照编号.
    pub number: String,
    /// 持证主体, joined with 、.
    pub holder: Option<String>,
    /// 证照颁发机构.
    pub issuer: Option<String>,
    /// 证照颁发日期.
    pub issued_on: Option<String>,
    /// 有效期截止日期 or 长期.
    pub valid_until: Option<String>,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $kind:ident, $zh:literal, $en:literal;)*) => {
        /// Every machine reason, with its sentence for a clerk.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ReasonCode { $($(#[$doc])* #[doc = $en] $name,)* }

        impl ReasonCode {
            /// All of them, for documentation and tests.
            pub const ALL: &'static [ReasonCode] = &[$(ReasonCode::$name,)*];

            /// The machine code.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $code,)* } }

            /// What this reason alone makes of the verdict; `Valid` for one that only informs.
            pub fn effect(self) -> Verdict { match self { $(Self::$name => Verdict::$kind,)* } }

            /// The sentence in Chinese.
            pub fn zh(self) -> &'static str { match self { $(Self::$name => $zh,)* } }

            /// The sentence in English.
            pub fn en(self) -> &'static str { match self { $(Self::$name => $en,)* } }
        }
    };
}

reasons! {
    FormatFailure = "FORMAT_FAILURE", Invalid, "文件的签章结构不合规，不能采信。请向持证人索取原始文件。", "The signature structure of the file is not as it must be. Ask the holder for the original file.";
    HashFailure = "HASH_FAILURE", Invalid, "文件内容在盖章后被改动。", "The content was changed after it was sealed.";
    SigCryptoFailure = "SIG_CRYPTO_FAILURE", Invalid, "电子印章的签名不成立。", "The signature value does not belong to this document and certificate.";
    ModifiedAfterSigning = "MODIFIED_AFTER_SIGNING", Invalid, "盖章之后文件被追加或修改。", "Something was appended or changed after the seal.";
    ContentMismatch = "CONTENT_MISMATCH", Invalid, "页面文字、证照数据与二维码不一致。", "The words on the page, the licence data and the QR code do not agree.";
    NotCertified = "NOT_CERTIFIED", Invalid, "证照未作认证签章，不是本系统签发的原件。", "The licence is not certified by its seal as an original must be.";
    RegisterMismatch = "REGISTER_MISMATCH", Invalid, "登记库中的证照与此文件不一致。", "The register holds another document under this identifier.";
    RegisterUnknown = "REGISTER_UNKNOWN", Invalid, "登记库中没有这份证照。", "The register does not know this licence.";
    StatusRevoked = "REVOKED", Invalid, "证照已被撤销、吊销或注销。", "The licence was revoked or cancelled.";
    StatusSuspended = "SUSPENDED", Invalid, "证照已被暂扣或限制使用。", "The licence is suspended or restricted.";
    StatusSuperseded = "SUPERSEDED", Invalid, "证照已换发新版本。", "The licence was replaced by a later version.";
    LicenceExpired = "LICENCE_EXPIRED", Invalid, "证照已过有效期。", "The licence has expired.";
    LicenceNotYet = "LICENCE_NOT_YET_VALID", Invalid, "证照尚未生效。", "The licence is not yet in force.";
    CertificateRevoked = "CERTIFICATE_REVOKED", Invalid, "盖章时印章证书已被吊销。", "The seal's certificate was already revoked when the seal was made.";
    Expired = "EXPIRED", Invalid, "盖章时印章证书已经过期。", "The seal's certificate had already expired when the seal was made.";
    NotYetValid = "NOT_YET_VALID", Invalid, "时间戳早于印章证书的生效时间。", "The time-stamp is older than the seal's certificate.";
    CertExpired = "OUT_OF_BOUNDS_NO_POE", Indeterminate, "印章证书在该时刻不在有效期内，且没有时间证明。", "The seal's certificate was not valid at that moment and nothing proves an earlier signing time.";
    CertRevoked = "REVOKED_NO_POE", Indeterminate, "印章证书已被吊销，且没有时间证明。", "The seal's certificate is revoked and nothing proves an earlier signing time.";
    RevokedCa = "REVOKED_CA_NO_POE", Indeterminate, "签发印章证书的机构证书已被吊销，且没有时间证明。", "A certificate authority above the seal is revoked and nothing proves an earlier signing time.";
    RevocationOutOfBounds = "REVOCATION_OUT_OF_BOUNDS_NO_POE", Indeterminate, "吊销信息的签发者证书已过期，且没有时间证明。", "The signer of the revocation data has expired and nothing proves that they are older.";
    TryLater = "TRY_LATER", Indeterminate, "没有取得证书吊销状态，请联网或稍后重试。", "Revocation data are missing or too old: go online, or try again later.";
    TimeStampOrder = "TIMESTAMP_ORDER_FAILURE", Indeterminate, "时间戳的先后顺序矛盾。", "The time-stamps contradict each other in their order.";
    TimeStampFailure = "TIMESTAMP_FAILURE", Indeterminate, "文件中的时间戳不成立或不受信任。请用 --trust 指定时间戳机构的根证书。", "A time-stamp in the file does not hold, or its authority is not trusted. Give the anchor of the authority with --trust.";
    NoSigningCertificate = "NO_SIGNING_CERTIFICATE_FOUND", Indeterminate, "找不到与签名绑定的印章证书。", "The signer's certificate is missing or not the one the signature names.";
    NoChain = "NO_CERTIFICATE_CHAIN_FOUND", Indeterminate, "印章证书不在受信任的名单内。请用 --trust 指定信任的根证书。", "The seal's certificate does not lead to a trusted anchor. Give the anchor with --trust.";
    ChainConstraints = "CHAIN_CONSTRAINTS_FAILURE", Indeterminate, "印章证书的用途或证书链不符合要求。", "The certificate or its chain may not be used for seals.";
    ChainGeneral = "CERTIFICATE_CHAIN_GENERAL_FAILURE", Indeterminate, "印章证书链无法核验。", "The certificate chain could not be checked.";
    CryptoConstraints = "CRYPTO_CONSTRAINTS_FAILURE", Indeterminate, "签名算法已不安全或不被支持。", "The algorithm is too weak or not supported.";
    CryptoNoPoe = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", Indeterminate, "签名算法如今已不安全，且没有时间证明。", "The algorithm is too weak by now and nothing proves an earlier signing time.";
    SigConstraints = "SIG_CONSTRAINTS_FAILURE", Indeterminate, "签名不符合 PAdES 要求。", "The signature does not meet the PAdES profile.";
    QrTampered = "QR_TAMPERED", Invalid, "二维码内容被改动或不完整。", "The QR token is not as it was signed.";
    QrUnknownIssuer = "QR_UNKNOWN_ISSUER", Indeterminate, "没有该颁发机构的二维码公钥。", "No trusted key of this issuer and type is at hand.";
    QrNotForYou = "NOT_FOR_YOU", Invalid, "此加注件不是给本单位使用的。", "This annotated copy was made for another organisation.";
    QrStale = "STALE_VERIFIER", Indeterminate, "本机的核验数据过旧，请联网更新。", "The verifier's data are too old; go online and refresh.";
    QrNotChecked = "QR_NOT_CHECKED", Valid, "未核验二维码签名（没有二维码公钥）。", "The signature of the QR token was not checked (no QR key at hand).";
    RegisterUnreachable = "REGISTER_UNREACHABLE", Indeterminate, "登记库没有应答，无法确认证照当前状态，请稍后重试。", "The register did not answer, so the present state is not known. Try again later.";
    StatusNotChecked = "STATUS_NOT_CHECKED", Valid, "未查询登记状态。", "The register was not asked.";
    TimeStampNotProven = "TIMESTAMP_NOT_PROVEN", Valid, "时间戳机构的证书已过期、被吊销或状态未知，该时间戳不再证明时间。", "The certificate of a time-stamp authority has expired, is revoked, or its state is unknown: that time-stamp proves no time any more.";
    TimeStampRevocationNotChecked = "TIMESTAMP_REVOCATION_NOT_CHECKED", Valid, "未查询时间戳机构证书的吊销状态。", "Revocation of a time-stamp authority's certificate was not checked.";
    RevocationNotChecked = "REVOCATION_NOT_CHECKED", Valid, "未查询印章证书的吊销状态。", "Revocation of the seal's certificate was not checked.";
    NoLicencePayload = "NO_LICENCE_PAYLOAD", Valid, "文件中没有电子证照数据，只核验了签名。", "The file carries no licence data; only its signatures were checked.";
    ActiveContent = "ACTIVE_CONTENT", Valid, "文件含有脚本、动作或可切换的内容，显示效果可能因阅读软件而异。", "The file holds scripts, actions or content that can be switched: what is shown may depend on the program that shows it.";
    UnreachableSignature = "UNREACHABLE_SIGNATURE", Invalid, "文件中有不在表单里的签名数据。", "The file holds signature data that no form field reaches.";
}

impl ReasonCode {
    /// The sub-indication of EN 319 102-1: the same name, but for the one that a licence's own state has taken.
    pub fn sub_indication(self) -> &'static str {
        if self == Self::CertificateRevoked { "REVOKED" } else { self.as_str() }
    }

    /// The reason with its sentence in both languages.
    pub fn reason(self) -> Reason {
        Reason { code: self.as_str().into(), message: format!("{} {}", self.zh(), self.en()) }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

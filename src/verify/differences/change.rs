//! The kinds of change that a later revision may make, with their sentences.

use crate::domain::verdict::ChangeReport;

/// One kind of change, the harmless first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A revision that changes nothing.
    Nothing,
    /// Certificates and revocation data: DSS, VRI.
    ValidationData,
    /// A document time-stamp in a field of its own, invisible.
    TimeStamp,
    /// Dates and producer, XMP, version, extensions.
    Metadata,
    /// The value or appearance of a form field.
    FormField,
    /// An empty signature field.
    SignatureField,
    /// Another signature, invisible or in a field that was there.
    Signature,
    /// Another signature, or signature field, with a picture that was not there: it may cover what was signed.
    VisibleSignature,
    /// A comment, a stamp or another annotation.
    Annotation,
    /// A field that its signer locked, or that is read-only.
    LockedField,
    /// Anything else.
    Other,
}

impl ChangeKind {
    /// Is it about a signature or a field for one? Such a thing happens once.
    pub fn signs(self) -> bool {
        match self {
            Self::TimeStamp | Self::SignatureField | Self::Signature | Self::VisibleSignature => true,
            Self::Nothing
            | Self::ValidationData
            | Self::Metadata
            | Self::FormField
            | Self::Annotation
            | Self::LockedField
            | Self::Other => false,
        }
    }

    /// Machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::ValidationData => "validation-data",
            Self::TimeStamp => "document-time-stamp",
            Self::Metadata => "metadata",
            Self::FormField => "form-field",
            Self::SignatureField => "signature-field",
            Self::Signature => "signature",
            Self::VisibleSignature => "visible-signature",
            Self::Annotation => "annotation",
            Self::LockedField => "locked-field",
            Self::Other => "other",
        }
    }

    fn zh(self) -> &'static str {
        match self {
            Self::Nothing => "追加了内容未变的修订",
            Self::ValidationData => "追加了验证数据（证书、吊销信息）",
            Self::TimeStamp => "追加了文档时间戳",
            Self::Metadata => "更新了文件属性",
            Self::FormField => "填写了表单域",
            Self::SignatureField => "新增了空白签名域",
            Self::Signature => "追加了另一签名",
            Self::VisibleSignature => "追加了可见的签名，可能遮盖原有内容",
            Self::Annotation => "新增或修改了批注",
            Self::LockedField => "修改了被锁定或只读的表单域",
            Self::Other => "修改了其他内容",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Self::Nothing => "A revision was appended that changes nothing",
            Self::ValidationData => "Validation data (certificates, revocation) were appended",
            Self::TimeStamp => "A document time-stamp was appended",
            Self::Metadata => "File properties were updated",
            Self::FormField => "A form field was filled in",
            Self::SignatureField => "An empty signature field was added",
            Self::Signature => "Another signature was appended",
            Self::VisibleSignature => "A visible signature was appended, which may cover what was signed",
            Self::Annotation => "An annotation was added or changed",
            Self::LockedField => "A field was changed that is locked or read-only",
            Self::Other => "Something else was changed",
        }
    }
}

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The newest revision that made it, the first one after the signed one being 1.
    pub revision: u32,
    /// Its kind.
    pub kind: ChangeKind,
    /// Does the signer's own permission cover it?
    pub permitted: bool,
    /// Number of an object that shows it.
    pub object: Option<u32>,
}

impl Change {
    /// The change for a reader; `allowed` is what the verifier's policy says.
    pub fn report(&self, allowed: bool) -> ChangeReport {
        let (place_zh, place_en) = match self.object {
            Some(number) => (format!("（对象 {number}）"), format!(" (object {number})")),
            None => (String::new(), String::new()),
        };
        let message = format!("{}{place_zh}。 {}{place_en}.", self.kind.zh(), self.kind.en());
        ChangeReport { revision: self.revision, kind: self.kind.as_str().into(), allowed, message }
    }
}

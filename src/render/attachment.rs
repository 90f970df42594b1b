//! Files attached to the document (PDF/A-3 associated files, ISO 32000-2, 14.13).

use crate::domain::payload::{PAYLOAD_FILE_NAME, PAYLOAD_MEDIA_TYPE, TOKEN_FILE_NAME};
use crate::pdf::write::file::FileWriter;
use crate::pdf::write::token;
use time::OffsetDateTime;

/// A file to attach.
pub(crate) struct Attachment<'a> {
    pub(crate) name: &'static str,
    media_type: &'static str,
    relationship: &'static str,
    description: &'static str,
    bytes: &'a [u8],
}

impl<'a> Attachment<'a> {
    /// The canonical payload.
    pub(crate) fn payload(bytes: &'a [u8]) -> Self {
        Self {
            name: PAYLOAD_FILE_NAME,
            media_type: PAYLOAD_MEDIA_TYPE,
            relationship: "Data",
            description: "证照数据 (RFC 8785 JSON)",
            bytes,
        }
    }

    /// The text of the QR code.
    pub(crate) fn token(bytes: &'a [u8]) -> Self {
        Self { name: TOKEN_FILE_NAME, media_type: "text/plain", relationship: "Supplement", description: "二维码内容", bytes }
    }

    /// Writes stream and file specification, uncompressed so that any tool finds the bytes; returns the specification's number.
    pub(crate) fn write(&self, file: &mut FileWriter, modified: OffsetDateTime) -> u32 {
        let (stream, specification) = (file.allocate(), file.allocate());
        let mut entries = b"/Type/EmbeddedFile/Subtype".to_vec();
        token::name(&mut entries, self.media_type);
        entries.extend_from_slice(b"/Params<</Size ");
        token::unsigned(&mut entries, self.bytes.len() as u64);
        entries.extend_from_slice(b"/ModDate");
        token::date(&mut entries, modified);
        entries.extend_from_slice(b">>");
        file.stream(stream, &entries, self.bytes);
        file.begin(specification);
        let out = &mut file.out;
        out.extend_from_slice(b"<</Type/Filespec/F");
        token::text_string(out, self.name);
        out.extend_from_slice(b"/UF");
        token::text_string(out, self.name);
        out.extend_from_slice(b"/AFRelationship");
        token::name(out, self.relationship);
        out.extend_from_slice(b"/Desc");
        token::text_string(out, self.description);
        out.extend_from_slice(b"/EF<</F ");
        token::reference(out, stream);
        out.extend_from_slice(b"/UF ");
        token::reference(out, stream);
        out.extend_from_slice(b">>>>");
        file.end();
        specification
    }
}

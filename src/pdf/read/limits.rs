//! What a reader of foreign bytes will spend at most, before it gives up with an error.

/// Bounds on everything that hostile input could make large. [`Limits::default`] is meant for an uploaded licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest file, bytes.
    pub file: usize,
    /// Highest object number plus one (the /Size of a trailer).
    pub objects: usize,
    /// Most revisions, counted as cross-reference sections.
    pub sections: usize,
    /// Deepest nesting of arrays and dictionaries in one object.
    pub nesting: usize,
    /// Most values in one object.
    pub values: usize,
    /// Bytes that may be read as objects or unpacked, over the whole document: the same ones count each time.
    pub total: usize,
    /// Most object streams that are unpacked for one document.
    pub object_streams: usize,
    /// Longest unpacked stream, bytes (object streams, cross-reference streams, attachments, character maps).
    pub unpacked: usize,
    /// Highest ratio of unpacked to packed bytes.
    pub ratio: usize,
    /// Longest unpacked content of one page, bytes.
    pub page_content: usize,
    /// Most pages.
    pub pages: usize,
    /// Most form fields.
    pub fields: usize,
    /// Most signatures.
    pub signatures: usize,
    /// Longest CMS structure, bytes.
    pub cms: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 64 << 20,
            objects: 1 << 20,
            sections: 64,
            nesting: 64,
            values: 1 << 20,
            total: 128 << 20,
            object_streams: 4096,
            unpacked: 16 << 20,
            ratio: 1100,
            page_content: 4 << 20,
            pages: 512,
            fields: 4096,
            signatures: 16,
            cms: 1 << 20,
        }
    }
}

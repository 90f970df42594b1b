//! A rendered document that waits for its seal.

use ring::digest::Context;
use std::sync::Arc;

/// A complete one-revision PDF, plus what the seal needs to know of it.
pub struct Unsealed {
    /// The whole file; it ends with `%%EOF` and one line feed.
    pub bytes: Vec<u8>,
    /// Where the visible seal goes.
    pub place: SealPlace,
    /// SHA-256 state over the constant beginning of the file, so that a licence hashes only what varies.
    pub prefix: Option<HashedPrefix>,
}

/// SHA-256 state after the first `len` bytes of a template's files.
#[derive(Clone)]
pub struct HashedPrefix {
    /// Bytes that went in.
    pub len: usize,
    /// The state; clone it, never finish it.
    pub state: Context,
}

/// Where the visible seal goes, and the objects that the signature update must replace or reference.
#[derive(Clone, Debug)]
pub struct SealPlace {
    /// Zero-based page.
    pub page: usize,
    /// `[llx lly urx ury]` in points, PDF coordinates.
    pub rect: [f64; 4],
    /// Value for the widget's /StructParent key: the render step has put `(value, StructElem of type Form)` in the parent tree,
    /// and that element's object reference to the widget is `widget_object`.
    pub struct_parent: Option<i64>,
    /// Object number that the structure tree already refers to as the widget annotation (OBJR); the seal step defines it.
    /// In the unsealed file it is a present, invisible, empty signature field so that the file is whole by itself.
    pub widget_object: Option<u32>,
}

/// A seal picture ready to be placed: PDF objects with relative numbering. Object 0 is the form XObject (/BBox 0 0 side side);
/// inside the bodies another object of the list is written as `@N@` (N its index), replaced by the real `number 0 R` on embedding.
#[derive(Clone, Debug)]
pub struct SealAppearance {
    /// Bodies of indirect objects (between `obj` and `endobj`), stream included.
    pub objects: Arc<Vec<Vec<u8>>>,
    /// Side of the square /BBox in points.
    pub side: f64,
}

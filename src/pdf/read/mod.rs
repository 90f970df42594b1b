//! Reading a PDF that somebody hands us: strict, bounded, lazy, borrowing from the bytes. Nothing is ever repaired.

mod attachments;
mod byte_range;
mod cross_reference;
mod document;
mod error;
mod fields;
mod index;
mod inflate;
mod lexer;
mod limits;
mod object;
mod pages;
#[cfg(test)]
mod tests;
mod text_string;

pub use byte_range::{ByteRangeError, SignatureBytes};
pub use cross_reference::{Location, Section};
pub use document::Document;
pub use error::PdfError;
pub use fields::SignatureField;
pub use inflate::inflate;
pub use lexer::{Lexer, is_space};
pub use limits::Limits;
pub use object::{Dict, Entry, Object, Ref, Stream};
pub use pages::Page;
pub use text_string::text_string;

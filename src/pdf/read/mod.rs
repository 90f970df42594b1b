//! Reading a PDF that somebody hands us: strict, bounded, lazy, borrowing from the bytes. Nothing is ever repaired.

mod cross_reference;
mod document;
mod error;
mod inflate;
mod lexer;
mod limits;
mod object;

pub use cross_reference::{Location, Section};
pub use document::Document;
pub use error::PdfError;
pub use inflate::inflate;
pub use lexer::{Lexer, is_space};
pub use limits::Limits;
pub use object::{Dict, Entry, Object, Ref, Stream};

//! Reading a PDF that somebody hands us: strict, bounded, lazy, borrowing from the bytes.

mod limits;

pub use limits::Limits;

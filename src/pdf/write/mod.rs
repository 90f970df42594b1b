//! Writing PDF: tokens, streams, and a whole one-revision file with one contiguous cross-reference section.

pub mod deflate;
pub mod file;
pub mod object;
pub mod token;

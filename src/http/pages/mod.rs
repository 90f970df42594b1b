//! HTML pages for the public; everything they need is compiled in and comes from this site.

pub mod code;
pub mod page;
pub mod result;
pub mod start;

//! Composition root: settings in, a working service out; the only place where the parts meet.

pub mod shipped;

//! elicence: electronic licences (电子证照) and electronic seals (电子印章).
//!
//! The modules in layer order; arrows go down only, and `tests/architecture.rs` keeps them.
#![forbid(unsafe_code)]

pub mod domain;

pub mod ambient;

pub mod cms;
pub mod code;
pub mod pdf;
pub mod search;
pub mod storage;
pub mod table;

pub mod render;

pub mod seal;
pub mod verify;

pub mod clients;
pub mod keys;

pub mod services;

pub mod http;

pub mod app;
pub mod config;

pub mod cli;

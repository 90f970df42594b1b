//! Words for standard output; a reader that went away is no crash.

use crate::cli::exit::{Exit, Failure};
use serde::Serialize;
use std::io::{self, Write};

/// Prints a value as one JSON object over several lines.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string_pretty(value).map_err(cannot_write)?)
}

/// Prints a value as JSON on one line.
pub fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string(value).map_err(cannot_write)?)
}

/// Prints a line.
pub fn line(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(cannot_write(error)),
        _ => Ok(()),
    }
}

fn cannot_write(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::CannotWrite, format!("无法写到标准输出 cannot write to standard output: {error}"))
}

//! Lists and words of enums on the terminal.

use crate::cli::desk::Desk;
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::domain::page::Page;
use serde::{Serialize, de::DeserializeOwned};

/// Prints a page: JSON as the API gives it, or a line an item, and how to go on.
pub fn print_page<T: Serialize>(desk: &Desk, page: &Page<T>, in_words: impl Fn(&T) -> String) -> Result<(), Failure> {
    if desk.wants_json() {
        return print::json(page);
    }
    page.items.iter().try_for_each(|item| print::line(&in_words(item)))?;
    match &page.next {
        Some(next) => print::line(&format!("… 下一页 next page: --after {next}")),
        None => Ok(()),
    }
}

/// The word of an enum, as it is stored and sent.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Reads the word of an enum from the command line.
pub fn parse_word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}

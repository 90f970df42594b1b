//! Writes a JSON array, value after value.

use serde::Serialize;

/// Writes values into a buffer that is taken from it as often as one likes.
#[derive(Default)]
pub struct JsonWriter {
    written: Vec<u8>,
    begun: bool,
}

impl JsonWriter {
    /// Adds a value of the array.
    pub fn value<T: Serialize>(&mut self, value: &T) -> Result<(), serde_json::Error> {
        self.written.extend_from_slice(if std::mem::replace(&mut self.begun, true) { b",\n" } else { b"[\n" });
        serde_json::to_writer(&mut self.written, value)
    }

    /// What was written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.written)
    }

    /// The rest, with the end of the array.
    pub fn finish(mut self) -> Vec<u8> {
        self.written.extend_from_slice(if self.begun { b"\n]\n" } else { b"[]\n" });
        self.written
    }
}

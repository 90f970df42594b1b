//! Plain PDF copies outside the store, for whoever asked for them on the command line.

use crate::cli::exit::{Exit, Failure};
use std::path::Path;

/// Makes the folder.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))
}

/// Writes a file whole or not at all: under another name first.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let temporary = path.with_extension("part");
    std::fs::write(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, path)).map_err(|error| {
        // What was written so far is of no use to anybody; the message is about the file that was wanted.
        let _ = std::fs::remove_file(&temporary);
        cannot_write(path, &error)
    })
}

/// The absolute path as text.
pub fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::CannotWrite,
        format!("无法写入 cannot write {}: {error}; 请检查空间和权限 check room and permissions", path.display()),
    )
}

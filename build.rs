//! Lists the files of `templates/` so that the program carries them in itself and works from any folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=templates");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("templates");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        // Named from the folder of the package, so that a target folder outlives a checkout that moved.
        let _ =
            writeln!(list, "    ({name:?}, include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?}))),", format!("/templates/{name}"));
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("shipped_files.rs"), list)
}

/// What a template or a font is made of. Scripts stay behind; a font carries its licence in its name table.
fn ships(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["toml", "json", "jpg", "png", "ttf"].iter().any(|known| extension == *known))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if ships(&path) {
            files.push(path);
        }
    }
    Ok(())
}

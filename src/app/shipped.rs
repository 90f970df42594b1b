//! Templates and fonts: those compiled in, and those of the data folder over them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// Every file of `templates/` by its path there, e.g. `fonts/song-core.ttf`.
static SHIPPED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/shipped_files.rs"));

/// The name of the folder of fonts beside the template folders.
const FONTS: &str = "fonts";

/// Files by name.
pub type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// All template folders and fonts.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Fonts by file name.
    pub fonts: Files,
    /// Files of each template by template name.
    pub templates: BTreeMap<String, Files>,
}

impl Shelf {
    /// What is compiled in.
    pub fn shipped() -> Self {
        let mut shelf = Self::default();
        for (path, bytes) in SHIPPED {
            if let Some((folder, name)) = path.split_once('/') {
                shelf.add(folder, name, Cow::Borrowed(bytes));
            }
        }
        shelf
    }

    /// What is compiled in, and the folders of `folder` over it: a template there replaces the whole shipped template of the
    /// same name; fonts there join the shipped ones.
    pub fn with_folder(folder: &Path) -> io::Result<Self> {
        let mut shelf = Self::shipped();
        if !folder.is_dir() {
            return Ok(shelf);
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                shelf.add_folder(&path)?;
            }
        }
        Ok(shelf)
    }

    fn add_folder(&mut self, folder: &Path) -> io::Result<()> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != FONTS {
            self.templates.remove(&name);
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.add(&name, &file, Cow::Owned(fs::read(&path)?));
            }
        }
        Ok(())
    }

    /// Fonts belong in the folder of fonts, everything else in a template; what is elsewhere is not ours.
    fn add(&mut self, folder: &str, name: &str, bytes: Cow<'static, [u8]>) {
        let is_font = name.ends_with(".ttf");
        if (folder == FONTS) != is_font {
            return;
        }
        let files = if folder == FONTS { &mut self.fonts } else { self.templates.entry(folder.to_owned()).or_default() };
        files.insert(name.to_owned(), bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_are_compiled_in() {
        assert!(Shelf::shipped().fonts["song-core.ttf"].len() > 1_000_000);
    }

    #[test]
    fn a_template_of_the_data_folder_replaces_the_shipped_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("mine")).unwrap();
        fs::write(folder.path().join("mine/template.toml"), "x").unwrap();
        fs::create_dir_all(folder.path().join("fonts")).unwrap();
        fs::write(folder.path().join("fonts/extra.ttf"), "y").unwrap();
        let shelf = Shelf::with_folder(folder.path()).unwrap();
        assert_eq!(&*shelf.templates["mine"]["template.toml"], b"x");
        assert!(shelf.fonts.contains_key("extra.ttf") && shelf.fonts.contains_key("song-core.ttf"));
        assert!(Shelf::with_folder(Path::new("/nowhere")).is_ok());
    }
}

//! Reads face data for many licences: a JSON object, a JSON array, or CSV with a head line; photos by file name.

use crate::cli::exit::Failure;
use crate::domain::face::{FaceInput, InputProblem, PhotoBytes};
use crate::domain::licence_type::{FieldKind, LicenceType};
use std::io;
use std::path::Path;

/// Largest picture that is read from disk; the mint has its own limits on what it draws.
const MAX_PHOTO_BYTES: u64 = 8 << 20;

/// What one row gave: face data, or a sentence that says what is wrong in which field.
pub type Row = Result<FaceInput, RowProblem>;

/// Why a row is no face data.
#[derive(Debug, thiserror::Error)]
pub enum RowProblem {
    /// Not the shape of face data.
    #[error(transparent)]
    Input(#[from] InputProblem),
    /// A photo cannot be read.
    #[error("{field}: cannot read the picture {file} ({why}); give its path from the folder of the input file")]
    Photo {
        /// Short code.
        field: String,
        /// The name given.
        file: String,
        /// What the system said.
        why: io::Error,
    },
    /// A CSV line that cannot be read.
    #[error("the line cannot be read: {0}")]
    Line(csv::Error),
}

/// Reads the rows of a file; its extension says whether it is CSV.
pub fn read_file(path: &Path, licence_type: &LicenceType) -> Result<Vec<Row>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    let folder = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    let load_photo = |name: &str| read_photo(&folder.join(name));
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        read_csv(&text, licence_type, &load_photo)
    } else {
        read_json(&text, licence_type, &load_photo)
    }
}

/// Reads the rows of a JSON text.
pub fn read_json(text: &str, licence_type: &LicenceType, load_photo: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Result<Vec<Row>, Failure> {
    let value: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Failure::usage(format!("the input is not JSON: {error}")))?;
    let values = match value {
        serde_json::Value::Array(values) => values,
        one => vec![one],
    };
    Ok(values.into_iter().map(|value| with_photos(FaceInput::from_json(value)?, licence_type, load_photo)).collect())
}

fn read_csv(text: &str, licence_type: &LicenceType, load_photo: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Result<Vec<Row>, Failure> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let heads = reader.headers().map_err(|error| Failure::usage(format!("the head line of the CSV cannot be read: {error}")))?.clone();
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(RowProblem::Line)?;
        with_photos(FaceInput::from_row(heads.iter().zip(record.iter()))?, licence_type, load_photo)
    };
    Ok(reader.records().map(row).collect())
}

/// A photo field given as text is the name of a file; its bytes take its place.
fn with_photos(mut face: FaceInput, licence_type: &LicenceType, load_photo: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Row {
    for definition in licence_type.fields.iter().filter(|definition| definition.kind == FieldKind::Photo) {
        if let Some(file) = face.take_text(&definition.code) {
            let field = definition.code.clone();
            let bytes = load_photo(&file).map_err(|why| RowProblem::Photo { field: field.clone(), file, why })?;
            face.photos.insert(field, PhotoBytes(bytes));
        }
    }
    Ok(face)
}

fn read_photo(path: &Path) -> io::Result<Vec<u8>> {
    let facts = std::fs::metadata(path)?;
    if !facts.is_file() || facts.len() > MAX_PHOTO_BYTES {
        return Err(io::Error::other(format!("not a file of at most {MAX_PHOTO_BYTES} bytes")));
    }
    std::fs::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::shipped::Shelf;

    fn constructor() -> LicenceType {
        let shelf = Shelf::shipped();
        toml::from_str(std::str::from_utf8(&shelf.templates["constructor"]["type.toml"]).unwrap()).unwrap()
    }

    fn rows_of(name: &str, text: &str) -> Result<Vec<Row>, Failure> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("p.jpg"), b"picture").unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        read_file(&folder.path().join(name), &constructor())
    }

    #[test]
    fn a_photo_is_read_from_beside_the_input() {
        let rows = rows_of("in.json", r#"[{"CZZT":"李䶮","KZ_ZP":"p.jpg"},{"CZZT":"x","KZ_ZP":"none.jpg"},{"CZZT":7}]"#).unwrap();
        assert_eq!(rows[0].as_ref().unwrap().photos["KZ_ZP"].0, b"picture");
        assert!(rows[1].as_ref().unwrap_err().to_string().starts_with("KZ_ZP: "));
        assert!(rows[2].is_err());
    }

    #[test]
    fn a_bad_csv_line_leaves_the_others_alone() {
        let rows = rows_of("in.csv", "CZZT,ZZBFRQ,KZ_ZP\n李䶮,2026-11-20,p.jpg\none,two,three,four\n王𠮷,2026-11-20,\n").unwrap();
        assert_eq!(rows.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn text_that_is_no_json_is_a_usage_error() {
        assert_eq!(rows_of("in.json", "{").unwrap_err().exit, crate::cli::exit::Exit::Usage);
    }
}

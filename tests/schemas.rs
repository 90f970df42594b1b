//! The JSON Schemas in `schemas/` are those of the types, and what ships fits them. `UPDATE_SCHEMAS=1` writes them anew.

use elicence::domain::face::{self, FaceInput};
use elicence::domain::key_set::KeySet;
use elicence::domain::licence_type::LicenceType;
use elicence::domain::payload::Payload;
use elicence::domain::template::Template;
use elicence::domain::verdict::Report;
use elicence::verify::EvidenceBundle;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema<T: JsonSchema>() -> Value {
    serde_json::to_value(SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()).expect("JSON")
}

fn schemas() -> [(&'static str, Value); 7] {
    [
        ("licence-payload", schema::<Payload>()),
        ("verify-report", schema::<Report>()),
        ("template", schema::<Template>()),
        ("licence-type", schema::<LicenceType>()),
        ("face-input", schema::<FaceInput>()),
        ("key-set", schema::<KeySet>()),
        ("evidence-bundle", schema::<EvidenceBundle>()),
    ]
}

#[test]
fn schemas_are_those_of_the_types() {
    let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
    for (name, schema) in schemas() {
        let path = root().join("schemas").join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        if update {
            fs::create_dir_all(root().join("schemas")).expect("the folder");
            fs::write(&path, &text).expect("the schema");
        }
        let stored = fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == text, "{} is stale: run UPDATE_SCHEMAS=1 cargo test --test schemas", path.display());
    }
}

/// Every template folder that ships.
fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("templates")).expect("templates");
    let folders: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("type.toml").exists()).collect();
    assert!(folders.len() >= 5, "five types ship");
    folders
}

fn toml_of(path: &Path) -> Value {
    toml::from_str(&fs::read_to_string(path).expect("a file")).expect("TOML")
}

fn assert_valid(name: &str, value: &Value, place: &Path) {
    let (_, schema) = schemas().into_iter().find(|(known, _)| *known == name).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a good schema");
    let errors: Vec<_> = validator.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path())).collect();
    assert!(errors.is_empty(), "{}: {errors:?}", place.display());
}

#[test]
fn what_ships_fits_the_schemas() {
    for folder in folders() {
        for (name, file) in [("template", "template.toml"), ("licence-type", "type.toml")] {
            let path = folder.join(file);
            assert_valid(name, &toml_of(&path), &path);
        }
        let path = folder.join("sample.json");
        let samples: Vec<Value> = serde_json::from_str(&fs::read_to_string(&path).expect("a file")).expect("JSON");
        samples.iter().for_each(|sample| assert_valid("face-input", sample, &path));
    }
}

#[test]
fn the_samples_are_good_face_data() {
    for folder in folders() {
        let licence_type: LicenceType = serde_json::from_value(toml_of(&folder.join("type.toml"))).expect("a licence type");
        assert_eq!(licence_type.problems(), [], "{}", folder.display());
        let samples: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("sample.json")).expect("a file")).expect("JSON");
        assert!(samples.len() >= 3, "{}", folder.display());
        for sample in samples {
            let mut input = FaceInput::from_json(sample).expect("face data");
            for field in licence_type.fields.iter().filter(|f| f.kind == elicence::domain::licence_type::FieldKind::Photo) {
                if let Some(file) = input.take_text(&field.code) {
                    let bytes = fs::read(folder.join(file)).expect("a photo");
                    input.photos.insert(field.code.clone(), face::PhotoBytes(bytes));
                }
            }
            let problems = face::check(&licence_type, input).err().unwrap_or_default();
            assert!(problems.is_empty(), "{}: {problems:?}", folder.display());
        }
    }
}

#[test]
fn a_schema_refuses_what_the_type_refuses() {
    for (name, wrong) in [
        ("licence-payload", serde_json::json!({})),
        ("verify-report", serde_json::json!({"kind": "file", "verdict": "perhaps"})),
        ("key-set", serde_json::json!([{"kid": "xyz"}])),
        ("face-input", serde_json::json!({"KZ_MJ": 125.6})),
        ("licence-type", serde_json::json!({"code": 1})),
        ("template", serde_json::json!({"name": "x", "unknown": true})),
    ] {
        let (_, schema) = schemas().into_iter().find(|(known, _)| *known == name).expect("a schema");
        assert!(!jsonschema::is_valid(&schema, &wrong), "{name}");
    }
}

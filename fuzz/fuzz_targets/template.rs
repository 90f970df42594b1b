//! Reads `type.toml` and `template.toml` (a zero byte between them) and checks them with the fonts and pictures of a shipped template.
#![no_main]

use elicence::app::shipped::Shelf;
use elicence::domain::licence_type::LicenceType;
use elicence::render::{FontShelf, TemplateSource, check_template};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static SHIPPED: LazyLock<(Shelf, FontShelf)> = LazyLock::new(|| {
    let shelf = Shelf::shipped();
    let fonts = FontShelf::new(shelf.fonts.clone()).expect("the shipped fonts");
    (shelf, fonts)
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (Some(definition), Some(template)) = (parts.next(), parts.next()) else { return };
    let Some(licence_type) = std::str::from_utf8(definition).ok().and_then(|text| toml_of(text)) else { return };
    let (shelf, fonts) = &*SHIPPED;
    // The pictures and samples of one template; what is fuzzed is the text.
    let Some(mut files) = shelf.templates.get("constructor").cloned() else { return };
    files.insert("template.toml".into(), template.to_vec().into());
    if let Ok(source) = TemplateSource::parse(files) {
        let _ = check_template(&source, &licence_type, fonts);
    }
});

fn toml_of(text: &str) -> Option<LicenceType> {
    let files = [("type.toml".to_owned(), text.as_bytes().to_vec().into())].into();
    elicence::app::types::licence_type("fuzz", &files).ok()
}

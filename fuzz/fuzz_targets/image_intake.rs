//! Takes a picture in as the photo of a holder: decoded, turned upright, coded anew, or refused.
#![no_main]

use elicence::app::shipped::Shelf;
use elicence::render::{FontShelf, PreparedTemplate, TemplateSource, print_photos};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TEMPLATE: LazyLock<PreparedTemplate> = LazyLock::new(|| {
    let shelf = Shelf::shipped();
    let fonts = FontShelf::new(shelf.fonts.clone()).expect("the shipped fonts");
    let source = TemplateSource::parse(shelf.templates["constructor"].clone()).expect("a shipped template");
    PreparedTemplate::prepare(source, &fonts).expect("a shipped template")
});

fuzz_target!(|bytes: &[u8]| {
    let photos = TEMPLATE.printed_codes().into_iter().map(|code| (code.to_owned(), bytes.to_vec())).collect::<BTreeMap<_, _>>();
    if let Ok(printed) = print_photos(&TEMPLATE, &photos) {
        // What was taken in once is taken in as it is.
        assert_eq!(print_photos(&TEMPLATE, &printed).as_ref().ok(), Some(&printed));
    }
});

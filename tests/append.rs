//! Appends validation data, document time-stamps and seals to documents of all forms: every old byte stays, and every reader agrees.

mod licence;

use elicence::{
    pdf::read::{Document, Limits},
    seal::append_validation,
};
use licence::{MADE_AT, Making, archived, validation_data};
use std::path::Path;
use time::Duration;

fn keep(name: &str, document: &[u8]) {
    if let Ok(folder) = std::env::var("ELICENCE_TEST_KEEP") {
        std::fs::write(Path::new(&folder).join(format!("{name}.pdf")), document).unwrap();
    }
}

#[test]
fn a_licence_goes_up_level_by_level_and_is_renewed() {
    let b_t = Making { stamped: true, ..Making::default() }.make();
    keep("b-t", &b_t);
    let at = MADE_AT + Duration::hours(1);
    let data = validation_data(at);
    let b_lt = append_validation(b_t.clone(), &data, at).unwrap();
    keep("b-lt", &b_lt);
    assert!(b_lt.starts_with(&b_t));
    assert!(append_validation(b_lt.clone(), &data, at).unwrap() == b_lt, "all of it is there already");
    let b_lta = archived(b_t.clone(), at);
    keep("b-lta", &b_lta);
    assert!(b_lta.starts_with(&b_t));
    let renewed = archived(b_lta.clone(), at + Duration::days(400));
    keep("renewed", &renewed);
    assert!(renewed.starts_with(&b_lta));
    let read = Document::parse(&renewed, &Limits::default()).unwrap();
    assert_eq!((read.sections().len(), read.signature_fields().unwrap().len()), (6, 3));
}

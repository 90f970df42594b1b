//! Verifies a file as `elicence verify --offline` does, by both profiles. A changed file may be anything but a crash.
#![no_main]

use elicence::verify::{Anchor, Evidence, Limits, Policy, Profile, RevocationRule, conclude, examine};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use time::macros::datetime;

static ROOT: &str = include_str!("../../keys-example/root.pem");
static ANCHORS: LazyLock<Vec<Anchor>> = LazyLock::new(|| Anchor::from_pem(ROOT).expect("the example root"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(examined) = examine(bytes, &Limits::default()) else { return };
    let evidence = Evidence { anchors: ANCHORS.clone(), ..Evidence::default() };
    for (profile, revocation) in [(Profile::Licence, RevocationRule::Prefer), (Profile::General, RevocationRule::Require)] {
        let policy = Policy { profile, revocation, ..Policy::default() };
        let _ = examined.needs(&evidence, &policy, datetime!(2026-12-01 0:00 UTC));
        let report = conclude(&examined, &evidence, &policy, datetime!(2026-12-01 0:00 UTC));
        assert!(!report.reasons.is_empty(), "every report says why");
    }
});

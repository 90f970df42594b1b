//! Reads revocation lists, OCSP requests and answers, time-stamp requests, answers and tokens; each reader sees all the bytes.
#![no_main]

use elicence::cms::read_ocsp::OcspAnswer;
use elicence::cms::read_ocsp_request::OcspRequest;
use elicence::cms::read_revocation_list::RevocationList;
use elicence::cms::read_time_stamp::TimeStampToken;
use elicence::cms::read_time_stamp_answer::TimeStampAnswer;
use elicence::cms::read_time_stamp_request::TimeStampRequest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(list) = RevocationList::read(bytes) {
        let _ = (list.scope.is_complete(), list.entry(&[1]), list.entries().take(1000).count());
    }
    let _ = OcspAnswer::read(bytes);
    let _ = OcspRequest::read(bytes);
    let _ = TimeStampRequest::read(bytes);
    let _ = TimeStampAnswer::read(bytes);
    let _ = TimeStampToken::read(bytes);
});

//! Flate compression of streams (ISO 32000-1, 7.4.4).

use flate2::{Compress, Compression, FlushCompress, Status};
use std::cell::RefCell;

thread_local! {
    // The compressor's tables are a quarter of a megabyte; making them anew for every stream costs more than compressing it.
    static FAST: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), true));
}

/// Compresses at the fastest level; for what varies from licence to licence. Appends to `out`.
pub fn fast(out: &mut Vec<u8>, data: &[u8]) {
    FAST.with_borrow_mut(|compress| {
        compress.reset();
        run(compress, out, data);
    });
}

/// Compresses at the best level; for what a template prepares once.
pub fn best(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    run(&mut Compress::new(Compression::best(), true), &mut out, data);
    out
}

fn run(compress: &mut Compress, out: &mut Vec<u8>, data: &[u8]) {
    out.reserve(data.len() / 2 + 1024);
    loop {
        let consumed = usize::try_from(compress.total_in()).unwrap_or(data.len()).min(data.len());
        match compress.compress_vec(&data[consumed..], out, FlushCompress::Finish) {
            Ok(Status::StreamEnd) | Err(_) => return,
            Ok(Status::Ok | Status::BufError) => out.reserve(data.len() / 2 + 1024),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn inflated(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::ZlibDecoder::new(data).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn both_levels_round_trip_and_fast_repeats_itself() {
        let noisy: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for data in [&b""[..], b"abc", &noisy] {
            let mut first = Vec::new();
            fast(&mut first, data);
            let mut second = Vec::new();
            fast(&mut second, data);
            assert_eq!(first, second);
            assert_eq!(inflated(&first), data);
            assert_eq!(inflated(&best(data)), data);
        }
    }
}

//! Makes RSA keys: the only place that uses the `rsa` crate, and only to generate (ring signs; see deny.toml on RUSTSEC-2023-0071).

use crate::{
    ambient::{Entropy, random_bytes},
    keys::KeyError,
};
use ring::hmac;
use rsa::{
    RsaPrivateKey,
    pkcs8::EncodePrivateKey,
    rand_core::{CryptoRng, Error, RngCore},
};
use zeroize::Zeroizing;

/// Makes an RSA key of `bits` with the public exponent 65537, as PKCS#8.
pub fn generate_rsa(bits: usize, entropy: &dyn Entropy) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let seed = Zeroizing::new(random_bytes::<32>(entropy)?);
    let mut stream = Stream { key: hmac::Key::new(hmac::HMAC_SHA256, seed.as_slice()), counter: 0 };
    let failed = |error: String| KeyError::Generate(error);
    let key = RsaPrivateKey::new(&mut stream, bits).map_err(|error| failed(error.to_string()))?;
    let document = key.to_pkcs8_der().map_err(|error| failed(error.to_string()))?;
    Ok(document.to_bytes())
}

/// HMAC-SHA-256 in counter mode over a random seed. The `rsa` crate asks for a source that cannot fail; ours can, so it is asked
/// once, for the seed.
struct Stream {
    key: hmac::Key,
    counter: u64,
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block = hmac::sign(&self.key, &self.counter.to_be_bytes());
            self.counter += 1;
            for (to, from) in chunk.iter_mut().zip(block.as_ref()) {
                *to = *from;
            }
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Stream {}

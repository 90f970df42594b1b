//! The mark on example certificates, so that a production service can refuse them.

/// The unit (OU) in the name of every example certificate and of its issuer.
pub const EXAMPLE_MARK: &str = "ELICENCE EXAMPLE - DO NOT TRUST";

/// The passphrase of the example keys; everybody knows it.
pub const EXAMPLE_PASSPHRASE: &str = "elicence-example";

/// Does this certificate (DER) carry the mark, in its own name or in its issuer's?
pub fn is_example(certificate: &[u8]) -> bool {
    certificate.windows(EXAMPLE_MARK.len()).any(|window| window == EXAMPLE_MARK.as_bytes())
}

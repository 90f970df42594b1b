//! What the verifier's operator decides: for whom it verifies.

/// Policy of one verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Code of the organisation that verifies: an annotated copy (加注件) made for another audience is not for us. `None` refuses
    /// every annotated copy.
    pub audience: Option<String>,
}

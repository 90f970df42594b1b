//! What the verifier's operator decides: for whom, how strictly about later changes, how strictly about revocation.

/// Policy of one verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Code of the organisation that verifies: an annotated copy (加注件) made for another audience is not for us. `None` refuses
    /// every annotated copy.
    pub audience: Option<String>,
    /// What is done where revocation cannot be judged.
    pub revocation: RevocationRule,
    /// What may follow a signature.
    pub profile: Profile,
}

/// What is done where no fresh evidence says whether a certificate is revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RevocationRule {
    /// Hard fail: without evidence the answer is indeterminate (TRY_LATER).
    Require,
    /// Soft fail: evidence at hand is judged; where there is none the report says so.
    #[default]
    Prefer,
    /// Revocation is not judged, and the report says so.
    Ignore,
}

/// What may follow a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// A licence (证照): nothing but validation data and document time-stamps.
    #[default]
    Licence,
    /// Any PAdES document (外来证照): also what its signer allowed. A file with licence data is judged as a licence all the same.
    General,
}

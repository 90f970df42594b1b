//! Finds a token and a private key in it, and logs in.

use crate::keys::pkcs11::{TokenError, TokenUri, module::Module};
use cryptoki::{
    context::Pkcs11,
    error::{Error, RvError},
    mechanism::MechanismType,
    object::{Attribute, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    slot::Slot,
    types::AuthPin,
};

/// What is asked of tokens. Each is asked for by itself: the list of all that a token can do holds many that the wrapper complains about.
const USED: [MechanismType; 3] = [MechanismType::ECDSA, MechanismType::SHA256_RSA_PKCS, MechanismType::RSA_PKCS];

/// A key that was found, good until its driver is started anew.
pub struct Connection {
    /// Which start of the driver it belongs to.
    pub generation: u64,
    /// Where the token is.
    pub slot: Slot,
    /// The private key.
    pub key: ObjectHandle,
    /// What of [`USED`] the token can do.
    pub mechanisms: Vec<MechanismType>,
}

/// Finds the key of `uri`; gives the first session, which is logged in.
pub fn connect(module: &Module, uri: &TokenUri, pin: &AuthPin) -> Result<(Connection, Session), TokenError> {
    module.with(|context, generation| {
        let slot = find_token(context, uri)?;
        let session = open(context, slot)?;
        log_in(&session, pin)?;
        let key = find_key(&session, uri)?;
        let mechanisms = USED.into_iter().filter(|mechanism| context.get_mechanism_info(slot, *mechanism).is_ok()).collect();
        Ok((Connection { generation, slot, key, mechanisms }, session))
    })?
}

/// A further session; the login of the first one counts for it. It is not closed when it is dropped: after a new start of the
/// driver its number may belong to somebody else's session.
pub fn open(context: &Pkcs11, slot: Slot) -> Result<Session, TokenError> {
    context.open_ro_session_no_drop(slot).map_err(lost)
}

/// An error of a token that worked until now.
pub fn lost(error: Error) -> TokenError {
    TokenError::Lost(error.to_string())
}

fn find_token(context: &Pkcs11, uri: &TokenUri) -> Result<Slot, TokenError> {
    for slot in context.get_slots_with_token().map_err(lost)? {
        // a token may be pulled out between the two calls: then it is not the one
        let Ok(token) = context.get_token_info(slot) else { continue };
        let same = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found.trim_end());
        if token.token_initialized() && same(&uri.token, token.label()) && same(&uri.serial, token.serial_number()) {
            return Ok(slot);
        }
    }
    Err(TokenError::NoToken(uri.to_string()))
}

fn log_in(session: &Session, pin: &AuthPin) -> Result<(), TokenError> {
    match session.login(UserType::User, Some(pin)) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(Error::Pkcs11(
            error @ (RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange | RvError::PinLocked | RvError::PinExpired),
            _,
        )) => Err(TokenError::Pin(format!("{error:?}"))),
        Err(error) => Err(lost(error)),
    }
}

fn find_key(session: &Session, uri: &TokenUri) -> Result<ObjectHandle, TokenError> {
    let mut wanted = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
    wanted.extend(uri.label.iter().map(|label| Attribute::Label(label.clone().into_bytes())));
    wanted.extend(uri.id.iter().map(|id| Attribute::Id(id.clone())));
    match session.find_objects(&wanted).map_err(lost)?.as_slice() {
        [key] => Ok(*key),
        [] => Err(TokenError::NoKey(uri.to_string())),
        _ => Err(TokenError::SeveralKeys(uri.to_string())),
    }
}

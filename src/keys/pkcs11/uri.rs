//! The address of a key in a token (密码设备), as RFC 7512 writes it.

use std::{fmt, path::PathBuf, str::FromStr};

/// The beginning of every such address.
pub const SCHEME: &str = "pkcs11:";

/// Where a private key is: `pkcs11:token=NAME;object=LABEL?module-path=/usr/lib/….so&pin-source=file:/run/pin`. It holds no PIN:
/// `pin-value` is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUri {
    /// The token's driver (`module-path`).
    pub module: PathBuf,
    /// Label of the token (`token`).
    pub token: Option<String>,
    /// Serial number of the token (`serial`).
    pub serial: Option<String>,
    /// Label of the key (`object`).
    pub label: Option<String>,
    /// Identifier of the key (`id`).
    pub id: Option<Vec<u8>>,
    /// File that holds the PIN (`pin-source`); without it the passphrase of the installation is the PIN.
    pub pin_file: Option<PathBuf>,
}

/// Why an address was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriProblem {
    /// It does not begin with the scheme.
    #[error("the address of a key in a token begins with pkcs11:")]
    Scheme,
    /// A part without `=`, or with a wrong percent sign, or not UTF-8.
    #[error("{0} cannot be read; write name=value, special characters as %2F")]
    Malformed(String),
    /// The same part twice.
    #[error("{0} stands there twice; keep one")]
    Twice(String),
    /// A part that is not used here.
    #[error("{0} is not used here; use token, serial, object, id, type=private, module-path, pin-source")]
    Unknown(String),
    /// The PIN itself.
    #[error("pin-value would leave the PIN in the clear; put it into a file and write pin-source=file:/PATH")]
    PinValue,
    /// No driver.
    #[error("module-path is missing: the absolute path of the driver, e.g. ?module-path=/usr/lib/softhsm/libsofthsm2.so")]
    Module,
    /// No token.
    #[error("say which token: token=LABEL or serial=NUMBER")]
    Token,
    /// No key.
    #[error("say which key: object=LABEL or id=%01")]
    Key,
}

impl FromStr for TokenUri {
    type Err = UriProblem;

    fn from_str(text: &str) -> Result<Self, UriProblem> {
        let rest = text.strip_prefix(SCHEME).ok_or(UriProblem::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parts = path.split(';').chain(query.split('&')).filter(|part| !part.is_empty());
        let (mut module, mut token, mut serial, mut label, mut id, mut pin, mut kind) = (None, None, None, None, None, None, None);
        for part in parts {
            let malformed = || UriProblem::Malformed(part.to_owned());
            let (name, value) = part.split_once('=').ok_or_else(malformed)?;
            let place = match name {
                "module-path" => &mut module,
                "token" => &mut token,
                "serial" => &mut serial,
                "object" => &mut label,
                "id" => &mut id,
                "pin-source" => &mut pin,
                "type" => &mut kind,
                "pin-value" => return Err(UriProblem::PinValue),
                other => return Err(UriProblem::Unknown(other.to_owned())),
            };
            if place.replace(decode(value).ok_or_else(malformed)?).is_some() {
                return Err(UriProblem::Twice(name.to_owned()));
            }
        }
        if kind.is_some_and(|kind| kind != b"private") {
            return Err(UriProblem::Unknown("a type other than private".into()));
        }
        let module = text_of(module)?.map(PathBuf::from).filter(|path| path.is_absolute()).ok_or(UriProblem::Module)?;
        let pin_file = text_of(pin)?.map(|pin| PathBuf::from(pin.strip_prefix("file:").unwrap_or(&pin)));
        let uri = Self { module, token: text_of(token)?, serial: text_of(serial)?, label: text_of(label)?, id, pin_file };
        match (&uri.token, &uri.serial, &uri.label, &uri.id) {
            (None, None, _, _) => Err(UriProblem::Token),
            (_, _, None, None) => Err(UriProblem::Key),
            _ => Ok(uri),
        }
    }
}

impl fmt::Display for TokenUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = [("token", &self.token), ("serial", &self.serial), ("object", &self.label)];
        let texts = texts.into_iter().filter_map(|(name, text)| text.as_ref().map(|text| (name, encode(text.as_bytes()))));
        let id = self.id.iter().map(|id| ("id", id.iter().map(|byte| format!("%{byte:02X}")).collect()));
        let path: Vec<_> = texts.chain(id).map(|(name, value): (_, String)| format!("{name}={value}")).collect();
        write!(f, "{SCHEME}{}?module-path={}", path.join(";"), encode(self.module.as_os_str().as_encoded_bytes()))?;
        match &self.pin_file {
            Some(file) => write!(f, "&pin-source=file:{}", encode(file.as_os_str().as_encoded_bytes())),
            None => Ok(()),
        }
    }
}

fn text_of(bytes: Option<Vec<u8>>) -> Result<Option<String>, UriProblem> {
    let text = bytes.map(String::from_utf8).transpose();
    text.map_err(|error| UriProblem::Malformed(String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.extend(hex::decode(digits).ok()?);
        bytes.extend(rest.as_bytes());
    }
    Some(bytes)
}

fn encode(bytes: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    bytes.iter().map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_and_writes() {
        let text =
            "pkcs11:token=%E5%8D%B0%E7%AB%A0;serial=4d;object=seal%202027;id=%01%AF?module-path=/usr/lib/p.so&pin-source=file:/run/pin";
        let uri: TokenUri = text.parse().unwrap();
        assert_eq!((uri.token.as_deref(), uri.label.as_deref()), (Some("印章"), Some("seal 2027")));
        assert_eq!((uri.id.as_deref(), uri.pin_file.as_deref()), (Some(&[1, 0xaf][..]), Some(std::path::Path::new("/run/pin"))));
        assert_eq!(uri.to_string(), text);
    }

    #[test]
    fn each_mistake_is_named() {
        for (text, problem) in [
            ("token=a", UriProblem::Scheme),
            ("pkcs11:token=a;object=b?module-path=/m&pin-value=1234", UriProblem::PinValue),
            ("pkcs11:token=a;object=b", UriProblem::Module),
            ("pkcs11:token=a;object=b?module-path=m.so", UriProblem::Module),
            ("pkcs11:object=b?module-path=/m", UriProblem::Token),
            ("pkcs11:token=a?module-path=/m", UriProblem::Key),
            ("pkcs11:token=a;token=b;object=c?module-path=/m", UriProblem::Twice("token".into())),
            ("pkcs11:token=a;colour=red?module-path=/m", UriProblem::Unknown("colour".into())),
            ("pkcs11:token=a;object=b;type=cert?module-path=/m", UriProblem::Unknown("a type other than private".into())),
            ("pkcs11:token=%G1;object=b?module-path=/m", UriProblem::Malformed("token=%G1".into())),
            ("pkcs11:token=%e9;object=b?module-path=/m", UriProblem::Malformed("\u{fffd}".into())),
            ("pkcs11:token=%é;object=b?module-path=/m", UriProblem::Malformed("token=%é".into())),
        ] {
            assert_eq!(text.parse::<TokenUri>(), Err(problem), "{text}");
        }
    }
}

//! Everything that is derived from the server's key: codes of links, tokens of forms, sealed cookies.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// The server's key. Never printed, never logged.
#[derive(Clone)]
pub struct Key([u8; 64]);

impl Key {
    /// A key from any text of at least 32 bytes.
    pub fn from_text(text: &str) -> Option<Self> {
        (text.trim().len() >= 32).then(|| {
            // a key as long as SHA-256's block needs no further hashing
            let mut block = [0; 64];
            block[..32].copy_from_slice(&Sha256::digest(text.trim().as_bytes()));
            Self(block)
        })
    }

    /// `parts` sealed for one `purpose`, as 43 characters that are safe in a URL.
    pub fn seal(&self, purpose: &str, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, parts).finalize().into_bytes())
    }

    /// Six digits for a person to type, derived in the same way.
    pub fn digits(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let bytes = self.mac(purpose, parts).finalize().into_bytes();
        let number = bytes.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }

    /// Whether `sealed` is what [`Key::seal`] makes of the same; takes the same time for every wrong answer.
    pub fn opens(&self, purpose: &str, parts: &[&[u8]], sealed: &str) -> bool {
        URL_SAFE_NO_PAD.decode(sealed).is_ok_and(|bytes| self.mac(purpose, parts).verify_slice(&bytes).is_ok())
    }

    /// A key for one `purpose`, from which this one cannot be told.
    pub(super) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(purpose, parts).finalize().into_bytes().into()
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// 256 random bits.
pub fn nonce() -> Vec<u8> {
    let mut bytes = vec![0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// 256 random bits as 43 characters that are safe in a URL and a cookie.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(nonce())
}

/// SHA-256 as it is stored for a key that must not be readable at rest.
pub fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// SHA-256 as 64 hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

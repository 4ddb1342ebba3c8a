//! Signatures that whoever has the public key can check, where a mark of [`Key`] can be checked by its holder only.
//!
//! The pair is Ed25519 and derived from the server's key: nothing else has to be kept, and the same is always signed alike.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::{
    problem::{Problem, Result},
    secret::{Key, hex, sha256_hex},
};

const PURPOSE: &str = "public signature";
/// Hexadecimal digits of a fingerprint, and of each of its groups.
const DIGITS: usize = 32;
const GROUP: usize = 4;

/// What signs, made of the server's key where it is needed.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// Of the current key.
    pub fn of(key: &Key) -> Result<Self> {
        Self::all(key)?.into_iter().next().ok_or_else(|| Problem::internal("a server has a key"))
    }

    /// One for each key that is accepted, the current one first.
    fn all(key: &Key) -> Result<Vec<Self>> {
        let seeds = key.derive(PURPOSE, &[]);
        seeds
            .iter()
            .map(|seed| Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(Problem::internal))
            .collect()
    }

    /// What the signature is checked with, as 64 hexadecimal digits.
    pub fn public(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    /// As 128 hexadecimal digits.
    pub fn sign(&self, bytes: &[u8]) -> String {
        hex(self.0.sign(bytes).as_ref())
    }
}

/// The public keys of all keys that are accepted, the current one first.
pub fn public_keys(key: &Key) -> Result<Vec<String>> {
    Ok(Signer::all(key)?.iter().map(Signer::public).collect())
}

/// Whether `signature` is that of the owner of the `public` key over these bytes.
pub fn fits(public: &str, bytes: &[u8], signature: &str) -> bool {
    let (Some(public), Some(signature)) = (unhex(public), unhex(signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, public).verify(bytes, &signature).is_ok()
}

/// A public key as people compare it: of the SHA-256 of its 64 digits the first 32, in groups of four.
pub fn fingerprint(public: &str) -> String {
    let digits: Vec<char> = sha256_hex(public.as_bytes()).chars().take(DIGITS).collect();
    digits.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Bytes of small hexadecimal digits: one text is one value only.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(texts: &[&str]) -> Key {
        Key::from_list(texts.iter().copied()).unwrap()
    }

    const OLD: &str = "the key that was used before, long enough";
    const NEW: &str = "the key that is used from now on, long enough";

    #[test]
    fn a_signature_fits_what_was_signed_and_the_key_of_who_signed() {
        let (one, other) = (Signer::of(&key(&[OLD])).unwrap(), Signer::of(&key(&[NEW])).unwrap());
        let signature = one.sign(b"words");
        assert!(fits(&one.public(), b"words", &signature));
        assert!(!fits(&one.public(), b"other words", &signature));
        assert!(!fits(&other.public(), b"words", &signature));
        assert!(!fits(&one.public(), b"words", &signature.to_uppercase()), "one text is one signature");
        assert!(!fits("", b"words", "") && !fits("é", b"words", "zz") && !fits(&one.public(), b"words", "abc"));
        assert_eq!(one.sign(b"words"), signature, "the same is signed alike");
    }

    #[test]
    fn the_keys_of_a_platform_are_all_that_it_accepts() {
        let both = public_keys(&key(&[NEW, OLD])).unwrap();
        assert_eq!(both, [Signer::of(&key(&[NEW])).unwrap().public(), Signer::of(&key(&[OLD])).unwrap().public()]);
        let print = fingerprint(&both[0]);
        assert!(print.len() == 39 && print.split('-').all(|group| group.len() == 4), "{print}");
        assert_ne!(print, fingerprint(&both[1]));
    }
}

//! Secrets of others that have to be read again: encrypted at rest, under a key that is derived from the server's and that the
//! database does not know.
//!
//! A sealed text is `vault:1:{key}:{nonce and ciphertext}`. The 1 is the form, XChaCha20-Poly1305 with a random nonce of 192 bits; the
//! key is named by 32 bits that are derived from it, so that several can be held while one takes the place of another.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use rand::Rng as _;

use super::{
    problem::{Problem, Result},
    secret::Key,
};

const FORM: &str = "vault:1:";
const NONCE: usize = 24;
/// Of the cipher's mark that nothing was changed.
const TAG: usize = 16;

/// How a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Clear,
    /// Sealed under the newest key.
    Sealed,
    /// Sealed under a key that is still held.
    Older,
    /// Sealed under a key that is not held: it cannot be read.
    Lost,
}

#[derive(Clone)]
struct Lock {
    name: String,
    cipher: XChaCha20Poly1305,
}

impl Lock {
    /// One for each key that is accepted, the current one first.
    fn all(key: &Key) -> Vec<Self> {
        let names = key.derive("vault key's name", &[]);
        let ciphers = key.derive("vault", &[]);
        names
            .iter()
            .zip(ciphers)
            .map(|(name, cipher)| Self {
                name: name.iter().take(4).map(|byte| format!("{byte:02x}")).collect(),
                cipher: XChaCha20Poly1305::new(&cipher.into()),
            })
            .collect()
    }
}

/// Seals and opens. Made of the server's key where it is needed; never printed.
#[derive(Clone)]
pub struct Vault {
    /// The newest first: it seals.
    locks: Vec<Lock>,
    key: Key,
}

impl Vault {
    pub fn of(key: &Key) -> Self {
        let key = key.fixed();
        Self { locks: Lock::all(&key), key }
    }

    /// `text` sealed for `of`, the id of what it belongs to: it opens for nothing else.
    pub fn seal(&self, of: &str, text: &str) -> Result<String> {
        let lock = self.locks.first().ok_or_else(|| Problem::internal("a vault has a key"))?;
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: of.as_bytes() };
        let sealed = lock.cipher.encrypt(&XNonce::from(nonce), payload).map_err(Problem::internal)?;
        let bytes: Vec<u8> = nonce.into_iter().chain(sealed).collect();
        Ok(format!("{FORM}{}:{}", lock.name, URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What was sealed for `of`.
    ///
    /// # Errors
    /// Internal, when it was sealed for something else, was changed, or its key is not held.
    pub fn open(&self, of: &str, sealed: &str) -> Result<String> {
        let unreadable = || Problem::internal(format!("the sealed value of {of} does not open"));
        let (name, bytes) = parts(sealed).ok_or_else(unreadable)?;
        let lock = self.locks.iter().find(|lock| lock.name == name).ok_or_else(unreadable)?;
        let (nonce, sealed) = bytes.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(Problem::internal)?;
        let payload = Payload { msg: sealed, aad: of.as_bytes() };
        let text = lock.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| unreadable())?;
        String::from_utf8(text).map_err(|_| unreadable())
    }

    pub fn kept(&self, text: &str) -> Kept {
        match parts(text) {
            None => Kept::Clear,
            Some((name, _)) => match self.locks.iter().position(|lock| lock.name == name) {
                Some(0) => Kept::Sealed,
                Some(_) => Kept::Older,
                None => Kept::Lost,
            },
        }
    }

    /// How every text begins that is sealed under the newest key.
    pub fn mark(&self) -> String {
        self.locks.first().map_or_else(String::new, |lock| format!("{FORM}{}:", lock.name))
    }

    /// The prefixes of texts sealed under old keys that are still accepted.
    pub fn old_marks(&self) -> impl Iterator<Item = String> {
        self.locks.iter().skip(1).map(|lock| format!("{FORM}{}:", lock.name))
    }

    /// A keyed hash by which two equal texts of `of` are recognised without opening either.
    pub fn index(&self, of: &str, text: &str) -> String {
        let name = self.locks.first().map_or("", |lock| lock.name.as_str());
        format!("index:1:{name}:{}", self.key.seal("vault index", &[of.as_bytes(), text.as_bytes()]))
    }
}

/// The key's name, and nonce with ciphertext.
fn parts(sealed: &str) -> Option<(&str, Vec<u8>)> {
    let (name, body) = sealed.strip_prefix(FORM)?.split_once(':')?;
    let named = name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
    (named && bytes.len() >= NONCE + TAG).then_some((name, bytes))
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A key, with those that were in use before it.
    fn keys(names: &[&str]) -> Key {
        let texts: Vec<String> =
            names.iter().map(|name| format!("{name}, a key of enough characters for a test")).collect();
        Key::from_list(texts.iter().map(String::as_str)).unwrap()
    }

    fn key(name: &str) -> Key {
        keys(&[name])
    }

    #[test]
    fn what_is_sealed_opens_for_what_it_was_sealed_for_and_nothing_else() {
        let vault = Vault::of(&key("one"));
        let sealed = vault.seal("PRM-1", "Yo, Adrian!").unwrap();
        assert!(sealed.starts_with(&vault.mark()) && !sealed.contains("Adrian"));
        assert_eq!(vault.open("PRM-1", &sealed).unwrap(), "Yo, Adrian!");
        assert!(vault.open("PRM-2", &sealed).is_err());
        assert_ne!(vault.seal("PRM-1", "Yo, Adrian!").unwrap(), sealed, "equal texts do not look equal");
        assert_eq!(vault.index("PRM-1", "a"), vault.index("PRM-1", "a"));
        assert_ne!(vault.index("PRM-1", "a"), vault.index("PRM-2", "a"));
    }

    #[test]
    fn a_key_takes_the_place_of_another() {
        let (old, new) = (key("old"), key("new"));
        let sealed = Vault::of(&old).seal("PRM-1", "secret").unwrap();
        let both = Vault::of(&keys(&["new", "old"]));
        assert_eq!((both.kept(&sealed), both.open("PRM-1", &sealed).unwrap().as_str()), (Kept::Older, "secret"));
        assert_eq!(Vault::of(&new).kept(&sealed), Kept::Lost);
        assert!(Vault::of(&new).open("PRM-1", &sealed).is_err());
        assert_eq!(both.kept(&both.seal("PRM-1", "secret").unwrap()), Kept::Sealed);
    }

    #[test]
    fn a_changed_sign_is_noticed() {
        let vault = Vault::of(&key("one"));
        let sealed = vault.seal("PRM-1", "secret").unwrap();
        let body = vault.mark().len();
        for at in body..sealed.len() {
            let mut signs = sealed.clone().into_bytes();
            signs[at] = if signs[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(signs).unwrap();
            assert!(vault.open("PRM-1", &changed).is_err(), "at {at}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "\\PC{0,200}", of in "[A-Z]{3}-[0-9]{1,9}") {
            let vault = Vault::of(&key("one"));
            let sealed = vault.seal(&of, &text).unwrap();
            prop_assert_eq!(vault.kept(&sealed), Kept::Sealed);
            prop_assert_eq!(vault.open(&of, &sealed).unwrap(), text);
        }

        #[test]
        fn what_people_type_is_not_taken_for_sealed(text in "\\PC{0,200}") {
            prop_assert_eq!(Vault::of(&key("one")).kept(&text), Kept::Clear);
        }
    }
}

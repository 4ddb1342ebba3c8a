//! Everything that is derived from the server's key: codes of links, tokens of forms, sealed cookies.

use std::sync::{Arc, OnceLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// Characters of a key's id.
const ID: usize = 8;
/// The shortest key, in bytes.
const SHORTEST: usize = 32;

/// The server's key, and the old keys that are still accepted. Never printed, never logged.
///
/// Everything is made under the current key; what was made under an old one opens as long as that key is listed. All clones use the same
/// list, even after it is replaced ([`Key::follow`]).
#[derive(Clone)]
pub struct Key(Arc<Ring>);

struct Ring {
    current: One,
    old: Vec<One>,
    /// The list that replaced this one while the program ran. Keys are changed rarely, so the chain is short.
    next: OnceLock<Arc<Ring>>,
}

#[derive(Clone)]
struct One {
    block: [u8; 64],
    id: String,
}

/// Why a list of keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    #[error("there is no key")]
    None,
    #[error("key number {0} has fewer than 32 characters")]
    Short(usize),
}

impl One {
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() >= SHORTEST).then(|| {
            // a key as long as SHA-256's block needs no further hashing
            let mut block = [0; 64];
            block[..32].copy_from_slice(&Sha256::digest(text.as_bytes()));
            let mut one = Self { block, id: String::new() };
            one.id = hex(&one.mac("key ID", &[]).finalize().into_bytes());
            one.id.truncate(ID);
            one
        })
    }

    fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(purpose, parts).finalize().into_bytes().into()
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.block.into());
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    fn digits(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let bytes = self.mac(purpose, parts).finalize().into_bytes();
        let number = bytes.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }
}

impl Key {
    /// A key from any text of at least 32 bytes.
    pub fn from_text(text: &str) -> Option<Self> {
        Some(Self::of(One::from_text(text)?, Vec::new()))
    }

    /// A list of keys: the first is the current one, the others are accepted. Empty texts are passed over.
    pub fn from_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, BadKeys> {
        let mut ring = texts.into_iter().map(str::trim).filter(|text| !text.is_empty()).enumerate();
        let (_, first) = ring.next().ok_or(BadKeys::None)?;
        let current = One::from_text(first).ok_or(BadKeys::Short(1))?;
        let old =
            ring.map(|(at, text)| One::from_text(text).ok_or(BadKeys::Short(at + 1))).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(current, old))
    }

    fn of(current: One, old: Vec<One>) -> Self {
        Self(Arc::new(Ring { current, old, next: OnceLock::new() }))
    }

    /// The list in use now.
    fn now(&self) -> &Arc<Ring> {
        let mut ring = &self.0;
        while let Some(next) = ring.next.get() {
            ring = next;
        }
        ring
    }

    /// A fixed copy of the list, for an act that asks it several things that have to match.
    pub fn fixed(&self) -> Self {
        let ring = self.now();
        Self::of(ring.current.clone(), ring.old.clone())
    }

    /// Makes this key and all its clones use the list of `fresh` from now on. Returns whether it is a different one.
    pub fn follow(&self, fresh: &Self) -> bool {
        let fresh = fresh.fixed();
        if self.ids().eq(fresh.ids()) {
            return false;
        }
        // if two arrive at once, the second follows the first
        while self.now().next.set(fresh.0.clone()).is_err() {}
        true
    }

    /// Names the current key without giving it away.
    pub fn id(&self) -> &str {
        &self.now().current.id
    }

    /// The ids of all keys that are accepted, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.all().map(|one| one.id.as_str())
    }

    /// `parts` sealed for one `purpose` under the current key, as 43 characters that are safe in a URL.
    pub fn seal(&self, purpose: &str, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(self.now().current.mac(purpose, parts).finalize().into_bytes())
    }

    /// What [`Key::seal`] makes of the same under each key that is accepted, the current one first.
    pub fn seals(&self, purpose: &str, parts: &[&[u8]]) -> Vec<String> {
        self.all().map(|one| URL_SAFE_NO_PAD.encode(one.mac(purpose, parts).finalize().into_bytes())).collect()
    }

    /// Six digits for a person to type, derived in the same way.
    pub fn digits(&self, purpose: &str, parts: &[&[u8]]) -> String {
        self.now().current.digits(purpose, parts)
    }

    /// Whether `typed` is what [`Key::digits`] made of the same, under any key that is accepted.
    pub fn knows_digits(&self, purpose: &str, parts: &[&[u8]], typed: &str) -> bool {
        self.all().any(|one| one.digits(purpose, parts) == typed)
    }

    /// Whether `sealed` is what [`Key::seal`] makes of the same, under any key that is accepted; takes the same time for every
    /// wrong answer.
    pub fn opens(&self, purpose: &str, parts: &[&[u8]], sealed: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(sealed) else { return false };
        self.all().fold(false, |opened, one| one.mac(purpose, parts).verify_slice(&bytes).is_ok() | opened)
    }

    /// A mark that only who holds the current key can make; stored beside [`Key::id`], as 64 hexadecimal digits.
    pub fn mark(&self, purpose: &str, parts: &[&[u8]]) -> String {
        hex(&self.now().current.mac(purpose, parts).finalize().into_bytes())
    }

    /// Whether `mark` is what [`Key::mark`] made of the same under the key `id`; none when that key is not listed.
    pub fn marked(&self, id: &str, purpose: &str, parts: &[&[u8]], mark: &str) -> Option<bool> {
        let one = self.all().find(|one| one.id == id)?;
        Some(hex(&one.mac(purpose, parts).finalize().into_bytes()) == mark)
    }

    /// A key for one `purpose` of each that is accepted, the current one first; none of them can be told from it.
    pub(super) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> Vec<[u8; 32]> {
        self.all().map(|one| one.derive(purpose, parts)).collect()
    }

    fn all(&self) -> impl Iterator<Item = &One> {
        let ring = self.now();
        std::iter::once(&ring.current).chain(&ring.old)
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
    hex(&Sha256::digest(bytes))
}

/// Two hexadecimal digits for each byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const OLD: &str = "the key that was used before, long enough";
    const NEW: &str = "the key that is used from now on, long enough";

    fn key(texts: &[&str]) -> Key {
        Key::from_list(texts.iter().copied()).unwrap()
    }

    #[test]
    fn what_was_made_under_an_old_key_opens_as_long_as_that_key_is_listed() {
        let (old, both, new) = (key(&[OLD]), key(&[NEW, OLD]), key(&[NEW]));
        let parts: &[&[u8]] = &[b"CRS-1", b"nonce"];
        let (sealed, digits, mark) = (old.seal("p", parts), old.digits("p", parts), old.mark("p", parts));
        assert!(both.opens("p", parts, &sealed) && !new.opens("p", parts, &sealed));
        assert!(both.knows_digits("p", parts, &digits) && !new.knows_digits("p", parts, &digits));
        assert_eq!(both.marked(old.id(), "p", parts, &mark), Some(true));
        assert_eq!(both.marked(new.id(), "p", parts, &mark), Some(false), "another key's mark");
        assert_eq!(new.marked(old.id(), "p", parts, &mark), None, "a key that is not listed");
        assert!(!both.opens("q", parts, &sealed), "purposes are kept apart");
    }

    #[test]
    fn everything_is_made_under_the_current_key() {
        let (both, new) = (key(&[NEW, OLD]), key(&[NEW]));
        assert_eq!(both.seal("p", &[b"x"]), new.seal("p", &[b"x"]));
        assert_eq!(both.digits("p", &[b"x"]), new.digits("p", &[b"x"]));
        assert_eq!(both.mark("p", &[b"x"]), new.mark("p", &[b"x"]));
        assert_eq!(both.id(), new.id());
        assert_eq!(both.ids().collect::<Vec<_>>(), [new.id(), key(&[OLD]).id()]);
    }

    #[test]
    fn another_list_takes_the_place_of_one_in_all_clones_and_in_none_that_is_fixed() {
        let held = key(&[OLD]);
        let (clone, fixed) = (held.clone(), held.fixed());
        let sealed = held.seal("p", &[b"x"]);
        assert!(!held.follow(&key(&[OLD])), "the same list");
        assert!(clone.follow(&key(&[OLD, NEW])) && held.follow(&key(&[NEW, OLD])));
        assert_eq!(held.id(), key(&[NEW]).id());
        assert_eq!(clone.seal("p", &[b"x"]), key(&[NEW]).seal("p", &[b"x"]));
        assert!(clone.opens("p", &[b"x"], &sealed));
        assert_eq!(fixed.ids().collect::<Vec<_>>(), [key(&[OLD]).id()]);
        assert_eq!(fixed.seal("p", &[b"x"]), sealed);
    }

    #[test]
    fn what_is_drawn_has_256_bits_and_never_comes_twice() {
        let nonces: HashSet<Vec<u8>> = (0..1_000).map(|_| nonce()).collect();
        assert!(nonces.len() == 1_000 && nonces.iter().all(|nonce| nonce.len() == 32));
        let tokens: HashSet<String> = (0..1_000).map(|_| token()).collect();
        assert!(tokens.len() == 1_000 && tokens.iter().all(|token| token.len() == 43));
    }

    #[test]
    fn a_list_of_keys_says_which_is_too_short() {
        assert_eq!(Key::from_list(["", " \n"]).err(), Some(BadKeys::None));
        assert_eq!(Key::from_list([NEW, "", "short"]).err(), Some(BadKeys::Short(2)));
        assert_eq!(format!("{:?}", key(&[NEW, OLD])), "Key(…)");
    }
}

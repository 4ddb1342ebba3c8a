//! The token of a form: sealed, bound to a session or a browser, and different on every page.
//!
//! A token begins with random bytes and ends with a seal over them, so a page that is compressed together with something an
//! attacker chose never holds the same secret twice. What stands between (the session's public id, the person's id) is no secret.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng as _;
use uuid::Uuid;

use super::secret::{self, Key};

const PURPOSE: &str = "form";
/// Random bytes of each page's token.
const FRESH: usize = 12;

/// To whom a form was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A signed-in session: its public id, and the person's.
    Session { session: Uuid, user: String },
    /// A browser in which nobody is signed in: the first 128 bits of its cookie's hash.
    Browser([u8; 16]),
}

impl Holder {
    pub fn session(session: Uuid, user: &str) -> Self {
        Self::Session { session, user: user.to_owned() }
    }

    /// The browser that keeps `cookie`.
    pub fn browser(cookie: &str) -> Self {
        let mut name = [0; 16];
        name.iter_mut().zip(secret::digest(cookie)).for_each(|(to, byte)| *to = byte);
        Self::Browser(name)
    }

    fn bytes(&self) -> [u8; 16] {
        match self {
            Self::Session { session, .. } => *session.as_bytes(),
            Self::Browser(name) => *name,
        }
    }

    fn user(&self) -> &str {
        match self {
            Self::Session { user, .. } => user,
            Self::Browser(_) => "",
        }
    }
}

/// What a form sent as its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Ours, and to whom the form was given.
    Sealed(Holder),
    /// Of a token's shape, but no key of ours sealed it: the server's key has changed, or somebody made it up.
    Unsealed,
    /// Nothing, or nothing that a form of ours ever carried.
    Nothing,
}

/// A new token for forms given to `holder`.
pub fn issue(key: &Key, holder: &Holder) -> String {
    let mut fresh = [0; FRESH];
    rand::rng().fill_bytes(&mut fresh);
    let (name, user) = (holder.bytes(), holder.user());
    let seal = key.seal(PURPOSE, &[&fresh, &name, user.as_bytes()]);
    format!("{}.{}.{user}.{seal}", URL_SAFE_NO_PAD.encode(fresh), URL_SAFE_NO_PAD.encode(name))
}

/// Reads a token back.
pub fn read(key: &Key, token: &str) -> Sent {
    let mut parts = token.splitn(4, '.');
    let mut next = || parts.next().unwrap_or_default();
    let (fresh, name, user, seal) = (next(), next(), next(), next());
    let decoded = (URL_SAFE_NO_PAD.decode(fresh), URL_SAFE_NO_PAD.decode(name).map(<[u8; 16]>::try_from));
    let (Ok(fresh), Ok(Ok(name))) = decoded else { return Sent::Nothing };
    if fresh.len() != FRESH || seal.is_empty() {
        return Sent::Nothing;
    }
    if !key.opens(PURPOSE, &[&fresh, &name, user.as_bytes()], seal) {
        return Sent::Unsealed;
    }
    Sent::Sealed(match user {
        "" => Holder::Browser(name),
        user => Holder::session(Uuid::from_bytes(name), user),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::from_text(&text.repeat(32)).unwrap()
    }

    #[test]
    fn a_token_tells_to_whom_the_form_was_given() {
        for holder in [Holder::session(Uuid::new_v4(), "UR-111-222-333"), Holder::browser("a cookie")] {
            assert_eq!(read(&key("a"), &issue(&key("a"), &holder)), Sent::Sealed(holder));
        }
    }

    #[test]
    fn no_two_pages_bear_the_same_secret() {
        let holder = Holder::session(Uuid::new_v4(), "UR-111-222-333");
        let (one, other) = (issue(&key("a"), &holder), issue(&key("a"), &holder));
        let secrets =
            |token: &str| [token.split('.').next().unwrap().to_owned(), token.rsplit('.').next().unwrap().into()];
        assert!(secrets(&one).iter().zip(secrets(&other)).all(|(one, other)| *one != other));
    }

    #[test]
    fn what_no_key_of_ours_sealed_is_recognised_by_its_shape_only() {
        let token = issue(&key("a"), &Holder::browser("a cookie"));
        assert_eq!(read(&key("b"), &token), Sent::Unsealed);
        let other = token.replacen("..", ".UR-111-222-333.", 1);
        assert_eq!(read(&key("a"), &other), Sent::Unsealed, "the person is sealed too");
        for nothing in ["", "x", "forged", "...", "a.b.c.d", &token[1..]] {
            assert_eq!(read(&key("a"), nothing), Sent::Nothing, "{nothing}");
        }
    }
}

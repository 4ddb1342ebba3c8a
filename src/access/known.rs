//! Browsers that a person has signed in with: a cookie for a year, sealed for that person. In such a browser a person is slowed
//! down by its own failures only, whatever strangers try with its e-mail.

use actix_web::cookie::{Cookie, time::Duration};

use crate::kit::{
    actor::User,
    id::Id,
    secret::{self, Key},
    visit::{KNOWN, Visit},
};

const PURPOSE: &str = "known browser";
/// People that one browser remembers; the one that signed in longest ago is forgotten first.
const MOST: usize = 5;
const DAYS: i64 = 365;

/// That one person has signed in with this browser.
#[derive(Debug, Clone)]
pub struct Mark {
    user: String,
    nonce: String,
    seal: String,
}

impl Mark {
    fn new(key: &Key, user: &Id<User>) -> Self {
        let nonce = secret::token();
        let seal = seal(key, user.as_str(), &nonce);
        Self { user: user.to_string(), nonce, seal }
    }

    fn parse(key: &Key, text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (user, nonce, sealed) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = key.opens(PURPOSE, &[user.as_bytes(), nonce.as_bytes()], sealed);
        fits.then(|| Self { user: user.to_owned(), nonce: nonce.to_owned(), seal: sealed.to_owned() })
    }

    pub fn is_of(&self, user: &Id<User>) -> bool {
        self.user == user.as_str()
    }

    /// What its failures are counted under.
    pub fn name(&self) -> String {
        format!("{} {}", self.user, self.nonce)
    }
}

fn seal(key: &Key, user: &str, nonce: &str) -> String {
    key.seal(PURPOSE, &[user.as_bytes(), nonce.as_bytes()])
}

/// Whom this browser knows; the latest first. What we did not seal is left out.
pub fn read(visit: &Visit) -> Vec<Mark> {
    visit.known.split('~').take(MOST).filter_map(|text| Mark::parse(&visit.house.key, text)).collect()
}

/// The cookie by which this browser will be known as one of `user`'s.
pub fn cookie(visit: &Visit, user: &Id<User>) -> Cookie<'static> {
    let before = read(visit);
    let own = before.iter().find(|mark| mark.is_of(user)).cloned();
    let own = own.unwrap_or_else(|| Mark::new(&visit.house.key, user));
    let others = before.iter().filter(|mark| !mark.is_of(user)).take(MOST - 1);
    let marks: Vec<String> =
        std::iter::once(&own).chain(others).map(|mark| format!("{}.{}.{}", mark.user, mark.nonce, mark.seal)).collect();
    let mut cookie = visit.house.cookie(&visit.house.cookie_name(KNOWN), marks.join("~"), "/");
    cookie.set_max_age(Duration::days(DAYS));
    cookie
}

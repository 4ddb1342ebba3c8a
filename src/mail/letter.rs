//! What the queue knows of a letter.

use diesel::PgConnection;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::written::{Piece, Written, text};
use crate::{
    accounts,
    kit::{
        actor::Account,
        choice::Choice as _,
        id::Id,
        problem::{Problem, Result},
        secret::Key,
        words::Lang,
    },
    t,
};

/// A letter of a module. What it is about is kept as JSON while it waits, with its key in the field `about`; links with secrets are
/// derived when it is written, from the ids in it.
pub trait Letter: Serialize + DeserializeOwned {
    /// The keys of all letters of this type.
    const KEYS: &'static [&'static str];

    /// Where it leads; none when it is for a person, or for somebody without a company.
    fn place(&self) -> Option<Place<'_>>;

    /// What it is about, as section/id.
    fn object(&self) -> String {
        self.place().map(|place| place.named()).unwrap_or_default()
    }

    /// Whose business it is that it arrives, when nobody acts for a company: as a rule that of the company which it is for.
    fn concern(&self, _conn: &mut PgConnection) -> Result<Concern> {
        Ok(Concern { account: self.place().map(|place| place.account.clone()), object: self.object() })
    }

    /// Its words; `None` when what it was about has passed, or when it is not wanted.
    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>>;
}

/// The page that a letter leads to: the company it is for, the section, the object; without one the section's list.
pub struct Place<'a> {
    pub account: &'a Id<Account>,
    pub section: &'static str,
    pub object: &'a str,
}

impl Place<'_> {
    /// As section/id, or the section alone.
    pub fn named(&self) -> String {
        let Self { section, object, .. } = self;
        if object.is_empty() { (*section).to_owned() } else { format!("{section}/{object}") }
    }
}

/// Who is told when a letter cannot be delivered, and what it was about, as section/id.
pub struct Concern {
    pub account: Option<Id<Account>>,
    pub object: String,
}

/// Where a letter is written: what it may need for it.
pub struct Desk<'a> {
    pub conn: &'a mut PgConnection,
    pub key: &'a Key,
    pub public_url: &'a str,
    pub recipient: &'a str,
    /// The address of the letter's place.
    link: String,
}

impl Desk<'_> {
    /// The page that the letter leads to.
    pub fn page(&self) -> Piece {
        self.to("")
    }

    /// A page below it, or the list with this query.
    pub fn to(&self, end: &str) -> Piece {
        Piece::Link(format!("{}{end}", self.link))
    }

    /// Somebody at `company` wrote about an object, and is answered at `end` below its page.
    pub fn wrote(&self, company: &str, object: &dyn std::fmt::Display, end: &str) -> Written {
        let object = object.to_string();
        Written::new(
            t!("{company} wrote about {object}", company, object),
            vec![text("Read it and reply:"), self.to(end)],
        )
    }
}

/// The letters of one module.
#[derive(Debug, Clone, Copy)]
pub struct Sort {
    pub keys: &'static [&'static str],
    write: Write,
}

/// Who a letter is written for and by: the desk before the letter's place is known.
struct Office<'a> {
    conn: &'a mut PgConnection,
    key: &'a Key,
    public_url: &'a str,
    recipient: &'a str,
}

type Write = fn(Value, Office<'_>) -> Result<Option<Written>>;

impl Sort {
    pub const fn of<L: Letter>() -> Self {
        Self { keys: L::KEYS, write: write::<L> }
    }
}

fn write<L: Letter>(facts: Value, office: Office<'_>) -> Result<Option<Written>> {
    let letter: L = serde_json::from_value(facts).map_err(Problem::internal)?;
    let Office { conn, key, public_url, recipient } = office;
    let link = match letter.place() {
        Some(place) => {
            let role = accounts::store::role(conn, place.account)?;
            format!("{public_url}/{}/{}/{}", role.key(), place.account, place.named())
        }
        None => String::new(),
    };
    letter.write(&mut Desk { conn, key, public_url, recipient, link })
}

/// All letters of the program, and what writing them takes.
#[derive(Clone)]
pub struct Letters {
    pub sorts: Vec<Sort>,
    pub key: Key,
    pub public_url: String,
    /// Whether somebody may read in the made language.
    pub pseudo: bool,
}

impl Letters {
    /// The language of the recipient's profile, or else of the recipient's company; English where neither has one, and for everybody who is
    /// no user.
    fn read_by(&self, conn: &mut PgConnection, recipient: &str) -> Result<Lang> {
        let chosen = accounts::store::language_of(conn, recipient)?;
        Ok(chosen.and_then(|tag| Lang::tagged(&tag, self.pseudo)).unwrap_or(Lang::ENGLISH))
    }

    /// Writes what is kept as `facts` for `recipient`, in the recipient's language.
    pub(super) fn write(&self, conn: &mut PgConnection, recipient: &str, facts: Value) -> Result<Option<Written>> {
        let about = facts.get("about").and_then(Value::as_str).unwrap_or_default();
        let Some(sort) = self.sorts.iter().find(|sort| sort.keys.contains(&about)) else {
            return Err(Problem::internal(format!("there is no letter {about:?}")));
        };
        let lang = self.read_by(conn, recipient)?;
        let written = (sort.write)(facts, Office { conn, key: &self.key, public_url: &self.public_url, recipient })?;
        Ok(written.map(|written| Written { lang, ..written }))
    }
}

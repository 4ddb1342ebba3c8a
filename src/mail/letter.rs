//! What the queue knows of a letter.

use diesel::PgConnection;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    letterhead,
    notice::{Called, Notice},
    outbox::Queued,
    written::{Piece, Written, text},
};
use crate::{
    accounts::{self, brands},
    kit::{
        actor::Account,
        brand::Address,
        choice::Choice as _,
        held,
        id::Id,
        problem::{Problem, Result},
        secret::Key,
        words::{Lang, Words},
    },
    t,
};

/// A letter of a module. What it is about is kept as JSON while it waits, with its key in the field `about`; links with secrets are
/// derived when it is written, from the ids in it.
pub trait Letter: Serialize + DeserializeOwned {
    /// The keys of all letters of this type.
    const KEYS: &'static [&'static str];
    /// Those that tell a company's people of something, and whom.
    const NOTICES: &'static [Notice] = &[];
    /// Those that only remind, which a person may turn off ([`super::reminders`]).
    const REMINDERS: &'static [&'static str] = &[];
    /// What the others are called.
    const OTHERS: &'static [Called] = &[];

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

    /// Whose brand it has, where that is neither the company that it is for nor the one that sends it.
    ///
    /// # Errors
    /// When the database is away.
    fn issuer(&self, _conn: &mut PgConnection) -> Result<Option<Id<Account>>> {
        Ok(None)
    }

    /// What it says in one line, from its facts alone: its subject, and what stands in the portal. Only letters that tell people of
    /// something need one.
    fn subject(&self) -> Words {
        Words::default()
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
    /// Where its links lead: to the name of the brand that it has, or else to the program's public one.
    pub public_url: &'a str,
    pub recipient: &'a str,
    /// All letters of the program.
    pub sorts: &'a [Sort],
    /// The address of the letter's place.
    link: String,
}

/// Somebody at `company` wrote about an object.
pub fn wrote(company: &str, object: &dyn std::fmt::Display) -> Words {
    t!("{company} wrote about {object}", company, object = object.to_string())
}

/// What became of an object.
pub fn became(object: Words, status: Words) -> Words {
    t!("{object}: {status}", object, status = Words::within(status))
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
        Written::new(wrote(company, object), vec![text("Read it and reply:"), self.to(end)])
    }
}

/// The letters of one module.
#[derive(Debug, Clone, Copy)]
pub struct Sort {
    pub keys: &'static [&'static str],
    /// Those that tell a company's people of something.
    pub notices: &'static [Notice],
    pub reminders: &'static [&'static str],
    others: &'static [Called],
    subject: fn(Value) -> Result<Words>,
    write: Write,
}

/// Who a letter is written for and by: the desk before the letter's place is known.
struct Office<'a> {
    conn: &'a mut PgConnection,
    key: &'a Key,
    public: &'a Address,
    recipient: &'a str,
    /// The company that it is for, or else the one that sends it.
    company: Option<&'a Id<Account>>,
    sorts: &'a [Sort],
}

type Write = fn(Value, Office<'_>) -> Result<Option<Written>>;

impl Sort {
    pub const fn of<L: Letter>() -> Self {
        Self {
            keys: L::KEYS,
            notices: L::NOTICES,
            reminders: L::REMINDERS,
            others: L::OTHERS,
            subject: |facts| Ok(serde_json::from_value::<L>(facts).map_err(Problem::internal)?.subject()),
            write: write::<L>,
        }
    }

    /// What a letter of it is called.
    pub fn label(&self, key: &str) -> Option<&'static str> {
        let notices = self.notices.iter().map(|notice| (notice.key, notice.label));
        let mut all = notices.chain(self.others.iter().map(|other| (other.key, other.label)));
        all.find(|(known, _)| *known == key).map(|(_, label)| label)
    }
}

fn sort<'a>(sorts: &'a [Sort], key: &str) -> Result<&'a Sort> {
    let found = sorts.iter().find(|sort| sort.keys.contains(&key));
    found.ok_or_else(|| Problem::internal(format!("there is no letter {key:?}")))
}

/// What a letter is called; one that no module knows any more by its key.
pub fn label(sorts: &[Sort], key: &str) -> Words {
    sorts.iter().find_map(|sort| sort.label(key)).map_or_else(|| Words::data(key), Words::new)
}

/// What the letter that is kept as `facts` says in one line, or what it is called where no module knows it any more. Names of others in it
/// cannot turn the words around them.
pub fn subject(sorts: &[Sort], key: &str, facts: Value) -> Words {
    let said = sort(sorts, key).and_then(|sort| (sort.subject)(held::facts(facts)));
    said.unwrap_or_else(|_| label(sorts, key))
}

fn write<L: Letter>(facts: Value, office: Office<'_>) -> Result<Option<Written>> {
    let letter: L = serde_json::from_value(facts).map_err(Problem::internal)?;
    let Office { conn, key, public, recipient, company, sorts } = office;
    let issuer = letter.issuer(conn)?;
    let brand = brands::of_mail(conn, issuer.as_ref().or(company))?;
    let public_url = brand.host.as_ref().map_or_else(|| public.url.clone(), |host| public.of(host));
    let link = match letter.place() {
        Some(place) => {
            let role = accounts::store::role(conn, place.account)?;
            format!("{public_url}/{}/{}/{}", role.key(), place.account, place.named())
        }
        None => String::new(),
    };
    let written = letter.write(&mut Desk { conn, key, public_url: &public_url, recipient, sorts, link })?;
    Ok(written.map(|written| Written { brand, ..written }))
}

/// All letters of the program, and what writing them takes.
#[derive(Clone)]
pub struct Letters {
    pub sorts: Vec<Sort>,
    pub key: Key,
    pub public: Address,
    /// Whether somebody may read in the made language.
    pub pseudo: bool,
}

impl Letters {
    /// The language of the recipient's profile, or else of the recipient's company; English where neither has one, and for everybody who is
    /// no user. With it, how the recipient writes days, hours and numbers.
    fn read_by(&self, conn: &mut PgConnection, recipient: &str) -> Result<Lang> {
        let (chosen, habits) = accounts::store::read_by(conn, recipient)?;
        Ok(chosen.and_then(|tag| Lang::tagged(&tag, self.pseudo)).unwrap_or(Lang::ENGLISH).with(habits))
    }

    /// Writes a mail of the queue in the recipient's language, between what the company that sends it says above and below.
    pub(super) fn write(&self, conn: &mut PgConnection, row: &Queued) -> Result<Option<Written>> {
        let (facts, recipient) = (row.held(), row.recipient.as_str());
        let about = facts.get("about").and_then(Value::as_str).unwrap_or_default();
        let sort = sort(&self.sorts, about)?;
        let lang = self.read_by(conn, recipient)?;
        let company = row.for_id.as_ref().or(row.account_id.as_ref());
        let (key, public, sorts) = (&self.key, &self.public, &self.sorts);
        let office = Office { conn: &mut *conn, key, public, recipient, company, sorts };
        let Some(written) = (sort.write)(facts, office)? else { return Ok(None) };
        let written = Written { lang, ..written };
        Ok(Some(match letterhead::of_mail(conn, row)? {
            Some((letterhead, whom)) => letterhead.around(written, &whom),
            None => written,
        }))
    }
}

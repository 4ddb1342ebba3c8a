//! Who acts: a person for one company in one portal, with what the person and the company may do.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use chrono::{DateTime, Utc};

use super::{
    caller::{Caller, Credential},
    choice::Choice,
    db::Who,
    id::{Id, Kind},
    page,
    problem::{Problem, Result},
    time::Zone,
    typed,
    words::Words,
};
use crate::t;

/// A company on the platform.
pub struct Account;
impl Kind for Account {
    const PREFIXES: &'static [&'static str] = &["PA", "VA"];
    const GROUPS: &'static [usize] = &[3, 3];
}

/// A person, who may act for several companies; or a token, which acts as a user of its own for one.
pub struct User;
impl Kind for User {
    const PREFIXES: &'static [&'static str] = &["UR", "SU"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

crate::choice! {
    /// A company's place in the chain, and thereby its portal.
    Role { Distributor = "distributor" / "Distributor", Vendor = "vendor" / "Vendor", Reseller = "reseller" / "Reseller" }
}

impl Role {
    pub fn portal(self) -> &'static str {
        match self {
            Self::Distributor => "Distributor Portal",
            Self::Vendor => "Vendor Portal",
            Self::Reseller => "Reseller Portal",
        }
    }

    /// Prefix of the ids of such companies.
    pub fn prefix(self) -> &'static str {
        if self == Self::Vendor { "VA" } else { "PA" }
    }
}

#[derive(Debug, Clone)]
pub struct Person {
    pub id: Id<User>,
    pub name: String,
    /// Nothing for a token.
    pub email: String,
    pub zone: Zone,
    /// The job title; empty if there is none.
    pub title: String,
    /// The hash of the picture.
    pub picture: Option<String>,
}

impl Person {
    /// The address of the picture, if there is one.
    pub fn picture(&self) -> Option<String> {
        picture(&self.id, self.picture.as_deref())
    }
}

/// The address of the picture of `user` with this hash. Only colleagues can open it.
pub fn picture(user: &impl std::fmt::Display, hash: Option<&str>) -> Option<String> {
    hash.map(|hash| format!("/people/{user}/picture?v={}", hash.get(..12).unwrap_or_default()))
}

#[derive(Debug, Clone)]
pub struct Company {
    pub id: Id<Account>,
    pub name: String,
    pub role: Role,
    /// The hash of its logo, where it is shown with one.
    pub logo: Option<String>,
    /// The company whose brand its portal has: a distributor's own, or that of the distributor which a partner came by.
    pub brand: Id<Account>,
}

impl Company {
    /// The address of its logo, if it has one.
    pub fn logo(&self) -> Option<String> {
        self.logo.as_deref().map(page::picture)
    }

    /// Home of this company's portal.
    pub fn home(&self) -> String {
        format!("/{}/{}", self.role.key(), self.id)
    }
}

/// What a company may do beyond its role: the union over its Active contracts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rights {
    /// Write program agreements and invite vendors.
    pub program: bool,
    /// Write service agreements and invite resellers.
    pub service: bool,
    /// Pass the service right on.
    pub delegate: bool,
    /// Sell on marketplaces of its own what the catalogs of its service contracts offer.
    pub resale: bool,
}

impl Rights {
    /// Whether the company may write agreements of any type.
    pub fn any(self) -> bool {
        self.program || self.service
    }

    /// Whether the company may sell on marketplaces of its own.
    pub fn sells(self) -> bool {
        self.program || self.resale
    }

    /// What of these is gone in `after`.
    pub fn lost(self, after: Self) -> Self {
        Self {
            program: self.program && !after.program,
            service: self.service && !after.service,
            delegate: self.delegate && !after.delegate,
            resale: self.resale && !after.resale,
        }
    }
}

/// A group of a company, and what it allows.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Granting {
    pub name: String,
    pub permissions: Vec<String>,
}

/// Administrators that a refusal names; of the others it says how many there are.
const NAMED: usize = 3;

#[derive(Debug, Clone)]
pub struct Identity {
    pub person: Person,
    pub company: Company,
    pub rights: Rights,
    /// Member of Administrators, the group that holds every permission.
    pub administrator: bool,
    pub permissions: Vec<String>,
    /// The companies the person may switch to.
    pub others: Vec<Company>,
    /// Who can grant a missing permission, by name; nobody for an administrator, who lacks none.
    pub administrators: Vec<String>,
    /// The company's groups, but for Administrators, by name: by which a missing permission would come.
    pub granting: Vec<Granting>,
    /// The distributor that the company came by, by name: it can offer contracts with a missing right. None for a distributor itself.
    pub distributor: Option<String>,
    /// How many of each queue wait for the company, by the queue's name: looked up with the session of a page, for its menu.
    pub waiting: HashMap<String, i64>,
    /// What the person has not read of what it was told at this company, counted up to a limit: looked up with the session of a page.
    pub unread: i64,
    /// When this was looked up, by the database's clock: what a page goes by.
    pub at: DateTime<Utc>,
}

impl Identity {
    /// Whether one of the person's groups grants `permission`; who may manage may also view.
    pub fn holds(&self, permission: &str) -> bool {
        self.administrator
            || self.permissions.iter().any(|held| {
                held == permission
                    || permission
                        .strip_suffix(".view")
                        .is_some_and(|module| held.strip_suffix(".manage") == Some(module))
            })
    }

    /// The same person with more permissions: to see what they would change.
    pub fn with<'a>(&self, more: impl IntoIterator<Item = &'a str>) -> Self {
        let mut other = self.clone();
        other.permissions.extend(more.into_iter().map(str::to_owned));
        other
    }

    /// Who can grant what is missing: a few by name, and how many others.
    pub fn granters(&self) -> Words {
        let named = self.administrators.iter().take(NAMED).map(|name| Words::data(typed::apart(name)));
        let others = self.administrators.len().saturating_sub(NAMED);
        let others = (others > 0).then(|| t!("{n} other administrator" | "{n} other administrators", others));
        let all: Vec<Words> = named.chain(others).collect();
        if all.is_empty() { t!("An administrator") } else { Words::all_of(all) }
    }

    /// The URL of what `Q` lets one see, when the person may see it: for links beside what an act touches.
    pub fn leads<Q: Permission>(&self, path: &str) -> Option<String> {
        Q::held_by(self).then(|| format!("{}/{path}", self.company.home()))
    }
}

/// A unit type that a signature demands: calling a verb without it does not compile.
pub trait Permission: 'static {
    /// What it allows, as in "You may not {WORDS}".
    const WORDS: &'static str;

    /// Whether the company has any business here. If not, the page does not exist for it.
    fn of_account(_identity: &Identity) -> bool {
        true
    }

    /// Whether one of the person's groups grants it.
    fn of_person(identity: &Identity) -> bool;

    /// Whether both hold: shows menu entries and buttons.
    fn held_by(identity: &Identity) -> bool {
        Self::of_account(identity) && Self::of_person(identity)
    }
}

/// A permission that every member of a company has.
pub struct Member;
impl Permission for Member {
    const WORDS: &'static str = "view this page";
    fn of_person(_: &Identity) -> bool {
        true
    }
}

/// A member whose company and groups grant `P`, by a browser, a token or a job. Only [`Actor::admit`] makes one.
pub struct Actor<P> {
    pub identity: Arc<Identity>,
    pub caller: Arc<Caller>,
    permission: PhantomData<fn() -> P>,
}

impl<P> Clone for Actor<P> {
    fn clone(&self) -> Self {
        Self { identity: self.identity.clone(), caller: self.caller.clone(), permission: PhantomData }
    }
}

impl<P: Permission> Actor<P> {
    /// Lets the person in, or says what is missing: the company's right (404) or the person's (403).
    pub fn admit(identity: Arc<Identity>, caller: Arc<Caller>) -> Result<Self> {
        if !P::of_account(&identity) {
            return Err(Problem::NotFound);
        }
        if !P::of_person(&identity) && caller.credential == Credential::Token {
            return Err(Problem::Forbidden(t!(
                "The token {token} of {company} is not allowed to {act}. Create one with this permission under Integrations.",
                token = typed::apart(&identity.person.name),
                company = typed::apart(&identity.company.name),
                act = Words::new(P::WORDS),
            )));
        }
        if !P::of_person(&identity) {
            return Err(Problem::Forbidden(t!(
                "Your groups at {company} don't allow you to {act}. {who} can change that.",
                company = typed::apart(&identity.company.name),
                act = Words::new(P::WORDS),
                who = identity.granters()
            )));
        }
        Ok(Self { identity, caller, permission: PhantomData })
    }

    /// The same person for an act that demands `Q`.
    ///
    /// # Errors
    /// As [`Actor::admit`].
    pub fn with<Q: Permission>(&self) -> Result<Actor<Q>> {
        Actor::admit(self.identity.clone(), self.caller.clone())
    }

    pub fn account(&self) -> &Id<Account> {
        &self.identity.company.id
    }

    pub fn zone(&self) -> Zone {
        self.identity.person.zone
    }

    /// What time it is for the page that is made, by the clock of the database.
    pub fn now(&self) -> DateTime<Utc> {
        self.identity.at
    }

    /// The URL of `path` in this portal, for this company.
    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.identity.company.home())
    }

    /// Whether the same person also holds `Q`: decides what a page offers.
    pub fn may<Q: Permission>(&self) -> bool {
        Q::held_by(&self.identity)
    }

    /// The URL of what `Q` lets one see, when the person may see it: for links beside what an act touches.
    pub fn leads<Q: Permission>(&self, path: &str) -> Option<String> {
        self.identity.leads::<Q>(path)
    }

    pub fn who(&self) -> Who {
        Who::Member { identity: self.identity.clone(), caller: self.caller.clone() }
    }
}

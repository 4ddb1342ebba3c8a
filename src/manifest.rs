//! What a module hands to the program. All lists that name every module are made from these: portals, menus, what tokens may do, Home, the
//! words of events, letters, jobs, lifecycles, and the tests that try every route.

use std::{future::Future, pin::Pin, time::Duration};

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};
use tokio::sync::watch;

use crate::{
    kit::{
        actor::{Identity, Role},
        acts::Sent,
        api::Operation,
        constraint::Constraints,
        db::{Db, System, Tx},
        environment::Environment,
        lifecycle::Life,
        page::MenuItem,
        problem::Result,
        route::Mount,
        words::Words,
    },
    mail,
};

/// Everything that the program has to know of one module.
pub struct Manifest {
    /// Its folder.
    pub name: &'static str,
    pub permissions: &'static [Grant],
    pub screens: &'static [Screens],
    /// Screens that need no company: those behind a link.
    pub public: &'static [fn() -> Vec<Mount>],
    /// Operations of the published API.
    pub operations: &'static [fn() -> Vec<Operation>],
    pub menu: &'static [Entry],
    /// Its acts that begin at an object of another module.
    pub roads: &'static [Road],
    /// Its acts that begin with nothing: the search offers them.
    pub starts: &'static [Start],
    /// How the search over everything finds its objects.
    pub finds: &'static [Find],
    /// Its objects with an address of their own.
    pub sections: &'static [Section],
    /// What else stands as an id in its addresses.
    pub parts: &'static [Part],
    pub queues: &'static [Queue],
    /// Which of them the menu counts.
    pub tallies: &'static [Tally],
    /// The names of its events, and how the history tells them: "who … did this".
    pub events: &'static [(&'static str, &'static str)],
    pub letters: &'static [mail::Sort],
    pub jobs: &'static [Job],
    pub lives: &'static [fn() -> Life],
    /// The keys of the schema that it names, and what each says when it is broken.
    pub keys: &'static [Constraints],
}

impl Manifest {
    /// A module that has nothing yet, to begin a manifest with.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            permissions: &[],
            screens: &[],
            public: &[],
            operations: &[],
            menu: &[],
            roads: &[],
            starts: &[],
            finds: &[],
            sections: &[],
            parts: &[],
            queues: &[],
            tallies: &[],
            events: &[],
            letters: &[],
            jobs: &[],
            lives: &[],
            keys: &[],
        }
    }
}

/// A permission by its key, and what it lets somebody do.
#[derive(Debug)]
pub struct Grant {
    pub key: &'static str,
    pub label: &'static str,
    /// Whether a token may have it. What binds the company, lets others in or changes who may do what stays with people.
    pub for_tokens: bool,
}

impl Grant {
    /// For people and for tokens.
    pub const fn all(key: &'static str, label: &'static str) -> Self {
        Self { key, label, for_tokens: true }
    }

    /// For people alone.
    pub const fn people(key: &'static str, label: &'static str) -> Self {
        Self { key, label, for_tokens: false }
    }
}

/// Screens below the address of a company with one of these roles.
pub struct Screens {
    pub roles: &'static [Role],
    pub mounts: fn() -> Vec<Mount>,
}

/// Who buys: everybody but vendors.
pub const BUYERS: &[Role] = &[Role::Distributor, Role::Reseller];
pub const VENDORS: &[Role] = &[Role::Vendor];
pub const EVERYBODY: &[Role] = &[Role::Distributor, Role::Vendor, Role::Reseller];

/// An entry of the menu, with its place in that of each role that has it: the smallest first.
pub struct Entry {
    pub places: &'static [(Role, u8)],
    /// The entry as this person sees it on the page at this path; none when it may not.
    pub item: fn(&Identity, &str) -> Option<MenuItem>,
}

/// An act that begins where an object of another module is seen: a button there, which sends what is known already, or leads to a page when
/// there is nothing to send.
pub struct Road {
    /// The section of that object.
    pub from: &'static str,
    pub label: &'static str,
    /// Where it is sent, below the portal's address; `{id}` is the object's.
    pub to: &'static str,
    /// The fields that are sent, when this person may do it there: by the object's id and what kind it is.
    pub fields: fn(&Identity, &str, &str) -> Option<Sent>,
}

/// An act that begins on a page of its own, with nothing chosen yet: the search over everything leads there.
pub struct Start {
    pub label: &'static str,
    /// Its page, below the portal's address.
    pub to: &'static str,
    /// Whether this person may do it.
    pub may: fn(&Identity) -> bool,
}

/// That the search over everything finds the objects of one section: its view in the schema says what by, its triggers keep the rows.
pub struct Find {
    pub section: &'static str,
    pub heading: &'static str,
    /// Whether this person may see them.
    pub may: fn(&Identity) -> bool,
    /// Makes of a row `e` of `search_entries`, for `e.viewer_id`, what the object is called; empty where that is the row's own name.
    pub named: &'static str,
}

/// The objects at one part of the address: `contracts` in `/distributor/PA-…/contracts/CRS-…`.
pub struct Section {
    pub path: &'static str,
    /// What people call one of them.
    pub label: &'static str,
    /// The permission that shows them.
    pub view: &'static str,
    /// Makes from the row `w (id)` and the company `$1` what the object is called, and its environment, as an array of texts; empty when
    /// Home does not list it among what was opened last.
    pub named: &'static str,
    /// For tests: where they are kept, and the id that the object of another company has there.
    pub table: &'static str,
    pub sample: &'static str,
    /// For tests: the columns that name the companies which may look at one.
    pub parties: &'static [&'static str],
}

/// For tests: an id of something that has no address of its own.
pub struct Part {
    /// How it is written in addresses: `{item}`.
    pub placeholder: &'static str,
    pub table: &'static str,
    pub sample: &'static str,
}

/// One sort of thing that waits for somebody, as Home shows it.
pub struct Queue {
    pub name: &'static str,
    /// Its place on Home: the smallest first.
    pub place: u8,
    /// Whether it waits for this person.
    pub may: fn(&Identity) -> bool,
    pub environments: &'static [Environment],
    /// What waits for the company `$1` in `{environment}`, as `what, id, name, version, at, due`: what is due first, or waits longest, stands
    /// first.
    pub waiting: &'static str,
    /// Until when each of them is to be done.
    pub due: Due,
    pub heading: &'static str,
    pub nothing: &'static str,
    /// Where each stands.
    pub section: &'static str,
    /// The query of their list that shows what waits, with which it opens.
    pub list: &'static str,
    /// Whether that list has these and no others; Home leads to a page of its own otherwise.
    pub whole: bool,
    /// What is said of one, by the time of now.
    pub about: fn(&Waiting, DateTime<Utc>) -> Words,
    /// Below its address, the page where this person answers it.
    pub answered_at: fn(&Identity, &Waiting) -> &'static str,
}

/// The rule by which something that waits is due. Home sorts all that waits by it, and nothing else says what is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// At its `due`, which Home says of it.
    Clock,
    /// At its `due`, of which `about` tells already; never, where that is nothing.
    Told,
    /// By the service level of the company that it waits for, from its `at` on: its `due` is nothing.
    Level,
}

/// How the menu counts what waits in a queue, beside the entry of its section. Every page asks for it, so an index has to answer it.
#[derive(Debug)]
pub struct Tally {
    /// The queue's name.
    pub queue: &'static str,
    /// The roles of companies for which anything can wait there.
    pub roles: &'static [Role],
    /// What [`Queue::waiting`] lists of its environments, as `SELECT FROM …`, for the company `{company}`.
    pub rows: &'static str,
}

/// Real orders, listings and changes: a number that somebody plans a day by holds no test, and their lists show them.
pub const REAL: &[Environment] = &[Environment::Production];
/// A signature binds in both, so contracts of either wait; tests stand behind.
pub const BOTH: &[Environment] = &[Environment::Production, Environment::Test];

/// At the object's own page.
pub fn at_its_page(_: &Identity, _: &Waiting) -> &'static str {
    ""
}

/// One thing that waits.
#[derive(Debug, Clone, QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = Text)]
    pub sort: String,
    /// Tells apart what waits in one queue.
    #[diesel(sql_type = Text)]
    pub what: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The other party, or whatever names it.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Its own time, by the rule of its queue.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub due: Option<DateTime<Utc>>,
}

/// Work that goes on until it is done or told to end.
pub type Working = Pin<Box<dyn Future<Output = Result<()>>>>;

/// What is done without anybody asking. Each piece of work locks its rows, so that two programs never do one twice.
pub enum Job {
    /// Once a minute: rows that nobody needs any more are cleared away.
    Sweep(fn(&mut PgConnection) -> Result<usize>),
    /// Once a minute, until it says that nothing was left: what has become due. The name stands in its events.
    Due(&'static str, fn(&mut Tx<'_, System>) -> Result<usize>),
    /// Again and again with this pause. It stops early when the program is about to end.
    Often(Duration, fn(Db, Ending) -> Working),
}

/// Whether the program is about to end.
pub type Ending = watch::Receiver<bool>;

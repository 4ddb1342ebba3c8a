//! Requests that wait for somebody: what is alike in all queues, whatever is asked for. A kind of request is a type that is a [`Queue`]: it
//! brings its lifecycle table, its parts and its fields.

pub mod acts;
pub mod beside;
pub mod bulk;
pub mod grid;
pub mod heirs;
pub mod held;
pub mod manifest;
pub mod pages;
pub mod preview;
pub mod store;

use std::fmt::Display;

use crate::{
    kit::{
        actor::{Account, Company, Permission, User},
        choice::Choice,
        db::Tx,
        id::{Id, Kind},
        lifecycle::{self, Rule},
        problem::Result,
        words::ToArg,
    },
    mail::Letter,
};

pub use acts::{assign, planned, reason, say, taken};
pub use beside::Worked;
pub use held::Settled;
pub use store::{With, advance, keep};

/// Where a request stands.
pub trait Standing: Choice + Display + ToArg + Send + Sync {
    /// Whether somebody has still to act.
    fn open(self) -> bool;

    /// Whether the clock of who has to act runs.
    fn waits(self) -> bool;
}

/// A request as it is stored.
pub trait Waiting<Q: Queue>: Clone + Send + Sync + 'static {
    fn id(&self) -> &Id<Q::Kind>;
    fn status(&self) -> Q::Status;
    /// Who works on it; nobody, where requests are not taken over.
    fn assignee(&self) -> Option<&Id<User>> {
        None
    }
}

/// A kind of request that waits for somebody.
pub trait Queue: Sized + Send + Sync + 'static {
    /// Whose ids its requests bear.
    type Kind: Kind;
    type Status: Standing;
    type Action: Choice + Send + Sync;
    /// What a company is in a request.
    type Part: Choice + Send + Sync;
    type Row: Waiting<Self>;
    /// What a request is of, which is locked before it.
    type Of: Send;

    const RULES: &'static [Rule<Self::Status, Self::Action, Self::Part>];
    /// The table of its requests: they have `id`, `status`, `reason` and `updated_at`.
    const TABLE: &'static str;
    /// Its pages below a portal's URL.
    const PATH: &'static str;
    /// What ends the titles of its pages.
    const TITLE: &'static str;
    /// What a link back to one of its requests says.
    const BACK: &'static str = pages::BACK;

    /// Locks a request that the actor's company sees, and before it what it is of.
    fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Self::Kind>) -> Result<(Self::Row, Self::Of)>;

    /// What a company is in a request that it sees.
    fn parts(row: &Self::Row, of: &Self::Of, company: &Company) -> Vec<Self::Part>;
}

/// A kind of request that one person takes over.
pub trait Assigned: Queue {
    /// The right to work through the queue.
    type Process: Permission;

    /// What is recorded when one is taken over, and when it is given back.
    const ASSIGNED: (&'static str, &'static str);

    /// What is recorded when a colleague gets it of somebody who leaves the company.
    const HANDED_ON: &'static str;
}

/// A kind of request on which its two parties talk.
pub trait Talks: Queue {
    /// The right to speak for the company.
    type Talk: Permission;

    /// To whom a company talks.
    fn other(row: &Self::Row, of: &Self::Of, company: &Company) -> Id<Account>;

    type Letter: Letter;

    /// The letter that says that `company` has written something to `account`.
    fn discussed(id: &Id<Self::Kind>, account: Id<Account>, company: String) -> Self::Letter;
}

/// A planned move of a request.
pub type Move<Q> = lifecycle::Move<<Q as Queue>::Status, <Q as Queue>::Action>;

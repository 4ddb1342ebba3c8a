//! Somebody stops working for a company: what modules that people do not know make of it stands in `src/consequences.rs`.

use crate::kit::{
    actor::{Account, Identity, User},
    id::Id,
};

/// Somebody is about to leave a company.
pub struct Leaves {
    pub account: Id<Account>,
    pub user: Id<User>,
}

/// Somebody leaves a company.
pub struct Left {
    pub account: Id<Account>,
    pub user: Id<User>,
    /// The colleague who gets what the person had to do; nobody, if none was chosen.
    pub heir: Option<Id<User>>,
    /// In whose name it is handed on: whoever removes the person, or the person.
    pub by: Identity,
}

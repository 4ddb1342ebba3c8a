//! Tokens: what programs act by. Each is a user of its own, with permissions of its own, for one company.

pub mod actions;
pub mod data;
pub mod grants;
pub mod grid;
pub mod lifecycle;
pub mod manifest;
pub mod pages;
pub mod store;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission, User},
        id::Id,
        page::MenuItem,
    },
};

choice! {
    /// What was done with it. That it expires is told by its date.
    Status { Active = "active" / "Active", Inactive = "inactive" / "Disabled", Deleted = "deleted" / "Deleted" }
}

choice! {
    /// How it stands: its status, and what its date says.
    State computed {
        Active = "active" / "Active",
        Expiring = "expiring" / "Expiring",
        Expired = "expired" / "Expired",
        Inactive = "inactive" / "Disabled",
        Deleted = "deleted" / "Deleted",
    }
}

/// So long before its end a token is called expiring.
pub const EXPIRING_DAYS: i64 = 30;

impl State {
    pub fn of(status: Status, expires: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        match status {
            Status::Inactive => Self::Inactive,
            Status::Deleted => Self::Deleted,
            Status::Active if expires <= now => Self::Expired,
            Status::Active if expires <= now + TimeDelta::days(EXPIRING_DAYS) => Self::Expiring,
            Status::Active => Self::Active,
        }
    }

    pub fn shape(self) -> &'static str {
        match self {
            Self::Active => "dot",
            Self::Expiring => "half",
            Self::Expired | Self::Deleted => "square",
            Self::Inactive => "ring",
        }
    }
}

/// The permission to see which programs are let in.
pub const VIEW: &str = "integrations.view";

/// See the company's tokens.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view integrations";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(VIEW)
    }
}

/// The permission to let programs in.
pub const MANAGE: &str = "integrations.manage";

/// Create, change and end tokens.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage integrations";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    View::held_by(identity)
        .then(|| MenuItem::with(identity, path, ("Integrations", "key", "integrations"), &[("Tokens", "tokens")]))
}

/// What a program puts into the header `Authorization`.
pub fn header(id: &Id<User>, secret: &str) -> String {
    format!("ApiKey {id}:{secret}")
}

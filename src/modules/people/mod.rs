//! A company's own people: who is invited, who works for it, and what their groups let them do. The rows of members and groups are those of
//! [`crate::accounts`].

pub mod actions;
pub mod areas;
pub mod data;
pub mod grid;
pub mod groups;
pub mod joining;
pub mod leaving;
pub mod letters;
pub mod lifecycle;
pub mod manifest;
pub mod pages;
pub mod reach;
pub mod resets;
pub mod store;
pub mod viewing;

use chrono::TimeDelta;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission},
        page::MenuItem,
    },
    modules::{activity, branding, entrance},
};

pub use crate::modules::ids::Invitation;

choice! {
    /// The status of an invitation and its invitee. Expiry is not a status: the date says it.
    Status { Invited = "invited" / "Invited", Expired = "expired" / "Expired", Joined = "joined" / "Joined" }
}

impl Status {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Invited => "ring",
            Self::Expired => "square",
            Self::Joined => "dot",
        }
    }
}

/// How long the link of an invitation works.
pub const LIVES: TimeDelta = TimeDelta::days(7);

/// The permission to see who works for the company.
pub const VIEW: &str = "administration.view";

/// See the company's users and groups.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view users and groups";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(VIEW)
    }
}

/// What administrators hold, who hold everything, and no group can grant: for notices that lead to pages of administrators alone.
pub const ADMINISTRATORS: &str = "administration.administrators";

/// The permission to say who works for the company, and what they may do.
pub const MANAGE: &str = "administration.manage";

/// Invite and remove users, and change groups.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage users and groups";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    View::held_by(identity).then(|| {
        let sections = [
            ("General", "account"),
            ("Users", "users"),
            ("Groups", "groups"),
            ("Security", "security"),
            ("Notification rules", "notification-rules"),
            ("Outbox", "outbox"),
            ("Email text", "email-text"),
        ];
        let mut all = Vec::from(sections);
        all.extend(branding::Manage::held_by(identity).then_some(("Branding", "branding")));
        all.extend(entrance::Manage::held_by(identity).then_some(("Sessions", "sessions")));
        all.extend(entrance::Administer::held_by(identity).then_some(("Allowed addresses", "allowed-addresses")));
        all.extend(activity::View::held_by(identity).then_some(("Activity", "activity")));
        MenuItem::with(identity, path, ("Account", "user", "account"), &all)
    })
}

//! Which letters tell a company's people of something, whom, and how people want to get them.

use crate::kit::actor::Role;

crate::choice! {
    /// How a company has its people told of one sort of event.
    Way {
        Both = "both" / "By email and in the portal",
        Mail = "mail" / "By email only",
        Portal = "portal" / "In the portal only",
        Silent = "none" / "Not at all",
    }
}

crate::choice! {
    /// When a person gets the emails that tell of something.
    Pace {
        AtOnce = "at_once" / "Immediately",
        Hourly = "hourly" / "Once an hour, in one email",
        Portal = "portal" / "Never, only show it in the portal",
    }
}

/// A letter that tells a company's people of something: its module says who they are, unless the company chose groups.
#[derive(Debug)]
pub struct Notice {
    /// The letter's key.
    pub key: &'static str,
    /// What happened.
    pub label: &'static str,
    /// Companies that can be told of it.
    pub roles: &'static [Role],
    /// The permission to act on it: whoever has it is told, unless the company chose groups.
    pub told: &'static str,
    /// The permission to open the page that it leads to: nobody without it is told.
    pub seen: &'static str,
    /// How, as long as the company says nothing else.
    pub way: Way,
}

/// What a letter is called that tells nobody in a company: the outbox lists it.
#[derive(Debug)]
pub struct Called {
    pub key: &'static str,
    pub label: &'static str,
}

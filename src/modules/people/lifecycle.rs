//! What can be done with an invitation.

use super::Status::{self, Expired, Invited, Joined};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    Action without column {
        Resend = "resend" / "Resend invitation",
        Revoke = "revoke" / "Revoke invitation",
        Accept = "accept" / "Accept invitation",
    }
}

choice! {
    Part without column { Company = "company" / "Company", Person = "person" / "Invited person" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Resend, from: &[Invited, Expired], to: Invited, by: &[Part::Company] },
    Rule { action: Action::Revoke, from: &[Invited], to: Expired, by: &[Part::Company] },
    Rule { action: Action::Accept, from: &[Invited], to: Joined, by: &[Part::Person] },
];

pub const USERS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Users",
    verbs: &[
        Verb { name: "Invite users", step: Step::Made(Invited), by: &[Part::Company] },
        Verb { name: "Remove user", step: Step::Gone(&[Invited, Expired, Joined]), by: &[Part::Company] },
    ],
    rules: RULES,
    notes: "An invitation expires seven days after its last email, which its date says, or when it is revoked. Whoever is known already \
            stays Invited until the invitation is accepted, as everybody else.",
};

//! The Directory: partners of a company, found through the contracts it issued.

pub mod create;
pub mod dealings;
pub mod grid;
pub mod invited;
pub mod manifest;
pub mod many;
pub mod notes;
pub mod pages;
pub mod show;
pub mod store;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission},
        lifecycle::{Lifecycle, Rule, Step, Verb},
    },
    modules::contracts::lifecycle::{Action, Part},
};

/// See partners.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view the directory";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("directory.view")
    }
}

/// Keep notes on partners.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage notes on partners";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("directory.manage")
    }
}

choice! {
    /// Where a partner stands.
    PartnerStatus computed { Invited = "invited" / "Invited", Active = "active" / "Active", Ended = "ended" / "Ended" }
}

impl PartnerStatus {
    /// The sign beside the word.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Invited => "ring",
            Self::Active => "dot",
            Self::Ended => "square",
        }
    }
}

/// A partner has no status of its own: contracts make it.
pub const PARTNERS: Lifecycle<PartnerStatus, Action, Part> = Lifecycle {
    of: "Partners",
    verbs: &[
        Verb { name: "Create its contract", step: Step::Made(PartnerStatus::Invited), by: &[Part::Issuer] },
        Verb {
            name: "Approve its enrolment",
            step: Step::Made(PartnerStatus::Active),
            by: &[Part::Issuer, Part::System],
        },
    ],
    rules: &[
        Rule {
            action: Action::Activate,
            from: &[PartnerStatus::Invited, PartnerStatus::Ended],
            to: PartnerStatus::Active,
            by: &[Part::Signee],
        },
        Rule {
            action: Action::Terminate,
            from: &[PartnerStatus::Active],
            to: PartnerStatus::Ended,
            by: &[Part::Issuer, Part::System],
        },
    ],
    notes: "A partner is whoever has an Active contract with the company. It has ended once its last contract has, and stays with its \
            history. Create Partner makes an invitation, with the partner's account if it is to be there at once.",
};

//! The Directory: partners of a company, found through the contracts it issued.

pub mod grid;
pub mod manifest;
pub mod pages;
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

choice! {
    /// Where a partner stands.
    PartnerStatus computed { Invited = "invited" / "Invited", Active = "active" / "Active" }
}

impl PartnerStatus {
    /// The sign beside the word.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Invited => "ring",
            Self::Active => "dot",
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
        Verb {
            name: "Its last contract ends",
            step: Step::Gone(&[PartnerStatus::Active]),
            by: &[Part::Issuer, Part::System],
        },
    ],
    rules: &[Rule {
        action: Action::Activate,
        from: &[PartnerStatus::Invited],
        to: PartnerStatus::Active,
        by: &[Part::Signee],
    }],
    notes: "A partner is whoever has an Active contract with the company.",
};

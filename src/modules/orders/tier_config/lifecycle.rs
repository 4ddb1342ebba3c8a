//! What may happen to a configuration and to a request, as the published state machines say.

use super::{
    RequestStatus::{self, Approved, Draft, Failed, Inquiring, Pending, TiersSetup},
    Status::{self, Active, Processing},
};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
    modules::orders::party::Part,
};

choice! {
    /// An act that moves a request.
    Action without column {
        Submit = "submit" / "Submit",
        Go = "go" / "Continue",
        Ask = "ask" / "Ask",
        Inquire = "inquire" / "Inquire",
        Answer = "answer" / "Answer",
        Approve = "approve" / "Approve",
        Fail = "fail" / "Fail",
    }
}

pub const RULES: &[Rule<RequestStatus, Action, Part>] = &[
    // only drafts of validated requests, which nothing makes yet
    Rule { action: Action::Submit, from: &[Draft], to: Pending, by: &[Part::Buyer] },
    // tier 2 is set up
    Rule { action: Action::Go, from: &[TiersSetup], to: Pending, by: &[Part::System] },
    Rule { action: Action::Ask, from: &[TiersSetup], to: Inquiring, by: &[Part::System] },
    Rule { action: Action::Inquire, from: &[Pending], to: Inquiring, by: &[Part::Vendor] },
    Rule { action: Action::Answer, from: &[Inquiring], to: Pending, by: &[Part::Customer, Part::Buyer, Part::Vendor] },
    Rule { action: Action::Approve, from: &[Pending], to: Approved, by: &[Part::Vendor] },
    Rule {
        action: Action::Fail,
        from: &[Pending, Inquiring, TiersSetup],
        to: Failed,
        by: &[Part::Vendor, Part::Buyer, Part::System],
    },
];

choice! {
    /// An act that moves a configuration: what its requests do to it.
    Outcome without column { Activate = "activate" / "Activate", Update = "update" / "Update" }
}

pub const CONFIG: &[Rule<Status, Outcome, Part>] = &[
    // also when an update failed: it stays as it was
    Rule { action: Outcome::Activate, from: &[Processing], to: Active, by: &[Part::Vendor, Part::Buyer, Part::System] },
    Rule { action: Outcome::Update, from: &[Active], to: Processing, by: &[Part::Vendor, Part::Buyer] },
];

pub const CONFIGURATIONS: Lifecycle<Status, Outcome, Part> = Lifecycle {
    of: "Tier configurations",
    verbs: &[Verb { name: "Order a product for the first time", step: Step::Made(Processing), by: &[Part::Buyer] }],
    rules: CONFIG,
    notes: "An approved request activates a configuration, and so does an update that failed: it stays as it was. A set-up that fails \
            leaves it Processing, without a request, and fails every order that waits for it; the next order asks anew. A \
            configuration that was set up once lets orders pass, also while an update of it is open.",
};

pub const REQUESTS: Lifecycle<RequestStatus, Action, Part> = Lifecycle {
    of: "Tier configuration requests",
    verbs: &[
        Verb { name: "Ask, while tier 2 is not set up", step: Step::Made(TiersSetup), by: &[Part::System] },
        Verb { name: "Ask, while a value is missing", step: Step::Made(Inquiring), by: &[Part::System, Part::Buyer] },
        Verb { name: "Ask", step: Step::Made(Pending), by: &[Part::System, Part::Buyer, Part::Vendor] },
    ],
    rules: RULES,
    notes: "Fail needs a reason. A set-up that no order waits for any more, since the last one was withdrawn or failed with its \
            contract, fails in the program's name. Updates and adjustments go on: the buyer can fail them.",
};

pub type Move = crate::kit::lifecycle::Move<RequestStatus, Action>;
pub type ConfigMove = crate::kit::lifecycle::Move<Status, Outcome>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{choice::Choice as _, lifecycle::allowed};

    #[test]
    fn tier_1_waits_for_tier_2_and_only_the_program_lets_it_go_on() {
        assert_eq!(allowed(RULES, TiersSetup, Part::Vendor), [Action::Fail]);
        assert_eq!(allowed(RULES, TiersSetup, Part::System), [Action::Go, Action::Ask, Action::Fail]);
    }

    #[test]
    fn what_is_over_stays_over() {
        for status in [Approved, Failed] {
            for part in Part::ALL {
                assert_eq!(allowed(RULES, status, *part), []);
            }
        }
    }
}

//! What may happen to a request, as the published state machine says, and our few extras.

use super::Status::{self, Approved, Draft, Failed, Inquiring, Pending, Revoked, Revoking, Scheduled, TiersSetup};
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
        Schedule = "schedule" / "Schedule",
        Return = "return" / "Set to Pending",
        Revoke = "revoke" / "Revoke",
        Confirm = "confirm" / "Confirm revocation",
        Withdraw = "withdraw" / "Withdraw",
    }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    // only drafts of validated orders, which nothing makes yet
    Rule { action: Action::Submit, from: &[Draft], to: Pending, by: &[Part::Buyer] },
    // every tier is set up
    Rule { action: Action::Go, from: &[TiersSetup], to: Pending, by: &[Part::System] },
    // something that is required is missing
    Rule { action: Action::Ask, from: &[TiersSetup], to: Inquiring, by: &[Part::System] },
    Rule { action: Action::Inquire, from: &[Pending], to: Inquiring, by: &[Part::Vendor] },
    Rule { action: Action::Answer, from: &[Inquiring], to: Pending, by: &[Part::Customer, Part::Buyer, Part::Vendor] },
    Rule { action: Action::Approve, from: &[Pending], to: Approved, by: &[Part::Vendor] },
    // from Inquiring beyond the published machine
    Rule { action: Action::Fail, from: &[Pending, Inquiring], to: Failed, by: &[Part::Vendor] },
    // a tier was refused; beyond the published machine: the contract that it was asked for under has ended
    Rule {
        action: Action::Fail,
        from: &[Draft, TiersSetup, Pending, Inquiring, Scheduled, Revoking],
        to: Failed,
        by: &[Part::System],
    },
    Rule { action: Action::Schedule, from: &[Pending], to: Scheduled, by: &[Part::Vendor] },
    // by itself when its time has come
    Rule { action: Action::Return, from: &[Scheduled], to: Pending, by: &[Part::Vendor, Part::System] },
    Rule { action: Action::Revoke, from: &[Scheduled], to: Revoking, by: &[Part::Buyer] },
    Rule { action: Action::Confirm, from: &[Revoking], to: Revoked, by: &[Part::Vendor] },
    // beyond the published machine; from when on, says `RequestRow::withdrawable`
    Rule {
        action: Action::Withdraw,
        from: &[TiersSetup, Pending, Inquiring, Revoking],
        to: Revoked,
        by: &[Part::Buyer, Part::Distributor],
    },
];

pub const REQUESTS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Fulfilment requests",
    verbs: &[
        Verb { name: "Ask, while a tier is not set up", step: Step::Made(TiersSetup), by: &[Part::Buyer] },
        Verb { name: "Ask, while a value is missing", step: Step::Made(Inquiring), by: &[Part::Buyer] },
        Verb { name: "Ask", step: Step::Made(Pending), by: &[Part::Buyer, Part::Vendor] },
    ],
    rules: RULES,
    notes: "One request of a subscription is open at a time; an adjustment is asked for by the vendor. Fail and Revoke need a reason. \
            What is Scheduled returns by itself when its time has come.\n\n\
            **Withdraw**: until the vendor has acted on a request (taken it over, asked, filled in, scheduled) its buyer may withdraw \
            it; an adjustment is the vendor's own, so it counts as acted on. From then on both the buyer and the owner of the \
            marketplace may withdraw it, but only while it is overdue. It needs no right of the company and no active contract. The \
            note says who withdrew it; a purchase ends its subscription, a cancellation puts it back.\n\n\
            **The end of the contract**: every open request but a cancellation fails in the program's name, from whichever status, \
            with the contract as its reason, and both sides are told. Cancellations go on.",
};

pub type Move = crate::kit::lifecycle::Move<Status, Action>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{
        choice::Choice as _,
        lifecycle::{allowed, plan},
    };
    use proptest::prelude::*;

    #[test]
    fn a_vendor_decides_what_is_pending_and_a_buyer_revokes_what_is_scheduled() {
        let vendors = [Action::Inquire, Action::Approve, Action::Fail, Action::Schedule];
        assert_eq!(allowed(RULES, Pending, Part::Vendor), vendors);
        assert_eq!(allowed(RULES, Pending, Part::Buyer), [Action::Withdraw]);
        assert_eq!(allowed(RULES, Scheduled, Part::Buyer), [Action::Revoke]);
        assert_eq!(allowed(RULES, Scheduled, Part::Distributor), []);
        assert_eq!(allowed(RULES, Revoking, Part::Vendor), [Action::Confirm]);
        assert_eq!(allowed(RULES, Revoking, Part::Buyer), [Action::Withdraw]);
    }

    proptest! {
        #[test]
        fn a_random_walk_approves_only_what_is_pending_and_never_comes_back_from_the_end(
            tries in proptest::collection::vec(
                (proptest::sample::select(Action::ALL.to_vec()), proptest::sample::select(Part::ALL.to_vec())), 0..40)
        ) {
            let at = chrono::DateTime::UNIX_EPOCH;
            let mut trail = vec![Pending];
            for (action, part) in tries {
                let now = trail[trail.len() - 1];
                let offered = allowed(RULES, now, part).contains(&action);
                let planned = plan(RULES, now, action, part, at);
                prop_assert_eq!(planned.is_ok(), offered, "a button is shown exactly when its act is possible");
                if let Ok(planned) = planned {
                    trail.push(planned.to());
                }
            }
            for two in trail.windows(2) {
                prop_assert!(two[0].open(), "{:?} is over", two[0]);
                prop_assert!(two[1] != Approved || two[0] == Pending);
                prop_assert!(two[0] != Revoking || !two[1].open(), "revoking never turns back");
            }
        }
    }
}

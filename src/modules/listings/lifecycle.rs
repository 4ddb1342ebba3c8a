//! What may happen to a listing and to a request, as the published state machines say. Creating a request and deleting a draft
//! are verbs; neither is a status.

use super::{
    RequestStatus::{self, Cancelled, Completed, Deploying, Draft, Reviewing},
    Status::{self, Listed, Unlisted},
};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    /// An act that moves a request.
    Action without column { Submit = "submit" / "Submit", Deploy = "deploy" / "Mark as Deploying", Complete = "complete" / "Mark as Completed", Refine = "refine" / "Refine", Cancel = "cancel" / "Cancel request" }
}

choice! {
    /// An actor's part: the product's vendor, the marketplace's owner, or a rule of the program.
    Part without column { Vendor = "vendor" / "Vendor", Owner = "owner" / "Owner", System = "system" / "Entente" }
}

pub const RULES: &[Rule<RequestStatus, Action, Part>] = &[
    Rule { action: Action::Submit, from: &[Draft], to: Reviewing, by: &[Part::Vendor] },
    Rule { action: Action::Deploy, from: &[Reviewing], to: Deploying, by: &[Part::Owner] },
    Rule { action: Action::Complete, from: &[Deploying], to: Completed, by: &[Part::Owner] },
    // beyond the published machine: back to the vendor, with a reason
    Rule { action: Action::Refine, from: &[Reviewing], to: Draft, by: &[Part::Owner] },
    Rule { action: Action::Cancel, from: &[Reviewing, Deploying], to: Cancelled, by: &[Part::Owner] },
    // beyond the published machine: with the distribution contract that carried it
    Rule { action: Action::Cancel, from: &[Draft, Reviewing, Deploying], to: Cancelled, by: &[Part::System] },
];

choice! {
    /// An act that moves a listing: what completing a request does to it.
    Outcome without column { List = "list" / "List", Unlist = "unlist" / "Unlist" }
}

pub const LISTING: &[Rule<Status, Outcome, Part>] = &[
    Rule { action: Outcome::List, from: &[Unlisted], to: Listed, by: &[Part::Owner] },
    // by itself with the distribution contract above it
    Rule { action: Outcome::Unlist, from: &[Listed], to: Unlisted, by: &[Part::Owner, Part::System] },
];

pub const LISTINGS: Lifecycle<Status, Outcome, Part> = Lifecycle {
    of: "Listings",
    verbs: &[
        Verb { name: "Ask for the first time", step: Step::Made(Unlisted), by: &[Part::Vendor] },
        Verb { name: "Ask for an update or an end", step: Step::Kept(&[Listed]), by: &[Part::Vendor] },
        Verb { name: "Complete an update", step: Step::Kept(&[Listed]), by: &[Part::Owner] },
        Verb { name: "Cancel a request", step: Step::Kept(&[Unlisted, Listed]), by: &[Part::Owner] },
        Verb { name: "Delete its only draft", step: Step::Gone(&[Unlisted]), by: &[Part::Vendor] },
    ],
    rules: LISTING,
    notes: "A completed New request lists, a completed Terminate request unlists, and so does the end of the distribution contract.",
};

pub const REQUESTS: Lifecycle<RequestStatus, Action, Part> = Lifecycle {
    of: "Listing requests",
    verbs: &[
        Verb { name: "Create", step: Step::Made(Draft), by: &[Part::Vendor] },
        Verb { name: "Delete", step: Step::Gone(&[Draft]), by: &[Part::Vendor] },
    ],
    rules: RULES,
    notes: "The wizard creates and submits in one act. A request is due three working days after it was submitted. Refine and Cancel \
            need a reason; the end of the distribution contract cancels what is open.",
};

pub type ListingMove = crate::kit::lifecycle::Move<Status, Outcome>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{
        choice::Choice as _,
        lifecycle::{allowed, plan},
    };
    use proptest::prelude::*;

    #[test]
    fn a_vendor_can_only_submit_and_an_owner_decides_the_rest() {
        for status in RequestStatus::ALL {
            let expected: &[Action] = if *status == Draft { &[Action::Submit] } else { &[] };
            assert_eq!(allowed(RULES, *status, Part::Vendor), expected);
        }
        assert_eq!(allowed(RULES, Reviewing, Part::Owner), [Action::Deploy, Action::Refine, Action::Cancel]);
        assert_eq!(allowed(RULES, Deploying, Part::Owner), [Action::Complete, Action::Cancel]);
        assert_eq!(allowed(RULES, Draft, Part::Owner), []);
    }

    #[test]
    fn what_is_over_stays_over() {
        for status in [Completed, Cancelled] {
            for part in Part::ALL {
                assert_eq!(allowed(RULES, status, *part), []);
            }
        }
    }

    proptest! {
        #[test]
        fn a_random_walk_completes_only_what_was_deployed(
            tries in proptest::collection::vec(
                (proptest::sample::select(Action::ALL.to_vec()), proptest::sample::select(Part::ALL.to_vec())), 0..30)
        ) {
            let at = chrono::DateTime::UNIX_EPOCH;
            let (mut now, mut trail) = (Draft, vec![Draft]);
            for (action, part) in tries {
                let offered = allowed(RULES, now, part).contains(&action);
                let planned = plan(RULES, now, action, part, at);
                prop_assert_eq!(planned.is_ok(), offered, "a button is shown exactly when its act is possible");
                if let Ok(planned) = planned {
                    now = planned.to();
                    trail.push(now);
                }
            }
            for steps in trail.windows(2) {
                if steps[1] == Completed {
                    prop_assert_eq!(steps[0], Deploying);
                }
            }
            prop_assert!(trail.iter().rev().skip(1).all(|status| status.open()));
        }
    }
}

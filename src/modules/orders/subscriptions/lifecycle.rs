//! What may happen to a subscription, as the published state machine says. Only requests do it.

use super::Status::{self, Active, Draft, Processing, Suspended, Terminated, Terminating};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    /// An act that moves a subscription.
    Action without column {
        Order = "order" / "Order",
        Activate = "activate" / "Activate",
        Reject = "reject" / "Reject",
        Suspend = "suspend" / "Suspend",
        Resume = "resume" / "Resume",
        Cancel = "cancel" / "Cancel",
        Terminate = "terminate" / "Terminate",
        Keep = "keep" / "Keep",
        KeepSuspended = "keep_suspended" / "Keep suspended",
    }
}

choice! {
    /// An actor's part: who ordered, the vendor by what it does with a request, whose marketplace it is, or a rule of the program.
    Part without column {
        Buyer = "buyer" / "Buyer",
        Vendor = "vendor" / "Vendor",
        Distributor = "distributor" / "Distributor",
        System = "system" / "Entente",
    }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    // only drafts of validated orders, which nothing makes yet
    Rule { action: Action::Order, from: &[Draft], to: Processing, by: &[Part::Buyer] },
    Rule { action: Action::Activate, from: &[Processing], to: Active, by: &[Part::Vendor] },
    // by others than the vendor beyond the published machine: the purchase was withdrawn, or its contract has ended
    Rule {
        action: Action::Reject,
        from: &[Processing],
        to: Terminated,
        by: &[Part::Vendor, Part::Buyer, Part::Distributor, Part::System],
    },
    Rule { action: Action::Suspend, from: &[Active], to: Suspended, by: &[Part::Vendor] },
    Rule { action: Action::Resume, from: &[Suspended], to: Active, by: &[Part::Vendor] },
    // from Suspended beyond the published machine
    Rule { action: Action::Cancel, from: &[Active, Suspended], to: Terminating, by: &[Part::Buyer] },
    Rule { action: Action::Terminate, from: &[Terminating], to: Terminated, by: &[Part::Vendor] },
    // beyond the published machine: a cancellation that failed, was revoked or withdrawn
    Rule {
        action: Action::Keep,
        from: &[Terminating],
        to: Active,
        by: &[Part::Vendor, Part::Buyer, Part::Distributor],
    },
    Rule {
        action: Action::KeepSuspended,
        from: &[Terminating],
        to: Suspended,
        by: &[Part::Vendor, Part::Buyer, Part::Distributor],
    },
];

pub const SUBSCRIPTIONS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Subscriptions",
    verbs: &[
        Verb { name: "Order", step: Step::Made(Processing), by: &[Part::Buyer] },
        Verb { name: "Ask for a change", step: Step::Kept(&[Active]), by: &[Part::Buyer] },
        Verb { name: "Approve a change, or adjust", step: Step::Kept(&[Active]), by: &[Part::Vendor] },
    ],
    rules: RULES,
    notes: "Nothing but a decided request moves a subscription. A purchase that is withdrawn, or fails with its contract, ends it. Once \
            the distribution contract has ended, or the buyer has lost its right to order, a subscription can only be cancelled, which \
            needs nothing but to be the buyer. What is suspended can be resumed, whatever the product's setting says by then. A \
            cancellation that fails or is withdrawn leads back to where the subscription came from.\n\n\
            An item with a commitment binds the customer from the effective day of the order that brought it, for so many years; the \
            day stays when the quantity changes. Asking for less, or cancelling, before that day has to be ticked once more and is \
            told to the vendor, who decides as always.",
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
    fn a_processing_subscription_cannot_be_suspended_and_ends_with_its_purchase() {
        assert_eq!(allowed(RULES, Processing, Part::Buyer), [Action::Reject]);
        assert_eq!(allowed(RULES, Processing, Part::Vendor), [Action::Activate, Action::Reject]);
    }

    proptest! {
        #[test]
        fn what_is_terminated_stays_so(
            tries in proptest::collection::vec(
                (proptest::sample::select(Action::ALL.to_vec()), proptest::sample::select(Part::ALL.to_vec())), 0..40)
        ) {
            let at = chrono::DateTime::UNIX_EPOCH;
            let mut now = Processing;
            let mut trail = vec![now];
            for (action, part) in tries {
                let offered = allowed(RULES, now, part).contains(&action);
                let planned = plan(RULES, now, action, part, at);
                prop_assert_eq!(planned.is_ok(), offered);
                if let Ok(planned) = planned {
                    now = planned.to();
                    trail.push(now);
                }
            }
            let ended = trail.iter().position(|status| *status == Terminated).unwrap_or(trail.len());
            prop_assert!(trail[ended..].iter().all(|status| *status == Terminated));
            prop_assert!(trail.windows(2).all(|two| two[1] != Suspended || matches!(two[0], Active | Terminating)));
        }
    }
}

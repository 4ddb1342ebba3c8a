//! What may happen to a contract, as the published state machines say: one for program and service contracts, one for
//! distribution contracts. Creation and deletion are verbs; neither is a status.

use super::{
    Status::{self, Active, Enrolling, Pending, Rejected, Terminated},
    Type,
    store::ContractRow,
};
use crate::{choice, kit::lifecycle::Rule};

choice! {
    /// An act that moves a contract.
    Action without column { Activate = "activate" / "Activate", Submit = "submit" / "Submit", Approve = "approve" / "Approve", Lapse = "lapse" / "Lapse", Reject = "reject" / "Reject", Terminate = "terminate" / "Terminate", Expire = "expire" / "Expire", Succeed = "succeed" / "Succeed" }
}

choice! {
    /// An actor's part in a contract, whatever its portal.
    Part { Issuer = "issuer" / "Issuer", Signee = "signee" / "Signee", System = "system" / "Entente" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Activate, from: &[Pending], to: Active, by: &[Part::Signee] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Signee] },
    Rule { action: Action::Terminate, from: &[Active], to: Terminated, by: &[Part::Issuer] },
    // beyond the published machine: the day that the contract itself names
    Rule { action: Action::Expire, from: &[Active], to: Terminated, by: &[Part::System] },
    // beyond the published machine: a successor has become active
    Rule { action: Action::Succeed, from: &[Active], to: Terminated, by: &[Part::System] },
];

/// Refine Data of the published machine waits for enrolment forms.
pub const DISTRIBUTION: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Submit, from: &[Enrolling], to: Pending, by: &[Part::System] },
    // beyond the published machine: by itself where Auto Accept is on
    Rule { action: Action::Approve, from: &[Pending], to: Active, by: &[Part::Issuer, Part::System] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Issuer] },
    // by itself with the program contract above it
    Rule { action: Action::Terminate, from: &[Active], to: Terminated, by: &[Part::Issuer, Part::System] },
    Rule { action: Action::Lapse, from: &[Enrolling, Pending], to: Rejected, by: &[Part::System] },
    // beyond the published machine, as for the others
    Rule { action: Action::Expire, from: &[Active], to: Terminated, by: &[Part::System] },
    Rule { action: Action::Succeed, from: &[Active], to: Terminated, by: &[Part::System] },
];

/// While a contract is offered as the successor of another, of whichever type: beyond the published machines.
pub const RENEWAL: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Activate, from: &[Pending], to: Active, by: &[Part::Signee] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Signee] },
    // by itself with the program contract above it
    Rule { action: Action::Lapse, from: &[Pending], to: Rejected, by: &[Part::System] },
];

impl ContractRow {
    /// Whether it is offered to succeed another and waits for its signee.
    pub fn renews(&self) -> bool {
        self.predecessor_id.is_some() && self.status == Pending
    }

    /// The table that it moves by.
    pub fn rules(&self) -> &'static [Rule<Status, Action, Part>] {
        match self.type_ {
            _ if self.renews() => RENEWAL,
            Type::Program | Type::Service => RULES,
            Type::Distribution => DISTRIBUTION,
        }
    }
}

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
    fn what_has_ended_stays_ended() {
        for status in [Rejected, Terminated] {
            for part in Part::ALL {
                assert!(allowed(RULES, status, *part).is_empty());
            }
        }
    }

    #[test]
    fn only_the_issuer_ends_an_active_contract() {
        assert_eq!(allowed(RULES, Active, Part::Issuer), [Action::Terminate]);
        assert_eq!(allowed(RULES, Active, Part::Signee), []);
        assert_eq!(allowed(RULES, Pending, Part::Issuer), []);
    }

    #[test]
    fn a_vendor_decides_only_by_enrolling_and_the_marketplaces_owner_decides_once() {
        for status in Status::ALL {
            assert_eq!(allowed(DISTRIBUTION, *status, Part::Signee), []);
        }
        assert_eq!(allowed(DISTRIBUTION, Pending, Part::Issuer), [Action::Approve, Action::Reject]);
        assert_eq!(allowed(DISTRIBUTION, Active, Part::Issuer), [Action::Terminate]);
        for ended in [Rejected, Terminated] {
            assert_eq!(allowed(DISTRIBUTION, ended, Part::Issuer), []);
            assert_eq!(allowed(DISTRIBUTION, ended, Part::System), []);
        }
    }

    proptest! {
        #[test]
        fn a_random_walk_leaves_a_trail_that_is_its_path(
            tries in proptest::collection::vec(
                (proptest::sample::select(Action::ALL.to_vec()), proptest::sample::select(Part::ALL.to_vec())), 0..30)
        ) {
            let at = chrono::DateTime::UNIX_EPOCH;
            let (mut now, mut trail) = (Pending, Vec::new());
            for (action, part) in tries {
                let offered = allowed(RULES, now, part).contains(&action);
                let planned = plan(RULES, now, action, part, at);
                prop_assert_eq!(planned.is_ok(), offered, "a button is shown exactly when its act is possible");
                if let Ok(planned) = planned {
                    prop_assert_eq!(planned.from(), now);
                    trail.push((planned.from(), planned.to()));
                    now = planned.to();
                }
            }
            prop_assert!(trail.len() <= 2, "no contract moves more than twice");
            prop_assert!(trail.windows(2).all(|steps| steps[0].1 == steps[1].0));
            prop_assert_eq!(trail.last().map_or(Pending, |(_, to)| *to), now);
        }
    }
}

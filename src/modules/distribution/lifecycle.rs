//! What may happen to a distribution contract, as the published state machine says. Refine Data waits for enrolment forms.

use crate::{
    choice,
    kit::lifecycle::Rule,
    modules::contracts::{
        Status::{self, Active, Enrolling, Pending, Rejected, Terminated},
        lifecycle::Part,
    },
};

choice! {
    /// An act that moves a distribution contract.
    Action { Submit = "submit" / "Submit", Approve = "approve" / "Approve", Reject = "reject" / "Reject", Terminate = "terminate" / "Terminate", Lapse = "lapse" / "Lapse" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Submit, from: &[Enrolling], to: Pending, by: &[Part::System] },
    // beyond the published machine: by itself where Auto Accept is on
    Rule { action: Action::Approve, from: &[Pending], to: Active, by: &[Part::Issuer, Part::System] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Issuer] },
    // by itself with the program contract above it
    Rule { action: Action::Terminate, from: &[Active], to: Terminated, by: &[Part::Issuer, Part::System] },
    Rule { action: Action::Lapse, from: &[Enrolling, Pending], to: Rejected, by: &[Part::System] },
];

pub type Move = crate::kit::lifecycle::Move<Status, Action>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::lifecycle::allowed;

    #[test]
    fn the_vendor_decides_only_by_enrolling() {
        for status in [Enrolling, Pending, Active, Rejected, Terminated] {
            assert_eq!(allowed(RULES, status, Part::Signee), []);
        }
    }

    #[test]
    fn the_marketplaces_owner_decides_once_and_may_end_it() {
        assert_eq!(allowed(RULES, Pending, Part::Issuer), [Action::Approve, Action::Reject]);
        assert_eq!(allowed(RULES, Active, Part::Issuer), [Action::Terminate]);
        assert_eq!(allowed(RULES, Rejected, Part::Issuer), []);
        assert_eq!(allowed(RULES, Terminated, Part::Issuer), []);
    }
}

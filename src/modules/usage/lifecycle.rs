//! What may happen to a usage file, as the published state machine says, and what becomes of its records thereby.

use super::Status::{self, Accepted, Closed, Draft, Invalid, Pending, Processing, Ready, Rejected, Uploading};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb, allowed},
};

choice! {
    /// An act that moves a file.
    Action without column { Upload = "upload" / "Upload", Process = "process" / "Process", Fail = "fail" / "Find errors", Pass = "pass" / "Find no errors", Submit = "submit" / "Submit", Accept = "accept" / "Accept", Reject = "reject" / "Reject", Close = "close" / "Close" }
}

choice! {
    /// An actor's part in a file: the product's vendor, the marketplace's owner, or the job.
    Part without column { Vendor = "vendor" / "Vendor", Owner = "owner" / "Owner", System = "system" / "Entente" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Upload, from: &[Draft, Invalid, Ready, Rejected], to: Uploading, by: &[Part::Vendor] },
    Rule { action: Action::Process, from: &[Uploading], to: Processing, by: &[Part::System] },
    Rule { action: Action::Fail, from: &[Processing], to: Invalid, by: &[Part::System] },
    Rule { action: Action::Pass, from: &[Processing], to: Ready, by: &[Part::System] },
    Rule { action: Action::Submit, from: &[Ready], to: Pending, by: &[Part::Vendor] },
    Rule { action: Action::Accept, from: &[Pending], to: Accepted, by: &[Part::Owner, Part::System] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Owner, Part::System] },
    Rule { action: Action::Close, from: &[Accepted], to: Closed, by: &[Part::Owner] },
];

/// Where the vendor may change what it says of a file.
pub const EDITABLE: &[Status] = &[Draft, Invalid, Ready, Rejected];
/// Where the vendor may take a file away, unless it was submitted before.
pub const DELETABLE: &[Status] = &[Draft, Invalid, Ready];

/// Whether a report can be uploaded to a file, and so be tried out.
pub fn takes_report(status: Status) -> bool {
    allowed(RULES, status, Part::Vendor).contains(&Action::Upload)
}

pub const FILES: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Usage files",
    verbs: &[
        Verb { name: "Create", step: Step::Made(Draft), by: &[Part::Vendor] },
        Verb { name: "Edit", step: Step::Kept(EDITABLE), by: &[Part::Vendor] },
        Verb { name: "Delete", step: Step::Gone(DELETABLE), by: &[Part::Vendor] },
    ],
    rules: RULES,
    notes: "A file is valid as a whole or not at all: with one wrong row it is Invalid, and none of its records counts. Its records \
            follow it: they are validated while it is Ready, and pending, rejected, accepted or closed with it. An edit that changes what \
            its report was checked against has the report checked again: the file is Uploading then. Records of an accepted \
            file can also be closed one by one, and the last one closes the file. The marketplace's owner sees a file from the first \
            submission on; one that was submitted once is kept, so it cannot be deleted. Reject needs a reason, Close the reference of \
            a bill. Entente accepts and rejects only as a rule of the owner says.",
};

pub type Move = crate::kit::lifecycle::Move<Status, Action>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{choice::Choice as _, lifecycle::plan};
    use proptest::prelude::*;

    #[test]
    fn a_vendor_reports_and_an_owner_decides() {
        assert_eq!(allowed(RULES, Ready, Part::Vendor), [Action::Upload, Action::Submit]);
        assert_eq!(allowed(RULES, Pending, Part::Vendor), []);
        assert_eq!(allowed(RULES, Pending, Part::Owner), [Action::Accept, Action::Reject]);
        assert_eq!(allowed(RULES, Accepted, Part::Owner), [Action::Close]);
        for status in [Draft, Uploading, Processing, Invalid, Ready, Rejected] {
            assert_eq!(allowed(RULES, status, Part::Owner), [], "{status}");
        }
    }

    #[test]
    fn what_is_closed_stays_closed() {
        for part in Part::ALL {
            assert!(allowed(RULES, Closed, *part).is_empty());
        }
    }

    proptest! {
        #[test]
        fn a_random_walk_accepts_only_what_was_checked_and_submitted(
            tries in proptest::collection::vec(
                (proptest::sample::select(Action::ALL.to_vec()), proptest::sample::select(Part::ALL.to_vec())), 0..60)
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
                match steps[1] {
                    Accepted | Rejected => prop_assert_eq!(steps[0], Pending),
                    Pending => prop_assert_eq!(steps[0], Ready),
                    Ready => prop_assert_eq!(steps[0], Processing),
                    Closed => prop_assert_eq!(steps[0], Accepted),
                    _ => {}
                }
            }
        }
    }
}

//! What may happen to a contract, as the published state machines say: one for program and service contracts, one for
//! distribution contracts, one for syndication contracts. Creation and deletion are verbs; neither is a status.

use super::{
    Status::{self, Active, Enrolling, Pending, Rejected, Terminated},
    Type,
    store::ContractRow,
};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

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
    // beyond the published machine: automatic where Auto Accept is on
    Rule { action: Action::Approve, from: &[Pending], to: Active, by: &[Part::Issuer, Part::System] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Issuer] },
    // automatically, with the program contract above it
    Rule { action: Action::Terminate, from: &[Active], to: Terminated, by: &[Part::Issuer, Part::System] },
    Rule { action: Action::Lapse, from: &[Enrolling, Pending], to: Rejected, by: &[Part::System] },
    // beyond the published machine, as for the others
    Rule { action: Action::Expire, from: &[Active], to: Terminated, by: &[Part::System] },
    Rule { action: Action::Succeed, from: &[Active], to: Terminated, by: &[Part::System] },
];

/// As distribution contracts, which begin with forms to fill in.
pub const SYNDICATION: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Approve, from: &[Pending], to: Active, by: &[Part::Issuer] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Issuer] },
    // automatically, with the service contract above it
    Rule { action: Action::Terminate, from: &[Active], to: Terminated, by: &[Part::Issuer, Part::System] },
    // beyond the published machine: an enrolment under a service contract that ended
    Rule { action: Action::Lapse, from: &[Pending], to: Rejected, by: &[Part::System] },
    // beyond the published machine, as for the others
    Rule { action: Action::Expire, from: &[Active], to: Terminated, by: &[Part::System] },
    Rule { action: Action::Succeed, from: &[Active], to: Terminated, by: &[Part::System] },
];

/// While a contract is offered as the successor of another, of whichever type: beyond the published machines.
pub const RENEWAL: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Activate, from: &[Pending], to: Active, by: &[Part::Signee] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Signee] },
    // automatically, with the contract above it
    Rule { action: Action::Lapse, from: &[Pending], to: Rejected, by: &[Part::System] },
];

/// While a program contract that a referral led to waits for its vendor: as a renewal waits, with nothing above it.
pub const REFERRAL: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Activate, from: &[Pending], to: Active, by: &[Part::Signee] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Signee] },
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
            _ if self.refers() => REFERRAL,
            Type::Program | Type::Service | Type::Referral => RULES,
            Type::Distribution => DISTRIBUTION,
            Type::Syndication => SYNDICATION,
        }
    }
}

const VERBS: &[Verb<Status, Part>] = &[
    Verb { name: "Create", step: Step::Made(Pending), by: &[Part::Issuer] },
    Verb { name: "Sign a newer version", step: Step::Kept(&[Active]), by: &[Part::Signee] },
    Verb { name: "Delete", step: Step::Gone(&[Pending]), by: &[Part::Issuer] },
];

const NOTES: &str = "Rejected and Terminated are final: new business needs a renewal or a new contract. A contract expires on the day \
                     that it names, and is succeeded when its renewal is signed.";

pub const PROGRAM: Lifecycle<Status, Action, Part> =
    Lifecycle { of: "Program contracts", verbs: VERBS, rules: RULES, notes: NOTES };

pub const SERVICE: Lifecycle<Status, Action, Part> =
    Lifecycle { of: "Service contracts", verbs: VERBS, rules: RULES, notes: NOTES };

pub const RENEWALS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Renewals",
    verbs: &[
        Verb { name: "Renew", step: Step::Made(Pending), by: &[Part::Issuer] },
        Verb { name: "Delete", step: Step::Gone(&[Pending]), by: &[Part::Issuer] },
    ],
    rules: RENEWAL,
    notes: "A renewal is a contract of the same type, between the same two, on the agreement's active version. Once it is signed, the \
            contract before it ends, and the contracts, listings and subscriptions under it go over in the same transaction. A \
            contract that has ended can be renewed as well, unless it is a syndication contract or another one between the same two on \
            the same agreement is Active. \
            A renewal lapses when the program or service contract above it ends. Auto Accept makes no contract for a vendor that has a renewal \
            to sign. A new enrolment for the same marketplace takes over what hung on the contract that ended before it.",
};

pub const REFERRALS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Referrals",
    verbs: &[
        Verb { name: "Enroll", step: Step::Made(Pending), by: &[Part::Issuer] },
        Verb { name: "Delete", step: Step::Gone(&[Pending]), by: &[Part::Issuer] },
    ],
    rules: REFERRAL,
    notes: "A referral is a program contract whose signee is the vendor of a product from the issuer's catalog. Once it is signed, it is a \
            program contract like any other. The end of the service contract that carried the referral agreement ends nothing of it.",
};

pub const ENROLMENTS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Distribution contracts",
    verbs: &[
        Verb { name: "Enroll", step: Step::Made(Enrolling), by: &[Part::Signee] },
        Verb { name: "Auto Accept", step: Step::Made(Active), by: &[Part::System] },
    ],
    rules: DISTRIBUTION,
    notes: "The vendor is the signee, the owner of the marketplace the issuer. A vendor enrolls in a distribution agreement of a program \
            that it has signed, and may enroll again after a rejection or an end. When the program contract ends, enrolments lapse \
            and active contracts end.",
};

/// Contracts that partners enroll in from their catalog: as those of distribution, without Enrolling.
pub const SYNDICATIONS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Syndication contracts",
    verbs: &[Verb { name: "Enroll", step: Step::Made(Pending), by: &[Part::Signee] }],
    rules: SYNDICATION,
    notes: "The partner is the signee, the owner of the syndication agreement the issuer. A partner enrolls for one product and one \
            marketplace of its own, from its catalog, and may enroll again after a rejection or an end. When the service contract \
            above it ends, enrolments lapse and active contracts end.",
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

    #[test]
    fn a_partner_decides_only_by_enrolling_and_the_agreements_owner_decides_once() {
        for status in Status::ALL {
            assert_eq!(allowed(SYNDICATION, *status, Part::Signee), []);
        }
        assert_eq!(allowed(SYNDICATION, Pending, Part::Issuer), [Action::Approve, Action::Reject]);
        assert_eq!(allowed(SYNDICATION, Active, Part::Issuer), [Action::Terminate]);
        assert_eq!(allowed(SYNDICATION, Enrolling, Part::System), []);
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

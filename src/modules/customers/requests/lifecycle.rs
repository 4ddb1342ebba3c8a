//! What may happen to a tier account request. The program makes them; all but Pending are final.

use super::Status::{self, Accepted, Ignored, Pending, Unsupported};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    /// An act that decides a request.
    Action without column { Accept = "accept" / "Accept", Ignore = "ignore" / "Ignore" }
}

choice! {
    /// Who acts on a request: the product's vendor, or the program.
    Part without column { Vendor = "vendor" / "Vendor", System = "system" / "Entente" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Accept, from: &[Pending], to: Accepted, by: &[Part::Vendor] },
    Rule { action: Action::Ignore, from: &[Pending], to: Ignored, by: &[Part::Vendor] },
];

pub const REQUESTS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Tier account requests",
    verbs: &[
        Verb { name: "An account that subscriptions use is edited", step: Step::Made(Pending), by: &[Part::System] },
        Verb { name: "The same, while Tier Accounts Sync is off", step: Step::Made(Unsupported), by: &[Part::System] },
    ],
    rules: RULES,
    notes: "The account is changed already: a request is no gate. Ignore needs a reason. The page of a request shows the difference to what \
            the vendor accepted last before it, or, when it has accepted nothing yet, to what there was before the first change that it \
            was told of; what was decided keeps showing what was seen then.",
};

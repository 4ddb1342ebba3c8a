//! What may happen to a product and to an item, as their published state machines say: the two are the same. Creation and
//! deletion of a draft are verbs; neither is a status.

use super::Status::{self, Draft, EndOfSale, Published};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    /// An act that moves a product or an item.
    Action without column { Publish = "publish" / "Publish", EndSale = "end_sale" / "End of Sale", Restore = "restore" / "Restore" }
}

choice! {
    /// Who does it: only ever the vendor.
    By without column { Vendor = "vendor" / "Vendor" }
}

pub const RULES: &[Rule<Status, Action, By>] = &[
    Rule { action: Action::Publish, from: &[Draft], to: Published, by: &[By::Vendor] },
    Rule { action: Action::EndSale, from: &[Published], to: EndOfSale, by: &[By::Vendor] },
    Rule { action: Action::Restore, from: &[EndOfSale], to: Published, by: &[By::Vendor] },
];

const VERBS: &[Verb<Status, By>] = &[
    Verb { name: "Create", step: Step::Made(Draft), by: &[By::Vendor] },
    Verb { name: "Delete", step: Step::Gone(&[Draft]), by: &[By::Vendor] },
];

pub const PRODUCTS: Lifecycle<Status, Action, By> = Lifecycle {
    of: "Products",
    verbs: VERBS,
    rules: RULES,
    notes: "The first version publishes a product. At End of Sale it cannot be listed anew; what is listed stays, and whoever sees it is \
            told.",
};

pub const ITEMS: Lifecycle<Status, Action, By> = Lifecycle {
    of: "Items",
    verbs: VERBS,
    rules: RULES,
    notes: "The first version that holds an item publishes it; from then on only its name, part number and description change. An item \
            at End of Sale may still be ordered. A dynamic item is published by the usage file that made it, once that is ready; it is in \
            no version, and its sale does not end.",
};

pub type Move = crate::kit::lifecycle::Move<Status, Action>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::lifecycle::allowed;

    #[test]
    fn nothing_leads_back_to_draft() {
        assert!(RULES.iter().all(|rule| rule.to != Draft));
    }

    #[test]
    fn each_status_offers_one_way_on() {
        assert_eq!(allowed(RULES, Draft, By::Vendor), [Action::Publish]);
        assert_eq!(allowed(RULES, Published, By::Vendor), [Action::EndSale]);
        assert_eq!(allowed(RULES, EndOfSale, By::Vendor), [Action::Restore]);
    }
}

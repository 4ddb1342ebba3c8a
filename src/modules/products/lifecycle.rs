//! What may happen to a product and to an item, as their published state machines say: the two are the same. Creation and
//! deletion of a draft are verbs; neither is a status.

use super::Status::{self, Draft, EndOfSale, Published};
use crate::{choice, kit::lifecycle::Rule};

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

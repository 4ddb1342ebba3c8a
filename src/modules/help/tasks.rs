//! All tasks that Help tells of, in the order in which it lists them. Each has a page in `docs/tasks`, and the same in German beside it.

use crate::{
    kit::{
        actor::{Identity, Permission as _, Role},
        task::Task,
    },
    modules::{
        agreements, catalog, contracts, customers, customers::requests::Decide, listings, orders, people, tokens, usage,
    },
};

/// The pages of a task.
macro_rules! pages {
    ($name:literal) => {
        (
            include_str!(concat!("../../../docs/tasks/", $name, ".md")),
            include_str!(concat!("../../../docs/tasks/de/", $name, ".md")),
        )
    };
}

/// All of them.
pub static ALL: &[Task] = &[
    Task {
        name: "invite-a-reseller",
        label: "Invite a reseller",
        parts: &["partners"],
        may: |identity| contracts::Create::held_by(identity) && identity.rights.service,
        pages: pages!("invite-a-reseller"),
    },
    Task {
        name: "create-a-partner",
        label: "Create a partner",
        parts: &["partners"],
        may: |identity| contracts::Create::held_by(identity) && identity.rights.service,
        pages: pages!("create-a-partner"),
    },
    Task {
        name: "sign-with-two",
        label: "Have two people sign",
        parts: &["partners"],
        may: |identity| contracts::Create::held_by(identity) && identity.rights.service,
        pages: pages!("sign-with-two"),
    },
    Task {
        name: "send-out-a-new-version",
        label: "Collect signatures on a new version",
        parts: &["partners"],
        may: agreements::Activate::held_by,
        pages: pages!("send-out-a-new-version"),
    },
    Task {
        name: "list-a-product",
        label: "List a product",
        parts: &["listings", "products"],
        may: listings::Submit::held_by,
        pages: pages!("list-a-product"),
    },
    Task {
        name: "review-a-listing-request",
        label: "Review a listing request",
        parts: &["listings", "marketplaces"],
        may: listings::Process::held_by,
        pages: pages!("review-a-listing-request"),
    },
    Task {
        name: "sell-from-the-catalog",
        label: "Sell what the catalog offers",
        parts: &["products", "marketplaces"],
        may: catalog::Enroll::held_by,
        pages: pages!("sell-from-the-catalog"),
    },
    Task {
        name: "add-a-customer",
        label: "Add a customer",
        parts: &["customers"],
        may: |identity| buys(identity) && customers::Manage::held_by(identity),
        pages: pages!("add-a-customer"),
    },
    Task {
        name: "accept-a-customer-change",
        label: "Accept a customer change",
        parts: &["customers"],
        may: Decide::held_by,
        pages: pages!("accept-a-customer-change"),
    },
    Task {
        name: "order-a-subscription",
        label: "Order for a customer",
        parts: &["orders"],
        may: |identity| buys(identity) && orders::Order::held_by(identity),
        pages: pages!("order-a-subscription"),
    },
    Task {
        name: "fulfil-an-order",
        label: "Fulfil an order",
        parts: &["orders"],
        may: orders::Process::held_by,
        pages: pages!("fulfil-an-order"),
    },
    Task {
        name: "report-usage",
        label: "Report usage",
        parts: &["usage"],
        may: usage::Report::held_by,
        pages: pages!("report-usage"),
    },
    Task {
        name: "review-usage",
        label: "Review and close usage",
        parts: &["usage"],
        may: usage::Review::held_by,
        pages: pages!("review-usage"),
    },
    Task {
        name: "connect-a-program",
        label: "Connect a program",
        parts: &["integrations"],
        may: tokens::Manage::held_by,
        pages: pages!("connect-a-program"),
    },
    Task {
        name: "invite-a-colleague",
        label: "Invite a colleague",
        parts: &["account"],
        may: people::Manage::held_by,
        pages: pages!("invite-a-colleague"),
    },
];

/// Whether the company buys for customers, as everybody does but vendors.
fn buys(identity: &Identity) -> bool {
    identity.company.role != Role::Vendor
}

/// What this person can be told how to do.
pub fn of(identity: &Identity) -> impl Iterator<Item = &'static Task> {
    ALL.iter().filter(move |task| (task.may)(identity))
}

/// The same in one part of the portal.
pub fn within(identity: &Identity, part: &str) -> Vec<&'static Task> {
    of(identity).filter(|task| task.is_of(part)).collect()
}

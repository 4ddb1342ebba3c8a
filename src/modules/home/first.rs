//! What somebody who is new does first, in each portal. A step is ticked by what there is, and the list goes when all of it is.

use crate::{
    kit::actor::{Identity, Permission as _, Role},
    modules::{
        agreements, catalog,
        contracts::{self, grid::WAITING},
        customers, distribution, listings, marketplaces, orders, products,
    },
};

/// A first step.
pub struct Step {
    name: &'static str,
    role: Role,
    pub words: &'static str,
    pub about: &'static str,
    /// Where it is done, below the portal's address, and what is asked there.
    to: (&'static str, &'static str),
    /// Whether this person may do it.
    may: fn(&Identity) -> bool,
    /// The rows of the company `$1` of which there is one once it is done.
    done: &'static str,
    /// The step without which it cannot be done.
    after: Option<&'static str>,
}

static STEPS: [Step; 11] = [
    Step {
        name: "agreement",
        role: Role::Distributor,
        words: "Create an agreement",
        about: "The terms your partners sign",
        to: ("agreements/new", ""),
        may: agreements::Manage::held_by,
        done: "agreements WHERE owner_id = $1",
        after: None,
    },
    Step {
        name: "contract",
        role: Role::Distributor,
        words: "Create a contract",
        about: "It gives you a link to invite a partner",
        to: ("contracts/new", ""),
        may: contracts::Create::held_by,
        done: "contracts WHERE issuer_id = $1",
        after: Some("agreement"),
    },
    Step {
        name: "partner",
        role: Role::Distributor,
        words: "Get it signed",
        about: "Send your partner the link. The contract becomes active when they sign",
        to: ("contracts", WAITING),
        may: contracts::Create::held_by,
        done: "contracts WHERE issuer_id = $1 AND activated_at IS NOT NULL",
        after: Some("contract"),
    },
    Step {
        name: "product",
        role: Role::Vendor,
        words: "Create a product",
        about: "What it is, what can be ordered of it, and what you have to know about each order",
        to: ("products/new", ""),
        may: products::Manage::held_by,
        done: "products WHERE vendor_id = $1",
        after: None,
    },
    Step {
        name: "version",
        role: Role::Vendor,
        words: "Publish a version of it",
        about: "Distributors list a version, which stays as it is while you go on working",
        to: ("products", ""),
        may: products::Manage::held_by,
        done: "products WHERE vendor_id = $1 AND public_version IS NOT NULL",
        after: Some("product"),
    },
    Step {
        name: "enrolled",
        role: Role::Vendor,
        words: "Enroll in a distributor's agreement",
        about: "It opens a distributor's marketplace to your products",
        to: ("agreements", ""),
        may: distribution::Enroll::held_by,
        done: "contracts WHERE signee_id = $1 AND type = 'distribution'",
        after: None,
    },
    Step {
        name: "listed",
        role: Role::Vendor,
        words: "List your product",
        about: "The distributor reviews it, then customers can order it",
        to: ("listings/new", ""),
        may: listings::Submit::held_by,
        done: "listings WHERE vendor_id = $1",
        after: Some("enrolled"),
    },
    Step {
        name: "marketplace",
        role: Role::Reseller,
        words: "Create a marketplace",
        about: "Where you sell to your customers",
        to: ("marketplaces/new", ""),
        may: marketplaces::Manage::held_by,
        done: "marketplaces WHERE owner_id = $1",
        after: None,
    },
    Step {
        name: "offer",
        role: Role::Reseller,
        words: "Choose what you sell",
        about: "The catalog shows what your contracts let you offer",
        to: ("catalog", ""),
        may: catalog::Enroll::held_by,
        done: "contracts WHERE signee_id = $1 AND type IN ('distribution', 'syndication')",
        after: Some("marketplace"),
    },
    Step {
        name: "customer",
        role: Role::Reseller,
        words: "Create a customer",
        about: "For whom you order",
        to: ("customers/new", ""),
        may: customers::Manage::held_by,
        done: "tier_accounts WHERE owner_id = $1 AND type = 'customer'",
        after: None,
    },
    Step {
        name: "order",
        role: Role::Reseller,
        words: "Order a subscription",
        about: "The vendor gets the order at once, and you see here how it goes on",
        to: ("subscriptions/new", ""),
        may: orders::Order::held_by,
        done: "subscriptions WHERE buyer_id = $1",
        after: Some("customer"),
    },
];

/// The steps of this person.
fn of(identity: &Identity) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.role == identity.company.role && (step.may)(identity))
}

/// An expression for the names of those that are done, over the company `$1`.
pub fn done(identity: &Identity) -> String {
    let one = |step: &Step| format!("CASE WHEN EXISTS (SELECT FROM {}) THEN '{}' END", step.done, step.name);
    let all: Vec<String> = of(identity).map(one).collect();
    format!("(array_remove(ARRAY[{}]::text[], NULL))", all.join(", "))
}

/// A step as Home lists it.
pub struct Task {
    pub step: &'static Step,
    /// Where it is done, when it is its turn.
    pub href: Option<String>,
    pub done: bool,
}

/// The steps of this person, by the names of those that are done; none when all of them are.
pub fn tasks(identity: &Identity, done: &[String]) -> Vec<Task> {
    let has = |name: &str| done.iter().any(|one| one == name);
    let steps: Vec<&'static Step> = of(identity).collect();
    if steps.iter().all(|step| has(step.name)) {
        return Vec::new();
    }
    // what this person may not do, somebody else does
    let ready =
        |step: &Step| step.after.is_none_or(|after| has(after) || steps.iter().all(|other| other.name != after));
    let href = |step: &Step| format!("{}/{}{}", identity.company.home(), step.to.0, step.to.1);
    let task = |step: &'static Step| Task {
        step,
        href: (!has(step.name) && ready(step)).then(|| href(step)),
        done: has(step.name),
    };
    steps.iter().copied().map(task).collect()
}

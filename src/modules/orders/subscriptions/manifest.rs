//! What this module hands to the program.

use super::{Order, View, entry, lifecycle::SUBSCRIPTIONS, store};
use crate::{
    kit::{
        actor::{Identity, Permission as _, Role},
        acts::Sent,
        choice::Choice as _,
    },
    manifest::{Entry, Find, Grant, Manifest, Road, Section, Start},
    modules::customers,
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::all("subscriptions.view", "View subscriptions"),
        Grant::all("subscriptions.manage", "Manage subscriptions"),
    ],
    menu: &[Entry { places: &[(Role::Distributor, 70), (Role::Vendor, 50), (Role::Reseller, 70)], item: entry }],
    roads: &[Road { from: "customers", label: "Create subscription", to: "subscriptions/new", fields: for_customer }],
    starts: &[Start { label: "Create subscription", to: "subscriptions/new", may: Order::held_by }],
    finds: &[Find { section: "subscriptions", heading: "Subscriptions", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "subscriptions",
        label: "Subscription",
        view: "subscriptions.view",
        named: "(SELECT ARRAY[s.customer_name, s.environment] FROM subscriptions s WHERE s.id = w.id \
                    AND $1 IN (s.vendor_id, s.buyer_id, s.distributor_id))",
        table: "subscriptions",
        sample: "AS-9999-9999-0001",
        parties: &["vendor_id", "buyer_id", "distributor_id"],
    }],
    events: &[
        ("subscription.taken_over", "moved the subscription to the new contract"),
        ("subscription.ordered", "ordered the subscription"),
        ("subscription.activated", "activated the subscription"),
        ("subscription.suspended", "suspended the subscription"),
        ("subscription.cancelling", "asked to cancel the subscription"),
        ("subscription.terminated", "terminated the subscription"),
        ("subscription.changed", "changed the subscription"),
        ("subscription.value_shown", "viewed a secret value"),
    ],
    keys: &[store::KEYS],
    lives: &[|| SUBSCRIPTIONS.life()],
    ..Manifest::named("orders/subscriptions")
};

/// For a customer of the company; resellers order nothing for themselves.
fn for_customer(identity: &Identity, id: &str, kind: &str) -> Option<Sent> {
    let customer = kind == customers::Type::Customer.key();
    (customer && Order::held_by(identity)).then(|| vec![("customer", id.to_owned())])
}

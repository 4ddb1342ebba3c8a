//! What rules hand to the program.

use std::time::Duration;

use super::{super::View, api, job, pages};
use crate::{
    kit::{
        actor::{Identity, Permission as _, Role},
        acts::Sent,
    },
    manifest::{BUYERS, Job, Manifest, Road, Screens, Section},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    operations: &[api::operations],
    roads: &[Road { from: "products", label: "Usage rule", to: "usage-rules/{id}", fields: of_product }],
    // a rule's address is that of its product, which has others to be found by
    sections: &[Section {
        path: "usage-rules",
        label: "Usage rule",
        view: "usage.view",
        named: "",
        table: "products",
        sample: "PRD-999-999-001",
        parties: &[],
    }],
    events: &[
        ("usage_rule.by_hand", "set the rule to By hand"),
        ("usage_rule.accepts", "set the rule to Accept automatically"),
        ("usage_rule.rejects", "set the rule to Reject automatically"),
        ("usage_rule.deleted", "deleted the rule"),
        ("usage_file.accepted_by_rule", "accepted the file by a usage rule"),
        ("usage_file.rejected_by_rule", "rejected the file by a usage rule"),
    ],
    jobs: &[Job::Often(Duration::from_millis(500), |db, ending| Box::pin(job::rule_all(db, ending)))],
    ..Manifest::named("usage/rules")
};

/// From a product of which usage is reported, whose kind is how.
fn of_product(identity: &Identity, _: &str, kind: &str) -> Option<Sent> {
    (!kind.is_empty() && identity.company.role != Role::Vendor && View::held_by(identity)).then(Vec::new)
}

//! What this module hands to the program.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Manage, View, api, entry, imports, letters,
    lifecycle::ACCOUNTS,
    pages,
    requests::{self, lifecycle::REQUESTS, queue::Changes},
};
use crate::{
    kit::{
        actor::{Permission as _, Role},
        time::distance,
        words::Words,
    },
    mail,
    manifest::{
        self, Due, EVERYBODY, Entry, Find, Grant, Job, Manifest, Part, Queue, REAL, Screens, Section, Start, Tally,
        VENDORS, Waiting,
    },
    modules::queue::held,
    t,
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::all("customers.view", "View customers"), Grant::all("customers.manage", "Manage customers")],
    screens: &[
        Screens { roles: EVERYBODY, mounts: pages::screens },
        Screens { roles: VENDORS, mounts: requests::pages::vendor },
        Screens { roles: EVERYBODY, mounts: requests::pages::screens },
    ],
    menu: &[Entry { places: &[(Role::Distributor, 60), (Role::Vendor, 40), (Role::Reseller, 60)], item: entry }],
    starts: &[Start { label: "Create customer", to: "customers/new", may: Manage::held_by }],
    finds: &[
        Find { section: "customers", heading: "Customers", may: View::held_by, named: "" },
        Find { section: "customer-requests", heading: "Customer changes", may: View::held_by, named: "" },
    ],
    sections: &[
        Section {
            path: "customers",
            label: "Customer",
            view: "customers.view",
            named: "(SELECT ARRAY[t.name] FROM tier_accounts t WHERE t.id = w.id AND (t.owner_id = $1 OR EXISTS \
                    (SELECT FROM tier_account_uses u WHERE u.tier_account_id = t.id AND u.vendor_id = $1 AND u.live > 0)))",
            table: "tier_accounts",
            sample: "TA-9999-9999-0001",
            parties: &["owner_id"],
        },
        Section {
            path: "customer-requests",
            label: "Customer change",
            view: "customers.view",
            named: "(SELECT ARRAY[r.account_name, r.environment] FROM tier_account_requests r WHERE r.id = w.id \
                    AND $1 IN (r.vendor_id, r.owner_id))",
            table: "tier_account_requests",
            sample: "TAR-9999-9999-0001-001-001",
            parties: &["vendor_id", "owner_id"],
        },
    ],
    parts: &[Part {
        placeholder: "{import}",
        table: "customer_imports",
        sample: "99999999-0000-7000-8000-000000000003",
    }],
    queues: &[Queue {
        name: "decide",
        place: 20,
        may: requests::Decide::held_by,
        environments: REAL,
        waiting: "SELECT '' AS what, r.id, r.account_name AS name, r.after_version AS version, r.created_at AS at, r.due_at AS due \
                      FROM tier_account_requests r \
                      WHERE r.vendor_id = $1 AND r.status = 'pending' AND r.environment = '{environment}' ORDER BY r.due_at, r.id",
        due: Due::Clock,
        heading: "Customer changes",
        nothing: "No customer changes to decide.",
        section: "customer-requests",
        list: requests::grid::TO_DO,
        whole: true,
        about: since,
        answered_at: manifest::at_its_page,
    }],
    tallies: &[Tally {
        queue: "decide",
        roles: VENDORS,
        rows: "SELECT FROM tier_account_requests WHERE vendor_id = {company} AND status = 'pending' AND environment = 'production'",
    }],
    events: &[
        ("customer.created", "created the account"),
        ("customer.updated", "changed the account"),
        ("customer.moved", "moved the account"),
        ("customer.decommissioned", "decommissioned the account"),
        ("customer_import.sent", "uploaded the file"),
        ("customer_import.sent_again", "checked the file again"),
        ("customer_import.checked", "checked the file"),
        ("customer_import.refused", "could not read the file"),
        ("customer_import.started", "applied the import"),
        ("customer_import.stopped", "stopped the import"),
        ("customer_import.discarded", "discarded the import"),
        ("customer_import.done", "finished the import"),
        ("customer_request.created", "asked the vendor to accept the change"),
        ("customer_request.accepted", "accepted the change"),
        ("customer_request.ignored", "ignored the change"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    // a small file need not wait until a large one is applied
    jobs: &[
        Job::Sweep(|conn| imports::store::forget_files(conn, imports::FILES_KEPT)),
        Job::Often(Duration::from_millis(500), |db, ending| Box::pin(imports::job::check_all(db, ending))),
        Job::Often(Duration::from_millis(500), |db, ending| Box::pin(imports::job::apply_all(db, ending))),
        Job::Often(Duration::from_secs(1), |db, ending| Box::pin(held::carry_out::<Changes>(db, ending))),
    ],
    lives: &[|| ACCOUNTS.life(), || REQUESTS.life()],
    operations: &[api::operations, requests::api::operations],
    ..Manifest::named("customers")
};

/// "PR-…, 2 hours ago".
fn since(one: &Waiting, now: DateTime<Utc>) -> Words {
    t!("{id}, {when}", id = one.id, when = distance(now, one.at))
}

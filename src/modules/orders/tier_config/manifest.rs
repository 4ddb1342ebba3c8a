//! What this module hands to the program.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Process, View, entry, letters,
    lifecycle::{CONFIGURATIONS, REQUESTS},
    pages,
    queue::Tiers,
    requests,
};
use crate::{
    kit::{
        actor::{Permission as _, Role},
        time::distance,
    },
    mail,
    manifest::{
        self, Due, EVERYBODY, Entry, Find, Grant, Job, Manifest, Queue, REAL, Screens, Section, Tally, VENDORS, Waiting,
    },
    modules::queue::held,
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::all("tier_config.view", "View tier configurations"),
        Grant::all("tier_config.manage", "Manage tier configurations"),
    ],
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }, Screens { roles: VENDORS, mounts: pages::vendor }],
    menu: &[Entry { places: &[(Role::Distributor, 80), (Role::Vendor, 60), (Role::Reseller, 80)], item: entry }],
    finds: &[
        Find { section: "tier-configs", heading: "Tier configurations", may: View::held_by, named: "" },
        Find { section: "tier-config-requests", heading: "Tier requests", may: View::held_by, named: "" },
    ],
    sections: &[
        Section {
            path: "tier-configs",
            label: "Tier configuration",
            view: "tier_config.view",
            named: "(SELECT ARRAY[c.account_name, c.environment] FROM tier_configs c WHERE c.id = w.id \
                    AND $1 IN (c.vendor_id, c.buyer_id, c.distributor_id))",
            table: "tier_configs",
            sample: "TC-999-999-001",
            parties: &["vendor_id", "buyer_id", "distributor_id"],
        },
        Section {
            path: "tier-config-requests",
            label: "Tier request",
            view: "tier_config.view",
            named: "(SELECT ARRAY[r.account_name, r.environment] FROM tier_config_requests r WHERE r.id = w.id \
                    AND $1 IN (r.vendor_id, r.buyer_id, r.distributor_id))",
            table: "tier_config_requests",
            sample: "TCR-999-999-001-001",
            parties: &["vendor_id", "buyer_id", "distributor_id"],
        },
    ],
    queues: &[Queue {
        name: "settle",
        place: 30,
        may: Process::held_by,
        environments: REAL,
        waiting: "SELECT '' AS what, r.id, r.account_name AS name, 1 AS version, r.created_at AS at, r.due_at AS due \
                      FROM tier_config_requests r \
                      WHERE r.vendor_id = $1 AND r.status = 'pending' AND r.environment = '{environment}' ORDER BY r.due_at, r.id",
        due: Due::Clock,
        heading: "Tier requests",
        nothing: "No resellers to set up.",
        section: "tier-config-requests",
        list: requests::TO_DO,
        whole: true,
        about: since,
        answered_at: manifest::at_its_page,
    }],
    tallies: &[Tally {
        queue: "settle",
        roles: VENDORS,
        rows: "SELECT FROM tier_config_requests WHERE vendor_id = {company} AND status = 'pending' AND environment = 'production'",
    }],
    events: &[
        ("tier_config.value_shown", "viewed a secret value"),
        ("tier_config.activated", "activated the configuration"),
        ("tier_config.updating", "asked for different values"),
        ("tier_config_request.created", "created the request"),
        ("tier_config_request.approved", "approved the request"),
        ("tier_config_request.failed", "failed the request"),
        ("tier_config_request.inquired", "asked for data"),
        ("tier_config_request.answered", "provided the data"),
        ("tier_config_request.filled_in", "filled in parameters"),
        ("tier_config_request.assigned", "assigned the request to themselves"),
        ("tier_config_request.unassigned", "unassigned the request"),
        ("tier_config_request.handed_on", "handed the request to a colleague"),
        ("tier_config_request.tiers_ready", "continued the request because tier 2 is set up"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[Job::Often(Duration::from_secs(1), |db, ending| Box::pin(held::carry_out::<Tiers>(db, ending)))],
    lives: &[|| CONFIGURATIONS.life(), || REQUESTS.life()],
    ..Manifest::named("orders/tier_config")
};

/// "PR-…, 2 hours ago".
fn since(one: &Waiting, now: DateTime<Utc>) -> crate::kit::words::Words {
    crate::t!("{id}, {when}", id = one.id, when = distance(now, one.at))
}

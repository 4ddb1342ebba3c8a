//! What this module hands to the program.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Process, actions, grid, letters, lifecycle::REQUESTS, pages, queue::Fulfillment};
use crate::{
    kit::{actor::Permission as _, time::distance},
    mail,
    manifest::{
        self, BUYERS, Due, EVERYBODY, Find, Job, Manifest, Queue, REAL, Screens, Section, Tally, VENDORS, Waiting,
    },
    modules::{orders::subscriptions, queue::held},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: VENDORS, mounts: pages::vendor }, Screens { roles: EVERYBODY, mounts: pages::screens }],
    finds: &[Find { section: "fulfillment", heading: "Orders", may: subscriptions::View::held_by, named: "" }],
    sections: &[Section {
        path: "fulfillment",
        label: "Order request",
        view: "subscriptions.view",
        named: "(SELECT ARRAY[r.customer_name, r.environment] FROM fulfillment_requests r WHERE r.id = w.id \
                    AND $1 IN (r.vendor_id, r.buyer_id, r.distributor_id))",
        table: "fulfillment_requests",
        sample: "PR-9999-9999-0001-001",
        parties: &["vendor_id", "buyer_id", "distributor_id"],
    }],
    queues: &[
        Queue {
            name: "fulfil",
            place: 10,
            may: Process::held_by,
            environments: REAL,
            waiting: "SELECT '' AS what, r.* FROM (\
                      (SELECT id, customer_name AS name, version, created_at AS at, due_at AS due FROM fulfillment_requests \
                      WHERE vendor_id = $1 AND status = 'pending' AND environment = '{environment}' ORDER BY due_at, id LIMIT 100) UNION ALL \
                      (SELECT id, customer_name, version, created_at, due_at FROM fulfillment_requests \
                      WHERE vendor_id = $1 AND status = 'revoking' AND environment = '{environment}' ORDER BY due_at, id LIMIT 100)) r \
                      ORDER BY r.due, r.id",
            due: Due::Clock,
            heading: "Orders to fulfil",
            nothing: "No orders to fulfil.",
            section: "fulfillment",
            list: grid::TO_DO,
            whole: true,
            about: since,
            answered_at: manifest::at_its_page,
        },
        Queue {
            name: "answer",
            place: 40,
            may: |identity| subscriptions::Manage::held_by(identity) && !Process::held_by(identity),
            environments: REAL,
            waiting: "SELECT '' AS what, r.id, r.customer_name AS name, r.version, r.updated_at AS at, NULL::timestamptz AS due \
                      FROM fulfillment_requests r \
                      WHERE r.buyer_id = $1 AND r.status = 'inquiring' AND r.environment = '{environment}' ORDER BY r.updated_at, r.id",
            due: Due::Level,
            heading: "Orders on hold",
            nothing: "No orders on hold.",
            section: "fulfillment",
            // its list also has what others bought on the company's marketplaces
            list: grid::ON_HOLD,
            whole: false,
            about: since,
            answered_at: manifest::at_its_page,
        },
    ],
    tallies: &[
        Tally {
            queue: "fulfil",
            roles: VENDORS,
            rows: "SELECT FROM fulfillment_requests WHERE vendor_id = {company} AND status IN ('pending', 'revoking') \
                   AND environment = 'production'",
        },
        Tally {
            queue: "answer",
            roles: BUYERS,
            rows: "SELECT FROM fulfillment_requests WHERE buyer_id = {company} AND status = 'inquiring' AND environment = 'production'",
        },
    ],
    events: &[
        ("fulfillment_request.created", "created the request"),
        ("fulfillment_request.approved", "approved the request"),
        ("fulfillment_request.failed", "failed the request"),
        ("fulfillment_request.inquired", "asked for data"),
        ("fulfillment_request.answered", "provided the data"),
        ("fulfillment_request.scheduled", "scheduled the request"),
        ("fulfillment_request.returned", "set the request to Pending"),
        ("fulfillment_request.revoking", "asked for the request to be revoked"),
        ("fulfillment_request.withdrawn", "withdrew the request"),
        ("fulfillment_request.revoked", "confirmed the revocation"),
        ("fulfillment_request.filled_in", "filled in parameters"),
        ("fulfillment_request.assigned", "assigned the request to themselves"),
        ("fulfillment_request.unassigned", "unassigned the request"),
        ("fulfillment_request.handed_on", "handed the request to a colleague"),
        ("fulfillment_request.tiers_ready", "continued the request because its tiers are set up"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[
        Job::Due("schedule", actions::take_up_due),
        Job::Often(Duration::from_secs(1), |db, ending| Box::pin(held::carry_out::<Fulfillment>(db, ending))),
    ],
    lives: &[|| REQUESTS.life()],
    ..Manifest::named("orders/fulfillment")
};

/// "PR-…, 2 hours ago".
fn since(one: &Waiting, now: DateTime<Utc>) -> crate::kit::words::Words {
    crate::t!("{id}, {when}", id = one.id, when = distance(now, one.at))
}

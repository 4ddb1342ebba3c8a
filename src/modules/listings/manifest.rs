//! What this module hands to the program.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Process, Submit, View, entry, letters,
    lifecycle::{LISTINGS, REQUESTS},
    offered, pages,
    queue::Reviews,
    requests,
};
use crate::{
    kit::{
        actor::{Permission as _, Role},
        time::distance,
        words::Words,
    },
    mail,
    manifest::{
        self, BUYERS, Due, Entry, Find, Grant, Job, Manifest, Queue, REAL, Screens, Section, Start, Tally, VENDORS,
        Waiting,
    },
    modules::queue::held,
    t,
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::all("listings.view", "View listings"), Grant::all("listings.manage", "Manage listings")],
    screens: &[
        Screens { roles: BUYERS, mounts: pages::owner },
        Screens { roles: VENDORS, mounts: pages::vendor },
        Screens { roles: BUYERS, mounts: offered::pages::screens },
    ],
    menu: &[Entry { places: &[(Role::Distributor, 50), (Role::Vendor, 30), (Role::Reseller, 50)], item: entry }],
    starts: &[Start { label: "Manage listings", to: "listings/new", may: Submit::held_by }],
    // as the lists find them, and each named as there
    finds: &[
        Find { section: "listings", heading: "Listings", may: View::held_by, named: "" },
        Find { section: "listing-requests", heading: "Listing requests", may: View::held_by, named: "" },
    ],
    sections: &[
        Section {
            path: "listings",
            label: "Listing",
            view: "listings.view",
            named: "",
            table: "listings",
            sample: "LST-999-999-001",
            parties: &["vendor_id", "owner_id"],
        },
        Section {
            path: "listing-requests",
            label: "Listing request",
            view: "listings.view",
            named: "(SELECT ARRAY[v.name, r.environment] FROM listing_requests r JOIN product_versions v ON v.product_id = r.product_id \
                    AND v.number = r.version WHERE r.id = w.id AND $1 IN (r.vendor_id, r.owner_id))",
            table: "listing_requests",
            sample: "LSTR-999-999-001-001",
            parties: &["vendor_id", "owner_id"],
        },
    ],
    queues: &[
        Queue {
            name: "list",
            place: 50,
            may: Process::held_by,
            environments: REAL,
            waiting: "SELECT '' AS what, r.id, v.name, r.version, r.at, r.due FROM (SELECT * FROM (\
                      (SELECT id, product_id, version, submitted_at AS at, due_at AS due FROM listing_requests \
                      WHERE owner_id = $1 AND status = 'reviewing' AND environment = '{environment}' ORDER BY due_at, id LIMIT 100) UNION ALL \
                      (SELECT id, product_id, version, submitted_at, due_at FROM listing_requests \
                      WHERE owner_id = $1 AND status = 'deploying' AND environment = '{environment}' ORDER BY due_at, id LIMIT 100)) r \
                      ORDER BY r.due, r.id LIMIT 100) r JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
                      ORDER BY r.due, r.id",
            due: Due::Clock,
            heading: "Listing requests",
            nothing: "No listing requests to process.",
            section: "listing-requests",
            list: requests::TO_DO,
            whole: true,
            about: submitted,
            answered_at: manifest::at_its_page,
        },
        Queue {
            name: "mend",
            place: 60,
            may: Submit::held_by,
            environments: REAL,
            waiting: "SELECT '' AS what, r.id, p.name, r.version, r.updated_at AS at, NULL::timestamptz AS due \
                      FROM listing_requests r JOIN products p ON p.id = r.product_id \
                      WHERE r.vendor_id = $1 AND r.status = 'draft' AND r.environment = '{environment}' ORDER BY r.updated_at, r.id",
            due: Due::Level,
            heading: "Listing requests sent back to you",
            nothing: "No listing requests sent back.",
            section: "listing-requests",
            list: requests::DRAFTS,
            whole: true,
            about: returned,
            answered_at: manifest::at_its_page,
        },
    ],
    tallies: &[
        Tally {
            queue: "list",
            roles: BUYERS,
            rows: "SELECT FROM listing_requests WHERE owner_id = {company} AND status IN ('reviewing', 'deploying') \
                   AND environment = 'production'",
        },
        Tally {
            queue: "mend",
            roles: VENDORS,
            rows: "SELECT FROM listing_requests WHERE vendor_id = {company} AND status = 'draft' AND environment = 'production'",
        },
    ],
    events: &[
        ("listing.taken_over", "moved the listing to the new contract"),
        ("listing.created", "requested the listing"),
        ("listing.listed", "listed the product"),
        ("listing.unlisted", "removed the product from the marketplace"),
        ("listing.updated", "completed an update"),
        ("listing.paused", "paused the listing"),
        ("listing.resumed", "resumed the listing"),
        ("listing_request.created", "created the request"),
        ("listing_request.submitted", "submitted the request"),
        ("listing_request.deleted", "deleted the request"),
        ("listing_request.assigned", "assigned the request to themselves"),
        ("listing_request.unassigned", "unassigned the request"),
        ("listing_request.handed_on", "handed the request to a colleague"),
        ("listing_request.deploying", "marked the request as Deploying"),
        ("listing_request.completed", "marked the request as Completed"),
        ("listing_request.refined", "sent the request back"),
        ("listing_request.cancelled", "cancelled the request"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[Job::Often(Duration::from_secs(1), |db, ending| Box::pin(held::carry_out::<Reviews>(db, ending)))],
    lives: &[|| LISTINGS.life(), || REQUESTS.life()],
    ..Manifest::named("listings")
};

fn submitted(one: &Waiting, now: DateTime<Utc>) -> Words {
    t!("{id}, submitted {when}", id = one.id, when = distance(now, one.at))
}

fn returned(one: &Waiting, now: DateTime<Utc>) -> Words {
    t!("{id}, sent back {when}", id = one.id, when = distance(now, one.at))
}

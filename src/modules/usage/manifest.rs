//! What this module hands to the program.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Report, Review, View, aggregates, api, bills,
    chunks::{self, lifecycle::CHUNKS},
    closings, entry, grid, job, letters,
    lifecycle::FILES,
    pages,
    queue::Reports,
    records, trial, years,
};
use crate::{
    kit::{
        actor::{Permission as _, Role},
        time::distance,
        words::Words,
    },
    mail,
    manifest::{
        self, BUYERS, Due, EVERYBODY, Entry, Find, Grant, Job, Manifest, Queue, REAL, Screens, Section, Start, Tally,
        VENDORS, Waiting,
    },
    modules::queue::held,
    t,
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::all("usage.view", "View usage"), Grant::all("usage.manage", "Manage usage")],
    screens: &[
        Screens { roles: VENDORS, mounts: pages::vendor },
        Screens { roles: BUYERS, mounts: pages::owner },
        Screens { roles: BUYERS, mounts: closings::pages::screens },
        Screens { roles: BUYERS, mounts: chunks::pages::screens },
        Screens { roles: BUYERS, mounts: bills::pages::screens },
        Screens { roles: EVERYBODY, mounts: pages::common },
    ],
    menu: &[Entry { places: &[(Role::Distributor, 85), (Role::Vendor, 65), (Role::Reseller, 85)], item: entry }],
    operations: &[
        api::operations,
        records::api::operations,
        aggregates::api::operations,
        closings::api::operations,
        chunks::api::operations,
        bills::api::operations,
    ],
    starts: &[Start { label: "Create usage file", to: "usage-files/new", may: Report::held_by }],
    finds: &[Find { section: "usage-files", heading: "Usage files", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "usage-files",
        label: "Usage file",
        view: "usage.view",
        named: "(SELECT ARRAY[f.name, f.environment] FROM usage_files f WHERE f.id = w.id \
                    AND (f.vendor_id = $1 OR f.owner_id = $1 AND f.submitted_at IS NOT NULL))",
        table: "usage_files",
        sample: "UF-9999-99-9999-0001",
        parties: &["vendor_id", "owner_id"],
    }],
    queues: &[
        Queue {
            name: "usage",
            place: 55,
            may: Review::held_by,
            environments: REAL,
            waiting: "SELECT '' AS what, f.id, f.name, f.round AS version, f.updated_at AS at, NULL::timestamptz AS due \
                      FROM usage_files f \
                      WHERE f.owner_id = $1 AND f.status = 'pending' AND f.submitted_at IS NOT NULL AND f.environment = '{environment}' \
                      ORDER BY f.updated_at, f.id",
            due: Due::Level,
            heading: "Usage to review",
            nothing: "No usage files to review.",
            section: "usage-files",
            list: grid::TO_DO,
            whole: true,
            about: submitted,
            answered_at: manifest::at_its_page,
        },
        Queue {
            name: "usage_back",
            place: 65,
            may: Report::held_by,
            environments: REAL,
            waiting: "SELECT '' AS what, f.id, f.name, f.round AS version, f.updated_at AS at, NULL::timestamptz AS due \
                      FROM usage_files f \
                      WHERE f.vendor_id = $1 AND f.status = 'rejected' AND f.environment = '{environment}' ORDER BY f.updated_at, f.id",
            due: Due::Level,
            heading: "Usage sent back to you",
            nothing: "No usage files sent back.",
            section: "usage-files",
            list: grid::SENT_BACK,
            whole: true,
            about: returned,
            answered_at: manifest::at_its_page,
        },
    ],
    tallies: &[
        Tally {
            queue: "usage",
            roles: BUYERS,
            rows: "SELECT FROM usage_files WHERE owner_id = {company} AND status = 'pending' AND submitted_at IS NOT NULL \
                   AND environment = 'production'",
        },
        Tally {
            queue: "usage_back",
            roles: VENDORS,
            rows: "SELECT FROM usage_files WHERE vendor_id = {company} AND status = 'rejected' AND environment = 'production'",
        },
    ],
    events: &[
        ("usage_file.created", "created the file"),
        ("usage_file.updated", "changed the file"),
        ("usage_file.uploaded", "uploaded a report"),
        ("usage_file.rechecked", "had the report checked again"),
        ("usage_file.repeated", "uploaded a report that another file has too"),
        ("usage_file.processing", "started checking the report"),
        ("usage_file.validated", "found no errors in the report"),
        ("usage_file.invalid", "found errors in the report"),
        ("usage_file.submitted", "submitted the file"),
        ("usage_file.accepted", "accepted the file"),
        ("usage_file.rejected", "rejected the file"),
        ("usage_file.closed", "closed the file"),
        ("usage_file.billed_again", "changed how the file was billed"),
        ("usage_file.record_closed", "closed a record"),
        ("usage_file.record_billed_again", "changed how a record was billed"),
        ("usage_file.records_closed", "closed records"),
        ("usage_file.billing_checked", "uploaded billing to check"),
        ("usage_file.billing_applied", "applied uploaded billing"),
        ("usage_file.chunk_closed", "closed the records of a hub"),
        ("usage_file.chunk_billed_again", "changed how the records of a hub were billed"),
        ("usage_file.chunk_named", "changed the external ID of a hub's records"),
        ("usage_file.deleted", "deleted the file"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[
        Job::Sweep(years::make_ahead),
        Job::Sweep(trial::sweep),
        Job::Often(Duration::from_millis(500), |db, ending| Box::pin(job::check_all(db, ending))),
        Job::Often(Duration::from_millis(500), |db, ending| Box::pin(trial::check_all(db, ending))),
        Job::Often(Duration::from_secs(1), |db, ending| Box::pin(held::carry_out::<Reports>(db, ending))),
    ],
    lives: &[|| FILES.life(), || CHUNKS.life()],
    ..Manifest::named("usage")
};

fn submitted(one: &Waiting, now: DateTime<Utc>) -> Words {
    t!("{id}, submitted {when}", id = one.id, when = distance(now, one.at))
}

fn returned(one: &Waiting, now: DateTime<Utc>) -> Words {
    t!("{id}, sent back {when}", id = one.id, when = distance(now, one.at))
}

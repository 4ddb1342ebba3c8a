//! What this module hands to the program.

use chrono::{DateTime, Utc};

use super::{Approve, letters, pages, store};
use crate::{
    kit::{actor::Permission as _, time::distance, words::Words},
    mail,
    manifest::{self, BOTH, BUYERS, Due, EVERYBODY, Manifest, Queue, Screens, Tally, VENDORS, Waiting},
    modules::contracts,
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[
        Screens { roles: BUYERS, mounts: pages::owner },
        Screens { roles: VENDORS, mounts: pages::vendor },
        Screens { roles: EVERYBODY, mounts: pages::talk },
    ],
    queues: &[Queue {
        name: "approve",
        place: 80,
        may: |identity| contracts::View::held_by(identity) && Approve::held_by(identity),
        environments: BOTH,
        waiting: "SELECT '' AS what, c.id, s.name, c.version, c.created_at AS at, NULL::timestamptz AS due FROM contracts c JOIN accounts s ON s.id = c.signee_id \
                      WHERE c.issuer_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' AND c.type IN ('distribution', 'syndication') \
                      AND c.predecessor_id IS NULL ORDER BY c.created_at, c.id",
        due: Due::Level,
        heading: "Contracts to approve",
        nothing: "No contracts to approve.",
        section: "contracts",
        // no list has these alone: those that await renewal, and those that await the other side, are Pending as well
        list: "",
        whole: false,
        about: enrolled,
        answered_at: manifest::at_its_page,
    }],
    tallies: &[Tally {
        queue: "approve",
        roles: BUYERS,
        rows: "SELECT FROM contracts WHERE issuer_id = {company} AND status = 'pending' AND type IN ('distribution', 'syndication') \
               AND predecessor_id IS NULL",
    }],
    events: &[
        ("agreement.auto_accept_on", "turned on Auto Accept"),
        ("agreement.auto_accept_off", "turned off Auto Accept"),
        ("contract.enrolled", "enrolled in the agreement"),
        ("contract.submitted", "submitted the enrollment"),
        ("contract.approved", "approved the contract"),
        ("contract.auto_accepted", "created the contract"),
        ("message.written", "sent a message"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    keys: &[store::KEYS],
    ..Manifest::named("distribution")
};

fn enrolled(one: &Waiting, now: DateTime<Utc>) -> Words {
    crate::t!("{id}, enrolled {when}", id = one.id, when = distance(now, one.at))
}

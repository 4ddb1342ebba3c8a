//! What this module hands to the program.

use chrono::{DateTime, Utc};

use super::{Approve, letters, pages, store};
use crate::{
    kit::{actor::Permission as _, time::distance, words::Words},
    mail,
    manifest::{self, BOTH, BUYERS, EVERYBODY, Manifest, Queue, Screens, VENDORS, Waiting},
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
        waiting: "SELECT '' AS what, c.id, s.name, c.version, c.created_at AS at FROM contracts c JOIN accounts s ON s.id = c.signee_id \
                      WHERE c.issuer_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' AND c.type = 'distribution' \
                      AND c.predecessor_id IS NULL ORDER BY c.created_at, c.id",
        heading: "Contracts to approve",
        nothing: "No vendor waits for your approval.",
        section: "contracts",
        list: "",
        about: enrolled,
        answered_at: manifest::at_its_page,
    }],
    events: &[
        ("agreement.auto_accept_on", "switched Auto Accept on"),
        ("agreement.auto_accept_off", "switched Auto Accept off"),
        ("contract.enrolled", "enrolled in the agreement"),
        ("contract.submitted", "submitted the enrollment"),
        ("contract.approved", "approved the contract"),
        ("contract.auto_accepted", "made the contract"),
        ("message.written", "wrote a message"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    keys: &[store::KEYS],
    ..Manifest::named("distribution")
};

fn enrolled(one: &Waiting, now: DateTime<Utc>) -> Words {
    crate::t!("{id}, enrolled {when}", id = one.id, when = distance(now, one.at))
}

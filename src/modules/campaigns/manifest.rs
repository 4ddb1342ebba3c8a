//! What this module hands to the program.

use chrono::{DateTime, Utc};

use super::{letters, overdue, pages};
use crate::{
    kit::{actor::Permission as _, time::distance, words::Words},
    mail,
    manifest::{BUYERS, Due, Job, Manifest, Queue, REAL, Screens, Waiting},
    modules::{agreements, contracts},
    t,
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    queues: &[Queue {
        name: "outstanding",
        place: 75,
        may: |identity| agreements::View::held_by(identity) && contracts::Manage::held_by(identity),
        environments: REAL,
        waiting: "SELECT '' AS what, a.id, a.name, v.number AS version, v.due_at AS at, v.due_at AS due FROM agreements a \
                      JOIN agreement_versions v ON v.agreement_id = a.id AND v.status = 'active' AND v.due_at IS NOT NULL \
                      WHERE a.owner_id = $1 AND EXISTS (SELECT FROM contracts c WHERE c.agreement_id = a.id AND c.status = 'active' \
                      AND c.kind = '{environment}' AND c.version < v.number) ORDER BY v.due_at, a.id",
        due: Due::Told,
        heading: "Signatures to collect",
        nothing: "No signatures to collect by a deadline.",
        section: "agreements",
        list: "",
        whole: false,
        about: asked,
        answered_at: |_, _| "/signatures",
    }],
    events: &[
        ("agreement.deadline_set", "set the deadline to sign"),
        ("agreement.deadline_removed", "removed the deadline to sign"),
        ("agreement.deadline_passed", "told both sides that the deadline to sign has passed"),
        ("contract.signature_asked", "reminded the partner to sign a newer version"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[Job::Due("deadlines", overdue::tell)],
    ..Manifest::named("campaigns")
};

fn asked(one: &Waiting, now: DateTime<Utc>) -> Words {
    let when = distance(now, one.at);
    match one.at < now {
        true => t!("{id}, version {version} was to be signed {when}", id = one.id, version = one.version, when),
        false => t!("{id}, version {version} to be signed {when}", id = one.id, version = one.version, when),
    }
}

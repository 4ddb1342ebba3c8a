//! What this module hands to the program.

use chrono::{DateTime, Utc};

use super::{
    Create, Sign, Type, View, activation, evidence, expiry,
    extension::EXTENSIONS,
    letters,
    lifecycle::{ENROLMENTS, PROGRAM, REFERRALS, RENEWALS, SERVICE, SYNDICATIONS},
    pages, store,
    wizard::may_choose,
};
use crate::{
    kit::{
        actor::{Identity, Permission as _, Role},
        acts::Sent,
        choice::Choice as _,
        time::distance,
    },
    mail,
    manifest::{
        self, BOTH, BUYERS, Due, EVERYBODY, Find, Grant, Job, Manifest, Queue, Road, Screens, Section, Start, Tally,
        Waiting,
    },
};

/// The roles of companies that sign what distributors offer.
const SIGNEES: &[Role] = &[Role::Vendor, Role::Reseller];

/// What the search over everything calls a contract, as `Detail::name` does: for whom it is meant is known to its issuer alone. Looked up,
/// since an agreement has any number of contracts, and an issuer too.
const NAME: &str = "(SELECT coalesce(a.name || ' · ', CASE WHEN c.issuer_id = e.viewer_id THEN \
    coalesce(nullif(c.recipient_company, ''), nullif(c.recipient_email, '')) || ' · ' END, '') || g.name \
    FROM contracts c JOIN agreements g ON g.id = c.agreement_id \
    LEFT JOIN accounts a ON a.id = CASE WHEN c.issuer_id = e.viewer_id THEN c.signee_id ELSE c.issuer_id END WHERE c.id = e.object)";

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::all("contracts.view", "View contracts"),
        Grant::all("contracts.manage", "Manage contracts, without signing"),
        Grant::people("contracts.sign", "Sign contracts"),
    ],
    screens: &[
        Screens { roles: BUYERS, mounts: pages::issue },
        Screens { roles: EVERYBODY, mounts: pages::browse },
        Screens { roles: EVERYBODY, mounts: pages::sign },
    ],
    public: &[activation::pages::screens, evidence::pack::pages::public],
    roads: &[
        Road { from: "agreements", label: "Create Contract", to: "contracts/new", fields: from_agreement },
        Road { from: "directory", label: "Create Contract", to: "contracts/new", fields: from_partner },
    ],
    starts: &[Start { label: "Create Contract", to: "contracts/new", may: Create::held_by }],
    finds: &[Find { section: "contracts", heading: "Contracts", may: View::held_by, named: NAME }],
    sections: &[Section {
        path: "contracts",
        label: "Contract",
        view: "contracts.view",
        named: "(SELECT ARRAY[CASE WHEN c.signee_id IS NULL AND c.issuer_id = $1 \
                    THEN coalesce(nullif(c.recipient_company, ''), nullif(c.recipient_email, ''), a.name) ELSE a.name END, c.kind] FROM contracts c JOIN agreements a ON a.id = c.agreement_id WHERE c.id = w.id \
                    AND $1 IN (c.issuer_id, c.signee_id))",
        table: "contracts",
        sample: "CRP-99999-99999-00001",
        parties: &["issuer_id", "signee_id"],
    }],
    queues: &[
        Queue {
            name: "sign",
            place: 70,
            may: View::held_by,
            environments: BOTH,
            waiting: "SELECT s.what, s.id, i.name, s.version, s.at, s.due FROM ( \
                      (SELECT CASE WHEN v.due_at IS NULL THEN 'version' WHEN v.due_at > now() THEN 'due' ELSE 'overdue' END AS what, \
                      c.id, c.issuer_id, v.number AS version, coalesce(v.due_at, v.activated_at, v.created_at) AS at, v.due_at AS due \
                      FROM contracts c JOIN agreement_versions v ON v.agreement_id = c.agreement_id AND v.status = 'active' \
                      AND v.number > c.version WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'active') UNION ALL \
                      (SELECT 'renewal', c.id, c.issuer_id, c.version, c.created_at, NULL \
                      FROM contracts c WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' AND c.predecessor_id IS NOT NULL) UNION ALL \
                      (SELECT 'referral', c.id, c.issuer_id, c.version, c.created_at, NULL \
                      FROM contracts c WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' \
                      AND c.referral_agreement_id IS NOT NULL AND c.predecessor_id IS NULL) UNION ALL \
                      (SELECT 'extension', c.id, c.issuer_id, c.version, e.offered_at, NULL \
                      FROM contracts c JOIN contract_extensions e ON e.contract_id = c.id \
                      AND e.status = 'offered' WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'active') UNION ALL \
                      (SELECT 'reserved', c.id, c.issuer_id, c.version, c.created_at, NULL FROM created_partners p \
                      JOIN contracts c ON c.id = p.contract_id \
                      WHERE p.account_id = $1 AND c.kind = '{environment}' AND c.status = 'pending')) s \
                      JOIN accounts i ON i.id = s.issuer_id ORDER BY s.due, s.at, s.id",
            due: Due::Told,
            heading: "Contracts to sign",
            nothing: "No contracts to sign.",
            section: "contracts",
            list: "",
            whole: false,
            about: offered,
            answered_at,
        },
        Queue {
            name: "link",
            place: 90,
            may: |identity| View::held_by(identity) && Create::held_by(identity),
            environments: BOTH,
            waiting: "SELECT CASE WHEN l.asked_at IS NULL THEN '' ELSE 'asked' END AS what, c.id, coalesce(nullif(c.recipient_company, ''), nullif(c.recipient_email, ''), '') AS name, c.version, l.expires_at AS at, l.expires_at AS due \
                      FROM contracts c JOIN activation_links l ON l.contract_id = c.id AND l.replaced_at IS NULL AND l.revoked_at IS NULL \
                      WHERE c.issuer_id = $1 AND c.kind = '{environment}' AND c.status = 'pending' \
                      AND c.link_expires_at < now() + interval '7 days' AND (c.expire_at IS NULL OR c.expire_at > now()) ORDER BY c.link_expires_at, c.id",
            due: Due::Told,
            heading: "Links expiring soon",
            nothing: "No activation links expire within a week.",
            section: "contracts",
            list: "",
            whole: false,
            about: expiring,
            answered_at: manifest::at_its_page,
        },
        Queue {
            name: "end",
            place: 100,
            may: View::held_by,
            environments: BOTH,
            waiting: "SELECT '' AS what, e.*, e.at AS due FROM ( \
                      (SELECT c.id, coalesce(s.name, '') AS name, c.version, c.expire_at AS at FROM contracts c \
                      LEFT JOIN accounts s ON s.id = c.signee_id WHERE c.issuer_id = $1 AND c.kind = '{environment}' AND c.status = 'active' \
                      AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at, c.id LIMIT 100) UNION ALL \
                      (SELECT c.id, i.name, c.version, c.expire_at FROM contracts c JOIN accounts i ON i.id = c.issuer_id \
                      WHERE c.signee_id = $1 AND c.kind = '{environment}' AND c.status = 'active' \
                      AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at, c.id LIMIT 100)) e ORDER BY e.at, e.id",
            due: Due::Told,
            heading: "Contracts ending soon",
            nothing: "No contracts end within 30 days.",
            section: "contracts",
            list: "",
            whole: false,
            about: ending,
            answered_at: manifest::at_its_page,
        },
    ],
    tallies: &[Tally {
        queue: "sign",
        roles: SIGNEES,
        rows: "SELECT 1 FROM contracts c JOIN agreement_versions v ON v.agreement_id = c.agreement_id AND v.status = 'active' \
               AND v.number > c.version WHERE c.signee_id = {company} AND c.status = 'active' UNION ALL \
               SELECT 1 FROM contracts c WHERE c.signee_id = {company} AND c.status = 'pending' AND (c.predecessor_id IS NOT NULL OR c.referral_agreement_id IS NOT NULL) UNION ALL \
               SELECT 1 FROM contracts c JOIN contract_extensions e ON e.contract_id = c.id AND e.status = 'offered' \
               WHERE c.signee_id = {company} AND c.status = 'active' UNION ALL \
               SELECT 1 FROM created_partners p JOIN contracts c ON c.id = p.contract_id \
               WHERE p.account_id = {company} AND c.status = 'pending'",
    }],
    events: &[
        ("contract.created", "created the contract"),
        ("contract.deleted", "deleted the contract"),
        ("contract.note_changed", "changed the note"),
        ("contract.link_renewed", "renewed the activation link"),
        ("contract.link_revoked", "revoked the activation link"),
        ("contract.recipient_changed", "changed the partner's name or email"),
        ("contract.second_signer_changed", "changed the second signer's name or email"),
        ("contract.link_asked", "requested a new activation link"),
        ("contract.handed_over", "handed the contract over to a colleague"),
        ("contract.first_signed", "gave the first of two signatures"),
        ("contract.emailed", "emailed the activation link"),
        ("contract.reminded", "emailed a reminder"),
        ("contract.activated", "activated the contract"),
        ("contract.rejected", "rejected the contract"),
        ("contract.signed", "signed a newer version"),
        ("contract.terminated", "terminated the contract"),
        ("contract.extension_offered", "offered a new expiry date"),
        ("contract.extension_declined", "declined the new expiry date"),
        ("contract.extension_withdrawn", "withdrew the offer of a new expiry date"),
        ("contract.extension_lapsed", "let the offer of a new expiry date lapse"),
        ("contract.extended", "accepted the new expiry date"),
        ("contract.renewal_offered", "offered a renewal"),
        ("contract.renewal_declined", "declined the renewal"),
        ("contract.succeeded", "ended the contract because its renewal was signed"),
        ("contract.expired", "ended the contract on its expiry date"),
        ("contract.ended_with_program", "ended the contract along with its program contract"),
        ("contract.ended_with_service", "ended the contract along with its service contract"),
        ("contract.ended_with_source", "ended the contract along with the syndication contract before it"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[
        Job::Sweep(activation::store::sweep),
        Job::Due("expiry", expiry::terminate_due),
        Job::Due("reminders", expiry::remind),
    ],
    lives: &[
        || EXTENSIONS.life(),
        || ENROLMENTS.life(),
        || PROGRAM.life(),
        || REFERRALS.life(),
        || RENEWALS.life(),
        || SERVICE.life(),
        || SYNDICATIONS.life(),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("contracts")
};

/// On an agreement by which one invites; its kind is its type.
fn from_agreement(identity: &Identity, id: &str, kind: &str) -> Option<Sent> {
    let type_ = Type::from_key(kind).filter(|type_| may_choose(*type_, identity.rights).is_ok())?;
    Create::held_by(identity).then(|| vec![("type", type_.key().to_owned()), ("agreement", id.to_owned())])
}

/// With a partner, whose kind is its role.
fn from_partner(identity: &Identity, _: &str, kind: &str) -> Option<Sent> {
    let type_ = if kind == Role::Vendor.key() { Type::Program } else { Type::Service };
    let may = Create::held_by(identity) && may_choose(type_, identity.rights).is_ok();
    may.then(|| vec![("type", type_.key().to_owned())])
}

fn offered(one: &Waiting, now: DateTime<Utc>) -> crate::kit::words::Words {
    let when = distance(now, one.at);
    match one.what.as_str() {
        "extension" => crate::t!("{id}, new expiry date offered {when}", id = one.id, when),
        "renewal" => crate::t!("{id}, renewal offered {when}", id = one.id, when),
        "due" => crate::t!("{id}, version {version} to be signed {when}", id = one.id, version = one.version, when),
        "overdue" => {
            crate::t!("{id}, version {version} was to be signed {when}", id = one.id, version = one.version, when)
        }
        "reserved" | "referral" => crate::t!("{id}, offered {when}", id = one.id, when),
        _ => crate::t!("{id}, version {version} offered {when}", id = one.id, version = one.version, when),
    }
}

/// The page where an offer is answered, for people who may answer it.
fn answered_at(identity: &Identity, one: &Waiting) -> &'static str {
    match one.what.as_str() {
        "extension" if Sign::held_by(identity) => "/extension",
        "renewal" if Sign::held_by(identity) => "/accept",
        "referral" if Sign::held_by(identity) => "/referral",
        "reserved" => "/activation",
        _ => "",
    }
}

fn expiring(one: &Waiting, now: DateTime<Utc>) -> crate::kit::words::Words {
    let when = distance(now, one.at);
    if one.what == "asked" {
        return crate::t!("{id}, expired {when}, new link requested", id = one.id, when);
    }
    match one.at < now {
        true => crate::t!("{id}, expired {when}", id = one.id, when),
        false => crate::t!("{id}, expires {when}", id = one.id, when),
    }
}

fn ending(one: &Waiting, now: DateTime<Utc>) -> crate::kit::words::Words {
    crate::t!("{id}, ends {when}", id = one.id, when = distance(now, one.at))
}

//! What this module hands to the program.

use super::{Manage, VIEW, View, entry, joining, letters, lifecycle::USERS, pages, store, viewing};
use crate::{
    kit::actor::{Permission as _, Role},
    mail,
    manifest::{EVERYBODY, Entry, Find, Job, Manifest, Screens, Section, Start},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    public: &[joining::pages::screens],
    menu: &[Entry { places: &[(Role::Distributor, 95), (Role::Vendor, 85), (Role::Reseller, 95)], item: entry }],
    starts: &[Start { label: "Invite users", to: "users/new", may: Manage::held_by }],
    finds: &[Find { section: "users", heading: "Users", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "users",
        label: "User",
        view: VIEW,
        named: "(SELECT ARRAY[i.email] FROM invitations i WHERE i.id = w.id AND i.account_id = $1 UNION ALL \
            SELECT ARRAY[u.name::text] FROM memberships m JOIN users u ON u.id = m.user_id \
            WHERE m.user_id = w.id AND m.account_id = $1)",
        table: "invitations",
        sample: "UI-999-999-001",
        parties: &["account_id"],
    }],
    events: &[
        ("invitation.sent", "sent the invitation"),
        ("invitation.resent", "sent the invitation again"),
        ("invitation.revoked", "revoked the invitation"),
        ("invitation.removed", "removed the invitation"),
        ("invitation.accepted", "accepted the invitation"),
        ("member.groups_changed", "changed the groups"),
        ("member.removed", "removed the user"),
        ("member.viewing_began", "started viewing the portal as this user"),
        ("member.viewing_ended", "stopped viewing the portal as this user"),
        ("member.viewing_over", "stopped viewing the portal as this user because the time was up"),
        ("member.factor_reset_asked", "asked for the second factor to be removed"),
        ("member.factor_reset_withdrawn", "withdrew the request to remove the second factor"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[Job::Due("viewing", viewing::run_out)],
    lives: &[|| USERS.life()],
    keys: &[store::KEYS],
    ..Manifest::named("people")
};

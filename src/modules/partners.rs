//! The Partners entry of a portal's menu: Partners, Contracts, Agreements.

use super::{agreements, contracts, directory, distribution};
use crate::{
    kit::{
        actor::{Identity, Permission as _, Role},
        page::MenuItem,
    },
    manifest::{Entry, Manifest},
};

pub const MANIFEST: Manifest = Manifest {
    menu: &[Entry { places: &[(Role::Distributor, 20), (Role::Vendor, 70), (Role::Reseller, 20)], item: entry }],
    ..Manifest::named("partners")
};

fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    let sections = [
        (directory::View::held_by(identity), ("Partners", "directory")),
        (contracts::View::held_by(identity), ("Contracts", "contracts")),
        (agreements::View::held_by(identity) || distribution::View::held_by(identity), ("Agreements", "agreements")),
    ];
    let sections: Vec<_> = sections.into_iter().filter(|(held, _)| *held).map(|(_, section)| section).collect();
    Some(MenuItem::with(identity, path, ("Partners", "partners", "partners"), &sections))
}

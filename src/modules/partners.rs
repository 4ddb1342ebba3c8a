//! The Partners entry of a portal's menu: Directory, Contracts, Agreements.

use super::{agreements, contracts, directory, distribution};
use crate::kit::{
    actor::{Identity, Permission as _},
    page::MenuItem,
};

pub fn entry(identity: &Identity, path: &str) -> MenuItem {
    let sections = [
        (directory::View::held_by(identity), ("Directory", "directory")),
        (contracts::View::held_by(identity), ("Contracts", "contracts")),
        (agreements::View::held_by(identity) || distribution::View::held_by(identity), ("Agreements", "agreements")),
    ];
    let sections: Vec<_> = sections.into_iter().filter(|(held, _)| *held).map(|(_, section)| section).collect();
    MenuItem::with(identity, path, ("Partners", "partners"), &sections)
}

//! The Partners entry of a portal's menu: Directory, Contracts, Agreements.

use super::{agreements, contracts, directory, distribution};
use crate::kit::{
    actor::{Identity, Permission as _},
    page::{MenuItem, SubItem},
};

pub fn entry(identity: &Identity, path: &str) -> MenuItem {
    let home = identity.company.home();
    let sections = [
        (directory::View::held_by(identity), "Directory", "directory"),
        (contracts::View::held_by(identity), "Contracts", "contracts"),
        (agreements::View::held_by(identity) || distribution::View::held_by(identity), "Agreements", "agreements"),
    ];
    let children: Vec<SubItem> = sections
        .into_iter()
        .filter(|(held, ..)| *held)
        .map(|(_, label, section)| {
            let href = format!("{home}/{section}");
            let current = path == href || path.starts_with(&format!("{href}/"));
            SubItem { label, href, current }
        })
        .collect();
    MenuItem {
        label: "Partners",
        href: children.first().map(|child| child.href.clone()).unwrap_or_else(|| home.clone()),
        icon: "partners",
        current: children.iter().any(|child| child.current),
        children,
    }
}

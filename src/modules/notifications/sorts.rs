//! All sorts of events that people are told of, as the modules hand them over.

use crate::{
    kit::actor::Role,
    mail::{Notice, Sort},
    modules::{self, people::areas},
};

/// The letters of all modules.
pub fn letters() -> Vec<Sort> {
    modules::ALL.iter().flat_map(|module| module.letters).copied().collect()
}

/// What companies with this role can be told of, area by area in the order of groups' permissions.
pub fn of(role: Role) -> Vec<(&'static str, Vec<&'static Notice>)> {
    let all: Vec<&'static Notice> = modules::ALL
        .iter()
        .flat_map(|module| module.letters)
        .flat_map(|sort| sort.notices)
        .filter(|notice| notice.roles.contains(&role))
        .collect();
    let inside = |notice: &Notice, area: &str| notice.seen.split('.').next() == Some(area);
    areas::all()
        .into_iter()
        .map(|area| (area.label, all.iter().copied().filter(|notice| inside(notice, area.key)).collect::<Vec<_>>()))
        .filter(|(_, notices)| !notices.is_empty())
        .collect()
}

/// The sort with this key, where companies with this role can be told of it.
pub fn find(role: Role, key: &str) -> Option<&'static Notice> {
    of(role).into_iter().flat_map(|(_, notices)| notices).find(|notice| notice.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{kit::choice::Choice as _, modules::people::ADMINISTRATORS};

    #[test]
    fn every_letter_is_called_something_and_only_its_own() {
        for sort in letters() {
            for key in sort.keys {
                assert!(sort.label(key).is_some(), "what is {key} called?");
            }
            let told: Vec<&str> = sort.notices.iter().map(|notice| notice.key).collect();
            assert!(told.iter().all(|key| sort.keys.contains(key)), "{told:?}");
        }
    }

    #[test]
    fn who_is_told_holds_permissions_that_there_are_and_every_sort_stands_in_an_area() {
        let grants: BTreeSet<&str> = areas::grants().map(|grant| grant.key).collect();
        assert!(!grants.contains(ADMINISTRATORS), "a group could grant what administrators alone have");
        let mut listed = BTreeSet::new();
        for role in Role::ALL {
            listed.extend(of(*role).into_iter().flat_map(|(_, notices)| notices).map(|notice| notice.key));
        }
        for notice in letters().iter().flat_map(|sort| sort.notices) {
            for permission in [notice.told, notice.seen] {
                let known = grants.contains(permission) || permission == ADMINISTRATORS;
                assert!(known, "{}: nobody can have {permission}", notice.key);
            }
            assert!(notice.seen.ends_with(".view") || notice.seen == ADMINISTRATORS, "{}", notice.key);
            assert!(listed.contains(notice.key), "{} stands in no list", notice.key);
        }
    }
}

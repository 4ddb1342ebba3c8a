//! What each role sees: the menu and the screens of its portal, put together from what the modules hand over; and so is the API. A right
//! that a company lacks makes a screen answer 404.

pub mod api;
mod design;
pub mod public;
mod why;

pub use why::{lacks, why};

use crate::{
    kit::{
        actor::{Identity, Role},
        acts::Begin,
        api::ROOT,
        brand::Address,
        choice::Choice as _,
        constraint::Constraints,
        lifecycle::Life,
        page::{COUNTED, MenuItem},
        route::{Mount, Routes},
        secret::Key,
    },
    mail::Letters,
    manifest::{Entry, Tally},
    modules,
};

/// All screens of the program, and the page of components where `demo` says so.
///
/// # Errors
/// When two of them stand under the same address.
pub fn routes(demo: bool) -> Result<Routes, matchit::InsertError> {
    let mut routes = Routes::default();
    routes.mount(ROOT, api::operations().into_iter().map(|operation| operation.mount).collect())?;
    routes.mount("", public::screens())?;
    if demo {
        routes.mount("", design::screens())?;
    }
    for role in Role::ALL {
        routes.mount(&format!("/{}/{{account}}", role.key()), screens(*role))?;
    }
    Ok(routes)
}

/// The menu of the portal of `identity`'s company; `path` is the page it stands on.
pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    let role = identity.company.role;
    let placed = |entry: &'static Entry| Some((entry.places.iter().find(|(of, _)| *of == role)?.1, entry));
    let mut entries: Vec<(u8, &Entry)> =
        modules::ALL.iter().flat_map(|module| module.menu).filter_map(placed).collect();
    entries.sort_by_key(|(place, _)| *place);
    let mut menu: Vec<MenuItem> = entries.into_iter().filter_map(|(_, entry)| (entry.item)(identity, path)).collect();
    for child in menu.iter_mut().flat_map(|item| &mut item.children) {
        let queues = modules::ALL.iter().flat_map(|module| module.queues);
        let here = queues.filter(|queue| queue.section == child.section && (queue.may)(identity));
        child.waiting = here.filter_map(|queue| identity.waiting.get(queue.name)).sum();
    }
    menu
}

/// What this person can begin at the object `id` of `section`, which is of this kind.
pub fn roads(identity: &Identity, section: &str, id: &str, kind: &str) -> Vec<Begin> {
    let all = modules::ALL.iter().flat_map(|module| module.roads).filter(|road| road.from == section);
    all.filter_map(|road| {
        let fields = (road.fields)(identity, id, kind)?;
        let to = road.to.replace("{id}", id);
        Some(Begin { label: road.label.into(), href: format!("{}/{to}", identity.company.home()), fields })
    })
    .collect()
}

/// How many wait in each queue that the menu counts, as [`crate::access::sessions::Store::new`] wants it: in the portals of that role, or for
/// whatever role the company has.
pub fn waiting(role: Option<Role>) -> String {
    let of = |tally: &&Tally| role.is_none_or(|role| tally.roles.contains(&role));
    let one = |Tally { queue, roles, rows }: &Tally| {
        let count = format!("(SELECT count(*) FROM ({rows} LIMIT {}) w)", COUNTED + 1);
        if role.is_some() {
            return format!("'{queue}', {count}");
        }
        let roles: Vec<String> = roles.iter().map(|role| format!("'{}'", role.key())).collect();
        format!("'{queue}', CASE WHEN f.facts->>'role' IN ({}) THEN {count} END", roles.join(", "))
    };
    let all: Vec<String> = modules::ALL.iter().flat_map(|module| module.tallies).filter(of).map(one).collect();
    format!("jsonb_build_object({})", all.join(", "))
}

/// The screens of a portal.
pub fn screens(role: Role) -> Vec<Mount> {
    let all = modules::ALL.iter().flat_map(|module| module.screens);
    all.filter(|screens| screens.roles.contains(&role)).flat_map(|screens| (screens.mounts)()).collect()
}

/// The lifecycles of all objects, by name.
pub fn lifecycles() -> Vec<Life> {
    let mut lives: Vec<Life> = modules::ALL.iter().flat_map(|module| module.lives).map(|life| life()).collect();
    lives.sort_by_key(|life| life.of);
    lives
}

/// The keys of the schema that modules name, each table once.
pub fn constraints() -> Vec<&'static Constraints> {
    modules::ALL.iter().flat_map(|module| module.keys).collect()
}

/// All letters of the program.
pub fn letters(key: Key, public_url: String, pseudo: bool) -> Letters {
    let sorts = modules::ALL.iter().flat_map(|module| module.letters).copied().collect();
    Letters { sorts, key, public: Address::new(&public_url), pseudo }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::kit::{actor::Role, choice::Choice as _};

    #[test]
    fn every_screen_has_an_address_of_its_own() {
        super::routes(true).unwrap().compile();
    }

    #[test]
    fn no_two_screens_answer_the_same_request() {
        for role in Role::ALL {
            let mut known = HashSet::new();
            for mount in super::screens(*role) {
                let (method, path) = (mount.method.clone(), mount.path.clone());
                assert!(known.insert((method, path)), "{}: {} {} is there twice", role.key(), mount.method, mount.path);
            }
        }
    }
}

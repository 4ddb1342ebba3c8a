//! What modules hand to the program is whole: nothing is said twice, nothing stands only beside it.

use std::{collections::BTreeSet, fs, path::Path};

use entente::{
    kit::{actor::Role, choice::Choice as _},
    manifest::Manifest,
    modules, portals,
};
use proc_macro2::TokenTree;

use crate::source::{Source, sign, word};

/// Folders that serve other modules and have nothing of their own to hand over.
const SERVANTS: [&str; 5] = ["binding", "conversation", "events", "ids", "images"];

fn folders() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modules");
    let entries = fs::read_dir(folder).expect("the folder reads").map(|entry| entry.expect("an entry").path());
    let names = entries.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    names.filter(|name| name != "mod").collect()
}

#[test]
fn every_module_is_on_the_list() {
    let names: BTreeSet<&str> = modules::ALL.iter().map(|module| module.name).collect();
    assert_eq!(names.len(), modules::ALL.len(), "each stands once");
    // a folder may hold several
    let listed: BTreeSet<String> =
        names.iter().map(|name| name.split('/').next().unwrap_or_default().to_owned()).collect();
    let servants: BTreeSet<String> = SERVANTS.map(str::to_owned).into();
    let all: BTreeSet<String> = folders().into_iter().chain(["access".to_owned()]).collect();
    assert_eq!(all.difference(&servants).cloned().collect::<BTreeSet<_>>(), listed);
}

/// What all modules say of one thing, by whom.
fn said<T: Ord + 'static>(what: impl Fn(&'static Manifest) -> Vec<T>) -> Vec<(T, &'static str)> {
    modules::ALL.iter().flat_map(|module| what(module).into_iter().map(|one| (one, module.name))).collect()
}

#[test]
fn nothing_is_said_twice() {
    let twice = |what: &str, mut all: Vec<(String, &'static str)>| {
        all.sort();
        for pair in all.windows(2) {
            assert_ne!(pair[0].0, pair[1].0, "{what} {} is of {} and of {}", pair[0].0, pair[0].1, pair[1].1);
        }
        assert!(!all.is_empty(), "no module has any {what}");
    };
    twice("event", said(|module| module.events.iter().map(|(name, _)| (*name).to_owned()).collect()));
    twice(
        "letter",
        said(|module| module.letters.iter().flat_map(|sort| sort.keys).map(|key| (*key).to_owned()).collect()),
    );
    twice("queue", said(|module| module.queues.iter().map(|queue| queue.name.to_owned()).collect()));
    twice("place on Home", said(|module| module.queues.iter().map(|queue| queue.place.to_string()).collect()));
    twice("section", said(|module| module.sections.iter().map(|section| section.path.to_owned()).collect()));
    twice("permission", said(|module| module.permissions.iter().map(|grant| grant.key.to_owned()).collect()));
    for role in Role::ALL {
        let places = |module: &'static Manifest| {
            let places = module.menu.iter().flat_map(|entry| entry.places);
            places.filter(|(of, _)| of == role).map(|(_, place)| place.to_string()).collect()
        };
        twice("place in the menu", said(places));
    }
}

/// An object's address begins with its section, a section's queue leads there, and its permission is one that somebody can have.
#[test]
fn sections_are_mounted_and_queues_lead_to_them() {
    let sections: Vec<_> = modules::ALL.iter().flat_map(|module| module.sections).collect();
    let keys: BTreeSet<&str> =
        modules::ALL.iter().flat_map(|module| module.permissions).map(|grant| grant.key).collect();
    for section in &sections {
        assert!(keys.contains(section.view), "{} is seen with {}", section.path, section.view);
    }
    let mounted: BTreeSet<String> = (Role::ALL.iter().flat_map(|role| portals::screens(*role)))
        .filter_map(|mount| Some(mount.path.strip_prefix('/')?.split_once("/{id}")?.0.to_owned()))
        .filter(|section| !section.contains('/'))
        .collect();
    let known: BTreeSet<String> = sections.iter().map(|section| section.path.to_owned()).collect();
    assert_eq!(mounted, known, "objects with an address of their own");
    for queue in modules::ALL.iter().flat_map(|module| module.queues) {
        assert!(known.contains(queue.section), "{} leads to {}", queue.name, queue.section);
    }
}

/// What happens to a person belongs to no object whose history is shown.
const UNTOLD: &str = "user.";

/// The names of all events that are made in the program.
fn made() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for module in Source::read().modules.values() {
        let tokens = &module.tokens;
        for at in 0..tokens.len() {
            let is_new = word(tokens, at).is_some_and(|word| word == "Event")
                && sign(tokens, at + 1, ':')
                && word(tokens, at + 3).is_some_and(|word| word == "new");
            let Some(TokenTree::Group(arguments)) = tokens.get(at + 4).filter(|_| is_new) else { continue };
            if let Some(TokenTree::Literal(name)) = arguments.stream().into_iter().next() {
                names.insert(name.to_string().trim_matches('"').to_owned());
            }
        }
    }
    names
}

#[test]
fn every_event_has_its_words() {
    let told: BTreeSet<String> =
        modules::ALL.iter().flat_map(|module| module.events).map(|(name, _)| (*name).to_owned()).collect();
    let made = made();
    assert!(made.len() > 100, "events are made in another way: {}", made.len());
    let silent: Vec<_> = made.iter().filter(|name| !told.contains(*name) && !name.starts_with(UNTOLD)).collect();
    assert!(silent.is_empty(), "no module says in words what these are: {silent:?}");
}

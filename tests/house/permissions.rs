//! Every permission that the program asks for is one that a module hands over, for people and tokens or for people alone.

use std::{collections::BTreeSet, fs, path::Path};

use entente::{manifest::Grant, modules};

fn words(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            words(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("manifest.rs") {
            let text = fs::read_to_string(&path).expect("the source reads");
            found.extend(text.split('"').skip(1).step_by(2).filter(|word| is_permission(word)).map(str::to_owned));
        }
    }
}

fn is_permission(word: &str) -> bool {
    word.split_once('.').is_some_and(|(module, what)| {
        ["view", "manage", "sign"].contains(&what)
            && !module.is_empty()
            && module.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

fn granted() -> impl Iterator<Item = &'static Grant> {
    modules::ALL.iter().flat_map(|module| module.permissions)
}

/// What a signature asks for is what a group or a token can grant, with words, and the other way round.
#[test]
fn every_permission_that_is_asked_for_is_handed_over_by_a_module() {
    let mut asked = BTreeSet::new();
    words(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut asked);
    let known: BTreeSet<String> = granted().map(|grant| grant.key.to_owned()).collect();
    assert_eq!(known.len(), granted().count(), "each stands once");
    let strange: Vec<_> = asked.difference(&known).collect();
    assert!(strange.is_empty(), "no module hands these over: {strange:?}");
    let never: Vec<_> = known.difference(&asked).collect();
    assert!(never.is_empty(), "asked for nowhere: {never:?}");
    for grant in granted() {
        assert!(grant.label.chars().next().is_some_and(char::is_uppercase), "{grant:?}");
    }
    for key in ["contracts.sign", "integrations.manage", "administration.manage"] {
        assert!(granted().any(|grant| grant.key == key && !grant.for_tokens), "{key} is for people alone");
    }
}

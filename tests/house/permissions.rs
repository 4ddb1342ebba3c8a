//! Every permission that the program asks for is one that a token may have, or one that no token ever has.

use std::{collections::BTreeSet, fs, path::Path};

use entente::modules::tokens::grants::{GRANTS, NEVER};

fn words(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            words(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tokens/grants.rs") {
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

#[test]
fn every_permission_is_for_tokens_or_for_people_alone() {
    let mut asked = BTreeSet::new();
    words(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut asked);
    let known: BTreeSet<String> =
        GRANTS.iter().map(|grant| grant.key).chain(NEVER.iter().copied()).map(str::to_owned).collect();
    assert_eq!(known.len(), GRANTS.len() + NEVER.len(), "each stands once");
    let strange: Vec<_> = asked.difference(&known).collect();
    assert!(strange.is_empty(), "neither for tokens nor for people alone: {strange:?}");
    for grant in GRANTS {
        assert!(asked.contains(grant.key), "{} is asked for nowhere", grant.key);
    }
    for never in ["contracts.sign", "integrations.manage", "administration.manage"] {
        assert!(NEVER.contains(&never), "{never}");
    }
}

//! Who asks the database says as whom: what a store offers takes a `Read` or a `Tx`, which only an actor
//! has, or whatever of the two `Looks`, and no bare connection.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};

use crate::source::{Module, Source, word};

/// Functions that still take a bare connection, by the module: these figures may only shrink. What `accounts` has is asked before anybody
/// is known, and stays.
const BARE: [(&str, usize); 8] = [
    ("accounts", 16),
    ("agreements", 1),
    ("contracts", 12),
    ("customers", 9),
    ("demo", 2),
    // the work of a job, which belongs to no company
    ("directory", 3),
    ("distribution", 1),
    ("orders", 1),
];

/// A store is a module of that name, with all that is inside of it.
fn is_store(module: &Module) -> bool {
    module.name.iter().any(|part| part == "store")
}

fn names(stream: TokenStream, wanted: &str) -> bool {
    stream.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == wanted,
        TokenTree::Group(group) => names(group.stream(), wanted),
        _ => false,
    })
}

/// The functions that a store offers to all, which take a bare connection.
fn bare(module: &Module) -> Vec<String> {
    let tokens = &module.tokens;
    let public = (0..tokens.len()).filter(|at| {
        word(tokens, *at).is_some_and(|word| word == "pub") && word(tokens, at + 1).is_some_and(|word| word == "fn")
    });
    let takes_it = |at: &usize| {
        let arguments = tokens[at + 3..].iter().find_map(|tree| match tree {
            TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Parenthesis => Some(group.stream()),
            _ => None,
        });
        arguments.is_some_and(|arguments| names(arguments, "PgConnection"))
    };
    public.filter(takes_it).filter_map(|at| word(tokens, at + 2)).collect()
}

/// The area of the business, or else the part of the program.
fn area(module: &Module) -> String {
    let inner = module.name.first().is_some_and(|first| first == "modules");
    module.name.get(usize::from(inner)).cloned().unwrap_or_default()
}

#[test]
fn no_more_stores_take_a_bare_connection_than_do_already() {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for module in Source::read().modules.values().filter(|module| is_store(module)) {
        let functions = bare(module).into_iter().map(|name| format!("{}::{name}", module.name.join("::")));
        found.entry(area(module)).or_default().extend(functions);
    }
    let mut wrong = Vec::new();
    for (area, functions) in &found {
        let known = BARE.iter().find(|(known, _)| known == area).map_or(0, |(_, count)| *count);
        if functions.len() > known {
            wrong.push(format!("{area} has {}, {known} are known: {functions:#?}", functions.len()));
        } else if functions.len() < known {
            wrong.push(format!("{area} has only {} any more, not {known}: write that into the list", functions.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(found.len() > 10, "stores are named in another way");
}

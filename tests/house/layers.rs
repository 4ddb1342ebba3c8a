//! Which part may know which. Every `use` and every path in the program is read, also inside of macros.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::source::{Module, Name, Source};

/// From the ground up: a part may name what stands on its own line or on one below.
const LAYERS: &[&[&str]] = &[
    &["schema"],
    &["postgres"],
    &["kit"],
    &["assets", "log"],
    &["accounts"],
    &["mail"],
    &["manifest"],
    &["access"],
    &["config"],
    &["modules"],
    // what acts in one module cause in another
    &["consequences"],
    &["portals"],
    &["app", "bootstrap", "demo", "jobs", "keys", "main", "recover", "roles", "start"],
];

/// Modules of several parts, which know each other in one direction.
const DIRECTED: &[&str] = &["orders"];

/// Which part names which, in which files, and in which line first.
type Edges = BTreeMap<(String, String), Places>;
type Places = BTreeMap<PathBuf, usize>;

/// What a module names: every name of this program in it.
fn named(source: &Source, module: &Module) -> Vec<(Name, usize)> {
    let written = module.uses.iter().chain(&module.paths);
    written.filter_map(|one| Some((source.meant(module, &one.path)?, one.line))).collect()
}

/// Where each macro of the whole crate stands.
fn macros(source: &Source) -> BTreeMap<String, Name> {
    let of = |module: &Module| module.macros.iter().map(|name| (name.clone(), module.name.clone())).collect::<Vec<_>>();
    source.modules.values().flat_map(of).collect()
}

/// The edges between parts, as `part` sees them.
fn edges(source: &Source, part: impl Fn(&Name) -> Option<String>) -> Edges {
    let macros = macros(source);
    let mut found = Edges::new();
    for module in source.modules.values() {
        let Some(from) = part(&module.name) else { continue };
        for (name, line) in named(source, module) {
            let name = match name.as_slice() {
                [only] if !source.modules.contains_key(&name) => macros.get(only).unwrap_or(&name),
                _ => &name,
            };
            if let Some(to) = part(name).filter(|to| *to != from) {
                found.entry((from.clone(), to)).or_default().entry(module.file.clone()).or_insert(line);
            }
        }
    }
    found
}

/// The layer's part that a name belongs to.
fn part(name: &Name) -> Option<String> {
    name.first().cloned()
}

/// The module of the business that a name belongs to.
fn business(name: &Name) -> Option<String> {
    match name.as_slice() {
        [modules, module, ..] if modules == "modules" => Some(module.clone()),
        _ => None,
    }
}

/// The part of a module that a name belongs to; what the module's own file has is what it shows to others.
fn within(source: &Source, module: &str, name: &Name) -> Option<String> {
    match name.as_slice() {
        [modules, of, part, ..] if modules == "modules" && of == module => {
            let inside = source.modules.contains_key(&name[..3]);
            Some(if inside { part.clone() } else { String::from("mod.rs") })
        }
        [modules, of] if modules == "modules" && of == module => Some(String::from("mod.rs")),
        _ => None,
    }
}

/// Which parts each names, directly or through others.
fn reached(edges: &Edges, from: &str) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(part) = open.pop() {
        for (_, to) in edges.keys().filter(|(by, _)| *by == part) {
            if found.insert(to.clone()) {
                open.push(to.clone());
            }
        }
    }
    found
}

/// Parts that name each other, through however many others.
fn circles(edges: &Edges) -> Vec<String> {
    edges
        .iter()
        .filter(|((from, to), _)| reached(edges, to).contains(from))
        .map(|((from, to), files)| format!("{from} names {to}, which leads back to {from}:{}", said(files)))
        .collect()
}

fn layer(part: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&part))
        .unwrap_or_else(|| panic!("{part} stands on no line of LAYERS"))
}

fn said(files: &Places) -> String {
    files.iter().map(|(file, line)| format!("\n    src/{}:{line}", file.display())).collect()
}

/// What names something above itself.
fn risen(edges: &Edges) -> Vec<String> {
    edges
        .iter()
        .filter(|((from, to), _)| layer(to) > layer(from))
        .map(|((from, to), files)| format!("{from} names {to} above it:{}", said(files)))
        .collect()
}

/// Modules that name each other.
fn mutual(edges: &Edges) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((a, b), there) in edges {
        if let Some(back) = edges.get(&(b.clone(), a.clone())).filter(|_| a < b) {
            wrong.push(format!("{a} names {b}:{}\n  and {b} names {a}:{}", said(there), said(back)));
        }
    }
    wrong
}

#[test]
fn no_part_names_what_stands_above_it() {
    let wrong = risen(&edges(&Source::read(), part));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_of_a_module_stand_in_one_direction() {
    let source = Source::read();
    for module in DIRECTED {
        let edges = edges(&source, |name| within(&source, module, name));
        assert!(edges.len() > 5, "{module} has parts");
        let wrong = circles(&edges);
        assert!(wrong.is_empty(), "{module}: {}", wrong.join("\n"));
    }
}

#[test]
fn a_circle_of_parts_is_found_however_long_it_is() {
    let file = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
    let program = |back: &str| {
        Source::of([
            file("lib.rs", "pub mod modules;"),
            file("modules/mod.rs", "pub mod a;"),
            file("modules/a/mod.rs", "mod low; mod middle; mod high; pub use high::H;"),
            file("modules/a/low.rs", &format!("pub struct L; {back}")),
            file("modules/a/middle.rs", "use super::low::L; pub struct M;"),
            file("modules/a/high.rs", "pub struct H; fn f() { crate::modules::a::middle::M }"),
        ])
    };
    let found = |source: &Source| circles(&edges(source, |name| within(source, "a", name)));
    assert_eq!(found(&program("")), Vec::<String>::new());
    for back in
        ["use super::high::H;", "use super::middle::M;", "use crate::modules::a::H;", "fn f() { super::high::H }"]
    {
        assert!(!found(&program(back)).is_empty(), "{back} is not found");
    }
}

#[test]
fn no_two_modules_name_each_other() {
    let wrong = mutual(&edges(&Source::read(), business));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The list of all modules stands above them. These read it as data, to show what the others hand over: the words of events, what waits
/// on Home and in lists, what can be found, what a group or a token may have.
const READERS: [&str; 8] = ["activity", "events", "home", "notifications", "people", "search", "tokens", "views"];

#[test]
fn only_those_who_show_what_modules_hand_over_read_the_list_of_all() {
    let edges = edges(&Source::read(), business);
    // what looks something up in it reads it too
    let reads = |to: &str| ["ALL", "grant", "section"].contains(&to);
    let readers: BTreeSet<&str> = edges.keys().filter(|(_, to)| reads(to)).map(|(from, _)| from.as_str()).collect();
    assert_eq!(readers, BTreeSet::from(READERS));
}

/// Templates belong to the modules that show them: what they name themselves is what all may name.
#[test]
fn templates_name_only_the_kit() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder reads") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("the template reads");
            for name in text.split("crate::").skip(1) {
                assert!(name.starts_with("kit::"), "{} names crate::{:.20}", path.display(), name);
            }
        }
    }
}

/// A program of two modules, of which `a` has this line in a function's body or at its top.
fn with(line: &str) -> Source {
    let file = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
    Source::of([
        file("lib.rs", "pub mod kit; pub mod modules; pub mod portals;"),
        file("kit/mod.rs", "pub struct Kit;"),
        file("portals/mod.rs", "pub mod menu; pub struct Portal;"),
        file("portals/menu.rs", "pub fn shown() {}"),
        file("modules/mod.rs", "pub mod a; pub mod b;"),
        file("modules/b.rs", "use super::a::A; pub struct B; pub fn b() {}"),
        file("modules/a/mod.rs", "pub mod deep; pub struct A;"),
        file(
            "modules/a/deep.rs",
            &format!("use crate::kit::Kit;\n{line}\n#[cfg(test)]\nmod tests {{ use crate::portals::Portal; }}"),
        ),
    ])
}

#[test]
fn a_forbidden_name_is_found_however_it_is_written() {
    for line in [
        "use crate::portals::Portal;",
        "use crate::{kit, portals::{self, menu}};",
        "use crate::portals as doors; fn f() { doors::menu::shown() }",
        "use crate::portals::*;",
        "use super::super::super::portals;",
        "fn f() { use crate::portals::menu::shown; shown() }",
        "fn f() -> crate::portals::Portal { loop {} }",
        "fn f() { println!(\"{:?}\", crate::portals::menu::shown()) }",
        "use crate as all; fn f() { all::portals::menu::shown() }",
        "mod inner { pub use super::super::super::super::portals::Portal; }",
        "#[derive(Some)] #[some(with = crate::portals::menu::shown)] struct S;",
    ] {
        let found = risen(&edges(&with(line), part));
        assert_eq!(found.len(), 1, "{line} is not found");
    }
    for line in [
        "use crate::modules::b::B;",
        "fn f() { super::super::b::b() }",
        "use crate::modules::{a, b}; fn f() { b::b() }",
    ] {
        let source = with(line);
        assert_eq!(mutual(&edges(&source, business)).len(), 1, "{line} is not found");
        assert_eq!(risen(&edges(&source, part)), Vec::<String>::new());
    }
    let source = with("use crate::modules::a::A; use actix_web::portals; fn f(portals: A) { portals::x() }");
    assert_eq!(risen(&edges(&source, part)), Vec::<String>::new(), "another crate's portals are not ours");
    assert_eq!(mutual(&edges(&source, business)), Vec::<String>::new());
}

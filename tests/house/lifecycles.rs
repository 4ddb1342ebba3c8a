//! `docs/lifecycles.md` is written from the tables of lifecycles: run with `ENTENTE_BLESS=1` to write it anew, then read the difference.

use std::collections::BTreeSet;

use entente::{
    kit::lifecycle::{Arrow, Life},
    modules,
};
use proc_macro2::TokenTree;

use crate::{
    published::{NotBuilt, PUBLISHED, Published},
    source::{Module, Source, sign, word},
};

/// From where to where, in the words of the published machines.
type Step = (&'static str, &'static str);

fn step(arrow: &Arrow) -> Step {
    (arrow.from.unwrap_or("New"), arrow.to.unwrap_or("Deleted"))
}

fn published(of: &str) -> Option<&'static Published> {
    PUBLISHED.iter().find(|object| object.of == of)
}

/// The statuses that an object can come to.
fn reached(life: &Life) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        let from_there = |arrow: &&Arrow| arrow.from.is_none_or(|from| found.contains(from));
        let next: Vec<_> = life.arrows.iter().filter(from_there).filter_map(|arrow| arrow.to).collect();
        found.extend(next);
        if found.len() == before {
            return found;
        }
    }
}

fn section(life: &Life) -> String {
    let state = |name: Option<&str>| name.map_or("[*]".to_owned(), |name| name.replace(' ', ""));
    let mut text = format!("## {}\n\n```mermaid\nstateDiagram-v2\n", life.of);
    for name in life.statuses.iter().filter(|name| name.contains(' ')) {
        text += &format!("    state \"{name}\" as {}\n", name.replace(' ', ""));
    }
    for arrow in &life.arrows {
        let (from, to) = (state(arrow.from), state(arrow.to));
        text += &format!("    {from} --> {to}: {} ({})\n", arrow.act, arrow.by.join(", "));
    }
    text += &format!("```\n\n{}\n", life.notes);
    let reached = reached(life);
    // objects may share their statuses: only what this one's arrows name
    let named = |status: &str| life.arrows.iter().any(|arrow| arrow.from == Some(status) || arrow.to == Some(status));
    let beside: Vec<&str> =
        life.statuses.iter().copied().filter(|status| named(status) && !reached.contains(status)).collect();
    if !beside.is_empty() {
        text += &format!("\nNothing leads to {} yet.\n", beside.join(", "));
    }
    text += &match published(life.of) {
        None => "\nAll of it is beyond the published machines.\n".to_owned(),
        Some(object) => compared(life, object),
    };
    text
}

/// What is not here of the published machine, and what is here besides.
fn compared(life: &Life, object: &Published) -> String {
    let mut beyond: Vec<String> = Vec::new();
    for arrow in life.arrows.iter().filter(|arrow| !object.moves.contains(&step(arrow))) {
        let (from, to) = step(arrow);
        let line = format!("{from} -> {to} ({})", arrow.act);
        if !beyond.contains(&line) {
            beyond.push(line);
        }
    }
    let mut text = not_built(object);
    if !beyond.is_empty() {
        text += &format!("\nBeyond the published machine: {}.\n", beyond.join(", "));
    }
    text
}

fn not_built(object: &Published) -> String {
    let lines: Vec<String> = match object.not_built {
        NotBuilt::Nothing => return String::new(),
        NotBuilt::Moves(moves) => {
            moves.iter().map(|(from, to, why)| format!("Not built: {from} -> {to}, because {why}.")).collect()
        }
        NotBuilt::Object(why) => {
            object.moves.iter().map(|(from, to)| format!("Not built: {from} -> {to}, because {why}.")).collect()
        }
    };
    format!("\n{}\n", lines.join("\\\n"))
}

fn document() -> String {
    let lives = modules::lifecycles();
    let mut text = "# Lifecycles\n\nWhat may happen to each kind of object, by which part. This page is written from the tables in \
                    `src/modules`, and a test compares it\n(`ENTENTE_BLESS=1 cargo test --test house lifecycles` writes it anew). The \
                    diagrams begin and end at a dot: what is made, and what is deleted.\n"
        .to_owned();
    for life in &lives {
        text += &format!("\n{}", section(life));
    }
    for object in PUBLISHED.iter().filter(|object| matches!(object.not_built, NotBuilt::Object(_))) {
        text += &format!("\n## {}\n{}", object.of, not_built(object));
    }
    text
}

#[test]
fn the_page_of_lifecycles_says_what_the_tables_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycles.md");
    let text = document();
    if std::env::var_os("ENTENTE_BLESS").is_some() {
        std::fs::write(path, &text).expect("lifecycles.md is written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == text, "docs/lifecycles.md says something else; the tables say:\n{text}");
}

#[test]
fn every_published_move_is_an_arrow_or_says_why_it_is_not_built() {
    let lives = modules::lifecycles();
    for object in PUBLISHED {
        let arrows: BTreeSet<Step> =
            lives.iter().filter(|life| life.of == object.of).flat_map(|life| &life.arrows).map(step).collect();
        let missing: BTreeSet<Step> = object.moves.iter().copied().filter(|step| !arrows.contains(step)).collect();
        let said: BTreeSet<Step> = match object.not_built {
            NotBuilt::Nothing => BTreeSet::new(),
            NotBuilt::Moves(moves) => moves.iter().map(|(from, to, _)| (*from, *to)).collect(),
            NotBuilt::Object(_) => object.moves.iter().copied().collect(),
        };
        assert_eq!(missing, said, "{}: what is not there, and what is said not to be there", object.of);
        if let NotBuilt::Object(_) = object.not_built {
            assert!(lives.iter().all(|life| life.of != object.of), "{} is here", object.of);
        }
    }
}

#[test]
fn every_lifecycle_begins_and_has_one_section() {
    let lives = modules::lifecycles();
    let names: BTreeSet<&str> = lives.iter().map(|life| life.of).collect();
    assert_eq!(names.len(), lives.len(), "two lifecycles have one name");
    for life in &lives {
        assert!(life.arrows.iter().any(|arrow| arrow.from.is_none()), "nothing makes {}", life.of);
        for arrow in &life.arrows {
            assert!(!arrow.by.is_empty(), "{}: nobody does {}", life.of, arrow.act);
        }
    }
}

/// The names of constants of such a type, by how the type begins.
fn constants(module: &Module, type_: &str) -> Vec<String> {
    let tokens = &module.tokens;
    let named = |at: usize| {
        let name = word(tokens, at).filter(|word| word == "const").and_then(|_| word(tokens, at + 1))?;
        let said: String = tokens[at + 3..].iter().take_while(|tree| !is_end(tree)).map(ToString::to_string).collect();
        said.replace(' ', "").starts_with(type_).then_some(name)
    };
    (0..tokens.len()).filter_map(named).collect()
}

fn is_end(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(sign) if sign.as_char() == '=')
}

/// A table that belongs to no lifecycle, or a lifecycle that is not listed, would be missing on the page.
#[test]
fn every_table_of_rules_is_a_lifecycle_and_every_lifecycle_is_listed() {
    let source = Source::read();
    let root = vec!["modules".to_owned()];
    let mut listed: Vec<Vec<String>> = source.modules[&root].paths.iter().map(|path| path.path.clone()).collect();
    // a module of several parts lists its own
    for list in listed.clone().iter().filter(|path| path.last().is_some_and(|last| last == "lifecycles")) {
        let of = &list[..list.len() - 1];
        let paths = source.modules[&[&root[..], of].concat()].paths.iter();
        listed.extend(paths.map(|path| [of, &path.path[..]].concat()));
    }
    let (mut tables, mut lives) = (0, 0);
    for module in source.modules.values().filter(|module| module.name.first().is_some_and(|first| first == "modules")) {
        for table in constants(module, "&[Rule<") {
            tables += 1;
            let tokens = &module.tokens;
            let used = (0..tokens.len()).any(|at| {
                word(tokens, at).is_some_and(|word| word == "rules")
                    && sign(tokens, at + 1, ':')
                    && word(tokens, at + 2).is_some_and(|word| word == table)
            });
            assert!(used, "{table} of {} is in no lifecycle", module.name.join("::"));
        }
        for life in constants(module, "Lifecycle<") {
            lives += 1;
            let name = [&module.name[1..], &[life]].concat();
            assert!(listed.contains(&name), "modules::lifecycles lacks {}", name.join("::"));
        }
    }
    assert_eq!(lives, modules::lifecycles().len());
    assert!(tables > 10, "tables are declared in another way");
}

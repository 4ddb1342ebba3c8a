//! `docs/security.md` answers every requirement of levels 1 and 2 of OWASP ASVS 5.0.0, and names only files and tests that exist.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

/// The number of a requirement and its level, one a line.
const REQUIREMENTS: &str = include_str!("asvs.txt");

/// How an answer begins if the requirement is not simply met.
const OTHERWISE: [&str; 4] = ["**Not met**", "**In part**", "**Does not apply**", "**The operator**"];

/// Folders and files of the repository that papers name.
const OURS: [&str; 15] = [
    "src/",
    "tests/",
    "docs/",
    "templates/",
    "static/",
    "scripts/",
    "migrations/",
    "benches/",
    "locale/",
    "Cargo.toml",
    "Cargo.lock",
    "Makefile",
    "SECURITY.md",
    "deny.toml",
    "clippy.toml",
];

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn paper() -> String {
    fs::read_to_string(root().join("docs/security.md")).expect("the paper reads")
}

/// A row of one of the tables: a requirement, its level, its text, how it is met, and what shows that.
struct Row {
    number: String,
    level: String,
    answer: String,
    shown: String,
}

fn is_number(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn rows(paper: &str) -> Vec<Row> {
    let cells = |line: &str| -> Vec<String> {
        let inside = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')).unwrap_or_default();
        inside.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let lines = paper.lines().map(cells).filter(|cells| cells.first().is_some_and(|first| is_number(first)));
    lines
        .map(|cells| {
            let cells: Result<[String; 5], Vec<String>> = cells.try_into();
            let [number, level, asks, answer, shown] =
                cells.unwrap_or_else(|cells| panic!("a row has five cells: {cells:?}"));
            assert!(!asks.is_empty() && !answer.is_empty(), "{number} says nothing");
            Row { number, level, answer, shown }
        })
        .collect()
}

/// What stands between single backticks.
pub fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|ours| if ours.ends_with('/') { name.starts_with(ours) } else { name == *ours })
}

/// A test is named `file: name`.
pub fn test_of(quoted: &str) -> Option<(&str, &str)> {
    quoted.split_once(": ").filter(|(file, _)| is_ours(file))
}

#[test]
fn every_requirement_is_answered_once() {
    let wanted: BTreeMap<&str, &str> = REQUIREMENTS.lines().filter_map(|line| line.split_once(' ')).collect();
    let levels = |level: &str| wanted.values().filter(|known| **known == level).count();
    assert_eq!((wanted.len(), levels("1"), levels("2")), (253, 70, 183));
    let rows = rows(&paper());
    let mut answered = BTreeSet::new();
    for row in &rows {
        assert!(answered.insert(row.number.as_str()), "{} is answered twice", row.number);
        let level = wanted.get(row.number.as_str()).copied();
        assert_eq!(Some(row.level.as_str()), level, "{} and its level", row.number);
        let named = quoted(&row.answer).chain(quoted(&row.shown)).any(|name| is_ours(name) || test_of(name).is_some());
        let otherwise = OTHERWISE.iter().any(|word| row.answer.starts_with(word));
        assert!(named || otherwise, "{} says neither where it is met nor why not", row.number);
        let shown = quoted(&row.shown).any(|name| test_of(name).is_some());
        let untested = OTHERWISE.iter().filter(|word| **word != "**In part**").any(|word| row.answer.starts_with(word));
        assert!(shown || untested, "{} names no test", row.number);
    }
    let missing: Vec<&&str> = wanted.keys().filter(|number| !answered.contains(**number)).collect();
    assert!(missing.is_empty(), "not answered: {missing:?}");
}

#[test]
fn what_is_met_and_what_is_not_is_counted() {
    let paper = paper();
    let rows = rows(&paper);
    let of = |word: &str| rows.iter().filter(|row| row.answer.starts_with(word)).count();
    let [not, part, none, operator] = OTHERWISE.map(of);
    let met = rows.len() - not - part - none - operator;
    let said =
        format!("{met} are met, {part} in part, {not} not, {operator} are the operator's, and {none} do not apply.");
    assert!(paper.contains(&said), "the paper says: {said}");
}

/// How many tests a paper names. Fails when one of them, or a file, is not there.
pub fn tests_named(paper: &str) -> usize {
    let mut tests = 0;
    for name in quoted(paper) {
        if let Some((file, test)) = test_of(name) {
            let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{name}: {error}"));
            let at = text.find(&format!("fn {test}(")).unwrap_or_else(|| panic!("{name} is not there"));
            let before: Vec<&str> = text[..at].lines().rev().take(4).collect();
            let marked = |line: &&str| line.trim_start().starts_with("#[") && line.contains("test");
            assert!(before.iter().any(marked), "{name} is no test");
            tests += 1;
        } else if is_ours(name) {
            assert!(root().join(name).exists(), "{name} is not there");
        }
    }
    tests
}

#[test]
fn whatever_the_paper_names_is_there() {
    let tests = tests_named(&paper());
    assert!(tests > 100, "{tests} tests are named");
}

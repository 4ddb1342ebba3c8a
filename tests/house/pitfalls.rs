//! `docs/pitfalls.md` says of every pitfall and scenario what the program does, and names only tests that exist.

use std::fs;

use crate::security::{quoted, root, test_of, tests_named};

fn paper() -> String {
    fs::read_to_string(root().join("docs/pitfalls.md")).expect("the paper reads")
}

/// The rows of both tables: their number, and what shows it.
fn rows(paper: &str) -> Vec<(String, String)> {
    let inside = |line: &str| line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")).map(str::to_owned);
    let cells = paper.lines().filter_map(inside).map(|line| line.split(" | ").map(str::to_owned).collect::<Vec<_>>());
    cells
        .filter(|cells| cells[0].trim_start_matches('A').parse::<u8>().is_ok())
        .map(|cells| match cells.as_slice() {
            [number, what, done, shown] if !what.is_empty() && !done.is_empty() => (number.clone(), shown.clone()),
            other => panic!("a row has four cells: {other:?}"),
        })
        .collect()
}

#[test]
fn every_pitfall_and_scenario_is_shown_by_a_test() {
    let rows = rows(&paper());
    let numbers: Vec<&str> = rows.iter().map(|(number, _)| number.as_str()).collect();
    let pitfalls = (1..=35).map(|number| number.to_string());
    let wanted: Vec<String> = pitfalls.chain((1..=8).map(|number| format!("A{number}"))).collect();
    assert_eq!(numbers, wanted);
    for (number, shown) in &rows {
        assert!(quoted(shown).any(|name| test_of(name).is_some()), "{number} names no test");
    }
}

#[test]
fn whatever_the_paper_of_pitfalls_names_is_there() {
    assert!(tests_named(&paper()) > 70);
}

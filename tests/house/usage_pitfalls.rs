//! `docs/pitfalls-usage.md` says of each pitfall and each step of usage what shows it, and names only tests that exist.

use std::fs;

use crate::security::{quoted, root, test_of, tests_named};

fn paper() -> String {
    fs::read_to_string(root().join("docs/pitfalls-usage.md")).expect("the paper reads")
}

/// The rows of a chapter's tables: the number of each, and its last cell.
fn rows(paper: &str, chapter: &str) -> Vec<(usize, String)> {
    let (_, behind) = paper.split_once(&format!("\n## {chapter}\n")).expect("the chapter is there");
    let text = behind.split("\n## ").next().unwrap_or_default();
    let inside = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    inside
        .filter_map(|row| {
            let number = row.split(" | ").next()?.parse().ok()?;
            Some((number, row.rsplit(" | ").next()?.to_owned()))
        })
        .collect()
}

#[test]
fn every_pitfall_and_step_of_usage_is_shown_by_a_test_of_its_pages() {
    let paper = paper();
    for (chapter, count) in [("Pitfalls", 30), ("Steps", 16), ("At once", 8), ("Always", 3)] {
        let rows = rows(&paper, chapter);
        let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "{chapter}");
        for (number, shown) in &rows {
            let on_pages = |name: &str| test_of(name).is_some_and(|(file, _)| file.starts_with("tests/http/"));
            assert!(quoted(shown).any(on_pages), "{chapter}, {number}");
        }
    }
}

#[test]
fn whatever_the_paper_of_usage_names_is_there() {
    assert!(tests_named(&paper()) > 60);
}

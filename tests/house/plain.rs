//! What people read is plain business English: what once sounded quaint or translated does not come back.

use std::{fs, path::Path};

/// How it was said, or a part of that.
const QUAINT: [&str; 32] = [
    "What waits for you",
    "Orders that wait",
    "requests to mend",
    "The request is yours",
    "nobody's again",
    "Give back",
    "has moved meanwhile",
    "What stayed",
    "Nothing stands below",
    "Nothing is said about it",
    "those that are ticked",
    "In each row that shall",
    "Take the accounts as a file",
    "by any way you like",
    "nothing is sent by itself",
    "lives for",
    "gets your stamp",
    "A genuine contract",
    "Everything that arises",
    "Drawn for you",
    "How much of what",
    "What else is known",
    "do not belong together",
    "You may not do this",
    "You cannot do this",
    "stands for your company",
    "I already have a user",
    " shall ",
    " thereof",
    " hereby",
    "in vain",
    "!\"",
];

#[test]
fn what_is_said_is_plain() {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("locale/entente.pot");
    let texts = fs::read_to_string(&catalogue).expect("the template of catalogues reads");
    let said: Vec<&str> = texts.lines().filter(|line| line.starts_with("msgid")).collect();
    assert!(said.len() > 1_000, "{} texts", said.len());
    let quaint = |text: &&&str| QUAINT.iter().any(|one| text.contains(one));
    assert_eq!(said.iter().filter(quaint).collect::<Vec<_>>(), Vec::<&&str>::new());
}

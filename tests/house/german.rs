//! `locale/de.po` is whole: every text of `entente.pot` and no other, none unsure, none half; and it speaks as docs/translating.md says.

use std::{collections::BTreeSet, fs, path::Path};

use polib::{catalog::Catalog, po_file};

fn read(name: &str) -> Catalog {
    po_file::parse(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a catalogue")
}

/// Each English text with its German, the forms of numbers one by one.
fn pairs(catalog: &Catalog) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for message in catalog.messages() {
        match (message.msgid_plural(), message.msgstr_plural(), message.msgstr()) {
            (Ok(many), Ok(forms), _) => {
                let english = [message.msgid(), many];
                found.extend(english.into_iter().zip(forms).map(|(key, form)| (key.to_owned(), form.clone())));
            }
            (_, _, Ok(text)) => found.push((message.msgid().to_owned(), text.to_owned())),
            _ => {}
        }
    }
    found
}

/// The texts of which something is wrong, with what is.
fn held(wrong: impl Fn(&str, &str) -> bool) {
    let found: Vec<(String, String)> =
        pairs(&read("locale/de.po")).into_iter().filter(|(english, german)| wrong(english, german)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// `{names}` and `{/tags}` in the order of the alphabet, since they may change places.
fn names(text: &str) -> Vec<&str> {
    let inside = text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name));
    let mut all: Vec<&str> = inside.filter(|name| !name.contains(' ')).collect();
    all.sort_unstable();
    all
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

#[test]
fn german_has_every_text_and_no_other() {
    let (template, german) = (read("locale/entente.pot"), read("locale/de.po"));
    assert_eq!(german.metadata.language, "de");
    let keys = |catalog: &Catalog| -> BTreeSet<(String, String)> {
        let all = catalog.messages();
        all.map(|one| (one.msgid().to_owned(), one.msgid_plural().unwrap_or_default().to_owned())).collect()
    };
    let (wanted, there) = (keys(&template), keys(&german));
    let missing: Vec<_> = wanted.difference(&there).collect();
    let gone: Vec<_> = there.difference(&wanted).collect();
    assert!(missing.is_empty() && gone.is_empty(), "missing: {missing:#?}, no longer there: {gone:#?}");
    let unsure: Vec<_> = german.messages().filter(|one| one.is_fuzzy() || !one.is_translated()).collect();
    assert!(unsure.is_empty(), "unsure or empty: {:?}", unsure.iter().map(|one| one.msgid()).collect::<Vec<_>>());
    held(|_, german| german.trim().is_empty());
}

#[test]
fn places_for_values_and_elements_are_the_same() {
    held(|english, german| names(english) != names(german));
    // what closes comes behind what opens
    held(|_, german| {
        names(german).into_iter().filter_map(|name| name.strip_prefix('/')).any(|name| {
            let at = |tag: String| german.find(&tag).unwrap_or(usize::MAX);
            at(format!("{{{name}}}")) > at(format!("{{/{name}}}"))
        })
    });
}

#[test]
fn sentences_end_as_they_do_in_english() {
    held(|english, german| {
        ['.', ':', '…', '?', '!'].into_iter().any(|end| english.ends_with(end) != german.ends_with(end))
    });
    held(|english, german| {
        let spaces = |text: &str| (text.starts_with(' '), text.ends_with(' '), text.contains("  "));
        spaces(english) != spaces(german)
    });
}

#[test]
fn german_is_polite_and_typeset_as_german_is() {
    held(|_, german| words(german).any(|word| ["du", "Du", "dir", "dich", "Dich", "euch", "Euch"].contains(&word)));
    held(|_, german| words(german).any(|word| word.to_lowercase().starts_with("dein") || word.starts_with("euer")));
    held(|_, german| ["*in", ":in", "_in", "/in"].into_iter().any(|form| german.contains(form)));
    held(|_, german| {
        words(german).any(|word| word.contains("In") && !word.starts_with("In") && word.ends_with("nnen"))
    });
    // „so“, and never with straight marks where English has none
    held(|english, german| {
        german.matches('„').count() != german.matches('“').count()
            || english.matches('“').count() > german.matches('„').count()
            || german.contains('”')
            || (german.contains('"') && !english.contains('"'))
    });
    held(|_, german| {
        let units = ["KB", "MB", "GB", "Byte", "%"];
        let number = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
        units.into_iter().any(|unit| german.match_indices(&format!(" {unit}")).any(|(at, _)| number(&german[..at])))
    });
    held(|_, german| german.contains("z. B.") || german.contains("z.B.") || german.contains("d. h."));
}

/// The table of docs/translating.md: English, and what may stand for it.
fn glossary() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/translating.md");
    let text = fs::read_to_string(path).expect("the paper reads");
    let rows = text.lines().skip_while(|line| !line.starts_with("| English | German |")).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.trim_matches(['|', ' ']).split_once(" | "))
        .map(|(english, german)| (english.to_owned(), german.split(", ").map(str::to_lowercase).collect()))
        .collect()
}

/// Whether a text has these words, alone or as many.
fn has(text: &str, wanted: &str) -> bool {
    text.match_indices(wanted).any(|(at, _)| {
        let rest = &text[at + wanted.len()..];
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        !text[..at].ends_with(char::is_alphabetic) && !rest.starts_with(char::is_alphabetic)
    })
}

/// A text without what stands in braces.
fn plain(text: &str) -> String {
    let parts = text.split('{').enumerate();
    parts.map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or(part, |(_, rest)| rest) }).collect()
}

#[test]
fn one_idea_has_one_german_word() {
    let glossary = glossary();
    assert!(glossary.len() > 30, "{glossary:?}");
    let all = pairs(&read("locale/de.po"));
    for (english, german) in &glossary {
        let of_it: Vec<_> = all.iter().filter(|(key, _)| has(&plain(key).to_lowercase(), english)).collect();
        assert!(!of_it.is_empty(), "no text has {english}");
        let other: Vec<_> =
            of_it.iter().filter(|(_, text)| !german.iter().any(|one| text.to_lowercase().contains(one))).collect();
        assert!(other.is_empty(), "{english} is {german:?}: {other:#?}");
    }
}

#[test]
fn a_word_of_the_glossary_is_found_where_it_stands() {
    assert!(has("two tokens", "token") && has("token", "token"));
    assert!(!has("tokenise", "token") && !has("untoken", "token"));
    assert_eq!(plain("{id}A{/id} {n} b"), "A  b");
    assert_eq!(names("{b}{n}{/b} of {all}, { and }"), ["/b", "all", "b", "n"]);
}

//! `locale/entente.pot` is what the tree says: every text that people read, found in templates and sources. `ENTENTE_BLESS=1` writes it
//! anew. And what is not said through the catalogue yet is counted, so that it only becomes less.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};

use crate::source::{Source, after_item, is_test, sign, word};

/// A text and its plural, and where it stands.
type Texts = BTreeMap<String, (Option<String>, BTreeSet<String>)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn add(texts: &mut Texts, text: &str, plural: Option<String>, file: &str) {
    if !text.chars().any(char::is_alphabetic) {
        return;
    }
    let known = texts.entry(text.to_owned()).or_default();
    known.0 = known.0.take().or(plural);
    known.1.insert(file.to_owned());
}

// --- templates

fn templates() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder reads") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                let name = path.strip_prefix(root()).expect("a file of ours").to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).expect("a template reads")));
            }
        }
    }
    found.sort();
    found
}

/// What a template consists of.
enum Part<'a> {
    /// `{{ … }}` and `{% … %}`, without the brackets.
    Code(&'a str),
    Markup(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let end = match rest.get(at..at + 2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => {
                found.push(Part::Markup(&rest[..=at]));
                rest = &rest[at + 1..];
                continue;
            }
        };
        found.push(Part::Markup(&rest[..at]));
        let inside = &rest[at + 2..];
        let length = inside.find(end).expect("what begins ends");
        if end != "#}" {
            found.push(Part::Code(&inside[..length]));
        }
        rest = &inside[length + 2..];
    }
    found.push(Part::Markup(rest));
    found
}

/// The texts of a piece of code, each with what stands before and behind it.
fn literals(code: &str) -> Vec<(String, &str, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(from) = code[at..].find('"').map(|from| at + from) {
        let mut text = String::new();
        let mut signs = code[from + 1..].char_indices();
        let mut end = code.len();
        while let Some((place, c)) = signs.next() {
            match c {
                '\\' => text.extend(signs.next().map(|(_, c)| c)),
                '"' => {
                    end = from + 1 + place;
                    break;
                }
                c => text.push(c),
            }
        }
        found.push((text, &code[..from], code.get(end + 1..).unwrap_or_default()));
        at = end + 1;
    }
    found
}

/// Whether a text that a macro gets is one for people: keys and classes have no capital and no space.
fn reads(text: &str) -> bool {
    let first = text.chars().next();
    first.is_some_and(char::is_alphabetic) && (first.is_some_and(char::is_uppercase) || text.contains(' '))
}

fn of_template(texts: &mut Texts, name: &str, text: &str) {
    for part in parts(text) {
        let Part::Code(code) = part else { continue };
        let all = literals(code);
        for (at, (text, before, behind)) in all.iter().enumerate() {
            if behind.starts_with("|t") {
                add(texts, text, None, name);
            } else if behind.starts_with("|n(") {
                add(texts, text, all.get(at + 1).map(|(many, ..)| many.clone()), name);
            } else if (before.contains("::") || before.trim_start_matches(['-', ' ']).starts_with("macro "))
                && reads(text)
                && !before.ends_with("|n(")
            {
                add(texts, text, None, name);
            }
        }
    }
}

/// What stands in a template as words instead of being said: text between elements, and attributes that are read.
fn bare(text: &str) -> Vec<String> {
    const READ: [&str; 6] = ["aria-label", "title", "placeholder", "alt", "data-label", "summary"];
    let mut found = Vec::new();
    let (mut inside, mut quoted, mut attribute) = (false, false, String::new());
    let mut text_now = String::new();
    let mut tag = String::new();
    let mut flush = |text: &mut String| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let without = words.replace("&middot;", "").replace("&nbsp;", "");
        if without.chars().any(char::is_alphabetic)
            && !["Entente", ".xlsx", ".csv", "SHA-256"].contains(&without.as_str())
        {
            found.push(words);
        }
        text.clear();
    };
    for part in parts(text) {
        let Part::Markup(markup) = part else {
            if !inside && !quoted {
                flush(&mut text_now);
            }
            continue;
        };
        for c in markup.chars() {
            match (inside, quoted, c) {
                (false, _, '<') => {
                    flush(&mut text_now);
                    inside = true;
                    tag.clear();
                }
                (false, _, c) => text_now.push(c),
                (true, false, '>') => inside = false,
                (true, false, '"') => {
                    quoted = true;
                    attribute =
                        tag.trim_end_matches('=').rsplit(char::is_whitespace).next().unwrap_or_default().to_owned();
                }
                (true, false, c) => tag.push(c),
                (true, true, '"') => {
                    if READ.contains(&attribute.as_str()) {
                        flush(&mut text_now);
                    } else {
                        text_now.clear();
                    }
                    quoted = false;
                    tag.push(' ');
                }
                (true, true, c) => text_now.push(c),
            }
        }
    }
    flush(&mut text_now);
    // what the macros for attributes write
    found.retain(|text| !text.starts_with("aria-") && !text.starts_with('-') && !text.ends_with('"'));
    found
}

// --- sources

/// Functions whose texts people read, by name, and at which places of their arguments.
const SAID: &[(&str, &[usize])] = &[
    ("Words::new", &[0]),
    ("Words::counted", &[1, 2]),
    ("Words::from", &[0]),
    ("Field::new", &[1]),
    ("Question::new", &[1]),
    ("OneOf::cards", &[1]),
    ("OneOf::list", &[0, 2]),
    ("OneOf::few", &[1]),
    ("Confirm::new", &[1, 2]),
    ("FormPage::new", &[1, 2, 3]),
    ("StepPage::new", &[2, 3, 4]),
    ("Effect::from", &[0]),
    ("Effect::of_one", &[1]),
    ("Why::new", &[1]),
    ("Why::missing", &[0]),
    ("Why::too_long", &[0]),
    ("Pick::new", &[1, 2]),
    ("Written::new", &[0]),
    ("Problem::refused", &[0, 1]),
    ("Problem::stale", &[0, 1]),
    ("Problem::moved", &[1]),
    ("Problem::BadRequest", &[0]),
    ("Problem::Busy", &[0]),
    ("Problem::Forbidden", &[0]),
    ("Problem::Gone", &[0]),
    ("Flash::success", &[0]),
    ("Flash::notice", &[0]),
    ("Tab::list", &[1]),
    ("MenuItem::with", &[2, 3]),
    ("Ask::from_list", &[0]),
    ("Grant::all", &[1]),
    ("Grant::people", &[1]),
    ("FilterKind::OneOf", &[0]),
    ("Effect::counted", &[2, 3]),
    ("Effect::touched", &[1, 2]),
];

/// The same of methods.
const SAID_BY: &[(&str, &[usize])] = &[
    ("hint", &[0]),
    ("fail", &[0]),
    ("fails", &[0, 1]),
    ("choice", &[0]),
    ("leading_to", &[1]),
    ("also", &[1]),
    ("shortcut", &[0]),
    ("button", &[0]),
    ("group", &[0]),
    ("below_heading", &[0]),
    ("about", &[0, 3, 4]),
    ("nothing", &[0]),
    ("then", &[0]),
    ("failing", &[0]),
    ("showing", &[0]),
    ("page", &[0]),
    ("refused", &[0, 1]),
    ("words", &[0, 1]),
    ("said", &[0]),
    ("otherwise", &[0]),
    ("saying", &[1, 2]),
    ("effects_if", &[0]),
    ("missing", &[0]),
    ("text", &[0]),
    ("line", &[0]),
    ("key", &[0]),
    ("because", &[0]),
    ("decided", &[0]),
    ("tabs", &[0]),
    ("part", &[0]),
    ("check", &[1]),
];

/// Fields of structs and constants whose texts people read.
const NAMED: &[&str] = &[
    "label",
    "heading",
    "title",
    "text",
    "hint",
    "words",
    "WORDS",
    "TITLE",
    "ALL",
    "SEARCH",
    "ALLOWS",
    "LABEL",
    "question",
    "about",
    "nothing",
    "events",
    "BACK",
    "CREATE",
    "HINT",
    "WHY",
    "KNOWN",
    "KEPT",
    "UPDATES",
    "NOT_LISTED",
    "TABS",
    "ASKED",
    "NO_CUSTOMER",
    "NOT_OFFERED",
    "NOTHING",
    "REASON",
];

/// Functions that give texts people read, as arms of a match.
const GIVING: &[&str] = &[
    "label",
    "words",
    "portal",
    "title",
    "noun",
    "directions",
    "question",
    "heading",
    "hint",
    "text",
    "meaning",
    "said",
    "what",
    "sentence",
    "about",
    "parameters",
    "came_to",
];

/// The same on pages; elsewhere functions of these names give codes.
const GIVING_ON_PAGES: &[&str] = &["why", "told"];

fn literal(tree: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = tree else { return None };
    syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|text| text.value())
}

fn all_literals(tokens: &[TokenTree], found: &mut Vec<String>) {
    let mut at = 0;
    while at < tokens.len() {
        // what stands in another macro's call is glued or is said there
        if let (Some(_), true, Some(TokenTree::Group(_))) =
            (word(tokens, at), sign(tokens, at + 1, '!'), tokens.get(at + 2))
        {
            at += 3;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) => all_literals(&group.stream().into_iter().collect::<Vec<_>>(), found),
            tree => found.extend(literal(tree)),
        }
        at += 1;
    }
}

/// Every text in these tokens that is one for people.
fn take(texts: &mut Texts, file: &str, tokens: &[TokenTree]) {
    let mut found = Vec::new();
    all_literals(tokens, &mut found);
    // constants of statements may be called as those of texts are
    for text in found.iter().filter(|text| (reads(text) || text.contains('{')) && !text.starts_with("SELECT ")) {
        add(texts, text, None, file);
    }
}

fn arguments(body: TokenStream) -> Vec<Vec<TokenTree>> {
    let trees: Vec<TokenTree> = body.into_iter().collect();
    trees
        .split(|tree| matches!(tree, TokenTree::Punct(sign) if sign.as_char() == ','))
        .map(<[TokenTree]>::to_vec)
        .collect()
}

fn of_source(texts: &mut Texts, glued: &mut usize, file: &str, tokens: TokenStream) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        if is_test(&trees, at) {
            at = after_item(&trees, at);
            continue;
        }
        if let TokenTree::Group(group) = &trees[at] {
            of_source(texts, glued, file, group.stream());
            at += 1;
            continue;
        }
        if sign(&trees, at, '/')
            && let Some(text) = trees.get(at + 1).and_then(literal)
        {
            // of choice! and columns!
            add(texts, &text, None, file);
        }
        let Some(name) = word(&trees, at) else {
            at += 1;
            continue;
        };
        match (trees.get(at + 1), trees.get(at + 2)) {
            (Some(TokenTree::Punct(mark)), Some(TokenTree::Group(body))) if mark.as_char() == '!' => {
                let inside: Vec<TokenTree> = body.stream().into_iter().collect();
                match name.as_str() {
                    "t" => {
                        let plural = sign(&inside, 1, '|').then(|| inside.get(2).and_then(literal)).flatten();
                        if let Some(text) = inside.first().and_then(literal) {
                            add(texts, &text, plural, file);
                        }
                    }
                    "input" => input(texts, file, &inside),
                    "format" => {
                        let text = inside.first().and_then(literal).unwrap_or_default();
                        *glued += usize::from(reads(&text) && text.contains(' ') && !text.contains("SELECT"));
                    }
                    _ => {}
                }
            }
            (Some(TokenTree::Group(body)), _) => {
                let path = if at > 2 && sign(&trees, at - 1, ':') {
                    word(&trees, at - 3).map(|owner| format!("{owner}::{name}")).unwrap_or_default()
                } else {
                    name.clone()
                };
                let method = at > 0 && sign(&trees, at - 1, '.');
                let table = if method || path == name { SAID_BY } else { SAID };
                if let Some((_, places)) = table.iter().find(|(said, _)| *said == path) {
                    let all = arguments(body.stream());
                    let texts_at = |place: usize| all.get(place).and_then(|tokens| tokens.first()).and_then(literal);
                    match path.as_str() {
                        "Effect::counted" | "Effect::touched" | "Words::counted" => {
                            if let (Some(one), many) = (texts_at(places[0]), texts_at(places[1])) {
                                add(texts, &one, many, file);
                            }
                        }
                        _ => places
                            .iter()
                            .for_each(|place| take(texts, file, all.get(*place).map_or(&[], Vec::as_slice))),
                    }
                }
            }
            // a link back: its URL and its words
            (Some(TokenTree::Punct(mark)), Some(TokenTree::Group(link))) if mark.as_char() == '=' && name == "back" => {
                take(texts, file, &link.stream().into_iter().collect::<Vec<_>>());
            }
            (Some(TokenTree::Punct(mark)), _) if mark.as_char() == ':' && NAMED.contains(&name.as_str()) => {
                let rest = &trees[at + 2..];
                let end = rest
                    .iter()
                    .position(|tree| matches!(tree, TokenTree::Punct(sign) if [',', ';'].contains(&sign.as_char())));
                take(texts, file, &rest[..end.unwrap_or(rest.len())]);
            }
            _ => {}
        }
        if name == "fn"
            && word(&trees, at + 1).is_some_and(|name| {
                GIVING.contains(&name.as_str()) || file.contains("/pages/") && GIVING_ON_PAGES.contains(&name.as_str())
            })
        {
            let body = trees[at..].iter().find(
                |tree| matches!(tree, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace),
            );
            if let Some(TokenTree::Group(body)) = body {
                take(texts, file, &body.stream().into_iter().collect::<Vec<_>>());
            }
        }
        at += 1;
    }
}

/// Groups, labels, hints and what is said when a field is missing; not its place in the API.
fn input(texts: &mut Texts, file: &str, inside: &[TokenTree]) {
    for (at, tree) in inside.iter().enumerate() {
        match tree {
            // what a comment says is no text for people
            TokenTree::Group(_) if at > 0 && sign(inside, at - 1, '#') => {}
            TokenTree::Group(group) => input(texts, file, &group.stream().into_iter().collect::<Vec<_>>()),
            tree => {
                if let (Some(text), false) = (literal(tree), at > 0 && word(inside, at - 1).as_deref() == Some("at")) {
                    add(texts, &text, None, file);
                }
            }
        }
    }
}

fn sources() -> (Texts, BTreeMap<String, usize>) {
    let (mut texts, mut glued) = (Texts::new(), BTreeMap::new());
    for module in Source::read().modules.values().filter(|module| !module.text.is_empty()) {
        let file = format!("src/{}", module.file.display());
        if file.starts_with("src/demo") || file.ends_with("tests.rs") {
            continue;
        }
        let mut count = 0;
        of_source(&mut texts, &mut count, &file, module.text.parse().expect("the source reads"));
        if count > 0 {
            *glued.entry(place(&file)).or_default() += count;
        }
    }
    (texts, glued)
}

/// `src/modules/contracts`, `src/kit`, `templates/tokens`.
fn place(file: &str) -> String {
    let depth = if file.starts_with("src/modules") { 3 } else { 2 };
    file.split('/').take(depth).collect::<Vec<_>>().join("/")
}

/// What is recorded with a signature.
fn signed() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for module in Source::read().modules.values().filter(|module| !module.text.is_empty()) {
        let trees: Vec<TokenTree> = module.text.parse::<TokenStream>().expect("the source reads").into_iter().collect();
        for at in 0..trees.len() {
            if word(&trees, at).as_deref() == Some("const")
                && matches!(word(&trees, at + 1).as_deref(), Some("CONSENT" | "OFFER"))
            {
                found.extend(
                    trees[at..]
                        .iter()
                        .take_while(|tree| !matches!(tree, TokenTree::Punct(sign) if sign.as_char() == ';'))
                        .find_map(literal),
                );
            }
        }
    }
    found
}

// --- files

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t"))
}

fn pot(texts: &Texts) -> String {
    let mut file = String::from(
        "# Every text that people read. Written by `ENTENTE_BLESS=1 cargo test --test house words`; docs/translating.md says more.\n\
         msgid \"\"\nmsgstr \"\"\n\"Project-Id-Version: entente\\n\"\n\"Language: \\n\"\n\"MIME-Version: 1.0\\n\"\n\
         \"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Content-Transfer-Encoding: 8bit\\n\"\n\
         \"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n",
    );
    for (text, (plural, files)) in texts {
        file.push('\n');
        for name in files {
            let _ = writeln!(file, "#: {name}");
        }
        if text.contains('{') {
            file.push_str("#, perl-brace-format\n");
        }
        let _ = writeln!(file, "msgid {}", quoted(text));
        match plural {
            Some(plural) => {
                let _ = write!(file, "msgid_plural {}\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n", quoted(plural));
            }
            None => file.push_str("msgstr \"\"\n"),
        }
    }
    file
}

/// Compares with what is kept, or keeps it.
fn held(path: PathBuf, now: &str, what: &str) {
    if std::env::var_os("ENTENTE_BLESS").is_some() {
        fs::write(&path, now).expect("the file is written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == now, "{what}: run again with ENTENTE_BLESS=1 and read the difference");
}

#[test]
fn the_template_of_catalogues_has_every_text() {
    let (mut texts, _) = sources();
    for (name, text) in templates() {
        of_template(&mut texts, &name, &text);
    }
    for name in entente::modules::marketplaces::reference::names() {
        add(&mut texts, name, None, "src/modules/marketplaces/reference.rs");
    }
    // what a language is called: translators say it in their own
    add(&mut texts, "English", None, "src/kit/words/catalogue.rs");
    assert!(texts.len() > 1_000, "{} texts", texts.len());
    let signed = signed();
    assert!(signed.len() >= 4, "{signed:?}");
    for text in &signed {
        assert!(!texts.contains_key(text), "what people sign is kept as it is and never translated: {text}");
    }
    held(root().join("locale/entente.pot"), &pot(&texts), "locale/entente.pot is not what the tree says");
}

#[test]
fn what_is_not_said_through_the_catalogue_only_becomes_less() {
    let mut debts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, text) in templates() {
        for words in bare(&text) {
            if std::env::var_os("ENTENTE_SHOW").is_some() {
                println!("{name}: {words}");
            }
            *debts.entry(name.clone()).or_default() += 1;
        }
    }
    let (_, glued) = sources();
    let mut table = String::new();
    for (place, count) in debts.iter().chain(&glued) {
        let _ = writeln!(table, "{count:>4} {place}");
    }
    held(root().join("tests/house/words.txt"), &table, "words that nobody can translate");
}

/// What a script says itself: quoted, and beginning as a sentence does.
fn said_by_script(text: &str) -> Vec<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let quoted = code.flat_map(|line| line.split(['\'', '"', '`']).skip(1).step_by(2));
    let names = ["Enter", "Escape", "ArrowUp", "ArrowDown", "AbortError", "Files"];
    quoted
        .filter(|part| {
            let mut letters = part.chars();
            letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
        })
        .filter(|part| !names.contains(part))
        .collect()
}

#[test]
fn scripts_take_their_words_from_the_page() {
    assert_eq!(said_by_script("// 'No'\nx = 'Copied'; y.key === 'Enter'"), ["Copied"]);
    let mut found = Vec::new();
    for folder in ["static/js", "static/apart"] {
        for entry in fs::read_dir(root().join(folder)).expect("scripts are there") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|ending| ending == "js") {
                let text = fs::read_to_string(&path).expect("a script reads");
                found.extend(said_by_script(&text).into_iter().map(|words| format!("{}: {words}", path.display())));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn words_in_a_template_are_found() {
    let text =
        "<h1>Loose</h1><p title=\"Also loose\" class=\"not this\">{{ \"Said\"|t }} {{ name }} and so</p>{# no #}";
    assert_eq!(bare(text), ["Loose", "Also loose", "and so"]);
    let mut texts = Texts::new();
    of_template(
        &mut texts,
        "x",
        "{{ \"Say \\\"it\\\"\"|t }}{% call parts::fact(\"Name\") %}{{ \"{n} row\"|n(\"{n} rows\", 2) }}",
    );
    assert_eq!(texts.keys().collect::<Vec<_>>(), ["Name", "Say \"it\"", "{n} row"]);
    assert_eq!(texts["{n} row"].0.as_deref(), Some("{n} rows"));
    let source = "choice!{ A { B = \"b\" / \"Bee\" } } fn x() { f.fail(\"Enter it\"); t!(\"{n} a\" | \"{n} as\", n); format!(\"Glued {x}\") }";
    let (mut texts, mut glued) = (Texts::new(), 0);
    of_source(&mut texts, &mut glued, "x", source.parse().expect("tokens"));
    assert_eq!((texts.keys().map(String::as_str).collect::<Vec<_>>(), glued), (vec!["Bee", "Enter it", "{n} a"], 1));
}

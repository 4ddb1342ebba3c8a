//! What the files of the program hold to.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The program's text without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("the file reads");
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

/// A connection that carried a large file keeps its memory, unless whoever read or wrote the file says so.
#[test]
fn what_reads_or_writes_a_file_says_how_large_it_is() {
    let files_of = ["blobs::bytes", "kept_files::bytes", "customer_import_files::bytes"];
    let mut seen = 0;
    for path in files(&root().join("src/kit"), "rs").into_iter().chain(files(&root().join("src/modules"), "rs")) {
        // a length alone is asked for without fetching the bytes
        for function in code(&path).replace("octet_length(blobs::bytes", "").split("fn ") {
            if files_of.iter().any(|column| function.contains(column)) {
                seen += 1;
                let name = function.split('(').next().unwrap_or_default();
                assert!(function.contains("db::carried("), "{name} in {} does not say so", path.display());
            }
        }
    }
    assert!(seen > 0, "nothing reads or writes a file any more: the names of the columns are others");
}

#[test]
fn templates_print_nothing_unescaped_and_style_nothing_inline() {
    for path in files(&root().join("templates"), "html") {
        let text = fs::read_to_string(&path).expect("the template reads");
        for bad in ["|safe", "| safe", " style=\"", "<style", "onclick", "javascript:"] {
            assert!(!text.contains(bad), "{} contains {bad}", path.display());
        }
    }
}

/// What is wrong is said by the server, in the words and at the place that its summary has, and never by a browser's own bubble.
#[test]
fn no_browser_judges_what_is_typed() {
    for path in files(&root().join("templates"), "html") {
        let text = fs::read_to_string(&path).expect("the template reads");
        for field in ["<input", "<textarea", "<select"].iter().flat_map(|start| text.split(*start).skip(1)) {
            let attributes = field.split('>').next().unwrap_or_default();
            let judges =
                [" required", " pattern=", " minlength=", " min=", " max="].iter().any(|one| attributes.contains(one));
            assert!(!judges, "{}: <{attributes}>", path.display());
        }
    }
}

/// Where scripts run, a page hears how far its work is; elsewhere it is loaded anew.
#[test]
fn what_tells_how_far_it_is_does_so_without_scripts_too() {
    let mut told = 0;
    for path in files(&root().join("templates"), "html") {
        let text = fs::read_to_string(&path).expect("the template reads");
        if text.contains("<live-progress") && !path.ends_with("design/show.html") {
            told += 1;
            assert!(text.contains("<noscript><meta http-equiv=\"refresh\""), "{}", path.display());
        }
    }
    assert!(told > 2, "{told} templates");
}

/// What a field sends back is what it was given; everything else is held apart by the escaper.
#[test]
fn fields_hold_their_values_as_they_are() {
    for path in files(&root().join("templates"), "html") {
        let text = fs::read_to_string(&path).expect("the template reads");
        for (start, end) in [(" value=\"{{", "}}"), ("<textarea", "</textarea>")] {
            for piece in text.split(start).skip(1) {
                let field = piece.split(end).next().unwrap_or_default();
                assert!(field.contains("crate::kit::held::value("), "{}: {field}", path.display());
            }
        }
    }
    let settings = fs::read_to_string(root().join("askama.toml")).expect("askama.toml reads");
    assert!(settings.contains("crate::kit::held::Html"), "templates print through the escaper that holds names apart");
}

/// What is sent as text is not kept prepared by diesel; `kit/statement.rs` is, and the query builder.
#[test]
fn statements_are_prepared_but_for_what_runs_before_the_program_serves() {
    let before = ["start.rs", "roles.rs", "postgres/cluster.rs", "kit/statement.rs", "src/accounts/store.rs"];
    for path in files(&root().join("src"), "rs") {
        let text = fs::read_to_string(&path).expect("the source reads");
        let texts = ["sql_query(", "dsl::sql(", "dsl::sql::<", " sql::<"].iter().any(|way| text.contains(way));
        assert!(!texts || before.iter().any(|known| path.ends_with(known)), "{} sends text", path.display());
    }
}

#[test]
fn only_the_tokens_have_raw_colours() {
    for path in files(&root().join("static/css"), "css") {
        if path.ends_with("tokens.css") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("the stylesheet reads");
        let raw = text
            .split(['{', ';', ' ', ':'])
            .find(|word| word.starts_with('#') && word.len() > 3 && word[1..].chars().all(|c| c.is_ascii_hexdigit()));
        assert_eq!(raw, None, "{}", path.display());
    }
}

#[test]
fn the_program_speaks_no_http2_itself() {
    let lock = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest reads");
    assert!(lock.contains("default-features = false, features = [\"macros\", \"cookies\""), "actix-web without http2");
}

#[test]
fn every_template_is_shown_by_somebody() {
    let mut said = String::new();
    for (folder, ending) in [("src", "rs"), ("templates", "html")] {
        for path in files(&root().join(folder), ending) {
            said.push_str(&fs::read_to_string(&path).expect("the file reads"));
        }
    }
    for path in files(&root().join("templates"), "html") {
        let name = path.strip_prefix(root().join("templates")).expect("a template").display().to_string();
        assert!(said.contains(&format!("\"{name}\"")), "nobody shows {name}");
    }
}

#[test]
fn whatever_expires_goes_by_the_databases_clock() {
    // the program's own names files and says "4 days ago"; the demo is loaded once
    let allowed = ["src/kit/time.rs", "src/demo"];
    for path in files(&root().join("src"), "rs") {
        let name = path.strip_prefix(root()).expect("a file of ours").display().to_string();
        if allowed.iter().any(|allowed| name.starts_with(allowed)) {
            continue;
        }
        for clock in ["Utc::now", "Local::now", "SystemTime::now"] {
            assert!(
                !code(&path).contains(clock),
                "{name} asks {clock}: take Tx::at, Actor::now, db::now, or time::shown_now for what is only shown"
            );
        }
    }
    // and what is only shown decides nothing
    let shown = [
        "src/kit/time.rs",
        "src/kit/export.rs",
        "src/kit/grid/listing.rs",
        "src/kit/page.rs",
        "src/modules/home/bands.rs",
        "src/modules/home/pages.rs",
        "src/modules/person/export.rs",
        "src/modules/service/mod.rs",
    ];
    for path in files(&root().join("src"), "rs") {
        let name = path.strip_prefix(root()).expect("a file of ours").display().to_string();
        assert!(
            shown.contains(&name.as_str()) || !code(&path).contains("shown_now"),
            "{name} is not known to only show a time"
        );
    }
}

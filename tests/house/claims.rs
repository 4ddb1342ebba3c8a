//! What `docs/security.md` says of the program as a whole, read in its files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::security::root;

/// The files below a folder with one of these endings.
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

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Fails when a file below `folder` says one of these.
#[track_caller]
fn nobody_says(folder: &str, ending: &str, words: &[&str]) {
    let all = files(&root().join(folder), ending);
    assert!(!all.is_empty(), "there are files in {folder}");
    for path in all {
        let text = fs::read_to_string(&path).expect("the file reads");
        for word in words {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

#[test]
fn the_compiler_refuses_what_is_not_safe_and_nobody_asks_it_not_to() {
    assert!(read("Cargo.toml").contains("unsafe_code = \"deny\""));
    nobody_says("src", "rs", &["allow(unsafe_code)", "expect(unsafe_code)", "unsafe {", "unsafe fn", "unsafe impl"]);
}

#[test]
fn random_numbers_come_from_one_generator_that_the_system_seeds() {
    nobody_says("src", "rs", &["SmallRng", "StdRng", "seed_from_u64", "from_seed(", "fastrand", "thread_rng"]);
    assert!(read("src/kit/secret.rs").contains("rand::rng()"), "keys and nonces");
    assert!(read("src/access/factors/codes.rs").contains("rand::rng()"), "recovery codes");
}

#[test]
fn no_broken_hash_is_used() {
    nobody_says("src", "rs", &["md5", "Md5", "MD5", "Sha1", "sha1::"]);
}

#[test]
fn no_certificate_of_a_server_goes_unchecked() {
    let ways = ["danger_accept", ".dangerous()", "dangerous_configuration", "ServerCertVerifier", "set_verify"];
    nobody_says("src", "rs", &ways);
    nobody_says("src", "rs", &["native_tls", "openssl::"]);
}

#[test]
fn scripts_make_no_code_of_text_and_reach_no_prototype() {
    let ways = ["eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "__proto__"];
    nobody_says("static/js", "js", &ways);
    nobody_says("static/js", "js", &["Object.assign(", "prototype"]);
}

#[test]
fn nobody_keeps_a_password_from_being_pasted() {
    let ways = ["onpaste", "'paste'", "\"paste\"", "beforeinput"];
    nobody_says("static/js", "js", &ways);
    nobody_says("templates", "html", &ways);
}

#[test]
fn no_password_comes_with_the_program() {
    nobody_says("migrations", "sql", &["INSERT INTO users"]);
    for path in files(&root().join("src"), "rs") {
        let text = fs::read_to_string(&path).expect("the file reads");
        let demo = path.components().any(|part| part.as_os_str() == "demo");
        assert!(demo || !text.contains("demo::PASSWORD") || path.ends_with("main.rs"), "{}", path.display());
    }
}

#[test]
fn every_library_is_known_by_its_hash_and_comes_from_one_place() {
    let lock = read("Cargo.lock");
    let packages: Vec<&str> = lock.split("[[package]]").skip(1).collect();
    let ours = packages.iter().filter(|package| package.contains("name = \"entente\""));
    assert_eq!(ours.count(), 1);
    for package in packages.iter().filter(|package| !package.contains("name = \"entente\"")) {
        let known = package.contains("source = \"registry+https://github.com/rust-lang/crates.io-index\"")
            && package.contains("checksum = \"");
        assert!(known, "{package}");
    }
    let allowed = read("deny.toml");
    assert!(allowed.contains("unknown-registry = \"deny\"") && allowed.contains("unknown-git = \"deny\""));
    for hashed in ["tests/clients/official.txt", "tests/clients/explorer.txt"] {
        assert!(read(hashed).contains("--hash=sha256:"), "{hashed}");
    }
    assert!(read("tests/browser/package-lock.json").contains("\"integrity\": \"sha512-"));
}

/// What the standard asks to be documented stands in the paper, in a chapter that says something.
#[test]
fn what_has_to_be_documented_is_a_chapter() {
    let paper = read("docs/security.md");
    let chapter = |heading: &str| -> String {
        let (_, after) = paper.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
        after.split("\n## ").next().unwrap_or_default().to_owned()
    };
    let wanted: [(&str, &[&str]); 9] = [
        ("Ways in", &["password", "invitation", "API token", "identity provider"]),
        ("Sessions", &["12 hours", "14 days"]),
        ("Rules of input, and limits", &["statement", "in memory"]),
        ("Files", &["pictures", "documents", "sheets", "reports"]),
        ("Keys and algorithms", &["XChaCha20-Poly1305", "AES-256-GCM", "Argon2id", "TOTP", "WebAuthn", "TLS 1.2"]),
        ("Connections", &["PostgreSQL", "mail server", "DNS", "identity provider", "host name"]),
        ("Data", &["secrets", "personal", "of a company", "public"]),
        ("Dependencies", &["Cargo.lock", "deny.toml", "advisories"]),
        ("The log", &["standard error", "security_events", "365 days", "never a path or query"]),
    ];
    for (heading, says) in wanted {
        let text = chapter(heading);
        for word in says {
            assert!(text.contains(word), "{heading} does not say {word}");
        }
    }
}

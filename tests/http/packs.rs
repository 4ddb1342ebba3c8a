//! Evidence packs: the same evidence is the same file, which anybody can check, and whoever changes a byte of it is told where.

use std::{
    ops::Range,
    path::PathBuf,
    process::{Command, Output},
};

use actix_web::http::Method;
use entente::{
    kit::{secret::Key, signature::public_keys},
    modules::contracts::evidence::{
        checkpoint,
        pack::{Standing, Verdict, check},
    },
};

use crate::{
    activation::up_to_activate,
    contracts::invite,
    operations::with_keys,
    renewal::offer_end,
    signers::{IVAN, invite_both, signed_by_lena},
    support::{
        Client, World,
        world::{ACREED, CHAMPIONS, KEY, MICKS, SIGNED, key},
    },
};

const OTHER: &str = "the key of another platform, long enough for one";

/// The pack of the cast's signed contract, as its issuer gets it.
async fn pack(world: &World) -> Vec<u8> {
    download(&world.michael().await, MICKS).await
}

async fn download(client: &Client, portal: &str) -> Vec<u8> {
    let certificate = client.get(&format!("{portal}/contracts/{SIGNED}/versions/1/certificate")).await;
    let answer = client.get(&certificate.must_be(200).link("Download evidence pack")).await;
    assert_eq!(answer.must_be(200).header("content-type"), Some("application/zip"));
    let named = answer.header("content-disposition").unwrap_or_default();
    assert!(named.contains(&format!("evidence-{SIGNED}-version-1.zip")), "{named}");
    answer.body
}

fn anchor(world: &World) {
    checkpoint::make(&mut world.sql(), &key(), None).expect("a checkpoint").expect("nobody else makes one");
}

fn ours() -> Vec<String> {
    public_keys(&key()).expect("keys")
}

fn checked(bytes: &[u8]) -> Verdict {
    check(bytes, Some(ours().as_slice()))
}

fn places(verdict: &Verdict) -> Vec<String> {
    verdict.faults.iter().map(|fault| fault.place.to_string()).collect()
}

/// Name and content of each file, by where it stands in the archive.
fn parts(bytes: &[u8]) -> Vec<(String, Range<usize>)> {
    let number = |at: usize, width: usize| {
        bytes[at..at + width].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let (mut all, mut at) = (Vec::new(), 0);
    while bytes[at..].starts_with(b"PK\x03\x04") {
        let begins = at + 30 + number(at + 26, 2);
        let ends = begins + number(at + 18, 4);
        all.push((String::from_utf8_lossy(&bytes[at + 30..begins]).into_owned(), begins..ends));
        at = ends;
    }
    all
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut other = bytes.to_vec();
    other[at] ^= 1;
    other
}

#[actix_web::test]
async fn both_sides_get_the_same_pack_each_time() {
    let world = World::new().await;
    let issuers = pack(&world).await;
    assert_eq!(download(&world.donnie().await, ACREED).await, issuers, "the signee's is the issuer's");
    assert_eq!(pack(&world).await, issuers, "and the same again");
    let verdict = checked(&issuers);
    assert!(verdict.holds(), "{:?}", verdict.faults);
    let told = verdict.told.expect("it says what was signed");
    assert_eq!(told.contract, SIGNED);
    let signed: Vec<String> = told.signatures.iter().map(|one| one.words.to_string()).collect();
    assert!(signed[0].contains("Michael Goldmill") && signed[1].contains("Adonis Creed"), "{signed:?}");
    let names: Vec<String> = parts(&issuers).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.first().map(String::as_str), Some("README.txt"));
    for name in ["certificate.txt", "chain.json", "checkpoints.json", "manifest.json", "signature.json"] {
        assert!(names.iter().any(|there| there == name), "{name} is among {names:?}");
    }
}

#[actix_web::test]
async fn a_pack_has_the_first_checkpoint_above_its_signatures() {
    let world = World::new().await;
    let before = pack(&world).await;
    assert_eq!(checked(&before).notes.len(), 1, "no checkpoint covers it yet");
    anchor(&world);
    let covered = pack(&world).await;
    assert_ne!(covered, before);
    let verdict = checked(&covered);
    assert!(verdict.holds() && verdict.notes.is_empty(), "{verdict:?}");
    assert!(verdict.told.is_some_and(|told| told.checkpoint.is_some()));
    anchor(&world);
    assert_eq!(pack(&world).await, covered, "later ones change nothing");
    assert!(checked(&before).holds(), "and what was downloaded before still holds");
}

#[actix_web::test]
async fn a_pack_has_the_page_that_its_signer_read() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite(&michael, MICKS, "service", "For Evers").await;
    let guest = world.stranger();
    let page = up_to_activate(&guest, &link, "duke@evers.example", "Evers Ltd").await;
    guest.submit(&page, &[]).await.must_be(303);
    let certificate = michael.get(&format!("{MICKS}/contracts/{id}/versions")).await.link("Certificate");
    let answer = michael.get(&michael.get(&certificate).await.link("Download evidence pack")).await;
    let verdict = checked(&answer.must_be(200).body);
    assert!(verdict.holds(), "{:?}", verdict.faults);
    let names: Vec<String> = parts(&answer.body).into_iter().map(|(name, _)| name).collect();
    assert!(names.iter().any(|name| name == "page-1.html"), "{names:?}");
}

#[actix_web::test]
async fn a_new_expiry_date_has_a_pack_of_its_own() {
    let world = World::new().await;
    let before = pack(&world).await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    offer_end(&michael, SIGNED, "2031-01-31").await.must_be(303);
    let own = format!("{ACREED}/contracts/{SIGNED}/extensions/1");
    donnie.get(&format!("{own}/pack")).await.must_be(404);
    let page = donnie.get(&format!("{ACREED}/contracts/{SIGNED}/extension")).await;
    donnie.submit(&page, &[]).await.must_be(303);
    let certificate = donnie.get(&format!("{own}/certificate")).await;
    let bytes = donnie.get(&certificate.link("Download evidence pack")).await.must_be(200).body.clone();
    let verdict = checked(&bytes);
    assert!(verdict.holds(), "{:?}", verdict.faults);
    let what = verdict.told.expect("it says what was signed").what.to_string();
    assert!(what.starts_with("The new expiry date 2031-0"), "{what}");
    assert_eq!(pack(&world).await, before, "the version's pack is what it was");
    world.apollo().await.get(&format!("{CHAMPIONS}/contracts/{SIGNED}/extensions/1/pack")).await.must_be(404);
}

#[actix_web::test]
async fn a_pack_has_the_first_of_two_signatures() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (id, link) = invite_both(&michael).await;
    let link = signed_by_lena(&world, &michael, (&id, &link)).await;
    let ivan = world.stranger();
    let confirm = up_to_activate(&ivan, &link, IVAN, "Drago Works").await;
    let end = ivan.follow(ivan.submit(&confirm, &[]).await).await;
    let certificate = ivan.get(&end.link("Certificate")).await;
    let bytes = ivan.get(&certificate.link("Download evidence pack")).await.must_be(200).body.clone();
    let verdict = checked(&bytes);
    assert!(verdict.holds(), "{:?}", verdict.faults);
    let lines = verdict.lines();
    assert!(lines.iter().any(|line| line.starts_with("First signer: ") && line.contains("Lena Legal")), "{lines:?}");
    let (_, content) = parts(&bytes).into_iter().find(|(name, _)| name == "certificate.txt").expect("a certificate");
    let text = String::from_utf8_lossy(&bytes[content]);
    assert!(text.contains("First signer: Lena Legal") && text.contains("Hash of the first signature"), "{text}");
}

#[actix_web::test]
async fn a_byte_that_was_changed_in_a_file_is_named_by_that_file() {
    let world = World::new().await;
    anchor(&world);
    let bytes = pack(&world).await;
    for (name, content) in parts(&bytes) {
        assert!(!content.is_empty(), "{name} says something");
        let step = (content.len() / 60).max(1);
        for at in content.clone().step_by(step).chain([content.end - 1]) {
            let verdict = checked(&flipped(&bytes, at));
            let places = places(&verdict);
            assert!(!verdict.holds(), "{name}: byte {at}");
            assert!(places.iter().any(|place| place.contains(&name)), "{name}: byte {at} is named by {places:?}");
        }
    }
}

#[actix_web::test]
async fn a_byte_that_was_changed_around_the_files_is_found_too() {
    let world = World::new().await;
    let bytes = pack(&world).await;
    let parts = parts(&bytes);
    for at in (0..bytes.len()).filter(|at| !parts.iter().any(|(_, content)| content.contains(at))) {
        let verdict = checked(&flipped(&bytes, at));
        assert!(!verdict.holds() && !verdict.faults.is_empty(), "byte {at}");
    }
    for length in (0..bytes.len()).step_by(97) {
        assert!(!checked(&bytes[..length]).holds(), "cut off after {length} bytes");
    }
    for more in [[&bytes[..], b"x"].concat(), [&b"x"[..], &bytes[..]].concat(), [&bytes[..], &bytes[..]].concat()] {
        assert!(!checked(&more).holds(), "with more around it");
    }
}

#[actix_web::test]
async fn a_changed_line_or_field_is_named_where_it_stands() {
    let world = World::new().await;
    let bytes = pack(&world).await;
    let all = parts(&bytes);
    let inside = |name: &str, text: &str| {
        let (_, content) = all.iter().find(|(there, _)| there == name).expect("the file");
        let at = bytes[content.clone()].windows(text.len()).position(|part| part == text.as_bytes());
        content.start + at.expect("the text is in the file")
    };
    for (name, text, place) in [
        ("certificate.txt", "CERTIFICATE", "certificate.txt, line 1"),
        ("README.txt", "What is inside", "README.txt, line 7"),
        ("chain.json", "Adonis Creed", "chain.json, signature 2, field evidence"),
        ("manifest.json", "\"platform\"", "manifest.json, line 3"),
    ] {
        let places = places(&checked(&flipped(&bytes, inside(name, text))));
        assert!(places.iter().any(|told| told.starts_with(place)), "{place} is not among {places:?}");
    }
}

#[test]
fn what_is_no_pack_is_said_to_be_none() {
    use std::io::{Cursor, Write as _};

    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};
    let archive = |name: &str, content: &[u8], method: CompressionMethod| {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(name, SimpleFileOptions::default().compression_method(method)).expect("a file");
        archive.write_all(content).expect("it is written");
        archive.finish().expect("an archive").into_inner()
    };
    let bomb = archive("README.txt", &vec![0; 10_000_000], CompressionMethod::Deflated);
    assert!(bomb.len() < 100_000, "a small file of ten megabytes");
    let deep = "[".repeat(100_000);
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("another kind of file", b"%PDF-1.7 and so on".to_vec()),
        ("a bomb", bomb),
        ("a path", archive("../../etc/passwd", b"x", CompressionMethod::Stored)),
        ("a huge manifest", archive("manifest.json", deep.as_bytes(), CompressionMethod::Stored)),
        ("a deep one", archive("signature.json", deep.as_bytes(), CompressionMethod::Stored)),
        ("half of a head", b"PK\x03\x04".to_vec()),
        ("a size beyond the end", [&b"PK\x03\x04"[..], &[0xff; 26]].concat()),
    ] {
        let verdict = checked(&bytes);
        assert!(!verdict.holds() && verdict.faults.len() == 1 && verdict.told.is_none(), "{what}: {verdict:?}");
    }
}

#[actix_web::test]
async fn a_file_that_is_there_twice_is_none_of_ours() {
    let world = World::new().await;
    let bytes = pack(&world).await;
    let first = parts(&bytes)[0].1.end;
    let twice = checked(&[&bytes[..first], &bytes[..]].concat());
    assert_eq!(places(&twice), ["README.txt"]);
    assert!(twice.faults[0].what.to_string().contains("twice"));
}

#[actix_web::test]
async fn a_pack_of_another_platform_holds_together_and_is_not_trusted() {
    let world = World::new().await;
    let theirs = with_keys(&world, &[OTHER, KEY]).await;
    let bytes = download(&world.michael().await.at(&theirs), MICKS).await;
    let verdict = checked(&bytes);
    assert!(verdict.faults.is_empty() && !verdict.holds(), "{verdict:?}");
    assert_eq!(verdict.key.map(|(_, standing)| standing), Some(Standing::Foreign));
    let unknown = check(&bytes, None);
    assert!(unknown.holds(), "nobody said whom to trust");
    assert_eq!(unknown.key.map(|(_, standing)| standing), Some(Standing::Unknown));
    let keys = public_keys(&Key::from_list([OTHER]).expect("a key")).expect("keys");
    assert!(check(&bytes, Some(keys.as_slice())).holds(), "whoever trusts them trusts it");

    let guest = world.stranger();
    let page = guest.get("/verify").await;
    let answer = guest.upload_named(&page, &[], "file", "pack.zip", &bytes).await;
    answer.must_be(200).must_say("but this platform didn't sign it").must_say("Compare the fingerprint");
}

#[actix_web::test]
async fn anybody_checks_a_pack_on_the_public_page() {
    let world = World::new().await;
    anchor(&world);
    let bytes = pack(&world).await;
    let guest = world.stranger();
    let page = guest.get("/verify").await;
    page.must_be(200).must_say("Check an evidence pack");
    assert_eq!(guest.get("/verify/keys.txt").await.must_be(200).body_text(), ours().join("\n") + "\n");
    guest.submit(&page, &[]).await.must_be(422);
    guest.upload_named(&page, &[], "file", "", b"").await.must_be(422).must_say("Choose an evidence pack");

    let whole = guest.upload_named(&page, &[], "file", "pack.zip", &bytes).await;
    whole.must_be(200).must_say("pack.zip holds together, and this platform signed it.");
    whole.must_say(SIGNED).must_say("Adonis Creed").must_say("Checkpoint 1 of");

    let (name, content) = parts(&bytes).swap_remove(1);
    let broken = guest.upload_named(&page, &[], "file", "pack.zip", &flipped(&bytes, content.start)).await;
    broken.must_be(200).must_say("pack.zip doesn't hold together.").must_say(&format!("{name}, line 1"));
    broken.must_not_say("Adonis Creed");

    let text = guest.upload_named(&page, &[], "file", "<b>.txt", b"words").await;
    text.must_be(200).must_say("this is not an evidence pack").must_say("The archive, byte 0");
    world.michael().await.get("/verify").await.must_be(200).must_say("Check an evidence pack");
    let german = guest.get_as(Method::GET, "/verify", &[("accept-language", "de")]).await;
    german.must_be(200).must_say("Nachweispaket prüfen").must_say("Schlüssel dieser Plattform");
}

#[actix_web::test]
async fn the_public_page_is_throttled() {
    let world = World::new().await;
    let guest = world.stranger();
    let page = guest.get("/verify").await;
    let mut refused = 0;
    for _ in 0..40 {
        let answer = guest.upload_named(&page, &[], "file", "a.zip", b"words").await;
        assert!([200, 429].contains(&answer.status), "{}", answer.status);
        refused += usize::from(answer.status == 429);
    }
    assert!(refused > 0, "a network that asks again and again waits");
}

/// A file that is gone when the test is over.
struct Kept(PathBuf);

impl Kept {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("entente-pack-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("a file");
        Self(path)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The command, where there is neither a database nor a key.
fn verify(pack: &Kept, keys: Option<&Kept>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.env("DATABASE_URL", "postgres://nobody@nowhere.invalid/none").env("ENTENTE_SECRET_KEY", "short");
    command.env("ENTENTE_DATA", "/nowhere").arg("verify").arg(&pack.0);
    if let Some(keys) = keys {
        command.arg("--key").arg(&keys.0);
    }
    command.output().expect("the command runs")
}

#[track_caller]
fn must(output: &Output, code: i32, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for words in words {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
}

#[actix_web::test]
async fn the_command_needs_no_database_and_no_settings() {
    let world = World::new().await;
    let bytes = pack(&world).await;
    let whole = Kept::new("whole.zip", &bytes);
    let keys = Kept::new("keys.txt", (ours().join("\n") + "\n").as_bytes());
    let others = public_keys(&Key::from_list([OTHER]).expect("a key")).expect("keys");
    let others = Kept::new("others.txt", others.join("\n").as_bytes());
    let (name, content) = parts(&bytes).swap_remove(2);
    let broken = Kept::new("broken.zip", &flipped(&bytes, content.start));
    must(&verify(&whole, None), 0, &["OK", SIGNED, "Adonis Creed", "shows only that the pack holds together"]);
    must(&verify(&whole, Some(&keys)), 0, &["OK", "a key that you trust"]);
    must(&verify(&whole, Some(&others)), 1, &["NOT TRUSTED"]);
    must(&verify(&broken, Some(&keys)), 1, &["BROKEN", &name]);
    let missing = Kept(std::env::temp_dir().join("entente-pack-that-is-not-there.zip"));
    must(&verify(&missing, None), 1, &[]);
}

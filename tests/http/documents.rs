//! What people write and send: all of it is read by everybody alike, and none of it holds up anybody else.

use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use actix_web::http::header::{ContentDisposition, HeaderValue};
use futures_util::future::join_all;
use image::{DynamicImage, ImageFormat, RgbaImage};

use crate::{
    contracts::invite,
    orders::{in_use, waiting},
    support::{
        Answer, Client, World,
        world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PULSE, SIGNED},
    },
    tiers::{config_of, order_fish, setup, tiered},
};

/// Every construct that could hide a word.
const PROBE: &str = "The <Licensor> pays <b>5</b> <!-- or 6 --> days & [here](https://a.example/x \"T\").\n\n\
    <div>\nAlso this\n</div>\n\n[d]: https://nowhere.example \"unseen\"\n\n```then\ncode\n```\n";
const READS: &[&str] = &[
    "The <Licensor> pays <b>5</b> <!-- or 6 --> days & here (https://a.example/x \"T\").",
    "<div>Also this</div>",
    "[d]: https://nowhere.example \"unseen\"",
    "then",
];

#[track_caller]
fn reads(page: &Answer) {
    page.must_be(200);
    for words in READS {
        page.must_say(words);
    }
}

/// Bytes with this hash, and every text that the cast wrote, become the probe.
fn probe_everywhere(world: &World) {
    let quoted = PROBE.replace('\'', "''");
    let hash = entente::kit::secret::sha256_hex(PROBE.as_bytes());
    world.run(&format!(
        "INSERT INTO blobs (sha256, media_type, bytes, created_at) VALUES ('{hash}', 'text/plain', convert_to('{quoted}', 'UTF8'), now()); \
         SET session_replication_role = replica; \
         UPDATE agreement_versions SET sha256 = '{hash}', file_name = 'probe.md', format = 'markdown' WHERE sha256 IS NOT NULL; \
         UPDATE agreements SET description = '{quoted}'; UPDATE marketplaces SET description = '{quoted}'; \
         UPDATE products SET description = '{quoted}', getting_started = '{quoted}', provisioning_message = '{quoted}'; \
         UPDATE templates SET body = '{quoted}'; \
         UPDATE product_versions SET snapshot = jsonb_set(jsonb_set(snapshot, '{{general,description}}', to_jsonb('{quoted}'::text)), \
           '{{templates}}', (SELECT jsonb_agg(jsonb_set(one, '{{body}}', to_jsonb('{quoted}'::text))) FROM jsonb_array_elements(snapshot->'templates') one)); \
         UPDATE subscriptions SET template = jsonb_build_object('name', 'n', 'body', '{quoted}'::text) WHERE template IS NOT NULL; \
         UPDATE fulfillment_requests SET template = jsonb_build_object('name', 'n', 'body', '{quoted}'::text) WHERE status = 'approved'; \
         SET session_replication_role = DEFAULT"
    ));
}

#[actix_web::test]
async fn every_place_that_shows_markdown_shows_every_word_of_it() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    tiered(&world, 1);
    order_fish(&world, &michael, &[]).await;
    let config = config_of(&setup(&world, 1));
    let (_, link) = invite(&michael, MICKS, "service", "Welcome").await;
    probe_everywhere(&world);
    world.run(&format!(
        "UPDATE tier_configs SET template = jsonb_build_object('name', 'n', 'body', '{}'::text)",
        PROBE.replace('\'', "''")
    ));
    let approved = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'approved' LIMIT 1");
    let offer = world.text("SELECT id AS t FROM agreements WHERE type = 'distribution' LIMIT 1");
    let template = world.text(&format!("SELECT id AS t FROM templates WHERE product_id = '{PULSE}' LIMIT 1"));
    let marketplace = world.text("SELECT id AS t FROM marketplaces LIMIT 1");
    for (client, url) in [
        (&michael, format!("{MICKS}/agreements/{AGREEMENT}")),
        (&donnie, format!("{ACREED}/contracts/{SIGNED}")),
        (&donnie, format!("{ACREED}/contracts/{SIGNED}/versions/2/sign")),
        (&michael, format!("{MICKS}/marketplaces/{marketplace}")),
        (&apollo, format!("{CHAMPIONS}/agreements/{offer}")),
        (&apollo, format!("{CHAMPIONS}/products/{PULSE}")),
        (&apollo, format!("{CHAMPIONS}/products/{PULSE}/embedding")),
        (&apollo, format!("{CHAMPIONS}/products/{PULSE}/templates")),
        (&apollo, format!("{CHAMPIONS}/products/{PULSE}/versions/1")),
        (&michael, format!("{MICKS}/products/{PULSE}")),
        (&michael, format!("{MICKS}/subscriptions/{}", in_use(&world))),
        (&michael, format!("{MICKS}/fulfillment/{approved}")),
        (&michael, format!("{MICKS}/tier-configs/{config}")),
    ] {
        reads(&client.get(&url).await);
    }
    let stranger = world.stranger();
    reads(&stranger.follow(stranger.get(&link).await).await);
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/templates/{template}")).await;
    reads(&apollo.submit(&page, &[("preview", "yes")]).await);
    let subscription =
        world.text(&format!("SELECT subscription_id AS t FROM fulfillment_requests WHERE id = '{}'", waiting(&world)));
    reads(&michael.get(&format!("{MICKS}/subscriptions/{subscription}")).await);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder reads").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// A new place that lays out text belongs into the test above, and its file into this list.
#[test]
fn the_places_that_show_markdown_are_known() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for path in sources(&root) {
        let name = path.strip_prefix(&root).expect("below src").display().to_string();
        let text = fs::read_to_string(&path).expect("the file reads");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for lays_out in [
            "markup::markdown(",
            "markup::document(",
            "markup::fill(",
            "markup::text(",
            "SafeHtml::",
            ".shown(&db,",
            ".shown(db,",
            "render::render",
            "rendered(",
            "sample(",
        ] {
            let times = code.matches(lays_out).count();
            if times > 0 && !name.starts_with("kit/markup/") {
                found.push(format!("{name} {lays_out} {times}"));
            }
        }
    }
    found.sort();
    assert_eq!(found, KNOWN, "{found:#?}");
}

const KNOWN: &[&str] = &[
    "modules/agreements/documents.rs SafeHtml:: 1",
    "modules/agreements/documents.rs markup::document( 1",
    "modules/agreements/pages/show.rs .shown(&db, 1",
    "modules/agreements/pages/show.rs markup::markdown( 1",
    "modules/catalog/pages.rs markup::markdown( 1",
    "modules/contracts/activation/pages/review.rs .shown(db, 1",
    "modules/contracts/pages/look.rs .shown(&db, 1",
    "modules/contracts/pages/show.rs .shown(&db, 1",
    "modules/contracts/renewal/pages.rs .shown(db, 1",
    "modules/contracts/signing/pages.rs .shown(db, 1",
    "modules/distribution/pages/vendor.rs .shown(db, 1",
    "modules/distribution/pages/vendor.rs markup::markdown( 1",
    "modules/marketplaces/pages/show.rs markup::markdown( 1",
    "modules/orders/fulfillment/pages/show.rs rendered( 1",
    "modules/orders/message.rs render::render 1",
    "modules/orders/message.rs rendered( 1",
    "modules/orders/ordering/pages/show.rs rendered( 1",
    "modules/orders/tier_config/pages/config.rs rendered( 1",
    "modules/products/pages/show.rs markup::markdown( 3",
    "modules/products/parameters/mod.rs sample( 1",
    "modules/products/templates/pages.rs render::render 1",
    "modules/products/templates/pages.rs sample( 4",
    "modules/products/templates/render.rs markup::fill( 1",
    "modules/products/versions/shown.rs markup::markdown( 1",
    "modules/products/versions/shown.rs sample( 1",
    "modules/referral/answer.rs .shown(db, 1",
    "modules/referral/pages.rs .shown(db, 1",
    "modules/syndication/finish.rs .shown(db, 1",
    // a report that is sent to begin a mapping with, and no markdown
    "modules/usage/mapping/pages/change.rs sample( 5",
    // words of our own, with the demo only
    "portals/design.rs markup::document( 1",
];

/// Creates an agreement with a document; its page.
async fn agreement(client: &Client, portal: &str, kind: &str, file_name: &str, bytes: &[u8]) -> Answer {
    let page = client.get(&format!("{portal}/agreements/new")).await;
    let typed = [("type", kind), ("name", "Sent"), ("description", "D"), ("source", "upload"), ("activate", "yes")];
    client.upload_named(&page, &typed, "file", file_name, bytes).await
}

#[actix_web::test]
async fn the_same_bytes_are_read_as_each_version_says() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let bytes = b"# Terms\n\nPay *soon*.";
    let plain = michael.follow(agreement(&michael, MICKS, "service", "terms.txt", bytes).await).await;
    plain.must_say("terms.txt (text").must_say("# Terms").must_say("Pay *soon*.");
    let laid_out = donnie.follow(agreement(&donnie, ACREED, "program", "terms.md", bytes).await).await;
    laid_out.must_say("terms.md (Markdown").must_say("Pay soon.").must_not_say("# Terms");
    assert_eq!(laid_out.texts(".prose h2"), ["Terms"]);
    michael.get(&plain.path).await.must_say("# Terms");
}

#[actix_web::test]
async fn a_page_that_this_renderer_did_not_make_is_made_anew() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let url = format!("{ACREED}/contracts/{SIGNED}");
    let before = donnie.get(&url).await.texts(".prose");
    assert_eq!(world.number("SELECT count(*) AS n FROM renderings"), 1, "laid out at the first look");
    let kept = world.text("SELECT mark AS t FROM renderings");
    for change in [
        "UPDATE renderings SET html = '<p>You owe us <script>everything</script></p>'",
        "UPDATE renderings SET mark = 'x'",
        "UPDATE renderings SET renderer = renderer + 1",
        "DELETE FROM renderings",
    ] {
        world.run(change);
        assert_eq!(donnie.get(&url).await.texts(".prose"), before, "{change}");
        assert_eq!(world.text(&format!("SELECT mark AS t FROM renderings WHERE mark = '{kept}'")), kept, "{change}");
    }
    // and what is there is used
    let statements = world.program.db.statements();
    donnie.get(&url).await;
    let once = world.program.db.statements() - statements;
    world.run("DELETE FROM renderings");
    let statements = world.program.db.statements();
    donnie.get(&url).await;
    assert_eq!(world.program.db.statements() - statements, once + 2, "the bytes are read and the page is kept");
}

#[actix_web::test]
async fn a_document_that_would_be_slow_is_shown_as_it_was_written() {
    let world = World::new().await;
    let michael = world.michael().await;
    for (at, text) in
        [">".repeat(45_000), ["a|".repeat(20_000), "-|".repeat(20_000), "b".into()].join("\n")].iter().enumerate()
    {
        let began = Instant::now();
        let text = format!("{text}\n\nThe reseller pays {at}.");
        let page = michael.follow(agreement(&michael, MICKS, "service", "slow.md", text.as_bytes()).await).await;
        page.must_be(200).must_say("Shown as it was written").must_say(&format!("The reseller pays {at}."));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[actix_web::test]
async fn a_file_gets_the_ending_of_what_it_is_and_keeps_its_name_on_the_way() {
    let world = World::new().await;
    let michael = world.michael().await;
    let long = "ä".repeat(300);
    for (sent, bytes, kept) in [
        ("evil.html", &b"%PDF-1.7 <script>alert(1)</script>"[..], "evil.html.pdf".to_owned()),
        ("Verträge – Öl & Gas.pdf", b"%PDF-1.7", "Verträge – Öl & Gas.pdf".to_owned()),
        ("🥊 it's 100%; a=b.md", b"# x", "🥊 it's 100%; a=b.md".to_owned()),
        ("contract\u{202e}fdp.exe", b"x", "contractfdp.exe.txt".to_owned()),
        ("../../terms.docx", b"x", "terms.docx.txt".to_owned()),
        (&format!("{long}.markdown"), b"# x", format!("{}.markdown", "ä".repeat(191))),
    ] {
        let made = agreement(&michael, MICKS, "service", sent, bytes).await;
        let page = michael.follow(made).await;
        page.must_say(&kept);
        let file = michael.get(&format!("{}/versions/1/document", page.path)).await;
        assert_eq!(name_of(&file), kept);
        assert_eq!(file.body, bytes);
        nothing_may_run(&file);
    }
    // a name from before names had to be honest
    world.run(
        "SET session_replication_role = replica; \
         UPDATE agreement_versions SET file_name = 'evil.html' WHERE file_name LIKE 'Verträge%'",
    );
    let agreement = world.text("SELECT agreement_id AS t FROM agreement_versions WHERE file_name = 'evil.html'");
    assert_eq!(
        name_of(&michael.get(&format!("{MICKS}/agreements/{agreement}/versions/1/document")).await),
        "evil.html.pdf"
    );
}

/// The name under which a browser would keep it.
#[track_caller]
fn name_of(file: &Answer) -> String {
    let value = file.must_be(200).header("content-disposition").unwrap_or_else(|| panic!("{} has no name", file.path));
    let read = ContentDisposition::from_raw(&HeaderValue::from_str(value).expect("a header")).expect(value);
    match read.get_filename_ext() {
        Some(name) => String::from_utf8(name.value.clone()).expect("UTF-8"),
        None => read.get_filename().expect(value).to_owned(),
    }
}

#[track_caller]
fn nothing_may_run(file: &Answer) {
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"), "{}", file.path);
    let policy = file.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.contains("sandbox") && policy.contains("default-src 'none'") && !policy.contains("allow"),
        "{policy}"
    );
}

#[actix_web::test]
async fn a_pdf_that_does_not_begin_with_its_header_is_one() {
    let world = World::new().await;
    let michael = world.michael().await;
    for bytes in
        [&b"\xef\xbb\xbf%PDF-1.7"[..], b"\r\n\r\n%PDF-1.4", b"<html><script>alert(1)</script>\n%PDF-1.7\n%%EOF"]
    {
        let page = michael.follow(agreement(&michael, MICKS, "service", "terms.pdf", bytes).await).await;
        page.must_be(200).must_say("terms.pdf (PDF");
        let file = michael.get(&format!("{}/versions/1/document", page.path)).await;
        assert_eq!(file.header("content-type"), Some("application/pdf"));
        nothing_may_run(&file);
    }
}

#[actix_web::test]
async fn every_download_has_a_name_with_an_ending() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let picture = world.text("SELECT sha256 AS t FROM blobs WHERE media_type = 'image/jpeg' LIMIT 1");
    for (client, url, ending) in [
        (&michael, format!("{MICKS}/contracts/export.csv"), ".csv"),
        (&michael, format!("{MICKS}/contracts/export.xlsx"), ".xlsx"),
        (&michael, format!("{MICKS}/customers/sheet.csv"), ".csv"),
        (&michael, format!("{MICKS}/customers/sheet.xlsx"), ".xlsx"),
        (&apollo, format!("{CHAMPIONS}/products/export.csv"), ".csv"),
        (&michael, format!("{MICKS}/agreements/{AGREEMENT}/versions/1/document"), ".md"),
        (&michael, format!("/images/{picture}"), ".jpg"),
    ] {
        let name = name_of(&client.get(&url).await);
        assert!(name.ends_with(ending) && name.len() > ending.len(), "{url}: {name}");
    }
}

fn png(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    DynamicImage::from(RgbaImage::new(side, side))
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .expect("a picture");
    bytes
}

#[actix_web::test]
async fn pages_stay_fast_while_large_pictures_are_read() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/edit")).await;
    let (bytes, clients) = (png(6_000), (0..16).map(|_| apollo.copy()).collect::<Vec<_>>());
    let uploads = join_all(clients.iter().map(|client| client.upload(&page, &[], "icon", &bytes)));
    let looking = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
            let began = Instant::now();
            apollo.get(&format!("{CHAMPIONS}/products")).await.must_be(200);
            slowest = slowest.max(began.elapsed());
        }
        slowest
    };
    let (answers, slowest) = futures_util::future::join(uploads, looking).await;
    // one saves, the others find that it did
    assert!(
        answers.iter().all(|answer| [303, 409].contains(&answer.status)),
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[actix_web::test]
async fn who_sends_one_picture_too_many_is_told_the_truth_at_once() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/edit")).await;
    let (bytes, clients) = (png(3_000), (0..80).map(|_| apollo.copy()).collect::<Vec<_>>());
    let answers = join_all(clients.iter().map(|client| client.upload(&page, &[], "icon", &bytes))).await;
    let refused: Vec<_> = answers.iter().filter(|answer| ![303, 409].contains(&answer.status)).collect();
    assert!((1..80).contains(&refused.len()), "{}", refused.len());
    for answer in refused {
        answer
            .must_be(503)
            .must_say("Too many files at once")
            .must_say("already reading as many images as it can")
            .must_not_say("database");
        assert_eq!(answer.header("retry-after"), Some("3"));
    }
    // and there is room again
    let page = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/edit")).await;
    apollo.upload(&page, &[], "icon", &png(10)).await.must_be(303);
}

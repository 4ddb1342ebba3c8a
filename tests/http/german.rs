//! German as those meet it who read it: pages, lists, mails. And what is written for others than the reader stays English.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use actix_web::http::Method;
use entente::{
    access::letters::Mail,
    kit::{actor::Role, choice::Choice as _},
    mail::{
        outbox,
        sender::{self, Post},
    },
    modules::contracts::extension::actions as extension,
    portals,
};
use mail_parser::MessageParser;

use crate::{
    access::{Drawn, address},
    api::{Program, value},
    imports::HEAD,
    renewal::offer_end,
    support::{
        Answer, World,
        smtp::{Manner, Server},
        world::{ACREED, CHAMPIONS, MICKS, SIGNED},
    },
    words as crawl,
};

/// Texts without places for values, and what they are in German where that is another word.
fn catalogue() -> BTreeMap<String, String> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/locale/de.po"));
    let catalog = polib::po_file::parse(path).expect("a catalogue");
    let all = catalog.messages().filter(|message| !message.is_plural()).filter_map(|message| {
        let german = message.msgstr().ok()?;
        (german != message.msgid()).then(|| (message.msgid().to_owned(), german.to_owned()))
    });
    all.collect()
}

/// The texts of a page, and the parts of its title, each without marks around names of others.
fn said(page: &Answer) -> Vec<String> {
    let title = page.texts("title").join(" ");
    let parts = title.split(" - ").map(str::to_owned).collect::<Vec<_>>();
    let all = crawl::texts(page).into_iter().chain(parts);
    all.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[actix_web::test]
async fn no_text_of_the_catalogue_is_left_in_english() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    world.run("UPDATE users SET language = 'de'");
    let clients = [world.michael().await, world.donnie().await, world.apollo().await];
    let catalogue = catalogue();
    // "Start" is a German word as well
    let german = catalogue.values().cloned();
    let known: BTreeSet<String> = crawl::data(&world).into_iter().chain(crawl::everywhere()).chain(german).collect();
    let (mut left, mut pages) = (BTreeMap::new(), 0);
    for role in Role::ALL {
        let (base, client) = match role {
            Role::Distributor => (MICKS, &clients[0]),
            Role::Reseller => (ACREED, &clients[1]),
            Role::Vendor => (CHAMPIONS, &clients[2]),
        };
        for mount in portals::screens(*role).into_iter().filter(|mount| mount.method == Method::GET) {
            let place = format!("{} {}", role.key(), mount.path);
            let page = client.get(&address(base, &mount.path, *role, &drawn)).await;
            if page.status != 200 || !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                continue;
            }
            pages += 1;
            assert_eq!(page.attribute("html", "lang"), "de", "{place}");
            for text in said(&page) {
                if let (Some(german), false) = (catalogue.get(&text), known.contains(&text)) {
                    left.entry(text).or_insert_with(|| format!("{german}: {place}"));
                }
            }
        }
    }
    assert!(pages > 60, "{pages} pages were seen");
    assert!(left.is_empty(), "said in English: {left:#?}");
}

/// Words of English sentences that no German one has.
const ENGLISH: [&str; 24] = [
    "the", "you", "your", "you'll", "you've", "you're", "can't", "don't", "are", "this", "these", "that", "have",
    "has", "which", "their", "they", "not", "been", "by", "when", "cannot", "from", "only",
];

/// The English words of a text.
fn english(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic() && !['\'', '’'].contains(&c));
    let plain = words.map(|word| word.replace('’', "'").to_lowercase());
    plain.filter(|word| ENGLISH.contains(&word.as_str())).collect()
}

/// As the catalogue knows texts only that have no place for a value, sentences are known by their words here.
#[actix_web::test]
async fn no_sentence_is_english_on_the_whole_tour() {
    assert_eq!(english("You can’t remove this company."), ["you", "can't", "this"]);
    assert_eq!(english("Sie können das nicht ändern: AS-1"), Vec::<String>::new());
    let world = World::new().await;
    let met = crawl::tour(&world, "de").await;
    assert!(met.len() > 500, "{} texts were seen", met.len());
    let left: BTreeMap<String, String> = met.into_iter().filter(|(text, _)| !english(text).is_empty()).collect();
    assert!(left.is_empty(), "said in English: {left:#?}");
}

#[actix_web::test]
async fn a_list_has_german_days_numbers_and_forms() {
    let world = World::new().await;
    world.run(
        "UPDATE users SET language = 'de'; \
         UPDATE contracts SET created_at = '2021-03-14 16:11Z', updated_at = '2021-03-14 16:11Z'",
    );
    let michael = world.michael().await;
    let list = michael.get(&format!("{MICKS}/contracts?status=active")).await;
    assert!(list.attribute("html", "lang") == "de" && list.texts("title")[0].starts_with("Verträge - "));
    list.must_say("Verträge").must_say("1 Filter aktiv").must_say("14.03.2021").must_not_say("Mar 2021");
    assert!(list.attributes("time", "title").iter().any(|exact| exact.starts_with("14. März 2021")));
    let contract = michael.get(&format!("{MICKS}/contracts/{SIGNED}/history")).await;
    contract.must_say("hat den Vertrag aktiviert");
    // whose browser asks for Austrian German reads German
    let guest = world.stranger();
    let door = guest.get_as(Method::GET, "/sign-in", &[("accept-language", "de-AT,de;q=0.9,en;q=0.8")]).await;
    assert_eq!(door.attribute("html", "lang"), "de");
    door.must_say("Anmelden");
    // the profile offers languages by their own names
    let offered = michael.get("/profile").await.texts("#language option");
    assert!(offered.contains(&"Deutsch".to_owned()) && offered.contains(&"English".to_owned()), "{offered:?}");
}

#[actix_web::test]
async fn a_mail_is_in_the_language_of_its_recipient() {
    let world = World::new().await;
    world.run("DELETE FROM outbox; UPDATE users SET language = 'de' WHERE email LIKE 'apollo@%'");
    let server = Server::start(Manner::Plain);
    let post = Post::new(&server.url, "Entente <entente@mightymicks.example>", None).expect("an address");
    for (recipient, subject) in [
        ("apollo@champions.example", "Ihr Passwort wurde geändert"),
        ("michael@mightymicks.example", "Your password was changed"),
    ] {
        outbox::put(&mut world.sql(), chrono::Utc::now(), recipient, &Mail::PasswordChanged).expect("it is queued");
        while sender::send_one(&world.program.db, post.clone(), world.program.letters()).await.expect("the outbox") {}
        let came = server.next();
        let mail = MessageParser::default().parse(&came.bytes).expect("a mail");
        assert_eq!(mail.subject(), Some(subject), "{recipient}");
    }
}

/// Programs, evidence and sheets have one language, whoever reads.
#[actix_web::test]
async fn what_others_read_as_well_stays_english() {
    let world = World::new().await;
    world.run("UPDATE users SET language = 'de'; UPDATE accounts SET language = 'de'");
    let [key, ..] = world.tokens();
    let program = Program::of(&world, &key);
    let refused = program
        .send(Method::POST, "/tier/accounts", &serde_json::json!({ "type": "reseller" }), &[("accept-language", "de")])
        .await;
    let errors = value(&refused)["errors"].to_string();
    assert!(errors.contains("is not allowed to manage customers"), "{} {errors}", refused.status);

    let michael = world.michael().await;
    world.run(&format!("UPDATE contracts SET expire_at = '2027-01-31 12:00Z' WHERE id = '{SIGNED}'"));
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/extend")).await;
    page.must_say("Vertrag verlängern");
    offer_end(&michael, SIGNED, "2028-01-31").await.must_be(303);
    let evidence = world.text("SELECT evidence AS t FROM signatures ORDER BY at DESC LIMIT 1");
    assert!(evidence.contains(extension::OFFER), "{evidence}");

    let sheet = michael.get(&format!("{MICKS}/customers/sheet.csv")).await;
    assert!(sheet.body_text().trim_start_matches('\u{feff}').starts_with(HEAD), "{}", sheet.body_text());
    let upload = michael.get(&format!("{MICKS}/customers/imports/new")).await;
    let sent = michael.upload(&upload, &[], "file", &sheet.body).await;
    let import = michael.follow(sent).await;
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
    // the same sheet comes back, and its reader is told about it in German
    michael.get(&import.path).await.must_say("Geprüft").must_say("Übersprungen").must_not_say("Nicht lesbar");
}

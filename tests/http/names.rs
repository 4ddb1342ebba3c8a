//! Names of others, however they are written, leave the words around them as they are.

use actix_web::http::Method;
use entente::{
    kit::{actor::Role, choice::Choice as _},
    portals,
};

use crate::{
    access::{Drawn, address, portal},
    support::{Answer, Client, World, client::selector, world::MICKS},
};

/// Turns everything behind it, where it is not held apart.
const TURNING: char = '\u{202e}';
const NAME: &str = "חברה Zeta";

/// Every name that another company or a person has given, changed behind the program's back.
fn rename(world: &World) {
    let name = format!("'{TURNING}{NAME}'");
    let mut statements = "SET session_replication_role = replica;".to_owned();
    for (table, columns) in [
        ("accounts", "name"),
        ("users", "name"),
        ("agreements", "name description"),
        ("contracts", "note internal_note recipient_company"),
        ("products", "name short_description"),
        ("product_versions", "name"),
        ("parameters", "title description"),
        ("templates", "name"),
        ("tier_accounts", "name first_name last_name city state"),
        ("subscriptions", "customer_name"),
        ("fulfillment_requests", "customer_name note"),
        ("request_items", "name"),
        ("tier_account_requests", "account_name"),
        ("tier_configs", "account_name"),
        ("tier_config_requests", "account_name"),
        ("usage_files", "name product_name description note"),
        ("usage_mappings", "name"),
        ("messages", "text"),
        ("events", "actor_name"),
    ] {
        for column in columns.split(' ') {
            statements.push_str(&format!("UPDATE {table} SET {column} = {name};"));
        }
    }
    // a number keeps apart what may not be the same
    for table in ["hubs", "marketplaces", "items", "groups"] {
        statements.push_str(&format!(
            "UPDATE {table} SET name = {name} || ' ' || numbered.n \
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM {table}) AS numbered \
             WHERE numbered.id = {table}.id;"
        ));
    }
    for table in ["fulfillment_requests", "tier_account_versions"] {
        let column = if table == "tier_account_versions" { "data" } else { "tiers" };
        statements.push_str(&format!(
            "UPDATE {table} SET {column} = regexp_replace({column}::text, '\"name\": \"[^\"]*\"', '\"name\": \"{TURNING}{NAME}\"', 'g')::jsonb;"
        ));
    }
    world.run(&statements);
}

/// The texts of a page that are shown: elements and attributes, but for what fields send back, and for paragraphs of documents, in
/// which nothing of ours stands.
fn shown(page: &Answer) -> Vec<String> {
    let html = page.html();
    let mut texts = Vec::new();
    for element in html.select(&selector("*")) {
        let value = element.value();
        texts.extend(value.attrs().filter(|(name, _)| *name != "value").map(|(_, text)| text.to_owned()));
        let document = element
            .ancestors()
            .filter_map(scraper::ElementRef::wrap)
            .any(|one| one.value().classes().any(|class| class == "prose"));
        if document {
            let words: String = element.text().collect();
            assert!(!words.contains(TURNING), "{}: {words}", page.path);
        } else if !matches!(value.name(), "textarea" | "script" | "style") {
            texts.extend(element.children().filter_map(|child| child.value().as_text().map(|text| text.to_string())));
        }
    }
    texts
}

/// Whether every name stands between marks that end its reach.
fn holds(text: &str) -> bool {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '\u{2066}'..='\u{2068}' => depth += 1,
            '\u{2069}' => depth -= 1,
            '\u{202a}'..='\u{202e}' => return false,
            _ if depth < 1 && text[at..].starts_with(NAME) => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Whether each name stands between marks of its own, and not only together with the sentence that it is in.
fn holds_each(text: &str) -> bool {
    let mut opened = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '\u{2066}'..='\u{2068}' => opened.push(at + c.len_utf8()),
            '\u{2069}' => {
                let inner = &text[opened.pop().unwrap_or_default()..at];
                // a person's two names are one, and a number keeps apart what may not be the same
                let rest = inner.replace(NAME, "");
                if inner.contains(NAME) && !inner.contains('\u{2068}') && rest.trim().chars().count() > 2 {
                    return false;
                }
            }
            _ => {}
        }
    }
    true
}

/// How often a page shows the name; what it does not hold apart goes to `loose`.
async fn look(client: &Client, url: &str, loose: &mut Vec<String>) -> usize {
    let page = client.get(url).await;
    if page.status != 200 || !page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
        return 0;
    }
    let texts = shown(&page);
    let bad = texts.iter().filter(|text| !holds(text) || !holds_each(text));
    loose.extend(bad.map(|text| format!("{url}: {}", text.trim())));
    texts.iter().filter(|text| text.contains(NAME)).count()
}

#[actix_web::test]
async fn no_name_turns_the_words_around_it_on_any_page() {
    let world = World::new().await;
    let drawn = Drawn::of(&world);
    rename(&world);
    let mut loose = Vec::new();
    for role in Role::ALL {
        let (base, client) = portal(&world, *role).await;
        let mut met = 0;
        for mount in portals::screens(*role).into_iter().filter(|mount| mount.method == Method::GET) {
            met += look(&client, &address(base, &mount.path, *role, &drawn), &mut loose).await;
        }
        look(&client, "/profile", &mut loose).await;
        look(&client, "/", &mut loose).await;
        assert!(met > 150, "{} shows names {met} times only", role.key());
    }
    loose.sort();
    loose.dedup();
    assert!(loose.is_empty(), "names that reach out: {loose:#?}");
}

#[actix_web::test]
async fn a_letter_of_activation_holds_the_names_apart_too() {
    let world = World::new().await;
    let link =
        world.michael().await.get(&format!("{MICKS}/contracts/{}", crate::support::world::PENDING)).await.shown_link();
    rename(&world);
    let guest = world.stranger();
    let page = guest.follow(guest.get(&link).await).await;
    page.must_be(200);
    let texts = shown(&page);
    assert!(texts.iter().any(|text| text.contains(NAME)) && texts.iter().all(|text| holds(text)), "{texts:?}");
}

#[actix_web::test]
async fn what_would_turn_a_name_is_not_taken_in() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/hubs/new")).await;
    let typed = [
        ("name", "Gym\u{202e}moc.exe\u{200b}\u{2066}"),
        ("description", "one\u{202d}\n\ntwo"),
        ("instance", "\u{feff}g\u{ad}1"),
    ];
    let answer = michael.submit(&page, &typed).await;
    answer.must_be(303);
    assert_eq!(
        world.text("SELECT name || '|' || description || '|' || instance AS t FROM hubs WHERE name LIKE 'Gym%'"),
        "Gymmoc.exe|one\n\ntwo|g1"
    );
}

#[actix_web::test]
async fn a_mail_holds_names_apart() {
    let facts = serde_json::json!({ "MessageWritten": { "company": format!("{TURNING}{NAME}"), "contract": "CRD-1" } });
    let held = entente::kit::held::facts(facts);
    assert_eq!(held["MessageWritten"]["company"], format!("\u{2068}{NAME}\u{2069}"));
    assert_eq!(held["MessageWritten"]["contract"], "CRD-1");
}

//! Whatever a list holds is found, however the words are typed.

use entente::kit::actor::Role;

use super::{fill, lists, portals_with_people};
use crate::support::{World, world::MICKS};

/// As it is written, and as somebody may type it.
const SCRIPTS: &[(&str, &[&str])] = &[
    ("ΔΗΜΟΣ ΑΘΗΝΑΙΩΝ", &["ΔΗΜΟΣ ΑΘΗΝΑΙΩΝ", "δήμος", "δημοσ αθηναιων", "Δήμος Αθηναίων"]),
    ("İstanbul Işık", &["istanbul", "ISTANBUL", "İSTANBUL", "ışık", "isik", "IŞIK"]),
    ("Straße & Söhne", &["strasse", "STRASSE", "straße", "STRAẞE", "sohne", "SÖHNE"]),
    ("Łódź Żółć", &["lodz", "ŁÓDŹ", "łódź", "zolc"]),
    ("Éclair Crème", &["eclair", "ECLAIR", "e\u{301}clair", "creme"]),
    ("ＡＣＭＥ　１２３", &["acme", "ACME 123", "ａｃｍｅ"]),
    ("カﾞス 株式会社", &["ガス", "株式会社", "ガス 株式"]),
    ("Ёлка Новый Год", &["елка", "ЁЛКА", "новый", "НОВЫЙ ГОД"]),
    ("شركة الأَمَل ١٢٣", &["شركة", "الأمل", "الامل", "123", "١٢٣"]),
    ("חֶבְרָה בע״מ", &["חברה", "בע\"מ"]),
    ("O’Brien–Smith", &["o'brien", "O`BRIEN-SMITH", "o´brien", "brien—smith"]),
    ("Việt Nam", &["viet nam", "VIỆT", "vie\u{302}\u{323}t"]),
    ("co\u{ad}op\u{200b} shop", &["coop shop", "COOP"]),
    ("two  spaces\u{a0}here", &["two spaces here", "spaces\u{3000}here"]),
    ("Ærø Œuvre Þór", &["aero", "oeuvre", "thor"]),
    ("50%_off\\now", &["50%_", "%_off", "\\now", "５０％"]),
    ("नमस्ते दुनिया", &["नमस्ते", "दुनिया"]),
];

#[actix_web::test]
async fn a_name_is_found_in_every_script_however_it_is_typed() {
    let world = World::new().await;
    let michael = world.michael().await;
    for (at, (name, typed)) in SCRIPTS.iter().enumerate() {
        let name = name.replace('\'', "''");
        world.run(&format!(
            "INSERT INTO hubs (id, owner_id, name, description, created_at, updated_at) \
             VALUES ('HB-7000-{at:04}', 'PA-469-206', E'{}', 'd', now(), now())",
            name.replace('\\', "\\\\")
        ));
        for words in *typed {
            let query = serde_html_form::to_string([("q", words)]).expect("it encodes");
            let page = michael.get(&format!("{MICKS}/hubs?{query}")).await;
            page.must_say(&format!("HB-7000-{at:04}"));
        }
    }
    for nothing in ["ガザ", "カス", "zzz", "50__off"] {
        let query = serde_html_form::to_string([("q", nothing)]).expect("it encodes");
        michael.get(&format!("{MICKS}/hubs?{query}")).await.must_say("No matches");
    }
}

/// Every search and every filter by part of a name, of every list: all names are one that only folding finds.
#[actix_web::test]
async fn every_search_and_every_filter_by_name_folds() {
    let world = World::new().await;
    fill::fill(&world);
    // the part of each name that is looked for, as it is not written
    let (written, typed) = ("ΔΗΜΟΣ Straße", "δημοσ strasse");
    world.run(&format!(
        "SET session_replication_role = replica; \
         UPDATE events SET actor_name = '{written}'; \
         UPDATE accounts SET name = '{written}'; UPDATE users SET name = '{written}'; UPDATE agreements SET name = '{written}'; \
         UPDATE contracts SET note = '{written}', search = folded('{written}'); \
         UPDATE hubs SET name = '{written} ' || id; UPDATE product_groups SET name = '{written}'; UPDATE groups SET name = '{written} ' || id; UPDATE api_tokens SET name = '{written} ' || id; UPDATE marketplaces SET name = '{written} ' || id; \
         UPDATE products SET name = '{written}'; UPDATE product_versions SET name = '{written}'; \
         UPDATE sight s SET search = v.search FROM products p JOIN product_versions v ON v.product_id = p.id \
         AND v.number = p.public_version WHERE p.id = s.product_id; \
         UPDATE tier_accounts SET name = '{written}', external_id = '{written}'; UPDATE subscriptions SET customer_name = '{written}'; \
         UPDATE usage_files SET name = '{written}'; UPDATE usage_mappings SET name = '{written} ' || id; \
         UPDATE fulfillment_requests SET customer_name = '{written}', assignee_id = (SELECT min(id) FROM users); \
         UPDATE listing_requests SET assignee_id = (SELECT min(id) FROM users); \
         UPDATE tier_account_requests SET account_name = '{written}'; UPDATE tier_configs SET account_name = '{written}'; \
         UPDATE tier_config_requests SET account_name = '{written}'; \
         UPDATE tier_accounts SET type = 'customer', parent_id = (SELECT min(id) FROM tier_accounts WHERE owner_id = 'PA-469-206') \
         WHERE id = (SELECT max(id) FROM tier_accounts WHERE owner_id = 'PA-469-206'); \
         INSERT INTO contract_sources (contract_id, agreement_id, product_id, vendor_id, listing_id, marketplace_id, distributor_id, enroller_id, target_id) \
         SELECT c.id, c.agreement_id, l.product_id, l.vendor_id, l.id, l.marketplace_id, l.owner_id, 'PA-196-115', l.marketplace_id \
         FROM contracts c, listings l WHERE c.issuer_id = 'PA-469-206' AND c.signee_id = 'VA-287-142' AND l.owner_id = 'PA-469-206' ORDER BY c.id, l.id LIMIT 1; \
         UPDATE agreements SET type = 'distribution', parent_id = id, marketplace_id = (SELECT min(id) FROM marketplaces) \
         WHERE id LIKE 'AGP-900%'"
    ));
    let mut filters = 0;
    for (role, base, client) in portals_with_people(&world).await {
        if role == Role::Reseller {
            continue;
        }
        for list in lists(role) {
            let url = format!("{base}{list}");
            let page = client.get(&format!("{url}?")).await;
            let mut keys = page.attributes("input[type='text'][id^='filter-']", "name");
            keys.push("q".into());
            // these take codes and ids, which need no folding
            keys.retain(|key| {
                !["country", "currency", "contract", "referral", "account", "event", "object", "address"]
                    .contains(&key.as_str())
            });
            // a vendor sees neither who works on a listing nor customers above its own
            let unseen = |key: &str| {
                role == Role::Vendor && (key == "assignee" && list == "/listing-requests" || key == "parent")
            };
            for key in keys.iter().filter(|key| !unseen(key)) {
                let query = serde_html_form::to_string([(key.as_str(), typed)]).expect("it encodes");
                let found = client.get(&format!("{url}?{query}")).await;
                assert!(!found.must_be(200).texts("tbody tr").is_empty(), "{url}?{key}= does not fold");
                filters += 1;
            }
        }
    }
    assert!(filters > 40, "only {filters} were tried");
}

#[actix_web::test]
async fn lists_read_as_people_sort() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run("UPDATE hubs SET name = 'Hub ' || id");
    for (at, name) in
        ["Zebra", "Österreich", "Ähhhh", "Éclair", "apple", "Store 10", "Store 2", "Ödland", "Ost"].iter().enumerate()
    {
        world.run(&format!(
            "INSERT INTO hubs (id, owner_id, name, description, created_at, updated_at) \
             VALUES ('HB-7000-{at:04}', 'PA-469-206', '{name}', 'd', now(), now())"
        ));
    }
    let names: Vec<String> = michael
        .get(&format!("{MICKS}/hubs?sort=hub&size=100"))
        .await
        .texts("tbody th .cell-name")
        .into_iter()
        .filter(|name| !name.starts_with("Hub "))
        .collect();
    assert_eq!(names, ["Ähhhh", "apple", "Éclair", "Ödland", "Ost", "Österreich", "Store 2", "Store 10", "Zebra"]);
}

#[actix_web::test]
async fn every_file_of_a_list_says_that_it_is_utf8() {
    let world = World::new().await;
    for (role, base, client) in portals_with_people(&world).await {
        for list in lists(role) {
            let file = client.get(&format!("{base}{list}/export.csv")).await;
            file.must_be(200);
            assert!(file.body.starts_with("\u{feff}".as_bytes()), "{list}");
            assert_eq!(file.body.windows(3).filter(|mark| *mark == "\u{feff}".as_bytes()).count(), 1, "{list}");
        }
    }
}

/// A search looks at the newest rows first and asks an index for what it does not meet there: both say the same.
#[actix_web::test]
async fn an_old_row_is_found_behind_many_and_what_very_many_hold_is_not_counted_to_the_end() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run(
        "INSERT INTO hubs (id, owner_id, name, description, created_at, updated_at) SELECT 'HB-8000-' || lpad(n::text, 4, '0'), \
         'PA-469-206', CASE WHEN n <= 3 THEN 'Needlework ' WHEN n = 4 THEN 'Need a lework ' WHEN n % 10 = 0 THEN 'Common ' \
         WHEN n % 60 = 7 THEN 'Seldom ' ELSE 'Other ' END || n, 'd', \
         timestamptz '2020-01-01' + n * interval '1 minute', now() FROM generate_series(1, 2000) n",
    );
    // an index finds the fourth as well, which is not it
    let found = michael.get(&format!("{MICKS}/hubs?q=needlework")).await;
    found.must_say("HB-8000-0001").must_say("HB-8000-0003").must_say("1–3 of 3");
    let some = michael.get(&format!("{MICKS}/hubs?q=seldom")).await;
    some.must_say("HB-8000-1987").must_say("HB-8000-0847").must_not_say("HB-8000-0787").must_say("1–20 of 34");
    let last = michael.get(&format!("{MICKS}/hubs?q=seldom&size=50")).await;
    last.must_say("HB-8000-0007").must_say("1–34 of 34");
    let many = michael.get(&format!("{MICKS}/hubs?q=common")).await;
    many.must_say("HB-8000-2000").must_say("HB-8000-1810").must_not_say("HB-8000-1800").must_say("of 50+");
    let next = michael.get(&format!("{MICKS}/hubs{}", many.link("Next"))).await;
    next.must_say("HB-8000-1800").must_not_say("HB-8000-1810").must_say("of 50+");
    let sorted = michael.get(&format!("{MICKS}/hubs?q=common&sort=hub")).await;
    sorted.must_say("HB-8000-0010").must_say("of 50+");
    let hundred = michael.get(&format!("{MICKS}/hubs?q=common&size=100")).await;
    hundred.must_say("HB-8000-2000").must_say("HB-8000-1010").must_say("of 100+");
}

//! The search over everything: what one may begin, what was opened last, and every object by what it is known by.

use entente::{
    kit::{actor::Role, choice::Choice as _},
    modules, portals,
};

use serde_json::Value;

use crate::support::{
    Client, World,
    world::{ACREED, CHAMPIONS, MICKS, PULSE, SIGNED},
};

/// What the panel finds for `text`: under which heading, by its id.
async fn found(client: &Client, base: &str, text: &str) -> Vec<(String, String)> {
    let query = serde_html_form::to_string([("panel", "yes"), ("q", text)]).expect("it encodes");
    let answer = client.get(&format!("{base}/search?{query}")).await;
    answer.must_be(200);
    let all: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let word = |of: &Value| of.as_str().expect("a text").to_owned();
    let mut found = Vec::new();
    for group in all["groups"].as_array().expect("groups") {
        for item in group["items"].as_array().expect("items") {
            found.push((word(&group["heading"]), word(&item["id"])));
        }
    }
    found
}

/// Whether `text` finds the object `id` under `heading`.
async fn finds(client: &Client, base: &str, text: &str, heading: &str, id: &str) -> bool {
    found(client, base, text).await.iter().any(|(under, one)| under == heading && one == id)
}

/// The view in which the objects of a section stand as they should be found.
fn view(section: &str) -> String {
    format!("search_of_{}", section.replace('-', "_"))
}

/// Holds what can be found against the objects themselves.
pub fn entries_are_true(world: &World) {
    let mut parts = Vec::new();
    for find in modules::ALL.iter().flat_map(|module| module.finds) {
        let (section, view) = (find.section, view(find.section));
        let true_ones = format!("SELECT object, viewer, name::text, left(words, 600) AS words, since FROM {view}");
        let kept = format!(
            "SELECT object, viewer_id, name::text, words, since FROM search_entries WHERE section = '{section}'"
        );
        for (fault, one, other) in [("missing", &true_ones, &kept), ("too much", &kept, &true_ones)] {
            parts.push(format!(
                "SELECT '{section} {fault}: ' || x.object || ' ' || x.words AS fault FROM (({one}) EXCEPT ({other})) x"
            ));
        }
    }
    let faults = format!("SELECT coalesce(string_agg(fault, '; '), '') AS t FROM ({}) f", parts.join(" UNION ALL "));
    assert_eq!(world.text(&faults), "", "what is searched is what there is");
}

/// The id of a customer of the cast.
fn fish(world: &World) -> String {
    world.text("SELECT id AS t FROM tier_accounts WHERE name = 'J&M Tropical Fish'")
}

#[actix_web::test]
async fn acts_are_found_by_name_by_those_who_may_do_them() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let page = michael.get(&format!("{MICKS}/search?q=contract+create")).await;
    assert_eq!(page.must_be(200).link("Create Contract"), format!("{MICKS}/contracts/new"));
    paulie.get(&format!("{MICKS}/search?q=create+contract")).await.must_not_say("Create Contract");
    // with nothing to look for it says all that one may begin, and what was opened last
    michael.get(&format!("{MICKS}/contracts/{SIGNED}")).await.must_be(200);
    let page = michael.get(&format!("{MICKS}/search")).await;
    page.must_say("Actions")
        .must_say("Create marketplace")
        .must_say("Recently viewed")
        .must_say(&format!("Contract, {SIGNED}"));
    assert!(page.texts("main a").iter().all(|act| act != "Create product"), "only vendors make products");
}

#[actix_web::test]
async fn every_act_of_the_search_opens_for_whom_it_is_offered() {
    let world = World::new().await;
    for (base, client) in
        [(MICKS, world.michael().await), (ACREED, world.donnie().await), (CHAMPIONS, world.apollo().await)]
    {
        let page = client.get(&format!("{base}/search")).await;
        let offered: Vec<String> = page
            .must_be(200)
            .attributes(".waiting a", "href")
            .into_iter()
            .filter(|href| modules::ALL.iter().flat_map(|one| one.starts).any(|one| href.ends_with(one.to)))
            .collect();
        assert!(!offered.is_empty(), "{base}");
        for href in offered {
            client.follow(client.get(&href).await).await.must_be(200);
        }
    }
    // and none of them leads nowhere
    for start in modules::ALL.iter().flat_map(|one| one.starts) {
        let path = format!("/{}", start.to);
        let mounted = Role::ALL.iter().any(|role| portals::screens(*role).iter().any(|mount| mount.path == path));
        assert!(mounted, "{} leads to {path}", start.label);
    }
}

#[actix_web::test]
async fn the_panel_gets_the_same_and_stays_where_it_is() {
    let world = World::new().await;
    let michael = world.michael().await;
    let found = |text: &str| {
        let michael = michael.copy();
        let address = format!("{MICKS}/search?panel=yes&q={text}");
        async move {
            let answer = michael.get(&address).await;
            answer.must_be(200);
            serde_json::from_slice::<serde_json::Value>(&answer.body).expect("JSON")
        }
    };
    let exact = found(SIGNED).await;
    assert_eq!(exact["groups"][0]["items"][0]["href"], format!("{MICKS}/contracts/{SIGNED}"));
    let fish = found("tropical").await;
    assert!(fish["groups"].as_array().is_some_and(|groups| groups.len() > 2), "{fish}");
    assert_eq!(found("nothing-has-this-name").await["said"], "Nothing found");
    // nothing of others
    let apollo = world.apollo().await;
    let answer = apollo.get(&format!("{CHAMPIONS}/search?panel=yes&q={SIGNED}")).await;
    let theirs: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(theirs["groups"].as_array().map(Vec::len), Some(0));
    world.stranger().get(&format!("{MICKS}/search?panel=yes&q=a")).await.must_be(303);
}

#[actix_web::test]
async fn objects_are_found_by_name_id_external_id_and_email() {
    let world = World::new().await;
    let (michael, fish) = (world.michael().await, fish(&world));
    let email = world.text("SELECT email AS t FROM tier_accounts WHERE name = 'J&M Tropical Fish'");
    let external = world.text("SELECT external_id AS t FROM tier_accounts WHERE name = 'J&M Tropical Fish'");
    let (lower, part) = (fish.to_lowercase(), fish[..7].to_owned());
    let names = ["J&M Tropical Fish", "tropical", "TROPICAL", "trop", "ropical", "fish j&m"];
    let keys = [fish.as_str(), &lower, &part, &external, &email, email.split('@').next().expect("a name")];
    for text in names.into_iter().chain(keys) {
        assert!(finds(&michael, MICKS, text, "Customers", &fish).await, "by {text}");
    }
    let paulie = world.text("SELECT id AS t FROM users WHERE email = 'paulie@mightymicks.example'");
    assert!(finds(&michael, MICKS, "paulie@mightymicks", "Users", &paulie).await);
    let subscription = world.text("SELECT id AS t FROM subscriptions ORDER BY id LIMIT 1");
    let external = world.text("SELECT external_id AS t FROM subscriptions ORDER BY id LIMIT 1");
    assert!(finds(&michael, MICKS, &external, "Subscriptions", &subscription).await);
    // both sides of a contract, and a product by its vendor
    assert!(finds(&world.donnie().await, ACREED, SIGNED, "Contracts", SIGNED).await);
    assert!(finds(&world.apollo().await, CHAMPIONS, PULSE, "Products", PULSE).await);
    // the page goes where an id leads, however it is typed
    let answer = michael.get(&format!("{MICKS}/search?q={lower}")).await;
    assert_eq!(answer.must_be(303).location(), format!("{MICKS}/customers/{fish}"));
}

#[actix_web::test]
async fn what_fits_best_comes_first() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run(
        "UPDATE marketplaces SET name = 'The fishery' WHERE owner_id = 'PA-469-206'; \
         UPDATE hubs SET name = 'Fish hub' WHERE owner_id = 'PA-469-206'; \
         UPDATE agreements SET name = 'Selfish ' || id WHERE owner_id = 'PA-469-206'",
    );
    let all = found(&michael, MICKS, "fish").await;
    let place = |heading: &str| all.iter().position(|(under, _)| under == heading).expect(heading);
    assert!(place("Hubs") < place("Marketplaces"), "a name that begins so: {all:?}");
    assert!(place("Marketplaces") < place("Agreements"), "a word that begins so: {all:?}");
}

#[actix_web::test]
async fn nobody_finds_what_is_another_companys_or_what_they_may_not_look_at() {
    let world = World::new().await;
    let fish = fish(&world);
    let donnie = world.donnie().await;
    assert!(found(&donnie, ACREED, &fish).await.is_empty(), "a customer of somebody else");
    let paulie = world.paulie().await;
    assert!(finds(&paulie, MICKS, SIGNED, "Contracts", SIGNED).await);
    world.run("UPDATE groups SET permissions = array_remove(permissions, 'contracts.view') WHERE name = 'Readers'");
    assert!(found(&paulie, MICKS, SIGNED).await.is_empty(), "contracts are not for this person");
    assert!(finds(&paulie, MICKS, &fish, "Customers", &fish).await, "customers are");
    // for whom a contract is meant is its issuer's to know
    world.run("UPDATE contracts SET recipient_email = 'secret@recipient.example'");
    assert!(found(&donnie, ACREED, "secret@recipient").await.is_empty());
}

#[actix_web::test]
async fn a_new_name_is_found_and_the_old_one_is_not() {
    let world = World::new().await;
    let (michael, fish) = (world.michael().await, fish(&world));
    world.run(&format!(
        "UPDATE tier_accounts SET name = 'Marina Aquatics', email = 'new@marina.example' WHERE id = '{fish}'"
    ));
    assert!(finds(&michael, MICKS, "aquatics", "Customers", &fish).await);
    assert!(finds(&michael, MICKS, "new@marina.example", "Customers", &fish).await);
    assert!(!finds(&michael, MICKS, "tropical", "Customers", &fish).await);
    // a partner is called as it calls itself
    world.run("UPDATE accounts SET name = 'Creed and Sons' WHERE id = 'PA-196-115'");
    assert!(finds(&michael, MICKS, "creed and sons", "Partners", "PA-196-115").await);
    assert!(finds(&michael, MICKS, "creed and sons", "Contracts", SIGNED).await);
    // what is out of sight is gone
    assert!(finds(&michael, MICKS, PULSE, "Products", PULSE).await);
    world.run("DELETE FROM sight WHERE viewer_id = 'PA-469-206'");
    assert!(!finds(&michael, MICKS, PULSE, "Products", PULSE).await);
    entries_are_true(&world);
}

#[actix_web::test]
async fn an_old_object_of_a_large_company_is_found_by_the_words_it_has() {
    let world = World::new().await;
    let (michael, fish) = (world.michael().await, fish(&world));
    world.run(
        "INSERT INTO tier_accounts (id, owner_id, type, name, external_uid, country, city, postal_code, address_line1, first_name, \
         last_name, email, created_at, updated_at) SELECT 'TA-9' || lpad(n::text, 3, '0') || '-0000-0000', 'PA-469-206', 'reseller', \
         'Filler ' || n, gen_random_uuid(), 'US', 'C', '1', 'a', 'f', 'l', 'f@filler.example', now() + n * interval '1 second', \
         now() + n * interval '1 second' FROM generate_series(1, 250) n",
    );
    let email = world.text("SELECT email AS t FROM tier_accounts WHERE name = 'J&M Tropical Fish'");
    for text in ["tropical", "fish trop", "J&M", email.as_str(), fish.as_str(), &fish[..7]] {
        assert!(finds(&michael, MICKS, text, "Customers", &fish).await, "by {text}");
    }
    assert!(finds(&michael, MICKS, "filler 29", "Customers", "TA-9029-0000-0000").await);
    let many = michael.get(&format!("{MICKS}/search?q=filler")).await;
    let all = many.must_be(200).attributes("main a", "href");
    assert!(all.contains(&format!("{MICKS}/customers?q=filler")), "the list has the others: {all:?}");
    entries_are_true(&world);
}

#[actix_web::test]
async fn whatever_is_typed_is_answered() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (long, many) = ("x".repeat(3_000), "a ".repeat(200));
    let signs =
        ["%", "_", "\\", "'", "'':*", "& | !", "<->", "\u{200b}", "\u{feff} \u{200b}", "\u{10ffff}", "ﷺ", "株式"];
    for text in signs.into_iter().chain([long.as_str(), many.as_str()]) {
        let query = serde_html_form::to_string([("q", text)]).expect("it encodes");
        michael.get(&format!("{MICKS}/search?{query}")).await.must_be(200);
    }
    assert!(found(&michael, MICKS, "%").await.is_empty(), "a sign is a sign");
}

#[actix_web::test]
async fn every_section_of_the_search_has_its_view() {
    let world = World::new().await;
    let all = modules::ALL.iter().flat_map(|module| module.finds);
    let mut views: Vec<String> = all.map(|find| view(find.section)).collect();
    views.sort_unstable();
    let there = "SELECT string_agg(table_name, ' ' ORDER BY table_name::text COLLATE \"C\") AS t FROM information_schema.views \
                 WHERE table_schema = 'public' AND table_name LIKE 'search\\_of\\_%'";
    assert_eq!(world.text(there), views.join(" "));
}

#[actix_web::test]
async fn whatever_is_written_what_is_found_is_what_there_is() {
    let world = World::new().await;
    entries_are_true(&world);
    let steps = [
        "UPDATE accounts SET name = 'A' || substr(name, 2)",
        "UPDATE accounts SET name = upper(name) WHERE role = 'vendor'",
        "UPDATE products SET name = lower(name)",
        "UPDATE products SET public_version = CASE WHEN public_version IS NULL THEN (SELECT max(v.number) FROM product_versions v \
         WHERE v.product_id = products.id AND v.public) END",
        "DELETE FROM sight WHERE ctid IN (SELECT ctid FROM sight ORDER BY since LIMIT 1)",
        "INSERT INTO sight (viewer_id, product_id, why, since, environment) SELECT DISTINCT l.owner_id, l.product_id, 'syndication', now(), \
         'production' FROM listings l ON CONFLICT DO NOTHING",
        "INSERT INTO sight (viewer_id, product_id, why, since, environment) SELECT 'PA-196-115', id, 'catalog', now(), 'production' \
         FROM products ON CONFLICT DO NOTHING",
        "UPDATE users SET name = name || '.' WHERE char_length(name) < 40",
        "UPDATE tier_accounts SET external_id = 'E-' || id, email = 'x@' || external_uid || '.example'",
        "UPDATE tier_accounts SET name = 'é ' || id",
        "DELETE FROM tier_account_sight WHERE ctid IN (SELECT ctid FROM tier_account_sight LIMIT 1)",
        "UPDATE subscriptions SET external_id = 'S-' || id, customer_name = 'S ' || id",
        "UPDATE agreements SET name = 'Agreement ' || id",
        "UPDATE groups SET name = left(name, 20) || '+'",
        "UPDATE hubs SET instance = 'i-' || id",
        "UPDATE usage_files SET name = left(name, 20) || '*', external_id = 'U-1'",
        "UPDATE usage_mappings SET name = left(name, 20) || '*'",
        "UPDATE marketplaces SET name = 'M ' || id",
        "UPDATE contracts SET recipient_company = 'For ' || id WHERE signee_id IS NULL",
    ];
    // always the same walk
    let mut at: usize = 7;
    for _ in 0..60 {
        at = (at * 1_103 + 12_345) % 65_536;
        world.run(steps[at / 7 % steps.len()]);
        entries_are_true(&world);
    }
}

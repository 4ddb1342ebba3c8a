//! Product groups, what service agreements carry, and the sight that partners have by that: taken away the moment that its reason ends.

use entente::{
    kit::event::Event,
    modules::{
        catalog::sight::{CATALOG, SYNDICATION},
        contracts::Began,
        listings::offering,
    },
};

use crate::support::{
    Answer, Client, World,
    world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PULSE, RING, SIGNED},
};

/// Makes a group of Mighty Mick's, and gives its address.
async fn group(michael: &Client, name: &str) -> String {
    let page = michael.get(&format!("{MICKS}/product-groups/new")).await;
    let answer = michael.submit(&page, &[("name", name), ("description", "For resellers")]).await;
    answer.must_be(303).location().to_owned()
}

fn id(url: &str) -> &str {
    url.rsplit('/').next().expect("an id")
}

/// Puts a product into a group, or takes it out when it is there.
async fn turn(world: &World, michael: &Client, group: &str, product: &str) {
    let there = format!(
        "SELECT count(*) AS n FROM product_group_members WHERE group_id = '{}' AND product_id = '{product}'",
        id(group)
    );
    let there = world.number(&there);
    let page = michael.get(&format!("{group}/{}", if there == 0 { "add" } else { "remove" })).await;
    michael.submit(&page, &[("products", product)]).await.must_be(303);
}

/// Chooses the groups of an agreement by their addresses.
async fn carry(michael: &Client, agreement: &str, groups: &[&str]) -> Answer {
    let page = michael.get(&format!("{MICKS}/agreements/{agreement}/catalog/groups")).await;
    let mut typed: Vec<(&str, &str)> = groups.iter().map(|group| ("groups", id(group))).collect();
    if typed.is_empty() {
        typed.push(("groups", ""));
    }
    michael.submit(&page, &typed).await
}

/// Chooses the marketplaces of the service agreement.
async fn cover(michael: &Client, places: &[&str]) {
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/catalog/marketplaces")).await;
    let mut typed: Vec<(&str, &str)> = places.iter().map(|place| ("marketplaces", *place)).collect();
    if typed.is_empty() {
        typed.push(("marketplaces", ""));
    }
    michael.submit(&page, &typed).await.must_be(303);
}

/// What is changed of a listing behind the pages' backs is settled as its verbs do.
async fn relist(world: &World, listing: &str, change: &str) {
    world.run(&format!("UPDATE listings SET {change} WHERE id = '{listing}'"));
    let of = |column: &str| world.text(&format!("SELECT {column} AS t FROM listings WHERE id = '{listing}'"));
    let (owner, product) = (of("owner_id").parse().expect("an id"), of("product_id").parse().expect("an id"));
    let listing = listing.to_owned();
    let settled = world.program.db.write_system("test", move |tx| {
        tx.record(Event::new("listing.updated", &listing))?;
        offering::settle(tx, &owner, &product)
    });
    settled.await.expect("the sight is settled");
}

/// A contract that was made by hand begins as its verbs let it.
async fn begin(world: &World, contract: &str) {
    let contract = contract.parse().expect("an id");
    let began = world.program.db.write_system("test", move |tx| {
        tx.record(Event::new("contract.activated", &contract))?;
        tx.follow("test", &Began { contract })
    });
    began.await.expect("the sight is settled");
}

/// Who sees a product for this reason.
fn viewers(world: &World, why: &str, product: &str) -> String {
    world.text(&format!(
        "SELECT coalesce(string_agg(viewer_id, ' ' ORDER BY viewer_id), '') AS t FROM sight \
         WHERE why = '{why}' AND product_id = '{product}'"
    ))
}

/// The rows of sight are what the two texts say, of all companies and all products.
pub fn sight_is_true(world: &World) {
    for (why, truth) in [("catalog", CATALOG), ("syndication", SYNDICATION)] {
        let truth = truth
            .replace("ANY ($1)", "ANY (ARRAY(SELECT id FROM accounts))")
            .replace("ANY ($2)", "ANY (ARRAY(SELECT id FROM products))");
        let truth = format!("SELECT viewer_id, product_id, environment FROM ({truth}) told");
        let kept = format!("SELECT viewer_id, product_id, environment FROM sight WHERE why = '{why}'");
        for (one, other) in [(&truth, &kept), (&kept, &truth)] {
            let missing = format!("SELECT count(*) AS n FROM (({one}) EXCEPT ({other})) missing");
            assert_eq!(world.number(&missing), 0, "{missing}");
        }
    }
}

/// The product that was asked for only is listed after all, on a second marketplace of Mighty Mick's.
fn second_listing(world: &World) {
    world.run(&format!(
        "SET session_replication_role = replica; DELETE FROM listing_requests WHERE product_id = '{RING}'; \
         DELETE FROM listings WHERE product_id = '{RING}'; SET session_replication_role = DEFAULT; \
         INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-00002', 'PA-469-206', 'Second', 'EUR', '{{DE}}', '{{price}}', now(), now()); \
         INSERT INTO listings (id, status, product_id, contract_id, marketplace_id, vendor_id, owner_id, created_at, updated_at) \
         SELECT 'LST-000-000-002', 'listed', p.id, l.contract_id, 'MP-00002', p.vendor_id, l.owner_id, now(), now() \
         FROM products p, (SELECT contract_id, owner_id FROM listings WHERE product_id = '{PULSE}' LIMIT 1) l WHERE p.id = '{RING}'"
    ));
}

/// An active version of an agreement.
fn version(agreement: &str) -> String {
    format!(
        "INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at, activator_id, \
         activated_at) SELECT '{agreement}', 1, 'active', 'external', 'https://x.example', creator_id, now(), creator_id, now() \
         FROM contracts LIMIT 1;"
    )
}

/// An Active contract.
fn contract(id: &str, type_: &str, agreement: &str, issuer: &str, signee: &str) -> String {
    format!(
        "INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, signee_id, note, creator_id, created_at, \
         updated_at, activated_at, search) SELECT '{id}', '{type_}', 'production', 'active', '{agreement}', 1, '{issuer}', \
         '{signee}', 'n', creator_id, now(), now(), now(), 'x' FROM contracts LIMIT 1;"
    )
}

/// ACreed sells Apollo Pulse by syndication, and carries it in the catalog of a service agreement of its own, which another reseller signed.
fn chain(world: &World) {
    world.run(&format!(
        "INSERT INTO accounts (id, role, name, founding, created_at) VALUES ('PA-777-777', 'reseller', 'Corner Gym', false, now()); \
         INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-00003', 'PA-196-115', 'Creed Market', 'USD', '{{US}}', '{{price}}', now(), now()); \
         INSERT INTO agreements (id, type, owner_id, name, parent_id, created_at, updated_at) VALUES \
         ('AGU-777-777-777', 'syndication', 'PA-469-206', 'U', '{AGREEMENT}', now(), now()), \
         ('AGS-777-777-777', 'service', 'PA-196-115', 'S', NULL, now(), now()); {} {} {} {} \
         INSERT INTO contract_sources (contract_id, agreement_id, product_id, vendor_id, listing_id, marketplace_id, distributor_id, \
         enroller_id, target_id) SELECT 'CRU-77777-77777-77777', 'AGU-777-777-777', product_id, vendor_id, id, marketplace_id, owner_id, \
         'PA-196-115', 'MP-00003' FROM listings WHERE product_id = '{PULSE}' LIMIT 1; \
         INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) VALUES ('PG-777-777-777', 'PA-196-115', 'On', now(), now()); \
         INSERT INTO product_group_members (group_id, product_id, added_at) VALUES ('PG-777-777-777', '{PULSE}', now()); \
         INSERT INTO agreement_groups (agreement_id, group_id, owner_id) VALUES ('AGS-777-777-777', 'PG-777-777-777', 'PA-196-115')",
        version("AGU-777-777-777"),
        version("AGS-777-777-777"),
        contract("CRU-77777-77777-77777", "syndication", "AGU-777-777-777", "PA-469-206", "PA-196-115"),
        contract("CRS-77777-77777-77777", "service", "AGS-777-777-777", "PA-196-115", "PA-777-777"),
    ));
}

/// Corner Gym sells the same by syndication from ACreed, on a marketplace of its own: its contract goes through ACreed's.
fn through(world: &World) {
    world.run(&format!(
        "INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-00004', 'PA-777-777', 'Corner Market', 'USD', '{{US}}', '{{price}}', now(), now()); \
         INSERT INTO agreements (id, type, owner_id, name, parent_id, created_at, updated_at) \
         VALUES ('AGU-888-888-888', 'syndication', 'PA-196-115', 'On', 'AGS-777-777-777', now(), now()); {} {} \
         INSERT INTO contract_sources (contract_id, agreement_id, product_id, vendor_id, listing_id, marketplace_id, distributor_id, \
         through_id, enroller_id, target_id) SELECT 'CRU-88888-88888-88888', 'AGU-888-888-888', product_id, vendor_id, listing_id, \
         marketplace_id, distributor_id, contract_id, 'PA-777-777', 'MP-00004' FROM contract_sources \
         WHERE contract_id = 'CRU-77777-77777-77777'",
        version("AGU-888-888-888"),
        contract("CRU-88888-88888-88888", "syndication", "AGU-888-888-888", "PA-196-115", "PA-777-777"),
    ));
}

#[actix_web::test]
async fn a_group_is_made_and_products_are_found_for_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/product-groups/new")).await;
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Enter a name"]);
    let group = group(&michael, "Boxing").await;
    michael.get(&group).await.must_say("Product group created").must_say("No products in this group yet");
    let page = michael.get(&format!("{group}/add")).await;
    page.must_say("Apollo Pulse");
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Choose at least one product"]);
    // words alone look for others
    let page = michael.submit(&page, &[("words", "nothing of this name")]).await;
    page.must_be(200).must_say("No products match").must_not_say("Apollo Pulse");
    let page = michael.submit(&page, &[("words", "pulse")]).await;
    let answer = michael.submit(page.must_be(200), &[("products", PULSE)]).await;
    michael.follow(answer).await.must_say("Products added").must_say("Apollo Pulse").must_say(PULSE);
    let page = michael.get(&format!("{group}/add")).await;
    page.must_not_say("Apollo Pulse");
    let forged = michael.post(&format!("{group}/add"), &[("csrf", &page.value("csrf")), ("products", RING)]).await;
    forged.must_be(422).must_say("you no longer sell them");
    let page = michael.get(&format!("{group}/remove")).await;
    let answer = michael.submit(&page, &[("products", PULSE)]).await;
    michael.follow(answer).await.must_say("Products removed").must_say("No products in this group yet");
    michael.get(&format!("{MICKS}/product-groups?q=boxing")).await.must_say("Boxing");
}

#[actix_web::test]
async fn groups_are_for_who_may_write_service_agreements() {
    let world = World::new().await;
    let (paulie, donnie, apollo) = (world.paulie().await, world.donnie().await, world.apollo().await);
    paulie.get(&format!("{MICKS}/product-groups/new")).await.must_be(403);
    apollo.get(&format!("{CHAMPIONS}/product-groups")).await.must_be(404);
    donnie.get(&format!("{ACREED}/product-groups")).await.must_be(404);
    world.run(&format!("UPDATE contracts SET allows_service = true WHERE id = '{SIGNED}'"));
    donnie.get(&format!("{ACREED}/product-groups")).await.must_be(200);
}

#[actix_web::test]
async fn a_partner_sees_what_its_agreement_carries_until_it_is_taken_away() {
    let world = World::new().await;
    let michael = world.michael().await;
    let group = group(&michael, "Boxing").await;
    turn(&world, &michael, &group, PULSE).await;
    assert_eq!(viewers(&world, "catalog", PULSE), "", "no agreement carries it");
    carry(&michael, AGREEMENT, &[&group]).await.must_be(303);
    assert_eq!(viewers(&world, "catalog", PULSE), "PA-196-115");
    michael
        .get(&format!("{MICKS}/agreements/{AGREEMENT}/catalog"))
        .await
        .must_say("Boxing")
        .must_say("All your marketplaces");
    michael.get(&group).await.must_say("Service agreement");
    // a group that is carried stays
    let page = michael.get(&format!("{group}/delete")).await;
    page.must_say("This product group cannot be deleted").must_say("1 agreement includes it");
    michael.post(&format!("{group}/delete"), &[("csrf", &page.value("csrf"))]).await.must_be(409);
    turn(&world, &michael, &group, PULSE).await;
    assert_eq!(viewers(&world, "catalog", PULSE), "");
    turn(&world, &michael, &group, PULSE).await;
    assert_eq!(viewers(&world, "catalog", PULSE), "PA-196-115");
    carry(&michael, AGREEMENT, &[]).await.must_be(303);
    assert_eq!(viewers(&world, "catalog", PULSE), "");
    let page = michael.get(&format!("{group}/delete")).await;
    let answer = michael.submit(&page, &[]).await;
    michael.follow(answer).await.must_say("Product group deleted").must_not_say("Boxing");
    sight_is_true(&world);
}

#[actix_web::test]
async fn an_agreement_covers_the_marketplaces_that_it_names() {
    let world = World::new().await;
    let michael = world.michael().await;
    second_listing(&world);
    let group = group(&michael, "All").await;
    for product in [PULSE, RING] {
        relist(&world, "LST-000-000-002", "updated_at = now()").await;
        turn(&world, &michael, &group, product).await;
    }
    carry(&michael, AGREEMENT, &[&group]).await.must_be(303);
    let both = || (viewers(&world, "catalog", PULSE), viewers(&world, "catalog", RING));
    assert_eq!(both(), ("PA-196-115".into(), "PA-196-115".into()));
    cover(&michael, &["MP-00002"]).await;
    assert_eq!(both(), (String::new(), "PA-196-115".into()));
    relist(&world, "LST-000-000-002", "paused_at = now()").await;
    assert_eq!(both(), (String::new(), String::new()), "what is paused is not offered");
    cover(&michael, &[]).await;
    relist(&world, "LST-000-000-002", "paused_at = NULL").await;
    assert_eq!(both(), ("PA-196-115".into(), "PA-196-115".into()));
    sight_is_true(&world);
}

#[actix_web::test]
async fn what_hangs_on_a_service_agreement_has_some_of_its_groups() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (first, second) = (group(&michael, "First").await, group(&michael, "Second").await);
    carry(&michael, AGREEMENT, &[&first, &second]).await.must_be(303);
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/syndication")).await;
    page.must_say("No syndication agreements yet");
    let page = michael.get(&page.link("Create syndication agreement")).await;
    page.must_say("First").must_say("Second");
    michael.submit(&page, &[]).await.must_be(422).must_say("Enter a name");
    let typed = [
        ("name", "Resale"),
        ("description", "To sell on"),
        ("groups", id(&first)),
        ("link", "https://terms.example/resale.pdf"),
        ("activate", "yes"),
    ];
    let answer = michael.submit(&page, &typed).await;
    let made = answer.must_be(303).location().to_owned();
    assert!(id(&made).starts_with("AGU-"));
    let page = michael.get(&made).await;
    page.must_say("Syndication agreement created").must_say("Part of");
    michael.get(&format!("{made}/catalog")).await.must_say("First").must_not_say("Second");
    // a stranger's group, or one that the service agreement does not carry, is none of them
    let other = group(&michael, "Other").await;
    let page = michael.get(&format!("{made}/catalog/groups")).await;
    page.must_say("First").must_say("Second").must_not_say("Other");
    let csrf = page.value("csrf");
    let (token, revision) = (csrf.as_str(), page.value("revision"));
    let forged = [("csrf", token), ("revision", revision.as_str()), ("groups", id(&other))];
    michael.post(&format!("{made}/catalog/groups"), &forged).await.must_be(422);
    // it would be for all groups without its last one
    let kept = carry(&michael, AGREEMENT, &[&second]).await;
    kept.must_be(422).must_say("is only for groups that you removed");
    carry(&michael, id(&made), &[&first, &second]).await.must_be(303);
    carry(&michael, AGREEMENT, &[&second]).await.must_be(303);
    michael.get(&format!("{made}/catalog")).await.must_say("Second").must_not_say("First");
    // the agreement above it stays while it is there
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/syndication")).await;
    page.must_say("Resale");
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/referral/new")).await;
    let typed = [("name", "Directly"), ("description", "d"), ("link", "https://terms.example/direct.pdf")];
    let made = michael.submit(&page, &typed).await.must_be(303).location().to_owned();
    assert!(id(&made).starts_with("AGR-"));
    michael.get(&format!("{made}/catalog")).await.must_say("All product groups of the service agreement");
}

#[actix_web::test]
async fn who_saves_groups_second_is_told() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (first, second) = (group(&michael, "First").await, group(&michael, "Second").await);
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/catalog/groups")).await;
    carry(&michael, AGREEMENT, &[&first]).await.must_be(303);
    let late = michael.submit(&page, &[("groups", id(&second))]).await;
    late.must_be(409).must_say("Someone else saved changes");
}

#[actix_web::test]
async fn a_service_contract_takes_its_catalog_and_what_is_sold_from_it_along() {
    let world = World::new().await;
    let michael = world.michael().await;
    chain(&world);
    begin(&world, "CRU-77777-77777-77777").await;
    begin(&world, "CRS-77777-77777-77777").await;
    let group = group(&michael, "Boxing").await;
    turn(&world, &michael, &group, PULSE).await;
    carry(&michael, AGREEMENT, &[&group]).await.must_be(303);
    assert_eq!(viewers(&world, "syndication", PULSE), "PA-196-115");
    assert_eq!(
        viewers(&world, "catalog", PULSE),
        "PA-196-115 PA-777-777",
        "ACreed's own partner sees it in its catalog"
    );
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    page.must_say("1 syndication contract under it will also end");
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(
        (viewers(&world, "syndication", PULSE), viewers(&world, "catalog", PULSE)),
        (String::new(), String::new())
    );
    let ended = "SELECT status || ' ' || end_note AS t FROM contracts WHERE id = 'CRU-77777-77777-77777'";
    assert_eq!(world.text(ended), format!("terminated {SIGNED} has ended"));
    let open = "SELECT count(*) AS n FROM contract_sources WHERE open";
    assert_eq!(world.number(open), 0);
    sight_is_true(&world);
}

/// Numbers that look like chance and are the same each time.
struct Walk(u64);

impl Walk {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[actix_web::test]
async fn after_whichever_acts_partners_see_what_contracts_groups_and_listings_say() {
    let world = World::new().await;
    let michael = world.michael().await;
    second_listing(&world);
    chain(&world);
    through(&world);
    for contract in ["CRU-77777-77777-77777", "CRS-77777-77777-77777", "CRU-88888-88888-88888"] {
        begin(&world, contract).await;
    }
    relist(&world, "LST-000-000-002", "updated_at = now()").await;
    let groups = [group(&michael, "First").await, group(&michael, "Second").await];
    let first =
        world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}' AND status = 'listed' LIMIT 1"));
    let place = world.text(&format!("SELECT marketplace_id AS t FROM listings WHERE id = '{first}'"));
    let mut walk = Walk(15);
    for step in 0..40 {
        match walk.below(5) {
            0 | 1 => {
                let group = &groups[usize::try_from(walk.below(2)).expect("0 or 1")];
                let product = [PULSE, RING][usize::try_from(walk.below(2)).expect("0 or 1")];
                // what is not listed can only be taken out
                let sold = world.number(&format!(
                    "SELECT count(*) AS n FROM listings l WHERE l.product_id = '{product}' AND l.owner_id = 'PA-469-206' AND l.status = 'listed'"
                ));
                if sold > 0 {
                    turn(&world, &michael, group, product).await;
                }
            }
            2 => {
                let chosen: Vec<&str> = groups.iter().map(String::as_str).filter(|_| walk.below(2) == 0).collect();
                carry(&michael, AGREEMENT, &chosen).await.must_be(303);
            }
            3 => match walk.below(3) {
                0 => cover(&michael, &[]).await,
                1 => cover(&michael, &["MP-00002"]).await,
                _ => cover(&michael, &[&place, "MP-00002"]).await,
            },
            _ => {
                let listing = [first.as_str(), "LST-000-000-002"][usize::try_from(walk.below(2)).expect("0 or 1")];
                let change = match walk.below(3) {
                    0 => "paused_at = CASE WHEN status = 'listed' THEN now() END",
                    1 => "status = 'unlisted', paused_at = NULL",
                    _ => "status = 'listed', paused_at = NULL",
                };
                relist(&world, listing, change).await;
            }
        }
        sight_is_true(&world);
        assert_eq!(
            viewers(&world, "syndication", PULSE),
            "PA-196-115 PA-777-777",
            "step {step}: both contracts stay, listed, paused or not"
        );
        let offered = world.number(&format!(
            "SELECT count(*) AS n FROM listings WHERE id = '{first}' AND status = 'listed' AND paused_at IS NULL"
        ));
        assert_eq!(
            viewers(&world, "catalog", PULSE).contains("PA-777-777"),
            offered == 1,
            "step {step}: what goes through another is offered while the listing that all rests on is"
        );
    }
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    michael.submit(&page, &[]).await.must_be(303);
    sight_is_true(&world);
    assert_eq!(world.number("SELECT count(*) AS n FROM sight WHERE why <> 'listing'"), 0);
    let through = "SELECT status AS t FROM contracts WHERE id = 'CRU-88888-88888-88888'";
    assert_eq!(world.text(through), "terminated", "it stood only while the one that it went through did");
}

#[actix_web::test]
async fn what_an_agreement_carries_stays_though_a_company_has_more_groups_than_are_listed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let last = group(&michael, "Zebra").await;
    carry(&michael, AGREEMENT, &[&last]).await.must_be(303);
    world.run(
        "INSERT INTO product_groups (id, owner_id, name, created_at, updated_at) \
         SELECT 'PG-999-999-' || lpad(n::text, 3, '0'), 'PA-469-206', 'A' || n, now(), now() FROM generate_series(1, 205) n",
    );
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/catalog/groups")).await;
    page.must_say("Zebra");
    let held = |n: usize| (1..=n).map(|n| format!("PG-999-999-{n:03}")).collect::<Vec<_>>();
    let chosen = held(1);
    let typed = [("groups", id(&last)), ("groups", chosen[0].as_str())];
    michael.submit(&page, &typed).await.must_be(303);
    let carried = format!("SELECT count(*) AS n FROM agreement_groups WHERE agreement_id = '{AGREEMENT}'");
    assert_eq!(world.number(&carried), 2);
    // more than its pages list are refused
    let chosen = held(201);
    let typed: Vec<(&str, &str)> = chosen.iter().map(|id| ("groups", id.as_str())).collect();
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}/catalog/groups")).await;
    michael.submit(&page, &typed).await.must_be(422).must_say("Choose at most 200");
    assert_eq!(world.number(&carried), 2);
}

#[actix_web::test]
async fn no_company_is_offered_what_is_listed_on_its_own_marketplaces() {
    let world = World::new().await;
    chain(&world);
    begin(&world, "CRU-77777-77777-77777").await;
    begin(&world, "CRS-77777-77777-77777").await;
    assert_eq!(viewers(&world, "catalog", PULSE), "PA-777-777");
    // the distributor signs a service contract of its own reseller
    world.run(
        "INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, signee_id, note, creator_id, created_at, \
         updated_at, activated_at, search) SELECT 'CRS-77777-77777-77778', type, kind, status, agreement_id, version, issuer_id, \
         'PA-469-206', note, creator_id, now(), now(), now(), search FROM contracts WHERE id = 'CRS-77777-77777-77777'",
    );
    begin(&world, "CRS-77777-77777-77778").await;
    assert_eq!(viewers(&world, "catalog", PULSE), "PA-777-777");
}

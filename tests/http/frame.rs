//! What stands around every page: the menu with what waits, the frame that pages outside of the portals keep, how high rows are; and where
//! acts begin at what is seen.

use actix_web::http::Method;
use brotli::enc::BrotliEncoderParams;
use entente::{kit::actor::Role, modules};

use crate::{
    support::{
        Answer, Client, World,
        world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PULSE},
    },
    tiers,
};

/// What the menu counts beside the entry that leads to `section`.
async fn counted(client: &Client, base: &str, section: &str) -> Vec<String> {
    let page = client.get(&format!("{base}/contracts")).await;
    page.must_be(200).texts(&format!(".rail a[href='{base}/{section}'] .waits-n"))
}

/// So many queues are counted in menus.
const TALLIES: usize = 10;
/// Each of them: who works through it, its heading on Home, its section, and how many wait there.
type Figures = [(Role, &'static str, &'static str, &'static str); TALLIES];

/// Holds each number beside an entry of the menu against the one on Home, and both against what is known.
async fn counts(world: &World, figures: Figures) {
    for (role, heading, section, figure) in figures {
        let (client, base) = match role {
            Role::Vendor => (world.apollo().await, CHAMPIONS),
            Role::Reseller => (world.donnie().await, ACREED),
            _ => (world.michael().await, MICKS),
        };
        let home = client.get(base).await;
        assert_eq!(home.must_be(200).waits(heading), figure, "{heading}");
        let beside: Vec<String> = if figure == "0" { Vec::new() } else { vec![format!("{figure} waiting")] };
        assert_eq!(counted(&client, base, section).await, beside, "{heading}");
    }
}

#[actix_web::test]
async fn the_menu_counts_what_home_lists() {
    let tallies: usize = modules::ALL.iter().map(|module| module.tallies.len()).sum();
    assert_eq!(tallies, TALLIES);
    let world = World::new().await;
    // a first order for a reseller asks the vendor for its set-up
    tiers::tiered(&world, 1);
    tiers::order_fish(&world, &world.michael().await, &[("PRM-276-377-545-9001", "South")]).await;
    counts(
        &world,
        [
            (Role::Vendor, "Orders to fulfil", "fulfillment", "1"),
            (Role::Vendor, "Customer changes", "customer-requests", "1"),
            (Role::Vendor, "Tier requests", "tier-config-requests", "1"),
            (Role::Vendor, "Listing requests sent back to you", "listing-requests", "0"),
            (Role::Distributor, "Orders on hold", "fulfillment", "0"),
            (Role::Distributor, "Listing requests", "listing-requests", "1"),
            (Role::Distributor, "Contracts to approve", "contracts", "1"),
            (Role::Distributor, "Usage to review", "usage-files", "1"),
            (Role::Vendor, "Usage sent back to you", "usage-files", "0"),
            (Role::Reseller, "Contracts to sign", "contracts", "1"),
        ],
    )
    .await;
    // all of it is the other side's turn, and nothing waits for the vendor any more but what was sent back
    world.run(
        "SET session_replication_role = replica; \
         UPDATE fulfillment_requests SET status = 'inquiring', form_nonce = 'x' WHERE status = 'pending'; \
         UPDATE tier_account_requests SET status = 'unsupported', reason = 'x' WHERE status = 'pending'; \
         UPDATE tier_config_requests SET status = 'inquiring', form_nonce = 'x' WHERE status = 'pending'; \
         UPDATE listing_requests SET status = 'draft' WHERE status = 'reviewing'",
    );
    counts(
        &world,
        [
            (Role::Vendor, "Orders to fulfil", "fulfillment", "0"),
            (Role::Vendor, "Customer changes", "customer-requests", "0"),
            (Role::Vendor, "Tier requests", "tier-config-requests", "0"),
            (Role::Vendor, "Listing requests sent back to you", "listing-requests", "1"),
            (Role::Distributor, "Orders on hold", "fulfillment", "1"),
            (Role::Distributor, "Listing requests", "listing-requests", "0"),
            (Role::Distributor, "Contracts to approve", "contracts", "1"),
            (Role::Distributor, "Usage to review", "usage-files", "1"),
            (Role::Vendor, "Usage sent back to you", "usage-files", "0"),
            (Role::Reseller, "Contracts to sign", "contracts", "1"),
        ],
    )
    .await;
}

#[actix_web::test]
async fn the_menu_is_folded_but_for_where_one_is_and_names_what_is_behind() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/fulfillment")).await;
    assert_eq!(page.must_be(200).texts(".rail details[open] > summary"), ["Subscriptions"]);
    assert_eq!(page.texts(".rail a[aria-current='page']"), ["Orders"]);
    let mut names = page.texts(".rail ul ul a");
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "no two entries have one name: {names:?}");
}

#[actix_web::test]
async fn pages_outside_of_the_portals_keep_its_frame() {
    let world = World::new().await;
    let michael = world.michael().await;
    michael.get(&format!("{MICKS}/contracts")).await.must_be(200);
    for path in ["/help", "/privacy", "/terms", "/profile", "/profile/sessions", "/profile/password", "/nothing-here"] {
        let page = michael.get(path).await;
        page.must_be(if path == "/nothing-here" { 404 } else { 200 });
        assert_eq!(page.texts(".place-account"), ["Mighty Mick's LLC"], "{path}");
        assert!(!page.texts(".rail a").is_empty(), "{path} has the menu");
    }
    let missing = michael.get(&format!("{MICKS}/contracts/CRS-10000-00000-00001")).await;
    missing.must_be(404);
    assert_eq!(missing.texts(".place-account"), ["Mighty Mick's LLC"]);
    // an address of another company keeps the own frame, and tells no more than one of nobody does
    let foreign = michael.get("/reseller/PA-196-115/contracts").await;
    foreign.must_be(404).must_not_say("ACreed");
    assert_eq!(foreign.texts(".place-account"), ["Mighty Mick's LLC"]);
    assert!(foreign.attributes(".rail a", "href").iter().all(|href| !href.contains("PA-196-115")));
    let nobodys = michael.get("/reseller/PA-999-999/contracts").await;
    assert_eq!(nobodys.must_be(404).text(), foreign.text());
    // in a browser that was nowhere yet as well
    let fresh = world.michael().await;
    let foreign = fresh.get("/reseller/PA-196-115/contracts").await;
    assert_eq!(foreign.must_be(404).texts(".place-account"), ["Mighty Mick's LLC"]);
    // whoever signs in next in this browser sees nothing of it
    let stranger = world.stranger();
    stranger.get("/help").await.must_be(200).must_not_say("Mighty Mick");
}

#[actix_web::test]
async fn rows_are_as_high_as_the_browser_keeps() {
    let world = World::new().await;
    let michael = world.michael().await;
    let list = format!("{MICKS}/contracts");
    let density = |page: &Answer| page.must_be(200).attributes("html", "data-density");
    let page = michael.get(&list).await;
    assert!(density(&page).is_empty());
    let answer = michael.submit_to(&page, Some("/columns"), &[("density", "compact")]).await;
    assert_eq!(density(&michael.follow(answer).await), ["compact"]);
    let page = michael.get(&format!("{MICKS}/customers")).await;
    assert_eq!(density(&page), ["compact"], "in all lists");
    let answer = michael.submit_to(&page, Some("/columns"), &[("density", "comfortable")]).await;
    assert!(density(&michael.follow(answer).await).is_empty());
}

#[actix_web::test]
async fn a_contract_begins_at_its_agreement() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/agreements/{AGREEMENT}")).await;
    let step = michael.follow(michael.submit_to(&page, Some("/contracts/new"), &[]).await).await;
    step.must_be(200).must_say("Set parameters").must_say("Step 3 of 4");
    // one begun in vain is thrown away where it is offered
    let first = michael.get(&format!("{MICKS}/contracts/new")).await;
    first.must_be(200).must_say("Unfinished");
    michael.submit_to(&first, Some("/cancel"), &[]).await.must_be(303);
    michael.get(&format!("{MICKS}/contracts/new")).await.must_be(200).must_not_say("Unfinished");
}

#[actix_web::test]
async fn a_contract_begins_with_a_partner() {
    let world = World::new().await;
    let michael = world.michael().await;
    let partner = michael.get(&format!("{MICKS}/directory/PA-196-115")).await;
    let step = michael.follow(michael.submit_to(&partner, Some("/contracts/new"), &[]).await).await;
    step.must_be(200).must_say("Select agreement");
}

#[actix_web::test]
async fn an_order_begins_at_its_customer_and_skipped_steps_are_not_counted() {
    let world = World::new().await;
    let michael = world.michael().await;
    let customer = world.text("SELECT id AS t FROM tier_accounts WHERE name LIKE 'J&M%' AND type = 'customer'");
    let page = michael.get(&format!("{MICKS}/customers/{customer}")).await;
    let step = michael.follow(michael.submit_to(&page, Some("/subscriptions/new"), &[]).await).await;
    step.must_be(200).must_say("Which product?").must_say("Step 2 of 5");
    let step = michael.follow(michael.submit(&step, &[("product", PULSE)]).await).await;
    step.must_be(200).must_say("Quantities").must_say("Step 3 of 5");
    // nobody orders for a customer of another company
    let donnie = world.donnie().await;
    let new = donnie.get(&format!("{ACREED}/subscriptions/new")).await;
    let answer = donnie.submit(new.must_be(200), &[("customer", &customer), ("environment", "")]).await;
    assert_eq!(answer.must_be(422).errors(), ["Choose an environment"]);
}

#[actix_web::test]
async fn customers_are_offered_with_their_ids_and_how_many_there_are() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run(
        "DO $$ DECLARE others text; BEGIN \
         SELECT string_agg(quote_ident(column_name), ', ') INTO others FROM information_schema.columns \
         WHERE table_name = 'tier_accounts' AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'external_id', 'external_uid'); \
         FOR n IN 1..40 LOOP EXECUTE format('INSERT INTO tier_accounts (id, external_id, external_uid, %1$s) \
         SELECT ''TA-7000-0000-'' || lpad(%2$s::text, 4, ''0''), '''', gen_random_uuid(), %1$s FROM tier_accounts \
         WHERE name LIKE ''J&M%%'' AND type = ''customer'' AND id NOT LIKE ''TA-7000%%''', others, n); END LOOP; END $$",
    );
    let page = michael.get(&format!("{MICKS}/subscriptions/new")).await;
    let page = michael.follow(michael.submit(&page, &[]).await).await;
    let page = michael.follow(michael.submit(&page, &[("product", PULSE)]).await).await;
    let all = world.number(
        "SELECT count(*) AS n FROM tier_accounts WHERE owner_id = 'PA-469-206' AND type = 'customer' AND status = 'active'",
    );
    page.must_be(200)
        .must_say("Which customer?")
        .must_say(&format!("The resellers above the customer become the order's tiers. Showing 20 of {all}."));
    let offered = page.attributes("input[name='customer']", "value");
    assert_eq!((offered.len(), all), (20, 42));
    let named = offered.iter().filter(|id| page.says(id)).count();
    assert_eq!(named, 20, "each with its id");
}

#[actix_web::test]
async fn what_ends_something_stands_in_a_menu() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/CRS-58329-11884-23347")).await;
    assert_eq!(page.must_be(200).texts(".heading-actions .menu a"), ["Terminate contract"]);
    assert_eq!(page.texts(".heading-kind"), ["Service contract"]);
    page.must_say("ACreed LLC");
}

#[actix_web::test]
async fn everything_is_found_by_name_and_an_id_leads_to_its_object() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/search?q=tropical")).await;
    page.must_be(200).must_say("J&M Tropical Fish").must_say("Customers").must_say("Subscriptions").must_say("Orders");
    let page = michael.get(&format!("{MICKS}/search?q=listing")).await;
    page.must_be(200).must_say("Screens").must_say("Listing requests");
    let answer = michael.get(&format!("{MICKS}/search?q=crs-58329-11884-23347")).await;
    assert_eq!(answer.location(), format!("{MICKS}/contracts/CRS-58329-11884-23347"));
    let page = michael.get(&format!("{MICKS}/search?q=pulse")).await;
    page.must_be(200).must_say("Listings").must_say("LST-").must_say("LSTR-");
    world.tokens();
    michael.get(&format!("{MICKS}/search?q=cli+token")).await.must_say("API tokens").must_say("CLI Token");
    // by those alone who may see them
    let paulie = world.paulie().await;
    paulie.get(&format!("{MICKS}/search?q=cli+token")).await.must_not_say("API tokens");
    michael.get(&format!("{MICKS}/search?q=nothing+has+this+name")).await.must_be(200).must_say("Nothing found");
    // what belongs to others is not found
    let vendor = world.apollo().await;
    vendor.get(&format!("{CHAMPIONS}/search?q=CRS-58329")).await.must_be(200).must_say("Nothing found");
}

/// As small as the program sends a page.
fn compressed(page: &[u8]) -> usize {
    let params = BrotliEncoderParams { quality: 3, ..BrotliEncoderParams::default() };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut &page[..], &mut small, &params).expect("a page compresses");
    small.len()
}

#[actix_web::test]
async fn a_first_visit_weighs_25_kilobytes_at_most_and_the_next_page_5() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts")).await;
    let again = compressed(&page.must_be(200).body);
    let mut parts = page.attributes("link[href^='/assets/']", "href");
    parts.extend(page.attributes("script[src^='/assets/']", "src"));
    parts.push(page.attribute("use", "href").split('#').next().unwrap_or_default().to_owned());
    assert_eq!(parts.len(), 4, "icon, stylesheet, script and icons: {parts:?}");
    let mut first = again;
    for part in parts {
        let answer = michael.get_as(Method::GET, &part, &[("accept-encoding", "br")]).await;
        assert_eq!(answer.must_be(200).header("content-encoding"), Some("br"));
        first += answer.body.len();
    }
    assert!(again <= 5 * 1024, "the page alone weighs {again} bytes");
    assert!(first <= 25 * 1024, "all of a first visit weighs {first} bytes");
}

//! What stands around every page: the menu with what waits, the frame that pages outside of the portals keep, how high rows are; and where
//! acts begin at what is seen.

use crate::support::{
    Client, World,
    world::{ACREED, AGREEMENT, CHAMPIONS, MICKS, PULSE},
};

/// What the menu counts beside the entry that leads to `section`.
async fn counted(client: &Client, base: &str, section: &str) -> Vec<String> {
    let page = client.get(&format!("{base}/products")).await;
    page.texts(&format!(".rail a[href='{base}/{section}'] .waits-n"))
}

#[actix_web::test]
async fn the_menu_counts_what_home_lists() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let home = apollo.get(CHAMPIONS).await;
    for (heading, section) in [
        ("Orders to fulfil", "fulfillment"),
        ("Customer changes", "customer-requests"),
        ("Tier requests", "tier-config-requests"),
    ] {
        let heads = home.texts(".section-head");
        let head =
            heads.iter().find(|head| head.starts_with(heading)).unwrap_or_else(|| panic!("{heading}: {heads:?}"));
        let figure = head.trim_start_matches(heading).trim();
        let menu = counted(&apollo, CHAMPIONS, section).await.concat();
        let expected = if figure == "0" { String::new() } else { format!("{figure} waiting") };
        assert_eq!(menu, expected, "{heading}");
    }
    let michael = world.michael().await;
    assert_eq!(counted(&michael, MICKS, "contracts").await, ["1 waiting"], "a vendor to approve");
    world.run(
        "SET session_replication_role = replica; \
         DELETE FROM fulfillment_requests WHERE vendor_id = 'VA-287-142'",
    );
    assert!(counted(&apollo, CHAMPIONS, "fulfillment").await.is_empty(), "nothing waits, so nothing is said");
}

#[actix_web::test]
async fn the_menu_is_folded_but_for_where_one_is_and_names_what_is_behind() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/fulfillment")).await;
    assert_eq!(page.texts(".rail details[open] > summary"), ["Subscriptions"]);
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
    stranger.get("/help").await.must_not_say("Mighty Mick");
}

#[actix_web::test]
async fn rows_are_as_high_as_the_browser_keeps() {
    let world = World::new().await;
    let michael = world.michael().await;
    let list = format!("{MICKS}/contracts");
    let density = |page: &crate::support::Answer| page.attributes("html", "data-density");
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
    step.must_say("Set parameters").must_say("Step 3 of 4");
    // one begun in vain is thrown away where it is offered
    let first = michael.get(&format!("{MICKS}/contracts/new")).await;
    first.must_say("Unfinished");
    michael.submit_to(&first, Some("/cancel"), &[]).await.must_be(303);
    michael.get(&format!("{MICKS}/contracts/new")).await.must_not_say("Unfinished");
}

#[actix_web::test]
async fn a_contract_begins_with_a_partner() {
    let world = World::new().await;
    let michael = world.michael().await;
    let partner = michael.get(&format!("{MICKS}/directory/PA-196-115")).await;
    let step = michael.follow(michael.submit_to(&partner, Some("/contracts/new"), &[]).await).await;
    step.must_say("Select agreement");
}

#[actix_web::test]
async fn an_order_begins_at_its_customer_and_skipped_steps_are_not_counted() {
    let world = World::new().await;
    let michael = world.michael().await;
    let customer = world.text("SELECT id AS t FROM tier_accounts WHERE name LIKE 'J&M%' AND type = 'customer'");
    let page = michael.get(&format!("{MICKS}/customers/{customer}")).await;
    let step = michael.follow(michael.submit_to(&page, Some("/subscriptions/new"), &[]).await).await;
    step.must_say("Which product?").must_say("Step 2 of 5");
    let step = michael.follow(michael.submit(&step, &[("product", PULSE)]).await).await;
    step.must_say("Quantities").must_say("Step 3 of 5");
    // nobody orders for a customer of another company
    let donnie = world.donnie().await;
    let new = donnie.get(&format!("{ACREED}/subscriptions/new")).await;
    if new.status == 200 {
        let answer = donnie.submit(&new, &[("customer", &customer), ("environment", "")]).await;
        answer.must_be(422);
    }
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
    page.must_say("Which customer?").must_say("Showing 20 of 4").must_say("TA-7000-0000-00");
}

#[actix_web::test]
async fn what_ends_something_stands_in_a_menu() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/contracts/CRS-58329-11884-23347")).await;
    assert_eq!(page.texts(".heading-actions .menu a"), ["Terminate contract"]);
    assert_eq!(page.texts(".heading-kind"), ["Service contract"]);
    page.must_say("ACreed LLC");
}

#[actix_web::test]
async fn everything_is_found_by_name_and_an_id_leads_to_its_object() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/search?q=tropical")).await;
    page.must_say("J&M Tropical Fish").must_say("Customers").must_say("Subscriptions").must_say("Orders");
    let page = michael.get(&format!("{MICKS}/search?q=listing")).await;
    page.must_say("Screens").must_say("Listing requests");
    let answer = michael.get(&format!("{MICKS}/search?q=crs-58329-11884-23347")).await;
    assert_eq!(answer.location(), format!("{MICKS}/contracts/CRS-58329-11884-23347"));
    let page = michael.get(&format!("{MICKS}/search?q=pulse")).await;
    page.must_say("Listings").must_say("LST-").must_say("LSTR-");
    world.tokens();
    michael.get(&format!("{MICKS}/search?q=cli+token")).await.must_say("API tokens").must_say("CLI Token");
    // by those alone who may see them
    let paulie = world.paulie().await;
    paulie.get(&format!("{MICKS}/search?q=cli+token")).await.must_not_say("API tokens");
    michael.get(&format!("{MICKS}/search?q=nothing+has+this+name")).await.must_say("Nothing found");
    // what belongs to others is not found
    let vendor = world.apollo().await;
    vendor.get(&format!("{CHAMPIONS}/search?q=CRS-58329")).await.must_say("Nothing found");
}

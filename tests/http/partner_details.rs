//! A partner's page: what there is between the two companies, and what one's own company notes of it.

use crate::support::{
    Client, World,
    world::{ACREED, CHAMPIONS, MICKS, PULSE, SIGNED},
};

const PARTNER: &str = "/directory/PA-196-115";
const VENDOR: &str = "/directory/VA-287-142";

async fn end(michael: &Client, contract: &str) {
    let page = michael.get(&format!("{MICKS}/contracts/{contract}/terminate")).await;
    michael.submit(&page, &[]).await.must_be(303);
}

#[actix_web::test]
async fn every_tab_says_what_there_is_between_the_two() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}{PARTNER}")).await;
    page.must_be(200).must_say("ACreed LLC").must_say("Active").must_say("Representatives").must_say("Adonis Creed");
    let tab = async |partner: &str, tab: &str| michael.get(&format!("{MICKS}{partner}/{tab}")).await;
    tab(PARTNER, "contracts").await.must_be(200).must_say(SIGNED).must_say("Tutorial Agreement");
    tab(PARTNER, "products").await.must_be(200).must_say("No products yet");
    let products = tab(VENDOR, "products").await;
    products.must_be(200).must_say("Apollo Pulse").must_say(PULSE).must_say("Listed");
    michael.get(&products.link("Apollo Pulse")).await.must_be(200);
    let subscriptions = tab(VENDOR, "subscriptions").await;
    subscriptions.must_be(200).must_say("Adrian");
    michael.get(&subscriptions.link("Adrian")).await.must_be(200);
    tab(PARTNER, "activity").await.must_be(200).must_say("created the contract").must_say("activated the contract");
    tab(PARTNER, "notes").await.must_be(200).must_say("No notes yet");
    tab(PARTNER, "nothing").await.must_be(404);
}

#[actix_web::test]
async fn a_partner_whose_contracts_have_ended_is_found_with_its_history() {
    let world = World::new().await;
    let michael = world.michael().await;
    end(&michael, SIGNED).await;
    let list = michael.get(&format!("{MICKS}/directory?status=ended")).await;
    assert_eq!(list.texts("tbody .status"), ["Ended"]);
    let page = michael.get(&list.link("ACreed LLC")).await;
    page.must_be(200).must_say("Ended").must_say("All contracts with this partner have ended");
    page.must_not_say("donnie@acreedllc.example");
    michael.get(&format!("{MICKS}{PARTNER}/contracts")).await.must_say("Terminated");
    michael.get(&format!("{MICKS}{PARTNER}/activity")).await.must_say("terminated the contract");
    michael.get(&format!("{MICKS}/directory?q=acreed")).await.must_say("ACreed LLC");
    // a new contract makes it active again
    world.run(&format!(
        "INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, signee_id, note, creator_id, created_at, \
         updated_at, activated_at, search) SELECT 'CRS-00000-00000-00009', type, 'production', 'active', agreement_id, version, \
         issuer_id, signee_id, 'n', creator_id, now(), now(), now(), 'x' FROM contracts WHERE id = '{SIGNED}'"
    ));
    michael.get(&format!("{MICKS}{PARTNER}")).await.must_say("Active").must_say("donnie@acreedllc.example");
}

#[actix_web::test]
async fn a_partner_whose_only_contract_was_a_test_ends_as_a_test() {
    let world = World::new().await;
    let michael = world.michael().await;
    world.run(&format!("UPDATE contracts SET kind = 'test' WHERE id = '{SIGNED}'; UPDATE partners SET tests = 1 WHERE partner_id = 'PA-196-115'"));
    end(&michael, SIGNED).await;
    michael.get(&format!("{MICKS}/directory?status=ended&environment=test")).await.must_say("ACreed LLC");
    michael.get(&format!("{MICKS}/directory?status=ended&environment=production")).await.must_not_say("ACreed LLC");
}

#[actix_web::test]
async fn an_invited_partner_has_a_page_until_it_signs() {
    let world = World::new().await;
    let michael = world.michael().await;
    let list = michael.get(&format!("{MICKS}/directory?status=invited")).await;
    let page = michael.get(&list.link("Lang Sports Ltd")).await;
    page.must_be(200)
        .must_say("Invited")
        .must_say("Your partner appears as active once somebody has signed this contract");
    michael.get(&page.link("CR")).await.must_be(200).must_say("Pending");
    // what was signed leads to the partner, and what is nobody's to nothing
    let signed = michael.get(&format!("{MICKS}/directory/{SIGNED}")).await;
    assert_eq!(signed.must_be(303).location(), format!("{MICKS}{PARTNER}"));
    michael.get(&format!("{MICKS}/directory/CRS-00000-00000-00000")).await.must_be(404);
    michael.get(&format!("{MICKS}/directory/PA-000-000")).await.must_be(404);
    // the signee's side has no such page
    world.donnie().await.get(&format!("{ACREED}/directory/{SIGNED}")).await.must_be(404);
}

#[actix_web::test]
async fn notes_are_written_changed_by_their_author_and_deleted_by_whoever_manages() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    world.run(
        "INSERT INTO group_members (group_id, account_id, user_id) SELECT g.id, g.account_id, u.id FROM groups g, users u \
         WHERE g.account_id = 'PA-469-206' AND g.administrators AND u.email LIKE 'tony@%' ON CONFLICT DO NOTHING",
    );
    let notes = format!("{MICKS}{PARTNER}/notes");
    let form = michael.get(&format!("{notes}/new")).await;
    assert_eq!(michael.submit(&form, &[]).await.must_be(422).errors(), ["Enter a note"]);
    michael.submit(&form, &[("text", &"x".repeat(2_001))]).await.must_be(422);
    let page = michael.follow(michael.submit(&form, &[("text", "Pays late in August")]).await).await;
    page.must_say("Note added").must_say("Pays late in August").must_say("Michael Goldmill");
    michael.press(&form, &[("text", "Pays late in August")]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM partner_notes"), 1, "a double click writes one");
    let edit = michael.get(&page.link("Edit")).await;
    let page = michael.follow(michael.submit(&edit, &[("text", "Pays on time")]).await).await;
    page.must_say("Note saved").must_say("Pays on time").must_say("edited");
    // opened before, saved after
    michael.submit(&edit, &[("text", "Pays early")]).await.must_be(409).must_say("Pays on time");
    let seen = tony.get(&notes).await;
    seen.must_say("Pays on time");
    assert!(seen.attributes("main a[href$='/edit']", "href").is_empty(), "the author alone changes it");
    tony.submit(&tony.get(&edit.path).await, &[("text", "Mine")]).await.must_say("Only its author can change it");
    let ask = tony.get(&seen.link("Delete")).await;
    ask.must_be(200).must_say("Pays on time").must_say("Michael Goldmill");
    tony.follow(tony.submit(&ask, &[]).await).await.must_say("Note deleted").must_say("No notes yet");
    michael.get(&edit.path).await.must_be(404);
    michael.get(&format!("{MICKS}{PARTNER}/activity")).await.must_say("deleted a note on the partner");
}

#[actix_web::test]
async fn notes_are_seen_by_ones_own_company_alone() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let notes = format!("{MICKS}{VENDOR}/notes");
    let form = michael.get(&format!("{notes}/new")).await;
    michael.submit(&form, &[("text", "Between us")]).await.must_be(303);
    let number = world.text("SELECT number::text AS t FROM partner_notes");
    // who may only look reads them
    let seen = paulie.get(&notes).await;
    seen.must_say("Between us").must_not_say("Add note").must_not_say("Delete");
    for path in ["new".to_owned(), format!("{number}/edit"), format!("{number}/delete")] {
        paulie.get(&format!("{notes}/{path}")).await.must_be(403);
    }
    // under another partner the number means nothing, and another company has neither page nor event
    michael.get(&format!("{MICKS}{PARTNER}/notes/{number}/edit")).await.must_be(404);
    michael.get(&format!("{MICKS}{PARTNER}/notes/none/edit")).await.must_be(404);
    let donnie = world.donnie().await;
    donnie.get(&format!("{ACREED}{VENDOR}/notes")).await.must_be(404);
    donnie.get(&format!("{MICKS}{VENDOR}/notes")).await.must_be(404);
    let apollo = world.apollo().await;
    apollo.get(&format!("{CHAMPIONS}/account/history")).await.must_not_say("note on the partner");
}

#[actix_web::test]
async fn tabs_of_what_one_may_not_see_are_refused() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    world.run("UPDATE groups SET permissions = ARRAY['directory.view'] WHERE name = 'Readers'");
    let page = paulie.get(&format!("{MICKS}{VENDOR}")).await;
    page.must_be(200);
    let tabs = page.texts("nav.tabs a");
    assert_eq!(tabs, ["General", "Contracts", "Activity", "Notes"]);
    paulie.get(&format!("{MICKS}{VENDOR}/subscriptions")).await.must_be(403);
    paulie.get(&format!("{MICKS}{VENDOR}/products")).await.must_be(404);
}

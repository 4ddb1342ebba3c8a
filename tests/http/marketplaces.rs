//! Hubs and marketplaces: made, changed, and refused to go while something rests on them.

use crate::support::{
    Answer, Client, World,
    world::{ACREED, CHAMPIONS, MICKS},
};

const HUB: &str = "HB-2468-1357";
const MARKETPLACE: &str = "MP-68204";

async fn register(client: &Client, name: &str, instance: &str) -> Answer {
    let page = client.get(&format!("{MICKS}/hubs/new")).await;
    client.submit(&page, &[("name", name), ("instance", instance), ("description", "For trying things out")]).await
}

#[actix_web::test]
async fn a_hub_is_registered_once_and_its_names_are_its_own() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/hubs/new")).await;
    assert_eq!(michael.submit(&page, &[]).await.must_be(422).errors(), ["Enter a name", "Enter a description"]);
    let typed = [("name", "Staging"), ("instance", "staging-1"), ("description", "For trying things out")];
    let (one, two) =
        futures_util::future::join(michael.submit(&page, &typed), michael.copy().submit(&page, &typed)).await;
    assert_eq!((one.status, one.location()), (303, two.location()), "pressed twice, one hub");
    michael.follow(one).await.must_say("Hub registered").must_say("Staging").must_say("staging-1");
    assert_eq!(
        register(&michael, "Staging", "other").await.must_be(422).errors(),
        ["Another of your hubs already has this name"]
    );
    assert_eq!(
        register(&michael, "Other", "staging-1").await.must_be(422).errors(),
        ["Another of your hubs already has this instance ID"]
    );
    register(&michael, "Third", "").await.must_be(303);
    register(&michael, "Fourth", "").await.must_be(303);
    michael.get(&format!("{MICKS}/hubs?q=staging")).await.must_say("Staging").must_not_say("Third");
}

#[actix_web::test]
async fn a_hub_that_a_marketplace_uses_stays() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/hubs/{HUB}/remove")).await;
    page.must_say("This hub cannot be removed").must_say("Remove the hub from them first");
    let token = page.value("csrf");
    michael.post(&format!("{MICKS}/hubs/{HUB}/remove"), &[("csrf", &token)]).await.must_be(409);
    let made = register(&michael, "Spare", "").await.location().to_owned();
    let page = michael.get(&format!("{made}/remove")).await;
    let answer = michael.submit(&page, &[]).await;
    michael.follow(answer).await.must_say("Hub removed").must_not_say("Spare");
}

/// Walks the wizard to its last step.
async fn up_to_prices(client: &Client, name: &str) -> Answer {
    let page = client.get(&format!("{MICKS}/marketplaces/new")).await;
    let typed = [("name", name), ("countries", "DE"), ("countries", "AT"), ("currency", "EUR")];
    let page = client.follow(client.submit(&page, &typed).await).await;
    page.must_say("Choose hubs").must_say("Step 2 of 4");
    let page = client.follow(client.submit(&page, &[("external_id", "acc-1")]).await).await;
    page.must_say("Choose price attributes");
    page
}

#[actix_web::test]
async fn a_marketplace_is_made_step_by_step() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/marketplaces/new")).await;
    assert_eq!(
        michael.submit(&page, &[]).await.must_be(422).errors(),
        ["Enter a name", "Choose at least one country", "Choose a currency"]
    );
    let page = up_to_prices(&michael, "Central Europe").await;
    michael.submit(&page, &[]).await.must_be(422).must_say("at least one price attribute");
    let typed = [("prices", "price"), ("prices", "st0p")];
    let again = michael.copy();
    let (one, two) = futures_util::future::join(michael.submit(&page, &typed), again.submit(&page, &typed)).await;
    assert_eq!((one.status, two.status), (303, 303));
    let page = michael.follow(one).await;
    page.must_say("Marketplace created").must_say("Central Europe");
    let details = page.link("Go to Details");
    assert!(details.rsplit('/').next().expect("an id").starts_with("MP-"));
    michael.get(&details).await.must_say("Austria and Germany").must_say("Euro (EUR)").must_say("Suggested T0 Price");
    michael.get(&format!("{details}/hubs")).await.must_say("Commerce").must_say("acc-1");
    michael.get(&format!("{details}/history")).await.must_say("created the marketplace");
    assert_eq!(world.number("SELECT count(*) AS n FROM marketplaces WHERE name = 'Central Europe'"), 1);
    // the wizard is done: every step leads to the summary
    let step = page.path.replace("summary", "hubs");
    assert!(michael.get(&step).await.location().ends_with("/summary"));
}

#[actix_web::test]
async fn two_marketplaces_of_one_company_have_two_names() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = up_to_prices(&michael, "Tutorial Marketplace").await;
    let answer = michael.submit(&page, &[("prices", "price")]).await;
    answer.must_be(422).must_say("Another of your marketplaces already has this name").must_say("Name the marketplace");
    let answer = michael.submit(&answer, &[("name", "Another one")]).await;
    answer.must_be(303);
}

#[actix_web::test]
async fn a_wizard_without_a_hub_says_how_to_get_one_and_back_keeps_what_was_typed() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/marketplaces/new")).await;
    let typed = [("name", "Half done"), ("countries", "FR"), ("currency", "EUR")];
    let page = donnie.follow(donnie.submit(&page, &typed).await).await;
    page.must_say("Register hub");
    let answer = donnie.submit(&page, &[("back", "yes")]).await;
    let page = donnie.follow(answer).await;
    assert_eq!(page.value("name"), "Half done");
    donnie.get(&format!("{ACREED}/marketplaces/new")).await.must_say("Unfinished").must_say("Half done");
}

#[actix_web::test]
async fn a_marketplace_is_changed_and_two_editors_do_not_overwrite_each_other() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let url = format!("{MICKS}/marketplaces/{MARKETPLACE}");
    let (mine, theirs) = (michael.get(&format!("{url}/edit")).await, tony.get(&format!("{url}/edit")).await);
    let answer = michael.submit(&mine, &[("name", "Home Marketplace"), ("external_id", "new-account")]).await;
    michael.follow(answer).await.must_say("Marketplace saved").must_say("Home Marketplace");
    michael.get(&format!("{url}/hubs")).await.must_say("new-account");
    tony.submit(&theirs, &[("name", "Other name")])
        .await
        .must_be(409)
        .must_say("Someone else saved changes while you were editing");
    let page = michael.get(&format!("{url}/edit")).await;
    michael.submit(&page, &[("external_id", "")]).await.must_be(422).must_say("for at least one hub");
}

#[actix_web::test]
async fn a_marketplace_is_deleted_with_a_warning_unless_an_agreement_names_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/marketplaces/{MARKETPLACE}/delete")).await;
    page.must_say("This marketplace cannot be deleted").must_say("A record of what was listed there must be kept");
    let token = page.value("csrf");
    michael.post(&format!("{MICKS}/marketplaces/{MARKETPLACE}/delete"), &[("csrf", &token)]).await.must_be(409);
    let page = up_to_prices(&michael, "Short lived").await;
    let page = michael.follow(michael.submit(&page, &[("prices", "price")]).await).await;
    let made = page.link("Go to Details");
    let page = michael.get(&format!("{made}/delete")).await;
    page.must_say("cannot be undone");
    let answer = michael.submit(&page, &[]).await;
    michael.follow(answer).await.must_say("Marketplace deleted").must_not_say("Short lived");
    michael.get(&made).await.must_be(404);
}

#[actix_web::test]
async fn marketplaces_are_their_owners_alone_and_need_the_program_right() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let token = donnie.get(&format!("{ACREED}/hubs/new")).await.value("csrf");
    for path in ["", "/edit", "/delete", "/hubs", "/history"] {
        donnie.get(&format!("{ACREED}/marketplaces/{MARKETPLACE}{path}")).await.must_be(404);
    }
    for path in ["edit", "delete"] {
        let fields = [("csrf", token.as_str()), ("name", "Mine"), ("revision", "1")];
        donnie.post(&format!("{ACREED}/marketplaces/{MARKETPLACE}/{path}"), &fields).await.must_be(404);
        let path = if path == "delete" { "remove" } else { path };
        donnie.post(&format!("{ACREED}/hubs/{HUB}/{path}"), &fields).await.must_be(404);
    }
    apollo.get(CHAMPIONS).await.must_not_say("Marketplaces");
    apollo.get(&format!("{CHAMPIONS}/marketplaces")).await.must_be(404);
    // the right goes with the contract that granted it
    world.run("UPDATE contracts SET status = 'terminated', ended_at = now() WHERE signee_id = 'PA-196-115' AND status = 'active'");
    donnie.get(&format!("{ACREED}/marketplaces")).await.must_be(404);
    michael.get(MICKS).await.must_say("Marketplaces");
}

//! Integrations: the tokens by which programs work for a company.

use actix_web::http::Method;
use entente::{
    kit::{api::ROOT, choice::Choice as _},
    modules::tokens::{State, Status},
};

use crate::support::{
    Answer, Client, World,
    world::{ACREED, CHAMPIONS, MICKS},
};

/// Fills in Create Token; gives the page that answers.
async fn create(client: &Client, portal: &str, name: &str, permissions: &[&str]) -> Answer {
    let page = client.get(&format!("{portal}/tokens/new")).await;
    let mut typed = vec![("name", name), ("description", "Nightly sync")];
    typed.extend(permissions.iter().map(|key| ("permissions", *key)));
    client.submit(&page, &typed).await
}

/// The key that the page shows.
fn key(page: &Answer) -> String {
    page.must_be(200).attribute("#key", "value")
}

/// The address of the token that the page leads to.
fn token(page: &Answer) -> String {
    page.link("Go to token")
}

async fn status(world: &World, key: &str) -> u16 {
    world.stranger().get_as(Method::GET, &format!("{ROOT}/accounts"), &[("authorization", key)]).await.status
}

async fn press(client: &Client, path: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(path).await;
    page.must_be(200);
    client.submit(&page, typed).await
}

#[actix_web::test]
async fn a_token_is_made_in_every_portal_and_its_key_shown_once() {
    let world = World::new().await;
    for (client, portal) in
        [(world.michael().await, MICKS), (world.donnie().await, ACREED), (world.apollo().await, CHAMPIONS)]
    {
        client.get(&format!("{portal}/tokens")).await.must_say("No tokens yet");
        let page = create(&client, portal, "ERP", &["customers.view", "subscriptions.manage"]).await;
        page.must_say("Token created").must_say("We won't show it again");
        let (key, at) = (key(&page), token(&page));
        assert_eq!(status(&world, &key).await, 200, "{portal}");
        let shown = client.get(&at).await;
        shown.must_say("ERP").must_say("Active").must_say("View customers").must_say("Manage subscriptions");
        shown.must_say("created the token").must_say("Nightly sync");
        let (_, secret) = key.split_once(':').expect("id and secret");
        assert!(!shown.body_text().contains(secret), "it is shown once");
        client.get(&format!("{portal}/tokens")).await.must_say("ERP");
    }
    let kept = world.number("SELECT count(*) AS n FROM api_tokens WHERE octet_length(secret_hash) = 32");
    assert_eq!(kept, 3);
}

#[actix_web::test]
async fn a_form_says_all_that_is_wrong_at_its_fields() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/tokens/new")).await;
    let blank = michael.submit(&page, &[("name", " "), ("expires_on", "")]).await;
    assert_eq!(blank.must_be(422).errors(), ["Enter a name", "Choose at least one permission", "Enter an expiry date"]);
    for (day, words) in [
        ("2020-01-01", "Enter a date in the future"),
        ("2199-12-31", "Enter a date within the next 24 months"),
        ("2200-01-01", "Enter a date between the years 2000 and 2199"),
        ("tomorrow", "Enter a date such as 2027-03-29"),
    ] {
        let typed = [("name", "ERP"), ("permissions", "products.view"), ("expires_on", day)];
        assert_eq!(michael.submit(&page, &typed).await.must_be(422).errors(), [words], "{day}");
    }
    create(&michael, MICKS, "ERP", &["products.view"]).await.must_be(200);
    let again = create(&michael, MICKS, "ERP", &["products.view"]).await;
    assert_eq!(again.must_be(422).errors(), ["Another of your tokens already has this name"]);
    // what was ticked stays ticked
    assert_eq!(again.attributes("[name=permissions][checked]", "value"), ["products.view"]);
}

#[actix_web::test]
async fn nobody_gives_a_program_more_than_they_may_themselves() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    for never in ["contracts.sign", "integrations.manage", "administration.manage", "nonsense"] {
        let answer = create(&michael, MICKS, "Too much", &["products.view", never]).await;
        assert_eq!(answer.must_be(422).errors(), ["Choose permissions from the list"], "{never}");
    }
    paulie.get(&format!("{MICKS}/tokens")).await.must_be(403);
    world.run(
        "UPDATE groups SET permissions = '{integrations.manage,customers.view,marketplaces.manage}' \
         WHERE id IN (SELECT group_id FROM group_members m JOIN users u ON u.id = m.user_id WHERE u.email LIKE 'paulie%')",
    );
    let page = paulie.get(&format!("{MICKS}/tokens/new")).await;
    let offered = page.attributes("[name=permissions]", "value");
    assert_eq!(offered, ["customers.view", "marketplaces.view", "marketplaces.manage"]);
    let answer = create(&paulie, MICKS, "Too much", &["customers.manage"]).await;
    assert_eq!(answer.must_be(422).errors(), ["Only choose permissions you have yourself"]);
    create(&paulie, MICKS, "Enough", &["customers.view"]).await.must_be(200);
    // whoever knows the secret of a colleague's token could do all that it may
    let powerful = token(&create(&michael, MICKS, "Powerful", &["customers.manage"]).await);
    for act in ["rotate", "renew"] {
        paulie
            .get(&format!("{powerful}/{act}"))
            .await
            .must_be(409)
            .must_say("This token has more permissions than you");
    }
    press(&paulie, &format!("{powerful}/disable"), &[]).await.must_be(303);
    paulie.get(&format!("{powerful}/enable")).await.must_be(409).must_say("Manage customers");
    for act in ["rotate", "renew", "enable"] {
        let token = paulie.get("/profile").await.value("csrf");
        let fields = [("csrf", token.as_str()), ("overlap", "0"), ("expires_on", "2027-03-29")];
        paulie.post(&format!("{powerful}/{act}"), &fields).await.must_be(409).must_say("Manage customers");
    }
}

#[actix_web::test]
async fn a_disabled_token_is_refused_until_it_is_enabled_and_a_deleted_one_for_good() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = create(&michael, MICKS, "ERP", &["products.view"]).await;
    let (key, at) = (key(&page), token(&page));
    press(&michael, &format!("{at}/disable"), &[]).await.must_be(303);
    assert_eq!(status(&world, &key).await, 401);
    michael.get(&at).await.must_say("Disabled");
    press(&michael, &format!("{at}/enable"), &[]).await.must_be(303);
    assert_eq!(status(&world, &key).await, 200);
    press(&michael, &format!("{at}/delete"), &[]).await.must_be(303);
    assert_eq!(status(&world, &key).await, 401);
    let gone = michael.get(&at).await;
    gone.must_be(200).must_say("Deleted").must_say("deleted the token").must_not_say("Rotate key");
    for act in ["edit", "renew", "rotate", "disable", "enable", "delete"] {
        michael.get(&format!("{at}/{act}")).await.must_be(409).must_say("This token has been deleted");
    }
    // its name is free again
    create(&michael, MICKS, "ERP", &["products.view"]).await.must_be(200);
}

#[actix_web::test]
async fn a_rotated_key_leaves_the_old_one_working_for_as_long_as_one_says() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = create(&michael, MICKS, "ERP", &["products.view"]).await;
    let (first, at) = (key(&page), token(&page));
    let page = press(&michael, &format!("{at}/rotate"), &[("overlap", "3")]).await;
    let second = key(&page);
    assert_ne!(first, second);
    assert_eq!((status(&world, &first).await, status(&world, &second).await), (200, 200));
    michael.get(&at).await.must_say("Old key works until").must_say("the old key works for 3 more days");
    world.run("UPDATE api_tokens SET old_until = now()");
    assert_eq!((status(&world, &first).await, status(&world, &second).await), (401, 200));
    let third = key(&press(&michael, &format!("{at}/rotate"), &[("overlap", "0")]).await);
    assert_eq!((status(&world, &second).await, status(&world, &third).await), (401, 200));
    press(&michael, &format!("{at}/rotate"), &[("overlap", "8")]).await.must_be(422);
    assert_eq!(status(&world, &third).await, 200);
}

/// A secret that nobody saw must not take the place of one that a program uses.
#[actix_web::test]
async fn a_form_that_is_sent_twice_acts_once() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/tokens/new")).await;
    let typed = [("name", "ERP"), ("permissions", "products.view")];
    let made = michael.submit(&page, &typed).await;
    let at = token(&made);
    let again = michael.submit(&page, &typed).await;
    assert_eq!((again.status, again.location()), (303, at.as_str()));
    michael.get(&at).await.must_say("the key was shown then");
    let page = michael.get(&format!("{at}/rotate")).await;
    let rotated = key(&michael.submit(&page, &[("overlap", "1")]).await);
    michael.submit(&page, &[("overlap", "1")]).await.must_be(303);
    assert_eq!((status(&world, &key(&made)).await, status(&world, &rotated).await), (200, 200));
    assert_eq!(world.number("SELECT count(*) AS n FROM api_tokens"), 1);
}

#[actix_web::test]
async fn a_token_expires_and_can_be_renewed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = create(&michael, MICKS, "ERP", &["products.view"]).await;
    let (key, at) = (key(&page), token(&page));
    world.run("UPDATE api_tokens SET expires_at = now() + interval '29 days'");
    michael.get(&at).await.must_say("Expiring");
    world.run("UPDATE api_tokens SET expires_at = now() - interval '1 second'");
    michael.get(&at).await.must_say("Expired");
    assert_eq!(status(&world, &key).await, 401);
    press(&michael, &format!("{at}/renew"), &[]).await.must_be(303);
    assert_eq!(status(&world, &key).await, 200);
    michael.get(&at).await.must_say("Active").must_say("renewed the token");
}

#[actix_web::test]
async fn a_rename_goes_everywhere_and_a_stale_tab_changes_nothing() {
    let world = World::new().await;
    let michael = world.michael().await;
    let at = token(&create(&michael, MICKS, "ERP", &["products.view"]).await);
    let (page, stale) = (michael.get(&format!("{at}/edit")).await, michael.get(&format!("{at}/edit")).await);
    michael.submit(&page, &[("name", "Ledger")]).await.must_be(303);
    assert_eq!(world.text("SELECT name AS t FROM users WHERE kind = 'service'"), "Ledger");
    let late = michael.submit(&stale, &[("name", "Other")]).await;
    late.must_be(409).must_say("Someone else saved changes while you were editing");
    let page = michael.get(&format!("{at}/edit")).await;
    michael.submit(&page, &[("name", &"x".repeat(129))]).await.must_be(422);
    michael.submit(&page, &[]).await.must_be(303);
    michael.get(&at).await.must_say("No changes to save").must_say("Ledger");
}

/// The list says in SQL what a page says in the program.
#[actix_web::test]
async fn the_list_calls_every_state_as_the_page_does() {
    let world = World::new().await;
    let [..] = world.tokens();
    let michael = world.michael().await;
    let at = format!("{MICKS}/tokens/SU-000-000-001");
    let mut said = Vec::new();
    for status in Status::ALL {
        for expires in ["- interval '1 second'", "+ interval '29 days'", "+ interval '31 days'"] {
            world.run(&format!(
                "UPDATE api_tokens SET status = '{}', expires_at = now() {expires} WHERE id = 'SU-000-000-001'",
                status.key()
            ));
            let page = michael.get(&at).await;
            let [state] = <[String; 1]>::try_from(page.texts(".facts-list .status")).expect("one state");
            let key = State::ALL.iter().find(|known| known.label() == state).expect("a state").key();
            let listed = michael.get(&format!("{MICKS}/tokens?status={key}")).await;
            listed.must_say("SU-000-000-001");
            for other in State::ALL.iter().filter(|other| other.key() != key) {
                let list = michael.get(&format!("{MICKS}/tokens?status={}", other.key())).await;
                list.must_not_say("SU-000-000-001");
            }
            said.push(state);
        }
    }
    said.sort();
    said.dedup();
    assert_eq!(said.len(), State::ALL.len(), "{said:?}");
}

#[actix_web::test]
async fn anothers_token_is_not_there() {
    let world = World::new().await;
    let [..] = world.tokens();
    let michael = world.michael().await;
    for page in ["", "/edit", "/renew", "/rotate", "/disable", "/enable", "/delete"] {
        michael.get(&format!("{MICKS}/tokens/SU-000-000-003{page}")).await.must_be(404);
        michael.get(&format!("{MICKS}/tokens/UR-000-000-003{page}")).await.must_be(404);
    }
    let token = michael.get("/profile").await.value("csrf");
    for act in ["edit", "renew", "rotate", "disable", "enable", "delete"] {
        let fields = [("csrf", token.as_str()), ("name", "Mine"), ("expires_on", "2027-03-29"), ("overlap", "0")];
        michael.post(&format!("{MICKS}/tokens/SU-000-000-003/{act}"), &fields).await.must_be(404);
    }
}

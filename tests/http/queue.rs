//! Working through a queue: a request beside its list, deciding about it where it is read, ten seconds to undo it, many at once.

use crate::{
    changes::{moves_to, requests, status},
    orders::{self, account, act, at_vendor, parameter, waiting},
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS},
    },
};

/// The queue of changes of customers, as one works through it.
const CHANGES: &str = "?status=pending&sort=created";

/// Three changes of one customer, the oldest first.
async fn three(world: &World, michael: &Client) -> [String; 3] {
    let fish = account(world, "J&M Tropical Fish");
    let first = requests(world, &fish).remove(0);
    let second = moves_to(world, michael, &fish, "Camden").await.remove(0);
    let third = moves_to(world, michael, &fish, "Trenton").await.remove(0);
    [first, second, third]
}

fn change(id: &str) -> String {
    format!("{CHAMPIONS}/customer-requests/{id}{CHANGES}")
}

async fn accept(apollo: &Client, id: &str) -> Answer {
    let page = apollo.get(&change(id)).await;
    apollo.submit_to(&page, Some("/accept"), &[]).await
}

fn held(world: &World) -> i64 {
    world.number("SELECT count(*) AS n FROM held_decisions")
}

/// What has happened to a request since it was made.
fn events(world: &World, id: &str) -> String {
    world.text(&format!(
        "SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') AS t FROM events WHERE object = '{id}' AND name <> 'customer_request.created'"
    ))
}

/// Where in its list a request stands, as its page says.
fn place(page: &Answer) -> String {
    page.must_be(200).texts(".queue-place p").concat()
}

#[actix_web::test]
async fn a_request_stands_beside_its_list_and_says_where_in_it_one_is() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let [first, second, third] = three(&world, &michael).await;
    let list = apollo.get(&format!("{CHAMPIONS}/customer-requests{CHANGES}")).await;
    let inside: Vec<String> = list.attributes("a.cell-link", "href");
    assert!(inside.contains(&change(&second)), "a row opens within its list: {inside:?}");
    let page = apollo.get(&change(&second)).await;
    assert_eq!(place(&page), "2 of 3");
    assert_eq!(page.attributes(".queue a", "href"), [change(&first), change(&second), change(&third)]);
    assert_eq!(page.attribute(".queue [aria-current='page']", "href"), change(&second));
    assert_eq!(page.attribute("[rel='prev']", "href"), change(&first));
    assert_eq!(page.attribute("[rel='next']", "href"), change(&third));
    assert_eq!(page.attribute(".queue-place .back", "href"), format!("{CHAMPIONS}/customer-requests{CHANGES}"));
    // the order of the list is the order beside
    let turned = apollo.get(&format!("{CHAMPIONS}/customer-requests/{second}?status=pending")).await;
    assert_eq!(
        (turned.attribute("[rel='prev']", "href"), turned.attribute("[rel='next']", "href")),
        (
            format!("{CHAMPIONS}/customer-requests/{third}?status=pending"),
            format!("{CHAMPIONS}/customer-requests/{first}?status=pending")
        ),
        "the newest first"
    );
    // opened from elsewhere it stands in what waits; one that is over stands alone
    assert_eq!(place(&apollo.get(&format!("{CHAMPIONS}/customer-requests/{second}")).await), "2 of 3");
    accept(&apollo, &first).await.must_be(303);
    world.seconds_later().await;
    let over = apollo.get(&format!("{CHAMPIONS}/customer-requests/{first}")).await;
    assert!(over.must_be(200).attributes(".queue", "class").is_empty());
    // nobody sees more of a list than it may
    let tony = world.tony().await;
    tony.get(&format!("/vendor/VA-610-774/customer-requests/{second}{CHANGES}")).await.must_be(404);
    let own = michael.get(&format!("{MICKS}/customer-requests/{second}?sort=created")).await;
    assert_eq!(place(&own), "2 of 3");
    own.must_not_say("Your decision");
}

#[actix_web::test]
async fn the_tab_of_what_waits_stays_chosen_on_its_pages_and_on_the_way_back() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let [first, ..] = three(&world, &michael).await;
    let chosen = |page: &Answer| page.must_be(200).texts(".tabs a[aria-current='page']");
    let opened = apollo.get(&format!("{CHAMPIONS}/customer-requests")).await;
    assert_eq!(chosen(&opened), ["Waiting for you"]);
    let all = apollo.get(&opened.link("All")).await;
    assert_eq!(chosen(&all), ["All"]);
    let list = apollo.get(&all.link("Waiting for you")).await;
    assert_eq!(chosen(&list), ["Waiting for you"]);
    let request = apollo.get(&list.link("J&M Tropical Fish")).await;
    assert_eq!((request.path.contains(&first), place(&request)), (true, "1 of 3".into()));
    let back = apollo.get(&request.attribute(".queue-place .back", "href")).await;
    assert_eq!(chosen(&back), ["Waiting for you"]);
    let other = apollo.get(&format!("{CHAMPIONS}/customer-requests?status=accepted")).await;
    assert_eq!(chosen(&other), ["All"]);
}

#[actix_web::test]
async fn a_decision_happens_after_ten_seconds_and_until_then_it_can_be_undone() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let [first, second, third] = three(&world, &michael).await;
    let answer = accept(&apollo, &first).await;
    assert_eq!(answer.must_be(303).location(), change(&second), "the next comes by itself");
    let next = apollo.follow(answer).await;
    next.must_say("Accepted: ").must_say("J&M Tropical Fish").must_say("Undo");
    // nothing has happened yet
    assert_eq!((status(&world, &first), events(&world, &first), held(&world)), ("pending".into(), "".into(), 1));
    michael.get(&format!("{MICKS}/customer-requests/{first}")).await.must_say("Pending").must_not_say("Accepted");
    let page = apollo.get(&change(&first)).await;
    page.must_say("decided: Accepted. It takes effect in a few seconds.").must_not_say("Your decision");
    // undone, and decided otherwise
    let undone = apollo.submit_to(&next, Some(&format!("{first}/undo")), &[]).await;
    assert_eq!(undone.must_be(303).location(), change(&first));
    apollo.follow(undone).await.must_say("Undone.").must_say("Your decision");
    world.seconds_later().await;
    assert_eq!((status(&world, &first), events(&world, &first), held(&world)), ("pending".into(), "".into(), 0));
    let page = apollo.get(&change(&first)).await;
    let ignored = apollo.submit_to(&page, Some("/ignore"), &[("reason", "There is no such street")]).await;
    ignored.must_be(303);
    let told = "SELECT count(*) AS n FROM outbox WHERE kind = 'customer_change_ignored' AND recipient LIKE 'michael%'";
    assert_eq!(world.number(told), 0);
    world.seconds_later().await;
    assert_eq!(
        (status(&world, &first), events(&world, &first), held(&world)),
        ("ignored".into(), "customer_request.ignored".into(), 0)
    );
    assert_eq!(world.number(told), 1);
    michael
        .get(&format!("{MICKS}/customer-requests/{first}"))
        .await
        .must_say("Apollo Jones")
        .must_say("no such street");
    // it is too late now, and was never anybody else's to undo
    let csrf = [("csrf", page.value("csrf"))];
    let csrf: Vec<(&str, &str)> = csrf.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let undo = format!("{CHAMPIONS}/customer-requests/{first}/undo");
    apollo.post(&undo, &csrf).await.must_be(409).must_say("Too late to undo");
    let tony = world.tony().await;
    let token = tony.get("/profile").await.value("csrf");
    tony.post(&format!("/vendor/VA-610-774/customer-requests/{first}/undo"), &[("csrf", &token)]).await.must_be(404);
    // pressed twice, by one or by two: decided once
    let page = apollo.get(&change(&second)).await;
    let again = apollo.copy();
    let twice = futures_util::future::join(apollo.press_at(&page, "/accept"), again.press_at(&page, "/accept"));
    let (one, two) = twice.await;
    assert_eq!((one.status, two.status, held(&world)), (303, 303, 1));
    let page = apollo.get(&change(&third)).await;
    apollo.submit_to(&page, Some("/accept"), &[]).await.must_be(303);
    apollo
        .copy()
        .press_with(&page, "/ignore", &[("reason", "No")])
        .await
        .must_be(409)
        .must_say("has already been decided");
    let later = futures_util::future::join(world.seconds_later(), world.seconds_later());
    later.await;
    for id in [&second, &third] {
        assert_eq!((status(&world, id), events(&world, id)), ("accepted".into(), "customer_request.accepted".into()));
    }
}

#[actix_web::test]
async fn an_order_is_approved_where_it_is_read_and_binds_nobody_before_its_time() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let subscription =
        world.text(&format!("SELECT subscription_id AS t FROM fulfillment_requests WHERE id = '{request}'"));
    let key = parameter(&world, "license_key");
    let here = format!("{}?status=pending&sort=created", at_vendor(&request));
    let page = apollo.get(&here).await;
    page.must_say("Your values").must_say("Approve");
    // what is wrong is said there, at once, and nothing is kept
    let refused = apollo.submit_to(&page, Some("/approve"), &[(key.as_str(), "")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Enter a value for Licence key"]);
    refused.must_say("Your values");
    assert_eq!(held(&world), 0);
    let before = world.number("SELECT count(*) AS n FROM outbox");
    let answer = apollo.submit_to(&page, Some("/approve"), &[(key.as_str(), "KEY-1")]).await;
    let list = apollo.follow(answer).await;
    list.must_say("Approved: ").must_say("Adrian's Restaurant").must_say("Undo");
    assert_eq!(orders::status(&world, &subscription), "processing");
    assert_eq!((world.number("SELECT count(*) AS n FROM outbox"), held(&world)), (before, 1));
    // a colleague comes too late by any way
    let csrf = page.value("csrf");
    let typed = [("csrf", csrf.as_str()), ("reason", "No room")];
    apollo
        .copy()
        .post(&format!("{}/fail", at_vendor(&request)), &typed)
        .await
        .must_be(409)
        .must_say(&format!("Apollo Jones decided on {request} a moment ago. It takes effect in a few seconds."));
    // nor does a form open that could only be refused
    for form in ["fail", "inquire", "parameters"] {
        let page = apollo.copy().get(&format!("{}/{form}", at_vendor(&request))).await;
        page.must_be(409).must_say(&format!("Apollo Jones decided on {request} a moment ago."));
    }
    world.seconds_later().await;
    assert_eq!(
        (orders::status(&world, &request), orders::status(&world, &subscription)),
        ("approved".into(), "active".into())
    );
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'order_decided' AND recipient LIKE 'michael%'"),
        1
    );
    michael.get(&format!("{MICKS}/subscriptions/{subscription}")).await.must_say("Active").must_say("KEY-1");
}

#[actix_web::test]
async fn what_the_other_party_does_meanwhile_happens_and_the_decision_does_not() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let request = waiting(&world);
    let key = parameter(&world, "license_key");
    let here = format!("{}?status=pending&sort=created", at_vendor(&request));
    let page = apollo.get(&here).await;
    apollo.submit_to(&page, Some("/approve"), &[(key.as_str(), "KEY-1")]).await.must_be(303);
    act(&michael, &format!("{MICKS}/fulfillment/{request}"), "withdraw", &[("reason", "Changed our minds")])
        .await
        .must_be(303);
    world.seconds_later().await;
    assert_eq!(orders::status(&world, &request), "revoked");
    assert_eq!(world.number("SELECT count(*) AS n FROM held_decisions WHERE refused IS NOT NULL"), 1);
    let approved = format!(
        "SELECT count(*) AS n FROM events WHERE name = 'fulfillment_request.approved' AND object = '{request}'"
    );
    assert_eq!(world.number(&approved), 0);
    // a change of who may do it counts as well
    let [first, ..] = three(&world, &michael).await;
    accept(&apollo, &first).await.must_be(303);
    world.run("SET session_replication_role = replica; DELETE FROM group_members WHERE user_id = (SELECT id FROM users WHERE email LIKE 'apollo%')");
    world.seconds_later().await;
    assert_eq!(status(&world, &first), "pending");
}

#[actix_web::test]
async fn many_are_chosen_by_what_the_list_shows_and_each_has_its_result() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    let fish = account(&world, "J&M Tropical Fish");
    for number in 0..24 {
        moves_to(&world, &michael, &fish, &format!("City {number}")).await;
    }
    let list = apollo.get(&format!("{CHAMPIONS}/customer-requests{CHANGES}")).await;
    list.must_say("Select all 25 that match").must_say("Required to ignore").must_not_say("(optional)");
    let all = apollo.get(&list.link("Select all 25 that match")).await;
    let ticked = all.attributes("input.tick[checked]", "value");
    assert_eq!(ticked.len(), 25);
    // without a reason: the same list, the same ticks, the reason asked for in place
    let refused = apollo.submit_many(&all, "ignore", &[("reason", "")]).await;
    assert_eq!(refused.must_be(422).errors(), ["Enter a reason"]);
    assert_eq!(refused.attributes("input.tick[checked]", "value"), ticked);
    assert_eq!(refused.texts(".chip"), ["Status: Pending, remove this filter"]);
    // what changed meanwhile is said; what came new is not touched
    let csrf = all.value("csrf");
    let one = [("csrf", csrf.as_str()), ("act", "accept"), ("id", ticked[0].as_str())];
    apollo.post(&format!("{CHAMPIONS}/customer-requests/many"), &one).await.must_be(200);
    let new = moves_to(&world, &michael, &fish, "Newark").await.remove(0);
    // many are listed first: what will change, and what will not with why
    let asked = apollo.submit_many(&refused, "ignore", &[("reason", "Where is that?")]).await;
    asked.must_be(200).must_say("Ignore: 25 selected").must_say("24 will change").must_say("1 will not change");
    assert_eq!(asked.texts("section:first-of-type tbody td"), ["Pending", "Ignored"].repeat(24));
    let why = asked.texts("section:last-of-type tbody tr").concat();
    assert!(why.contains(&ticked[0]) && why.contains("Apollo Jones") && why.contains("is accepted."), "{why}");
    let none = "SELECT count(*) AS n FROM tier_account_requests WHERE status = 'ignored'";
    assert_eq!(world.number(none), 0, "nothing is done before it is seen");
    // what moves after that is left alone
    let late = [("csrf", csrf.as_str()), ("act", "accept"), ("id", ticked[1].as_str())];
    apollo.post(&format!("{CHAMPIONS}/customer-requests/many"), &late).await.must_be(200);
    let results = apollo.submit_to(&asked, Some("/many"), &[]).await;
    results.must_be(200);
    assert_eq!(results.texts(".results .banner-title"), ["23 requests ignored"]);
    let refused = results.texts(".results p + ul li").concat();
    assert!(refused.contains(&ticked[1]) && refused.contains("Nothing was changed"), "{refused}");
    assert_eq!(results.texts(".results details summary"), ["23 were changed"]);
    assert_eq!(results.texts(".results details li .id"), ticked[2..]);
    let with = |status: &str| {
        world.number(&format!("SELECT count(*) AS n FROM tier_account_requests WHERE status = '{status}'"))
    };
    assert_eq!((with("accepted"), with("ignored"), status(&world, &new)), (2, 23, "pending".into()));
}

#[actix_web::test]
async fn a_queue_opens_with_what_waits_for_whoever_looks() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let request = waiting(&world);
    let over = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'approved'");
    let list = format!("{CHAMPIONS}/fulfillment");
    let page = apollo.get(&list).await;
    page.must_say(&request).must_not_say(&over);
    // as many as the menu counts
    let rows = page.texts("tbody tr").len();
    assert_eq!(page.texts(&format!(".rail a[href='{list}'] .waits-n")), [format!("{rows} waiting")]);
    let all = apollo.get(&page.link("All")).await;
    all.must_say(&request).must_say(&over);
    // for the buyer it does not wait while the vendor has everything
    let page = michael.get(&format!("{MICKS}/fulfillment")).await;
    page.must_say("Nothing is waiting for you").must_not_say(&request);
    michael.get(&page.link("Show all")).await.must_say(&request);
}

#[actix_web::test]
async fn single_keys_are_switched_off_in_the_profile_and_stay_off() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/fulfillment")).await;
    assert!(page.attributes("html[data-shortcuts]", "lang").is_empty());
    let profile = apollo.get("/profile").await;
    apollo.submit(&profile, &[("shortcuts", "")]).await.must_be(303);
    let page = apollo.get(&format!("{CHAMPIONS}/fulfillment")).await;
    assert_eq!(page.attribute("html", "data-shortcuts"), "off");
    // in the next session as well
    let again = world.apollo().await;
    assert_eq!(again.get("/profile").await.attribute("html", "data-shortcuts"), "off");
    again.get("/help").await.must_say("Keyboard shortcuts").must_say("Undo, within ten seconds");
}

/// What a request is and until when is above; who and what else is one unfolding away where there is little room.
#[actix_web::test]
async fn a_request_shows_its_status_first_and_folds_what_is_around_it() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let request = world.text("SELECT id AS t FROM fulfillment_requests WHERE status = 'pending'");
    let page = apollo.get(&format!("{CHAMPIONS}/fulfillment/{request}")).await;
    let above = page.must_be(200).texts(".main .request > dl.facts dt, .main > dl.facts dt");
    assert_eq!(above[..3], ["Status", "Request", "Type"]);
    let folded = page.texts("details.facts-more dt");
    assert!(
        ["Subscription", "Vendor", "Ordered by"].iter().all(|one| folded.contains(&(*one).to_owned())),
        "{folded:?}"
    );
    assert_eq!(page.texts("details.facts-more summary"), ["More details"]);
}

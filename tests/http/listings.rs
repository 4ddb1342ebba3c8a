//! From "please list this" to "listed": the vendor's wizard, the distributor's queue, and what ends with the contract.

use crate::{
    products::png,
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, CORNER, MICKS, PULSE, RING},
    },
};

const FRONT: &str = "/vendor/VA-610-774";
/// Champions' contract for the Tutorial Marketplace.
const CONTRACT: &str = "CRD-40293-21272-66678";

/// The open request of the cast.
pub fn waiting(world: &World) -> String {
    world.text("SELECT id AS t FROM listing_requests WHERE status = 'reviewing'")
}

/// Walks the wizard from its start up to the marketplace.
async fn up_to_marketplace(client: &Client, base: &str, product: &str) -> Answer {
    let page = client.get(&format!("{base}/listings/new")).await;
    page.must_say("Ask a distributor");
    let page = client.follow(client.submit(&page, &[]).await).await;
    page.must_say("Which product?").must_say("Step 2 of 7");
    client.submit(&page, &[]).await.must_be(422).must_say("Choose a product");
    let page = client.follow(client.submit(&page, &[("product", product)]).await).await;
    page.must_say("Which distributor?");
    let page = client.follow(client.submit(&page, &[("distributor", "PA-469-206")]).await).await;
    page.must_say("Which marketplace?");
    page
}

/// A second product of Champions with a public version.
pub async fn published(world: &World, apollo: &Client) -> String {
    let product = format!("{CHAMPIONS}/products/{CORNER}");
    let page = apollo.get(&format!("{product}/edit")).await;
    apollo.submit(&page, &[("category", "sales")]).await.must_be(303);
    let page = apollo.get(&format!("{product}/media/new")).await;
    apollo.upload(&page, &[("type", "image"), ("alt", "A corner")], "image", &png()).await.must_be(303);
    let page = apollo.get(&format!("{product}/versions/new")).await;
    apollo.submit(&page, &[("changes", "The first")]).await.must_be(303);
    assert_eq!(world.number(&format!("SELECT public_version::bigint AS n FROM products WHERE id = '{CORNER}'")), 1);
    product
}

/// Asks for `product` on the Tutorial Marketplace; the id of the request.
async fn ask(client: &Client, product: &str) -> String {
    let page = up_to_marketplace(client, CHAMPIONS, product).await;
    let page = client.follow(client.submit(&page, &[("marketplace", CONTRACT)]).await).await;
    let page = client.follow(client.submit(&page, &[("note", "Please")]).await).await;
    page.must_say("Request submitted");
    page.link("Go to Details").rsplit('/').next().expect("an id").to_owned()
}

pub async fn act(client: &Client, request: &str, verb: &str, typed: &[(&str, &str)]) -> Answer {
    let page = client.get(&format!("{MICKS}/listing-requests/{request}/{verb}")).await;
    page.must_be(200);
    client.submit(&page, typed).await
}

/// What `sight` must hold, told from the listings; nothing more and nothing less.
pub fn sight_is_true(world: &World) {
    let truth = "SELECT l.owner_id, l.product_id, min(l.environment), coalesce(max(v.search), '') FROM listings l \
        JOIN contracts c ON c.id = l.contract_id JOIN products p ON p.id = l.product_id \
        LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
        WHERE c.status = 'active' AND (l.status = 'listed' OR EXISTS (SELECT FROM listing_requests r WHERE r.listing_id = l.id)) \
        GROUP BY 1, 2";
    let kept = "SELECT viewer_id, product_id, environment, search FROM sight WHERE why = 'listing'";
    for (one, other) in [(truth, kept), (kept, truth)] {
        let missing = format!("SELECT count(*) AS n FROM ({one} EXCEPT {other}) missing");
        assert_eq!(world.number(&missing), 0, "{missing}");
    }
}

#[actix_web::test]
async fn without_a_version_or_a_contract_there_is_no_wizard() {
    let world = World::new().await;
    let tony = world.tony().await;
    let page = tony.get(&format!("{FRONT}/listings/new")).await;
    page.must_say("You cannot start yet").must_say("Publish a version").must_say("Enroll in a distributor");
    let csrf = page.value("csrf");
    assert!(
        tony.post(&format!("{FRONT}/listings/new"), &[("csrf", &csrf)]).await.location().ends_with("/listings/new")
    );
    assert_eq!(world.number("SELECT count(*) AS n FROM wizards WHERE kind = 'listing'"), 0);
}

#[actix_web::test]
pub async fn a_vendor_asks_and_the_distributor_reviews_deploys_and_lists() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    published(&world, &apollo).await;
    michael.get(&format!("{MICKS}/products/{CORNER}")).await.must_be(404);
    let page = up_to_marketplace(&apollo, CHAMPIONS, CORNER).await;
    // leaving leaves nothing behind
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM listings WHERE product_id = '{CORNER}'")), 0);
    let page = apollo.follow(apollo.submit(&page, &[("marketplace", CONTRACT)]).await).await;
    page.must_say("Check and submit").must_say("Apollo Corner").must_say("New listing");
    let typed = [("note", "It sells itself")];
    let (one, two) =
        futures_util::future::join(apollo.submit(&page, &typed), apollo.copy().submit(&page, &typed)).await;
    assert_eq!((one.status, two.status), (303, 303));
    let page = apollo.follow(one).await;
    page.must_say("Request submitted").must_say("Reviewing").must_say("Not Listed");
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM listing_requests WHERE product_id = '{CORNER}'")), 1);
    let request = page.link("Go to Details").rsplit('/').next().expect("an id").to_owned();
    assert!(request.starts_with("LSTR-") && request.ends_with("-001"));
    // the vendor can only wait and talk
    let own = apollo.get(&format!("{CHAMPIONS}/listing-requests/{request}")).await;
    own.must_say("It sells itself").must_not_say("Mark as Deploying").must_not_say("Cancel");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'listing_requested' AND recipient LIKE 'michael%'"),
        1
    );
    // the distributor has it on Home, and sees the product now
    assert!(michael.get(MICKS).await.waiting("Listing requests").contains(&"Apollo Corner".to_owned()));
    michael.get(&format!("{MICKS}/products/{CORNER}")).await.must_say("Default item");
    let page = michael.get(&format!("{MICKS}/listing-requests/{request}")).await;
    page.must_say("No one").must_say("Due").must_say("Mark as Deploying").must_not_say("Mark as Completed");
    let answer = michael.submit_to(&page, Some("/assign"), &[]).await;
    michael.follow(answer).await.must_say("Assigned to you").must_say("Michael Goldmill").must_say("Unassign");
    // Completed straight from Reviewing is impossible
    michael.get(&format!("{MICKS}/listing-requests/{request}/complete")).await.must_be(409);
    let csrf = page.value("csrf");
    let url = |verb: &str| format!("{MICKS}/listing-requests/{request}/{verb}");
    michael.post(&url("complete"), &[("csrf", &csrf)]).await.must_be(409).must_say("is now reviewing");
    act(&michael, &request, "deploy", &[]).await.must_be(303);
    michael.post(&url("refine"), &[("csrf", &csrf), ("reason", "too late")]).await.must_be(409);
    let answer = act(&michael, &request, "complete", &[]).await;
    let done = michael.follow(answer).await;
    done.must_say("Completed").must_say("Listed").must_not_say("Overdue");
    apollo.get(&format!("{CHAMPIONS}/listings?status=listed")).await.must_say("Apollo Corner");
    apollo.get(&format!("{CHAMPIONS}/products")).await.must_say("Apollo Corner");
    assert_eq!(
        world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'listing_decided' AND recipient LIKE 'apollo%'"),
        2
    );
    // who works on it is nobody else's business
    apollo
        .get(&format!("{CHAMPIONS}/listing-requests/{request}"))
        .await
        .must_not_say("assigned the request to themselves");
    sight_is_true(&world);
}

#[actix_web::test]
async fn a_product_that_is_listed_under_a_test_contract_alone_is_offered_as_a_test() {
    let world = World::new().await;
    let (michael, apollo) = (world.michael().await, world.apollo().await);
    published(&world, &apollo).await;
    let kind = |kind: &str| {
        world.run(&format!(
            "BEGIN; SET LOCAL session_replication_role = replica; UPDATE contracts SET kind = '{kind}' WHERE id = '{CONTRACT}'; COMMIT"
        ));
    };
    kind("test");
    let request = ask(&apollo, CORNER).await;
    let page = michael.get(&format!("{MICKS}/products?environment=test")).await;
    page.must_say(CORNER).must_not_say(PULSE);
    assert_eq!(page.texts("tbody th .badge"), ["Test"]);
    let shown = michael.get(&format!("{MICKS}/products/{CORNER}")).await;
    assert_eq!(shown.texts(".facts-list .badge, .plain .badge"), ["Test", "Test"], "the product and its listing");
    sight_is_true(&world);
    // the same listing for real: whatever settles the sight says so
    kind("production");
    world.run(&format!("UPDATE listings SET environment = 'production' WHERE product_id = '{CORNER}'"));
    act(&michael, &request, "deploy", &[]).await.must_be(303);
    act(&michael, &request, "complete", &[]).await.must_be(303);
    let page = michael.get(&format!("{MICKS}/products?environment=production")).await;
    page.must_say(CORNER).must_say(PULSE);
    sight_is_true(&world);
}

#[actix_web::test]
async fn one_request_of_a_listing_is_open_at_a_time() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = up_to_marketplace(&apollo, CHAMPIONS, RING).await;
    let refused = apollo.submit(&page, &[("marketplace", CONTRACT)]).await;
    refused.must_be(422).must_say(&format!("Request {} for this marketplace is still open", waiting(&world)));
    // two wizards that both came to the end before either was submitted
    published(&world, &apollo).await;
    let mut ends = Vec::new();
    for _ in 0..2 {
        let page = up_to_marketplace(&apollo, CHAMPIONS, CORNER).await;
        ends.push(apollo.follow(apollo.submit(&page, &[("marketplace", CONTRACT)]).await).await);
    }
    let (one, two) =
        futures_util::future::join(apollo.submit(&ends[0], &[]), apollo.copy().submit(&ends[1], &[])).await;
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let refused = if one.status == 422 { one } else { two };
    refused.must_say("is still open");
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM listing_requests WHERE product_id = '{CORNER}'")), 1);
}

#[actix_web::test]
async fn a_request_goes_back_with_a_reason_and_comes_again() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let request = waiting(&world);
    act(&michael, &request, "refine", &[]).await.must_be(422).must_say("Enter a reason");
    act(&michael, &request, "refine", &[("reason", "Which countries?")]).await.must_be(303);
    assert_eq!(apollo.get(CHAMPIONS).await.waiting("Listing requests sent back to you"), ["Apollo Ring"]);
    let own = format!("{CHAMPIONS}/listing-requests/{request}");
    let page = apollo.get(&own).await;
    page.must_say("Draft").must_say("Which countries?").must_say("Why it was sent back");
    michael.get(&format!("{MICKS}/listing-requests/{request}")).await.must_not_say("Mark as");
    // Master moved on meanwhile: the request comes back with the newest public version
    let product = format!("{CHAMPIONS}/products/{RING}");
    let page = apollo.get(&format!("{product}/versions/new")).await;
    apollo.submit(&page, &[("changes", "For Germany")]).await.must_be(303);
    let page = apollo.get(&format!("{own}/submit")).await;
    page.must_say("Which countries?");
    let answer = apollo.submit(&page, &[("note", "Germany")]).await;
    apollo
        .follow(answer)
        .await
        .must_say("Reviewing")
        .must_say("Germany")
        .must_say("Version 2")
        .must_not_say("Why it was sent back");
    apollo.get(&format!("{own}/submit")).await.must_be(409);
    sight_is_true(&world);
}

#[actix_web::test]
async fn a_draft_that_is_deleted_takes_its_listing_and_the_sight_of_the_product_along() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let request = waiting(&world);
    michael.get(&format!("{MICKS}/products/{RING}")).await.must_be(200);
    act(&michael, &request, "refine", &[("reason", "Not now")]).await.must_be(303);
    let page = apollo.get(&format!("{CHAMPIONS}/listing-requests/{request}/delete")).await;
    let answer = apollo.submit(&page, &[]).await;
    apollo.follow(answer).await.must_say("Request deleted");
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM listings WHERE product_id = '{RING}'")), 0);
    michael.get(&format!("{MICKS}/products/{RING}")).await.must_be(404);
    michael.get(&format!("{MICKS}/listing-requests/{request}")).await.must_be(404);
    sight_is_true(&world);
}

#[actix_web::test]
async fn a_cancelled_request_stays_so_and_another_may_follow() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let request = waiting(&world);
    act(&michael, &request, "deploy", &[]).await.must_be(303);
    act(&michael, &request, "cancel", &[("reason", "Our system refuses it")]).await.must_be(303);
    let own = apollo.get(&format!("{CHAMPIONS}/listing-requests/{request}")).await;
    own.must_say("Cancelled").must_say("Our system refuses it").must_say("Not Listed");
    assert!(own.texts(".heading-actions a").is_empty(), "nothing is left to do");
    for verb in ["deploy", "complete", "refine", "cancel"] {
        michael.get(&format!("{MICKS}/listing-requests/{request}/{verb}")).await.must_be(409);
    }
    let again = ask(&apollo, RING).await;
    assert!(again.ends_with("-002"), "{again}");
}

#[actix_web::test]
async fn a_listing_is_updated_and_terminated_by_requests() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let listing = world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}'"));
    let page = format!("{MICKS}/listings/{listing}");
    for (action, verb, words, listed) in [
        ("update", "cancel", "Cancelled", "Listed"),
        ("update", "complete", "Completed", "Listed"),
        ("remove", "cancel", "Cancelled", "Listed"),
        ("remove", "complete", "Completed", "Not Listed"),
    ] {
        let step = up_to_marketplace(&apollo, CHAMPIONS, PULSE).await;
        let step = apollo.follow(apollo.submit(&step, &[("marketplace", CONTRACT)]).await).await;
        step.must_say("What do you want to do with the listing?");
        apollo.submit(&step, &[]).await.must_be(422);
        let step = apollo.follow(apollo.submit(&step, &[("action", action)]).await).await;
        let step = apollo.follow(apollo.submit(&step, &[]).await).await;
        let request = step.link("Go to Details").rsplit('/').next().expect("an id").to_owned();
        michael.get(&page).await.must_say("Listed").must_not_say("Not Listed");
        act(&michael, &request, "deploy", &[]).await.must_be(303);
        act(&michael, &request, verb, &[("reason", "So it is")]).await.must_be(303);
        let shown = michael.get(&page).await;
        assert_eq!(shown.texts(".facts-list .status"), [listed], "{action} {verb}");
        michael.get(&format!("{MICKS}/listing-requests/{request}")).await.must_say(words);
    }
    // and anew
    let page = up_to_marketplace(&apollo, CHAMPIONS, PULSE).await;
    let page = apollo.follow(apollo.submit(&page, &[("marketplace", CONTRACT)]).await).await;
    page.must_say("New listing");
}

#[actix_web::test]
async fn a_product_at_end_of_sale_is_not_listed_anew() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    published(&world, &apollo).await;
    for product in [CORNER, PULSE] {
        let page = apollo.get(&format!("{CHAMPIONS}/products/{product}/end-of-sale")).await;
        apollo.submit(&page, &[]).await.must_be(303);
    }
    let page = up_to_marketplace(&apollo, CHAMPIONS, CORNER).await;
    apollo.submit(&page, &[("marketplace", CONTRACT)]).await.must_be(422).must_say("at End of Sale");
    // what is listed can still be taken off
    let page = up_to_marketplace(&apollo, CHAMPIONS, PULSE).await;
    let page = apollo.follow(apollo.submit(&page, &[("marketplace", CONTRACT)]).await).await;
    page.must_say("Terminate");
}

#[actix_web::test]
async fn two_people_decide_one_request_once() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let request = waiting(&world);
    act(&michael, &request, "deploy", &[]).await.must_be(303);
    let complete = michael.get(&format!("{MICKS}/listing-requests/{request}/complete")).await;
    let cancel = tony.get(&format!("{MICKS}/listing-requests/{request}/cancel")).await;
    // beside a cancellation "Cancel" would mean both
    assert_eq!(complete.texts("form.confirm .actions a"), ["Cancel"]);
    assert_ne!(cancel.texts("form.confirm .actions a"), ["Cancel"]);
    let (one, two) =
        futures_util::future::join(michael.submit(&complete, &[]), tony.submit(&cancel, &[("reason", "No")])).await;
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    let decided = "SELECT count(*) AS n FROM events WHERE name IN ('listing_request.completed', 'listing_request.cancelled') \
        AND at > now() - interval '1 hour'";
    assert_eq!(world.number(decided), 1);
    sight_is_true(&world);
}

#[actix_web::test]
async fn what_rests_on_a_distribution_contract_ends_with_it() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let request = waiting(&world);
    let page = michael.get(&format!("{MICKS}/contracts/{CONTRACT}/terminate")).await;
    let answer = michael.submit(&page, &[]).await;
    answer.must_be(303);
    apollo.get(&format!("{CHAMPIONS}/listing-requests/{request}")).await.must_say("Cancelled").must_say("has ended");
    let listing = world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}'"));
    let shown = michael.get(&format!("{MICKS}/listings/{listing}")).await;
    assert_eq!(shown.texts(".facts-list .status"), ["Not Listed"]);
    shown.must_say("Apollo Pulse").must_say("Entente removed the product from the marketplace");
    assert!(!shown.body.windows(PULSE.len() + 9).any(|part| part == format!("products/{PULSE}").as_bytes()), "no link");
    michael.get(&format!("{MICKS}/products/{PULSE}")).await.must_be(404);
    michael.get(&format!("{MICKS}/products")).await.must_say("No products yet");
    apollo.get(&format!("{CHAMPIONS}/listings/new")).await.must_say("You cannot start yet");
    sight_is_true(&world);
}

#[actix_web::test]
async fn a_program_contract_takes_the_listings_along() {
    let world = World::new().await;
    let michael = world.michael().await;
    let program = world.text(
        "SELECT id AS t FROM contracts WHERE type = 'program' AND signee_id = 'VA-287-142' AND status = 'active'",
    );
    let page = michael.get(&format!("{MICKS}/contracts/{program}/terminate")).await;
    michael.submit(&page, &[]).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM listings WHERE status = 'listed'"), 0);
    assert_eq!(world.number("SELECT count(*) AS n FROM listing_requests WHERE status = 'reviewing'"), 0);
    sight_is_true(&world);
}

#[actix_web::test]
async fn both_sides_talk_on_a_request() {
    let world = World::new().await;
    let (apollo, michael, tony) = (world.apollo().await, world.michael().await, world.tony().await);
    let request = waiting(&world);
    let page = michael.get(&format!("{MICKS}/listing-requests/{request}")).await;
    let typed = [("text", "Which countries, please?")];
    michael.submit_to(&page, None, &[("text", "")]).await.must_be(422);
    let (_, fields) = crate::support::client::form(&page, Some("/assign"), &[]);
    let csrf = fields[0].1.clone();
    let url = format!("{MICKS}/listing-requests/{request}");
    let say = |text: &'static str| {
        let (csrf, url, michael) = (csrf.clone(), url.clone(), &michael);
        async move {
            michael
                .post(&url, &[("csrf", &csrf), ("text", text), ("form", "0193b5a0-0000-7000-8000-000000000001")])
                .await
        }
    };
    say("").await.must_be(422).must_say("Enter a message");
    say(typed[0].1).await.must_be(303);
    say(typed[0].1).await.must_be(303);
    let shown = apollo.get(&format!("{CHAMPIONS}/listing-requests/{request}")).await;
    assert_eq!(shown.texts(".talk .message").len(), 1, "sent twice, said once");
    shown.must_say("Which countries, please?").must_say("Michael Goldmill");
    assert_eq!(world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'request_discussed'"), 1);
    // a company that has nothing to do with it
    tony.get(&format!("{FRONT}/listing-requests/{request}")).await.must_be(404);
    tony.post(&format!("{FRONT}/listing-requests/{request}"), &[("csrf", "x")]).await.must_be(403);
}

#[actix_web::test]
async fn two_distributors_of_one_vendor_do_not_learn_of_each_other() {
    let world = World::new().await;
    world.run(
        "INSERT INTO accounts (id, role, name, founding, created_at) VALUES ('PA-777-777', 'distributor', 'Creed Gyms', true, now()); \
         INSERT INTO memberships (account_id, user_id, joined_at) SELECT 'PA-777-777', id, now() FROM users WHERE email LIKE 'donnie%'; \
         INSERT INTO groups (id, account_id, name, administrators, created_at) VALUES ('UG-777-777-777', 'PA-777-777', 'Administrators', true, now()); \
         INSERT INTO group_members (group_id, account_id, user_id) SELECT 'UG-777-777-777', 'PA-777-777', id FROM users WHERE email LIKE 'donnie%'; \
         INSERT INTO marketplaces (id, owner_id, name, currency, countries, prices, created_at, updated_at) \
         VALUES ('MP-77777', 'PA-777-777', 'Creed Market', 'USD', '{US}', '{price}', now(), now()); \
         INSERT INTO agreements (id, type, owner_id, name, created_at, updated_at) VALUES ('AGP-777-777-777', 'program', 'PA-777-777', 'P', now(), now()); \
         INSERT INTO agreements (id, type, owner_id, name, parent_id, marketplace_id, created_at, updated_at) \
         VALUES ('AGD-777-777-777', 'distribution', 'PA-777-777', 'D', 'AGP-777-777-777', 'MP-77777', now(), now()); \
         INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at, activator_id, activated_at) \
         SELECT 'AGD-777-777-777', 1, 'active', 'external', 'https://x.example', id, now(), id, now() FROM users WHERE email LIKE 'donnie%'; \
         INSERT INTO contracts (id, type, kind, status, agreement_id, version, issuer_id, signee_id, note, creator_id, created_at, updated_at, activated_at, search) \
         SELECT 'CRD-77777-77777-77777', 'distribution', 'production', 'active', 'AGD-777-777-777', 1, 'PA-777-777', 'VA-287-142', 'n', id, now(), now(), now(), 'x' \
         FROM users WHERE email LIKE 'donnie%'",
    );
    let (apollo, michael, donnie) = (world.apollo().await, world.michael().await, world.donnie().await);
    let theirs = "/distributor/PA-777-777";
    donnie.get(&format!("{theirs}/products")).await.must_say("No products yet");
    let page = apollo.get(&format!("{CHAMPIONS}/listings/new")).await;
    let page = apollo.follow(apollo.submit(&page, &[]).await).await;
    let page = apollo.follow(apollo.submit(&page, &[("product", PULSE)]).await).await;
    page.must_say("Creed Gyms").must_say("Mighty Mick's");
    let page = apollo.follow(apollo.submit(&page, &[("distributor", "PA-777-777")]).await).await;
    page.must_say("Creed Market").must_not_say("Tutorial Marketplace");
    // the other one's marketplace is no answer here
    apollo.submit(&page, &[("marketplace", CONTRACT)]).await.must_be(422);
    let page = apollo.follow(apollo.submit(&page, &[("marketplace", "CRD-77777-77777-77777")]).await).await;
    let page = apollo.follow(apollo.submit(&page, &[]).await).await;
    let request = page.link("Go to Details").rsplit('/').next().expect("an id").to_owned();
    let shown = donnie.get(&format!("{theirs}/products/{PULSE}")).await;
    shown.must_say("Creed Market").must_not_say("Tutorial Marketplace").must_not_say("Mighty Mick");
    donnie.get(&format!("{theirs}/listings")).await.must_say("Apollo Pulse").must_not_say("Tutorial");
    donnie.get(&format!("{theirs}/listing-requests")).await.must_not_say("Apollo Ring");
    michael.get(&format!("{MICKS}/listing-requests/{request}")).await.must_be(404);
    let csrf = michael.get(&format!("{MICKS}/listings")).await.value("csrf");
    for verb in ["deploy", "complete", "refine", "cancel", "assign"] {
        let url = format!("{MICKS}/listing-requests/{request}/{verb}");
        michael.post(&url, &[("csrf", &csrf), ("reason", "mine")]).await.must_be(404);
    }
    michael.get(&format!("{MICKS}/listings")).await.must_not_say("Creed");
    sight_is_true(&world);
}

#[actix_web::test]
async fn lists_search_filter_and_leave_as_files() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    michael
        .get(&format!("{MICKS}/listing-requests?status=reviewing&status=deploying&sort=submitted"))
        .await
        .must_say("Apollo Ring")
        .must_not_say("Apollo Pulse");
    michael
        .get(&format!("{MICKS}/listing-requests?q=pulse"))
        .await
        .must_say("Apollo Pulse")
        .must_not_say("Apollo Ring");
    michael
        .get(&format!("{MICKS}/listing-requests?assignee=michael"))
        .await
        .must_say("Apollo Pulse")
        .must_not_say("Apollo Ring");
    michael.get(&format!("{MICKS}/listings?partner=champions&marketplace=tutorial")).await.must_say("Apollo Ring");
    michael.get(&format!("{MICKS}/listings?partner=front")).await.must_say("No matches");
    for (client, base) in [(&apollo, CHAMPIONS), (&michael, MICKS)] {
        for grid in ["products", "listings", "listing-requests"] {
            let file = client.get(&format!("{base}/{grid}/export.csv")).await;
            assert!(String::from_utf8_lossy(&file.body).contains("Apollo Pulse"), "{base}/{grid}");
            for sort in [
                "product",
                "vendor",
                "category",
                "status",
                "-since",
                "listing",
                "marketplace",
                "created",
                "request",
                "type",
                "due",
            ] {
                client.get(&format!("{base}/{grid}?sort={sort}")).await.must_be(200).must_say("Apollo Pulse");
            }
        }
    }
}

//! Home: what waits, by how soon it is due, each figure with the rows that make it; what is new since the last visit; and what to do first.

use crate::{
    orders::acreeds_store,
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, SIGNED},
    },
};

/// Everybody comes back after a while, and whatever happened so far was before.
fn later(world: &World, time: &str) {
    world.run(&format!(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE events SET at = at - interval '{time}'; COMMIT; \
         UPDATE memberships SET last_seen_at = last_seen_at - interval '{time}'; \
         UPDATE sessions SET seen_at = seen_at - interval '{time}'; \
         UPDATE session_places SET seen_at = seen_at - interval '{time}'"
    ));
}

pub fn two_hours_later(world: &World) {
    later(world, "2 hours");
}

/// The numbers of "3 · 1 test", added up.
fn sum(figure: &str) -> usize {
    figure.split(|sign: char| !sign.is_ascii_digit()).filter_map(|number| number.parse::<usize>().ok()).sum()
}

/// What `select` finds, each with where it leads.
fn leading(page: &Answer, texts: &str, links: &str) -> Vec<(String, String)> {
    page.texts(texts).into_iter().zip(page.attributes(links, "href")).collect()
}

/// How many rows stand where a figure leads.
async fn rows(client: &Client, href: &str) -> usize {
    let page = client.get(href).await;
    page.must_be(200);
    match href.contains("/to-do?") {
        true => page.texts(".waiting > li").len(),
        false => sum(&page.texts("h1 .count").concat()),
    }
}

#[actix_web::test]
async fn every_figure_leads_to_exactly_the_rows_that_make_it() {
    let world = World::new().await;
    // the cast acted years ago
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE usage_files SET created_at = now() - interval '40 days'; \
         UPDATE fulfillment_requests SET created_at = now() - interval '8 days', updated_at = now() - interval '1 day'; COMMIT",
    );
    let everybody = [
        (world.michael().await, MICKS, ["Contracts to approve", "Orders in and out", "Usage files created"].as_slice()),
        (world.apollo().await, CHAMPIONS, ["Orders to fulfil", "Orders in and out", "Contracts by status"].as_slice()),
        (world.donnie().await, ACREED, ["Contracts to sign", "Contracts by status"].as_slice()),
    ];
    for (client, base, said) in everybody {
        let home = client.get(base).await;
        home.must_be(200);
        for words in said {
            home.must_say(words);
        }
        let kinds = leading(&home, ".kinds .figure", ".kinds a");
        let bands = leading(&home, ".waiting + p a", ".waiting + p a");
        let charts = leading(&home, ".chart-numbers td a", ".chart-numbers td a");
        for (of, figures) in [("kinds", &kinds), ("headings", &bands), ("charts", &charts)] {
            // a heading leads on where it has more than it shows
            assert!(of == "headings" || !figures.is_empty(), "{base} has {of}: {}", home.text());
            for (figure, href) in figures {
                assert_eq!(rows(&client, href).await, sum(figure), "{base} {of}: {figure} at {href}");
            }
        }
        // under the headings stands what the kinds count, and nothing else
        let all = |figures: &[(String, String)]| figures.iter().map(|(figure, _)| sum(figure)).sum::<usize>();
        let shown = home.texts(".waiting .kind").len();
        assert_eq!(all(&kinds), if bands.is_empty() { shown } else { all(&bands) }, "{base}");
        assert_eq!(rows(&client, &format!("{base}/to-do?")).await, all(&kinds), "{base}");
    }
}

#[actix_web::test]
async fn what_waits_stands_under_how_soon_it_is_due() {
    let world = World::new().await;
    let michael = world.michael().await;
    // a deadline at the end of today, a service level of three working days that began now, and one that ended long ago
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE users SET time_zone = 'UTC' WHERE email LIKE 'michael@%'; \
         UPDATE listing_requests SET due_at = (date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day' - interval '1 second') \
         AT TIME ZONE 'UTC' WHERE status = 'reviewing'; \
         UPDATE contracts SET created_at = now() WHERE status = 'pending' AND type = 'distribution'; \
         UPDATE usage_files SET updated_at = now() - interval '30 days' WHERE status = 'pending'; COMMIT",
    );
    let home = michael.get(MICKS).await;
    let headings = home.texts("section h2");
    let place = |heading: &str| headings.iter().position(|one| one == heading);
    let places: Vec<Option<usize>> = ["Overdue", "Today", "This week"].map(place).into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{headings:?}");
    for (when, kind, others) in [
        ("overdue", "Usage to review", ["Listing requests", "Contracts to approve"]),
        ("today", "Listing requests", ["Usage to review", "Contracts to approve"]),
        ("week", "Contracts to approve", ["Usage to review", "Listing requests"]),
    ] {
        let page = michael.get(&format!("{MICKS}/to-do?when={when}")).await;
        assert_eq!(page.must_be(200).waiting(kind).len(), 1, "{when}");
        assert!(others.iter().all(|other| page.waiting(other).is_empty()), "{when}: {}", page.text());
        assert_eq!(page.texts("section h2").len(), 1, "{when}");
    }
    // each line says who or what, of which kind, since when and until when, and only what is late is red
    let overdue = michael.get(&format!("{MICKS}/to-do?when=overdue")).await;
    overdue.must_say("Usage to review · UF-").must_say("submitted 30 days ago").must_say("· Due ");
    assert!(!overdue.texts(".late").is_empty());
    let today = michael.get(&format!("{MICKS}/to-do?when=today")).await;
    today.must_say("· Due in ");
    assert!(today.texts(".late").is_empty());
    // two filters at once, and what means nothing asks for everything
    let one = michael.get(&format!("{MICKS}/to-do?when=today&of=list")).await;
    assert_eq!((one.texts("h1"), one.texts(".waiting > li").len()), (vec!["Listing requests".to_owned()], 1));
    michael.get(&format!("{MICKS}/to-do?when=today&of=usage")).await.must_say("Nothing is waiting for you");
    let all = michael.get(&format!("{MICKS}/to-do?when=never&of=%00'&x")).await;
    assert_eq!(all.texts("h1"), ["To do"]);
    assert_eq!(all.waiting("Usage to review").len(), 1);
}

#[actix_web::test]
async fn a_contract_without_a_deadline_has_no_due_date() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let undated = donnie.get(&format!("{ACREED}/to-do?when=undated")).await;
    assert_eq!(undated.texts("section h2"), ["No due date"]);
    assert_eq!(undated.waiting("Contracts to sign").len(), 1);
    world.run(&format!(
        "SET session_replication_role = replica; UPDATE agreement_versions SET due_at = now() - interval '1 day' \
         WHERE status = 'active' AND agreement_id = (SELECT agreement_id FROM contracts WHERE id = '{SIGNED}')"
    ));
    let overdue = donnie.get(&format!("{ACREED}/to-do?when=overdue")).await;
    overdue.must_say("was to be signed 1 day ago");
    donnie.get(&format!("{ACREED}/to-do?when=undated")).await.must_say("Nothing is waiting for you");
}

#[actix_web::test]
async fn a_deadline_to_sign_waits_for_both_sides_until_all_have_signed() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let kind = "Signatures to collect";
    assert_eq!(michael.get(MICKS).await.waits(kind), "0");
    let agreement = world.text(&format!("SELECT agreement_id AS t FROM contracts WHERE id = '{SIGNED}'"));
    world.run(&format!(
        "SET session_replication_role = replica; UPDATE agreement_versions SET due_at = now() + interval '3 days 1 hour' \
         WHERE status = 'active' AND agreement_id = '{agreement}'"
    ));
    let home = michael.get(MICKS).await;
    assert_eq!(home.waits(kind), "1");
    let week = michael.get(&format!("{MICKS}/to-do?when=week&of=outstanding")).await;
    week.must_say("to be signed in 3 days");
    let signatures = format!("{MICKS}/agreements/{agreement}/signatures");
    assert_eq!(week.attributes(".waiting a", "href"), [signatures.as_str()]);
    michael.get(&signatures).await.must_be(200);
    donnie.get(&format!("{ACREED}/to-do?when=week")).await.must_say("to be signed in 3 days");
    world.run(&format!(
        "SET session_replication_role = replica; UPDATE contracts SET version = 2 WHERE agreement_id = '{agreement}' AND status = 'active'"
    ));
    assert_eq!(michael.get(MICKS).await.waits(kind), "0");
}

#[actix_web::test]
async fn who_may_not_see_a_thing_reads_nothing_of_it_on_home() {
    let world = World::new().await;
    let paulie = world.paulie().await;
    let home = paulie.get(MICKS).await;
    home.must_say("Contracts by status").must_not_say("Contracts to approve").must_not_say("Usage to review");
    let page = paulie.get(&format!("{MICKS}/to-do?of=approve")).await;
    assert!(page.must_be(200).waiting("Contracts to approve").is_empty());
    world.run(
        "UPDATE groups SET permissions = '{customers.view}' WHERE NOT administrators AND account_id = 'PA-469-206'",
    );
    let home = paulie.get(MICKS).await;
    home.must_say("Nothing for you to do here");
    for nothing in [".kinds a", ".waiting a", ".nothing", ".chart-plot", ".tasks li"] {
        assert_eq!(home.texts(nothing), Vec::<String>::new(), "{nothing}");
    }
    assert!(paulie.get(&format!("{MICKS}/to-do")).await.texts(".waiting > li").is_empty());
    // what another company's people may see is theirs
    world.donnie().await.get(&format!("{MICKS}/to-do")).await.must_be(404);
}

#[actix_web::test]
async fn a_visit_begins_with_the_first_page_after_a_break() {
    let world = World::new().await;
    let (michael, donnie) = (world.michael().await, world.donnie().await);
    let contract = format!("{ACREED}/contracts/{SIGNED}");
    let since = "Since your last visit";
    donnie.get(ACREED).await.must_not_say(since);
    michael.get(MICKS).await.must_not_say(since);
    later(&world, "10 minutes");
    donnie.get(ACREED).await.must_not_say(since);
    later(&world, "2 hours");
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    michael.submit(&page, &[("reason", "It is over")]).await.must_be(303);
    // whichever page is the first
    donnie.get(&format!("{ACREED}/contracts")).await.must_be(200);
    for _ in 0..2 {
        let home = donnie.get(ACREED).await;
        home.must_say(since).must_say("terminated the contract, just now").must_say("Michael Goldmill");
        assert!(home.attributes(".waiting a", "href").contains(&contract));
    }
    later(&world, "20 minutes");
    donnie.get(ACREED).await.must_say("terminated the contract");
    // for who did it there is nothing new, and the next visit has it behind itself
    michael.get(MICKS).await.must_say(since).must_say("Nothing new from your partners");
    later(&world, "2 hours");
    donnie.get(ACREED).await.must_say(since).must_not_say("terminated the contract");
}

#[actix_web::test]
async fn what_is_new_is_told_to_whom_it_is_shown_and_to_nobody_else() {
    let world = World::new().await;
    let (michael, bianca) = (world.michael().await, world.signed_in("bianca@acreedllc.example").await);
    let may = |all: &str| {
        world.run(&format!(
            "UPDATE groups SET permissions = '{{{all}}}' WHERE NOT administrators AND account_id = 'PA-196-115'"
        ));
    };
    may("contracts.view,customers.view");
    bianca.get(ACREED).await.must_be(200);
    later(&world, "2 hours");
    let page = michael.get(&format!("{MICKS}/contracts/{SIGNED}/terminate")).await;
    michael.submit(&page, &[("reason", "It is over")]).await.must_be(303);
    bianca.get(ACREED).await.must_say("terminated the contract");
    may("customers.view");
    bianca.get(ACREED).await.must_say("Since your last visit").must_not_say("terminated the contract");
}

/// What Home says of a first step.
fn step(page: &Answer, words: &str) -> String {
    page.texts(".tasks li").into_iter().find(|step| step.starts_with(words)).unwrap_or_default()
}

#[actix_web::test]
async fn a_resellers_first_view_says_what_to_do_first_until_it_is_done() {
    let world = World::new().await;
    let donnie = world.donnie().await;
    let home = donnie.get(ACREED).await;
    home.must_say("Get started");
    for (words, state) in [
        ("Create a marketplace", "Not started"),
        ("Create a customer", "Not started"),
        ("Order a subscription", "Not available yet"),
    ] {
        assert!(step(&home, words).ends_with(state), "{words}: {}", home.text());
    }
    donnie.follow(donnie.get(&home.link("Create a customer")).await).await.must_be(200);
    acreeds_store(&world);
    let home = donnie.get(ACREED).await;
    for (words, state) in [
        ("Create a marketplace", "Completed"),
        ("Create a customer", "Completed"),
        ("Order a subscription", "Not started"),
    ] {
        assert!(step(&home, words).ends_with(state), "{words}: {}", home.text());
    }
    donnie.follow(donnie.get(&home.link("Order a subscription")).await).await.must_be(200);
    // what is begun is done: the cast's others have nothing left to do first
    world.michael().await.get(MICKS).await.must_not_say("Get started");
    world.apollo().await.get(CHAMPIONS).await.must_not_say("Get started");
    // with the last step the list goes
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE subscriptions SET buyer_id = 'PA-196-115'; \
         UPDATE contracts SET signee_id = 'PA-196-115' WHERE id = (SELECT min(id) FROM contracts WHERE type = 'distribution'); COMMIT",
    );
    donnie.get(ACREED).await.must_not_say("Get started");
    // whoever may not do it is not told to
    world.signed_in("bianca@acreedllc.example").await.get(ACREED).await.must_not_say("Get started");
}

#[actix_web::test]
async fn home_is_german_for_who_reads_german() {
    let world = World::new().await;
    world.run("UPDATE users SET language = 'de' WHERE email LIKE 'michael@%'");
    let home = world.michael().await.get(MICKS).await;
    home.must_say("Zu erledigen").must_say("Nach Art").must_say("Auf einen Blick").must_say("Verträge nach Status");
    home.must_say("Fällig ").must_not_say("Due ").must_not_say("By kind").must_not_say("See all");
}

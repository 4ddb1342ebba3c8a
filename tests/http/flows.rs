//! All that the program is for, in one sitting and through its pages alone: from an empty database to usage that is billed.

use chrono::{Days, Utc};

use crate::{
    activation::{PASSWORD, up_to_activate},
    contracts::invite,
    products::png,
    support::{Answer, Client, World, world::key},
    usage::{HEAD, id, submit, upload},
};

/// A field that a step asks for, and what is entered in that step.
type Entry<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// Goes through a wizard, whichever steps it has, until a page says `done`.
async fn through(client: &Client, start: &str, entries: &[Entry<'_>], done: &str) -> Answer {
    let mut page = client.get(start).await;
    for _ in 0..10 {
        if page.must_be(200).says(done) {
            return page;
        }
        let asked = page.attributes("main [name]", "name");
        let entry = entries.iter().find(|(field, _)| asked.iter().any(|name| name == field));
        let nothing: &[(&str, &str)] = &[];
        let typed = entry.map_or(nothing, |(_, typed)| *typed);
        let answer = client.submit(&page, typed).await;
        page = client.follow(answer).await;
    }
    panic!("{start} does not come to {done:?}: {}", page.text())
}

/// Fills in a page and sends it; where that leads.
async fn fill(client: &Client, path: &str, typed: &[(&str, &str)]) -> String {
    let page = client.get(path).await;
    let answer = client.submit(page.must_be(200), typed).await;
    answer.must_be(303).location().to_owned()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The first distributor, which the operator makes; its person, and its portal.
async fn distributor(world: &World) -> (Client, String) {
    let made = entente::bootstrap::run(
        &world.program.db,
        &key(),
        "http://127.0.0.1:8080",
        "Evers Ltd",
        "Duke Evers",
        "duke@evers.example",
    );
    let link = made.expect("it is made").link.expect("a link");
    let duke = world.stranger();
    let page = duke.follow(duke.get(&link).await).await;
    let answer = duke.submit(&page, &[("new-password", PASSWORD), ("confirm-password", PASSWORD)]).await;
    let home = duke.follow(answer).await;
    home.must_be(200).must_say("Get started");
    (duke, home.path)
}

/// A marketplace with its hub; its id.
async fn marketplace(duke: &Client, home: &str) -> String {
    let hub = [("name", "Shop"), ("instance", "shop-1"), ("description", "Where customers buy")];
    fill(duke, &format!("{home}/hubs/new"), &hub).await;
    let entries: [Entry<'_>; 3] = [
        ("prices", &[("prices", "price")]),
        ("external_id", &[("external_id", "1")]),
        ("countries", &[("name", "Central Europe"), ("countries", "DE"), ("currency", "EUR")]),
    ];
    let page = through(duke, &format!("{home}/marketplaces/new"), &entries, "Marketplace created").await;
    last(&page.link("Go to Details")).to_owned()
}

/// Agreements and contracts: a vendor joins the program and enrolls; its person, its portal, and its contract.
async fn vendor(world: &World, (duke, home): (&Client, &str), marketplace: &str) -> (Client, String, String) {
    let terms = [
        ("type", "program"),
        ("name", "Vendors"),
        ("description", "For vendors"),
        ("source", "link"),
        ("link", "https://terms.example/program"),
        ("activate", "yes"),
    ];
    let program = fill(duke, &format!("{home}/agreements/new"), &terms).await;
    let (_, link) = invite(duke, home, "program", "Welcome").await;
    let drago = world.stranger();
    let page = up_to_activate(&drago, &link, "drago@example.com", "Drago GmbH").await;
    let answer = drago.submit(&page, &[]).await;
    let page = drago.follow(answer).await;
    let portal = page.must_say("Contract activated").link("Go to the");
    let offers = duke.get(&format!("{program}/distribution")).await;
    let distribution = [
        ("name", "Distribution"),
        ("description", "For Central Europe"),
        ("marketplace", marketplace),
        ("link", "https://terms.example/distribution"),
        ("activate", "yes"),
    ];
    let agreement = fill(duke, &offers.link("Create distribution agreement"), &distribution).await;
    let enrolled = fill(&drago, &format!("{portal}/agreements/{}", last(&agreement)), &[("accept", "yes")]).await;
    let contract = last(&enrolled).to_owned();
    fill(duke, &format!("{home}/contracts/{contract}/approve"), &[]).await;
    drago.get(&format!("{portal}/contracts/{contract}")).await.must_say("Active");
    (drago, portal, contract)
}

/// A product with an item that is paid as it is used, listed on the marketplace; its id.
async fn product((duke, home): (&Client, &str), (drago, portal): (&Client, &str), contract: &str) -> String {
    let product = fill(drago, &format!("{portal}/products/new"), &[("name", "Punch"), ("category", "sales")]).await;
    fill(drago, &format!("{product}/settings/edit"), &[("usage_schema", "QT")]).await;
    let hours =
        [("name", "Hours"), ("mpn", "H-1"), ("description", "Used"), ("precision", "decimal_2"), ("unit", "unith")];
    fill(drago, &format!("{product}/items/new/ppu"), &hours).await;
    let page = drago.get(&format!("{product}/media/new")).await;
    drago.upload(&page, &[("type", "image"), ("alt", "A glove")], "image", &png()).await.must_be(303);
    let version = [("changes", "The first"), ("visibility", "public")];
    fill(drago, &format!("{product}/versions/new"), &version).await;
    let id = last(&product).to_owned();
    let entries: [Entry<'_>; 4] = [
        ("note", &[("note", "Please")]),
        ("marketplace", &[("marketplace", contract)]),
        ("distributor", &[("distributor", last(home))]),
        ("product", &[("product", id.as_str())]),
    ];
    let page = through(drago, &format!("{portal}/listings/new"), &entries, "Request submitted").await;
    let request = format!("{home}/listing-requests/{}", last(&page.link("Go to Details")));
    fill(duke, &format!("{request}/deploy"), &[]).await;
    fill(duke, &format!("{request}/complete"), &[]).await;
    id
}

/// A reseller or a customer below `parent`; its id.
async fn account(duke: &Client, home: &str, (type_, name, parent): (&str, &str, &str)) -> String {
    let email = format!("{type_}@example.com");
    let data = [
        ("name", name),
        ("country", "DE"),
        ("city", "Berlin"),
        ("postal_code", "10115"),
        ("address_line1", "Invalidenstraße 1"),
        ("first_name", "Mia"),
        ("last_name", "Adler"),
        ("email", email.as_str()),
    ];
    let entries: [Entry<'_>; 3] =
        [("address_line1", &data), ("parent", &[("parent", parent)]), ("type", &[("type", type_)])];
    let page = through(duke, &format!("{home}/customers/new"), &entries, "Go to Details").await;
    last(&page.link("Go to Details")).to_owned()
}

/// An order that the vendor approves; the subscription's id.
async fn subscription(
    (duke, home): (&Client, &str),
    (drago, portal): (&Client, &str),
    (product, customer): (&str, &str),
) -> String {
    let (seats, hours) = (format!("{product}-0001"), format!("{product}-0002"));
    let entries: [Entry<'_>; 3] = [
        (seats.as_str(), &[(seats.as_str(), "1"), (hours.as_str(), "yes")]),
        ("customer", &[("customer", customer)]),
        ("product", &[("product", product)]),
    ];
    let page = through(duke, &format!("{home}/subscriptions/new"), &entries, "Subscription ordered").await;
    let subscription = last(&page.path).to_owned();
    let request = format!("{}-001", subscription.replace("AS-", "PR-"));
    fill(drago, &format!("{portal}/fulfillment/{request}/approve"), &[]).await;
    duke.get(&format!("{home}/subscriptions/{subscription}")).await.must_say("Active");
    subscription
}

#[actix_web::test]
async fn from_an_empty_database_to_usage_that_is_billed() {
    let world = World::empty().await;
    let (duke, home) = distributor(&world).await;
    let marketplace = marketplace(&duke, &home).await;
    let here = (&duke, home.as_str());
    let (drago, portal, contract) = vendor(&world, here, &marketplace).await;
    let there = (&drago, portal.as_str());
    let product = product(here, there, &contract).await;
    let reseller = account(&duke, &home, ("reseller", "Adler Handel", "none")).await;
    let customer = account(&duke, &home, ("customer", "Mia's Gym", &reseller)).await;
    let subscription = subscription(here, there, (&product, &customer)).await;

    // what is used from today on
    let first = Utc::now().date_naive();
    let last_day = first + Days::new(1);
    let (from, to) = (first.to_string(), last_day.to_string());
    let typed = [("name", "First days"), ("from", from.as_str()), ("to", to.as_str())];
    let file = fill(&drago, &format!("{portal}/usage-files/new"), &typed).await;
    let row = format!("R-1,item.mpn,H-1,7.25,{from} 00:00:00,{to} 23:59:59,asset.id,{subscription}");
    let page = upload(&world, &drago, &drago.get(&file).await, format!("{HEAD}\r\n{row}").as_bytes()).await;
    submit(&drago, page.must_say("No errors found.")).await;
    let seen = format!("{home}/usage-files/{}", id(&page));
    fill(&duke, &format!("{seen}/accept"), &[]).await;
    fill(&duke, &format!("{seen}/close"), &[("billing_reference", "INV-1")]).await;
    for (client, path) in [(&duke, &seen), (&drago, &page.path)] {
        let closed = client.get(path).await;
        assert_eq!(
            (closed.facts("Status"), closed.facts("External billing ID")),
            (vec!["Closed".into()], vec!["INV-1".into()])
        );
        assert_eq!(closed.texts("[aria-label='Usage by item'] td[data-label='Quantity']"), ["7.25"]);
    }
    // and all of it agrees
    let sums = format!("{home}/usage-reconciliation?from={from}&to={to}&show=all");
    duke.get(&sums).await.must_say(&subscription).must_say("7.25");
}

//! Overviews: each of their figures leads to the rows that make it, and says as many as there are.

use crate::{
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS},
    },
    usage::{id, ready, row, submit},
};

const OVERVIEWS: [&str; 4] =
    ["/contracts/overview", "/listing-requests/overview", "/fulfillment/overview", "/usage-records/overview"];

/// Tony's company, which has nothing of all this but a contract.
const FRONT_STREET: &str = "/vendor/VA-610-774";

fn column(table: &str, column: &str) -> String {
    format!("[aria-label='{table}'] tbody td[data-label='{column}']")
}

/// The figures of a column, line by line.
fn figures(page: &Answer, table: &str, of: &str) -> Vec<String> {
    page.must_be(200).texts(&column(table, of))
}

/// Holds each count of these columns against the list that it leads to; how many there were.
async fn agree(client: &Client, page: &Answer, table: &str, columns: &[&str]) -> usize {
    let mut seen = 0;
    for of in columns {
        let links = format!("{} a", column(table, of));
        for (figure, href) in page.texts(&links).iter().zip(page.attributes(&links, "href")) {
            let list = client.get(&href).await;
            assert_eq!(list.must_be(200).texts("h1 .count"), [figure.as_str()], "{of}: {href}");
            seen += 1;
        }
    }
    seen
}

/// The three portals of the cast.
async fn portals(world: &World) -> [(Client, &'static str); 3] {
    [(world.michael().await, MICKS), (world.apollo().await, CHAMPIONS), (world.donnie().await, ACREED)]
}

const AGES: [&str; 5] = ["Up to 30 days", "31 to 90 days", "91 to 365 days", "Older", "All"];

#[actix_web::test]
async fn contracts_are_counted_by_status_and_age_on_both_sides() {
    let world = World::new().await;
    // one at each edge of a day, and within each age
    world.run(
        "UPDATE contracts c SET created_at = date_trunc('day', now()) - x.ago FROM (SELECT id, (ARRAY['0', '29 days', '29 days 1 microsecond', \
         '30 days', '89 days', '89 days 0.5 seconds', '100 days', '364 days', '365 days', '3 years'])[1 + (row_number() OVER (ORDER BY id))::int % 10]::interval AS ago \
         FROM contracts) x WHERE x.id = c.id",
    );
    for (client, base) in portals(&world).await {
        let company = base.rsplit('/').next().unwrap_or_default();
        let all = world.number(&format!(
            "SELECT count(*) AS n FROM contracts WHERE kind = 'production' AND '{company}' IN (issuer_id, signee_id)"
        ));
        for query in ["", "?by=months"] {
            let page = client.get(&format!("{base}/contracts/overview{query}")).await;
            let table = "Contracts by status and age";
            assert_eq!(figures(&page, table, "All").last(), Some(&all.to_string()), "{base}");
            assert!(agree(&client, &page, table, &AGES).await > 1, "{base} has contracts");
            agree(&client, &page, "Contracts created", &["Created"]).await;
            assert_eq!(figures(&page, "Contracts created", "Created").len(), 13, "twelve spans and all of them");
        }
        // the bars say what the table does
        let page = client.get(&format!("{base}/contracts/overview")).await;
        let bars = page.texts("main section:first-of-type .chart-value");
        assert_eq!(bars, figures(&page, "Contracts by status and age", "All")[..bars.len()]);
        assert!(page.attribute(".chart-plot[role='img']", "aria-label").starts_with("Bar chart of "));
        client.get(&format!("{base}/contracts")).await.must_say("Overview");
    }
}

#[actix_web::test]
async fn listing_requests_are_counted_by_status_and_age_and_by_when_they_were_submitted() {
    let world = World::new().await;
    let mut seen = 0;
    for (client, base) in portals(&world).await {
        let page = client.get(&format!("{base}/listing-requests/overview?by=months")).await;
        page.must_be(200);
        seen += agree(&client, &page, "Listing requests by status and age", &AGES).await;
        seen += agree(&client, &page, "Listing requests submitted", &["Submitted"]).await;
    }
    assert!(seen > 4, "the cast has listing requests");
}

/// An order of the cast that was approved.
const APPROVED: &str = "(SELECT min(id) FROM fulfillment_requests WHERE status = 'approved' AND environment = 'production' \
    AND vendor_id = 'VA-287-142' AND distributor_id = 'PA-469-206')";

/// Another order, as a company has it that took so many hours to end.
fn ended(world: &World, number: usize, hours: usize, (status, type_, environment): (&str, &str, &str)) {
    let columns = world.text(
        "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) AS t FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = 'fulfillment_requests' AND is_generated = 'NEVER'",
    );
    let said = [
        ("id", format!("'PR-8888-0000-{number:04}-001'")),
        ("status", format!("'{status}'")),
        ("type", format!("'{type_}'")),
        ("environment", format!("'{environment}'")),
        ("reason", "'x'".to_owned()),
        ("effective_at", if status == "approved" { "now()" } else { "NULL" }.to_owned()),
        ("created_at", format!("now() - interval '{hours} hours'")),
        ("updated_at", "now()".to_owned()),
    ];
    let anew = |column| said.iter().find(|(name, _)| *name == column).map_or(column, |(_, value)| value.as_str());
    let values: Vec<&str> = columns.split(',').map(anew).collect();
    world.run(&format!(
        "INSERT INTO fulfillment_requests ({columns}) SELECT {} FROM fulfillment_requests WHERE id = {APPROVED}",
        values.join(", ")
    ));
}

#[actix_web::test]
async fn orders_go_in_and_out_and_say_how_long_they_took() {
    let world = World::new().await;
    // what the cast has was long ago
    world.run(
        "BEGIN; SET LOCAL session_replication_role = replica; UPDATE fulfillment_requests \
         SET created_at = created_at - interval '3 years', updated_at = updated_at - interval '3 years'; COMMIT",
    );
    for hours in 1..=10 {
        ended(&world, hours, hours, ("approved", "purchase", "production"));
    }
    ended(&world, 11, 1, ("failed", "change", "production"));
    ended(&world, 12, 1, ("revoked", "cancel", "production"));
    // neither what a vendor adjusts nor what is only tried is an order
    ended(&world, 13, 500, ("approved", "adjustment", "production"));
    ended(&world, 14, 500, ("approved", "purchase", "test"));

    for (client, base) in portals(&world).await.into_iter().take(2) {
        for query in ["", "?by=months"] {
            let page = client.get(&format!("{base}/fulfillment/overview{query}")).await;
            let table = "Orders in and out";
            let counts = ["Received", "Fulfilled", "Failed or revoked"];
            let took = ["Median time to fulfil", "90% fulfilled within"];
            let last = |of: &str| figures(&page, table, of).last().cloned().unwrap_or_default();
            assert_eq!(counts.map(last), ["12", "10", "2"], "{base}");
            assert_eq!(took.map(last), ["6 hours", "9 hours"], "{base}");
            assert!(agree(&client, &page, table, &counts).await >= 6, "{base}: this span and all of them");
            for by in ["Time to fulfil by product", "Time to fulfil by partner"] {
                assert_eq!(figures(&page, by, "Fulfilled"), ["10"], "{base}: {by}");
                assert_eq!(figures(&page, by, took[0]), ["6 hours"], "{base}: {by}");
                assert_eq!(figures(&page, by, took[1]), ["9 hours"], "{base}: {by}");
                agree(&client, &page, by, &["Fulfilled"]).await;
            }
            // a median leads to the orders that it is of
            let href = page.attributes(&format!("{} a", column(table, took[0])), "href").pop().expect("a link");
            assert_eq!(client.get(&href).await.must_be(200).texts("h1 .count"), ["10"]);
            assert_eq!(page.texts(".chart-caption"), ["Orders received", "Orders fulfilled"]);
        }
        // what ended is found by its days alone, in files too
        let long_ago = client.get(&format!("{base}/fulfillment?ended_to=2001-01-01")).await;
        long_ago.must_say("No matches").must_say("Completed until: 2001-01-01");
        let file = client.get(&format!("{base}/fulfillment/export.csv?ended_from=2001-01-01&status=failed")).await;
        assert!(file.must_be(200).body_text().contains("PR-8888-0000-0011-001"), "{base}");
    }
    let donnie = world.donnie().await;
    let page = donnie.get(&format!("{ACREED}/fulfillment/overview")).await;
    agree(&donnie, &page, "Orders in and out", &["Received", "Fulfilled", "Failed or revoked"]).await;
}

#[actix_web::test]
async fn accepted_usage_is_shown_by_month_product_and_customer() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Overview", &[row("A-1", "7.25"), row("A-2", "0.75")]).await;
    submit(&apollo, &page).await;
    let counted = "SELECT count(*) AS n FROM usage_records r JOIN usage_files f ON f.id = r.file_id \
        WHERE f.status IN ('accepted', 'closed') AND f.environment = 'production' AND coalesce(r.tier, 0) = 0";
    let tables = ["Usage by month", "Usage by product", "Usage by customer"];
    for accepted in [false, true] {
        if accepted {
            world.run(&format!("UPDATE usage_files SET status = 'accepted' WHERE id = '{}'", id(&page)));
        }
        let all = world.number(counted);
        for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
            let overview = client.get(&format!("{base}/usage-records/overview")).await;
            assert_eq!(figures(&overview, tables[0], "Records").last(), Some(&all.to_string()), "{base}");
            for table in tables {
                assert!(agree(client, &overview, table, &["Records"]).await > 0, "{base}: {table}");
            }
            // one product, one customer, and both
            let product = overview.attributes(&format!("[aria-label='{}'] tbody th a", tables[1]), "href");
            let customer = overview.attributes(&format!("[aria-label='{}'] tbody th a", tables[2]), "href");
            for href in product.iter().chain(&customer) {
                let narrower = client.get(href).await;
                agree(client, &narrower, tables[0], &["Records"]).await;
                assert_eq!(narrower.texts(".chip").len(), 1, "{href}");
                assert_eq!(client.get(&narrower.attribute(".chip", "href")).await.must_be(200).texts(".chip").len(), 0);
            }
        }
    }
    // nobody finds the records of others by their customer
    let customer = world.text("SELECT customer_id AS t FROM subscriptions WHERE external_id = 'SO-4702'");
    let tony = world.tony().await;
    tony.get(&format!("{FRONT_STREET}/usage-records?customer={customer}")).await.must_say("No matches");
    michael.get(&format!("{MICKS}/usage-records?customer={customer}&period_from=2001-01")).await.must_say("A-1");
    michael.get(&format!("{MICKS}/usage-records?period_to=2001-01")).await.must_say("No matches");
}

#[actix_web::test]
async fn where_there_is_nothing_an_overview_says_so_and_shows_nobody_elses() {
    let world = World::new().await;
    let tony = world.tony().await;
    for path in &OVERVIEWS[1..] {
        let page = tony.get(&format!("{FRONT_STREET}{path}")).await;
        page.must_be(200).must_say("Nothing to show yet");
        assert_eq!(page.texts(".chart").len(), 0, "{path}");
    }
}

#[actix_web::test]
async fn what_an_address_asks_for_in_vain_is_no_mistake() {
    let world = World::new().await;
    for (client, base) in portals(&world).await {
        for path in OVERVIEWS {
            for query in [
                "?by=",
                "?by=years&by=months",
                "?by=%00%ff",
                "?product=%25&customer=%27--&measure=%3Cscript%3E",
                "?measure=EUR&measure=records&period_from=0000-00",
                "?product=PRD-000-000-000&customer=TA-0000-0000-0000",
            ] {
                client.get(&format!("{base}{path}{query}")).await.must_be(200).must_not_say("<script>");
            }
        }
    }
}

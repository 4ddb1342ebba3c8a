//! The records of all files in one list: found by what is known of them, page by page, and added up to the last digit.

use entente::{kit::choice::Choice as _, modules::usage::Status};

use crate::{
    support::{
        Answer, Client, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, csv, id, ready, row, submit, upload},
};

const LIST: &str = "/usage-records";

/// The vendor's own ids of the records that a page lists.
fn keys(page: &Answer) -> Vec<String> {
    page.must_be(200).texts("[aria-label='Usage records'] tbody th a")
}

async fn found(client: &Client, base: &str, query: &str) -> Vec<String> {
    keys(&client.get(&format!("{base}{LIST}{query}")).await)
}

/// Cells of a table of sums.
fn sums(page: &Answer, table: &str, label: &str) -> Vec<String> {
    page.must_be(200).texts(&format!("[aria-label='{table}'] tbody td[data-label='{label}']"))
}

#[actix_web::test]
async fn records_of_all_files_are_found_by_what_is_known_of_them() {
    let world = World::new().await;
    let (apollo, michael, paulie) = (world.apollo().await, world.michael().await, world.paulie().await);
    let [asset, item] = ["subscription_id", "item_id"]
        .map(|column| world.text(&format!("SELECT DISTINCT {column} AS t FROM usage_records")));
    let file = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    let customer = world.text("SELECT customer_name AS t FROM subscriptions WHERE external_id = 'SO-4702'");
    let day = |key: &str| {
        let day = "to_char(start_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')";
        world.text(&format!("SELECT {day} AS t FROM usage_records WHERE key = '{key}'"))
    };
    let (second, third) = (day("H-2"), day("H-3"));
    let word = serde_html_form::to_string([("q", customer.to_lowercase())]).expect("it encodes");
    let all = &["H-3", "H-1", "H-2"];
    let queries: &[(String, &[&str])] = &[
        (String::new(), all),
        ("?status=pending".to_owned(), &["H-3"]),
        ("?status=closed&status=accepted".to_owned(), &["H-1", "H-2"]),
        ("?status=rejected".to_owned(), &[]),
        ("?status=nonsense&tier=9&from=soon".to_owned(), all),
        ("?environment=test".to_owned(), &[]),
        ("?environment=production&environment=test".to_owned(), all),
        (format!("?file={file}"), &["H-3"]),
        ("?file=first%20DAYS".to_owned(), &["H-1", "H-2"]),
        (format!("?product={PULSE}"), all),
        ("?product=apollo%20pulse".to_owned(), all),
        ("?product=zzz".to_owned(), &[]),
        (format!("?item={item}"), all),
        ("?item=PRD-000-000-000-0001".to_owned(), &[]),
        (format!("?subscription={asset}&status=closed"), &["H-1", "H-2"]),
        ("?subscription=AS-0000-0000-0000".to_owned(), &[]),
        (format!("?{word}"), all),
        ("?q=so-4702".to_owned(), all),
        ("?q=H-2".to_owned(), &["H-2"]),
        ("?q=zzz".to_owned(), &[]),
        (format!("?from={second}"), &["H-3", "H-2"]),
        (format!("?from={second}&to={second}"), &["H-2"]),
        (format!("?to={second}&from={third}"), if second < third { all } else { &[] }),
        ("?tier=0".to_owned(), all),
        ("?tier=1".to_owned(), &[]),
    ];
    for (query, wanted) in queries {
        for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS), (&paulie, MICKS)] {
            assert_eq!(found(client, base, query).await, *wanted, "{base} {query}");
        }
        // files hold the same, and their order is that of the list
        let text = michael.get(&format!("{MICKS}{LIST}/sheet.csv{query}")).await.must_be(200).body_text();
        let mut rows = ::csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let in_file: Vec<String> = rows.records().map(|row| row.expect("a row")[1].to_owned()).collect();
        assert_eq!(in_file, *wanted, "the file of {query}");
    }
    let page = michael.get(&format!("{MICKS}{LIST}?status=closed&q=so-4702")).await;
    assert_eq!(page.texts("h1 .count"), ["2"]);
    // each filter can be taken away by itself
    let narrower = page.link("Status: Closed");
    assert!(narrower.contains("q=so-4702") && !narrower.contains("status="), "{narrower}");
    assert_eq!(keys(&michael.get(&narrower).await), *all);
    // a record leads to its place in its file, and to its subscription
    let record = michael.get(&page.link("H-2")).await;
    record.must_be(200).must_say("H-2").must_not_say("H-1");
    michael.get(&page.link(&customer)).await.must_say(&asset);
    assert!(michael.get(&format!("{MICKS}{LIST}/sheet.xlsx")).await.must_be(200).body.starts_with(b"PK"));
}

#[actix_web::test]
async fn a_record_is_listed_for_whom_its_file_shows_it() {
    let world = World::new().await;
    let (apollo, michael, donnie, tony) =
        (world.apollo().await, world.michael().await, world.donnie().await, world.tony().await);
    let page = ready(&world, &apollo, "Twice", &[row("A-1", "7.25")]).await;
    submit(&apollo, &page).await;
    for status in Status::ALL {
        world.run(&format!(
            "UPDATE usage_files SET status = '{}', billing_reference = 'x' WHERE id = '{}'",
            status.key(),
            id(&page)
        ));
        for (client, base) in [(&apollo, CHAMPIONS), (&michael, MICKS)] {
            let shown = client.get(&format!("{base}/usage-files/{}/records", id(&page))).await.status == 200;
            for query in ["", "?q=A-1"] {
                let listed = found(client, base, query).await.contains(&"A-1".to_owned());
                assert_eq!(listed, shown, "{status} at {base}{query}");
            }
            let file = client.get(&format!("{base}{LIST}/sheet.csv")).await.body_text();
            assert_eq!(file.contains(",A-1,"), shown, "{status} in the file of {base}");
            let totals = client.get(&format!("{base}{LIST}/totals?file={}", id(&page))).await;
            assert_eq!(
                sums(&totals, "Totals by item", "Quantity"),
                if shown { vec!["7.25"] } else { vec![] },
                "{status} at {base}"
            );
        }
    }
    for (client, base) in [(&donnie, ACREED), (&tony, "/vendor/VA-610-774")] {
        client.get(&format!("{base}{LIST}")).await.must_say("No usage records yet");
        client.get(&format!("{base}{LIST}?q=A-1")).await.must_say("No matches");
        client.get(&format!("{base}{LIST}/totals")).await.must_say("No usage records yet");
        let file = client.get(&format!("{base}{LIST}/sheet.csv")).await.body_text();
        assert_eq!(file.lines().count(), 1, "{base}");
    }
    // nobody gets behind a record of others
    let place = serde_html_form::to_string([("after", format!("{} 1", id(&page)))]).expect("it encodes");
    tony.get(&format!("/vendor/VA-610-774{LIST}?{place}")).await.must_be(200).must_not_say("A-1");
}

#[actix_web::test]
async fn every_record_is_met_once_there_and_back() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    for (name, count) in [("One", 150), ("Two", 100), ("Three", 1)] {
        let rows: Vec<String> = (0..count).map(|n| row(&format!("{name}-{n:03}"), "1")).collect();
        let page = ready(&world, &apollo, name, &rows).await;
        submit(&apollo, &page).await;
    }
    for query in ["", "?q=so-4702"] {
        let mut page = michael.get(&format!("{MICKS}{LIST}{query}")).await;
        let mut there = keys(&page);
        let mut back = Vec::new();
        while let Some(next) = page.attributes("a[rel='next']", "href").first() {
            page = michael.get(next).await;
            there.extend(keys(&page));
        }
        let mut wanted = vec!["Three-000".to_owned()];
        wanted.extend((0..100).map(|n| format!("Two-{n:03}")));
        wanted.extend((0..150).map(|n| format!("One-{n:03}")));
        wanted.extend(["H-3", "H-1", "H-2"].map(str::to_owned));
        assert_eq!(there, wanted, "{query}");
        loop {
            back.splice(0..0, keys(&page));
            let Some(previous) = page.attributes("a[rel='prev']", "href").first().cloned() else { break };
            page = michael.get(&previous).await;
        }
        assert_eq!(back, wanted, "{query}, back again");
        let file = michael.get(&format!("{MICKS}{LIST}/sheet.csv{query}")).await.body_text();
        assert_eq!(file.lines().count(), wanted.len() + 1, "{query}");
    }
}

#[actix_web::test]
async fn what_is_asked_for_is_added_up_to_the_last_digit_and_never_across_tiers() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'TR' WHERE id = '{PULSE}'"));
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create_for(&apollo, "Rated", (ago(8), ago(5)), "USD").await;
    let line = |key: &str, quantity: &str, amount: &str, tier: usize, (from, to): (u64, u64)| {
        let window = format!("{} 00:00:00,{} 23:59:59", ago(from), ago(to));
        format!("{key},item.mpn,APOLLO-PULSE-HOURS,{quantity},{window},asset.external_id,SO-4702,{amount},{tier}")
    };
    let report = [
        format!("{HEAD},amount,tier"),
        line("N-1", "9007199254740993.25", "9999999999999999.00000001", 0, (8, 7)),
        line("N-2", "9007199254740993.25", "9999.5", 1, (8, 7)),
        line("N-3", "0.5", "0.1", 0, (6, 5)),
    ];
    let page = upload(&world, &apollo, &page, report.join("\r\n").as_bytes()).await;
    page.must_say("No errors found.");
    submit(&apollo, &page).await;
    let only = format!("file={}", id(&page));
    for (client, base) in [(&michael, MICKS), (&apollo, CHAMPIONS)] {
        let totals = client.get(&format!("{base}{LIST}/totals?{only}")).await;
        let amounts = ["9,999,999,999,999,999.10000001 USD", "9,999.50 USD"];
        for table in ["Totals by tier", "Totals by item", "Totals by subscription"] {
            assert_eq!(sums(&totals, table, "Amount"), amounts, "{table}");
            assert_eq!(sums(&totals, table, "Records"), ["2", "1"], "{table}");
        }
        let quantities = ["9,007,199,254,740,993.75", "9,007,199,254,740,993.25"];
        assert_eq!(sums(&totals, "Totals by item", "Quantity"), quantities);
        assert_eq!(sums(&totals, "Totals by subscription", "Quantity"), quantities);
        // days that the file reaches beyond, a tier, and a record that is looked for
        for (query, wanted) in [
            (format!("&from={}", ago(6)), "0.10 USD"),
            (format!("&to={}&tier=0", ago(7)), "9,999,999,999,999,999.00000001 USD"),
            ("&tier=1".to_owned(), "9,999.50 USD"),
            ("&q=N-3".to_owned(), "0.10 USD"),
        ] {
            let totals = client.get(&format!("{base}{LIST}/totals?{only}{query}")).await;
            assert_eq!(sums(&totals, "Totals by tier", "Amount"), [wanted], "{query}");
            assert_eq!(sums(&totals, "Totals by item", "Amount"), [wanted], "{query}");
        }
        // a sum leads to its records
        let item = totals.attribute("[aria-label='Totals by item'] tbody th a", "href");
        assert_eq!(keys(&client.get(&item).await), ["N-1", "N-3"]);
    }
    // and both tabs keep what is asked for
    let totals = michael.get(&format!("{MICKS}{LIST}/totals?{only}&tier=1")).await;
    assert_eq!(keys(&michael.get(&totals.attribute(".tabs a", "href")).await), ["N-2"]);
}

#[actix_web::test]
async fn a_figure_of_a_reconciliation_leads_to_the_records_that_make_it() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "Sent back").await;
    let page = upload(&world, &apollo, &page, &csv(&[row("X-1", "1000")])).await;
    submit(&apollo, &page).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/reject", id(&page))).await;
    michael.submit(&form, &[("note", "No.")]).await.must_be(303);
    let page = format!("{MICKS}/usage-reconciliation?product={PULSE}&from={}&to={}&q=SO-4702", ago(40), ago(0));
    let page = michael.get(&page).await;
    for (label, figure, wanted) in
        [("Reported", "260.50", ["H-3", "H-1", "H-2"].as_slice()), ("Billed", "99.75", ["H-1", "H-2"].as_slice())]
    {
        let cell = format!("[aria-label='Reconciliation'] td[data-label='{label}'] a");
        assert_eq!(page.texts(&cell), [figure]);
        let records = michael.get(&page.attribute(&cell, "href")).await;
        assert_eq!(keys(&records), wanted);
        let totals = michael.get(&records.link("Totals")).await;
        assert_eq!(sums(&totals, "Totals by item", "Quantity"), [figure]);
    }
}

#[actix_web::test]
async fn a_view_of_records_is_saved_shared_and_opened() {
    let world = World::new().await;
    let (michael, paulie) = (world.michael().await, world.paulie().await);
    let list = format!("{MICKS}{LIST}");
    let page = michael.get(&format!("{list}?status=closed&page=9&q=so-4702")).await;
    page.must_say("Custom").must_say("Save this view");
    michael.get(&list).await.must_not_say("Save this view").must_say("All records");
    // only what means something is kept
    let saved = michael.submit_to(&page, Some("/views"), &[("name", "Billed")]).await;
    let page = michael.follow(saved).await;
    page.must_say("View “Billed” saved").must_not_say("Save this view");
    assert_eq!(keys(&page), ["H-1", "H-2"]);
    assert_eq!(keys(&michael.get(&michael.get(&list).await.link("Billed")).await), ["H-1", "H-2"]);
    // it is one's own until it is shared
    paulie.get(&list).await.must_not_say("Billed");
    let views = michael.get(&format!("{list}/views")).await;
    let action = views.attribute("main form[action*='/views/']:not([action$='/first'])", "action");
    let (id, csrf) = (action.rsplit('/').next().unwrap_or_default().to_owned(), views.value("csrf"));
    let shared = [("csrf", csrf.as_str()), ("name", "Billed"), ("shared", "yes")];
    michael.post(&action, &shared).await.must_be(303);
    paulie.get(&list).await.must_say("Billed");
    // and the list can begin with it
    michael.post(&format!("{list}/views/first"), &[("csrf", csrf.as_str()), ("view", &id)]).await.must_be(303);
    let begins = michael.get(&list).await;
    assert!(begins.must_be(303).location().contains("status=closed"), "{}", begins.location());
    assert_eq!(keys(&michael.get(&format!("{list}?")).await), ["H-3", "H-1", "H-2"]);
    assert_eq!(paulie.get(&list).await.status, 200);
}

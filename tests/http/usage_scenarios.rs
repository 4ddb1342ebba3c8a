//! What the tutorials say of usage, step by step, as far as no other file is about it: docs/pitfalls-usage.md lists all of it.

use crate::{
    support::{
        Client, World,
        world::{ACREED, CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, csv, id, ready, records, row, status, submit, upload},
    usage_pitfalls::{amounts, at},
};

#[actix_web::test]
async fn a_product_without_a_usage_schema_is_not_offered() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let listing =
        world.text(&format!("SELECT id AS t FROM listings WHERE product_id = '{PULSE}' AND status = 'listed'"));
    assert!(String::from_utf8_lossy(&form.body).contains(&listing));
    world.run(&format!("UPDATE products SET usage_schema = NULL WHERE id = '{PULSE}'"));
    let page = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    assert!(!String::from_utf8_lossy(&page.body).contains(&listing));
    // nor is it taken from a page that was open
    let (from, to) = (ago(8).to_string(), ago(5).to_string());
    apollo
        .submit(&form, &[("listing", &listing), ("name", "Late"), ("from", &from), ("to", &to)])
        .await
        .must_be(422)
        .must_say("Usage of this product can no longer be reported");
}

#[actix_web::test]
async fn two_good_rows_are_ready_and_leave_with_what_is_known_of_them() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = ready(&world, &apollo, "Two", &[row("A-1", "1"), row("A-2", "2.5")]).await;
    assert_eq!((page.facts("Status"), page.facts("Reported")), (vec!["Ready".into()], vec!["2 records".into()]));
    let sheet = apollo.get(&format!("{}/records.csv", page.path)).await.body_text();
    assert_eq!(sheet.lines().count(), 3, "{sheet}");
    assert!(sheet.trim_start_matches('\u{feff}').starts_with("usage_record_id,record_id"), "{sheet}");
    for column in ["customer_company_name", "asset_external_id", "external_billing_id"] {
        assert!(sheet.lines().next().is_some_and(|head| head.contains(column)), "{column}");
    }
    apollo.get(&format!("{}/records.xlsx", page.path)).await.must_be(200);
}

#[actix_web::test]
async fn columns_of_the_vendors_own_leave_with_the_records_for_both_sides() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "Own columns").await;
    let report = format!("{HEAD},v.invoice,p.code\r\n{},INV-7,\r\n{},,=K-1\r\n", row("A-1", "1"), row("A-2", "2"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    submit(&apollo, page.must_say("No errors found.")).await;
    for (client, base) in [(&apollo, CHAMPIONS), (&michael, MICKS)] {
        let here = format!("{base}/usage-files/{}", id(&page));
        let sheet = client.get(&format!("{here}/records.csv")).await.must_be(200).body_text();
        let lines: Vec<&str> = sheet.lines().collect();
        assert!(lines[0].ends_with(",external_billing_id,external_billing_note,p.code,v.invoice"), "{sheet}");
        assert!(lines[1].contains(",ppu,monthly,1,") && lines[1].ends_with(",,,,INV-7"), "{sheet}");
        // what a spreadsheet would run is text
        assert!(lines[2].ends_with(",,,'=K-1,"), "{sheet}");
        client.get(&format!("{here}/records.xlsx")).await.must_be(200);
    }
    // and a report without them has none
    let form = michael.get(&format!("{MICKS}/usage-files/{}/reject", id(&page))).await;
    michael.submit(&form, &[("note", "Once more.")]).await.must_be(303);
    let page = upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await;
    let sheet = apollo.get(&format!("{}/records.csv", page.path)).await.body_text();
    assert!(!sheet.contains("v.invoice"), "{sheet}");
}

#[actix_web::test]
async fn five_mistakes_are_told_on_the_page_and_in_the_file_and_mended() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Mistakes").await;
    let headless = HEAD.replace(",quantity", "");
    let page = upload(&world, &apollo, &page, format!("{headless}\r\n{}", row("A-1", "1")).as_bytes()).await;
    page.must_say("The column quantity is missing.");
    let wrong = [
        row("A-1", "1").replace("APOLLO-PULSE-HOURS", "NOTHING"),
        row("A-2", "1").replace("SO-4702", "SO-0000"),
        row("A-2", "1"),
        at("A-4", &ago(6).to_string(), &ago(7).to_string()),
    ];
    let page = upload(&world, &apollo, &page, &csv(&wrong)).await;
    page.must_say("Invalid")
        .must_say("The product has no item “NOTHING”.")
        .must_say("No subscription of this product on this marketplace has “SO-0000”.")
        .must_say("The record ID “A-2” is also in row 3.")
        .must_say("which is not after its start");
    assert_eq!(page.texts("[aria-label='Errors'] tbody th"), ["Row 2", "Row 3", "Row 4", "Row 5"]);
    assert!(apollo.get(&format!("{}/errors.xlsx", page.path)).await.must_be(200).body.starts_with(b"PK"));
    let page = upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await;
    page.must_say("No errors found.");
    assert_eq!(status(&world, &id(&page)), "ready");
}

#[actix_web::test]
async fn what_a_schema_asks_for_must_be_there() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let with_amounts = HEAD.replace("quantity", "amount,quantity");
    for schema in ["CR", "PR", "TR"] {
        world.run(&format!("UPDATE products SET usage_schema = '{schema}' WHERE id = '{PULSE}'"));
        let page = create_for(&apollo, schema, (ago(8), ago(5)), "USD").await;
        let page = upload(&world, &apollo, &page, &csv(&[row("A-1", "1")])).await;
        page.must_say("The column amount is missing.");
        let tiers = schema == "TR";
        let (head, tier) = if tiers { (format!("{with_amounts},tier"), ",0") } else { (with_amounts.clone(), "") };
        let line = row(&format!("{schema}-1"), "1").replace("HOURS,", "HOURS,,");
        let page = upload(&world, &apollo, &page, format!("{head}\r\n{line}{tier}").as_bytes()).await;
        page.must_say("Invalid").must_say("Enter a value, or remove the row.");
        if tiers {
            let page = upload(&world, &apollo, &page, &amounts(&[("TR-1", "1", "1")])).await;
            page.must_say("The column tier is missing.");
            let line = row("TR-1", "1").replace("HOURS,", "HOURS,1,");
            let page = upload(&world, &apollo, &page, format!("{head}\r\n{line},7").as_bytes()).await;
            page.must_say("“7” is not a tier.");
        }
        assert_eq!(records(&world, &id(&page)), 0);
        let line = row(&format!("{schema}-1"), "1").replace("HOURS,", "HOURS,1,");
        let page = upload(&world, &apollo, &page, format!("{head}\r\n{line}{tier}").as_bytes()).await;
        page.must_say("No errors found.");
    }
}

async fn delete(apollo: &Client, file: &str) -> u16 {
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/{file}/delete")).await;
    apollo.submit(&form, &[]).await.status
}

#[actix_web::test]
async fn a_vendor_deletes_what_nobody_has_seen_and_nothing_else() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let draft = create(&apollo, "Draft").await;
    let invalid = create(&apollo, "Invalid").await;
    let invalid = upload(&world, &apollo, &invalid, &csv(&[row("A-1", "x")])).await;
    let good = ready(&world, &apollo, "Ready", &[row("A-1", "1")]).await;
    for page in [&draft, &invalid, &good] {
        assert_eq!(delete(&apollo, &id(page)).await, 303);
        apollo.get(&page.path).await.must_be(404);
    }
    let page = ready(&world, &apollo, "Kept", &[row("A-1", "1")]).await;
    let file = id(&page);
    let before = apollo.get(&format!("{}/delete", page.path)).await;
    submit(&apollo, &page).await;
    let kept = async |now: &str| {
        assert_eq!(status(&world, &file), now);
        apollo.get(&before.path).await.must_say("The distributor has seen it, so it must be kept.");
        apollo.press(&before, &[]).await.must_be(409);
        assert_eq!(records(&world, &file), 1, "{now}");
    };
    kept("pending").await;
    let form = michael.get(&format!("{MICKS}/usage-files/{file}/accept")).await;
    michael.submit(&form, &[]).await.must_be(303);
    kept("accepted").await;
    let form = michael.get(&format!("{MICKS}/usage-files/{file}/close")).await;
    michael.submit(&form, &[("billing_reference", "INV-1")]).await.must_be(303);
    kept("closed").await;
}

#[actix_web::test]
async fn of_a_closed_file_only_its_billing_changes() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Closed", &[row("A-1", "1")]).await;
    let here = format!("{MICKS}/usage-files/{}", id(&page));
    let edit = apollo.get(&format!("{}/edit", page.path)).await;
    let send = apollo.get(&format!("{}/upload", page.path)).await;
    submit(&apollo, &page).await;
    let (accept, reject) = (michael.get(&format!("{here}/accept")).await, michael.get(&format!("{here}/reject")).await);
    michael.submit(&accept, &[]).await.must_be(303);
    let close = michael.get(&format!("{here}/close")).await;
    michael.submit(&close, &[("billing_reference", "INV-1")]).await.must_be(303);
    // whatever was open before is refused
    michael.press(&reject, &[("note", "Wrong")]).await.must_be(409);
    apollo.submit(&edit, &[("name", "Renamed")]).await.must_be(409);
    apollo.upload_named(&send, &[], "file", "report.csv", &csv(&[row("A-2", "1")])).await.must_be(409);
    assert_eq!((status(&world, &id(&page)).as_str(), records(&world, &id(&page))), ("closed", 1));
    let billing = michael.get(&format!("{here}/billing")).await;
    michael.submit(&billing, &[("billing_reference", "INV-2"), ("billing_note", "Twice")]).await.must_be(303);
    let seen = apollo.get(&page.path).await;
    assert_eq!((seen.facts("External billing ID"), seen.texts("h1")), (vec!["INV-2".into()], vec!["Closed".into()]));
}

#[actix_web::test]
async fn usage_of_what_a_vendor_tries_out_is_in_no_file() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    world.run(
        "SET session_replication_role = replica; \
         INSERT INTO subscriptions (id, status, environment, external_id, external_uid, product_id, version, vendor_id, buyer_id, \
         customer_id, tier1_id, tier2_id, customer_name, activated_at, created_at, updated_at) \
         SELECT 'AS-9999-9999-0003', status, 'preview', 'SO-PREVIEW', gen_random_uuid(), product_id, version, vendor_id, vendor_id, \
         customer_id, tier1_id, tier2_id, customer_name, activated_at, created_at, updated_at FROM subscriptions \
         WHERE external_id = 'SO-4702'; \
         INSERT INTO subscription_items (subscription_id, item_id, quantity) SELECT 'AS-9999-9999-0003', i.item_id, i.quantity FROM subscription_items i \
         JOIN subscriptions s ON s.id = i.subscription_id WHERE s.external_id = 'SO-4702'",
    );
    let page = create(&apollo, "Preview").await;
    let template = apollo.get(&format!("{}/template.csv", page.path)).await.body_text();
    assert!(!template.contains("AS-9999-9999-0003"), "{template}");
    for line in [
        row("P-1", "1").replace("SO-4702", "SO-PREVIEW"),
        row("P-1", "1").replace("asset.external_id,SO-4702", "asset.id,AS-9999-9999-0003"),
    ] {
        let page = upload(&world, &apollo, &page, &csv(&[line])).await;
        page.must_say("No subscription of this product on this marketplace has");
        assert_eq!(records(&world, &id(&page)), 0);
    }
}

#[actix_web::test]
async fn a_reseller_reviews_and_bills_what_is_used_on_a_marketplace_of_its_own() {
    let world = World::new().await;
    let (apollo, michael, donnie) = (world.apollo().await, world.michael().await, world.donnie().await);
    let page = ready(&world, &apollo, "Resold", &[row("A-1", "1.5")]).await;
    let (file, here) = (id(&page), format!("{ACREED}/usage-files/{}", id(&page)));
    let owner = ACREED.trim_start_matches("/reseller/");
    world.run(&format!(
        "SET session_replication_role = replica; UPDATE usage_files SET owner_id = '{owner}' WHERE id = '{file}'; \
         UPDATE marketplaces SET owner_id = '{owner}' WHERE id = (SELECT marketplace_id FROM usage_files WHERE id = '{file}')"
    ));
    donnie.get(&here).await.must_be(404);
    submit(&apollo, &page).await;
    michael.get(&format!("{MICKS}/usage-files/{file}")).await.must_be(404);
    donnie.get(&format!("{ACREED}/usage-files?status=pending")).await.must_say("Resold");
    donnie.get(&format!("{here}/records")).await.must_say("A-1");
    donnie.get(&format!("{here}/compare")).await.must_be(200);
    for (act, typed) in [("accept", ("note", "Fine.")), ("close", ("billing_reference", "INV-1"))] {
        let form = donnie.get(&format!("{here}/{act}")).await;
        donnie.submit(form.must_be(200), &[typed]).await.must_be(303);
    }
    assert_eq!(status(&world, &file), "closed");
    let billed = apollo.get(&page.path).await;
    assert_eq!(billed.facts("External billing ID"), ["INV-1"]);
}

#[actix_web::test]
async fn each_side_does_what_is_its_own_and_nothing_of_the_others() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Sides", &[row("A-1", "1")]).await;
    let file = id(&page);
    let csrf = apollo.get(&format!("{}/submit", page.path)).await.value("csrf");
    submit(&apollo, &page).await;
    for act in ["accept", "reject", "close", "billing", "undo"] {
        let to = format!("{CHAMPIONS}/usage-files/{file}/{act}");
        let sent = apollo.post(&to, &[("csrf", &csrf), ("note", "x"), ("billing_reference", "x")]).await;
        assert!([403, 404, 405].contains(&sent.status), "a vendor sends {act}: {}", sent.status);
    }
    let csrf = michael.get(&format!("{MICKS}/usage-files/{file}/accept")).await.value("csrf");
    for act in ["upload", "dry-run", "submit", "delete", "edit"] {
        for base in [MICKS, CHAMPIONS] {
            let to = format!("{base}/usage-files/{file}/{act}");
            michael.get(&to).await.must_be(404);
            let sent = michael.post(&to, &[("csrf", &csrf), ("name", "x")]).await;
            assert!([403, 404, 405].contains(&sent.status), "a distributor sends {act}: {}", sent.status);
        }
    }
    assert_eq!((status(&world, &file).as_str(), records(&world, &file)), ("pending", 1));
}

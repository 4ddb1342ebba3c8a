//! Usage records as programs read them: those that their company sees on pages, to the last digit.

use entente::{kit::choice::Choice as _, modules::usage::Status};
use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    support::{
        Answer, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, csv, id, job, ready, row, submit, upload, window},
    usage_api::KEYS,
};

const RECORDS: &str = "/usage/records";

/// Programs of the distributor, the vendor, and a reseller that has to do with neither's usage.
fn cast(world: &World) -> [Program; 3] {
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    [micks, champions, acreed].map(|key| Program::of(world, &key))
}

/// What a query finds, and which rows of all these are.
async fn found(program: &Program, query: &str) -> (Vec<Value>, String) {
    let answer = program.get(&format!("{RECORDS}?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", String::from_utf8_lossy(&answer.body));
    let range = answer.header("content-range").expect("a range").to_owned();
    let Value::Array(rows) = value(&answer) else { panic!("{query}: a list") };
    (rows, range)
}

/// The vendor's own ids of what a query finds.
async fn keys(program: &Program, query: &str) -> Vec<String> {
    let (rows, _) = found(program, query).await;
    rows.iter().map(|row| row["record_id"].as_str().expect("an id").to_owned()).collect()
}

/// The id of a row of a file.
fn record(file: &str, number: i32) -> String {
    format!("{}-0000-{number:04}", file.replacen("UF", "UR", 1))
}

/// The records of a page's file.
fn of(page: &Answer) -> String {
    format!("usagefile.id={}", id(page))
}

#[actix_web::test]
async fn both_parties_read_the_records_of_their_files_and_nobody_else_does() {
    let world = World::new().await;
    let [micks, champions, acreed] = cast(&world);
    let closed = world.text("SELECT id AS t FROM usage_files WHERE status = 'closed'");
    for program in [&micks, &champions] {
        let (rows, range) = found(program, "").await;
        assert_eq!(range, "items 0-2/3");
        // the newest file first, and its rows in their order
        let told: Vec<_> = rows.iter().map(|row| (&row["record_id"], &row["usage"], &row["status"])).collect();
        assert_eq!(
            json!(told),
            json!([["H-3", "160.75", "valid"], ["H-1", "48.5", "closed"], ["H-2", "51.25", "closed"]])
        );
        let first = &rows[1];
        assert_eq!(first["id"], json!(record(&closed, 2)));
        assert_eq!(first["usagefile"]["id"], json!(closed));
        assert_eq!(
            (&first["product_id"], &first["item"]["mpn"], &first["asset"]["external_id"]),
            (&json!(PULSE), &json!("APOLLO-PULSE-HOURS"), &json!("SO-4702"))
        );
        assert_eq!(first["resource_local_id"], json!(first["item_id"].as_str().expect("an id").replace('-', "_")));
        assert_eq!((&first["amount"], &first["tier"], &first["multiplier"]), (&json!(null), &json!(null), &json!(1)));
        assert_eq!(first["external_billing_id"], json!("INV-20417"));
        assert!(first["closed_at"].is_string() && rows[0].get("closed_at").is_none(), "{rows:?}");
        for row in &rows {
            let one = program.get(&format!("{RECORDS}/{}", row["id"].as_str().expect("an id"))).await;
            assert_eq!((one.status, &value(&one)), (200, row));
        }
    }
    assert_eq!(found(&acreed, "").await, (Vec::new(), "items 0-0/0".to_owned()));
    assert_eq!(acreed.get(&format!("{RECORDS}/{}", record(&closed, 2))).await.status, 404);
}

#[actix_web::test]
async fn records_are_found_by_what_is_published_of_them() {
    let world = World::new().await;
    let [micks, champions, _] = cast(&world);
    let file = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    let [asset, uid, item] = ["subscription_id", "s.external_uid::text", "item_id"].map(|column| {
        let records = "usage_records r JOIN subscriptions s ON s.id = r.subscription_id";
        world.text(&format!("SELECT DISTINCT {column} AS t FROM {records}"))
    });
    let between = world
        .text("SELECT to_char(start_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS t FROM usage_records WHERE key = 'H-2'");
    let all = &["H-3", "H-1", "H-2"];
    let queries: &[(String, &[&str])] = &[
        ("status=valid".to_owned(), &["H-3"]),
        ("in(status,(approved,closed))".to_owned(), &["H-1", "H-2"]),
        ("ne(status,closed)".to_owned(), &["H-3"]),
        ("in(status,(invalid,rejected))".to_owned(), &[]),
        (format!("usagefile.id={file}"), &["H-3"]),
        (format!("usage_file={file}"), &["H-3"]),
        (format!("id={}", record(&file, 2)), &["H-3"]),
        ("record_id=H-2".to_owned(), &["H-2"]),
        ("usagefile.schema=qt".to_owned(), all),
        ("usagefile.environment=test".to_owned(), &[]),
        (format!("asset.id={asset}"), all),
        (format!("asset_id={asset}&item_id={item}&product_id={PULSE}"), all),
        (format!("asset.external_uid={uid}"), all),
        ("asset.external_id=SO-4702".to_owned(), all),
        ("ne(asset_external_id,SO-4702)".to_owned(), &[]),
        ("item.mpn=APOLLO-PULSE-HOURS".to_owned(), all),
        (format!("product.id={PULSE}"), all),
        ("out(product.id,(PRD-000-000-000))".to_owned(), all),
        (format!("start_date={between}"), &["H-2"]),
        (format!("end_date={between}"), &["H-1"]),
        (format!("ge(usage_start_time,{between})"), &["H-3", "H-2"]),
        (format!("in(status,(approved,closed)),(and(ge(start_date,{between}),lt(start_date,2999-01-01)))"), &["H-2"]),
        ("tier=null()".to_owned(), all),
        ("tier=0".to_owned(), &[]),
        ("external_billing_id=INV-20417".to_owned(), &["H-1", "H-2"]),
        ("vendor.id=VA-287-142&provider.id=PA-469-206".to_owned(), all),
        ("marketplace.id=MP-00000".to_owned(), &[]),
        ("hub.id=HB-0309-0000".to_owned(), &[]),
        (format!("search={}", &file[3..]), &["H-3"]),
        ("ordering(-record_id)".to_owned(), &["H-3", "H-2", "H-1"]),
        ("ordering(usage_start_time)".to_owned(), &["H-1", "H-2", "H-3"]),
        ("ordering(created_time)".to_owned(), &["H-1", "H-2", "H-3"]),
        ("limit=1&offset=1".to_owned(), &["H-1"]),
        ("limit=0".to_owned(), &[]),
    ];
    for (query, wanted) in queries {
        for program in [&micks, &champions] {
            assert_eq!(keys(program, query).await, *wanted, "{query}");
        }
    }
    let (rows, range) = found(&micks, "limit=1&offset=1&select(-params,-item,-asset)").await;
    assert_eq!(range, "items 1-1/3");
    assert!(rows[0].get("item").is_none() && rows[0].get("params").is_none() && rows[0]["usage"].is_string());
    assert_eq!(found(&micks, "status=closed&limit=0").await.1, "items 0-0/2");
    for query in ["status=pending", "tier=x", "start_date=soon", "ordering(usage)", "gt(usagefile.id,U)"] {
        assert_eq!(micks.get(&format!("{RECORDS}?{query}")).await.status, 400, "{query}");
    }
}

#[actix_web::test]
async fn pages_meet_every_record_once_in_any_order() {
    let world = World::new().await;
    let [_, champions, _] = cast(&world);
    let apollo = world.apollo().await;
    let rows: Vec<String> = (0..25).map(|n| row(&format!("P-{n:02}"), "1")).collect();
    let page = ready(&world, &apollo, "Pages", &rows).await;
    let wanted: Vec<String> = (0..25).map(|n| format!("P-{n:02}")).collect();
    for order in ["", "&ordering(start_date)", "&ordering(-status)", "&ordering(-usagefile.id)"] {
        let mut met = Vec::new();
        for offset in [0, 7, 14, 21] {
            let query = format!("{}&limit=7&offset={offset}{order}", of(&page));
            met.extend(keys(&champions, &query).await);
        }
        if order.is_empty() {
            assert_eq!(met, wanted, "in the order of the rows");
        }
        met.sort_unstable();
        assert_eq!(met, wanted, "{order}");
    }
}

#[actix_web::test]
async fn a_record_is_seen_by_whom_pages_show_it_wherever_its_file_stands() {
    let world = World::new().await;
    let [micks, champions, acreed] = cast(&world);
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = ready(&world, &apollo, "Twice", &[row("A-1", "7.25")]).await;
    let (query, one) = (of(&page), format!("{RECORDS}/{}", record(&id(&page), 2)));
    // the status that each of them reads of it, if any
    let seen = async |wanted: [Option<&str>; 2]| {
        for (program, wanted) in [&champions, &micks].into_iter().zip(wanted) {
            let (rows, range) = found(program, &query).await;
            let told: Vec<&str> = rows.iter().filter_map(|row| row["status"].as_str()).collect();
            assert_eq!(told, wanted.into_iter().collect::<Vec<_>>());
            assert!(range.ends_with(if wanted.is_some() { "/1" } else { "/0" }), "{range}");
            let answer = program.get(&one).await;
            match wanted {
                Some(status) => assert_eq!((answer.status, &value(&answer)["status"]), (200, &json!(status))),
                None => assert_eq!(answer.status, 404),
            }
        }
        assert_eq!(found(&acreed, &query).await.0, Vec::<Value>::new());
        assert_eq!(acreed.get(&one).await.status, 404);
    };
    seen([Some("valid"), None]).await;
    submit(&apollo, &page).await;
    seen([Some("valid"), Some("valid")]).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/reject", id(&page))).await;
    michael.submit(&form, &[("note", "Wrong.")]).await.must_be(303);
    seen([Some("rejected"), Some("rejected")]).await;
    // while it is mended, nobody but its vendor sees what it will say, and nobody what is not checked
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let report = csv(&[row("A-1", "8.75")]);
    apollo.upload_named(&form, &[], "file", "report.csv", &report).await.must_be(303);
    seen([None, None]).await;
    job(&world).await;
    seen([Some("valid"), None]).await;
    submit(&apollo, &page).await;
    seen([Some("valid"), Some("valid")]).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/accept", id(&page))).await;
    michael.submit(&form, &[]).await.must_be(303);
    seen([Some("approved"), Some("approved")]).await;
    let form = michael.get(&format!("{MICKS}/usage-files/{}/close", id(&page))).await;
    michael.submit(&form, &[("billing_reference", "INV-1")]).await.must_be(303);
    seen([Some("closed"), Some("closed")]).await;
    // the pages agree, in every status that a file can have
    let records = format!("/usage-files/{}/records", id(&page));
    for status in Status::ALL {
        world.run(&format!("UPDATE usage_files SET status = '{}' WHERE id = '{}'", status.key(), id(&page)));
        for (program, client, portal) in [(&champions, &apollo, CHAMPIONS), (&micks, &michael, MICKS)] {
            let shown = client.get(&format!("{portal}{records}")).await.status == 200;
            assert_eq!(program.get(&one).await.status == 200, shown, "{status} at {portal}");
            assert_eq!(found(program, &query).await.0.len(), usize::from(shown), "{status} at {portal}");
        }
    }
}

#[actix_web::test]
async fn numbers_are_exact_and_the_vendors_own_columns_come_along() {
    let world = World::new().await;
    world.run(&format!("UPDATE products SET usage_schema = 'TR' WHERE id = '{PULSE}'"));
    let [micks, champions, _] = cast(&world);
    let apollo = world.apollo().await;
    let page = create_for(&apollo, "Rated", (ago(8), ago(5)), "USD").await;
    // more digits than a float holds
    let line = |key: &str, quantity: &str, amount: &str, rest: &str| {
        format!("{key},item.mpn,APOLLO-PULSE-HOURS,{quantity},{},asset.external_id,SO-4702,{amount},{rest}", window())
    };
    let report = [
        format!("{HEAD},amount,tier,category_id,v.gym"),
        line("N-1", "9007199254740993.25", "9999999999999999.00000001", "1,compute,Front Street"),
        line("N-2", "0", "0.10000000", "0,,"),
    ];
    let page = upload(&world, &apollo, &page, report.join("\r\n").as_bytes()).await;
    page.must_say("No errors found.");
    submit(&apollo, &page).await;
    for program in [&micks, &champions] {
        let (rows, _) = found(program, &of(&page)).await;
        let [large, small] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(
            (&large["usage"], &large["amount"], &large["tier"]),
            (&json!("9007199254740993.25"), &json!("9999999999999999.00000001"), &json!(1))
        );
        assert_eq!(large["category"], json!({ "id": "compute", "name": "compute" }));
        assert_eq!(large["params"], json!([{ "parameter_name": "v.gym", "parameter_value": "Front Street" }]));
        assert_eq!((&large["usagefile"]["schema"], &large["usagefile"]["currency"]), (&json!("tr"), &json!("USD")));
        assert_eq!((&small["usage"], &small["amount"], &small["tier"]), (&json!("0"), &json!("0.1"), &json!(0)));
        assert!(small.get("category").is_none() && small["params"] == json!([]), "{small}");
        assert_eq!(keys(program, &format!("{}&tier=1", of(&page))).await, ["N-1"]);
        assert_eq!(keys(program, &format!("{}&category.id=null()", of(&page))).await, ["N-2"]);
    }
}

#[actix_web::test]
async fn what_a_subscription_is_reconciled_by_stands_at_it_and_among_no_columns() {
    let world = World::new().await;
    let [micks, champions, _] = cast(&world);
    let apollo = world.apollo().await;
    let page = create(&apollo, "Reconciled").await;
    let report = format!("{HEAD},asset_recon_id,v.gym\r\n{},R-1,Front\r\n{},,\r\n", row("Q-1", "1"), row("Q-2", "2"));
    let page = upload(&world, &apollo, &page, report.as_bytes()).await;
    submit(&apollo, page.must_say("No errors found.")).await;
    for program in [&micks, &champions] {
        let (rows, _) = found(program, &of(&page)).await;
        let [one, other] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(one["asset"]["recon_id"], json!("R-1"));
        assert_eq!(one["params"], json!([{ "parameter_name": "v.gym", "parameter_value": "Front" }]));
        assert!(other["asset"].get("recon_id").is_none() && other["params"] == json!([]), "{other}");
    }
}

#[actix_web::test]
async fn only_an_id_of_a_record_leads_to_one() {
    let world = World::new().await;
    let bare = Program::of(&world, &world.tokens()[1]);
    world.run(KEYS);
    let champions = Program::of(&world, "ApiKey SU-000-000-003:secret-3");
    let file = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    let there = record(&file, 2);
    assert_eq!(champions.get(&format!("{RECORDS}/{there}")).await.status, 200);
    let (head, _) = there.rsplit_once('-').expect("groups");
    for id in [
        record(&file, 1),
        record(&file, 0),
        record(&file, 9_999),
        format!("{head}-99990002"),
        format!("{head}-2"),
        format!("{head}-00002"),
        format!("{head}-0002-0001"),
        format!("{head}-000%C2%B2"),
        there.to_lowercase(),
        there.replacen("UR", "UF", 1),
        file.clone(),
        "UR-9999-99-9999-9999-9999-9999".to_owned(),
        "UR-539-008-555".to_owned(),
    ] {
        assert_eq!(champions.get(&format!("{RECORDS}/{id}")).await.status, 404, "{id}");
    }
    for path in [RECORDS.to_owned(), format!("{RECORDS}/{there}")] {
        assert_eq!(bare.get(&path).await.status, 403, "{path}");
    }
    // a draft has none
    let apollo = world.apollo().await;
    let draft = id(&create(&apollo, "Empty").await);
    assert_eq!(champions.get(&format!("{RECORDS}/{}", record(&draft, 2))).await.status, 404);
}

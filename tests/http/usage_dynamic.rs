//! Items that a product does not have: described by the records of a file, and made by it once it is ready.

use crate::{
    support::{
        Answer, Client, World,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create, create_for, id, records, submit, upload},
};

fn report(rows: &[String]) -> Vec<u8> {
    format!("{HEAD},item_name,item_unit,item_precision\r\n{}\r\n", rows.join("\r\n")).into_bytes()
}

/// A row of an item by its part number, with what it says of the item.
fn of(key: &str, mpn: &str, quantity: &str, (first, last): (u64, u64), item: &str) -> String {
    let times = format!("{} 00:00:00,{} 23:59:59", ago(first), ago(last));
    format!("{key},item.mpn,{mpn},{quantity},{times},asset.external_id,SO-4702,{item}")
}

const STORAGE: &str = "Storage,gb,decimal(2)";

fn items(world: &World, sort: &str) -> i64 {
    world.number(&format!("SELECT count(*) AS n FROM items WHERE product_id = '{PULSE}' AND {sort}"))
}

fn allow(world: &World) {
    world.run(&format!("UPDATE products SET usage_dynamic = true WHERE id = '{PULSE}'"));
}

async fn dry_run(apollo: &Client, page: &Answer, report: &[u8]) -> Answer {
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    apollo.upload_named(&form, &[], "file", "report.csv", report).await
}

#[actix_web::test]
async fn a_file_makes_the_items_that_its_records_describe() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&apollo, "Dynamic").await;
    let week = (8, 5);
    let rows = [
        of("D-1", "GB-1", "12.25", week, STORAGE),
        of("D-2", "gb-1", "0.5", week, STORAGE),
        of("D-3", "APOLLO-PULSE-HOURS", "1", week, ",,"),
    ];
    // without the setting there is no such item
    let page = upload(&world, &apollo, &page, &report(&rows)).await;
    page.must_say("The product has no item “GB-1”.");
    assert_eq!(items(&world, "dynamic"), 0);

    allow(&world);
    dry_run(&apollo, &page, &report(&rows))
        .await
        .must_be(200)
        .must_say("Items that the report would create")
        .must_say("Storage")
        .must_say("No errors found. Nothing was saved.");
    assert_eq!(items(&world, "dynamic"), 0);

    let page = upload(&world, &apollo, &page, &report(&rows)).await;
    page.must_say("No errors found.").must_say("Items created from this file").must_say("Storage (GB-1)");
    assert_eq!((items(&world, "dynamic AND status = 'published'"), records(&world, &id(&page))), (1, 3));
    let list = apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/items")).await;
    list.must_say("Storage").must_say("Dynamic");
    let item = apollo.get(&list.link("Storage")).await;
    item.must_say("Dynamic").must_say("Gigabytes").must_not_say("End of Sale");
    apollo.get(&format!("{CHAMPIONS}/products/{PULSE}/history")).await.must_say("created an item from a usage file");

    // the distributor sees what was used of it, and not how it came about
    submit(&apollo, &page).await;
    let seen = world.michael().await.get(&format!("{MICKS}/usage-files/{}", id(&page))).await;
    seen.must_say("Storage").must_say("12.75").must_not_say("Items created from this file");

    // in the next file it is the same item, however little is said of it
    let next = create_for(&apollo, "Next", (ago(4), ago(3)), "").await;
    let rows = [of("D-4", "GB-1", "3", (4, 3), ",,"), of("D-5", "GB-1", "4", (4, 3), STORAGE)];
    let next = upload(&world, &apollo, &next, &report(&rows)).await;
    next.must_say("No errors found.").must_not_say("Items created from this file");
    assert_eq!(items(&world, "dynamic"), 1);
}

#[actix_web::test]
async fn an_item_is_what_it_was_described_as_first() {
    let world = World::new().await;
    allow(&world);
    let apollo = world.apollo().await;
    let page = create(&apollo, "Described").await;
    let week = (8, 5);
    let rows = [
        of("E-1", "GB-1", "1", week, STORAGE),
        of("E-2", "GB-1", "1", week, "Storage,mb,decimal_2"),
        of("E-3", "GB-1", "1", week, "Storage,hours,decimal_2"),
        of("E-4", "GB-2", "1", week, ",gb,integer"),
        of("E-5", "GB-3", "1", week, "Third storage,gb,fine"),
        of("E-6", "GB-4", "1", week, "storage,gb,integer"),
        of("E-7", "GB-1", "1.005", week, STORAGE),
        of("E-8", "NONE", "1", week, ",,"),
    ];
    upload(&world, &apollo, &page, &report(&rows))
        .await
        .must_say("“mb” is not a unit.")
        .must_say("“hours” differs from the item, which has “gb”.")
        .must_say("Enter a value, or remove the row.")
        .must_say("“fine” is not a precision.")
        .must_say("Another item of the product has the name “storage” or this part number.")
        .must_say("“1.005” has 3 decimals. Up to 2 are allowed.")
        .must_say("The product has no item “NONE”.");
    // of a file that is refused nothing is left
    assert_eq!(items(&world, "dynamic"), 0);
}

#[actix_web::test]
async fn an_item_of_which_only_the_name_is_said_is_counted_in_units() {
    let world = World::new().await;
    allow(&world);
    let apollo = world.apollo().await;
    let page = create(&apollo, "Named").await;
    let rows = [
        of("N-1", "GB-1", "0.00000001", (8, 5), "Storage,,"),
        of("N-2", "GB-2", "1", (8, 5), "Room,gb,"),
        // what one row does not say, another does
        of("N-3", "GB-3", "1", (8, 5), "Space,,"),
        of("N-4", "GB-3", "2", (8, 5), "Space,gb,integer"),
    ];
    upload(&world, &apollo, &page, &report(&rows)).await.must_say("No errors found.").must_say("0.00000001");
    let made =
        "SELECT string_agg(concat_ws(' ', name, unit, precision), ', ' ORDER BY mpn) AS t FROM items WHERE dynamic";
    assert_eq!(world.text(made), "Storage unit decimal_8, Room gb decimal_8, Space gb integer");
}

#[actix_web::test]
async fn a_dynamic_item_is_in_no_version_and_its_sale_does_not_end() {
    let world = World::new().await;
    allow(&world);
    let apollo = world.apollo().await;
    let page = create(&apollo, "Kept apart").await;
    upload(&world, &apollo, &page, &report(&[of("F-1", "GB-1", "1", (8, 5), STORAGE)]))
        .await
        .must_say("No errors found.");
    let product = format!("{CHAMPIONS}/products/{PULSE}");
    let item = world.text("SELECT id AS t FROM items WHERE dynamic");
    apollo.get(&format!("{product}/items/{item}/end-of-sale")).await.must_be(409).must_say("This item is dynamic");
    // its words can change
    let form = apollo.get(&format!("{product}/items/{item}/edit")).await;
    apollo.submit(&form, &[("description", "Space on disks.")]).await.must_be(303);
    let form = apollo.get(&format!("{product}/versions/new")).await;
    apollo.submit(&form, &[("changes", "Nothing but time."), ("visibility", "public")]).await.must_be(303);
    let frozen =
        "SELECT count(*) AS n FROM product_versions, jsonb_array_elements(snapshot -> 'items') i WHERE i ->> 'mpn' = ";
    assert_eq!(world.number(&format!("{frozen} 'GB-1'")), 0);
    assert!(world.number(&format!("{frozen} 'APOLLO-PULSE-HOURS'")) > 1);
}

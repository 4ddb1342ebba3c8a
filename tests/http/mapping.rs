//! A vendor's own report is read as it is: by the columns it is known, every row of it goes somewhere, and both sides see where.

use chrono::{Days, NaiveDate, Utc};

use crate::support::{
    Answer, Client, World,
    world::{CHAMPIONS, MICKS, PULSE},
};

fn ago(days: u64) -> NaiveDate {
    Utc::now().date_naive() - Days::new(days)
}

/// A file with amounts, for four days in which the cast's subscription lives.
async fn create(world: &World, apollo: &Client, name: &str) -> Answer {
    world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
    let form = apollo.get(&format!("{CHAMPIONS}/usage-files/new")).await;
    let (from, to) = (ago(8).to_string(), ago(5).to_string());
    let typed = [("name", name), ("from", from.as_str()), ("to", to.as_str()), ("currency", "USD")];
    let answer = apollo.submit(&form, &typed).await;
    answer.must_be(303);
    apollo.follow(answer).await
}

/// Uploads a report and has it checked; the page of its file.
async fn upload(world: &World, apollo: &Client, page: &Answer, typed: &[(&str, &str)], report: &str) -> Answer {
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    let answer = apollo.upload_named(&form, typed, "file", "report.csv", report.as_bytes()).await;
    crate::usage::anyway(apollo, answer).await.must_be(303);
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
    apollo.get(&page.path).await
}

const FOCUS: &str = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeClass,ConsumedQuantity,ConsumedUnit,\
    PricingQuantity,PricingUnit,SkuId,SubAccountId,ServiceName,ServiceCategory";

/// A line of costs: what it comes to, of which sort it is, and how much was used.
fn cost(amount: &str, category: &str, quantity: &str, account: &str) -> String {
    format!(
        "{amount},USD,{}T00:00:00Z,{}T00:00:00Z,{category},,{quantity},Hours,,Hours,APOLLO-PULSE-HOURS,{account},Screens,Media",
        ago(8),
        ago(7)
    )
}

fn focus(lines: &[String]) -> String {
    format!("{FOCUS}\r\n{}\r\n", lines.join("\r\n"))
}

fn id(page: &Answer) -> String {
    page.path.rsplit('/').next().unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn a_cost_file_is_uploaded_as_it_is_and_both_sides_see_where_its_rows_went() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&world, &apollo, "Costs").await;
    let report = focus(&[
        cost("11.7162", "Usage", "2", "SO-4702"),
        cost("0.2838", "Usage", "1.5", "SO-4702"),
        cost("1.5", "Tax", "", "SO-4702"),
        cost("0.5", "Credit", "", "SO-4702"),
    ]);
    let page = upload(&world, &apollo, &page, &[("control_total", "14")], &report).await;
    page.must_say("Ready")
        .must_say("1 record, 12.00 USD")
        .must_say("3.5")
        .must_say("FOCUS 1.x")
        .must_say("Rows grouped into records")
        .must_say("Left out: Tax")
        .must_say("Reversals, which are not billed");
    let key = world.text(&format!("SELECT key AS t FROM usage_records WHERE file_id = '{}'", id(&page)));
    assert_eq!(key, format!("{}/SO-4702/APOLLO-PULSE-HOURS/Hours", ago(8).format("%Y-%m")));
    let extra = world.text(&format!("SELECT extra::text AS t FROM usage_records WHERE file_id = '{}'", id(&page)));
    assert!(extra.contains("\"v.rows\": \"2\""), "{extra}");

    let form = apollo.get(&format!("{}/submit", page.path)).await;
    apollo.submit(&form, &[]).await.must_be(303);
    let seen = michael.get(&format!("{MICKS}/usage-files/{}", id(&page))).await;
    seen.must_say("FOCUS 1.x").must_say("Left out: Tax").must_say("exclude Tax: ChargeCategory = Tax");
}

#[actix_web::test]
async fn what_nobody_named_is_an_error_at_its_place_in_the_report() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&world, &apollo, "Unknown").await;
    let report = focus(&[
        cost("1", "Usage", "1", "SO-0000"),
        cost("1", "Usage", "1", "SO-0000"),
        cost("1", "Usage", "1", "SO-0000"),
        cost("1", "Usage", "1", "SO-0000"),
        cost("1", "Rebate", "1", "SO-4702"),
        cost("1", "Usage", "much", "SO-4702"),
        cost("1", "Usage", "1", "SO-4702").replace("USD", "EUR"),
    ]);
    let page = upload(&world, &apollo, &page, &[], &report).await;
    page.must_say("Invalid")
        .must_say("2, 3, 4 and 1 more")
        .must_say("No subscription of this product on this marketplace has “SO-0000”.")
        .must_say("No rule of the mapping fits “Rebate” in the column ChargeCategory.")
        .must_say("“much” is not a number that is written like 1234.56")
        .must_say("“EUR” is not the currency of the file, USD.")
        .must_say("Read with FOCUS 1.x, version 1.")
        .must_not_say("All rows");
    apollo.get(&format!("{}/errors.xlsx", page.path)).await.must_be(200);
    assert_eq!(world.number(&format!("SELECT count(*) AS n FROM usage_records WHERE file_id = '{}'", id(&page))), 0);
    // a report in the standard format is read without any mapping
    let head = "record_id,item_search_criteria,item_search_value,quantity,amount,start_time_utc,end_time_utc,asset_search_criteria,\
        asset_search_value";
    let row = format!("A-1,item.mpn,APOLLO-PULSE-HOURS,1,2,{},{},asset.external_id,SO-4702", ago(8), ago(7));
    let page = upload(&world, &apollo, &page, &[], &format!("{head}\r\n{row}")).await;
    page.must_say("1 record, 2.00 USD").must_not_say("Read with");
}

#[actix_web::test]
async fn amounts_are_multiplied_by_a_rate_that_stands_with_each_record() {
    let world = World::new().await;
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&world, &apollo, "Rated").await;
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new/columns?from=focus")).await;
    let typed = [("name", "In dollars"), ("product", PULSE), ("rate", "{Rate|\"0.5\"}")];
    // multiplied amounts have to be rounded
    let nowhere = [typed.as_slice(), &[("decimals", "")]].concat();
    apollo.submit(&form, &nowhere).await.must_be(422).must_say("Enter the decimals that amounts are rounded to");
    let answer = apollo.submit(&form, &typed).await;
    let mapping = answer.must_be(303).location().rsplit('/').next().expect("an id").to_owned();
    let report = focus(&[cost("1.25", "Usage", "1", "SO-4702"), cost("1", "Tax", "", "SO-4702")]);
    let sent = [("mapping", mapping.as_str()), ("control_total", "2.25")];
    let page = upload(&world, &apollo, &page, &sent, &report).await;
    page.must_say("Ready").must_say("1 record, 0.625 USD");
    assert_eq!(page.facts("Control total"), ["2.25, difference 0"], "the report adds up as it is");
    let extra = world.text(&format!("SELECT extra::text AS t FROM usage_records WHERE file_id = '{}'", id(&page)));
    assert!(extra.contains("\"v.rate\": \"0.5\""), "{extra}");
    let form = apollo.get(&format!("{}/submit", page.path)).await;
    apollo.submit(&form, &[]).await.must_be(303);
    for (client, base) in [(&apollo, CHAMPIONS), (&michael, MICKS)] {
        let seen = client.get(&format!("{base}/usage-files/{}", id(&page))).await;
        seen.must_say("Multiplied by the rate {Rate|\"0.5\"}, 1.25 is 0.625.").must_say("Left out: Tax");
    }
}

#[actix_web::test]
async fn a_report_comes_to_what_its_vendor_says() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&world, &apollo, "Controlled").await;
    let report = focus(&[cost("1.25", "Usage", "1", "SO-4702"), cost("1", "Tax", "", "SO-4702")]);
    let control = [("mapping", "focus"), ("control_rows", "3"), ("control_total", "2.26")];
    upload(&world, &apollo, &page, &control, &report)
        .await
        .must_say("Invalid")
        .must_say("The report has 2 rows, and you entered 3.")
        .must_say("The report adds up to 2.25, and you entered 2.26. The difference is -0.01.");
    let control = [("mapping", "focus"), ("control_rows", "2"), ("control_total", "2.25")];
    let page = upload(&world, &apollo, &page, &control, &report).await;
    page.must_say("Ready").must_say("1 record, 1.25 USD");
    assert_eq!(page.facts("Control total"), ["2.25, difference 0"]);
    assert_eq!(page.facts("Control rows"), ["2, difference 0"]);
    // with another currency the same report is checked again, and what its vendor said of it still holds
    let again = async |currency: &str| {
        let form = apollo.get(&format!("{}/edit", page.path)).await;
        apollo.submit(&form, &[("currency", currency)]).await.must_be(303);
        entente::jobs::catch_up(&world.program).await.expect("the job runs");
        apollo.get(&page.path).await
    };
    again("EUR").await.must_say("Invalid").must_say("“USD” is not the currency of the file, EUR.");
    let back = again("USD").await;
    back.must_say("Ready").must_say("1 record, 1.25 USD").must_say("Read with FOCUS 1.x, version 1.");
    assert_eq!(back.facts("Control total"), ["2.25, difference 0"]);
}

#[actix_web::test]
async fn a_dry_run_shows_where_rows_would_go_and_what_nobody_named() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&world, &apollo, "Tried").await;
    let form = apollo.get(&format!("{}/dry-run", page.path)).await;
    let report = focus(&[
        cost("2", "Usage", "1", "SO-4702"),
        cost("30.5", "Usage", "1", "1ED00000000"),
        cost("1", "Rebate", "1", "SO-4702"),
    ]);
    let typed = [("control_total", "40")];
    let tried = apollo.upload_named(&form, &typed, "file", "report.csv", report.as_bytes()).await;
    tried
        .must_be(200)
        .must_say("Where the rows went")
        .must_say("FOCUS 1.x, version 1")
        .must_say("Values to look at")
        .must_say("1ED00000000")
        .must_say("30.5")
        .must_say("Rebate")
        .must_say("The report adds up to 33.5, and you entered 40.");
    assert_eq!(world.text(&format!("SELECT status AS t FROM usage_files WHERE id = '{}'", id(&page))), "draft");
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_mapped"), 0);
}

#[actix_web::test]
async fn a_sample_of_which_nothing_is_known_or_beside_a_ready_mapping_is_told_of() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new")).await;
    let (own, usual) = ("Kunde;Menge\r\nSO-4702;2,5\r\n", "Customer;Quantity\r\nSO-4702;2,5\r\n");
    let answer = apollo.upload_named(&form, &[], "file", "sample.csv", own.as_bytes()).await;
    apollo.follow(answer).await.must_be(200).must_say("could not guess");
    let answer = apollo.upload_named(&form, &[], "file", "sample.csv", usual.as_bytes()).await;
    apollo.follow(answer).await.must_be(200).must_not_say("could not guess");
    let both = apollo.upload_named(&form, &[("from", "focus")], "file", "sample.csv", usual.as_bytes()).await;
    both.must_be(422).must_say("not with both");
}

#[actix_web::test]
async fn a_mapping_is_made_from_a_sample_and_finds_its_reports() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&world, &apollo, "Own").await;
    let report = "Reference ID;Customer;SKU;Qty;Cost;Line Type\r\nR-1;SO-4702;APOLLO-PULSE-HOURS;2,5;1.010,75;Usage\r\n\
        R-2;SO-4702;APOLLO-PULSE-HOURS;1;3,00;Setup\r\n";
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new")).await;
    let answer = apollo.upload_named(&form, &[], "file", "sample.csv", report.as_bytes()).await;
    answer.must_be(303);
    let form = apollo.follow(answer).await;
    // what is guessed is there to be completed
    form.must_be(200);
    apollo.submit(&form, &[("name", ""), ("record_id", "{Reference ID")]).await.must_be(422).must_say("Close each {");
    let typed = [
        ("name", "Own report"),
        ("product", PULSE),
        ("numbers", "point_comma"),
        ("rules", "charge: Line Type = Usage\nexclude Setup fees: Line Type = Setup"),
    ];
    let answer = apollo.submit(&form, &typed).await;
    answer.must_be(303);
    let mapping = apollo.follow(answer).await;
    mapping.must_say("Own report").must_say("{Reference ID}").must_say("{Cost}").must_say("exclude Setup fees");
    apollo.submit(&form, &typed).await.must_be(303);
    assert_eq!(world.number("SELECT count(*) AS n FROM usage_mappings WHERE name = 'Own report'"), 1, "sent twice");
    apollo.get(&format!("{CHAMPIONS}/usage-mappings")).await.must_say("Own report");

    let page = upload(&world, &apollo, &page, &[], report).await;
    page.must_say("1 record, 1,010.75 USD")
        .must_say("Own report")
        .must_say("version 1")
        .must_say("Left out: Setup fees");

    // a file keeps what it was read with, whatever becomes of the mapping
    let form = apollo.get(&format!("{}/edit", mapping.path)).await;
    let stale = apollo.get(&format!("{}/edit", mapping.path)).await;
    apollo.submit(&form, &[("rules", "charge: *")]).await.must_be(303);
    apollo.submit(&stale, &[("rules", "stop: *")]).await.must_be(409);
    apollo.get(&mapping.path).await.must_say("charge: *").must_say("changed the mapping");
    apollo.get(&page.path).await.must_say("version 1").must_say("Left out: Setup fees");
    let form = apollo.get(&format!("{}/delete", mapping.path)).await;
    apollo.submit(&form, &[]).await.must_be(303);
    apollo.get(&mapping.path).await.must_be(404);
    apollo.get(&page.path).await.must_say("Own report").must_say("1 record, 1,010.75 USD");
}

#[actix_web::test]
async fn of_two_mappings_that_fit_the_vendor_chooses_one() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = create(&world, &apollo, "Two").await;
    for name in ["One way", "The other"] {
        let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new/columns?from=focus")).await;
        apollo.submit(&form, &[("name", name), ("product", PULSE)]).await.must_be(303);
        apollo.submit(&apollo.get(&form.path).await, &[]).await.must_be(422).must_say("Enter a name");
    }
    let form = apollo.get(&format!("{CHAMPIONS}/usage-mappings/new/columns?from=focus")).await;
    apollo
        .submit(&form, &[("name", "One way"), ("product", PULSE)])
        .await
        .must_be(422)
        .must_say("Another mapping of this product already has this name");
    let report = focus(&[cost("1", "Usage", "1", "SO-4702")]);
    let form = apollo.get(&format!("{}/upload", page.path)).await;
    apollo
        .upload_named(&form, &[], "file", "report.csv", report.as_bytes())
        .await
        .must_be(422)
        .must_say("Several mappings fit this report. Choose one");
    let other = world.text("SELECT id AS t FROM usage_mappings WHERE name = 'The other'");
    upload(&world, &apollo, &page, &[("mapping", &other)], &report).await.must_say("The other").must_say("Ready");
}

#[actix_web::test]
async fn a_mapping_is_its_vendors_alone() {
    let world = World::new().await;
    let (apollo, tony, michael) = (world.apollo().await, world.tony().await, world.michael().await);
    let mapping = world.text("SELECT id AS t FROM usage_mappings LIMIT 1");
    apollo.get(&format!("{CHAMPIONS}/usage-mappings/{mapping}")).await.must_say("Screen log");
    tony.get(&format!("/vendor/VA-610-774/usage-mappings/{mapping}")).await.must_be(404);
    michael.get(&format!("{MICKS}/usage-mappings")).await.must_be(404);
    michael.get(&format!("{MICKS}/usage-mappings/{mapping}")).await.must_be(404);
}

//! How records were billed is filled in where they were downloaded, uploaded, checked and applied as a whole.

use actix_web::http::Method;
use serde_json::json;

use crate::{
    api::{Program, value},
    support::{Answer, Client, World},
    usage::status,
    usage_api::KEYS,
    usage_closing::{accepted, close, closings, file_of},
};

/// The records as they are downloaded, without the mark that begins the file: its lines.
async fn downloaded(client: &Client, here: &str) -> Vec<String> {
    let sheet = client.get(&format!("{here}/records.csv")).await.body_text();
    sheet.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
}

/// The same with bills filled in, from the first record on.
fn filled(lines: &[String], bills: &[&str]) -> String {
    let mut lines = lines.to_vec();
    for (line, bill) in lines.iter_mut().skip(1).zip(bills) {
        let mut cells: Vec<&str> = line.split(',').collect();
        let at = cells.len() - 2;
        cells[at] = bill;
        *line = cells.join(",");
    }
    lines.join("\r\n")
}

async fn upload(client: &Client, here: &str, sheet: &str) -> Answer {
    let form = client.get(&format!("{here}/reconciliation")).await;
    let answer = client.upload_named(&form, &[], "file", "june.csv", sheet.as_bytes()).await;
    if answer.status == 303 { client.follow(answer).await } else { answer }
}

async fn apply(client: &Client, page: &Answer) -> Answer {
    let answer = client.submit_to(page, Some("/apply"), &[]).await;
    client.follow(answer).await
}

#[actix_web::test]
async fn what_was_filled_in_is_shown_and_then_applied() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = accepted(&world, "June", 4).await;
    close(&michael, &here, 2, "INV-0").await;
    let lines = downloaded(&michael, &here).await;
    assert!(lines[0].ends_with("external_billing_id,external_billing_note"), "{}", lines[0]);
    let page = upload(&michael, &here, &filled(&lines, &["INV-1", "INV-2", "INV-2"])).await;
    page.must_be(200)
        .must_say("Closes 2 records.")
        .must_say("Changes the billing of 1 record.")
        .must_say("1 row changes nothing.")
        .must_say("0 rows have errors.");
    assert_eq!(closings(&world, &here), "2 INV-0", "nothing happened yet");
    apply(&michael, &page).await.must_say("Billing applied").must_say("These rows were applied.");
    assert_eq!(closings(&world, &here), "2 INV-1, 3 INV-2, 4 INV-2");
    assert_eq!(michael.get(&here).await.facts("Closed records"), ["3 of 4"]);
    // pressed twice, and sent twice, it changes nothing
    michael.press_at(&page, "/apply").await.must_be(303);
    let lines = downloaded(&michael, &here).await;
    let again = upload(&michael, &here, &lines.join("\r\n")).await;
    again.must_say("4 rows change nothing.").must_say("There is nothing to apply.");
    assert!(again.attributes("form[action$='/apply']", "action").is_empty());
    let results = michael.get(&format!("{}/results.csv", page.path)).await.body_text();
    let told: Vec<String> =
        results.lines().skip(1).filter_map(|line| line.split(',').nth(4).map(str::to_owned)).collect();
    assert_eq!(told, ["change", "close", "close", "same"]);
    michael.get(&format!("{}/results.xlsx", page.path)).await.must_be(200);
    // the last one closes the file
    let rest = upload(&michael, &here, &filled(&lines, &["INV-1", "INV-2", "INV-2", "INV-3"])).await;
    rest.must_say("No record will be open after this, so the file will be closed.");
    apply(&michael, &rest).await;
    assert_eq!(status(&world, file_of(&here)), "closed");
    // and what it was billed with can still be said otherwise
    let lines = downloaded(&michael, &here).await;
    let page = upload(&michael, &here, &filled(&lines, &["INV-9"])).await;
    page.must_say("Changes the billing of 1 record.").must_say("3 rows change nothing.");
    apply(&michael, &page).await;
    assert!(closings(&world, &here).starts_with("2 INV-9, 3 INV-2"));
}

#[actix_web::test]
async fn with_one_wrong_row_nothing_is_applied_and_each_is_told_at_its_cell() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (other, here) = (accepted(&world, "May", 1).await, accepted(&world, "June", 7).await);
    let mut lines = downloaded(&michael, &here).await;
    let elsewhere = downloaded(&michael, &other).await.remove(1);
    let record = |line: &str| line.split(',').next().unwrap_or_default().to_owned();
    let (first, gone, foreign) = (record(&lines[1]), record(&lines[2]), record(&elsewhere));
    lines[2] = lines[2].replacen(&gone, &gone.replace("-0000-0003", "-0000-9999"), 1);
    lines[3] = lines[3].replacen(&record(&lines[3]), &foreign, 1);
    lines[4] = lines[4].replacen(&record(&lines[4]), "", 1);
    lines[5] = lines[5].replacen(&record(&lines[5]), &first, 1);
    lines[6] = lines[6].replacen(",1.5,", ",2.5,", 1);
    let mut sheet = filled(&lines, &["INV-1"; 6]);
    // a note without a bill
    sheet.push_str("Paid");
    let page = upload(&michael, &here, &sheet).await;
    page.must_be(200)
        .must_say("6 rows have errors.")
        .must_say("This file has no record")
        .must_say(&format!("“{foreign}” is a record of another file."))
        .must_say("Enter the ID of the record, or remove the row.")
        .must_say("is also in row 2.")
        .must_say("The record has the quantity 1.5. It cannot be changed.")
        .must_say("Enter the external billing ID, or remove the note.");
    assert_eq!(page.texts("[aria-label='Errors'] tbody th"), ["Row 3", "Row 4", "Row 5", "Row 6", "Row 7", "Row 8"]);
    assert!(page.attributes("form[action$='/apply']", "action").is_empty());
    let csrf = page.value("csrf");
    let forced = [("csrf", csrf.as_str()), ("shown", "")];
    michael.post(&format!("{}/apply", page.path), &forced).await.must_be(409);
    assert_eq!(closings(&world, &here), "");
    let results = michael.get(&format!("{}/results.csv", page.path)).await.body_text();
    assert!(results.contains("is a record of another file."), "{results}");
    // what is no such file is told at its field
    for (sheet, words) in [
        ("a,b\r\n1,2", "The column usage_record_id is missing."),
        ("usage_record_id,external_billing_id", "Add at least one record below the header."),
        ("%PDF-1.7", "The file must be XLSX or CSV"),
    ] {
        upload(&michael, &here, sheet).await.must_be(422).must_say(words);
    }
}

#[actix_web::test]
async fn only_what_was_shown_is_applied() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = accepted(&world, "June", 3).await;
    let lines = downloaded(&michael, &here).await;
    let page = upload(&michael, &here, &filled(&lines, &["INV-1", "INV-1"])).await;
    close(&michael, &here, 2, "INV-0").await;
    michael.press_at(&page, "/apply").await.must_be(409).must_say("The records changed");
    assert_eq!(closings(&world, &here), "2 INV-0");
    michael.get(&page.path).await.must_say("The billing of the file has changed since these rows were checked.");
    // what was closed with the file is billed there, and the same bill changes nothing
    let form = michael.get(&format!("{here}/close")).await;
    michael.submit(&form, &[("billing_reference", "INV-9")]).await.must_be(303);
    let page = upload(&michael, &here, &filled(&lines, &["INV-0", "INV-8", "INV-9"])).await;
    page.must_say("The record was closed with its hub or its file").must_say("1 row has an error.");
    page.must_say("2 rows change nothing.");
}

#[actix_web::test]
async fn nobody_else_reconciles_a_file() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = accepted(&world, "June", 1).await;
    let lines = downloaded(&michael, &here).await;
    let page = upload(&michael, &here, &filled(&lines, &["INV-1"])).await;
    let (paulie, donnie) = (world.paulie().await, world.donnie().await);
    for url in [format!("{here}/reconciliation"), page.path.clone(), format!("{}/results.csv", page.path)] {
        paulie.get(&url).await.must_be(403);
        donnie.get(&url).await.must_be(404);
        let elsewhere = url.replace(crate::support::world::MICKS, crate::support::world::ACREED);
        donnie.get(&elsewhere).await.must_be(404);
    }
}

#[actix_web::test]
async fn a_program_sends_what_was_filled_in() {
    let world = World::new().await;
    let michael = world.michael().await;
    let here = accepted(&world, "June", 2).await;
    let lines = downloaded(&michael, &here).await;
    let [micks, _, champions, _] = world.tokens();
    world.run(KEYS);
    let [micks, champions] = [micks, champions].map(|key| Program::of(&world, &key));
    let path = format!("/usage/files/{}/reconciliation", file_of(&here));
    let form = |sheet: &str| {
        let head = "--x\r\nContent-Disposition: form-data; name=\"recon_file\"; filename=\"june.csv\"\r\n\r\n";
        format!("{head}{sheet}\r\n--x--\r\n").into_bytes()
    };
    let send = async |program: &Program, sheet: &str| {
        program.send_raw(Method::POST, &path, ("multipart/form-data; boundary=x", form(sheet)), &[]).await
    };
    let good = filled(&lines, &["INV-1", "INV-2"]);
    assert_eq!(send(&champions, &good).await.status, 404);
    let refused = send(&micks, &good.replace(",1.5,", ",9,")).await;
    assert_eq!(refused.status, 400);
    assert_eq!(value(&refused)["params"]["recon_file"].as_array().map(Vec::len), Some(2));
    assert_eq!(closings(&world, &here), "");
    let done = send(&micks, &good).await;
    assert_eq!((done.status, &value(&done)["status"]), (201, &json!("closed")));
    assert_eq!(closings(&world, &here), "2 INV-1, 3 INV-2");
}

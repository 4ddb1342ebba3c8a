//! A file of accounts is kept at once, checked and applied by a job, and nothing of it is done twice, lost, or done without being said.

use std::io::{Cursor, Read as _};

use actix_web::http::Method;
use entente::{kit::problem::Problem, modules::customers::imports::job::check_next};
use rust_xlsxwriter::{Format, Workbook};

use crate::{
    orders::account,
    support::{
        Answer, Client, World,
        world::{ACREED, MICKS},
    },
    usage_full::{fill, make_room},
};

pub const HEAD: &str = "ID,External ID,External UID,Action,Hub ID,Parent Search Criteria,Parent Search Value,Type,Tax ID,Company Name,\
    Address Line 1,Address Line 2,City,State,Zip,Country,Technical Contact First Name,Technical Contact Last Name,\
    Technical Contact Email,Technical Contact Phone";

/// A row that makes a reseller.
pub fn reseller(external_id: &str, name: &str, parent: &str) -> String {
    let (criteria, value) = if parent.is_empty() { ("", "") } else { ("external_id", parent) };
    format!(
        ",{external_id},,create,,{criteria},{value},reseller,,{name},1 Street,,Chicago,IL,60601,US,Clubber,Lang,lang@gyms.example,"
    )
}

/// A row that changes one cell of an account.
fn update(id: &str, column: &str, value: &str) -> String {
    let mut cells = [""; 20];
    cells[0] = id;
    cells[3] = "update";
    let place = HEAD.split(',').position(|label| label == column).expect(column);
    cells[place] = value;
    cells.join(",")
}

pub fn file<S: AsRef<str>>(rows: &[S]) -> Vec<u8> {
    let rows: Vec<&str> = std::iter::once(HEAD).chain(rows.iter().map(AsRef::as_ref)).collect();
    rows.join("\r\n").into_bytes()
}

/// Sends a file; the page of its import, before the job has looked at it.
async fn send(client: &Client, file: &[u8]) -> Answer {
    let page = client.get(&format!("{MICKS}/customers/imports/new")).await;
    let answer = client.upload(&page, &[], "file", file).await;
    client.follow(answer).await
}

async fn job(world: &World) {
    entente::jobs::catch_up(&world.program).await.expect("the job runs");
}

/// Sends a file and lets the job check it.
async fn check(world: &World, client: &Client, file: &[u8]) -> Answer {
    let page = send(client, file).await;
    job(world).await;
    client.get(&page.path).await
}

/// An import of three new accounts, checked and not applied.
pub async fn checked(world: &World, client: &Client) -> Answer {
    let rows: Vec<String> = (1..=3).map(|n| reseller(&format!("C-{n}"), &format!("Gym {n}"), "")).collect();
    check(world, client, &file(&rows)).await
}

/// Applies a checked import and lets the job do it.
async fn apply(world: &World, client: &Client, page: &Answer) -> Answer {
    let answer = client.submit_to(page, Some("/apply"), &[]).await;
    client.follow(answer.must_be_a(303)).await.must_say("In progress");
    job(world).await;
    client.get(&page.path).await
}

trait MustBe {
    fn must_be_a(self, status: u16) -> Self;
}

impl MustBe for Answer {
    #[track_caller]
    fn must_be_a(self, status: u16) -> Self {
        self.must_be(status);
        self
    }
}

#[actix_web::test]
async fn a_file_is_called_as_its_owner_called_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = michael.get(&format!("{MICKS}/customers/imports/new")).await;
    // as browsers write a quotation mark
    let sent = file(&[reseller("N-1", "One", "")]);
    let answer = michael.upload_named(&page, &[], "file", "The %22real%22 gyms.csv", &sent).await;
    let page = michael.follow(answer).await;
    assert_eq!(page.texts("h1"), ["The \"real\" gyms.csv"]);
    job(&world).await;
    michael.get(&format!("{MICKS}/customers/imports")).await.must_say("The \"real\" gyms.csv").must_not_say("%22");
}

#[actix_web::test]
async fn an_export_of_the_list_is_told_from_the_sheet_that_can_be_imported() {
    let world = World::new().await;
    let michael = world.michael().await;
    let new = michael.get(&format!("{MICKS}/customers/imports/new")).await;
    // the sheet lies where the file is asked for
    assert_eq!(new.link("Download CSV"), format!("{MICKS}/customers/sheet.csv"));
    let listed = michael.get(&format!("{MICKS}/customers/export.csv")).await;
    check(&world, &michael, &listed.body).await.must_say("This is an export of the customer list");
    let sheet = michael.get(&new.link("Download CSV")).await;
    check(&world, &michael, &sheet.body).await.must_say("Checked").must_not_say("cannot be imported");
}

#[actix_web::test]
async fn a_missing_quotation_mark_is_told_instead_of_rows_that_are_skipped() {
    let world = World::new().await;
    let michael = world.michael().await;
    let open = update(&account(&world, "Delphi Gyms"), "City", "Camden");
    let rows = [format!("\"{open}"), reseller("N-1", "Lost", ""), reseller("N-2", "Lost as well", "")];
    let page = check(&world, &michael, &file(&rows)).await;
    page.must_say("Row 2: the quotation marks of cell A2 do not match, so it would take in the 2 lines below")
        .must_not_say("Skipped")
        .must_not_say("Apply");
}

#[actix_web::test]
async fn accounts_leave_as_a_file_and_come_back_changed() {
    let world = World::new().await;
    let michael = world.michael().await;
    let sheet = michael.get(&format!("{MICKS}/customers/sheet.csv")).await;
    let text = String::from_utf8_lossy(&sheet.body).into_owned();
    assert_eq!(text.lines().count(), 5, "{text}");
    // as it is, nothing is asked for
    let page = check(&world, &michael, text.as_bytes()).await;
    page.must_say("Skipped").must_not_say("Apply");
    // one is changed, a reseller and its customer are new, and some rows are wrong
    let fish = account(&world, "J&M Tropical Fish");
    let changed: String = text
        .lines()
        .map(|line| match line.starts_with(&fish) {
            true => line.replace(",,HB-0000-0000", ",update,HB-0000-0000").replace("Philadelphia", "Camden"),
            false => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\r\n");
    let new = [
        ",N-1,,create,,-,,reseller,,Clubber Gyms,1 Street,,Chicago,IL,60601,US,Clubber,Lang,clubber@gyms.example,+1 312 744 5000",
        ",N-2,,create,,external_id,N-1,customer,,Lang Foods,2 Street,,Chicago,IL,60601,US,James,Lang,james@foods.example,",
        ",N-3,,create,,external_id,N-9,customer,,Nowhere,2 Street,,Chicago,IL,60601,US,James,Lang,james@foods.example,",
        ",N-4,,create,,-,,customer,,No parent,2 Street,,Chicago,IL,60601,US,James,Lang,james@foods.example,",
        ",N-5,,create,,-,,reseller,,No city,2 Street,,,IL,60601,US,James,Lang,james@foods.example,",
        "TA-0000-0000-0000,N-6,,update,,-,,reseller,,Unknown,2 Street,,X,IL,60601,US,James,Lang,james@foods.example,",
    ];
    let changed = format!("{changed}\r\n{}\r\n", new.join("\r\n"));
    let page = check(&world, &michael, changed.as_bytes()).await;
    page.must_say("Apply 3 rows").must_say("Will be created").must_say("Will be updated");
    page.must_say("G8 (Parent Search Value): None of your active resellers has");
    page.must_say("F9 (Parent Search Criteria): A customer needs a parent").must_say("M10 (City): Enter a city");
    page.must_say("A11 (ID): You have no active account TA-0000-0000-0000");
    page.must_say("What the updates change City 1").must_say("City: [before: Philadelphia] → [after: Camden]");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts"), 4, "nothing is changed yet");
    michael.get(&format!("{}?result=error", page.path)).await.must_say("Nowhere").must_not_say("Clubber");
    // a colleague who sends the same file meets the same import
    let tony = world.tony().await;
    assert_eq!(send(&tony, changed.as_bytes()).await.path, page.path);
    job(&world).await;
    let page = michael.get(&page.path).await;
    let done = apply(&world, &michael, &page).await;
    done.must_say("Done").must_say("Created").must_say("Updated").must_not_say("Apply").must_not_say("Discard");
    let foods = michael.get(&done.link("Lang Foods")).await;
    assert_eq!(foods.texts(".crumbs li"), ["Clubber Gyms", "Lang Foods"]);
    let versions = michael.get(&format!("{MICKS}/customers/{fish}/versions")).await;
    versions.must_say("[after: Camden]").must_say("Michael Goldmill");
    let history = michael.get(&format!("{MICKS}/customers/{fish}/history")).await;
    history.must_say("Michael Goldmill, Mighty Mick's LLC changed the account").must_say("City (import of a.png)");
}

#[actix_web::test]
async fn a_file_that_is_none_is_refused_at_its_field_and_others_are_told_apart_on_their_page() {
    let world = World::new().await;
    let (michael, paulie, donnie) = (world.michael().await, world.paulie().await, world.donnie().await);
    for (file, words) in [
        (&b""[..], "The file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "must be XLSX or CSV"),
        (b"\xff\xfe\x00", "UTF-16"),
    ] {
        send(&michael, file).await.must_be(422).must_say(words);
    }
    let blank = michael.get(&format!("{MICKS}/customers/imports/new")).await;
    assert_eq!(michael.submit(&blank, &[]).await.must_be(422).errors(), ["Choose a file"]);
    for (file, words) in [
        (&b"ID,Name\r\n1,2"[..], "Cell B1 must be “External ID”, not “Name”"),
        (b"PK\x03\x04rubbish", "cannot be read as XLSX"),
        (HEAD.as_bytes(), "There are no rows under the header"),
    ] {
        let page = check(&world, &michael, file).await;
        page.must_be(200).must_say("Unreadable").must_say(words).must_say("Nothing was changed");
        page.must_not_say("Apply").must_say("Import another file");
        let answer = michael.submit(&michael.get(&format!("{}/discard", page.path)).await, &[]).await;
        michael.follow(answer).await.must_say("Import discarded");
    }
    let sheet = michael.get(&format!("{MICKS}/customers/sheet.xlsx")).await;
    let page = check(&world, &michael, &sheet.body).await;
    page.must_say("Skipped");
    let answer = michael.submit(&michael.get(&format!("{}/discard", page.path)).await, &[]).await;
    michael.follow(answer).await.must_say("Import discarded");
    // another company's import, and somebody who may only look
    let page = check(&world, &michael, &sheet.body).await;
    let path = page.path.replace(MICKS, ACREED);
    for rest in ["", "/progress", "/results"] {
        donnie.get(&format!("{path}{rest}")).await.must_be(404);
    }
    let csrf = donnie.get(&format!("{ACREED}/customers/imports/new")).await.value("csrf");
    for verb in ["apply", "stop", "check", "discard"] {
        donnie.post(&format!("{path}/{verb}"), &[("csrf", &csrf)]).await.must_be(404);
    }
    paulie.get(&page.path).await.must_be(403);
}

#[actix_web::test]
async fn an_update_is_shown_field_by_field_and_wipes_nothing_that_cannot_be_read() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (fish, delphi) = (account(&world, "J&M Tropical Fish"), account(&world, "Delphi Gyms"));
    world.run(&format!(
        "UPDATE tier_accounts SET tax_id = '12', address_line2 = 'Rear' WHERE id IN ('{fish}', '{delphi}')"
    ));
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("Accounts").unwrap();
    for (column, label) in (0u16..).zip(HEAD.split(',')) {
        page.write_string(0, column, label).unwrap();
    }
    for (row, id) in [(1, &fish), (2, &fish), (3, &delphi)] {
        page.write_string(row, 0, id).unwrap();
        page.write_string(row, 3, "Update").unwrap();
    }
    page.write_number_with_format(1, 1, 46_084.0, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    page.write_formula(1, 8, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
    page.write_string(2, 8, "34").unwrap();
    page.write_string(3, 8, "(empty)").unwrap();
    page.write_string(3, 10, "High Street\nSuite 4").unwrap();
    let page = check(&world, &michael, &book.save_to_buffer().unwrap()).await;
    page.must_say("Accounts!B2 (External ID): holds a date, 3 March 2026");
    page.must_say("Accounts!I2 (Tax ID): #N/A is a spreadsheet error, not a value");
    page.must_say("Tax ID: [before: 12] → [after: 34]").must_say("Tax ID: [before: 12] → empty");
    page.must_say("J&M Tropical Fish").must_say("C-1003");
    page.must_say("→ [after: High Street Suite 4]").must_say("What the updates change Tax ID 2");
    apply(&world, &michael, &page).await.must_say("Done");
    let kept = |id: &str| {
        world.text(&format!("SELECT tax_id || '|' || external_id || '|' || address_line1 || '|' || address_line2 AS t FROM tier_accounts WHERE id = '{id}'"))
    };
    assert!(kept(&fish).starts_with("34|C-1003|"), "{}", kept(&fish));
    assert_eq!(kept(&delphi), "|C-1001|High Street Suite 4|Rear");
}

#[actix_web::test]
pub async fn order_does_not_matter_and_a_row_behind_one_that_fails_says_so() {
    let world = World::new().await;
    let michael = world.michael().await;
    let rows = [
        reseller("R-3", "Third", "R-2"),
        reseller("R-2", "Second", "R-1"),
        reseller("R-1", "First", ""),
        reseller("R-5", "Behind", "R-4"),
        reseller("R-4", "No street", "").replace("1 Street", ""),
        reseller("R-6", "Round", "R-7"),
        reseller("R-7", "And round", "R-6"),
    ];
    let page = check(&world, &michael, &file(&rows)).await;
    page.must_say("Apply 3 rows")
        .must_say("G5 (Parent Search Value): Row 6 should create the parent, but cannot be applied");
    page.must_say("K6 (Address Line 1): Enter an address").must_say("The row would be under itself");
    let done = apply(&world, &michael, &page).await;
    let third = michael.get(&done.link("Third")).await;
    assert_eq!(third.texts(".crumbs li"), ["First", "Second", "Third"]);
}

#[actix_web::test]
async fn the_same_file_is_checked_anew_for_what_was_not_applied() {
    let world = World::new().await;
    let michael = world.michael().await;
    let delphi = account(&world, "Delphi Gyms");
    let rows = [reseller("S-1", "Sound", ""), reseller("S-2", "Orphan", "S-9"), update(&delphi, "Tax ID", "77")];
    let bytes = file(&rows);
    let page = check(&world, &michael, &bytes).await;
    page.must_say("Apply 2 rows").must_say("S-9");
    // its cause is gone: before anything is applied
    apply(&world, &michael, &check(&world, &michael, &file(&[reseller("S-9", "Parent", "")])).await)
        .await
        .must_say("Done");
    let again = check(&world, &michael, &bytes).await;
    assert_eq!(again.path, page.path);
    again.must_say("Apply 3 rows").must_not_say("Error");
    // and after a part was: what was applied is said, and not applied again
    world.run("UPDATE tier_accounts SET status = 'decommissioned' WHERE external_id = 'S-9'");
    let done = apply(&world, &michael, &again).await;
    done.must_say("Done").must_say("None of your active resellers has").must_say("Check again");
    world.run("UPDATE tier_accounts SET status = 'active' WHERE external_id = 'S-9'");
    let third = check(&world, &michael, &bytes).await;
    assert_eq!(third.path, page.path);
    third
        .must_say("Apply 1 row")
        .must_say("This file was uploaded before. 2 rows were already applied and won't be applied again");
    third.must_say("in an earlier upload");
    apply(&world, &michael, &third).await.must_say("Done").must_not_say("Check again");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id IN ('S-1', 'S-2')"), 2);
    assert_eq!(world.number(&format!("SELECT version::bigint AS n FROM tier_accounts WHERE id = '{delphi}'")), 2);
    // nothing is left: it stays as it is
    send(&michael, &bytes).await.must_say("Done");
    job(&world).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id IN ('S-1', 'S-2')"), 2);
}

#[actix_web::test]
async fn apply_does_what_its_page_showed_and_does_it_once() {
    let world = World::new().await;
    let michael = world.michael().await;
    let bytes = file(&[reseller("O-1", "Once", "")]);
    let page = check(&world, &michael, &bytes).await;
    // a colleague has it checked again: what this page shows is not what would be applied
    let tony = world.tony().await;
    send(&tony, &bytes).await;
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(409).must_say("The check changed");
    job(&world).await;
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(409).must_say("Nothing was applied");
    let page = michael.get(&page.path).await;
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    job(&world).await;
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    job(&world).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id = 'O-1'"), 1);
    let events =
        "SELECT count(*) AS n FROM events e JOIN tier_accounts t ON t.id = e.object WHERE t.external_id = 'O-1'";
    assert_eq!(world.number(events), 1, "one event for each row");
    michael.get(&format!("{}/discard", page.path)).await.must_say("so its results must be kept");
    let csrf = page.value("csrf");
    michael
        .post(&format!("{}/discard", page.path), &[("csrf", &csrf)])
        .await
        .must_be(409)
        .must_say("so its results must be kept");
}

#[actix_web::test]
async fn what_was_changed_after_the_check_is_not_changed_by_it() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (fish, delphi) = (account(&world, "J&M Tropical Fish"), account(&world, "Delphi Gyms"));
    let first = check(&world, &michael, &file(&[update(&delphi, "Tax ID", "1")])).await;
    let second = check(&world, &michael, &file(&[update(&delphi, "Tax ID", "2"), update(&fish, "Tax ID", "3")])).await;
    apply(&world, &michael, &first).await.must_say("Updated");
    let done = apply(&world, &michael, &second).await;
    done.must_say("was changed after the check: version 1 is now version 2").must_say("Updated");
    assert_eq!(world.text(&format!("SELECT tax_id AS t FROM tier_accounts WHERE id = '{delphi}'")), "1");
    // two rows of one file that want the same account
    let both = check(&world, &michael, &file(&[update(&fish, "Tax ID", "4"), update(&fish, "City", "X")])).await;
    both.must_say("A3 (ID): Row 2 already updates").must_say("Apply 1 row");
}

#[actix_web::test]
async fn an_account_moves_by_its_row_and_never_below_itself() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (fish, south, delphi) =
        (account(&world, "J&M Tropical Fish"), account(&world, "Southside Sports"), account(&world, "Delphi Gyms"));
    let moves = |id: &str, criteria: &str, value: &str| {
        update(id, "Parent Search Criteria", criteria).replacen(
            &format!(",{criteria},,"),
            &format!(",{criteria},{value},"),
            1,
        )
    };
    let rows = [
        moves(&south, "(empty)", ""),
        moves(&delphi, "id", &south),
        moves(&fish, "external_id", "M-1"),
        reseller("M-1", "New one", ""),
    ];
    let page = check(&world, &michael, &file(&rows)).await;
    page.must_say(&format!("Parent: [before: {delphi}] → empty")).must_say("→ [after: row 5]").must_say("Apply 4 rows");
    let done = apply(&world, &michael, &page).await;
    // one after the other: once Southside stands at the top, Delphi may stand below it
    done.must_say("Updated").must_not_say("Error");
    let parent = |id: &str| {
        world.text(&format!("SELECT coalesce(p.name, '-') AS t FROM tier_accounts t LEFT JOIN tier_accounts p ON p.id = t.parent_id WHERE t.id = '{id}'"))
    };
    assert_eq!([parent(&south), parent(&delphi), parent(&fish)], ["-", "Southside Sports", "New one"]);
    let page = check(&world, &michael, &file(&[moves(&south, "id", &delphi), moves(&fish, "(empty)", "")])).await;
    page.must_say("A customer must be under a reseller");
    apply(&world, &michael, &page).await.must_say("This reseller is under the account itself");
}

#[actix_web::test]
async fn twins_are_named() {
    let world = World::new().await;
    let michael = world.michael().await;
    let delphi = account(&world, "Delphi Gyms");
    let there = "DELPHI  GYMS";
    let rows = [
        reseller("T-1", "Gym", ""),
        reseller("T-2", "GYM", ""),
        reseller("T-3", "Ｇｙｍ", ""),
        reseller("T-4", there, "")
            .replace("1 Street", "12 Main Street")
            .replace("Chicago", "Los Angeles")
            .replace("60601", "90001"),
        reseller("T-5", "Another", ""),
    ];
    let zip = world.text(&format!("SELECT city || '|' || postal_code AS t FROM tier_accounts WHERE id = '{delphi}'"));
    let (city, zip) = zip.split_once('|').expect("both");
    let rows = rows.map(|row| row.replace("Los Angeles", city).replace("90001", zip));
    let page = check(&world, &michael, &file(&rows)).await;
    page.must_say("2 rows below have the same name and address")
        .must_say("Row 2 and 1 more have the same name and address");
    page.must_say(&format!("{delphi} has the same name and address"))
        .must_say("With warnings")
        .must_say("Apply 5 rows");
    let warned = michael.get(&format!("{}?result=warning", page.path)).await;
    warned.must_say("T-4").must_not_say("T-5");
}

#[actix_web::test]
async fn every_result_can_be_read_and_taken_along() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut rows: Vec<String> =
        (0..250).map(|number| reseller(&format!("L-{number}"), &format!("Gym {number}"), "")).collect();
    rows[100] = rows[100].replace("Chicago", "");
    rows[249] = rows[249].replace("US,", "XX,");
    let page = check(&world, &michael, &file(&rows)).await;
    page.must_say("Rows 2 to 101").must_not_say("L-100");
    let second = michael.get(&page.link("Next")).await;
    second.must_say("Rows 102 to 201").must_say("L-199");
    let last = michael.get(&second.link("Next")).await;
    last.must_say("Rows 202 to 251").must_say("P251 (Country): Choose a country, not “XX”");
    michael.get(&last.link("Previous")).await.must_say("Rows 102 to 201");
    let errors = michael.get(&format!("{}?result=error", page.path)).await;
    errors.must_say("Rows 102 to 251").must_say("M102 (City): Enter a city");
    apply(&world, &michael, &page).await;
    let taken = michael.get(&format!("{}/results", page.path)).await;
    assert_eq!(taken.header("content-disposition"), Some("attachment; filename=\"a_results.csv\""));
    let text = String::from_utf8(taken.body.clone()).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 251);
    assert!(lines[0].ends_with("Technical Contact Phone,Result,Result Details"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("TA-") && lines[1].contains(",L-0,") && lines[1].ends_with(",Created,"),
        "{}",
        lines[1]
    );
    assert!(lines[101].ends_with(",Error,M102 (City): Enter a city"), "{}", lines[101]);
    // put right and sent again: nothing is made twice
    let mended = text.replace("1 Street,,,IL", "1 Street,,Chicago,IL").replace(",XX,", ",US,");
    let page = check(&world, &michael, mended.as_bytes()).await;
    page.must_say("Apply 2 rows").must_not_say("is ignored");
    apply(&world, &michael, &page).await.must_say("Done");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id LIKE 'L-%'"), 250);
}

#[actix_web::test]
async fn a_workbook_comes_back_with_its_results_and_everything_else_as_it_was() {
    let world = World::new().await;
    let michael = world.michael().await;
    let mut book = Workbook::new();
    let notes = book.add_worksheet();
    notes.set_name("Notes").unwrap();
    notes.write_string(0, 0, "kept").unwrap();
    let page = book.add_worksheet();
    page.set_name("Customers").unwrap();
    let bold = Format::new().set_bold();
    for (column, label) in (0u16..).zip(HEAD.split(',')) {
        page.write_string_with_format(0, column, label, &bold).unwrap();
    }
    for (row, (id, city)) in [("X-1", "Chicago"), ("X-2", "")].into_iter().enumerate() {
        for (column, cell) in (0u16..).zip(reseller(id, "Gym & <Co>", "").replace("Chicago", city).split(',')) {
            if !cell.is_empty() {
                page.write_string(row as u32 + 3, column, cell).unwrap();
            }
        }
    }
    let page = check(&world, &michael, &book.save_to_buffer().unwrap()).await;
    page.must_say("Customers!M5 (City)").must_say("Apply 1 row");
    apply(&world, &michael, &page).await;
    let taken = michael.get(&format!("{}/results", page.path)).await;
    let mut package = zip::ZipArchive::new(Cursor::new(&taken.body)).expect("a package");
    let mut part = |name: &str| {
        let mut text = String::new();
        package.by_name(name).expect(name).read_to_string(&mut text).expect("text");
        text
    };
    let sheet = part("xl/worksheets/sheet2.xml");
    assert!(sheet.contains("<c r=\"U1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">Result</t>"), "{sheet}");
    assert!(sheet.contains("r=\"U4\" t=\"inlineStr\"><is><t xml:space=\"preserve\">Created</t>"), "{sheet}");
    assert!(sheet.contains("<c r=\"A4\" t=\"inlineStr\"><is><t xml:space=\"preserve\">TA-"), "{sheet}");
    assert!(sheet.contains("Customers!M5 (City): Enter a city"), "{sheet}");
    assert!(part("xl/sharedStrings.xml").contains("kept"));
    // and can be sent as it is
    let again = check(&world, &michael, &taken.body).await;
    again.must_say("Skipped").must_say("Customers!M5 (City)").must_not_say("Apply");
}

#[actix_web::test]
async fn an_import_that_is_stopped_keeps_what_it_did_and_goes_on_when_it_is_checked_again() {
    let world = World::new().await;
    let michael = world.michael().await;
    let rows: Vec<String> =
        (0..30).map(|number| reseller(&format!("H-{number}"), &format!("Gym {number}"), "")).collect();
    let page = check(&world, &michael, &file(&rows)).await;
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    let running = michael.get(&page.path).await;
    running.must_say("0 of 30 rows done").must_say("To be created");
    assert!(
        String::from_utf8_lossy(&running.body)
            .contains("<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>")
    );
    let progress = michael.get(&running.attribute("live-progress", "src")).await;
    assert_eq!(
        String::from_utf8_lossy(&progress.body),
        r#"{"state":"applying","words":"0 of 30 rows done.","finished":0,"work":30}"#
    );
    // and the open page hears of it: the state that it shows, and the one that comes
    let heard = running.attribute("live-progress", "src");
    let hear = michael.get_as(Method::GET, &heard, &[("accept", "text/event-stream")]);
    let change = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(200)).await;
        world.run("UPDATE customer_imports SET finished = 7 WHERE state = 'applying'");
        actix_web::rt::time::sleep(std::time::Duration::from_millis(1_500)).await;
        world.run("UPDATE customer_imports SET finished = 0, state = 'stopped' WHERE state = 'applying'");
    };
    let (events, ()) = tokio::join!(hear, change);
    assert_eq!(events.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let told = String::from_utf8_lossy(&events.body).into_owned();
    let words: Vec<&str> = told.split("\n\n").filter(|event| !event.is_empty()).collect();
    assert!(words[0].contains("0 of 30 rows done."), "{told}");
    assert!(words[1].contains("7 of 30 rows done."), "{told}");
    assert!(words[2].contains("\"state\":\"stopped\"") && words.len() == 3, "{told}");
    world.run("UPDATE customer_imports SET state = 'applying' WHERE state = 'stopped'");
    let csrf = running.value("csrf");
    michael
        .post(&format!("{}/discard", page.path), &[("csrf", &csrf)])
        .await
        .must_be(409)
        .must_say("cannot be discarded");
    let stop = michael.get(&format!("{}/stop", running.path)).await;
    let answer = michael.submit(&stop, &[]).await;
    let stopped = michael.follow(answer).await;
    stopped.must_say("Stopped").must_say("Not applied").must_say("Check again").must_not_say("Apply 30");
    assert!(!String::from_utf8_lossy(&stopped.body).contains("http-equiv=\"refresh\""));
    job(&world).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id LIKE 'H-%'"), 0);
    // pressed again in the old tab, nothing happens
    michael.submit(&stop, &[]).await.must_be(303);
    let answer = michael.submit_to(&stopped, Some("/check"), &[]).await;
    michael.follow(answer).await.must_say("Checking");
    job(&world).await;
    let page = michael.get(&page.path).await;
    apply(&world, &michael, &page).await.must_say("Done");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id LIKE 'H-%'"), 30);
}

#[actix_web::test]
async fn two_programs_never_take_the_same_import_and_a_dead_ones_is_taken_over() {
    let world = World::new().await;
    let michael = world.michael().await;
    let rows: Vec<String> =
        (0..2_500).map(|number| reseller(&format!("P-{number}"), &format!("Gym {number}"), "")).collect();
    let page = check(&world, &michael, &file(&rows)).await;
    page.must_say("Apply 2,500 rows");
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    let (one, other) = (world.program.clone(), world.program.clone());
    let (one, other) = tokio::join!(entente::jobs::catch_up(&one), entente::jobs::catch_up(&other));
    one.and(other).expect("both run");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id LIKE 'P-%'"), 2_500);
    michael.get(&page.path).await.must_say("Done");
    // a program that died holds nothing for long
    let second = check(&world, &michael, &file(&[reseller("Q-1", "Left", "")])).await;
    michael.submit_to(&second, Some("/apply"), &[]).await.must_be(303);
    let hold = |until: &str| {
        world.run(&format!("UPDATE customer_imports SET leased_by = gen_random_uuid(), leased_until = now() + interval '{until}' WHERE state = 'applying'"));
    };
    hold("10 seconds");
    job(&world).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id = 'Q-1'"), 0);
    hold("-1 second");
    job(&world).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id = 'Q-1'"), 1);
}

#[actix_web::test]
async fn an_import_that_finds_no_space_is_checked_once_there_is_some_however_often_it_takes() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = send(&michael, &file(&[reseller("S-1", "Spacious", "")])).await;
    fill(&world, "customer_import_rows");
    // more often than a check may break off
    for _ in 0..7 {
        let checked = check_next(&world.program.db).await;
        assert!(matches!(checked, Err(Problem::NoSpace(_))), "{checked:?}");
        // until its pause is over nobody takes it
        assert!(!check_next(&world.program.db).await.expect("nothing waits"));
        world.run("UPDATE customer_imports SET leased_until = now() - interval '1 second' WHERE state = 'reading'");
    }
    make_room(&world);
    job(&world).await;
    michael.get(&page.path).await.must_say("Apply 1 row");
}

#[actix_web::test]
async fn a_row_that_the_database_refuses_holds_up_no_other() {
    let world = World::new().await;
    let michael = world.michael().await;
    let rows: Vec<String> =
        (0..20).map(|number| reseller(&format!("D-{number}"), &format!("Gym {number}"), "")).collect();
    let page = check(&world, &michael, &file(&rows)).await;
    world.run("ALTER TABLE tier_accounts ADD CONSTRAINT nobody_like_that CHECK (external_id <> 'D-7')");
    let done = apply(&world, &michael, &page).await;
    done.must_say("Done").must_say("Row 9: This row could not be applied, and the reason is in the log");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id LIKE 'D-%'"), 19);
}

#[actix_web::test]
async fn whoever_may_no_longer_manage_customers_applies_nothing_more() {
    let world = World::new().await;
    let michael = world.michael().await;
    let page = check(&world, &michael, &file(&[reseller("F-1", "Forbidden", "")])).await;
    michael.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    world.run(
        "DELETE FROM group_members WHERE user_id = (SELECT id FROM users WHERE email = 'michael@mightymicks.example')",
    );
    job(&world).await;
    let tony = world.tony().await;
    let stopped = tony.get(&page.path).await;
    stopped.must_say("Stopped").must_say("Michael Goldmill is no longer allowed to manage customers.");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id = 'F-1'"), 0);
    // a colleague goes on
    let answer = tony.submit_to(&stopped, Some("/check"), &[]).await;
    tony.follow(answer).await;
    job(&world).await;
    let page = tony.get(&page.path).await;
    tony.submit_to(&page, Some("/apply"), &[]).await.must_be(303);
    job(&world).await;
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts WHERE external_id = 'F-1'"), 1);
}

#[actix_web::test]
async fn changes_by_import_ask_the_vendors_once_each_and_write_one_letter() {
    let world = World::new().await;
    let michael = world.michael().await;
    let (fish, adrian) = (account(&world, "J&M Tropical Fish"), account(&world, "Adrian's Restaurant"));
    world.run(&format!(
        "INSERT INTO tier_account_uses VALUES ('{adrian}', 'PRD-276-377-545', 'customer', 'VA-287-142', 1, 'production') \
         ON CONFLICT (tier_account_id, product_id, role, environment) DO UPDATE SET live = 1"
    ));
    world.run("DELETE FROM outbox");
    let before = world.number("SELECT count(*) AS n FROM tier_account_requests");
    let page =
        check(&world, &michael, &file(&[update(&fish, "City", "Camden"), update(&adrian, "City", "Camden")])).await;
    apply(&world, &michael, &page).await.must_say("Done");
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_account_requests") - before, 2);
    let letters = world.number("SELECT count(*) AS n FROM outbox WHERE kind = 'customers_changed'");
    let people = world.number("SELECT count(DISTINCT recipient) AS n FROM outbox");
    assert_eq!((letters, people), (1, 1), "one letter to Apollo");
    assert_eq!(world.text("SELECT facts->>'changes' AS t FROM outbox"), "2");
}

#[actix_web::test]
async fn large_files_of_three_people_at_once_are_kept_at_once_and_all_are_checked() {
    let world = World::new().await;
    let (michael, tony) = (world.michael().await, world.tony().await);
    let bytes = |who: &str| {
        let rows: Vec<String> = (0..20_000)
            .map(|number| reseller(&format!("{who}-{number}"), &format!("Gym {who} {number}"), ""))
            .collect();
        file(&rows)
    };
    let (a, b, c) = (bytes("A"), bytes("B"), bytes("C"));
    let second = michael.copy();
    let (a, b, c) = tokio::join!(send(&michael, &a), send(&tony, &b), send(&second, &c));
    for page in [&a, &b, &c] {
        page.must_be(200).must_say("Checking");
    }
    b.must_say("You can leave this page");
    job(&world).await;
    for page in [a, b, c] {
        michael.get(&page.path).await.must_say("Apply 20,000 rows");
    }
}

#[actix_web::test]
async fn sheets_stream_and_say_in_what_they_are_written() {
    let world = World::new().await;
    world.run(
        "INSERT INTO tier_accounts (id, owner_id, type, name, external_id, external_uid, country, city, postal_code, address_line1, \
         first_name, last_name, email, created_at, updated_at) SELECT 'TA-0000-0000-' || lpad(i::text, 4, '0'), 'PA-469-206', 'reseller', \
         'Gym ' || i, 'G-' || i, gen_random_uuid(), 'US', 'c', 'p', 'a', 'f', 'l', 'e@x.example', now(), now() \
         FROM generate_series(1000, 3500) i",
    );
    let michael = world.michael().await;
    let text = michael.get(&format!("{MICKS}/customers/sheet.csv")).await;
    let lines: Vec<String> = String::from_utf8_lossy(&text.body).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 1 + 4 + 2_501);
    let mut ids: Vec<&str> = lines[1..].iter().filter_map(|line| line.split(',').next()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 2_505, "each account once");
    let book = michael.get(&format!("{MICKS}/customers/sheet.xlsx")).await;
    let mut notes = String::new();
    let mut package = zip::ZipArchive::new(Cursor::new(&book.body)).expect("a package");
    package.by_name("xl/sharedStrings.xml").expect("texts").read_to_string(&mut notes).expect("text");
    assert!(
        notes.contains("(empty)") && notes.contains("an empty cell keeps the current value"),
        "how a field is cleared is said"
    );
    check(&world, &michael, &book.body).await.must_say("All 2,505").must_say("Skipped");
    for file in [&text, &michael.get(&format!("{MICKS}/customers/export.csv")).await] {
        assert!(file.body.starts_with("\u{feff}".as_bytes()), "spreadsheet programs know by it what the text is in");
    }
    let grid = michael.get(&format!("{MICKS}/customers/export.xlsx")).await;
    assert!(grid.body.starts_with(b"PK"), "{}", grid.text());
}

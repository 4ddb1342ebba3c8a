//! The template is filled in with LibreOffice, where the machine has it: three mistakes, what it shows of the workbook with its errors, and
//! what was mended, until it is billed. Elsewhere a workbook that it wrote stands for it, in `usage_pitfalls`.

use std::{fs, path::Path, process::Command};

use crate::{
    support::{
        Answer, Client, World,
        world::{MICKS, PULSE},
    },
    usage::{ago, create, id, records, status, submit, upload},
    usage_three_way::forget,
};

/// What converts a workbook without a window; none where it is not installed.
fn office() -> Option<&'static str> {
    ["soffice", "libreoffice"].into_iter().find(|name| Command::new(name).arg("--version").output().is_ok())
}

/// The file as another kind of file, as the program saves it.
fn saved(office: &str, folder: &Path, (name, from): (&str, &str), to: &str) -> Vec<u8> {
    let ending = to.split(':').next().unwrap_or(to);
    let output = Command::new(office)
        .arg("--headless")
        // a profile of its own, so that it starts whoever else runs it
        .arg(format!("-env:UserInstallation=file://{}/profile", folder.display()))
        .args(["--convert-to", to, "--outdir"])
        .arg(folder.join("saved"))
        .arg(folder.join(format!("{name}.{from}")))
        .output()
        .expect("it starts");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    fs::read(folder.join(format!("saved/{name}.{ending}"))).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// The row of the template that is for this subscription, in a spreadsheet that is one XML file.
fn row_of<'a>(sheet: &'a str, subscription: &str) -> &'a str {
    let at = sheet.find(&format!("<text:p>{subscription}</text:p>")).expect("its row");
    let from = sheet[..at].rfind("<table:table-row").expect("a row begins");
    let end = "</table:table-row>";
    let to = at + sheet[at..].find(end).expect("a row ends") + end.len();
    &sheet[from..to]
}

/// A row with this as its quantity: the cell behind that of the item, which is empty.
fn filled(row: &str, cell: &str) -> String {
    let behind = |from: usize, mark: &str| from + row[from..].find(mark).expect("a cell") + mark.len();
    let item = behind(behind(0, "<text:p>APOLLO-PULSE-HOURS</text:p>"), "</table:table-cell>");
    let quantity = behind(item, "/>");
    assert_eq!(row[item..quantity].matches('<').count(), 1, "the quantity is missing: {row}");
    [&row[..item], cell, &row[quantity..]].concat()
}

fn number(value: &str) -> String {
    format!(
        "<table:table-cell office:value-type=\"float\" office:value=\"{value}\"><text:p>{value}</text:p></table:table-cell>"
    )
}

fn text(value: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{value}</text:p></table:table-cell>")
}

async fn decide(michael: &Client, page: &Answer, verb: &str, typed: &[(&str, &str)]) {
    let form = michael.get(&format!("{MICKS}/usage-files/{}/{verb}", id(page))).await;
    michael.submit(&form, typed).await.must_be(303);
}

#[actix_web::test]
async fn a_template_filled_in_with_libreoffice_is_mended_and_billed() {
    let Some(office) = office() else {
        eprintln!("LibreOffice is not installed, so the template is not filled in with it");
        return;
    };
    let world = World::new().await;
    forget(&world);
    let (apollo, michael) = (world.apollo().await, world.michael().await);
    let page = create(&apollo, "By hand").await;
    let template = apollo.get(&format!("{}/template.xlsx", page.path)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("it is written");
    write("template.xlsx", &template.must_be(200).body);
    let sheet = String::from_utf8(saved(office, folder.path(), ("template", "xlsx"), "fods")).expect("text");
    let gym = world.text("SELECT id AS t FROM subscriptions WHERE external_id = 'SO-4702'");
    let empty = row_of(&sheet, &gym);
    let report = |name: &str, rows: &[String]| {
        write(&format!("{name}.fods"), sheet.replace(empty, &rows.concat()).as_bytes());
        saved(office, folder.path(), (name, "fods"), "xlsx")
    };

    // a word for a number, a row twice, and a subscription that nobody has
    let (good, nobody) = (filled(empty, &number("12.5")), "AS-0000-0000-0000");
    let other = good.replace(&format!("<text:p>{}/", ago(8)), "<text:p>other/");
    let wrong =
        [filled(empty, &text("many")), good.clone(), other.replace(&format!(">{gym}<"), &format!(">{nobody}<"))];
    let page = upload(&world, &apollo, &page, &report("wrong", &wrong)).await;
    page.must_say("Invalid")
        .must_say("“many” is not a number.")
        .must_say("is also in row 2.")
        .must_say(&format!("No subscription of this product on this marketplace has “{nobody}”."));
    assert_eq!(page.texts("[aria-label='Errors'] tbody th"), ["Row 2", "Row 3", "Row 4"]);
    let errors = apollo.get(&format!("{}/errors.xlsx", page.path)).await;
    write("errors.xlsx", &errors.must_be(200).body);
    // as text with commas, quotation marks and UTF-8
    let shown = saved(office, folder.path(), ("errors", "xlsx"), "csv:Text - txt - csv (StarCalc):44,34,76");
    let shown = String::from_utf8(shown).expect("text");
    for words in ["“many” is not a number.", "is also in row 2.", nobody] {
        assert!(shown.contains(words), "{words}: {shown}");
    }

    let page = upload(&world, &apollo, &page, &report("mended", &[good])).await;
    page.must_say("No errors found.").must_say("1 record");
    submit(&apollo, &page).await;
    decide(&michael, &page, "accept", &[]).await;
    decide(&michael, &page, "close", &[("billing_reference", "INV-1")]).await;
    assert_eq!((status(&world, &id(&page)).as_str(), records(&world, &id(&page))), ("closed", 1));
    let sums = format!("{MICKS}/usage-reconciliation?product={PULSE}&from={}&to={}&show=all&q=SO-4702", ago(8), ago(5));
    let agreed = michael.get(&sums).await;
    agreed.must_be(200).must_say("agree.");
    assert!(agreed.texts("[aria-label='Reconciliation'] td[data-label='Billed']").contains(&"12.50".to_owned()));
}

//! A file of a hundred thousand rows, sent, checked and applied by a program beside three hundred thousand accounts: as a person does it.

use std::{fmt::Write as _, time::Instant};

use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};
use reqwest::multipart::{Form, Part};
use rust_xlsxwriter::Workbook;
use scraper::{Html, Selector};

use super::{
    Outcome, load,
    served::{Served, Visitor},
};

const ROWS: usize = 100_000;
const MOVES: usize = 2_000;
const SIZE: load::Size = load::Size {
    contracts: 10_000,
    distributors: 10,
    of_largest: 3_000,
    products: 1_000,
    vendors: 10,
    customers: 300_000,
};

const HEAD: &str = "ID,External ID,External UID,Action,Hub ID,Parent Search Criteria,Parent Search Value,Type,Tax ID,Company Name,\
    Address Line 1,Address Line 2,City,State,Zip,Country,Technical Contact First Name,Technical Contact Last Name,\
    Technical Contact Email,Technical Contact Phone\r\n";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

fn ids(url: &str, condition: &str, limit: usize) -> Outcome<Vec<String>> {
    let found: Vec<Found> =
        sql_query(format!("SELECT id FROM tier_accounts WHERE {condition} ORDER BY id LIMIT {limit}"))
            .load(&mut PgConnection::establish(url)?)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// New customers below a hundred resellers, which stand behind them in the file.
fn new_ones(round: usize) -> Result<String, std::fmt::Error> {
    let mut text = HEAD.to_owned();
    for row in 0..ROWS - 100 {
        write!(
            text,
            ",I{round}-{row},,create,,external_id,P{round}-{},customer,{},{} {row},Street {},,Berlin,,{:05},DE,First,Last,c{row}@import.example,{}\r\n",
            row % 100,
            100_000 + row % 1_000,
            load::TRADES[row % load::TRADES.len()],
            row % 500,
            10_000 + row % 900,
            format_args!("+49 30 9{:06}", row % 1_000),
        )?;
    }
    for row in 0..100 {
        write!(
            text,
            ",P{round}-{row},,create,,,,reseller,,Reseller {row},Street 1,,Berlin,,10115,DE,First,Last,r{row}@import.example,\r\n"
        )?;
    }
    Ok(text)
}

fn changes(ids: &[String]) -> Result<String, std::fmt::Error> {
    let mut text = HEAD.to_owned();
    for (row, id) in ids.iter().enumerate() {
        write!(text, "{id},,,update,,,,,AT{row},,,,Hamburg,,,,,,,\r\n")?;
    }
    Ok(text)
}

fn moves(ids: &[String], to: &str) -> Result<String, std::fmt::Error> {
    let mut text = HEAD.to_owned();
    for id in ids {
        write!(text, "{id},,,update,,id,{to},,,,,,,,,,,,,\r\n")?;
    }
    Ok(text)
}

/// The same as a workbook: a hundred thousand rows of text are more than the ten megabytes that one may send.
fn workbook(text: &str) -> Outcome<Vec<u8>> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name("Customers")?;
    for (row, line) in (0u32..).zip(text.lines()) {
        for (column, cell) in (0u16..).zip(line.split(',')).filter(|(_, cell)| !cell.is_empty()) {
            page.write_string(row, column, cell)?;
        }
    }
    let bytes = book.save_to_buffer()?;
    eprintln!("{} rows are a workbook of {:.1} MB", text.lines().count() - 1, bytes.len() as f64 / 1_048_576.0);
    Ok(bytes)
}

pub fn field(page: &str, select: &str, name: &str) -> Outcome<String> {
    let wanted = Selector::parse(select).map_err(|error| error.to_string())?;
    let page = Html::parse_document(page);
    let found = page.select(&wanted).next().and_then(|element| element.value().attr(name));
    let told = || page.root_element().text().flat_map(str::split_whitespace).take(200).collect::<Vec<_>>().join(" ");
    Ok(found.ok_or_else(|| format!("no {name} of {select} on the page: {}", told()))?.to_owned())
}

struct Import<'a> {
    served: &'a Served,
    visitor: Visitor,
    base: String,
}

impl Import<'_> {
    /// Waits until the import is in this state.
    async fn until(&mut self, url: &str, state: &str) -> Outcome {
        let progress = format!("{url}/progress");
        loop {
            let told = self.visitor.get(&progress).await?.text().await?;
            if told.contains(&format!("\"state\":\"{state}\"")) {
                return Ok(());
            }
            if told.contains("refused") || told.contains("stopped") {
                return Err(format!("the import is {told}").into());
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// Sends a file and has it applied; seconds of the answer, of the check and from Apply to Done.
    async fn through(&mut self, text: &str) -> Outcome<(f64, f64, f64)> {
        let book = workbook(text)?;
        let new = format!("{}/new", self.base);
        let page = self.visitor.get(&new).await?.text().await?;
        let csrf = field(&page, "main form input[name=csrf]", "value")?;
        let began = Instant::now();
        let file = Part::bytes(book).file_name("import.xlsx");
        let form = Form::new().text("csrf", csrf).part("file", file);
        let answer = self.visitor.send_file(&new, form).await?;
        let location = answer.headers().get("location").ok_or("the file is not taken")?.to_str()?.to_owned();
        let sent = began.elapsed().as_secs_f64();
        let url = format!("{}{location}", self.served.url);
        self.until(&url, "checked").await?;
        let checked = began.elapsed().as_secs_f64() - sent;
        let page = self.visitor.get(&url).await?.text().await?;
        let apply = "form[action$='/apply']";
        let csrf = field(&page, &format!("{apply} input[name=csrf]"), "value")?;
        let shown = field(&page, &format!("{apply} input[name=shown]"), "value")?;
        let body = serde_html_form::to_string([("csrf", csrf), ("shown", shown)])?;
        let began = Instant::now();
        self.visitor.post(&format!("{url}/apply"), body).await?;
        self.until(&url, "done").await?;
        Ok((sent, checked, began.elapsed().as_secs_f64()))
    }
}

/// Sends a hundred thousand new accounts and has them made.
pub async fn send_new(served: &Served, visitor: Visitor, path: &str, round: usize) -> Outcome {
    let base = format!("{}{path}", served.url);
    Import { served, visitor, base }.through(&new_ones(round)?).await.map(drop)
}

pub fn table(admin: &str, url: &str) -> Outcome {
    if load::create(admin, "imports")? {
        entente::start::migrate(url, entente::kit::connect::Prepare::On)?;
        load::fill(url, SIZE)?;
    }
    let served = Served::program(url, 8)?;
    let fresh = served.memory()?;
    println!(
        "\n| import beside {} accounts | sent in | checked in | from Apply to Done | rows/s |\n|---|--:|--:|--:|--:|",
        SIZE.customers
    );
    let runtime = actix_web::rt::System::new();
    runtime.block_on(async {
        let base = format!("{}/distributor/{}/customers/imports", served.url, load::account(0));
        let mut import = Import { served: &served, visitor: Visitor::sign_in(&served.url).await?, base };
        let line = |what: &str, rows: usize, (sent, checked, applied): (f64, f64, f64)| {
            println!(
                "| {rows} {what} | {sent:.2} s | {checked:.1} s | {applied:.1} s | {:.0} |",
                rows as f64 / applied
            );
        };
        line("new accounts", ROWS, import.through(&new_ones(0)?).await?);
        let made = ids(url, "external_id LIKE 'I0-%' AND type = 'customer'", ROWS)?;
        line("accounts changed", made.len(), import.through(&changes(&made)?).await?);
        let to = ids(url, "external_id = 'P0-7'", 1)?.pop().ok_or("no reseller")?;
        line("accounts moved", MOVES, import.through(&moves(&made[..MOVES], &to)?).await?);
        let peak = served.peak()?;
        println!("\nResident memory: {fresh:.0} MB fresh, {peak:.0} MB at most while importing.");
        let customers = format!("{}/distributor/{}/customers", served.url, load::account(0));
        for (what, path) in [("All accounts as CSV", "sheet.csv"), ("The new ones as XLSX", "export.xlsx?external=I0-")]
        {
            let began = Instant::now();
            let answer = import.visitor.get(&format!("{customers}/{path}")).await?.error_for_status()?;
            let megabytes = answer.bytes().await?.len() as f64 / 1_048_576.0;
            let taken = began.elapsed().as_secs_f64();
            println!("{what}: {megabytes:.1} MB in {taken:.1} s, {:.0} MB resident at most.", served.peak()?);
        }
        Ok(())
    })
}

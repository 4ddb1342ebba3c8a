//! A report of a million rows, as CSV and as a workbook, from its upload until it is ready, beside COPY of the same records into the same table;
//! and what pages take over many records of others. `BENCH_USAGE` says how many those are.

use std::{fmt::Write as _, time::Instant};

use chrono::{Datelike as _, Utc};
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use entente::{
    demo,
    kit::{connect::Prepare, db::Db, secret::Key},
    start,
};
use reqwest::multipart::{Form, Part};
use rust_xlsxwriter::Workbook;

use super::{
    Outcome,
    imports::field,
    load,
    served::{KEY, Served, Visitor},
    wrk::setting,
};

const ROWS: usize = 1_000_000;
/// Records of others, of which each file has so many.
const OTHERS: usize = 5_000_000;
const OF_ONE: usize = 100_000;
const SUBSCRIPTIONS: usize = 5_000;
/// How often a page is asked for.
const TIMES: usize = 21;
const APOLLO: &str = "apollo@champions.example";
const MICHAEL: &str = "michael@mightymicks.example";
const VENDOR: &str = "/vendor/VA-287-142";
const OWNER: &str = "/distributor/PA-469-206";
/// A page of somebody else, which a report that is checked must not hold up.
const ELSEWHERE: &str = "/distributor/PA-469-206/contracts";
const COLUMNS: &str = "number, product_id, key, note, item_id, subscription_id, quantity, amount, start_at, end_at, tier, category, extra";

/// Two months, of which the second is compared with the first.
const MAY: (&str, &str) = ("2026-05-01", "2026-06-01");
const JUNE: (&str, &str) = ("2026-06-01", "2026-07-01");

fn file(number: usize) -> String {
    format!("UF-{}-01-9000-{number:04}", Utc::now().year())
}

/// The cast with many subscriptions, files of its own that wait for a report, and what others have reported in three years.
fn fill(url: &str, others: usize) -> Outcome {
    demo::load(
        &Db::new(url, 1)
            .with_key(Key::from_text(KEY).ok_or("the key is too short")?)
            .with_consequences(entente::consequences::table()),
    )?;
    let mut conn = PgConnection::establish(url)?;
    // foreign keys are right by construction, or nobody asks; indexes and checks work as always
    conn.batch_execute(&format!(
        "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; \
         UPDATE products SET usage_schema = 'CR' WHERE id IN (SELECT product_id FROM usage_files); \
         UPDATE subscriptions SET activated_at = '2023-01-01' WHERE external_id = 'SO-4702'; \
         CREATE TEMP TABLE one AS SELECT to_jsonb(s) - 'search' - 'customer_type' - 'tier_type' AS row FROM subscriptions s WHERE external_id = 'SO-4702'; \
         CREATE TEMP TABLE many AS SELECT r.* FROM one, generate_series(0, {SUBSCRIPTIONS} - 1) n, \
         LATERAL jsonb_populate_record(NULL::subscriptions, row || jsonb_build_object('id', 'AS-8800-0000-' || lpad(n::text, 4, '0'), \
         'external_id', 'B-' || n, 'external_uid', gen_random_uuid(), 'customer_name', 'Customer ' || n)) r"
    ))?;
    conn.batch_execute(
        "DO $$ DECLARE columns text; BEGIN \
         SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute WHERE attrelid = 'subscriptions'::regclass \
         AND attnum > 0 AND NOT attisdropped AND attgenerated = ''; \
         EXECUTE format('INSERT INTO subscriptions (%1$s) SELECT %1$s FROM many', columns); END $$",
    )?;
    for (number, (from, to)) in [(1, MAY), (2, JUNE), (3, JUNE)] {
        conn.batch_execute(&format!(
            "INSERT INTO usage_files (id, status, environment, schema, name, product_id, product_name, contract_id, marketplace_id, vendor_id, \
             owner_id, currency, period_from, period_to, creator_id, created_at, updated_at) \
             SELECT '{}', 'draft', environment, 'CR', 'Report {number}', product_id, product_name, contract_id, marketplace_id, vendor_id, \
             owner_id, 'USD', '{from}', '{to}', creator_id, now(), now() FROM usage_files ORDER BY created_at LIMIT 1",
            file(number)
        ))?;
    }
    for number in 0..others.div_ceil(OF_ONE) {
        let year = Utc::now().year() - i32::try_from(number % 3)?;
        let id = format!("UF-{year}-02-{:04}-{:04}", number / 10_000, number % 10_000);
        let (vendor, count) = (number % 50, OF_ONE.min(others - number * OF_ONE));
        conn.batch_execute(&format!(
            "SELECT make_usage_year({year}); \
             INSERT INTO usage_files (id, status, environment, schema, name, product_id, product_name, contract_id, marketplace_id, vendor_id, \
             owner_id, currency, period_from, period_to, creator_id, created_at, updated_at, submitted_at, billing_reference, records) \
             SELECT '{id}', 'closed', 'production', 'CR', 'Of others', 'PRD-{vendor:03}-000-000', 'Others', 'CRD-00000-00000-{vendor:05}', \
             'MP-90{vendor:03}', 'VA-900-{vendor:03}', 'PA-900-{vendor:03}', 'USD', '{year}-01-01', '{year}-02-01', 'UR-000-000-000', \
             '{year}-02-01', '{year}-02-01', '{year}-02-01', 'B', {count}; \
             INSERT INTO usage_records (file_id, {COLUMNS}) SELECT '{id}', n + 1, 'PRD-{vendor:03}-000-000', 'O-{number}-' || n, '', \
             'PRD-{vendor:03}-000-000-0001', 'AS-90{:02}-0000-' || lpad((n % 1000)::text, 4, '0'), 1 + n % 7, n % 100, '{year}-01-01', \
             '{year}-02-01', NULL, '', '{{}}' FROM generate_series(1, {count}) n; \
             INSERT INTO usage_totals SELECT file_id, subscription_id, item_id, -1, count(*), sum(quantity), sum(amount) FROM usage_records \
             WHERE file_id = '{id}' GROUP BY 1, 2, 3",
            vendor
        ))?;
    }
    Ok(conn.batch_execute("VACUUM ANALYZE")?)
}

const HEAD: &str = "record_id,item_search_criteria,item_search_value,quantity,amount,start_time_utc,end_time_utc,asset_search_criteria,asset_search_value";

/// A million rows, each with an id of its own.
fn report(round: usize, (from, to): (&str, &str)) -> Result<String, std::fmt::Error> {
    let mut text = format!("{HEAD}\r\n");
    for row in 0..ROWS {
        write!(
            text,
            "{round}{row:07},item.mpn,APOLLO-PULSE-HOURS,{}.5,{}.25,{from},{to},asset.id,AS-8800-0000-{:04}\r\n",
            row % 9,
            row % 90,
            row % SUBSCRIPTIONS
        )?;
    }
    Ok(text)
}

/// The same as a workbook, with shared texts.
fn workbook(text: &str) -> Outcome<Vec<u8>> {
    let mut book = Workbook::new();
    let page = book.add_worksheet_with_low_memory()?;
    page.set_name("records")?;
    for (row, line) in (0u32..).zip(text.lines()) {
        for (column, cell) in (0u16..).zip(line.split(',')) {
            match cell.parse::<f64>() {
                Ok(number) if row > 0 && (3..5).contains(&column) => page.write_number(row, column, number)?,
                _ => page.write_string(row, column, cell)?,
            };
        }
    }
    Ok(book.save_to_buffer()?)
}

/// How a report was taken.
struct Taken {
    /// Seconds until the upload was answered, and until its file was ready.
    sent: f64,
    ready: f64,
    /// Milliseconds that a page of somebody else took meanwhile, the shortest first.
    meanwhile: Vec<f64>,
}

/// Sends a report to a file and waits until it is ready, while another person reads.
async fn send(
    served: &Served,
    (visitor, other): (&mut Visitor, &mut Visitor),
    file: &str,
    (name, bytes): (&str, Vec<u8>),
) -> Outcome<Taken> {
    let here = format!("{}{VENDOR}/usage-files/{file}", served.url);
    let page = visitor.get(&format!("{here}/upload")).await?.text().await?;
    let csrf = field(&page, "main form input[name=csrf]", "value")?;
    let began = Instant::now();
    let part = Part::bytes(bytes).file_name(name.to_owned());
    let form = Form::new().text("csrf", csrf).text("mapping", "standard").part("file", part);
    let answer = visitor.send_file(&format!("{here}/upload"), form).await?;
    if answer.status() != 303 {
        return Err(format!("{name} is answered {}", answer.status()).into());
    }
    let sent = began.elapsed().as_secs_f64();
    let mut meanwhile = Vec::new();
    loop {
        let told = visitor.get(&format!("{here}/progress")).await?.text().await?;
        if told.contains("\"state\":\"ready\"") {
            let ready = began.elapsed().as_secs_f64();
            meanwhile.sort_by(f64::total_cmp);
            return Ok(Taken { sent, ready, meanwhile });
        }
        if told.contains("\"state\":\"invalid\"") {
            return Err(format!("{name} is {told}").into());
        }
        meanwhile.push(timed(served, other, ELSEWHERE).await?);
        actix_web::rt::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Seconds that PostgreSQL takes to copy the records of one file into another, from a file of its own, with the same keys, indexes and triggers.
fn copied(url: &str, from: &str, to: &str) -> Outcome<f64> {
    let mut conn = PgConnection::establish(url)?;
    let path = format!("/tmp/entente-bench-{}.copy", std::process::id());
    conn.batch_execute(&format!(
        "COPY (SELECT '{to}', {COLUMNS} FROM usage_records WHERE file_id = '{from}' ORDER BY number) TO '{path}'; CHECKPOINT"
    ))?;
    let began = Instant::now();
    // a record's id is claimed once, which the program looks up; COPY does not
    conn.batch_execute(&format!("COPY usage_records (file_id, {COLUMNS}) FROM '{path}'"))?;
    let taken = began.elapsed().as_secs_f64();
    conn.batch_execute(&format!("COPY (SELECT 1) TO '{path}'; DELETE FROM usage_records WHERE file_id = '{to}'"))?;
    conn.batch_execute("VACUUM ANALYZE usage_records")?;
    Ok(taken)
}

/// Milliseconds that a page takes.
async fn timed(served: &Served, visitor: &mut Visitor, path: &str) -> Outcome<f64> {
    let began = Instant::now();
    visitor.get(&format!("{}{path}", served.url)).await?.error_for_status()?.bytes().await?;
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

/// The middle of many times that a page takes, one after another, in milliseconds.
async fn page(served: &Served, visitor: &mut Visitor, path: &str) -> Outcome<f64> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        times.push(timed(served, visitor, path).await?);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[TIMES / 2])
}

pub fn table(admin: &str, url: &str) -> Outcome {
    let others = setting("BENCH_USAGE", OTHERS);
    let began = Instant::now();
    if load::create(admin, "usage")? {
        start::migrate(url, Prepare::On)?;
        fill(url, others)?;
        eprintln!("usage: {others} records of others loaded in {:.0} s", began.elapsed().as_secs_f64());
    } else {
        // what a run before has left: its files begin anew
        let mut conn = PgConnection::establish(url)?;
        conn.batch_execute(&format!(
            "SET session_replication_role = replica; DELETE FROM usage_records WHERE file_id LIKE 'UF-%-01-9000-%'; \
             DELETE FROM usage_totals WHERE file_id LIKE 'UF-%-01-9000-%'; DELETE FROM usage_uploads WHERE file_id LIKE 'UF-%-01-9000-%'; \
             UPDATE usage_files SET status = 'draft', submitted_at = NULL, records = 0, amount = NULL WHERE id LIKE '{}%'",
            file(0).trim_end_matches("0000")
        ))?;
        conn.batch_execute("VACUUM ANALYZE usage_records")?;
    }
    let served = Served::program(url, 8)?;
    let fresh = served.memory()?;
    println!(
        "\n| report of {ROWS} rows beside {others} records | size | sent in | ready in | rows/s | COPY, rows/s | of COPY | memory at most | another's page meanwhile, middle and longest, ms |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    let runtime = actix_web::rt::System::new();
    runtime.block_on(async {
        let mut vendor = Visitor::sign_in_as(&served.url, APOLLO, demo::PASSWORD).await?;
        let mut owner = Visitor::sign_in_as(&served.url, MICHAEL, demo::PASSWORD).await?;
        let quiet = page(&served, &mut owner, ELSEWHERE).await?;
        let (first, second, copy) = (file(1), file(2), file(3));
        for (what, id, month) in [("CSV", &first, MAY), ("XLSX", &second, JUNE)] {
            let text = report(if what == "CSV" { 1 } else { 2 }, month)?;
            let (name, bytes) = match what {
                "CSV" => ("report.csv", text.into_bytes()),
                _ => ("report.xlsx", workbook(&text)?),
            };
            let size = bytes.len() as f64 / 1_048_576.0;
            let Taken { sent, ready, meanwhile } = send(&served, (&mut vendor, &mut owner), id, (name, bytes)).await?;
            let (ours, copied) = (ROWS as f64 / ready, ROWS as f64 / copied(url, id, &copy)?);
            let at = |place: usize| meanwhile.get(place).copied().unwrap_or_default();
            println!(
                "| {what} | {size:.0} MB | {sent:.1} s | {ready:.1} s | {ours:.0} | {copied:.0} | {:.2} | {:.0} MB | {:.1}, {:.0} |",
                ours / copied,
                served.peak()?,
                at(meanwhile.len() / 2),
                at(meanwhile.len().saturating_sub(1))
            );
        }
        println!("\nResident memory of the program: {fresh:.0} MB fresh. Another's page, quiet: {quiet:.1} ms.");
        // the month before was accepted, and the other waits for the distributor
        let mut conn = PgConnection::establish(url)?;
        conn.batch_execute(&format!(
            "UPDATE usage_files SET status = 'accepted', submitted_at = now() WHERE id = '{first}'; \
             UPDATE usage_files SET status = 'pending', submitted_at = now() WHERE id = '{second}'"
        ))?;
        conn.batch_execute("VACUUM ANALYZE")?;
        println!("\n| page over {} records, {} of them the company's, one after another | vendor, ms | distributor, ms |\n|---|--:|--:|", others + 2 * ROWS, 2 * ROWS);
        for (what, path) in [
            ("a file with its totals", String::new()),
            ("its comparison with the month before", "/compare".into()),
            ("its records", "/records".into()),
            ("its records behind row 900,000", "/records?after=900000".into()),
            ("its records of one subscription", "/records?subscription=AS-8800-0000-4321".into()),
            ("its records with part of an id", "/records?q=20999999".into()),
        ] {
            let path = format!("/usage-files/{second}{path}");
            let vendors = page(&served, &mut vendor, &format!("{VENDOR}{path}")).await?;
            let owners = page(&served, &mut owner, &format!("{OWNER}{path}")).await?;
            println!("| {what} | {vendors:.1} | {owners:.1} |");
        }
        Ok(())
    })
}

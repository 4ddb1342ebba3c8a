//! Screens of imports, and the file that can be changed and sent back.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Utc;
use uuid::Uuid;

use super::{
    COLUMNS, Fate, State, actions, read,
    store::{self, ImportRow, RowLine},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Actor,
        choice::Choice as _,
        db::Db,
        export::{self, XLSX_ROWS},
        form::Field,
        form_page::{Ask, FormPage},
        grid::Cell,
        id::Id,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        time::When,
    },
    modules::{
        agreements::documents::tidy_name,
        customers::{Manage, TierAccount, View, store::AccountRow},
    },
    portals::{Mount, get, post},
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/customers/imports", || web::to(list)),
        get("/customers/imports/new", || web::to(upload)),
        post("/customers/imports/new", || web::to(uploaded)),
        get("/customers/imports/{import}", || web::to(show)),
        post("/customers/imports/{import}/apply", || web::to(applied)),
        post("/customers/imports/{import}/discard", || web::to(discarded)),
        get("/customers/sheet.xlsx", || web::to(sheet)),
        get("/customers/sheet.csv", || web::to(plain)),
    ]
}

type OfImport = web::Path<(String, Uuid)>;

struct Line {
    row: ImportRow,
    created: When,
    href: String,
}

#[derive(Template)]
#[template(path = "customers/imports/list.html")]
struct List {
    page: Page,
    imports: Vec<Line>,
    upload: String,
    directory: String,
}

async fn list(actor: Actor<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let imports = db.read(&actor, store::all).await?;
    let shown = List {
        page: actor.page("Imports - Customers"),
        imports: imports
            .into_iter()
            .map(|row| Line {
                created: actor.zone().when(row.created_at),
                href: actor.url(&format!("customers/imports/{}", row.id)),
                row,
            })
            .collect(),
        upload: actor.url("customers/imports/new"),
        directory: actor.url("customers"),
    };
    page::html(&actor.visit, &shown)
}

fn file() -> Field {
    Field::new("file", "File").hint("XLSX or CSV with the twenty columns of the export, up to 10 MB and 100,000 rows.")
}

fn upload_page(actor: &Actor<Manage>, file: &Field) -> FormPage {
    let back = (actor.url("customers/imports"), "Imports");
    FormPage::new(actor.page("Import - Customers"), "Import accounts", back, "Upload and check")
        .below_heading("Nothing is changed yet: you see first what each row would do. Rows whose Action is create or update count; the rest is skipped.")
        .ask(file, Ask::File(".xlsx,.csv,text/csv"))
}

async fn upload(actor: Actor<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &upload_page(&actor, &file()))
}

async fn uploaded(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut field = file();
    let actor = post.actor;
    let Some(upload) = post.fields.file("file").cloned() else {
        field.fail("Choose a file");
        return page::invalid(&actor.visit, &upload_page(&actor, &field));
    };
    let (upload, rows) = web::block(move || {
        let rows = read::read(&upload.bytes);
        (upload, rows)
    })
    .await
    .map_err(Problem::internal)?;
    match rows {
        Err(complaint) => {
            field.fail(complaint);
            page::invalid(&actor.visit, &upload_page(&actor, &field))
        }
        Ok(rows) => {
            let name = tidy_name(&upload.file_name);
            let made = db.write(&actor, move |tx| actions::begin(tx, &name, &upload.bytes, rows)).await?;
            Ok(page::see(actor.url(&format!("customers/imports/{made}"))))
        }
    }
}

/// How many rows a page shows.
const SHOWN: i64 = 200;

struct Tally {
    label: &'static str,
    shape: &'static str,
    count: i64,
    href: String,
    current: bool,
}

struct Row {
    line: RowLine,
    name: String,
    account: Option<String>,
}

#[derive(Template)]
#[template(path = "customers/imports/show.html")]
struct Show {
    page: Page,
    import: ImportRow,
    created: When,
    tallies: Vec<Tally>,
    rows: Vec<Row>,
    all: String,
    /// Rows that are done, of those that have something to do.
    done: i64,
    work: i64,
    total: i64,
    more: bool,
    checked: bool,
    running: bool,
    here: String,
    imports: String,
}

async fn show(actor: Actor<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let only = super::super::pages::asked(&actor, "result").and_then(|key| Fate::from_key(&key));
    let (import, counts, rows) = db
        .read(&actor, move |read| {
            let import = store::find(read, id)?;
            Ok((import, store::counts(read.conn, id)?, store::rows(read.conn, id, only, SHOWN)?))
        })
        .await?;
    let here = actor.url(&format!("customers/imports/{id}"));
    let sum = |fates: &[Fate]| counts.iter().filter(|(fate, _)| fates.contains(fate)).map(|(_, n)| n).sum::<i64>();
    let left = sum(&[Fate::Create, Fate::Update]);
    let done = sum(&[Fate::Created, Fate::Updated, Fate::Same]);
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let shown_of = only.map_or(total, |only| sum(&[only]));
    let shown = Show {
        page: actor.page(&format!("{} - Imports - Customers", import.file_name)),
        created: actor.zone().when(import.created_at),
        tallies: counts
            .iter()
            .map(|(fate, count)| Tally {
                label: fate.label(),
                shape: fate.shape(),
                count: *count,
                href: format!("{here}?result={}", fate.key()),
                current: only == Some(*fate),
            })
            .collect(),
        rows: rows
            .into_iter()
            .map(|line| Row {
                name: line.name(),
                account: line.account.as_ref().map(|id| actor.url(&format!("customers/{id}"))),
                line,
            })
            .collect(),
        all: here.clone(),
        done,
        work: left + done,
        total,
        more: shown_of > SHOWN,
        checked: import.state == State::Checked && left > 0,
        running: import.state == State::Applying,
        here,
        imports: actor.url("customers/imports"),
        import,
    };
    page::html(&actor.visit, &shown)
}

async fn applied(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.write(&post.actor, move |tx| actions::apply(tx, id)).await?;
    Ok(page::see(post.actor.url(&format!("customers/imports/{id}"))))
}

async fn discarded(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (here, all) = (post.actor.url(&format!("customers/imports/{id}")), post.actor.url("customers/imports"));
    db.write(&post.actor, move |tx| actions::discard(tx, id))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to the import"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Import discarded")))
}

/// An account in the columns of an import; its action is empty, to be filled in where something is to be done.
fn cells(row: &AccountRow) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let (criteria, above) = match &row.parent_id {
        Some(id) => (text("id"), text(id.as_str())),
        None => (Cell::Empty, Cell::Empty),
    };
    vec![
        text(row.id.as_str()),
        text(&row.external_id),
        text(&row.external_uid.to_string()),
        Cell::Empty,
        text("HB-0000-0000"),
        criteria,
        above,
        text(row.type_.key()),
        text(&row.tax_id),
        text(&row.name),
        text(&row.address_line1),
        text(&row.address_line2),
        text(&row.city),
        text(&row.state),
        text(&row.postal_code),
        text(&row.country),
        text(&row.first_name),
        text(&row.last_name),
        text(&row.email),
        text(&row.phone),
    ]
}

/// All accounts of the company, piece by piece.
async fn everything(actor: &Actor<View>, db: &Db, most: usize) -> Result<Vec<Vec<Cell>>> {
    let mut all = Vec::new();
    let mut behind: Option<Id<TierAccount>> = None;
    loop {
        let from = behind.clone();
        let limit = export::CHUNK as i64;
        let piece = db.read(actor, move |read| store::exported(read, from.as_ref(), limit)).await?;
        behind = piece.last().map(|row| row.id.clone());
        let full = piece.len() == export::CHUNK;
        all.extend(piece.iter().map(cells));
        if all.len() > most {
            return Err(Problem::refused(
                "This is too much for one spreadsheet",
                format!("A spreadsheet may have up to {most} rows. Export CSV instead."),
            )
            .leading_to(actor.url("customers/imports"), "Back to the imports"));
        }
        if !full {
            return Ok(all);
        }
    }
}

async fn sheet(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let rows = everything(&actor, &db, XLSX_ROWS).await?;
    let file = export::xlsx("Customers", &COLUMNS, &rows)?;
    Ok(export::attachment(&export::file_name("customers", Utc::now(), "xlsx"), export::XLSX).body(file))
}

async fn plain(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let rows = everything(&actor, &db, super::MOST_ROWS * 10).await?;
    let file = [export::csv_head(&COLUMNS)?, export::csv_chunk(&rows)?].concat();
    Ok(export::attachment(&export::file_name("customers", Utc::now(), "csv"), export::CSV).body(file))
}

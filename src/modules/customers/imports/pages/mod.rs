//! Screens of imports.

mod acts;
mod files;
mod show;

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    actions::{self, Sent},
    read,
    store::{self, ImportRow},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::Db,
        file_name,
        form::Field,
        form_page::{Ask, FormPage},
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::When,
        viewer::Viewer,
        words::filters,
    },
    modules::customers::Manage,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/customers/imports", || web::to(list)),
        get("/customers/imports/new", || web::to(upload)),
        post("/customers/imports/new", || web::to(uploaded)).with_file(),
        get("/customers/imports/{import}", || web::to(show::show)),
        get("/customers/imports/{import}/progress", || web::to(show::progress)),
        get("/customers/imports/{import}/results", || web::to(files::with_results)),
        post("/customers/imports/{import}/apply", || web::to(acts::applied)).binding(),
        get("/customers/imports/{import}/stop", || web::to(acts::stopping)),
        post("/customers/imports/{import}/stop", || web::to(acts::stopped)),
        post("/customers/imports/{import}/check", || web::to(acts::checked_again)),
        get("/customers/imports/{import}/discard", || web::to(acts::discarding)),
        post("/customers/imports/{import}/discard", || web::to(acts::discarded)),
        get("/customers/sheet.xlsx", || web::to(files::sheet)),
        get("/customers/sheet.csv", || web::to(files::plain)),
    ]
}

type OfImport = web::Path<(String, Uuid)>;

fn url<P: Permission>(actor: &Viewer<P>, id: Uuid) -> String {
    actor.url(&format!("customers/imports/{id}"))
}

struct Line {
    row: ImportRow,
    updated: When,
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

async fn list(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let imports = db.read(&actor, store::all).await?;
    let shown = List {
        page: actor.page(("Imports", "Customers")),
        imports: imports
            .into_iter()
            .map(|row| Line { updated: actor.zone().when(row.updated_at), href: url(&actor, row.id), row })
            .collect(),
        upload: actor.url("customers/imports/new"),
        directory: actor.url("customers"),
    };
    page::html(&actor.visit, &shown)
}

fn file() -> Field {
    Field::new("file", "File")
        .hint("XLSX or CSV with the 20 columns of the downloaded sheet, in any order, up to 10 MB and 100,000 rows.")
}

const UPDATES: &str = "Uploading doesn't change anything. You'll see what each row would do before you apply it. In \
    the Action column, enter create or update in each row to import. When updating, an empty cell keeps the current \
    value. Enter (empty) to clear it.";

fn upload_page(actor: &Viewer<Manage>, file: &Field) -> FormPage {
    let back = (actor.url("customers/imports"), "Imports");
    FormPage::new(actor.page(("Import", "Customers")), "Import accounts", back, "Upload and check")
        .below_heading(UPDATES)
        .needing("Download XLSX", actor.url("customers/sheet.xlsx"))
        .needing("Download CSV", actor.url("customers/sheet.csv"))
        .ask(file, Ask::File(".xlsx,.csv,text/csv"))
}

async fn upload(actor: Viewer<Manage>) -> Result<HttpResponse> {
    page::html(&actor.visit, &upload_page(&actor, &file()))
}

/// Keeps the file and leads to its page; whatever takes longer than a look at its first bytes is the job's.
async fn uploaded(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut field = file();
    let actor = post.actor;
    let Some(upload) = post.fields.file("file").cloned() else {
        field.fail("Choose a file");
        return page::invalid(&actor.visit, &upload_page(&actor, &field));
    };
    let kind = match read::kind(&upload.bytes) {
        Ok(kind) => kind,
        Err(complaint) => {
            field.fail(complaint);
            return page::invalid(&actor.visit, &upload_page(&actor, &field));
        }
    };
    let name = file_name::tidy(&upload.file_name);
    let sent = web::block(move || Sent::new(name, kind.into(), upload.bytes)).await.map_err(Problem::internal)?;
    let made = db.attempt(&actor, move |tx| actions::begin(tx, &sent)).await?;
    Ok(page::see(url(&actor, made.value())))
}

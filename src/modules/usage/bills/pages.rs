//! How records were billed is uploaded, shown as it was checked, and applied.

use actix_web::{HttpResponse, web};
use askama::Template;
use futures_util::Stream;

use super::{
    actions, sheet,
    store::{self, RowLine, Upload},
    words,
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Db,
        export::{self, XLSX_ROWS},
        file_name,
        form::Field,
        form_page::{Ask, FormPage},
        grid::Cell,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown,
        time::When,
        viewer::Viewer,
        words::{Lang, Say as _, Words, filters},
    },
    modules::usage::{
        Review, Status, UsageFile,
        pages::mistakes::Mistake,
        store::{self as files, Detail, FileRow},
    },
    t,
};

/// For the owner of a marketplace.
pub fn screens() -> Vec<Mount> {
    vec![
        get("/usage-files/{id}/reconciliation", || web::to(upload)),
        post("/usage-files/{id}/reconciliation", || web::to(uploaded)).with_file(),
        get("/usage-files/{id}/reconciliation/{upload}", || web::to(show)),
        get("/usage-files/{id}/reconciliation/{upload}/results.csv", || web::to(results_csv)),
        get("/usage-files/{id}/reconciliation/{upload}/results.xlsx", || web::to(results_xlsx)),
        post("/usage-files/{id}/reconciliation/{upload}/apply", || web::to(applied)).binding(),
    ]
}

type OfFile = web::Path<(String, String)>;
type OfUpload = web::Path<(String, String, i32)>;

const BACK: &str = "Back to billing";

fn url<P: Permission>(actor: &Viewer<P>, file: &Id<UsageFile>, below: &str) -> String {
    actor.url(&format!("usage-files/{file}/{below}"))
}

fn id(text: &str) -> Result<Id<UsageFile>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn field() -> Field {
    Field::new("file", "File").hint(
        "XLSX or CSV, up to 10 MB and 200,000 rows, with the columns usage_record_id, external_billing_id and external_billing_note.",
    )
}

fn upload_page(actor: &Viewer<Review>, file: &FileRow, field: &Field) -> FormPage {
    let page = actor.page(("Upload billing", &file.name, "Usage files"));
    FormPage::new(page, "Upload billing", (url(actor, &file.id, "chunks"), BACK), "Upload and check")
        .needing("Download XLSX", url(actor, &file.id, "records.xlsx"))
        .needing("Download CSV", url(actor, &file.id, "records.csv"))
        .effects(vec![
            t!("Fill in external_billing_id in the downloaded records. Rows without it stay as they are.").into(),
            t!("We'll check every row and show you what it changes. Nothing changes until you apply it.").into(),
        ])
        .ask(field, Ask::File(".xlsx,.csv,text/csv"))
}

/// A file of which it can be said how its records were billed.
async fn billable(actor: &Viewer<Review>, db: &Db, text: &str) -> Result<FileRow> {
    let file = id(text)?;
    let row = db.read(actor, move |read| files::find(read, &file)).await?.row;
    if matches!(row.status, Status::Accepted | Status::Closed) {
        return Ok(row);
    }
    Err(Problem::moved(&row.id, row.status).leading_to(actor.url(&format!("usage-files/{}", row.id)), "Back to file"))
}

async fn upload(actor: Viewer<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = billable(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &upload_page(&actor, &file, &field()))
}

/// Checks what was sent and leads to the result.
async fn uploaded(post: Post<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let file = billable(&actor, &db, &path.1).await?;
    let mut field = field();
    let Some(upload) = post.fields.file("file").cloned() else {
        field.fail("Choose a file");
        return page::invalid(&actor.visit, &upload_page(&actor, &file, &field));
    };
    let name = file_name::tidy(&upload.file_name);
    // whatever is read of a file takes its time, and holds no connection meanwhile
    let read = web::block(move || sheet::read(&upload.bytes)).await.map_err(Problem::internal)?;
    let read = match read {
        Ok(read) => read,
        Err(words) => {
            field.fail(words);
            return page::invalid(&actor.visit, &upload_page(&actor, &file, &field));
        }
    };
    let key = file.id.clone();
    let number = db.write(&actor, move |tx| actions::check(tx, &key, &name, read)).await?;
    Ok(page::see(url(&actor, &file.id, &format!("reconciliation/{number}"))))
}

/// Rows that are wrong, as a page lists them.
const LISTED: i32 = 200;

impl Mistake {
    fn of_bill(row: &RowLine) -> Self {
        Self {
            row: Some(row.line),
            rows: None,
            letters: row.letters.clone(),
            header: row.header.clone(),
            raw: row.raw.clone(),
            words: why(row),
        }
    }
}

fn why(row: &RowLine) -> Words {
    row.fault.map_or_else(Words::default, |fault| words(fault, &row.raw, &row.detail))
}

#[derive(Template)]
#[template(path = "usage/bills.html")]
struct Bills {
    page: Page,
    file: FileRow,
    upload: Upload,
    sent: When,
    applied: Option<When>,
    /// Whether it was checked against what is not so any more.
    outdated: bool,
    mistakes: Vec<Mistake>,
    /// Rows with errors that are not listed.
    more: usize,
    /// What travels with the button that applies it, where there is one.
    shown: Option<String>,
    /// Rows that change something.
    work: i32,
    closes_file: bool,
    again: String,
    here: String,
    back: String,
}

async fn find(
    actor: &Viewer<Review>,
    db: &Db,
    (_, file, number): &(String, String, i32),
) -> Result<(Detail, Upload, Vec<RowLine>)> {
    let (file, number) = (id(file)?, *number);
    db.read(actor, move |read| {
        let detail = files::find(read, &file)?;
        let upload = store::find(read, &file, number)?;
        let rows = if upload.wrong > 0 { store::rows(read, &file, number, (0, true, LISTED))? } else { Vec::new() };
        Ok((detail, upload, rows))
    })
    .await
}

async fn show(actor: Viewer<Review>, path: OfUpload, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, upload, rows) = find(&actor, &db, &path).await?;
    let file = detail.row;
    let zone = actor.zone();
    let outdated = upload.applied_at.is_none() && upload.revision != file.revision;
    let applies = upload.applied_at.is_none() && upload.wrong == 0 && upload.work() > 0 && !outdated;
    let listed = i32::try_from(rows.len()).unwrap_or(i32::MAX);
    let shown = Bills {
        page: actor.page(("Billing upload", &file.name, "Usage files")),
        sent: zone.when(upload.sent_at),
        applied: upload.applied_at.map(|at| zone.when(at)),
        outdated,
        mistakes: rows.iter().map(Mistake::of_bill).collect(),
        more: usize::try_from(upload.wrong - listed).unwrap_or_default(),
        shown: applies.then(|| actions::shown(&file, &upload).token()),
        work: upload.work(),
        closes_file: file.status == Status::Accepted && file.records - file.closed == upload.closes,
        again: url(&actor, &file.id, "reconciliation"),
        here: url(&actor, &file.id, &format!("reconciliation/{}", upload.number)),
        back: url(&actor, &file.id, "chunks"),
        file,
        upload,
    };
    page::html(&actor.visit, &shown)
}

async fn applied(post: Post<Review>, path: OfUpload, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, file, number) = (post.actor, id(&path.1)?, path.2);
    let here = url(&actor, &file, &format!("reconciliation/{number}"));
    let sent = post.fields.text(shown::FIELD).to_owned();
    let done = db
        .attempt(&actor, move |tx| actions::apply(tx, &file, number, &sent))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to upload"))?;
    Ok(page::see_with(&actor.visit, here, &done.said("Billing applied")))
}

/// The columns of the results.
const HEAD: [&str; 6] =
    ["row", "usage_record_id", "external_billing_id", "external_billing_note", "result", "result_details"];

fn cells(row: &RowLine, lang: Lang) -> Vec<Cell> {
    vec![
        Cell::Number(f64::from(row.line)),
        Cell::Text(row.record.clone()),
        Cell::Text(row.billing_reference.clone()),
        Cell::Text(row.billing_note.clone()),
        Cell::Text(row.outcome.key().to_owned()),
        Cell::Text(why(row).said(lang)),
    ]
}

/// What became of each row, piece by piece.
fn results(
    actor: &Viewer<Review>,
    db: &Db,
    file: Id<UsageFile>,
    number: i32,
) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db) = (actor.clone(), db.clone());
    export::pieces(0, move |behind: i32| {
        let (actor, db, file) = (actor.clone(), db.clone(), file.clone());
        async move {
            let limit = i32::try_from(export::CHUNK).unwrap_or(i32::MAX);
            let piece = db
                .read(&actor, move |read| {
                    files::find(read, &file)?;
                    store::rows(read, &file, number, (behind, false, limit))
                })
                .await?;
            let last = piece.last().filter(|_| piece.len() == export::CHUNK).map(|row| row.line);
            Ok((piece.iter().map(|row| cells(row, actor.visit.lang)).collect(), last))
        }
    })
}

async fn results_csv(actor: Viewer<Review>, path: OfUpload, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, upload, _) = find(&actor, &db, &path).await?;
    export::csv("billing_results", &HEAD, results(&actor, &db, detail.row.id, upload.number)).await
}

async fn results_xlsx(actor: Viewer<Review>, path: OfUpload, db: web::Data<Db>) -> Result<HttpResponse> {
    let (detail, upload, _) = find(&actor, &db, &path).await?;
    let refused = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Download CSV instead.", n = XLSX_ROWS),
    );
    let too_many = refused.leading_to(url(&actor, &detail.row.id, "chunks"), BACK);
    let book = export::Book { name: "billing_results", head: HEAD.to_vec(), notes: &[], too_many };
    export::xlsx(book, results(&actor, &db, detail.row.id, upload.number)).await
}

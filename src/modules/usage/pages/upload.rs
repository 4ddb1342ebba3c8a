//! A report is uploaded, or only tried out.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfFile, id, show::Mistake, url};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        fields::Fields,
        file_name,
        form::Field,
        form_page::{Ask, FormPage},
        lifecycle::allowed,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        violation,
        words::{Words, filters},
    },
    modules::{
        customers::imports::read,
        usage::{
            Report,
            actions::{self, Sent},
            lifecycle::{Action, Part, RULES},
            store::{self, FileRow},
        },
    },
    t,
};

const ACCEPT: &str = ".xlsx,.csv,text/csv";

fn field() -> Field {
    Field::new("file", "File").hint("XLSX with a sheet named records, or CSV, up to 10 MB and 200,000 rows.")
}

fn upload_page(actor: &Viewer<Report>, file: &FileRow, field: &Field) -> FormPage {
    let page = actor.page(("Upload report", &file.name, "Usage files"));
    let mut effects: Vec<Effect> =
        vec![t!("We'll check every row. The file is ready once all rows are correct.").into()];
    if file.records > 0 {
        effects.push(t!("The records of the previous report will be replaced.").into());
    }
    FormPage::new(page, "Upload report", (url(actor, &file.id), super::BACK), "Upload and check")
        .effects(effects)
        .ask(field, Ask::File(ACCEPT))
}

fn dry_run_page(actor: &Viewer<Report>, file: &FileRow, field: &Field) -> FormPage {
    let page = actor.page(("Dry run", &file.name, "Usage files"));
    FormPage::new(page, "Dry run", (url(actor, &file.id), super::BACK), "Check")
        .effects(vec![
            t!("We'll check every row of a report with up to 1,000 rows. Nothing is saved.").into(),
            t!("The file won't change.").into(),
        ])
        .ask(field, Ask::File(ACCEPT))
}

async fn find(actor: &Viewer<Report>, db: &Db, text: &str) -> Result<FileRow> {
    let file = id(text)?;
    Ok(db.read(actor, move |read| store::find(read, &file)).await?.row)
}

/// Why nothing can be uploaded now.
fn against(file: &FileRow) -> Option<Words> {
    let allowed = allowed(RULES, file.status, Part::Vendor).contains(&Action::Upload);
    (!allowed).then(|| t!("It is {status}.", status = Words::within(file.status)))
}

fn refused(actor: &Viewer<Report>, file: &FileRow, heading: &'static str, why: Words) -> Confirm {
    let page = actor.page((heading, &file.name, "Usage files"));
    let none: [Effect; 0] = [];
    Confirm::new(page, heading, (url(actor, &file.id), super::BACK), none).refused(Some(why))
}

/// The file that was sent, known by its first bytes; what is wrong with it is said at its field.
async fn sent(fields: &Fields) -> Result<Result<Sent, Field>> {
    let mut field = field();
    let Some(upload) = fields.file("file").cloned() else {
        field.fail("Choose a file");
        return Ok(Err(field));
    };
    let kind = match read::kind(&upload.bytes) {
        Ok(kind) => kind,
        Err(complaint) => {
            field.fail(complaint);
            return Ok(Err(field));
        }
    };
    let name = file_name::tidy(&upload.file_name);
    let sent = web::block(move || Sent::new(name, kind.into(), upload.bytes)).await.map_err(Problem::internal)?;
    Ok(Ok(sent))
}

pub async fn upload(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = find(&actor, &db, &path.1).await?;
    match against(&file) {
        Some(why) => page::html(&actor.visit, &refused(&actor, &file, "Upload report", why)),
        None => page::html(&actor.visit, &upload_page(&actor, &file, &field())),
    }
}

/// Keeps the report; whatever takes longer than a look at its first bytes is the job's.
pub async fn uploaded(post: Post<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let file = find(&actor, &db, &path.1).await?;
    let here = url(&actor, &file.id);
    match sent(&post.fields).await? {
        Err(field) => page::invalid(&actor.visit, &upload_page(&actor, &file, &field)),
        Ok(sent) => {
            db.write(&actor, move |tx| actions::upload(tx, &file.id, &sent))
                .await
                .map_err(|problem| problem.leading_to(&here, super::BACK))?;
            Ok(page::see_with(&actor.visit, here, &Flash::success("Report uploaded")))
        }
    }
}

pub async fn dry_run(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = find(&actor, &db, &path.1).await?;
    match against(&file) {
        Some(why) => page::html(&actor.visit, &refused(&actor, &file, "Dry run", why)),
        None => page::html(&actor.visit, &dry_run_page(&actor, &file, &field())),
    }
}

/// What a dry run found.
#[derive(Template)]
#[template(path = "usage/tried.html")]
struct Tried {
    page: Page,
    file: FileRow,
    file_name: String,
    rows: usize,
    wrong: usize,
    mistakes: Vec<Mistake>,
    /// Mistakes that are not listed.
    more: usize,
    here: String,
    upload: String,
    again: String,
}

/// Mistakes that a page lists.
const LISTED: usize = 200;

pub async fn tried(post: Post<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let file = find(&actor, &db, &path.1).await?;
    let sent = match sent(&post.fields).await? {
        Ok(sent) => sent,
        Err(field) => return page::invalid(&actor.visit, &dry_run_page(&actor, &file, &field)),
    };
    let here = url(&actor, &file.id);
    if let Some(why) = against(&file) {
        let refusal = Problem::refused("Nothing was checked", why);
        return Err(refusal.leading_to(here, super::BACK));
    }
    // whatever is read of a file takes its time, and holds no connection meanwhile
    let (bytes, schema) = (sent.bytes, file.schema);
    let opened = web::block(move || actions::open(&bytes, schema)).await.map_err(Problem::internal)?;
    let opened = match violation::told(opened)? {
        Ok(opened) => opened,
        Err(wrong) => {
            let mut field = field();
            for one in wrong {
                field.fail(one.why.words);
            }
            return page::invalid(&actor.visit, &dry_run_page(&actor, &file, &field));
        }
    };
    let key = file.id.clone();
    let found = db
        .read(&actor, move |read| actions::try_out(read, &key, opened))
        .await
        .map_err(|problem| problem.leading_to(&here, super::BACK))?;
    let all = found.faults.len();
    let shown = Tried {
        page: actor.page(("Dry run", &file.name, "Usage files")),
        file_name: sent.file_name,
        rows: found.rows,
        wrong: found.wrong,
        mistakes: found.faults.iter().take(LISTED).map(Mistake::of_placed).collect(),
        more: all.saturating_sub(LISTED),
        upload: format!("{here}/upload"),
        again: format!("{here}/dry-run"),
        here,
        file,
    };
    page::html(&actor.visit, &shown)
}

//! Screens of imports, and the file that can be changed and sent back.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::Stream;
use uuid::Uuid;

use super::{
    COLUMNS, Fate, NOTES, State,
    actions::{self, Sent},
    read, results,
    store::{self, Begin, ImportRow, Only, RowLine},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        export::{self, XLSX_ROWS},
        file_name,
        form::Field,
        form_page::{Ask, FormPage},
        grid::{Cell, Total},
        id::Id,
        input::Input as _,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        progress::{self, Progress},
        route::{Mount, get, post},
        shown,
        time::When,
        typed::apart,
        viewer::Viewer,
        words::{Say as _, Words, filters},
    },
    modules::customers::{Manage, TierAccount, View, data::Data, pages::asked, snapshot::PARENT, store::AccountRow},
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/customers/imports", || web::to(list)),
        get("/customers/imports/new", || web::to(upload)),
        post("/customers/imports/new", || web::to(uploaded)).with_file(),
        get("/customers/imports/{import}", || web::to(show)),
        get("/customers/imports/{import}/progress", || web::to(progress)),
        get("/customers/imports/{import}/results", || web::to(with_results)),
        post("/customers/imports/{import}/apply", || web::to(applied)).binding(),
        get("/customers/imports/{import}/stop", || web::to(stopping)),
        post("/customers/imports/{import}/stop", || web::to(stopped)),
        post("/customers/imports/{import}/check", || web::to(checked_again)),
        get("/customers/imports/{import}/discard", || web::to(discarding)),
        post("/customers/imports/{import}/discard", || web::to(discarded)),
        get("/customers/sheet.xlsx", || web::to(sheet)),
        get("/customers/sheet.csv", || web::to(plain)),
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

/// How many rows a page shows.
const SHOWN: usize = 100;

struct Tally {
    label: &'static str,
    shape: &'static str,
    count: Total,
    rows: i64,
    href: String,
    current: bool,
}

struct Row {
    name: String,
    id: String,
    external_id: String,
    href: Option<String>,
    /// Applied in an earlier round.
    before: bool,
    messages: Vec<String>,
    warnings: Vec<String>,
    /// Label, old value, new value.
    changes: Vec<(Words, String, String)>,
    result: &'static str,
    shape: &'static str,
    number: i32,
}

#[derive(Template)]
#[template(path = "customers/imports/show.html")]
struct Show {
    page: Page,
    import: ImportRow,
    updated: When,
    tallies: Vec<Tally>,
    /// How many rows change a field, by its label.
    changes: Vec<(Words, i64)>,
    rows: Vec<Row>,
    all: String,
    all_rows: Total,
    all_current: bool,
    sheet: String,
    not_read: Words,
    /// Rows that are to be applied.
    work: i64,
    total: i64,
    applied: i64,
    /// Imports that the job takes up first.
    before: i64,
    state: &'static str,
    words: Words,
    previous: Option<String>,
    next: Option<String>,
    range: Words,
    apply: bool,
    stop: bool,
    again: bool,
    discard: bool,
    results: bool,
    shown: String,
    here: String,
    imports: String,
    upload: String,
}

/// What the page's address asks for.
struct Asked {
    only: Only,
    from: Begin,
    query: String,
}

impl Asked {
    fn of(actor: &Viewer<Manage>) -> Self {
        let only = match asked(actor, "result") {
            Some(key) if key == "warning" => Only::Warned,
            Some(key) => Fate::from_key(&key).map_or(Only::All, Only::Of),
            None => Only::All,
        };
        let number = |name: &str| asked(actor, name).and_then(|number| number.parse::<i32>().ok());
        let from = match (number("after"), number("before")) {
            (Some(after), _) => Begin::Behind(after),
            (None, Some(before)) => Begin::Before(before),
            (None, None) => Begin::Behind(0),
        };
        let query = match only {
            Only::All => String::new(),
            Only::Of(fate) => format!("result={}&", fate.key()),
            Only::Warned => "result=warning&".to_owned(),
        };
        Self { only, from, query }
    }
}

async fn show(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let wanted = Asked::of(&actor);
    let (only, from) = (wanted.only, wanted.from);
    let (import, (counts, warned), mut rows, before, kept) = db
        .read(&actor, move |read| {
            let import = store::find(read, id)?;
            let rows = store::rows(read, id, only, from, SHOWN as i64 + 1)?;
            let before = if import.state.runs() { store::before(read, &import)? } else { 0 };
            Ok((import, store::counts(read, id)?, rows, before, store::has_file(read, id)?))
        })
        .await?;
    let here = url(&actor, id);
    let more = rows.len() > SHOWN;
    match from {
        Begin::Behind(_) => rows.truncate(SHOWN),
        Begin::Before(_) if more => drop(rows.remove(0)),
        Begin::Before(_) => {}
    }
    let page_at = |how: &str, row: Option<&RowLine>| Some(format!("{here}?{}{how}={}", wanted.query, row?.number));
    let (previous, next) = match from {
        Begin::Behind(number) => (number > 0, more),
        Begin::Before(_) => (more, true),
    };
    let sum = |fates: &[Fate]| counts.iter().filter(|(fate, _)| fates.contains(fate)).map(|(_, n)| n).sum::<i64>();
    let work = sum(&[Fate::Create, Fate::Update]);
    let applied = sum(&[Fate::Created, Fate::Updated]);
    let errors = sum(&[Fate::Error]);
    let total = counts.iter().map(|(_, count)| count).sum::<i64>();
    let layout = import.layout();
    let state = import.state;
    let mut tallies: Vec<Tally> = counts
        .iter()
        .map(|(fate, count)| Tally {
            label: label(*fate, state),
            shape: fate.shape(),
            count: Total::all(*count),
            rows: *count,
            href: format!("{here}?result={}", fate.key()),
            current: only == Only::Of(*fate),
        })
        .collect();
    if warned > 0 {
        tallies.push(Tally {
            label: "With warnings",
            shape: "half",
            count: Total::all(warned),
            rows: warned,
            href: format!("{here}?result=warning"),
            current: only == Only::Warned,
        });
    }
    let shown = Show {
        page: actor.page((&import.file_name, "Imports", "Customers")),
        updated: actor.zone().when(import.updated_at),
        tallies,
        changes: if state == State::Checked {
            import.changes().into_iter().map(|(label, count)| (labelled(&label), count)).collect()
        } else {
            Vec::new()
        },
        all: here.clone(),
        all_current: only == Only::All,
        sheet: layout.as_ref().map(|layout| layout.sheet.clone()).unwrap_or_default(),
        not_read: layout.as_ref().map(read::Layout::not_read).unwrap_or_default(),
        work,
        all_rows: Total::all(total),
        total,
        applied,
        before,
        state: state.key(),
        words: words(&import),
        previous: previous.then(|| page_at("before", rows.first())).flatten(),
        next: next.then(|| page_at("after", rows.last())).flatten(),
        range: match (rows.first(), rows.last()) {
            (Some(first), Some(last)) => {
                t!("Rows {first} to {last}", first = first.number.to_string(), last = last.number.to_string())
            }
            _ => t!("No rows"),
        },
        rows: rows.into_iter().map(|row| line(&actor, row, &import)).collect(),
        apply: state == State::Checked && work > 0,
        stop: state == State::Applying,
        again: kept
            && match state {
                State::Checked => errors > 0,
                State::Stopped | State::Done => errors > 0 || work > 0,
                State::Reading | State::Refused | State::Applying => false,
            },
        discard: state != State::Applying && applied == 0,
        results: kept && !state.runs() && state != State::Refused && layout.is_some(),
        shown: actions::shown(id, import.round).token(),
        here,
        imports: actor.url("customers/imports"),
        upload: actor.url("customers/imports/new"),
        import,
    };
    page::html(&actor.visit, &shown)
}

/// A label that was kept, in the reader's language.
fn labelled(kept: &str) -> Words {
    let labels = Data::TABLE.iter().map(|entry| entry.label).chain([PARENT]);
    labels.into_iter().find(|label| *label == kept).map_or_else(|| Words::data(kept), Words::new)
}

/// What a result is called where the job is done.
fn label(fate: Fate, state: State) -> &'static str {
    match (fate, state) {
        (Fate::Create | Fate::Update, State::Stopped) => "Not applied",
        (Fate::Create, State::Applying) => "To be created",
        (Fate::Update, State::Applying) => "To be updated",
        (fate, _) => fate.label(),
    }
}

fn line(actor: &Viewer<Manage>, row: RowLine, import: &ImportRow) -> Row {
    let lines = |text: &str| text.lines().map(str::to_owned).collect();
    Row {
        name: row.name(),
        id: row.id().to_owned(),
        external_id: row.external_id().to_owned(),
        href: row.account.as_ref().map(|id| actor.url(&format!("customers/{id}"))),
        before: row.round < import.round && matches!(row.result, Fate::Created | Fate::Updated),
        messages: lines(&row.message),
        warnings: lines(&row.warning),
        changes: row.changes().into_iter().map(|one| (labelled(&one.label), one.old, one.new)).collect(),
        result: label(row.result, import.state),
        shape: row.result.shape(),
        number: row.number,
    }
}

/// How far the job is.
fn words(import: &ImportRow) -> Words {
    let work = usize::try_from(import.work).unwrap_or_default();
    match import.state {
        State::Reading if work == 0 => t!("Waiting to be checked."),
        State::Reading => t!("{n} row read so far." | "{n} rows read so far.", work),
        State::Applying => t!("{done} of {n} row done." | "{done} of {n} rows done.", work, done = import.finished),
        _ => Words::default(),
    }
}

async fn progress(
    actor: Viewer<Manage>,
    path: OfImport,
    db: web::Data<Db>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (id, house, lang) = (path.1, actor.visit.house.clone(), actor.visit.lang);
    let ask = move || {
        let (actor, db) = (actor.clone(), db.clone());
        async move {
            let import = db.read(&actor, move |read| store::find(read, id)).await?;
            Ok(Progress {
                state: import.state.key(),
                words: words(&import).said(lang),
                finished: import.finished,
                work: import.work,
            })
        }
    };
    Ok(progress::answer(&request, house, ask().await?, ask))
}

async fn applied(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let here = url(&post.actor, id);
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.attempt(&post.actor, move |tx| actions::apply(tx, id, &sent))
        .await
        .map_err(|problem| problem.leading_to(here.clone(), "Back to import"))?;
    Ok(page::see(here))
}

fn confirm(actor: &Viewer<Manage>, import: &ImportRow, heading: &'static str, effects: Vec<Effect>) -> Confirm {
    let page = actor.page((heading, &import.file_name, "Imports", "Customers"));
    Confirm::new(page, heading, (url(actor, import.id), "Back to import"), effects).danger()
}

async fn stopping(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (import, asked) = db
        .read(&actor, move |read| {
            let import = store::find(read, id)?;
            let asked = store::asked(read, id, import.round)?.len();
            Ok((import, asked))
        })
        .await?;
    let rows = |count: i32| usize::try_from(count).unwrap_or_default();
    let effects = [
        Effect::touched(
            rows(import.finished),
            "{n} row has been applied and won't be reverted",
            "{n} rows have been applied and won't be reverted",
        ),
        Effect::touched(
            rows(import.work - import.finished),
            "{n} row may not be applied. The import continues while you read this",
            "{n} rows may not be applied. The import continues while you read this",
        ),
        Effect::touched(
            asked,
            "{n} vendor will get an email about the changes to accept",
            "{n} vendors will get an email about the changes to accept",
        ),
        Some(t!("You can check the remaining rows again later.").into()),
    ];
    let over = (import.state != State::Applying).then(|| t!("It is no longer running."));
    let page = confirm(&actor, &import, "Stop import", effects.into_iter().flatten().collect()).refused(over);
    page::html(&actor.visit, &page)
}

async fn discarding(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (import, rows, applied) = db
        .read(&actor, move |read| {
            let rows: i64 = store::counts(read, id)?.0.iter().map(|(_, count)| count).sum();
            Ok((store::find(read, id)?, rows, store::anything_applied(read, id)?))
        })
        .await?;
    let effects = [
        Some(Effect::from(t!(
            "{file_name} and its check results will be deleted.",
            file_name = apart(&import.file_name)
        ))),
        Effect::touched(
            usize::try_from(rows).unwrap_or_default(),
            "{n} row that was read will be deleted. It was not applied",
            "{n} rows that were read will be deleted. None were applied",
        )
        .map(|effect| effect.at(url(&actor, id))),
    ];
    let kept = (applied || import.state == State::Applying).then(|| t!("It was applied, so its results must be kept."));
    let page = confirm(&actor, &import, "Discard import", effects.into_iter().flatten().collect()).refused(kept);
    page::html(&actor.visit, &page)
}

async fn stopped(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.attempt(&post.actor, move |tx| actions::stop(tx, id)).await?;
    Ok(page::see(url(&post.actor, id)))
}

async fn checked_again(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let here = url(&post.actor, id);
    db.attempt(&post.actor, move |tx| actions::again(tx, id))
        .await
        .map_err(|problem| problem.leading_to(here.clone(), "Back to import"))?;
    Ok(page::see(here))
}

async fn discarded(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (here, all) = (url(&post.actor, id), post.actor.url("customers/imports"));
    db.write(&post.actor, move |tx| actions::discard(tx, id))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to import"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Import discarded")))
}

/// The person's own file with what became of each row.
async fn with_results(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (import, bytes) = db
        .read(&actor, move |read| {
            let import = store::find(read, id)?;
            let kept = !import.state.runs() && store::has_file(read, id)?;
            let bytes = if kept { Some(store::file(read.conn, id)?) } else { None };
            Ok((import, bytes))
        })
        .await?;
    let refused = |why: &'static str| {
        Problem::refused("There are no results yet", why).leading_to(url(&actor, id), "Back to import")
    };
    let layout = import.layout().ok_or_else(|| refused("The file was not read."))?;
    let bytes = bytes.ok_or_else(|| refused("The import is in progress, or its file is no longer available."))?;
    let (reader, pool) = (actor.clone(), db.clone());
    let rows = futures_util::stream::try_unfold(Some(0), move |behind| {
        let (actor, db) = (reader.clone(), pool.clone());
        async move {
            let Some(behind) = behind else { return Ok(None) };
            let limit = export::CHUNK as i64;
            let rows =
                db.read(&actor, move |read| store::rows(read, id, Only::All, Begin::Behind(behind), limit)).await?;
            let next = (rows.len() == export::CHUNK).then(|| rows.last().map(|row| row.number)).flatten();
            Ok(Some((rows, next)))
        }
    });
    let media_type = match import.kind {
        super::FileKind::Xlsx => export::XLSX,
        super::FileKind::Csv => export::CSV,
    };
    let stem = import.file_name.rsplit_once('.').map_or(import.file_name.as_str(), |(stem, _)| stem);
    let name = format!("{stem}_results.{}", import.kind.key());
    export::made(&name, media_type, rows, move |pieces, file| {
        results::write(&bytes, &layout, &mut pieces.flatten(), file).map_err(Problem::written)
    })
    .await
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
        text(&row.data().phone.to_string()),
    ]
}

/// All accounts of the company, piece by piece.
fn everything(actor: &Viewer<View>, db: &Db) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db) = (actor.clone(), db.clone());
    export::pieces(None, move |behind: Option<Id<TierAccount>>| {
        let (actor, db) = (actor.clone(), db.clone());
        async move {
            let limit = export::CHUNK as i64;
            let piece = db.read(&actor, move |read| store::exported(read, behind.as_ref(), limit)).await?;
            let last = (piece.len() == export::CHUNK).then(|| piece.last().map(|row| row.id.clone())).flatten();
            Ok((piece.iter().map(cells).collect(), last.map(Some)))
        }
    })
}

async fn sheet(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let too_many = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Download CSV instead.", n = XLSX_ROWS),
    );
    let too_many = too_many.leading_to(actor.url("customers/imports"), "Back to imports");
    let book = export::Book { name: "Customers", head: COLUMNS.to_vec(), notes: &NOTES, too_many };
    export::xlsx(book, everything(&actor, &db)).await
}

async fn plain(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    export::csv("customers", &COLUMNS, everything(&actor, &db)).await
}

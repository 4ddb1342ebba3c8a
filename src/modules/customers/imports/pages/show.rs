//! The page of an import: what each row would do, or did, and how far the job is.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{OfImport, url};
use crate::{
    kit::{
        choice::Choice as _,
        db::Db,
        grid::Total,
        input::Input as _,
        page::{self, Page},
        problem::Result,
        progress::{self, Progress},
        time::When,
        viewer::Viewer,
        words::{Say as _, Words, filters},
    },
    modules::customers::{
        Manage,
        data::Data,
        imports::{
            Fate, State, actions, read,
            store::{self, Begin, ImportRow, Only, RowLine},
        },
        pages::asked,
        snapshot::PARENT,
    },
    t,
};

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
    /// The text was read by a guess.
    western: bool,
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

pub(super) async fn show(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
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
        western: layout.as_ref().is_some_and(|layout| layout.western),
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

pub(super) async fn progress(
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

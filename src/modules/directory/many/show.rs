//! The page of a sheet: what becomes of each row, or became of it, and how far the job is.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    Fate, Mailed, State, actions,
    pages::{OfSheet, not_read, url},
    read::{What, Wrong},
    store::{self, RowLine, SheetRow},
};
use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        db::{Db, Looks},
        grid::Total,
        id::Id,
        page::{self, Page},
        problem::Result,
        progress::{self, Progress},
        time::When,
        typed,
        viewer::Viewer,
        words::{Say as _, Words, filters},
    },
    modules::{
        agreements::{
            self,
            documents::{self, Document},
        },
        contracts::{Create, Manage},
    },
    t,
};

/// How many rows a page shows.
const SHOWN: usize = 200;

struct Tally {
    label: &'static str,
    shape: &'static str,
    count: Total,
    rows: i64,
    href: String,
    current: bool,
}

struct Row {
    line: RowLine,
    wrong: Vec<Words>,
    href: Option<String>,
    /// It can be emailed.
    ticks: bool,
}

#[derive(Template)]
#[template(path = "directory/many/show.html")]
struct Show {
    page: Page,
    sheet: SheetRow,
    updated: When,
    agreement: String,
    /// The active version and its document, which the contracts offer.
    offer: Option<(i32, Words)>,
    not_read: Words,
    tallies: Vec<Tally>,
    /// How many rows have which mistake.
    mistakes: Vec<(&'static str, i64)>,
    mails: Vec<(&'static str, Total)>,
    all_rows: Total,
    all_current: bool,
    total: i64,
    work: i64,
    rows: Vec<Row>,
    next: Option<String>,
    run: bool,
    /// Where links are emailed, while they can be.
    mail: Option<String>,
    links: bool,
    wrong: bool,
    shown: String,
    state: &'static str,
    words: Words,
    here: String,
    sheets: String,
}

/// The first value of `name` in the page's query.
pub(super) fn asked<P>(actor: &Viewer<P>, name: &str) -> Option<String> {
    typed::parameters(&actor.visit.query).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

pub(super) async fn show(actor: Viewer<Create>, path: OfSheet, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let only = asked(&actor, "result").and_then(|key| Fate::from_key(&key));
    let behind = asked(&actor, "after").and_then(|number| number.parse::<i32>().ok()).unwrap_or(0);
    let (sheet, name, offer, counts, mails, mut rows, wrong) = db
        .read(&actor, move |read| {
            let me = read.actor.account().clone();
            let sheet = store::find(read, &me, id)?;
            let (agreement, version) = agreements::store::find(read, &sheet.agreement_id)?;
            let offer = match version {
                Some(version) => Some((version, documents::find(read.conn, &agreement.id, version)?)),
                None => None,
            };
            let rows = store::rows_of(read, id, only, (behind, SHOWN as i64 + 1))?;
            let wrong = store::rows_of(read, id, Some(Fate::Wrong), (0, i64::MAX))?;
            Ok((sheet, agreement.name, offer, store::counts(read, id)?, store::mails(read, id)?, rows, wrong))
        })
        .await?;
    let here = url(&actor, id);
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let query = only.map_or_else(String::new, |fate| format!("result={}&", fate.key()));
    let count = |fate: Fate| counts.iter().find(|(other, _)| *other == fate).map_or(0, |(_, count)| *count);
    let (state, manages) = (sheet.state, actor.may::<Manage>());
    let made = count(Fate::Invited) > 0 && manages;
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let tally = |(fate, count): &(Fate, i64)| Tally {
        label: if *fate == Fate::Invite && state == State::Stopped { "Not invited" } else { fate.label() },
        shape: fate.shape(),
        count: Total::all(*count),
        rows: *count,
        href: format!("{here}?result={}", fate.key()),
        current: only == Some(*fate),
    };
    let shown = Show {
        page: actor.page((&sheet.file_name, "Invite many", "Partners")),
        updated: actor.zone().when(sheet.updated_at),
        not_read: not_read(&sheet.ignored),
        tallies: counts.iter().map(tally).collect(),
        mistakes: mistakes(&wrong),
        mails: mails.iter().map(|(mail, count)| (mail.label(), Total::all(*count))).collect(),
        all_rows: Total::all(total),
        all_current: only.is_none(),
        total,
        work: count(Fate::Invite),
        next: rows.last().filter(|_| more).map(|row| format!("{here}?{query}after={}", row.number)),
        run: matches!(state, State::Checked | State::Stopped) && count(Fate::Invite) > 0 && offer.is_some(),
        mail: (made && !state.runs()).then(|| format!("{here}/mail")),
        links: made,
        wrong: count(Fate::Wrong) > 0,
        shown: offer.as_ref().map(|(_, document)| token(&sheet, &name, document)).unwrap_or_default(),
        offer: offer.map(|(version, document)| (version, document.label())),
        state: state.key(),
        words: words(state, &counts, &mails),
        rows: rows.into_iter().map(|line| row(&actor, line, made && !state.runs())).collect(),
        agreement: name,
        sheets: actor.url("directory/many"),
        here,
        sheet,
    };
    page::html(&actor.visit, &shown)
}

fn token(sheet: &SheetRow, agreement: &str, document: &Document) -> String {
    actions::shown(sheet.id, agreement, document).token()
}

fn row(actor: &Viewer<Create>, line: RowLine, mails: bool) -> Row {
    Row {
        wrong: line.wrong().iter().map(Wrong::words).collect(),
        href: line.contract_id.as_ref().map(|id| actor.url(&format!("contracts/{id}"))),
        ticks: mails && line.nonce.is_some() && !line.email.is_empty() && line.mail != Mailed::Sent,
        line,
    }
}

/// What is wrong, and in how many rows.
fn mistakes(rows: &[RowLine]) -> Vec<(&'static str, i64)> {
    let all: Vec<What> = rows.iter().flat_map(RowLine::wrong).map(|one| one.what).collect();
    let count = |what: What| all.iter().filter(|other| **other == what).map(|_| 1).sum::<i64>();
    What::ALL.iter().map(|what| (what.label(), count(*what))).filter(|(_, count)| *count > 0).collect()
}

/// How many rows are done, and how many there are to do.
fn steps(state: State, counts: &[(Fate, i64)], mails: &[(Mailed, i64)]) -> (i32, i32) {
    let of = |fate: Fate| counts.iter().find(|(other, _)| *other == fate).map_or(0, |(_, count)| *count);
    let mailed = |mail: Mailed| mails.iter().find(|(other, _)| *other == mail).map_or(0, |(_, count)| *count);
    let (done, left) = match state {
        State::Mailing => (mailed(Mailed::Sent) + mailed(Mailed::Refused), mailed(Mailed::Wanted)),
        _ => (of(Fate::Invited), of(Fate::Invite)),
    };
    let number = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
    (number(done), number(done + left))
}

/// How far the job is.
fn words(state: State, counts: &[(Fate, i64)], mails: &[(Mailed, i64)]) -> Words {
    let (done, work) = steps(state, counts, mails);
    if !state.runs() {
        return Words::default();
    }
    t!("{done} of {n} row done." | "{done} of {n} rows done.", usize::try_from(work).unwrap_or_default(), done)
}

/// A sheet's state with its numbers.
type Stand = (State, Vec<(Fate, i64)>, Vec<(Mailed, i64)>);

fn stand(look: &mut impl Looks, me: &Id<Account>, id: uuid::Uuid) -> Result<Stand> {
    let sheet = store::find(look, me, id)?;
    Ok((sheet.state, store::counts(look, id)?, store::mails(look, id)?))
}

pub(super) async fn progress(
    actor: Viewer<Create>,
    path: OfSheet,
    db: web::Data<Db>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (id, house, lang) = (path.1, actor.visit.house.clone(), actor.visit.lang);
    let ask = move || {
        let (actor, db) = (actor.clone(), db.clone());
        async move {
            let (state, counts, mails) = db
                .read(&actor, move |read| {
                    let me = read.actor.account().clone();
                    stand(read, &me, id)
                })
                .await?;
            let (finished, work) = steps(state, &counts, &mails);
            Ok(Progress { state: state.key(), words: words(state, &counts, &mails).said(lang), finished, work })
        }
    };
    Ok(progress::answer(&request, house, ask().await?, ask))
}

//! What a person was told: unread first, by day.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate};
use uuid::Uuid;

use crate::{
    access::extract::Post,
    kit::{
        actor::Member,
        db::Db,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        time::When,
        typed,
        viewer::Viewer,
        words::{Words, filters},
    },
    mail::letter,
    modules::notifications::{
        sorts,
        store::{self, Place, Told},
    },
    t,
};

/// Rows of one page.
const PAGE: usize = 25;

struct Line {
    id: Uuid,
    words: Words,
    /// The id of what it is about, where the words do not say it.
    about: String,
    href: String,
    when: When,
    read: bool,
}

/// The lines of one day, all read or none.
struct Day {
    date: NaiveDate,
    read: bool,
    day: When,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "notifications/list.html")]
struct List {
    page: Page,
    days: Vec<Day>,
    /// Where one is marked as read, and all.
    mark: String,
    /// Until when all are marked, when any is unread: what comes meanwhile was not seen.
    until: Option<i64>,
    first: Option<String>,
    older: Option<String>,
    /// Where the person says how mails come.
    profile: &'static str,
}

impl Place {
    fn text(self) -> String {
        format!("{}-{}-{}", u8::from(self.read), self.at.timestamp_micros(), self.id)
    }

    /// Where an address goes on; one that is none begins anew.
    fn of(text: &str) -> Option<Self> {
        let (read, rest) = text.split_once('-')?;
        let (at, id) = rest.split_once('-')?;
        Some(Self {
            read: read == "1",
            at: DateTime::from_timestamp_micros(at.parse().ok()?).filter(|at| at.timestamp() > 0)?,
            id: id.parse().ok()?,
        })
    }
}

fn asked(viewer: &Viewer<Member>, name: &str) -> Option<String> {
    let sent = typed::parameters(&viewer.visit.query);
    sent.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// What a person was told is shown to nobody else, also not to who looks at the portal as that person.
pub(in crate::modules::notifications) fn own(viewer: &Viewer<Member>) -> Result<()> {
    if !viewer.caller.looks_only {
        return Ok(());
    }
    Err(Problem::refused(
        "You're viewing as someone else",
        "Notifications are shown only to the person they are for. Stop viewing to continue as yourself.",
    ))
}

pub async fn list(viewer: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    own(&viewer)?;
    let behind = asked(&viewer, "after").and_then(|text| Place::of(&text));
    let mut rows = db.read(&viewer, move |read| store::told(read, behind, PAGE)).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let here = viewer.url("notifications");
    let last = rows.last().map(|row| Place { read: row.read, at: row.at, id: row.id });
    let shown = List {
        page: viewer.page("Notifications"),
        days: days(&viewer, rows),
        mark: format!("{here}/read"),
        until: (viewer.identity.unread > 0).then(|| viewer.now().timestamp_micros()),
        first: behind.map(|_| here.clone()),
        older: last.filter(|_| more).map(|last| format!("{here}?after={}", last.text())),
        profile: "/profile/notifications",
    };
    page::html(&viewer.visit, &shown)
}

fn days(viewer: &Viewer<Member>, rows: Vec<Told>) -> Vec<Day> {
    let (zone, letters) = (viewer.zone(), sorts::letters());
    let mut days: Vec<Day> = Vec::new();
    for row in rows {
        let date = zone.today(row.at);
        let words = letter::subject(&letters, &row.kind, row.facts);
        let said = words.to_string();
        let about = row.object.split_once('/').map(|(_, id)| id).filter(|id| !said.contains(id));
        let line = Line {
            id: row.id,
            about: about.unwrap_or_default().to_owned(),
            words,
            href: viewer.url(&format!("notifications/open?id={}", row.id)),
            when: zone.when(row.at),
            read: row.read,
        };
        match days.last_mut().filter(|day| day.date == date && day.read == row.read) {
            Some(day) => day.lines.push(line),
            None => days.push(Day { date, read: row.read, day: zone.day(row.at), lines: vec![line] }),
        }
    }
    days
}

/// Leads to what one is about, and says that it was read.
pub async fn open(viewer: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    own(&viewer)?;
    let id: Uuid = asked(&viewer, "id").and_then(|id| id.parse().ok()).ok_or(Problem::NotFound)?;
    let object = db.draft(&viewer, move |tx| store::read_one(tx, id)).await?;
    Ok(page::see(viewer.url(&object)))
}

pub async fn read(post: Post<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let here = viewer.url("notifications");
    let told = match post.fields.text("id") {
        "" => {
            let until = post.fields.text("before").parse().ok().and_then(DateTime::from_timestamp_micros);
            // what nobody could have seen yet is not read
            let until = until.unwrap_or_default().min(viewer.now());
            let marked = db.draft(&viewer, move |tx| store::read_all(tx, until)).await?;
            t!("{n} notification marked as read" | "{n} notifications marked as read", marked)
        }
        id => {
            let id: Uuid = id.parse().map_err(|_| Problem::NotFound)?;
            db.draft(&viewer, move |tx| store::read_one(tx, id)).await?;
            t!("Notification marked as read")
        }
    };
    Ok(page::see_with(&viewer.visit, here, &Flash::success(told)))
}

//! The mails that were sent for a company: to whom, of which sort, when, and what became of them. What they say is not shown.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::DateTime;
use uuid::Uuid;

use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        db::Db,
        form::{Field, Pick},
        page::{self, Flash, Page},
        problem::{Problem, Result},
        time::When,
        typed,
        viewer::Viewer,
        words::{Words, filters},
    },
    mail::{
        Sort, letter,
        outbox::{self, Asked, Listed, State},
    },
    modules::{
        self,
        notifications::{Manage, View, actions, sorts},
    },
    t,
};

/// Rows of one page.
const PAGE: usize = 50;
/// Characters of a text that is looked for.
const LONGEST: usize = 100;

struct Line {
    id: Uuid,
    whom: Words,
    sort: Words,
    object: String,
    href: Option<String>,
    made: When,
    state: State,
    words: Words,
    next_try: Option<When>,
    answer: String,
    resend: bool,
}

#[derive(Template)]
#[template(path = "notifications/outbox.html")]
struct Outbox {
    page: Page,
    lines: Vec<Line>,
    state: Field,
    states: Vec<Pick>,
    text: Field,
    narrowed: bool,
    here: String,
    again: String,
    first: Option<String>,
    older: Option<String>,
}

impl State {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Waiting => "ring",
            Self::Sent => "dot",
            Self::Failed => "triangle",
        }
    }
}

fn asked(viewer: &Viewer<View>) -> Asked {
    let sent = typed::parameters(&viewer.visit.query);
    let value = |name: &str| {
        let value = sent.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        typed::line(value).chars().take(LONGEST).collect::<String>()
    };
    let place = value("before");
    let before = place.split_once('-').and_then(|(at, id)| {
        Some((DateTime::from_timestamp_micros(at.parse().ok()?).filter(|at| at.timestamp() > 0)?, id.parse().ok()?))
    });
    Asked { state: State::from_key(&value("state")), text: value("q"), before }
}

/// The page a mail is about, where the person may see it.
fn href(viewer: &Viewer<View>, object: &str) -> Option<String> {
    let (section, _) = object.split_once('/')?;
    let section = modules::section(section)?;
    viewer.identity.holds(section.view).then(|| viewer.url(object))
}

fn line(viewer: &Viewer<View>, sorts: &[Sort], mail: Listed) -> Line {
    let whom = match (mail.recipient.as_str(), mail.company.as_str()) {
        ("", "") => t!("An address your company doesn't know"),
        ("", company) => t!("Someone at {company}", company = typed::apart(company)),
        (recipient, _) => Words::data(recipient),
    };
    Line {
        id: mail.id,
        whom,
        sort: letter::label(sorts, &mail.kind),
        href: href(viewer, &mail.object),
        object: mail.object.split_once('/').map_or_else(String::new, |(_, id)| id.to_owned()),
        made: viewer.zone().when(mail.created_at),
        state: mail.state(),
        words: mail.words(viewer.zone()),
        next_try: mail.next_try().map(|at| viewer.zone().when(at)),
        answer: mail.answer().to_owned(),
        // one that went to people of another company is theirs to ask for again
        resend: viewer.may::<Manage>()
            && match mail.state() {
                State::Failed => true,
                State::Sent => !mail.recipient.is_empty(),
                State::Waiting => false,
            },
    }
}

pub async fn list(viewer: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = asked(&viewer);
    let (narrowed, chosen, text) = (asked.state.is_some() || !asked.text.is_empty(), asked.state, asked.text.clone());
    let later = asked.before.is_some();
    let mut mails = db.read(&viewer, move |read| outbox::listed(read, &asked, PAGE)).await?;
    let more = mails.len() > PAGE;
    mails.truncate(PAGE);
    let (here, sorts) = (viewer.url("outbox"), sorts::letters());
    let at = |before: Option<String>| {
        let pairs = [
            ("state", chosen.map_or_else(String::new, |state| state.key().to_owned())),
            ("q", text.clone()),
            ("before", before.unwrap_or_default()),
        ];
        let given: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        format!("{here}?{}", serde_html_form::to_string(given).unwrap_or_default())
    };
    let last = mails.last().map(|mail| format!("{}-{}", mail.created_at.timestamp_micros(), mail.id));
    let states = std::iter::once(Pick::new("", "All emails", ""));
    let states = states.chain(State::ALL.iter().map(|state| Pick::new(state.key(), state.label(), "")));
    let shown = Outbox {
        page: viewer.page(("Outbox", "Account")),
        state: Field::new("state", "Status").filled(chosen.map_or("", State::key)),
        states: states.collect(),
        text: Field::new("q", "Recipient").filled(text.clone()),
        narrowed,
        again: format!("{here}/resend"),
        first: later.then(|| at(None)),
        older: last.filter(|_| more).map(|last| at(Some(last))),
        lines: mails.into_iter().map(|mail| line(&viewer, &sorts, mail)).collect(),
        here: here.clone(),
    };
    page::html(&viewer.visit, &shown)
}

pub async fn resend(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let id: Uuid = post.fields.text("id").parse().map_err(|_| Problem::NotFound)?;
    let here = viewer.url("outbox");
    db.write(&viewer, move |tx| actions::resend(tx, id))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to outbox"))?;
    Ok(page::see_with(&viewer.visit, here, &Flash::success("Email will be sent again")))
}

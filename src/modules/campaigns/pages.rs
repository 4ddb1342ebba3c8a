//! Screens of a campaign: the tab Signatures of an agreement, its deadline, and reminding.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    actions,
    data::Deadline,
    sheet,
    store::{self, Behind, Between, Counted, SigneeRow},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        confirm::Confirm,
        db::Db,
        form_page::FormPage,
        grid::Apart,
        id::Id,
        input::Form,
        page::{self, Flash, Page, Tab},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::{When, Zone},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::{
            self, Manage, View,
            pages::show::{self, Facts},
            store::AgreementRow,
        },
        contracts,
        ids::{Agreement, Contract},
        queue::{bulk::MOST, preview::WAS},
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/agreements/{id}/signatures", || web::to(signatures)),
        post("/agreements/{id}/signatures", || web::to(ticked)),
        get("/agreements/{id}/signatures/sheet.xlsx", || web::to(sheet::xlsx)),
        get("/agreements/{id}/signatures/sheet.csv", || web::to(sheet::csv)),
        get("/agreements/{id}/signatures/remind", || web::to(remind)),
        post("/agreements/{id}/signatures/remind", || web::to(reminded)),
        get("/agreements/{id}/signatures/deadline", || web::to(deadline)),
        post("/agreements/{id}/signatures/deadline", || web::to(deadline_saved)),
    ]
}

pub(super) type OfAgreement = web::Path<(String, String)>;

pub(super) fn id(text: &str) -> Result<Id<Agreement>> {
    text.parse().map_err(|_| Problem::NotFound)
}

const BACK: &str = "Back to signatures";
/// Rows on a page: as many as are reminded at once.
const SHOWN: usize = 50;

/// Which contracts are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Only {
    All,
    Signed,
    Outstanding,
    Version(i32),
}

impl Only {
    /// As the address says it.
    pub(super) fn asked(query: &str) -> Self {
        match value(query, "show") {
            Some("signed") => Self::Signed,
            Some("outstanding") => Self::Outstanding,
            Some(other) => other.parse().map_or(Self::All, Self::Version),
            None => Self::All,
        }
    }

    fn key(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Signed => "signed".to_owned(),
            Self::Outstanding => "outstanding".to_owned(),
            Self::Version(number) => number.to_string(),
        }
    }

    /// The versions that these are on, by the one that is active: without one nothing is outstanding.
    pub(super) fn between(self, active: Option<i32>) -> Between {
        let active = active.unwrap_or(0);
        match self {
            Self::All => Between(0, i32::MAX),
            Self::Signed => Between(active, i32::MAX),
            Self::Outstanding => Between(0, active - 1),
            Self::Version(number) => Between(number, number),
        }
    }
}

/// What the address says of `name`; none of what is asked here needs to be decoded.
fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| value)
}

/// Behind which row a page begins: its version, a dot, its id.
fn behind(query: &str) -> Behind {
    let read = |text: &str| -> Option<Behind> {
        let (version, id) = text.split_once('.')?;
        Some((version.parse().ok()?, id.parse::<Id<Contract>>().ok()?.to_string()))
    };
    value(query, "after").and_then(read).unwrap_or_default()
}

struct Row {
    row: SigneeRow,
    href: String,
    signed: bool,
    signed_at: Option<When>,
    reminded_at: Option<When>,
    /// It can be ticked, to be reminded.
    ticks: bool,
}

/// A version that contracts are on, with how many these are.
struct OnVersion {
    number: i32,
    count: Words,
    href: String,
    signed: bool,
}

#[derive(Template)]
#[template(path = "campaigns/signatures.html")]
struct Signatures {
    page: Page,
    facts: Facts,
    /// So many have signed, so many are outstanding.
    lead: Words,
    deadline: Option<Words>,
    late: bool,
    change_deadline: Option<String>,
    /// Where all that are outstanding are reminded.
    remind_all: Option<String>,
    versions: Vec<OnVersion>,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    /// Where those that are ticked are reminded, when a row can be.
    remind: Option<String>,
    was: String,
    sheet: String,
    query: String,
    next: Option<String>,
}

/// How many contracts are on versions that `wanted` takes, tests apart.
fn sum(counted: &[Counted], wanted: impl Fn(i32) -> bool) -> Words {
    let taken: Vec<&Counted> = counted.iter().filter(|one| wanted(one.version)).collect();
    let (real, tests) = (taken.iter().map(|one| one.contracts).sum(), taken.iter().map(|one| one.tests).sum());
    Apart::both(real, tests, i64::MAX).in_a_sentence()
}

/// The deadline, as its issuer reads it.
fn until(zone: Zone, due: DateTime<Utc>, late: bool) -> Words {
    let day = zone.day(due).words;
    match late {
        true => t!("The deadline to sign was {day}.", day),
        false => t!("Deadline to sign: {day}.", day),
    }
}

async fn signatures(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let agreement = id(&path.1)?;
    let only = Only::asked(&actor.visit.query);
    let from = behind(&actor.visit.query);
    let (found, due, counted, rows) = db
        .read(&actor, move |read| {
            let found = show::find(read, &agreement)?;
            let due = match found.1 {
                Some(version) => agreements::deadline::due(read.conn, &agreement, version)?,
                None => None,
            };
            let counted = store::counted(read, &agreement)?;
            let rows = store::signees(read, &agreement, only.between(found.1), &from, SHOWN as i64 + 1)?;
            Ok((found, due, counted, rows))
        })
        .await?;
    let facts = Facts::new(&actor, found, "signatures");
    let base = actor.url(&format!("agreements/{}/signatures", facts.agreement.id));
    let active = facts.active.unwrap_or(0);
    let outstanding = counted.iter().any(|one| one.version < active);
    let reminds = actor.may::<contracts::Manage>();
    let more = rows.len() > SHOWN;
    let (zone, late) = (actor.zone(), due.is_some_and(|due| due <= actor.now()));
    let rows: Vec<Row> = rows
        .into_iter()
        .take(SHOWN)
        .map(|row| Row {
            href: actor.url(&format!("contracts/{}", row.id)),
            signed: row.version >= active,
            signed_at: row.signed_at.map(|at| zone.day(at)),
            reminded_at: row.reminded_at.map(|at| zone.when(at)),
            ticks: reminds && row.version < active,
            row,
        })
        .collect();
    let next = rows.last().filter(|_| more).map(|last| {
        let (key, Row { row, .. }) = (only.key(), last);
        format!("{base}?show={key}&after={}.{}", row.version, row.id)
    });
    let tab = |label: &'static str, this: Only| Tab {
        label,
        href: format!("{base}?show={}", this.key()),
        current: this == only,
    };
    let shown = Signatures {
        page: actor.page(("Signatures", &facts.agreement.name, "Agreements")),
        lead: t!(
            "Signed: {signed}. Outstanding: {outstanding}.",
            signed = sum(&counted, |version| version >= active),
            outstanding = sum(&counted, |version| version < active),
        ),
        deadline: due.map(|due| until(zone, due, late)),
        late,
        change_deadline: (facts.active.is_some() && actor.may::<Manage>()).then(|| format!("{base}/deadline")),
        remind_all: (reminds && outstanding).then(|| format!("{base}/remind")),
        versions: counted
            .iter()
            .map(|one| OnVersion {
                number: one.version,
                count: Apart::both(one.contracts, one.tests, i64::MAX).in_a_sentence(),
                href: format!("{base}?show={}", one.version),
                signed: one.version >= active,
            })
            .collect(),
        tabs: vec![tab("All", Only::All), tab("Outstanding", Only::Outstanding), tab("Signed", Only::Signed)],
        remind: rows.iter().any(|row| row.ticks).then(|| format!("{base}{}", actor.visit.within())),
        rows,
        was: actions::shown(active, due).token(),
        sheet: format!("{base}/sheet"),
        query: format!("?show={}", only.key()),
        next,
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// What became of reminding, of so many that were asked for.
fn told(sent: usize, asked: Option<usize>) -> Flash {
    let left = asked.map_or(0, |asked| asked.saturating_sub(sent));
    match (sent, left) {
        (0, _) => Flash::notice("Nobody was reminded: they have signed by now, or were reminded in the last 24 hours."),
        (_, 0) => Flash::success(t!("{n} reminder sent" | "{n} reminders sent", sent)),
        (_, _) => Flash::notice(t!(
            "{n} reminder sent. The others have signed by now, or were reminded in the last 24 hours."
                | "{n} reminders sent. The others have signed by now, or were reminded in the last 24 hours.",
            sent
        )),
    }
}

/// Reminds those that are ticked.
async fn ticked(post: Post<contracts::Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let agreement = id(&path.1)?;
    let here = actor.url(&format!("agreements/{agreement}/signatures"));
    let back = format!("{here}{}", actor.visit.within());
    let mut ids: Vec<Id<Contract>> = post.fields.all("id").filter_map(|id| id.parse().ok()).take(MOST).collect();
    ids.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    ids.dedup();
    if ids.is_empty() {
        db.read(&actor, move |read| agreements::store::find(read, &agreement)).await?;
        let flash = Flash::notice("Select the contracts whose partners you want to remind.");
        return Ok(page::see_with(&actor.visit, back, &flash));
    }
    let (asked, sent) = (ids.len(), post.fields.text(WAS).to_owned());
    let done = db
        .attempt(&actor, move |tx| actions::remind(tx, &agreement, Some(ids.as_slice()), &sent))
        .await
        .map_err(|problem| problem.leading_to(&back, BACK))?;
    Ok(page::see_with(&actor.visit, back, &told(done.value(), Some(asked))))
}

/// The agreement of a page that asks, with its active version and that one's deadline.
struct Asked {
    row: AgreementRow,
    version: i32,
    due: Option<DateTime<Utc>>,
    /// How many would be reminded, and how many are outstanding.
    remindable: usize,
    outstanding: usize,
    back: String,
}

async fn asked<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Asked> {
    let agreement = id(text)?;
    let back = actor.url(&format!("agreements/{agreement}/signatures"));
    let found = db
        .read(actor, move |read| {
            let (row, active) = agreements::store::find(read, &agreement)?;
            let Some(version) = active else { return Err(actions::none_active()) };
            let due = agreements::deadline::due(read.conn, &agreement, version)?;
            let outstanding = agreements::store::behind(read, &agreement, version)?;
            let remindable = store::remindable(read, &agreement, version)?;
            Ok((row, version, due, remindable, outstanding))
        })
        .await;
    let (row, version, due, remindable, outstanding) = found.map_err(|problem| problem.leading_to(&back, BACK))?;
    let remindable = usize::try_from(remindable).map_err(Problem::internal)?;
    Ok(Asked { row, version, due, remindable, outstanding, back })
}

async fn remind(actor: Viewer<contracts::Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = asked(&actor, &db, &path.1).await?;
    let mut effects = vec![t!(
        "We'll remind {n} partner to sign version {version}." | "We'll remind {n} partners to sign version {version}.",
        found.remindable,
        version = found.version,
    )];
    let recent = found.outstanding.saturating_sub(found.remindable);
    if recent > 0 {
        effects.push(t!(
            "{n} was reminded in the last 24 hours and is left out."
                | "{n} were reminded in the last 24 hours and are left out.",
            recent
        ));
    }
    if let Some(due) = found.due {
        effects.push(until(actor.zone(), due, due <= actor.now()));
    }
    let nobody = (found.remindable == 0).then(|| t!("Everybody has signed, or was reminded in the last 24 hours."));
    let page = actor.page(("Remind all outstanding", &found.row.name, "Agreements"));
    let confirm = Confirm::new(page, "Remind all outstanding", (found.back, BACK), effects)
        .about(Words::data(&found.row.name))
        .hiding(WAS, actions::shown(found.version, found.due).token())
        .refused("There is nobody to remind", nobody);
    page::html(&actor.visit, &confirm)
}

async fn reminded(post: Post<contracts::Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let agreement = id(&path.1)?;
    let back = actor.url(&format!("agreements/{agreement}/signatures"));
    let sent = post.fields.text(WAS).to_owned();
    let done = db
        .attempt(&actor, move |tx| actions::remind(tx, &agreement, None, &sent))
        .await
        .map_err(|problem| problem.leading_to(&back, BACK))?;
    Ok(page::see_with(&actor.visit, &back, &told(done.value(), None)))
}

fn deadline_page(actor: &Viewer<Manage>, found: &Asked, form: &Form<Deadline>) -> FormPage {
    let sub = t!(
        "Version {version} of {agreement}. Until a partner signs, its contract stays on the version it signed before.",
        version = found.version,
        agreement = crate::kit::typed::apart(&found.row.name),
    );
    let page = FormPage::new(
        actor.page(("Deadline", &found.row.name, "Agreements")),
        "Deadline to sign",
        (found.back.clone(), BACK),
        "Save deadline",
    )
    .below_heading(sub)
    .hiding(WAS, actions::shown(found.version, found.due).token());
    form.onto(page)
}

async fn deadline(actor: Viewer<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = asked(&actor, &db, &path.1).await?;
    let due_on = found.due.map(|due| actor.zone().today(due));
    page::html(&actor.visit, &deadline_page(&actor, &found, &Form::filled(&Deadline { due_on })))
}

async fn deadline_saved(post: Post<Manage>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = asked(&actor, &db, &path.1).await?;
    let mut form = Form::<Deadline>::typed(&post.fields);
    let Some(said) = form.read() else {
        return page::invalid(&actor.visit, &deadline_page(&actor, &found, &form));
    };
    let (agreement, sent) = (found.row.id.clone(), post.fields.text(WAS).to_owned());
    let again = format!("{}/deadline", found.back);
    let saved = db
        .attempt(&actor, move |tx| actions::set_deadline(tx, &agreement, &said, &sent))
        .await
        .map_err(|problem| problem.leading_to(again, "Review again"));
    match form.told(saved)? {
        Some(done) => Ok(page::see_with(&actor.visit, &found.back, &done.said("Deadline saved"))),
        None => page::invalid(&actor.visit, &deadline_page(&actor, &found, &form)),
    }
}

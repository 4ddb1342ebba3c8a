//! For whom a contract is meant, sending its link, reminding one and many, and the log of all that.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    OfObject,
    change::{BACK, invited, only_while, own_url},
    id,
    list::list_page,
    show::Facts,
};
use crate::{
    access::extract::Post,
    config::Config,
    kit::{
        choice::Choice as _,
        db::Db,
        done::once,
        edit::Edit,
        effect::Effect,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::contracts::{
        Contract, Manage, Status,
        data::{Recipient, Sending},
        delivery::{
            actions,
            log::{self, Line},
        },
        store::{self, Detail},
    },
    modules::{
        events,
        queue::bulk::{MOST, why_not},
    },
    t,
};

type Naming = Edit<Detail, Recipient>;

async fn naming(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Naming> {
    let detail = waiting(actor, db, text, t!("The partner can no longer be changed")).await?;
    let (saved, revision) = (detail.contract.recipient(), detail.contract.revision);
    Ok(Edit::of(detail, saved, revision))
}

fn recipient_page(actor: &Viewer<Manage>, edit: &Naming) -> FormPage {
    let page = actor.page(("Edit partner", &edit.row.contract.id, "Contracts"));
    let back = (own_url(actor, &edit.row), BACK);
    edit.onto(FormPage::new(page, "Edit partner", back, "Save partner"))
}

/// A contract that waits for a partner with its link.
pub(super) async fn waiting(actor: &Viewer<Manage>, db: &Db, text: &str, title: Words) -> Result<Detail> {
    let detail = invited(actor, db, text).await?;
    if !detail.contract.has_link() {
        return Err(Problem::NotFound);
    }
    only_while(actor, &detail, Status::Pending, title)?;
    Ok(detail)
}

pub async fn recipient(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = naming(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &recipient_page(&actor, &edit))
}

pub async fn save_recipient(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = naming(&actor, &db, &path.1).await?.typed(&post.fields);
    let (contract, revision, here) = (edit.row.contract.id.clone(), edit.revision, own_url(&actor, &edit.row));
    let act = |said| db.attempt(&actor, move |tx| actions::name_recipient(tx, &contract, revision, &said));
    let done = edit.save(act, naming(&actor, &db, &path.1)).await;
    match done.map_err(|problem| problem.leading_to(&here, BACK))? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Partner saved"))),
        None => edit.again(&actor.visit, &recipient_page(&actor, &edit)),
    }
}

async fn send_page(
    actor: &Viewer<Manage>,
    (db, config): (&Db, &Config),
    detail: &Detail,
    (form, copy): (&Form<Sending>, Uuid),
) -> Result<FormPage> {
    let contract = detail.contract.id.clone();
    let link = db.read(actor, move |read| store::link(read, &contract)).await?;
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    let expires_at = if link.revoked_at.is_some() { actor.now() + lives } else { link.expires_at };
    let until = actions::opens(&detail.contract, expires_at, actor.now())
        .map_err(|problem| problem.leading_to(own_url(actor, detail), BACK))?;
    let zone = actor.zone();
    let heading = send_words(detail.contract.emailed_at.is_some());
    let mut effects: Vec<Effect> = vec![
        t!(
            "We'll email your partner the activation link with your name and your company's name. The link works until {day}.",
            day = zone.when(until).words,
        )
        .into(),
    ];
    if link.revoked_at.is_some() {
        effects.push(t!("It is a new link, since the previous one was revoked.").into());
    }
    if let Some(at) = detail.contract.emailed_at {
        effects.push(t!("Last emailed on {when}.", when = zone.when(at).words).into());
    }
    let page = actor.page((heading.clone(), &detail.contract.id, "Contracts"));
    let page = FormPage::new(page, heading, (own_url(actor, detail), BACK), "Send email");
    Ok(form.onto(page.effects(effects).hiding("form", copy)))
}

/// What sending is called: the first mail brings the link, those after it remind.
pub fn send_words(emailed: bool) -> Words {
    if emailed { t!("Remind by email") } else { t!("Send by email") }
}

pub async fn send(
    actor: Viewer<Manage>,
    path: OfObject,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let detail = waiting(&actor, &db, &path.1, t!("This contract can no longer be sent")).await?;
    let form = Form::empty().with("recipient_email", &detail.contract.recipient_email);
    page::html(&actor.visit, &send_page(&actor, (&db, &config), &detail, (&form, Uuid::new_v4())).await?)
}

pub async fn sent(
    post: Post<Manage>,
    path: OfObject,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let contract = id::<Contract>(&path.1)?;
    let here = actor.url(&format!("contracts/{contract}"));
    let mut form = Form::<Sending>::typed(&post.fields);
    let Some(said) = form.read() else {
        let detail = waiting(&actor, &db, &path.1, t!("This contract can no longer be sent")).await?;
        return page::invalid(&actor.visit, &send_page(&actor, (&db, &config), &detail, (&form, copy)).await?);
    };
    let to = said.recipient_email.clone();
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    let sent = db
        .attempt(&actor, move |tx| {
            once(tx, copy, |tx| actions::send(tx, &contract, &said, lives).map(|()| contract.to_string()))
        })
        .await
        .map_err(|problem| problem.leading_to(&here, BACK));
    if form.told(sent)?.is_none() {
        let detail = waiting(&actor, &db, &path.1, t!("This contract can no longer be sent")).await?;
        return page::invalid(&actor.visit, &send_page(&actor, (&db, &config), &detail, (&form, copy)).await?);
    }
    Ok(page::see_with(&actor.visit, here, &Flash::success(t!("Email to {email} is on its way", email = apart(&to)))))
}

/// Reminds those that are ticked, each for itself, and says what became of each.
pub async fn remind(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let back = format!("{}{}", actor.url("contracts"), actor.visit.within());
    let mut ids: Vec<Id<Contract>> = post.fields.all("id").filter_map(|id| id.parse().ok()).take(MOST).collect();
    ids.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    ids.dedup();
    if ids.is_empty() {
        let flash = Flash::notice("Select the contracts whose partners you want to remind.");
        return Ok(page::see_with(&actor.visit, back, &flash));
    }
    let (mut done, mut results) = (0, Vec::new());
    let asked = ids.len();
    for id in ids {
        let wanted = id.clone();
        let outcome = match db.write(&actor, move |tx| actions::remind(tx, &wanted)).await {
            Ok(email) => {
                done += 1;
                t!("Reminder sent to {email}", email = apart(&email))
            }
            Err(problem) => why_not(events::named(&actor, &db, problem).await)?,
        };
        results.push((Words::data(id.to_string()), outcome));
    }
    let said = t!("{n} reminder sent" | "{n} reminders sent", done);
    if done == asked {
        return Ok(page::see_with(&actor.visit, back, &Flash::success(said)));
    }
    page::html(&actor.visit, &list_page(&actor, &db, Some((said, results))).await?)
}

#[derive(Template)]
#[template(path = "contracts/show/delivery.html")]
struct Delivery {
    page: Page,
    facts: Facts,
    lines: Vec<Line>,
    /// Where it is sent, while it can be.
    send: Option<(Words, String)>,
}

pub async fn delivery(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let (detail, lines) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &contract)?;
            if !detail.delivered() {
                return Err(Problem::NotFound);
            }
            let lines = log::find(read, &detail)?;
            Ok((detail, lines))
        })
        .await?;
    let send = (detail.contract.status == Status::Pending).then(|| {
        let words = send_words(detail.contract.emailed_at.is_some());
        (words, actor.url(&format!("contracts/{}/send", detail.contract.id)))
    });
    let facts = Facts::new(&actor, detail, "delivery");
    let shown = Delivery { page: actor.page(("Delivery", &facts.id, "Contracts")), facts, lines, send };
    page::html(&actor.visit, &shown)
}

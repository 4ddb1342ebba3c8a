//! Screens of extensions: the issuer offers and withdraws, the signee accepts or declines.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};

use super::{
    actions,
    store::{self, ExtensionRow},
};
use crate::{
    access::{extract::Post, proof::Proved},
    kit::{
        actor::Permission,
        confirm::Confirm,
        db::Db,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown::{self, Shown},
        time::Zone,
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        agreements::documents,
        contracts::{
            Contract, Create, Sign, Status,
            data::{NewEnd, Reason},
            lifecycle::Part,
            store::{self as contracts, Detail},
            terms,
        },
    },
    t,
};

/// The issuer's side.
pub fn issue() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/extend", || web::to(extend)),
        post("/contracts/{id}/extend", || web::to(offered)).binding(),
        get("/contracts/{id}/extension/withdraw", || web::to(withdraw)),
        post("/contracts/{id}/extension/withdraw", || web::to(withdrawn)),
    ]
}

/// The signee's side.
pub fn sign() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/extension", || web::to(accept)),
        post("/contracts/{id}/extension", || web::to(accepted)).binding(),
        get("/contracts/{id}/extension/decline", || web::to(decline)),
        post("/contracts/{id}/extension/decline", || web::to(declined)),
    ]
}

type OfContract = web::Path<(String, String)>;

fn id(text: &str) -> Result<Id<Contract>> {
    text.parse().map_err(|_| Problem::NotFound)
}

const BACK: &str = "Back to contract";

/// A contract with its terms and the offer that is open on it.
struct Found {
    detail: Detail,
    terms: Shown,
    open: Option<ExtensionRow>,
    back: String,
}

async fn find<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str, part: Part) -> Result<Found> {
    let contract = id(text)?;
    let (detail, document, open) = db
        .read(actor, move |read| {
            let detail = contracts::find(read, &contract)?;
            let document = documents::find(read.conn, &detail.contract.agreement_id, detail.contract.version)?;
            let open = store::open(read, &contract)?;
            Ok((detail, document, open))
        })
        .await?;
    if detail.part != part {
        return Err(Problem::NotFound);
    }
    let back = actor.url(&format!("contracts/{}", detail.contract.id));
    if detail.contract.status != Status::Active {
        let words = t!(
            "{id} is {status}. Only active contracts can be extended.",
            id = detail.contract.id,
            status = Words::within(detail.contract.status),
        );
        return Err(Problem::stale("The expiry date can no longer be changed", words)
            .decided(&detail.contract.id)
            .leading_to(back, BACK));
    }
    let terms = terms::shown(&detail.contract, &detail.agreement, &document);
    Ok(Found { detail, terms, open, back })
}

impl Found {
    /// The offer that is open, or the page that says there is none.
    fn open(&self) -> Result<&ExtensionRow> {
        self.open.as_ref().ok_or_else(|| actions::answered(&self.detail.contract.id).leading_to(&self.back, BACK))
    }
}

/// What stays when nothing comes of an offer.
fn kept(zone: Zone, end: Option<DateTime<Utc>>) -> Words {
    match end {
        Some(end) => t!("The contract keeps its expiry date, {day}.", day = zone.day(end).words),
        None => t!("The contract still has no expiry date."),
    }
}

/// The day that is asked for; only a contract that has one can lose it.
fn asked(form: Form<NewEnd>, now: Option<DateTime<Utc>>) -> Form<NewEnd> {
    match now {
        Some(_) => form,
        None => {
            let hint = "The contract ends automatically at the end of this day.";
            form.saying("ends_on", "New expiry date", hint).demanding("ends_on")
        }
    }
}

fn offer_page(actor: &Viewer<Create>, found: &Found, form: &Form<NewEnd>) -> FormPage {
    let contract = &found.detail.contract;
    let (id, partner) = (&contract.id, found.detail.partner());
    let now = match contract.expire_at {
        Some(end) => t!(
            "{id} with {partner} expires on {day}. This applies until your partner accepts the new date.",
            id,
            partner,
            day = actor.zone().day(end).words,
        ),
        None => {
            t!("{id} with {partner} has no expiry date. This applies until your partner accepts one.", id, partner,)
        }
    };
    let page = FormPage::new(
        actor.page(("Extend", &contract.id, "Contracts")),
        "Extend contract",
        (found.back.clone(), BACK),
        "Offer new expiry date",
    )
    .below_heading(now);
    form.onto(page).binding(&found.terms)
}

async fn extend(actor: Viewer<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = find(&actor, &db, &path.1, Part::Issuer).await?;
    if let Some(open) = &found.open {
        let words = match open.to_at {
            Some(end) => t!(
                "You offered a new expiry date, {day}. Your partner hasn't answered yet. Withdraw the offer to make a new one.",
                day = actor.zone().day(end).words,
            ),
            None => t!(
                "You offered to remove the expiry date. Your partner hasn't answered yet. Withdraw the offer to make a new one."
            ),
        };
        return Err(Problem::refused("There is already an open offer", words).leading_to(&found.back, BACK));
    }
    page::html(&actor.visit, &offer_page(&actor, &found, &asked(Form::empty(), found.detail.contract.expire_at)))
}

async fn offered(post: Post<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = find(&actor, &db, &path.1, Part::Issuer).await?;
    let mut form = asked(Form::typed(&post.fields), found.detail.contract.expire_at);
    let offered = match form.read() {
        Some(said) => {
            let (contract, sent) = (found.detail.contract.id.clone(), post.fields.text(shown::FIELD).to_owned());
            let offered = db.write(&actor, move |tx| actions::offer(tx, &contract, &said, &sent)).await;
            form.told(offered.map_err(|problem| problem.leading_to(&found.back, BACK)))?
        }
        None => None,
    };
    if offered.is_none() {
        return page::invalid(&actor.visit, &offer_page(&actor, &found, &form));
    }
    Ok(page::see_with(&actor.visit, &found.back, &Flash::success("New expiry date offered. We'll email your partner.")))
}

async fn withdraw(actor: Viewer<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = find(&actor, &db, &path.1, Part::Issuer).await?;
    found.open()?;
    let page = actor.page(("Withdraw offer", &found.detail.contract.id, "Contracts"));
    let effects = [
        t!("{partner} can no longer accept it.", partner = found.detail.partner()),
        kept(actor.zone(), found.detail.contract.expire_at),
    ];
    page::html(
        &actor.visit,
        &Confirm::new(page, "Withdraw offer", (found.back.clone(), BACK), effects).about(found.detail.name()).danger(),
    )
}

async fn withdrawn(post: Post<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id(&path.1)?;
    let back = post.actor.url(&format!("contracts/{contract}"));
    db.write(&post.actor, move |tx| actions::withdraw(tx, &contract))
        .await
        .map_err(|problem| problem.leading_to(&back, BACK))?;
    Ok(page::see_with(&post.actor.visit, back, &Flash::success("Offer withdrawn")))
}

async fn accept(actor: Viewer<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = find(&actor, &db, &path.1, Part::Signee).await?;
    let open = found.open()?;
    let page = actor.page(("Accept new expiry date", &found.detail.contract.id, "Contracts"));
    let effects = [
        offered_words(&actor, &found.detail.issuer, open),
        t!(
            "Everything else in {contract} stays the same. Both signatures are kept with it.",
            contract = found.detail.contract.id,
        ),
        // signed as it stands here, so it is said as it is signed
        t!("Recorded with your signature: “{words}”", words = actions::CONSENT),
    ];
    let shown = super::shown(found.terms.clone(), open);
    let page = Confirm::new(page, "Accept new expiry date", (found.back.clone(), BACK), effects)
        .about(found.detail.name())
        .binding(&shown);
    page::html(&actor.visit, &page)
}

/// What is offered, and what holds without it.
fn offered_words<P: Permission>(actor: &Viewer<P>, issuer: &str, open: &ExtensionRow) -> Words {
    let (day, issuer) = (|end| actor.zone().day(end).words, apart(issuer));
    match (open.to_at, open.from_at) {
        (Some(to), Some(from)) => {
            t!("{issuer} offers a new expiry date: {to} instead of {from}.", issuer, to = day(to), from = day(from))
        }
        (Some(to), None) => {
            t!("{issuer} offers an expiry date: {to}. The contract currently has none.", issuer, to = day(to))
        }
        (None, Some(from)) => t!("{issuer} offers to remove the expiry date, {from}.", issuer, from = day(from)),
        (None, None) => t!("{issuer} offers to remove the expiry date.", issuer),
    }
}

async fn accepted(post: Proved<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id(&path.1)?;
    let back = post.actor.url(&format!("contracts/{contract}"));
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.attempt(&post.actor, move |tx| actions::accept(tx, &contract, &sent))
        .await
        .map_err(|problem| problem.leading_to(&back, BACK))?;
    Ok(page::see_with(&post.actor.visit, back, &Flash::success("New expiry date accepted")))
}

fn decline_page(actor: &Viewer<Sign>, found: &Found, form: &Form<Reason>) -> Result<Confirm> {
    found.open()?;
    let page = actor.page(("Decline new expiry date", &found.detail.contract.id, "Contracts"));
    let effects = [
        kept(actor.zone(), found.detail.contract.expire_at),
        t!("We'll email {issuer}, who can offer another date.", issuer = apart(&found.detail.issuer)),
    ];
    let back = (found.back.clone(), BACK);
    let page = Confirm::new(page, "Decline new expiry date", back, effects).about(found.detail.name());
    Ok(page.danger().asking(form))
}

async fn decline(actor: Viewer<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = find(&actor, &db, &path.1, Part::Signee).await?;
    page::html(&actor.visit, &decline_page(&actor, &found, &Form::empty())?)
}

async fn declined(post: Post<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = find(&actor, &db, &path.1, Part::Signee).await?;
    let mut form = Form::<Reason>::typed(&post.fields);
    let Some(words) = form.read() else {
        return page::invalid(&actor.visit, &decline_page(&actor, &found, &form)?);
    };
    let contract = found.detail.contract.id.clone();
    db.write(&actor, move |tx| actions::decline(tx, &contract, &words))
        .await
        .map_err(|problem| problem.leading_to(&found.back, BACK))?;
    Ok(page::see_with(&actor.visit, &found.back, &Flash::success("New expiry date declined")))
}

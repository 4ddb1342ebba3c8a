//! The wizard Enroll of the Direct Agreements tab, step by step.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    EnrollDirectly, actions,
    data::Said,
    store::{self, Way},
    wizard::{Answers, Step},
};
use crate::{
    access::{extract::Post, proof::Proved},
    kit::{
        actor::Permission,
        db::Db,
        form::{Field, Pick},
        id::Id,
        input::{Form, Question, kinds::OneOf},
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown::{self, Shown},
        viewer::Viewer,
        wizard::{self, Answers as _, Frame, StepPage, Wizard},
        words::filters,
    },
    modules::{
        agreements::{
            self, Agreement, Type,
            documents::{self, Document},
            store::Choosable,
        },
        contracts::{self, Contract, evidence, rights, store::Detail},
        distribution::actions::CONSENT,
        ids::Product,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/catalog/direct", || web::to(nothing_chosen)),
        post("/catalog/direct", || web::to(begin)),
        get("/catalog/direct/new/{wizard}/agreement", || web::to(agreement)),
        post("/catalog/direct/new/{wizard}/agreement", || web::to(agreement_answered)),
        get("/catalog/direct/new/{wizard}/submit", || web::to(submit)),
        post("/catalog/direct/new/{wizard}/submit", || web::to(submitted)).binding(),
        get("/catalog/direct/new/{wizard}/summary", || web::to(summary)),
        post("/catalog/direct/new/{wizard}/cancel", || web::to(cancel)),
    ]
}

type OfWizard = web::Path<(String, Uuid)>;
type Saved = Wizard<Answers>;

fn url<P: Permission>(actor: &Viewer<P>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

/// A product and an agreement are chosen in the catalog.
async fn nothing_chosen(actor: Viewer<EnrollDirectly>) -> Result<HttpResponse> {
    Ok(page::see(actor.url("catalog/all")))
}

async fn begin(post: Post<EnrollDirectly>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let product = post.fields.text("id").parse::<Id<Product>>().ok();
    let referral = post.fields.text("agreement").parse::<Id<Agreement>>().ok();
    if product.is_none() || referral.is_none() {
        return Ok(page::see(actor.url("catalog/all")));
    }
    let answers = Answers { product, referral, program: None };
    let next = answers.gap();
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |begun| *begun = answers)?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, next)))
}

fn program_question(own: &[Choosable]) -> Question<String> {
    let picks = own.iter().map(|one| {
        let about = t!("{agreement}, version {version}", agreement = one.id, version = one.version);
        Pick::new(one.id.as_str(), &one.name, about)
    });
    let kind = OneOf::few(picks.collect(), "Choose one of your program agreements");
    Question::new("agreement", "Program agreement", kind).missing("Choose one of your program agreements")
}

fn agreement_page(
    actor: &Viewer<EnrollDirectly>,
    saved: &Saved,
    own: &[Choosable],
    question: &Question<String>,
) -> StepPage {
    let page = StepPage::new(actor, Some(saved), Step::Agreement, "Which of your agreements do you offer the vendor?");
    let make = actor.leads::<agreements::Manage>("agreements/new");
    if own.is_empty() {
        let words = match make {
            Some(_) => {
                t!("Create a program agreement of your own first, with an active version. We'll keep your answers.")
            }
            None => t!(
                "Your company needs a program agreement of its own with an active version. A colleague who manages agreements can create one."
            ),
        };
        return page.nothing(words, make.unwrap_or_else(|| actor.url("catalog")));
    }
    let page = page
        .about("The vendor signs or rejects a contract on it. Only agreements with an active version are listed.")
        .asking(|page| question.onto(page));
    match make {
        Some(href) => page.otherwise("Create agreement", href),
        None => page,
    }
}

/// The company's program agreements that can be offered.
async fn own(actor: &Viewer<EnrollDirectly>, db: &Db) -> Result<Vec<Choosable>> {
    db.read(actor, |read| agreements::store::choosable(read, Type::Program)).await
}

async fn agreement(actor: Viewer<EnrollDirectly>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Agreement).await?;
    let own = own(&actor, &db).await?;
    let only = if let [only] = own.as_slice() { only.id.as_str() } else { "" };
    let chosen = saved.answers.program.as_ref().map_or(only, |id| id.as_str());
    let question = program_question(&own).filled(chosen);
    page::html(&actor.visit, &agreement_page(&actor, &saved, &own, &question))
}

async fn agreement_answered(post: Post<EnrollDirectly>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Agreement).await?;
    let own = own(&actor, &db).await?;
    let mut question = program_question(&own).typed(&post.fields);
    let key = question.read();
    let Some(chosen) = own.iter().find(|one| Some(one.id.as_str()) == key.as_deref()) else {
        return agreement_page(&actor, &saved, &own, &question).again(&actor.visit);
    };
    let chosen = chosen.id.clone();
    Saved::answer(&actor, &db, id, move |answers| answers.program = Some(chosen)).await?;
    Ok(page::see(url(&actor, id, Step::Submit)))
}

#[derive(Template)]
#[template(path = "catalog/directly/submit.html")]
struct Submit {
    frame: Frame,
    page: Page,
    action: String,
    way: Way,
    document: Document,
    document_href: String,
    /// The program agreement: its id, name and version, and where its document is.
    program: (Id<Agreement>, String, i32),
    program_href: String,
    note: Field,
    accept: Field,
    consent: &'static str,
    /// This version was accepted before.
    accepted: bool,
    shown: Shown,
    /// The distributor may not offer it at present.
    withheld: bool,
}

async fn submit_page(actor: &Viewer<EnrollDirectly>, db: &Db, saved: &Saved, form: &Form<Said>) -> Result<Submit> {
    let elsewhere = || Problem::Elsewhere(url(actor, saved.id, saved.answers.gap()));
    let product = saved.answers.product.clone().ok_or_else(elsewhere)?;
    let referral = saved.answers.referral.clone().ok_or_else(elsewhere)?;
    let program = saved.answers.program.clone().ok_or_else(elsewhere)?;
    let me = actor.account().clone();
    let catalog = actor.url("catalog");
    let (way, document, own, (program, name), version, accepted, withheld) = db
        .read(actor, move |read| {
            let way = store::way(read, &me, &product, &referral)?;
            let (row, version) = agreements::store::find(read, &program)?;
            let Some(version) = version else {
                return Err(Problem::stale(
                    store::NOTHING,
                    t!("{agreement} has no active version. Activate one first.", agreement = program),
                ));
            };
            store::refuse_taken(read, &program, (&way.offer.vendor_id, &way.vendor))?;
            let own = documents::find(read.conn, &program, version)?;
            let document = documents::to_show(read.conn, &referral, way.offer.version)?;
            let accepted = evidence::accepted(read, &way.offer.service, &referral, way.offer.version)?;
            let withheld = !Type::Referral.written_with(rights::find(read, &way.offer.owner_id)?);
            Ok((way, document, own, (program, row.name), version, accepted, withheld))
        })
        .await
        .map_err(|problem| problem.leading_to(catalog, "Back to Catalog"))?;
    let document = document.shown(db, &actor.visit.house).await?;
    let frame = wizard::frame(actor, Some(saved), Step::Submit, form.errors());
    Ok(Submit {
        page: frame.page.clone(),
        frame,
        action: url(actor, saved.id, Step::Submit),
        shown: actions::shown(&way, &document, (&program, &name, &own)),
        document_href: actor.url(&format!("catalog/{}/documents/{}", way.offer.product, way.offer.agreement)),
        program_href: actor.url(&format!("agreements/{program}/versions/{version}/document")),
        program: (program, name, version),
        note: form.field("note"),
        accept: form.field("accept"),
        consent: CONSENT,
        accepted,
        way,
        document,
        withheld,
    })
}

async fn submit(actor: Viewer<EnrollDirectly>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Submit).await?;
    page::html(&actor.visit, &submit_page(&actor, &db, &saved, &Form::empty()).await?)
}

async fn submitted(post: Proved<EnrollDirectly>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Submit).await?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Agreement)));
    }
    let mut form = Form::<Said>::typed(&post.fields);
    let Some(said) = form.read() else {
        return page::invalid(&actor.visit, &submit_page(&actor, &db, &saved, &form).await?);
    };
    let sent = post.fields.text(shown::FIELD).to_owned();
    let here = url(&actor, id, Step::Submit);
    db.attempt(&actor, move |tx| actions::enroll(tx, id, &said, &sent))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to enrollment"))?;
    Ok(page::see(url(&actor, id, Step::Summary)))
}

#[derive(Template)]
#[template(path = "catalog/directly/summary.html")]
struct Summary {
    frame: Frame,
    page: Page,
    made: Detail,
    vendor: String,
    href: String,
    catalog: String,
}

async fn summary(actor: Viewer<EnrollDirectly>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (saved, made) = db
        .read(&actor, move |read| {
            let saved = wizard::find::<Answers, _>(read, id)?;
            let made = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<Contract>>().ok());
            let made = match made {
                Some(made) => Some(contracts::store::find(read, &made)?),
                None => None,
            };
            Ok((saved, made))
        })
        .await?;
    let Some(made) = made else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let shown = Summary {
        page: frame.page.clone(),
        frame,
        vendor: made.signee.clone().unwrap_or_default(),
        href: actor.url(&format!("contracts/{}", made.contract.id)),
        catalog: actor.url("catalog"),
        made,
    };
    page::html(&actor.visit, &shown)
}

async fn cancel(post: Post<EnrollDirectly>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("catalog")))
}

//! The last step of Enroll, which signs for the company, and the summary of the contracts that were made.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Enroll, actions,
    pages::{OfWizard, Saved, url},
    store,
    wizard::{Answers, Step},
};
use crate::{
    access::proof::Proved,
    kit::{
        db::Db,
        form::{Field, FieldError},
        id::Id,
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        shown::{self, Shown},
        viewer::Viewer,
        wizard::{self, Answers as _, Frame},
        words::{Words, filters},
    },
    modules::{
        agreements::{
            Type,
            documents::{self, Document},
        },
        catalog::store::Offer,
        contracts::{self, Contract, data::Acceptance, rights},
        distribution::actions::CONSENT,
        ids::Marketplace,
    },
};

#[derive(Template)]
#[template(path = "catalog/enroll/submit.html")]
struct Submit {
    frame: Frame,
    page: Page,
    action: String,
    /// All of one agreement.
    offers: Vec<Offer>,
    offer: Offer,
    target: (Id<Marketplace>, String),
    /// What was chosen and cannot be enrolled in.
    left: Vec<Words>,
    document: Document,
    document_href: String,
    accept: Field,
    consent: &'static str,
    shown: Shown,
    /// The distributor may not offer it at present.
    withheld: bool,
}

async fn submit_page(actor: &Viewer<Enroll>, db: &Db, saved: &Saved, form: &Form<Acceptance>) -> Result<Submit> {
    let elsewhere = || Problem::Elsewhere(url(actor, saved.id, saved.answers.gap()));
    let agreement = saved.answers.agreement.clone().ok_or_else(elsewhere)?;
    let marketplace = saved.answers.marketplace.clone().ok_or_else(elsewhere)?;
    let (me, products, place) = (actor.account().clone(), saved.answers.products.clone(), marketplace.clone());
    let catalog = actor.url("catalog");
    let (choice, target, document, withheld) = db
        .read(actor, move |read| {
            let choice = store::choice(read, &me, (&agreement, &place), &products)?;
            let target = store::target(read, &me, &place)?;
            let Some(first) = choice.offers.first() else { return Err(actions::nothing(&choice)) };
            let withheld = !Type::Syndication.written_with(rights::find(read, &first.owner_id)?);
            let document = documents::to_show(read.conn, &agreement, first.version)?;
            Ok((choice, target, document, withheld))
        })
        .await
        .map_err(|problem| problem.leading_to(catalog, "Back to Catalog"))?;
    let document = document.shown(db, &actor.visit.house).await?;
    let offer = choice.offers.first().cloned().ok_or_else(elsewhere)?;
    let errors: Vec<FieldError> = form.errors();
    let frame = wizard::frame(actor, Some(saved), Step::Submit, errors);
    Ok(Submit {
        page: frame.page.clone(),
        frame,
        action: url(actor, saved.id, Step::Submit),
        shown: actions::shown(&offer, &choice.offers, &document, (&marketplace, &target)),
        document_href: actor.url(&format!("catalog/{}/documents/{}", offer.product, offer.agreement)),
        offers: choice.offers,
        offer,
        target: (marketplace, target),
        left: choice.left,
        accept: form.field("accept"),
        consent: CONSENT,
        document,
        withheld,
    })
}

pub(super) async fn submit(actor: Viewer<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Submit).await?;
    page::html(&actor.visit, &submit_page(&actor, &db, &saved, &Form::empty()).await?)
}

pub(super) async fn submitted(post: Proved<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Submit).await?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Marketplace)));
    }
    let mut form = Form::<Acceptance>::typed(&post.fields);
    let Some(accepted) = form.read() else {
        return page::invalid(&actor.visit, &submit_page(&actor, &db, &saved, &form).await?);
    };
    let sent = post.fields.text(shown::FIELD).to_owned();
    let here = url(&actor, id, Step::Submit);
    db.attempt(&actor, move |tx| actions::enroll(tx, id, &accepted, &sent))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to enrollment"))?;
    Ok(page::see(url(&actor, id, Step::Summary)))
}

/// A contract that was made.
struct Made {
    id: Id<Contract>,
    href: String,
    product: String,
    status: contracts::Status,
}

#[derive(Template)]
#[template(path = "catalog/enroll/summary.html")]
struct Summary {
    frame: Frame,
    page: Page,
    made: Vec<Made>,
    issuer: String,
    catalog: String,
}

pub(super) async fn summary(actor: Viewer<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (saved, details) = db
        .read(&actor, move |read| {
            let saved = wizard::find::<Answers, _>(read, id)?;
            let made = saved.finished_as.clone().unwrap_or_default();
            let ids = made.split(' ').filter_map(|one| one.parse::<Id<Contract>>().ok());
            let details = ids.map(|one| contracts::store::find(read, &one)).collect::<Result<Vec<_>>>()?;
            Ok((saved, details))
        })
        .await?;
    let Some(issuer) = details.first().map(|one| one.issuer.clone()) else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let made = details.into_iter().map(|one| Made {
        href: actor.url(&format!("contracts/{}", one.contract.id)),
        product: one.source.map(|source| source.product).unwrap_or_default(),
        status: one.contract.status,
        id: one.contract.id,
    });
    let shown =
        Summary { page: frame.page.clone(), frame, made: made.collect(), issuer, catalog: actor.url("catalog") };
    page::html(&actor.visit, &shown)
}

//! For a vendor: what its distributors offer, and Enroll.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfObject, agreement};
use crate::{
    access::proof::Proved,
    kit::{
        actor::Permission,
        db::Db,
        form::{Field, FieldError},
        input::Form,
        markup::{self, SafeHtml},
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown::{self, Shown},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::{
            Type,
            documents::{self, Document},
        },
        contracts::{data::Acceptance, rights},
        distribution::{
            Enroll, View, actions,
            actions::CONSENT,
            store::{self, Offer},
        },
        marketplaces::reference,
    },
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/agreements", || web::to(offers)),
        get("/agreements/{id}", || web::to(offer)),
        get("/agreements/{id}/document", || web::to(document)),
        post("/agreements/{id}/enroll", || web::to(enrolled)).binding(),
    ]
}

#[derive(Template)]
#[template(path = "distribution/offers.html")]
struct Offers {
    page: Page,
    offers: Vec<(Offer, String, Option<String>)>,
}

async fn offers(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let offers = db.read(&actor, store::offers).await?;
    let shown = Offers {
        page: actor.page(("Agreements", "Partners")),
        offers: offers
            .into_iter()
            .map(|offer| {
                let contract = offer.contract.as_ref().map(|id| actor.url(&format!("contracts/{id}")));
                let href = actor.url(&format!("agreements/{}", offer.id));
                (offer, href, contract)
            })
            .collect(),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "distribution/offer.html")]
struct OfferPage {
    page: Page,
    errors: Vec<FieldError>,
    offer: Offer,
    description: SafeHtml,
    countries: Words,
    currency: Words,
    document: Option<Document>,
    document_href: String,
    accept: Field,
    consent: &'static str,
    /// Where Enroll goes, for who may.
    enroll: Option<String>,
    contract: Option<String>,
    agreements: String,
    shown: Shown,
    /// The distributor may not offer it at present.
    withheld: bool,
}

async fn offer_page<P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    text: &str,
    form: &Form<Acceptance>,
) -> Result<OfferPage> {
    let id = agreement(text)?;
    let (offer, document, withheld) = db
        .read(actor, move |read| {
            let offer = store::offer(read, &id)?;
            let withheld = !Type::Distribution.written_with(rights::find(read, &offer.owner_id)?);
            let document = match offer.version {
                Some(version) => Some(documents::to_show(read.conn, &id, version)?),
                None => None,
            };
            Ok((offer, document, withheld))
        })
        .await?;
    let document = match document {
        Some(document) => Some(document.shown(db, &actor.visit.house).await?),
        None => None,
    };
    let errors = form.errors();
    let base = actor.url(&format!("agreements/{}", offer.id));
    Ok(OfferPage {
        page: actor.page((&offer.name, "Agreements")).with_errors(&errors),
        errors,
        description: markup::markdown(&offer.description),
        countries: Words::all_of(reference::countries_of(&offer.countries)),
        currency: reference::currency_name(&offer.currency),
        document_href: format!("{base}/document"),
        accept: form.field("accept"),
        consent: CONSENT,
        shown: document.as_ref().map_or_else(Shown::new, |document| offer.terms(document)),
        withheld,
        enroll: (offer.open() && !withheld && actor.may::<Enroll>()).then(|| format!("{base}/enroll")),
        contract: offer.contract.as_ref().map(|id| actor.url(&format!("contracts/{id}"))),
        agreements: actor.url("agreements"),
        document,
        offer,
    })
}

async fn offer(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &offer_page(&actor, &db, &path.1, &Form::empty()).await?)
}

async fn document(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = agreement(&path.1)?;
    let (document, bytes) = db
        .read(&actor, move |read| {
            let offer = store::offer(read, &id)?;
            documents::bytes(read.conn, &id, offer.version.ok_or(Problem::NotFound)?)
        })
        .await?;
    Ok(documents::respond(&document, bytes))
}

async fn enrolled(post: Proved<Enroll>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let id = agreement(&path.1)?;
    let mut form = Form::<Acceptance>::typed(&post.fields);
    let Some(accepted) = form.read() else {
        let shown = offer_page(&actor, &db, &path.1, &form).await?;
        return match shown.enroll {
            Some(_) => page::invalid(&actor.visit, &shown),
            // the page has no box then, and says what there is instead
            None => Err(Problem::Elsewhere(actor.url(&format!("agreements/{id}")))),
        };
    };
    let sent = post.fields.text(shown::FIELD).to_owned();
    let here = actor.url(&format!("agreements/{id}"));
    let contract = db
        .write(&actor, move |tx| actions::enroll(tx, &id, &accepted, &sent))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to agreement"))?;
    let flash = Flash::success("Enrolled. The distributor will review it, and we'll email you the outcome.");
    Ok(page::see_with(&actor.visit, actor.url(&format!("contracts/{contract}")), &flash))
}

//! Screens of renewal: the issuer offers a successor, the signee reads it and signs or declines.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    actions,
    estate::{self, Estate},
};
use crate::{
    access::{extract::Post, proof::Proved},
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        form::{Field, FieldError},
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown::{self, Shown},
        time::When,
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::{
            self,
            documents::{self, Document},
        },
        contracts::{
            Contract, Create, Sign,
            data::{Acceptance, Parameters, Reason, asked},
            lifecycle::Part,
            rights,
            signing::actions::CONSENT,
            store::{self, ContractRow, Detail},
            terms,
        },
    },
    t,
};

/// The issuer's side.
pub fn issue() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/renewal", || web::to(renew)),
        post("/contracts/{id}/renewal", || web::to(offered)).binding(),
    ]
}

/// The signee's side.
pub fn sign() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/accept", || web::to(accept)),
        post("/contracts/{id}/accept", || web::to(accepted)).binding(),
        get("/contracts/{id}/decline", || web::to(decline)),
        post("/contracts/{id}/decline", || web::to(declined)),
    ]
}

type OfContract = web::Path<(String, String)>;

const BACK: &str = "Back to contract";

fn id(text: &str) -> Result<Id<Contract>> {
    text.parse().map_err(|_| Problem::NotFound)
}

/// A contract that may be renewed, with the version that is offered and what would go over.
struct Renewable {
    detail: Detail,
    offered: (i32, Document),
    estate: Estate,
    back: String,
}

async fn renewable(actor: &Viewer<Create>, db: &Db, text: &str) -> Result<Renewable> {
    let contract = id(text)?;
    let back = actor.url(&format!("contracts/{contract}"));
    let found = db
        .read(actor, move |read| {
            let detail = store::find(read, &contract)?;
            if detail.part != Part::Issuer {
                return Err(Problem::NotFound);
            }
            if !estate::renewable(read, &detail.contract)? {
                let words = match &detail.successor {
                    Some((successor, _)) => t!("It has already been renewed by {successor}.", successor),
                    None => t!("Only active or ended contracts can be renewed."),
                };
                return Err(Problem::stale("This contract cannot be renewed", words));
            }
            actions::refuse_beside(read, &detail.contract, "This contract cannot be renewed")?;
            let Some(version) = detail.offered else {
                return Err(Problem::refused(
                    "This contract cannot be renewed",
                    "The agreement has no active version. Activate one first.",
                ));
            };
            let document = documents::find(read.conn, &detail.contract.agreement_id, version)?;
            let table = read.consequences()?;
            let estate = estate::find(read.conn, &table, &detail.contract)?;
            Ok((detail, (version, document), estate))
        })
        .await;
    let (detail, offered, estate) = found.map_err(|problem: Problem| problem.leading_to(&back, BACK))?;
    Ok(Renewable { detail, offered, estate, back })
}

fn renew_page(actor: &Viewer<Create>, found: &Renewable, form: &Form<Parameters>) -> FormPage {
    let (version, document) = &found.offered;
    let contract = &found.detail.contract;
    let partner = found.detail.partner();
    let mut effects: Vec<Effect> = vec![
        t!(
            "You offer {partner} a new contract on {agreement}, version {version}: {document}.",
            partner,
            agreement = apart(&found.detail.agreement),
            version,
            document = document.label(),
        )
        .into(),
        t!("When {partner} signs it, it replaces {contract}.", partner, contract = contract.id).into(),
    ];
    effects.extend(found.estate.effects(&actor.identity.company.home()));
    if found.estate.is_empty() {
        effects.push(t!("There is nothing under it to move.").into());
    }
    let page = FormPage::new(
        actor.page(("Renew", &contract.id, "Contracts")),
        "Renew contract",
        (found.back.clone(), BACK),
        "Offer renewal",
    )
    .effects(effects);
    let rights = actor.identity.rights;
    form.onto_asking(page, |entry| {
        asked(entry, form, contract.type_, rights).filter(|_| Parameters::renewed(entry.name))
    })
    .binding(&terms::version(&found.detail.agreement, document))
}

async fn renew(actor: Viewer<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = renewable(&actor, &db, &path.1).await?;
    let form = Form::filled(&Parameters::of(&found.detail.contract));
    page::html(&actor.visit, &renew_page(&actor, &found, &form))
}

async fn offered(post: Post<Create>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = renewable(&actor, &db, &path.1).await?;
    let before = &found.detail.contract;
    let mut form = Form::typed_over(&Parameters::of(before), &post.fields, Parameters::renewed);
    let Some(said) = form.read() else {
        return page::invalid(&actor.visit, &renew_page(&actor, &found, &form));
    };
    let (before, sent) = (before.id.clone(), post.fields.text(shown::FIELD).to_owned());
    let here = actor.url(&format!("contracts/{before}/renewal"));
    let made = db
        .write(&actor, move |tx| actions::offer(tx, &before, &said, &sent))
        .await
        .map_err(|problem| problem.leading_to(here, "Review again"));
    let Some(made) = form.told(made)? else {
        return page::invalid(&actor.visit, &renew_page(&actor, &found, &form));
    };
    let href = actor.url(&format!("contracts/{made}"));
    Ok(page::see_with(&actor.visit, href, &Flash::success("Contract offered. We'll email your partner.")))
}

/// An offered successor as its signee reads it.
struct Offered {
    detail: Detail,
    /// The contract that it renews.
    before: ContractRow,
    document: Document,
    estate: Estate,
    shown: Shown,
    back: String,
    /// The issuer may not offer it at present.
    lacks: bool,
}

async fn find(actor: &Viewer<Sign>, db: &Db, text: &str) -> Result<Offered> {
    let contract = id(text)?;
    let (detail, document, (before, estate), agreement, lacks) = db
        .read(actor, move |read| {
            let detail = store::find(read, &contract)?;
            let before = detail.contract.predecessor_id.clone().ok_or(Problem::NotFound)?;
            if detail.part != Part::Signee {
                return Err(Problem::NotFound);
            }
            let before = store::find(read, &before)?.contract;
            let document = documents::to_show(read.conn, &detail.contract.agreement_id, detail.contract.version)?;
            let agreement = agreements::store::name(read, &detail.contract.agreement_id)?;
            let table = read.consequences()?;
            let estate = estate::find(read.conn, &table, &before)?;
            let lacks = !rights::may_bind(read.conn, &detail.contract)?;
            Ok((detail, document, (before, estate), agreement, lacks))
        })
        .await?;
    let back = actor.url(&format!("contracts/{}", detail.contract.id));
    if !detail.contract.renews() {
        return Err(actions::answered(&detail.contract).leading_to(back, BACK));
    }
    let document = document.shown(db, &actor.visit.house).await?;
    let shown = actions::shown(&detail.contract, &agreement, &detail.issuer, &document, &estate);
    Ok(Offered { lacks, detail, before, document, estate, shown, back })
}

#[derive(Template)]
#[template(path = "contracts/accept.html")]
struct AcceptPage {
    page: Page,
    back: String,
    errors: Vec<FieldError>,
    detail: Detail,
    document: Document,
    document_href: String,
    permits: Vec<Words>,
    expires: Option<When>,
    before: String,
    effects: Vec<Effect>,
    accept: Field,
    consent: &'static str,
    decline: String,
    shown: Shown,
    /// Why it cannot be signed at present; then there is no button.
    refusal: Option<Words>,
}

fn accept_page(actor: &Viewer<Sign>, found: Offered, form: &Form<Acceptance>) -> AcceptPage {
    let contract = &found.detail.contract;
    let errors = form.errors();
    AcceptPage {
        page: actor.page(("Sign", &contract.id, "Contracts")).with_errors(&errors),
        document_href: format!("{}/versions/{}/document", found.back, contract.version),
        decline: format!("{}/decline", found.back),
        permits: terms::permits(contract),
        expires: contract.expire_at.map(|end| actor.zone().day(end)),
        before: found.estate.from().to_string(),
        effects: std::iter::once(found.estate.succeeds())
            .chain(found.estate.effects(&actor.identity.company.home()))
            .collect(),
        back: found.back,
        errors,
        document: found.document,
        accept: form.field("accept"),
        consent: CONSENT,
        shown: found.shown,
        refusal: found.lacks.then(|| terms::not_at_present(&found.detail.issuer)),
        detail: found.detail,
    }
}

async fn accept(actor: Viewer<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = find(&actor, &db, &path.1).await?;
    actions::refuse_ended(&found.before).map_err(|problem| problem.leading_to(&found.back, BACK))?;
    page::html(&actor.visit, &accept_page(&actor, found, &Form::empty()))
}

async fn accepted(post: Proved<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::<Acceptance>::typed(&post.fields);
    let Some(accepted) = form.read() else {
        let found = find(&actor, &db, &path.1).await?;
        return page::invalid(&actor.visit, &accept_page(&actor, found, &form));
    };
    let contract = id(&path.1)?;
    let back = actor.url(&format!("contracts/{contract}"));
    let again = format!("{back}/accept");
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.attempt(&actor, move |tx| actions::accept(tx, &contract, &accepted, &sent))
        .await
        .map_err(|problem| problem.leading_to(again, "Review again"))?;
    Ok(page::see_with(&actor.visit, back, &Flash::success("Contract signed")))
}

fn decline_page(actor: &Viewer<Sign>, found: &Offered, form: &Form<Reason>) -> Confirm {
    let page = actor.page(("Decline", &found.detail.contract.id, "Contracts"));
    let effects = [
        t!("We'll email {issuer}, who can offer another contract.", issuer = apart(&found.detail.issuer)),
        t!("{contract} stays as it is, along with everything under it.", contract = found.estate.from()),
    ];
    Confirm::new(page, "Decline contract", (found.back.clone(), BACK), effects)
        .about(found.detail.name())
        .danger()
        .asking(form)
}

async fn decline(actor: Viewer<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = find(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &decline_page(&actor, &found, &Form::empty()))
}

async fn declined(post: Post<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = find(&actor, &db, &path.1).await?;
    let mut form = Form::<Reason>::typed(&post.fields);
    let Some(words) = form.read() else {
        return page::invalid(&actor.visit, &decline_page(&actor, &found, &form));
    };
    let contract = found.detail.contract.id.clone();
    db.write(&actor, move |tx| actions::decline(tx, &contract, &words))
        .await
        .map_err(|problem| problem.leading_to(&found.back, BACK))?;
    Ok(page::see_with(&actor.visit, &found.back, &Flash::success("Contract declined")))
}

//! The vendor's side: it reads what it is offered, sees through whom it came, and signs or rejects.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::actions;
use crate::{
    access::{extract::Post, proof::Proved},
    kit::{
        confirm::Confirm,
        db::Db,
        form::{Field, FieldError},
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown::{self, Shown},
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        agreements::documents::{self, Document},
        contracts::{
            Contract, Sign,
            data::{Acceptance, Reason},
            lifecycle::Part,
            renewal::actions::answered,
            rights,
            signing::actions::CONSENT,
            store::{self, Detail, Referral},
            terms,
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/referral", || web::to(accept)),
        post("/contracts/{id}/referral", || web::to(accepted)).binding(),
        get("/contracts/{id}/referral/reject", || web::to(reject)),
        post("/contracts/{id}/referral/reject", || web::to(rejected)),
    ]
}

type OfContract = web::Path<(String, String)>;

const BACK: &str = "Back to contract";

fn id(text: &str) -> Result<Id<Contract>> {
    text.parse().map_err(|_| Problem::NotFound)
}

/// What is offered, as the vendor reads it.
struct Offered {
    detail: Detail,
    by: Referral,
    document: Document,
    shown: Shown,
    back: String,
    /// The issuer may not offer it at present.
    lacks: bool,
}

async fn find(actor: &Viewer<Sign>, db: &Db, text: &str) -> Result<Offered> {
    let contract = id(text)?;
    let (detail, document, lacks) = db
        .read(actor, move |read| {
            let detail = store::find(read, &contract)?;
            if detail.part != Part::Signee || detail.referral.is_none() {
                return Err(Problem::NotFound);
            }
            let document = documents::to_show(read.conn, &detail.contract.agreement_id, detail.contract.version)?;
            let lacks = !rights::may_bind(read.conn, &detail.contract)?;
            Ok((detail, document, lacks))
        })
        .await?;
    let back = actor.url(&format!("contracts/{}", detail.contract.id));
    if !detail.contract.refers() {
        return Err(answered(&detail.contract).leading_to(back, BACK));
    }
    let by = detail.referral.clone().ok_or(Problem::NotFound)?;
    let document = document.shown(db, &actor.visit.house).await?;
    let shown = actions::answer_shown(&detail.contract, &detail.agreement, &detail.issuer, &document, &by);
    Ok(Offered { detail, by, document, shown, back, lacks })
}

#[derive(Template)]
#[template(path = "contracts/referral.html")]
struct AcceptPage {
    page: Page,
    back: String,
    errors: Vec<FieldError>,
    detail: Detail,
    by: Referral,
    document: Document,
    document_href: String,
    accept: Field,
    consent: &'static str,
    reject: String,
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
        reject: format!("{}/referral/reject", found.back),
        back: found.back,
        errors,
        by: found.by,
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
    let again = format!("{back}/referral");
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.attempt(&actor, move |tx| actions::accept(tx, &contract, &accepted, &sent))
        .await
        .map_err(|problem| problem.leading_to(again, "Review again"))?;
    Ok(page::see_with(&actor.visit, back, &Flash::success("Contract signed")))
}

fn reject_page(actor: &Viewer<Sign>, found: &Offered, form: &Form<Reason>) -> Confirm {
    let page = actor.page(("Reject", &found.detail.contract.id, "Contracts"));
    let effects = [
        t!("We'll email {issuer}, who can offer another contract.", issuer = apart(&found.detail.issuer)),
        t!("{referrer} isn't told.", referrer = apart(&found.by.referrer)),
    ];
    Confirm::new(page, "Reject contract", (found.back.clone(), BACK), effects)
        .about(found.detail.name())
        .danger()
        .asking(form)
}

async fn reject(actor: Viewer<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = find(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &reject_page(&actor, &found, &Form::empty()))
}

async fn rejected(post: Post<Sign>, path: OfContract, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = find(&actor, &db, &path.1).await?;
    let mut form = Form::<Reason>::typed(&post.fields);
    let Some(words) = form.read() else {
        return page::invalid(&actor.visit, &reject_page(&actor, &found, &form));
    };
    let contract = found.detail.contract.id.clone();
    db.write(&actor, move |tx| actions::reject(tx, &contract, &words))
        .await
        .map_err(|problem| problem.leading_to(&found.back, BACK))?;
    Ok(page::see_with(&actor.visit, &found.back, &Flash::success("Contract rejected")))
}

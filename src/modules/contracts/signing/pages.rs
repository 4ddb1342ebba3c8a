//! Screens of signing, and the certificate.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::actions;
use crate::{
    access::proof::Proved,
    kit::{
        db::Db,
        form::{Field, FieldError},
        id::Id,
        input::Form,
        markup::Differences,
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
        agreements::documents::{self, Document},
        contracts::{
            Contract, Sign, Status, View,
            data::Acceptance,
            evidence::{self, Evidence, SignatureRow, SignedDocument},
            lifecycle::Part,
            rights,
            store::{self, Detail},
            terms,
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/contracts/{id}/versions/{version}/sign", || web::to(sign)),
        post("/contracts/{id}/versions/{version}/sign", || web::to(signed)).binding(),
        get("/contracts/{id}/versions/{version}/certificate", || web::to(certificate)),
        get("/contracts/{id}/extensions/{number}/certificate", || web::to(of_extension)),
    ]
}

type OfVersion = web::Path<(String, String, i32)>;

fn id(text: &str) -> Result<Id<Contract>> {
    text.parse().map_err(|_| Problem::NotFound)
}

#[derive(Template)]
#[template(path = "contracts/sign.html")]
struct SignPage {
    page: Page,
    back: String,
    errors: Vec<FieldError>,
    detail: Detail,
    version: i32,
    document: Document,
    document_href: String,
    accept: Field,
    consent: &'static str,
    /// What changes from the version that is signed, when both are texts.
    differences: Option<Differences>,
    permits: Vec<Words>,
    /// Until when the issuer asks for the signature.
    due: Option<When>,
    expires: Option<When>,
    button: Words,
    shown: Shown,
    /// Why it cannot be signed at present; then there is no button.
    refusal: Option<Words>,
}

async fn sign_page(actor: &Viewer<Sign>, db: &Db, path: &OfVersion, form: &Form<Acceptance>) -> Result<SignPage> {
    let (contract, version) = (id(&path.1)?, path.2);
    let (detail, document, texts, lacks) = db
        .read(actor, move |read| {
            let detail = store::find(read, &contract)?;
            if detail.part != Part::Signee {
                return Err(Problem::NotFound);
            }
            let agreement = detail.contract.agreement_id.clone();
            let document = documents::to_show(read.conn, &agreement, version)?;
            let old = documents::text(read, &agreement, detail.contract.version)?;
            let new = documents::text(read, &agreement, version)?;
            let lacks = detail.contract.lack(rights::find(read, &detail.contract.issuer_id)?).is_some();
            Ok((detail, document, old.zip(new), lacks))
        })
        .await?;
    let back = actor.url(&format!("contracts/{}", detail.contract.id));
    let open = detail.contract.status == Status::Active
        && detail.offered == Some(version)
        && version > detail.contract.version;
    if !open {
        return Err(Problem::stale(
            "There is nothing to sign here",
            t!(
                "{id} is {status} on version {version}.",
                id = detail.contract.id,
                status = Words::within(detail.contract.status),
                version = detail.contract.version,
            ),
        )
        .leading_to(back, "Back to contract"));
    }
    let house = &actor.visit.house;
    let document = document.shown(db, house).await?;
    let differences = match texts {
        Some((old, new)) => Some(documents::compare(old, new, house).await?),
        None => None,
    };
    let errors = form.errors();
    let button = t!("Sign version {version}", version);
    let page = actor.page((&button, &detail.contract.id, "Contracts"));
    Ok(SignPage {
        page: page.with_errors(&errors),
        document_href: format!("{back}/versions/{version}/document"),
        back,
        errors,
        refusal: lacks.then(|| terms::not_at_present(&detail.issuer)),
        shown: terms::newer(&detail.contract, &detail.agreement, &document),
        permits: terms::permits(&detail.contract),
        due: detail.due.map(|due| actor.zone().day(due)),
        expires: detail.contract.expire_at.map(|end| actor.zone().day(end)),
        detail,
        version,
        document,
        accept: form.field("accept"),
        consent: actions::CONSENT,
        differences,
        button,
    })
}

async fn sign(actor: Viewer<Sign>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = sign_page(&actor, &db, &path, &Form::empty()).await?;
    page::html(&actor.visit, &shown)
}

async fn signed(post: Proved<Sign>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::<Acceptance>::typed(&post.fields);
    let Some(accepted) = form.read() else {
        return page::invalid(&actor.visit, &sign_page(&actor, &db, &path, &form).await?);
    };
    let (contract, version) = (id(&path.1)?, path.2);
    let here = actor.url(&format!("contracts/{contract}"));
    let shown = post.fields.text(shown::FIELD).to_owned();
    db.attempt(&actor, move |tx| actions::sign(tx, &contract, version, &accepted, &shown))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to contract"))?;
    Ok(page::see_with(
        &actor.visit,
        format!("{here}/versions"),
        &Flash::success(t!("Version {version} signed", version)),
    ))
}

/// One side of the certificate.
struct Signed {
    part: Part,
    evidence: Evidence,
    at: When,
    /// When the contract ends by it, and when it ended before.
    to: Option<When>,
    from: Option<When>,
    previous: String,
    hash: String,
}

#[derive(Template)]
#[template(path = "contracts/certificate.html")]
struct Certificate {
    page: Page,
    back: String,
    detail: Detail,
    document: SignedDocument,
    signed: Vec<Signed>,
    /// What the stamps say, and no more.
    lead: Words,
    /// Where the evidence pack is.
    pack: String,
}

impl Signed {
    /// What the contract permits, in words.
    fn permits(&self) -> Words {
        Words::all_of(self.evidence.permissions.iter().map(|key| match key.as_str() {
            "program" => t!("program agreements"),
            "service" => t!("service agreements"),
            "delegate" => t!("passing on the service permission"),
            other => Words::data(other),
        }))
        .first()
    }

    /// Which place in the chain of hashes the signature has.
    fn place(&self) -> Words {
        match self.part {
            Part::Issuer => t!("Position of the issuer's signature in the contract's chain"),
            _ => t!("Position of the signee's signature in the contract's chain"),
        }
    }
}

/// Who has signed `what`; a side without a stamp is said to have none.
fn lead(detail: &Detail, what: &Words, signed: &[Signed]) -> Words {
    let by = |part: Part| signed.iter().find(|one| one.part == part).map(|one| apart(&one.evidence.account_name));
    match (by(Part::Issuer), by(Part::Signee)) {
        (Some(_), Some(_)) => t!("Both companies signed {what}.", what),
        (Some(one), None) => t!("{one} signed {what}. {other} has not signed it.", one, what, other = detail.partner()),
        (_, one) => t!(
            "{one} signed {what}. {other} has not signed it.",
            one = one.unwrap_or_default(),
            what,
            other = apart(&detail.issuer),
        ),
    }
}

async fn certificate(actor: Viewer<View>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (contract, version) = (id(&path.1)?, path.2);
    let (detail, rows) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &contract)?;
            Ok((detail, evidence::of_version(read, &contract, version)?))
        })
        .await?;
    let title = t!("Certificate of {contract} version {version}", contract = detail.contract.id, version);
    let what = t!("{agreement}, version {version}", agreement = apart(&detail.agreement), version);
    certificate_page(&actor, detail, rows, (title, format!("versions/{version}")), |_| Ok(what))
}

/// The certificate of a new expiry date.
async fn of_extension(actor: Viewer<View>, path: OfVersion, db: web::Data<Db>) -> Result<HttpResponse> {
    let (contract, number) = (id(&path.1)?, path.2);
    let (detail, rows) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &contract)?;
            Ok((detail, evidence::of_extension(read, &contract, number)?))
        })
        .await?;
    let contract = detail.contract.id.clone();
    let title = t!("Certificate of the expiry date of {contract}", contract);
    let zone = actor.zone();
    certificate_page(&actor, detail, rows, (title, format!("extensions/{number}")), |evidence| {
        let end = evidence.extension.as_ref().map(|extension| extension.to.as_str()).ok_or(Problem::NotFound)?;
        if end.is_empty() {
            return Ok(t!("the removal of the expiry date of {contract}", contract));
        }
        let end = end.parse().map_err(Problem::internal)?;
        Ok(t!("the new expiry date of {contract}, {day}", contract, day = zone.day(end).words))
    })
}

/// `what` says what was signed, `place` is below the contract's address.
fn certificate_page(
    actor: &Viewer<View>,
    detail: Detail,
    rows: Vec<SignatureRow>,
    (title, place): (Words, String),
    what: impl FnOnce(&Evidence) -> Result<Words>,
) -> Result<HttpResponse> {
    if !rows.iter().any(|row| row.party == Part::Signee) {
        return Err(Problem::NotFound);
    }
    let signed = rows
        .into_iter()
        .map(|row| {
            let evidence = row.read()?;
            // the evidence's own words stand beside it, in UTC, as they were hashed
            let at = evidence.at.parse().map_err(Problem::internal)?;
            let day = |text: &str| text.parse::<DateTime<Utc>>().ok().map(|at| actor.zone().day(at));
            let extension = evidence.extension.as_ref();
            Ok(Signed {
                to: day(extension.map_or(evidence.expires.as_str(), |extension| extension.to.as_str())),
                from: extension.and_then(|extension| day(&extension.from)),
                part: row.party,
                at: actor.zone().when(at),
                evidence,
                previous: row.previous_hash,
                hash: row.hash,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let first = &signed.first().ok_or(Problem::NotFound)?.evidence;
    let (document, what) = (first.document.clone(), what(first)?);
    let active_brand = &actor.visit.active_brand;
    let mut page = actor.page((title, "Contracts"));
    // a certificate is its issuer's, whichever portal it is read in
    if active_brand.admits(&detail.brand) {
        page.brand = active_brand.brand_of(&detail.brand);
    }
    let shown = Certificate {
        page,
        back: actor.url(&format!("contracts/{}/versions", detail.contract.id)),
        lead: lead(&detail, &what, &signed),
        pack: actor.url(&format!("contracts/{}/{place}/pack", detail.contract.id)),
        detail,
        document,
        signed,
    };
    page::html(&actor.visit, &shown)
}

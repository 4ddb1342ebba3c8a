//! The wizard Create Contract, step by step.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::{
    access::extract::Post,
    config::Config,
    kit::{
        choice::Choice as _,
        db::Db,
        fields::Fields,
        form::{self, Field, Pick},
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        shown::{self, Shown},
        time::When,
        viewer::Viewer,
        wizard::{self, Answers as _, Frame, Wizard},
    },
    modules::{
        agreements::{
            self, Agreement,
            documents::{self, Document},
            store::Choosable,
        },
        contracts::{
            Contract, Create, Purpose, Type, actions, links, rights, store, terms,
            wizard::{Answers, ParametersForm, Step, kinds, types},
        },
    },
};

type OfWizard = web::Path<(String, Uuid)>;

fn url(actor: &Viewer<Create>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

#[derive(Template)]
#[template(path = "contracts/new/type.html")]
struct TypeStep {
    frame: Frame,
    page: Page,
    action: String,
    type_: Field,
    choices: Vec<Pick>,
    unfinished: Vec<wizard::Unfinished>,
    contracts: String,
}

fn type_field() -> Field {
    Field::new("type", "Contract type")
}

fn type_step(actor: &Viewer<Create>, saved: Option<&Wizard<Answers>>, field: Field, action: String) -> TypeStep {
    let frame = wizard::frame(actor, saved, Step::Type, form::errors([&field]));
    TypeStep {
        page: frame.page.clone(),
        frame,
        action,
        choices: types(actor.identity.rights),
        type_: field,
        unfinished: Vec::new(),
        contracts: actor.url("contracts"),
    }
}

/// The first page: a new one begins with its first answer, unfinished ones are offered.
pub async fn start(actor: Viewer<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let unfinished = db.read(&actor, wizard::unfinished::<Answers, _>).await?;
    let shown = TypeStep {
        unfinished: wizard::offered(&actor, &unfinished, |answers: &Answers| {
            answers.type_.map_or_else(|| "A contract".to_owned(), |type_| format!("{type_} contract"))
        }),
        ..type_step(&actor, None, type_field(), actor.url("contracts/new"))
    };
    page::html(&actor.visit, &shown)
}

fn chosen_type(actor: &Viewer<Create>, fields: &Fields) -> Result<Type, Box<Field>> {
    let mut field = type_field().from(fields);
    match field.choice::<Type>("Choose Program or Service") {
        Some(type_) if Type::INVITING.contains(&type_) && type_.written_with(actor.identity.rights) => Ok(type_),
        _ => {
            field.fail("Choose one of the types your company may write");
            Err(Box::new(field))
        }
    }
}

pub async fn begin(post: Post<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let type_ = match chosen_type(&actor, &post.fields) {
        Ok(type_) => type_,
        Err(field) => {
            return page::invalid(&actor.visit, &type_step(&actor, None, *field, actor.url("contracts/new")));
        }
    };
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |answers| answers.choose_type(type_))?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, Step::Agreement)))
}

async fn find(actor: &Viewer<Create>, db: &Db, id: Uuid) -> Result<Wizard<Answers>> {
    db.read(actor, move |read| wizard::find::<Answers, _>(read, id)).await
}

pub async fn type_(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = find(&actor, &db, path.1).await?;
    wizard::at(&actor, &saved, Step::Type)?;
    let field = type_field().filled(saved.answers.type_.map_or("", Type::key));
    page::html(&actor.visit, &type_step(&actor, Some(&saved), field, url(&actor, saved.id, Step::Type)))
}

pub async fn choose_type(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    match chosen_type(&actor, &post.fields) {
        Ok(type_) => {
            db.draft(&actor, move |tx| {
                wizard::answer::<Answers, _>(tx, id, |answers| answers.choose_type(type_)).map(drop)
            })
            .await?;
            Ok(page::see(url(&actor, id, Step::Agreement)))
        }
        Err(field) => {
            let saved = find(&actor, &db, id).await?;
            page::invalid(&actor.visit, &type_step(&actor, Some(&saved), *field, url(&actor, id, Step::Type)))
        }
    }
}

#[derive(Template)]
#[template(path = "contracts/new/agreement.html")]
struct AgreementStep {
    frame: Frame,
    page: Page,
    action: String,
    agreement: Field,
    choices: Vec<Pick>,
    back: String,
    create_agreement: Option<String>,
}

async fn agreement_step(
    actor: &Viewer<Create>,
    db: &Db,
    saved: &Wizard<Answers>,
    field: Field,
) -> Result<AgreementStep> {
    let type_ = saved.answers.type_.ok_or(Problem::NotFound)?;
    let found: Vec<Choosable> = db.read(actor, move |read| agreements::store::choosable(read, type_)).await?;
    let frame = wizard::frame(actor, Some(saved), Step::Agreement, form::errors([&field]));
    Ok(AgreementStep {
        page: frame.page.clone(),
        frame,
        action: url(actor, saved.id, Step::Agreement),
        agreement: field,
        choices: found
            .into_iter()
            .map(|one| {
                let about = format!("{}, version {}", one.id, one.version);
                Pick::new(one.id.as_str(), one.name, about)
            })
            .collect(),
        back: url(actor, saved.id, Step::Type),
        create_agreement: actor
            .may::<agreements::Manage>()
            .then(|| actor.url(&format!("agreements/new?type={}", type_.key()))),
    })
}

fn agreement_field() -> Field {
    Field::new("agreement", "Agreement")
}

pub async fn agreement(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = find(&actor, &db, path.1).await?;
    wizard::at(&actor, &saved, Step::Agreement)?;
    let chosen = saved.answers.agreement.as_ref().map_or("", Id::as_str);
    let shown = agreement_step(&actor, &db, &saved, agreement_field().filled(chosen)).await?;
    page::html(&actor.visit, &shown)
}

pub async fn choose_agreement(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = find(&actor, &db, id).await?;
    wizard::at(&actor, &saved, Step::Agreement)?;
    let field = agreement_field().from(&post.fields);
    let shown = agreement_step(&actor, &db, &saved, field).await?;
    let offered = shown.choices.iter().any(|choice| choice.value == shown.agreement.value);
    match shown.agreement.value.parse::<Id<Agreement>>() {
        Ok(agreement) if offered => {
            db.draft(&actor, move |tx| {
                wizard::answer::<Answers, _>(tx, id, |answers| answers.agreement = Some(agreement)).map(drop)
            })
            .await?;
            Ok(page::see(url(&actor, id, Step::Parameters)))
        }
        // the page has no question then
        _ if shown.choices.is_empty() => Err(Problem::Elsewhere(url(&actor, id, Step::Agreement))),
        _ => {
            let mut field = shown.agreement;
            field.fail("Choose an agreement");
            let shown = agreement_step(&actor, &db, &saved, field).await?;
            page::invalid(&actor.visit, &shown)
        }
    }
}

#[derive(Template)]
#[template(path = "contracts/new/parameters.html")]
struct ParametersStep {
    frame: Frame,
    page: Page,
    action: String,
    form: ParametersForm,
    kinds: Vec<Pick>,
    /// Which permissions the company may grant here; none on a program contract.
    grants_program: bool,
    grants_service: bool,
    /// The agreement and the version that is offered now.
    offered: Option<(String, Document, i32)>,
    shown: Shown,
}

/// The agreement's name, and its active version with its document; whether all that the company makes is a test.
async fn offered(
    actor: &Viewer<Create>,
    db: &Db,
    saved: &Wizard<Answers>,
) -> Result<(Option<(String, Document, i32)>, bool)> {
    let agreement = saved.answers.agreement.clone().ok_or(Problem::NotFound)?;
    db.read(actor, move |read| {
        let tests_only = rights::tests_only(read.conn, read.actor.account())?;
        let offered = match agreements::store::find(read, &agreement)? {
            (row, Some(version)) => Some((row.name, documents::find(read.conn, &agreement, version)?, version)),
            (_, None) => None,
        };
        Ok((offered, tests_only))
    })
    .await
}

async fn parameters_step(
    actor: &Viewer<Create>,
    db: &Db,
    saved: &Wizard<Answers>,
    form: ParametersForm,
) -> Result<ParametersStep> {
    let (offered, tests_only) = offered(actor, db, saved).await?;
    let frame = wizard::frame(actor, Some(saved), Step::Parameters, form.errors());
    let service = saved.answers.type_ == Some(Type::Service);
    Ok(ParametersStep {
        page: frame.page.clone(),
        frame,
        shown: offered.as_ref().map_or_else(Shown::new, |(name, document, _)| terms::version(name, document)),
        offered,
        action: url(actor, saved.id, Step::Parameters),
        form,
        kinds: kinds(tests_only),
        grants_program: service && actor.identity.rights.program,
        grants_service: service && actor.identity.rights.delegate,
    })
}

pub async fn parameters(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = find(&actor, &db, path.1).await?;
    wizard::at(&actor, &saved, Step::Parameters)?;
    let form = saved.answers.parameters.as_ref().map_or_else(ParametersForm::empty, ParametersForm::answered);
    page::html(&actor.visit, &parameters_step(&actor, &db, &saved, form).await?)
}

/// Create, or Back with what was typed kept.
pub async fn finish(
    post: Post<Create>,
    path: OfWizard,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let mut form = ParametersForm::typed(&post.fields);
    let kept = form.kept();
    let saved = db
        .draft(&actor, move |tx| wizard::answer::<Answers, _>(tx, id, |answers| answers.parameters = Some(kept)))
        .await?;
    wizard::at(&actor, &saved, Step::Parameters)?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Agreement)));
    }
    let (Some(type_), Some(agreement)) = (saved.answers.type_, saved.answers.agreement.clone()) else {
        return Ok(page::see(url(&actor, id, saved.answers.gap())));
    };
    let now = actor.now();
    let Some(new) = form.parse(type_, &agreement, actor.identity.rights, actor.zone(), now) else {
        return page::invalid(&actor.visit, &parameters_step(&actor, &db, &saved, form).await?);
    };
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.write(&actor, move |tx| {
        let saved = wizard::lock::<Answers, _>(tx, id)?;
        if saved.finished_as.is_some() {
            tx.replayed();
            return Ok(());
        }
        let made = actions::create(tx, &new, lives, &sent)?;
        wizard::finish(tx, id, made.as_str())
    })
    .await
    .map_err(|problem| match problem {
        Problem::Stale(_) => problem.leading_to(url(&actor, id, Step::Parameters), "Look at it again"),
        _ => problem.leading_to(url(&actor, id, Step::Agreement), "Choose an agreement"),
    })?;
    Ok(page::see(url(&actor, id, Step::Summary)))
}

#[derive(Template)]
#[template(path = "contracts/new/summary.html")]
struct Summary {
    frame: Frame,
    page: Page,
    contract: Id<Contract>,
    type_: Type,
    agreement: String,
    version: i32,
    kind: Purpose,
    permits: Vec<&'static str>,
    note: String,
    ends: Option<When>,
    /// The link and when it ends; gone once the partner has used it.
    link: Option<(String, When)>,
    details: String,
    contracts: String,
}

pub async fn summary(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = find(&actor, &db, path.1).await?;
    let Some(made) = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<Contract>>().ok()) else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let (detail, link) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &made)?;
            let link = match detail.contract.status {
                super::super::Status::Pending => Some(store::link(read.conn, &made)?),
                _ => None,
            };
            Ok((detail, link))
        })
        .await?;
    let house = &actor.visit.house;
    let id = detail.contract.id.clone();
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let shown = Summary {
        page: frame.page.clone(),
        frame,
        link: link.map(|link| {
            (links::url(&house.key, &house.public_url, &id, &link.nonce), actor.zone().day(link.expires_at))
        }),
        details: actor.url(&format!("contracts/{id}")),
        contracts: actor.url("contracts"),
        type_: detail.contract.type_,
        version: detail.contract.version,
        kind: detail.contract.kind,
        permits: terms::permits(&detail.contract),
        ends: detail.contract.expire_at.map(|end| actor.zone().day(end)),
        note: detail.contract.note,
        agreement: detail.agreement,
        contract: id,
    };
    page::html(&actor.visit, &shown)
}

pub async fn cancel(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("contracts")))
}

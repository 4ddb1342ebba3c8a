//! The wizard Create Contract, step by step.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    deliver::send_words,
    look,
    signers::{Signer, both},
};
use crate::{
    access::extract::Post,
    config::Config,
    kit::{
        choice::Choice as _,
        db::Db,
        done,
        form::Pick,
        form_page::Ask,
        id::Id,
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        shown::{self, Shown},
        time::When,
        typed::apart,
        viewer::Viewer,
        violation::{Violation, Why},
        wizard::{self, Answers as _, Frame, StepPage},
        words::{Words, filters},
    },
    modules::{
        agreements::{
            self,
            documents::{self, Document},
            store::Choosable,
        },
        contracts::{
            Contract, Create, Manage, Purpose, Status, Type, actions,
            data::{Parameters, asked, kinds},
            links, rights, store, terms,
            wizard::{Answers, Chosen, Rests, Step, may_choose, types},
        },
    },
    t,
};

type OfWizard = web::Path<(String, Uuid)>;
pub(super) type Saved = wizard::Wizard<Answers>;

pub(super) fn url(actor: &Viewer<Create>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

fn type_step(actor: &Viewer<Create>, saved: Option<&Saved>, form: &Form<Chosen>) -> StepPage {
    StepPage::new(actor, saved, Step::Type, "Select type")
        .asking(|page| form.onto_asking(page, |_| Some(types(actor.identity.rights))))
}

/// The first page: a new one begins with its first answer, unfinished ones are offered.
pub async fn start(actor: Viewer<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let unfinished = db.read(&actor, wizard::unfinished::<Answers, _>).await?;
    let unfinished = wizard::offered(&actor, &unfinished, |answers: &Answers| match answers.type_ {
        Some(type_) => type_.contract_title(),
        None => t!("New contract"),
    });
    page::html(&actor.visit, &type_step(&actor, None, &Form::empty()).unfinished(unfinished))
}

/// The type that was chosen, when the company may invite by it.
fn chosen(actor: &Viewer<Create>, form: &mut Form<Chosen>) -> Result<Option<Type>> {
    let Some(chosen) = form.read() else { return Ok(None) };
    form.told(may_choose(chosen.type_, actor.identity.rights).map(|()| chosen.type_))
}

pub async fn begin(post: Post<Create>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::typed(&post.fields);
    let Some(type_) = chosen(&actor, &mut form)? else {
        return page::invalid(&actor.visit, &type_step(&actor, None, &form));
    };
    // who begins at an agreement has chosen it
    let wanted = post.fields.text("agreement").parse::<Id<agreements::Agreement>>().ok();
    let chosen = match wanted {
        Some(wanted) => {
            let found = db.read(&actor, move |read| agreements::store::choosable(read, type_)).await?;
            found.into_iter().map(|one| one.id).find(|id| *id == wanted)
        }
        None => None,
    };
    let next = if chosen.is_some() { Step::Parameters } else { Step::Agreement };
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |answers| {
                answers.choose_type(type_);
                answers.agreement = chosen;
            })?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, next)))
}

async fn find(actor: &Viewer<Create>, db: &Db, id: Uuid) -> Result<Saved> {
    db.read(actor, move |read| wizard::find::<Answers, _>(read, id)).await
}

pub async fn type_(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Type).await?;
    let form = saved.answers.type_.map_or_else(Form::empty, |type_| Form::filled(&Chosen { type_ }));
    page::html(&actor.visit, &type_step(&actor, Some(&saved), &form))
}

pub async fn choose_type(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let mut form = Form::typed(&post.fields);
    let Some(type_) = chosen(&actor, &mut form)? else {
        let saved = find(&actor, &db, id).await?;
        return page::invalid(&actor.visit, &type_step(&actor, Some(&saved), &form));
    };
    Saved::answer(&actor, &db, id, move |answers| answers.choose_type(type_)).await?;
    Ok(page::see(url(&actor, id, Step::Agreement)))
}

/// The agreements that can be chosen.
async fn choosable(actor: &Viewer<Create>, db: &Db, saved: &Saved) -> Result<Vec<Choosable>> {
    let type_ = saved.answers.type_.ok_or(Problem::NotFound)?;
    db.read(actor, move |read| agreements::store::choosable(read, type_)).await
}

fn agreement_step(actor: &Viewer<Create>, saved: &Saved, found: &[Choosable], form: &Form<Rests>) -> StepPage {
    let step = StepPage::new(actor, Some(saved), Step::Agreement, "Select agreement");
    let type_ = saved.answers.type_.map_or("", Type::key);
    let create = actor.may::<agreements::Manage>().then(|| actor.url(&format!("agreements/new?type={type_}")));
    if found.is_empty() {
        let step = step.about(t!(
            "A contract needs one of your agreements of this type with an active version, and you don't have one yet. We've saved this contract under Create Contract, Unfinished."
        ));
        return match create {
            Some(create) => step.nothing("Create agreement", create),
            None => step.nothing("A colleague who manages agreements can create one", actor.url("contracts")),
        };
    }
    let picks = found.iter().map(|one| {
        Pick::new(one.id.as_str(), &one.name, look::about(one, saved.answers.type_))
            .looked_at(look::url(actor, saved.id, &one.id))
    });
    let cards = Ask::Cards(picks.collect());
    let step = step.asking(|page| form.onto_asking(page, |_| Some(cards.clone())));
    match create {
        Some(create) => step.otherwise("Create another agreement", create),
        None => step,
    }
}

pub async fn agreement(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Agreement).await?;
    let found = choosable(&actor, &db, &saved).await?;
    let form = match saved.answers.agreement.clone() {
        Some(agreement) => Form::filled(&Rests { agreement }),
        None => Form::empty(),
    };
    page::html(&actor.visit, &agreement_step(&actor, &saved, &found, &form))
}

pub async fn choose_agreement(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Agreement).await?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Type)));
    }
    let found = choosable(&actor, &db, &saved).await?;
    if found.is_empty() {
        // the page has no question then
        return Err(Problem::Elsewhere(url(&actor, id, Step::Agreement)));
    }
    let mut form = Form::<Rests>::typed(&post.fields);
    let chosen = match form.read() {
        Some(rests) if !found.iter().any(|one| one.id == rests.agreement) => {
            let unknown = Violation::new("agreement", Why::new("unknown", "Choose an agreement"));
            form.told(Err(unknown.into()))?
        }
        other => other,
    };
    let Some(chosen) = chosen else {
        return agreement_step(&actor, &saved, &found, &form).again(&actor.visit);
    };
    Saved::answer(&actor, &db, id, move |answers| answers.agreement = Some(chosen.agreement)).await?;
    Ok(page::see(url(&actor, id, Step::Parameters)))
}

/// The agreement's name, its active version and the document of that.
type Offered = (String, i32, Document);

/// What is offered now, and whether all that the company makes is a test.
async fn offered(actor: &Viewer<Create>, db: &Db, saved: &Saved) -> Result<(Option<Offered>, bool)> {
    let agreement = saved.answers.agreement.clone().ok_or(Problem::NotFound)?;
    db.read(actor, move |read| {
        let actor = read.actor;
        let tests_only = rights::tests_only(read, actor.account())?;
        let offered = match agreements::store::find(read, &agreement)? {
            (row, Some(version)) => Some((row.name, version, documents::find(read.conn, &agreement, version)?)),
            (_, None) => None,
        };
        Ok((offered, tests_only))
    })
    .await
}

async fn parameters_step(actor: &Viewer<Create>, db: &Db, saved: &Saved, form: &Form<Parameters>) -> Result<StepPage> {
    let (offered, tests_only) = offered(actor, db, saved).await?;
    let about = match &offered {
        Some((name, version, document)) => t!(
            "You offer {name}, version {version}: {document}.",
            name = apart(name),
            version,
            document = document.label(),
        ),
        None => {
            t!("The agreement no longer has an active version. Activate one, or go back and choose another agreement.")
        }
    };
    let shown = offered.map_or_else(Shown::new, |(name, _, document)| terms::version(&name, &document));
    let type_ = saved.answers.type_.ok_or(Problem::NotFound)?;
    let step = StepPage::new(actor, Some(saved), Step::Parameters, "Set parameters").about(about).binding(shown);
    Ok(step.button("Create").asking(|page| {
        form.onto_asking(page, |entry| {
            asked(entry, form, type_, actor.identity.rights).map(|ask| kinds(ask, tests_only))
        })
    }))
}

pub async fn parameters(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Parameters).await?;
    page::html(&actor.visit, &parameters_step(&actor, &db, &saved, &saved.answers.form()).await?)
}

/// Create, or Back with what was typed kept.
pub async fn finish(
    post: Post<Create>,
    path: OfWizard,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let sent = post.fields.clone();
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.keep(&sent)).await?;
    wizard::at(&actor, &saved, Step::Parameters)?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Agreement)));
    }
    let mut form = Form::<Parameters>::typed(&post.fields);
    let Some(said) = form.read() else {
        return page::invalid(&actor.visit, &parameters_step(&actor, &db, &saved, &form).await?);
    };
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    let shown = post.fields.text(shown::FIELD).to_owned();
    let made = db
        .attempt(&actor, move |tx| {
            done::finish::<Answers, _, _>(tx, id, |tx, answers| {
                let agreement = answers.agreement.ok_or(Problem::NotFound)?;
                actions::create(tx, &agreement, &said, lives, &shown)
            })
        })
        .await
        .map_err(|problem| match problem {
            Problem::Stale(_) => problem.leading_to(url(&actor, id, Step::Parameters), "Review again"),
            _ => problem.leading_to(url(&actor, id, Step::Agreement), "Choose an agreement"),
        });
    match form.told(made)? {
        Some(_) => Ok(page::see(url(&actor, id, Step::Summary))),
        None => page::invalid(&actor.visit, &parameters_step(&actor, &db, &saved, &form).await?),
    }
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
    permits: Vec<Words>,
    note: String,
    ends: Option<When>,
    /// The link and when it ends; gone once the partner has used it.
    link: Option<(String, When)>,
    /// For whom it is meant, where somebody is named.
    recipient: Vec<String>,
    /// The two people that sign it, where two do.
    signers: Vec<Signer>,
    /// Where the link is sent by email, and what that is called.
    send: Option<(Words, String)>,
    details: String,
    contracts: String,
}

pub async fn summary(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = find(&actor, &db, path.1).await?;
    let Some(made) = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<Contract>>().ok()) else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let (detail, link, signers) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &made)?;
            let signers = both(read, &detail.contract)?;
            let link = match detail.contract.status {
                Status::Pending => Some(store::link(read, &made)?).filter(|link| link.revoked_at.is_none()),
                _ => None,
            };
            Ok((detail, link, signers))
        })
        .await?;
    let house = &actor.visit.house;
    let id = detail.contract.id.clone();
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let recipient = detail.contract.recipient();
    let waits = detail.contract.status == Status::Pending && actor.may::<Manage>();
    let shown = Summary {
        recipient: [recipient.recipient_company, recipient.recipient_email]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect(),
        signers,
        send: waits.then(|| {
            let words = send_words(detail.contract.emailed_at.is_some());
            (words, actor.url(&format!("contracts/{id}/send")))
        }),
        page: frame.page.clone(),
        frame,
        link: link.map(|link| {
            let base = house.base_of(&actor.identity.company.brand);
            (links::url(&house.key, &base, &id, &link.nonce), actor.zone().day(link.expires_at))
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

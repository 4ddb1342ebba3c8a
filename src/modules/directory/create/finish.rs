//! The last step of Create Partner, which makes all of it, and the summary of what was made.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::{
    actions::{self, Base, Offer, Partner},
    data::{How, Source, type_of},
    pages::{OfWizard, Saved, back, find, url},
    store::{self, Created},
    wizard::{Answers, Step},
};
use crate::{
    access::extract::Post,
    config::Config,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Db,
        done,
        id::Id,
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        shown,
        time::When,
        typed::apart,
        viewer::Viewer,
        wizard::{self, Answers as _, Frame, Given, StepPage},
        words::{Words, filters},
    },
    modules::{
        agreements::{self, documents},
        contracts::{
            self, Contract, Create, Manage, Status,
            data::{Parameters, asked, kinds},
            links,
            pages::signers::{Signer, both},
            rights,
        },
    },
    t,
};

/// The partner that was answered for; who lacks an answer is led to it.
fn partner(actor: &Viewer<Create>, saved: &Saved) -> Result<Partner> {
    Partner::of(&saved.answers).ok_or_else(|| Problem::Elsewhere(url(actor, saved.id, saved.answers.gap())))
}

/// What is offered now, if there is anything, and whether all that the company makes is a test.
async fn offer(actor: &Viewer<Create>, db: &Db, partner: &Partner) -> Result<(Option<Offer>, bool)> {
    let base = partner.base.clone();
    db.read(actor, move |read| {
        let actor = read.actor;
        let tests_only = rights::tests_only(read, actor.account())?;
        let offer = match &base {
            Base::Made(terms, stored) => Some(Offer::made(terms, stored.as_ref())),
            Base::On(agreement) => match agreements::store::find(read, agreement)? {
                (row, Some(version)) => {
                    let document = documents::find(read.conn, agreement, version)?;
                    Some(Offer::Active { name: row.name, version, document })
                }
                (_, None) => None,
            },
        };
        Ok((offer, tests_only))
    })
    .await
}

/// What is offered, in words.
fn about(offer: Option<&Offer>, partner: &Partner) -> Words {
    match (offer, &partner.base) {
        (Some(Offer::Active { name, version, document }), _) => t!(
            "You offer {name}, version {version}: {document}.",
            name = apart(name),
            version,
            document = document.label(),
        ),
        (Some(Offer::New { name, .. }), Base::Made(terms, stored)) => {
            let document = match (terms.source, &terms.link, stored) {
                (Source::Link, Some(link), _) => Words::from(link),
                (_, _, Some(stored)) => Words::data(apart(&stored.file_name)),
                _ => Words::default(),
            };
            t!("You create and activate {name}, and offer its version 1: {document}.", name = apart(name), document)
        }
        _ => {
            t!("The agreement no longer has an active version. Activate one, or go back and choose another agreement.")
        }
    }
}

/// The answers so far, each with where it is changed.
fn given(actor: &Viewer<Create>, saved: &Saved, partner: &Partner) -> Vec<Given> {
    let at = |step| url(actor, saved.id, step);
    let how = if partner.representative.is_some() { How::Now } else { How::Invite };
    let mut given = vec![
        Given { label: "Partner type", value: partner.role.label().into(), href: at(Step::Type) },
        Given { label: "How", value: how.label().into(), href: at(Step::How) },
        Given { label: "Company name", value: Words::data(&partner.company.name), href: at(Step::Company) },
    ];
    match &partner.representative {
        Some(one) => given.push(Given {
            label: "Representative's email",
            value: Words::data(&one.email),
            href: at(Step::Representative),
        }),
        None => given.push(Given {
            label: "Partner's email",
            value: Words::data(&partner.company.recipient_email),
            href: at(Step::Company),
        }),
    }
    given.push(Given {
        label: "External ID",
        value: Words::data(&partner.company.external_id),
        href: at(Step::Company),
    });
    given
}

async fn parameters_step(actor: &Viewer<Create>, db: &Db, saved: &Saved, form: &Form<Parameters>) -> Result<StepPage> {
    let partner = partner(actor, saved)?;
    let (offer, tests_only) = offer(actor, db, &partner).await?;
    let shown = offer.as_ref().map(|offer| partner.shown(offer)).unwrap_or_default();
    let step = StepPage::new(actor, Some(saved), Step::Parameters, "Set parameters")
        .about(about(offer.as_ref(), &partner))
        .given(given(actor, saved, &partner))
        .binding(shown)
        .button("Create");
    Ok(step.asking(|page| {
        form.onto_asking(page, |entry| {
            // the partner is known, and an account that is created now has a representative who signs for it
            let asks = match &partner.representative {
                Some(_) => !Parameters::of_one_partner(entry.name),
                None => !entry.name.starts_with("recipient_"),
            };
            asked(entry, form, type_of(partner.role), actor.identity.rights)
                .filter(|_| asks)
                .map(|ask| kinds(ask, tests_only))
        })
    }))
}

/// The step Parameters, which shows what Create makes.
pub async fn parameters(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Parameters).await?;
    page::html(&actor.visit, &parameters_step(&actor, &db, &saved, &saved.answers.parameters()).await?)
}

/// Create, or Back with what was typed kept.
pub async fn create(
    post: Post<Create>,
    path: OfWizard,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let sent = post.fields.clone();
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.keep_parameters(&sent)).await?;
    wizard::at(&actor, &saved, Step::Parameters)?;
    if let Some(earlier) = back(&actor, &saved, (&post.fields, Step::Parameters)) {
        return Ok(earlier);
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
                let partner = Partner::of(&answers).ok_or(Problem::NotFound)?;
                actions::create(tx, &partner, &said, lives, &shown)
            })
        })
        .await
        .map_err(|problem| match problem {
            Problem::Stale(_) => problem.leading_to(url(&actor, id, Step::Parameters), "Review again"),
            _ => problem.leading_to(url(&actor, id, Step::Company), "Change the answers"),
        });
    match form.told(made)? {
        Some(_) => Ok(page::see(url(&actor, id, Step::Summary))),
        None => page::invalid(&actor.visit, &parameters_step(&actor, &db, &saved, &form).await?),
    }
}

#[derive(Template)]
#[template(path = "directory/new/summary.html")]
struct Summary {
    frame: Frame,
    page: Page,
    contract: Id<Contract>,
    name: String,
    role: Role,
    agreement: String,
    version: i32,
    /// What is known besides the contract.
    created: Option<Created>,
    /// Until when the representative can accept.
    invited_until: Option<When>,
    /// The two people that sign the contract, where two do.
    signers: Vec<Signer>,
    /// The link and when it ends; gone once the partner has used it.
    link: Option<(String, When)>,
    /// Where the link is sent by email.
    send: Option<String>,
    details: String,
    partners: String,
}

/// What was made, and what happens next.
pub async fn summary(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = find(&actor, &db, path.1).await?;
    let Some(made) = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<Contract>>().ok()) else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let (detail, link, created, signers) = db
        .read(&actor, move |read| {
            let detail = contracts::store::find(read, &made)?;
            let link = match detail.contract.status {
                Status::Pending => Some(contracts::store::link(read, &made)?).filter(|link| link.revoked_at.is_none()),
                _ => None,
            };
            let me = read.actor.account().clone();
            let signers = both(read, &detail.contract)?;
            Ok((detail, link, store::find(read, &me, &made)?, signers))
        })
        .await?;
    let (house, contract) = (&actor.visit.house, &detail.contract);
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let waits = contract.status == Status::Pending && actor.may::<Manage>();
    let shown = Summary {
        page: frame.page.clone(),
        frame,
        name: saved.answers.company().text("name").to_owned(),
        role: saved.answers.role.unwrap_or(Role::Reseller),
        version: contract.version,
        invited_until: created.as_ref().and_then(|one| one.expires_at).map(|at| actor.zone().day(at)),
        created,
        signers,
        link: link.map(|link| {
            let base = house.base_of(&actor.identity.company.brand);
            (links::url(&house.key, &base, &contract.id, &link.nonce), actor.zone().day(link.expires_at))
        }),
        send: waits.then(|| actor.url(&format!("contracts/{}/send", contract.id))),
        details: actor.url(&format!("directory/{}", contract.id)),
        partners: actor.url("directory"),
        contract: contract.id.clone(),
        agreement: detail.agreement,
    };
    page::html(&actor.visit, &shown)
}

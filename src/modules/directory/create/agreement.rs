//! The steps of Create Partner that say on which agreement the contract rests: one of the company's, or one that is created on the way.

use actix_web::{HttpResponse, web};

use super::{
    data::{Base, NEW, Source, Terms, type_of},
    pages::{OfWizard, Saved, asked, back, next, url},
    wizard::{Answers, Step},
};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        fields::{Fields, Upload},
        form::Pick,
        form_page::Ask,
        input::Form,
        page,
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
        violation::{Violation, Why},
        wizard::{self, StepPage},
    },
    modules::{
        agreements::{
            self,
            documents::{self, Prepared},
            store::Choosable,
        },
        contracts::Create,
    },
    t,
};

/// Whether the person may create an agreement and activate it in the same act.
fn may_make(actor: &Viewer<Create>) -> bool {
    actor.may::<agreements::Manage>() && actor.may::<agreements::Activate>()
}

async fn choosable(actor: &Viewer<Create>, db: &Db, saved: &Saved) -> Result<Vec<Choosable>> {
    let role = saved.answers.role.ok_or(Problem::NotFound)?;
    db.read(actor, move |read| agreements::store::choosable(read, type_of(role))).await
}

fn agreement_step(actor: &Viewer<Create>, saved: &Saved, found: &[Choosable], form: &Form<Base>) -> StepPage {
    let step = StepPage::new(actor, Some(saved), Step::Agreement, "Select agreement");
    let makes = may_make(actor);
    if found.is_empty() && !makes {
        return step
            .about(
                "A contract needs one of your agreements of this type with an active version, and you don't have one yet. We've saved your answers under Create Partner, Unfinished.",
            )
            .nothing("A colleague who manages agreements can create one", actor.url("directory"));
    }
    let reads = actor.may::<agreements::View>();
    let mut picks: Vec<Pick> = found
        .iter()
        .map(|one| {
            let about = t!("{id}, version {version}", id = one.id, version = one.version);
            let pick = Pick::new(one.id.as_str(), &one.name, about);
            if reads { pick.looked_at(actor.url(&format!("agreements/{}", one.id))) } else { pick }
        })
        .collect();
    if makes {
        let about = "You enter its text, upload it or link to it. It's created and activated along with the partner.";
        picks.push(Pick::new(NEW, "Create a new agreement", about));
    }
    let cards = Ask::Cards(picks);
    step.asking(|page| form.onto_asking(page, |_| Some(cards.clone())))
}

/// The step Agreement.
pub async fn agreement(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Agreement).await?;
    let found = choosable(&actor, &db, &saved).await?;
    let form = match saved.answers.agreement.clone() {
        Some(agreement) => Form::filled(&Base { agreement }),
        None => Form::empty(),
    };
    page::html(&actor.visit, &agreement_step(&actor, &saved, &found, &form))
}

/// Its answer.
pub async fn choose_agreement(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Agreement).await?;
    if let Some(earlier) = back(&actor, &saved, (&post.fields, Step::Agreement)) {
        return Ok(earlier);
    }
    let found = choosable(&actor, &db, &saved).await?;
    let known = |said: &Base| {
        (said.agreement == NEW && may_make(&actor)) || found.iter().any(|one| one.id.as_str() == said.agreement)
    };
    let mut form = Form::<Base>::typed(&post.fields);
    let chosen = match form.read() {
        Some(said) if !known(&said) => {
            let unknown = Violation::new("agreement", Why::new("unknown", "Choose an agreement"));
            form.told(Err(unknown.into()))?
        }
        other => other,
    };
    let Some(chosen) = chosen else {
        return agreement_step(&actor, &saved, &found, &form).again(&actor.visit);
    };
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.agreement = Some(chosen.agreement)).await?;
    Ok(page::see(url(&actor, id, next(&saved, Step::Agreement))))
}

fn terms_step(actor: &Viewer<Create>, saved: &Saved, form: Form<Terms>) -> StepPage {
    let form = match &saved.answers.stored {
        Some(file) => form.saying(
            "file",
            "File",
            t!("We have {name}. Choose another file to replace it.", name = apart(&file.file_name)),
        ),
        None => form,
    };
    StepPage::new(actor, Some(saved), Step::Terms, "The new agreement").asking(|page| form.onto(page))
}

/// The step Terms, which only a new agreement has.
pub async fn terms(actor: Viewer<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = asked(&actor, &db, (path.1, Step::Terms)).await?;
    let form = saved.answers.terms();
    page::html(&actor.visit, &terms_step(&actor, &saved, form))
}

/// The document that was given with `terms`, read; none when it is a link, or a file that is kept already.
async fn prepared(actor: &Viewer<Create>, sent: &Fields, terms: &Terms) -> Result<Option<Prepared>> {
    let upload = match terms.source {
        Source::Link => None,
        Source::Upload => sent.file("file").cloned(),
        Source::Text => Some(Upload {
            field: "file".to_owned(),
            file_name: format!("{}.md", terms.name),
            bytes: terms.text.clone().into_bytes(),
        }),
    };
    match upload {
        Some(upload) => documents::prepare(upload, &actor.visit.house).await.map(Some),
        None => Ok(None),
    }
}

/// Its answer, with the file that comes along.
pub async fn write_terms(post: Post<Create>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = asked(&actor, &db, (id, Step::Terms)).await?;
    let mut form = saved.answers.terms_sent(&post.fields);
    let goes_back = post.fields.has("back");
    let read = match form.read().filter(|_| !goes_back) {
        Some(terms) => form.told(prepared(&actor, &post.fields, &terms).await)?,
        None => None,
    };
    let (done, kept) = (read.is_some(), read.flatten());
    let words = Fields::new(post.fields.typed());
    let saved = db
        .draft(&actor, move |tx| {
            if let Some(file) = &kept {
                file.keep(tx.conn, tx.at)?;
            }
            wizard::answer::<Answers, _>(tx, id, |answers| {
                answers.keep_terms(&words, kept.as_ref().map(Prepared::stored));
            })
        })
        .await?;
    if let Some(earlier) = back(&actor, &saved, (&post.fields, Step::Terms)) {
        return Ok(earlier);
    }
    if !done {
        return page::invalid(&actor.visit, &terms_step(&actor, &saved, form));
    }
    Ok(page::see(url(&actor, id, next(&saved, Step::Terms))))
}

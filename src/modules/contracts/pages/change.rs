//! The issuer's acts on one contract, each a page that says what happens before it does.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::{OfObject, id};
use crate::{
    access::extract::Post,
    config::Config,
    kit::{
        actor::Permission,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        fields::Fields,
        form::{self, Field, FieldError},
        page::{self, Flash, Page},
        problem::{Problem, Result},
        shown,
        typed::apart,
        viewer::Viewer,
    },
    modules::{
        agreements::documents,
        contracts::{
            Contract, Create, Manage, Status, Type, actions,
            ending::{self, Ending},
            lifecycle::Part,
            store::{self, Detail},
            terms,
        },
    },
};

/// The contract, when the actor's company issued it.
async fn issued<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Detail> {
    let contract = id::<Contract>(text)?;
    let detail = db.read(actor, move |read| store::find(read, &contract)).await?;
    if detail.part == Part::Issuer { Ok(detail) } else { Err(Problem::NotFound) }
}

/// As [`issued`], for what only an invitation has: a link, a note, an end before it began.
async fn invited<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Detail> {
    let detail = issued(actor, db, text).await?;
    let enrolled = detail.contract.type_ == Type::Distribution && detail.contract.predecessor_id.is_none();
    if enrolled { Err(Problem::NotFound) } else { Ok(detail) }
}

fn own_url<P: Permission>(actor: &Viewer<P>, detail: &Detail) -> String {
    actor.url(&format!("contracts/{}", detail.contract.id))
}

/// The act is not possible any more: the page says so before the button is pressed.
fn only_while<P: Permission>(actor: &Viewer<P>, detail: &Detail, status: Status, title: &str) -> Result<()> {
    let contract = &detail.contract;
    if contract.status == status {
        return Ok(());
    }
    Err(Problem::stale(
        title,
        format!(
            "{} is {}. This is possible only while a contract is {}.",
            contract.id,
            contract.status.to_string().to_lowercase(),
            status.to_string().to_lowercase()
        ),
    )
    .leading_to(own_url(actor, detail), "Back to the contract"))
}

fn can_renew<P: Permission>(actor: &Viewer<P>, detail: &Detail) -> Result<()> {
    actions::renewable(&detail.contract, detail.over)
        .map_err(|problem| problem.leading_to(own_url(actor, detail), "Back to the contract"))
}

fn confirm<P: Permission, E: Into<Effect>>(
    actor: &Viewer<P>,
    detail: &Detail,
    heading: &str,
    effects: Vec<E>,
) -> Confirm {
    let page = actor.page(&format!("{heading} - {} - Contracts", detail.contract.id));
    Confirm::new(page, heading, (own_url(actor, detail), "Back to the contract"), effects)
}

struct NoteForm {
    note: Field,
    internal_note: Field,
    revision: String,
}

impl NoteForm {
    fn empty() -> Self {
        Self {
            note: Field::new("note", "Note to signee")
                .hint("Your partner reads it above the agreement. Up to 200 characters."),
            internal_note: Field::new("internal_note", "Internal note").hint("Only your company sees it.").optional(),
            revision: String::new(),
        }
    }

    fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            note: form.note.from(fields),
            internal_note: form.internal_note.from(fields),
            revision: fields.text("revision").to_owned(),
        }
    }

    fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.note, &self.internal_note])
    }
}

#[derive(Template)]
#[template(path = "contracts/note.html")]
struct NotePage {
    page: Page,
    back: String,
    errors: Vec<FieldError>,
    form: NoteForm,
}

fn note_page(actor: &Viewer<Manage>, detail: &Detail, form: NoteForm) -> NotePage {
    let page = actor.page(&format!("Edit notes - {} - Contracts", detail.contract.id));
    let errors = form.errors();
    NotePage { page: page.with_errors(&errors), back: own_url(actor, detail), errors, form }
}

pub async fn note(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = invited(&actor, &db, &path.1).await?;
    let contract = &detail.contract;
    let form = NoteForm::empty();
    let form = NoteForm {
        note: form.note.filled(&contract.note),
        internal_note: form.internal_note.filled(&contract.internal_note),
        revision: contract.revision.to_string(),
    };
    page::html(&actor.visit, &note_page(&actor, &detail, form))
}

pub async fn save_note(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = invited(&actor, &db, &path.1).await?;
    let mut form = NoteForm::typed(&post.fields);
    let (note, internal) = (form.note.text("a note to the signee", 200), form.internal_note.text("a note", 100));
    let (Some(note), Some(internal)) = (note, internal) else {
        return page::invalid(&actor.visit, &note_page(&actor, &detail, form));
    };
    let (contract, revision) = (detail.contract.id.clone(), form.revision.parse().unwrap_or(0));
    let here = own_url(&actor, &detail);
    db.write(&actor, move |tx| actions::change_notes(tx, &contract, revision, &note, &internal))
        .await
        .map_err(|problem| problem.leading_to(format!("{here}/note"), "Open the form again"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Notes saved")))
}

pub async fn renew(
    actor: Viewer<Manage>,
    path: OfObject,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let detail = invited(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Pending, "The link can no longer be renewed")?;
    can_renew(&actor, &detail)?;
    let days = config.link_lives.as_secs() / 86_400;
    let effects = vec![
        "The present activation link stops working at once. Whoever opens it is told to ask you for the new one."
            .into(),
        format!("A new link is made, which lives for {days} days. You hand it over."),
        "What your partner has typed so far has to be typed again.".into(),
    ];
    page::html(&actor.visit, &confirm(&actor, &detail, "Renew link", effects))
}

pub async fn renewed(
    post: Post<Manage>,
    path: OfObject,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let here = post.actor.url(&format!("contracts/{contract}"));
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    db.write(&post.actor, move |tx| actions::renew_link(tx, &contract, lives))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to the contract"))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Link renewed. The one before no longer works.")))
}

pub async fn renew_on_newer(actor: Viewer<Create>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = invited(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Pending, "The contract can no longer be renewed")?;
    can_renew(&actor, &detail)?;
    let Some(version) = detail.offered.filter(|offered| *offered > detail.contract.version) else {
        return Err(Problem::stale("There is no newer version", "The contract is already on the active version.")
            .leading_to(own_url(&actor, &detail), "Back to the contract"));
    };
    let agreement = detail.contract.agreement_id.clone();
    let document = db.read(&actor, move |read| documents::find(read.conn, &agreement, version)).await?;
    let heading = format!("Renew on version {version}");
    let effects = vec![
        format!(
            "Your partner will sign version {version} of {} instead of version {}.",
            apart(&detail.agreement),
            detail.contract.version
        ),
        format!("Version {version} gets your stamp: you offer it on behalf of your company."),
        "The present activation link stops working at once, and a new one is made.".into(),
    ];
    let shown = terms::version(&detail.agreement, &document).and(terms::replaced(&detail.contract));
    page::html(&actor.visit, &confirm(&actor, &detail, &heading, effects).binding(&shown))
}

pub async fn renewed_on_newer(
    post: Post<Create>,
    path: OfObject,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let here = post.actor.url(&format!("contracts/{contract}"));
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    let sent = post.fields.text(shown::FIELD).to_owned();
    let version = db
        .write(&post.actor, move |tx| actions::renew_on_newer(tx, &contract, lives, &sent))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to the contract"))?;
    let flash = Flash::success(format!("Contract renewed on version {version}. Hand over the new link."));
    Ok(page::see_with(&post.actor.visit, here, &flash))
}

pub async fn delete(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = invited(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Pending, "This contract can no longer be deleted")?;
    let effects = vec![
        format!("{} is removed for good, with its note and its parameters. This cannot be undone.", detail.contract.id),
        "Its activation link stops working. Whoever opens it is told that the invitation was withdrawn.".into(),
        format!("The agreement {} stays as it is.", apart(&detail.agreement)),
    ];
    let button = format!("Delete contract {}", detail.contract.id);
    page::html(&actor.visit, &confirm(&actor, &detail, "Delete contract", effects).danger().button(button))
}

pub async fn deleted(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let (here, all) = (post.actor.url(&format!("contracts/{contract}")), post.actor.url("contracts"));
    let words = format!("Contract {contract} deleted");
    db.write(&post.actor, move |tx| actions::delete(tx, &contract))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to the contract"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success(words)))
}

fn reason() -> Field {
    Field::new("reason", "Note").hint("Your partner reads it. Up to 100 characters.").optional()
}

fn terminate_page(actor: &Viewer<Manage>, detail: &Detail, ending: &Ending, note: Field) -> Confirm {
    let partner = apart(detail.signee.as_deref().unwrap_or("your partner"));
    let mut effects: Vec<Effect> = vec![
        format!("The contract with {partner} ends now. It can be renewed, but not brought back.").into(),
        format!("{partner} keeps its account and its portal for reading, and is told by email.").into(),
    ];
    let contract = &detail.contract;
    if let Some((_, marketplace)) = &detail.marketplace {
        effects.push(format!("{partner} can no longer list products on {}.", apart(marketplace)).into());
    }
    effects.extend(ending.effects(&partner, &actor.identity.company.home()));
    if contract.allows_program || contract.allows_service {
        effects.push("Agreements and contracts that it has made meanwhile stay.".into());
    }
    effects.push(format!("Unless you have another active contract with it, {partner} leaves your Directory.").into());
    let button = format!("Terminate contract {}", contract.id);
    confirm(actor, detail, "Terminate contract", effects).danger().button(button).with_note(note)
}

/// What would end with the contract.
async fn ending_of(actor: &Viewer<Manage>, db: &Db, detail: &Detail) -> Result<Ending> {
    let contract = detail.contract.clone();
    db.read(actor, move |read| ending::look(read, &contract)).await
}

pub async fn terminate(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = issued(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Active, "This contract cannot be terminated")?;
    let ending = ending_of(&actor, &db, &detail).await?;
    page::html(&actor.visit, &terminate_page(&actor, &detail, &ending, reason()))
}

pub async fn terminated(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = issued(&actor, &db, &path.1).await?;
    let mut field = reason().from(&post.fields);
    let Some(note) = field.line("a note", 100) else {
        let ending = ending_of(&actor, &db, &detail).await?;
        return page::invalid(&actor.visit, &terminate_page(&actor, &detail, &ending, field));
    };
    let contract = detail.contract.id.clone();
    let here = own_url(&actor, &detail);
    db.write(&actor, move |tx| actions::terminate(tx, &contract, &note))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to the contract"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Contract terminated")))
}

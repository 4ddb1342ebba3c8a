//! The issuer's acts on one contract, each a page that says what happens before it does.

use actix_web::{HttpResponse, web};
use chrono::TimeDelta;

use super::{OfObject, id};
use crate::{
    access::extract::Post,
    config::Config,
    kit::{
        actor::Permission,
        confirm::Confirm,
        db::Db,
        edit::Edit,
        effect::Effect,
        form_page::FormPage,
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        shown,
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        agreements::documents,
        contracts::{
            Contract, Create, Manage, Status, actions,
            activation::reserved,
            data::{Note, Notes},
            ending::{self, Ending},
            lifecycle::Part,
            store::{self, Detail},
            terms,
        },
    },
    t,
};

pub(super) const BACK: &str = "Back to contract";

/// The contract, when the actor's company issued it.
async fn issued<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Detail> {
    let contract = id::<Contract>(text)?;
    let detail = db.read(actor, move |read| store::find(read, &contract)).await?;
    if detail.part == Part::Issuer { Ok(detail) } else { Err(Problem::NotFound) }
}

/// As [`issued`], for what only an invitation has: a link, a note, an end before it began.
pub(super) async fn invited<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Detail> {
    let detail = issued(actor, db, text).await?;
    if detail.contract.enrolled() { Err(Problem::NotFound) } else { Ok(detail) }
}

pub(super) fn own_url<P: Permission>(actor: &Viewer<P>, detail: &Detail) -> String {
    actor.url(&format!("contracts/{}", detail.contract.id))
}

/// The act is not possible any more: the page says so before the button is pressed.
pub(super) fn only_while<P: Permission>(
    actor: &Viewer<P>,
    detail: &Detail,
    status: Status,
    title: Words,
) -> Result<()> {
    let contract = &detail.contract;
    if contract.status == status {
        return Ok(());
    }
    Err(Problem::stale(
        title,
        t!(
            "{id} is {status}. This is only possible while a contract is {needed}.",
            id = contract.id,
            status = Words::within(contract.status),
            needed = Words::within(status),
        ),
    )
    .decided(&contract.id)
    .leading_to(own_url(actor, detail), BACK))
}

fn can_renew<P: Permission>(actor: &Viewer<P>, detail: &Detail) -> Result<()> {
    actions::renewable(&detail.contract, detail.over)
        .map_err(|problem| problem.leading_to(own_url(actor, detail), BACK))
}

fn confirm<P: Permission, E: Into<Effect>>(
    actor: &Viewer<P>,
    detail: &Detail,
    heading: Words,
    effects: impl IntoIterator<Item = E>,
) -> Confirm {
    let page = actor.page((&heading, &detail.contract.id, "Contracts"));
    Confirm::new(page, heading, (own_url(actor, detail), BACK), effects).about(detail.name())
}

async fn noting(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Edit<Detail, Notes>> {
    let detail = invited(actor, db, text).await?;
    let (saved, revision) = (detail.contract.notes(), detail.contract.revision);
    Ok(Edit::of(detail, saved, revision))
}

fn note_page(actor: &Viewer<Manage>, edit: &Edit<Detail, Notes>) -> FormPage {
    let page = actor.page(("Edit notes", &edit.row.contract.id, "Contracts"));
    let back = (own_url(actor, &edit.row), BACK);
    edit.onto(FormPage::new(page, "Edit notes", back, "Save notes"))
}

pub async fn note(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = noting(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &note_page(&actor, &edit))
}

pub async fn save_note(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = noting(&actor, &db, &path.1).await?.typed(&post.fields);
    let (contract, revision, here) = (edit.row.contract.id.clone(), edit.revision, own_url(&actor, &edit.row));
    let act = |notes| db.attempt(&actor, move |tx| actions::change_notes(tx, &contract, revision, &notes));
    match edit.save(act, noting(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Notes saved"))),
        None => edit.again(&actor.visit, &note_page(&actor, &edit)),
    }
}

pub async fn renew(
    actor: Viewer<Manage>,
    path: OfObject,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let detail = invited(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Pending, t!("The link can no longer be renewed"))?;
    can_renew(&actor, &detail)?;
    let days = config.link_lives.as_secs() / 86_400;
    let effects = [
        t!(
            "The current activation link will stop working immediately. Anyone who opens it will be asked to get the new one from you."
        ),
        t!(
            "We'll create a new link, valid for {n} day. Send it to your partner yourself."
                | "We'll create a new link, valid for {n} days. Send it to your partner yourself.",
            usize::try_from(days).unwrap_or(usize::MAX)
        ),
        t!("Your partner will have to enter everything again."),
    ];
    page::html(&actor.visit, &confirm(&actor, &detail, t!("Renew link"), effects))
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
        .map_err(|problem| problem.leading_to(&here, BACK))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Link renewed. The previous link no longer works.")))
}

pub async fn renew_on_newer(actor: Viewer<Create>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = invited(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Pending, t!("The contract can no longer be renewed"))?;
    can_renew(&actor, &detail)?;
    let Some(version) = detail.offered.filter(|offered| *offered > detail.contract.version) else {
        return Err(Problem::stale("There is no newer version", "The contract is already on the active version.")
            .leading_to(own_url(&actor, &detail), BACK));
    };
    let agreement = detail.contract.agreement_id.clone();
    let document = db.read(&actor, move |read| documents::find(read.conn, &agreement, version)).await?;
    let heading = t!("Renew on version {version}", version);
    let effects = [
        t!(
            "Your partner will sign version {version} of {agreement} instead of version {before}.",
            version,
            agreement = apart(&detail.agreement),
            before = detail.contract.version,
        ),
        t!("Version {version} will be signed in your name, on behalf of your company.", version),
        t!("The current activation link will stop working immediately, and we'll create a new one."),
    ];
    let shown = terms::version(&detail.agreement, &document).and(terms::replaced(&detail.contract));
    page::html(&actor.visit, &confirm(&actor, &detail, heading, effects).binding(&shown))
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
        .map_err(|problem| problem.leading_to(&here, BACK))?;
    let flash = Flash::success(t!("Contract renewed on version {version}. Send your partner the new link.", version));
    Ok(page::see_with(&post.actor.visit, here, &flash))
}

pub async fn delete(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = invited(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Pending, t!("This contract can no longer be deleted"))?;
    let contract = &detail.contract.id;
    let asked = contract.clone();
    let invited = db.read(&actor, move |read| reserved::invited(read.conn, &asked)).await?;
    let mut effects = vec![
        t!(
            "{contract} will be permanently deleted, along with its note and parameters. This cannot be undone.",
            contract
        ),
        if detail.contract.has_link() {
            t!("The activation link will stop working. Anyone who opens it will see that the invitation was withdrawn.")
        } else {
            t!("Your partner can no longer read or sign it.")
        },
        t!("The agreement {agreement} won't change.", agreement = apart(&detail.agreement)),
    ];
    effects.extend(invited.map(|email| t!("The invitation of {email} will stop working.", email = apart(&email))));
    page::html(&actor.visit, &confirm(&actor, &detail, t!("Delete contract"), effects).danger())
}

pub async fn deleted(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let (here, all) = (post.actor.url(&format!("contracts/{contract}")), post.actor.url("contracts"));
    let words = t!("Contract {contract} deleted", contract);
    db.write(&post.actor, move |tx| actions::delete(tx, &contract))
        .await
        .map_err(|problem| problem.leading_to(here, BACK))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success(words)))
}

fn terminate_page(actor: &Viewer<Manage>, detail: &Detail, ending: &Ending, form: &Form<Note>) -> Confirm {
    let partner = detail.partner();
    let mut effects: Vec<Effect> = vec![
        t!("The contract with {partner} will end immediately. It can be renewed but not restored.", partner).into(),
        t!("{partner} keeps read-only access to its account and portal. We'll email them.", partner).into(),
    ];
    let contract = &detail.contract;
    if let Some((_, marketplace)) = &detail.marketplace {
        let marketplace = apart(marketplace);
        effects.push(t!("{partner} can no longer list products on {marketplace}.", partner, marketplace).into());
    }
    if let Some(source) = &detail.source {
        effects.push(t!("{partner} can no longer order {product}.", partner, product = apart(&source.product)).into());
    }
    effects.extend(ending.effects(&partner, &actor.identity.company.home()));
    if contract.allows_program || contract.allows_service {
        effects.push(t!("Agreements and contracts it has created stay as they are.").into());
    }
    effects.push(
        t!(
            "{partner} will no longer be listed under Partners unless you have another active contract with it.",
            partner
        )
        .into(),
    );
    confirm(actor, detail, t!("Terminate contract"), effects).danger().asking(form)
}

/// What would end with the contract.
async fn ending_of(actor: &Viewer<Manage>, db: &Db, detail: &Detail) -> Result<Ending> {
    let contract = detail.contract.clone();
    db.read(actor, move |read| ending::look(read, &contract)).await
}

pub async fn terminate(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = issued(&actor, &db, &path.1).await?;
    only_while(&actor, &detail, Status::Active, t!("This contract cannot be terminated"))?;
    let ending = ending_of(&actor, &db, &detail).await?;
    page::html(&actor.visit, &terminate_page(&actor, &detail, &ending, &Form::empty()))
}

pub async fn terminated(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = issued(&actor, &db, &path.1).await?;
    let mut form = Form::<Note>::typed(&post.fields);
    let Some(note) = form.read() else {
        let ending = ending_of(&actor, &db, &detail).await?;
        return page::invalid(&actor.visit, &terminate_page(&actor, &detail, &ending, &form));
    };
    let contract = detail.contract.id.clone();
    let here = own_url(&actor, &detail);
    db.write(&actor, move |tx| actions::terminate(tx, &contract, &note))
        .await
        .map_err(|problem| problem.leading_to(&here, BACK))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Contract terminated")))
}

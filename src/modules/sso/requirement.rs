//! Requiring single sign-on: who may do so, who keeps a password, and how to end it.

use actix_web::{HttpResponse, web};

use super::{
    Manage,
    data::Required,
    store::{self, Able, ProviderRow},
};
use crate::{
    access::{extract::Post, proof::Proved, providers},
    kit::{
        actor::Account,
        confirm::Confirm,
        db::{Db, System, Tx},
        done::Done,
        edit::Edit,
        effect::Effect,
        event::Event,
        form::Pick,
        form_page::{Ask, FormPage},
        id::Id,
        page::{self, Flash},
        problem::{Problem, Result},
        route::{Mount, get, post},
        security::Kind,
        viewer::Viewer,
        violation::{Violation, Why, Words},
    },
    modules::people::store::take_turn,
    t,
};

/// At least this many people can sign in without the provider.
const FEWEST: usize = 2;

pub fn screens() -> Vec<Mount> {
    vec![
        get("/single-sign-on/requirement", || web::to(show)),
        post("/single-sign-on/requirement", || web::to(saved)),
        get("/single-sign-on/requirement/end", || web::to(ending)),
        post("/single-sign-on/requirement/end", || web::to(ended)),
    ]
}

/// Lets people in through the provider alone, but for the administrators that are named. Only who came through it just now may say so: it
/// works, and they are not locked out. `revision` is the one that the form was opened on.
///
/// # Errors
/// [`Problem::Overtaken`] when the provider, or what is required, was changed meanwhile; a refusal for anybody else; [`Problem::Invalid`] with
/// fewer than two who can sign in without it.
pub fn require(tx: &mut Tx<'_, Manage>, revision: i32, said: &Required) -> Result<Done> {
    let account = tx.account()?;
    // of two at once, neither removes somebody the other counts on
    take_turn(tx, &account)?;
    let row = store::lock(tx, &account)?.filter(|row| row.active).ok_or(Problem::NotFound)?;
    if row.revision != revision {
        return Err(Problem::overtaken("single sign-on"));
    }
    let mut wanted = said.exceptions.clone();
    wanted.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    if row.enforced_at.is_some() && row.exceptions == wanted {
        return Ok(Done::Same(()));
    }
    let session = tx.who.caller().session;
    if !store::came_lately(tx, &account, session)? {
        let here = tx.who.identity().map(|identity| format!("{}/single-sign-on/requirement", identity.company.home()));
        let query = serde_html_form::to_string([("next", here.unwrap_or_default())]).unwrap_or_default();
        let there = format!("{}/{account}?{query}", providers::PAGE);
        return Err(not_lately().leading_to(there, "Sign in with single sign-on"));
    }
    let able = store::able(tx, &account)?;
    if wanted.len() < FEWEST {
        return Err(Violation::new("exceptions", Why::missing("Choose at least two administrators")).into());
    }
    if !wanted.iter().all(|id| able.iter().any(|one| one.id == *id)) {
        let why = Why::new("choice", "Choose administrators from the list");
        return Err(Violation::new("exceptions", why).into());
    }
    store::set_enforced(tx, &account, Some(&wanted))?;
    let names: Vec<&str> = able.iter().filter(|one| wanted.contains(&one.id)).map(|one| one.name.as_str()).collect();
    tx.record(Event::new("sso.required", &account).note(names.join(", ")).private())?;
    tx.secure(Kind::PolicyChanged, None, &format!("{account}: single sign-on required"))?;
    Ok(Done::Changed(()))
}

fn not_lately() -> Problem {
    Problem::refused(
        "Sign in with single sign-on first",
        "To make sure that it works, single sign-on can only be required by someone who signed in with it in the last 10 minutes.",
    )
}

/// Lets people sign in with a password again.
///
/// # Errors
/// [`Problem::NotFound`] where nothing is required.
pub fn relax(tx: &mut Tx<'_, Manage>) -> Result<()> {
    let account = tx.account()?;
    take_turn(tx, &account)?;
    end(tx, &account)
}

/// The same by the operator, for a company whose provider fails.
///
/// # Errors
/// As [`relax`].
pub fn relax_for(tx: &mut Tx<'_, System>, account: &Id<Account>) -> Result<()> {
    take_turn(tx, account)?;
    end(tx, account)
}

fn end<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<()> {
    store::lock(tx, account)?.filter(|row| row.enforced_at.is_some()).ok_or(Problem::NotFound)?;
    store::set_enforced(tx, account, None)?;
    tx.record(Event::new("sso.not_required", account).concerning(account))?;
    tx.secure(Kind::PolicyChanged, None, &format!("{account}: single sign-on not required"))
}

fn picks(able: &[Able]) -> Vec<Pick> {
    able.iter().map(|one| Pick::new(one.id.to_string(), &one.name, &one.email)).collect()
}

async fn found(viewer: &Viewer<Manage>, db: &Db) -> Result<(ProviderRow, Vec<Able>)> {
    let account = viewer.account().clone();
    db.read(viewer, move |read| {
        let row = store::find(read, &account)?.filter(|row| row.active).ok_or(Problem::NotFound)?;
        Ok((row, store::able(read, &account)?))
    })
    .await
}

/// The requirement, with those who can be excepted from it.
type Editing = Edit<Vec<Able>, Required>;

async fn editing(viewer: &Viewer<Manage>, db: &Db) -> Result<Editing> {
    let (row, able) = found(viewer, db).await?;
    let kept: Vec<&Able> = able.iter().filter(|one| row.exceptions.contains(&one.id)).collect();
    let saved = Required { exceptions: kept.iter().map(|one| one.id.clone()).collect() };
    let names = match kept.is_empty() {
        true => Words::default(),
        false => Words::all_of(kept.iter().map(|one| one.name.as_str())),
    };
    Ok(Edit::of(able, saved, row.revision).naming("exceptions", names))
}

fn page_of(viewer: &Viewer<Manage>, edit: &Editing) -> FormPage {
    let back = (viewer.url("single-sign-on"), "Single sign-on");
    let page = viewer.page(("Require single sign-on", "Single sign-on", "Account"));
    let page = FormPage::new(page, "Require single sign-on", back, "Require single sign-on");
    let company = crate::kit::typed::apart(&viewer.identity.company.name);
    let effects: Vec<Effect> = vec![
        t!("Users can open {company} only after signing in through your provider. This takes effect at their next click.", company).into(),
        t!("API tokens keep working.").into(),
        t!("If your provider is not available, only the administrators chosen here can sign in.").into(),
    ];
    edit.form.onto_asking(edit.begun(page.effects(effects)), |_| Some(Ask::Checks(picks(&edit.row))))
}

async fn show(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&viewer.visit, &page_of(&viewer, &editing(&viewer, &db).await?))
}

async fn saved(post: Proved<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut edit = editing(&viewer, &db).await?.typed(&post.fields);
    let revision = edit.revision;
    let act = |said: Required| db.attempt(&viewer, move |tx| require(tx, revision, &said));
    match edit.save(act, editing(&viewer, &db)).await? {
        Some(done) => Ok(page::see_with(
            &viewer.visit,
            viewer.url("single-sign-on"),
            &done.said("Single sign-on is now required"),
        )),
        None => edit.again(&viewer.visit, &page_of(&viewer, &edit)),
    }
}

async fn ending(viewer: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (row, _) = found(&viewer, &db).await?;
    row.enforced_at.ok_or(Problem::NotFound)?;
    let effects = [Effect::from(t!("Users can sign in with their password again, or through your provider."))];
    let back = (viewer.url("single-sign-on"), "Back to single sign-on");
    let page = viewer.page(("Stop requiring single sign-on", "Single sign-on", "Account"));
    page::html(&viewer.visit, &Confirm::new(page, "Stop requiring single sign-on", back, effects))
}

async fn ended(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    db.write(&viewer, relax).await?;
    let told = Flash::success("Single sign-on is no longer required");
    Ok(page::see_with(&viewer.visit, viewer.url("single-sign-on"), &told))
}

//! Screens of tokens.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Months;
use uuid::Uuid;

use super::{
    Manage, State, Status, View,
    actions::{self, Made},
    data::{Details, Life, Rotation, Scope},
    grants,
    grid::{Column, Tokens},
    header,
    lifecycle::Action,
    store::{self, TokenRow},
};
use crate::{
    access::{extract::Post, proof::Proved},
    kit::{
        actor::{Permission, User},
        acts::Acts,
        api,
        choice::Choice as _,
        confirm::Confirm,
        db::{Db, Tx},
        done::once,
        edit::Edit,
        form_page::{Ask, FormPage},
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        violation::{self, Violations},
        words::{Words, filters},
    },
    modules::{
        events::{self, Asked, Trail},
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Tokens>();
    screens.extend([
        get("/tokens", || web::to(list)),
        get("/tokens/new", || web::to(create)),
        post("/tokens/new", || web::to(created)),
        get("/tokens/{id}", || web::to(show)),
        get("/tokens/{id}/edit", || web::to(edit)),
        post("/tokens/{id}/edit", || web::to(saved)),
        get("/tokens/{id}/renew", || web::to(renew)),
        post("/tokens/{id}/renew", || web::to(renewed)),
        get("/tokens/{id}/rotate", || web::to(rotate)),
        post("/tokens/{id}/rotate", || web::to(rotated)),
        get("/tokens/{id}/disable", || web::to(disable)),
        post("/tokens/{id}/disable", || web::to(disabled)),
        get("/tokens/{id}/enable", || web::to(enable)),
        post("/tokens/{id}/enable", || web::to(enabled)),
        get("/tokens/{id}/delete", || web::to(delete)),
        post("/tokens/{id}/delete", || web::to(deleted)),
    ]);
    screens
}

type OfToken = web::Path<(String, String)>;

/// A person's id is no token's.
fn id(text: &str) -> Result<Id<User>> {
    text.parse().ok().filter(|id: &Id<User>| id.prefix() == "SU").ok_or(Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<User>) -> String {
    actor.url(&format!("tokens/{id}"))
}

#[derive(Template)]
#[template(path = "tokens/list.html")]
struct List {
    page: Page,
    list: Listed<Tokens>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Tokens", "Integrations")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}

/// All that is asked for a new token.
struct New {
    details: Form<Details>,
    scope: Form<Scope>,
    life: Form<Life>,
}

impl New {
    fn fail(&mut self, wrong: Violations) -> Violations {
        let wrong = self.details.fail(wrong);
        let wrong = self.scope.fail(wrong);
        self.life.fail(wrong)
    }
}

fn create_page(actor: &Viewer<Manage>, new: &New, copy: Uuid) -> FormPage {
    let back = (actor.url("tokens"), "Tokens");
    let page = FormPage::new(actor.page(("Create token", "Tokens")), "Create token", back, "Create")
        .below_heading("We'll show its key once, on the next page.")
        .hiding("form", copy);
    let page = new.details.onto(page);
    let page = new.scope.onto_asking(page, |_| Some(Ask::Checks(grants::picks(&actor.identity))));
    new.life.onto(page)
}

async fn create(actor: Viewer<Manage>) -> Result<HttpResponse> {
    let year = actor.zone().today(actor.now()).checked_add_months(Months::new(12)).unwrap_or_default();
    let new = New { details: Form::empty(), scope: Form::empty(), life: Form::filled(&Life { expires_on: year }) };
    page::html(&actor.visit, &create_page(&actor, &new, Uuid::new_v4()))
}

async fn created(post: Proved<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let mut new =
        New { details: Form::typed(&post.fields), scope: Form::typed(&post.fields), life: Form::typed(&post.fields) };
    let (Some(details), Some(scope), Some(life)) = (new.details.read(), new.scope.read(), new.life.read()) else {
        return page::invalid(&actor.visit, &create_page(&actor, &new, copy));
    };
    let act = move |tx: &mut Tx<'_, Manage>| actions::create(tx, (&details, &scope), life.expires_on);
    match violation::told(db.attempt(&actor, move |tx| once(tx, copy, act)).await)? {
        Ok(made) => show_secret(&actor, t!("Token created"), made.value()),
        Err(wrong) => {
            violation::none_left(new.fail(wrong))?;
            page::invalid(&actor.visit, &create_page(&actor, &new, copy))
        }
    }
}

#[derive(Template)]
#[template(path = "tokens/secret.html")]
struct Secret {
    page: Page,
    heading: Words,
    key: String,
    endpoint: String,
    back: (String, Words),
}

/// The only page that ever shows a secret: it is kept nowhere.
fn show_secret(actor: &Viewer<Manage>, heading: Words, made: Made) -> Result<HttpResponse> {
    let Some(secret) = made.secret else {
        let words =
            t!("This has already been done, and the key was shown then. If you didn't save it, rotate the key.");
        return Ok(page::see_with(&actor.visit, url(actor, &made.id), &Flash::notice(words)));
    };
    let shown = Secret {
        page: actor.page((&heading, "Tokens")),
        heading,
        key: header(&made.id, &secret),
        endpoint: format!("{}{}", actor.visit.house.base_of(&actor.identity.company.brand), api::ROOT),
        back: (url(actor, &made.id), t!("Go to token")),
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "tokens/show.html")]
struct Show {
    page: Page,
    token: TokenRow,
    state: State,
    creator: String,
    created: When,
    expires: When,
    last_used: Option<When>,
    /// Until when the key before the last rotation works.
    old_until: Option<When>,
    permissions: Vec<&'static str>,
    trail: Trail,
    all: String,
    /// What this person can do here.
    acts: Acts,
}

fn acts(row: &TokenRow, here: &str) -> Acts {
    let mut acts = Acts::default();
    if row.status == Status::Deleted {
        return acts;
    }
    acts.button(t!("Edit"), format!("{here}/edit"), false);
    acts.button(t!("Renew"), format!("{here}/renew"), false);
    acts.rare(t!("Rotate key"), format!("{here}/rotate"));
    match row.status {
        Status::Inactive => acts.rare(t!("Enable token"), format!("{here}/{}", Action::Enable.key())),
        _ => acts.ending(t!("Disable token"), format!("{here}/{}", Action::Disable.key())),
    }
    acts.ending(t!("Delete token"), format!("{here}/{}", Action::Delete.key()));
    acts
}

async fn show(actor: Viewer<View>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let token = id(&path.1)?;
    let asked = Asked::of(&actor.visit);
    let ((token, creator), trail) = db
        .read(&actor, move |read| Ok((store::find(read, &token)?, events::trail(read, token.as_str(), &asked)?)))
        .await?;
    let (zone, now) = (actor.zone(), actor.now());
    let here = url(&actor, &token.id);
    let shown = Show {
        page: actor.page((&token.name, "Tokens")),
        state: token.state(now),
        creator,
        created: zone.when(token.created_at),
        expires: zone.when(token.expires_at),
        last_used: token.last_used_at.map(|at| zone.when(at)),
        old_until: token.old_until.filter(|until| *until > now).map(|until| zone.when(until)),
        permissions: token.permissions.iter().filter_map(|key| grants::label(key)).collect(),
        trail,
        all: actor.url("tokens"),
        acts: if actor.may::<Manage>() { acts(&token, &here) } else { Acts::default() },
        token,
    };
    page::html(&actor.visit, &shown)
}

/// A token with which something can still be done; of another the page says so.
async fn find(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<TokenRow> {
    let token = id(text)?;
    let sought = token.clone();
    let (row, _) = db.read(actor, move |read| store::find(read, &sought)).await?;
    actions::alive(row).map_err(|problem| back(actor, &token, problem))
}

fn form_page(actor: &Viewer<Manage>, row: &TokenRow, act: Words, heading: Words, button: &'static str) -> FormPage {
    let page = actor.page((act, &row.name, "Tokens"));
    let back = (url(actor, &row.id), "Back to token");
    FormPage::new(page, heading.with("name", apart(&row.name)), back, button)
}

type Editing = Edit<TokenRow, Details>;

async fn editing(actor: &Viewer<Manage>, db: &Db, text: &str) -> Result<Editing> {
    let row = find(actor, db, text).await?;
    let (saved, revision) = (row.details(), row.revision);
    Ok(Edit::of(row, saved, revision))
}

fn edit_page(actor: &Viewer<Manage>, edit: &Editing) -> FormPage {
    edit.onto(form_page(actor, &edit.row, t!("Edit"), t!("Edit {name}"), "Save"))
}

async fn edit(actor: Viewer<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn saved(post: Post<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path.1).await?.typed(&post.fields);
    let (token, revision, here) = (edit.row.id.clone(), edit.revision, url(&actor, &edit.row.id));
    let act = |details| db.attempt(&actor, move |tx| actions::update(tx, &token, revision, &details));
    let done = edit.save(act, editing(&actor, &db, &path.1)).await;
    match done.map_err(|no| no.leading_to(&here, "Back to token"))? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Token saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

fn renew_page(actor: &Viewer<Manage>, row: &TokenRow, form: &Form<Life>) -> FormPage {
    let until = actor.zone().day(row.expires_at).words;
    let page = form_page(actor, row, t!("Renew"), t!("Renew {name}"), "Renew");
    form.onto(page.below_heading(t!("It expires on {until}. Its key stays the same.", until)))
}

async fn renew(actor: Viewer<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    actions::hold(&actor.identity, &row.permissions).map_err(|problem| back(&actor, &row.id, problem))?;
    let year = actor.zone().today(actor.now()).checked_add_months(Months::new(12)).unwrap_or_default();
    page::html(&actor.visit, &renew_page(&actor, &row, &Form::filled(&Life { expires_on: year })))
}

async fn renewed(post: Post<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let row = find(&actor, &db, &path.1).await?;
    let mut form = Form::<Life>::typed(&post.fields);
    let token = row.id.clone();
    let act = |life: Life| db.attempt(&actor, move |tx| actions::renew(tx, &token, life.expires_on));
    match form.sent(act).await.map_err(|problem| back(&actor, &row.id, problem))? {
        Some(done) => Ok(page::see_with(&actor.visit, url(&actor, &row.id), &done.said("Token renewed"))),
        None => page::invalid(&actor.visit, &renew_page(&actor, &row, &form)),
    }
}

fn back(actor: &Viewer<Manage>, token: &Id<User>, problem: Problem) -> Problem {
    problem.leading_to(url(actor, token), "Back to token")
}

fn rotate_page(actor: &Viewer<Manage>, row: &TokenRow, form: &Form<Rotation>, copy: Uuid) -> FormPage {
    let page = form_page(actor, row, t!("Rotate key"), t!("Rotate key of {name}"), "Rotate key")
        .below_heading("The token will get a new key. We'll show it once, on the next page.")
        .hiding("form", copy);
    form.onto(page)
}

async fn rotate(actor: Viewer<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    actions::hold(&actor.identity, &row.permissions).map_err(|problem| back(&actor, &row.id, problem))?;
    let form = Form::filled(&Rotation { overlap: 1 });
    page::html(&actor.visit, &rotate_page(&actor, &row, &form, Uuid::new_v4()))
}

async fn rotated(post: Proved<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let row = find(&actor, &db, &path.1).await?;
    let mut form = Form::<Rotation>::typed(&post.fields);
    let token = row.id.clone();
    let act = |chosen: Rotation| {
        db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::rotate(tx, &token, chosen.overlap)))
    };
    match form.sent(act).await.map_err(|problem| back(&actor, &row.id, problem))? {
        Some(made) => show_secret(&actor, t!("Key rotated"), made.value()),
        None => page::invalid(&actor.visit, &rotate_page(&actor, &row, &form, copy)),
    }
}

/// `effect` says what becomes of `{name}` with its `{id}`.
fn confirm(actor: &Viewer<Manage>, row: &TokenRow, heading: Words, effect: Words) -> Confirm {
    let page = actor.page((&heading, &row.name, "Tokens"));
    let back = (url(actor, &row.id), "Back to token");
    Confirm::new(page, heading, back, [effect.with("name", apart(&row.name)).with("id", &row.id)])
}

async fn disable(actor: Viewer<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let refusal = (row.status != Status::Active).then(|| t!("Its key doesn't work until someone enables it."));
    let effect = t!("{name} ({id}) will stop working immediately, until you enable it again. Its key stays the same.");
    page::html(
        &actor.visit,
        &confirm(&actor, &row, t!("Disable token"), effect).danger().refused("This token is already disabled", refusal),
    )
}

async fn disabled(post: Post<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    advance(post, path, db, Action::Disable, t!("Token disabled")).await
}

async fn enable(actor: Viewer<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    actions::hold(&actor.identity, &row.permissions).map_err(|problem| back(&actor, &row.id, problem))?;
    let refusal = (row.status != Status::Inactive).then(|| t!("Its key works until someone disables it."));
    let effect = t!("{name} ({id}) will work again with the same key.");
    page::html(
        &actor.visit,
        &confirm(&actor, &row, t!("Enable token"), effect).refused("This token is already enabled", refusal),
    )
}

async fn enabled(post: Post<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    advance(post, path, db, Action::Enable, t!("Token enabled")).await
}

async fn delete(actor: Viewer<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    let row = find(&actor, &db, &path.1).await?;
    let effect =
        t!("{name} ({id}) will stop working immediately. Its past actions stay in the history. This cannot be undone.");
    page::html(&actor.visit, &confirm(&actor, &row, t!("Delete token"), effect).danger())
}

async fn deleted(post: Post<Manage>, path: OfToken, db: web::Data<Db>) -> Result<HttpResponse> {
    advance(post, path, db, Action::Delete, t!("Token deleted")).await
}

async fn advance(
    post: Post<Manage>,
    path: OfToken,
    db: web::Data<Db>,
    action: Action,
    words: Words,
) -> Result<HttpResponse> {
    let (actor, token) = (post.actor, id(&path.1)?);
    let here = url(&actor, &token);
    db.write(&actor, {
        let token = token.clone();
        move |tx| actions::advance(tx, &token, action)
    })
    .await
    .map_err(|problem| back(&actor, &token, problem))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success(words)))
}

//! Screens of where a company's people are signed in.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Manage, actions,
    grid::{Column, SessionCells, Sessions},
    store,
};
use crate::{
    access::{extract::Post, pages::device},
    kit::{
        actor::User,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        id::Id,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::Zone,
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    modules::views::{
        self,
        list::{Listed, list as listed},
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Sessions>();
    screens.extend([
        get("/sessions", || web::to(list)),
        get("/sessions/{session}", || web::to(ending)),
        post("/sessions/{session}", || web::to(ended)),
        get("/users/{id}/sign-out", || web::to(ending_all)),
        post("/users/{id}/sign-out", || web::to(ended_all)),
    ]);
    screens
}

type OfSession = web::Path<(String, Uuid)>;
type OfUser = web::Path<(String, String)>;

#[derive(Template)]
#[template(path = "entrance/sessions.html")]
struct List {
    page: Page,
    list: Listed<Sessions>,
    zone: Zone,
    /// The one in which the page is looked at.
    own: String,
}

impl List {
    fn is_own(&self, row: &SessionCells) -> bool {
        row.id == self.own
    }
}

async fn list(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Sessions", "Account")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        own: actor.visit.caller.session.map(|id| id.to_string()).unwrap_or_default(),
    };
    page::html(&actor.visit, &shown)
}

fn back(actor: &Viewer<Manage>) -> (String, &'static str) {
    (actor.url("sessions"), "Back to sessions")
}

/// What ending these comes to.
fn effects(actor: &Viewer<Manage>, used: &[store::Used]) -> Vec<Effect> {
    let own = actor.visit.caller.session;
    let mut effects: Vec<Effect> = used
        .iter()
        .filter(|one| Some(one.id) != own)
        .map(|one| {
            let words = t!(
                "{person} will be signed out of {company} in {device} at {address}.",
                person = apart(&one.person),
                company = apart(&actor.identity.company.name),
                device = device(&one.agent),
                address = one.address.as_str(),
            );
            Effect::of_one("member.signed_out", words)
        })
        .collect();
    if !effects.is_empty() {
        effects.push(
            t!("They can sign in again with their password. If someone else knows it, they should change it first.")
                .into(),
        );
    }
    effects
}

async fn ending(actor: Viewer<Manage>, path: OfSession, db: web::Data<Db>) -> Result<HttpResponse> {
    let (account, session) = (actor.account().clone(), path.1);
    let used = db.read(&actor, move |read| store::used(read, &account, None, Some(session))).await?;
    if used.is_empty() {
        return Err(Problem::NotFound);
    }
    let own = actor.visit.caller.session == Some(session);
    let page = Confirm::new(actor.page(("Sign out", "Sessions")), "Sign out", back(&actor), effects(&actor, &used));
    let refusal = own.then_some("To end it, sign out.");
    page::html(&actor.visit, &page.danger().refused("This is your own session", refusal))
}

async fn ended(post: Post<Manage>, path: OfSession, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, session) = (post.actor, path.1);
    db.write(&actor, move |tx| actions::sign_out(tx, session))
        .await
        .map_err(|no| no.leading_to(actor.url("sessions"), "Back to sessions"))?;
    Ok(page::see_with(&actor.visit, actor.url("sessions"), &Flash::success("Session signed out")))
}

/// A token's id is no person's.
fn person(text: &str) -> Result<Id<User>> {
    text.parse().ok().filter(|id: &Id<User>| id.prefix() == "UR").ok_or(Problem::NotFound)
}

async fn ending_all(actor: Viewer<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (account, user) = (actor.account().clone(), person(&path.1)?);
    let here = actor.url(&format!("users/{user}"));
    let (name, used) = db
        .read(&actor, move |read| {
            Ok((store::name(read, &account, &user)?, store::used(read, &account, Some(&user), None)?))
        })
        .await?;
    let effects = effects(&actor, &used);
    let nothing = effects.is_empty().then(|| t!("{name} has no other session in this company.", name = apart(&name)));
    let page = Confirm::new(
        actor.page(("Sign out everywhere", &name, "Users")),
        "Sign out everywhere",
        (here, "Back to user"),
        effects,
    );
    page::html(&actor.visit, &page.about(&name).danger().refused("Not signed in", nothing))
}

async fn ended_all(post: Post<Manage>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, user) = (post.actor, person(&path.1)?);
    let here = actor.url(&format!("users/{user}"));
    let done = db.attempt(&actor, move |tx| actions::sign_out_everywhere(tx, &user)).await?;
    let told = match done.value() {
        0 => Flash::notice("There is no other session to end."),
        ended => Flash::success(t!("{n} session signed out" | "{n} sessions signed out", ended)),
    };
    Ok(page::see_with(&actor.visit, here, &told))
}

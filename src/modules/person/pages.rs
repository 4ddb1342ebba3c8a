//! The person's own pages: a copy of their data, and deleting their user account.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    export, leaving, pictures,
    removal::{self, Foreseen},
};
use crate::{
    access::{extract::SignedIn, pages::tabs, profile::who, proof::ProvedPerson},
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        page::{self, Flash, Page, Tab},
        problem::Result,
        route::{Mount, get, post},
        typed,
        words::{Words, filters},
    },
    t,
};

const HERE: &str = "/profile/data";
/// The page with the person's name.
pub const GENERAL: &str = "/profile";
const SESSIONS: &str = "/profile/sessions";

pub fn screens() -> Vec<Mount> {
    let mut screens = pictures::screens();
    screens.extend(leaving::screens());
    screens.extend([
        get(HERE, || web::to(show)),
        post("/profile/data", || web::to(copied)),
        get("/profile/delete", || web::to(deleting)),
        post("/profile/delete", || web::to(delete)),
    ]);
    screens
}

#[derive(Template)]
#[template(path = "person/data.html")]
struct Data {
    page: Page,
    tabs: Vec<Tab>,
}

async fn show(signed_in: SignedIn) -> Result<HttpResponse> {
    page::html(&signed_in.visit, &Data { page: signed_in.page(("Your data", "Profile")), tabs: tabs(HERE) })
}

/// A copy of what is kept about the person, as a file.
async fn copied(post: ProvedPerson, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, person) = (&post.signed_in, post.signed_in.person.id.clone());
    let own = person.clone();
    db.write_as_person(who(signed_in), move |tx| export::note(tx, &own)).await?;
    export::copy(&db, &person).await
}

/// What the page says before somebody deletes their user account.
fn effects(found: &Foreseen) -> Vec<Effect> {
    let companies = Words::all_of(found.companies.iter().map(|name| typed::apart(name)));
    let leaves: Option<Effect> =
        (!found.companies.is_empty()).then(|| t!("You'll leave {companies}.", companies).into());
    let always = [
        t!("You'll be signed out everywhere and can't sign in again."),
        t!(
            "Your name, email address, job title and picture will be removed. Where your name stood, it will say “Removed person”."
        ),
        t!("Your password, second factor, recovery codes and passkeys will be deleted."),
        t!("Forms you haven't finished will be deleted."),
    ];
    let counted = [
        Effect::touched(found.sessions(), "{n} session will end.", "{n} sessions will end.")
            .map(|effect| effect.at(SESSIONS)),
        Effect::touched(found.views(), "{n} saved view will be deleted.", "{n} saved views will be deleted."),
        Effect::touched(
            found.notifications(),
            "{n} notification will be deleted.",
            "{n} notifications will be deleted.",
        ),
        Effect::touched(
            found.tokens(),
            "{n} API token that you created keeps working, because it belongs to its company.",
            "{n} API tokens that you created keep working, because they belong to their companies.",
        ),
        Effect::touched(
            found.signatures(),
            "{n} signature stays as evidence, with the name and email address you signed with.",
            "{n} signatures stay as evidence, with the name and email address you signed with.",
        ),
    ];
    let last = [
        t!("Views you share stay. Open requests assigned to you will be unassigned."),
        t!(
            "Texts you or others wrote stay as they are. Emails and notifications to others keep your name and are deleted within a year."
        ),
        t!("Invitations to your email address will be deleted, and the address can be used for a new user account."),
        t!("You'll get an email."),
        t!("This can't be undone."),
    ];
    let always = always.into_iter().map(Effect::from);
    leaves
        .into_iter()
        .chain(always)
        .chain(counted.into_iter().flatten())
        .chain(last.into_iter().map(Effect::from))
        .collect()
}

async fn deleting(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let person = signed_in.person.id.clone();
    let found = db.open(move |conn| removal::foresee(conn, &person)).await?;
    let page = signed_in.page(("Delete your user account", "Your data", "Profile"));
    let back = (HERE.to_owned(), "Back to your data");
    let shown = Confirm::new(page, "Delete your user account", back, effects(&found)).danger();
    page::html(&signed_in.visit, &shown.refused("A company needs an administrator", found.refusal()))
}

async fn delete(post: ProvedPerson, session: Session, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, person) = (&post.signed_in, post.signed_in.person.id.clone());
    db.write_as_person(who(signed_in), move |tx| removal::remove(tx, &person))
        .await
        .map_err(|problem| problem.leading_to(HERE, "Back to your data"))?;
    session.purge();
    Ok(page::see_with(&signed_in.visit, "/sign-in", &Flash::success("Your user account was deleted")))
}

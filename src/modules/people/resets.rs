//! A colleague who has lost the second factor together with its recovery codes: the company asks for it to be removed. What that takes is said
//! in [`crate::access::factors::resets`].

use actix_web::{HttpResponse, web};

use super::{
    pages::{OfUser, member, url},
    store::{self, Member},
};
use crate::{
    access::{factors::resets, proof::Proved},
    accounts::{self, store::UserRow},
    kit::{
        actor::{Identity, Permission, User},
        confirm::Confirm,
        db::{Db, Looks, Tx},
        id::Id,
        page::{self, Flash},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
    },
    t,
};

/// Ask for a colleague's second factor to be removed.
pub struct ResetFactor;
impl Permission for ResetFactor {
    const WORDS: &'static str = "remove a colleague's second factor";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}

pub fn screens() -> Vec<Mount> {
    vec![
        get("/users/{id}/second-factor", || web::to(ask)),
        post("/users/{id}/second-factor", || web::to(asked)),
        get("/users/{id}/second-factor/keep", || web::to(keep)),
        post("/users/{id}/second-factor/keep", || web::to(kept)),
    ]
}

/// A colleague who has a second factor; one's own is changed in the profile.
fn colleague(look: &mut impl Looks, identity: &Identity, user: &Id<User>) -> Result<Member> {
    let found = store::member(look, &identity.company.id, user)?;
    let other = found.id != identity.person.id && found.enrolled_at.is_some();
    if other { Ok(found) } else { Err(Problem::NotFound) }
}

async fn found(actor: &Viewer<ResetFactor>, db: &Db, text: &str) -> Result<Member> {
    let user = member(text)?;
    db.read(actor, move |read| {
        let identity = read.actor.identity.clone();
        colleague(read, &identity, &user)
    })
    .await
}

fn found_to_change(tx: &mut Tx<'_, ResetFactor>, user: &Id<User>) -> Result<UserRow> {
    let who = tx.who.clone();
    colleague(tx, who.member()?, user)?;
    accounts::store::user(tx.conn, user)
}

async fn ask(actor: Viewer<ResetFactor>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let member = found(&actor, &db, &path.1).await?;
    let name = apart(&member.name).into_owned();
    let effects = [
        t!("{name} will get an email, and can stop it by signing in with the second factor.", name),
        t!(
            "After 24 hours, {name}'s second factor, recovery codes and passkeys are removed, and {name} is signed out everywhere.",
            name
        ),
        t!(
            "If {name} also works for other companies, nothing is removed until an administrator of each has asked for it too.",
            name
        ),
    ];
    let page = actor.page(("Remove second factor", &member.name, "Users"));
    let back = (url(&actor, &member.id), "Back to user");
    page::html(&actor.visit, &Confirm::new(page, "Remove second factor", back, effects).danger())
}

async fn asked(post: Proved<ResetFactor>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, user) = (post.actor, member(&path.1)?);
    let here = url(&actor, &user);
    let act = move |tx: &mut Tx<'_, ResetFactor>| {
        let user = found_to_change(tx, &user)?;
        resets::ask(tx, &user)
    };
    db.write(&actor, act).await.map_err(|problem| problem.leading_to(&here, "Back to user"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Second factor removal requested")))
}

async fn keep(actor: Viewer<ResetFactor>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let member = found(&actor, &db, &path.1).await?;
    let effect = t!("{name} will keep signing in with the second factor.", name = apart(&member.name));
    let page = actor.page(("Keep second factor", &member.name, "Users"));
    let back = (url(&actor, &member.id), "Back to user");
    page::html(&actor.visit, &Confirm::new(page, "Keep second factor", back, [effect]))
}

async fn kept(post: Proved<ResetFactor>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, user) = (post.actor, member(&path.1)?);
    let here = url(&actor, &user);
    let act = move |tx: &mut Tx<'_, ResetFactor>| {
        let user = found_to_change(tx, &user)?;
        resets::withdraw(tx, &user)
    };
    db.write(&actor, act).await?;
    Ok(page::see_with(&actor.visit, here, &Flash::success("Second factor kept")))
}

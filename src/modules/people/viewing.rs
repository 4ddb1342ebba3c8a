//! An administrator looks at the portal as a colleague sees it: for half an hour, and without changing anything. Who is seen there, and that
//! nothing is written, is decided where a request is let in ([`crate::access::sessions`], [`crate::kit::db`]).

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{
    letters::Mail,
    pages::{OfUser, member, url},
    store,
};
use crate::{
    access::{extract::SignedInPost, identity, places, proof::Proved},
    kit::{
        actor::{Account, Actor, Identity, Member, Permission, User},
        caller::Caller,
        confirm::Confirm,
        db::{Db, System, Tx},
        done::Done,
        event::Event,
        id::Id,
        page::{self, Flash},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
    },
    mail, t,
};

/// Look at the portal as a colleague.
pub struct ViewAs;
impl Permission for ViewAs {
    const WORDS: &'static str = "view the portal as a colleague";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}

pub fn screens() -> Vec<Mount> {
    vec![
        get("/users/{id}/view-as", || web::to(asking)),
        post("/users/{id}/view-as", || web::to(begun)),
        post("/viewing/end", || web::to(ended)),
    ]
}

/// Begins it in this session, in the name of the viewer.
///
/// # Errors
/// [`Problem::NotFound`] for somebody who does not work for the company; a refusal for oneself.
fn begin(tx: &mut Tx<'_, ViewAs>, user: &Id<User>) -> Result<()> {
    let account = tx.account()?;
    let colleague = store::member(tx, &account, user)?;
    if tx.who.identity().is_some_and(|identity| identity.person.id == colleague.id) {
        return Err(oneself());
    }
    let session = tx.who.caller().session.ok_or(Problem::SignIn)?;
    // an earlier view is over: nothing was begun in the meantime
    stop(tx, session, OVER)?;
    // a session that the company does not know looks at nothing
    if places::view(tx, &account, session, user)? != 1 {
        return Err(Problem::NotFound);
    }
    let identity = tx.who.member()?;
    let (company, by) = (identity.company.name.clone(), identity.person.name.clone());
    mail::queue(tx, &colleague.email, &Mail::PersonViewed { user: user.clone(), company, by })?;
    tx.record(Event::new("member.viewing_began", user).private())
}

/// The event when the time is over.
const OVER: &str = "member.viewing_over";

/// Ends a session's view, and returns the colleague.
fn stop<P>(tx: &mut Tx<'_, P>, session: Uuid, event: &'static str) -> Result<Option<Id<User>>> {
    let account = tx.account()?;
    let user = places::stop_viewing(tx, &account, session)?;
    if let Some(user) = &user {
        tx.record(Event::new(event, user).private())?;
    }
    Ok(user)
}

/// Ends it.
fn end(tx: &mut Tx<'_, Member>) -> Result<Done<Option<Id<User>>>> {
    let session = tx.who.caller().session.ok_or(Problem::SignIn)?;
    let user = stop(tx, session, "member.viewing_ended")?;
    Ok(Done::when(user.is_some(), user))
}

/// Ends a view whose time is over, in the viewer's name. Returns how many there were.
pub fn run_out(tx: &mut Tx<'_, System>) -> Result<usize> {
    let Some((session, account, user)) = places::over(tx)? else { return Ok(0) };
    match identity::load(tx.conn, &user, &account) {
        Ok(identity) => tx.on_behalf::<Member, _>(identity, "", |tx| stop(tx, session, OVER))?,
        // the viewer no longer works there
        Err(Problem::NotFound) => places::stop_viewing(tx, &account, session)?,
        Err(problem) => return Err(problem),
    };
    Ok(1)
}

fn oneself() -> Problem {
    Problem::refused("You already see your own portal", "Choose a colleague to view the portal as.")
}

async fn asking(actor: Viewer<ViewAs>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (account, user) = (actor.account().clone(), member(&path.1)?);
    let colleague = db.read(&actor, move |read| store::member(read, &account, &user)).await?;
    let name = apart(&colleague.name);
    let effects = [
        t!(
            "You'll see this company's portal as {name} sees it, for up to {n} minutes.",
            name,
            n = places::VIEWING.num_minutes()
        ),
        t!("You can't change anything until you stop."),
        t!("The history of {name} and the company's activity will show that you viewed it.", name),
        t!("We'll email {name} that you started.", name),
    ];
    let own = (colleague.id == actor.identity.person.id).then_some("Choose a colleague to view the portal as.");
    let back = (url(&actor, &colleague.id), "Back to user");
    let page =
        Confirm::new(actor.page(("View as", &colleague.name, "Users")), t!("View as {name}", name), back, effects);
    page::html(&actor.visit, &page.refused("You already see your own portal", own))
}

async fn begun(post: Proved<ViewAs>, path: OfUser, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, user) = (post.actor, member(&path.1)?);
    let back = url(&actor, &user);
    db.write(&actor, move |tx| begin(tx, &user)).await.map_err(|no| no.leading_to(back, "Back to user"))?;
    Ok(page::see(actor.identity.company.home()))
}

/// For this one act the viewer acts as themselves.
async fn ended(post: SignedInPost, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let visit = post.signed_in.visit;
    let account: Id<Account> = path.parse().map_err(|_| Problem::NotFound)?;
    let user = post.signed_in.person.id;
    let identity = db.open(move |conn| identity::load(conn, &user, &account)).await?;
    let home = identity.company.home();
    let caller = Caller { looks_only: false, ..(*visit.caller).clone() };
    let actor = Actor::<Member>::admit(Arc::new(identity), Arc::new(caller))?;
    let done = db.attempt(&actor, end).await?;
    let to = match done.value() {
        Some(colleague) => format!("{home}/users/{colleague}"),
        None => home,
    };
    Ok(page::see_with(&visit, to, &Flash::success("You're back in your own view")))
}

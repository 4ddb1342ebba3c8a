//! Mails that only remind can be refused, by a link that needs no sign-in: mail programs offer it as "Unsubscribe" (RFC 8058).

use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;

use crate::{
    accounts,
    kit::{
        actor::User,
        db::{Db, Who},
        done::Done,
        event::Event,
        fields::GuestPost,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        secret::Key,
        visit::{Guest, Visit},
        words::filters,
    },
    schema::users,
};

const PURPOSE: &str = "reminders";

/// Where the person with this e-mail refuses reminders; none when it has done so, or is no user any more.
pub fn link(conn: &mut PgConnection, key: &Key, public_url: &str, email: &str) -> Result<Option<String>> {
    let Some(user) = accounts::store::user_by_email(conn, email)? else { return Ok(None) };
    if !wanted(conn, &user.id)? {
        return Ok(None);
    }
    let code = key.seal(PURPOSE, &[user.id.as_str().as_bytes()]);
    Ok(Some(format!("{public_url}/reminders/{}/{code}", user.id)))
}

fn wanted(conn: &mut PgConnection, user: &Id<User>) -> Result<bool> {
    Ok(users::table.find(user).select(users::reminders).first(conn)?)
}

pub fn screens() -> Vec<Mount> {
    vec![
        get("/reminders/{user}/{code}", || web::to(show)),
        post("/reminders/{user}/{code}", || web::to(stop)),
        post("/reminders/{user}/{code}/again", || web::to(again)),
    ]
}

type Path = web::Path<(String, String)>;

/// Whoever the link was made for; a wrong code and an unknown person are told alike.
fn person(visit: &Visit, path: &Path) -> Result<Id<User>> {
    let user: Id<User> = path.0.parse().map_err(|_| Problem::NotFound)?;
    let fits = visit.house.key.opens(PURPOSE, &[user.as_str().as_bytes()], &path.1);
    if fits { Ok(user) } else { Err(Problem::NotFound) }
}

#[derive(Template)]
#[template(path = "mail/reminders.html")]
struct Reminders {
    page: Page,
    name: String,
    on: bool,
    stop: String,
    again: String,
}

async fn shown(visit: &Visit, path: &Path, db: &Db) -> Result<HttpResponse> {
    let user = person(visit, path)?;
    let (name, on) = db.open(move |conn| Ok((accounts::store::user(conn, &user)?.name, wanted(conn, &user)?))).await?;
    let stop = format!("/reminders/{}/{}", path.0, path.1);
    let again = format!("{stop}/again");
    page::html(visit, &Reminders { page: Page::of_guest(visit, "Reminders"), name, on, stop, again })
}

async fn show(path: Path, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    shown(&guest.0, &path, &db).await
}

/// No token is asked for: mail programs send this without having seen the page, and the code in the address is the right to it.
async fn stop(path: Path, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    set(&guest, &path, &db, false, "user.reminders_stopped").await?;
    shown(&guest.0, &path, &db).await
}

async fn again(path: Path, post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    set(&Guest(post.visit.clone()), &path, &db, true, "user.reminders_wanted").await?;
    Ok(page::see(format!("/reminders/{}/{}", path.0, path.1)))
}

async fn set(guest: &Guest, path: &Path, db: &Db, on: bool, event: &'static str) -> Result<()> {
    let user = person(&guest.0, path)?;
    let name = {
        let user = user.clone();
        db.open(move |conn| Ok(accounts::store::user(conn, &user)?.name)).await?
    };
    let who = Who::Person { name, user: Some(user.clone()), caller: guest.0.by_link() };
    db.attempt_as_person(who, move |tx| {
        let other = users::table.find(&user).filter(users::reminders.ne(on));
        if diesel::update(other).set(users::reminders.eq(on)).execute(tx.conn)? == 0 {
            return Ok(Done::Same(()));
        }
        tx.record(Event::new(event, &user)).map(Done::Changed)
    })
    .await
    .map(Done::value)
}

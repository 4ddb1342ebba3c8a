//! Who has said the password and not yet the second factor. Such a browser holds a key of its own that no page but the one that asks for
//! the code knows: it is no session, and becomes none.

use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, time::Duration},
};
use diesel::{
    dsl::{IntervalDsl as _, now},
    prelude::*,
};
use uuid::Uuid;

use super::{Proof, has_one};
use crate::{
    access::{known, sessions},
    accounts::{self, SecondFactor, store::UserRow},
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::Db,
        id::Id,
        kept, page,
        problem::{Problem, Result},
        secret,
        security::{self, Kind},
        statement::statement,
        visit::{Visit, portal_of},
    },
    schema::{accounts as companies, half_sign_ins as halves, memberships, users},
};

/// The page that asks for the code.
pub const PAGE: &str = "/sign-in/code";
const COOKIE: &str = "entente-half";
/// The code has to be entered within this time.
const MINUTES: i32 = 10;

/// Where somebody goes on once the sign-in is whole.
#[derive(Debug, Clone)]
pub struct Next {
    /// A path of ours.
    pub path: String,
    /// What was typed into a form when the session had ended.
    pub kept: Option<Uuid>,
}

impl Next {
    pub fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), kept: None }
    }

    /// The query by which the pages of a sign-in remember this.
    pub fn query(&self) -> String {
        let kept = self.kept.map(|id| (kept::FIELD, id.to_string()));
        let along: Vec<_> = std::iter::once(("next", self.path.clone())).chain(kept).collect();
        serde_html_form::to_string(along).unwrap_or_default()
    }

    /// The page that asks for the code, which remembers this.
    fn asked(&self) -> String {
        match (self.path.as_str(), self.kept) {
            ("/", None) => PAGE.to_owned(),
            _ => format!("{PAGE}?{}", self.query()),
        }
    }

    fn url(self) -> String {
        self.kept.map_or(self.path, kept::url)
    }
}

fn cookie(visit: &Visit, value: String) -> Cookie<'static> {
    let mut cookie = visit.house.cookie(&visit.house.cookie_name(COOKIE), value, "/");
    cookie.set_max_age(Duration::minutes(MINUTES.into()));
    cookie
}

/// Lets in somebody whose password was right, or who came by a link that stands for one: `told` is what that is for the trail. Whoever has
/// a second factor is asked for it first.
pub async fn let_in(
    db: &Db,
    visit: &Visit,
    session: &Session,
    (user, next): (&Id<User>, Next),
    (told, about): (Kind, &str),
) -> Result<HttpResponse> {
    let (person, key, base) = (user.clone(), secret::token(), visit.base());
    let hash = secret::digest(&key);
    let halfway = db
        .open(move |conn| {
            let asked = has_one(conn, &person)?;
            if asked {
                let row = (halves::key_hash.eq(hash), halves::user_id.eq(&person), halves::base.eq(base));
                diesel::insert_into(halves::table).values(row).execute(conn)?;
            }
            Ok(asked)
        })
        .await?;
    if halfway {
        security::tell(visit, Kind::Halfway, Some(user), about);
        let mut response = page::see(next.asked());
        response.add_cookie(&cookie(visit, key)).map_err(Problem::internal)?;
        return Ok(response);
    }
    sessions::begin(session, user, &visit.caller.address, &visit.caller.agent)?;
    security::tell(visit, told, Some(user), about);
    let mut response = page::see(suggested(db, user, next).await?);
    response.add_cookie(&known::cookie(visit, user)).map_err(Problem::internal)?;
    Ok(response)
}

/// Where somebody without a second factor goes on: past the page that says so, when a company of the person's asks for one.
async fn suggested(db: &Db, user: &Id<User>, next: Next) -> Result<String> {
    if next.kept.is_some() || (next.path != "/" && portal_of(&next.path).is_none()) {
        return Ok(next.url());
    }
    let user = user.clone();
    let asking = db
        .open(move |conn| {
            Ok(memberships::table
                .inner_join(companies::table)
                .filter(memberships::user_id.eq(&user))
                .filter(companies::second_factor.ne(SecondFactor::Optional))
                .order((companies::second_factor, memberships::joined_at, companies::id))
                .select(companies::id)
                .first::<Id<Account>>(conn)
                .optional()?)
        })
        .await?;
    Ok(match asking {
        Some(company) => {
            let query = serde_html_form::to_string(vec![("next", next.path.as_str())]).unwrap_or_default();
            format!("/enrol/{company}?{query}")
        }
        None => next.url(),
    })
}

/// The key that this browser holds, hashed.
pub fn key(request: &HttpRequest, visit: &Visit) -> Option<Vec<u8>> {
    request.cookie(&visit.house.cookie_name(COOKIE)).map(|cookie| secret::digest(cookie.value()))
}

/// Who is half signed in in this browser. A password that was changed meanwhile counts no more.
pub async fn find(db: &Db, request: &HttpRequest, visit: &Visit) -> Result<Option<UserRow>> {
    let Some(key) = key(request, visit) else { return Ok(None) };
    let base = visit.base();
    db.open(move |conn| {
        let found: Option<Id<User>> = halves::table
            .inner_join(users::table)
            .filter(halves::key_hash.eq(key))
            .filter(halves::base.eq(base))
            .filter((halves::created_at + MINUTES.minutes()).gt(now))
            .filter(
                users::password_set_at.is_null().or(users::password_set_at.assume_not_null().le(halves::created_at)),
            )
            .select(users::id)
            .first(conn)
            .optional()?;
        found.map(|user| accounts::store::user(conn, &user)).transpose()
    })
    .await
}

/// The second factor was right: a session begins, under a key of its own, and the half one ends.
pub async fn finish(
    (db, request, visit): (&Db, &HttpRequest, &Visit),
    session: &Session,
    (user, proof): (&Id<User>, Proof),
    next: Next,
) -> Result<HttpResponse> {
    if let Some(key) = key(request, visit) {
        db.open(move |conn| Ok(diesel::delete(halves::table.find(key)).execute(conn)?)).await?;
    }
    sessions::begin_with(session, user, &visit.caller, &proof)?;
    security::tell(visit, Kind::SignedIn, Some(user), proof.factor.key());
    let mut response = page::see(next.url());
    let mut gone = cookie(visit, String::new());
    gone.make_removal();
    for cookie in [gone, known::cookie(visit, user)] {
        response.add_cookie(&cookie).map_err(Problem::internal)?;
    }
    Ok(response)
}

/// Ends all half sign-ins of a person.
pub fn end_all(conn: &mut PgConnection, user: &Id<User>) -> Result<()> {
    diesel::delete(halves::table.filter(halves::user_id.eq(user))).execute(conn)?;
    Ok(())
}

/// Clears away what is too old, and what was begun and not finished.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    let halves = statement("DELETE FROM half_sign_ins WHERE created_at < now() - interval '1 hour'").execute(conn)?;
    let setups =
        statement("DELETE FROM authenticator_setups WHERE created_at < now() - interval '1 hour'").execute(conn)?;
    let asked =
        statement("DELETE FROM passkey_ceremonies WHERE created_at < now() - interval '1 hour'").execute(conn)?;
    Ok(halves + setups + asked)
}

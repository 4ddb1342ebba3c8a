//! One-time links that set a password: mailed to who forgot one, printed for the first person of a new company.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    access::letters::Mail,
    accounts,
    kit::{
        actor::{Account, User},
        db::{Db, System, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Refusal, Result},
        secret::{self, Key},
        visit::Visit,
    },
    mail,
    manifest::Ending,
    schema::{password_reset_asks as asks, password_resets},
};

const PURPOSE: &str = "password reset";

/// How long a mailed link lives.
pub const MAILED: TimeDelta = TimeDelta::hours(1);
/// How long a printed link lives.
pub const PRINTED: TimeDelta = TimeDelta::hours(24);

/// A link that can be used once.
#[derive(Debug, Clone, Queryable)]
pub struct Reset {
    pub id: Uuid,
    pub user_id: Id<User>,
    nonce: Vec<u8>,
    used_at: Option<DateTime<Utc>>,
    /// By the database's clock, when it was looked up.
    expired: bool,
}

impl Reset {
    fn code(&self, key: &Key) -> String {
        key.seal(PURPOSE, &[self.id.as_bytes(), &self.nonce])
    }

    /// Whether `code` is this link's, and the link still works.
    pub fn opens(&self, key: &Key, code: &str) -> bool {
        key.opens(PURPOSE, &[self.id.as_bytes(), &self.nonce], code) && self.used_at.is_none() && !self.expired
    }

    pub fn url(&self, key: &Key, public_url: &str) -> String {
        format!("{public_url}/set-password/{}/{}", self.id, self.code(key))
    }
}

/// Makes a link. Earlier ones go on working until one is used: a stranger who asks again and again takes nobody's mail away.
pub fn begin<P>(tx: &mut Tx<'_, P>, user: &Id<User>, lives: TimeDelta) -> Result<Reset> {
    let reset =
        Reset { id: Uuid::new_v4(), user_id: user.clone(), nonce: secret::nonce(), used_at: None, expired: false };
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::id.eq(reset.id),
            password_resets::user_id.eq(&reset.user_id),
            password_resets::nonce.eq(&reset.nonce),
            password_resets::created_at.eq(tx.at),
            password_resets::expires_at.eq(tx.at + lives),
        ))
        .execute(tx.conn)?;
    Ok(reset)
}

/// Notes that somebody asked for a link, and nothing else: whether anybody has this e-mail shows neither in the answer nor in the
/// time it takes.
pub fn ask(conn: &mut PgConnection, email: &str, visit: &Visit) -> Result<()> {
    diesel::insert_into(asks::table)
        .values((
            asks::id.eq(Uuid::new_v4()),
            asks::email.eq(email),
            asks::address.eq(&visit.caller.address),
            asks::request.eq(&visit.caller.request),
            asks::brand.eq(visit.active_brand.host().map(|host| host.of.clone())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Mailed links of one person within an hour; whoever asks more often has enough of them already.
const MOST_MAILED: i64 = 5;

/// Mails links to those who asked and have a user, a few at a time; how many asks were answered.
pub fn answer(tx: &mut Tx<'_, System>) -> Result<usize> {
    const AT_ONCE: i64 = 20;
    let asked: Vec<(Uuid, String, String, Option<Id<Account>>)> = asks::table
        .order(asks::asked_at)
        .limit(AT_ONCE)
        .for_update()
        .skip_locked()
        .select((asks::id, asks::email, asks::address, asks::brand))
        .load(tx.conn)?;
    for (id, email, address, brand) in &asked {
        diesel::delete(asks::table.find(id)).execute(tx.conn)?;
        let Some(user) = accounts::store::user_by_email(tx.conn, email)? else { continue };
        let mailed = password_resets::table
            .filter(password_resets::user_id.eq(&user.id))
            .filter(password_resets::created_at.gt(tx.at - MAILED))
            .count()
            .get_result::<i64>(tx.conn)?;
        if mailed >= MOST_MAILED {
            continue;
        }
        let link = begin(tx, &user.id, MAILED)?;
        mail::queue(tx, &user.email, &Mail::PasswordReset { reset: link.id, brand: brand.clone() })?;
        tx.record(Event::new("user.password_reset_asked", &user.id).note(address))?;
    }
    Ok(asked.len())
}

/// Mails links to all who asked.
pub async fn answer_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && db.write_system("password resets", answer).await? > 0 {}
    Ok(())
}

pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Reset>> {
    let columns = (
        password_resets::id,
        password_resets::user_id,
        password_resets::nonce,
        password_resets::used_at,
        password_resets::expires_at.le(diesel::dsl::now),
    );
    Ok(password_resets::table.find(id).select(columns).first(conn).optional()?)
}

/// What is said of a link that does not work any more.
pub fn dead() -> Problem {
    Problem::Gone(Box::new(Refusal {
        title: "This link no longer works".into(),
        text: "It has expired, was already used, or was replaced by a newer one. Request a new link.".into(),
        next: Some(("/forgot-password".into(), "Send a new link".into())),
        since: None,
    }))
}

/// Uses a link up; of two at once one is told that it was used.
pub fn spend(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    let unused = password_resets::table.find(id).filter(password_resets::used_at.is_null());
    match diesel::update(unused).set(password_resets::used_at.eq(diesel::dsl::now)).execute(conn)? {
        0 => Err(dead()),
        _ => Ok(()),
    }
}

/// Uses up all other links of the person, once one has done its work.
pub fn spend_others(conn: &mut PgConnection, user: &Id<User>) -> Result<()> {
    let unused = password_resets::table.filter(password_resets::user_id.eq(user));
    let unused = unused.filter(password_resets::used_at.is_null());
    diesel::update(unused).set(password_resets::used_at.eq(diesel::dsl::now)).execute(conn)?;
    Ok(())
}

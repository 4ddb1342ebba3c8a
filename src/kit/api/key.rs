//! `Idempotency-Key`: a program that got no answer sends the same call again, and the act is done once.
//!
//! The key, and what was answered, are written in the act's own transaction. So a call that was refused, or broke off, leaves no key behind and
//! can be sent again; of two at once the second waits for the first at the key's row.

use actix_web::{
    HttpRequest,
    http::{Method, StatusCode},
};
use diesel::{
    OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Binary, Bool, Int2, Int4, Nullable, Text, Timestamptz},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Answer;
use crate::kit::{
    actor::{Permission, User},
    db::Tx,
    done::Done,
    id::Id,
    problem::{Problem, Result},
    statement::statement,
};

const HEADER: &str = "idempotency-key";
/// Characters of a key.
const LONGEST: usize = 255;
/// For so long the same call is answered the same, in SQL.
const KEPT: &str = "interval '24 hours'";

/// A key, and the call that bears it.
#[derive(Debug, Clone)]
pub struct Key {
    text: String,
    /// SHA-256 of the method, the address and the body.
    request: [u8; 32],
}

impl Key {
    /// Whether a call has one, right or wrong.
    pub fn is_sent(request: &HttpRequest) -> bool {
        request.headers().contains_key(HEADER)
    }

    /// The key of a call, if it has one.
    ///
    /// # Errors
    /// When it is empty, too long, or no text.
    pub fn of(request: &HttpRequest, body: &Value) -> Result<Option<Self>> {
        let mut sent = request.headers().get_all(HEADER);
        let Some(value) = sent.next() else { return Ok(None) };
        let text = std::str::from_utf8(value.as_bytes()).map(str::trim).unwrap_or_default();
        if text.is_empty() || text.chars().count() > LONGEST || sent.next().is_some() {
            return Err(Problem::BadRequest("Idempotency-Key must be a single value of 1 to 255 characters."));
        }
        Ok(Some(Self { text: text.to_owned(), request: digest(request.method(), &request.uri().to_string(), body)? }))
    }
}

fn digest(method: &Method, address: &str, body: &Value) -> Result<[u8; 32]> {
    let mut hash = Sha256::new();
    // neither a method nor an address has a line break
    hash.update(format!("{method}\n{address}\n"));
    hash.update(serde_json::to_vec(body).map_err(Problem::internal)?);
    Ok(hash.finalize().into())
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Bool)]
    same: bool,
    #[diesel(sql_type = Nullable<Int2>)]
    status: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
    #[diesel(sql_type = Nullable<Int4>)]
    revision: Option<i32>,
}

/// Acts once for a key: the same call again comes to the answer that was given before.
///
/// # Errors
/// As `act`; [`Problem::Coded`] when another call had the key.
pub fn once<P: Permission>(
    tx: &mut Tx<'_, P>,
    key: &Key,
    act: impl FnOnce(&mut Tx<'_, P>) -> Result<Done<Answer>>,
) -> Result<Done<Answer>> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("a key belongs to a token"))?;
    let user = identity.person.id.clone();
    if !claim(tx, key, &user)? {
        return before(tx.conn, key, &user).map(Done::Repeated);
    }
    let done = act(tx)?;
    let answer = done.clone().value();
    statement("UPDATE idempotency_keys SET status = $3, body = $4, revision = $5 WHERE user_id = $1 AND key = $2")
        .bind::<Text, _>(&user)
        .bind::<Text, _>(&key.text)
        .bind::<Int2, _>(i16::try_from(answer.status.as_u16()).map_err(Problem::internal)?)
        .bind::<Nullable<Text>, _>(&answer.body)
        .bind::<Nullable<Int4>, _>(answer.revision)
        .execute(tx.conn)?;
    Ok(done)
}

/// Whether the key is free, and now this call's. Waits for another that has it and has not ended.
fn claim<P>(tx: &mut Tx<'_, P>, key: &Key, user: &Id<User>) -> Result<bool> {
    let claimed = statement(format!(
        "INSERT INTO idempotency_keys (user_id, key, request, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id, key) DO UPDATE SET request = $3, created_at = $4, status = NULL, body = NULL, revision = NULL \
         WHERE idempotency_keys.created_at < $4 - {KEPT}"
    ))
    .bind::<Text, _>(user)
    .bind::<Text, _>(&key.text)
    .bind::<Binary, _>(&key.request[..])
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok(claimed == 1)
}

/// What the call with this key was answered.
fn before(conn: &mut PgConnection, key: &Key, user: &Id<User>) -> Result<Answer> {
    let kept: Option<Kept> = statement(
        "SELECT request = $3 AS same, status, body, revision FROM idempotency_keys WHERE user_id = $1 AND key = $2",
    )
    .bind::<Text, _>(user)
    .bind::<Text, _>(&key.text)
    .bind::<Binary, _>(&key.request[..])
    .get_result(conn)
    .optional()?;
    let kept = kept.ok_or_else(|| Problem::Unavailable("a key was swept while it was asked for".into()))?;
    if !kept.same {
        return Err(Problem::Coded(
            "REQ_001",
            "Another request had this Idempotency-Key: give each request a key of its own.",
        ));
    }
    let status = kept.status.and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
    let status = status.ok_or_else(|| Problem::internal("an act that ended left no answer with its key"))?;
    Ok(Answer { status, body: kept.body, revision: kept.revision })
}

/// Clears away keys whose day is over.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement(format!("DELETE FROM idempotency_keys WHERE created_at < now() - {KEPT}")).execute(conn)?)
}

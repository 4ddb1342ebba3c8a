//! One-time links that set a password: mailed to who forgot one, printed for the first person of a new company.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    kit::{
        actor::User,
        db::Tx,
        id::Id,
        problem::Result,
        secret::{self, Key},
    },
    schema::password_resets,
};

const PURPOSE: &str = "password reset";

/// How long a mailed link lives.
pub const MAILED: TimeDelta = TimeDelta::hours(1);
/// How long a printed link lives.
pub const PRINTED: TimeDelta = TimeDelta::hours(24);

/// A link that can be used once.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = password_resets)]
pub struct Reset {
    pub id: Uuid,
    pub user_id: Id<User>,
    nonce: Vec<u8>,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

impl Reset {
    fn code(&self, key: &Key) -> String {
        key.seal(PURPOSE, &[self.id.as_bytes(), &self.nonce])
    }

    /// Whether `code` is this link's, and the link still works.
    pub fn opens(&self, key: &Key, code: &str) -> bool {
        key.opens(PURPOSE, &[self.id.as_bytes(), &self.nonce], code)
            && self.used_at.is_none()
            && self.expires_at > Utc::now()
    }

    pub fn url(&self, key: &Key, public_url: &str) -> String {
        format!("{public_url}/set-password/{}/{}", self.id, self.code(key))
    }
}

/// Makes a link; earlier ones of the person stop working.
pub fn begin<P>(tx: &mut Tx<'_, P>, user: &Id<User>, lives: TimeDelta) -> Result<Reset> {
    diesel::update(
        password_resets::table.filter(password_resets::user_id.eq(user)).filter(password_resets::used_at.is_null()),
    )
    .set(password_resets::used_at.eq(tx.at))
    .execute(tx.conn)?;
    let reset = Reset {
        id: Uuid::new_v4(),
        user_id: user.clone(),
        nonce: secret::nonce(),
        expires_at: tx.at + lives,
        used_at: None,
    };
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::id.eq(reset.id),
            password_resets::user_id.eq(&reset.user_id),
            password_resets::nonce.eq(&reset.nonce),
            password_resets::created_at.eq(tx.at),
            password_resets::expires_at.eq(reset.expires_at),
        ))
        .execute(tx.conn)?;
    Ok(reset)
}

pub fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Reset>> {
    Ok(password_resets::table.find(id).select(Reset::as_select()).first(conn).optional()?)
}

/// Uses a link up; of two at once one is told that it was used.
pub fn spend(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    let unused = password_resets::table.find(id).filter(password_resets::used_at.is_null());
    Ok(diesel::update(unused).set(password_resets::used_at.eq(diesel::dsl::now)).execute(conn)? == 1)
}

/// Gives a link back whose password was refused.
pub fn unspend(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    diesel::update(password_resets::table.find(id))
        .set(password_resets::used_at.eq(None::<DateTime<Utc>>))
        .execute(conn)?;
    Ok(())
}

//! The open invitations of somebody who has a user already: known by the address, before anything is accepted.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Text, Timestamptz},
};

use crate::kit::{
    actor::{Account, User},
    id::Id,
    problem::Result,
    statement::statement,
};

/// An invitation that can be accepted.
#[derive(Debug, Clone, QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The company whose brand the pages of the inviting company have.
    #[diesel(sql_type = Text)]
    pub brand: Id<Account>,
    #[diesel(sql_type = Text)]
    pub inviter: String,
    #[diesel(sql_type = Timestamptz)]
    pub until: DateTime<Utc>,
}

/// Those to the person's own address, the one that ends first at the top, as many as anybody reads: anybody may invite anybody. Whoever signs
/// a contract says an address that nobody has checked, so it has to be proved.
pub fn waiting(conn: &mut PgConnection, user: &Id<User>) -> Result<Vec<Waiting>> {
    Ok(statement(
        "SELECT i.id, a.name AS company, a.brand, s.name AS inviter, i.expires_at AS until \
         FROM users u JOIN invitations i ON i.email_key = u.email_key \
         JOIN accounts a ON a.id = i.account_id JOIN users s ON s.id = i.inviter_id \
         WHERE u.id = $1 AND u.kind = 'person' AND u.email_proved_at IS NOT NULL AND i.status = 'invited' AND i.expires_at > now() \
         ORDER BY i.expires_at, i.id LIMIT 100",
    )
    .bind::<Text, _>(user)
    .load(conn)?)
}

//! The companies whose identity providers know a person, and unlinking one of them. A person keeps one: the password, and where a
//! company lets nobody in by password, its provider.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Bool, Text, Timestamptz},
};

use super::letters::Mail;
use crate::{
    accounts::store::{UserRow, take_turn},
    kit::{
        actor::{Account, User},
        db::{Personal, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        security::Kind,
        statement::statement,
        typed,
        words::Words,
    },
    mail,
    schema::sso_subjects,
    t,
};

/// A company whose provider knows the person.
#[derive(Debug, Clone, QueryableByName)]
pub struct Linked {
    #[diesel(sql_type = Text)]
    pub account: Id<Account>,
    #[diesel(sql_type = Text)]
    pub company: String,
    #[diesel(sql_type = Timestamptz)]
    pub linked_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub used_at: DateTime<Utc>,
    /// Whether the person has a password.
    #[diesel(sql_type = Bool)]
    password: bool,
    /// Whether the company lets this person in through its provider alone.
    #[diesel(sql_type = Bool)]
    required: bool,
}

/// All of them, by their names.
pub fn of_user(conn: &mut PgConnection, user: &Id<User>) -> Result<Vec<Linked>> {
    Ok(statement(
        "SELECT s.account_id AS account, a.name AS company, s.linked_at, s.used_at, u.password_hash IS NOT NULL AS password, \
         p.enforced_at IS NOT NULL AND NOT EXISTS (SELECT FROM sso_exceptions e \
         WHERE e.account_id = s.account_id AND e.user_id = s.user_id) AS required \
         FROM sso_subjects s JOIN accounts a ON a.id = s.account_id JOIN sso_providers p ON p.account_id = s.account_id \
         JOIN users u ON u.id = s.user_id WHERE s.user_id = $1 ORDER BY a.name, a.id",
    )
    .bind::<Text, _>(user)
    .load(conn)?)
}

/// One of them.
///
/// # Errors
/// [`Problem::NotFound`] for a company whose provider does not know the person.
pub fn find(conn: &mut PgConnection, user: &Id<User>, account: &Id<Account>) -> Result<Linked> {
    of_user(conn, user)?.into_iter().find(|one| one.account == *account).ok_or(Problem::NotFound)
}

impl Linked {
    /// Why the person needs it.
    pub fn refusal(&self) -> Option<Words> {
        if !self.password {
            return Some(t!(
                "You have no password, so you could no longer sign in to {company}. Sign out, choose “Forgot password” on the sign-in page and set one first.",
                company = typed::apart(&self.company)
            ));
        }
        self.required.then(|| {
            t!(
                "{company} requires single sign-on, so you could no longer sign in there.",
                company = typed::apart(&self.company)
            )
        })
    }
}

/// Unlinks the person from a company's provider; what its sessions open through it ends, and sessions that open nothing else.
///
/// # Errors
/// As [`find`]; a refusal of the only way in.
pub fn unlink(tx: &mut Tx<'_, Personal>, user: &UserRow, account: &Id<Account>) -> Result<()> {
    // whether the company requires its provider is true until this is done
    take_turn(tx, account)?;
    let one = find(tx.conn, &user.id, account)?;
    if let Some(why) = one.refusal() {
        return Err(Problem::refused("You need this way to sign in", why));
    }
    let links = sso_subjects::table.filter(sso_subjects::account_id.eq(account));
    diesel::delete(links.filter(sso_subjects::user_id.eq(&user.id))).execute(tx.conn)?;
    statement(
        "DELETE FROM sso_proofs p USING sessions s WHERE s.id = p.session_id AND s.user_id = $1 AND p.account_id = $2",
    )
    .bind::<Text, _>(&user.id)
    .bind::<Text, _>(account)
    .execute(tx.conn)?;
    statement(
        "DELETE FROM sessions s WHERE s.user_id = $1 AND NOT s.own \
         AND NOT EXISTS (SELECT FROM sso_proofs p WHERE p.session_id = s.id)",
    )
    .bind::<Text, _>(&user.id)
    .execute(tx.conn)?;
    mail::queue(tx, &user.email, &Mail::ProviderUnlinked { company: one.company })?;
    tx.record(Event::new("sso.unlinked", &user.id).concerning(account))?;
    tx.secure(Kind::FactorRemoved, Some(&user.id), &format!("{account}: single sign-on"))
}

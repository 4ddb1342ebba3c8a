//! Removing a person from the platform. The person's row stays, because what was done and signed refers to it, and so does the evidence.
//! What identifies the person is replaced by the schema's `forget_person`, and everything that was their own is deleted.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    connection::SimpleConnection as _,
    prelude::*,
    sql_types::{Array, BigInt, Text},
};

use super::pictures;
use crate::{
    access::{factors, identity, letters::Mail, sessions},
    accounts::store,
    kit::{
        actor::{Account, User},
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        security::Kind,
        statement::statement,
        typed,
        words::Words,
    },
    mail,
    modules::people::{self, leaving::Left},
    schema::{
        activation_attempts, contracts, grid_choices, invitations, kept_forms, link_mails, outbox, password_reset_asks,
        password_resets, past_passwords, saved_views, session_places, users, wizards,
    },
    t,
};

/// Stands in for an address where one is required.
const NO_ADDRESS: &str = "removed address";
/// How long replacing the names in a long history may take; no other act may take as long.
const PATIENTLY: &str = "SET LOCAL statement_timeout = '60s'";

/// What a removal means for the person and their companies.
#[derive(Debug, Clone, QueryableByName)]
pub struct Foreseen {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    /// The ids of the companies that the person works for, and their names.
    #[diesel(sql_type = Array<Text>)]
    accounts: Vec<Id<Account>>,
    #[diesel(sql_type = Array<Text>)]
    pub companies: Vec<String>,
    /// Those of them that would be left without an administrator who can sign in.
    #[diesel(sql_type = Array<Text>)]
    pub alone: Vec<String>,
    #[diesel(sql_type = BigInt)]
    sessions: i64,
    /// Tokens that the person made and that still work.
    #[diesel(sql_type = BigInt)]
    tokens: i64,
    /// Views that nobody else sees.
    #[diesel(sql_type = BigInt)]
    views: i64,
    #[diesel(sql_type = BigInt)]
    notifications: i64,
    /// Invitations to the person's address that are not accepted yet.
    #[diesel(sql_type = BigInt)]
    invitations: i64,
    #[diesel(sql_type = BigInt)]
    signatures: i64,
}

fn number(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

impl Foreseen {
    pub fn sessions(&self) -> usize {
        number(self.sessions)
    }

    pub fn tokens(&self) -> usize {
        number(self.tokens)
    }

    pub fn views(&self) -> usize {
        number(self.views)
    }

    pub fn notifications(&self) -> usize {
        number(self.notifications)
    }

    pub fn invitations(&self) -> usize {
        number(self.invitations)
    }

    pub fn signatures(&self) -> usize {
        number(self.signatures)
    }

    /// Why the person cannot be removed, if so.
    pub fn refusal(&self) -> Option<Words> {
        if self.alone.is_empty() {
            return None;
        }
        let companies = Words::all_of(self.alone.iter().map(|name| typed::apart(name)));
        Some(t!(
            "You're the only administrator who can sign in at {companies}. Add another administrator there first: under Account, Users, change the groups of a colleague or invite someone.",
            companies
        ))
    }
}

/// What the removal of this person means.
///
/// # Errors
/// [`Problem::NotFound`] for somebody who was already removed, and for an id that is no person's.
pub fn foresee(conn: &mut PgConnection, user: &Id<User>) -> Result<Foreseen> {
    Ok(statement(
        "SELECT u.name::text AS name, u.email, \
         ARRAY(SELECT m.account_id FROM memberships m WHERE m.user_id = u.id ORDER BY m.account_id) AS accounts, \
         ARRAY(SELECT a.name::text FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.user_id = u.id ORDER BY a.name) AS companies, \
         ARRAY(SELECT a.name::text FROM groups g JOIN group_members gm ON gm.group_id = g.id JOIN accounts a ON a.id = g.account_id \
               WHERE gm.user_id = u.id AND g.administrators \
               AND NOT EXISTS (SELECT FROM sure_administrators(a.id) AS o(id) WHERE o.id <> u.id) ORDER BY a.name) AS alone, \
         (SELECT count(*) FROM sessions s WHERE s.user_id = u.id) AS sessions, \
         (SELECT count(*) FROM api_tokens k WHERE k.creator_id = u.id AND k.status = 'active' AND k.expires_at > now()) AS tokens, \
         (SELECT count(*) FROM saved_views v WHERE v.user_id = u.id AND NOT v.shared) AS views, \
         (SELECT count(*) FROM notifications n WHERE n.user_id = u.id) AS notifications, \
         (SELECT count(*) FROM invitations i WHERE i.email_key = u.email_key AND i.user_id IS NULL) AS invitations, \
         (SELECT count(*) FROM signatures s WHERE s.user_id = u.id) AS signatures \
         FROM users u WHERE u.id = $1 AND u.kind = 'person' AND u.removed_at IS NULL",
    )
    .bind::<Text, _>(user)
    .get_result(conn)?)
}

/// The person with this address, unless removed.
pub fn person(conn: &mut PgConnection, email: &str) -> Result<Option<Id<User>>> {
    Ok(store::user_by_email(conn, email)?.map(|user| user.id))
}

/// Removes somebody for good, whoever asks for it.
///
/// # Errors
/// A refusal where a company would have no administrator; [`Problem::NotFound`] for somebody who was removed already.
pub fn remove<P>(tx: &mut Tx<'_, P>, user: &Id<User>) -> Result<Foreseen> {
    tx.conn.batch_execute(PATIENTLY)?;
    let found = foresee(tx.conn, user)?;
    // always in the same order, so that two who leave at once cannot deadlock
    for account in &found.accounts {
        people::store::take_turn(tx, account)?;
    }
    let found = foresee(tx.conn, user)?;
    if let Some(why) = found.refusal() {
        return Err(Problem::refused("A company needs an administrator", why));
    }
    // recorded first, so that the name is replaced here too
    for account in &found.accounts {
        let by = identity::load(tx.conn, user, account)?;
        tx.follow("user.removed", &Left { account: account.clone(), user: user.clone(), heir: None, by })?;
        tx.record(Event::new("member.user_deleted", user).concerning(account))?;
    }
    tx.record(Event::new("user.removed", user))?;
    tx.secure(Kind::PersonRemoved, Some(user), "")?;
    take_own(tx.conn, user, &found.email)?;
    statement("SELECT forget_person($1)").bind::<Text, _>(user).execute(tx.conn)?;
    for account in &found.accounts {
        people::store::dismiss(tx, account, user)?;
    }
    mail::queue(tx, &found.email, &Mail::PersonRemoved)?;
    Ok(found)
}

/// Deletes what was the person's own, and what is waiting for the person's address.
fn take_own(conn: &mut PgConnection, user: &Id<User>, email: &str) -> Result<()> {
    let id = user.as_str();
    // however it was typed
    let addresses = [typed::email_key(email), email.to_lowercase()];
    factors::forget(conn, user)?;
    pictures::forget(conn, user)?;
    diesel::update(users::table.find(user)).set(users::job_title.eq("")).execute(conn)?;
    sessions::revoke_others(conn, user, None)?;
    diesel::update(session_places::table.filter(session_places::viewing_id.eq(id)))
        .set((session_places::viewing_id.eq(None::<String>), session_places::viewing_until.eq(None::<DateTime<Utc>>)))
        .execute(conn)?;
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(id))).execute(conn)?;
    diesel::delete(past_passwords::table.filter(past_passwords::user_id.eq(id))).execute(conn)?;
    diesel::delete(kept_forms::table.filter(kept_forms::user_id.eq(id))).execute(conn)?;
    diesel::delete(wizards::table.filter(wizards::user_id.eq(id))).execute(conn)?;
    diesel::delete(grid_choices::table.filter(grid_choices::user_id.eq(id))).execute(conn)?;
    let own = saved_views::table.filter(saved_views::user_id.eq(id)).filter(saved_views::shared.eq(false));
    diesel::delete(own).execute(conn)?;
    diesel::delete(activation_attempts::table.filter(activation_attempts::user_id.eq(id))).execute(conn)?;
    // what is meant for the address, whoever sent it
    diesel::delete(invitations::table.filter(invitations::email_key.eq_any(&addresses))).execute(conn)?;
    let asked = password_reset_asks::table.filter(lower(password_reset_asks::email).eq_any(&addresses));
    diesel::delete(asked).execute(conn)?;
    let begun = activation_attempts::table.filter(lower(activation_attempts::email).eq_any(&addresses));
    diesel::delete(begun).execute(conn)?;
    diesel::delete(outbox::table.filter(lower(outbox::recipient).eq_any(&addresses))).execute(conn)?;
    diesel::update(link_mails::table.filter(lower(link_mails::recipient).eq_any(&addresses)))
        .set(link_mails::recipient.eq(NO_ADDRESS))
        .execute(conn)?;
    // what a signature says stays
    statement(
        "UPDATE link_passes p SET meant = CASE WHEN lower(p.meant) = ANY ($1) THEN '' ELSE p.meant END, \
         email = CASE WHEN lower(p.email) = ANY ($1) THEN $2 ELSE p.email END FROM contracts c \
         WHERE c.id = p.contract_id AND c.activated_at IS NULL AND (lower(p.meant) = ANY ($1) OR lower(p.email) = ANY ($1))",
    )
    .bind::<Array<Text>, _>(&addresses[..])
    .bind::<Text, _>(NO_ADDRESS)
    .execute(conn)?;
    statement(
        "UPDATE contract_signers s SET second_email = $2 FROM contracts c \
         WHERE c.id = s.contract_id AND c.activated_at IS NULL AND lower(s.second_email) = ANY ($1)",
    )
    .bind::<Array<Text>, _>(&addresses[..])
    .bind::<Text, _>(NO_ADDRESS)
    .execute(conn)?;
    diesel::update(contracts::table.filter(lower(contracts::recipient_email).eq_any(&addresses)))
        .set(contracts::recipient_email.eq(""))
        .execute(conn)?;
    Ok(())
}

diesel::define_sql_function! {
    /// In small letters.
    fn lower(text: Text) -> Text;
}

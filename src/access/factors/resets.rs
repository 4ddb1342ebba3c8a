//! A second factor that was lost together with its recovery codes: administrators ask for it to be removed. Since it opens all of the
//! person's companies, administrators of all of them have to ask, and a day goes by in which the person, who is told, can still stop it by
//! signing in with it.

use chrono::TimeDelta;
use diesel::{
    prelude::*,
    sql_types::{Text, Timestamptz},
};

use super::take_away;
use crate::{
    access::letters::Mail,
    accounts::{self, store::UserRow},
    kit::{
        actor::{Account, User},
        db::{System, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        security::Kind,
        statement::statement,
    },
    mail,
    schema::{accounts as companies, factor_resets as resets, memberships},
};

/// So long after the last of them asked.
const WAITS: TimeDelta = TimeDelta::hours(24);

/// Companies that ask for the person's second factor to be removed, by name.
pub fn asking(conn: &mut PgConnection, user: &Id<User>) -> Result<Vec<String>> {
    Ok(resets::table
        .inner_join(companies::table.on(companies::id.eq(resets::account_id)))
        .filter(resets::user_id.eq(user))
        .order(companies::name)
        .select(companies::name)
        .load(conn)?)
}

/// Whether the company asks for it.
pub fn is_asked(conn: &mut PgConnection, account: &Id<Account>, user: &Id<User>) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(resets::table.find((user, account)))).get_result(conn)?)
}

/// Asks in the name of the acting person's company; the person is told.
///
/// # Errors
/// A refusal when the company asks already.
pub fn ask<P>(tx: &mut Tx<'_, P>, user: &UserRow) -> Result<()> {
    let identity = tx.who.member()?;
    let (account, company, asker) =
        (identity.company.id.clone(), identity.company.name.clone(), identity.person.id.clone());
    let name = identity.person.name.clone();
    let made = diesel::insert_into(resets::table)
        .values((
            resets::user_id.eq(&user.id),
            resets::account_id.eq(&account),
            resets::asker_id.eq(&asker),
            resets::asked_at.eq(tx.at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    if made == 0 {
        return Err(Problem::refused(
            "This was already requested",
            "An administrator of your company has asked for it already.",
        ));
    }
    mail::queue(tx, &user.email, &Mail::FactorResetAsked { company, name })?;
    tx.record(Event::new("member.factor_reset_asked", &user.id).note(&user.name).private())?;
    tx.secure(Kind::FactorResetAsked, None, user.id.as_str())
}

/// Takes back what the acting person's company asked for.
///
/// # Errors
/// [`Problem::NotFound`] when it asks for nothing.
pub fn withdraw<P>(tx: &mut Tx<'_, P>, user: &UserRow) -> Result<()> {
    let account = tx.account()?;
    if diesel::delete(resets::table.find((&user.id, &account))).execute(tx.conn)? == 0 {
        return Err(Problem::NotFound);
    }
    tx.record(Event::new("member.factor_reset_withdrawn", &user.id).note(&user.name).private())
}

/// The person uses the second factor, so it is not lost: whoever asked is not heard. Says whether anybody did.
pub fn stop<P>(tx: &mut Tx<'_, P>, user: &Id<User>) -> Result<bool> {
    if forget(tx.conn, user)? == 0 {
        return Ok(false);
    }
    tx.record(Event::new("user.factor_reset_stopped", user))?;
    Ok(true)
}

pub fn forget(conn: &mut PgConnection, user: &Id<User>) -> Result<usize> {
    Ok(diesel::delete(resets::table.filter(resets::user_id.eq(user))).execute(conn)?)
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Text)]
    user_id: Id<User>,
}

/// Removes the second factors whose day has come; how many.
pub fn carry_out(tx: &mut Tx<'_, System>) -> Result<usize> {
    let due: Vec<Due> = statement(
        "SELECT r.user_id FROM factor_resets r GROUP BY r.user_id HAVING max(r.asked_at) <= $1 \
         AND count(*) = (SELECT count(*) FROM memberships m WHERE m.user_id = r.user_id) ORDER BY r.user_id LIMIT 20",
    )
    .bind::<Timestamptz, _>(tx.at - WAITS)
    .load(tx.conn)?;
    let mut done = 0;
    for Due { user_id } in due {
        // of two programs at once one does it; a company that the person joined meanwhile has not asked
        let held: Vec<Id<Account>> = resets::table
            .filter(resets::user_id.eq(&user_id))
            .filter(resets::asked_at.le(tx.at - WAITS))
            .select(resets::account_id)
            .for_update()
            .skip_locked()
            .load(tx.conn)?;
        let of: i64 = memberships::table.filter(memberships::user_id.eq(&user_id)).count().get_result(tx.conn)?;
        if i64::try_from(held.len()) != Ok(of) {
            continue;
        }
        let user = accounts::store::user(tx.conn, &user_id)?;
        take_away(tx, &user, "asked for by all of the person's companies")?;
        done += 1;
    }
    Ok(done)
}

//! Statements about companies and people.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Group, SecondFactor, UserKind};
use crate::{
    kit::{
        actor::{Account, Role, User},
        db::{Looks, Tx},
        id::{Id, Kind},
        problem::{Problem, Result},
        typed,
        words::Habits,
    },
    schema::{accounts, group_members, groups, memberships, past_passwords, users},
};

/// Ids are drawn at random: how often to draw again before giving up.
const DRAWS: usize = 50;

/// Draws ids until `insert` says that one was free.
pub fn draw<K: Kind>(prefix: &str, insert: impl FnMut(&Id<K>) -> Result<usize>) -> Result<Id<K>> {
    draw_by(|| Id::draw(prefix), insert)
}

/// As [`draw`], of ids that are drawn otherwise.
pub fn draw_by<K: Kind>(drawn: impl Fn() -> Id<K>, mut insert: impl FnMut(&Id<K>) -> Result<usize>) -> Result<Id<K>> {
    for _ in 0..DRAWS {
        let id = drawn();
        if insert(&id)? == 1 {
            return Ok(id);
        }
    }
    Err(Problem::internal("no free id was drawn"))
}

pub fn insert_account(
    conn: &mut PgConnection,
    role: Role,
    name: &str,
    founding: bool,
    at: DateTime<Utc>,
) -> Result<Id<Account>> {
    draw(role.prefix(), |id| insert_account_as(conn, id, role, name, founding, at))
}

pub fn insert_account_as(
    conn: &mut PgConnection,
    id: &Id<Account>,
    role: Role,
    name: &str,
    founding: bool,
    at: DateTime<Utc>,
) -> Result<usize> {
    Ok(diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::role.eq(role),
            accounts::name.eq(name),
            accounts::founding.eq(founding),
            accounts::created_at.eq(at),
        ))
        .on_conflict(accounts::id)
        .do_nothing()
        .execute(conn)?)
}

/// `None` when the e-mail already belongs to a user, however it is typed.
pub fn insert_user(
    conn: &mut PgConnection,
    name: &str,
    email: &str,
    password_hash: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Option<Id<User>>> {
    if user_by_email(conn, email)?.is_some() {
        return Ok(None);
    }
    for _ in 0..DRAWS {
        let id = Id::<User>::draw("UR");
        let made = diesel::insert_into(users::table)
            .values((
                users::id.eq(&id),
                users::name.eq(name),
                users::email.eq(email),
                users::email_key.eq(typed::email_key(email)),
                users::password_hash.eq(password_hash),
                users::password_set_at.eq(password_hash.map(|_| at)),
                users::created_at.eq(at),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        if made == 1 {
            return Ok(Some(id));
        }
        if user_by_email(conn, email)?.is_some() {
            return Ok(None);
        }
    }
    Err(Problem::internal("no free id was drawn"))
}

/// What sign-in and activation need of a user.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    pub id: Id<User>,
    pub name: String,
    // every person has one
    #[diesel(select_expression = users::email.assume_not_null())]
    pub email: String,
    pub password_hash: Option<String>,
}

/// However the address is typed. Where two users bear what is one address by now, the second is found as it was typed then.
pub fn user_by_email(conn: &mut PgConnection, email: &str) -> Result<Option<UserRow>> {
    let key = typed::email_key(email);
    let as_typed = email.trim().to_lowercase();
    Ok(users::table
        .filter(users::email_key.eq_any([&as_typed, &key]))
        .order(users::email_key.eq(&as_typed).desc())
        .select(UserRow::as_select())
        .first(conn)
        .optional()?)
}

/// How the user with this address reads: in the chosen language, or in that of the first company that the user belongs to and that has one;
/// and how days, hours and numbers are written for them.
pub fn read_by(conn: &mut PgConnection, email: &str) -> Result<(Option<String>, Habits)> {
    let Some(user) = user_by_email(conn, email)? else { return Ok((None, Habits::NONE)) };
    let chosen =
        users::table.find(&user.id).select((users::language, users::date_order, users::clock, users::number_signs));
    let (language, days, clock, signs): (Option<String>, String, String, String) = chosen.first(conn)?;
    let habits = Habits::of(&days, &clock, &signs);
    if language.is_some() {
        return Ok((language, habits));
    }
    let of_company = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::user_id.eq(&user.id))
        .filter(accounts::language.is_not_null())
        .order((memberships::joined_at, accounts::id))
        .select(accounts::language)
        .first::<Option<String>>(conn)
        .optional()?;
    Ok((of_company.flatten(), habits))
}

/// In which language the people of a company read who have not chosen one.
pub fn language(look: &mut impl Looks, account: &Id<Account>) -> Result<Option<String>> {
    Ok(accounts::table.find(account).select(accounts::language).first(look.conn())?)
}

pub fn set_language<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, tag: Option<&str>) -> Result<()> {
    diesel::update(accounts::table.find(account)).set(accounts::language.eq(tag)).execute(tx.conn)?;
    Ok(())
}

/// Whether the people of a company sign in with a second factor.
pub fn second_factor(look: &mut impl Looks, account: &Id<Account>) -> Result<SecondFactor> {
    Ok(accounts::table.find(account).select(accounts::second_factor).first(look.conn())?)
}

pub fn set_second_factor<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, second_factor: SecondFactor) -> Result<()> {
    diesel::update(accounts::table.find(account)).set(accounts::second_factor.eq(second_factor)).execute(tx.conn)?;
    Ok(())
}

/// Brings the keys of addresses that are not plain ASCII to what they are recognised by now; says how many were changed. One that
/// another user's address has become stays as it was, and is named in the log.
pub fn settle_email_keys(conn: &mut PgConnection) -> Result<usize> {
    let others: Vec<(Id<User>, String, String)> = users::table
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("octet_length(email) <> char_length(email)"))
        .order((users::created_at, users::id))
        .filter(users::kind.eq(UserKind::Person))
        .select((users::id, users::email.assume_not_null(), users::email_key.assume_not_null()))
        .load(conn)?;
    let mut changed = 0;
    for (id, email, old) in others {
        let key = typed::email_key(&email);
        if key == old {
            continue;
        }
        let taken =
            users::table.filter(users::email_key.eq(&key)).select(users::id).first::<Id<User>>(conn).optional()?;
        match taken {
            Some(other) => tracing::warn!(%id, %other, "two users have one email address"),
            None => changed += diesel::update(users::table.find(&id)).set(users::email_key.eq(&key)).execute(conn)?,
        }
    }
    Ok(changed)
}

/// The same password, hashed anew; nothing when it was changed meanwhile.
pub fn renew_hash(conn: &mut PgConnection, id: &Id<User>, old: &str, new: &str) -> Result<()> {
    diesel::update(users::table.find(id).filter(users::password_hash.eq(old)))
        .set(users::password_hash.eq(new))
        .execute(conn)?;
    Ok(())
}

/// A person; what acts for a program is none.
pub fn user(conn: &mut PgConnection, id: &Id<User>) -> Result<UserRow> {
    Ok(users::table.find(id).filter(users::kind.eq(UserKind::Person)).select(UserRow::as_select()).first(conn)?)
}

pub fn set_profile(
    conn: &mut PgConnection,
    id: &Id<User>,
    (name, title): (&str, &str),
    zone: &str,
    language: Option<&str>,
    habits: Habits,
    shortcuts: bool,
) -> Result<()> {
    let [days, clock, signs] = habits.keys();
    diesel::update(users::table.find(id))
        .set((
            users::name.eq(name),
            users::job_title.eq(title),
            users::time_zone.eq(zone),
            users::language.eq(language),
            users::date_order.eq(days),
            users::clock.eq(clock),
            users::number_signs.eq(signs),
            users::shortcuts.eq(shortcuts),
            users::revision.eq(users::revision + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Sets a password, and remembers the one before.
pub fn set_password(conn: &mut PgConnection, id: &Id<User>, hash: &str, at: DateTime<Utc>) -> Result<()> {
    let (old, set_at): (Option<String>, Option<DateTime<Utc>>) =
        users::table.find(id).select((users::password_hash, users::password_set_at)).for_update().first(conn)?;
    if let (Some(old), Some(set_at)) = (old, set_at) {
        diesel::insert_into(past_passwords::table)
            .values((past_passwords::user_id.eq(id), past_passwords::set_at.eq(set_at), past_passwords::hash.eq(old)))
            .on_conflict_do_nothing()
            .execute(conn)?;
    }
    diesel::update(users::table.find(id))
        .set((users::password_hash.eq(hash), users::password_set_at.eq(at), users::revision.eq(users::revision + 1)))
        .execute(conn)?;
    Ok(())
}

/// Keeps that a person came by a mail to their address, or that whoever has the address vouches for them.
pub fn prove_email<P>(tx: &mut Tx<'_, P>, id: &Id<User>) -> Result<()> {
    diesel::update(users::table.find(id).filter(users::email_proved_at.is_null()))
        .set(users::email_proved_at.eq(tx.at))
        .execute(tx.conn)?;
    Ok(())
}

/// The hashes of a person's latest passwords, the present one first.
pub fn passwords(conn: &mut PgConnection, id: &Id<User>, most: i64) -> Result<Vec<String>> {
    let present: Option<String> = users::table.find(id).select(users::password_hash).first(conn)?;
    let past: Vec<String> = past_passwords::table
        .filter(past_passwords::user_id.eq(id))
        .order(past_passwords::set_at.desc())
        .select(past_passwords::hash)
        .limit(most - 1)
        .load(conn)?;
    Ok(present.into_iter().chain(past).collect())
}

pub fn insert_member(conn: &mut PgConnection, account: &Id<Account>, user: &Id<User>, at: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(memberships::table)
        .values((memberships::account_id.eq(account), memberships::user_id.eq(user), memberships::joined_at.eq(at)))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

pub fn insert_group(
    conn: &mut PgConnection,
    account: &Id<Account>,
    name: &str,
    administrators: bool,
    permissions: &[&str],
    at: DateTime<Utc>,
) -> Result<Id<Group>> {
    draw("UG", |id| {
        Ok(diesel::insert_into(groups::table)
            .values((
                groups::id.eq(id),
                groups::account_id.eq(account),
                groups::name.eq(name),
                groups::administrators.eq(administrators),
                groups::permissions.eq(permissions.to_vec()),
                groups::created_at.eq(at),
            ))
            .on_conflict(groups::id)
            .do_nothing()
            .execute(conn)?)
    })
}

pub fn insert_group_member(
    conn: &mut PgConnection,
    group: &Id<Group>,
    account: &Id<Account>,
    user: &Id<User>,
) -> Result<()> {
    diesel::insert_into(group_members::table)
        .values((
            group_members::group_id.eq(group),
            group_members::account_id.eq(account),
            group_members::user_id.eq(user),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// Name of a company.
pub fn name(conn: &mut PgConnection, account: &Id<Account>) -> Result<String> {
    Ok(accounts::table.find(account).select(accounts::name).first(conn)?)
}

/// Lets acts on a company's people, and on how they sign in, go one after the other: who invites the same address, takes an administrator
/// away, requires single sign-on or unlinks themselves from it waits here. The database takes the same lock where an administrator goes.
///
/// # Errors
/// [`Problem::NotFound`] for a company that is not there.
pub fn take_turn<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<()> {
    accounts::table.find(account).select(accounts::id).for_no_key_update().first::<Id<Account>>(tx.conn)?;
    Ok(())
}

/// Role of a company.
pub fn role(conn: &mut PgConnection, account: &Id<Account>) -> Result<Role> {
    Ok(accounts::table.find(account).select(accounts::role).first(conn)?)
}

//! Statements about tokens. [`owned_by`] is the one tenancy condition.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::{
    State, Status,
    data::{Details, Scope},
    lifecycle::Action,
};
use crate::{
    accounts::{UserKind, store::draw},
    kit::{
        actor::{Account, User},
        constraint::{Constraints, named},
        db::{Read, Tx},
        id::Id,
        lifecycle::Move,
        problem::Result,
        secret,
        violation::{Violation, Why},
    },
    schema::{api_tokens, users},
};

/// A token is its company's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    api_tokens::account_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
pub struct TokenRow {
    pub id: Id<User>,
    pub name: String,
    pub external_id: String,
    pub description: String,
    pub status: Status,
    pub permissions: Vec<String>,
    pub expires_at: DateTime<Utc>,
    pub old_until: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub revision: i32,
}

impl TokenRow {
    pub fn details(&self) -> Details {
        Details {
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            description: self.description.clone(),
        }
    }

    pub fn state(&self, now: DateTime<Utc>) -> State {
        State::of(self.status, self.expires_at, now)
    }
}

/// A token, and the name of who made it.
pub fn find<P>(read: &mut Read<'_, P>, id: &Id<User>) -> Result<(TokenRow, String)> {
    Ok(api_tokens::table
        .inner_join(users::table.on(users::id.eq(api_tokens::creator_id)))
        .filter(api_tokens::id.eq(id))
        .filter(owned_by(&read.actor.identity.company.id))
        .select((TokenRow::as_select(), users::name))
        .first(read.conn)?)
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<User>) -> Result<TokenRow> {
    let me = tx.account()?;
    Ok(api_tokens::table
        .filter(api_tokens::id.eq(id))
        .filter(owned_by(&me))
        .select(TokenRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Whether another token of the company that is not deleted bears this name. Those who ask at once wait for each other.
pub fn is_taken<P>(tx: &mut Tx<'_, P>, name: &str, but: Option<&Id<User>>) -> Result<bool> {
    let me = tx.account()?;
    crate::schema::accounts::table
        .find(&me)
        .select(crate::schema::accounts::id)
        .for_no_key_update()
        .first::<Id<Account>>(tx.conn)?;
    let others: Vec<Id<User>> = api_tokens::table
        .filter(owned_by(&me))
        .filter(api_tokens::name.eq(name))
        .filter(api_tokens::status.ne(Status::Deleted))
        .select(api_tokens::id)
        .load(tx.conn)?;
    Ok(others.iter().any(|other| Some(other) != but))
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[("api_tokens_name", || name_taken().into())];

pub fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another of your tokens already has this name"))
}

/// Makes a token, with the user that it acts as.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    (details, scope): (&Details, &Scope),
    expires: DateTime<Utc>,
    secret: &str,
) -> Result<Id<User>> {
    let identity = tx.who.member()?;
    let (account, creator) = (identity.company.id.clone(), identity.person.id.clone());
    let id = draw("SU", |id| {
        Ok(diesel::insert_into(users::table)
            .values((
                users::id.eq(id),
                users::kind.eq(UserKind::Service),
                users::name.eq(&details.name),
                users::created_at.eq(tx.at),
            ))
            .on_conflict(users::id)
            .do_nothing()
            .execute(tx.conn)?)
    })?;
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(&id),
            api_tokens::account_id.eq(&account),
            api_tokens::name.eq(&details.name),
            api_tokens::external_id.eq(&details.external_id),
            api_tokens::description.eq(&details.description),
            api_tokens::status.eq(Status::Active),
            api_tokens::secret_hash.eq(secret::digest(secret)),
            api_tokens::permissions.eq(&scope.permissions),
            api_tokens::expires_at.eq(expires),
            api_tokens::creator_id.eq(&creator),
            api_tokens::created_at.eq(tx.at),
            api_tokens::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(id)
}

/// Everything below changes a token that [`lock`] holds.
fn touch<P>(tx: &mut Tx<'_, P>, id: &Id<User>) -> Result<()> {
    diesel::update(api_tokens::table.find(id))
        .set((api_tokens::updated_at.eq(tx.at), api_tokens::revision.eq(api_tokens::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Its user bears the same name.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<User>, details: &Details) -> Result<()> {
    diesel::update(api_tokens::table.find(id))
        .set((
            api_tokens::name.eq(&details.name),
            api_tokens::external_id.eq(&details.external_id),
            api_tokens::description.eq(&details.description),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    diesel::update(users::table.find(id)).set(users::name.eq(&details.name)).execute(tx.conn)?;
    touch(tx, id)
}

pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<User>, planned: &Move<Status, Action>) -> Result<usize> {
    let here = api_tokens::table.find(id).filter(api_tokens::status.eq(planned.from()));
    let moved = diesel::update(here).set(api_tokens::status.eq(planned.to())).execute(tx.conn)?;
    touch(tx, id)?;
    Ok(moved)
}

pub fn set_expiry<P>(tx: &mut Tx<'_, P>, id: &Id<User>, expires: DateTime<Utc>) -> Result<()> {
    diesel::update(api_tokens::table.find(id)).set(api_tokens::expires_at.eq(expires)).execute(tx.conn)?;
    touch(tx, id)
}

/// A new secret; the one before stays good until `old_until`, where that is said.
pub fn set_secret<P>(tx: &mut Tx<'_, P>, id: &Id<User>, secret: &str, old_until: Option<DateTime<Utc>>) -> Result<()> {
    let here = api_tokens::table.find(id);
    let before: Vec<u8> = here.select(api_tokens::secret_hash).first(tx.conn)?;
    diesel::update(here)
        .set((
            api_tokens::secret_hash.eq(secret::digest(secret)),
            api_tokens::old_hash.eq(old_until.map(|_| before)),
            api_tokens::old_until.eq(old_until),
        ))
        .execute(tx.conn)?;
    touch(tx, id)
}

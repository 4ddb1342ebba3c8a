//! Saved answers and ordered steps: the first gap decides where a person is.
//!
//! A wizard is a row, not a piece of a session: it survives a restart, a second tab and the back button.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    actor::{Actor, Permission},
    db::{Read, Tx},
    problem::{Problem, Result},
};
use crate::schema::wizards;

/// The answers of one kind of wizard.
pub trait Answers: Default + Serialize + DeserializeOwned + Send + 'static {
    /// Names the kind in the table.
    const KIND: &'static str;
    type Step: Copy + Eq + 'static;
    const STEPS: &'static [Self::Step];

    /// Whether `step` has its answers.
    fn answered(&self, step: Self::Step) -> bool;

    /// The first step without answers, or the last one.
    fn gap(&self) -> Self::Step {
        let last = Self::STEPS[Self::STEPS.len() - 1];
        Self::STEPS.iter().copied().find(|step| !self.answered(*step)).unwrap_or(last)
    }

    /// Whether `step` may be opened: everything before it is answered.
    fn reached(&self, step: Self::Step) -> bool {
        Self::STEPS.iter().take_while(|other| **other != step).all(|other| self.answered(*other))
    }
}

#[derive(Debug)]
pub struct Wizard<A> {
    pub id: Uuid,
    pub answers: A,
    /// What it made; a second submit leads there.
    pub finished_as: Option<String>,
    pub updated_at: DateTime<Utc>,
}

/// Unfinished wizards older than this are cleared away.
pub const KEPT_DAYS: i64 = 30;

/// Begins a wizard of this person for this company.
pub fn begin<A: Answers, P: Permission>(tx: &mut Tx<'_, P>) -> Result<Uuid> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("a wizard belongs to a member"))?;
    let id = Uuid::now_v7();
    diesel::insert_into(wizards::table)
        .values((
            wizards::id.eq(id),
            wizards::kind.eq(A::KIND),
            wizards::account_id.eq(identity.company.id.clone()),
            wizards::user_id.eq(identity.person.id.clone()),
            wizards::answers.eq(encode(&A::default())?),
            wizards::created_at.eq(tx.at),
            wizards::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

type Columns = (Uuid, serde_json::Value, Option<String>, DateTime<Utc>);

fn decode<A: Answers>((id, answers, finished_as, updated_at): Columns) -> Wizard<A> {
    // answers of an older program that no longer read are asked again
    Wizard { id, answers: serde_json::from_value(answers).unwrap_or_default(), finished_as, updated_at }
}

fn encode<A: Answers>(answers: &A) -> Result<serde_json::Value> {
    serde_json::to_value(answers).map_err(Problem::internal)
}

/// The one tenancy condition: this person's wizard, made for this company.
macro_rules! own {
    ($identity:expr, $kind:ty) => {
        wizards::table
            .filter(wizards::account_id.eq($identity.company.id.clone()))
            .filter(wizards::user_id.eq($identity.person.id.clone()))
            .filter(wizards::kind.eq(<$kind>::KIND))
            .select((wizards::id, wizards::answers, wizards::finished_as, wizards::updated_at))
    };
}

pub fn find<A: Answers, P>(read: &mut Read<'_, P>, id: Uuid) -> Result<Wizard<A>> {
    let row = own!(read.actor.identity, A).filter(wizards::id.eq(id)).first::<Columns>(read.conn)?;
    Ok(decode(row))
}

/// The person's unfinished wizards, the latest first.
pub fn unfinished<A: Answers, P>(read: &mut Read<'_, P>) -> Result<Vec<Wizard<A>>> {
    let rows = own!(read.actor.identity, A)
        .filter(wizards::finished_as.is_null())
        .order(wizards::updated_at.desc())
        .limit(5)
        .load::<Columns>(read.conn)?;
    Ok(rows.into_iter().map(decode).collect())
}

/// Locks the wizard, so that two submits of one form go one after the other.
pub fn lock<A: Answers, P: Permission>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<Wizard<A>> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("a wizard belongs to a member"))?;
    let row = own!(identity, A).filter(wizards::id.eq(id)).for_update().first::<Columns>(tx.conn)?;
    Ok(decode(row))
}

/// Changes the answers of an unfinished wizard.
pub fn answer<A: Answers, P: Permission>(
    tx: &mut Tx<'_, P>,
    id: Uuid,
    change: impl FnOnce(&mut A),
) -> Result<Wizard<A>> {
    let mut wizard = lock::<A, P>(tx, id)?;
    if wizard.finished_as.is_none() {
        change(&mut wizard.answers);
        diesel::update(wizards::table.find(id))
            .set((wizards::answers.eq(encode(&wizard.answers)?), wizards::updated_at.eq(tx.at)))
            .execute(tx.conn)?;
    }
    Ok(wizard)
}

/// Marks the wizard as finished, in the transaction that made `object`.
pub fn finish<P: Permission>(tx: &mut Tx<'_, P>, id: Uuid, object: &str) -> Result<()> {
    diesel::update(wizards::table.find(id))
        .set((wizards::finished_as.eq(object), wizards::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    Ok(())
}

/// Throws an unfinished wizard away.
pub fn discard<A: Answers, P: Permission>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    let wizard = lock::<A, P>(tx, id)?;
    if wizard.finished_as.is_none() {
        diesel::delete(wizards::table.find(id)).execute(tx.conn)?;
    }
    Ok(())
}

/// Whether `actor` may go on here is decided by the row; this only names its URL.
pub fn url<P: Permission>(actor: &Actor<P>, section: &str, id: Uuid, step: &str) -> String {
    actor.url(&format!("{section}/new/{id}/{step}"))
}

/// Clears away what nobody has gone on with for long.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(diesel::sql_query(format!("DELETE FROM wizards WHERE updated_at < now() - interval '{KEPT_DAYS} days'"))
        .execute(conn)?)
}

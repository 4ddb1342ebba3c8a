//! Who works on an import: one program at a time, for as long as its lease lasts.

use diesel::{
    prelude::*,
    sql_types::{Int2, Int4, Jsonb, Nullable, Text, Uuid as DbUuid},
};
use uuid::Uuid;

use crate::modules::customers::imports::{State, read::Layout};
use crate::{
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{self, Looks, Tx},
        id::Id,
        lease::{self, Lease},
        problem::Result,
        statement::statement,
    },
    schema::customer_import_files,
};

/// An import that a job holds: nobody else works on it until the lease runs out.
#[derive(Debug, Clone)]
pub struct Held {
    pub id: Uuid,
    pub owner: Id<Account>,
    pub file_name: String,
    /// Who applies it, or else who sent it.
    pub person: Id<User>,
    pub state: State,
    pub round: i32,
    pub layout: Option<Layout>,
    /// The turn and the number of the last row that was applied.
    pub position: (i16, i32),
    pub attempts: i32,
    holder: Uuid,
}

/// Takes the import in this state that waits longest, unless somebody holds it.
pub fn take(conn: &mut PgConnection, state: State, holder: Uuid) -> Result<Option<Held>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = DbUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        owner_id: Id<Account>,
        #[diesel(sql_type = Text)]
        file_name: String,
        #[diesel(sql_type = Text)]
        person: Id<User>,
        #[diesel(sql_type = Int4)]
        round: i32,
        #[diesel(sql_type = Nullable<Jsonb>)]
        layout: Option<serde_json::Value>,
        #[diesel(sql_type = Int2)]
        turn: i16,
        #[diesel(sql_type = Int4)]
        position: i32,
        #[diesel(sql_type = Int4)]
        attempts: i32,
    }
    let taken: Option<Taken> = statement(
        "UPDATE customer_imports i SET leased_by = $1, leased_until = now() + $2 * interval '1 second', attempts = i.attempts + 1 \
         WHERE i.id = (SELECT id FROM customer_imports WHERE state = $3 AND (leased_until IS NULL OR leased_until < now()) \
         ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED) \
         RETURNING i.id, i.owner_id, i.file_name, coalesce(i.applied_by_id, i.user_id) AS person, i.round, i.layout, i.turn, i.position, \
         i.attempts",
    )
    .bind::<DbUuid, _>(holder)
    .bind::<Int4, _>(lease::SECONDS)
    .bind::<Text, _>(state.key())
    .get_result(conn)
    .optional()?;
    Ok(taken.map(|taken| Held {
        id: taken.id,
        owner: taken.owner_id,
        file_name: taken.file_name,
        person: taken.person,
        state,
        round: taken.round,
        layout: taken.layout.and_then(|layout| serde_json::from_value(layout).ok()),
        position: (taken.turn, taken.position),
        attempts: taken.attempts,
        holder,
    }))
}

impl Held {
    fn lease(&self) -> Lease {
        Lease { table: "customer_imports", id: self.id, holder: self.holder }
    }
}

/// Locks a held import for the next piece of work and renews its lease. False when it is no longer held: it was stopped, discarded,
/// sent again, or taken by another program after too long a pause.
pub fn hold<P>(tx: &mut Tx<'_, P>, held: &Held) -> Result<bool> {
    held.lease().renew(tx.conn, held.state.key())
}

/// Gives a held import back, behind all others that wait.
pub fn release<P>(tx: &mut Tx<'_, P>, held: &Held) -> Result<()> {
    held.lease().release(tx.conn)
}

/// Releases a held import when a disk is full.
pub fn put_off<P>(tx: &mut Tx<'_, P>, held: &Held) -> Result<()> {
    held.lease().put_off(tx.conn)
}

/// The file as it came.
pub fn file(conn: &mut PgConnection, id: Uuid) -> Result<Vec<u8>> {
    let bytes: Vec<u8> = customer_import_files::table.find(id).select(customer_import_files::bytes).first(conn)?;
    db::carried(bytes.len());
    Ok(bytes)
}

/// Whether the file is still there.
pub fn has_file(look: &mut impl Looks, id: Uuid) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(customer_import_files::table.find(id))).get_result(look.conn())?)
}

//! Rows on their way into accounts, and what became of them.

use diesel::{
    connection::SimpleConnection as _,
    prelude::*,
    sql_types::{Array, BigInt, Int2, Int4, Nullable, Text, Uuid as DbUuid},
};
use uuid::Uuid;

use super::lease::Held;
use crate::modules::customers::imports::{Cells, Fate};
use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::customers::TierAccount,
    schema::customer_imports,
};

/// A row that is to be applied.
#[derive(Debug, Clone, QueryableByName)]
pub struct Next {
    #[diesel(sql_type = Int2)]
    pub turn: i16,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Array<Text>)]
    cells: Vec<String>,
    #[diesel(sql_type = Nullable<Int4>)]
    pub version: Option<i32>,
}

impl Next {
    pub fn cells(&self) -> Result<Cells> {
        self.cells.clone().try_into().map_err(|_| Problem::internal("a row has twenty cells"))
    }
}

/// The next rows behind `position` that are still to be applied, all of one turn.
pub fn next(conn: &mut PgConnection, id: Uuid, position: (i16, i32), limit: i64) -> Result<Vec<Next>> {
    let (turn, number) = position;
    // results as the index of these rows names them: bound ones would not find it
    let mut rows: Vec<Next> = statement(
        "SELECT turn, number, cells, version FROM customer_import_rows \
         WHERE import_id = $1 AND (turn, number) > ($2, $3) AND result IN ('create', 'update') \
         ORDER BY turn, number LIMIT $4",
    )
    .bind::<DbUuid, _>(id)
    .bind::<Int2, _>(turn)
    .bind::<Int4, _>(number)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    if let Some(turn) = rows.first().map(|row| row.turn) {
        rows.retain(|row| row.turn == turn);
    }
    Ok(rows)
}

/// What became of a row.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub number: i32,
    pub fate: Fate,
    pub message: String,
    pub account: Option<Id<TierAccount>>,
}

/// The index of searches gathers what is new before it puts it in its place; for many rows at once a larger heap, put there in one go,
/// costs a third less.
pub fn write_many<P>(tx: &mut Tx<'_, P>) -> Result<()> {
    tx.conn.batch_execute("SET LOCAL gin_pending_list_limit = '16MB'; SET LOCAL work_mem = '64MB'")?;
    Ok(())
}

/// Keeps what became of rows of a held import, and how far it has come.
pub fn put_outcomes<P>(tx: &mut Tx<'_, P>, held: &Held, outcomes: &[Outcome], position: (i16, i32)) -> Result<()> {
    statement(
        "UPDATE customer_import_rows r SET result = n.result, message = n.message, \
         tier_account_id = coalesce(n.account, r.tier_account_id) \
         FROM unnest($1, $2, $3, $4) AS n (number, result, message, account) WHERE r.import_id = $5 AND r.number = n.number",
    )
    .bind::<Array<Int4>, _>(outcomes.iter().map(|one| one.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(outcomes.iter().map(|one| one.fate.key()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(outcomes.iter().map(|one| one.message.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        outcomes.iter().map(|one| one.account.as_ref().map(Id::as_str)).collect::<Vec<_>>(),
    )
    .bind::<DbUuid, _>(held.id)
    .execute(tx.conn)?;
    let done = i32::try_from(outcomes.len()).unwrap_or(i32::MAX);
    diesel::update(customer_imports::table.find(held.id))
        .set((
            customer_imports::turn.eq(position.0),
            customer_imports::position.eq(position.1),
            customer_imports::finished.eq(customer_imports::finished + done),
            customer_imports::attempts.eq(0),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The vendors that this round of an import asks to take changes over, and how many.
pub fn asked(look: &mut impl Looks, id: Uuid, round: i32) -> Result<Vec<(Id<Account>, i64)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        vendor: Id<Account>,
        #[diesel(sql_type = BigInt)]
        changes: i64,
    }
    let rows: Vec<Row> = statement(
        "SELECT q.vendor_id AS vendor, count(*) AS changes FROM customer_import_rows r \
         JOIN tier_account_requests q ON q.tier_account_id = r.tier_account_id AND q.after_version = r.version + 1 \
         WHERE r.import_id = $1 AND r.round = $2 AND r.result = 'updated' AND q.status = 'pending' GROUP BY 1 ORDER BY 1",
    )
    .bind::<DbUuid, _>(id)
    .bind::<Int4, _>(round)
    .load(look.conn())?;
    Ok(rows.into_iter().map(|row| (row.vendor, row.changes)).collect())
}

//! What is written of a request of any kind. The caller holds it locked.

use chrono::{DateTime, Utc};
use diesel::{
    RunQueryDsl as _,
    sql_types::{Bool, Bytea, Int4, Jsonb, Nullable, Text, Timestamptz},
};

use super::{Move, Queue};
use crate::kit::{
    actor::User,
    choice::Choice as _,
    db::Tx,
    id::Id,
    problem::{Problem, Result},
    statement::statement,
};

/// What changes of a request besides its status, as far as it is given; a kind without the column never gives it.
#[derive(Debug, Clone, Default)]
pub struct With {
    pub reason: Option<String>,
    pub assignee_id: Option<Id<User>>,
    pub due_at: Option<DateTime<Utc>>,
    pub parameter_values: Option<serde_json::Value>,
    pub template: Option<serde_json::Value>,
    pub question: Option<String>,
    pub answered: Option<bool>,
    pub form_nonce: Option<Vec<u8>>,
    pub planned_at: Option<DateTime<Utc>>,
    pub effective_at: Option<DateTime<Utc>>,
    pub base_version: Option<i32>,
    pub decided_by_id: Option<Id<User>>,
}

impl With {
    /// `, column = $n` of what is given, each at its place.
    fn set(&self) -> String {
        let given = [
            ("reason", self.reason.is_some()),
            ("assignee_id", self.assignee_id.is_some()),
            ("due_at", self.due_at.is_some()),
            ("parameter_values", self.parameter_values.is_some()),
            ("template", self.template.is_some()),
            ("question", self.question.is_some()),
            ("answered", self.answered.is_some()),
            ("form_nonce", self.form_nonce.is_some()),
            ("planned_at", self.planned_at.is_some()),
            ("effective_at", self.effective_at.is_some()),
            ("base_version", self.base_version.is_some()),
            ("decided_by_id", self.decided_by_id.is_some()),
        ];
        let places = given.iter().zip(5..).filter(|((_, given), _)| *given);
        places.map(|((column, _), place)| format!(", {column} = ${place}")).collect()
    }
}

/// Writes a planned move, and what changes with it.
///
/// # Errors
/// When the request does not stand where the move begins, which its lock rules out.
pub fn advance<Q: Queue, P>(tx: &mut Tx<'_, P>, id: &Id<Q::Kind>, planned: &Move<Q>, with: &With) -> Result<()> {
    write::<Q, P>(tx, id, Some(planned), with)
}

/// Writes what changes of a request that stays where it is.
pub fn keep<Q: Queue, P>(tx: &mut Tx<'_, P>, id: &Id<Q::Kind>, with: &With) -> Result<()> {
    write::<Q, P>(tx, id, None, with)
}

fn write<Q: Queue, P>(tx: &mut Tx<'_, P>, id: &Id<Q::Kind>, planned: Option<&Move<Q>>, with: &With) -> Result<()> {
    let (status, at) = match planned {
        Some(planned) => (", status = $4", planned.at()),
        None => ("", tx.at),
    };
    let stands = if planned.is_some() { " AND status = $3" } else { "" };
    let text = format!("UPDATE {} SET updated_at = $2{status}{} WHERE id = $1{stands}", Q::TABLE, with.set());
    let moved = statement(text)
        .bind::<Text, _>(id.as_str())
        .bind::<Timestamptz, _>(at)
        .bind::<Text, _>(planned.map_or("", |planned| planned.from().key()))
        .bind::<Text, _>(planned.map_or("", |planned| planned.to().key()))
        .bind::<Nullable<Text>, _>(&with.reason)
        .bind::<Nullable<Text>, _>(&with.assignee_id)
        .bind::<Nullable<Timestamptz>, _>(with.due_at)
        .bind::<Nullable<Jsonb>, _>(&with.parameter_values)
        .bind::<Nullable<Jsonb>, _>(&with.template)
        .bind::<Nullable<Text>, _>(&with.question)
        .bind::<Nullable<Bool>, _>(with.answered)
        .bind::<Nullable<Bytea>, _>(&with.form_nonce)
        .bind::<Nullable<Timestamptz>, _>(with.planned_at)
        .bind::<Nullable<Timestamptz>, _>(with.effective_at)
        .bind::<Nullable<Int4>, _>(with.base_version)
        .bind::<Nullable<Text>, _>(&with.decided_by_id)
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked request moved under its lock")) }
}

/// Says who works on a request from now on.
pub fn assign<Q: Queue, P>(tx: &mut Tx<'_, P>, id: &Id<Q::Kind>, to: Option<&Id<User>>) -> Result<()> {
    statement(format!("UPDATE {} SET assignee_id = $2, updated_at = $3 WHERE id = $1", Q::TABLE))
        .bind::<Text, _>(id.as_str())
        .bind::<Nullable<Text>, _>(to)
        .bind::<Timestamptz, _>(tx.at)
        .execute(tx.conn)?;
    Ok(())
}

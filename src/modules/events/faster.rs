//! Who was faster: what last happened to an object, for whoever comes second and is refused. It is told as the object's history tells it, so
//! nobody reads a name here that is not there.

use diesel::{
    OptionalExtension as _, RunQueryDsl as _,
    sql_types::{Array, Text},
};

use super::store::Row;
use crate::{
    kit::{
        actor::Permission,
        db::{Db, Read},
        problem::{Problem, Result, Since},
        statement::statement,
        viewer::Viewer,
        words::Words,
    },
    t,
};

/// The words of a refusal that stands since something happened, with who did that and when.
///
/// # Errors
/// When the history cannot be read.
pub fn told<P: Permission>(read: &mut Read<'_, P>, since: &Since, stands: &Words) -> Result<Option<Words>> {
    let found: Option<Row> = statement(
        "SELECT e.at, e.name, e.actor_kind AS kind, e.actor_name AS actor, e.account_id AS account, a.name AS company, e.note, \
         e.moved_to AS moved, e.cause FROM events e LEFT JOIN accounts a ON a.id = e.account_id \
         WHERE e.object = $1 AND (e.private_to_id IS NULL OR e.private_to_id = $2) \
         AND CASE cardinality($3) WHEN 0 THEN e.moved_to IS NOT NULL ELSE e.name = ANY($3) END ORDER BY e.number DESC LIMIT 1",
    )
    .bind::<Text, _>(&since.object)
    .bind::<Text, _>(read.actor.account())
    .bind::<Array<Text>, _>(since.events)
    .get_result(read.conn)
    .optional()?;
    let zone = read.actor.zone();
    Ok(found.map(|row| {
        let done = row.entry(zone);
        t!("{who} {deed} on {when}. {stands}", who = done.who, deed = done.words, when = done.when.words, stands)
    }))
}

/// The same problem, which says who was faster where it is known.
pub async fn named<P: Permission>(actor: &Viewer<P>, db: &Db, problem: Problem) -> Problem {
    let Problem::Stale(mut refusal) = problem else { return problem };
    if let Some(since) = refusal.since.take() {
        let stands = refusal.text.clone();
        // who cannot be told is still refused
        if let Ok(Some(words)) = db.read(&**actor, move |read| told(read, &since, &stands)).await {
            refusal.text = words;
        }
    }
    Problem::Stale(refusal)
}

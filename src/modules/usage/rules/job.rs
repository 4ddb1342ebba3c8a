//! Files that were submitted are looked at right after, one by one: a comparison takes a while, and the submitter does not wait for it.
//!
//! What is found, what follows from it and that it was done are one transaction, so a program that is killed has done all of it or nothing.
//! The next program takes the file again once the lease has run out.

use super::{actions, store};
use crate::{
    kit::{
        db::Db,
        problem::{Problem, Result},
    },
    manifest::Ending,
};

/// How often a comparison may break off before the file is left to people.
const ATTEMPTS: i32 = 5;
/// The name of the job in events.
const JOB: &str = "usage rule";

/// Looks at submitted files until none waits.
pub async fn rule_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && rule_next(&db).await? {}
    Ok(())
}

/// Looks at the file that waits longest; false when none does.
pub async fn rule_next(db: &Db) -> Result<bool> {
    let Some(asked) = db.write_system(JOB, store::take).await? else { return Ok(false) };
    let (again, given_up) = (asked.clone(), asked.attempts > ATTEMPTS);
    let done = db
        .write_system(JOB, move |tx| match given_up {
            true => actions::give_up(tx, &asked),
            false => actions::rule(tx, &asked),
        })
        .await;
    if matches!(done, Err(Problem::NoSpace(_))) {
        db.write_system(JOB, move |tx| store::put_off(tx, &again)).await?;
    }
    done.map(|()| true)
}

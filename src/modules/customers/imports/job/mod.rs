//! What the program does of imports: it reads and checks files, and applies what was checked, piece by piece.
//!
//! A piece is one transaction that first makes sure that the import is still held, and that nobody stopped it. Whatever takes long and
//! needs no database, unpacking and judging, is done outside of transactions, on threads of its own.

mod apply;
mod check;

use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{
    State,
    read::{Fault, Layout, Line},
    row::{self, Above, PARENT, Update, Wanted},
    store::{self, Held},
};
use crate::{
    kit::{
        db::{Db, System, Tx},
        problem::{Problem, Result},
        sql,
    },
    manifest::Ending,
    modules::customers::{Type, actions::Against, data::Data, store::AccountRow},
};

/// Rows that are read, or applied, in one transaction.
const PIECE: usize = 1_000;
/// How often a check may break off, by a program that ended or a database that went away, before the file is refused.
const ATTEMPTS: i32 = 5;
/// The name of the job in events.
const JOB: &str = "import";

/// Checks files until none waits.
pub async fn check_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && check_next(&db).await? {}
    Ok(())
}

/// Applies imports until none waits.
pub async fn apply_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && apply_next(&db).await? {
        db.open(sql::settle_searches).await?;
    }
    Ok(())
}

/// Checks the file that waits longest; false when none does.
pub async fn check_next(db: &Db) -> Result<bool> {
    let Some(held) = take(db, State::Reading).await? else { return Ok(false) };
    let done = if held.attempts > ATTEMPTS {
        let complaint = "The file could not be checked. Split it, or save it as CSV, and upload it again";
        check::refuse(db, &held, complaint.into()).await
    } else {
        check::check(db, &held).await
    };
    finish(db, &held, done).await
}

/// Continues the import that has waited longest to be applied. False when there is none.
pub async fn apply_next(db: &Db) -> Result<bool> {
    let Some(held) = take(db, State::Applying).await? else { return Ok(false) };
    let done = apply::apply(db, &held).await;
    finish(db, &held, done).await
}

async fn take(db: &Db, state: State) -> Result<Option<Held>> {
    let holder = Uuid::new_v4();
    db.open(move |conn| store::take(conn, state, holder)).await
}

/// Gives an import back, also after a failure, so that it continues without waiting for its lease to end; after a full disk, in a minute.
async fn finish(db: &Db, held: &Held, done: Result<()>) -> Result<bool> {
    let (held, full) = (held.clone(), matches!(done, Err(Problem::NoSpace(_))));
    let released =
        db.write_system(JOB, move |tx| if full { store::put_off(tx, &held) } else { store::release(tx, &held) });
    done.and(released.await).map(|()| true)
}

async fn thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.map_err(Problem::internal)
}

/// A piece of work on a held import. False when it is no longer held, and nothing was done.
async fn piece(
    db: &Db,
    held: &Held,
    work: impl FnOnce(&mut Tx<'_, System>, &Held) -> Result<()> + Send + 'static,
) -> Result<bool> {
    let held = held.clone();
    db.write_system(JOB, move |tx| {
        if !store::hold(tx, &held)? {
            return Ok(false);
        }
        work(tx, &held)?;
        Ok(true)
    })
    .await
}

fn update(told: &Result<Wanted, Vec<Fault>>) -> Option<&Update> {
    match told {
        Ok(Wanted::Update(update)) => Some(update),
        _ => None,
    }
}

fn say(layout: &Layout, number: i32, faults: &[Fault]) -> String {
    let mut faults: Vec<&Fault> = faults.iter().collect();
    faults.sort_by_key(|fault| fault.column.map(|column| layout.places.get(column).copied()));
    faults.into_iter().map(|fault| layout.say(number, fault)).collect::<Vec<_>>().join("\n")
}

/// The data of an account after an update, apart from its place.
fn becomes(update: &Update, account: &AccountRow, line: &Line) -> Result<Data, Vec<Fault>> {
    if update.type_.is_some_and(|type_| type_ != account.type_) {
        return Err(vec![Fault::at(row::TYPE, Against::Type.words())]);
    }
    if update.above == Above::Top && account.type_ == Type::Customer {
        return Err(vec![Fault::at(PARENT, Against::NoParent.words())]);
    }
    update.onto(&account.data(), &line.cells)
}

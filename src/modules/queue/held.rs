//! Decisions that can be taken back for a few seconds. Until then nothing has happened: no mail is written, nothing becomes active, no other
//! company sees anything. What was decided stands in a row, which a job carries out in the person's name, or which whoever decided
//! removes. `docs/decisions/0031-undo.md` says why.

use chrono::TimeDelta;
use diesel::{
    OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Jsonb, Text, Timestamptz},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Standing as _, Waiting as _, beside::Worked};
use crate::{
    access::identity,
    kit::{
        actor::{Account, Permission, User},
        choice::Choice as _,
        db::{Db, Looks, Read, Tx},
        done::Done,
        id::{Id, Kind},
        problem::{Problem, Result},
        statement::statement,
        words::Words,
    },
    manifest::Ending,
    t,
};

/// How long a decision can be taken back.
pub const SECONDS: i64 = 10;
/// How long it rests when the database could not carry it out just now.
const AGAIN_AFTER: TimeDelta = TimeDelta::seconds(30);
/// How long that is tried before the person is asked to decide again.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::minutes(15);

/// A kind of request about which is decided where it is read.
pub trait Settled: Worked {
    /// The right to decide.
    type Right: Permission;

    /// What is decided, with everything that it needs. Secrets in it are sealed.
    type Decision: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    fn action(decision: &Self::Decision) -> Self::Action;

    /// Carries it out.
    fn settle(tx: &mut Tx<'_, Self::Right>, id: &Id<Self::Kind>, decision: &Self::Decision) -> Result<()>;

    /// Carries it out on trial, when it is pressed: what was decided just before and has not taken effect may count.
    fn attempt(tx: &mut Tx<'_, Self::Right>, id: &Id<Self::Kind>, decision: &Self::Decision) -> Result<()> {
        Self::settle(tx, id, decision)
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Jsonb)]
    decision: serde_json::Value,
    #[diesel(sql_type = Text)]
    user_id: Id<User>,
    #[diesel(sql_type = Text)]
    account_id: Id<Account>,
}

#[derive(QueryableByName)]
struct Mark {
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    user_id: Id<User>,
    #[diesel(sql_type = Text)]
    who: String,
}

/// A decision of somebody in a company about a request, which can still be undone.
fn mark<K: Kind>(look: &mut impl Looks, company: &Id<Account>, id: &Id<K>) -> Result<Option<Mark>> {
    Ok(statement(
        "SELECT h.action, h.user_id, u.name AS who FROM held_decisions h JOIN users u ON u.id = h.user_id \
         WHERE h.request = $1 AND h.account_id = $2 AND h.refused IS NULL",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<Text, _>(company.as_str())
    .get_result(look.conn())
    .optional()?)
}

fn decided(mark: Option<&Mark>, id: impl ToString) -> Problem {
    let words = match mark {
        Some(Mark { who, .. }) => {
            t!(
                "{who} decided on {request} a moment ago. It takes effect in a few seconds.",
                who,
                request = id.to_string()
            )
        }
        None => t!("Open {request} again to see its current status.", request = id.to_string()),
    };
    Problem::stale(t!("This has already been decided"), words)
}

/// That nobody of the actor's company has just decided about a request.
///
/// # Errors
/// [`Problem::Stale`] when somebody has.
pub fn undecided<K: Kind, P>(tx: &mut Tx<'_, P>, id: &Id<K>) -> Result<()> {
    let me = tx.account()?;
    match mark(tx, &me, id)? {
        Some(mark) => Err(decided(Some(&mark), id)),
        None => Ok(()),
    }
}

/// What [`undecided`] would say to the reader, for a page that asks before an act.
pub fn already<K: Kind, P>(read: &mut Read<'_, P>, id: &Id<K>) -> Result<Option<Problem>> {
    let me = read.actor.identity.company.id.clone();
    Ok(mark(read, &me, id)?.map(|mark| decided(Some(&mark), id)))
}

/// Decides, so that it can be taken back. It is refused for whatever would refuse it now: it is carried out, and undone at once.
///
/// # Errors
/// As [`Settled::settle`]; [`Problem::Stale`] when a colleague was faster, or when the same person has just decided otherwise.
pub fn hold<S: Settled>(tx: &mut Tx<'_, S::Right>, id: &Id<S::Kind>, decision: &S::Decision) -> Result<Done<()>> {
    let identity = tx.who.member()?;
    let (user, account) = (identity.person.id.clone(), identity.company.id.clone());
    let action = S::action(decision).key();
    // the same button, pressed twice
    let repeated = |mark: &Mark| mark.user_id == user && mark.action == action;
    match mark(tx, &account, id)? {
        // what is pressed last counts: a value may be another one by now. A refusal rolls this back
        Some(mark) if repeated(&mark) => drop(remove(tx, id, &user, &account)?),
        Some(mark) => return Err(decided(Some(&mark), id)),
        None => {}
    }
    if let Err(refused) = tx.tried(|tx| S::attempt(tx, id, decision)) {
        // the other press may have been written since
        return match mark(tx, &account, id)? {
            Some(mark) if repeated(&mark) => Ok(Done::Repeated(())),
            _ => Err(refused),
        };
    }
    let written = statement(
        "INSERT INTO held_decisions AS h (request, queue, action, decision, user_id, account_id, decided_at, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (request) DO UPDATE SET queue = excluded.queue, action = excluded.action, \
         decision = excluded.decision, user_id = excluded.user_id, account_id = excluded.account_id, \
         decided_at = excluded.decided_at, due_at = excluded.due_at, refused = NULL WHERE h.refused IS NOT NULL",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<Text, _>(S::PATH)
    .bind::<Text, _>(action)
    .bind::<Jsonb, _>(serde_json::to_value(decision).map_err(Problem::internal)?)
    .bind::<Text, _>(user.as_str())
    .bind::<Text, _>(account.as_str())
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Timestamptz, _>(tx.at + TimeDelta::seconds(SECONDS))
    .execute(tx.conn)?;
    if written == 1 {
        return Ok(Done::Changed(()));
    }
    // both tried it, one wrote it
    match mark(tx, &account, id)? {
        Some(mark) if repeated(&mark) => Ok(Done::Repeated(())),
        mark => Err(decided(mark.as_ref(), id)),
    }
}

/// Removes what a person decided for a company and what has not taken effect; whether there was anything.
fn remove<K: Kind, P>(tx: &mut Tx<'_, P>, id: &Id<K>, user: &Id<User>, account: &Id<Account>) -> Result<bool> {
    let removed = statement(
        "DELETE FROM held_decisions WHERE request = $1 AND user_id = $2 AND account_id = $3 AND refused IS NULL",
    )
    .bind::<Text, _>(id.as_str())
    .bind::<Text, _>(user.as_str())
    .bind::<Text, _>(account.as_str())
    .execute(tx.conn)?;
    Ok(removed > 0)
}

/// Takes back what the person decided; whether there was anything to take back.
///
/// # Errors
/// [`Problem::Stale`] when it has taken effect; [`Problem::NotFound`] when the company does not see the request.
pub fn take_back<S: Settled>(tx: &mut Tx<'_, S::Right>, id: &Id<S::Kind>) -> Result<bool> {
    let identity = tx.who.member()?;
    let (user, account) = (identity.person.id.clone(), identity.company.id.clone());
    // before the request, as the job does
    if remove(tx, id, &user, &account)? {
        return Ok(true);
    }
    let (row, _) = S::lock(tx, id)?;
    match row.status().waits() {
        true => Ok(false),
        false => Err(Problem::stale(
            t!("Too late to undo"),
            t!("{request} is now {status}.", request = id.to_string(), status = Words::within(row.status())),
        )),
    }
}

/// Carries out what nobody took back in time, until nothing is left.
pub async fn carry_out<S: Settled>(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() {
        let due = db.open(|conn| due(conn, S::PATH)).await?;
        if due.is_empty() {
            break;
        }
        for request in due {
            one::<S>(&db, request).await?;
        }
    }
    Ok(())
}

fn due(conn: &mut PgConnection, queue: &str) -> Result<Vec<String>> {
    Ok(statement(
        "SELECT request FROM held_decisions WHERE queue = $1 AND refused IS NULL AND due_at <= now() ORDER BY due_at LIMIT 20",
    )
    .bind::<Text, _>(queue).values::<Text, _>(conn)?)
}

/// One decision: its row goes in the transaction that carries it out, so that it happens once, whatever ends in between.
async fn one<S: Settled>(db: &Db, request: String) -> Result<()> {
    let asked = request.clone();
    let done = db
        .write_system("decision", move |tx| {
            // another program, and whoever takes it back, wait here
            let held = statement(
                "DELETE FROM held_decisions WHERE request = $1 AND refused IS NULL AND due_at <= $2 \
                 RETURNING action, decision, user_id, account_id",
            )
            .bind::<Text, _>(&asked)
            .bind::<Timestamptz, _>(tx.at)
            .get_result::<Row>(tx.conn)
            .optional()?;
            let Some(held) = held else { return Ok(()) };
            let id: Id<S::Kind> = asked.parse().map_err(Problem::internal)?;
            let decision: S::Decision = serde_json::from_value(held.decision).map_err(Problem::internal)?;
            let identity = identity::load(tx.conn, &held.user_id, &held.account_id)?;
            tracing::debug!(request = %id, action = held.action, "a decision takes effect");
            tx.on_behalf::<S::Right, _>(identity, String::new(), |tx| S::settle(tx, &id, &decision))
        })
        .await;
    match done {
        Ok(()) => Ok(()),
        // it is tried again; others go first
        Err(problem @ (Problem::Unavailable(_) | Problem::NoSpace(_) | Problem::Internal(_))) => {
            db.write_system("decision", move |tx| rest(tx, &request)).await?;
            Err(problem)
        }
        Err(problem) => {
            tracing::warn!(%problem, request, "a decision could not be carried out");
            db.write_system("decision", move |tx| refuse(tx, &request, &problem.to_string())).await
        }
    }
}

/// Lets a decision rest that is due; one that failed again and again is given up.
fn rest<P>(tx: &mut Tx<'_, P>, request: &str) -> Result<()> {
    statement(
        "UPDATE held_decisions SET due_at = $2, refused = CASE WHEN decided_at < $3 THEN 'it failed again and again' END \
         WHERE request = $1 AND refused IS NULL AND due_at <= $4",
    )
    .bind::<Text, _>(request)
    .bind::<Timestamptz, _>(tx.at + AGAIN_AFTER)
    .bind::<Timestamptz, _>(tx.at - GIVEN_UP_AFTER)
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok(())
}

/// Says that a decision that is due cannot be carried out. What was decided anew meanwhile is another one.
fn refuse<P>(tx: &mut Tx<'_, P>, request: &str, why: &str) -> Result<()> {
    statement("UPDATE held_decisions SET refused = $2 WHERE request = $1 AND refused IS NULL AND due_at <= $3")
        .bind::<Text, _>(request)
        .bind::<Text, _>(why)
        .bind::<Timestamptz, _>(tx.at)
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets after a month what could not be carried out.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement("DELETE FROM held_decisions WHERE refused IS NOT NULL AND due_at < now() - interval '30 days'")
        .execute(conn)?)
}

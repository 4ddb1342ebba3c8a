//! What the program does of sheets: it invites the partners, and emails links, row by row. Each row is one transaction that first makes sure
//! that the sheet is still held; so whoever stops in the middle leaves whole rows, and none is done twice.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    Fate, Mailed, State,
    read::Line,
    store::{self, Held, RowLine},
};
use crate::{
    access::identity,
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::{Db, System, Tx},
        event::Event,
        problem::{Problem, Result},
        violation::Violations,
    },
    manifest::Ending,
    modules::{
        contracts::{
            self, Create, Manage,
            data::{Parameters, Sending},
        },
        directory::create::store as created,
    },
};

/// How often a sheet may break off at one row, by a program that ended or a database that went away, before it is stopped.
const ATTEMPTS: i32 = 5;
/// Rows before others who wait have their turn.
const TURN: usize = 200;
/// The name of the job in events.
const JOB: &str = "partners";

/// Works on sheets until none waits.
pub async fn run_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && run_next(&db, &ending).await? {}
    Ok(())
}

/// Goes on with the sheet that waits longest; false when none does.
async fn run_next(db: &Db, ending: &Ending) -> Result<bool> {
    let holder = Uuid::new_v4();
    let Some(held) = db.open(move |conn| store::take(conn, holder)).await? else { return Ok(false) };
    let done = if held.attempts > ATTEMPTS {
        stop(db, &held, "The sheet could not be finished. Run it again".to_owned()).await
    } else {
        go_on(db, &held, ending).await
    };
    let (lease, full) = (held.lease(), matches!(done, Err(Problem::NoSpace(_))));
    let released = db.open(move |conn| if full { lease.put_off(conn) } else { lease.release(conn) });
    done.and(released.await).map(|()| true)
}

async fn go_on(db: &Db, held: &Held, ending: &Ending) -> Result<()> {
    for _ in 0..TURN {
        if *ending.borrow() {
            return Ok(());
        }
        let wanted = held.clone();
        let Some(row) = db.open(move |conn| store::next(conn, &wanted)).await? else { return end(db, held).await };
        let number = row.number;
        match one(db, held, row).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            // one email that cannot be sent holds up no other
            Err(Problem::Refused(_) | Problem::Stale(_) | Problem::NotFound) if held.state == State::Mailing => {
                if !piece(db, held, move |tx, held| store::set_mail(tx, held.id, number, Mailed::Refused)).await? {
                    return Ok(());
                }
            }
            Err(Problem::Forbidden(why)) => return stop(db, held, why.to_string()).await,
            Err(Problem::Stale(why) | Problem::Refused(why)) => {
                return stop(db, held, format!("{}. {}", why.title, why.text)).await;
            }
            Err(Problem::Invalid(wrong)) => return stop(db, held, said(&wrong)).await,
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

fn said(wrong: &Violations) -> String {
    wrong.iter().map(|one| one.why.words.to_string()).collect::<Vec<_>>().join(". ")
}

/// A piece of work on a held sheet. False when it is no longer held, and nothing was done.
async fn piece(
    db: &Db,
    held: &Held,
    work: impl FnOnce(&mut Tx<'_, System>, &Held) -> Result<()> + Send + 'static,
) -> Result<bool> {
    let held = held.clone();
    db.write_system(JOB, move |tx| {
        if !held.lease().renew(tx.conn, held.state.key())? {
            return Ok(false);
        }
        work(tx, &held)?;
        Ok(true)
    })
    .await
}

/// Acts in the name of whoever runs the sheet.
fn in_their_name<P: Permission, T>(
    tx: &mut Tx<'_, System>,
    held: &Held,
    act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
) -> Result<T> {
    let identity = identity::load(tx.conn, &held.person, &held.issuer_id).map_err(|problem| match problem {
        Problem::NotFound => Problem::Forbidden("The person who runs the sheet is no longer a member".into()),
        other => other,
    })?;
    tx.on_behalf::<P, _>(identity, format!("sheet {}", held.file_name), act)
}

/// Does one row. False when the sheet is no longer held.
async fn one(db: &Db, held: &Held, row: RowLine) -> Result<bool> {
    piece(db, held, move |tx, held| match held.state {
        State::Mailing => {
            in_their_name::<Manage, _>(tx, held, |tx| email(tx, held, &row))?;
            store::set_mail(tx, held.id, row.number, Mailed::Sent)
        }
        _ => in_their_name::<Create, _>(tx, held, |tx| invite(tx, held, &row)),
    })
    .await
}

fn invite(tx: &mut Tx<'_, Create>, held: &Held, row: &RowLine) -> Result<()> {
    store::lock_issuer(tx, &held.issuer_id)?;
    let cells = [&row.company, &row.email, &row.external_id, &row.note, &row.language].map(String::clone);
    let line = Line { number: row.number, cells, wrong: Vec::new() };
    // somebody may have invited the partner since the sheet was read
    let standing = store::standing(tx, &held.issuer_id, &[line])?;
    if let Some((fate, Some(contract))) = standing.first() {
        return store::set_result(tx, held.id, row.number, (*fate, Some(contract)));
    }
    let said = held.said()?;
    let note = if row.note.is_empty() { said.note.clone() } else { row.note.clone() };
    let said = Parameters { recipient_company: row.company.clone(), recipient_email: row.email.clone(), note, ..said };
    let lives = TimeDelta::days(held.link_days.into());
    let contract = contracts::actions::create(tx, &held.agreement_id, &said, lives, &held.shown)?;
    if !row.external_id.is_empty() {
        created::insert(tx, &contract, &row.external_id, None)?;
    }
    tx.record(Event::new("partner.created", &contract).note(&row.company).private())?;
    store::set_result(tx, held.id, row.number, (Fate::Invited, Some(&contract)))
}

fn email(tx: &mut Tx<'_, Manage>, held: &Held, row: &RowLine) -> Result<()> {
    let contract = row.contract_id.as_ref().ok_or(Problem::NotFound)?;
    let said = Sending { recipient_email: row.email.clone(), message: String::new() };
    contracts::delivery::actions::send(tx, contract, &said, TimeDelta::days(held.link_days.into()))
}

async fn stop(db: &Db, held: &Held, complaint: String) -> Result<()> {
    piece(db, held, move |tx, held| {
        store::end(tx, held.id, State::Stopped, &complaint)?;
        tx.record(Event::new("partner_sheet.stopped", held.id).note(complaint))
    })
    .await?;
    Ok(())
}

async fn end(db: &Db, held: &Held) -> Result<()> {
    piece(db, held, |tx, held| {
        let left = store::anything_left(tx, held.id)?;
        store::end(tx, held.id, if left { State::Stopped } else { State::Done }, "")?;
        tx.record(Event::new("partner_sheet.finished", held.id))
    })
    .await?;
    Ok(())
}

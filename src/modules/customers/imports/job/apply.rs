//! Applying: checked rows are written in batches, in the name of the person who applies the import.

use std::collections::HashMap;

use super::{PIECE, becomes, piece, say, thread, update};
use crate::{
    access::identity,
    kit::{
        db::{Db, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
    },
    modules::customers::{
        Manage, TierAccount,
        actions::{Against, Asked, add_all, change_all},
        data::Data,
        imports::{
            Fate, State,
            actions::tell_vendors,
            read::{Fault, Line},
            row::{self, Above, EXTERNAL_UID, PARENT, Wanted},
            store::{self, Held, Next, Outcome},
        },
        requests::actions::Letters,
        store::{AccountRow, New, Owner, lock_all, lock_trees},
    },
};

/// Pieces before others who wait have their turn.
const TURN: usize = 20;

/// A row that is understood.
struct Understood {
    line: Line,
    /// Of the account that it was checked against.
    version: Option<i32>,
    told: Result<Wanted, Vec<Fault>>,
    /// What the account is after it, where it updates one.
    data: Option<Data>,
}

impl Understood {
    fn of(row: Next) -> Result<Self> {
        let line = Line { number: row.number, cells: row.cells()?, faults: Vec::new() };
        let told = row::wanted(&line);
        Ok(Self { line, version: row.version, told, data: None })
    }

    /// With what is known of the account that it updates.
    fn with(mut self, accounts: &HashMap<Id<TierAccount>, AccountRow>) -> Self {
        let account = update(&self.told).and_then(|update| Some((update, accounts.get(&update.id)?)));
        if let Some((update, account)) = account {
            match becomes(update, account, &self.line) {
                Ok(data) => self.data = Some(data),
                Err(faults) => self.told = Err(faults),
            }
        }
        self
    }
}

/// Rows of one turn, ready to be written.
struct Ready {
    rows: Vec<Understood>,
    position: (i16, i32),
}

pub(super) async fn apply(db: &Db, held: &Held) -> Result<()> {
    let mut position = held.position;
    let mut limit = PIECE;
    let mut ready = prepare(db, held, position, limit).await?;
    for _ in 0..TURN {
        let Some(some) = ready.take() else { return end(db, held).await };
        let (last, count) = (some.position, some.rows.len());
        // the next rows are understood while these are written
        let (written, next) = tokio::join!(write(db, held, some), prepare(db, held, last, limit));
        match written {
            Ok(false) => return Ok(()),
            Ok(true) => {
                position = last;
                ready = next?;
            }
            Err(Problem::Forbidden(why)) => return give_up(db, held, why.to_string()).await,
            // one row is at fault: it is looked for one by one, so that the others are not held up
            Err(Problem::Internal(cause)) if count == 1 => {
                tracing::error!(import = %held.id, row = last.1, cause, "a row of an import could not be applied");
                if !pass_over(db, held, last).await? {
                    return Ok(());
                }
                position = last;
                ready = next?;
            }
            Err(Problem::Internal(cause)) => {
                tracing::warn!(import = %held.id, cause, "a piece of an import is applied row by row");
                limit = 1;
                ready = prepare(db, held, position, limit).await?;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// Reads the next rows and understands them.
async fn prepare(db: &Db, held: &Held, position: (i16, i32), limit: usize) -> Result<Option<Ready>> {
    let (id, limit) = (held.id, limit as i64);
    let rows = db.open(move |conn| store::next(conn, id, position, limit)).await?;
    let Some(last) = rows.last().map(|row| (row.turn, row.number)) else { return Ok(None) };
    let rows = thread(move || rows.into_iter().map(Understood::of).collect::<Result<Vec<_>>>()).await??;
    let ids = updated(&rows);
    let owner = held.owner.clone();
    let accounts = db.open(move |conn| store::accounts(conn, &owner, &ids)).await?;
    let rows = thread(move || rows.into_iter().map(|row| row.with(&accounts)).collect()).await?;
    Ok(Some(Ready { rows, position: last }))
}

fn updated(rows: &[Understood]) -> Vec<Id<TierAccount>> {
    rows.iter().filter_map(|row| Some(update(&row.told)?.id.clone())).collect()
}

/// Applies rows in the name of the person who applies the import. False when the lease is lost.
async fn write(db: &Db, held: &Held, ready: Ready) -> Result<bool> {
    piece(db, held, move |tx, held| {
        let identity = identity::load(tx.conn, &held.person, &held.owner).map_err(|problem| match problem {
            Problem::NotFound => Problem::Forbidden("The person who applied the import is no longer a member".into()),
            other => other,
        })?;
        store::write_many(tx)?;
        let outcomes = tx.on_behalf::<Manage, _>(identity, format!("import of {}", held.file_name), |tx| {
            apply_rows(tx, held, ready.rows)
        })?;
        store::put_outcomes(tx, held, &outcomes, ready.position)
    })
    .await
}

fn apply_rows(tx: &mut Tx<'_, Manage>, held: &Held, rows: Vec<Understood>) -> Result<Vec<Outcome>> {
    let owner = Owner::of(tx)?;
    lock_trees(tx, &owner)?;
    let layout = held.layout.clone().unwrap_or_default();
    let named = rows.iter().filter_map(|row| match &row.told {
        Ok(Wanted::Create { above, .. }) => Some(above),
        Ok(Wanted::Update(update)) => Some(&update.above),
        _ => None,
    });
    let known = store::known(tx.conn, &owner.id, named, &[])?;
    let ids = updated(&rows);
    let locked = if ids.is_empty() { HashMap::new() } else { lock_all(tx, &owner, &ids)? };
    let mut outcomes = Vec::with_capacity(rows.len());
    let failed = |number: i32, faults: &[Fault]| Outcome {
        number,
        fate: Fate::Error,
        message: say(&layout, number, faults),
        account: None,
    };
    let (mut new, mut asked) = (Vec::new(), Vec::new());
    let (mut created, mut changed) = (Vec::new(), Vec::new());
    for Understood { line, version, told, data } in rows {
        let number = line.number;
        match told {
            Err(faults) => outcomes.push(failed(number, &faults)),
            Ok(Wanted::Nothing) => {}
            Ok(Wanted::Create { type_, above, data }) => match known.parent(&above) {
                Err(fault) => outcomes.push(failed(number, &[fault])),
                Ok(parent) => {
                    created.push(number);
                    new.push(New { type_, parent, data });
                }
            },
            Ok(Wanted::Update(update)) => {
                let Some((row, data)) =
                    locked.get(&update.id).zip(data).filter(|(row, _)| Some(row.version) == version)
                else {
                    outcomes.push(failed(number, &[changed_since(&update.id, locked.get(&update.id), version)]));
                    continue;
                };
                let parent = match &update.above {
                    Above::Unsaid => Ok(row.parent_id.clone()),
                    above => known.parent(above),
                };
                match parent {
                    Err(fault) => outcomes.push(failed(number, &[fault])),
                    Ok(parent) => {
                        changed.push((number, update.id));
                        asked.push(Asked { row, parent, data });
                    }
                }
            }
        }
    }
    for (number, made) in created.into_iter().zip(add_all(tx, &owner, new)?) {
        outcomes.push(match made {
            Ok(id) => Outcome { number, fate: Fate::Created, message: String::new(), account: Some(id) },
            Err(against) => failed(number, &[at_cell(&against)]),
        });
    }
    for ((number, id), outcome) in changed.into_iter().zip(change_all(tx, &owner, asked, Letters::Later)?) {
        outcomes.push(match outcome {
            Ok(done) => {
                let fate = if done.changed() { Fate::Updated } else { Fate::Same };
                Outcome { number, fate, message: String::new(), account: Some(id) }
            }
            Err(against) => failed(number, &[at_cell(&against)]),
        });
    }
    Ok(outcomes)
}

/// Where a rule that an account breaks is told.
fn at_cell(against: &Against) -> Fault {
    match against {
        Against::Uid => Fault::at(EXTERNAL_UID, against.words()),
        Against::Type => Fault::at(row::TYPE, against.words()),
        _ => Fault::at(PARENT, against.words()),
    }
}

fn changed_since(id: &Id<TierAccount>, now: Option<&AccountRow>, version: Option<i32>) -> Fault {
    Fault::at(
        0,
        match (now, version) {
            (Some(row), Some(version)) if row.version != version => format!(
                "{id} was changed after the check: version {version} is now version {}. Check again to see what would change",
                row.version
            ),
            _ => format!("You no longer have an active account {id}"),
        },
    )
}

/// A row that the database refuses although nothing stood against it.
async fn pass_over(db: &Db, held: &Held, at: (i16, i32)) -> Result<bool> {
    piece(db, held, move |tx, held| {
        let layout = held.layout.clone().unwrap_or_default();
        let fault = Fault::of_row("This row could not be applied, and the reason is in the log. The other rows go on");
        let outcome = Outcome { number: at.1, fate: Fate::Error, message: layout.say(at.1, &fault), account: None };
        store::put_outcomes(tx, held, &[outcome], at)
    })
    .await
}

/// The person who applied the import has lost the permission.
async fn give_up(db: &Db, held: &Held, why: String) -> Result<()> {
    piece(db, held, move |tx, held| {
        store::end(tx, held.id, State::Stopped, &format!("{why}."))?;
        tell_vendors(tx, held.id, held.round, &held.owner)?;
        tx.record(Event::new("customer_import.stopped", held.id).note(why))
    })
    .await?;
    Ok(())
}

/// All rows are applied: the vendors that are asked to take changes over get one letter each.
async fn end(db: &Db, held: &Held) -> Result<()> {
    piece(db, held, |tx, held| {
        store::end(tx, held.id, State::Done, "")?;
        tell_vendors(tx, held.id, held.round, &held.owner)?;
        tx.record(Event::new("customer_import.done", held.id))
    })
    .await?;
    Ok(())
}

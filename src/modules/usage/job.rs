//! What the program does of uploads: it reads them in a stream and checks them piece by piece.
//!
//! A piece is one transaction that first makes sure that the file is still held. Whoever stops in the middle leaves a file that is
//! Processing, which is begun anew, from its first row, once the lease has run out.

use std::{collections::HashMap, sync::Arc};

use tokio::{sync::mpsc, task::spawn_blocking};

use super::{
    Status, UsageFile,
    actions::of_file,
    check::{Checker, Record},
    fault::{Code, Fault},
    lifecycle::{Action, Part, RULES},
    read::{self, Heading, Layout, Line},
    store::{self, FileRow, Held, Placed},
};
use crate::{
    kit::{
        db::{Db, System, Tx},
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
    },
    manifest::Ending,
    modules::{customers::imports::read::letters, products::UsageSchema},
};

/// Rows that are checked in one transaction.
const PIECE: usize = 1_000;
/// How often a check may break off, by a program that ended or a database that went away, before the file is given up.
const ATTEMPTS: i32 = 5;
/// The name of the job in events.
const JOB: &str = "usage";

/// Checks uploads until none waits.
pub async fn check_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && check_next(&db).await? {}
    Ok(())
}

/// Checks the upload that waits longest; false when none does.
pub async fn check_next(db: &Db) -> Result<bool> {
    let Some(held) = db.write_system(JOB, store::take).await? else { return Ok(false) };
    let done = if held.attempts > ATTEMPTS {
        let words = "The file could not be checked. Split it, or save it as CSV, and upload it again";
        begin(db, &held).await?;
        refuse(db, &held, vec![Fault::of_row(Code::Unreadable, words)]).await
    } else {
        check(db, &held).await
    };
    let given = held.clone();
    let released = db.write_system(JOB, move |tx| store::release(tx, &given)).await;
    done.and(released).map(|()| true)
}

/// A piece of work on a held file. Nothing when it is no longer held.
async fn piece<T: Send + 'static>(
    db: &Db,
    held: &Held,
    work: impl FnOnce(&mut Tx<'_, System>, &Held) -> Result<T> + Send + 'static,
) -> Result<Option<T>> {
    let held = held.clone();
    db.write_system(JOB, move |tx| if store::hold(tx, &held)? { work(tx, &held).map(Some) } else { Ok(None) }).await
}

/// What the rows of a file are held against.
pub fn checker<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<Checker> {
    let known = store::known(tx, file)?;
    Ok(Checker::new(file.schema, (file.period_from, file.period_to), known))
}

/// The rows of a piece, each with how its sheet is laid out.
type Rows<L> = Vec<(L, Line)>;

/// Records of good rows, what is wrong with the others, and how many those are.
pub fn judge<P, L: AsRef<Layout>>(
    tx: &mut Tx<'_, P>,
    file: &FileRow,
    checker: &mut Checker,
    rows: &[(L, Line)],
) -> Result<(Vec<Record>, Vec<Placed>, usize)> {
    for criterion in checker.lacks(rows.iter().map(|(layout, line)| (layout.as_ref(), line))) {
        let values = store::values(tx, file, &criterion)?;
        checker.known.learn(&criterion, values);
    }
    let (mut good, mut faults, mut wrong) = (Vec::new(), Vec::new(), 0);
    let place = |layout: &Layout, number: i32, fault: Fault| Placed {
        number,
        letters: fault.at.and_then(|heading| layout.at(heading)).map(letters).unwrap_or_default(),
        fault,
    };
    for (layout, line) in rows {
        match checker.check(layout.as_ref(), line) {
            Ok(record) => good.push((layout.as_ref(), record)),
            Err(all) => {
                wrong += 1;
                faults.extend(all.into_iter().map(|fault| place(layout.as_ref(), line.number, fault)));
            }
        }
    }
    let keys: Vec<&str> = good.iter().map(|(_, record)| record.key.as_str()).collect();
    let taken: HashMap<String, Id<UsageFile>> = store::taken(tx, file, &keys)?.into_iter().collect();
    let mut records = Vec::with_capacity(good.len());
    for (layout, record) in good {
        match taken.get(&record.key) {
            None => records.push(record),
            Some(other) => {
                wrong += 1;
                faults.push(place(layout, record.number, claimed(&record.key, other)));
            }
        }
    }
    faults.sort_by_key(|one| one.number);
    Ok((records, faults, wrong))
}

fn claimed(key: &str, other: &Id<UsageFile>) -> Fault {
    Fault::at(Heading::RecordId, Code::Taken, key).naming(other.as_str())
}

/// What a check begins with: the file, what its rows are held against, and its bytes.
type Opened = (FileRow, Checker, Vec<u8>);

/// From Uploading on, or anew after a check that broke off.
fn open(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<Opened> {
    let file = store::held_file(tx, id)?;
    if file.status == Status::Uploading {
        let planned = plan(RULES, file.status, Action::Process, Part::System, tx.at)
            .map_err(|_| Problem::internal("an upload can be checked"))?;
        store::advance(tx, id, &planned)?;
        tx.record(Event::new("usage_file.processing", id).moved(planned.from(), planned.to()))?;
    }
    store::forget_faults(tx, id)?;
    store::forget_records(tx, id)?;
    store::begin_work(tx, id)?;
    let bytes = store::bytes(tx, id)?;
    let checker = checker(tx, &file)?;
    Ok((file, checker, bytes))
}

async fn begin(db: &Db, held: &Held) -> Result<Option<Opened>> {
    piece(db, held, |tx, held| open(tx, &held.id)).await
}

/// Checks rows and keeps what came of it.
fn take_in<L: AsRef<Layout>>(
    tx: &mut Tx<'_, System>,
    file: &FileRow,
    checker: &mut Checker,
    rows: &[(L, Line)],
) -> Result<()> {
    let (records, faults, wrong) = judge(tx, file, checker, rows)?;
    store::put_records(tx, file, &records)?;
    store::put_faults(tx, &file.id, &faults)?;
    store::worked(tx, &file.id, rows.len(), wrong)
}

/// Checks a small upload in the transaction in which it was sent, for whoever loads data.
pub fn check_at_once(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<()> {
    let (file, mut checker, bytes) = open(tx, id)?;
    let mut rows: Rows<Layout> = Vec::new();
    let read = read::read(&bytes, file.schema, |layout, line| {
        rows.push((layout.clone(), line));
        true
    });
    match read {
        Err(faults) => refused(tx, id, faults),
        Ok(_) => {
            take_in(tx, &file, &mut checker, &rows)?;
            done(tx, id)
        }
    }
}

async fn check(db: &Db, held: &Held) -> Result<()> {
    let Some((file, mut checker, bytes)) = begin(db, held).await? else { return Ok(()) };
    let file = Arc::new(file);
    let (send, mut pieces) = mpsc::channel::<Rows<Arc<Layout>>>(2);
    let schema = file.schema;
    let reader = spawn_blocking(move || read_in_pieces(&bytes, schema, &send));
    while let Some(rows) = pieces.recv().await {
        let file = file.clone();
        let back = piece(db, held, move |tx, _| {
            take_in(tx, &file, &mut checker, &rows)?;
            Ok(checker)
        })
        .await?;
        match back {
            Some(back) => checker = back,
            None => return Ok(()),
        }
    }
    match reader.await.map_err(Problem::internal)? {
        Err(faults) => refuse(db, held, faults).await,
        Ok(_) => end(db, held).await,
    }
}

fn read_in_pieces(
    bytes: &[u8],
    schema: UsageSchema,
    send: &mpsc::Sender<Rows<Arc<Layout>>>,
) -> Result<Layout, Vec<Fault>> {
    let mut known: Option<Arc<Layout>> = None;
    let mut rows = Vec::with_capacity(PIECE);
    let layout = read::read(bytes, schema, |layout, line| {
        let layout = known.get_or_insert_with(|| Arc::new(layout.clone())).clone();
        rows.push((layout, line));
        // nobody listens any more when the file is not held
        rows.len() < PIECE || send.blocking_send(std::mem::take(&mut rows)).is_ok()
    })?;
    if !rows.is_empty() {
        let _ = send.blocking_send(rows);
    }
    Ok(layout)
}

/// The file as a whole cannot be taken.
fn refused(tx: &mut Tx<'_, System>, id: &Id<UsageFile>, faults: Vec<Fault>) -> Result<()> {
    let faults: Vec<Placed> = faults.into_iter().map(of_file).collect();
    store::put_faults(tx, id, &faults)?;
    finish(tx, id, Action::Fail)
}

async fn refuse(db: &Db, held: &Held, faults: Vec<Fault>) -> Result<()> {
    piece(db, held, move |tx, held| refused(tx, &held.id, faults)).await.map(drop)
}

fn finish(tx: &mut Tx<'_, System>, id: &Id<UsageFile>, action: Action) -> Result<()> {
    let file = store::held_file(tx, id)?;
    let planned = plan(RULES, file.status, action, Part::System, tx.at)
        .map_err(|_| Problem::internal("a file that is processed is valid or not"))?;
    let event = if action == Action::Pass {
        store::sum_up(tx, id)?;
        Event::new("usage_file.validated", id)
    } else {
        // good rows of a bad file count for nothing
        store::forget_records(tx, id)?;
        Event::new("usage_file.invalid", id)
    };
    store::advance(tx, id, &planned)?;
    tx.record(event.moved(planned.from(), planned.to()))
}

/// All rows are read: the file is ready when none is wrong.
fn done(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<()> {
    let file = store::held_file(tx, id)?;
    let claims = store::taken_meanwhile(tx, &file)?;
    let wrong = claims.len();
    let faults: Vec<Placed> = claims
        .into_iter()
        .map(|(number, key, other)| Placed { number, letters: String::new(), fault: claimed(&key, &other) })
        .collect();
    store::put_faults(tx, id, &faults)?;
    store::worked(tx, id, 0, wrong)?;
    let bad = store::any_fault(tx, id)?;
    finish(tx, id, if bad { Action::Fail } else { Action::Pass })
}

async fn end(db: &Db, held: &Held) -> Result<()> {
    piece(db, held, |tx, held| done(tx, &held.id)).await.map(drop)
}

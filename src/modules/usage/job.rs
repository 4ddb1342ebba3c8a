//! What the program does of uploads: it reads them in a stream and checks them piece by piece.
//!
//! A piece is one transaction that first makes sure that the file is still held, and the file stays held while the reader sends none. Whoever
//! stops in the middle leaves a file that is Processing, which is begun anew, from its first row, once the lease has run out.
//!
//! An upload is brought back from its pieces into a file of the system without a name before it is read: a workbook is read here and there, and
//! whatever goes wrong with the database meanwhile is told apart from what is wrong with the file.

use std::{
    collections::HashMap,
    io::{Cursor, Read, Seek},
    sync::Arc,
};

use tokio::{sync::mpsc, task::spawn_blocking};

use super::{
    Status, UsageFile,
    actions::of_file,
    check::{Checker, Record},
    dynamic,
    fault::{Code, Fault},
    letters::Mail,
    lifecycle::{Action, Part, RULES},
    mapping::{self, Found, Seen, engine::Facts, store::Used},
    read::{Heading, Layout, Line, Others, row_of},
    reversal,
    store::{self, FileRow, Held, Leased, Pieces, Placed},
    waiting::{self, Next},
    years,
};
use crate::{
    kit::{
        db::{Db, Looks, System, Tx},
        event::Event,
        id::Id,
        lifecycle::plan,
        pieces::{self, Back},
        problem::{NO_SPACE, Problem, Result},
        spool::Spooled,
    },
    mail,
    manifest::Ending,
    modules::products::UsageSchema,
};

/// Rows that are checked in one transaction, and their bytes: fewer of long rows.
const PIECE: usize = 1_000;
const PIECE_BYTES: usize = 1024 * 1024;
/// Records of an upload before that are forgotten in one transaction.
const FORGOTTEN: i32 = 20_000;
/// How often a check may break off, by a program that ended or a database that went away, before the file is given up.
pub(super) const ATTEMPTS: i32 = 5;
/// The name of the job in events.
pub(super) const JOB: &str = "usage";
/// What is said of a file whose check was interrupted too often.
pub(super) const WHY: &str = "The file could not be checked. Split it, or save it as CSV, and upload it again";

/// Checks uploads until none waits.
pub async fn check_all(db: Db, ending: Ending) -> Result<()> {
    while !*ending.borrow() && check_next(&db).await? {}
    Ok(())
}

/// Checks the upload that waits longest; false when none does.
pub async fn check_next(db: &Db) -> Result<bool> {
    let Some(held) = db.write_system(JOB, store::take).await? else { return Ok(false) };
    let done = if held.attempts > ATTEMPTS { give_up(db, &held).await } else { check(db, &held).await };
    let (given, full) = (held.clone(), matches!(done, Err(Problem::NoSpace(_))));
    let released =
        db.write_system(JOB, move |tx| if full { store::put_off(tx, &given) } else { store::release(tx, &given) });
    done.and(released.await).map(|()| true)
}

/// Refuses a file whose check broke off too often. It may be the file that ends the program, so nothing of it is read again.
async fn give_up(db: &Db, held: &Held) -> Result<()> {
    if !forget(db, held).await? {
        return Ok(());
    }
    piece(db, held, move |tx, held| {
        start(tx, &held.id)?;
        refused(tx, &held.id, vec![Fault::of_row(Code::Unreadable, WHY)])?;
        tell_sender(tx, &held.id)
    })
    .await
    .map(drop)
}

/// A piece of work on what is held. Nothing when it is no longer held.
pub(super) async fn piece<H: Leased, T: Send + 'static>(
    db: &Db,
    held: &H,
    work: impl FnOnce(&mut Tx<'_, System>, &H) -> Result<T> + Send + 'static,
) -> Result<Option<T>> {
    let held = held.clone();
    db.write_system(JOB, move |tx| if held.hold(tx)? { work(tx, &held).map(Some) } else { Ok(None) }).await
}

/// What the rows of a file are held against.
pub fn checker(look: &mut impl Looks, file: &FileRow) -> Result<Checker> {
    let allowed = store::allowed(look, file)?;
    let known = store::known(look, file)?.reporting(allowed.reservations);
    Ok(Checker::new((file.schema, (file.period_from, file.period_to), file.clock()), known, allowed))
}

/// Rows, each with how its sheet is laid out.
pub type Rows = Vec<(Arc<Layout>, Line)>;

/// What is checked in one transaction: rows, and rows that a mapping could not read, with what is wrong with them.
#[derive(Default)]
pub(super) struct Piece {
    pub(super) rows: Rows,
    pub(super) faults: Vec<Placed>,
    pub(super) unread: usize,
    weight: usize,
}

impl Piece {
    fn is_full(&self) -> bool {
        self.len() >= PIECE || self.weight >= PIECE_BYTES
    }

    /// How many rows it has; each may have several faults.
    pub(super) fn len(&self) -> usize {
        self.rows.len() + self.unread
    }

    fn add(&mut self, layout: &Arc<Layout>, found: Found) {
        match found {
            Found::Line(line) => {
                self.weight += line.weight();
                self.rows.push((layout.clone(), line));
            }
            Found::Wrong(faults) => {
                self.unread += 1;
                self.faults.extend(faults);
            }
        }
    }
}

/// Looks up what items were called before, once rows name one that there is not.
pub fn look_back(
    look: &mut impl Looks,
    file: &FileRow,
    checker: &mut Checker,
    rows: &[(Arc<Layout>, Line)],
) -> Result<()> {
    if rows.iter().any(|(layout, line)| checker.known.asks_for_earlier(layout, line)) {
        let names = store::earlier(look, file)?;
        checker.known.learn_earlier(names);
    }
    Ok(())
}

/// Records of good rows, what is wrong with the others, and how many those are.
pub fn judge(
    look: &mut impl Looks,
    file: &FileRow,
    checker: &mut Checker,
    rows: &[(Arc<Layout>, Line)],
) -> Result<(Vec<Record>, Vec<Placed>, usize)> {
    look_back(look, file, checker, rows)?;
    for criterion in checker.lacks(rows) {
        let values = store::values(look, file, &criterion)?;
        checker.known.learn(&criterion, values);
    }
    let (mut good, mut faults, mut wrong) = (Vec::new(), Vec::new(), 0);
    let place = |layout: &Layout, number: i32, others: Others, fault: Fault| Placed {
        number: row_of(number),
        letters: fault.at.map(|heading| layout.letters(heading)).unwrap_or_default(),
        others,
        fault,
    };
    for (layout, line) in rows {
        match checker.check(layout, line) {
            Ok(record) => good.push((layout, record)),
            Err(all) => {
                wrong += 1;
                faults.extend(all.into_iter().map(|fault| place(layout, line.number, line.others.clone(), fault)));
            }
        }
    }
    let keys: Vec<&str> = good.iter().map(|(_, record)| record.key.as_str()).collect();
    let taken: HashMap<String, Id<UsageFile>> = store::taken(look, file, &keys)?.into_iter().collect();
    let mut reversals = reversal::look_up(look, file, good.iter_mut().map(|(_, record)| record))?;
    let mut records = Vec::with_capacity(good.len());
    for (layout, record) in good {
        if let Some(all) = reversals.remove(&record.number) {
            wrong += 1;
            faults.extend(all.into_iter().map(|fault| place(layout, record.number, Others::default(), fault)));
            continue;
        }
        match taken.get(&record.key) {
            None => records.push(record),
            Some(other) => {
                wrong += 1;
                faults.push(place(layout, record.number, Others::default(), claimed(&record.key, other)));
            }
        }
    }
    faults.sort_by_key(|one| one.number);
    Ok((records, faults, wrong))
}

fn claimed(key: &str, other: &Id<UsageFile>) -> Fault {
    Fault::at(Heading::RecordId, Code::Taken, key).naming(other.as_str())
}

/// What a check begins with: the file, what its rows are held against, its pieces, and what they are read with.
type Opened = (FileRow, Checker, Pieces, Option<Used>);

/// From Uploading on, or anew after a check that broke off: nothing is left of what was found before. Reads neither the upload nor what it
/// is held against.
fn start(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<FileRow> {
    let file = store::held_file(tx, id)?;
    if file.status == Status::Uploading {
        let planned = plan(RULES, file.status, Action::Process, Part::System, tx.at)
            .map_err(|_| Problem::internal("an upload can be checked"))?;
        store::advance(tx, id, &planned)?;
        tx.record(Event::new("usage_file.processing", id).moved(planned.from(), planned.to()))?;
    }
    store::forget_faults(tx, id)?;
    store::forget_records(tx, id)?;
    store::put_categories(tx, id, None)?;
    store::begin_work(tx, id)?;
    Ok(file)
}

/// A check begins.
fn open(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<Opened> {
    if !years::make_room(tx, id)? {
        return Err(Problem::internal("an upload is of a year that was archived"));
    }
    let file = start(tx, id)?;
    let pieces = store::pieces_of(tx, id)?;
    let checker = checker(tx, &file)?;
    let used = mapping::store::used(tx, id)?;
    Ok((file, checker, pieces, used))
}

/// Checks rows and keeps what came of it.
fn take_in(tx: &mut Tx<'_, System>, file: &FileRow, checker: &mut Checker, piece: &Piece) -> Result<()> {
    dynamic::prepare(tx, file, checker, &piece.rows)?;
    let (records, faults, wrong) = judge(tx, file, checker, &piece.rows)?;
    store::put_records(tx, file, &records)?;
    store::put_columns(tx, &file.id, &records)?;
    store::put_reversals(tx, file, &records)?;
    store::put_faults(tx, &file.id, &[piece.faults.as_slice(), &faults].concat())?;
    store::worked(tx, &file.id, piece.len(), wrong + piece.unread)
}

/// Checks a small upload in the transaction in which it was sent, for whoever loads data.
pub fn check_at_once(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<()> {
    let (file, mut checker, pieces, used) = open(tx, id)?;
    let bytes = pieces::all(tx, pieces.upload, pieces.size)?;
    let mut all = Piece::default();
    let facts = Facts::of(&file);
    let through = used.as_ref().map(|used| (&used.mapping, &facts));
    let read = mapping::read(&mut Cursor::new(&bytes), file.schema, through, |layout, found| {
        all.add(layout, found);
        true
    });
    match read {
        Err(faults) => refused(tx, id, faults),
        Ok(seen) => {
            take_in(tx, &file, &mut checker, &all)?;
            store::compare_records(tx, id)?;
            done(tx, id, &seen)
        }
    }
}

/// Forgets the records of an upload before, however many there are. False when the file is no longer held.
async fn forget(db: &Db, held: &Held) -> Result<bool> {
    loop {
        match piece(db, held, |tx, held| store::forget_some(tx, &held.id, FORGOTTEN)).await? {
            Some(0) => return Ok(true),
            Some(_) => {}
            None => return Ok(false),
        }
    }
}

/// The report as it came. None when it is no longer held.
pub(super) async fn bring_back<H: Leased>(db: &Db, held: &H, all: &Pieces) -> Result<Option<Spooled>> {
    let (upload, mut back) = (all.upload, Back::new()?);
    for number in 0..pieces::count(all.size) {
        match piece(db, held, move |tx, _| pieces::piece(tx, upload, number)).await? {
            Some(bytes) => back = back.add(bytes).await?,
            None => return Ok(None),
        }
    }
    back.whole(&all.sha256).map(Some)
}

async fn check(db: &Db, held: &Held) -> Result<()> {
    if !forget(db, held).await? {
        return Ok(());
    }
    let opened = piece(db, held, |tx, held| open(tx, &held.id)).await?;
    let Some((file, mut checker, pieces, used)) = opened else { return Ok(()) };
    let Some(content) = bring_back(db, held, &pieces).await? else { return Ok(()) };
    let file = Arc::new(file);
    let (send, mut pieces) = mpsc::channel::<Piece>(2);
    let (schema, facts) = (file.schema, Facts::of(&file));
    let reader = spawn_blocking(move || {
        let through = used.as_ref().map(|used| (&used.mapping, &facts));
        read_in_pieces(&mut content.reader(), schema, through, &send)
    });
    loop {
        let rows = match waiting::next(db, held, &mut pieces).await? {
            Next::Piece(rows) => rows,
            Next::Over => break,
            Next::Lost => return Ok(()),
        };
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
        // nothing is wrong with the report; it is read again once there is space
        Err(faults) if faults.iter().any(no_space) => Err(Problem::NoSpace(NO_SPACE.into())),
        Err(faults) => refuse(db, held, faults).await,
        Ok(seen) => end(db, held, seen).await,
    }
}

/// Whether a file could not be read because a disk is full. The message alone could be the name of a column.
pub(super) fn no_space(fault: &Fault) -> bool {
    fault.code == Code::Unreadable && fault.raw == NO_SPACE
}

pub(super) fn read_in_pieces(
    file: &mut (impl Read + Seek),
    schema: UsageSchema,
    through: Option<(&mapping::data::Mapping, &Facts)>,
    send: &mpsc::Sender<Piece>,
) -> Result<Seen, Vec<Fault>> {
    let mut piece = Piece::default();
    let seen = mapping::read(file, schema, through, |layout, found| {
        piece.add(layout, found);
        // nobody listens any more when the file is not held
        !piece.is_full() || send.blocking_send(std::mem::take(&mut piece)).is_ok()
    })?;
    if piece.len() > 0 {
        let _ = send.blocking_send(piece);
    }
    Ok(seen)
}

/// The file as a whole cannot be taken.
fn refused(tx: &mut Tx<'_, System>, id: &Id<UsageFile>, faults: Vec<Fault>) -> Result<()> {
    let faults: Vec<Placed> = faults.into_iter().map(of_file).collect();
    store::put_faults(tx, id, &faults)?;
    finish(tx, id, Action::Fail)
}

async fn refuse(db: &Db, held: &Held, faults: Vec<Fault>) -> Result<()> {
    if !forget(db, held).await? {
        return Ok(());
    }
    piece(db, held, move |tx, held| {
        refused(tx, &held.id, faults)?;
        tell_sender(tx, &held.id)
    })
    .await
    .map(drop)
}

/// Tells the person who had a file checked what came of it: nobody has to wait on its page.
fn tell_sender(tx: &mut Tx<'_, System>, id: &Id<UsageFile>) -> Result<()> {
    let Some(person) = store::sender(tx, id)? else { return Ok(()) };
    let FileRow { vendor_id: vendor, name, status, .. } = store::held_file(tx, id)?;
    mail::tell_one(tx, &Mail::UsageChecked { file: id.clone(), vendor, name, outcome: status.to_string() }, person)
}

fn finish(tx: &mut Tx<'_, System>, id: &Id<UsageFile>, action: Action) -> Result<()> {
    let file = store::held_file(tx, id)?;
    let planned = plan(RULES, file.status, action, Part::System, tx.at)
        .map_err(|_| Problem::internal("a file that is processed is valid or not"))?;
    let event = if action == Action::Pass {
        store::sum_up(tx, id)?;
        store::sum_up_reversals(tx, id)?;
        store::sum_up_apart(tx, id)?;
        dynamic::make(tx, &file)?;
        Event::new("usage_file.validated", id)
    } else {
        // good rows of a bad file count for nothing
        store::forget_records(tx, id)?;
        Event::new("usage_file.invalid", id)
    };
    store::advance(tx, id, &planned)?;
    tx.record(event.moved(planned.from(), planned.to()))
}

/// All rows are read: the file is ready when none is wrong. What a mapping read has to add up, and to come to what the vendor says.
fn done(tx: &mut Tx<'_, System>, id: &Id<UsageFile>, seen: &Seen) -> Result<()> {
    let file = store::held_file(tx, id)?;
    store::take_time(tx)?;
    store::keep_beside(tx, id, seen.beside)?;
    store::put_categories(tx, id, seen.categories.as_ref())?;
    if let Some(ledger) = &seen.ledger {
        mapping::settled(tx, id, ledger)?;
    }
    let claims = store::taken_meanwhile(tx, &file)?;
    let claims = claims.into_iter().map(|(number, key, other)| (number, claimed(&key, &other)));
    let faults: Vec<Placed> = claims
        .chain(reversal::taken_back_meanwhile(tx, &file)?)
        .map(|(number, fault)| Placed {
            number: row_of(number),
            letters: String::new(),
            others: Others::default(),
            fault,
        })
        .collect();
    let wrong = faults.len();
    store::put_faults(tx, id, &faults)?;
    store::worked(tx, id, 0, wrong)?;
    let mut bad = store::any_fault(tx, id)?;
    // of the standard format only good rows are kept, and those that are wrong may make the difference
    if seen.ledger.is_some() || !bad {
        let differences: Vec<Placed> = store::settle_control(tx, id)?.into_iter().map(of_file).collect();
        store::put_faults(tx, id, &differences)?;
        bad = bad || !differences.is_empty();
    }
    finish(tx, id, if bad { Action::Fail } else { Action::Pass })?;
    store::clear_drafts(tx, &file.product_id)?;
    if bad { Ok(()) } else { mapping::store::agree(tx, id) }
}

async fn end(db: &Db, held: &Held, seen: Seen) -> Result<()> {
    // what will be forgotten anyway is not forgotten in one long transaction
    let bad = piece(db, held, |tx, held| store::any_fault(tx, &held.id)).await?;
    if bad == Some(true) {
        if !forget(db, held).await? {
            return Ok(());
        }
    } else {
        piece(db, held, |tx, held| store::compare_records(tx, &held.id)).await?;
    }
    piece(db, held, move |tx, held| {
        done(tx, &held.id, &seen)?;
        tell_sender(tx, &held.id)
    })
    .await
    .map(drop)
}

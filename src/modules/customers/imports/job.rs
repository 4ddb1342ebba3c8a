//! What the program does of imports: it reads and checks files, and applies what was checked, piece by piece.
//!
//! A piece is one transaction that first makes sure that the import is still held, and that nobody stopped it. Whatever takes long and
//! needs no database, unpacking and judging, is done outside of transactions, on threads of its own.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tokio::{sync::mpsc, task::spawn_blocking};
use uuid::Uuid;

use super::{
    Fate, State,
    actions::tell_vendors,
    link::{self, Does, Link, Linked},
    read::{self, Complaint, Fault, Layout, Line},
    row::{self, ACTION, Above, EXTERNAL_ID, EXTERNAL_UID, PARENT, Update, Wanted},
    store::{self, Change, Checked, Held, Next, Outcome, Relinked, Twin},
};
use crate::{
    access::identity,
    kit::{
        db::{Db, System, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        sql,
    },
    manifest::Ending,
    modules::customers::{
        Manage, TierAccount, Type,
        actions::{Against, Asked, add_all, change_all},
        data::Data,
        requests::actions::Letters,
        store::{AccountRow, New, Owner, lock_all, lock_trees},
    },
};

/// Rows that are read, or applied, in one transaction.
const PIECE: usize = 1_000;
/// Pieces before others who wait have their turn.
const TURN: usize = 20;
/// How often a check may break off, by a program that ended or a database that went away, before the file is refused.
const ATTEMPTS: i32 = 5;

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
        refuse(db, &held, "The file could not be checked. Split it, or save it as CSV, and upload it again".into())
            .await
    } else {
        check(db, &held).await
    };
    finish(db, &held, done).await
}

/// Goes on with the import that waits longest to be applied; false when none does.
pub async fn apply_next(db: &Db) -> Result<bool> {
    let Some(held) = take(db, State::Applying).await? else { return Ok(false) };
    let done = apply(db, &held).await;
    finish(db, &held, done).await
}

async fn take(db: &Db, state: State) -> Result<Option<Held>> {
    let holder = Uuid::new_v4();
    db.open(move |conn| store::take(conn, state, holder)).await
}

/// Gives an import back, also after a failure, so that it goes on without waiting for the end of the lease.
async fn finish(db: &Db, held: &Held, done: Result<()>) -> Result<bool> {
    let held = held.clone();
    let released = db.open(move |conn| store::release(conn, &held)).await;
    done.and(released).map(|()| true)
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
    db.write_system("import", move |tx| {
        if !store::hold(tx, &held)? {
            return Ok(false);
        }
        work(tx, &held)?;
        Ok(true)
    })
    .await
}

// checking

/// A row that was read, and what it asks for.
type Told = (Line, Result<Wanted, Vec<Fault>>);

async fn refuse(db: &Db, held: &Held, complaint: Complaint) -> Result<()> {
    piece(db, held, move |tx, held| {
        store::forget_check(tx, held.id)?;
        store::end(tx, held.id, State::Refused, &complaint)?;
        tx.record(Event::new("customer_import.refused", held.id).note(complaint))
    })
    .await?;
    Ok(())
}

async fn check(db: &Db, held: &Held) -> Result<()> {
    let id = held.id;
    let (bytes, applied) = db.open(move |conn| Ok((store::file(conn, id)?, store::applied(conn, id)?))).await?;
    if !piece(db, held, |tx, held| {
        store::forget_check(tx, held.id)?;
        store::begin_check(tx, held)
    })
    .await?
    {
        return Ok(());
    }
    let (send, mut pieces) = mpsc::channel::<(Arc<Layout>, Vec<Told>)>(2);
    let reader = spawn_blocking(move || read_in_pieces(&bytes, &applied, &send));
    let mut links: Vec<Link> = Vec::new();
    let mut named: HashSet<Arc<Above>> = HashSet::new();
    while let Some((layout, rows)) = pieces.recv().await {
        let owner = held.owner.clone();
        let ids: Vec<Id<TierAccount>> = rows.iter().filter_map(|(_, told)| Some(update(told)?.id.clone())).collect();
        let accounts = db.open(move |conn| store::accounts(conn, &owner, &ids)).await?;
        let (checked, some) = thread(move || judge(&layout, rows, &accounts)).await?;
        if !piece(db, held, move |tx, held| store::put_rows(tx, held, &checked)).await? {
            return Ok(());
        }
        links.extend(some.into_iter().map(|mut link| {
            match named.get(&link.above) {
                Some(above) => link.above = above.clone(),
                None => drop(named.insert(link.above.clone())),
            }
            link
        }));
    }
    match reader.await.map_err(Problem::internal)? {
        Err(complaint) => refuse(db, held, complaint).await,
        Ok(layout) => relate(db, held, layout, links).await,
    }
}

fn update(told: &Result<Wanted, Vec<Fault>>) -> Option<&Update> {
    match told {
        Ok(Wanted::Update(update)) => Some(update),
        _ => None,
    }
}

fn read_in_pieces(
    bytes: &[u8],
    applied: &HashSet<i32>,
    send: &mpsc::Sender<(Arc<Layout>, Vec<Told>)>,
) -> Result<Layout, Complaint> {
    let mut known: Option<Arc<Layout>> = None;
    let mut rows = Vec::with_capacity(PIECE);
    let layout = read::read(bytes, |layout, line| {
        let layout = known.get_or_insert_with(|| Arc::new(layout.clone()));
        if applied.contains(&line.number) {
            return true;
        }
        let told = row::wanted(&line);
        rows.push((line, told));
        // nobody listens any more when the import was discarded
        rows.len() < PIECE || send.blocking_send((layout.clone(), std::mem::take(&mut rows))).is_ok()
    })?;
    if let Some(known) = known.filter(|_| !rows.is_empty()) {
        let _ = send.blocking_send((known, rows));
    }
    Ok(layout)
}

/// What each row would do by itself, and what of it matters for others.
fn judge(
    layout: &Layout,
    rows: Vec<Told>,
    accounts: &HashMap<Id<TierAccount>, AccountRow>,
) -> (Vec<Checked>, Vec<Link>) {
    let mut links = Vec::new();
    let checked = rows
        .into_iter()
        .map(|(line, told)| {
            let number = line.number;
            let cells = line.cells.clone();
            let plain = |fate| Checked {
                number,
                cells: cells.clone(),
                fate,
                message: String::new(),
                changes: Vec::new(),
                account: None,
                turn: 0,
            };
            let failed = |faults: &[Fault]| Checked { message: say(layout, number, faults), ..plain(Fate::Error) };
            match told {
                Err(faults) => {
                    links.extend(broken(&line));
                    failed(&faults)
                }
                Ok(Wanted::Nothing) => plain(Fate::Skip),
                Ok(wanted @ Wanted::Create { .. }) => {
                    links.extend(Link::of(number, &wanted, None));
                    plain(Fate::Create)
                }
                Ok(Wanted::Update(update)) => match foreseen(&update, accounts.get(&update.id), &line) {
                    Err(faults) => failed(&faults),
                    Ok((version, parent, changes)) => {
                        let account = Some((update.id.clone(), version));
                        links.extend(Link::of(number, &Wanted::Update(update), parent));
                        // whether it moves is known when all rows are
                        let fate = if changes.is_empty() { Fate::Same } else { Fate::Update };
                        Checked { account, changes, turn: link::UPDATES, ..plain(fate) }
                    }
                },
            }
        })
        .collect();
    (checked, links)
}

fn say(layout: &Layout, number: i32, faults: &[Fault]) -> String {
    let mut faults: Vec<&Fault> = faults.iter().collect();
    faults.sort_by_key(|fault| fault.column.map(|column| layout.places.get(column).copied()));
    faults.into_iter().map(|fault| layout.say(number, fault)).collect::<Vec<_>>().join("\n")
}

/// A row that is wrong by itself, where others may name it as their parent.
fn broken(line: &Line) -> Option<Link> {
    let create = read::plain(&line.cells[ACTION]) == "create";
    create.then(|| Link {
        number: line.number,
        does: Does::Fail,
        above: Arc::new(Above::Unsaid),
        uid: read::plain(&line.cells[EXTERNAL_UID]).parse().ok(),
        external_id: line.cells[EXTERNAL_ID].clone(),
    })
}

/// The version of the account that is updated, what stands above it, and what changes.
type Foreseen = (i32, Option<String>, Vec<Change>);

fn foreseen(update: &Update, account: Option<&AccountRow>, line: &Line) -> Result<Foreseen, Vec<Fault>> {
    let account = account.ok_or_else(|| vec![Fault::at(0, format!("You have no active account {}", update.id))])?;
    let data = becomes(update, account, line)?;
    let (_, changes) = Asked { row: account, parent: account.parent_id.clone(), data }.outcome();
    let changes = changes.into_iter().map(Change::from).collect();
    Ok((account.version, account.parent_id.as_ref().map(ToString::to_string), changes))
}

/// What an account is after an update, besides its place.
fn becomes(update: &Update, account: &AccountRow, line: &Line) -> Result<Data, Vec<Fault>> {
    if update.type_.is_some_and(|type_| type_ != account.type_) {
        return Err(vec![Fault::at(row::TYPE, Against::Type.words())]);
    }
    if update.above == Above::Top && account.type_ == Type::Customer {
        return Err(vec![Fault::at(PARENT, Against::NoParent.words())]);
    }
    update.onto(&account.data(), &line.cells)
}

/// After all rows are read: what they say of each other, and of accounts that are alike.
async fn relate(db: &Db, held: &Held, layout: Layout, links: Vec<Link>) -> Result<()> {
    let (owner, links) = (held.owner.clone(), Arc::new(links));
    let named = links.clone();
    let known = db
        .open(move |conn| {
            let uids: Vec<Uuid> = named.iter().filter_map(|link| link.uid).collect();
            store::known(conn, &owner, named.iter().map(|link| &*link.above), &uids)
        })
        .await?;
    let judging = links.clone();
    let linked = thread(move || link::link(&judging, &known)).await?;
    let mut changed = links.iter().zip(linked).filter_map(|(link, linked)| relinked(&layout, link, linked)).peekable();
    while changed.peek().is_some() {
        let some: Vec<Relinked> = changed.by_ref().take(PIECE).collect();
        if !piece(db, held, move |tx, held| store::relink(tx, held, &some)).await? {
            return Ok(());
        }
    }
    drop(changed);
    drop(links);
    let asking = held.clone();
    let twins = db.open(move |conn| store::twins(conn, &asking)).await?;
    for some in twins.chunks(PIECE) {
        let warnings: Vec<(i32, String)> = some.iter().map(|twin| (twin.number, warning(twin))).collect();
        if !piece(db, held, move |tx, held| store::warn(tx, held, &warnings)).await? {
            return Ok(());
        }
    }
    piece(db, held, move |tx, held| {
        store::end_check(tx, held, &layout)?;
        tx.record(Event::new("customer_import.checked", held.id))
    })
    .await?;
    Ok(())
}

/// What links say of a row, where it is something else than what is kept of it.
fn relinked(layout: &Layout, link: &Link, linked: Linked) -> Option<Relinked> {
    let number = link.number;
    let plain = |fate, turn| Relinked { number, fate, message: String::new(), turn, moves: None };
    match (linked, &link.does) {
        (_, Does::Fail) => None,
        (Linked::Fails(fault), _) => Some(Relinked { message: say(layout, number, &[fault]), ..plain(Fate::Error, 0) }),
        (Linked::Fits { turn, .. }, Does::Create(_)) => (turn > 0).then(|| plain(Fate::Create, turn)),
        (Linked::Fits { turn, moves_to: Some(new) }, Does::Update { parent, .. }) => {
            let old = parent.clone().unwrap_or_default();
            let moves = Change { label: "Parent".into(), old, new };
            Some(Relinked { moves: Some(moves), ..plain(Fate::Update, turn) })
        }
        (Linked::Fits { moves_to: None, .. }, Does::Update { .. }) => None,
    }
}

/// What an account that is to be made is alike to.
fn warning(twin: &Twin) -> String {
    let there = twin.account.as_ref().map(|id| format!("{id} has the same name and address"));
    let others = twin.rows - 1;
    let rows = match (others, twin.number == twin.first) {
        (0, _) => None,
        (1, true) => Some("1 row below has the same name and address".to_owned()),
        (_, true) => Some(format!("{others} rows below have the same name and address")),
        (1, false) => Some(format!("Row {} has the same name and address", twin.first)),
        (_, false) => Some(format!("Row {} and {} more have the same name and address", twin.first, others - 1)),
    };
    there.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

// applying

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

async fn apply(db: &Db, held: &Held) -> Result<()> {
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

/// Applies rows in the name of whoever applies the import. False when the import is no longer held.
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

/// Whoever applied the import may no longer do so.
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

//! Checking: each row of a file on its own, then all rows against each other and against similar accounts.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use tokio::{sync::mpsc, task::spawn_blocking};
use uuid::Uuid;

use super::{PIECE, becomes, piece, say, thread, update};
use crate::{
    kit::{
        db::Db,
        event::Event,
        id::Id,
        problem::{NO_SPACE, Problem, Result},
    },
    modules::customers::{
        TierAccount,
        actions::Asked,
        imports::{
            Fate, State,
            link::{self, Does, Link, Linked},
            read::{self, Complaint, Fault, Layout, Line},
            row::{self, ACTION, Above, EXTERNAL_ID, EXTERNAL_UID, Update, Wanted},
            store::{self, Change, Checked, Held, Relinked, Twin},
        },
        store::AccountRow,
    },
};

/// A row that was read, and what it asks for.
type Told = (Line, Result<Wanted, Vec<Fault>>);

pub(super) async fn refuse(db: &Db, held: &Held, complaint: Complaint) -> Result<()> {
    piece(db, held, move |tx, held| {
        store::forget_check(tx, held.id)?;
        store::end(tx, held.id, State::Refused, &complaint)?;
        tx.record(Event::new("customer_import.refused", held.id).note(complaint))
    })
    .await?;
    Ok(())
}

pub(super) async fn check(db: &Db, held: &Held) -> Result<()> {
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
        // nothing is wrong with the file; it is read again once there is space
        Err(complaint) if complaint == NO_SPACE => Err(Problem::NoSpace(complaint)),
        Err(complaint) => refuse(db, held, complaint).await,
        Ok(layout) => relate(db, held, layout, links).await,
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

/// What each row would do on its own, and what of it matters to other rows.
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

/// A row with an error of its own, which others may name as their parent.
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

/// After all rows are read: how they refer to each other, and which accounts they resemble.
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

/// What links say of a row, where that differs from what is stored.
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

/// The accounts that a new one resembles.
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

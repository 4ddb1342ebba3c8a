//! The verbs of imports.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    Cells, Fate, State,
    row::{self, Above, Wanted},
    store::{self, Checked, Known, Running},
};
use crate::{
    kit::{
        actor::Account,
        db::{System, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        secret::sha256_hex,
    },
    modules::customers::{
        Manage, Status, TierAccount, Type,
        actions::{self as customers, Against},
        store::{self as accounts, Owner},
    },
};

/// Rows that are applied in one transaction.
const CHUNK: i64 = 100;

/// Keeps a file with a result for each row; the very same file leads to the import it made before.
pub fn begin(tx: &mut Tx<'_, Manage>, file_name: &str, bytes: &[u8], rows: Vec<(i32, Cells)>) -> Result<Uuid> {
    let sha256 = sha256_hex(bytes);
    if let Some(before) = store::of_file(tx, &sha256)? {
        tx.replayed();
        return Ok(before);
    }
    let checked = check(tx, rows)?;
    let made = match store::insert(tx, file_name, &sha256, &checked)? {
        Some(made) => made,
        None => store::of_file(tx, &sha256)?.ok_or_else(|| Problem::internal("an import that was there is gone"))?,
    };
    tx.record(Event::new("customer_import.checked", made).note(file_name))?;
    Ok(made)
}

/// What each row would do, as far as can be told before anything is done.
fn check(tx: &mut Tx<'_, Manage>, rows: Vec<(i32, Cells)>) -> Result<Vec<Checked>> {
    let wanted: Vec<_> = rows.into_iter().map(|(number, cells)| (number, row::wanted(&cells), cells)).collect();
    let (mut ids, mut external_ids, mut uids) = (Vec::new(), Vec::new(), Vec::new());
    for (_, wanted, _) in &wanted {
        let above = match wanted {
            Ok(Wanted::Create { above, .. }) => above,
            Ok(Wanted::Update { id, above, .. }) => {
                ids.push(id.to_string());
                above
            }
            _ => continue,
        };
        match above {
            Above::Id(id) => ids.push(id.to_string()),
            Above::ExternalId(text) => external_ids.push(text.clone()),
            Above::ExternalUid(uid) => uids.push(*uid),
            Above::Unsaid => {}
        }
    }
    let mut known = store::known(tx, &ids, &external_ids, &uids)?;
    let mut seen = HashSet::new();
    Ok(wanted
        .into_iter()
        .map(|(number, wanted, cells)| {
            let (fate, message) = match wanted {
                Err(message) => (Fate::Error, message),
                Ok(Wanted::Nothing) => (Fate::Skip, String::new()),
                Ok(wanted) => match foreseen(&wanted, &mut known, &mut seen) {
                    Ok(fate) => (fate, String::new()),
                    Err(message) => (Fate::Error, message),
                },
            };
            Checked { number, cells, fate, message }
        })
        .collect())
}

/// Whether a row can be had, given what is known and what the rows above it make.
fn foreseen(wanted: &Wanted, known: &mut Known, seen: &mut HashSet<Uuid>) -> std::result::Result<Fate, String> {
    let (above, data) = match wanted {
        Wanted::Nothing => return Ok(Fate::Skip),
        Wanted::Create { above, data, .. } => (above, data),
        Wanted::Update { id, above, data } => {
            if !known.ids.contains_key(id.as_str()) {
                return Err(format!("There is no active account {id}"));
            }
            (above, data)
        }
    };
    let found = match above {
        Above::Unsaid => 1,
        Above::Id(id) => usize::from(known.ids.get(id.as_str()) == Some(&Type::Reseller)),
        Above::ExternalId(text) => known.resellers_by_external_id.get(text).copied().unwrap_or_default(),
        Above::ExternalUid(uid) => known.resellers_by_uid.get(uid).copied().unwrap_or_default(),
    };
    one_parent(found)?;
    if let Some(uid) = data.external_uid
        && !seen.insert(uid)
    {
        return Err("A row above has the same external UID".into());
    }
    match wanted {
        Wanted::Create { type_, .. } => {
            if *type_ == Type::Reseller {
                *known.resellers_by_external_id.entry(data.external_id.clone()).or_default() += 1;
                if let Some(uid) = data.external_uid {
                    *known.resellers_by_uid.entry(uid).or_default() += 1;
                }
            }
            Ok(Fate::Create)
        }
        _ => Ok(Fate::Update),
    }
}

fn one_parent(found: usize) -> std::result::Result<(), String> {
    match found {
        0 => Err("No active reseller of yours fits the parent search".into()),
        1 => Ok(()),
        _ => Err("More than one reseller fits the parent search".into()),
    }
}

/// Lets the job apply an import.
pub fn apply(tx: &mut Tx<'_, Manage>, id: Uuid) -> Result<()> {
    if store::lock(tx, id)? != State::Checked {
        tx.replayed();
        return Ok(());
    }
    store::set_state(tx, id, State::Applying)?;
    tx.record(Event::new("customer_import.started", id))
}

/// Forgets an import that was not applied.
pub fn discard(tx: &mut Tx<'_, Manage>, id: Uuid) -> Result<()> {
    if store::lock(tx, id)? != State::Checked {
        return Err(Problem::refused("This import cannot be discarded", "It was applied, so its results are kept."));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("customer_import.discarded", id))
}

/// Applies the next rows of some import; how many, or none when nothing is to be done.
pub fn go_on(tx: &mut Tx<'_, System>) -> Result<usize> {
    let Some(running) = store::running(tx)? else {
        tx.replayed();
        return Ok(0);
    };
    let rows = store::next(tx.conn, &running, CHUNK)?;
    let count = rows.len();
    if let Some((last, _)) = rows.last() {
        store::set_position(tx, running.id, *last)?;
    }
    for (number, cells) in rows {
        let cells: Cells = cells.try_into().map_err(|_| Problem::internal("a row has twenty cells"))?;
        let (fate, message, account) = apply_row(tx, &running, &cells)?;
        store::set_result(tx, running.id, number, (fate, &message), account.as_ref())?;
    }
    if count == 0 {
        store::set_state(tx, running.id, State::Done)?;
        tx.record(Event::new("customer_import.done", running.id))?;
    }
    tx.replayed();
    Ok(count.max(1))
}

type Applied = (Fate, String, Option<Id<TierAccount>>);

fn apply_row(tx: &mut Tx<'_, System>, running: &Running, cells: &Cells) -> Result<Applied> {
    let owner = Owner { id: running.owner.clone(), author: running.by.clone() };
    let failed = |message: String| Ok((Fate::Error, message, None));
    match row::wanted(cells) {
        Err(message) => failed(message),
        Ok(Wanted::Nothing) => Ok((Fate::Skip, String::new(), None)),
        Ok(Wanted::Create { type_, above, data }) => {
            let parent = match parent(tx, &owner.id, &above)? {
                Ok(parent) => parent,
                Err(message) => return failed(message),
            };
            Ok(match customers::add(tx, &owner, accounts::New { type_, parent, data })? {
                Ok(id) => (Fate::Created, String::new(), Some(id)),
                Err(against) => (Fate::Error, against.words().to_owned(), None),
            })
        }
        Ok(Wanted::Update { id, above, data }) => {
            accounts::lock_trees(tx, &owner)?;
            let row = match accounts::lock(tx, &owner, &id) {
                Ok(row) if row.status == Status::Active => row,
                Ok(_) | Err(Problem::NotFound) => return failed(format!("There is no active account {id}")),
                Err(other) => return Err(other),
            };
            let parent = match (&above, parent(tx, &owner.id, &above)?) {
                (Above::Unsaid, _) => row.parent_id.clone(),
                (_, Ok(parent)) => parent,
                (_, Err(message)) => return failed(message),
            };
            Ok(match customers::change(tx, &owner, &row, parent.as_ref(), &data)? {
                Ok(()) => (Fate::Updated, String::new(), Some(id)),
                Err(Against::Same) => (Fate::Same, String::new(), Some(id)),
                Err(against) => (Fate::Error, against.words().to_owned(), Some(id)),
            })
        }
    }
}

type Parent = std::result::Result<Option<Id<TierAccount>>, String>;

/// The parent that a row means, by now.
fn parent(tx: &mut Tx<'_, System>, owner: &Id<Account>, above: &Above) -> Result<Parent> {
    if *above == Above::Unsaid {
        return Ok(Ok(None));
    }
    let mut found = store::parents(tx.conn, owner, above)?;
    Ok(one_parent(found.len()).map(|()| found.pop()))
}

//! The verbs of tier accounts. Each change makes a version, an event, or nothing at all.

use uuid::Uuid;

use super::{
    DEEPEST, Manage, Status, TierAccount, Type,
    forms::{Data, Snapshot},
    requests,
    store::{self, AccountRow, Owner},
    wizard::Answers,
};
use crate::kit::{
    db::Tx,
    event::Event,
    id::Id,
    problem::{Problem, Result},
    wizard,
};

/// What a rule says against an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// Another account of the company bears the external UID.
    Uid,
    /// A customer stands below a reseller.
    NoParent,
    /// The parent is gone, no reseller, or decommissioned.
    Parent,
    /// The parent is the account itself, or stands below it.
    Circle,
    TooDeep,
    /// Nothing differs from what is known.
    Same,
}

impl Against {
    pub fn words(&self) -> &'static str {
        match self {
            Self::Uid => "Another account of yours has this external UID",
            Self::NoParent => "A customer stands below a reseller: choose one",
            Self::Parent => "Choose an active reseller of yours",
            Self::Circle => "This reseller stands below the account itself",
            Self::TooDeep => "The tree would become deeper than ten levels",
            Self::Same => "Nothing has changed",
        }
    }
}

pub type Outcome<T> = std::result::Result<T, Against>;

/// Whether `parent` may stand above: an account that is there already as `me`, or a new one. The trees are locked.
fn fits<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    type_: Type,
    parent: Option<&Id<TierAccount>>,
    me: Option<&Id<TierAccount>>,
) -> Result<Option<Against>> {
    let Some(parent) = parent else {
        return Ok((type_ == Type::Customer).then_some(Against::NoParent));
    };
    match store::lock(tx, owner, parent) {
        Ok(row) if row.type_ == Type::Reseller && row.status == Status::Active => {}
        Ok(_) | Err(Problem::NotFound) => return Ok(Some(Against::Parent)),
        Err(other) => return Err(other),
    }
    let path = store::path(tx.conn, parent)?;
    if me.is_some_and(|me| path.iter().any(|node| node.id == me.as_str())) {
        return Ok(Some(Against::Circle));
    }
    let below = match me {
        Some(me) => store::subtree(tx.conn, me)?.levels,
        None => 0,
    };
    let deep = path.len() as i64 + 1 + below > DEEPEST;
    Ok(deep.then_some(Against::TooDeep))
}

/// Finishes the wizard: once, however often its last step is sent.
pub fn create(
    tx: &mut Tx<'_, Manage>,
    asked: Uuid,
    type_: Type,
    parent: Option<&Id<TierAccount>>,
    data: &Data,
) -> Result<Outcome<()>> {
    let saved = wizard::lock::<Answers, _>(tx, asked)?;
    if saved.finished_as.is_some() {
        tx.replayed();
        return Ok(Ok(()));
    }
    let owner = Owner::of(tx)?;
    match add(tx, &owner, type_, parent, data)? {
        Ok(id) => {
            wizard::finish(tx, asked, id.as_str())?;
            Ok(Ok(()))
        }
        Err(against) => {
            tx.replayed();
            Ok(Err(against))
        }
    }
}

/// Adds an account for `owner`.
pub fn add<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    type_: Type,
    parent: Option<&Id<TierAccount>>,
    data: &Data,
) -> Result<Outcome<Id<TierAccount>>> {
    store::lock_trees(tx, owner)?;
    if let Some(against) = fits(tx, owner, type_, parent, None)? {
        return Ok(Err(against));
    }
    if let Some(uid) = data.external_uid
        && store::uid_taken(tx, owner, uid, None)?
    {
        return Ok(Err(Against::Uid));
    }
    let id = store::insert(tx, owner, type_, parent, data)?;
    tx.record(Event::new("customer.created", &id).note(&data.name))?;
    Ok(Ok(id))
}

fn locked(tx: &mut Tx<'_, Manage>, id: &Id<TierAccount>, version: i32) -> Result<AccountRow> {
    let owner = Owner::of(tx)?;
    let row = store::lock(tx, &owner, id)?;
    if row.status != Status::Active {
        return Err(Problem::refused("This account is decommissioned", "It can no longer be changed."));
    }
    if row.version != version {
        return Err(Problem::stale(
            "Somebody else changed this account",
            format!("While you were writing, version {} of {id} was made. Your words were not saved.", row.version),
        ));
    }
    Ok(row)
}

/// Changes what is known of an account. `version` is the one that the form was opened on.
pub fn update(tx: &mut Tx<'_, Manage>, id: &Id<TierAccount>, version: i32, data: &Data) -> Result<Outcome<()>> {
    let owner = Owner::of(tx)?;
    let row = locked(tx, id, version)?;
    let outcome = change(tx, &owner, &row, row.parent_id.as_ref(), data)?;
    if outcome.is_err() {
        tx.replayed();
    }
    Ok(outcome)
}

/// Moves an account, with everything below it, under another parent, or to the top.
pub fn relocate(
    tx: &mut Tx<'_, Manage>,
    id: &Id<TierAccount>,
    version: i32,
    parent: Option<&Id<TierAccount>>,
) -> Result<Outcome<()>> {
    let owner = Owner::of(tx)?;
    store::lock_trees(tx, &owner)?;
    let row = locked(tx, id, version)?;
    let outcome = change(tx, &owner, &row, parent, &row.data())?;
    if outcome.is_err() {
        tx.replayed();
    }
    Ok(outcome)
}

/// Makes of a locked account what `parent` and `data` say, as its next version. Where the parent differs, the trees are locked.
pub fn change<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    row: &AccountRow,
    parent: Option<&Id<TierAccount>>,
    data: &Data,
) -> Result<Outcome<()>> {
    let data = Data { external_uid: data.external_uid.or(Some(row.external_uid)), ..data.clone() };
    let before = Snapshot::of(row);
    let after = Snapshot { parent: parent.map(ToString::to_string), data: data.clone() };
    let changes = after.changes_since(&before);
    if changes.is_empty() {
        return Ok(Err(Against::Same));
    }
    if row.parent_id.as_ref() != parent
        && let Some(against) = fits(tx, owner, row.type_, parent, Some(&row.id))?
    {
        return Ok(Err(against));
    }
    if let Some(uid) = data.external_uid
        && store::uid_taken(tx, owner, uid, Some(&row.id))?
    {
        return Ok(Err(Against::Uid));
    }
    store::update(tx, owner, &row.id, parent, &data)?;
    requests::actions::raise(tx, &owner.id, row, &data.name)?;
    let labels: Vec<_> = changes.iter().map(|one| one.label).collect();
    let moved = before.parent != after.parent && before.data == after.data;
    let event = Event::new(if moved { "customer.moved" } else { "customer.updated" }, &row.id);
    tx.record(match (moved, parent) {
        (true, Some(parent)) => event.note(format!("Below {parent}")),
        (true, None) => event.note("To the top"),
        (false, _) => event.note(labels.join(", ")),
    })?;
    Ok(Ok(()))
}

/// Why an account stays; `None` when it can be decommissioned.
pub fn keeps(conn: &mut diesel::PgConnection, id: &Id<TierAccount>) -> Result<Option<String>> {
    let children = store::children(conn, id)?;
    if children > 0 {
        let accounts = if children == 1 { "1 account stands".to_owned() } else { format!("{children} accounts stand") };
        return Ok(Some(format!("{accounts} below it. Move or decommission what is below first.")));
    }
    let live = store::live_subscriptions(conn, id)?;
    Ok((live > 0).then(|| {
        let use_it =
            if live == 1 { "1 subscription uses it".to_owned() } else { format!("{live} subscriptions use it") };
        format!("{use_it}. Cancel them first.")
    }))
}

/// Takes an account out of use, for good.
pub fn decommission(tx: &mut Tx<'_, Manage>, id: &Id<TierAccount>) -> Result<()> {
    let owner = Owner::of(tx)?;
    store::lock_trees(tx, &owner)?;
    let row = store::lock(tx, &owner, id)?;
    if row.status != Status::Active {
        tx.replayed();
        return Ok(());
    }
    if let Some(why) = keeps(tx.conn, id)? {
        return Err(Problem::refused("This account cannot be decommissioned", why));
    }
    store::decommission(tx, id)?;
    tx.record(Event::new("customer.decommissioned", id).moved(row.status, Status::Decommissioned).note(row.name))
}

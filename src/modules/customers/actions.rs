//! The verbs of tier accounts. Each change makes a version, an event, or nothing at all.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    DEEPEST, Manage, Status, TierAccount, Type,
    data::Data,
    lifecycle::{Action, Part, RULES},
    requests::{self, actions::Letters},
    snapshot::{Changed, Snapshot},
    store::{self, AccountRow, New, Owner, Standing},
};
use crate::{
    kit::{
        db::{Looks, Tx},
        done::Done,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        revision::Expected,
        violation::{Violation, Why},
        words::Words,
    },
    t,
};

/// What a rule says against an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// What is a customer never becomes a reseller, nor the other way.
    Type,
}

impl Against {
    pub fn words(self) -> &'static str {
        match self {
            Self::Type => "An account's type cannot be changed",
            Self::Uid => "Another of your accounts already has this external UID",
            Self::NoParent => "A customer must be under a reseller: choose one",
            Self::Parent => "Choose one of your active resellers",
            Self::Circle => "This reseller is under the account itself",
            Self::TooDeep => "The tree cannot be more than ten levels deep",
        }
    }
}

impl From<Against> for Violation {
    fn from(against: Against) -> Self {
        let (at, code) = match against {
            Against::Uid => ("external_uid", "taken"),
            Against::NoParent => ("parent", "missing"),
            Against::Parent => ("parent", "unknown"),
            Against::Circle => ("parent", "circle"),
            Against::TooDeep => ("parent", "too_deep"),
            Against::Type => ("type", "fixed"),
        };
        Self::new(at, Why::new(code, against.words()))
    }
}

impl From<Against> for Problem {
    fn from(against: Against) -> Self {
        Self::Invalid(vec![against.into()])
    }
}

/// What became of one account of many.
pub type Outcome<T> = std::result::Result<T, Against>;

/// Whether an account may stand below `parent`, or at the top when there is none; `standings` knows the parents. `me` is there
/// already, with so many levels below it.
fn place(
    type_: Type,
    parent: Option<&Id<TierAccount>>,
    standings: &HashMap<String, Standing>,
    me: Option<(&Id<TierAccount>, i64)>,
) -> Option<Against> {
    let Some(parent) = parent else {
        return (type_ == Type::Customer).then_some(Against::NoParent);
    };
    let Some(above) = standings.get(parent.as_str()) else { return Some(Against::Parent) };
    if !above.may_bear() {
        return Some(Against::Parent);
    }
    if me.is_some_and(|(me, _)| above.path.iter().any(|id| id == me.as_str())) {
        return Some(Against::Circle);
    }
    let below = me.map_or(0, |(_, levels)| levels);
    let deep = above.path.len() as i64 + 1 + below > DEEPEST;
    deep.then_some(Against::TooDeep)
}

/// Adds an account for the actor's company.
pub fn create(tx: &mut Tx<'_, Manage>, new: New) -> Result<Id<TierAccount>> {
    let owner = Owner::of(tx)?;
    add(tx, &owner, new)
}

/// Adds an account for `owner`.
pub fn add<P>(tx: &mut Tx<'_, P>, owner: &Owner, new: New) -> Result<Id<TierAccount>> {
    let mut made = add_all(tx, owner, vec![new])?;
    Ok(made.pop().ok_or_else(|| Problem::internal("nothing came of an account"))??)
}

/// Adds accounts for `owner`, of which none stands below another; what came of each, in the same order.
pub fn add_all<P>(tx: &mut Tx<'_, P>, owner: &Owner, new: Vec<New>) -> Result<Vec<Outcome<Id<TierAccount>>>> {
    store::lock_trees(tx, owner)?;
    let parents: HashSet<&str> = new.iter().filter_map(|one| one.parent.as_ref().map(Id::as_str)).collect();
    let standings = store::standings(tx.conn, &owner.id, &parents.into_iter().collect::<Vec<_>>())?;
    let uids: Vec<Uuid> = new.iter().filter_map(|one| one.data.external_uid).collect();
    let mut taken: HashSet<Uuid> = store::bearers(tx, owner, &uids)?.into_keys().collect();
    let mut outcomes: Vec<Outcome<()>> = Vec::with_capacity(new.len());
    let mut fitting = Vec::with_capacity(new.len());
    for one in new {
        let against = place(one.type_, one.parent.as_ref(), &standings, None)
            .or_else(|| one.data.external_uid.filter(|uid| !taken.insert(*uid)).map(|_| Against::Uid));
        match against {
            Some(against) => outcomes.push(Err(against)),
            None => {
                outcomes.push(Ok(()));
                fitting.push(one);
            }
        }
    }
    let ids = store::insert_all(tx, owner, &fitting)?;
    let made: Vec<Event> =
        ids.iter().zip(&fitting).map(|(id, one)| Event::new("customer.created", id).note(&one.data.name)).collect();
    tx.record_all(made)?;
    let mut ids = ids.into_iter();
    outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Ok(()) => ids.next().map(Ok).ok_or_else(|| Problem::internal("an account was made without an id")),
            Err(against) => Ok(Err(against)),
        })
        .collect()
}

fn locked(tx: &mut Tx<'_, Manage>, id: &Id<TierAccount>, version: &Expected) -> Result<AccountRow> {
    let owner = Owner::of(tx)?;
    let row = store::lock(tx, &owner, id)?;
    if row.status != Status::Active {
        return Err(Problem::refused("This account is decommissioned", "It can no longer be changed."));
    }
    unchanged(&row, version)?;
    Ok(row)
}

/// Whether a locked account still has a version that somebody goes by.
fn unchanged(row: &AccountRow, version: &Expected) -> Result<()> {
    if version.fits(row.version) {
        return Ok(());
    }
    Err(Problem::overtaken("this account"))
}

/// Changes the data of an account. `version` is the version the person saw.
pub fn update(tx: &mut Tx<'_, Manage>, id: &Id<TierAccount>, version: &Expected, data: &Data) -> Result<Done> {
    revise(tx, id, version, Reach::Stays, |row| {
        Ok(New { type_: row.type_, parent: row.parent_id.clone(), data: data.clone() })
    })
}

/// Moves an account, with everything below it, under another parent, or to the top.
pub fn relocate(
    tx: &mut Tx<'_, Manage>,
    id: &Id<TierAccount>,
    version: &Expected,
    parent: Option<&Id<TierAccount>>,
) -> Result<Done> {
    revise(tx, id, version, Reach::Moves, |row| Ok(New { type_: row.type_, parent: parent.cloned(), data: row.data() }))
}

/// Whether an account may move: moves of one company's trees go one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Stays,
    Moves,
}

/// Makes of an account what `becomes` says of the locked row, as its next version.
pub fn revise(
    tx: &mut Tx<'_, Manage>,
    id: &Id<TierAccount>,
    version: &Expected,
    reach: Reach,
    becomes: impl FnOnce(&AccountRow) -> Result<New>,
) -> Result<Done> {
    let owner = Owner::of(tx)?;
    if reach == Reach::Moves {
        store::lock_trees(tx, &owner)?;
    }
    let row = locked(tx, id, version)?;
    let New { type_, parent, data } = becomes(&row)?;
    if type_ != row.type_ {
        return Err(Against::Type.into());
    }
    if reach == Reach::Stays && parent != row.parent_id {
        return Err(Problem::internal("an account moves while the trees are not locked"));
    }
    change(tx, &owner, &row, parent.as_ref(), &data)
}

/// Makes of a locked account what `parent` and `data` say, as its next version. Where the parent differs, the trees are locked.
pub fn change<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    row: &AccountRow,
    parent: Option<&Id<TierAccount>>,
    data: &Data,
) -> Result<Done> {
    let asked = Asked { row, parent: parent.cloned(), data: data.clone() };
    let mut changed = change_all(tx, owner, vec![asked], Letters::Now)?;
    Ok(changed.pop().ok_or_else(|| Problem::internal("nothing came of a change"))??)
}

/// What a locked account is to become.
pub struct Asked<'a> {
    pub row: &'a AccountRow,
    pub parent: Option<Id<TierAccount>>,
    pub data: Data,
}

impl Asked<'_> {
    /// What it will be, and what of it differs from what it is.
    pub fn outcome(&self) -> (Snapshot, Vec<Changed>) {
        let data = Data { external_uid: self.data.external_uid.or(Some(self.row.external_uid)), ..self.data.clone() };
        let after = Snapshot { parent: self.parent.as_ref().map(ToString::to_string), data };
        let changes = after.changes_since(&Snapshot::of(self.row));
        (after, changes)
    }
}

/// Changes locked accounts, each as its next version; what came of each, in the same order. Those that stay where they are are
/// written together, those that move one by one, since one move decides whether the next is possible.
pub fn change_all<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    asked: Vec<Asked<'_>>,
    letters: Letters,
) -> Result<Vec<Outcome<Done>>> {
    let uids: Vec<Uuid> =
        asked.iter().filter_map(|one| one.data.external_uid.filter(|uid| *uid != one.row.external_uid)).collect();
    let mut bearers = store::bearers(tx, owner, &uids)?;
    let mut outcomes = Vec::with_capacity(asked.len());
    let (mut staying, mut moving) = (Vec::new(), Vec::new());
    for (number, one) in asked.iter().enumerate() {
        let (after, changes) = one.outcome();
        let uid = after.data.external_uid.filter(|uid| *uid != one.row.external_uid);
        let taken = uid.is_some_and(|uid| bearers.insert(uid, one.row.id.clone()).is_some_and(|by| by != one.row.id));
        outcomes.push(if changes.is_empty() {
            Ok(Done::Same(()))
        } else if taken {
            Err(Against::Uid)
        } else {
            let change = Change { row: one.row, after, changes };
            if one.row.parent_id == one.parent {
                staying.push(change)
            } else {
                moving.push((number, change))
            }
            Ok(Done::Changed(()))
        });
    }
    write(tx, owner, staying, letters)?;
    for (number, change) in moving {
        let parent = asked[number].parent.as_ref();
        let standings = match parent {
            Some(parent) => store::standings(tx.conn, &owner.id, &[parent.as_str()])?,
            None => HashMap::new(),
        };
        let below = store::subtree(tx, &change.row.id)?.levels;
        match place(change.row.type_, parent, &standings, Some((&change.row.id, below))) {
            Some(against) => outcomes[number] = Err(against),
            None => write(tx, owner, vec![change], letters)?,
        }
    }
    Ok(outcomes)
}

/// A change that nothing stands against.
struct Change<'a> {
    row: &'a AccountRow,
    after: Snapshot,
    changes: Vec<Changed>,
}

fn write<P>(tx: &mut Tx<'_, P>, owner: &Owner, all: Vec<Change<'_>>, letters: Letters) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let mut events = Vec::with_capacity(all.len());
    for Change { row, after, changes } in &all {
        let labels: Vec<_> = changes.iter().map(|one| one.label).collect();
        let moved = after.parent != row.parent_id.as_ref().map(ToString::to_string) && after.data == row.data();
        let event = Event::new(if moved { "customer.moved" } else { "customer.updated" }, &row.id);
        events.push(match (moved, &after.parent) {
            (true, Some(parent)) => event.note(format!("Under {parent}")),
            (true, None) => event.note("To the top"),
            (false, _) => event.note(labels.join(", ")),
        });
    }
    let written: Vec<(&AccountRow, Snapshot)> = all.into_iter().map(|change| (change.row, change.after)).collect();
    store::update_all(tx, owner, &written)?;
    let edits: Vec<(&AccountRow, &str)> = written.iter().map(|(row, after)| (*row, after.data.name.as_str())).collect();
    requests::actions::raise(tx, &owner.id, &edits, letters)?;
    tx.record_all(events)
}

/// Why an account stays; `None` when it can be decommissioned.
pub fn keeps(look: &mut impl Looks, id: &Id<TierAccount>) -> Result<Option<Words>> {
    let number = |count: i64| usize::try_from(count).map_err(Problem::internal);
    let children = number(store::children(look, id)?)?;
    if children > 0 {
        return Ok(Some(t!(
            "{n} account is under it. Move or decommission it first."
                | "{n} accounts are under it. Move or decommission them first.",
            children
        )));
    }
    let live = number(store::live_subscriptions(look, id)?)?;
    Ok((live > 0).then(|| {
        t!("{n} subscription uses it. Cancel it first." | "{n} subscriptions use it. Cancel them first.", live)
    }))
}

/// Takes an account out of use, for good.
pub fn decommission(tx: &mut Tx<'_, Manage>, id: &Id<TierAccount>, version: &Expected) -> Result<Done> {
    let owner = Owner::of(tx)?;
    store::lock_trees(tx, &owner)?;
    let row = store::lock(tx, &owner, id)?;
    unchanged(&row, version)?;
    let Ok(planned) = plan(RULES, row.status, Action::Decommission, Part::Owner, tx.at) else {
        return Ok(Done::Same(()));
    };
    if let Some(why) = keeps(tx, id)? {
        return Err(Problem::refused("This account cannot be decommissioned", why));
    }
    store::advance(tx, id, &planned)?;
    tx.record(Event::new("customer.decommissioned", id).moved(planned.from(), planned.to()).note(row.name))?;
    Ok(Done::Changed(()))
}

//! The verbs about what agreements carry. What they change for partners is settled in the same transaction.

use super::{
    data::{no_group, no_place},
    store,
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        typed::apart,
        violation::{Violation, Why, Words},
    },
    modules::{
        agreements::{
            self, Agreement, Manage, Type,
            data::{NewDocument, Words as Names},
            store::AgreementRow,
        },
        catalog::{noted, sight},
        ids::{Marketplace, ProductGroup},
    },
};

/// An agreement that hangs on a service agreement, to be made.
pub struct NewChild {
    pub type_: Type,
    pub words: Names,
    pub groups: Vec<Id<ProductGroup>>,
    pub document: NewDocument,
    pub activate: bool,
}

/// Makes a syndication or referral agreement on a service agreement, with version 1.
///
/// # Errors
/// Invalid at `groups` when the service agreement does not carry one of them; not found when the company may not write such agreements;
/// forbidden when it is activated by somebody who may not.
pub fn create(tx: &mut Tx<'_, Manage>, parent: &Id<Agreement>, new: &NewChild) -> Result<Id<Agreement>> {
    let above = agreements::store::lock(tx, parent)?;
    let rights = tx.who.member()?.rights;
    if above.type_ != Type::Service || !new.type_.written_with(rights) {
        return Err(Problem::NotFound);
    }
    within(tx, parent, &new.groups)?;
    let id = store::insert(tx, parent, new.type_, &new.words)?;
    tx.record(Event::new("agreement.created", &id).note(&new.words.name))?;
    store::set_groups(tx, &id, &new.groups)?;
    agreements::actions::add(tx, &id, &new.document, new.activate)?;
    Ok(id)
}

/// Refuses groups that a service agreement does not carry.
fn within<P>(tx: &mut Tx<'_, P>, parent: &Id<Agreement>, groups: &[Id<ProductGroup>]) -> Result<()> {
    let carried = store::group_ids(tx, parent)?;
    if groups.iter().all(|group| carried.contains(group)) { Ok(()) } else { Err(no_group().into()) }
}

/// The agreement, locked behind the one that it hangs on.
fn held<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, parent: Option<&Id<Agreement>>) -> Result<AgreementRow> {
    if let Some(parent) = parent {
        agreements::store::lock(tx, parent)?;
    }
    agreements::store::lock(tx, id)
}

/// Makes an agreement carry these groups. What a service agreement loses, those that hang on it lose as well. `parent` is the agreement
/// that it hangs on, which never changes; `revision` is the one that the form was opened on.
///
/// # Errors
/// Invalid at `groups` when it cannot carry one of them, or when another agreement would have none left and so be for all of them.
pub fn set_groups(
    tx: &mut Tx<'_, Manage>,
    (id, parent): (&Id<Agreement>, Option<&Id<Agreement>>),
    revision: i32,
    groups: &[Id<ProductGroup>],
) -> Result<Done> {
    let agreement = held(tx, id, parent)?;
    let before = store::group_ids(tx, id)?;
    let new: Vec<_> = groups.iter().filter(|group| !before.contains(group)).cloned().collect();
    let gone: Vec<_> = before.iter().filter(|group| !groups.contains(group)).cloned().collect();
    if new.is_empty() && gone.is_empty() {
        return Ok(Done::Same(()));
    }
    if agreement.revision != revision {
        return Err(Problem::overtaken("this agreement"));
    }
    if groups.len() > MOST {
        return Err(too_many("groups").into());
    }
    match (agreement.type_, parent) {
        (Type::Service, _) => {
            if store::own_groups(tx, groups)? != groups.len() {
                return Err(no_group().into());
            }
            lose(tx, id, &gone)?;
        }
        (Type::Syndication | Type::Referral, Some(parent)) => within(tx, parent, groups)?,
        _ => return Err(Problem::NotFound),
    }
    store::set_groups(tx, id, groups)?;
    store::revise(tx, id)?;
    tx.record(Event::new("agreement.groups_changed", id).note(noted(groups)))?;
    if agreement.type_ == Type::Service {
        let changed: Vec<_> = new.into_iter().chain(gone).collect();
        sight::carries(tx, id, &changed)?;
    }
    Ok(Done::Changed(()))
}

/// So many groups, or marketplaces, of one agreement: its pages list no more.
const MOST: usize = 200;

/// What is said of more than [`MOST`].
fn too_many(at: &'static str) -> Violation {
    Violation::new(at, Why::new("too_many", Words::new("Choose at most {n}").with("n", MOST)))
}

/// What hangs on a service agreement loses the groups that it loses.
fn lose<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, gone: &[Id<ProductGroup>]) -> Result<()> {
    let narrowed = store::narrowed(tx, id, gone)?;
    if let Some(bare) = narrowed.iter().find(|one| one.bare) {
        let words = Words::new("{name} ({id}) is only for groups that you removed. Change it first.")
            .with("name", apart(&bare.name))
            .with("id", &bare.id);
        return Err(Violation::new("groups", Why::new("last", words)).into());
    }
    for one in narrowed {
        store::narrow(tx, &one.id, gone)?;
        store::revise(tx, &one.id)?;
        let left = store::group_ids(tx, &one.id)?;
        tx.record(Event::new("agreement.groups_changed", &one.id).note(noted(&left)))?;
    }
    Ok(())
}

/// Makes a service agreement cover these marketplaces; none stands for all. `revision` is the one that the form was opened on.
///
/// # Errors
/// Invalid at `marketplaces` when one of them is not the company's.
pub fn set_places(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Agreement>,
    revision: i32,
    places: &[Id<Marketplace>],
) -> Result<Done> {
    let agreement = agreements::store::lock(tx, id)?;
    if agreement.type_ != Type::Service {
        return Err(Problem::NotFound);
    }
    let before = store::place_ids(tx, id)?;
    if before.len() == places.len() && places.iter().all(|place| before.contains(place)) {
        return Ok(Done::Same(()));
    }
    if agreement.revision != revision {
        return Err(Problem::overtaken("this agreement"));
    }
    if places.len() > MOST {
        return Err(too_many("marketplaces").into());
    }
    if store::own_places(tx, places)? != places.len() {
        return Err(no_place().into());
    }
    store::set_places(tx, id, places)?;
    store::revise(tx, id)?;
    tx.record(Event::new("agreement.marketplaces_changed", id).note(noted(places)))?;
    sight::covers(tx, id)?;
    Ok(Done::Changed(()))
}

//! The verbs of agreements. Each is one transaction.

use super::{
    Activate, Activated, Agreement, Manage, Type,
    data::{NewDocument, Words},
    documents::{self, Document, Stored},
    lifecycle::{Action, Part, RULES},
    store::{self, Source},
};
use crate::{
    kit::{
        actor::Permission as _,
        db::{Looks, Tx},
        done::Done,
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        shown::Shown,
        violation::{Violation, Why},
    },
    modules::agreements::letters,
    t,
};

impl NewDocument {
    fn keep<P>(&self, tx: &mut Tx<'_, P>) -> Result<Source> {
        Ok(match self {
            Self::Link(link) => Source::Link(link.clone()),
            Self::File(file) => {
                file.keep(tx.conn, tx.at)?;
                Source::File { name: file.file_name.clone(), sha256: file.sha256.clone(), format: file.format }
            }
            Self::Stored(Stored { file_name, format, sha256 }) => {
                Source::File { name: file_name.clone(), sha256: sha256.clone(), format: *format }
            }
        })
    }
}

/// What a new agreement is made of.
#[derive(Debug, Clone)]
pub struct NewAgreement {
    pub type_: Type,
    pub words: Words,
    pub document: NewDocument,
    pub activate: bool,
}

/// Makes an agreement with version 1.
///
/// # Errors
/// Invalid at `type` when the company may not write such agreements; forbidden when it is activated by somebody who may not.
pub fn create(tx: &mut Tx<'_, Manage>, new: &NewAgreement) -> Result<Id<Agreement>> {
    let rights = tx.who.member()?.rights;
    if !new.type_.written_with(rights) || !Type::INVITING.contains(&new.type_) {
        let why = Why::new("right", "Your company cannot create agreements of this type");
        return Err(Violation::new("type", why).into());
    }
    let id = store::insert(tx, new.type_, &new.words)?;
    tx.record(Event::new("agreement.created", &id).note(&new.words.name))?;
    add(tx, &id, &new.document, new.activate)?;
    Ok(id)
}

/// Which version becomes inactive when another becomes active, as a page says it.
pub fn superseded(before: Option<i32>) -> Shown {
    Shown::new().part("the active version", before.unwrap_or_default())
}

/// What a page shows that activates a version: whose document it is, and which version it replaces.
pub fn activation(agreement: &str, document: &Document, before: Option<i32>) -> Shown {
    documents::terms(agreement, document).and(superseded(before))
}

/// A version to be added.
#[derive(Debug, Clone)]
pub struct NewVersion {
    pub document: NewDocument,
    pub activate: bool,
    /// What its form showed, as [`superseded`] makes it: it counts when the version is activated.
    pub shown: String,
}

/// Adds a version behind the last one, and activates it when asked to.
///
/// # Errors
/// Stale when it would replace another active version than the form showed; forbidden when it is activated by somebody who may not.
pub fn add_version(tx: &mut Tx<'_, Manage>, id: &Id<Agreement>, new: &NewVersion) -> Result<i32> {
    store::lock(tx, id)?;
    if new.activate {
        superseded(store::active_number(tx, id)?).check(&new.shown, "No version was added")?;
    }
    store::touch(tx, id)?;
    add(tx, id, &new.document, new.activate)
}

/// Adds a version to an agreement that the caller has made or locked.
///
/// # Errors
/// Forbidden when it is activated by somebody who may not: activating binds the company.
pub fn add(tx: &mut Tx<'_, Manage>, id: &Id<Agreement>, document: &NewDocument, activate: bool) -> Result<i32> {
    if activate {
        may_activate(tx)?;
    }
    let source = document.keep(tx)?;
    let number = store::insert_version(tx, id, &source)?;
    tx.record(Event::new("agreement.version_added", id).note(format!("Version {number}")))?;
    if activate {
        make_active(tx, id, number)?;
    }
    Ok(number)
}

/// Refuses to bind the company for somebody whose groups do not let them.
pub fn may_activate(tx: &Tx<'_, Manage>) -> Result<()> {
    if tx.who.identity().is_some_and(Activate::held_by) {
        return Ok(());
    }
    Err(Problem::Forbidden(t!("Activating a version binds the company, and your groups don't allow you to do that.")))
}

/// Makes a version the one that partners sign. The one before becomes inactive, and partners are told. `shown` is what the page
/// showed, as [`activation`] makes it. Pressed twice by one person, it is activated once.
pub fn activate(tx: &mut Tx<'_, Activate>, id: &Id<Agreement>, number: i32, shown: &str) -> Result<Done> {
    let name = store::lock(tx, id)?.name;
    let before = store::active_number(tx, id)?;
    if before != Some(number) {
        let document = documents::find(tx.conn, id, number)?;
        activation(&name, &document, before).check(shown, "No version was activated")?;
    } else if store::activated_by_me(tx, id)? {
        return Ok(Done::Repeated(()));
    }
    store::touch(tx, id)?;
    make_active(tx, id, number).map(Done::Changed)
}

fn make_active<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, number: i32) -> Result<()> {
    let status = store::version(tx, id, number)?;
    let planned = plan(RULES, status, Action::Activate, Part::Owner, tx.at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => Problem::stale(
            "This version is already active",
            t!("Version {number} of {agreement} is active.", number, agreement = id),
        ),
    })?;
    if let Some(before) = store::active_number(tx, id)? {
        let superseded = plan(RULES, super::VersionStatus::Active, Action::Supersede, Part::System, tx.at)
            .map_err(|_| Problem::internal("an active version can be superseded"))?;
        store::advance(tx, id, before, &superseded)?;
    }
    store::advance(tx, id, number, &planned)?;
    tx.record(
        Event::new("agreement.version_activated", id)
            .moved(planned.from(), planned.to())
            .note(format!("Version {number}")),
    )?;
    letters::tell_offers(tx, id, number)?;
    tx.follow("version activated", &Activated { agreement: id.clone() })
}

/// What keeps a version, or an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// It is the only version.
    Last,
    /// So many contracts rest on it.
    Contracts(usize),
    /// So many agreements of a type that hangs on others belong to it.
    Under(Type, usize),
}

impl Keeps {
    /// In words, with what can be done about it.
    pub fn effect(self) -> Option<Effect> {
        match self {
            Self::Last => Some(
                t!(
                    "It is the only version, and an agreement needs at least one. Add another version first, or delete the agreement."
                )
                .into(),
            ),
            Self::Contracts(count) => Effect::touched(count, "{n} contract uses it.", "{n} contracts use it.")
                .map(|effect| effect.then("What a partner was offered or has signed is kept permanently.")),
            Self::Under(Type::Syndication, count) => Effect::touched(
                count,
                "{n} syndication agreement belongs to it.",
                "{n} syndication agreements belong to it.",
            )
            .map(|effect| effect.then("Delete syndication agreements first.")),
            Self::Under(Type::Referral, count) => {
                Effect::touched(count, "{n} referral agreement belongs to it.", "{n} referral agreements belong to it.")
                    .map(|effect| effect.then("Delete referral agreements first."))
            }
            Self::Under(_, count) => {
                Effect::touched(
                    count,
                    "{n} distribution agreement belongs to it.",
                    "{n} distribution agreements belong to it.",
                )
                .map(|effect| effect.then("Delete distribution agreements first."))
            }
        }
    }
}

/// What keeps a version; `None` when it can be deleted.
pub fn keeps_version(look: &mut impl Looks, id: &Id<Agreement>, number: i32) -> Result<Option<Keeps>> {
    if store::is_last(look, id, number)? {
        return Ok(Some(Keeps::Last));
    }
    let resting = store::on_version(look, id, number)?;
    Ok((resting > 0).then_some(Keeps::Contracts(resting)))
}

/// Removes a version that no contract rests on and that is not the last.
pub fn delete_version(tx: &mut Tx<'_, Manage>, id: &Id<Agreement>, number: i32) -> Result<()> {
    store::lock(tx, id)?;
    store::version(tx, id, number)?;
    if let Some(why) = keeps_version(tx, id, number)?.and_then(Keeps::effect) {
        return Err(Problem::refused(t!("Version {number} cannot be deleted", number), why.whole()));
    }
    store::delete_version(tx, id, number)?;
    store::touch(tx, id)?;
    tx.record(Event::new("agreement.version_deleted", id).note(format!("Version {number}")))
}

/// Changes name and description. `revision` is the one that the form was opened on.
pub fn update(tx: &mut Tx<'_, Manage>, id: &Id<Agreement>, revision: i32, words: &Words) -> Result<Done> {
    let agreement = store::lock(tx, id)?;
    if agreement.words() == *words {
        return Ok(Done::Same(()));
    }
    if agreement.revision != revision {
        return Err(Problem::overtaken("this agreement"));
    }
    store::set_words(tx, id, words)?;
    tx.record(Event::new("agreement.updated", id).note(&words.name))?;
    Ok(Done::Changed(()))
}

/// What keeps an agreement; `None` when it can be deleted.
pub fn keeps(look: &mut impl Looks, id: &Id<Agreement>) -> Result<Option<Keeps>> {
    let contracts = store::contracts(look, id)?;
    if contracts > 0 {
        return Ok(Some(Keeps::Contracts(contracts)));
    }
    let below = store::below(look, id)?;
    let of = |type_: Type| below.iter().filter(|one| **one == type_).count();
    Ok(below.first().map(|first| Keeps::Under(*first, of(*first))))
}

/// Removes an agreement that nothing rests on, with all its versions.
pub fn delete(tx: &mut Tx<'_, Manage>, id: &Id<Agreement>) -> Result<()> {
    store::lock(tx, id)?;
    if let Some(why) = keeps(tx, id)?.and_then(Keeps::effect) {
        return Err(Problem::refused("This agreement cannot be deleted", why.whole()));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("agreement.deleted", id))
}

//! One act, and who is behind it.

use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection, RunQueryDsl as _,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz},
};

use super::{Given, now};
use crate::kit::{
    actor::{Account, Identity, Permission, User},
    caller::{Caller, Credential},
    choice::Choice as _,
    consequence::Consequences,
    done::Done,
    event::Event,
    id::Id,
    problem::{Problem, Result},
    secret::Key,
    security::{self, Kind},
    statement::statement,
    vault::Vault,
    words::Words,
};

/// Who is behind a write.
#[derive(Clone)]
pub enum Who {
    /// A member, also one in whose name a job acts.
    Member { identity: Arc<Identity>, caller: Arc<Caller> },
    /// Somebody who acts for no company: on the own profile, or as a guest that holds a link.
    Person { name: String, user: Option<Id<User>>, caller: Arc<Caller> },
    /// The program itself; the name of the job.
    System { job: &'static str },
}

impl Who {
    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Member { identity, .. } => Some(identity),
            _ => None,
        }
    }

    /// As [`Who::identity`], for acts of members.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when it is none.
    pub fn member(&self) -> Result<&Identity> {
        self.identity().ok_or(Problem::NotFound)
    }

    /// Where the act came from.
    pub fn caller(&self) -> Cow<'_, Caller> {
        match self {
            Self::Member { caller, .. } | Self::Person { caller, .. } => Cow::Borrowed(caller),
            Self::System { .. } => Cow::Owned(Caller::job()),
        }
    }
}

/// Marks a [`Tx`] of somebody who acts for no company.
pub struct Personal;

/// Marks a [`Tx`] of the program itself.
pub struct System;

/// One act: everything it changes, its event and its mail, or nothing.
pub struct Tx<'c, P> {
    pub conn: &'c mut PgConnection,
    /// The only clock of a write: when the transaction began, by the database.
    pub at: DateTime<Utc>,
    pub who: Who,
    cause: String,
    recorded: bool,
    given: Given,
    permission: PhantomData<P>,
}

impl<P> Tx<'_, P> {
    /// The server's key, for what an act writes that nobody else shall be able to make.
    ///
    /// # Errors
    /// When the database was opened without one ([`super::Db::with_key`]).
    pub fn key(&self) -> Result<Key> {
        self.given.key().map(Key::fixed)
    }

    /// The company for which somebody acts.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when it is none.
    pub fn account(&self) -> Result<Id<Account>> {
        Ok(self.who.member()?.company.id.clone())
    }

    /// The member who acts.
    ///
    /// # Errors
    /// As [`Tx::account`].
    pub fn person(&self) -> Result<Id<User>> {
        Ok(self.who.member()?.person.id.clone())
    }

    /// Adds to the audit trail. An act that records nothing is rolled back.
    pub fn record(&mut self, event: Event) -> Result<()> {
        self.record_all(std::iter::once(event))
    }

    /// Adds to the trail of security what this act means for it. `user` is whom it concerns, when that is not who acts.
    pub fn secure(&mut self, kind: Kind, user: Option<&Id<User>>, about: &str) -> Result<()> {
        let acting = match &self.who {
            Who::Member { identity, .. } => Some(identity.person.id.to_string()),
            Who::Person { user, .. } => user.as_ref().map(ToString::to_string),
            Who::System { .. } => None,
        };
        let account = self.who.identity().map(|identity| identity.company.id.to_string());
        let user = user.map(ToString::to_string).or(acting);
        security::record(self.conn, &self.who.caller(), kind, (user, account), about)
    }

    /// What seals secrets and opens them.
    ///
    /// # Errors
    /// As [`Tx::key`].
    pub fn vault(&self) -> Result<Vault> {
        Ok(Vault::of(self.given.key()?))
    }

    /// As [`super::Read::consequences`].
    pub fn consequences(&self) -> Result<Arc<Consequences>> {
        self.given.consequences()
    }

    /// Who is behind an event: the kind, the name, the person and the company.
    fn signed(&self) -> (&'static str, String, Option<Id<User>>, Option<Id<Account>>) {
        match &self.who {
            Who::Member { identity, caller } => (
                if caller.credential == Credential::Token { "token" } else { "member" },
                identity.person.name.clone(),
                Some(identity.person.id.clone()),
                Some(identity.company.id.clone()),
            ),
            Who::Person { name, user: Some(user), .. } => ("person", name.clone(), Some(user.clone()), None),
            Who::Person { name, .. } => ("invitee", name.clone(), None, None),
            Who::System { job } => ("system", (*job).to_owned(), None, None),
        }
    }

    /// Adds many events in one statement, in their order: for acts on whole sets.
    pub fn record_all(&mut self, all: impl IntoIterator<Item = Event>) -> Result<()> {
        let all: Vec<Event> = all.into_iter().collect();
        if all.is_empty() {
            return Ok(());
        }
        let (kind, name, user, account) = self.signed();
        let caller = self.who.caller();
        statement(
            "INSERT INTO events (at, name, object, actor_kind, actor_name, user_id, account_id, private_to_id, \
             moved_from, moved_to, note, cause, address, request, credential, concerns_id, agent) \
             SELECT $1, n.name, n.object, $2, $3, $4, $5, CASE WHEN n.private THEN $5 END, n.moved_from, n.moved_to, \
             n.note, $6, $7, $8, $15, n.concerns, $17 FROM unnest($9, $10, $11, $12, $13, $14, $16) WITH ORDINALITY \
             AS n (name, object, private, moved_from, moved_to, note, concerns, place) ORDER BY n.place",
        )
        .bind::<Timestamptz, _>(self.at)
        .bind::<Text, _>(kind)
        .bind::<Text, _>(name)
        .bind::<Nullable<Text>, _>(user)
        .bind::<Nullable<Text>, _>(account)
        .bind::<Text, _>(&self.cause)
        .bind::<Text, _>(&caller.address)
        .bind::<Text, _>(&caller.request)
        .bind::<Array<Text>, _>(all.iter().map(|event| event.name).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(all.iter().map(|event| event.object.as_str()).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(all.iter().map(|event| event.private).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(all.iter().map(|event| event.moved.map(|(from, _)| from)).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(all.iter().map(|event| event.moved.map(|(_, to)| to)).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(all.iter().map(|event| event.note.as_str()).collect::<Vec<_>>())
        .bind::<Text, _>(caller.credential.key())
        .bind::<Array<Nullable<Text>>, _>(all.iter().map(|event| event.concerns.as_deref()).collect::<Vec<_>>())
        .bind::<Text, _>(&caller.agent)
        .execute(self.conn)?;
        self.recorded = true;
        Ok(())
    }

    /// Who works on a request from now on: the acting person, unless somebody does already.
    pub fn taker(&self, assignee: Option<&Id<User>>) -> Option<Id<User>> {
        match assignee {
            Some(_) => None,
            None => self.who.identity().map(|identity| identity.person.id.clone()),
        }
    }

    /// Whether `act` would be done now: it is done and undone at once, with its events and its mail.
    ///
    /// # Errors
    /// As `act`.
    pub fn tried(&mut self, act: impl FnOnce(&mut Tx<'_, P>) -> Result<()>) -> Result<()> {
        let (at, who, cause, given) = (self.at, self.who.clone(), self.cause.clone(), self.given.clone());
        let mut refused = None;
        let undone = self.conn.transaction::<(), _, _>(|conn| {
            refused = act(&mut Tx { conn, at, who, cause, recorded: false, given, permission: PhantomData }).err();
            Err(diesel::result::Error::RollbackTransaction)
        });
        match (refused, undone) {
            (Some(problem), _) => Err(problem),
            (None, Ok(()) | Err(diesel::result::Error::RollbackTransaction)) => Ok(()),
            (None, Err(error)) => Err(error.into()),
        }
    }

    pub(super) fn must_have_recorded(&self) -> Result<()> {
        if self.recorded { Ok(()) } else { Err(Problem::internal("an act recorded nothing and was rolled back")) }
    }

    /// Acts, and holds what says that it changed something to having recorded it.
    pub(super) fn proven<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<Done<T>>) -> Result<Done<T>> {
        let done = act(self)?;
        if done.changed() {
            self.must_have_recorded()?;
        }
        Ok(done)
    }

    /// A part of the act that asks for another permission of the same member.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] when the member does not hold it; as `act`.
    pub fn holding<Q: Permission, T>(&mut self, act: impl FnOnce(&mut Tx<'_, Q>) -> Result<T>) -> Result<T> {
        let identity = self.who.member()?;
        if !Q::held_by(identity) {
            return Err(Problem::Forbidden(crate::t!(
                "{person} is not allowed to {act}",
                person = identity.person.name,
                act = Words::new(Q::WORDS)
            )));
        }
        let mut part = Tx {
            conn: self.conn,
            at: self.at,
            who: self.who.clone(),
            cause: self.cause.clone(),
            recorded: false,
            given: self.given.clone(),
            permission: PhantomData,
        };
        let done = act(&mut part);
        self.recorded |= part.recorded;
        done
    }

    /// Does what follows from what has happened, in the same transaction, in the program's own name.
    ///
    /// # Errors
    /// As what follows; when the database was opened without consequences ([`super::Db::with_consequences`]).
    pub fn follow<X: 'static>(&mut self, cause: &'static str, happened: &X) -> Result<()> {
        let consequences = self.consequences()?;
        self.as_system(cause, |tx| consequences.carry_out(tx, happened))
    }

    /// A consequence that a rule triggers, in the same transaction, in the program's own name.
    pub fn as_system<T>(
        &mut self,
        cause: &'static str,
        act: impl FnOnce(&mut Tx<'_, System>) -> Result<T>,
    ) -> Result<T> {
        act(&mut Tx {
            conn: self.conn,
            at: self.at,
            who: Who::System { job: "rule" },
            cause: cause.to_owned(),
            recorded: false,
            given: self.given.clone(),
            permission: PhantomData,
        })
    }
}

impl Tx<'_, System> {
    /// An act that a member began and a job carries out, in the member's name. `cause` says what was begun.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] when the person may not do it any more.
    pub fn on_behalf<P: Permission, T>(
        &mut self,
        identity: Identity,
        cause: impl Into<String>,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
    ) -> Result<T> {
        if !P::held_by(&identity) {
            return Err(Problem::Forbidden(crate::t!(
                "{person} is no longer allowed to {act}",
                person = identity.person.name,
                act = Words::new(P::WORDS)
            )));
        }
        self.as_member(identity, cause.into(), act)
    }

    /// An act of a member, played by a loader of data. Its right was never checked: nothing that answers a request may do this.
    pub fn played<P: Permission, T>(
        &mut self,
        identity: Identity,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
    ) -> Result<T> {
        self.as_member(identity, String::new(), act)
    }

    fn as_member<P: Permission, T>(
        &mut self,
        identity: Identity,
        cause: String,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
    ) -> Result<T> {
        let mut played = Tx {
            conn: self.conn,
            at: self.at,
            who: Who::Member { identity: Arc::new(identity), caller: Arc::new(Caller::job()) },
            cause,
            recorded: false,
            given: self.given.clone(),
            permission: PhantomData,
        };
        let done = act(&mut played);
        self.recorded |= played.recorded;
        done
    }
}

/// The refusal of whoever only looks, as a colleague.
pub fn only_looking() -> Problem {
    Problem::refused(
        "You're viewing as someone else",
        "Nothing can be changed while you view the portal as a colleague. Stop viewing to continue as yourself.",
    )
}

/// Runs an act in a transaction; one that must record and did not is rolled back.
pub(super) fn transact<P, T>(
    conn: &mut PgConnection,
    who: Who,
    given: Given,
    must_record: bool,
    act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
) -> Result<T> {
    if who.caller().looks_only {
        return Err(only_looking());
    }
    conn.transaction(|conn| {
        let at = now(conn)?;
        let mut tx = Tx { conn, at, who, cause: String::new(), recorded: false, given, permission: PhantomData };
        let done = act(&mut tx)?;
        if must_record {
            tx.must_have_recorded()?;
        }
        Ok(done)
    })
}

//! An actor in front of a page.

use std::{ops::Deref, sync::Arc};

use super::{
    actor::{Actor, Identity, Permission},
    page::{Page, Title},
    problem::{Problem, Result},
    visit::Visit,
};

/// An [`Actor`] with the browser that it looks through: what handlers of pages take. Stores and verbs ask for the actor alone.
pub struct Viewer<P> {
    actor: Actor<P>,
    pub visit: Arc<Visit>,
}

impl<P> Clone for Viewer<P> {
    fn clone(&self) -> Self {
        Self { actor: self.actor.clone(), visit: self.visit.clone() }
    }
}

impl<P> Deref for Viewer<P> {
    type Target = Actor<P>;

    fn deref(&self) -> &Actor<P> {
        &self.actor
    }
}

impl<P: Permission> Viewer<P> {
    /// Lets the person in, as [`Actor::admit`] does; a person is told more of why not.
    pub fn admit(identity: Arc<Identity>, visit: Arc<Visit>) -> Result<Self> {
        match Actor::admit(identity.clone(), visit.caller.clone()) {
            Ok(actor) => Ok(Self { actor, visit }),
            Err(Problem::Forbidden(_)) => Err(Problem::Forbidden((visit.house.why)(&identity, P::of_person, P::WORDS))),
            Err(Problem::NotFound) => match (visit.house.lacks)(&identity, P::of_account, P::WORDS) {
                Some(lacking) => Err(Problem::Lacking(Box::new(lacking))),
                None => Err(Problem::NotFound),
            },
            Err(other) => Err(other),
        }
    }

    /// The same person in the same browser, for what demands `Q`.
    ///
    /// # Errors
    /// As [`Actor::admit`].
    pub fn with<Q: Permission>(&self) -> Result<Viewer<Q>> {
        Viewer::admit(self.actor.identity.clone(), self.visit.clone())
    }

    /// The frame of a page of this portal; `title` says what is done, names the thing, then its section.
    pub fn page(&self, title: impl Title) -> Page {
        Page::of_member(&self.visit, &self.identity, title)
    }
}

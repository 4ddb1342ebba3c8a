//! What can be done with a request now: buttons that lead to the pages of acts, and taking it over.

use super::{
    actor::{Actor, Permission, User},
    choice::Choice,
    db::{Db, Tx},
    id::{Id, Kind},
    lifecycle::{Rule, allowed},
    problem::Result,
    viewer::Viewer,
    words::Words,
};
use crate::t;

/// A button that leads to the page of an act.
pub struct Button {
    pub label: Words,
    pub href: String,
    pub primary: bool,
    /// The single key that follows it, or nothing.
    pub key: &'static str,
}

/// The keys of acts that end nothing for good.
fn key(action: &str) -> &'static str {
    match action {
        "approve" | "deploy" | "complete" => "a",
        "inquire" | "refine" => "i",
        "schedule" => "s",
        _ => "",
    }
}

/// An act in the menu beside the buttons.
pub struct Rare {
    pub label: Words,
    pub href: String,
    /// It ends something.
    pub ends: bool,
}

/// The fields that a button sends.
pub type Sent = Vec<(&'static str, String)>;

/// Something that begins here: a button that sends what is known already, or leads to a page when that is nothing.
pub struct Begin {
    pub label: Words,
    pub href: String,
    pub fields: Sent,
}

/// What a page offers in its heading.
#[derive(Default)]
pub struct Acts {
    pub buttons: Vec<Button>,
    /// What begins here.
    pub begins: Vec<Begin>,
    /// What is rarely done, then what ends something.
    pub rare: Vec<Rare>,
    /// Where it is taken over or given back, and the words of the button.
    pub assign: Option<(String, Words)>,
}

impl Acts {
    /// Every act that one of `parts` may do from `now`, each once, as far as `may` lets the person; the first ones are those
    /// that `primary` names. Their pages stand below `here`.
    pub fn of<S: Copy + Eq, A: Choice + Eq, B: Copy + Eq>(
        (rules, now): (&[Rule<S, A, B>], S),
        parts: &[B],
        here: &str,
        may: impl Fn(B, A) -> bool,
        primary: impl Fn(A) -> bool,
    ) -> Self {
        let mut acts = Self::default();
        for part in parts {
            for action in allowed(rules, now, *part).into_iter().filter(|action| may(*part, *action)) {
                if !acts.buttons.iter().any(|button| button.label == action.label()) {
                    let href = format!("{here}/{}", action.key());
                    let (label, primary) = (action.label().into(), primary(action));
                    acts.buttons.push(Button { label, href, primary, key: key(action.key()) });
                }
            }
        }
        acts.buttons.sort_by_key(|button| !button.primary);
        acts
    }

    pub fn button(&mut self, label: impl Into<Words>, href: String, primary: bool) {
        self.buttons.push(Button { label: label.into(), href, primary, key: "" });
    }

    /// The same, whose pages belong to the list of this query, with its question mark.
    pub fn within(mut self, within: &str) -> Self {
        let buttons = self.buttons.iter_mut().map(|one| &mut one.href);
        let rare = self.rare.iter_mut().map(|one| &mut one.href);
        for href in buttons.chain(rare).chain(self.assign.iter_mut().map(|(href, _)| href)) {
            href.push_str(within);
        }
        self
    }

    /// The same without the act of this page, which is done on the page itself.
    pub fn without(mut self, href: &str) -> Self {
        self.buttons.retain(|one| one.href != href);
        self
    }

    /// The same with a single key that follows the button to this page.
    pub fn keyed(mut self, href: &str, key: &'static str) -> Self {
        for one in self.buttons.iter_mut().filter(|one| one.href == href) {
            one.key = key;
        }
        self
    }

    /// Whether nothing can be done.
    pub fn is_empty(&self) -> bool {
        self.buttons.is_empty() && self.begins.is_empty() && self.rare.is_empty() && self.assign.is_none()
    }

    /// What this person can begin at the object `id` of `section`, which is of this kind, as other modules offer it.
    pub fn begin<P: Permission>(&mut self, viewer: &Viewer<P>, section: &str, id: &str, kind: &str) {
        self.begins.extend((viewer.visit.house.roads)(&viewer.identity, section, id, kind));
    }

    /// Something rarely done: it stands in the menu.
    pub fn rare(&mut self, label: impl Into<Words>, href: String) {
        let first_end = self.rare.iter().position(|one| one.ends).unwrap_or(self.rare.len());
        self.rare.insert(first_end, Rare { label: label.into(), href, ends: false });
    }

    /// What ends something: it stands last in the menu.
    pub fn ending(&mut self, label: impl Into<Words>, href: String) {
        self.rare.push(Rare { label: label.into(), href, ends: true });
    }

    /// The person may take it over, or give it back when it is its own.
    pub fn assigned(mut self, here: &str, assignee: Option<&Id<User>>, me: &Id<User>) -> Self {
        self.assign = Some(match assignee == Some(me) {
            true => (format!("{here}/unassign"), t!("Unassign")),
            false => (format!("{here}/assign"), t!("Assign to me")),
        });
        self
    }
}

/// Does something with one object; what is against it leads `back`: to a URL, with the words of its link.
pub async fn act<P: Permission, K: Kind, T: Send + 'static>(
    actor: &Actor<P>,
    db: &Db,
    id: &Id<K>,
    back: (String, &'static str),
    verb: impl FnOnce(&mut Tx<'_, P>, &Id<K>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let id = id.clone();
    db.write(actor, move |tx| verb(tx, &id)).await.map_err(|problem| problem.leading_to(back.0, back.1))
}

//! One table of rules for each kind of object says which act leads from which status to which, and who may do it.

use chrono::{DateTime, Utc};

use super::choice::Choice;

/// One row: `action` leads from any of `from` to `to`, when done by one of the parts in `by`.
pub struct Rule<S: 'static, A: 'static, B: 'static> {
    pub action: A,
    pub from: &'static [S],
    pub to: S,
    pub by: &'static [B],
}

/// An allowed change of status. Only [`plan`] makes one and it is the only thing a store's `advance` takes,
/// so an illegal change cannot be written.
#[derive(Debug, Clone, Copy)]
pub struct Move<S, A> {
    action: A,
    from: S,
    to: S,
    at: DateTime<Utc>,
}

impl<S: Copy, A: Copy> Move<S, A> {
    pub fn action(&self) -> A {
        self.action
    }
    pub fn from(&self) -> S {
        self.from
    }
    pub fn to(&self) -> S {
        self.to
    }
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Why a move was not planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMove {
    /// The act exists, but not from this status.
    WrongStatus,
    /// The act exists, but it belongs to another part.
    WrongPart,
}

/// The move that `action` makes from `now` when done by `part`.
pub fn plan<S: Copy + Eq, A: Copy + Eq, B: Copy + Eq>(
    rules: &[Rule<S, A, B>],
    now: S,
    action: A,
    part: B,
    at: DateTime<Utc>,
) -> Result<Move<S, A>, NoMove> {
    let mut refused = NoMove::WrongPart;
    for rule in rules.iter().filter(|rule| rule.action == action) {
        match (rule.by.contains(&part), rule.from.contains(&now)) {
            (true, true) => return Ok(Move { action, from: now, to: rule.to, at }),
            (true, false) => refused = NoMove::WrongStatus,
            (false, _) => {}
        }
    }
    Err(refused)
}

/// The move that `action` makes when somebody with several parts does it: a vendor in preview is its own buyer.
///
/// # Errors
/// [`NoMove::WrongStatus`] when the act belongs to one of the parts, but not now.
pub fn plan_as<S: Copy + Eq, A: Copy + Eq, B: Copy + Eq>(
    rules: &[Rule<S, A, B>],
    now: S,
    action: A,
    parts: &[B],
    at: DateTime<Utc>,
) -> Result<Move<S, A>, NoMove> {
    let mut refused = NoMove::WrongPart;
    for part in parts {
        match plan(rules, now, action, *part, at) {
            Ok(planned) => return Ok(planned),
            Err(NoMove::WrongStatus) => refused = NoMove::WrongStatus,
            Err(NoMove::WrongPart) => {}
        }
    }
    Err(refused)
}

/// Every act that `part` may do from `now`: the buttons of a page.
pub fn allowed<S: Copy + Eq, A: Copy + Eq, B: Copy + Eq>(rules: &[Rule<S, A, B>], now: S, part: B) -> Vec<A> {
    rules.iter().filter(|rule| rule.by.contains(&part) && rule.from.contains(&now)).map(|rule| rule.action).collect()
}

/// What an act does that is no move between two statuses.
pub enum Step<S: 'static> {
    /// It makes an object.
    Made(S),
    /// It changes something else; the status stays.
    Kept(&'static [S]),
    /// It takes the object away.
    Gone(&'static [S]),
}

/// Such an act, by what people call it.
pub struct Verb<S: 'static, B: 'static> {
    pub name: &'static str,
    pub step: Step<S>,
    pub by: &'static [B],
}

/// All that may happen to one kind of object; `docs/lifecycles.md` is written from it.
pub struct Lifecycle<S: 'static, A: 'static, B: 'static> {
    /// "Listing requests".
    pub of: &'static str,
    pub verbs: &'static [Verb<S, B>],
    pub rules: &'static [Rule<S, A, B>],
    /// What the arrows do not say: why, when, and what follows.
    pub notes: &'static str,
}

/// An arrow of a lifecycle, in words. Without `from` it makes the object, without `to` it takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    pub from: Option<&'static str>,
    pub to: Option<&'static str>,
    pub act: &'static str,
    pub by: Vec<&'static str>,
}

/// A lifecycle in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    pub of: &'static str,
    pub statuses: Vec<&'static str>,
    pub arrows: Vec<Arrow>,
    pub notes: &'static str,
}

impl<S: Choice, A: Choice, B: Choice> Lifecycle<S, A, B> {
    /// The same in words: verbs that make the object first, those that take it away last.
    pub fn life(&self) -> Life {
        let (made, others): (Vec<_>, Vec<_>) = self.verbs.iter().partition(|verb| matches!(verb.step, Step::Made(_)));
        let rules = self.rules.iter().flat_map(|rule| {
            let arrow = move |from: &S| Arrow {
                from: Some(from.label()),
                to: Some(rule.to.label()),
                act: rule.action.label(),
                by: labels(rule.by),
            };
            rule.from.iter().map(arrow)
        });
        Life {
            of: self.of,
            statuses: S::ALL.iter().map(|status| status.label()).collect(),
            arrows: made
                .into_iter()
                .flat_map(Verb::arrows)
                .chain(rules)
                .chain(others.into_iter().flat_map(Verb::arrows))
                .collect(),
            notes: self.notes,
        }
    }
}

impl<S: Choice, B: Choice> Verb<S, B> {
    fn arrows(&self) -> Vec<Arrow> {
        let arrow = |from: Option<S>, to: Option<S>| Arrow {
            from: from.map(S::label),
            to: to.map(S::label),
            act: self.name,
            by: labels(self.by),
        };
        match self.step {
            Step::Made(to) => vec![arrow(None, Some(to))],
            Step::Kept(statuses) => statuses.iter().map(|status| arrow(Some(*status), Some(*status))).collect(),
            Step::Gone(statuses) => statuses.iter().map(|status| arrow(Some(*status), None)).collect(),
        }
    }
}

fn labels<B: Choice>(parts: &[B]) -> Vec<&'static str> {
    parts.iter().map(|part| part.label()).collect()
}

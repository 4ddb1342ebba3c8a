//! One table of rules for each kind of object says which act leads from which status to which, and who may do it.

use chrono::{DateTime, Utc};

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

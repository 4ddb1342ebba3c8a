//! The verbs of rules: what people say beforehand, and what the program does by it.

use super::{
    Mode, Rule,
    store::{self, Asked, Outcome, Ruled},
    verdict::{Facts, Failed, Verdict, judge},
};
use crate::{
    kit::{
        actor::Account,
        db::{System, Tx},
        done::Done,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        violation::{Violation, Why},
    },
    modules::{
        ids::Product,
        usage::{
            Review, Status, actions as files,
            lifecycle::{Action, Move, Part, RULES},
            store::{FileRow, held_file},
        },
    },
};

/// What the events of a rule are about: it has no id of its own, and belongs to a company and a product.
pub fn object(owner: &Id<Account>, product: &Id<Product>) -> String {
    format!("{owner}/usage-rules/{product}")
}

/// Says what becomes of files that are submitted from now on. `revision` is the revision the form was opened with.
///
/// # Errors
/// [`Problem::NotFound`] for a product of which the company receives no usage.
pub fn save(tx: &mut Tx<'_, Review>, product: &Id<Product>, revision: i32, new: &Rule) -> Result<Done> {
    let owner = tx.account()?;
    let now = store::lock(tx, product)?;
    if now.rule == *new {
        return Ok(Done::Same(()));
    }
    if now.revision != revision {
        return Err(Problem::overtaken("this rule"));
    }
    said(tx, &owner, product, new)?;
    Ok(Done::Changed(()))
}

/// Gives the first rule for a product.
///
/// # Errors
/// As [`save`]; [`Problem::Invalid`] where there is one.
pub fn create(tx: &mut Tx<'_, Review>, product: &Id<Product>, new: &Rule) -> Result<()> {
    let owner = tx.account()?;
    if store::lock(tx, product)?.given {
        return Err(Violation::new("product.id", Why::new("taken", "This product already has a usage rule")).into());
    }
    said(tx, &owner, product, new)
}

/// Takes a rule away: people decide again.
pub fn delete(tx: &mut Tx<'_, Review>, product: &Id<Product>) -> Result<()> {
    let owner = tx.account()?;
    store::lock(tx, product)?;
    store::delete(tx, product)?;
    tx.record(Event::new("usage_rule.deleted", object(&owner, product)).private())
}

/// Keeps what becomes of files, in a rule that is locked.
fn said(tx: &mut Tx<'_, Review>, owner: &Id<Account>, product: &Id<Product>, new: &Rule) -> Result<()> {
    store::update(tx, product, new)?;
    let about = object(owner, product);
    let event = match new.mode {
        Mode::Manual => Event::new("usage_rule.by_hand", about),
        Mode::Accept => {
            let percent = new.most_percent.unwrap_or_default().normalize();
            Event::new("usage_rule.accepts", about).note(format!("{percent}%"))
        }
        Mode::Reject => Event::new("usage_rule.rejects", about).note(&new.reason),
    };
    tx.record(event.private())
}

/// Looks at a file that was submitted, and decides about it as its receiver's rule says. Whatever a person does meanwhile stands: what does
/// not wait any more, and what somebody has just decided about, is only measured. So is what was submitted before there was a rule.
pub fn rule(tx: &mut Tx<'_, System>, asked: &Asked) -> Result<()> {
    let file = store::file(tx, &asked.file_id)?;
    store::in_turn(tx, &file.product_id)?;
    let there = file.round == asked.round && file.status.shows_records(Part::Owner);
    // before anything is locked that people wait for: what is pending does not change
    let facts = if there { Some(store::measure(tx, &file)?) } else { None };
    settle(tx, asked, facts)
}

/// Leaves a file to people that could not be looked at, again and again.
pub fn give_up(tx: &mut Tx<'_, System>, asked: &Asked) -> Result<()> {
    settle(tx, asked, None)
}

fn settle(tx: &mut Tx<'_, System>, asked: &Asked, facts: Option<Facts>) -> Result<()> {
    let file = held_file(tx, &asked.file_id)?;
    let Some(untold) = store::hold(tx, asked)? else { return Ok(()) };
    let facts = facts.filter(|_| file.round == asked.round);
    let waits = file.round == asked.round && file.status == Status::Pending;
    let rule = store::in_force(tx, &file.owner_id, &file.product_id)?;
    let verdict = match &facts {
        _ if !untold || !waits || store::being_decided(tx, &file.id)? => Verdict::ByHand,
        Some(facts) => judge(&rule, facts),
        None => uncompared(&rule),
    };
    let (outcome, failed) = match verdict {
        Verdict::ByHand => {
            store::keep(tx, asked, facts.as_ref(), None)?;
            return if untold && waits { tell_owner(tx, &file) } else { Ok(()) };
        }
        Verdict::Accept => (Outcome::Accepted, Vec::new()),
        Verdict::Reject => (Outcome::Rejected, Vec::new()),
        Verdict::Left(failed) => (Outcome::Left, failed),
    };
    store::keep(tx, asked, facts.as_ref(), Some(&Ruled { rule: &rule, outcome, failed: &failed }))?;
    match outcome {
        Outcome::Left => tell_owner(tx, &file),
        Outcome::Accepted => {
            let planned = planned(tx, &file, Action::Accept)?;
            let event = Event::new("usage_file.accepted_by_rule", &file.id).note(store::owner(tx, &file)?);
            files::decided(tx, &file, &planned, ("", event))
        }
        Outcome::Rejected => {
            let planned = planned(tx, &file, Action::Reject)?;
            let event = Event::new("usage_file.rejected_by_rule", &file.id).note(&rule.reason);
            files::decided(tx, &file, &planned, (&rule.reason, event))
        }
    }
}

/// The outcome of a rule without any facts.
fn uncompared(rule: &Rule) -> Verdict {
    match rule.mode {
        Mode::Manual => Verdict::ByHand,
        Mode::Accept => Verdict::Left(vec![Failed::Uncompared]),
        Mode::Reject => Verdict::Reject,
    }
}

fn planned(tx: &Tx<'_, System>, file: &FileRow, action: Action) -> Result<Move> {
    plan(RULES, file.status, action, Part::System, tx.at)
        .map_err(|_| Problem::internal("a pending file can be decided"))
}

/// The rule left the file to people: they are told of it as of every other.
fn tell_owner(tx: &mut Tx<'_, System>, file: &FileRow) -> Result<()> {
    let vendor = store::vendor(tx, file)?;
    files::tell_owner(tx, file, vendor)
}

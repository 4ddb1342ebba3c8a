//! The verbs: who is told of what, a mail once more, how mails begin and end.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Manage, data::Ruling, letters::Mail, store};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        problem::{Problem, Result},
        violation::{Violation, Why},
    },
    mail::{self, Notice, letterhead::Letterhead, outbox},
    modules::people::groups,
};

/// Sets how the company's people are told of one kind of event, and which groups. `revision` is the one that the form was opened on, 0 if
/// there was no rule.
///
/// # Errors
/// [`Problem::Invalid`] for a group that does not exist; [`Problem::Overtaken`] when somebody else has saved.
pub fn set_rule(tx: &mut Tx<'_, Manage>, notice: &Notice, revision: i32, said: &Ruling) -> Result<Done> {
    let account = tx.account()?;
    let mut chosen = groups::store::all(tx, &account)?;
    chosen.retain(|group| said.groups.contains(&group.id));
    if chosen.len() != said.groups.len() {
        return Err(Violation::new("groups", Why::new("choice", "Choose groups from the list")).into());
    }
    let (way, before) = store::lock_rule(tx, &account, notice.key)?.unwrap_or((notice.way, Vec::new()));
    let same = before.len() == said.groups.len() && before.iter().all(|group| said.groups.contains(group));
    if way == said.way && same {
        return Ok(Done::Same(()));
    }
    if !store::set_rule(tx, &account, notice.key, revision, said)? {
        return Err(Problem::overtaken("this notification rule"));
    }
    let names: Vec<&str> = chosen.iter().map(|group| group.name.as_str()).collect();
    let note = [&[notice.label][..], names.as_slice()].concat().join(", ");
    tx.record(Event::new("account.notifications_changed", &account).note(note).private())?;
    Ok(Done::Changed(()))
}

/// Sends a mail once more.
///
/// # Errors
/// As [`outbox::resend`].
pub fn resend(tx: &mut Tx<'_, Manage>, id: Uuid) -> Result<()> {
    let account = tx.account()?;
    let (kind, object) = outbox::resend(tx, id)?;
    let about = object.split_once('/').map_or_else(|| account.to_string(), |(_, id)| id.to_owned());
    tx.record(Event::new("mail.resent", about).note(kind).private())
}

/// Sets how the company's mails begin and end. `revision` is the one that the form was opened on, 0 if nothing was set.
///
/// # Errors
/// [`Problem::Overtaken`] when somebody saved meanwhile.
pub fn set_letterhead(tx: &mut Tx<'_, Manage>, revision: i32, said: &Letterhead) -> Result<Done> {
    let account = tx.account()?;
    let (now, _) = store::letterhead(tx, &account)?;
    if now == *said {
        return Ok(Done::Same(()));
    }
    if !store::set_letterhead(tx, &account, revision, said)? {
        return Err(Problem::overtaken("the email text"));
    }
    tx.record(Event::new("account.email_text_changed", &account).private())?;
    Ok(Done::Changed(()))
}

/// So long after one test mail goes the next.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// Sends the acting person a mail as the company's look; gives the address.
///
/// # Errors
/// A refusal shortly after the last one.
pub fn try_letterhead(tx: &mut Tx<'_, Manage>) -> Result<String> {
    let identity = tx.who.member()?;
    let (account, company) = (identity.company.id.clone(), identity.company.name.clone());
    let email = identity.person.email.clone();
    if store::last_mailed(tx, &email, "letterhead_tried")?.is_some_and(|at| at > tx.at - PAUSE) {
        return Err(Problem::refused(
            "A test email was sent a moment ago",
            "Emails can take a few minutes to arrive. You can send another one in a minute.",
        ));
    }
    mail::queue(tx, &email, &Mail::LetterheadTried { account: account.clone(), company })?;
    tx.record(Event::new("account.email_tried", &account).private())?;
    Ok(email)
}

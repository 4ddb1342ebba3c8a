//! What became of a contract's link, line by line: sent to whom and by whom, opened by a person or fetched by a machine, how far its
//! invitee has come, and what it came to.

use chrono::{DateTime, Utc};

use super::store::{self, MailRow, OpeningRow, StepRow};
use crate::{
    kit::{
        actor::Permission,
        db::Read,
        problem::Result,
        time::{When, Zone},
        typed::apart,
        words::Words,
    },
    mail::outbox::Fate,
    modules::contracts::{
        Status,
        activation::passes::{self, Pass},
        store::Detail,
    },
    t,
};

/// One thing that happened.
pub struct Line {
    at: DateTime<Utc>,
    pub when: When,
    pub what: Words,
    /// Where it stands; there may be nothing to say.
    pub state: Words,
    /// What a person wrote.
    pub said: String,
    /// Nobody got it: it can be sent again.
    pub failed: bool,
}

impl Line {
    fn new(zone: Zone, at: DateTime<Utc>, what: Words) -> Self {
        Self { at, when: zone.when(at), what, state: Words::default(), said: String::new(), failed: false }
    }
}

/// All of a contract's lines, the latest first.
pub fn find<P: Permission>(read: &mut Read<'_, P>, detail: &Detail) -> Result<Vec<Line>> {
    let contract = &detail.contract;
    let zone = read.actor.zone();
    let mut lines: Vec<Line> = store::mails(read, &contract.id)?.into_iter().map(|row| mail(zone, row)).collect();
    lines.extend(store::openings(read, &contract.id)?.iter().map(|row| opening(zone, row)));
    let links = store::links(read, &contract.id)?;
    if links.len() > 1 {
        lines.extend(handed_over(read, zone, detail)?);
    }
    for link in links {
        let asked = t!("A new link was requested to replace an expired one");
        lines.extend(link.asked_at.map(|at| Line::new(zone, at, asked)));
        lines.extend(link.revoked_at.map(|at| Line::new(zone, at, t!("The link was revoked"))));
    }
    // what a person entered who has activated it says nothing any more
    if contract.status == Status::Pending {
        lines.extend(store::steps(read, &contract.id)?.iter().map(|row| step(zone, row)));
    }
    if let (Some(at), Some(signee)) = (contract.activated_at, &detail.signee) {
        lines.push(Line::new(zone, at, t!("{company} activated the contract", company = apart(signee))));
    }
    if let (Status::Rejected, Some(at)) = (contract.status, contract.ended_at) {
        let rejected = Line::new(zone, at, t!("The partner rejected the contract"));
        lines.push(Line { said: contract.end_note.clone(), ..rejected });
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    Ok(lines)
}

fn mail(zone: Zone, row: MailRow) -> Line {
    let (person, email) = (apart(&row.sender), apart(&row.recipient));
    let what = match row.reminder {
        true => t!("{person} sent a reminder to {email}", person, email),
        false => t!("{person} sent the link to {email}", person, email),
    };
    Line {
        state: row.fate.as_ref().map_or_else(|| t!("No longer recorded"), |fate| fate.words(zone)),
        failed: row.fate.is_some_and(|fate| fate.failed()),
        said: row.message,
        ..Line::new(zone, row.at, what)
    }
}

/// Each time that a link was handed over, with what became of the mail that brought the new one.
fn handed_over<P: Permission>(read: &mut Read<'_, P>, zone: Zone, detail: &Detail) -> Result<Vec<Line>> {
    let passes = passes::of(read.conn, &detail.contract.id)?;
    if passes.is_empty() {
        return Ok(Vec::new());
    }
    let fates = store::fates(read, &passes.iter().map(|pass| pass.mail).collect::<Vec<_>>())?;
    let fate = |pass: &Pass| fates.iter().find(|(mail, _)| *mail == pass.mail).map(|(_, fate)| fate.clone());
    Ok(passes.into_iter().map(|pass| handed(zone, fate(&pass), pass)).collect())
}

fn handed(zone: Zone, fate: Option<Fate>, pass: Pass) -> Line {
    let (person, name, email) = (apart(&pass.giver), apart(&pass.taker), apart(&pass.email));
    let what = match pass.meant.as_str() {
        _ if pass.signed => {
            t!("{person} signed as the first of two. The next link went to {name}, {email}", person, name, email)
        }
        "" => t!("{person} handed the link over to {name}, {email}", person, name, email),
        before => t!(
            "{person} handed the link over to {name}, {email}. It was meant for {before}",
            person,
            name,
            email,
            before = apart(before),
        ),
    };
    Line {
        state: fate.as_ref().map_or_else(|| t!("No longer recorded"), |fate| fate.words(zone)),
        failed: fate.is_some_and(|fate| fate.failed()),
        ..Line::new(zone, pass.at, what)
    }
}

fn opening(zone: Zone, row: &OpeningRow) -> Line {
    let what = match row.followed_at {
        Some(_) => t!("A person opened the link"),
        None => t!("An automated system opened the link, such as a mail scanner or link preview"),
    };
    let times = usize::try_from(row.times).unwrap_or_default();
    let state = match times {
        1 => Words::default(),
        _ => {
            t!("{n} time, first on {when}" | "{n} times, first on {when}", times, when = zone.when(row.first_at).words)
        }
    };
    Line { state, ..Line::new(zone, row.last_at, what) }
}

fn step(zone: Zone, row: &StepRow) -> Line {
    let what = match row.entered() {
        (_, true) => t!("Company entered, not activated yet"),
        (true, _) => t!("User entered"),
        _ => t!("Reviewed and accepted"),
    };
    Line::new(zone, row.at, what)
}

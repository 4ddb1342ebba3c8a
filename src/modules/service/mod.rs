//! The clock of queues: how fast a company means to answer, and when something is due.

pub mod manifest;
pub mod pages;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc, Weekday};
use diesel::prelude::*;

use crate::{
    kit::{
        actor::{Account, Identity, Permission},
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        time::{When, Zone, distance, shown_now},
        words::Words,
    },
    schema::accounts,
};

/// The same hour, so many working days later.
pub fn later(at: DateTime<Utc>, days: i32) -> DateTime<Utc> {
    let (mut due, mut left) = (at, days);
    while left > 0 {
        due += TimeDelta::days(1);
        if !matches!(due.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    due
}

/// Say how fast the company answers.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "change the service level";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}

/// The most working days that a company may take.
pub const LONGEST: i32 = 60;

/// Working days that `account` means to answer within.
pub fn level(look: &mut impl Looks, account: &Id<Account>) -> Result<i32> {
    Ok(accounts::table.find(account).select(accounts::service_days).first(look.conn())?)
}

pub fn set_level<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, days: i32) -> Result<()> {
    diesel::update(accounts::table.find(account)).set(accounts::service_days.eq(days)).execute(tx.conn)?;
    Ok(())
}

/// When something that `account` gets now is due.
pub fn due<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<DateTime<Utc>> {
    let days = level(tx, account)?;
    Ok(later(tx.at, days))
}

/// The clock of one thing in a queue, as pages show it.
#[derive(Debug, Clone)]
pub struct Clock {
    /// "4 days ago".
    pub age: Words,
    pub due: When,
    /// "in 2 days".
    pub due_words: Words,
    pub late: bool,
}

impl Clock {
    pub fn new(zone: Zone, since: DateTime<Utc>, due: DateTime<Utc>) -> Self {
        let now = shown_now();
        Self { age: distance(now, since), due: zone.when(due), due_words: distance(now, due), late: due < now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_end_gives_no_time() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(later(at("2026-11-16T09:30:00Z"), 3), at("2026-11-19T09:30:00Z"), "Monday to Thursday");
        assert_eq!(later(at("2026-11-19T09:30:00Z"), 3), at("2026-11-24T09:30:00Z"), "Thursday to Tuesday");
        assert_eq!(later(at("2026-11-21T09:30:00Z"), 3), at("2026-11-25T09:30:00Z"), "Saturday to Wednesday");
    }
}

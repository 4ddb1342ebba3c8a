//! A year of business around the cast: more vendors and resellers, what they list, sell, order and report, each under their own names.
//!
//! All of it is planned by the day before anything is done, and done day by day: trails read in the order of their times. Nothing is left to
//! chance but what the program itself draws, such as ids.

mod customers;
mod firms;
mod goods;
mod metered;
mod partners;
mod resale;
mod sales;
mod selling;

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::Cast;
use crate::{
    kit::{
        actor::{Account, Permission, User},
        db::Tx,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        agreements::Agreement,
        contracts::Contract,
        customers::TierAccount,
        ids::{ListingRequest, ProductGroup},
        marketplaces::Marketplace,
        orders::{Request, Subscription},
        usage::UsageFile,
    },
};

/// How many days ago Mighty Mick's began.
pub(super) const FOUNDED: i64 = 460;

/// Minutes of the day, in UTC, until people on the east coast begin to work.
const BEGINS: i64 = 13 * 60;
/// Minutes between two acts of one day.
const APART: i64 = 9;

/// Something that somebody does.
type Act = Box<dyn FnOnce(&mut Cast<'_, '_>) -> Result<()>>;

/// A company and a person of it.
type Who = (Id<Account>, Id<User>);

/// What is still to be done, and what is known of what was.
#[derive(Default)]
pub(super) struct Year {
    /// By the day, the earliest last.
    plan: Vec<(i64, Act)>,
    /// The day of the latest act, and how many there were on it.
    day: (i64, i64),
    /// By their names.
    people: HashMap<&'static str, Who>,
    /// The contracts by which companies are partners, by the companies.
    partners: HashMap<&'static str, Id<Contract>>,
    /// The contracts by which vendors list, by the vendors.
    doors: HashMap<&'static str, Id<Contract>>,
    /// By the products that are to be listed.
    listings: HashMap<&'static str, Id<ListingRequest>>,
    groups: HashMap<&'static str, Id<ProductGroup>>,
    agreements: HashMap<&'static str, Id<Agreement>>,
    /// Where resellers sell, by the resellers.
    shops: HashMap<&'static str, Id<Marketplace>>,
    /// Resellers in trees of customers, by their owners and their own names.
    tiers: HashMap<(&'static str, &'static str), Id<TierAccount>>,
    /// By the companies that sell to them.
    customers: HashMap<&'static str, Vec<Id<TierAccount>>>,
    /// Enrolments from the catalog, by who enrolled and the product.
    enrolments: HashMap<(&'static str, &'static str), Id<Contract>>,
    orders: HashMap<usize, (Id<Subscription>, Id<Request>)>,
    /// What was last asked of subscriptions, by the orders.
    asked: HashMap<usize, Id<Request>>,
    /// Reports of usage, by the first day of their months.
    reports: HashMap<NaiveDate, Id<UsageFile>>,
}

impl Year {
    /// The plan of the year that ends today.
    pub(super) fn planned(today: NaiveDate) -> Self {
        let mut year = Self::default();
        partners::plan(&mut year);
        goods::plan(&mut year);
        resale::plan(&mut year);
        customers::plan(&mut year);
        sales::plan(&mut year);
        metered::plan(&mut year, today);
        // acts of one day are done in the order in which they were planned
        year.plan.reverse();
        year.plan.sort_by_key(|(day, _)| *day);
        year
    }

    fn at(&mut self, days: i64, act: impl FnOnce(&mut Cast<'_, '_>) -> Result<()> + 'static) {
        self.plan.push((days, Box::new(act)));
    }

    /// The next act of before this day, with its day and its place there.
    fn next(&mut self, days: i64) -> Option<(i64, i64, Act)> {
        let (day, act) = self.plan.pop_if(|(day, _)| *day > days)?;
        let place = if self.day.0 == day { self.day.1 + 1 } else { 0 };
        self.day = (day, place);
        Some((day, place, act))
    }
}

/// What is known by a name.
fn found<V: Clone>(found: Option<&V>, name: &str) -> Result<V> {
    found.cloned().ok_or_else(|| Problem::internal(format!("the demo does not know {name} yet")))
}

impl Cast<'_, '_> {
    /// Does all that was planned for before this day; nothing without a year.
    pub(super) fn until(&mut self, days: i64) -> Result<()> {
        let hands = self.hands.clone();
        while let Some((day, place, act)) = self.year.as_mut().and_then(|year| year.next(days)) {
            let date = (self.now - TimeDelta::days(day)).date_naive();
            self.tx.at = date.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(BEGINS + place * APART);
            act(self)?;
        }
        self.hands = hands;
        Ok(())
    }

    /// Makes a person of the cast known to the year.
    pub(super) fn knows(&mut self, name: &'static str, account: &Id<Account>, user: &Id<User>) {
        if let Some(year) = &mut self.year {
            year.people.insert(name, (account.clone(), user.clone()));
        }
    }

    fn year(&mut self) -> Result<&mut Year> {
        self.year.as_mut().ok_or_else(|| Problem::internal("the demo has a year"))
    }

    fn who(&mut self, name: &str) -> Result<Who> {
        found(self.year()?.people.get(name), name)
    }

    /// An act of somebody, by the name.
    fn by<P: Permission, T>(&mut self, name: &str, act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>) -> Result<T> {
        let (company, person) = self.who(name)?;
        self.play((&company, &person), act)
    }
}

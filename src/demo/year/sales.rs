//! What is ordered over the year, and what becomes of it.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    Year,
    customers::{MICKS, salesperson, there},
    firms::person_of,
    found,
    resale::sold_by,
    selling::{CONTACT, GOODS, Stand, VAULT, good},
};
use crate::{
    demo::{Cast, id},
    kit::{environment::Environment, id::Id, problem::Result},
    modules::{
        orders::{
            Manage, Order, Ordered, Process, Quantity, Request, Type, Withdrawal, approve, ask, fail, order,
            parameters_of, revoke, schedule, withdraw,
        },
        products::{Product, items::Item, parameters::values::Values},
    },
};

/// Orders that are spread over the year, those of its last days, and those that wait for a tier.
const SPREAD: usize = 70;
const LATEST: usize = 8;
const TIERED: usize = 2;

/// Orders whose usage is reported: the first of all, of what is metered.
pub const METERED: usize = 3;

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Approved,
    Failed,
    Withdrawn,
    /// Nothing yet.
    Waits,
    /// The customer is asked for what is missing.
    Inquired,
    Scheduled,
    /// Scheduled, and taken back since.
    Revoking,
}

/// An order of the year.
struct Sale {
    number: usize,
    day: i64,
    seller: &'static str,
    /// Which of the seller's customers.
    customer: usize,
    product: &'static str,
    quantity: i64,
    fate: Fate,
}

impl Sale {
    /// The number so and so: who sells, to whom and what takes turns among those that there are on its day.
    fn of(number: usize) -> Self {
        let (seller, product) = choice(number);
        let day = day(number);
        Self {
            number,
            day,
            seller,
            customer: number * 5 % there(seller, day).max(1),
            product,
            quantity: 2 + (number as i64 * 7) % 23,
            fate: fate(number),
        }
    }
}

fn day(number: usize) -> i64 {
    let of = number as i64;
    match number {
        _ if number < SPREAD => 428 - 6 * of,
        _ if number < SPREAD + LATEST => 12 - (of - SPREAD as i64),
        _ => 4 - 2 * (of - (SPREAD + LATEST) as i64),
    }
}

/// Who sells what.
fn choice(number: usize) -> (&'static str, &'static str) {
    let day = day(number);
    if number < METERED {
        return (MICKS, VAULT);
    }
    if number >= SPREAD + LATEST {
        return (MICKS, CONTACT);
    }
    let resold: Vec<_> = sold_by(day).filter(|(seller, _)| there(seller, day) > 0).collect();
    if matches!(number % 5, 1 | 3) && !resold.is_empty() {
        return resold[number * 3 % resold.len()];
    }
    let listed: Vec<_> =
        GOODS.iter().filter(|good| good.stand == Stand::Listed && good.listed > day && !good.tiers).collect();
    (MICKS, listed.get(number * 3 % listed.len().max(1)).map_or(VAULT, |good| good.name))
}

fn fate(number: usize) -> Fate {
    match number {
        71 => Fate::Scheduled,
        72 => Fate::Revoking,
        73 | 76 => Fate::Inquired,
        _ if number >= SPREAD => Fate::Waits,
        _ if number % 11 == 4 => Fate::Failed,
        _ if number % 17 == 9 => Fate::Withdrawn,
        _ => Fate::Approved,
    }
}

/// Later requests of a subscription, each with how many days after its order it is made; the vendor approves them a day later.
fn later(number: usize) -> &'static [(Type, i64)] {
    match number {
        _ if number >= SPREAD || fate(number) != Fate::Approved => &[],
        _ if number % 20 == 3 => &[(Type::Suspend, 30), (Type::Resume, 55)],
        _ if number % 20 == 13 => &[(Type::Suspend, 40)],
        _ if number % 12 == 7 => &[(Type::Cancel, 70)],
        _ => &[],
    }
}

/// Each order, and what becomes of it.
pub fn plan(year: &mut Year) {
    for number in 0..SPREAD + LATEST + TIERED {
        let sale = Sale::of(number);
        let (day, product) = (sale.day, sale.product);
        let fate = sale.fate;
        year.at(day, move |cast| cast.something_is_ordered(&sale));
        match fate {
            Fate::Approved => year.at(day - 1, move |cast| cast.order_is_approved(number, product)),
            Fate::Failed => year.at(day - 2, move |cast| cast.order_is_failed(number, product)),
            Fate::Withdrawn => year.at(day - 1, move |cast| cast.order_is_withdrawn(number)),
            Fate::Scheduled => year.at(day - 1, move |cast| cast.order_is_scheduled(number, product)),
            Fate::Revoking => {
                year.at(day - 1, move |cast| cast.order_is_scheduled(number, product));
                year.at(day - 3, move |cast| cast.order_is_revoked(number));
            }
            Fate::Waits | Fate::Inquired => {}
        }
        for (type_, after) in later(number) {
            // what would be in the future is not asked
            if day - after > 1 {
                year.at(day - after, move |cast| cast.change_is_asked(number, *type_));
                year.at(day - after - 1, move |cast| cast.change_is_approved(number, product));
            }
        }
    }
    // one that is still to be decided
    year.at(2, |cast| cast.change_is_asked(12, Type::Cancel));
}

/// Who makes a product of the year, or of the cast.
fn maker(product: &str) -> &'static str {
    good(product).map_or("Apollo Jones", |good| person_of(good.vendor))
}

/// What the order number so and so is called by its buyer.
pub fn called(number: usize) -> String {
    format!("SO-{}", 5_100 + number)
}

impl Cast<'_, '_> {
    fn something_is_ordered(&mut self, sale: &Sale) -> Result<()> {
        let known = self.year()?.customers.get(sale.seller).and_then(|all| all.get(sale.customer));
        let customer = found(known, "the customer")?;
        let product = id::<Product>(good(sale.product).map_or("PRD-276-377-545", |good| good.id))?;
        let (buyer, person) = self.who(salesperson(sale.seller))?;
        let offer = self.offer(&product, (&buyer, &person))?;
        let mut values = Values::default();
        for row in parameters_of(self.tx, &product)? {
            let value = match row.name.as_str() {
                "admin_email" | "trainer_email" if sale.fate == Fate::Inquired => continue,
                "admin_email" | "trainer_email" => format!("it.{}@customers.example", sale.number),
                "gym_size" => "s".to_owned(),
                _ => continue,
            };
            values.set(&row.id, value);
        }
        let item = |number: usize| id::<Item>(&format!("{product}-{number:04}"));
        let mut items = vec![(item(1)?, Quantity::of(sale.quantity.into()))];
        if sale.product == VAULT {
            items.push((item(2)?, Quantity::UNLIMITED));
        }
        let new = Ordered {
            environment: Environment::Production,
            offer,
            customer,
            items,
            values,
            external_id: called(sale.number),
            external_uid: Uuid::new_v4(),
            note: String::new(),
        };
        let made = self.play::<Order, _>((&buyer, &person), |tx| order(tx, &new, None))?;
        let number = sale.number;
        self.year()?.orders.insert(number, made);
        Ok(())
    }

    /// The request of an order.
    fn ordered(&mut self, number: usize) -> Result<Id<Request>> {
        Ok(found(self.year()?.orders.get(&number), "the order")?.1)
    }

    fn order_is_approved(&mut self, number: usize, product: &str) -> Result<()> {
        let request = self.ordered(number)?;
        let (vendor, person) = self.who(maker(product))?;
        self.approve((&vendor, &person), &request, &format!("PULSE-{number:04}"))
    }

    fn order_is_failed(&mut self, number: usize, product: &str) -> Result<()> {
        let request = self.ordered(number)?;
        let reason = "The customer already has an account with us. Please talk to them first.";
        self.by::<Process, _>(maker(product), |tx| fail(tx, &request, reason))
    }

    fn order_is_withdrawn(&mut self, number: usize) -> Result<()> {
        let request = self.ordered(number)?;
        let said = Withdrawal { note: "The customer changed its mind.".into() };
        let seller = salesperson(choice(number).0);
        self.by::<Manage, _>(seller, |tx| withdraw(tx, &request, &said))
    }

    fn order_is_scheduled(&mut self, number: usize, product: &str) -> Result<()> {
        let request = self.ordered(number)?;
        let at = self.now + TimeDelta::days(14);
        self.by::<Process, _>(maker(product), |tx| schedule(tx, &request, at))
    }

    fn order_is_revoked(&mut self, number: usize) -> Result<()> {
        let request = self.ordered(number)?;
        let seller = salesperson(choice(number).0);
        self.by::<Manage, _>(seller, |tx| revoke(tx, &request, "The customer found another solution."))
    }

    fn change_is_asked(&mut self, number: usize, type_: Type) -> Result<()> {
        let (subscription, _) = found(self.year()?.orders.get(&number), "the order")?;
        let seller = salesperson(choice(number).0);
        let note = ("As agreed with the customer.", false);
        let request = self.by::<Manage, _>(seller, |tx| ask(tx, &subscription, type_, note, None))?;
        self.year()?.asked.insert(number, request);
        Ok(())
    }

    fn change_is_approved(&mut self, number: usize, product: &str) -> Result<()> {
        let request = found(self.year()?.asked.get(&number), "the request")?;
        self.by::<Process, _>(maker(product), |tx| approve(tx, &request, (&Values::default(), None), None, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_has_a_seller_with_a_customer_and_a_product_that_is_there() {
        for number in 0..SPREAD + LATEST + TIERED {
            let sale = Sale::of(number);
            assert!(sale.day >= 2, "{number}");
            assert!(sale.customer < there(sale.seller, sale.day), "{number}");
            let direct = good(sale.product).is_none_or(|good| good.listed > sale.day);
            assert!(direct || sale.seller != MICKS, "{number} is of {} before it is listed", sale.product);
        }
    }

    #[test]
    fn orders_end_in_every_way() {
        let all: Vec<Fate> = (0..SPREAD + LATEST + TIERED).map(fate).collect();
        for fate in [
            Fate::Approved,
            Fate::Failed,
            Fate::Withdrawn,
            Fate::Waits,
            Fate::Inquired,
            Fate::Scheduled,
            Fate::Revoking,
        ] {
            assert!(all.contains(&fate), "{fate:?}");
        }
        assert!(all.iter().filter(|fate| **fate == Fate::Approved).count() > 50);
    }
}

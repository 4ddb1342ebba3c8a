//! What was ordered of Apollo Pulse: a subscription in use, whose customer has moved since, and an order that waits.

use uuid::Uuid;

use super::{Cast, id};
use crate::{
    access::identity,
    kit::{
        actor::{Account, Permission, User},
        db::Tx,
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        customers::TierAccount,
        orders::{
            Offer, Order, Ordered, Process, Quantity, Request, approve, messages, offers_of, order, parameters_of,
            request,
        },
        products::{Product, items::Item, parameters::values::Values},
    },
};

/// Who plays: a company and a person of it.
pub type Player<'a> = (&'a Id<Account>, &'a Id<User>);

/// The customers that something is ordered for.
pub struct Customers {
    pub fish: Id<TierAccount>,
    pub restaurant: Id<TierAccount>,
}

impl Cast<'_, '_> {
    /// Lets a person of the cast do what only a member may.
    pub(super) fn play<P: Permission, T>(
        &mut self,
        (account, user): Player<'_>,
        act: impl FnOnce(&mut Tx<'_, P>) -> Result<T>,
    ) -> Result<T> {
        let identity = identity::load(self.tx.conn, user, account)?;
        self.tx.played(identity, act)
    }

    /// An order that is fulfilled the next day.
    pub(super) fn fulfilled(
        &mut self,
        buyer: Player<'_>,
        vendor: Player<'_>,
        customer: &Id<TierAccount>,
    ) -> Result<()> {
        self.day(16)?;
        let request = self.order(buyer, customer, 2, "gloria@tropicalfish.example")?;
        self.day(15)?;
        self.approve(vendor, &request, "PULSE-7Q2K-88XD")
    }

    /// An order that waits for its vendor.
    pub(super) fn waiting(&mut self, buyer: Player<'_>, customer: &Id<TierAccount>) -> Result<()> {
        self.day(1)?;
        self.order(buyer, customer, 5, "rocky@adrians.example").map(drop)
    }

    fn order(
        &mut self,
        buyer: Player<'_>,
        customer: &Id<TierAccount>,
        trainers: i64,
        email: &str,
    ) -> Result<Id<Request>> {
        let product = id::<Product>("PRD-276-377-545")?;
        let offer = self.offer(&product, buyer)?;
        let mut values = Values::default();
        for row in parameters_of(self.tx, &product)? {
            match row.name.as_str() {
                "trainer_email" => values.set(&row.id, email.to_owned()),
                "gym_size" => values.set(&row.id, "s".to_owned()),
                _ => {}
            }
        }
        let new = Ordered {
            environment: Environment::Production,
            offer,
            customer: customer.clone(),
            items: vec![
                (id::<Item>("PRD-276-377-545-0001")?, Quantity::of(trainers.into())),
                (id::<Item>("PRD-276-377-545-0003")?, Quantity::UNLIMITED),
            ],
            values,
            external_id: format!("SO-{}", 4_700 + trainers),
            external_uid: Uuid::new_v4(),
            note: String::new(),
        };
        self.play::<Order, _>(buyer, |tx| order(tx, &new, None)).map(|(_, request)| request)
    }

    pub(super) fn offer(&mut self, product: &Id<Product>, (buyer, _): Player<'_>) -> Result<Offer> {
        offers_of(self.tx, buyer, false)?
            .into_iter()
            .find(|offer| offer.product == *product)
            .ok_or_else(|| Problem::internal("the cast's product is listed"))
    }

    pub(super) fn approve(&mut self, vendor: Player<'_>, id: &Id<Request>, key: &str) -> Result<()> {
        let row = request(self.tx, id)?.ok_or_else(|| Problem::internal("the order was made"))?;
        let mut values = Values::default();
        for parameter in parameters_of(self.tx, &row.product_id)? {
            if parameter.name == "license_key" {
                values.set(&parameter.id, key.to_owned());
            }
        }
        let message = messages(self.tx, &row.product_id, row.version)?.into_iter().next();
        self.play::<Process, _>(vendor, |tx| approve(tx, id, (&values, message.as_ref()), None, None))
    }
}

//! Whom Mighty Mick's sells to: two resellers in one tree, their customers, and one whose data changed.

use super::{
    Cast,
    orders::{Customers, Player},
};
use crate::{
    kit::{id::Id, problem::Result},
    modules::customers::{
        Manage, TierAccount, Type,
        actions::{add, update},
        data::Data,
        store::{New, Owner},
    },
};

pub(super) fn data(
    name: &str,
    number: &str,
    city: &str,
    street: &str,
    (first, last): (&str, &str),
    email: &str,
) -> Data {
    Data {
        name: name.into(),
        external_id: number.into(),
        external_uid: None,
        tax_id: String::new(),
        country: "US".into(),
        state: "Pennsylvania".into(),
        city: city.into(),
        postal_code: "19125".into(),
        address_line1: street.into(),
        address_line2: String::new(),
        first_name: first.into(),
        last_name: last.into(),
        email: email.into(),
        phone: "+12155630700".to_owned().into(),
    }
}

fn fish() -> Data {
    data(
        "J&M Tropical Fish",
        "C-1003",
        "Philadelphia",
        "2146 North Front Street",
        ("Gloria", "Pastore"),
        "gloria@tropicalfish.example",
    )
}

impl Cast<'_, '_> {
    pub(super) fn customers(&mut self, (owner, michael): Player<'_>) -> Result<Customers> {
        let owner = &Owner { id: owner.clone(), author: "Michael Goldmill".into(), author_id: michael.clone() };
        self.day(20)?;
        let gyms = Data {
            state: "California".into(),
            postal_code: "90012".into(),
            phone: "+12136250700".to_owned().into(),
            ..data(
                "Delphi Gyms",
                "C-1001",
                "Los Angeles",
                "12 Main Street",
                ("Tony", "Evers"),
                "tony.evers@delphi.example",
            )
        };
        let top = self.customer(owner, Type::Reseller, None, &gyms)?;
        let local = data(
            "Southside Sports",
            "C-1002",
            "Philadelphia",
            "1818 Tusculum Street",
            ("Spider", "Rico"),
            "rico@southside.example",
        );
        let middle = self.customer(owner, Type::Reseller, Some(&top), &local)?;
        self.day(18)?;
        let fish = self.customer(owner, Type::Customer, Some(&middle), &fish())?;
        let restaurant = data(
            "Adrian's Restaurant",
            "C-1004",
            "Philadelphia",
            "4201 Victoria Street",
            ("Rocky", "Balboa"),
            "rocky@adrians.example",
        );
        let restaurant = self.customer(owner, Type::Customer, Some(&top), &restaurant)?;
        Ok(Customers { fish, restaurant })
    }

    /// A customer moves next door but one; the vendor whose product it uses is asked to take it over.
    pub(super) fn moves(&mut self, owner: Player<'_>, customer: &Id<TierAccount>) -> Result<()> {
        self.day(2)?;
        let moved = Data { address_line1: "2148 North Front Street".into(), ..fish() };
        self.play::<Manage, _>(owner, |tx| update(tx, customer, &1.into(), &moved)).map(drop)
    }

    fn customer(
        &mut self,
        owner: &Owner,
        type_: Type,
        parent: Option<&Id<TierAccount>>,
        data: &Data,
    ) -> Result<Id<TierAccount>> {
        let new = New { type_, parent: parent.cloned(), data: data.clone() };
        add(self.tx, owner, new)
    }
}

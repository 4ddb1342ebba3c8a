//! Colleagues: somebody who works for two companies, and an invitation that nobody has accepted yet.

use super::{Cast, orders::Player};
use crate::{
    accounts::{self, Group},
    kit::{actor::User, id::Id, problem::Result},
    modules::people::{
        Manage, actions,
        data::Invited,
        groups::{
            self,
            data::{General, Scope},
        },
    },
};

impl Cast<'_, '_> {
    /// Bianca sells for the reseller and helps the vendor's customers.
    pub(super) fn bianca(&mut self, acreed: Player<'_>, champions: Player<'_>) -> Result<()> {
        self.days_ago(30);
        let bianca = self.person("Bianca Taylor", "bianca@acreedllc.example")?;
        let sales = ["customers.view", "products.view", "subscriptions.view"];
        self.placed(&bianca, acreed, ("Sales", "Looks after customers and their orders."), &sales)?;
        let support = ["customers.view", "subscriptions.view", "usage.view"];
        self.placed(&bianca, champions, ("Support", "Helps customers with what they ordered."), &support)
    }

    /// Mighty Mick's expects somebody who shall only look.
    pub(super) fn adrian(&mut self, micks: Player<'_>, readers: &Id<Group>) -> Result<()> {
        self.day(1)?;
        let invited = Invited { emails: vec!["adrian@mightymicks.example".to_owned()], groups: vec![readers.clone()] };
        self.play::<Manage, _>(micks, |tx| actions::invite(tx, &invited)).map(drop)
    }

    /// A new group of a company, with this person in it.
    pub(super) fn placed(
        &mut self,
        user: &Id<User>,
        company: Player<'_>,
        (name, about): (&str, &str),
        permissions: &[&str],
    ) -> Result<()> {
        let general = General { name: name.to_owned(), description: about.to_owned() };
        let scope = Scope { permissions: permissions.iter().map(|key| (*key).to_owned()).collect() };
        let group = self.play::<Manage, _>(company, |tx| groups::actions::create(tx, (&general, &scope)))?;
        self.join(company.0, user)?;
        accounts::store::insert_group_member(self.tx.conn, &group, company.0, user)
    }
}

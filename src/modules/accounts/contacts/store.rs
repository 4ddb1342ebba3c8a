//! Statements about contacts. [`owned_by`] is the one tenancy condition.

use diesel::{dsl::auto_type, prelude::*};

use super::data::Contact;
use crate::{
    kit::{
        actor::Account,
        db::{Looks, Read, Tx},
        id::Id,
        problem::Result,
    },
    schema::account_contacts,
};

/// Contacts that a company may name.
pub const MOST: usize = 50;

/// A contact is changed by its company alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    account_contacts::account_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = account_contacts)]
pub struct ContactRow {
    pub number: i64,
    #[diesel(embed)]
    pub contact: Contact,
    pub revision: i32,
}

/// All contacts of a company whose sight was checked, those for business first.
pub fn all(look: &mut impl Looks, account: &Id<Account>) -> Result<Vec<ContactRow>> {
    Ok(account_contacts::table
        .filter(owned_by(account))
        .order((account_contacts::kind, account_contacts::name, account_contacts::number))
        .select(ContactRow::as_select())
        .load(look.conn())?)
}

pub fn find<P>(read: &mut Read<'_, P>, number: i64) -> Result<ContactRow> {
    let me = &read.actor.identity.company.id;
    Ok(account_contacts::table
        .filter(owned_by(me))
        .filter(account_contacts::number.eq(number))
        .select(ContactRow::as_select())
        .first(read.conn)?)
}

pub fn lock<P>(tx: &mut Tx<'_, P>, number: i64) -> Result<ContactRow> {
    let me = tx.account()?;
    Ok(account_contacts::table
        .filter(owned_by(&me))
        .filter(account_contacts::number.eq(number))
        .select(ContactRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

pub fn insert<P>(tx: &mut Tx<'_, P>, contact: &Contact) -> Result<i64> {
    let me = tx.account()?;
    Ok(diesel::insert_into(account_contacts::table)
        .values((account_contacts::account_id.eq(&me), contact))
        .returning(account_contacts::number)
        .get_result(tx.conn)?)
}

/// Changes a contact that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, number: i64, contact: &Contact) -> Result<()> {
    let me = tx.account()?;
    diesel::update(account_contacts::table.find((&me, number)))
        .set((contact, account_contacts::revision.eq(account_contacts::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes away a contact that [`lock`] holds.
pub fn delete<P>(tx: &mut Tx<'_, P>, number: i64) -> Result<()> {
    let me = tx.account()?;
    diesel::delete(account_contacts::table.find((&me, number))).execute(tx.conn)?;
    Ok(())
}

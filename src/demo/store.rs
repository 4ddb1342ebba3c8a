//! Rows with the ids that the demo fixes; everything else draws its ids.

use chrono::TimeDelta;
use diesel::{prelude::*, sql_types::Timestamptz};

use crate::{
    accounts::Group,
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{System, Tx},
        id::Id,
        problem::Result,
        secret::sha256_hex,
        statement::statement,
    },
    modules::{
        agreements::{Agreement, Type, documents::Format},
        contracts::{Contract, Purpose, Status, store::search_text},
        ids::Hub,
        marketplaces::{Marketplace, Price},
    },
    schema::{
        accounts, agreement_versions, agreements, blobs, contracts, groups, hubs, marketplace_hubs, marketplaces,
        outbox,
    },
};

/// Locks the companies, so that two programs do not both find none.
pub fn empty(conn: &mut PgConnection) -> Result<bool> {
    statement("LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE").execute(conn)?;
    Ok(accounts::table.select(accounts::id).first::<String>(conn).optional()?.is_none())
}

pub fn administrators(conn: &mut PgConnection, account: &Id<Account>) -> Result<Id<Group>> {
    Ok(groups::table
        .filter(groups::account_id.eq(account))
        .filter(groups::administrators)
        .select(groups::id)
        .first(conn)?)
}

pub fn insert_agreement(
    tx: &mut Tx<'_, System>,
    id: &Id<Agreement>,
    type_: Type,
    owner: &Id<Account>,
    name: &str,
    about: &str,
) -> Result<()> {
    diesel::insert_into(agreements::table)
        .values((
            agreements::id.eq(id),
            agreements::type_.eq(type_),
            agreements::owner_id.eq(owner),
            agreements::name.eq(name),
            agreements::description.eq(about),
            agreements::created_at.eq(tx.at),
            agreements::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_version(
    tx: &mut Tx<'_, System>,
    agreement: &Id<Agreement>,
    number: i32,
    author: &Id<User>,
    file: &str,
    text: &str,
) -> Result<()> {
    let hash = sha256_hex(text.as_bytes());
    diesel::insert_into(blobs::table)
        .values((
            blobs::sha256.eq(&hash),
            blobs::media_type.eq("text/plain"),
            blobs::bytes.eq(text.as_bytes()),
            blobs::created_at.eq(tx.at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    diesel::update(agreement_versions::table.filter(agreement_versions::agreement_id.eq(agreement)))
        .set(agreement_versions::status.eq("inactive"))
        .execute(tx.conn)?;
    diesel::insert_into(agreement_versions::table)
        .values((
            agreement_versions::agreement_id.eq(agreement),
            agreement_versions::number.eq(number),
            agreement_versions::status.eq("active"),
            agreement_versions::document_type.eq("uploaded"),
            agreement_versions::file_name.eq(file),
            agreement_versions::sha256.eq(hash),
            agreement_versions::format.eq(Format::Markdown),
            agreement_versions::author_id.eq(author),
            agreement_versions::created_at.eq(tx.at),
            agreement_versions::activator_id.eq(author),
            agreement_versions::activated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    diesel::update(agreements::table.find(agreement)).set(agreements::updated_at.eq(tx.at)).execute(tx.conn)?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a contract has this many facts, and only the cast names them all")]
pub fn insert_contract(
    tx: &mut Tx<'_, System>,
    id: &Id<Contract>,
    type_: Type,
    agreement: &Id<Agreement>,
    version: i32,
    issuer: &Id<Account>,
    by: &Id<User>,
    note: &str,
    allows_program: bool,
) -> Result<()> {
    diesel::insert_into(contracts::table)
        .values((
            contracts::id.eq(id),
            contracts::type_.eq(type_),
            contracts::kind.eq(Purpose::Production),
            contracts::status.eq(Status::Pending),
            contracts::agreement_id.eq(agreement),
            contracts::version.eq(version),
            contracts::issuer_id.eq(issuer),
            contracts::note.eq(note),
            contracts::allows_program.eq(allows_program),
            contracts::creator_id.eq(by),
            contracts::created_at.eq(tx.at),
            contracts::updated_at.eq(tx.at),
            contracts::search.eq(id.as_str().to_lowercase()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn activate(tx: &mut Tx<'_, System>, id: &Id<Contract>, signee: &Id<Account>, name: &str) -> Result<()> {
    diesel::update(contracts::table.find(id))
        .set((
            contracts::status.eq(Status::Active),
            contracts::signee_id.eq(signee),
            contracts::activated_at.eq(tx.at),
            contracts::updated_at.eq(tx.at),
            contracts::search.eq(search_text(id, (signee, name))),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn terminate(tx: &mut Tx<'_, System>, id: &Id<Contract>, note: &str) -> Result<()> {
    diesel::update(contracts::table.find(id))
        .set((
            contracts::status.eq(Status::Terminated),
            contracts::ended_at.eq(tx.at),
            contracts::end_note.eq(note),
            contracts::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_hub(
    tx: &mut Tx<'_, System>,
    id: &Id<Hub>,
    owner: &Id<Account>,
    name: &str,
    instance: &str,
    about: &str,
) -> Result<()> {
    diesel::insert_into(hubs::table)
        .values((
            hubs::id.eq(id),
            hubs::owner_id.eq(owner),
            hubs::name.eq(name),
            hubs::instance.eq(instance),
            hubs::description.eq(about),
            hubs::created_at.eq(tx.at),
            hubs::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// In North America, with all price attributes.
pub fn insert_marketplace(
    tx: &mut Tx<'_, System>,
    id: &Id<Marketplace>,
    owner: &Id<Account>,
    hub: &Id<Hub>,
    name: &str,
) -> Result<()> {
    let prices: Vec<&str> = Price::ALL.iter().map(|price| price.key()).collect();
    diesel::insert_into(marketplaces::table)
        .values((
            marketplaces::id.eq(id),
            marketplaces::owner_id.eq(owner),
            marketplaces::name.eq(name),
            marketplaces::description.eq("Where we offer what our vendors make."),
            marketplaces::currency.eq("USD"),
            marketplaces::countries.eq(vec!["US", "CA", "MX"]),
            marketplaces::prices.eq(prices),
            marketplaces::created_at.eq(tx.at),
            marketplaces::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    diesel::insert_into(marketplace_hubs::table)
        .values((
            marketplace_hubs::marketplace_id.eq(id),
            marketplace_hubs::owner_id.eq(owner),
            marketplace_hubs::hub_id.eq(hub),
            marketplace_hubs::external_account.eq("mighty-micks"),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_distribution(
    tx: &mut Tx<'_, System>,
    id: &Id<Agreement>,
    program: &Id<Agreement>,
    owner: &Id<Account>,
    marketplace: &Id<Marketplace>,
    name: &str,
) -> Result<()> {
    diesel::insert_into(agreements::table)
        .values((
            agreements::id.eq(id),
            agreements::type_.eq(Type::Distribution),
            agreements::owner_id.eq(owner),
            agreements::name.eq(name),
            agreements::description.eq("The terms on which vendors supply products through this marketplace."),
            agreements::parent_id.eq(program),
            agreements::marketplace_id.eq(marketplace),
            agreements::created_at.eq(tx.at),
            agreements::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn insert_enrolment(
    tx: &mut Tx<'_, System>,
    id: &Id<Contract>,
    agreement: &Id<Agreement>,
    issuer: &Id<Account>,
    vendor: (&Id<Account>, &str),
    by: &Id<User>,
    approved: bool,
) -> Result<()> {
    diesel::insert_into(contracts::table)
        .values((
            contracts::id.eq(id),
            contracts::type_.eq(Type::Distribution),
            contracts::kind.eq(Purpose::Production),
            contracts::status.eq(if approved { Status::Active } else { Status::Pending }),
            contracts::agreement_id.eq(agreement),
            contracts::version.eq(1),
            contracts::issuer_id.eq(issuer),
            contracts::signee_id.eq(vendor.0),
            contracts::note.eq("Enrolled by the vendor."),
            contracts::creator_id.eq(by),
            contracts::created_at.eq(tx.at),
            contracts::updated_at.eq(tx.at),
            contracts::activated_at.eq(approved.then_some(tx.at)),
            contracts::search.eq(search_text(id, vendor)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What the cast was told more than a week ago, it has read.
pub fn read_notifications(tx: &mut Tx<'_, System>) -> Result<()> {
    statement("UPDATE notifications SET read_at = at + interval '3 hours' WHERE read_at IS NULL AND at < $1")
        .bind::<Timestamptz, _>(tx.at - TimeDelta::days(7))
        .execute(tx.conn)?;
    Ok(())
}

/// Nobody of the cast has an address that a mail could reach.
pub fn clear_outbox(tx: &mut Tx<'_, System>) -> Result<()> {
    diesel::delete(outbox::table).execute(tx.conn)?;
    Ok(())
}

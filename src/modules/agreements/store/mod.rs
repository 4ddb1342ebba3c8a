//! Statements about agreements. [`owned_by`] is the one tenancy condition.

mod versions;

pub use versions::*;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{BigInt, Text, Timestamptz},
};

use super::{Agreement, Type, VersionStatus, data::Words};
use crate::{
    accounts::store::draw,
    kit::{
        actor::{Account, Permission},
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        binding::{Purpose, Status},
        ids::{Contract, Marketplace, Product},
    },
    schema::{accounts, agreement_versions, agreements, contracts as contract, marketplaces},
};

/// An agreement is its owner's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    agreements::owner_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = agreements)]
pub struct AgreementRow {
    pub id: Id<Agreement>,
    pub type_: Type,
    pub owner_id: Id<Account>,
    pub name: String,
    pub description: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
    /// The agreement that it hangs on.
    pub parent_id: Option<Id<Agreement>>,
}

impl AgreementRow {
    pub fn words(&self) -> Words {
        Words { name: self.name.clone(), description: self.description.clone() }
    }
}

/// One agreement of the actor's company, with its active version.
pub fn find<P: Permission>(read: &mut Read<'_, P>, id: &Id<Agreement>) -> Result<(AgreementRow, Option<i32>)> {
    Ok(agreements::table
        .left_join(
            agreement_versions::table.on(agreement_versions::agreement_id
                .eq(agreements::id)
                .and(agreement_versions::status.eq(VersionStatus::Active))),
        )
        .filter(agreements::id.eq(id))
        .filter(owned_by(read.actor.account()))
        .select((AgreementRow::as_select(), agreement_versions::number.nullable()))
        .first(read.conn)?)
}

/// The name of an agreement whose sight was checked.
pub fn name(look: &mut impl Looks, id: &Id<Agreement>) -> Result<String> {
    Ok(agreements::table.find(id).select(agreements::name).first(look.conn())?)
}

/// The type of an agreement of `owner`.
pub fn type_of<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>, id: &Id<Agreement>) -> Result<Type> {
    Ok(agreements::table.find(id).filter(owned_by(owner)).select(agreements::type_).first(tx.conn)?)
}

/// Locks an agreement of the actor's company.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>) -> Result<AgreementRow> {
    let me = tx.account()?;
    Ok(agreements::table
        .filter(agreements::id.eq(id))
        .filter(owned_by(&me))
        .select(AgreementRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

pub fn insert<P>(tx: &mut Tx<'_, P>, type_: Type, words: &Words) -> Result<Id<Agreement>> {
    let owner = tx.account()?;
    draw(type_.agreement_prefix(), |id| {
        Ok(diesel::insert_into(agreements::table)
            .values((
                agreements::id.eq(id),
                agreements::type_.eq(type_),
                agreements::owner_id.eq(&owner),
                agreements::name.eq(&words.name),
                agreements::description.eq(&words.description),
                agreements::created_at.eq(tx.at),
                agreements::updated_at.eq(tx.at),
            ))
            .on_conflict(agreements::id)
            .do_nothing()
            .execute(tx.conn)?)
    })
}

pub fn set_words<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, words: &Words) -> Result<()> {
    diesel::update(agreements::table.find(id))
        .set((
            agreements::name.eq(&words.name),
            agreements::description.eq(&words.description),
            agreements::updated_at.eq(tx.at),
            agreements::revision.eq(agreements::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Marks an agreement that [`lock`] holds as changed.
pub fn touch<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>) -> Result<()> {
    diesel::update(agreements::table.find(id)).set(agreements::updated_at.eq(tx.at)).execute(tx.conn)?;
    Ok(())
}

/// How many contracts were made from it, or by its referral, and still exist, or have its acceptance among their signatures.
pub fn contracts(look: &mut impl Looks, id: &Id<Agreement>) -> Result<usize> {
    let made: i64 = statement(
        "SELECT count(*) AS count FROM (SELECT id FROM contracts WHERE agreement_id = $1 UNION \
         SELECT id FROM contracts WHERE referral_agreement_id = $1 UNION SELECT contract_id FROM signatures WHERE agreement_id = $1) r",
    )
    .bind::<Text, _>(id)
    .value::<BigInt, i64>(look.conn())?;
    usize::try_from(made).map_err(Problem::internal)
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>) -> Result<()> {
    diesel::delete(agreements::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Where a distribution agreement belongs, for its page.
#[derive(Debug, Clone, Queryable)]
pub struct Place {
    pub program: Id<Agreement>,
    pub marketplace: Id<Marketplace>,
    pub marketplace_name: String,
    pub auto_accept: bool,
}

/// Of an agreement whose sight was checked; nothing unless it is a distribution agreement.
pub fn place(conn: &mut PgConnection, id: &Id<Agreement>) -> Result<Option<Place>> {
    Ok(agreements::table
        .inner_join(marketplaces::table.on(marketplaces::id.nullable().eq(agreements::marketplace_id)))
        .filter(agreements::id.eq(id))
        .filter(agreements::parent_id.is_not_null())
        .select((
            agreements::parent_id.assume_not_null(),
            marketplaces::id,
            marketplaces::name,
            agreements::auto_accept,
        ))
        .first(conn)
        .optional()?)
}

/// The types of the agreements that hang on another.
pub fn below(look: &mut impl Looks, parent: &Id<Agreement>) -> Result<Vec<Type>> {
    let below = agreements::table.filter(agreements::parent_id.eq(parent)).order(agreements::type_.desc());
    Ok(below.select(agreements::type_).load(look.conn())?)
}

/// An agreement that a contract can be made from.
#[derive(Debug, Clone, Queryable)]
pub struct Choosable {
    pub id: Id<Agreement>,
    pub name: String,
    pub version: i32,
}

/// The company's agreements of a type that have an active version, the latest changed first.
pub fn choosable<P: Permission>(read: &mut Read<'_, P>, type_: Type) -> Result<Vec<Choosable>> {
    Ok(agreements::table
        .inner_join(
            agreement_versions::table.on(agreement_versions::agreement_id
                .eq(agreements::id)
                .and(agreement_versions::status.eq(VersionStatus::Active))),
        )
        .filter(owned_by(read.actor.account()))
        .filter(agreements::type_.eq(type_))
        .order((agreements::updated_at.desc(), agreements::id.desc()))
        .limit(200)
        .select((agreements::id, agreements::name, agreement_versions::number))
        .load(read.conn)?)
}

/// A contract made from an agreement.
#[derive(Debug, Clone, Queryable)]
pub struct MadeRow {
    pub id: Id<Contract>,
    pub version: i32,
    pub kind: Purpose,
    pub status: Status,
    pub created_at: DateTime<Utc>,
    pub signee: Option<String>,
    /// For which company it is meant and where its link goes, until somebody signs.
    pub recipient_company: String,
    pub recipient_email: String,
}

impl MadeRow {
    /// The other company: while nobody has signed, whom it is meant for; none when nobody is named.
    pub fn partner(&self) -> Option<&str> {
        let meant = [self.recipient_company.as_str(), self.recipient_email.as_str()];
        self.signee.as_deref().or_else(|| meant.into_iter().find(|name| !name.is_empty()))
    }
}

/// The latest contracts made from an agreement whose sight was checked.
pub fn made<P>(read: &mut Read<'_, P>, id: &Id<Agreement>, most: i64) -> Result<Vec<MadeRow>> {
    Ok(contract::table
        .left_join(accounts::table.on(accounts::id.nullable().eq(contract::signee_id)))
        .filter(contract::agreement_id.eq(id))
        .order((contract::created_at.desc(), contract::id.desc()))
        .limit(most)
        .select((
            contract::id,
            contract::version,
            contract::kind,
            contract::status,
            contract::created_at,
            accounts::name.nullable(),
            contract::recipient_company,
            contract::recipient_email,
        ))
        .load(read.conn)?)
}

/// A contract that came about by a referral agreement, as far as its owner may know.
#[derive(Debug, Clone, QueryableByName)]
pub struct ReferredRow {
    #[diesel(sql_type = Text)]
    pub company_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub company: String,
    #[diesel(sql_type = Text)]
    pub vendor_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub vendor: String,
    #[diesel(sql_type = Text)]
    pub product_id: Id<Product>,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub kind: Purpose,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// The latest contracts that came about by a referral agreement whose sight was checked.
pub fn referred<P>(read: &mut Read<'_, P>, id: &Id<Agreement>, most: i64) -> Result<Vec<ReferredRow>> {
    Ok(statement(
        "SELECT e.id AS company_id, e.name AS company, v.id AS vendor_id, v.name AS vendor, p.id AS product_id, \
         coalesce(n.name, p.id) AS product, c.kind, c.status, c.activated_at AS at FROM contract_referrals x \
         JOIN contracts c ON c.id = x.contract_id JOIN accounts e ON e.id = x.enroller_id JOIN accounts v ON v.id = x.vendor_id \
         JOIN products p ON p.id = x.product_id LEFT JOIN product_versions n ON n.product_id = p.id AND n.number = p.public_version \
         WHERE x.agreement_id = $1 AND c.activated_at IS NOT NULL ORDER BY c.activated_at DESC, c.id DESC LIMIT $2",
    )
    .bind::<Text, _>(id)
    .bind::<BigInt, _>(most)
    .load(read.conn)?)
}

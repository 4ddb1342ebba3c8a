//! Statements about mappings, and about what was read with them. [`owned_by`] is the one tenancy condition: a mapping is its vendor's
//! alone. People who see a file also see the mapping it was read with.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Bool, Int4, Jsonb, Nullable, Text},
};
use serde_json::Value;

use super::{
    UsageMapping,
    data::{Mapping, Naming},
    ledger::Ledger,
};
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        violation::{Violation, Why},
    },
    modules::{ids::Product, usage::UsageFile},
    schema::{products, usage_mappings},
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    usage_mappings::vendor_id.eq(account)
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[("usage_mappings_product_id_name_key", || name_taken().into())];

fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another mapping of this product already has this name"))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = usage_mappings)]
struct Kept {
    id: Id<UsageMapping>,
    product_id: Id<Product>,
    name: String,
    version: i32,
    definition: Value,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A mapping as it is kept.
#[derive(Debug, Clone)]
pub struct MappingRow {
    pub id: Id<UsageMapping>,
    pub product: Id<Product>,
    pub name: String,
    pub version: i32,
    pub mapping: Mapping,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

pub(in crate::modules::usage) fn read_back(definition: Value) -> Result<Mapping> {
    serde_json::from_value(definition).map_err(Problem::internal)
}

impl MappingRow {
    pub fn naming(&self) -> Naming {
        Naming { name: self.name.clone() }
    }
}

impl Kept {
    fn row(self) -> Result<MappingRow> {
        Ok(MappingRow {
            id: self.id,
            product: self.product_id,
            name: self.name,
            version: self.version,
            mapping: read_back(self.definition)?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// A mapping of the actor's company, and what its product is called.
pub fn find<P>(read: &mut Read<'_, P>, id: &Id<UsageMapping>) -> Result<(MappingRow, String)> {
    let me = &read.actor.identity.company.id;
    let (kept, product): (Kept, String) = usage_mappings::table
        .inner_join(products::table.on(products::id.eq(usage_mappings::product_id)))
        .filter(usage_mappings::id.eq(id))
        .filter(owned_by(me))
        .select((Kept::as_select(), products::name))
        .first(read.conn)?;
    Ok((kept.row()?, product))
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<UsageMapping>) -> Result<MappingRow> {
    let me = tx.account()?;
    let kept: Kept = usage_mappings::table
        .filter(usage_mappings::id.eq(id))
        .filter(owned_by(&me))
        .select(Kept::as_select())
        .for_update()
        .first(tx.conn)?;
    kept.row()
}

/// The most mappings of one product among which one is chosen.
const MOST: i64 = 50;

/// The mappings of a product of the actor's company, by name.
pub fn of_product<P>(read: &mut Read<'_, P>, product: &Id<Product>) -> Result<Vec<MappingRow>> {
    let me = &read.actor.identity.company.id;
    let kept: Vec<Kept> = usage_mappings::table
        .filter(usage_mappings::product_id.eq(product))
        .filter(owned_by(me))
        .order((usage_mappings::name, usage_mappings::id))
        .select(Kept::as_select())
        .limit(MOST)
        .load(read.conn)?;
    kept.into_iter().map(Kept::row).collect()
}

/// The most products among which one is chosen.
const MOST_PRODUCTS: i64 = 500;

/// The products of the actor's company of which usage is reported, by name.
pub fn reported<P>(read: &mut Read<'_, P>) -> Result<Vec<(Id<Product>, String)>> {
    let me = &read.actor.identity.company.id;
    Ok(products::table
        .filter(products::vendor_id.eq(me))
        .filter(products::usage_schema.is_not_null())
        .order((products::name, products::id))
        .select((products::id, products::name))
        .limit(MOST_PRODUCTS)
        .load(read.conn)?)
}

/// Whether usage of this product of the actor's company is reported.
pub fn is_reported<P>(tx: &mut Tx<'_, P>, product: &Id<Product>) -> Result<bool> {
    let me = tx.account()?;
    let found: Option<Id<Product>> = products::table
        .filter(products::id.eq(product))
        .filter(products::vendor_id.eq(&me))
        .filter(products::usage_schema.is_not_null())
        .select(products::id)
        .first(tx.conn)
        .optional()?;
    Ok(found.is_some())
}

pub(in crate::modules::usage) fn definition(mapping: &Mapping) -> Result<Value> {
    serde_json::to_value(mapping).map_err(Problem::internal)
}

pub fn insert<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, name: &str, mapping: &Mapping) -> Result<Id<UsageMapping>> {
    let vendor = tx.account()?;
    let definition = definition(mapping)?;
    draw("UM", |id| {
        diesel::insert_into(usage_mappings::table)
            .values((
                usage_mappings::id.eq(id),
                usage_mappings::vendor_id.eq(&vendor),
                usage_mappings::product_id.eq(product),
                usage_mappings::name.eq(name),
                usage_mappings::definition.eq(&definition),
                usage_mappings::created_at.eq(tx.at),
                usage_mappings::updated_at.eq(tx.at),
            ))
            .on_conflict(usage_mappings::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })
}

/// Changes a mapping that [`lock`] holds. Files that were read with it keep what they were read with.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<UsageMapping>, name: &str, mapping: &Mapping) -> Result<()> {
    diesel::update(usage_mappings::table.find(id))
        .set((
            usage_mappings::name.eq(name),
            usage_mappings::definition.eq(definition(mapping)?),
            usage_mappings::version.eq(usage_mappings::version + 1),
            usage_mappings::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<UsageMapping>) -> Result<()> {
    diesel::delete(usage_mappings::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// The mapping that an upload is read with, as it is now.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// None for a built-in mapping.
    pub id: Option<Id<UsageMapping>>,
    pub name: String,
    pub version: i32,
    pub mapping: Mapping,
}

/// Remembers what the upload of a locked file is read with. To be said once the upload is kept.
pub fn keep<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, chosen: &Chosen) -> Result<()> {
    statement(
        "INSERT INTO usage_mapped (file_id, mapping_id, name, version, definition) \
         VALUES ($1, (SELECT id FROM usage_mappings WHERE id = $2), $3, $4, $5)",
    )
    .bind::<Text, _>(file)
    .bind::<Text, _>(chosen.id.as_ref().map_or("", Id::as_str))
    .bind::<Text, _>(&chosen.name)
    .bind::<Int4, _>(chosen.version)
    .bind::<Jsonb, _>(definition(&chosen.mapping)?)
    .execute(tx.conn)?;
    Ok(())
}

/// Has the upload of a locked file read with its mapping as it is now. One that was deleted stays as it was.
pub fn renew<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>) -> Result<()> {
    statement(
        "UPDATE usage_mapped u SET name = m.name, version = m.version, definition = m.definition FROM usage_mappings m \
         WHERE u.file_id = $1 AND m.id = u.mapping_id",
    )
    .bind::<Text, _>(file)
    .execute(tx.conn)?;
    Ok(())
}

/// What an upload is read with.
#[derive(Debug, Clone)]
pub struct Used {
    pub id: Option<Id<UsageMapping>>,
    pub name: String,
    pub version: i32,
    pub mapping: Mapping,
    /// Where its rows went, once they are read.
    pub ledger: Option<Ledger>,
}

/// What the upload of a file is read with, whose sight was checked or which is held; none for the standard format.
pub fn used(look: &mut impl Looks, file: &Id<UsageFile>) -> Result<Option<Used>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        mapping_id: Option<Id<UsageMapping>>,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Int4)]
        version: i32,
        #[diesel(sql_type = Jsonb)]
        definition: Value,
        #[diesel(sql_type = Nullable<Jsonb>)]
        ledger: Option<Value>,
    }
    let row: Option<Row> =
        statement("SELECT mapping_id, name, version, definition, ledger FROM usage_mapped WHERE file_id = $1")
            .bind::<Text, _>(file)
            .get_result(look.conn())
            .optional()?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Used {
        id: row.mapping_id,
        name: row.name,
        version: row.version,
        mapping: read_back(row.definition)?,
        ledger: row.ledger.map(serde_json::from_value).transpose().map_err(Problem::internal)?,
    }))
}

/// Keeps where the rows of a held file went.
pub fn put_ledger<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, ledger: &Ledger) -> Result<()> {
    let ledger = serde_json::to_value(ledger).map_err(Problem::internal)?;
    statement("UPDATE usage_mapped SET ledger = $2 WHERE file_id = $1")
        .bind::<Text, _>(file)
        .bind::<Jsonb, _>(ledger)
        .execute(tx.conn)?;
    Ok(())
}

/// Holds the records of a file that became ready against the rows that went into them.
///
/// # Errors
/// When their number or their sum is another: nothing is ready that lacks a row.
pub fn agree<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>) -> Result<()> {
    #[derive(QueryableByName)]
    struct Agreed {
        #[diesel(sql_type = Bool)]
        agrees: bool,
    }
    let agreed: Option<Agreed> = statement(
        "SELECT f.records = (m.ledger -> 'made' ->> 'rows')::int \
         AND coalesce(f.amount::numeric = (m.ledger -> 'made' ->> 'value')::numeric, true) AS agrees \
         FROM usage_files f JOIN usage_mapped m ON m.file_id = f.id WHERE f.id = $1",
    )
    .bind::<Text, _>(file)
    .get_result(tx.conn)
    .optional()?;
    if agreed.is_none_or(|agreed| agreed.agrees) {
        Ok(())
    } else {
        Err(Problem::internal("the records of a report do not add up to its rows"))
    }
}

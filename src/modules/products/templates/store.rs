//! Statements about the templates of a product whose sight was checked, or that is locked.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{ProductTemplate, Type, data::NewTemplate, render::placeholders};
use crate::{
    accounts::store::draw,
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::Result,
    },
    modules::products::{Product, parameters::Scope},
    schema::templates,
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = templates)]
pub struct TemplateRow {
    pub id: Id<ProductTemplate>,
    pub scope: Scope,
    pub type_: Option<Type>,
    pub name: String,
    pub body: String,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
}

/// All templates of a product, scope by scope.
pub fn all(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<TemplateRow>> {
    Ok(templates::table
        .filter(templates::product_id.eq(product))
        .order((templates::scope, templates::created_at, templates::id))
        .select(TemplateRow::as_select())
        .load(look.conn())?)
}

pub fn find(look: &mut impl Looks, product: &Id<Product>, id: &Id<ProductTemplate>) -> Result<TemplateRow> {
    Ok(templates::table
        .filter(templates::id.eq(id))
        .filter(templates::product_id.eq(product))
        .select(TemplateRow::as_select())
        .first(look.conn())?)
}

/// Whether a template of this scope names the parameter.
pub fn uses(look: &mut impl Looks, product: &Id<Product>, scope: Scope, parameter: &str) -> Result<bool> {
    let all = all(look, product)?;
    Ok(all.iter().any(|one| one.scope == scope && placeholders(&one.body).contains(&parameter)))
}

pub fn insert<P>(tx: &mut Tx<'_, P>, product: &Id<Product>, new: &NewTemplate) -> Result<Id<ProductTemplate>> {
    draw("TL", |id| {
        Ok(diesel::insert_into(templates::table)
            .values((
                templates::id.eq(id),
                templates::product_id.eq(product),
                templates::scope.eq(new.kind.0),
                templates::type_.eq(new.kind.1),
                templates::name.eq(&new.name),
                templates::body.eq(&new.body),
                templates::created_at.eq(tx.at),
                templates::updated_at.eq(tx.at),
            ))
            .on_conflict(templates::id)
            .do_nothing()
            .execute(tx.conn)?)
    })
}

pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<ProductTemplate>, name: &str, body: &str) -> Result<()> {
    diesel::update(templates::table.find(id))
        .set((
            templates::name.eq(name),
            templates::body.eq(body),
            templates::updated_at.eq(tx.at),
            templates::revision.eq(templates::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<ProductTemplate>) -> Result<()> {
    diesel::delete(templates::table.find(id)).execute(tx.conn)?;
    Ok(())
}

//! The published objects of mappings: the form's fields, at their places.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Int4, Jsonb, Text, Timestamptz},
};
use serde_json::{Value, json};

use super::{
    UsageMapping,
    data::{Mapping, Naming, Placed},
    store::read_back,
};
use crate::{
    kit::{
        actor::Account,
        api::{Object, Schema},
        id::Id,
        input::{self, Input as _},
        problem::Result,
        statement::statement,
        time,
    },
    modules::usage::published::{event, named},
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    product_id: String,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Int4)]
    version: i32,
    #[diesel(sql_type = Jsonb)]
    definition: Value,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

/// A vendor's mappings with these ids.
pub fn mappings(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let rows: Vec<Row> = statement(
        "SELECT m.id, m.name, m.product_id, p.name AS product, m.version, m.definition, m.created_at, m.updated_at \
         FROM unnest($1::text[]) WITH ORDINALITY AS n (id, place) JOIN usage_mappings m ON m.id = n.id AND m.vendor_id = $2 \
         JOIN products p ON p.id = m.product_id ORDER BY n.place",
    )
    .bind::<Array<Text>, _>(ids)
    .bind::<Text, _>(viewer)
    .load(conn)?;
    rows.into_iter().map(object).collect()
}

fn object(row: Row) -> Result<Value> {
    let at = |at| json!({ "at": time::published(at) });
    let mut object = input::json::publish(Mapping::TABLE, read_back(row.definition)?.values());
    object.extend([
        ("id".to_owned(), json!(row.id)),
        ("name".to_owned(), json!(row.name)),
        ("version".to_owned(), json!(row.version)),
        ("product".to_owned(), named(&row.product_id, &row.product)),
        ("events".to_owned(), json!({ "created": at(row.created_at), "updated": at(row.updated_at) })),
    ]);
    Ok(Value::Object(object))
}

/// What [`mappings`] makes.
pub fn mapping_schema() -> Schema {
    Object::new()
        .field("id", Schema::id::<UsageMapping>())
        .published::<Naming>()
        .field(
            "version",
            Schema::at_least(1).about("Increases with every change. A file keeps the version it was read with."),
        )
        .field("product", Schema::reference())
        .published::<Mapping>()
        .field("events.created", event())
        .field("events.updated", event())
        .named("UsageMapping")
}

/// The body that makes a mapping.
pub fn to_create() -> Object {
    Object::new().given::<Placed>().given::<Naming>().given::<Mapping>()
}

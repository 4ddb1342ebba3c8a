//! The published objects of rules. A rule has the id of its product: a company has one for each.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz},
};
use serde_json::{Value, json};

use super::{Mode, Rule, store::RECEIVED};
use crate::{
    kit::{
        actor::Account,
        api::{Object, Schema},
        choice::Choice as _,
        id::Id,
        problem::Result,
        statement::statement,
        time,
    },
    modules::{
        ids::Product,
        usage::published::{event, named},
    },
};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    vendor_id: String,
    #[diesel(sql_type = Text)]
    vendor: String,
    #[diesel(sql_type = Text)]
    mode: Mode,
    #[diesel(sql_type = Nullable<Text>)]
    percent: Option<String>,
    #[diesel(sql_type = Bool)]
    complete: bool,
    #[diesel(sql_type = Bool)]
    active_only: bool,
    #[diesel(sql_type = Bool)]
    usual: bool,
    #[diesel(sql_type = Bool)]
    controlled: bool,
    #[diesel(sql_type = Nullable<Text>)]
    amount: Option<String>,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    updated_at: Option<DateTime<Utc>>,
}

/// The rules with these ids of a company.
pub fn rules(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let rows: Vec<Row> = statement(format!(
        "SELECT r.id, r.name, r.vendor_id, a.name AS vendor, r.mode, trim_scale(r.most_percent)::text AS percent, r.complete, r.active_only, \
         r.usual, r.controlled, trim_scale(r.most_sum)::text AS amount, r.reason, r.updated_at \
         FROM unnest($1::text[]) WITH ORDINALITY AS n (id, place) JOIN {RECEIVED} r ON r.id = n.id AND r.owner_id = $2 AND r.given \
         JOIN accounts a ON a.id = r.vendor_id ORDER BY n.place"
    ))
    .bind::<Array<Text>, _>(ids)
    .bind::<Text, _>(viewer)
    .load(conn)?;
    Ok(rows.into_iter().map(object).collect())
}

fn object(row: Row) -> Value {
    json!({
        "id": row.id,
        "product": named(&row.id, &row.name),
        "vendor": named(&row.vendor_id, &row.vendor),
        "mode": row.mode.key(),
        "limits": {
            "percent": row.percent,
            "complete": row.complete,
            "active_only": row.active_only,
            "usual": row.usual,
            "controlled": row.controlled,
            // text: it may have more digits than programs count with
            "amount": row.amount,
        },
        "rejection_note": row.reason,
        "events": { "updated": { "at": row.updated_at.map(time::published) } },
    })
}

/// What [`rules`] makes.
pub fn rule_schema() -> Schema {
    Object::new()
        .field("id", Schema::id::<Product>().about("The product's."))
        .field("product", Schema::reference())
        .field("vendor", Schema::reference())
        .field("mode", Schema::choice::<Mode>())
        .field(
            "limits.percent",
            Schema::text().or_null().about("The largest increase per day over the period before, in percent."),
        )
        .field("limits.complete", Schema::flag())
        .field("limits.active_only", Schema::flag())
        .field("limits.usual", Schema::flag())
        .field("limits.controlled", Schema::flag())
        .field(
            "limits.amount",
            Schema::text().or_null().about("The highest total a period may have, in the currency of the file."),
        )
        .field("rejection_note", Schema::line(200))
        .field("events.updated", event())
        .named("UsageRule")
}

/// What a body has that makes a rule.
pub fn to_create() -> Object {
    Object::new().field("product.id", Schema::id::<Product>()).given::<Rule>()
}

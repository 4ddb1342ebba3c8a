//! The published objects of usage files.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Int4, Nullable, Text, Timestamptz},
};
use serde_json::{Map, Value, json};

use super::{Status, UsageFile, lifecycle::Part};
use crate::{
    kit::{
        actor::Account,
        api::{Object, Schema},
        choice::Choice as _,
        environment::Environment,
        id::Id,
        problem::Result,
        statement::statement,
        time::{self, Zone},
    },
    modules::ids::{Contract, Marketplace, Product},
};

#[derive(QueryableByName)]
struct FileRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    status: Status,
    #[diesel(sql_type = Text)]
    environment: String,
    #[diesel(sql_type = Text)]
    schema: String,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    period_from: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    period_to: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    zone: String,
    #[diesel(sql_type = Text)]
    product_id: String,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Text)]
    contract_id: String,
    #[diesel(sql_type = Text)]
    contract: String,
    #[diesel(sql_type = Text)]
    marketplace_id: String,
    #[diesel(sql_type = Text)]
    marketplace: String,
    #[diesel(sql_type = Text)]
    vendor_id: String,
    #[diesel(sql_type = Text)]
    vendor: String,
    #[diesel(sql_type = Text)]
    owner_id: String,
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Int4)]
    records: i32,
    #[diesel(sql_type = Int4)]
    closed: i32,
    #[diesel(sql_type = Int4)]
    wrong: i32,
    #[diesel(sql_type = Nullable<Text>)]
    amount: Option<String>,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Text)]
    billing_reference: String,
    #[diesel(sql_type = Text)]
    billing_note: String,
    #[diesel(sql_type = Text)]
    creator_id: String,
    #[diesel(sql_type = Text)]
    creator: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
}

const FILES: &str = "SELECT f.id, f.name, f.description, f.external_id, f.status, f.environment, f.schema, f.currency, f.period_from, f.period_to, f.zone, \
    f.product_id, f.product_name AS product, f.contract_id, g.name AS contract, f.marketplace_id, m.name AS marketplace, \
    f.vendor_id, v.name AS vendor, f.owner_id, o.name AS owner, \
    f.records, CASE WHEN f.status = 'closed' THEN f.records ELSE f.closed END AS closed, coalesce(w.wrong, 0) AS wrong, f.amount, f.note, f.billing_reference, f.billing_note, \
    f.creator_id, u.name AS creator, f.created_at, f.updated_at, f.submitted_at \
    FROM unnest($1::text[]) WITH ORDINALITY AS n (id, place) JOIN usage_files f ON f.id = n.id JOIN contracts c ON c.id = f.contract_id JOIN agreements g ON g.id = c.agreement_id \
    JOIN marketplaces m ON m.id = f.marketplace_id JOIN accounts v ON v.id = f.vendor_id JOIN accounts o ON o.id = f.owner_id \
    JOIN users u ON u.id = f.creator_id LEFT JOIN usage_uploads w ON w.file_id = f.id ORDER BY n.place";

/// The part of a company in a file of that vendor, which it sees.
pub(super) fn part(vendor: &str, viewer: &Id<Account>) -> Part {
    if vendor == viewer.as_str() { Part::Vendor } else { Part::Owner }
}

/// What a document names another object by.
pub(super) fn named(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name })
}

/// When something happened, and who did it where that is told.
pub(super) fn event() -> Schema {
    Object::new().field("at", Schema::instant()).maybe("by", Schema::reference()).named("Event")
}

/// The files with these ids, as a company may see them.
pub fn files(conn: &mut PgConnection, viewer: &Id<Account>, ids: &[String]) -> Result<Vec<Value>> {
    let rows: Vec<FileRow> = statement(FILES).bind::<Array<Text>, _>(ids).load(conn)?;
    Ok(rows.into_iter().map(|row| object(part(&row.vendor_id, viewer), row)).collect())
}

fn object(part: Part, row: FileRow) -> Value {
    let shown = row.status.shows_records(part);
    // what is wrong with a report is its vendor's own affair
    let wrong = if part == Part::Vendor { row.wrong } else { 0 };
    let mut events = Map::new();
    let by = named(&row.creator_id, &row.creator);
    events.insert("created".into(), json!({ "at": time::published(row.created_at), "by": by }));
    events.insert("updated".into(), json!({ "at": time::published(row.updated_at) }));
    if let Some(at) = row.submitted_at {
        events.insert("submitted".into(), json!({ "at": time::published(at) }));
    }
    let mut object = json!({
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "external_id": row.external_id,
        "status": row.status.key(),
        "environment": row.environment,
        "schema": row.schema.to_lowercase(),
        "currency": row.currency,
        "period": {
            "from": time::published(row.period_from),
            "to": time::published(row.period_to),
            "time_zone": Zone::named(&row.zone).name(),
        },
        "product": named(&row.product_id, &row.product),
        "contract": named(&row.contract_id, &row.contract),
        "marketplace": named(&row.marketplace_id, &row.marketplace),
        "vendor": named(&row.vendor_id, &row.vendor),
        "provider": named(&row.owner_id, &row.owner),
        "records": { "valid": if shown { row.records } else { 0 }, "invalid": wrong, "closed": row.closed },
        // text: it may have more digits than programs count with
        "amount": row.amount.filter(|_| shown),
        "external_billing_id": row.billing_reference,
        "external_billing_note": row.billing_note,
        "events": events,
    });
    if !row.note.is_empty() {
        let name = if row.status == Status::Rejected { "rejection_note" } else { "acceptance_note" };
        object[name] = json!(row.note);
    }
    object
}

/// What [`files`] makes.
pub fn file_schema() -> Schema {
    let count = || Schema::at_least(0);
    let records = Object::new().field("valid", count()).field("invalid", count()).field("closed", count());
    Object::new()
        .field("id", Schema::id::<UsageFile>())
        .field("name", Schema::line(100))
        .field("description", Schema::line(200))
        .field("external_id", Schema::line(200))
        .field("status", Schema::choice::<Status>())
        .field("environment", Schema::choice::<Environment>())
        .field("schema", Schema::words(["qt", "tr", "cr", "pr"]))
        .field("currency", Schema::pattern("^[A-Z]{3}$").or_null())
        .field("period.from", Schema::instant())
        .field("period.to", Schema::instant().about("The first instant that no longer belongs to the period."))
        .field("period.time_zone", Schema::text().about("In which its days begin, such as Europe/Berlin."))
        .field("product", Schema::reference())
        .field("contract", Schema::reference())
        .field("marketplace", Schema::reference())
        .field("vendor", Schema::reference())
        .field("provider", Schema::reference())
        .field("records", records.inline())
        .field("amount", Schema::text().or_null().about("The exact sum of all amounts."))
        .maybe("acceptance_note", Schema::text())
        .maybe("rejection_note", Schema::text())
        .field("external_billing_id", Schema::line(200))
        .field("external_billing_note", Schema::line(200))
        .field("events.created", event())
        .field("events.updated", event())
        .maybe("events.submitted", event())
        .named("UsageFile")
}

/// What a body has that makes a file, besides what the vendor says of it.
pub fn to_create() -> Object {
    Object::new()
        .field("product.id", Schema::id::<Product>())
        .field(
            "contract.id",
            Schema::id::<Contract>().about("The distribution contract that the product is listed under."),
        )
        .maybe(
            "marketplace.id",
            Schema::id::<Marketplace>().about("Needed when the contract covers several marketplaces with the product."),
        )
}

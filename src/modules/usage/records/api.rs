//! The published operations of usage records.

use actix_web::{HttpResponse, web};

use super::published::{self, STATUSES};
use crate::{
    access::call::Call,
    kit::{
        actor::Role,
        api::{self, Operation, Schema, table::Table},
        db::Db,
        grid::Side,
        id::Id,
        problem::{Problem, Result},
        rql::{Beside, By, Collection, Filter},
    },
    modules::{
        customers::published::NO_HUB,
        usage::{UsageRecord, View, api::GROUP, record_of, store, years},
    },
};

pub fn operations() -> Vec<Operation> {
    let record = published::record_schema;
    vec![
        GROUP.list("/usage/records", list, "List usage records", (&RECORDS, record())).about(
            "The records of the newest file first, in the order of its rows. A vendor sees those of its files without errors. The owner \
             of a marketplace sees those submitted to it. `created_time` is when the file was created.",
        ),
        GROUP
            .object("/usage/records/{id}", one, "Get a usage record", record())
            .part("id", Schema::id::<UsageRecord>()),
    ]
}

const ITEM: Beside = Beside::One { key: "r.item_id", table: "items" };
const SUBSCRIPTION: Beside = Beside::One { key: "r.subscription_id", table: "subscriptions" };

/// Where a record stands: unlike its id, in the order of an index.
const PLACE: &str = "r.file_id, r.number";

static RECORDS: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id"),
        Filter::words("status", "r.status", STATUSES).ordered(),
        Filter::text("record_id", "r.key").ordered(),
        Filter::instant("start_date", "r.start_at").ordered(),
        Filter::instant("end_date", "r.end_at").ordered(),
        Filter::instant("created_time", "r.created_at").ordered(),
        Filter::whole("tier", "r.tier").nullable(),
        Filter::text("category.id", "r.category").blank(),
        Filter::text("external_billing_id", "r.billing_reference").blank(),
        Filter::id("usagefile.id", "r.file_id").ordered().searched(),
        Filter::text("usagefile.name", "r.file_name"),
        Filter::words("usagefile.schema", "r.schema", &[("qt", "QT"), ("tr", "TR"), ("cr", "CR"), ("pr", "PR")]),
        Filter::words(
            "usagefile.environment",
            "r.environment",
            &[("production", "production"), ("test", "test"), ("preview", "preview")],
        ),
        Filter::id("product.id", "r.product_id").searched(),
        Filter::id("item.id", "r.item_id"),
        Filter::text("item.mpn", "f.mpn").beside(ITEM),
        Filter::id("asset.id", "r.subscription_id").searched(),
        Filter::text("asset.external_id", "f.external_id").beside(SUBSCRIPTION),
        Filter::uid("asset.external_uid", "f.external_uid").beside(SUBSCRIPTION),
        Filter::id("hub.id", "f.hub_id").beside(SUBSCRIPTION).none(&[NO_HUB]),
        Filter::id("contract.id", "r.contract_id"),
        Filter::id("marketplace.id", "r.marketplace_id"),
        Filter::id("vendor.id", "r.vendor_id"),
        Filter::id("provider.id", "r.owner_id"),
        Filter::part("record_note"),
        Filter::part("usage"),
        Filter::part("amount"),
        Filter::part("multiplier"),
        Filter::part("category"),
        Filter::part("reverses"),
        Filter::part("reversed_by"),
        Filter::part("reversals"),
        Filter::part("params"),
        Filter::part("item"),
        Filter::part("asset"),
        Filter::part("usagefile"),
        Filter::part("closed_at"),
        Filter::part("external_billing_note"),
    ],
    aliases: &[
        ("asset_id", "asset.id"),
        ("asset_external_id", "asset.external_id"),
        ("asset_external_uid", "asset.external_uid"),
        ("item_id", "item.id"),
        ("product_id", "product.id"),
        ("usage_file", "usagefile.id"),
        ("usage_start_time", "start_date"),
        ("part_usage_file__hub__id", "hub.id"),
    ],
    search: None,
    order: &[By::down("r.created_at"), By::up(PLACE)],
    id: PLACE,
};

/// Records of files that stand there, each with what its file says of it, and its closing or that of its hub. The id is written as `record_id`
/// writes it.
macro_rules! records_of {
    ($statuses:literal) => {
        concat!(
            "(SELECT 'UR' || substr(u.file_id, 3) || '-' || lpad((u.number / 10000)::text, 4, '0') || '-' \
             || lpad((u.number % 10000)::text, 4, '0') AS id, u.file_id, u.number, u.key, u.item_id, u.subscription_id, u.start_at, \
             u.end_at, u.tier, u.category, f.name AS file_name, CASE WHEN f.status = 'accepted' \
             AND (EXISTS (SELECT FROM usage_closings c WHERE c.file_id = u.file_id AND c.number = u.number) \
             OR EXISTS (SELECT FROM usage_chunks k JOIN subscriptions s ON s.id = u.subscription_id WHERE k.file_id = u.file_id \
             AND k.status = 'closed' AND coalesce(k.hub_id, '') = coalesce(s.hub_id, ''))) THEN 'closed' ELSE f.status END AS status, \
             f.schema, f.environment, f.product_id, f.contract_id, f.marketplace_id, f.vendor_id, f.owner_id, \
             coalesce((SELECT c.billing_reference FROM usage_closings c WHERE c.file_id = u.file_id AND c.number = u.number), \
             (SELECT nullif(k.billing_reference, '') FROM usage_chunks k JOIN subscriptions s ON s.id = u.subscription_id \
             WHERE k.file_id = u.file_id AND coalesce(k.hub_id, '') = coalesce(s.hub_id, '')), f.billing_reference) AS billing_reference, \
             f.created_at, f.submitted_at \
             FROM usage_records u JOIN usage_files f ON f.id = u.file_id WHERE f.status IN (",
            $statuses,
            "))"
        )
    };
}

/// Whose records are listed: those of files where [`Status::shows_records`](crate::modules::usage::Status::shows_records) says so, which a
/// test holds them to.
const REPORTED: Side = Side::new(records_of!("'ready', 'rejected', 'pending', 'accepted', 'closed'"), |_| "vendor_id");
/// The condition follows from the statuses, and leads to the index of what an owner received.
const RECEIVED: Side = Side::when(
    records_of!("'rejected', 'pending', 'accepted', 'closed'"),
    |_| "owner_id",
    "r.submitted_at IS NOT NULL",
);

fn sides(role: Role) -> &'static [Side] {
    const OF_VENDORS: &[Side] = &[REPORTED];
    const OF_OWNERS: &[Side] = &[RECEIVED];
    if role == Role::Vendor { OF_VENDORS } else { OF_OWNERS }
}

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = api::asked(&call.query, &RECORDS)?;
    let page = db
        .read(&call.actor, move |read| {
            let sides = sides(read.actor.identity.company.role);
            let table = Table { sides, of: None, collection: &RECORDS };
            api::table::answer(read, &table, &asked, published::records)
        })
        .await?;
    Ok(page.respond())
}

async fn one(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id: Id<UsageRecord> = path.parse().map_err(|_| Problem::NotFound)?;
    let found = db
        .read(&call.actor, move |read| {
            let (file, _) = record_of(&id).ok_or(Problem::NotFound)?;
            store::find(read, &file)?;
            let me = read.actor.account().clone();
            match published::records(read.conn, &me, &[id.to_string()])?.pop() {
                Some(record) => Ok(record),
                None if years::is_archived(read, &file)? => Err(years::archived(&file)),
                None => Err(Problem::NotFound),
            }
        })
        .await?;
    api::object(&found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kit::choice::Choice as _,
        modules::usage::{Status, lifecycle::Part},
    };

    #[test]
    fn a_list_has_the_records_that_its_reader_sees_on_pages() {
        for (part, side) in [(Part::Vendor, REPORTED), (Part::Owner, RECEIVED)] {
            let seen = Status::ALL.iter().filter(|status| status.shows_records(part));
            let seen: Vec<String> = seen.map(|status| format!("'{}'", status.key())).collect();
            let rule = format!("WHERE f.status IN ({}))", seen.join(", "));
            assert!(side.rows.ends_with(&rule), "{part}: {}", side.rows);
        }
    }

    #[test]
    fn whatever_is_listed_has_a_published_status() {
        for status in Status::ALL {
            let words = STATUSES.iter().filter(|(_, stored)| *stored == status.key()).count();
            assert!(words <= 1, "{status} is published by one word");
            assert!(words == 1 || !status.shows_records(Part::Vendor), "{status} has no published word");
        }
    }
}

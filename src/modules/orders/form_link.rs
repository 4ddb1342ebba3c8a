//! The address of the form in which a customer or a reseller answers what a vendor asks.

use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{Binary, Nullable, Text},
};

use crate::kit::{
    actor::{Account, Company},
    id::Id,
    problem::Result,
    secret::Key,
    statement::statement,
    visit::House,
};

/// What the codes of these links are sealed for.
pub const PURPOSE: &str = "asked";

/// Where the form of an order stands, as `me` hands it on: its page has the brand of whom it was ordered from.
pub fn base(house: &House, me: &Company, buyer: &Id<Account>) -> String {
    if me.id == *buyer { house.base_of(&me.brand) } else { house.public.url.clone() }
}

/// The address of a request's form; none while it has never asked.
pub fn form_of(key: &Key, public_url: &str, request: &str, nonce: Option<&[u8]>) -> Option<String> {
    let code = key.seal(PURPOSE, &[request.as_bytes(), nonce?]);
    Some(format!("{public_url}/form/{request}/{code}"))
}

/// The address for a mail, while the request asks.
pub fn link(conn: &mut PgConnection, key: &Key, public_url: &str, request: &str) -> Result<Option<String>> {
    #[derive(diesel::QueryableByName)]
    struct Asks {
        #[diesel(sql_type = Nullable<Binary>)]
        form_nonce: Option<Vec<u8>>,
    }
    let asks: Option<Asks> = statement(
        "SELECT form_nonce FROM fulfillment_requests WHERE id = $1 AND status = 'inquiring' UNION ALL \
         SELECT form_nonce FROM tier_config_requests WHERE id = $1 AND status = 'inquiring'",
    )
    .bind::<Text, _>(request)
    .get_result(conn)
    .optional()?;
    Ok(asks.and_then(|asks| form_of(key, public_url, request, asks.form_nonce.as_deref())))
}

/// From whom a request's order was ordered.
pub fn buyer(conn: &mut PgConnection, request: &str) -> Result<Option<Id<Account>>> {
    Ok(statement(
        "SELECT buyer_id FROM fulfillment_requests WHERE id = $1 UNION ALL \
         SELECT c.buyer_id FROM tier_config_requests r JOIN tier_configs c ON c.id = r.tier_config_id WHERE r.id = $1",
    )
    .bind::<Text, _>(request)
    .value::<Text, _>(conn)
    .optional()?)
}

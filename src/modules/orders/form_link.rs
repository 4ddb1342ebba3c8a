//! The address of the form in which a customer or a reseller answers what a vendor asks.

use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{Binary, Nullable, Text},
};

use crate::kit::{problem::Result, secret::Key, statement::statement};

/// What the codes of these links are sealed for.
pub const PURPOSE: &str = "asked";

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

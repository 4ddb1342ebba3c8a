//! Brings every value of a parameter of the type Password under the newest key of the vault: values that an older program kept in
//! clear, and those that were sealed under a key from before. Runs when the program starts; what is done already is not looked at.

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_types::{Array, Jsonb, Text},
};
use serde_json::Value as Json;

use crate::kit::{
    problem::{Problem, Result},
    statement::statement,
    vault::{Kept, Vault},
};

/// Rows that are sealed in one transaction.
const BATCH: usize = 200;

/// What has values, and where in the row: a column, and the way to the values inside.
const PLACES: [(&str, &str, Option<&str>); 5] = [
    ("subscriptions", "parameter_values", None),
    ("fulfillment_requests", "parameter_values", None),
    ("tier_configs", "parameter_values", None),
    ("tier_config_requests", "parameter_values", None),
    // answers of orders that are not finished
    ("wizards", "answers", Some("values")),
];

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Jsonb)]
    json: Json,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    id: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Values that were sealed, or sealed again.
    pub sealed: usize,
    /// Values whose key is not held: they stay as they are, and nobody can read them.
    pub lost: usize,
}

/// Seals everything that is not. Two programs may do it at once.
pub fn run(conn: &mut PgConnection, vault: &Vault) -> Result<Report> {
    let secrets: Vec<Named> = statement("SELECT id FROM parameters WHERE type = 'password'").load(conn)?;
    let secrets: Vec<String> = secrets.into_iter().map(|one| one.id).collect();
    let mut report = Report::default();
    if secrets.is_empty() {
        return Ok(report);
    }
    for place in PLACES {
        let mut after = String::new();
        loop {
            let found = conn.transaction(|conn| batch(conn, vault, place, (&secrets, &after), &mut report))?;
            match found {
                Some(last) => after = last,
                None => break,
            }
        }
    }
    Ok(report)
}

/// The next rows with values that are not sealed under the newest key; the last of them, if there were any.
fn batch(
    conn: &mut PgConnection,
    vault: &Vault,
    (table, column, within): (&str, &str, Option<&str>),
    (secrets, after): (&[String], &str),
    report: &mut Report,
) -> Result<Option<String>> {
    let values = within.map_or_else(|| column.to_owned(), |key| format!("coalesce({column}->'{key}', '{{}}')"));
    conn.batch_execute("SET LOCAL entente.sealing = 'on'")?;
    let found: Vec<Found> = statement(format!(
        "SELECT id::text AS id, {column} AS json FROM {table} WHERE id::text > $1 AND {values} ?| $2 \
         AND EXISTS (SELECT FROM jsonb_each({values}) one WHERE one.key = ANY($2) \
         AND one.value->>'value' <> '' AND NOT starts_with(one.value->>'value', $3)) \
         ORDER BY id::text LIMIT {BATCH} FOR UPDATE"
    ))
    .bind::<Text, _>(after)
    .bind::<Array<Text>, _>(secrets)
    .bind::<Text, _>(vault.mark())
    .load(conn)?;
    let last = found.last().map(|row| row.id.clone());
    for row in found {
        let mut json = row.json;
        let values = match within {
            Some(key) => json.get_mut(key),
            None => Some(&mut json),
        };
        let Some(values) = values.and_then(Json::as_object_mut) else { continue };
        let mut changed = false;
        for (parameter, value) in values.iter_mut().filter(|(parameter, _)| secrets.contains(parameter)) {
            let Some(Json::String(text)) = value.get_mut("value") else { continue };
            let clear = match vault.kept(text) {
                _ if text.is_empty() => continue,
                Kept::Sealed => continue,
                Kept::Lost => {
                    report.lost += 1;
                    continue;
                }
                Kept::Clear => text.clone(),
                Kept::Older => vault.open(parameter, text)?,
            };
            *text = vault.seal(parameter, &clear)?;
            (changed, report.sealed) = (true, report.sealed + 1);
            if table == "subscriptions" {
                // values that have to be unique are compared by keyed hashes; two that became equal while the key was changed stay as they
                // are
                statement(
                    "UPDATE unique_values SET value = $3 WHERE parameter_id = $1 AND subscription_id = $2 \
                     AND NOT EXISTS (SELECT FROM unique_values u WHERE u.parameter_id = $1 AND u.value = $3)",
                )
                .bind::<Text, _>(parameter)
                .bind::<Text, _>(&row.id)
                .bind::<Text, _>(vault.index(parameter, &clear))
                .execute(conn)?;
            }
        }
        if changed {
            statement(format!("UPDATE {table} SET {column} = $2 WHERE id::text = $1"))
                .bind::<Text, _>(&row.id)
                .bind::<Jsonb, _>(&json)
                .execute(conn)?;
        }
    }
    match last {
        Some(last) if last.is_empty() => Err(Problem::internal("a row has an id")),
        last => Ok(last),
    }
}

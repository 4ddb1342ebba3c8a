//! Statements about closings. They are asked of a file that was found or locked, which is the tenancy of its records.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Bool, Int4, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::usage::{UsageFile, data::Billing},
};

/// What is asked beside records `r` of subscriptions `s`: their own closings `c`, the chunks `k` of their hubs, and their files `f`.
pub const BESIDE: &str = "JOIN usage_files f ON f.id = r.file_id \
    LEFT JOIN usage_closings c ON c.file_id = r.file_id AND c.number = r.number \
    LEFT JOIN usage_chunks k ON k.file_id = r.file_id AND coalesce(k.hub_id, '') = coalesce(s.hub_id, '')";

/// Whether a record is closed: with its file, with its chunk, or on its own.
pub const CLOSED: &str = "(f.status = 'closed' OR coalesce(k.status = 'closed', false) OR c.number IS NOT NULL)";

/// The columns of [`Billed`], without the one that [`CLOSED`] is.
pub const BILLED: &str = "c.number IS NOT NULL AS own, \
    coalesce(c.billing_reference, nullif(k.billing_reference, ''), f.billing_reference) AS billing_reference, \
    CASE WHEN c.number IS NOT NULL THEN c.billing_note WHEN k.billing_reference <> '' THEN k.billing_note ELSE f.billing_note END \
    AS billing_note, coalesce(c.closed_at, k.closed_at, CASE WHEN f.status = 'closed' THEN f.updated_at END) AS closed_at, \
    coalesce(c.revision, 0) AS closing";

/// How a record was billed, wherever that is said.
#[derive(Debug, Clone, QueryableByName)]
pub struct Billed {
    #[diesel(sql_type = Bool)]
    pub closed: bool,
    /// Whether it was closed on its own, so that it can be said otherwise for it alone.
    #[diesel(sql_type = Bool)]
    pub own: bool,
    #[diesel(sql_type = Text)]
    pub billing_reference: String,
    #[diesel(sql_type = Text)]
    pub billing_note: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub closed_at: Option<DateTime<Utc>>,
    /// The revision of its own closing; 0 without one.
    #[diesel(sql_type = Int4)]
    pub closing: i32,
}

impl Billed {
    pub fn billing(&self) -> Billing {
        Billing { billing_reference: self.billing_reference.clone(), billing_note: self.billing_note.clone() }
    }
}

/// How a record of a file was billed.
///
/// # Errors
/// [`Problem::NotFound`] when the file has no such record.
pub fn billed(look: &mut impl Looks, file: &Id<UsageFile>, number: i32) -> Result<Billed> {
    Ok(statement(format!(
        "SELECT {CLOSED} AS closed, {BILLED} FROM usage_records r JOIN subscriptions s ON s.id = r.subscription_id {BESIDE} \
         WHERE r.file_id = $1 AND r.number = $2"
    ))
    .bind::<Text, _>(file)
    .bind::<Int4, _>(number)
    .get_result(look.conn())?)
}

/// Who closed a record on its own.
pub fn closer(look: &mut impl Looks, file: &Id<UsageFile>, number: i32) -> Result<String> {
    Ok(statement(
        "SELECT u.name FROM usage_closings c JOIN users u ON u.id = c.closer_id WHERE c.file_id = $1 AND c.number = $2",
    )
    .bind::<Text, _>(file)
    .bind::<Int4, _>(number)
    .value::<Text, _>(look.conn())?)
}

/// How a record is billed, by its row.
#[derive(Debug, Clone)]
pub struct Closing {
    pub number: i32,
    pub billing: Billing,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = Int4)]
    number: i32,
}

/// Records that one statement takes.
const PIECE: usize = 20_000;

/// Closes those records of a locked file that are open, and counts them at the file and its chunks; gives their rows. Those that are closed on
/// their own are told by the key: a statement that looked at the rows it makes would go over all of them for each.
pub fn close<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, closings: &[Closing]) -> Result<Vec<i32>> {
    let closer = tx.person()?;
    let mut closed = Vec::new();
    for piece in closings.chunks(PIECE) {
        let made: Vec<Numbered> = statement(
            "INSERT INTO usage_closings (file_id, number, billing_reference, billing_note, closed_at, closer_id) \
             SELECT r.file_id, r.number, n.reference, n.note, $2, $3 \
             FROM unnest($4::int[], $5::text[], $6::text[]) AS n (number, reference, note) \
             JOIN usage_records r ON r.file_id = $1 AND r.number = n.number JOIN subscriptions s ON s.id = r.subscription_id \
             WHERE NOT EXISTS (SELECT FROM usage_chunks k WHERE k.file_id = $1 AND k.status = 'closed' \
             AND coalesce(k.hub_id, '') = coalesce(s.hub_id, '')) ON CONFLICT DO NOTHING RETURNING number",
        )
        .planned_anew(true)
        .bind::<Text, _>(file)
        .bind::<Timestamptz, _>(tx.at)
        .bind::<Text, _>(&closer)
        .bind::<Array<Int4>, _>(piece.iter().map(|one| one.number).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(piece.iter().map(|one| one.billing.billing_reference.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(piece.iter().map(|one| one.billing.billing_note.as_str()).collect::<Vec<_>>())
        .load(tx.conn)?;
        let made: Vec<i32> = made.into_iter().map(|one| one.number).collect();
        count(tx, file, &made)?;
        closed.extend(made);
    }
    counted(tx, file, closed.len())?;
    Ok(closed)
}

/// Counts records that were closed at the chunks of their hubs.
fn count<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, closed: &[i32]) -> Result<()> {
    statement(
        "UPDATE usage_chunks k SET closed = k.closed + n.closed FROM (\
         SELECT coalesce(s.hub_id, '') AS hub, count(*)::int AS closed FROM usage_records r \
         JOIN subscriptions s ON s.id = r.subscription_id WHERE r.file_id = $1 AND r.number = ANY($2) GROUP BY 1) n \
         WHERE k.file_id = $1 AND coalesce(k.hub_id, '') = n.hub",
    )
    .planned_anew(true)
    .bind::<Text, _>(file)
    .bind::<Array<Int4>, _>(closed)
    .execute(tx.conn)?;
    Ok(())
}

/// So many records more of a locked file are closed while it is not.
pub fn counted<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, closed: usize) -> Result<()> {
    statement("UPDATE usage_files SET closed = closed + $2, revision = revision + 1 WHERE id = $1")
        .bind::<Text, _>(file)
        .bind::<Int4, _>(i32::try_from(closed).map_err(Problem::internal)?)
        .execute(tx.conn)?;
    Ok(())
}

/// Says otherwise how records of a locked file were billed that were closed on their own; gives the rows of those for which it is said
/// otherwise now.
pub fn bill<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, closings: &[Closing]) -> Result<Vec<i32>> {
    let mut changed = Vec::new();
    for piece in closings.chunks(PIECE) {
        let made: Vec<Numbered> = statement(
            "UPDATE usage_closings c SET billing_reference = n.reference, billing_note = n.note, revision = c.revision + 1 \
             FROM unnest($2::int[], $3::text[], $4::text[]) AS n (number, reference, note) WHERE c.file_id = $1 AND c.number = n.number \
             AND (c.billing_reference, c.billing_note) <> (n.reference, n.note) RETURNING c.number",
        )
        .planned_anew(true)
        .bind::<Text, _>(file)
        .bind::<Array<Int4>, _>(piece.iter().map(|one| one.number).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(piece.iter().map(|one| one.billing.billing_reference.as_str()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(piece.iter().map(|one| one.billing.billing_note.as_str()).collect::<Vec<_>>())
        .load(tx.conn)?;
        changed.extend(made.into_iter().map(|one| one.number));
    }
    counted(tx, file, 0)?;
    Ok(changed)
}

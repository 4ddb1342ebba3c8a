//! Statements about sheets of partners. Each asks for the issuer's company, or for a sheet that was found so.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as DbUuid},
};
use uuid::Uuid;

use super::{
    Fate, Mailed, State,
    read::{Line, Sheet, Wrong},
};
use crate::{
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{Looks, Tx},
        id::Id,
        lease::{self, Lease},
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        agreements::Agreement,
        contracts::{Contract, Status, data::Parameters},
    },
    schema::{partner_sheet_rows as rows, partner_sheets as sheets},
};

/// A sheet as its pages show it.
#[derive(Debug, Clone, QueryableByName)]
pub struct SheetRow {
    #[diesel(sql_type = DbUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub file_name: String,
    #[diesel(sql_type = Text)]
    pub agreement_id: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub ignored: String,
    #[diesel(sql_type = Text)]
    pub state: State,
    #[diesel(sql_type = Text)]
    pub complaint: String,
    #[diesel(sql_type = Text)]
    pub by: String,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
}

const SHEETS: &str = "SELECT s.id, s.file_name, s.agreement_id, s.ignored, s.state, s.complaint, u.name AS by, s.updated_at \
                      FROM partner_sheets s JOIN users u ON u.id = s.user_id";

/// The company's sheets, the latest changed first.
pub fn all(look: &mut impl Looks, issuer: &Id<Account>) -> Result<Vec<SheetRow>> {
    Ok(statement(format!("{SHEETS} WHERE s.issuer_id = $1 ORDER BY s.updated_at DESC, s.id LIMIT 50"))
        .bind::<Text, _>(issuer)
        .load(look.conn())?)
}

pub fn find(look: &mut impl Looks, issuer: &Id<Account>, id: Uuid) -> Result<SheetRow> {
    Ok(statement(format!("{SHEETS} WHERE s.issuer_id = $1 AND s.id = $2"))
        .bind::<Text, _>(issuer)
        .bind::<DbUuid, _>(id)
        .get_result(look.conn())?)
}

/// A sheet of the actor's company, locked: where it stands, and on which agreement.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<(State, Id<Agreement>)> {
    let issuer = tx.account()?;
    Ok(sheets::table
        .filter(sheets::id.eq(id))
        .filter(sheets::issuer_id.eq(&issuer))
        .select((sheets::state, sheets::agreement_id))
        .for_update()
        .first(tx.conn)?)
}

/// Keeps a sheet that was read, with what would become of each row.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    file_name: &str,
    (agreement, said): (&Id<Agreement>, &Parameters),
    sheet: &Sheet,
    standing: &[(Fate, Option<Id<Contract>>)],
) -> Result<Uuid> {
    let (issuer, person, id) = (tx.account()?, tx.person()?, Uuid::now_v7());
    diesel::insert_into(sheets::table)
        .values((
            sheets::id.eq(id),
            sheets::issuer_id.eq(&issuer),
            sheets::user_id.eq(&person),
            sheets::file_name.eq(file_name),
            sheets::agreement_id.eq(agreement),
            sheets::said.eq(serde_json::to_value(said).map_err(Problem::internal)?),
            sheets::ignored.eq(sheet.ignored.join(", ")),
            sheets::state.eq(State::Checked),
            sheets::created_at.eq(tx.at),
            sheets::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    let cell = |at: usize| sheet.lines.iter().map(|line| line.cells[at].clone()).collect::<Vec<String>>();
    let wrong = sheet
        .lines
        .iter()
        .map(|line| serde_json::to_value(&line.wrong).map_err(Problem::internal))
        .collect::<Result<Vec<serde_json::Value>>>()?;
    statement(
        "INSERT INTO partner_sheet_rows (sheet_id, number, company, email, external_id, note, language, result, wrong, contract_id) \
         SELECT $1, r.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) AS r",
    )
    .bind::<DbUuid, _>(id)
    .bind::<Array<Int4>, _>(sheet.lines.iter().map(|line| line.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(cell(0))
    .bind::<Array<Text>, _>(cell(1))
    .bind::<Array<Text>, _>(cell(2))
    .bind::<Array<Text>, _>(cell(3))
    .bind::<Array<Text>, _>(cell(4))
    .bind::<Array<Text>, _>(standing.iter().map(|(fate, _)| fate.key()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(wrong)
    .bind::<Array<Nullable<Text>>, _>(standing.iter().map(|(_, contract)| contract.as_ref().map(Id::as_str)).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(id)
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = Text)]
    id: Id<Contract>,
    #[diesel(sql_type = Text)]
    status: Status,
}

/// What stands there already of each line: an open invitation, a partner, or one that the company invited before.
pub fn standing(
    look: &mut impl Looks,
    issuer: &Id<Account>,
    lines: &[Line],
) -> Result<Vec<(Fate, Option<Id<Contract>>)>> {
    let found: Vec<Standing> = statement(
        "SELECT r.number, m.id, m.status FROM unnest($2, $3, $4) AS r (number, email, external_id) CROSS JOIN LATERAL ( \
         (SELECT c.id, c.status FROM created_partners p JOIN contracts c ON c.id = p.contract_id \
          WHERE p.issuer_id = $1 AND p.external_id = r.external_id AND r.external_id <> '') UNION ALL \
         (SELECT c.id, c.status FROM contracts c WHERE c.issuer_id = $1 AND lower(c.recipient_email) = lower(r.email) \
          AND c.recipient_email <> '' AND c.status IN ('pending', 'active')) UNION ALL \
         (SELECT c.id, c.status FROM partner_sheet_rows e JOIN partner_sheets s ON s.id = e.sheet_id \
          JOIN contracts c ON c.id = e.contract_id WHERE s.issuer_id = $1 AND e.result = 'invited' \
          AND lower(e.email) = lower(r.email) AND e.email <> '')) m \
         ORDER BY r.number, CASE m.status WHEN 'active' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END, m.id",
    )
    .bind::<Text, _>(issuer)
    .bind::<Array<Int4>, _>(lines.iter().map(|line| line.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.email().to_owned()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.external_id().to_owned()).collect::<Vec<_>>())
    .load(look.conn())?;
    let mut first: HashMap<i32, &Standing> = HashMap::new();
    for one in &found {
        first.entry(one.number).or_insert(one);
    }
    let of = |line: &Line| match first.get(&line.number) {
        _ if !line.wrong.is_empty() => (Fate::Wrong, None),
        None => (Fate::Invite, None),
        Some(one) => {
            let fate = match one.status {
                Status::Active => Fate::Partner,
                Status::Pending => Fate::Open,
                _ => Fate::Before,
            };
            (fate, Some(one.id.clone()))
        }
    };
    Ok(lines.iter().map(of).collect())
}

/// Invitations of one company by sheets go one after the other, so that two with the same file make one contract of each row.
pub fn lock_issuer<P>(tx: &mut Tx<'_, P>, issuer: &Id<Account>) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('partner sheets of ' || $1, 0))")
        .bind::<Text, _>(issuer)
        .execute(tx.conn)?;
    Ok(())
}

/// A row as pages and files show it.
#[derive(Debug, Clone, QueryableByName)]
pub struct RowLine {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub company: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub note: String,
    #[diesel(sql_type = Text)]
    pub language: String,
    #[diesel(sql_type = Text)]
    pub result: Fate,
    #[diesel(sql_type = Jsonb)]
    wrong: serde_json::Value,
    #[diesel(sql_type = Nullable<Text>)]
    pub contract_id: Option<Id<Contract>>,
    #[diesel(sql_type = Text)]
    pub mail: Mailed,
    /// Of the contract's link that still opens it.
    #[diesel(sql_type = Nullable<diesel::sql_types::Binary>)]
    pub nonce: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl RowLine {
    pub fn wrong(&self) -> Vec<Wrong> {
        serde_json::from_value(self.wrong.clone()).unwrap_or_default()
    }
}

/// Rows of a sheet that was found, behind a number, in the order of the file; of one result, or of all.
pub fn rows_of(
    look: &mut impl Looks,
    id: Uuid,
    only: Option<Fate>,
    (behind, limit): (i32, i64),
) -> Result<Vec<RowLine>> {
    Ok(statement(
        "SELECT r.number, r.company, r.email, r.external_id, r.note, r.language, r.result, r.wrong, r.contract_id, r.mail, \
         CASE WHEN c.status = 'pending' THEN l.nonce END AS nonce, l.expires_at FROM partner_sheet_rows r \
         LEFT JOIN contracts c ON c.id = r.contract_id \
         LEFT JOIN activation_links l ON l.contract_id = r.contract_id AND l.replaced_at IS NULL AND l.revoked_at IS NULL \
         WHERE r.sheet_id = $1 AND r.number > $2 AND ($3 = '' OR r.result = $3) ORDER BY r.number LIMIT $4",
    )
    .bind::<DbUuid, _>(id)
    .bind::<Int4, _>(behind)
    .bind::<Text, _>(only.map_or("", Fate::key))
    .bind::<BigInt, _>(limit)
    .load(look.conn())?)
}

/// How many rows of a sheet that was found have which result, in the order of [`Fate`].
pub fn counts(look: &mut impl Looks, id: Uuid) -> Result<Vec<(Fate, i64)>> {
    let counted: Vec<(Fate, i64)> = rows::table
        .filter(rows::sheet_id.eq(id))
        .group_by(rows::result)
        .select((rows::result, diesel::dsl::count_star()))
        .load(look.conn())?;
    Ok(Fate::ALL.iter().filter_map(|fate| counted.iter().find(|(other, _)| other == fate).copied()).collect())
}

/// How many emails of a sheet that was found stand how.
pub fn mails(look: &mut impl Looks, id: Uuid) -> Result<Vec<(Mailed, i64)>> {
    Ok(rows::table
        .filter(rows::sheet_id.eq(id))
        .filter(rows::mail.ne(Mailed::No))
        .group_by(rows::mail)
        .select((rows::mail, diesel::dsl::count_star()))
        .load(look.conn())?)
}

/// A locked sheet is run from now on, on the version that was `shown`.
pub fn begin_running<P>(tx: &mut Tx<'_, P>, id: Uuid, shown: &str, link_days: i32) -> Result<()> {
    let person = tx.person()?;
    diesel::update(sheets::table.find(id))
        .set((
            sheets::state.eq(State::Running),
            sheets::shown.eq(shown),
            sheets::link_days.eq(link_days),
            sheets::run_by_id.eq(&person),
            sheets::complaint.eq(""),
            sheets::attempts.eq(0),
            sheets::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Marks rows of a locked sheet to be emailed, all or those with these numbers, and lets the job do it. How many there are.
pub fn begin_mailing<P>(tx: &mut Tx<'_, P>, id: Uuid, numbers: Option<&[i32]>, link_days: i32) -> Result<usize> {
    let person = tx.person()?;
    let marked = statement(
        "UPDATE partner_sheet_rows SET mail = 'wanted' WHERE sheet_id = $1 AND result = 'invited' AND email <> '' \
         AND mail IN ('no', 'refused') AND contract_id IS NOT NULL AND ($2 OR number = ANY($3))",
    )
    .bind::<DbUuid, _>(id)
    .bind::<diesel::sql_types::Bool, _>(numbers.is_none())
    .bind::<Array<Int4>, _>(numbers.unwrap_or_default().to_vec())
    .execute(tx.conn)?;
    if marked > 0 {
        diesel::update(sheets::table.find(id))
            .set((
                sheets::state.eq(State::Mailing),
                sheets::link_days.eq(link_days),
                sheets::run_by_id.eq(&person),
                sheets::complaint.eq(""),
                sheets::attempts.eq(0),
                sheets::updated_at.eq(tx.at),
            ))
            .execute(tx.conn)?;
    }
    Ok(marked)
}

/// A sheet that the job holds.
#[derive(Debug, Clone, QueryableByName)]
pub struct Held {
    #[diesel(sql_type = DbUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub issuer_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub person: Id<User>,
    #[diesel(sql_type = Text)]
    pub file_name: String,
    #[diesel(sql_type = Text)]
    pub agreement_id: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub state: State,
    #[diesel(sql_type = Text)]
    pub shown: String,
    #[diesel(sql_type = Int4)]
    pub link_days: i32,
    #[diesel(sql_type = Int4)]
    pub attempts: i32,
    #[diesel(sql_type = Jsonb)]
    said: serde_json::Value,
    #[diesel(sql_type = DbUuid)]
    leased_by: Uuid,
}

impl Held {
    pub fn lease(&self) -> Lease {
        Lease { table: "partner_sheets", id: self.id, holder: self.leased_by }
    }

    /// The parameters of every contract.
    pub fn said(&self) -> Result<Parameters> {
        serde_json::from_value(self.said.clone()).map_err(Problem::internal)
    }
}

/// Takes the sheet that waits longest, unless somebody holds it.
pub fn take(conn: &mut PgConnection, holder: Uuid) -> Result<Option<Held>> {
    Ok(statement(
        "UPDATE partner_sheets s SET leased_by = $1, leased_until = now() + $2 * interval '1 second', attempts = s.attempts + 1 \
         WHERE s.id = (SELECT id FROM partner_sheets WHERE state IN ('running', 'mailing') \
         AND (leased_until IS NULL OR leased_until < now()) ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED) \
         RETURNING s.id, s.issuer_id, coalesce(s.run_by_id, s.user_id) AS person, s.file_name, s.agreement_id, s.state, s.shown, \
         s.link_days, s.attempts, s.said, s.leased_by",
    )
    .bind::<DbUuid, _>(holder)
    .bind::<Int4, _>(lease::SECONDS)
    .get_result(conn)
    .optional()?)
}

/// The next row that a held sheet has to do.
pub fn next(conn: &mut PgConnection, held: &Held) -> Result<Option<RowLine>> {
    let which = if held.state == State::Mailing { "r.mail = 'wanted'" } else { "r.result = 'invite'" };
    Ok(statement(format!(
        "SELECT r.number, r.company, r.email, r.external_id, r.note, r.language, r.result, r.wrong, r.contract_id, r.mail, \
         NULL::bytea AS nonce, NULL::timestamptz AS expires_at FROM partner_sheet_rows r \
         WHERE r.sheet_id = $1 AND {which} ORDER BY r.number LIMIT 1"
    ))
    .bind::<DbUuid, _>(held.id)
    .get_result(conn)
    .optional()?)
}

/// What became of a row of a held sheet; the next break-off begins to count anew.
pub fn set_result<P>(
    tx: &mut Tx<'_, P>,
    id: Uuid,
    number: i32,
    (fate, contract): (Fate, Option<&Id<Contract>>),
) -> Result<()> {
    diesel::update(rows::table.find((id, number)))
        .set((rows::result.eq(fate), rows::contract_id.eq(contract)))
        .execute(tx.conn)?;
    went_on(tx, id)
}

/// What became of the email of a row of a held sheet.
pub fn set_mail<P>(tx: &mut Tx<'_, P>, id: Uuid, number: i32, mail: Mailed) -> Result<()> {
    diesel::update(rows::table.find((id, number))).set(rows::mail.eq(mail)).execute(tx.conn)?;
    went_on(tx, id)
}

fn went_on<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    diesel::update(sheets::table.find(id)).set(sheets::attempts.eq(0)).execute(tx.conn)?;
    Ok(())
}

/// Ends what the job did; nobody holds it any more. What was to be emailed and was not, is not.
pub fn end<P>(tx: &mut Tx<'_, P>, id: Uuid, state: State, complaint: &str) -> Result<()> {
    diesel::update(rows::table.filter(rows::sheet_id.eq(id)).filter(rows::mail.eq(Mailed::Wanted)))
        .set(rows::mail.eq(Mailed::No))
        .execute(tx.conn)?;
    diesel::update(sheets::table.find(id))
        .set((
            sheets::state.eq(state),
            sheets::complaint.eq(complaint),
            sheets::leased_by.eq(None::<Uuid>),
            sheets::leased_until.eq(None::<DateTime<Utc>>),
            sheets::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether a held sheet has rows that are still to be invited.
pub fn anything_left<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<bool> {
    let left = rows::table.filter(rows::sheet_id.eq(id)).filter(rows::result.eq(Fate::Invite));
    Ok(diesel::select(diesel::dsl::exists(left)).get_result(tx.conn)?)
}

/// Forgets sheets that nobody ran.
pub fn forget(conn: &mut PgConnection, days: i32) -> Result<usize> {
    Ok(statement("DELETE FROM partner_sheets WHERE state = 'checked' AND updated_at < now() - $1 * interval '1 day'")
        .bind::<Int4, _>(days)
        .execute(conn)?)
}

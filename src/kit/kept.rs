//! Forms that came too late: what was typed, kept for half an hour, so that the person can look at it and send it again.
//!
//! A kept form belongs to the browser that sent it and, where that is known, to the person whom it had been given to. What may be
//! kept is bounded for each person, each network and the whole program.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::IntervalDsl as _,
    prelude::*,
    sql_types::{BigInt, Text},
};
use uuid::Uuid;

use super::{
    actor::User,
    db,
    fields::{Fields, Upload},
    id::Id,
    problem::{Problem, Refusal, Result},
    statement::statement,
};
use crate::{
    schema::{kept_files, kept_forms, users},
    t,
};

/// The field that stands for a kept form, in place of all that was typed.
pub const FIELD: &str = "kept";
/// The same at sign-in, which only carries it along.
pub const FIELD_AT_SIGN_IN: &str = "kept-form";
/// In the query of a kept form's page: the person was asked for the password before it could be sent.
pub const PROVED: &str = "proved";
/// Minutes until a kept form is forgotten.
pub const MINUTES: i32 = 30;
/// Of one person, or of one network where the person is not known; the oldest go first.
const MOST_OF_ONE: i64 = 5;
/// Of all; beyond this nothing is kept.
const MOST: i64 = 5_000;
/// Bytes of all files; beyond this a file has to be chosen again.
const MOST_BYTES: i64 = 256 * 1024 * 1024;

/// Whose form it is.
pub struct Source {
    pub browser: Vec<u8>,
    /// The person that the form was given to.
    pub user: Option<Id<User>>,
    pub network: String,
    /// The page that the form stood on.
    pub page: String,
}

/// A kept form.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = kept_forms)]
pub struct Kept {
    pub id: Uuid,
    user_id: Option<Id<User>>,
    /// Where it was sent: a path with its query.
    pub target: String,
    /// The page that the form stood on.
    pub page: String,
    fields: serde_json::Value,
    /// Secrets were typed, which are never kept.
    pub lacks_secrets: bool,
    /// A file was chosen that could not be kept.
    pub lacks_file: bool,
    pub sent_at: Option<DateTime<Utc>>,
}

/// A file of a kept form, without its bytes.
#[derive(Debug, Queryable)]
pub struct KeptFile {
    pub field: String,
    pub file_name: String,
}

/// The page of a kept form.
pub fn url(id: Uuid) -> String {
    format!("/kept/{id}")
}

/// What was kept is there no more.
pub fn gone() -> Problem {
    Problem::Gone(Box::new(Refusal {
        title: t!("We no longer have what you typed"),
        text: t!(
            "We only keep it for {n} minutes, for the browser and person who sent it. Open the page again and enter it there.",
            n = MINUTES
        ),
        next: None,
        since: None,
    }))
}

impl Kept {
    /// What was typed, field by field, as it was sent.
    pub fn values(&self) -> Result<Vec<(String, String)>> {
        serde_json::from_value(self.fields.clone()).map_err(Problem::internal)
    }

    /// Whether `user`, or nobody in particular, may see it.
    pub fn is_for(&self, user: Option<&str>) -> bool {
        self.user_id.as_ref().is_none_or(|owner| Some(owner.as_str()) == user)
    }
}

/// Keeps a form.
///
/// # Errors
/// [`Problem::Untrusted`] when no more can be kept: the form is refused as any old one.
pub fn put(conn: &mut PgConnection, source: &Source, target: &str, fields: &Fields) -> Result<Uuid> {
    conn.transaction(|conn| {
        let user = match &source.user {
            Some(user) => users::table.find(user).select(users::id).first::<Id<User>>(conn).optional()?,
            None => None,
        };
        let owner = user.as_ref().map_or_else(|| format!("network {}", source.network), |user| format!("user {user}"));
        statement(
            "DELETE FROM kept_forms WHERE id IN \
             (SELECT id FROM kept_forms WHERE owner = $1 ORDER BY created_at DESC, id OFFSET $2)",
        )
        .bind::<Text, _>(&owner)
        .bind::<BigInt, _>(MOST_OF_ONE - 1)
        .execute(conn)?;
        if kept_forms::table.count().get_result::<i64>(conn)? >= MOST {
            return Err(Problem::Untrusted);
        }
        let size: usize = fields.files().map(|file| file.bytes.len()).sum();
        let held = kept_files::table.select(diesel::dsl::sum(kept_files::size));
        let held = held.first::<Option<i64>>(conn)?.unwrap_or(0);
        let room = i64::try_from(size).is_ok_and(|size| held + size <= MOST_BYTES);
        let id = Uuid::new_v4();
        diesel::insert_into(kept_forms::table)
            .values((
                kept_forms::id.eq(id),
                kept_forms::owner.eq(owner),
                kept_forms::browser_hash.eq(&source.browser),
                kept_forms::user_id.eq(user),
                kept_forms::target.eq(target),
                kept_forms::page.eq(&source.page),
                kept_forms::fields.eq(serde_json::to_value(fields.typed()).map_err(Problem::internal)?),
                kept_forms::lacks_secrets.eq(fields.has_secrets()),
                kept_forms::lacks_file.eq(!room || fields.lacks_file()),
            ))
            .execute(conn)?;
        for (place, file) in (0..).zip(fields.files().filter(|_| room)) {
            diesel::insert_into(kept_files::table)
                .values((
                    kept_files::form_id.eq(id),
                    kept_files::place.eq(place),
                    kept_files::field.eq(&file.field),
                    kept_files::file_name.eq(&file.file_name),
                    kept_files::size.eq(i32::try_from(file.bytes.len()).unwrap_or(i32::MAX)),
                    kept_files::bytes.eq(&file.bytes),
                ))
                .execute(conn)?;
            db::carried(file.bytes.len());
        }
        Ok(id)
    })
}

/// A form that this browser sent.
pub fn find(conn: &mut PgConnection, id: Uuid, browser: &[u8]) -> Result<Option<Kept>> {
    let alive = (kept_forms::created_at + MINUTES.minutes()).gt(diesel::dsl::now);
    Ok(kept_forms::table
        .filter(kept_forms::id.eq(id))
        .filter(kept_forms::browser_hash.eq(browser))
        .filter(alive)
        .select(Kept::as_select())
        .first(conn)
        .optional()?)
}

pub fn files(conn: &mut PgConnection, id: Uuid) -> Result<Vec<KeptFile>> {
    Ok(kept_files::table
        .filter(kept_files::form_id.eq(id))
        .order(kept_files::place)
        .select((kept_files::field, kept_files::file_name))
        .load(conn)?)
}

/// The form as it was sent, files included. It stays, marked as sent: what it asks for may still fail.
pub fn take(conn: &mut PgConnection, id: Uuid) -> Result<Fields> {
    let sent = diesel::update(kept_forms::table.find(id)).set(kept_forms::sent_at.eq(diesel::dsl::now));
    let kept: Kept = sent.returning(Kept::as_returning()).get_result(conn)?;
    let files: Vec<(String, String, Vec<u8>)> = kept_files::table
        .filter(kept_files::form_id.eq(id))
        .order(kept_files::place)
        .select((kept_files::field, kept_files::file_name, kept_files::bytes))
        .load(conn)?;
    files.iter().for_each(|(_, _, bytes)| db::carried(bytes.len()));
    let files = files.into_iter().map(|(field, file_name, bytes)| Upload { field, file_name, bytes });
    Ok(Fields::new(kept.values()?).with_files(files.collect()))
}

/// Forgets what is too old.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement(format!("DELETE FROM kept_forms WHERE created_at < now() - interval '{MINUTES} minutes'"))
        .execute(conn)?)
}

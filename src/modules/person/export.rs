//! A copy of what is kept about a person: a ZIP archive of one JSON file and several CSV files, made piece by piece. It has no secrets and
//! no hashes of secrets. For companies that the person has left, it has what the person did, but not the companies' own text.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
};

use actix_web::HttpResponse;
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Jsonb, Nullable, Text},
};
use futures_util::{Stream, stream};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::pictures;
use crate::kit::{
    actor::User,
    db::{Db, Personal, Tx},
    event::Event,
    export,
    grid::Cell,
    id::Id,
    problem::{Problem, Result},
    security::Kind,
    statement::statement,
    time::shown_now,
};

const PROFILE: &str = "profile.json";

/// The profile of the person `$1`.
const SAID: &str = "SELECT jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'job_title', u.job_title, \
    'time_zone', u.time_zone, 'language', u.language, 'date_order', u.date_order, 'clock', u.clock, 'number_signs', u.number_signs, 'single_key_shortcuts', u.shortcuts, 'email_pace', u.mail_pace, 'reminders', u.reminders, \
    'created_at', u.created_at, 'password_set_at', u.password_set_at, \
    'authenticator_app', (SELECT jsonb_build_object('set_up_at', a.created_at, 'last_used_at', a.used_at) FROM authenticators a WHERE a.user_id = u.id), \
    'recovery_codes_left', (SELECT count(*) FROM recovery_codes c WHERE c.user_id = u.id AND c.used_at IS NULL), \
    'passkeys', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'host', p.host, 'added_at', p.created_at, 'last_used_at', p.used_at) \
        ORDER BY p.created_at), '[]') FROM passkeys p WHERE p.user_id = u.id)) AS facts FROM users u WHERE u.id = $1";

/// A file of rows.
struct Sheet {
    name: &'static str,
    columns: &'static [&'static str],
    /// Rows of the person `$1`: `{cells}` is an array of texts in the order of the columns, `{key}` a number that grows from row to row.
    cells: &'static str,
    key: &'static str,
    rows: &'static str,
}

/// Whether the person still works for the company `{}`.
macro_rules! works_for {
    ($account:literal) => {
        concat!("EXISTS (SELECT FROM memberships w WHERE w.user_id = $1 AND w.account_id = ", $account, ")")
    };
}

/// The time of the row `$at`, as it is written everywhere else.
macro_rules! utc {
    ($at:literal) => {
        concat!("to_char(", $at, " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    };
}

const SHEETS: &[Sheet] = &[
    Sheet {
        name: "companies.csv",
        columns: &["company_id", "company", "joined_at", "last_seen_at", "groups"],
        cells: concat!(
            "m.account_id, a.name, ",
            utc!("m.joined_at"),
            ", ",
            utc!("m.last_seen_at"),
            ", (SELECT string_agg(g.name, ', ' ORDER BY g.name) FROM group_members gm JOIN groups g ON g.id = gm.group_id \
             WHERE gm.user_id = m.user_id AND gm.account_id = m.account_id)"
        ),
        key: "row_number() OVER (ORDER BY m.joined_at, m.account_id)",
        rows: "memberships m JOIN accounts a ON a.id = m.account_id WHERE m.user_id = $1",
    },
    Sheet {
        name: "invitations.csv",
        columns: &["company", "email", "status", "sent_at", "expires_at"],
        cells: concat!("a.name, i.email, i.status, ", utc!("i.sent_at"), ", ", utc!("i.expires_at")),
        key: "row_number() OVER (ORDER BY i.created_at, i.id)",
        rows: "users u JOIN invitations i ON i.user_id = u.id OR i.email_key = u.email_key JOIN accounts a ON a.id = i.account_id WHERE u.id = $1",
    },
    Sheet {
        name: "sessions.csv",
        columns: &["began_at", "last_used_at", "address", "browser", "signed_in_with", "companies"],
        cells: concat!(
            utc!("s.created_at"),
            ", ",
            utc!("s.seen_at"),
            ", s.address, s.agent, s.factor, (SELECT string_agg(p.account_id, ', ' ORDER BY p.came_at) FROM session_places p WHERE p.session_id = s.id)"
        ),
        key: "row_number() OVER (ORDER BY s.created_at, s.id)",
        rows: "sessions s WHERE s.user_id = $1",
    },
    Sheet {
        name: "security.csv",
        columns: &["at", "event", "about", "company_id", "address", "browser", "times"],
        cells: concat!(utc!("s.at"), ", s.name, s.about, s.account_id, s.address, s.agent, s.times::text"),
        key: "s.number",
        rows: "security_events s WHERE s.user_id = $1",
    },
    Sheet {
        name: "activity.csv",
        columns: &["at", "event", "object", "company_id", "note", "address", "browser", "signed_in_by"],
        cells: concat!(
            utc!("e.at"),
            ", e.name, e.object, e.account_id, CASE WHEN e.account_id IS NULL OR ",
            works_for!("e.account_id"),
            " THEN e.note END, e.address, e.agent, e.credential"
        ),
        key: "e.number",
        rows: "events e WHERE e.user_id = $1",
    },
    Sheet {
        name: "signatures.csv",
        columns: &[
            "at",
            "contract_id",
            "agreement_id",
            "version",
            "party",
            "company_id",
            "company",
            "name",
            "email",
            "accepted",
            "address",
            "browser",
            "hash",
        ],
        cells: concat!(
            utc!("s.at"),
            ", s.contract_id, s.agreement_id, s.version::text, s.party, s.account_id, s.evidence::jsonb->>'account_name', \
             s.evidence::jsonb->>'person_name', s.evidence::jsonb->>'email', s.evidence::jsonb->>'consent', \
             s.evidence::jsonb->>'address', s.evidence::jsonb->>'agent', s.hash"
        ),
        key: "s.number",
        rows: "signatures s WHERE s.user_id = $1",
    },
    Sheet {
        name: "messages.csv",
        columns: &["at", "object", "company_id", "text"],
        cells: concat!(
            utc!("m.at"),
            ", m.object, m.account_id, CASE WHEN ",
            works_for!("m.account_id"),
            " THEN m.text END"
        ),
        key: "row_number() OVER (ORDER BY m.at, m.object, m.number)",
        rows: "messages m WHERE m.user_id = $1",
    },
    Sheet {
        name: "notifications.csv",
        columns: &["at", "event", "object", "company_id", "read_at"],
        cells: concat!(utc!("n.at"), ", n.kind, n.object, n.account_id, ", utc!("n.read_at")),
        key: "row_number() OVER (ORDER BY n.at, n.id)",
        rows: "notifications n WHERE n.user_id = $1",
    },
    Sheet {
        name: "emails.csv",
        columns: &["queued_at", "about", "recipient", "sent_at", "not_delivered"],
        cells: concat!(utc!("o.created_at"), ", o.kind, o.recipient, ", utc!("o.sent_at"), ", o.failure"),
        key: "row_number() OVER (ORDER BY o.created_at, o.id)",
        rows: "users u JOIN outbox o ON lower(o.recipient) IN (lower(u.email), u.email_key) WHERE u.id = $1",
    },
    Sheet {
        name: "saved_views.csv",
        columns: &["company_id", "list", "name", "query", "shared", "created_at"],
        cells: concat!("v.account_id, v.grid, v.name, v.query, v.shared::text, ", utc!("v.created_at")),
        key: "row_number() OVER (ORDER BY v.created_at, v.id)",
        rows: "saved_views v WHERE v.user_id = $1",
    },
    Sheet {
        name: "columns.csv",
        columns: &["company_id", "list", "columns"],
        cells: "c.account_id, c.grid, array_to_string(c.shown, ', ')",
        key: "row_number() OVER (ORDER BY c.account_id, c.grid)",
        rows: "grid_choices c WHERE c.user_id = $1",
    },
    Sheet {
        name: "unfinished_forms.csv",
        columns: &["company_id", "form", "begun_at", "changed_at"],
        cells: concat!("w.account_id, w.kind, ", utc!("w.created_at"), ", ", utc!("w.updated_at")),
        key: "row_number() OVER (ORDER BY w.created_at, w.id)",
        rows: "wizards w WHERE w.user_id = $1 AND w.finished_as IS NULL",
    },
    Sheet {
        name: "api_tokens.csv",
        columns: &["token_id", "company_id", "name", "status", "created_at", "expires_at"],
        cells: concat!(
            "k.id, k.account_id, CASE WHEN ",
            works_for!("k.account_id"),
            " THEN k.name END, k.status, ",
            utc!("k.created_at"),
            ", ",
            utc!("k.expires_at")
        ),
        key: "row_number() OVER (ORDER BY k.created_at, k.id)",
        rows: "api_tokens k WHERE k.creator_id = $1",
    },
];

/// Records that the person downloads a copy.
///
/// # Errors
/// When the database is away.
pub fn note(tx: &mut Tx<'_, Personal>, user: &Id<User>) -> Result<()> {
    tx.record(Event::new("user.data_exported", user))?;
    tx.secure(Kind::PersonExported, Some(user), "")
}

/// A part of one file.
struct Piece {
    file: &'static str,
    bytes: Vec<u8>,
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Jsonb)]
    facts: serde_json::Value,
}

fn profile(conn: &mut PgConnection, user: &Id<User>) -> Result<Piece> {
    let said: Said = statement(SAID).bind::<Text, _>(user).get_result(conn)?;
    let mut bytes = serde_json::to_vec_pretty(&said.facts).map_err(Problem::internal)?;
    bytes.push(b'\n');
    Ok(Piece { file: PROFILE, bytes })
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    key: i64,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    cells: Vec<Option<String>>,
}

/// The rows of a file after `after`, with the heading if they are the first, and where the next ones begin.
fn rows(conn: &mut PgConnection, user: &Id<User>, sheet: &Sheet, after: i64) -> Result<(Piece, Option<i64>)> {
    let most = export::CHUNK;
    let found: Vec<Row> = statement(format!(
        "SELECT k.key, k.cells FROM (SELECT {} AS key, ARRAY[{}]::text[] AS cells FROM {}) k WHERE k.key > $2 ORDER BY k.key LIMIT {most}",
        sheet.key, sheet.cells, sheet.rows
    ))
    .bind::<Text, _>(user)
    .bind::<BigInt, _>(after)
    .load(conn)?;
    let next = found.last().filter(|_| found.len() == most).map(|row| row.key);
    let mut bytes = Vec::new();
    if after == 0 {
        bytes.extend_from_slice(&export::csv_head(sheet.columns)?);
    }
    let cell = |cell: Option<String>| cell.map_or(Cell::Empty, Cell::Text);
    let lines: Vec<Vec<Cell>> = found.into_iter().map(|row| row.cells.into_iter().map(cell).collect()).collect();
    bytes.extend_from_slice(&export::csv_chunk(&lines)?);
    Ok((Piece { file: sheet.name, bytes }, next))
}

/// The picture, or an empty piece if there is none.
fn picture(conn: &mut PgConnection, user: &Id<User>) -> Result<Piece> {
    let Some(kept) = pictures::own(conn, user)? else { return Ok(Piece { file: PROFILE, bytes: Vec::new() }) };
    let file = if kept.media_type == "image/png" { "picture.png" } else { "picture.jpg" };
    Ok(Piece { file, bytes: kept.bytes })
}

/// How far the copy is: at the profile, or inside a file.
#[derive(Clone, Copy)]
enum At {
    Profile,
    Picture,
    Sheet(usize, i64),
}

fn pieces(db: Db, user: Id<User>) -> impl Stream<Item = Result<Piece>> {
    stream::try_unfold(At::Profile, move |at| {
        let (db, user) = (db.clone(), user.clone());
        async move {
            let read = move |conn: &mut PgConnection| match at {
                At::Profile => Ok(Some((profile(conn, &user)?, At::Picture))),
                At::Picture => Ok(Some((picture(conn, &user)?, At::Sheet(0, 0)))),
                At::Sheet(place, after) => match SHEETS.get(place) {
                    Some(sheet) => {
                        let (piece, next) = rows(conn, &user, sheet, after)?;
                        Ok(Some((piece, next.map_or(At::Sheet(place + 1, 0), |next| At::Sheet(place, next)))))
                    }
                    None => Ok(None),
                },
            };
            db.open(read).await
        }
    })
}

fn pack(pieces: &mut dyn Iterator<Item = Piece>, file: &mut File) -> Result<()> {
    let mut archive = ZipWriter::new(BufWriter::new(file));
    let mut open = "";
    for piece in pieces {
        if piece.file != open {
            archive.start_file(piece.file, SimpleFileOptions::default()).map_err(Problem::internal)?;
            open = piece.file;
        }
        archive.write_all(&piece.bytes).map_err(Problem::internal)?;
    }
    archive.finish().map_err(Problem::internal)?.flush().map_err(Problem::internal)
}

/// The copy, as a download.
///
/// # Errors
/// [`Problem::Unavailable`] while too many files are being made.
pub async fn copy(db: &Db, user: &Id<User>) -> Result<HttpResponse> {
    let name = export::file_name("your-data", shown_now(), "zip");
    export::made(&name, "application/zip", pieces(db.clone(), user.clone()), pack).await
}

//! Downloads: the template, the records, the upload as it came, and the same with its errors.

use std::sync::Arc;

use actix_web::{HttpResponse, body::SizedStream, web};
use futures_util::{Stream, StreamExt as _, stream};

use super::{OfFile, id, records::wanted, url, with_records};
use crate::{
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Db,
        export::{self, XLSX_ROWS},
        id::Id,
        pieces::{self, Back},
        problem::{Problem, Result},
        spool::Spooled,
        viewer::Viewer,
        words::Say as _,
    },
    modules::{
        customers::imports::FileKind,
        usage::{
            Report, UsageFile, View, mapping,
            sheets::{self, Mistakes, NOTES, RECORDS_HEAD},
            store::{self, Begin, FileRow, Pieces, Wanted},
            years,
        },
    },
    t,
};

fn too_many<P: Permission>(actor: &Viewer<P>, file: &FileRow) -> Problem {
    let refused = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Download CSV instead.", n = XLSX_ROWS),
    );
    refused.leading_to(url(actor, &file.id), super::BACK)
}

async fn find<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<FileRow> {
    let file = id(text)?;
    Ok(db.read(actor, move |read| store::find(read, &file)).await?.row)
}

/// What subscriptions have in use, piece by piece.
fn template(actor: &Viewer<Report>, db: &Db, file: FileRow) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db) = (actor.clone(), db.clone());
    export::pieces((String::new(), String::new()), move |behind: (String, String)| {
        let (actor, db, file) = (actor.clone(), db.clone(), file.clone());
        async move {
            let limit = export::CHUNK as i64;
            let (file, piece) = db
                .read(&actor, move |read| {
                    let piece = store::in_use(read, &file, (&behind.0, &behind.1), limit)?;
                    Ok((file, piece))
                })
                .await?;
            let last = piece.last().filter(|_| piece.len() == export::CHUNK);
            let last = last.map(|one| (one.subscription.clone(), one.mpn.clone()));
            Ok((piece.iter().map(|one| sheets::template_row(&file, one)).collect(), last))
        }
    })
}

pub async fn template_xlsx(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = find(&actor, &db, &path.1).await?;
    let head = sheets::template_head(&file);
    let book = export::Book { name: "records", head, notes: &NOTES, too_many: too_many(&actor, &file) };
    export::xlsx(book, template(&actor, &db, file)).await
}

pub async fn template_csv(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = find(&actor, &db, &path.1).await?;
    export::csv("records", &sheets::template_head(&file), template(&actor, &db, file)).await
}

/// A file whose records may be downloaded, and the headers of its vendor's own columns.
async fn with_columns(actor: &Viewer<View>, db: &Db, text: &str) -> Result<(FileRow, Arc<[String]>)> {
    let file = id(text)?;
    let (file, own) = db
        .read(actor, move |read| {
            let file = store::find(read, &file)?.row;
            let own = store::own_columns(read, &file)?;
            Ok((file, own))
        })
        .await?;
    Ok((with_records(actor, file)?, own.into()))
}

/// The columns of such a download.
fn head(own: &[String]) -> Vec<&str> {
    RECORDS_HEAD.into_iter().chain(own.iter().map(String::as_str)).collect()
}

/// Records that are asked for, piece by piece.
fn records(
    actor: &Viewer<View>,
    db: &Db,
    (file, own): (FileRow, Arc<[String]>),
    wanted: Wanted,
) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db) = (actor.clone(), db.clone());
    export::pieces(0, move |behind: i32| {
        let (actor, db, file, wanted, own) = (actor.clone(), db.clone(), file.clone(), wanted.clone(), own.clone());
        async move {
            let limit = i32::try_from(export::CHUNK).unwrap_or(i32::MAX);
            let ((file, part), piece) = db
                .read(&actor, move |read| {
                    // whether they may be seen is asked each time, and whether they are still those that the first piece is of
                    let now = store::find(read, &file.id)?.row;
                    if now.round != file.round || !now.shows_records(&read.actor.identity.company) {
                        return Err(Problem::moved(&now.id, now.status));
                    }
                    let piece = store::records(read, &now, &wanted, Begin::Behind(behind), limit)?;
                    if behind == 0 && piece.is_empty() && years::is_archived(read, &now.id)? {
                        return Err(years::archived(&now.id));
                    }
                    Ok(((now, store::part(&read.actor.identity.company)), piece))
                })
                .await?;
            let last = piece.last().filter(|_| piece.len() == export::CHUNK).map(|row| row.number);
            Ok((piece.iter().map(|row| sheets::record_row(&file, row, part, &own)).collect(), last))
        }
    })
}

pub async fn records_csv(actor: Viewer<View>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, own) = with_columns(&actor, &db, &path.1).await?;
    let wanted = wanted(&actor);
    export::csv("usage_records", &head(&own), records(&actor, &db, (file, own.clone()), wanted)).await
}

pub async fn records_xlsx(actor: Viewer<View>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, own) = with_columns(&actor, &db, &path.1).await?;
    let wanted = wanted(&actor);
    let too_many = too_many(&actor, &file);
    let head: Vec<String> = head(&own).into_iter().map(str::to_owned).collect();
    let book = export::Book { name: "records", head, notes: &[], too_many };
    export::xlsx(book, records(&actor, &db, (file, own), wanted)).await
}

/// The upload as it came.
pub async fn original(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let key = file.clone();
    let (_, upload, pieces) = db.read(&actor, move |read| store::original(read, &key)).await?;
    let media_type = match upload.kind {
        FileKind::Xlsx => export::XLSX,
        FileKind::Csv => export::CSV,
    };
    let size = u64::try_from(pieces.size).map_err(Problem::internal)?;
    let body = SizedStream::new(size, Box::pin(original_pieces(actor, db, file, pieces)));
    Ok(export::attachment(&upload.file_name, media_type).body(body))
}

/// What an upload is kept in, piece by piece: no connection waits for a slow client. It breaks off when another upload takes its place.
fn original_pieces(
    actor: Viewer<Report>,
    db: web::Data<Db>,
    file: Id<UsageFile>,
    pieces: Pieces,
) -> impl Stream<Item = Result<web::Bytes>> + 'static {
    let all = stream::iter(0..pieces::count(pieces.size));
    all.then(move |number| {
        let (actor, db, file, upload) = (actor.clone(), db.clone(), file.clone(), pieces.upload);
        async move {
            let piece = db.read(&actor, move |read| store::original_piece(read, &file, upload, number)).await?;
            Ok(web::Bytes::from(piece))
        }
    })
}

/// The whole of an upload, on disk, to be read as often as need be.
async fn brought_back(actor: &Viewer<Report>, db: &Db, file: &Id<UsageFile>, pieces: Pieces) -> Result<Spooled> {
    let mut back = Back::new()?;
    for number in 0..pieces::count(pieces.size) {
        let file = file.clone();
        back = back
            .add(db.read(actor, move |read| store::original_piece(read, &file, pieces.upload, number)).await?)
            .await?;
    }
    back.whole(&pieces.sha256)
}

/// Mistakes that are put into a file: as many as are kept of all sorts.
const MOST: i32 = 30_000;

/// The upload with what is wrong in each row.
pub async fn errors(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let key = file.clone();
    let (upload, pieces, faults, sheet) = db
        .read(&actor, move |read| {
            let (row, upload, pieces) = store::original(read, &key)?;
            let faults = store::faults(read, &row.id, None, MOST)?;
            let used = mapping::store::used(read, &row.id)?;
            Ok((upload, pieces, faults, used.map(|used| used.mapping.sheet)))
        })
        .await?;
    let mut mistakes = Mistakes::new();
    for fault in faults.iter().filter(|fault| fault.number > 0) {
        let (codes, words) = mistakes.entry(fault.number).or_default();
        codes.push(fault.code().key());
        words.push(fault.words().said(actor.visit.lang));
    }
    if mistakes.is_empty() {
        let refused =
            Problem::refused("There are no rows with errors", "No errors were found in the rows of this report.");
        return Err(refused.leading_to(url(&actor, &file), super::BACK));
    }
    let stem = upload.file_name.rsplit_once('.').map_or(upload.file_name.as_str(), |(stem, _)| stem);
    let content = brought_back(&actor, &db, &file, pieces).await?;
    let once = stream::once(async move { Ok((content, mistakes)) });
    export::made(&format!("{stem}_errors.xlsx"), export::XLSX, once, move |pieces, into| match pieces.next() {
        Some((content, mistakes)) => sheets::with_errors(&mut content.reader(), sheet.as_deref(), &mistakes, into),
        None => Ok(()),
    })
    .await
}

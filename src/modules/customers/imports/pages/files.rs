//! Files to download: the uploaded one with the result of each row, and the sheet that can be changed and sent back.

use actix_web::{HttpResponse, web};
use futures_util::Stream;

use super::{OfImport, url};
use crate::{
    kit::{
        choice::Choice as _,
        db::Db,
        export::{self, XLSX_ROWS},
        grid::Cell,
        id::Id,
        problem::{Problem, Result},
        viewer::Viewer,
    },
    modules::customers::{
        Manage, TierAccount, View,
        imports::{
            COLUMNS, FileKind, NOTES, results,
            store::{self, Begin, Only},
        },
        store::AccountRow,
    },
    t,
};

/// The person's own file with what became of each row.
pub(super) async fn with_results(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (import, bytes) = db
        .read(&actor, move |read| {
            let import = store::find(read, id)?;
            let kept = !import.state.runs() && store::has_file(read, id)?;
            let bytes = if kept { Some(store::file(read.conn, id)?) } else { None };
            Ok((import, bytes))
        })
        .await?;
    let refused = |why: &'static str| {
        Problem::refused("There are no results yet", why).leading_to(url(&actor, id), "Back to import")
    };
    let layout = import.layout().ok_or_else(|| refused("The file was not read."))?;
    let bytes = bytes.ok_or_else(|| refused("The import is in progress, or its file is no longer available."))?;
    let (reader, pool) = (actor.clone(), db.clone());
    let rows = futures_util::stream::try_unfold(Some(0), move |behind| {
        let (actor, db) = (reader.clone(), pool.clone());
        async move {
            let Some(behind) = behind else { return Ok(None) };
            let limit = export::CHUNK as i64;
            let rows =
                db.read(&actor, move |read| store::rows(read, id, Only::All, Begin::Behind(behind), limit)).await?;
            let next = (rows.len() == export::CHUNK).then(|| rows.last().map(|row| row.number)).flatten();
            Ok(Some((rows, next)))
        }
    });
    let media_type = match import.kind {
        FileKind::Xlsx => export::XLSX,
        FileKind::Csv => export::CSV,
    };
    let stem = import.file_name.rsplit_once('.').map_or(import.file_name.as_str(), |(stem, _)| stem);
    let name = format!("{stem}_results.{}", import.kind.key());
    export::made(&name, media_type, rows, move |pieces, file| {
        results::write(&bytes, &layout, &mut pieces.flatten(), file).map_err(Problem::written)
    })
    .await
}

/// An account in the columns of an import; its action is empty, to be filled in where something is to be done.
fn cells(row: &AccountRow) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let (criteria, above) = match &row.parent_id {
        Some(id) => (text("id"), text(id.as_str())),
        None => (Cell::Empty, Cell::Empty),
    };
    vec![
        text(row.id.as_str()),
        text(&row.external_id),
        text(&row.external_uid.to_string()),
        Cell::Empty,
        text("HB-0000-0000"),
        criteria,
        above,
        text(row.type_.key()),
        text(&row.tax_id),
        text(&row.name),
        text(&row.address_line1),
        text(&row.address_line2),
        text(&row.city),
        text(&row.state),
        text(&row.postal_code),
        text(&row.country),
        text(&row.first_name),
        text(&row.last_name),
        text(&row.email),
        text(&row.data().phone.to_string()),
    ]
}

/// All accounts of the company, piece by piece.
fn everything(actor: &Viewer<View>, db: &Db) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db) = (actor.clone(), db.clone());
    export::pieces(None, move |behind: Option<Id<TierAccount>>| {
        let (actor, db) = (actor.clone(), db.clone());
        async move {
            let limit = export::CHUNK as i64;
            let piece = db.read(&actor, move |read| store::exported(read, behind.as_ref(), limit)).await?;
            let last = (piece.len() == export::CHUNK).then(|| piece.last().map(|row| row.id.clone())).flatten();
            Ok((piece.iter().map(cells).collect(), last.map(Some)))
        }
    })
}

pub(super) async fn sheet(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let too_many = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Download CSV instead.", n = XLSX_ROWS),
    );
    let too_many = too_many.leading_to(actor.url("customers/imports"), "Back to imports");
    let book = export::Book { name: "Customers", head: COLUMNS.to_vec(), notes: &NOTES, too_many };
    export::xlsx(book, everything(&actor, &db)).await
}

pub(super) async fn plain(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    export::csv("customers", &COLUMNS, everything(&actor, &db)).await
}

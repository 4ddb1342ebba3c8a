//! All records that are asked for, as a file.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use futures_util::Stream;

use super::{
    asked::Asked,
    pages::PATH,
    store::{self, Place, Row},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::Db,
        export::{self, XLSX_ROWS},
        grid::Cell,
        problem::{Problem, Result},
        viewer::Viewer,
    },
    modules::usage::{View, record_id, sheets::number},
    t,
};

const NAME: &str = "usage_records";

const HEAD: [&str; 23] = [
    "usage_record_id",
    "record_id",
    "usage_file_id",
    "usage_file_name",
    "status",
    "environment",
    "external_billing_id",
    "product_id",
    "product_name",
    "item_id",
    "item_mpn",
    "item_name",
    "item_unit",
    "quantity",
    "amount",
    "currency",
    "tier",
    "start_time_utc",
    "end_time_utc",
    "asset_id",
    "asset_external_id",
    "customer_account_id",
    "customer_company_name",
];

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn cells(row: &Row) -> Vec<Cell> {
    let instant = |at: DateTime<Utc>| Cell::Text(at.format("%Y-%m-%d %H:%M:%S").to_string());
    vec![
        Cell::Text(record_id(&row.file_id, row.number)),
        text(&row.key),
        text(row.file_id.as_str()),
        text(&row.file),
        text(row.status.key()),
        text(row.environment.key()),
        text(&row.billing_reference),
        text(&row.product_id),
        text(&row.product),
        text(&row.item_id),
        text(&row.mpn),
        text(&row.item),
        text(row.unit.key()),
        number(&row.quantity),
        row.amount.as_deref().map_or(Cell::Empty, number),
        Cell::maybe(row.currency.as_deref()),
        row.tier.map_or(Cell::Empty, |tier| Cell::Number(tier.into())),
        instant(row.start_at),
        instant(row.end_at),
        text(&row.subscription_id),
        text(&row.external_id),
        text(&row.customer_id),
        text(&row.customer),
    ]
}

/// Piece by piece, each time as far as they are seen then.
fn rows(actor: &Viewer<View>, db: &Db, asked: &Asked) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db, wanted) = (actor.clone(), db.clone(), asked.wanted(actor));
    export::pieces(None, move |behind: Option<Place>| {
        let (actor, db, wanted) = (actor.clone(), db.clone(), wanted.clone());
        async move {
            let piece = db.read(&actor, move |read| store::rows(read, &wanted, behind.as_ref(), export::CHUNK)).await?;
            let last = piece.last().filter(|_| piece.len() == export::CHUNK).map(|row| Place {
                forward: true,
                file: row.file_id.to_string(),
                number: row.number,
            });
            Ok((piece.iter().map(cells).collect(), last.map(Some)))
        }
    })
}

pub async fn csv(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::read(&actor);
    export::csv(NAME, &HEAD, rows(&actor, &db, &asked)).await
}

pub async fn xlsx(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::read(&actor);
    let too_many = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Filter the list, or export as CSV.", n = XLSX_ROWS),
    );
    let too_many = too_many.leading_to(format!("{}{}", actor.url(PATH), asked.query()), "Back to list");
    let book = export::Book { name: NAME, head: HEAD.to_vec(), notes: &[], too_many };
    export::xlsx(book, rows(&actor, &db, &asked)).await
}

//! The signatures of an agreement as a sheet: the contracts of the list that is shown.

use actix_web::{HttpResponse, web};
use futures_util::Stream;

use super::{
    pages::{OfAgreement, Only, id},
    store::{self, Behind, Between, SigneeRow},
};
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
    modules::{
        agreements::{self, View},
        ids::Agreement,
    },
    t,
};

const HEAD: [&str; 8] =
    ["Contract", "Partner", "Partner ID", "Environment", "Version", "Status", "Signed at", "Last reminded at"];

/// Which rows are in it, and by which version they are outstanding.
struct Asked {
    agreement: Id<Agreement>,
    between: Between,
    active: i32,
}

async fn asked(actor: &Viewer<View>, db: &Db, path: &OfAgreement) -> Result<Asked> {
    let agreement = id(&path.1)?;
    let wanted = agreement.clone();
    let (_, active) = db.read(actor, move |read| agreements::store::find(read, &wanted)).await?;
    let between = Only::asked(&actor.visit.query).between(active);
    Ok(Asked { agreement, between, active: active.unwrap_or(0) })
}

fn cells(row: &SigneeRow, active: i32) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    vec![
        text(row.id.as_str()),
        text(&row.signee),
        text(&row.signee_id),
        text(row.kind.label()),
        Cell::Number(row.version.into()),
        text(if row.version < active { "Outstanding" } else { "Signed" }),
        row.signed_at.map_or(Cell::Empty, Cell::At),
        row.reminded_at.map_or(Cell::Empty, Cell::At),
    ]
}

fn rows(actor: &Viewer<View>, db: &Db, asked: &Asked) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db) = (actor.clone(), db.clone());
    let (agreement, between, active) = (asked.agreement.clone(), asked.between, asked.active);
    export::pieces(Behind::default(), move |behind: Behind| {
        let (actor, db, agreement) = (actor.clone(), db.clone(), agreement.clone());
        async move {
            let limit = export::CHUNK as i64;
            let piece = db.read(&actor, move |read| store::signees(read, &agreement, between, &behind, limit)).await?;
            let last = piece.last().filter(|_| piece.len() == export::CHUNK);
            let next = last.map(|row| (row.version, row.id.to_string()));
            Ok((piece.iter().map(|row| cells(row, active)).collect(), next))
        }
    })
}

pub(super) async fn xlsx(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = asked(&actor, &db, &path).await?;
    let too_many = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Download CSV instead.", n = XLSX_ROWS),
    );
    let back = actor.url(&format!("agreements/{}/signatures", asked.agreement));
    let too_many = too_many.leading_to(back, "Back to signatures");
    let book = export::Book { name: "Signatures", head: HEAD.to_vec(), notes: &[], too_many };
    export::xlsx(book, rows(&actor, &db, &asked)).await
}

pub(super) async fn csv(actor: Viewer<View>, path: OfAgreement, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = asked(&actor, &db, &path).await?;
    export::csv("signatures", &HEAD, rows(&actor, &db, &asked)).await
}

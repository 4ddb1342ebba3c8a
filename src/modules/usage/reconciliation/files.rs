//! Reconciliation as a file: the same lines, one subscription after another, in pieces.

use actix_web::{HttpResponse, web};
use futures_util::Stream;
use rust_decimal::Decimal;

use super::{
    asked::Asked,
    pages::PATH,
    store::{self, Line, Scope},
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
    modules::usage::{View, sheets::number},
    t,
};

/// Subscriptions of a piece; each has a few items.
const PIECE: i64 = 250;

const NAME: &str = "usage_reconciliation";

const HEAD: [&str; 20] = [
    "period_from",
    "period_to",
    "asset_id",
    "asset_external_id",
    "customer_account_id",
    "customer_company_name",
    "item_id",
    "item_mpn",
    "item_name",
    "item_unit",
    "ordered",
    "active",
    "ordered_less_active",
    "reported",
    "billed",
    "reported_less_billed",
    "currency",
    "reported_amount",
    "billed_amount",
    "reported_less_billed_amount",
];

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn maybe(exact: Option<&str>) -> Cell {
    exact.map_or(Cell::Empty, number)
}

/// What is ordered or active: a number, "unlimited", or nothing.
fn quantity(line: &Line, kept: Decimal) -> Cell {
    match kept.is_sign_negative() {
        true => text("unlimited"),
        false if line.metered => Cell::Empty,
        false => number(&kept.normalize().to_string()),
    }
}

fn row(asked: &Asked, line: &Line) -> Vec<Cell> {
    vec![
        Cell::Text(asked.from.to_string()),
        Cell::Text(asked.to.to_string()),
        text(&line.subscription),
        text(&line.external_id),
        text(&line.customer_id),
        text(&line.customer),
        text(&line.item_id),
        text(&line.mpn),
        text(&line.item),
        text(line.unit.key()),
        quantity(line, line.ordered),
        quantity(line, line.active),
        maybe(line.of_orders.as_deref()),
        number(&line.reported),
        number(&line.billed),
        number(&line.of_usage),
        Cell::maybe(line.currency.as_deref()),
        maybe(line.reported_amount.as_deref()),
        maybe(line.billed_amount.as_deref()),
        maybe(line.of_amounts.as_deref()),
    ]
}

/// Subscriptions by hundreds, each time as they are then.
fn rows(actor: &Viewer<View>, db: &Db, asked: Asked) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db, scope) = (actor.clone(), db.clone(), asked.scope(actor.now()));
    export::pieces(String::new(), move |behind: String| {
        let (actor, db, asked, scope): (_, _, Asked, Scope) = (actor.clone(), db.clone(), asked.clone(), scope.clone());
        async move {
            let all = asked.all;
            let (lines, more) = db
                .read(&actor, move |read| {
                    let Some((last, more)) = store::next(read, &scope, &behind, PIECE)? else {
                        return Ok((Vec::new(), None));
                    };
                    let lines = store::of(read, &scope, all, (behind.as_str(), last.as_str()))?;
                    Ok((lines, more.then_some(last)))
                })
                .await?;
            Ok((lines.iter().map(|line| row(&asked, line)).collect(), more))
        }
    })
}

pub async fn csv(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::read(&actor);
    export::csv(NAME, &HEAD, rows(&actor, &db, asked)).await
}

pub async fn xlsx(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::read(&actor);
    let too_many = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Download CSV instead.", n = XLSX_ROWS),
    );
    let too_many = too_many.leading_to(format!("{}{}", actor.url(PATH), asked.query()), "Back to reconciliation");
    let book = export::Book { name: NAME, head: HEAD.to_vec(), notes: &[], too_many };
    export::xlsx(book, rows(&actor, &db, asked)).await
}

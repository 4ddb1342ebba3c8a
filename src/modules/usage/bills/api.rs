//! The published operation that takes what was filled in: checked and applied at once, or not at all.

use actix_web::{HttpResponse, web};

use super::{
    actions, sheet,
    store::{self, RowLine},
    words,
};
use crate::{
    access::call::FileCall,
    kit::{
        api::{Operation, Schema},
        db::{Db, Tx},
        done::Done,
        file_name,
        id::Id,
        problem::{Problem, Result},
        violation::{Violation, Why},
    },
    modules::usage::{
        Review, UsageFile,
        api::{GROUP, answer, expected},
        published, store as files,
    },
    t,
};

/// The part of an upload that the file is in.
const PART: &str = "recon_file";
/// Rows that are wrong, as an answer lists them.
const LISTED: i32 = 100;

pub fn operations() -> Vec<Operation> {
    vec![
        GROUP
            .upload(
                "/usage/files/{id}/reconciliation",
                upload,
                "Close records by a file",
                (
                    (PART, "XLSX or CSV, up to 10 MB, with usage_record_id, external_billing_id and external_billing_note."),
                    published::file_schema(),
                ),
            )
            .part("id", Schema::id::<UsageFile>())
            .versioned()
            .about("The downloaded records, with their billing filled in. If any row is wrong, nothing changes."),
    ]
}

fn told(row: &RowLine) -> Violation {
    let words = row.fault.map(|fault| words(fault, &row.raw, &row.detail)).unwrap_or_default();
    let words = t!("Row {row}, {column}: {words}", row = row.line, column = &row.header, words);
    Violation::new(PART, Why::new("row", words))
}

/// What is wrong with an upload, row by row.
fn wrong(tx: &mut Tx<'_, Review>, file: &Id<UsageFile>, number: i32) -> Result<Problem> {
    let rows = store::rows(tx, file, number, (0, true, LISTED))?;
    Ok(Problem::Invalid(rows.iter().map(told).collect()))
}

async fn upload(mut call: FileCall<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id: Id<UsageFile> = path.parse().map_err(|_| Problem::NotFound)?;
    let at = |why| Problem::from(Violation::new(PART, why));
    let sent = call.take(PART).ok_or_else(|| at(Why::missing("Send the file in this part")))?;
    let name = file_name::tidy(&sent.file_name);
    let read = web::block(move || sheet::read(&sent.bytes)).await.map_err(Problem::internal)?;
    let read = read.map_err(|words| at(Why::new("file", words)))?;
    call.act(&db, move |tx, given| {
        expected(tx, &id, given)?;
        let number = actions::check(tx, &id, &name, read)?;
        let upload = store::find(tx, &id, number)?;
        if upload.wrong > 0 {
            return Err(wrong(tx, &id, number)?);
        }
        let seen = actions::shown(&files::lock(tx, &id)?, &upload).token();
        actions::apply(tx, &id, number, &seen)?;
        Ok(Done::Changed(answer(tx, &id)?.created()))
    })
    .await
}

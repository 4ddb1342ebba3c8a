//! The published operations that close records.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::{actions, store::Closing};
use crate::{
    access::call::Call,
    kit::{
        api::{Answer, Object, Operation, Schema},
        db::{Db, Tx},
        done::Done,
        id::Id,
        input,
        problem::{Problem, Result},
        violation::{Violation, Why},
    },
    modules::usage::{
        Review, UsageFile, UsageRecord,
        api::{GROUP, body},
        data::Billing,
        record_of,
        records::published::{self, record_schema},
    },
};

/// The most records that are closed at once.
const MOST: usize = 1_000;

pub fn operations() -> Vec<Operation> {
    let id = Schema::id::<UsageRecord>;
    vec![
        GROUP
            .act("/usage/records/{id}/close", close, "Close a usage record", record_schema())
            .part("id", id())
            .about("Only records of an accepted file. The last one closes the file.")
            .taking(Object::new().given::<Billing>().inline()),
        GROUP
            .act("/usage/records/close-records", close_many, "Close usage records", Schema::list(outcome()))
            .about(
                "Up to 1,000 records. Each is closed or not: the answer says which were, in the order of the body. The last record of a \
                 file closes it.",
            )
            .taking(Schema::list(to_close())),
    ]
}

/// One of several records. What its texts must be is no condition of the body: the answer says of each what is wrong with it.
fn to_close() -> Schema {
    let text = |about| Schema::text().or_null().about(about);
    Object::new()
        .field("id", Schema::text().about("ID of the record."))
        .maybe("external_billing_id", text("The ID in your billing system, such as an invoice number. Up to 200 characters; a record without it is not closed."))
        .maybe("external_billing_note", text("Up to 200 characters."))
        .named("UsageRecordToClose")
}

/// What became of one of several records.
fn outcome() -> Schema {
    Object::new()
        .field("id", Schema::text())
        .maybe("status", Schema::words(["valid", "approved", "rejected", "closed"]))
        .maybe("error_codes", Schema::text())
        .maybe("error_details", Schema::text())
        .named("UsageRecordClosed")
}

/// Records as they are after an act.
fn objects(tx: &mut Tx<'_, Review>, ids: &[String]) -> Result<Vec<Value>> {
    let me = tx.account()?;
    published::records(tx.conn, &me, ids)
}

async fn close(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id: Id<UsageRecord> = path.parse().map_err(|_| Problem::NotFound)?;
    call.act(&db, move |tx, given| {
        let (file, number) = record_of(&id).ok_or(Problem::NotFound)?;
        actions::close(tx, &file, number, &body::<Billing>(given)?)?;
        let object = objects(tx, &[id.to_string()])?.pop().ok_or(Problem::NotFound)?;
        Ok(Done::Changed(Answer::object(&object)?))
    })
    .await
}

/// A record that a body names, and how it was billed; or what is wrong with that.
struct Asked {
    id: String,
    read: std::result::Result<(Id<UsageFile>, Closing), (&'static str, String)>,
}

impl Asked {
    /// # Errors
    /// What has another shape than the body says.
    fn of(number: usize, one: &Value) -> Result<Self> {
        let shape = |at: &str| Violation::new(format!("{number}.{at}"), Why::new("type", "Send text here"));
        let id = one.get("id").and_then(Value::as_str).ok_or_else(|| shape("id"))?.to_owned();
        let unknown = || ("REQ_404", "Object not found.".to_owned());
        let place = id.parse::<Id<UsageRecord>>().ok().and_then(|id| record_of(&id)).ok_or_else(unknown);
        let billing = match input::json::read::<Billing>(one, None) {
            Ok(billing) => Ok(billing),
            Err(wrong) => match wrong.iter().find(|one| one.why.code == "type") {
                Some(other) => {
                    return Err(shape(input::entry::<Billing>(&other.at).map_or("", |entry| entry.at)).into());
                }
                None => {
                    let words: Vec<String> = wrong.iter().map(|one| one.why.words.to_string()).collect();
                    Err(("VAL_001", words.join(" ")))
                }
            },
        };
        let read = place.and_then(|(file, number)| Ok((file, Closing { number, billing: billing? })));
        Ok(Self { id, read })
    }
}

fn asked(body: &Value) -> Result<Vec<Asked>> {
    let wrong = |why| Problem::from(Violation::new("", why));
    let all = body.as_array().ok_or_else(|| wrong(Why::new("type", "Send a list of records")))?;
    if all.len() > MOST {
        return Err(wrong(Why::new("many", "Send up to 1,000 records")));
    }
    let all = all.iter().enumerate().map(|(number, one)| Asked::of(number, one)).collect::<Result<Vec<Asked>>>()?;
    let apart: BTreeSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
    if apart.len() < all.len() {
        return Err(wrong(Why::new("twice", "Send each record once")));
    }
    Ok(all)
}

async fn close_many(call: Call<Review>, db: web::Data<Db>) -> Result<HttpResponse> {
    call.act(&db, |tx, given| {
        let all = asked(&given.body)?;
        // in the order of the files, so that two calls do not wait for each other
        let mut files: BTreeMap<String, (Id<UsageFile>, Vec<Closing>)> = BTreeMap::new();
        for (file, closing) in all.iter().filter_map(|one| one.read.as_ref().ok()) {
            let (_, closings) = files.entry(file.to_string()).or_insert_with(|| (file.clone(), Vec::new()));
            closings.push(closing.clone());
        }
        let mut closed: BTreeSet<(String, i32)> = BTreeSet::new();
        for (key, (file, closings)) in &files {
            match actions::close_many(tx, file, closings) {
                Ok(numbers) => closed.extend(numbers.into_iter().map(|number| (key.clone(), number))),
                Err(Problem::NotFound | Problem::Stale(_)) => {}
                Err(other) => return Err(other),
            }
        }
        let ids: Vec<String> = all.iter().map(|one| one.id.clone()).collect();
        let now = objects(tx, &ids)?;
        let status = |id: &str| now.iter().find(|one| one["id"] == id).map(|one| one["status"].clone());
        let outcome = |one: &Asked| match (&one.read, status(&one.id)) {
            (Ok((file, closing)), Some(status)) if closed.contains(&(file.to_string(), closing.number)) => {
                json!({ "id": one.id, "status": status })
            }
            (Ok(_), Some(status)) => json!({
                "id": one.id,
                "status": status,
                "error_codes": "REQ_409",
                "error_details": "Only open records of an accepted file can be closed.",
            }),
            (Ok(_), None) => {
                json!({ "id": one.id, "error_codes": "REQ_404", "error_details": "Object not found." })
            }
            (Err((code, words)), _) => json!({ "id": one.id, "error_codes": code, "error_details": words }),
        };
        let answer = Answer::object(&all.iter().map(outcome).collect::<Vec<Value>>())?;
        Ok(Done::when(!closed.is_empty(), answer))
    })
    .await
}

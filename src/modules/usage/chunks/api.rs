//! The published operations of chunks.

use actix_web::{HttpResponse, web};

use super::{
    UsageChunk, actions,
    data::Naming,
    published::{self, chunk_schema},
    store::{self, ChunkRow},
};
use crate::{
    access::call::{Call, Given},
    kit::{
        api::{self, Answer, Object, Operation, Schema, table::Table},
        db::{Db, Tx},
        done::Done,
        grid::Side,
        id::Id,
        input::json,
        problem::{Problem, Result},
        rql::{Beside, By, Collection, Filter},
    },
    modules::{
        customers::published::NO_HUB,
        usage::{
            Review, UsageFile, View,
            api::{GROUP, body},
            data::Billing,
            store as files,
        },
    },
};

pub fn operations() -> Vec<Operation> {
    let act = |operation: Operation| operation.part("id", Schema::id::<UsageChunk>()).versioned();
    vec![
        GROUP.list("/usage/chunks", list, "List usage chunks", (&CHUNKS, chunk_schema())).about(
            "An accepted file has a chunk for each hub of its subscriptions, and one for those without. Only the owner of the marketplace \
             sees them.",
        ),
        act(GROUP.object("/usage/chunks/{id}", one, "Get a usage chunk", chunk_schema())),
        act(GROUP.change(
            "/usage/chunks/{id}",
            update,
            "Change a usage chunk",
            (Object::new().changed::<Naming>().inline(), chunk_schema()),
        )),
        act(GROUP.act("/usage/chunks/{id}/close", close, "Close a usage chunk", chunk_schema()))
            .about("All its open records are closed. The last chunk closes the file.")
            .taking(Object::new().given::<Billing>().inline()),
    ]
}

const HUB: Beside = Beside::One { key: "r.hub_id", table: "hubs" };

static CHUNKS: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id").ordered().searched(),
        Filter::words("status", "r.status", &[("draft", "draft"), ("ready", "ready"), ("closed", "closed")]).ordered(),
        Filter::text("external_id", "r.external_id").blank().ordered(),
        Filter::id("usagefile.id", "r.file_id").ordered(),
        Filter::text("usagefile.name", "r.file_name"),
        Filter::id("binding.hub.id", "r.hub_id").none(&[NO_HUB]),
        Filter::text("binding.hub.name", "f.name").beside(HUB),
        Filter::id("marketplace.id", "r.marketplace_id"),
        Filter::id("provider.id", "r.owner_id"),
        Filter::instant("events.created.at", "r.created_at").ordered(),
        Filter::instant("events.closed.at", "r.closed_at").nullable().ordered(),
        Filter::part("binding"),
        Filter::part("usagefile"),
        Filter::part("marketplace"),
        Filter::part("provider"),
        Filter::part("outdated"),
        Filter::part("records"),
        Filter::part("amount"),
        Filter::part("currency"),
        Filter::part("external_billing_id"),
        Filter::part("external_billing_note"),
        Filter::part("events"),
    ],
    aliases: &[],
    search: None,
    order: &[By::down("r.created_at")],
    id: "r.id",
};

/// A vendor owns no marketplace, so it has none.
const RECEIVED: &[Side] = &[Side::when(
    "(SELECT k.id, k.status, k.external_id, k.file_id, k.hub_id, k.created_at, k.closed_at, f.name AS file_name, f.marketplace_id, f.owner_id, \
     f.submitted_at FROM usage_chunks k JOIN usage_files f ON f.id = k.file_id)",
    |_| "owner_id",
    "r.submitted_at IS NOT NULL",
)];

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = api::asked(&call.query, &CHUNKS)?;
    let page = db
        .read(&call.actor, move |read| {
            let table = Table { sides: RECEIVED, of: None, collection: &CHUNKS };
            api::table::answer(read, &table, &asked, published::chunks)
        })
        .await?;
    Ok(page.respond())
}

/// The file and the number that a chunk's id is made of.
fn place(text: &str) -> Result<(Id<UsageFile>, i32)> {
    let id: Id<UsageChunk> = text.parse().map_err(|_| Problem::NotFound)?;
    let (file, number) = id.as_str().rsplit_once('-').ok_or(Problem::NotFound)?;
    let file = file.replacen("UFC", "UF", 1).parse().map_err(|_| Problem::NotFound)?;
    Ok((file, number.parse().map_err(|_| Problem::NotFound)?))
}

async fn one(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, number) = place(&path)?;
    let found = db
        .read(&call.actor, move |read| {
            files::find(read, &file)?;
            let (chunk, _) = store::find(read, &file, number)?;
            let me = read.actor.account().clone();
            Answer::first(published::chunks(read.conn, &me, &[chunk.id.to_string()])?, chunk.revision)
        })
        .await?;
    Ok(found.respond())
}

/// A chunk of the revision that the call goes by, whose file is locked.
fn expected(tx: &mut Tx<'_, Review>, (file, number): (&Id<UsageFile>, i32), given: &Given) -> Result<ChunkRow> {
    files::lock(tx, file)?;
    let (chunk, _) = store::find(tx, file, number)?;
    if given.expected.fits(chunk.revision) { Ok(chunk) } else { Err(Problem::overtaken("this hub's usage")) }
}

/// A chunk as it is after an act on it.
fn answer(tx: &mut Tx<'_, Review>, file: &Id<UsageFile>, number: i32) -> Result<Answer> {
    let me = tx.account()?;
    let (chunk, _) = store::find(tx, file, number)?;
    Answer::first(published::chunks(tx.conn, &me, &[chunk.id.to_string()])?, chunk.revision)
}

/// What it does not name stays as it is.
async fn update(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, number) = place(&path)?;
    call.act(&db, move |tx, given| {
        let chunk = expected(tx, (&file, number), given)?;
        let naming = json::read(&given.body, Some(&chunk.naming()))
            .map_err(|wrong| json::placed::<Naming>(Problem::Invalid(wrong)))?;
        let done = actions::name(tx, &file, (number, chunk.revision), &naming)?;
        let answer = answer(tx, &file, number)?;
        Ok(done.map(|()| answer))
    })
    .await
}

async fn close(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (file, number) = place(&path)?;
    call.act(&db, move |tx, given| {
        let seen = actions::shown(&expected(tx, (&file, number), given)?).token();
        actions::close(tx, &file, number, &body::<Billing>(given)?, &seen)?;
        Ok(Done::Changed(answer(tx, &file, number)?))
    })
    .await
}

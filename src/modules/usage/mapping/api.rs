//! The published operations of mappings: a vendor's programs manage them with the same input tables as its people.

use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::{
    UsageMapping, actions,
    data::{Mapping, Naming, Placed},
    grid::Mappings,
    published,
    store::{self, MappingRow},
};
use crate::{
    access::call::{Call, Given},
    kit::{
        actor::Role,
        api::{self, Answer, Object, Operation, Schema},
        db::{Db, Tx},
        done::Done,
        id::Id,
        input::json,
        problem::{Problem, Result},
        rql::{Beside, By, Collection, Filter},
        violation::Violations,
    },
    modules::usage::{Report, View, api::GROUP},
};

pub fn operations() -> Vec<Operation> {
    let mapping = published::mapping_schema;
    let act = |operation: Operation| operation.part("id", Schema::id::<UsageMapping>()).versioned();
    vec![
        GROUP.list("/usage/mappings", list, "List usage mappings", (&MAPPINGS, mapping())).about(
            "How a vendor's own reports are read: what fills each column of the standard format, look-ups that replace values, and rules that \
             say what becomes of each row.",
        ),
        GROUP
            .create("/usage/mappings", create, "Create a usage mapping", (published::to_create().inline(), mapping()))
            .versioned(),
        act(GROUP.object("/usage/mappings/{id}", one, "Get a usage mapping", mapping())),
        act(GROUP.change(
            "/usage/mappings/{id}",
            update,
            "Change a usage mapping",
            (Object::new().changed::<Naming>().changed::<Mapping>().inline(), mapping()),
        ))
        .about("Fields missing from the body are left unchanged. Files that were read with the mapping stay as they are."),
        act(GROUP.remove("/usage/mappings/{id}", delete, "Delete a usage mapping"))
            .about("Files that were read with it stay as they are."),
    ]
}

const PRODUCT: Beside = Beside::One { key: "r.product_id", table: "products" };

static MAPPINGS: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id").ordered().searched(),
        Filter::text("name", "r.name").ordered().searched(),
        Filter::whole("version", "r.version").ordered(),
        Filter::id("product.id", "r.product_id"),
        Filter::text("product.name", "f.name").beside(PRODUCT),
        Filter::instant("events.created.at", "r.created_at").ordered(),
        Filter::instant("events.updated.at", "r.updated_at").ordered(),
        Filter::part("product"),
        Filter::part("report"),
        Filter::part("columns"),
        Filter::part("replacements"),
        Filter::part("rows"),
        Filter::part("control"),
        Filter::part("events"),
    ],
    aliases: &[],
    search: Some("r.search"),
    order: &[By::down("r.created_at")],
    id: "r.id",
};

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let collection = |_: Role| &MAPPINGS;
    api::table::<Mappings>((&call.actor, &call.query), &db, collection, published::mappings).await
}

fn id(text: &str) -> Result<Id<UsageMapping>> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn one(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let found = db
        .read(&call.actor, move |read| {
            let version = store::find(read, &id)?.0.version;
            let me = read.actor.account().clone();
            Answer::first(published::mappings(read.conn, &me, &[id.to_string()])?, version)
        })
        .await?;
    Ok(found.respond())
}

/// A mapping after an act on it.
fn answer(tx: &mut Tx<'_, Report>, id: &Id<UsageMapping>) -> Result<Answer> {
    let me = tx.account()?;
    let version = store::lock(tx, id)?.version;
    Answer::first(published::mappings(tx.conn, &me, &[id.to_string()])?, version)
}

/// Locks a mapping at the version that the call names.
fn expected(tx: &mut Tx<'_, Report>, id: &Id<UsageMapping>, given: &Given) -> Result<MappingRow> {
    let row = store::lock(tx, id)?;
    if given.expected.fits(row.version) { Ok(row) } else { Err(Problem::overtaken("this mapping")) }
}

/// What is wrong, at its place, from whichever table.
fn placed(problem: Problem) -> Problem {
    json::placed::<Mapping>(json::placed::<Naming>(json::placed::<Placed>(problem)))
}

/// What is wrong with either of them, together.
fn both<A, B>(one: Result<A, Violations>, other: Result<B, Violations>) -> Result<(A, B), Violations> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err(one.err().into_iter().chain(other.err()).flatten().collect()),
    }
}

/// What a body says about a mapping. For an existing one, what it does not name stays as it is.
fn said(body: &Value, before: Option<&MappingRow>) -> Result<(Naming, Mapping), Violations> {
    let named = before.map(MappingRow::naming);
    both(json::read(body, named.as_ref()), json::read(body, before.map(|row| &row.mapping)))
}

async fn create(call: Call<Report>, db: web::Data<Db>) -> Result<HttpResponse> {
    call.act(&db, |tx, given| {
        let asked = both(json::read::<Placed>(&given.body, None), said(&given.body, None));
        let (place, (naming, mapping)) = asked.map_err(|wrong| placed(Problem::Invalid(wrong)))?;
        let id = actions::create(tx, &place.product, &naming.name, &mapping).map_err(placed)?;
        Ok(Done::Changed(answer(tx, &id)?.created()))
    })
    .await
}

async fn update(call: Call<Report>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let row = expected(tx, &id, given)?;
        let (naming, mapping) = said(&given.body, Some(&row)).map_err(|wrong| placed(Problem::Invalid(wrong)))?;
        let done = actions::update(tx, &id, row.version, &naming.name, &mapping).map_err(placed)?;
        let answer = answer(tx, &id)?;
        Ok(done.map(|()| answer))
    })
    .await
}

async fn delete(call: Call<Report>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        expected(tx, &id, given)?;
        actions::delete(tx, &id)?;
        Ok(Done::Changed(Answer::nothing()))
    })
    .await
}

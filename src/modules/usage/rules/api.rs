//! The published operations of rules.

use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::{
    Rule, actions, published,
    store::{self, Locked, RECEIVED},
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
        violation::{Violation, Why},
    },
    modules::{
        ids::Product,
        usage::{Review, View, api::GROUP},
    },
};

pub fn operations() -> Vec<Operation> {
    let rule = published::rule_schema;
    let act = |operation: Operation| operation.part("id", Schema::id::<Product>()).versioned();
    vec![
        GROUP
            .list("/usage/rules", list, "List usage rules", (&RULES, rule()))
            .about("What happens to usage submitted to you, by product. Where a product has no rule, people decide."),
        GROUP
            .create("/usage/rules", create, "Create a usage rule", (published::to_create().inline(), rule()))
            .about("A product has one rule. It applies to files that are submitted from now on.")
            .versioned(),
        act(GROUP.object("/usage/rules/{id}", one, "Get a usage rule", rule())),
        act(GROUP.change(
            "/usage/rules/{id}",
            update,
            "Change a usage rule",
            (Object::new().changed::<Rule>().inline(), rule()),
        ))
        .about("Fields missing from the body are left unchanged."),
        act(GROUP.remove("/usage/rules/{id}", delete, "Delete a usage rule"))
            .about("People decide about files that are submitted from now on."),
    ]
}

const VENDOR: Beside = Beside::One { key: "r.vendor_id", table: "accounts" };

static RULES: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id").ordered().searched(),
        Filter::id("product.id", "r.id"),
        Filter::id("vendor.id", "r.vendor_id"),
        Filter::text("vendor.name", "f.name").beside(VENDOR),
        Filter::words("mode", "r.mode", &[("manual", "manual"), ("accept", "accept"), ("reject", "reject")]).ordered(),
        Filter::instant("events.updated.at", "r.updated_at").ordered(),
        Filter::part("product"),
        Filter::part("vendor"),
        Filter::part("limits"),
        Filter::part("rejection_note"),
        Filter::part("events"),
    ],
    aliases: &[],
    search: Some("r.search"),
    order: &[By::down("r.updated_at")],
    id: "r.id",
};

/// Where somebody has said something.
const GIVEN: &[Side] = &[Side::when(RECEIVED, |_| "owner_id", "r.given")];

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = api::asked(&call.query, &RULES)?;
    let page = db
        .read(&call.actor, move |read| {
            let table = Table { sides: GIVEN, of: None, collection: &RULES };
            api::table::answer(read, &table, &asked, published::rules)
        })
        .await?;
    Ok(page.respond())
}

fn id(text: &str) -> Result<Id<Product>> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn one(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let found = db
        .read(&call.actor, move |read| {
            let revision = store::find(read, &id)?.revision;
            let me = read.actor.account().clone();
            Answer::first(published::rules(read.conn, &me, &[id.to_string()])?, revision)
        })
        .await?;
    Ok(found.respond())
}

/// A rule as it is after an act on it.
fn answer(tx: &mut Tx<'_, Review>, id: &Id<Product>) -> Result<Answer> {
    let me = tx.account()?;
    let revision = store::lock(tx, id)?.revision;
    Answer::first(published::rules(tx.conn, &me, &[id.to_string()])?, revision)
}

/// Locks a rule that somebody gave, of the revision that the call goes by.
fn expected(tx: &mut Tx<'_, Review>, id: &Id<Product>, given: &Given) -> Result<Locked> {
    let now = store::lock(tx, id)?;
    if !now.given {
        return Err(Problem::NotFound);
    }
    if given.expected.fits(now.revision) { Ok(now) } else { Err(Problem::overtaken("this rule")) }
}

async fn create(call: Call<Review>, db: web::Data<Db>) -> Result<HttpResponse> {
    call.act(&db, |tx, given| {
        let named = given.body.get("product").and_then(|product| product.get("id")).and_then(Value::as_str);
        let product = match named.map(str::parse::<Id<Product>>) {
            None => Err(Why::missing("Send the product's id")),
            Some(Err(_)) => Err(unknown()),
            Some(Ok(product)) => Ok(product),
        };
        let rule = json::read::<Rule>(&given.body, None);
        let (product, rule) = match (product, rule) {
            (Ok(product), Ok(rule)) => (product, rule),
            (product, rule) => {
                let wrong = product.err().map(|why| Violation::new("product.id", why));
                let wrong = wrong.into_iter().chain(rule.err().unwrap_or_default()).collect();
                return Err(json::placed::<Rule>(Problem::Invalid(wrong)));
            }
        };
        actions::create(tx, &product, &rule).map_err(|problem| match problem {
            Problem::NotFound => Problem::from(Violation::new("product.id", unknown())),
            other => other,
        })?;
        Ok(Done::Changed(answer(tx, &product)?.created()))
    })
    .await
}

fn unknown() -> Why {
    Why::new("unknown", "You don't receive usage of this product")
}

/// What it does not name stays as it is.
async fn update(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let now = expected(tx, &id, given)?;
        let new =
            json::read(&given.body, Some(&now.rule)).map_err(|wrong| json::placed::<Rule>(Problem::Invalid(wrong)))?;
        let done = actions::save(tx, &id, now.revision, &new)?;
        let answer = answer(tx, &id)?;
        Ok(done.map(|()| answer))
    })
    .await
}

async fn delete(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        expected(tx, &id, given)?;
        actions::delete(tx, &id)?;
        Ok(Done::Changed(Answer::nothing()))
    })
    .await
}

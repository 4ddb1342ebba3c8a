//! The published operations of tier account requests.

use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::{
    Decide, Request, Status,
    actions::{self, Decision, Ignoring},
    grid::Requests,
    store,
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
        revision::Expected,
        rql::{Beside, By, Collection, Filter},
        violation::{Violation, Why},
    },
    modules::customers::{
        self, Manage, TierAccount, View,
        api::{self as accounts, GROUP},
        published,
    },
};

pub fn operations() -> Vec<Operation> {
    let (id, request) = (Schema::id::<Request>, published::request_schema);
    vec![
        GROUP.list("/tier/account-requests", list, "List tier account requests", (&REQUESTS, request())),
        GROUP
            .create("/tier/account-requests", create, "Change a tier account", (to_create(), Schema::list(request())))
            .about("Returns the requests created by the change: one for each product used with the account."),
        GROUP
            .object("/tier/account-requests/{id}", one, "Get a tier account request", request())
            .part("id", id())
            .versioned(),
        GROUP
            .act("/tier/account-requests/{id}/accept", accept, "Accept a tier account request", request())
            .part("id", id())
            .versioned(),
        GROUP
            .act("/tier/account-requests/{id}/ignore", ignore, "Ignore a tier account request", request())
            .taking(Object::new().given::<Ignoring>().inline())
            .part("id", id())
            .versioned(),
    ]
}

fn to_create() -> Schema {
    let account = accounts::to_change().field("id", Schema::id::<TierAccount>());
    let version = Schema::whole().about("The version the change is based on. Defaults to any.");
    Object::new().field("type", Schema::words(["update"])).within("account", account.maybe("version", version)).inline()
}

const ACCOUNT: Beside = Beside::One { key: "r.tier_account_id", table: "tier_accounts" };
const PRODUCT: Beside = Beside::One { key: "r.product_id", table: "products" };

static REQUESTS: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id").ordered().searched(),
        Filter::words(
            "status",
            "r.status",
            &[("pending", "pending"), ("accepted", "accepted"), ("ignored", "ignored"), ("unsupported", "unsupported")],
        )
        .ordered(),
        Filter::instant("events.created.at", "r.created_at").ordered(),
        Filter::id("account.id", "r.tier_account_id").ordered(),
        Filter::text("account.name", "r.account_name").ordered(),
        Filter::whole("account.version", "r.after_version"),
        Filter::text("account.external_id", "f.external_id").beside(ACCOUNT).blank().ordered(),
        Filter::uid("account.external_uid", "f.external_uid").beside(ACCOUNT).ordered(),
        // no account is of one hub
        Filter::id("account.hub.id", "(NULL::text)").none(&[published::NO_HUB]).ordered(),
        Filter::text("account.hub.name", "(NULL::text)").ordered(),
        Filter::id("product.id", "r.product_id").ordered(),
        Filter::text("product.name", "f.name").beside(PRODUCT).ordered(),
        Filter::part("account"),
        Filter::part("events"),
        Filter::part("product"),
        Filter::part("provider"),
        Filter::part("reason"),
        Filter::part("vendor"),
    ],
    aliases: &[],
    search: Some("r.search"),
    order: &[By::down("r.created_at")],
    id: "r.id",
};

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let collection = |_: Role| &REQUESTS;
    api::table::<Requests>((&call.actor, &call.query), &db, collection, published::requests).await
}

fn id(text: &str) -> Result<Id<Request>> {
    text.parse().map_err(|_| Problem::NotFound)
}

/// A request changes once: when it is decided.
fn revision(status: Status) -> i32 {
    if status == Status::Pending { 1 } else { 2 }
}

async fn one(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let found = db
        .read(&call.actor, move |read| {
            let status = store::find(read, &id)?.row.status;
            let me = read.actor.account().clone();
            answer(published::requests(read.conn, &me, &[id.to_string()])?, status)
        })
        .await?;
    Ok(found.respond())
}

fn answer(found: Vec<Value>, status: Status) -> Result<Answer> {
    Answer::first(found, revision(status))
}

/// Changes an account, and answers with what the vendors are asked; each is asked about each of its products that the account is used with.
async fn create(call: Call<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    call.act(&db, |tx, given| {
        let (id, body) = of_account(&given.body)?;
        let before = raised(tx, &id, body).map_err(known)?;
        let me = tx.account()?;
        let ids = store::raised(tx, &id, before)?;
        Ok(Done::Changed(Answer::object(&published::requests(tx.conn, &me, &ids)?)?.created()))
    })
    .await
}

/// The account that a body names, and what it makes of it.
fn of_account(body: &Value) -> Result<(Id<TierAccount>, &Value)> {
    let wrong = |at: &'static str, why| Problem::Invalid(vec![Violation::new(at, why)]);
    if !body.is_object() {
        return Err(wrong("", Why::new("type", "Send an object here")));
    }
    match body.get("type") {
        None => return Err(wrong("type", Why::missing("Send the type: update"))),
        Some(type_) if type_ != "update" => return Err(wrong("type", Why::new("type", "Send update here"))),
        Some(_) => {}
    }
    let account = body.get("account").ok_or_else(|| wrong("account", Why::missing("Send the account")))?;
    match account.get("id") {
        _ if !account.is_object() => Err(wrong("account", Why::new("type", "Send an object here"))),
        None => Err(wrong("account.id", Why::missing("Send the account's id"))),
        Some(Value::String(text)) => Ok((text.parse().map_err(|_| known(Problem::NotFound))?, account)),
        Some(_) => Err(wrong("account.id", Why::new("type", "Send text here"))),
    }
}

/// Changes an account as a body says; its version before.
fn raised(tx: &mut Tx<'_, Manage>, id: &Id<TierAccount>, body: &Value) -> Result<i32> {
    // a client that names the version goes by it
    let version = body.get("version").and_then(Value::as_i64);
    let expected = version.map_or(Expected::Any, |version| i32::try_from(version).unwrap_or_default().into());
    let mut before = 0;
    let done = customers::actions::revise(tx, id, &expected, accounts::reach(body), |row| {
        before = row.version;
        accounts::becomes(row, body)
    });
    match done.map_err(accounts::placed).map_err(within_account)? {
        Done::Same(()) => Err(Problem::Coded("TAR_004", "Nothing of the account differs from what is known.")),
        _ => Ok(before),
    }
}

fn within_account(problem: Problem) -> Problem {
    let Problem::Invalid(wrong) = problem else { return problem };
    let inside = |one: Violation| {
        let at = if one.at.is_empty() { "account".to_owned() } else { format!("account.{}", one.at) };
        Violation { at: at.into(), ..one }
    };
    Problem::Invalid(wrong.into_iter().map(inside).collect())
}

/// The code that clients know an account by that is not there, not theirs, or not the same any more.
fn known(problem: Problem) -> Problem {
    match problem {
        Problem::NotFound | Problem::Overtaken(_) => {
            Problem::Coded("TAR_003", "This account doesn't exist, or someone else has changed it.")
        }
        other => other,
    }
}

async fn accept(call: Call<Decide>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| decide(tx, &id, given, &Decision::Accept)).await
}

async fn ignore(call: Call<Decide>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let ignoring: Ignoring = json::read(&given.body, None).map_err(Problem::Invalid)?;
        decide(tx, &id, given, &Decision::Ignore(ignoring.reason))
    })
    .await
}

fn decide(tx: &mut Tx<'_, Decide>, id: &Id<Request>, given: &Given, decision: &Decision) -> Result<Done<Answer>> {
    let row = store::lock(tx, id)?;
    if !given.expected.fits(revision(row.status)) {
        return Err(Problem::overtaken("this request"));
    }
    actions::decide(tx, id, decision, None)?;
    let me = row.vendor_id.clone();
    let status = if *decision == Decision::Accept { Status::Accepted } else { Status::Ignored };
    Ok(Done::Changed(answer(published::requests(tx.conn, &me, &[id.to_string()])?, status)?))
}

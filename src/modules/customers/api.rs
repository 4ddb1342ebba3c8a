//! The published operations of tier accounts.

use actix_web::{HttpResponse, web};
use diesel::PgConnection;
use serde_json::Value;

use super::{
    Manage, TierAccount, Type, View,
    actions::{self, Reach},
    data::Data,
    grid::Customers,
    published,
    store::{self, AccountRow, New},
};
use crate::{
    access::call::Call,
    kit::{
        actor::{Account, Role},
        api::{self, Answer, Group, Object, Operation, Schema, table::Table},
        choice::Choice as _,
        db::{Db, Tx},
        done::Done,
        grid::Side,
        id::Id,
        input::json,
        problem::{Problem, Result},
        rql::{Beside, By, Collection, Filter, tree::Operator},
        violation::{Violation, Violations, Why},
    },
};

pub(super) const GROUP: Group = Group {
    name: "Customers",
    about: "Customers and the resellers above them, as trees, and the requests that inform vendors of changes.",
};

pub fn operations() -> Vec<Operation> {
    let (id, account) = (Schema::id::<TierAccount>, published::account_schema);
    vec![
        GROUP
            .list("/tier/accounts", list, "List tier accounts", (&OWN, account()))
            .about("A vendor sees the accounts that use its products. Everyone else sees the company's own."),
        GROUP
            .create("/tier/accounts", create, "Create a tier account", (to_create(), account()))
            .about("A customer must be under a reseller. A reseller can be at the top level. Read-only fields are ignored.")
            .versioned(),
        GROUP.object("/tier/accounts/{id}", one, "Get a tier account", account()).part("id", id()).versioned(),
        GROUP
            .change("/tier/accounts/{id}", update, "Change a tier account", (to_change().inline(), account()))
            .about("Fields missing from the body are left unchanged. Vendors get a request for each product used with the account.")
            .part("id", id())
            .versioned(),
        GROUP.remove("/tier/accounts/{id}", decommission, "Decommission a tier account").part("id", id()).versioned(),
        GROUP
            .list("/tier/accounts/{id}/versions", versions, "List versions of a tier account", (&VERSIONS, account()))
            .about("Only the account's owner can view earlier versions.")
            .part("id", id()),
        GROUP
            .object("/tier/accounts/{id}/versions/{version}", version, "Get a version of a tier account", account())
            .part("id", id())
            .part("version", Schema::at_least(1)),
    ]
}

fn to_create() -> Schema {
    Object::new()
        .field("type", Schema::choice::<Type>())
        .maybe("parent.id", Schema::id::<TierAccount>().or_null())
        .given::<Data>()
        .inline()
}

/// What a body may change of an account.
pub(super) fn to_change() -> Object {
    Object::new()
        .maybe("type", Schema::choice::<Type>())
        .maybe("parent.id", Schema::id::<TierAccount>().or_null())
        .changed::<Data>()
}

const OWNER: Beside = Beside::One { key: "r.owner_id", table: "accounts" };
const FIRST: Beside = Beside::Many { from: "tier_account_versions f", on: "f.tier_account_id = r.id AND f.number = 1" };
const LATEST: Beside =
    Beside::Many { from: "tier_account_versions f", on: "f.tier_account_id = r.id AND f.number = r.version" };

/// What may be asked of the accounts that a company owns, or sees: a vendor knows of a parent only what it may look at.
macro_rules! accounts {
    ($parent:expr, $parent_id:expr, $scopes:expr) => {
        Collection {
            filters: &[
                Filter::id("id", "r.id").searched(),
                Filter::text("name", "r.name").ordered().searched(),
                Filter::words("type", "r.type", &[("customer", "customer"), ("reseller", "reseller")]),
                Filter::text("external_id", "r.external_id").blank().ordered().searched(),
                Filter::uid("external_uid", "r.external_uid"),
                Filter::instant("events.created.at", "r.created_at").ordered(),
                Filter::id("events.created.by", "f.author_id").beside(FIRST).nullable(),
                Filter::id("events.updated.by", "f.author_id").beside(LATEST).nullable(),
                Filter::text("contact_info.contact.email", "r.email").only(&[Operator::Eq, Operator::In]),
                Filter::id("owner.id", "r.owner_id").ordered(),
                Filter::text("owner.name", "f.name").beside(OWNER).ordered(),
                $parent_id,
                Filter::text("parent.name", "f.name").beside($parent).nullable().ordered(),
                Filter::id("parent.parent.id", "f.parent_id").beside($parent).nullable(),
                // no account is of one hub
                Filter::id("hub.id", "(NULL::text)").none(&[published::NO_HUB]).ordered(),
                Filter::text("hub.name", "(NULL::text)").ordered(),
                Filter::text("scopes", "f.scope").beside($scopes).only(&[
                    Operator::Eq,
                    Operator::In,
                    Operator::Like,
                    Operator::Ilike,
                ]),
                Filter::part("contact_info"),
                Filter::part("tax_id"),
                Filter::part("version"),
                Filter::part("events"),
                Filter::part("owner"),
                Filter::part("parent"),
                Filter::part("hub"),
            ],
            aliases: &[],
            search: Some("r.search"),
            order: &[By::down("r.created_at")],
            id: "r.id",
        }
    };
}

const OWN_PARENT: Beside = Beside::One { key: "r.parent_id", table: "tier_accounts" };
static OWN: Collection = accounts!(
    OWN_PARENT,
    Filter::id("parent.id", "r.parent_id").nullable(),
    Beside::Many { from: concat!("unnest(", published::scopes!("r", "r.owner_id"), ") AS f (scope)"), on: "true" }
);

/// The parent of an account, where the vendor may look at it.
const SEEN_PARENT_ID: &str = "(SELECT p.id FROM tier_accounts p WHERE p.id = r.parent_id AND (p.owner_id = r.viewer_id OR EXISTS (\
    SELECT FROM tier_account_sight s WHERE s.viewer_id = r.viewer_id AND s.tier_account_id = p.id)))";
const SEEN_PARENT: Beside = Beside::One { key: SEEN_PARENT_ID, table: "tier_accounts" };
static SEEN: Collection = accounts!(
    SEEN_PARENT,
    Filter::id("parent.id", SEEN_PARENT_ID).nullable(),
    Beside::Many { from: concat!("unnest(", published::scopes!("r", "r.viewer_id"), ") AS f (scope)"), on: "true" }
);

fn collection(role: Role) -> &'static Collection {
    if role == Role::Vendor { &SEEN } else { &OWN }
}

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    api::table::<Customers>((&call.actor, &call.query), &db, collection, published::accounts).await
}

fn id(text: &str) -> Result<Id<TierAccount>> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn one(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let found = db
        .read(&call.actor, move |read| {
            let (row, _) = store::look(read, &id)?;
            let me = read.actor.account().clone();
            answer(read.conn, &me, &row.id)
        })
        .await?;
    Ok(found.respond())
}

/// The whole object, with its version.
fn answer(conn: &mut PgConnection, viewer: &Id<Account>, id: &Id<TierAccount>) -> Result<Answer> {
    let version = published::Version::load(conn, viewer, &[(id.as_str(), None)])?.pop().ok_or(Problem::NotFound)?;
    let number = version.number();
    Ok(Answer::object(&version.object()?)?.of_revision(number))
}

async fn create(call: Call<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    call.act(&db, |tx, given| {
        let id = new(&given.body).and_then(|new| actions::create(tx, new)).map_err(placed)?;
        Ok(Done::Changed(made(tx, &id)?.created()))
    })
    .await
}

fn made<P>(tx: &mut Tx<'_, P>, id: &Id<TierAccount>) -> Result<Answer> {
    let me = tx.account()?;
    answer(tx.conn, &me, id)
}

/// What it does not name stays as it is.
async fn update(call: Call<Manage>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let reach = reach(&given.body);
        let revised = actions::revise(tx, &id, &given.expected, reach, |row| becomes(row, &given.body));
        let done = revised.map_err(placed)?;
        let answer = made(tx, &id)?;
        Ok(done.map(|()| answer))
    })
    .await
}

async fn decommission(call: Call<Manage>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let done = actions::decommission(tx, &id, &given.expected)?;
        Ok(done.map(|()| Answer::nothing()))
    })
    .await
}

/// What a body describes that makes an account.
fn new(body: &Value) -> Result<New> {
    let mut wrong = Violations::new();
    let type_ = told(type_of(body), &mut wrong).flatten();
    let parent = told(parent_of(body), &mut wrong).flatten().flatten();
    if type_.is_none() && !wrong.iter().any(|one| one.at == "type") && body.is_object() {
        wrong.push(Violation::new("type", Why::missing("Send the type: customer or reseller")));
    }
    match (type_, json::read::<Data>(body, None)) {
        (Some(type_), Ok(data)) if wrong.is_empty() => Ok(New { type_, parent, data }),
        (_, read) => Err(all(wrong, read.err())),
    }
}

/// What a body makes of an account.
pub(super) fn becomes(row: &AccountRow, body: &Value) -> Result<New> {
    let mut wrong = Violations::new();
    let type_ = told(type_of(body), &mut wrong).flatten().unwrap_or(row.type_);
    let parent = told(parent_of(body), &mut wrong).flatten().unwrap_or_else(|| row.parent_id.clone());
    match json::read::<Data>(body, Some(&row.data())) {
        Ok(data) if wrong.is_empty() => Ok(New { type_, parent, data }),
        read => Err(all(wrong, read.err())),
    }
}

/// Only what names a parent can move.
pub(super) fn reach(body: &Value) -> Reach {
    if body.get("parent").is_some() { Reach::Moves } else { Reach::Stays }
}

fn told<T>(read: Result<T, Violation>, wrong: &mut Violations) -> Option<T> {
    read.map_err(|one| wrong.push(one)).ok()
}

fn all(mut wrong: Violations, more: Option<Violations>) -> Problem {
    wrong.extend(more.unwrap_or_default());
    Problem::Invalid(wrong)
}

fn type_of(body: &Value) -> Result<Option<Type>, Violation> {
    let Some(value) = body.get("type") else { return Ok(None) };
    let known = value.as_str().and_then(|text| Type::ALL.iter().find(|one| one.key().eq_ignore_ascii_case(text)));
    known.copied().map(Some).ok_or_else(|| Violation::new("type", Why::new("type", "Send customer or reseller here")))
}

/// The parent that a body names, if it names one; null is the top.
fn parent_of(body: &Value) -> Result<Option<Option<Id<TierAccount>>>, Violation> {
    let Some(value) = body.get("parent") else { return Ok(None) };
    let id = match value {
        Value::Null => return Ok(Some(None)),
        Value::Object(parent) => parent.get("id").unwrap_or(&Value::Null),
        _ => return Err(Violation::new("parent", Why::new("type", "Send an object with an id here"))),
    };
    match id {
        Value::Null => Ok(Some(None)),
        // a malformed id is nobody's
        Value::String(text) => text.parse().map(|id| Some(Some(id))).map_err(|_| actions::Against::Parent.into()),
        _ => Err(Violation::new("parent", Why::new("type", "Send text here"))),
    }
}

/// The same problem, with what is wrong at its places in the published object.
pub(super) fn placed(problem: Problem) -> Problem {
    let Problem::Invalid(mut wrong) = json::placed::<Data>(problem.clone()) else { return problem };
    for one in wrong.iter_mut().filter(|one| one.at == "parent") {
        one.at = "parent.id".into();
    }
    Problem::Invalid(wrong)
}

/// The states of one account. Nobody but its owner looks at what it was.
static VERSIONS: Collection = Collection {
    filters: &[
        Filter::whole("version", "r.number").ordered(),
        Filter::instant("events.updated.at", "r.at").ordered(),
        Filter::id("events.updated.by", "r.author_id").nullable(),
        Filter::part("contact_info"),
        Filter::part("events"),
    ],
    aliases: &[],
    search: None,
    order: &[By::down("r.number")],
    id: "r.id",
};

const STATES: &[Side] = &[Side::new(
    "(SELECT v.tier_account_id || '/' || v.number AS id, v.tier_account_id, v.number, v.at, v.author_id, t.owner_id \
     FROM tier_account_versions v JOIN tier_accounts t ON t.id = v.tier_account_id)",
    |_| "owner_id",
)];

async fn versions(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let asked = api::asked(&call.query, &VERSIONS)?;
    let page = db
        .read(&call.actor, move |read| {
            let row = store::find(read, &id)?;
            let of = Some(("r.tier_account_id", row.id.as_str()));
            let table = Table { sides: STATES, of, collection: &VERSIONS };
            api::table::answer(read, &table, &asked, published::versions)
        })
        .await?;
    Ok(page.respond())
}

async fn version(call: Call<View>, path: web::Path<(String, String)>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (id, number) = (id(&path.0)?, path.1.parse::<i32>().map_err(|_| Problem::NotFound)?);
    let found = db
        .read(&call.actor, move |read| {
            let row = store::find(read, &id)?;
            let me = read.actor.account().clone();
            let found = published::Version::load(read.conn, &me, &[(row.id.as_str(), Some(number))])?;
            found.into_iter().next().ok_or(Problem::NotFound)?.object()
        })
        .await?;
    api::object(&found)
}

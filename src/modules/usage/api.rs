//! The published operations of usage files.

use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::{
    Report, Review, UsageFile, View,
    actions::{self, Sent},
    data::{Acceptance, Billing, Details, Rejection},
    grid::Files,
    lifecycle::{Action, Part, RULES},
    mapping::{self, through::Through},
    published,
    store::{self, FileRow, Place},
};
use crate::{
    access::call::{Call, Given, LargeCall},
    kit::{
        actor::{Permission, Role},
        api::{self, Answer, Group, Object, Operation, Schema},
        db::{Db, Tx},
        done::Done,
        file_name,
        id::Id,
        input::{Input, json},
        lifecycle::allowed,
        pieces,
        problem::{Problem, Result},
        rql::{Beside, By, Collection, Filter},
        violation::{Violation, Why},
    },
    modules::{customers::imports::read, products::UsageSchema},
};

pub(super) const GROUP: Group =
    Group { name: "Usage", about: "What was used of pay-as-you-go items, reported in files." };

/// The part of an upload that the report is in.
const PART: &str = "usage_file";

pub fn operations() -> Vec<Operation> {
    let (id, file) = (Schema::id::<UsageFile>, published::file_schema);
    let act = |operation: Operation| operation.part("id", id()).versioned();
    vec![
        GROUP
            .list("/usage/files", list, "List usage files", (&FILES, file()))
            .about("A vendor sees its own files. The owner of a marketplace sees those submitted to it."),
        GROUP
            .create(
                "/usage/files",
                create,
                "Create a usage file",
                (published::to_create().given::<Details>().inline(), file()),
            )
            .about("Without a currency, amounts are in the marketplace's.")
            .versioned(),
        act(GROUP.object("/usage/files/{id}", one, "Get a usage file", file())),
        act(GROUP.change(
            "/usage/files/{id}",
            update,
            "Change a usage file",
            (Object::new().changed::<Details>().inline(), file()),
        ))
        .about(
            "Fields missing from the body are left unchanged. A submitted file can't be changed. A file with errors is checked again if its \
             period or currency changes.",
        ),
        act(GROUP.remove("/usage/files/{id}", delete, "Delete a usage file"))
            .about("Only while nobody else has seen it."),
        act(GROUP.upload(
            "/usage/files/{id}/upload",
            upload,
            "Upload a report",
            ((PART, "XLSX or CSV, up to 100 MB unless the operator has set another limit."), file()),
        ))
        .large()
        .with(
            "mapping",
            Schema::line(20)
                .about("How the report is read: the id of a mapping, `standard`, or empty to choose by its columns."),
        )
        .with("control_rows", Schema::at_least(0).about("How many rows the report has. It is only valid if it has this many."))
        .with("control_total", Schema::text().about("What the report adds up to. It is only valid if it does."))
        .with(
            actions::REPEATS,
            Schema::text().about(
                "Needed only if the answer asks for it: the id of the other file that already has this report, to upload it anyway.",
            ),
        )
        .about("Every row is then checked. The file becomes ready or invalid."),
        act(GROUP.act("/usage/files/{id}/submit", submit, "Submit a usage file", file())),
        act(GROUP.act("/usage/files/{id}/accept", accept, "Accept a usage file", file()))
            .taking(Object::new().given::<Acceptance>().inline()),
        act(GROUP.act("/usage/files/{id}/reject", reject, "Reject a usage file", file()))
            .taking(Object::new().given::<Rejection>().inline()),
        act(GROUP.act("/usage/files/{id}/close", close, "Close a usage file", file()))
            .taking(Object::new().given::<Billing>().inline()),
    ]
}

const OWNER: Beside = Beside::One { key: "r.owner_id", table: "accounts" };
const VENDOR: Beside = Beside::One { key: "r.vendor_id", table: "accounts" };
const MARKETPLACE: Beside = Beside::One { key: "r.marketplace_id", table: "marketplaces" };

static FILES: Collection = Collection {
    filters: &[
        Filter::id("id", "r.id").ordered().searched(),
        Filter::text("name", "r.name").ordered().searched(),
        Filter::words(
            "status",
            "r.status",
            &[
                ("draft", "draft"),
                ("uploading", "uploading"),
                ("processing", "processing"),
                ("invalid", "invalid"),
                ("ready", "ready"),
                ("rejected", "rejected"),
                ("pending", "pending"),
                ("accepted", "accepted"),
                ("closed", "closed"),
            ],
        )
        .ordered(),
        Filter::words(
            "environment",
            "r.environment",
            &[("production", "production"), ("test", "test"), ("preview", "preview")],
        ),
        Filter::words("schema", "r.schema", &[("qt", "QT"), ("tr", "TR"), ("cr", "CR"), ("pr", "PR")]),
        Filter::text("currency", "r.currency").nullable(),
        Filter::text("external_id", "r.external_id").blank().ordered(),
        Filter::text("external_billing_id", "r.billing_reference").blank(),
        Filter::instant("period.from", "r.period_from").ordered(),
        Filter::instant("period.to", "r.period_to").ordered(),
        Filter::instant("events.created.at", "r.created_at").ordered(),
        Filter::instant("events.updated.at", "r.updated_at").ordered(),
        Filter::instant("events.submitted.at", "r.submitted_at").nullable().ordered(),
        Filter::id("product.id", "r.product_id"),
        Filter::text("product.name", "r.product_name").ordered(),
        Filter::id("contract.id", "r.contract_id"),
        Filter::id("marketplace.id", "r.marketplace_id"),
        Filter::text("marketplace.name", "f.name").beside(MARKETPLACE),
        Filter::id("vendor.id", "r.vendor_id"),
        Filter::text("vendor.name", "f.name").beside(VENDOR),
        Filter::id("provider.id", "r.owner_id"),
        Filter::text("provider.name", "f.name").beside(OWNER),
        Filter::part("description"),
        Filter::part("records"),
        Filter::part("amount"),
        Filter::part("acceptance_note"),
        Filter::part("rejection_note"),
        Filter::part("external_billing_note"),
        Filter::part("period"),
        Filter::part("product"),
        Filter::part("contract"),
        Filter::part("marketplace"),
        Filter::part("vendor"),
        Filter::part("provider"),
        Filter::part("events"),
    ],
    aliases: &[],
    search: Some("r.search"),
    order: &[By::down("r.created_at")],
    id: "r.id",
};

async fn list(call: Call<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let collection = |_: Role| &FILES;
    api::table::<Files>((&call.actor, &call.query), &db, collection, published::files).await
}

fn id(text: &str) -> Result<Id<UsageFile>> {
    text.parse().map_err(|_| Problem::NotFound)
}

async fn one(call: Call<View>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let found = db
        .read(&call.actor, move |read| {
            let revision = store::find(read, &id)?.row.revision;
            let me = read.actor.account().clone();
            Answer::first(published::files(read.conn, &me, &[id.to_string()])?, revision)
        })
        .await?;
    Ok(found.respond())
}

/// A file as it is after an act on it.
pub(super) fn answer<P: Permission>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<Answer> {
    let me = tx.account()?;
    let revision = store::lock(tx, id)?.revision;
    Answer::first(published::files(tx.conn, &me, &[id.to_string()])?, revision)
}

/// Locks a file of the revision that the call goes by.
pub(super) fn expected<P: Permission>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, given: &Given) -> Result<FileRow> {
    let file = store::lock(tx, id)?;
    if given.expected.fits(file.revision) { Ok(file) } else { Err(Problem::overtaken("this file")) }
}

pub(super) fn body<I: Input>(given: &Given) -> Result<I> {
    json::read(&given.body, None).map_err(|wrong| json::placed::<I>(Problem::Invalid(wrong)))
}

async fn create(call: Call<Report>, db: web::Data<Db>) -> Result<HttpResponse> {
    call.act(&db, |tx, given| {
        let place = place(tx, &given.body);
        let details = json::read::<Details>(&given.body, None);
        let (place, mut details) = match (place?, details) {
            (Ok(place), Ok(details)) => (place, details),
            (place, details) => {
                let wrong = place.err().into_iter().chain(details.err().unwrap_or_default());
                return Err(json::placed::<Details>(Problem::Invalid(wrong.collect())));
            }
        };
        if place.schema != UsageSchema::Quantity && details.currency.is_none() {
            details.currency = Some(place.currency.clone());
        }
        let id = actions::create(tx, &place.listing, &details).map_err(json::placed::<Details>)?;
        Ok(Done::Changed(answer(tx, &id)?.created()))
    })
    .await
}

/// Where a body says that usage is reported. What is wrong with it is told beside what else is.
fn place(tx: &mut Tx<'_, Report>, body: &Value) -> Result<Result<Place, Violation>> {
    let named = |object: &str| body.get(object).and_then(|object| object.get("id")).and_then(Value::as_str);
    let Some(product) = named("product") else {
        return Ok(Err(Violation::new("product.id", Why::missing("Send the product's id"))));
    };
    let Some(contract) = named("contract") else {
        return Ok(Err(Violation::new("contract.id", Why::missing("Send the contract's id"))));
    };
    let mut places = store::places_of(tx, product, contract, named("marketplace").unwrap_or_default())?;
    Ok(match (places.pop(), places.is_empty()) {
        (Some(place), true) => Ok(place),
        (Some(_), false) => Err(Violation::new("marketplace.id", Why::missing("Send the marketplace's id"))),
        (None, _) => {
            let words = "Usage of this product can't be reported under this contract";
            Err(Violation::new("product.id", Why::new("unknown", words)))
        }
    })
}

/// What it does not name stays as it is.
async fn update(call: Call<Report>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let file = expected(tx, &id, given)?;
        let new = json::read(&given.body, Some(&Details::of(&file)))
            .map_err(|wrong| json::placed::<Details>(Problem::Invalid(wrong)))?;
        let done = actions::update(tx, &id, file.revision, &new).map_err(json::placed::<Details>)?;
        let answer = answer(tx, &id)?;
        Ok(done.map(|()| answer))
    })
    .await
}

async fn delete(call: Call<Report>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let seen = actions::shown_before_it_goes(&expected(tx, &id, given)?).token();
        actions::delete(tx, &id, &seen)?;
        Ok(Done::Changed(Answer::nothing()))
    })
    .await
}

async fn upload(call: LargeCall<Report>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    let key = id.clone();
    let file = db.read(&call.actor, move |read| store::find(read, &key)).await?.row;
    // what was answered before is answered again, wherever the file stands now
    if !call.may_repeat() && !allowed(RULES, file.status, Part::Vendor).contains(&Action::Upload) {
        return Err(Problem::moved(&file.id, file.status));
    }
    let (call, sent, fields) = call.receive(PART).await?;
    let texts: Vec<String> = Through::TABLE.iter().map(|entry| fields.text(entry.name).to_owned()).collect();
    let through = Through::read(&texts).map_err(Problem::Invalid)?;
    let known = match fields.text(actions::REPEATS) {
        "" => None,
        text => Some(text.parse::<Id<UsageFile>>().map_err(|_| {
            Violation::new(actions::REPEATS, Why::new("id", "Send the id of the file that already has this report"))
        })?),
    };
    let at = |words| Problem::Invalid(vec![Violation::new(PART, words)]);
    let sent = sent.ok_or_else(|| at(Why::missing("Send the report in this part")))?;
    let kind = read::kind_of(&mut sent.content.reader()).map_err(|words| at(Why::new("kind", words)))?;
    let actor = call.actor.clone();
    let saved = db.read(&actor, move |read| mapping::store::of_product(read, &file.product_id)).await?;
    let (content, control) = (sent.content.clone(), through.control());
    let chosen =
        web::block(move || through.choose(&mut content.reader(), saved)).await.map_err(Problem::internal)??;
    let upload = pieces::put(&db, &actor, &sent.content).await?;
    let sent = Sent { file_name: file_name::tidy(&sent.file_name), kind: kind.into(), upload };
    let act = call.act(&db, move |tx, given| {
        expected(tx, &id, given)?;
        actions::upload_controlled(tx, &id, &sent, (chosen.as_ref(), control), known.as_ref())?;
        Ok(Done::Changed(answer(tx, &id)?.created()))
    });
    let answered = act.await;
    // one that was answered before has kept its own
    pieces::forget(&db, &actor, upload).await;
    answered
}

async fn submit(call: Call<Report>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = id(&path)?;
    call.act(&db, move |tx, given| {
        let seen = actions::shown(&expected(tx, &id, given)?).token();
        actions::submit(tx, &id, &seen)?;
        Ok(Done::Changed(answer(tx, &id)?))
    })
    .await
}

async fn accept(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    decide(call, &path, &db, |tx, id, given, seen| actions::accept(tx, id, &body::<Acceptance>(given)?, seen)).await
}

async fn reject(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    decide(call, &path, &db, |tx, id, given, seen| actions::reject(tx, id, &body::<Rejection>(given)?, seen)).await
}

async fn close(call: Call<Review>, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    decide(call, &path, &db, |tx, id, given, seen| actions::close(tx, id, &body::<Billing>(given)?, seen)).await
}

type Decide = fn(&mut Tx<'_, Review>, &Id<UsageFile>, &Given, &str) -> Result<()>;

/// A program was shown no page: it goes by the file as it is, or by the revision that it names.
async fn decide(call: Call<Review>, path: &str, db: &Db, act: Decide) -> Result<HttpResponse> {
    let id = id(path)?;
    call.act(db, move |tx, given| {
        let seen = actions::shown(&expected(tx, &id, given)?).token();
        act(tx, &id, given, &seen)?;
        Ok(Done::Changed(answer(tx, &id)?))
    })
    .await
}

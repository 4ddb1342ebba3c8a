//! What verbs of orders refuse by themselves, whoever asks: a program meets the same rules as a form.

use std::{fmt::Debug, sync::Arc, time::Duration};

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use entente::{
    access::identity,
    kit::{
        actor::{Actor, Permission},
        caller::{Caller, Credential},
        environment::Environment,
        problem::{Problem, Result},
    },
    modules::{
        orders::{self, Fulfillment, Manage, Message, Order, Ordered, Process, Quantity, Request, Talk},
        products::parameters::values::Values,
    },
};
use futures_util::future::join;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    orders::{account, in_use, parameter, waiting},
    support::{World, world::PULSE},
};

/// A person of the cast, acting for a company as a program.
async fn acting<P: Permission>(world: &World, email: &str, company: &'static str) -> Actor<P> {
    let person = world.text(&format!("SELECT id AS t FROM users WHERE email = '{email}'"));
    let identity = world
        .program
        .db
        .open(move |conn| identity::load(conn, &person.parse().expect("an id"), &company.parse().expect("an id")))
        .await
        .expect("a member");
    let caller = Caller { credential: Credential::Token, request: "r-1".into(), ..Caller::job() };
    Actor::admit(Arc::new(identity), Arc::new(caller)).expect("somebody who may")
}

async fn vendor<P: Permission>(world: &World) -> Actor<P> {
    acting(world, "apollo@champions.example", "VA-287-142").await
}

async fn buyer<P: Permission>(world: &World) -> Actor<P> {
    acting(world, "michael@mightymicks.example", "PA-469-206").await
}

/// Where something is wrong, and its code.
#[track_caller]
fn wrong<T: Debug>(outcome: Result<T>) -> Vec<(String, &'static str)> {
    match outcome {
        Err(Problem::Invalid(wrong)) => wrong.into_iter().map(|one| (one.at.to_string(), one.why.code)).collect(),
        other => panic!("it should say what is wrong with the input, and is {other:?}"),
    }
}

fn one(at: impl Into<String>, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(at.into(), code)]
}

/// What an order of Apollo Pulse comes to when `spoil` has changed it.
async fn ordered(world: &World, spoil: impl FnOnce(&mut Ordered)) -> Result<()> {
    let actor = buyer::<Order>(world).await;
    let company = actor.account().clone();
    let offers = world.program.db.read(&actor, move |read| orders::offers_of(read, &company, false));
    let offer = offers.await?.into_iter().find(|offer| offer.product.as_str() == PULSE).expect("it is listed");
    let mut new = Ordered {
        environment: Environment::Production,
        offer,
        customer: account(world, "Adrian's Restaurant").parse().expect("an id"),
        items: vec![("PRD-276-377-545-0001".parse().expect("an id"), Quantity::of(3.into()))],
        values: Values::default(),
        external_id: "SO-1".into(),
        external_uid: Uuid::new_v4(),
        note: String::new(),
    };
    spoil(&mut new);
    world.program.db.write(&actor, move |tx| orders::order(tx, &new, None)).await.map(drop)
}

#[actix_web::test]
async fn an_order_refuses_what_its_wizard_does_not_offer() {
    let world = World::new().await;
    let count = || world.number("SELECT count(*) AS n FROM subscriptions");
    let before = count();
    let item = |quantity: Quantity, id: &str| vec![(id.parse().expect("an id"), quantity)];
    let (first, metered) = ("PRD-276-377-545-0001", "PRD-276-377-545-0003");
    let half = Quantity::of(Decimal::new(15, 1));
    for (new, at, code) in [
        (item(half, first), format!("items.{first}"), "whole"),
        (item(Quantity::UNLIMITED, first), format!("items.{first}"), "whole"),
        (item(Quantity::of(2_000_000_000_i64.into()), first), format!("items.{first}"), "whole"),
        (item(Quantity::of(3.into()), metered), format!("items.{metered}"), "unlimited"),
        (item(Quantity::of(1.into()), "PRD-276-377-545-0999"), "items.PRD-276-377-545-0999".into(), "not_offered"),
        (Vec::new(), "items".into(), "missing"),
    ] {
        assert_eq!(wrong(ordered(&world, |order| order.items = new).await), one(at, code));
    }
    let long = "x".repeat(129);
    assert_eq!(wrong(ordered(&world, |new| new.external_id = String::new()).await), one("external_id", "missing"));
    assert_eq!(wrong(ordered(&world, |new| new.external_id = long).await), one("external_id", "too_long"));
    assert_eq!(wrong(ordered(&world, |new| new.note = "x".repeat(2_001)).await), one("note", "too_long"));
    let taken = world.text("SELECT external_uid::text AS t FROM subscriptions WHERE buyer_id = 'PA-469-206' LIMIT 1");
    let taken: Uuid = taken.parse().expect("a key");
    assert_eq!(wrong(ordered(&world, |new| new.external_uid = taken).await), one("external_uid", "taken"));
    // somebody takes it while the order is made
    let mut other = world.sql();
    let twin = Uuid::new_v4();
    other
        .batch_execute(&format!(
            "BEGIN; UPDATE subscriptions SET external_uid = '{twin}' WHERE external_uid = '{taken}'"
        ))
        .expect("it is taken");
    let commits = async {
        actix_web::rt::time::sleep(Duration::from_millis(400)).await;
        other.batch_execute("COMMIT").expect("it ends");
    };
    let (late, ()) = join(ordered(&world, |new| new.external_uid = twin), commits).await;
    assert_eq!(wrong(late), one("external_uid", "taken"));
    let (size, key) = (parameter(&world, "gym_size"), parameter(&world, "license_key"));
    let value = |parameter: &str, value: &str| {
        let mut values = Values::default();
        values.set(&parameter.parse().expect("an id"), value.to_owned());
        values
    };
    for (values, at, code) in
        [(value(&size, "enormous"), &size, "choice"), (value(&key, "the vendor's to fill in"), &key, "not_asked")]
    {
        assert_eq!(wrong(ordered(&world, |new| new.values = values).await), one(format!("params.{at}"), code));
    }
    let elsewhere = "PRM-000-000-000-0001";
    if let Ok(parameter) = elsewhere.parse() {
        let mut values = Values::default();
        values.set(&parameter, "x".into());
        let at = format!("params.{elsewhere}");
        assert_eq!(wrong(ordered(&world, |new| new.values = values).await), one(at, "not_asked"));
    }
    assert!(matches!(
        ordered(&world, |new| new.environment = Environment::Preview).await,
        Err(Problem::Invalid(wrong)) if wrong[0].at == "offer"
    ));
    assert_eq!(count(), before, "nothing was ordered");
    ordered(&world, |_| ()).await.expect("what is right is ordered");
    assert_eq!(count(), before + 1);
}

#[actix_web::test]
async fn a_vendor_cannot_do_with_a_request_what_its_pages_do_not_offer() {
    let world = World::new().await;
    let request: entente::kit::id::Id<Request> = waiting(&world).parse().expect("an id");
    let actor = vendor::<Process>(&world).await;
    let db = &world.program.db;
    for at in [Utc::now() - TimeDelta::hours(1), Utc::now() + TimeDelta::days(5_000)] {
        let id = request.clone();
        assert_eq!(wrong(db.write(&actor, move |tx| orders::schedule(tx, &id, at)).await), one("at", "later"));
    }
    for (reason, code) in [(" \n ".to_owned(), "missing"), ("x".repeat(501), "too_long")] {
        let id = request.clone();
        assert_eq!(wrong(db.write(&actor, move |tx| orders::fail(tx, &id, &reason)).await), one("reason", code));
    }
    for (question, code) in [(String::new(), "missing"), ("x".repeat(2_001), "too_long")] {
        let id = request.clone();
        let asked = db.write(&actor, move |tx| orders::inquire::<Fulfillment>(tx, &id, &question, &[])).await;
        assert_eq!(wrong(asked), one("question", code));
    }
    let (key, size) = (parameter(&world, "license_key"), parameter(&world, "gym_size"));
    let (id, blamed) = (request.clone(), vec![(key.parse().expect("an id"), "Not ours to ask".to_owned())]);
    let asked = db.write(&actor, move |tx| orders::inquire::<Fulfillment>(tx, &id, "Which?", &blamed)).await;
    assert_eq!(wrong(asked), one(format!("params.{key}"), "not_asked"));
    let mut values = Values::default();
    values.set(&size.parse().expect("an id"), "m".into());
    let id = request.clone();
    let filled = db.write(&actor, move |tx| orders::fill_in::<Fulfillment>(tx, &id, &values)).await;
    assert_eq!(wrong(filled), one(format!("params.{size}"), "not_asked"), "the customer gives it");
    let message = Message { id: None, name: "Free".into(), body: "Text of our own".into() };
    let mut values = Values::default();
    values.set(&key.parse().expect("an id"), "KEY-1".into());
    let tomorrow = Some(Utc::now() + TimeDelta::days(2));
    let id = request.clone();
    let approved =
        db.write(&actor, move |tx| orders::approve(tx, &id, (&values, Some(&message)), tomorrow, None)).await;
    assert_eq!(wrong(approved), [one("effective", "day"), one("message", "not_offered")].concat());
    let id = request.clone();
    let approved = db.write(&actor, move |tx| orders::approve(tx, &id, (&Values::default(), None), None, None)).await;
    assert_eq!(wrong(approved), one(format!("params.{key}"), "missing"));
    assert_eq!(world.text(&format!("SELECT status AS t FROM fulfillment_requests WHERE id = '{request}'")), "pending");
}

#[actix_web::test]
async fn an_answer_has_all_that_was_asked() {
    let world = World::new().await;
    let request = waiting(&world);
    let email = parameter(&world, "trainer_email");
    world.run(&format!(
        "UPDATE fulfillment_requests SET status = 'inquiring', form_nonce = 'x', parameter_values = \
         parameter_values - '{email}' WHERE id = '{request}'"
    ));
    let actor = buyer::<Talk>(&world).await;
    let answer = async |value: &str| {
        let id = request.parse().expect("an id");
        let mut values = Values::default();
        values.set(&email.parse().expect("an id"), value.to_owned());
        world.program.db.write(&actor, move |tx| orders::answer::<Fulfillment, _>(tx, &id, (&values, ""))).await
    };
    assert_eq!(wrong(answer("").await), one(format!("params.{email}"), "missing"));
    assert_eq!(wrong(answer("no address").await).first(), Some(&(format!("params.{email}"), "email")));
    answer("trainer@adrians.example").await.expect("what is right is taken");
}

#[actix_web::test]
async fn a_change_refuses_items_that_are_not_there() {
    let world = World::new().await;
    let actor = buyer::<Manage>(&world).await;
    let subscription: entente::kit::id::Id<orders::Subscription> = in_use(&world).parse().expect("an id");
    let wanted = orders::Wanted {
        items: vec![("PRD-276-377-545-0999".parse().expect("an id"), Quantity::of(1.into()))],
        values: Values::default(),
        note: String::new(),
        early: false,
        sent: String::new(),
    };
    // who was shown nothing binds nobody
    let changed = world.program.db.write(&actor, move |tx| orders::change(tx, &subscription, &wanted)).await;
    assert_eq!(wrong(changed), one("", "changed"));
}

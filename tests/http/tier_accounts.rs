//! Customers and their requests as programs meet them: made, read, found, changed, taken out of use, and decided by vendors.

use std::collections::BTreeSet;

use actix_web::http::Method;
use entente::{kit::input::Input as _, modules::customers::data::Data};
use futures_util::future::join;
use serde_json::{Value, json};

use crate::{
    api::{Program, value},
    orders::account,
    support::{
        Answer, World,
        world::{MICKS, RING},
    },
};

/// What the tokens of the cast may do here.
pub const KEYS: &str =
    "UPDATE api_tokens SET permissions = permissions || '{customers.manage}' WHERE id <> 'SU-000-000-002'";

/// Programs of the distributor, the vendor, and a reseller that has to do with neither's customers.
fn cast(world: &World) -> [Program; 3] {
    let [micks, _, champions, acreed] = world.tokens();
    world.run(KEYS);
    [micks, champions, acreed].map(|key| Program::of(world, &key))
}

const ACCOUNTS: &str = "/tier/accounts";
const REQUESTS: &str = "/tier/account-requests";

fn gym(parent: &str) -> Value {
    json!({
        "type": "customer",
        "name": "Mickey's Gym",
        "external_id": "C-7",
        "external_uid": "8f14e45f-ceea-467f-9f0b-4d9d1a3c2b10",
        "tax_id": "US-1",
        "parent": { "id": parent },
        "contact_info": {
            "address_line1": "2147 North Front Street",
            "address_line2": null,
            "city": "Philadelphia",
            "state": null,
            "postal_code": "19125",
            "country": "us",
            "contact": {
                "first_name": "Mickey",
                "last_name": "Goldmill",
                "email": "mickey@gym.example",
                "phone_number": { "country_code": "+1", "area_code": "215", "phone_number": "5630700", "extension": "-" },
            },
        },
    })
}

async fn post(program: &Program, path: &str, body: &Value) -> Answer {
    program.send(Method::POST, path, body, &[]).await
}

async fn put(program: &Program, path: &str, body: &Value) -> Answer {
    program.send(Method::PUT, path, body, &[]).await
}

/// The id of an account that a program makes.
async fn made(program: &Program, body: &Value) -> String {
    let answer = post(program, ACCOUNTS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    value(&answer)["id"].as_str().expect("an id").to_owned()
}

fn with_uid(mut body: Value, uid: &str) -> Value {
    body["external_uid"] = json!(uid);
    body
}

fn without(mut object: Value, parts: &[&str]) -> Value {
    for part in parts {
        object.as_object_mut().expect("an object").remove(*part);
    }
    object
}

#[actix_web::test]
async fn an_account_is_made_read_changed_and_taken_out_of_use_as_published() {
    let world = World::new().await;
    let [micks, ..] = cast(&world);
    let south = account(&world, "Southside Sports");
    let answer = post(&micks, ACCOUNTS, &gym(&south)).await;
    assert_eq!((answer.status, answer.header("etag")), (201, Some("\"1\"")));
    let object = value(&answer);
    let id = object["id"].as_str().expect("an id").to_owned();
    let path = format!("{ACCOUNTS}/{id}");
    assert_eq!(
        without(object.clone(), &["id", "events"]),
        json!({
            "version": 1,
            "type": "customer",
            "scopes": ["customer"],
            "name": "Mickey's Gym",
            "external_id": "C-7",
            "external_uid": "8f14e45f-ceea-467f-9f0b-4d9d1a3c2b10",
            "tax_id": "US-1",
            "owner": { "id": "PA-469-206", "name": "Mighty Mick's LLC" },
            "parent": { "id": south, "name": "Southside Sports", "external_id": "C-1002" },
            "hub": { "id": "HB-0000-0000", "name": "None" },
            "contact_info": {
                "address_line1": "2147 North Front Street",
                "address_line2": "",
                "city": "Philadelphia",
                "state": "",
                "postal_code": "19125",
                "country": "US",
                "contact": {
                    "first_name": "Mickey",
                    "last_name": "Goldmill",
                    "email": "mickey@gym.example",
                    "phone_number": { "country_code": "+1", "area_code": "", "phone_number": "2155630700", "extension": "" },
                },
            },
        })
    );
    let by = json!({ "id": "SU-000-000-001", "name": "CLI Token 1" });
    assert_eq!((&object["events"]["created"]["by"], &object["events"]["updated"]["by"]), (&by, &by));
    assert!(object["events"]["created"]["at"].as_str().is_some_and(|at| at.len() == 25 && at.ends_with("+00:00")));
    let read = micks.get(&path).await;
    assert_eq!((read.status, read.header("etag"), value(&read)), (200, Some("\"1\""), object.clone()));

    // what it does not name stays, also inside of what it names
    let body = json!({ "contact_info": { "city": "Camden", "contact": { "phone_number": { "extension": "12" } } } });
    let answer = put(&micks, &path, &body).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
    let changed = value(&answer);
    let mut wanted = object.clone();
    wanted["contact_info"]["city"] = json!("Camden");
    wanted["contact_info"]["contact"]["phone_number"]["extension"] = json!("12");
    wanted["version"] = json!(2);
    assert_eq!(without(changed.clone(), &["events"]), without(wanted, &["events"]));
    // clients send the whole object back, with what nobody can write
    let same = put(&micks, &path, &changed).await;
    assert_eq!((same.status, value(&same)), (200, changed.clone()));

    let versions = micks.get(&format!("{path}/versions")).await;
    assert_eq!(versions.header("content-range"), Some("items 0-1/2"));
    let numbers: Vec<_> = value(&versions).as_array().into_iter().flatten().map(|one| one["version"].clone()).collect();
    assert_eq!(numbers, [2, 1]);
    assert_eq!(
        value(&micks.get(&format!("{path}/versions?version=1")).await)[0]["contact_info"]["city"],
        "Philadelphia"
    );
    assert_eq!(value(&micks.get(&format!("{path}/versions/1")).await), object);
    assert_eq!(value(&micks.get(&format!("{path}/versions/2")).await), changed);
    for none in ["0", "3", "-1", "x", "99999999999"] {
        assert_eq!(micks.get(&format!("{path}/versions/{none}")).await.status, 404, "{none}");
    }

    let gone = micks.call(&Method::DELETE, &path).await;
    assert_eq!((gone.status, gone.body.is_empty()), (204, true));
    assert_eq!(micks.call(&Method::DELETE, &path).await.status, 204, "it is gone already");
    assert!(value(&micks.get(&path).await)["events"]["decommissioned"]["at"].is_string());
    assert_eq!(value(&micks.get(&format!("{ACCOUNTS}?id={id}")).await), json!([]));
    let late = put(&micks, &path, &json!({ "name": "Late" })).await;
    assert_eq!((late.status, value(&late)["error_code"].as_str()), (400, Some("REQ_409")));
    let history = world.text(&format!(
        "SELECT string_agg(name || ' by ' || actor_name, ', ' ORDER BY at, seq) AS t FROM (SELECT *, row_number() OVER () AS seq \
         FROM events WHERE object = '{id}') e"
    ));
    let by = "by CLI Token 1";
    assert_eq!(history, format!("customer.created {by}, customer.updated {by}, customer.decommissioned {by}"));
}

#[actix_web::test]
async fn an_account_moves_where_the_body_names_another_parent() {
    let world = World::new().await;
    let [micks, ..] = cast(&world);
    let (delphi, south) = (account(&world, "Delphi Gyms"), account(&world, "Southside Sports"));
    let id = made(&micks, &gym(&south)).await;
    let path = format!("{ACCOUNTS}/{id}");
    let moved = value(&put(&micks, &path, &json!({ "parent": { "id": delphi } })).await);
    assert_eq!((&moved["parent"]["name"], &moved["version"]), (&json!("Delphi Gyms"), &json!(2)));
    let top = put(&micks, &format!("{ACCOUNTS}/{south}"), &json!({ "parent": null })).await;
    assert_eq!((top.status, value(&top).get("parent")), (200, None));
    for (path, body, at, words) in [
        (&path, json!({ "parent": null }), "parent.id", "A customer must be under a reseller: choose one"),
        (&path, json!({ "parent": { "id": id } }), "parent.id", "Choose one of your active resellers"),
        (&path, json!({ "parent": { "id": "TA-0000-0000-0000" } }), "parent.id", "Choose one of your active resellers"),
        (&path, json!({ "parent": { "id": "nonsense" } }), "parent.id", "Choose one of your active resellers"),
        (&path, json!({ "type": "reseller" }), "type", "An account's type cannot be changed"),
        (
            &format!("{ACCOUNTS}/{delphi}"),
            json!({ "parent": { "id": delphi } }),
            "parent.id",
            "This reseller is under the account itself",
        ),
    ] {
        let refused = put(&micks, path, &body).await;
        assert_eq!((refused.status, &value(&refused)["params"]), (400, &json!({ at: [words] })), "{body}");
    }
    // what others stand below, or subscriptions use, stays
    for name in ["Delphi Gyms", "J&M Tropical Fish"] {
        let refused = micks.call(&Method::DELETE, &format!("{ACCOUNTS}/{}", account(&world, name))).await;
        assert_eq!((refused.status, value(&refused)["error_code"].as_str()), (400, Some("REQ_409")), "{name}");
    }
}

/// The names that a query finds, with the header's range.
async fn found(program: &Program, query: &str) -> (String, Vec<String>) {
    let answer = program.get(&format!("{ACCOUNTS}?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let names = value(&answer);
    let names = names.as_array().into_iter().flatten().map(|one| one["name"].as_str().expect("a name").to_owned());
    (answer.header("content-range").unwrap_or_default().to_owned(), names.collect())
}

#[actix_web::test]
async fn a_list_is_filtered_ordered_and_paged_with_exact_totals() {
    let world = World::new().await;
    let [micks, ..] = cast(&world);
    let (delphi, south) = (account(&world, "Delphi Gyms"), account(&world, "Southside Sports"));
    let [fish, adrians] = ["J&M Tropical Fish", "Adrian's Restaurant"];
    let uid = world.text("SELECT external_uid::text AS t FROM tier_accounts WHERE name LIKE 'J&M%'");
    let all = ["Adrian's Restaurant", "Delphi Gyms", "J&M Tropical Fish", "Southside Sports"];
    for (query, names) in [
        ("", &all[..]),
        ("type=customer", &[adrians, fish]),
        ("eq(type,RESELLER)", &["Delphi Gyms", "Southside Sports"]),
        (&format!("external_uid={uid}"), &[fish]),
        (&format!("external_uid={}", uid.to_uppercase()), &[fish]),
        (&format!("in(external_uid,({uid},nobody))"), &[fish]),
        (&format!("ne(external_uid,{uid})"), &[adrians, "Delphi Gyms", "Southside Sports"]),
        (&format!("like(external_uid,*{})", &uid[24..]), &[fish]),
        (&format!("ilike(external_uid,*{})", uid[24..].to_uppercase()), &[fish]),
        ("external_uid=nobody", &[]),
        ("external_id=C-1003", &[fish]),
        ("external_id=null()", &[]),
        ("like(name,*Gyms)", &["Delphi Gyms"]),
        ("search=tropical", &[fish]),
        (&format!("parent.id={delphi}"), &[adrians, "Southside Sports"]),
        ("parent.name=Southside Sports", &[fish]),
        ("parent.id=null()", &["Delphi Gyms"]),
        (&format!("parent.parent.id={delphi}"), &[fish]),
        (&format!("in(parent.id,({south},{delphi}))&type=customer"), &[adrians, fish]),
        ("owner.name=\"Mighty Mick's LLC\"", &all),
        ("owner.id=PA-469-206", &all),
        ("owner.id=PA-196-115", &[]),
        ("hub.id=HB-0000-0000", &all),
        ("hub.id=HB-2468-1357", &[]),
        ("scopes=customer", &[adrians, fish]),
        ("in(scopes,(tier1,tier2))", &["Delphi Gyms", "Southside Sports"]),
        ("contact_info.contact.email=gloria@tropicalfish.example", &[fish]),
        ("ge(events.created.at,2100-01-01T00:00:00+00:00)", &[]),
        ("ge(events.created.at,2020-01-01T00:00:00+00:00)&le(events.created.at,2100-01-01)", &all),
        ("ne(events.created.by,null())", &all),
        ("events.updated.by=UR-000-000-000", &[]),
        ("nobody_knows=this", &all),
    ] {
        let query = query.replace(' ', "%20").replace('"', "%22");
        let (range, mut names_found) = found(&micks, &query).await;
        names_found.sort();
        assert_eq!(names_found, *names, "{query}");
        let last = names.len().saturating_sub(1);
        assert_eq!(range, format!("items 0-{last}/{}", names.len()), "{query}");
    }
    for wrong in
        ["ordering(tax_id)", "gt(name,A)", "type=nonsense", "select(nothing)", "gt(contact_info.contact.email,a)"]
    {
        assert_eq!(micks.get(&format!("{ACCOUNTS}?{wrong}")).await.status, 400, "{wrong}");
    }
    let pruned = value(&micks.get(&format!("{ACCOUNTS}?select(-contact_info,-events.updated)&limit=1")).await);
    assert!(pruned[0].get("contact_info").is_none() && pruned[0]["events"].get("updated").is_none());
    assert!(pruned[0]["events"]["created"].is_object());

    // walked page by page, in any order, each account is met once
    for number in 0..19 {
        let mut body = gym(&south);
        body["name"] = json!(format!("Gym {}", number % 4));
        body["external_uid"] = Value::Null;
        made(&micks, &body).await;
    }
    for order in ["", "ordering(name)", "ordering(-name,external_id)", "ordering(-parent.name)", "ordering(owner.name)"]
    {
        let (mut met, mut offset) = (Vec::new(), 0);
        loop {
            let answer = micks.get(&format!("{ACCOUNTS}?{order}&limit=5&offset={offset}").replace("?&", "?")).await;
            let rows = value(&answer);
            let rows = rows.as_array().expect("a list");
            let last = (offset + rows.len()).saturating_sub(1).max(offset);
            assert_eq!(answer.header("content-range"), Some(format!("items {offset}-{last}/23").as_str()), "{order}");
            met.extend(rows.iter().map(|row| row["id"].to_string()));
            offset += 5;
            if rows.len() < 5 {
                break;
            }
        }
        assert_eq!((met.len(), met.iter().collect::<BTreeSet<_>>().len()), (23, 23), "{order}");
    }
    let (_, names) = found(&micks, "ordering(-name)&limit=1000").await;
    assert!(names.is_sorted_by(|one, other| one >= other), "{names:?}");
    for (query, range) in
        [("limit=0", "items 0-0/23"), ("offset=1000", "items 1000-1000/23"), ("limit=1&offset=22", "items 22-22/23")]
    {
        assert_eq!(found(&micks, query).await.0, range, "{query}");
    }
}

/// Inserts so many customers behind the program's back.
fn many(world: &World, count: i32) {
    let south = account(world, "Southside Sports");
    world.run(&format!(
        "WITH new AS (INSERT INTO tier_accounts (id, owner_id, type, parent_id, name, external_uid, country, city, postal_code, \
         address_line1, first_name, last_name, email, created_at, updated_at) SELECT \
         'TA-9' || to_char(n, 'FM000') || '-0000-0000', 'PA-469-206', 'customer', '{south}', 'Many ' || n, gen_random_uuid(), 'US', \
         'c', 'p', 'a', 'f', 'l', 'e@x.example', now(), now() FROM generate_series(1, {count}) n RETURNING id) \
         INSERT INTO tier_account_versions SELECT id, 1, (SELECT data FROM tier_account_versions LIMIT 1), 'a', now() FROM new"
    ));
}

#[actix_web::test]
async fn a_call_asks_the_database_little_whatever_it_lists() {
    let world = World::with(|config| entente::config::Config { pool: 1, ..config }).await;
    let [micks, champions, _] = cast(&world);
    many(&world, 950);
    let fish = account(&world, "J&M Tropical Fish");
    for (program, path, most) in [
        // the token, the ids, their objects, and how many there are in all
        (&micks, ACCOUNTS.to_owned(), 4),
        (&micks, format!("{ACCOUNTS}?type=customer&limit=10"), 4),
        // a page that is not full says how many there are
        (&micks, format!("{ACCOUNTS}?search=tropical"), 3),
        (&micks, format!("{ACCOUNTS}?limit=0"), 2),
        // 954 in pieces of 200
        (&micks, format!("{ACCOUNTS}?limit=1000"), 7),
        (&champions, ACCOUNTS.to_owned(), 4),
        (&micks, format!("{ACCOUNTS}/{fish}"), 3),
        (&micks, format!("{ACCOUNTS}/{fish}/versions"), 4),
        (&micks, format!("{ACCOUNTS}/{fish}/versions/1"), 3),
        (&champions, REQUESTS.to_owned(), 4),
    ] {
        let mut least = usize::MAX;
        for _ in 0..3 {
            let before = world.program.db.statements();
            assert_eq!(program.get(&path).await.status, 200, "{path}");
            least = least.min(world.program.db.statements() - before);
        }
        assert!(least <= most, "{path} asks {least} statements");
    }
    let all = value(&micks.get(&format!("{ACCOUNTS}?limit=1000")).await);
    let ids: BTreeSet<_> = all.as_array().into_iter().flatten().map(|one| one["id"].to_string()).collect();
    assert_eq!(ids.len(), 954);
}

#[actix_web::test]
async fn what_is_not_ones_own_is_not_there() {
    let world = World::new().await;
    let [micks, champions, acreed] = cast(&world);
    let fish = account(&world, "J&M Tropical Fish");
    let missing = value(&micks.get(&format!("{ACCOUNTS}/TA-0000-0000-0000")).await);
    for id in [fish.as_str(), "TA-0000-0000-0000", "nonsense", "%00", "TA-1"] {
        for (method, path) in [
            (Method::GET, format!("{ACCOUNTS}/{id}")),
            (Method::PUT, format!("{ACCOUNTS}/{id}")),
            (Method::DELETE, format!("{ACCOUNTS}/{id}")),
            (Method::GET, format!("{ACCOUNTS}/{id}/versions")),
            (Method::GET, format!("{ACCOUNTS}/{id}/versions/1")),
        ] {
            let answer = acreed.call(&method, &path).await;
            assert_eq!((answer.status, value(&answer)), (404, missing.clone()), "{method} {path}");
        }
    }
    assert_eq!(found(&acreed, "").await, ("items 0-0/0".into(), vec![]));
    // a vendor looks at whom its subscriptions name, and no more
    let seen = world.number("SELECT count(*) AS n FROM tier_account_sight WHERE viewer_id = 'VA-287-142'");
    assert_eq!(found(&champions, "").await.0, format!("items 0-{}/{seen}", seen - 1));
    let object = value(&champions.get(&format!("{ACCOUNTS}/{fish}")).await);
    assert_eq!(object["parent"]["name"], "Southside Sports");
    world
        .run(&format!("DELETE FROM tier_account_sight WHERE viewer_id = 'VA-287-142' AND tier_account_id <> '{fish}'"));
    let object = value(&champions.get(&format!("{ACCOUNTS}/{fish}")).await);
    assert_eq!(object.get("parent"), None);
    assert_eq!(value(&champions.get(ACCOUNTS).await), json!([object]));
    for query in ["parent.name=Southside%20Sports", "ne(parent.id,null())", "like(parent.name,*)"] {
        assert_eq!(found(&champions, query).await.1, Vec::<String>::new(), "{query}");
    }
    for (method, path) in [
        (Method::PUT, format!("{ACCOUNTS}/{fish}")),
        (Method::DELETE, format!("{ACCOUNTS}/{fish}")),
        (Method::GET, format!("{ACCOUNTS}/{fish}/versions")),
    ] {
        assert_eq!(champions.call(&method, &path).await.status, 404, "{method} {path}");
    }
    let below = post(&acreed, ACCOUNTS, &gym(&account(&world, "Southside Sports"))).await;
    assert_eq!(value(&below)["params"], json!({ "parent.id": ["Choose one of your active resellers"] }));
}

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_place() {
    let world = World::new().await;
    let [micks, ..] = cast(&world);
    let south = account(&world, "Southside Sports");
    let uid = world.text("SELECT external_uid::text AS t FROM tier_accounts WHERE name LIKE 'J&M%'");
    let places = |answer: &Answer| -> Vec<String> {
        let params = value(answer)["params"].clone();
        params.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
    };
    let before = world.number("SELECT count(*) AS n FROM tier_accounts");
    let object = |change: fn(&mut Value)| {
        let mut body = gym(&south);
        change(&mut body);
        body
    };
    for (body, at) in [
        (
            json!({}),
            &[
                "contact_info.address_line1",
                "contact_info.city",
                "contact_info.contact.email",
                "contact_info.contact.first_name",
                "contact_info.country",
                "name",
                "type",
            ][..],
        ),
        (object(|body| body["type"] = json!("shop")), &["type"]),
        (object(|body| body["type"] = Value::Null), &["type"]),
        (object(|body| body["name"] = json!(5)), &["name"]),
        (object(|body| body["name"] = json!("x".repeat(900_000))), &["name"]),
        (object(|body| body["parent"] = json!([])), &["parent.id"]),
        (object(|body| body["parent"] = json!({ "id": 5 })), &["parent.id"]),
        (object(|body| body["parent"] = Value::Null), &["parent.id"]),
        (object(|body| body["parent"] = json!({ "id": "nonsense" })), &["parent.id"]),
        (object(|body| body["contact_info"]["country"] = json!("XX")), &["contact_info.country"]),
        (object(|body| body["contact_info"]["postal_code"] = Value::Null), &["contact_info.postal_code"]),
        (
            object(|body| body["contact_info"]["contact"]["phone_number"] = json!({ "phone_number": [] })),
            &["contact_info.contact.phone_number"],
        ),
        (object(|body| body["external_uid"] = json!("7")), &["external_uid"]),
        (object(|body| body["external_uid"] = json!("taken")), &["external_uid"]),
    ] {
        let body = if body["external_uid"] == "taken" { with_uid(body, &uid) } else { body };
        let answer = post(&micks, ACCOUNTS, &body).await;
        assert_eq!((answer.status, value(&answer)["error_code"].as_str()), (400, Some("VAL_001")), "{at:?}");
        assert_eq!(places(&answer), at, "{}", answer.text());
    }
    // a part of the wrong shape is told beside what is missing because of it
    for (body, at) in [
        (object(|body| body["contact_info"] = json!("here")), "contact_info"),
        (object(|body| body["contact_info"]["contact"] = json!(1)), "contact_info.contact"),
    ] {
        let answer = post(&micks, ACCOUNTS, &body).await;
        assert_eq!(answer.status, 400);
        assert!(places(&answer).iter().any(|place| place == at), "{}", answer.text());
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM tier_accounts"), before);
}

/// The same wrong customer in a browser's form and in a program's body: the same fields are refused.
#[actix_web::test]
async fn a_form_and_a_body_are_refused_for_the_same_fields() {
    let world = World::new().await;
    let [micks, ..] = cast(&world);
    let michael = world.michael().await;
    let fish = account(&world, "J&M Tropical Fish");
    let long = "x".repeat(300);
    for entry in Data::TABLE {
        for text in ["", "nobody", "XX", "+1", "\u{200b}", &long] {
            let form = michael.get(&format!("{MICKS}/customers/{fish}/edit")).await;
            let answer = michael.submit(&form, &[(entry.name, text)]).await;
            let told: BTreeSet<String> = answer
                .attributes("[aria-invalid=true]", "name")
                .into_iter()
                .map(|name| Data::TABLE.iter().find(|one| one.name == name).expect("a field").at.to_owned())
                .collect();
            // the body says the same in one place of the object
            let place = entry.at.rsplit('.').fold(json!(text), |inside, part| json!({ part: inside }));
            let refused = put(&micks, &format!("{ACCOUNTS}/{fish}"), &place).await;
            let params = value(&refused)["params"].clone();
            let places: BTreeSet<String> = params.as_object().into_iter().flatten().map(|(at, _)| at.clone()).collect();
            assert_eq!((answer.status == 422, &told), (refused.status == 400, &places), "{}: {text}", entry.name);
        }
    }
}

#[actix_web::test]
async fn an_absurd_body_is_refused_and_never_fails() {
    let world = World::new().await;
    let [micks, champions, _] = cast(&world);
    let fish = account(&world, "J&M Tropical Fish");
    let request = world.text("SELECT id AS t FROM tier_account_requests WHERE status = 'pending'");
    let calls = [
        (&micks, Method::POST, ACCOUNTS.to_owned()),
        (&micks, Method::PUT, format!("{ACCOUNTS}/{fish}")),
        (&micks, Method::POST, REQUESTS.to_owned()),
        (&champions, Method::POST, format!("{REQUESTS}/{request}/ignore")),
    ];
    let deep = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    let object = |inside: Value| json!({ "type": "update", "account": { "id": fish, "name": inside }, "name": inside, "reason": inside });
    for (program, method, path) in &calls {
        for (kind, body, status) in [
            ("application/json", b"null".to_vec(), 400),
            ("application/json", b"[]".to_vec(), 400),
            ("application/json", b"5".to_vec(), 400),
            ("application/json", b"\"text\"".to_vec(), 400),
            ("application/json", b"{\"name\": \"\xff\"}".to_vec(), 400),
            ("application/json", b"{\"name\"".to_vec(), 400),
            ("application/json", deep(100), 400),
            ("application/json", deep(100_000), 400),
            ("application/json", object(json!(5)).to_string().into_bytes(), 400),
            ("application/json", object(json!(1e300)).to_string().into_bytes(), 400),
            ("application/json", object(json!(["a"])).to_string().into_bytes(), 400),
            ("application/json", object(json!({ "a": "b" })).to_string().into_bytes(), 400),
            ("application/json", object(json!("x".repeat(300_000))).to_string().into_bytes(), 400),
            ("application/json", object(json!("x".repeat(1_100_000))).to_string().into_bytes(), 413),
            ("text/plain", b"{}".to_vec(), 415),
            ("multipart/form-data; boundary=x", b"--x--".to_vec(), 415),
        ] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let answer = program.send_raw(method.clone(), path, (kind, body), &[]).await;
            assert_eq!(answer.status, status, "{method} {path} {kind}: {shown}: {}", answer.text());
        }
    }
    assert_eq!(world.number("SELECT count(*) AS n FROM events WHERE actor_kind = 'token'"), 0);
}

#[actix_web::test]
async fn a_call_with_a_key_is_done_once() {
    let world = World::new().await;
    let [micks, _, acreed] = cast(&world);
    let south = account(&world, "Southside Sports");
    let path = format!("{ACCOUNTS}/{south}");
    let gyms = "SELECT count(*) AS n FROM tier_accounts WHERE name = 'Mickey''s Gym'";
    let body = gym(&south);
    let key = "käse & \u{1f9c0} 1";
    let with = async |program: &Program, method: Method, path: &str, key: &str, body: &Value| {
        program.send(method, path, body, &[("idempotency-key", key)]).await
    };
    // what is refused leaves no key behind
    let refused = with(&micks, Method::POST, ACCOUNTS, key, &json!({})).await;
    assert_eq!(refused.status, 400);
    let (one, two) =
        join(with(&micks, Method::POST, ACCOUNTS, key, &body), with(&micks, Method::POST, ACCOUNTS, key, &body)).await;
    assert_eq!((one.status, two.status, world.number(gyms)), (201, 201, 1), "both at once");
    let again = with(&micks, Method::POST, ACCOUNTS, key, &body).await;
    for other in [&two, &again] {
        assert_eq!((other.status, &other.body, other.header("etag")), (201, &one.body, Some("\"1\"")));
    }
    assert_eq!(world.number(gyms), 1);
    // the same, although the account has changed since
    put(&micks, &format!("{ACCOUNTS}/{}", value(&one)["id"].as_str().expect("an id")), &json!({ "name": "Else" }))
        .await;
    assert_eq!(with(&micks, Method::POST, ACCOUNTS, key, &body).await.body, one.body);
    for (method, path, body) in [
        (Method::POST, ACCOUNTS, &json!({ "type": "customer" })),
        (Method::POST, &format!("{ACCOUNTS}?a=b"), &body),
        (Method::POST, REQUESTS, &body),
        (Method::PUT, &path, &body),
        (Method::DELETE, &path, &json!({})),
    ] {
        let answer = with(&micks, method.clone(), path, key, body).await;
        assert_eq!((answer.status, value(&answer)["error_code"].as_str()), (400, Some("REQ_001")), "{method} {path}");
    }
    // another's key is another key
    let mut reseller = without(body.clone(), &["parent"]);
    reseller["type"] = json!("reseller");
    let answer = with(&acreed, Method::POST, ACCOUNTS, key, &reseller).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let gone = format!("{ACCOUNTS}/{}", value(&answer)["id"].as_str().expect("an id"));
    for _ in 0..2 {
        assert_eq!(with(&acreed, Method::DELETE, &gone, "delete", &json!({})).await.status, 204);
    }
    for wrong in [" ", &"k".repeat(256)] {
        assert_eq!(with(&micks, Method::POST, ACCOUNTS, wrong, &body).await.status, 400);
    }
    assert_eq!(with(&acreed, Method::DELETE, &gone, &"k".repeat(255), &json!({})).await.status, 204);
    // after a day the key is free again, swept or not
    world.run("UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'");
    let mut body = body;
    body["external_uid"] = Value::Null;
    assert_eq!(with(&micks, Method::POST, ACCOUNTS, key, &body).await.status, 201);
    assert_eq!(world.number(gyms), 2);
    entente::kit::api::key::sweep(&mut world.sql()).expect("it sweeps");
    assert_eq!(world.number("SELECT count(*) AS n FROM idempotency_keys"), 1);
}

#[actix_web::test]
async fn a_call_that_goes_by_another_revision_changes_nothing() {
    let world = World::new().await;
    let [micks, champions, _] = cast(&world);
    let fish = account(&world, "J&M Tropical Fish");
    let path = format!("{ACCOUNTS}/{fish}");
    let tag = micks.get(&path).await.header("etag").expect("a tag").to_owned();
    assert_eq!(tag, "\"2\"");
    let body = json!({ "name": "Fish" });
    for stale in ["\"1\"", "\"3\"", "2", "W/\"2\"", "nonsense", "\"1\", \"3\""] {
        for (method, path) in [(Method::PUT, &path), (Method::DELETE, &path)] {
            let answer = micks.send(method, path, &body, &[("if-match", stale)]).await;
            assert_eq!((answer.status, value(&answer)["error_code"].as_str()), (412, Some("REQ_412")), "{stale}");
        }
    }
    assert_eq!(micks.get(&path).await.header("etag"), Some(tag.as_str()));
    let changed = micks.send(Method::PUT, &path, &body, &[("if-match", &tag)]).await;
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"3\"")));
    let answer = micks.send(Method::PUT, &path, &json!({ "name": "Fishes" }), &[("if-match", "\"1\", \"3\"")]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(micks.send(Method::PUT, &path, &body, &[("if-match", "*")]).await.status, 200);
    // two who go by the same revision: one of them wins
    let tag = micks.get(&path).await.header("etag").expect("a tag").to_owned();
    let (wide, narrow) = (json!({ "name": "Wide" }), json!({ "name": "Narrow" }));
    let headers = [("if-match", tag.as_str())];
    let (one, two) =
        join(micks.send(Method::PUT, &path, &wide, &headers), micks.send(Method::PUT, &path, &narrow, &headers)).await;
    assert_eq!(BTreeSet::from([one.status, two.status]), BTreeSet::from([200, 412]));
    let request = value(&champions.get(&format!("{REQUESTS}?status=pending&limit=1")).await)[0]["id"].clone();
    let accept = format!("{REQUESTS}/{}/accept", request.as_str().expect("an id"));
    let stale = champions.send(Method::POST, &accept, &json!({}), &[("if-match", "\"2\"")]).await;
    assert_eq!(stale.status, 412);
    let decided = champions.send(Method::POST, &accept, &json!({}), &[("if-match", "\"1\"")]).await;
    assert_eq!((decided.status, decided.header("etag")), (200, Some("\"2\"")));
}

fn codes(answer: &Answer) -> (u16, String) {
    (answer.status, value(answer)["error_code"].as_str().unwrap_or_default().to_owned())
}

#[actix_web::test]
async fn a_change_asks_each_vendor_and_each_decides() {
    let world = World::new().await;
    let [micks, champions, acreed] = cast(&world);
    let fish = account(&world, "J&M Tropical Fish");
    world.run(&format!(
        "INSERT INTO tier_account_uses VALUES ('{fish}', '{RING}', 'customer', 'VA-287-142', 1, 'production')"
    ));
    let body = json!({ "type": "update", "account": { "id": fish, "contact_info": { "city": "Camden" } } });
    let answer = post(&micks, REQUESTS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let made = value(&answer);
    let made = made.as_array().expect("one for each product");
    assert_eq!(made.len(), 2);
    let pending = made.iter().find(|one| one["status"] == "pending").expect("one that waits");
    assert_eq!((&pending["type"], &pending["vendor"]["id"]), (&json!("update"), &json!("VA-287-142")));
    assert_eq!((&pending["provider"]["id"], &pending["account"]["version"]), (&json!("PA-469-206"), &json!(3)));
    assert_eq!(pending["account"]["contact_info"]["city"], "Camden");
    assert_eq!(pending["events"]["created"]["by"]["id"], "SU-000-000-001");
    let id = pending["id"].as_str().expect("an id");
    let path = format!("{REQUESTS}/{id}");
    for program in [&micks, &champions] {
        let read = program.get(&path).await;
        assert_eq!((read.status, read.header("etag"), value(&read)["id"].as_str()), (200, Some("\"1\""), Some(id)));
    }

    // what clients know by codes of their own
    assert_eq!(codes(&post(&micks, REQUESTS, &body).await), (400, "TAR_004".into()), "nothing differs any more");
    for (account, what) in [
        (json!({ "id": fish, "version": 2, "name": "Late" }), "an older version"),
        (json!({ "id": "TA-0000-0000-0000", "name": "Nobody" }), "no such account"),
        (json!({ "id": "nonsense", "name": "Nobody" }), "no id"),
    ] {
        let body = json!({ "type": "update", "account": account });
        assert_eq!(codes(&post(&micks, REQUESTS, &body).await), (400, "TAR_003".into()), "{what}");
    }
    assert_eq!(codes(&post(&acreed, REQUESTS, &body).await), (400, "TAR_003".into()), "another company's");
    for (body, at) in [
        (json!({}), "type"),
        (json!({ "type": "setup" }), "type"),
        (json!({ "type": "update" }), "account"),
        (json!({ "type": "update", "account": {} }), "account.id"),
        (json!({ "type": "update", "account": { "id": fish, "name": null } }), "account.name"),
        (json!({ "type": "update", "account": { "id": fish, "parent": null } }), "account.parent.id"),
    ] {
        let answer = post(&micks, REQUESTS, &body).await;
        let params = value(&answer)["params"].clone();
        let at_last: Vec<_> = params.as_object().into_iter().flatten().map(|(at, _)| at.as_str()).collect();
        assert_eq!((answer.status, at_last), (400, vec![at]), "{body}");
    }

    // the vendor decides, once
    assert_eq!(post(&micks, &format!("{path}/accept"), &json!({})).await.status, 404, "the owner decides nothing");
    assert_eq!(post(&acreed, &format!("{path}/accept"), &json!({})).await.status, 404);
    for id in ["TAR-0000-0000-0000-000-000", "nonsense"] {
        assert_eq!(champions.get(&format!("{REQUESTS}/{id}")).await.status, 404);
        assert_eq!(post(&champions, &format!("{REQUESTS}/{id}/accept"), &json!({})).await.status, 404);
    }
    for nothing in
        [json!({}), json!({ "reason": " " }), json!({ "reason": null }), json!({ "reason": "x".repeat(501) })]
    {
        let refused = post(&champions, &format!("{path}/ignore"), &nothing).await;
        assert!(refused.status == 400 && value(&refused)["params"]["reason"].is_array(), "{}", refused.text());
    }
    let accepted = champions.call(&Method::POST, &format!("{path}/accept/")).await;
    assert_eq!((accepted.status, &value(&accepted)["status"]), (200, &json!("accepted")));
    assert_eq!(value(&accepted)["events"]["updated"]["by"]["id"], "SU-000-000-003");
    for verb in ["accept", "ignore"] {
        let again = post(&champions, &format!("{path}/{verb}"), &json!({ "reason": "No" })).await;
        assert_eq!(codes(&again), (400, "REQ_409".into()), "{verb}");
    }
    let older = value(&champions.get(&format!("{REQUESTS}?status=pending")).await)[0]["id"].clone();
    let ignored = post(
        &champions,
        &format!("{REQUESTS}/{}/ignore", older.as_str().expect("an id")),
        &json!({ "reason": "Not ours" }),
    )
    .await;
    assert_eq!((ignored.status, &value(&ignored)["reason"]), (200, &json!("Not ours")));

    let count = async |program: &Program, query: &str| {
        let answer = program.get(&format!("{REQUESTS}?{query}&limit=0")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.header("content-range").and_then(|range| range.rsplit_once('/')).map(|(_, total)| total.to_owned())
    };
    let total = world.number("SELECT count(*) AS n FROM tier_account_requests");
    for (query, wanted) in [
        ("status=accepted", 1),
        ("in(status,(accepted,ignored))", 2),
        (&format!("account.id={fish}"), total),
        ("account.name=%22J%26M%20Tropical%20Fish%22", total),
        ("account.version=3", 2),
        ("gt(account.version,2)", 2),
        ("account.external_id=C-1003", total),
        ("product.id=PRD-276-377-545&status=accepted", 1),
        ("like(product.name,*)", total),
        (&format!("id={id}"), 1),
        ("account.hub.id=HB-0000-0000", total),
        ("search=tropical", total),
        ("ge(events.created.at,2100-01-01)", 0),
    ] {
        for program in [&micks, &champions] {
            assert_eq!(count(program, query).await.as_deref(), Some(wanted.to_string().as_str()), "{query}");
        }
        assert_eq!(count(&acreed, query).await.as_deref(), Some("0"), "{query}");
    }
}

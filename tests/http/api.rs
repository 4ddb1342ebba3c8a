//! The published API as programs meet it: who may call what, and how it answers. `api.txt` is the reviewed answer to the first; run with
//! `ENTENTE_BLESS=1` to write it anew, then read the difference.

use actix_web::http::Method;
use entente::{
    access::token,
    kit::{
        actor::Actor,
        api::ROOT,
        caller::{Caller, Credential},
        problem::Problem,
    },
    modules::marketplaces::{self, hubs},
    portals::api::operations,
};
use serde_json::{Value, json};

use crate::{
    orders::account,
    support::{
        Answer, Client, World,
        world::{PULSE, TOKENS},
    },
    tier_accounts, usage_api,
};

/// A program with a key, or with none.
pub struct Program {
    client: Client,
    key: String,
}

impl Program {
    pub fn of(world: &World, key: &str) -> Self {
        Self { client: world.stranger(), key: key.to_owned() }
    }

    pub async fn call(&self, method: &Method, path: &str) -> Answer {
        let headers = [("authorization", self.key.as_str()), ("user-agent", "tests/1")];
        self.looked_at(self.client.get_as(method.clone(), &format!("{ROOT}{path}"), &headers).await)
    }

    /// A call with a JSON body and headers of its own.
    pub async fn send(&self, method: Method, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        self.send_raw(method, path, ("application/json", body.to_string().into_bytes()), headers).await
    }

    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        body: (&str, Vec<u8>),
        headers: &[(&str, &str)],
    ) -> Answer {
        let headers: Vec<_> = headers.iter().copied().chain([("authorization", self.key.as_str())]).collect();
        self.looked_at(self.client.send_raw(method, &format!("{ROOT}{path}"), body, &headers).await)
    }

    /// Every answer is looked at: its type, its shape where it refuses, and that it sets no cookie.
    fn looked_at(&self, answer: Answer) -> Answer {
        let path = &answer.path;
        let kind = (answer.status != 204).then_some("application/json");
        assert_eq!(answer.header("content-type"), kind, "{path}");
        assert!(answer.status < 500, "{path}: {}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        if answer.status >= 400 {
            let body = value(&answer);
            assert!(body["error_code"].is_string(), "{path}: {body}");
            assert!(body["errors"].as_array().is_some_and(|all| all.iter().all(Value::is_string)), "{path}: {body}");
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(&Method::GET, path).await
    }
}

pub fn value(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{}: {error}", answer.path))
}

fn word(answer: &Answer) -> &'static str {
    match answer.status {
        200 | 201 | 204 => "yes",
        // it may, and sent no body
        400 => "yes",
        401 => "unauthorized",
        403 => "lacks permission",
        404 => "not found",
        _ => "unexpected",
    }
}

#[actix_web::test]
async fn every_operation_lets_in_whom_it_should() {
    let world = World::new().await;
    let [micks, bare, champions, acreed] = world.tokens();
    world.run(tier_accounts::KEYS);
    let fish = account(&world, "J&M Tropical Fish");
    let request = world.text("SELECT id AS t FROM tier_account_requests WHERE status = 'pending'");
    world.run(usage_api::KEYS);
    let usage = world.text("SELECT id AS t FROM usage_files WHERE status = 'pending'");
    let record = format!("{}-0000-0002", usage.replacen("UF", "UR", 1));
    let asset = world.text("SELECT id AS t FROM subscriptions WHERE external_id = 'SO-4702'");
    let chunk = world.text("SELECT id AS t FROM usage_chunks");
    world.run(&format!(
        "INSERT INTO usage_rules (owner_id, product_id, mode, revision, created_at, updated_at) \
         VALUES ('PA-469-206', '{PULSE}', 'manual', 1, now(), now())"
    ));
    let made = Program::of(&world, &champions)
        .send(Method::POST, "/usage/mappings", &crate::usage_mappings_api::given(), &[])
        .await;
    let mapping = value(&made)["id"].as_str().expect("a mapping").to_owned();
    let (_, secret) = micks.split_once(':').expect("an id and a secret");
    let wrong = micks.replace(secret, "0000000000000000000000000000000000000000000");
    let callers = ["", &wrong, &bare, &acreed, &champions, &micks].map(|key| Program::of(&world, key));
    let mut table = format!(
        "{:<7}{:<40}{:<14}{:<14}{:<18}{:<18}{:<18}the owner's\n",
        "how", "operation", "nobody", "wrong key", "no permission", "another company's", "the vendor's"
    );
    for operation in operations() {
        let operation = operation.mount;
        let id = match operation.path.as_str() {
            "/accounts/{id}" => "PA-469-206",
            "/countries/{id}" => "US",
            path if path.starts_with("/tier/accounts/{id}") => &fish,
            path if path.starts_with("/tier/account-requests/{id}") => &request,
            path if path.starts_with("/usage/files/{id}") => &usage,
            "/assets/{id}/usage/aggregates" => &asset,
            path if path.starts_with("/usage/records/{id}") => &record,
            path if path.starts_with("/usage/chunks/{id}") => &chunk,
            path if path.starts_with("/usage/rules/{id}") => PULSE,
            path if path.starts_with("/usage/mappings/{id}") => &mapping,
            path => {
                assert!(!path.contains('{'), "{path} needs an id of the cast");
                ""
            }
        };
        let path = operation.path.replace("{id}", id).replace("{version}", "1");
        let mut answers = Vec::new();
        for caller in &callers {
            answers.push(word(&caller.call(&operation.method, &path).await));
        }
        let [nobody, wrong, bare, foreign, vendor, owner] = answers[..] else { unreachable!() };
        table.push_str(&format!(
            "{:<7}{:<40}{nobody:<14}{wrong:<14}{bare:<18}{foreign:<18}{vendor:<18}{owner}\n",
            operation.method.as_str(),
            operation.path
        ));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/api.txt");
    if std::env::var_os("ENTENTE_BLESS").is_some() {
        std::fs::write(path, &table).expect("api.txt is written");
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(reviewed == table, "api.txt says something else; this is what happens:\n{table}");
}

/// What clients do first with a key.
#[actix_web::test]
async fn a_key_shows_its_own_account_first() {
    let world = World::new().await;
    let [micks, _, champions, _] = world.tokens();
    let answer = Program::of(&world, &micks).get("/accounts?limit=1&offset=0").await;
    assert_eq!((answer.status, answer.header("content-range")), (200, Some("items 0-0/1")));
    let accounts = value(&answer);
    let micks_llc = &accounts[0];
    assert_eq!(
        (&micks_llc["id"], &micks_llc["type"], &micks_llc["role"]),
        (&json!("PA-469-206"), &json!("provider"), &json!("distributor"))
    );
    let at = micks_llc["events"]["created"]["at"].as_str().expect("a date");
    assert!(at.len() == 25 && at.ends_with("+00:00"), "{at}");
    assert_eq!(value(&Program::of(&world, &micks).get("/accounts/PA-469-206").await), *micks_llc);
    let champions = Program::of(&world, &champions);
    assert_eq!(value(&champions.get("/accounts").await)[0]["type"], "vendor");
    for other in ["PA-469-206", "VA-000-000", "nonsense"] {
        assert_eq!(champions.get(&format!("/accounts/{other}")).await.status, 404, "{other}");
    }
    let answer = champions.get("/accounts?limit=0&offset=0").await;
    assert_eq!((answer.header("content-range"), value(&answer)), (Some("items 0-0/1"), json!([])));
}

#[actix_web::test]
async fn lists_are_bare_arrays_that_say_which_rows_they_have() {
    let world = World::new().await;
    let [key, ..] = world.tokens();
    let program = Program::of(&world, &key);
    for (path, range, first) in [
        ("/countries?limit=2", "items 0-1/250", json!({ "id": "AF", "name": "Afghanistan", "zone": "AS" })),
        ("/countries?limit=2&offset=1000", "items 1000-1000/250", Value::Null),
        ("/categories", "items 0-14/15", json!({ "id": "CAT-00000", "name": "All Categories" })),
        (
            "/categories?offset=3&limit=1",
            "items 3-3/15",
            json!({
                "id": "CAT-67642",
                "name": "Backup and Disaster Recovery",
                "parent": { "id": "CAT-75105", "name": "Cloud Services" },
                "family": { "id": "FAM-000", "name": "Root Family" },
            }),
        ),
        (
            "/settings/units?limit=1",
            "items 0-0/36",
            json!({ "id": "mbh", "unit": "mb-h", "description": "MB*H", "type": "ppu", "cumulative": false }),
        ),
    ] {
        let answer = program.get(path).await;
        assert_eq!((answer.status, answer.header("content-range")), (200, Some(range)), "{path}");
        assert_eq!(value(&answer).get(0).cloned().unwrap_or_default(), first, "{path}");
    }
    assert_eq!(value(&program.get("/countries/US").await)["zone"], "NA");
    assert_eq!(program.get("/countries/XX").await.status, 404);
    let all = value(&program.get("/countries?limit=1000").await);
    assert_eq!(all.as_array().map(Vec::len), Some(250));
}

/// The published query language, with the totals that clients page by.
#[actix_web::test]
async fn a_list_answers_queries_and_says_how_many_there_are() {
    let world = World::new().await;
    let [key, ..] = world.tokens();
    let program = Program::of(&world, &key);
    for (path, range, ids) in [
        ("/countries?id=DE", "items 0-0/1", vec!["DE"]),
        ("/countries?in(id,(DE,FR,XX))&ordering(-name)", "items 0-1/2", vec!["DE", "FR"]),
        ("/countries?in(id,(DE,FR))&ordering(name)&limit=1&offset=1", "items 1-1/2", vec!["DE"]),
        ("/countries?zone=null()", "items 0-0/1", vec!["AQ"]),
        ("/countries?search=germ", "items 0-0/1", vec!["DE"]),
        ("/countries?and(ilike(name,GER*),ne(id,FR))", "items 0-0/1", vec!["DE"]),
        // unknown filters are dropped: stock clients send them
        ("/countries?version=3&limit=0", "items 0-0/250", vec![]),
        ("/categories?parent.id=CAT-75105&limit=0&offset=0", "items 0-0/13", vec![]),
        ("/categories?parent.id=null()", "items 0-0/1", vec!["CAT-00000"]),
        ("/settings/units?id=mbh&limit=1", "items 0-0/1", vec!["mbh"]),
        ("/accounts?eq(type,provider)&limit=1&offset=0", "items 0-0/1", vec!["PA-469-206"]),
        ("/accounts?type=vendor", "items 0-0/0", vec![]),
        ("/accounts?ge(events.created.at,2020-01-01T00:00:00+00:00)&public=false", "items 0-0/1", vec!["PA-469-206"]),
    ] {
        let answer = program.get(path).await;
        assert_eq!((answer.status, answer.header("content-range")), (200, Some(range)), "{path}");
        let found = value(&answer);
        let found: Vec<&str> = found.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
        assert_eq!(found, ids, "{path}");
    }
    let germany = value(&program.get("/countries?select(-zone)&id=DE").await);
    assert_eq!(germany, json!([{ "id": "DE", "name": "Germany" }]));
    for (path, words) in [
        ("/countries?(", "RQL Parsing error. Invalid query at byte 1."),
        ("/countries?limit=1&limit=2", "RQL Parsing error. limit is used twice."),
        ("/countries?ordering(zone)", "RQL Parsing error. This list cannot be ordered by zone."),
        ("/countries?select(nothing)", "RQL Parsing error. nothing cannot be selected here."),
        ("/countries?gt(id,A)", "RQL Lookup error. id cannot be compared with gt."),
        ("/accounts?public=maybe", "RQL Value error. public cannot be compared with this value: maybe."),
    ] {
        let answer = program.get(path).await;
        assert_eq!((answer.status, value(&answer)["error_code"].as_str()), (400, Some("REQ_400")), "{path}");
        assert_eq!(value(&answer)["errors"], json!([words]), "{path}");
    }
}

/// A program that is led elsewhere sends another method there.
#[actix_web::test]
async fn every_filter_of_every_list_answers_each_side() {
    let world = World::new().await;
    let [micks, _, champions, acreed] = world.tokens();
    world.run(crate::usage_api::KEYS);
    let callers = [micks, champions, acreed].map(|key| Program::of(&world, &key));
    let document = value(&world.stranger().get(&format!("{ROOT}/openapi.json")).await);
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let parameters = item["get"]["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        if path.contains('{') || !parameters.iter().any(|one| one["name"] == "limit") {
            continue;
        }
        for one in parameters.iter().filter(|one| one["in"] == "query") {
            let (name, schema) = (one["name"].as_str().expect("a name"), &one["schema"]);
            let with = match (&schema["enum"][0], schema["type"].as_str(), schema["format"].as_str()) {
                (Value::String(word), ..) => word.clone(),
                (_, Some("integer"), _) => "1".to_owned(),
                (_, Some("boolean"), _) => "true".to_owned(),
                (.., Some("date-time")) => "2000-01-01T00:00:00Z".to_owned(),
                _ => "zero".to_owned(),
            };
            for caller in &callers {
                let status = caller.get(&format!("{path}?{name}={with}")).await.status;
                assert!([200, 400, 403].contains(&status), "{path}?{name}={with} is answered by {status}");
                asked += usize::from(status == 200);
            }
        }
    }
    assert!(asked > 100, "only {asked} answers");
}

#[actix_web::test]
async fn a_slash_at_the_end_changes_nothing_and_nothing_redirects() {
    let world = World::new().await;
    let [key, ..] = world.tokens();
    let program = Program::of(&world, &key);
    for path in ["/accounts/", "/accounts/PA-469-206/", "/settings/units/?limit=1"] {
        assert_eq!(program.get(path).await.status, 200, "{path}");
    }
    // what is not there is not there for every method, with or without a body
    for (method, path) in [
        (Method::POST, "/accounts/"),
        (Method::DELETE, "/accounts"),
        (Method::PATCH, "/countries/US"),
        (Method::GET, "/nothing"),
        (Method::GET, ""),
        (Method::GET, "/"),
    ] {
        assert_eq!(program.call(&method, path).await.status, 404, "{method} {path}");
    }
}

#[actix_web::test]
async fn a_key_is_good_while_its_token_is() {
    let world = World::new().await;
    let [key, ..] = world.tokens();
    let program = Program::of(&world, &key);
    let status = async || program.get("/categories").await.status;
    assert_eq!(status().await, 200);
    for (spoilt, mended) in [
        ("status = 'inactive'", "status = 'active'"),
        ("status = 'deleted'", "status = 'active'"),
        ("expires_at = now()", "expires_at = now() + interval '1 day'"),
        ("secret_hash = sha256('other')", "old_hash = sha256('secret-1'), old_until = now() + interval '1 hour'"),
    ] {
        world.run(&format!("UPDATE api_tokens SET {spoilt}"));
        assert_eq!(status().await, 401, "{spoilt}");
        world.run(&format!("UPDATE api_tokens SET {mended}"));
        assert_eq!(status().await, 200, "{mended}");
    }
    world.run("UPDATE api_tokens SET old_until = now()");
    assert_eq!(status().await, 401, "the overlap has ended");
}

/// A session is for people, and a token for programs.
#[actix_web::test]
async fn neither_opens_the_others_door() {
    let world = World::new().await;
    let [key, ..] = world.tokens();
    let michael = world.michael().await;
    let answer = michael.get(&format!("{ROOT}/accounts")).await;
    assert_eq!((answer.status, value(&answer)["error_code"].as_str()), (401, Some("AUTH_001")));
    let page =
        world.stranger().get_as(Method::GET, "/distributor/PA-469-206/contracts", &[("authorization", &key)]).await;
    assert_eq!((page.status, page.location().starts_with("/sign-in")), (303, true));
}

#[actix_web::test]
async fn wrong_keys_slow_their_network_down_and_lock_nobody_out() {
    let world = World::new().await;
    let [key, ..] = world.tokens();
    let (id, _) = key.split_once(':').expect("an id and a secret");
    let guesser = Program::of(&world, &format!("{id}:guess"));
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(guesser.get("/accounts").await.status);
    }
    assert_eq!((answers[0], answers[39]), (401, 429), "{answers:?}");
    let told = guesser.get("/accounts").await;
    assert!(told.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    assert_eq!(Program::of(&world, &key).get("/accounts").await.status, 200, "the right key, from the same network");
    // who is refused without an id to guess at is not counted
    assert_eq!(Program::of(&world, "Bearer x").get("/accounts").await.status, 401);
}

#[actix_web::test]
async fn a_call_costs_one_statement_to_know_its_caller_and_is_noted_once_a_minute() {
    let world = World::with(|config| entente::config::Config { pool: 1, ..config }).await;
    let [key, ..] = world.tokens();
    let program = Program::of(&world, &key);
    let used = "SELECT coalesce(last_used_at::text, '') AS t FROM api_tokens WHERE id = 'SU-000-000-001'";
    assert_eq!(world.text(used), "");
    program.get("/countries/US").await;
    let first = world.text(used);
    assert_ne!(first, "");
    let mut least = usize::MAX;
    for _ in 0..3 {
        let before = world.program.db.statements();
        program.get("/countries/US").await;
        least = least.min(world.program.db.statements() - before);
    }
    assert_eq!(least, 1);
    assert_eq!(world.text(used), first, "the same minute");
    world.run("UPDATE api_tokens SET last_used_at = now() - interval '61 seconds'");
    program.get("/categories").await;
    assert_ne!(world.text(used), first);
}

#[actix_web::test]
async fn a_token_is_an_actor_whose_permissions_are_its_own() {
    let world = World::new().await;
    let [key, bare, ..] = world.tokens();
    let enter = async |key: &str| {
        let request = actix_web::test::TestRequest::default().insert_header(("authorization", key)).to_http_request();
        let sent = token::sent(&request).expect("the published form");
        let caller = Caller { credential: Credential::Token, ..Caller::job() };
        let by = caller.clone();
        let entered = world.program.db.open(move |conn| token::enter(conn, &sent, &by)).await.expect("it is good");
        Actor::<marketplaces::Manage>::admit(std::sync::Arc::new(entered.identity), std::sync::Arc::new(caller))
    };
    let actor = enter(&key).await.expect("it may");
    let new = hubs::data::NewHub { name: "By a token".into(), instance: None, description: "d".into() };
    let made = world.program.db.write(&actor, move |tx| hubs::actions::register(tx, &new)).await;
    let id = made.expect("it registers");
    let event = world.text(&format!(
        "SELECT actor_kind || ' ' || actor_name || ' ' || user_id || ' ' || credential AS t FROM events WHERE object = '{id}'"
    ));
    assert_eq!(event, "token CLI Token 1 SU-000-000-001 token");
    let michael = world.michael().await;
    michael.get(&format!("/distributor/PA-469-206/hubs/{id}")).await.must_say("CLI Token 1, Mighty Mick's LLC");
    match enter(&bare).await.err() {
        Some(Problem::Forbidden(words)) => {
            assert_eq!(
                words,
                "The token CLI Token 2 of Mighty Mick's LLC is not allowed to manage marketplaces. \
                 Create one with this permission under Integrations."
            );
        }
        other => panic!("{other:?}"),
    }
}

/// It works for its company, but is nobody one meets there.
#[actix_web::test]
async fn a_token_is_never_taken_for_a_person() {
    let world = World::new().await;
    world.tokens();
    let michael = world.michael().await;
    for page in ["directory", "contracts", "customers/new"] {
        michael.get(&format!("/distributor/PA-469-206/{page}")).await.must_be(200).must_not_say("CLI Token");
    }
    assert!(TOKENS.iter().all(|(id, ..)| id.starts_with("SU-")));
    let email = world.number("SELECT count(*) AS n FROM users WHERE kind = 'service' AND email IS NOT NULL");
    assert_eq!(email, 0);
}

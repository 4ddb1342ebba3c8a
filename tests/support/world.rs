//! One test's world: its own database with the demo cast, and the program over it.

use std::rc::Rc;

use actix_web::{dev::ServiceResponse, test};
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, connection::SimpleConnection as _, sql_query};
use entente::{
    app::Program,
    config::Config,
    consequences, demo,
    kit::{connect::Prepare, db::Db, secret::Key},
    postgres::SERVING,
    roles, start,
};
use futures_util::future::LocalBoxFuture;

use super::{
    Client,
    cluster::{TestDatabase, empty_database, fresh_database},
    pooler,
};

pub const KEY: &str = "a key that only tests know, long enough";

pub type Serve = Rc<dyn Fn(actix_http::Request) -> LocalBoxFuture<'static, ServiceResponse>>;

pub struct World {
    pub program: Program,
    serve: Serve,
    database: TestDatabase,
}

pub fn key() -> Key {
    Key::from_text(KEY).expect("the test key is long enough")
}

fn migrate(url: &str) {
    start::migrate(url, Prepare::On).expect("the migrations run");
    roles::grant(url, SERVING).expect("the role that serves is let in");
}

/// Migrations and the cast, once for each test program; every test gets a copy.
fn prepare(url: &str) {
    migrate(url);
    let db = Db::new(url, 1).with_key(key()).with_consequences(consequences::table());
    demo::load(&db).expect("the demo loads");
}

/// A worker of the program; each thread needs its own.
pub async fn serve(program: Program) -> Serve {
    let service = Rc::new(test::init_service(entente::app!(program)).await);
    Rc::new(move |request| {
        let service = service.clone();
        Box::pin(async move {
            match test::try_call_service(&*service, request).await {
                Ok(response) => response.map_into_boxed_body(),
                Err(error) => panic!("an error escaped its page: {error}"),
            }
        })
    })
}

impl World {
    pub async fn new() -> Self {
        Self::with(|config| config).await
    }

    /// With settings of its own.
    pub async fn with(settings: impl FnOnce(Config) -> Config) -> Self {
        Self::over(fresh_database(prepare), settings).await
    }

    /// Without the cast: nobody is there yet.
    #[allow(dead_code, reason = "each of the test programs uses its part")]
    pub async fn empty() -> Self {
        let database = empty_database();
        migrate(&database.url);
        Self::over(database, |config| config).await
    }

    async fn over(database: TestDatabase, settings: impl FnOnce(Config) -> Config) -> Self {
        let (url, prepare) = pooler::through(&database.serving_url);
        let config = settings(Config { pool: 4, prepare, ..Config::from_env().expect("the settings read") });
        let db = Db::by(&url, config.pool, prepare);
        let program = Program::new(config, key(), db);
        let serve = serve(program.clone()).await;
        Self { program, serve, database }
    }

    /// Somebody with a browser that was never here.
    pub fn stranger(&self) -> Client {
        Client::new(self.serve.clone())
    }

    /// A member of the cast, signed in.
    pub async fn signed_in(&self, email: &str) -> Client {
        let client = self.stranger();
        let page = client.get("/sign-in").await;
        let answer = client.submit(&page, &[("email", email), ("password", demo::PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{email} signs in: {}", answer.text());
        client
    }

    pub async fn michael(&self) -> Client {
        self.signed_in("michael@mightymicks.example").await
    }

    pub async fn paulie(&self) -> Client {
        self.signed_in("paulie@mightymicks.example").await
    }

    pub async fn donnie(&self) -> Client {
        self.signed_in("donnie@acreedllc.example").await
    }

    pub async fn apollo(&self) -> Client {
        self.signed_in("apollo@champions.example").await
    }

    pub async fn tony(&self) -> Client {
        self.signed_in("tony@frontstreet.example").await
    }

    /// Makes [`TOKENS`], and gives their keys as programs send them.
    #[allow(dead_code, reason = "each of the test programs uses its part")]
    pub fn tokens(&self) -> [String; 4] {
        TOKENS.map(|(id, company, permissions)| {
            let number = &id[id.len() - 1..];
            self.run(&format!(
                "INSERT INTO users (id, kind, name, created_at) VALUES ('{id}', 'service', 'CLI Token {number}', now()); \
                 INSERT INTO api_tokens (id, account_id, name, status, secret_hash, permissions, expires_at, creator_id, \
                 created_at, updated_at) SELECT '{id}', '{company}', 'CLI Token {number}', 'active', \
                 sha256('secret-{number}'), '{permissions}', now() + interval '1 year', m.user_id, now(), now() \
                 FROM memberships m WHERE m.account_id = '{company}' LIMIT 1"
            ));
            format!("ApiKey {id}:secret-{number}")
        })
    }

    pub fn url(&self) -> String {
        self.database.url.clone()
    }

    /// By the role that serves.
    pub fn serving_url(&self) -> String {
        self.database.serving_url.clone()
    }

    /// A connection behind the program's back.
    pub fn sql(&self) -> PgConnection {
        PgConnection::establish(&self.database.url).expect("a connection")
    }

    /// Lets the seconds go by in which a decision can be undone.
    pub async fn seconds_later(&self) {
        self.run("UPDATE held_decisions SET due_at = now() - interval '1 second' WHERE refused IS NULL");
        entente::jobs::catch_up(&self.program).await.expect("the jobs run");
    }

    pub fn run(&self, statements: &str) {
        self.sql().batch_execute(statements).expect(statements);
    }

    /// The one text that a statement `SELECT … AS t` gives.
    pub fn text(&self, statement: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct T {
            #[diesel(sql_type = diesel::sql_types::Text)]
            t: String,
        }
        sql_query(statement).get_result::<T>(&mut self.sql()).expect(statement).t
    }

    /// The one number that a statement `SELECT … AS n` gives.
    pub fn number(&self, statement: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct N {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        sql_query(statement).get_result::<N>(&mut self.sql()).expect(statement).n
    }
}

/// Tokens of tests: id, company, permissions.
#[allow(dead_code, reason = "each of the test programs uses its part")]
pub const TOKENS: [(&str, &str, &str); 4] = [
    ("SU-000-000-001", "PA-469-206", "{marketplaces.manage,products.view,subscriptions.view}"),
    ("SU-000-000-002", "PA-469-206", "{}"),
    ("SU-000-000-003", "VA-287-142", "{marketplaces.manage,products.manage}"),
    ("SU-000-000-004", "PA-196-115", "{customers.view}"),
];

/// The cast's product that is listed.
pub const PULSE: &str = "PRD-276-377-545";
/// The cast's product that waits for its listing.
pub const RING: &str = "PRD-418-902-117";
/// The cast's draft.
pub const CORNER: &str = "PRD-650-334-208";
/// Where Mighty Mick's works.
pub const MICKS: &str = "/distributor/PA-469-206";
/// Where ACreed works.
pub const ACREED: &str = "/reseller/PA-196-115";
/// Where Champions works.
pub const CHAMPIONS: &str = "/vendor/VA-287-142";
/// The contract of the cast that waits for a partner.
pub const PENDING: &str = "CRS-15231-15992-11789";
/// The contract of the cast that binds ACreed.
pub const SIGNED: &str = "CRS-58329-11884-23347";
/// The cast's service agreement.
pub const AGREEMENT: &str = "AGS-573-089-627";

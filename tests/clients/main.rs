//! Programs that others made, against the running program: the vendor's own client for Python, and one that tries every operation by its
//! description. `make test` installs them.

#[allow(dead_code, unused_imports, reason = "the world in this process is for the other tests")]
#[path = "../support/mod.rs"]
mod support;

use std::{path::PathBuf, process::Command};

use entente::{kit::api::ROOT, modules::tokens::grants::GRANTS};
use support::{
    World,
    program::{Over, Program},
};

/// The program over the demo, and a token of each company that may do all that a token may.
struct Site {
    program: Program,
    distributor: String,
    vendor: String,
    _world: World,
}

impl Site {
    async fn start() -> Self {
        let world = World::new().await;
        let distributor = token(&world, "SU-000-001-001", "PA-469-206");
        let vendor = token(&world, "SU-000-001-002", "VA-287-142");
        let program = Program::start(Over::Url(world.serving_url()));
        Self { program, distributor, vendor, _world: world }
    }

    fn root(&self) -> String {
        format!("{}{ROOT}", self.program.url())
    }

    fn described(&self) -> String {
        format!("{}/openapi.json", self.root())
    }
}

/// The key of a new token.
fn token(world: &World, id: &str, company: &str) -> String {
    let permissions = GRANTS.iter().map(|grant| grant.key).collect::<Vec<_>>().join(",");
    world.run(&format!(
        "INSERT INTO users (id, kind, name, created_at) VALUES ('{id}', 'service', 'Client', now()); \
         INSERT INTO api_tokens (id, account_id, name, status, secret_hash, permissions, expires_at, creator_id, created_at, \
         updated_at) SELECT '{id}', '{company}', 'Client', 'active', sha256('secret'), '{{{permissions}}}', \
         now() + interval '1 year', m.user_id, now(), now() FROM memberships m WHERE m.account_id = '{company}' LIMIT 1"
    ));
    format!("ApiKey {id}:secret")
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients"))
}

/// A program of one of the two environments.
fn of_environment(environment: &str, program: &str) -> Command {
    let path = folder().join("venv").join(environment).join("bin").join(program);
    assert!(path.exists(), "{} is not there: scripts/install.sh test installs it", path.display());
    let mut command = Command::new(path);
    // whatever the machine's proxy is, the program is here
    command.current_dir(folder()).env("NO_PROXY", "127.0.0.1").env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Runs it to its end, which must be a good one.
#[track_caller]
fn succeeds(command: &mut Command) {
    let output = command.output().expect("it starts");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{said}");
    println!("{said}");
}

#[actix_web::test]
async fn the_description_is_one() {
    let site = Site::start().await;
    succeeds(of_environment("explorer", "python").arg("valid.py").arg(site.described()));
}

#[actix_web::test]
async fn the_official_client_works_as_it_comes() {
    let site = Site::start().await;
    let mut client = of_environment("official", "python");
    client.args(["-m", "unittest", "-v", "official.py"]);
    client.env("ENTENTE_ROOT", site.root());
    succeeds(client.env("ENTENTE_DISTRIBUTOR", &site.distributor).env("ENTENTE_VENDOR", &site.vendor));
}

/// Cases for each operation. More are tried with `ENTENTE_CASES=1000`.
const CASES: &str = "12";

/// Every operation keeps what its description promises, whatever it is sent: so none fails in the middle, and none answers what is not said.
fn explores(site: &Site, key: &str) {
    let cases = std::env::var("ENTENTE_CASES").unwrap_or_else(|_| CASES.to_owned());
    // it keeps notes where it runs
    let notes = tempfile::tempdir().expect("a folder");
    let mut explorer = of_environment("explorer", "python");
    explorer.current_dir(notes.path()).env("PYTHONPATH", folder()).env("SCHEMATHESIS_HOOKS", "hooks");
    explorer.env("ENTENTE_ROOT", site.root()).env("ENTENTE_KEY", key);
    explorer.args(["-m", "schemathesis.cli", "--config-file"]).arg(folder().join("schemathesis.toml"));
    explorer
        .arg("run")
        .arg(site.described())
        .args(["--max-examples", &cases, "--seed", "1", "--header"])
        .arg(format!("Authorization:{key}"));
    succeeds(&mut explorer);
}

#[actix_web::test]
async fn every_operation_keeps_its_promises_to_a_distributor() {
    let site = Site::start().await;
    explores(&site, &site.distributor);
}

#[actix_web::test]
async fn every_operation_keeps_its_promises_to_a_vendor() {
    let site = Site::start().await;
    explores(&site, &site.vendor);
}

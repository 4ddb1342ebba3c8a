//! A million contracts by COPY: names, statuses and dates spread as a busy platform's would be.

use diesel::{connection::SimpleConnection as _, copy_from, prelude::*};
use entente::{
    access::password,
    schema::{accounts, activation_links, agreements, contracts},
};

use super::{Outcome, customers, products};

#[derive(Clone, Copy)]
pub struct Size {
    pub contracts: usize,
    pub distributors: usize,
    pub of_largest: usize,
    pub products: usize,
    pub vendors: usize,
    pub customers: usize,
}

/// Agreements of each distributor.
const AGREEMENTS: usize = 10;
pub const EMAIL: &str = "load@entente.example";
pub const PASSWORD: &str = "Tutorial-2026!";

const TOKEN: &str = "SU-111-222-333";
const SECRET: &str = "a secret that only the benchmark knows";

/// What a client of the largest distributor sends.
pub fn api_key() -> String {
    format!("ApiKey {TOKEN}:{SECRET}")
}

/// A token of the largest distributor that may look at its customers, if there is none yet.
pub fn token(url: &str) -> Outcome {
    let account = account(0);
    Ok(PgConnection::establish(url)?.batch_execute(&format!(
        "INSERT INTO users (id, kind, name, created_at) VALUES ('{TOKEN}', 'service', 'Benchmark', now()) ON CONFLICT DO NOTHING; \
         INSERT INTO api_tokens (id, account_id, name, status, secret_hash, permissions, expires_at, creator_id, created_at, updated_at) \
         SELECT '{TOKEN}', '{account}', 'Benchmark', 'active', sha256('{SECRET}'), '{{customers.view}}', now() + interval '1 year', \
         user_id, now(), now() FROM memberships WHERE account_id = '{account}' LIMIT 1 ON CONFLICT DO NOTHING"
    ))?)
}

pub const HEADS: [&str; 24] = [
    "Ash", "Birch", "Clay", "Dun", "Elm", "Fair", "Green", "Hazel", "Iron", "Kings", "Lang", "Mill", "North", "Oak",
    "Pem", "Quarry", "Red", "Stan", "Thorn", "Under", "Wood", "Yar", "West", "Hart",
];
pub const TAILS: [&str; 16] = [
    "ford", "bury", "field", "ton", "ham", "wick", "stead", "bridge", "dale", "port", "worth", "mouth", "mere",
    "cliffe", "gate", "well",
];
pub const TRADES: [&str; 20] = [
    "Bakery",
    "Telecom",
    "Logistics",
    "Systems",
    "Foods",
    "Robotics",
    "Optics",
    "Textiles",
    "Media",
    "Energy",
    "Chemicals",
    "Furniture",
    "Insurance",
    "Networks",
    "Printing",
    "Security",
    "Software",
    "Timber",
    "Travel",
    "Works",
];

/// Name of the partner with this number: as various as companies' names are.
pub fn partner(number: usize) -> String {
    let place = number % (HEADS.len() * TAILS.len());
    let (head, tail) = (HEADS[place % HEADS.len()], TAILS[place / HEADS.len()]);
    format!("{head}{tail} {} {}", TRADES[number % TRADES.len()], 1 + number / 1_920)
}

pub fn account(number: usize) -> String {
    format!("PA-{:03}-{:03}", number / 1_000, number % 1_000)
}

/// Partners are numbered behind the distributors.
fn partner_id(number: usize) -> String {
    account(100_000 + number)
}

fn agreement(distributor: usize, number: usize) -> String {
    format!("AGS-{:03}-{number:03}-000", distributor)
}

/// Spread over the whole space, as drawn ids are, and never twice the same.
pub fn contract(number: usize) -> String {
    let spread = (number as u64 + 1) * 999_999_000_001 % 1_000_000_000_000_000;
    format!("CRS-{:05}-{:05}-{:05}", spread / 10_000_000_000, spread / 100_000 % 100_000, spread % 100_000)
}

impl Size {
    /// How many contracts a distributor has, and the number of its first one.
    pub fn of(self, distributor: usize) -> (usize, usize) {
        let others = (self.contracts - self.of_largest) / (self.distributors - 1);
        match distributor {
            0 => (self.of_largest, 0),
            last if last == self.distributors - 1 => {
                let first = self.of_largest + (last - 1) * others;
                (self.contracts - first, first)
            }
            other => (others, self.of_largest + (other - 1) * others),
        }
    }

    pub fn smallest(self) -> usize {
        self.distributors - 2
    }
}

/// False when it is there already.
pub fn create(admin: &str, name: &str) -> Outcome<bool> {
    use diesel::result::{DatabaseErrorKind::Unknown, Error::DatabaseError};
    match PgConnection::establish(admin)?.batch_execute(&format!("CREATE DATABASE {name}")) {
        Ok(()) => Ok(true),
        Err(DatabaseError(Unknown, cause)) if cause.message().contains("already exists") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn status(nth: usize) -> &'static str {
    match nth / 7 % 20 {
        0 | 1 => "pending",
        2 => "rejected",
        3 => "terminated",
        _ => "active",
    }
}

pub fn fill(url: &str, size: Size) -> Outcome {
    let mut conn = PgConnection::establish(url)?;
    // foreign keys are right by construction; indexes and checks work as always
    conn.batch_execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")?;
    conn.transaction(|conn| {
        people(conn, size)?;
        copy_contracts(conn, size)?;
        copy_links(conn, size)?;
        products::fill(conn, size)?;
        customers::fill(conn, size)?;
        // what triggers keep, which slept
        conn.batch_execute(
            "INSERT INTO partners SELECT issuer_id, signee_id, count(*), min(activated_at), count(*) FILTER (WHERE kind = 'test') FROM contracts \
             WHERE status = 'active' GROUP BY 1, 2",
        )
    })?;
    Ok(conn.batch_execute("VACUUM ANALYZE")?)
}

/// What the search over everything looks through, whose triggers slept.
pub fn searched(url: &str) -> Outcome {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute("SELECT fill_search_entries()")?;
    Ok(conn.batch_execute("VACUUM ANALYZE search_entries")?)
}

type Written = diesel::QueryResult<()>;

fn written(outcome: std::io::Result<()>) -> Written {
    outcome.map_err(|error| diesel::result::Error::SerializationError(error.into()))
}

fn people(conn: &mut PgConnection, size: Size) -> Written {
    let hash =
        password::hash_now(PASSWORD).map_err(|problem| diesel::result::Error::SerializationError(problem.into()))?;
    conn.batch_execute(&format!(
        "INSERT INTO users (id, name, email, email_key, password_hash, password_set_at, created_at) \
         VALUES ('UR-000-000-001', 'Lena Load', '{EMAIL}', '{EMAIL}', '{hash}', now(), now())"
    ))?;
    copy_from(accounts::table)
        .from_raw_data(
            (accounts::id, accounts::role, accounts::name, accounts::founding, accounts::created_at),
            |copy| {
                let partners = size.of_largest / AGREEMENTS;
                let rows = (0..size.distributors)
                    .map(|number| (account(number), "distributor", format!("Distributor {number}"), true))
                    .chain((0..partners).map(|number| (partner_id(number), "reseller", partner(number), false)));
                for (id, role, name, founding) in rows {
                    written(writeln!(copy, "{id}\t{role}\t{name}\t{founding}\t2023-01-01"))?;
                }
                Written::Ok(())
            },
        )
        .execute(conn)?;
    for distributor in [0, size.smallest()] {
        let id = account(distributor);
        conn.batch_execute(&format!(
            "INSERT INTO memberships VALUES ('{id}', 'UR-000-000-001', now()); \
             INSERT INTO groups (id, account_id, name, administrators, created_at) \
             VALUES ('UG-{distributor:03}-000-000', '{id}', 'Administrators', true, now()); \
             INSERT INTO group_members VALUES ('UG-{distributor:03}-000-000', '{id}', 'UR-000-000-001')"
        ))?;
    }
    copy_from(agreements::table)
        .from_raw_data(
            (
                agreements::id,
                agreements::type_,
                agreements::owner_id,
                agreements::name,
                agreements::created_at,
                agreements::updated_at,
            ),
            |copy| {
                for distributor in 0..size.distributors {
                    for number in 0..AGREEMENTS {
                        let (id, owner) = (agreement(distributor, number), account(distributor));
                        written(writeln!(
                            copy,
                            "{id}\tservice\t{owner}\tTerms {number} of {owner}\t2023-01-01\t2023-01-01"
                        ))?;
                    }
                }
                Written::Ok(())
            },
        )
        .execute(conn)?;
    conn.batch_execute(
        "INSERT INTO agreement_versions (agreement_id, number, status, document_type, link, author_id, created_at, \
         activator_id, activated_at) SELECT id, 1, 'active', 'external', 'https://terms.example/1', 'UR-000-000-001', \
         now(), 'UR-000-000-001', now() FROM agreements",
    )
}

fn copy_contracts(conn: &mut PgConnection, size: Size) -> Written {
    let columns = (
        contracts::id,
        contracts::type_,
        contracts::kind,
        contracts::status,
        contracts::agreement_id,
        contracts::version,
        contracts::issuer_id,
        contracts::signee_id,
        contracts::note,
        contracts::creator_id,
        contracts::created_at,
        contracts::updated_at,
        contracts::activated_at,
        contracts::ended_at,
        contracts::search,
    );
    copy_from(contracts::table)
        .from_raw_data(columns, |copy| {
            for distributor in 0..size.distributors {
                let (count, first) = size.of(distributor);
                let issuer = account(distributor);
                for nth in 0..count {
                    let (id, status) = (contract(first + nth), status(nth));
                    let agreement = agreement(distributor, nth % AGREEMENTS);
                    // three years, evenly, the newest last
                    let seconds = 1_700_000_000 + nth * (94_000_000 / count);
                    let at = chrono::DateTime::from_timestamp(seconds as i64, 0).unwrap_or_default().to_rfc3339();
                    let signed = matches!(status, "active" | "terminated");
                    let number = nth / AGREEMENTS;
                    let signee = if signed { partner_id(number) } else { "\\N".into() };
                    let activated = if signed { at.as_str() } else { "\\N" };
                    let ended = if matches!(status, "rejected" | "terminated") { at.as_str() } else { "\\N" };
                    let mut search = id.to_lowercase();
                    if signed {
                        search = format!("{search} {} {signee}", partner(number)).to_lowercase();
                    }
                    written(writeln!(
                        copy,
                        "{id}\tservice\tproduction\t{status}\t{agreement}\t1\t{issuer}\t{signee}\tWelcome\t\
                         UR-000-000-001\t{at}\t{at}\t{activated}\t{ended}\t{search}"
                    ))?;
                }
            }
            Written::Ok(())
        })
        .execute(conn)?;
    Ok(())
}

fn copy_links(conn: &mut PgConnection, size: Size) -> Written {
    let columns = (
        activation_links::contract_id,
        activation_links::number,
        activation_links::nonce,
        activation_links::created_at,
        activation_links::expires_at,
    );
    copy_from(activation_links::table)
        .from_raw_data(columns, |copy| {
            for distributor in 0..size.distributors {
                let (count, first) = size.of(distributor);
                for nth in (0..count).filter(|nth| status(*nth) == "pending") {
                    let id = contract(first + nth);
                    let nonce = hex(&nonce(first + nth));
                    written(writeln!(copy, "{id}\t1\t\\\\x{nonce}\t2026-01-01\t2099-01-01"))?;
                }
            }
            Written::Ok(())
        })
        .execute(conn)?;
    Ok(())
}

/// What the link of the contract with this number is derived from.
pub fn nonce(number: usize) -> Vec<u8> {
    (number as u64).to_be_bytes().repeat(4)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first pending contract of a distributor.
pub fn pending(size: Size, distributor: usize) -> usize {
    let (count, first) = size.of(distributor);
    first + (0..count).find(|nth| status(*nth) == "pending").unwrap_or(0)
}

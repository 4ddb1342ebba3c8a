//! What is done rather than looked at: how long one transaction takes, by itself, against a hundredth of the data.

use std::time::Instant;

use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};
use entente::{
    access::identity,
    kit::{db::Db, id::Id, revision::Expected},
    modules::customers::{
        Manage, TierAccount,
        actions::update,
        requests::{self, Decide, actions::Decision},
        store::data_of,
    },
};

use super::{
    Outcome, load,
    orders::{BUSY, IDLE},
    products,
};

const TIMES: usize = 21;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

fn middle(mut taken: Vec<f64>) -> f64 {
    taken.sort_by(f64::total_cmp);
    taken[taken.len() / 2]
}

/// Milliseconds of an edit that causes as many requests as the account has products.
fn edit(url: &str, account: &str) -> Outcome<f64> {
    let db = Db::new(url, 1);
    let (owner, person, account): (_, _, Id<TierAccount>) =
        (load::account(0).parse()?, "UR-000-000-001".parse()?, account.parse()?);
    let mut taken = Vec::new();
    for round in 0..TIMES {
        let began = Instant::now();
        db.write_now("bench", |tx| {
            let identity = identity::load(tx.conn, &person, &owner)?;
            let mut data = data_of(tx, &account)?;
            data.city = format!("City {} {round}", began.elapsed().as_nanos());
            tx.played::<Manage, _>(identity, |tx| update(tx, &account, &Expected::Any, &data))
        })?;
        taken.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(middle(taken))
}

/// Milliseconds of a decision.
fn accept(url: &str) -> Outcome<f64> {
    let db = Db::new(url, 1);
    let (vendor, person) = (products::vendor(0).parse()?, "UR-000-000-001".parse()?);
    let waiting: Vec<Found> = sql_query(format!(
        "SELECT id FROM tier_account_requests WHERE vendor_id = '{}' AND status = 'pending' ORDER BY created_at LIMIT {TIMES}",
        products::vendor(0)
    ))
    .load(&mut PgConnection::establish(url)?)?;
    let mut taken = Vec::new();
    for found in waiting {
        let id: Id<requests::Request> = found.id.parse()?;
        let began = Instant::now();
        db.write_now("bench", |tx| {
            let identity = identity::load(tx.conn, &person, &vendor)?;
            tx.played::<Decide, _>(identity, |tx| requests::actions::decide(tx, &id, &Decision::Accept, None))
        })?;
        taken.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(middle(taken))
}

pub fn table(big: &str, small: &str) -> Outcome {
    println!("\n| act, middle of {TIMES} | ms | ms against a hundredth of the data | ratio |\n|---|--:|--:|--:|");
    let line = |name: &str, in_big: f64, in_small: f64| {
        println!("| {name} | {in_big:.1} | {in_small:.1} | {:.2} |", in_big / in_small);
    };
    line("an edit of an account that nothing uses", edit(big, IDLE)?, edit(small, IDLE)?);
    line("an edit that causes 50 requests", edit(big, BUSY)?, edit(small, BUSY)?);
    line("a change accepted", accept(big)?, accept(small)?);
    Ok(())
}

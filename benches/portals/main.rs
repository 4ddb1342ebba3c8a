//! `make bench`: the program under load, beside a bare handler that runs the same statements and returns the same
//! bytes, and beside itself with a hundredth of the data. Prints the tables of docs/performance.md.

mod acts;
mod alone;
mod bare;
mod capture;
mod catalog;
mod cpu;
mod customers;
mod figures;
mod imports;
mod load;
mod memory;
mod orders;
mod products;
mod scenarios;
mod served;
mod usage;
mod wrk;

use std::{env, path::Path, time::Instant};

use entente::{kit::connect::Prepare, postgres::Embedded, start};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Contracts, distributors, the contracts of the first of them; products, with three listing requests each, and vendors;
/// tier accounts of the first distributor, with two subscriptions each.
const BIG: load::Size = load::Size {
    contracts: 1_000_000,
    distributors: 1_000,
    of_largest: 300_000,
    products: 100_000,
    vendors: 100,
    customers: 300_000,
};
const SMALL: load::Size = load::Size {
    contracts: 10_000,
    distributors: 10,
    of_largest: 3_000,
    products: 1_000,
    vendors: 10,
    customers: 3_000,
};

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().collect();
    if let Some(plan) = arguments.iter().position(|one| one == "--bare").and_then(|at| arguments.get(at + 1)) {
        return bare::serve(Path::new(plan));
    }
    // a folder of one's own is kept, so that the next run need not load again
    let kept = env::var_os("BENCH_FOLDER").map(std::path::PathBuf::from);
    let folder = kept.clone().unwrap_or_else(|| env::temp_dir().join(format!("entente-bench-{}", std::process::id())));
    // the settings that `make run` has: the figures are of what is shipped
    let postgres = Embedded::start(&folder)?;
    let outcome = run(&folder, &postgres);
    postgres.stop();
    if kept.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    outcome
}

fn run(folder: &Path, postgres: &Embedded) -> Outcome {
    let imports = || imports::table(&postgres.url(), &postgres.url_of("imports"));
    if env::args().any(|one| one == "--imports") {
        return imports();
    }
    let usage = || usage::table(&postgres.url(), &postgres.url_of("usage"));
    if env::args().any(|one| one == "--usage") {
        return usage();
    }
    let memory = |rounds| memory::table(&postgres.url(), &postgres.url_of("memory"), rounds);
    if let Some(rounds) = env::args().skip_while(|one| one != "--memory").nth(1) {
        return memory(rounds.parse()?);
    }
    let (big, small) = (postgres.url_of("big"), postgres.url_of("small"));
    for (name, url, size) in [("small", &small, SMALL), ("big", &big, BIG)] {
        let fresh = load::create(&postgres.url(), name)?;
        start::migrate(url, Prepare::On)?;
        let began = Instant::now();
        if fresh {
            load::fill(url, size)?;
        }
        if !catalog::there(url)? {
            catalog::fill(url, size)?;
        }
        if orders::there(url)? {
            continue;
        }
        orders::fill(url, size)?;
        load::searched(url)?;
        eprintln!(
            "{name}: {} contracts and {} products loaded in {:.0} s",
            size.contracts,
            size.products,
            began.elapsed().as_secs_f64()
        );
    }
    for url in [&big, &small] {
        load::token(url)?;
    }
    figures::print(&big)?;
    let scenarios = scenarios::all(&big, &small)?;
    let plan = capture::plan(folder, &big, &scenarios)?;
    let earlier = env::var("BENCH_AGAINST_DATABASE").map_or_else(|_| big.clone(), |name| postgres.url_of(&name));
    wrk::table(&scenarios, (&big, &small, &earlier), &plan)?;
    acts::table(&big, &small)?;
    imports()?;
    usage()?;
    memory(wrk::setting("BENCH_ROUNDS", 10))
}

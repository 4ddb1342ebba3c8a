//! Start, memory, bytes.

use std::time::Instant;

use super::{
    Outcome, load,
    served::{Served, Visitor},
};

pub fn print(database: &str) -> Outcome {
    let runtime = actix_web::rt::System::new();
    let mut starts = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        let served = Served::program(database, 8)?;
        let ready = format!("{}/readyz", served.url);
        runtime.block_on(async { Outcome::Ok(Visitor::new()?.get(&ready).await?.error_for_status()?) })?;
        starts.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    starts.sort_by(f64::total_cmp);
    println!("| figure | value | aim |\n|---|--:|--:|");
    println!("| from start to the first answered request, PostgreSQL up, middle of 5 | {:.0} ms | 30 ms |", starts[2]);
    let served = Served::program(database, 8)?;
    runtime.block_on(async {
        let mut visitor = Visitor::sign_in(&served.url).await?;
        let page = format!("{}/distributor/{}/contracts", served.url, load::account(0));
        let fresh = served.memory()?;
        for number in 0..1_000 {
            let kind = ["", "?status=active", "?q=bakery", "/new", "?sort=status"][number % 5];
            visitor.get(&format!("{page}{kind}")).await?.bytes().await?;
        }
        println!(
            "| resident memory after sign-in, then after 1,000 requests | {fresh:.0} MB, {:.0} MB | 60 MB |",
            served.memory()?
        );
        let html = visitor.get(&page).await?.text().await?;
        let again = visitor.weigh(&page).await?;
        let mut first = again;
        for part in parts(&html) {
            first += visitor.weigh(&format!("{}{part}", served.url)).await?;
        }
        println!(
            "| contracts page with all its parts, compressed, first visit | {:.1} KB | 60 KB |",
            first as f64 / 1024.0
        );
        println!("| … and again | {:.1} KB | 15 KB |", again as f64 / 1024.0);
        Ok(())
    })
}

/// The style sheets, scripts and pictures that a page names, each once.
fn parts(html: &str) -> Vec<String> {
    let mut parts: Vec<String> = html
        .split('"')
        .filter(|text| text.starts_with("/assets/"))
        .map(|text| text.split('#').next().unwrap_or_default().to_owned())
        .collect();
    parts.sort();
    parts.dedup();
    parts
}

//! Load from a second process, in interleaved rounds, and the table of it.

use std::{env, io::Write as _, path::Path, process::Command};

use super::{Outcome, scenarios::Scenario, served::Served};

/// What one round of `wrk` found.
#[derive(Debug, Clone, Copy)]
struct Round {
    per_second: f64,
    p50: f64,
    p99: f64,
}

fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// As many connections as the program has to the database.
fn round(folder: &Path, address: &str, cookies: &str, form: Option<&str>, seconds: usize) -> Outcome<Round> {
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c8", "--latency", "--timeout", "10s"]).arg(format!("-d{seconds}s"));
    command.arg("-H").arg(format!("Cookie: {cookies}"));
    if let Some(form) = form {
        let script = folder.join("post.lua");
        let origin = address.split('/').take(3).collect::<Vec<_>>().join("/");
        writeln!(
            std::fs::File::create(&script)?,
            "wrk.method = 'POST'\nwrk.body = '{form}'\nwrk.headers['Origin'] = '{origin}'\n\
             wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'"
        )?;
        command.arg("-s").arg(script);
    }
    let output = command.arg(address).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(format!("wrk on {address}: {text}{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let after = |label: &str| -> Outcome<&str> {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(label)).ok_or(label)?;
        Ok(line.split_whitespace().next().unwrap_or_default())
    };
    Ok(Round {
        per_second: after("Requests/sec:")?.parse()?,
        p50: milliseconds(after("50%")?)?,
        p99: milliseconds(after("99%")?)?,
    })
}

fn milliseconds(text: &str) -> Outcome<f64> {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)] {
        if let Some(number) = text.strip_suffix(unit)
            && let Ok(number) = number.parse::<f64>()
        {
            return Ok(number * factor);
        }
    }
    Err(format!("wrk says {text}").into())
}

/// The middle, the least and the most.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

pub fn table(scenarios: &[Scenario], big: &str, small: &str, plan: &Path) -> Outcome {
    let folder = plan.parent().ok_or("no folder")?;
    let (pairs, seconds) = (setting("BENCH_PAIRS", 5), setting("BENCH_SECONDS", 3));
    let (program, little, bare) = (Served::program(big, 8)?, Served::program(small, 8)?, Served::bare(plan)?);
    println!(
        "\nEach figure is the middle of {pairs} rounds of {seconds} s with 8 connections, [least, most] beside it.\n"
    );
    println!("| request | distributor | req/s | p50 ms | p99 ms | of the bare handler | time against 10,000 rows |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    let runtime = actix_web::rt::System::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        let (cookies, form) = runtime.block_on(scenario.prepare(&program.url, &scenario.big))?;
        let (small_cookies, small_form) = runtime.block_on(scenario.prepare(&little.url, &scenario.small))?;
        let (address, small_address) =
            (format!("{}{}", program.url, scenario.big), format!("{}{}", little.url, scenario.small));
        let bare_address = format!("{}/{at}", bare.url);
        let mine = || round(folder, &address, &cookies, form.as_deref(), seconds);
        let plain = || round(folder, &bare_address, &cookies, form.as_deref(), seconds);
        let less = || round(folder, &small_address, &small_cookies, small_form.as_deref(), seconds);
        // caches and pools warm, in all three
        for warm in [&address, &bare_address] {
            round(folder, warm, &cookies, form.as_deref(), 1)?;
        }
        round(folder, &small_address, &small_cookies, small_form.as_deref(), 1)?;
        let (mut rounds, mut to_bare, mut to_less) = (Vec::new(), Vec::new(), Vec::new());
        for pair in 0..pairs {
            let (one, beside, before) = if pair % 2 == 0 {
                let one = mine()?;
                (one, plain()?, less()?)
            } else {
                let (before, beside) = (less()?, plain()?);
                (mine()?, beside, before)
            };
            to_bare.push(one.per_second / beside.per_second);
            to_less.push(before.per_second / one.per_second);
            rounds.push(one);
        }
        let middle = |value: fn(&Round) -> f64| spread(rounds.iter().map(value).collect()).0;
        let ((bare, bare_least, bare_most), (less, less_least, less_most)) = (spread(to_bare), spread(to_less));
        println!(
            "| {} | {} | {:.0} | {:.1} | {:.1} | {bare:.2} [{bare_least:.2}, {bare_most:.2}] | {less:.2} [{less_least:.2}, {less_most:.2}] |",
            scenario.name,
            scenario.who,
            middle(|round| round.per_second),
            middle(|round| round.p50),
            middle(|round| round.p99),
        );
    }
    Ok(())
}

//! Load from a second process, in interleaved rounds, and the table of it.

use std::{env, fs, io::Write as _, path::Path, process::Command};

use futures_util::future::try_join_all;

use super::{
    Outcome, alone,
    capture::Plan,
    cpu,
    scenarios::{Scenario, What},
    served::{Served, Visitor},
};

/// What one round of `wrk` found.
#[derive(Debug, Clone, Copy)]
struct Round {
    per_second: f64,
    p50: f64,
    p99: f64,
}

pub fn setting(name: &str, default: usize) -> usize {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Somebody who asks a server for one page again and again.
struct Asker<'a> {
    server: &'a Served,
    address: String,
    visitor: Visitor,
    form: Option<String>,
}

impl<'a> Asker<'a> {
    async fn of(server: &'a Served, scenario: &Scenario, path: &str) -> Outcome<Self> {
        let (visitor, form) = scenario.prepare(&server.url, path).await?;
        Ok(Self { server, address: format!("{}{path}", server.url), visitor, form })
    }

    /// As many connections as the program has to the database, or four that sign in.
    fn round(&self, folder: &Path, seconds: usize) -> Outcome<Round> {
        let mut command = Command::new("wrk");
        // of one person's passwords no more than five are looked at at once
        let connections = if self.form.is_some() { "-c4" } else { "-c8" };
        command.args(["-t1", connections, "--latency", "--timeout", "10s"]).arg(format!("-d{seconds}s"));
        let (name, value) = self.visitor.header();
        command.arg("-H").arg(format!("{name}: {value}"));
        if let Some(form) = &self.form {
            let script = folder.join("post.lua");
            writeln!(
                fs::File::create(&script)?,
                "wrk.method = 'POST'\nwrk.body = '{form}'\nwrk.headers['Origin'] = '{}'\n\
                 wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'",
                self.server.url
            )?;
            command.arg("-s").arg(script);
        }
        let output = command.arg(&self.address).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() || text.contains("Non-2xx") || text.contains("Socket errors") {
            let fault = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("wrk on {}: {text}{fault}", self.address).into());
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
fn spread(mut values: Vec<f64>) -> Option<(f64, f64, f64)> {
    values.sort_by(f64::total_cmp);
    Some((*values.get(values.len() / 2)?, *values.first()?, *values.last()?))
}

fn told(values: Vec<f64>) -> String {
    spread(values).map_or("–".into(), |(middle, least, most)| format!("{middle:.2} [{least:.2}, {most:.2}]"))
}

/// How often each page is asked for, by turns, before anything is measured: PostgreSQL then has plans for every statement that fit the
/// largest company and the smallest on the same connections, or it shows.
const TURNS: usize = 50;

async fn by_turns(server: &Served, scenarios: &[Scenario], path: fn(&Scenario) -> &str) -> Outcome {
    let mut visitors = Vec::new();
    for scenario in scenarios.iter().filter(|one| one.of.is_kept()) {
        let (visitor, _) = scenario.prepare(&server.url, path(scenario)).await?;
        visitors.push((visitor, format!("{}{}", server.url, path(scenario))));
    }
    let reader = || async {
        let mut visitor = Visitor::new()?;
        for _ in 0..TURNS {
            for (who, address) in &visitors {
                visitor.cookies.clone_from(&who.cookies);
                visitor.key.clone_from(&who.key);
                visitor.get(address).await?.error_for_status()?.bytes().await?;
            }
        }
        Outcome::Ok(())
    };
    try_join_all((0..8).map(|_| reader())).await.map(drop)
}

/// `earlier` is the database of the program that `BENCH_AGAINST` names: an earlier one may need it without what migrations have done since.
pub fn table(scenarios: &[Scenario], (big, small, earlier): (&str, &str, &str), plan: &Path) -> Outcome {
    let folder = plan.parent().ok_or("no folder")?;
    let (pairs, seconds) = (setting("BENCH_PAIRS", 5), setting("BENCH_SECONDS", 3));
    let (program, little, bare) = (Served::program(big, 8)?, Served::program(small, 8)?, Served::bare(plan)?);
    let earlier =
        env::var_os("BENCH_AGAINST").map(|path| Served::program_at(Path::new(&path), earlier, 8)).transpose()?;
    let orders = serde_json::from_slice::<Plan>(&fs::read(plan)?)?.orders;
    let runtime = actix_web::rt::System::new();
    runtime.block_on(by_turns(&program, scenarios, |one| &one.big))?;
    runtime.block_on(by_turns(&little, scenarios, |one| &one.small))?;
    println!(
        "\nEach figure is the middle of {pairs} rounds of {seconds} s with 8 connections, [least, most] beside it.\n\n\
         | request | company | req/s | p50 ms | p99 ms | CPU ms, program + PostgreSQL | of PostgreSQL alone | of the bare handler | \
         times the earlier program (p99 ms) | time against a hundredth |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    for (at, scenario) in scenarios.iter().enumerate() {
        let mine = runtime.block_on(Asker::of(&program, scenario, &scenario.big))?;
        let less = runtime.block_on(Asker::of(&little, scenario, &scenario.small))?;
        let plain = Asker {
            server: &bare,
            address: format!("{}/{at}", bare.url),
            visitor: Visitor::new()?,
            form: mine.form.clone(),
        };
        // it had no API
        let before = earlier.as_ref().filter(|_| scenario.of != What::Api);
        let before = before.map(|server| runtime.block_on(Asker::of(server, scenario, &scenario.big))).transpose()?;
        let script = match orders.get(at) {
            Some(order) if scenario.of.is_kept() => alone::script(folder, at, &order.statements)?,
            _ => None,
        };
        // caches and pools warm, in all of them
        for asker in [Some(&mine), Some(&less), Some(&plain), before.as_ref()].into_iter().flatten() {
            asker.round(folder, 1)?;
        }
        let (mut rounds, mut earlier_rounds) = (Vec::new(), Vec::new());
        let (mut to_bare, mut to_less, mut to_alone, mut to_before) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut own, mut of_postgres) = (Vec::new(), Vec::new());
        for pair in 0..pairs {
            let measured = || {
                let (used, postgres) = (program.cpu()?, cpu::of_postgres(folder)?);
                let one = mine.round(folder, seconds)?;
                let pages = one.per_second * seconds as f64 / 1_000.0;
                Outcome::Ok((one, (program.cpu()? - used) / pages, (cpu::of_postgres(folder)? - postgres) / pages))
            };
            // the order changes, so that whatever comes first has no advantage
            let first = if pair % 2 == 0 { Some(measured()?) } else { None };
            let beside = plain.round(folder, seconds)?;
            let before = before.as_ref().map(|before| before.round(folder, seconds)).transpose()?;
            let alone = script.as_ref().map(|script| alone::round(big, script, seconds)).transpose()?;
            let fewer = less.round(folder, seconds)?;
            let (one, used, postgres) = match first {
                Some(first) => first,
                None => measured()?,
            };
            to_bare.push(one.per_second / beside.per_second);
            to_less.push(fewer.per_second / one.per_second);
            to_alone.extend(alone.map(|alone| one.per_second / alone));
            if let Some(before) = before {
                to_before.push(one.per_second / before.per_second);
                earlier_rounds.push(before);
            }
            own.push(used);
            of_postgres.push(postgres);
            rounds.push(one);
        }
        let middle = |values: Vec<f64>| spread(values).map_or(0.0, |(middle, _, _)| middle);
        let of = |rounds: &[Round], value: fn(&Round) -> f64| middle(rounds.iter().map(value).collect());
        let earlier_p99 = if earlier_rounds.is_empty() {
            String::new()
        } else {
            format!(" ({:.1})", of(&earlier_rounds, |round| round.p99))
        };
        println!(
            "| {} | {} | {:.0} | {:.1} | {:.1} | {:.2} + {:.2} | {} | {} | {}{earlier_p99} | {} |",
            scenario.name,
            scenario.who,
            of(&rounds, |round| round.per_second),
            of(&rounds, |round| round.p50),
            of(&rounds, |round| round.p99),
            middle(own),
            middle(of_postgres),
            told(to_alone),
            told(to_bare),
            told(to_before),
            told(to_less),
        );
    }
    Ok(())
}

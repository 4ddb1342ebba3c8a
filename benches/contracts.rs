//! `make bench`: the program against a bare handler that runs the same statements and returns the same bytes, and
//! against itself at a hundredth of the data. A second process (wrk) drives both, in interleaved pairs.
//!
//! `ENTENTE_BENCH_ROWS` sets the large size (1,000,000), `ENTENTE_BENCH_SECONDS` each run (5), `ENTENTE_BENCH_PAIRS`
//! how often each pair is run (3).

#[path = "bare.rs"]
mod bare;
#[path = "load.rs"]
mod load;

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use entente::{postgres::Embedded, start};

const KEY: &str = "a key for measuring only, long enough";
const CONNECTIONS: &str = "8";

type Failure = Box<dyn std::error::Error>;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|argument| argument == "bare") {
        return bare::serve(&arguments[2], &arguments[3], arguments[4].parse()?);
    }
    if arguments.iter().any(|argument| argument == "--test" || argument == "--list") {
        return Ok(());
    }
    let folder = std::env::temp_dir().join(format!("entente-bench-{}", std::process::id()));
    let embedded = Embedded::start(&folder)?;
    let outcome = measure(&embedded);
    embedded.stop();
    std::fs::remove_dir_all(&folder)?;
    outcome
}

/// A program that serves on a port of its own until it is dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(port: u16) -> Result<(), Failure> {
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if began.elapsed() > Duration::from_secs(20) {
            return Err("a server did not start".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn entente(url: &str, port: u16) -> Result<Server, Failure> {
    let child = Command::new(env!("CARGO_BIN_EXE_entente"))
        .arg("serve")
        .env("DATABASE_URL", url)
        .env("ENTENTE_SECRET_KEY", KEY)
        .env("ENTENTE_LISTEN", format!("127.0.0.1:{port}"))
        .env("ENTENTE_LOG", "error")
        .stdout(Stdio::null())
        .spawn()?;
    let server = Server { child, port };
    wait_for(port)?;
    Ok(server)
}

fn bare_server(url: &str, bytes: &PathBuf, port: u16) -> Result<Server, Failure> {
    let child = Command::new(std::env::current_exe()?).arg("bare").arg(url).arg(bytes).arg(port.to_string()).spawn()?;
    let server = Server { child, port };
    wait_for(port)?;
    Ok(server)
}

/// What wrk saw: requests a second, and latencies in milliseconds.
#[derive(Clone, Copy, Default)]
struct Seen {
    rate: f64,
    p50: f64,
    p99: f64,
}

fn milliseconds(text: &str) -> f64 {
    let number: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let value: f64 = number.parse().unwrap_or(0.0);
    match &text[number.len()..] {
        "us" => value / 1_000.0,
        "s" => value * 1_000.0,
        "m" => value * 60_000.0,
        _ => value,
    }
}

fn wrk(server: &Server, path: &str, cookie: &str, script: Option<&PathBuf>) -> Result<Seen, Failure> {
    let seconds = setting("ENTENTE_BENCH_SECONDS", 5);
    let mut command = Command::new("wrk");
    command.args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s"), "--latency", "--timeout", "10s"]);
    command.args(["-H", &format!("Cookie: {cookie}")]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let output = command.arg(format!("http://127.0.0.1:{}{path}", server.port)).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = |word: &str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(word).map(|rest| rest.trim().to_owned()))
            .unwrap_or_default()
    };
    if text.contains("Non-2xx") {
        return Err(format!("{path}: {text}").into());
    }
    Ok(Seen {
        rate: after("Requests/sec:").parse().unwrap_or(0.0),
        p50: milliseconds(&after("50%")),
        p99: milliseconds(&after("99%")),
    })
}

/// One page to be measured.
struct Case {
    name: &'static str,
    path: String,
    cookie: String,
}

/// The middle, and how far the others lie from it.
fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let middle = values[values.len() / 2];
    format!("{middle:.2} ({:.2}–{:.2})", values[0], values[values.len() - 1])
}

fn measure(embedded: &Embedded) -> Result<(), Failure> {
    let rows = setting("ENTENTE_BENCH_ROWS", 1_000_000);
    let pairs = setting("ENTENTE_BENCH_PAIRS", 3);
    println!("{} rows and {} rows, {CONNECTIONS} connections, {pairs} pairs", rows, rows / 100);
    let mut sites = Vec::new();
    for (name, size, port) in [("large", rows, 9_401), ("small", rows / 100, 9_402)] {
        load::create(&embedded.url_of("postgres"), name)?;
        let url = embedded.url_of(name);
        start::migrate(&url)?;
        let began = Instant::now();
        load::fill(&url, size)?;
        println!("{name}: {size} contracts loaded in {:.0} s", began.elapsed().as_secs_f64());
        let server = entente(&url, port)?;
        let cases = load::cases(&url, KEY, port)?;
        sites.push((url, server, cases));
    }
    let (large_url, large, cases) = &sites[0];
    let (_, small, small_cases) = &sites[1];
    println!("| page | requests/s | p50 ms | p99 ms | to the bare handler | at a hundredth of the rows |");
    println!("|---|---|---|---|---|---|");
    for (at, case) in cases.iter().enumerate() {
        let bytes = std::env::temp_dir().join(format!("entente-bench-{}-page", std::process::id()));
        load::page(large.port, &case.path, &case.cookie, &bytes)?;
        let bare = bare_server(large_url, &bytes, 9_403)?;
        let (mut to_bare, mut to_small, mut seen) = (Vec::new(), Vec::new(), Seen::default());
        for _ in 0..pairs {
            let ours = wrk(large, &case.path, &case.cookie, None)?;
            let theirs = wrk(&bare, &format!("/{}", case.name.replace(' ', "-")), "", None)?;
            let little = wrk(small, &small_cases[at].path, &small_cases[at].cookie, None)?;
            to_bare.push(ours.rate / theirs.rate);
            to_small.push(little.rate / ours.rate);
            seen = ours;
        }
        println!(
            "| {} | {:.0} | {:.1} | {:.1} | {} | {} |",
            case.name, seen.rate, seen.p50, seen.p99, spread(to_bare), spread(to_small)
        );
        std::fs::remove_file(&bytes)?;
    }
    Ok(())
}

/// Reads what a child said, line by line; kept here for both loaders.
#[allow(dead_code)]
fn lines(child: &mut Child) -> Vec<String> {
    child.stdout.take().map(|out| BufReader::new(out).lines().map_while(Result::ok).collect()).unwrap_or_default()
}

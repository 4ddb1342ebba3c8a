//! The program, and the bare handler, as processes of their own; and one request at a time to them.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, Response, redirect::Policy};

use super::{Outcome, cpu, load};

pub const KEY: &str = "a key that only the benchmark knows, long enough";

/// A process that ends with its owner.
pub struct Served {
    child: Child,
    pub url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn up(mut command: Command, port: u16) -> Outcome<Served> {
    let child = command.stdout(Stdio::null()).spawn()?;
    let served = Served { child, url: format!("http://127.0.0.1:{port}") };
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if began.elapsed() > Duration::from_secs(20) {
            return Err(format!("nothing answers at {}", served.url).into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(served)
}

impl Served {
    /// The released program over this database, with `pool` connections.
    pub fn program(database: &str, pool: u32) -> Outcome<Self> {
        Self::program_at(Path::new(env!("CARGO_BIN_EXE_entente")), database, pool)
    }

    /// Another program of ours, such as an earlier one.
    pub fn program_at(program: &Path, database: &str, pool: u32) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env("DATABASE_URL", database)
            .env("ENTENTE_SECRET_KEY", KEY)
            .env("ENTENTE_LISTEN", format!("127.0.0.1:{port}"))
            .env("ENTENTE_POOL", pool.to_string())
            .env("ENTENTE_PROXIES", "1")
            .env("ENTENTE_LOG", "error");
        up(command, port)
    }

    /// The bare handler over what [`super::capture`] wrote down.
    pub fn bare(plan: &Path) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--bare").arg(plan).env("BARE_PORT", port.to_string());
        up(command, port)
    }

    /// Seconds of processor time that it has used.
    pub fn cpu(&self) -> Outcome<f64> {
        cpu::of(self.child.id())
    }

    /// Resident memory in megabytes.
    pub fn memory(&self) -> Outcome<f64> {
        self.status("VmRSS")
    }

    /// The most memory that was ever resident, in megabytes.
    pub fn peak(&self) -> Outcome<f64> {
        self.status("VmHWM")
    }

    fn status(&self, figure: &str) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with(figure)).ok_or("no such figure")?;
        let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
        Ok(kilobytes / 1024.0)
    }
}

/// A browser's worth of cookies.
pub struct Visitor {
    client: Client,
    pub cookies: String,
    /// What a client of the API sends with each request; a browser has none.
    pub key: String,
    /// Where a proxy says that it comes from, when it says so.
    pub from: String,
}

impl Visitor {
    pub fn new() -> Outcome<Self> {
        // a connection that the program has closed meanwhile would lose what is sent once only
        let client = Client::builder().redirect(Policy::none()).pool_idle_timeout(Duration::from_secs(2)).build()?;
        Ok(Self { client, cookies: String::new(), key: String::new(), from: String::new() })
    }

    /// A client of the API.
    pub fn with_key(key: String) -> Outcome<Self> {
        Ok(Self { key, ..Self::new()? })
    }

    async fn kept(&mut self, response: Response) -> Outcome<Response> {
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
            let name = pair.split('=').next().unwrap_or_default();
            let others =
                self.cookies.split("; ").filter(|one| !one.is_empty() && !one.starts_with(&format!("{name}=")));
            self.cookies = others.chain([pair.as_str()]).collect::<Vec<_>>().join("; ");
        }
        Ok(response)
    }

    pub async fn get(&mut self, url: &str) -> Outcome<Response> {
        let (name, value) = self.header();
        let response = self.client.get(url).header(name, value).send().await?;
        self.kept(response).await
    }

    /// By what the program knows who asks.
    pub fn header(&self) -> (&'static str, &str) {
        if self.key.is_empty() { ("cookie", &self.cookies) } else { ("authorization", &self.key) }
    }

    /// As a browser asks: compressed.
    pub async fn weigh(&self, url: &str) -> Outcome<usize> {
        let answer =
            self.client.get(url).header("cookie", &self.cookies).header("accept-encoding", "br, gzip").send().await?;
        Ok(answer.error_for_status()?.bytes().await?.len())
    }

    pub async fn post(&mut self, url: &str, body: String) -> Outcome<Response> {
        let mut request = self.client.post(url).header("cookie", &self.cookies).header("origin", origin(url));
        if !self.from.is_empty() {
            request = request.header("x-forwarded-for", &self.from);
        }
        let response = request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await?;
        self.kept(response).await
    }

    pub async fn send_file(&mut self, url: &str, form: reqwest::multipart::Form) -> Outcome<Response> {
        let request = self.client.post(url).header("cookie", &self.cookies).header("origin", origin(url));
        let response = request.multipart(form).send().await?;
        self.kept(response).await
    }

    /// The form of the sign-in page, filled in.
    pub async fn sign_in_form(&mut self, url: &str) -> Outcome<String> {
        self.sign_in_form_of(url, load::EMAIL, load::PASSWORD).await
    }

    pub async fn sign_in_form_of(&mut self, url: &str, email: &str, password: &str) -> Outcome<String> {
        let page = self.get(&format!("{url}/sign-in")).await?.text().await?;
        let page = scraper::Html::parse_document(&page);
        let fields = scraper::Selector::parse("main form input[type=hidden]").map_err(|error| error.to_string())?;
        let mut pairs: Vec<(String, String)> = page
            .select(&fields)
            .filter_map(|field| Some((field.value().attr("name")?.into(), field.value().attr("value")?.into())))
            .collect();
        pairs.extend([("email".into(), email.into()), ("password".into(), password.into())]);
        Ok(serde_html_form::to_string(pairs)?)
    }

    pub async fn sign_in(url: &str) -> Outcome<Self> {
        Self::sign_in_as(url, load::EMAIL, load::PASSWORD).await
    }

    pub async fn sign_in_as(url: &str, email: &str, password: &str) -> Outcome<Self> {
        let mut visitor = Self::new()?;
        let form = visitor.sign_in_form_of(url, email, password).await?;
        let answer = visitor.post(&format!("{url}/sign-in"), form).await?;
        if answer.status() != 303 { Err(format!("sign-in answers {}", answer.status()).into()) } else { Ok(visitor) }
    }
}

fn origin(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/")
}

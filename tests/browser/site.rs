//! The program as a process of its own, and a browser in front of it.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _, sql_query, sql_types::BigInt};
use entente::{
    demo,
    kit::{connect::Prepare, db::Db, secret},
    start,
};
use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    cluster::{TestDatabase, empty_database, fresh_database},
    port::free_port,
};

/// The key of every program here.
pub const KEY: &str = "a key that only tests know, long enough";

/// A child that ends with the test.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a person asks pages to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

pub struct Site {
    pub url: String,
    _driver: Process,
    _program: Process,
    driver_url: String,
    database: TestDatabase,
}

pub fn wait_for(port: u16) {
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(20), "port {port} answers");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An empty database with its tables.
fn migrated(url: &str) -> Db {
    start::migrate(url, Prepare::On).expect("the migrations run");
    Db::new(url, 1)
        .with_key(secret::Key::from_text(KEY).expect("a key"))
        .with_consequences(entente::consequences::table())
}

impl Site {
    pub fn start() -> Self {
        Self::start_at("127.0.0.1")
    }

    /// The same under a name: browsers keep passkeys for names alone.
    pub fn start_at(host: &str) -> Self {
        Self::start_over(host, |_| ())
    }

    /// The same over a database to which something is done before the program starts.
    pub fn start_over(host: &str, before: impl FnOnce(&str)) -> Self {
        let database = fresh_database(|url| {
            demo::load(&migrated(url)).expect("the demo loads");
        });
        before(&database.url);
        Self::serving(host, database)
    }

    /// The same over all of the demo, as somebody finds it who tries the program.
    pub fn with_year() -> Self {
        let database = empty_database();
        demo::load_with_year(&migrated(&database.url)).expect("the demo loads");
        Self::serving("127.0.0.1", database)
    }

    fn serving(host: &str, database: TestDatabase) -> Self {
        let port = free_port();
        let url = format!("http://{host}:{port}");
        let program = Command::new(env!("CARGO_BIN_EXE_entente"))
            .args(["serve", "--demo"])
            .env("DATABASE_URL", &database.url)
            .env("ENTENTE_SECRET_KEY", KEY)
            .env("ENTENTE_LISTEN", format!("127.0.0.1:{port}"))
            .env("ENTENTE_PUBLIC_URL", &url)
            .env("ENTENTE_LOG", "error")
            .env("ENTENTE_PSEUDO_LANGUAGE", "on")
            .env("ENTENTE_SSO_PRIVATE", "on")
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let driver_port = free_port();
        let mut driver = Command::new("chromedriver")
            .arg(format!("--port={driver_port}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: make test installs it");
        if let Some(out) = driver.stdout.take() {
            std::thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).for_each(drop));
        }
        let site = Self {
            url,
            _driver: Process(driver),
            _program: Process(program),
            driver_url: format!("http://127.0.0.1:{driver_port}"),
            database,
        };
        wait_for(port);
        wait_for(driver_port);
        site
    }

    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// What a statement `SELECT … AS n` counts.
    pub fn count(&self, statement: &str) -> i64 {
        use diesel::RunQueryDsl as _;
        #[derive(diesel::QueryableByName)]
        struct N {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let mut conn = PgConnection::establish(&self.database.url).expect("a connection");
        sql_query(statement).get_result::<N>(&mut conn).expect(statement).n
    }

    /// Lets the seconds go by in which a decision can be undone, and waits until the program's job has carried it out.
    pub async fn seconds_later(&self) {
        let mut conn = PgConnection::establish(&self.database.url).expect("a connection");
        let due = "UPDATE held_decisions SET due_at = now() - interval '1 second' WHERE refused IS NULL";
        conn.batch_execute(due).expect(due);
        let began = Instant::now();
        while self.count("SELECT count(*) AS n FROM held_decisions WHERE refused IS NULL") > 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "what was decided is carried out");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes the window of a browser as wide as that, also below the 500 px that its own can have; the page in it is laid out anew and is
    /// not loaded again.
    pub async fn resize(&self, driver: &WebDriver, width: u32) -> WebDriverResult<()> {
        // no height: it stays as it is
        let params = json!({ "width": width, "height": 0, "deviceScaleFactor": 1, "mobile": false });
        let resize = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": params });
        self.command(driver, Method::POST, "goog/cdp/execute", &resize).await;
        let began = Instant::now();
        while driver.execute("scrollTo(0, 0); return innerWidth", Vec::new()).await?.convert::<u32>()? != width {
            assert!(began.elapsed() < Duration::from_secs(5), "the window is {width} px wide");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    /// Shows the open page, and those after it, as somebody sees them who asks for that: by the names of media features and their values.
    pub async fn prefer(&self, driver: &WebDriver, features: &[(&str, &str)]) {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let media = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } });
        self.command(driver, Method::POST, "goog/cdp/execute", &media).await;
    }

    /// Makes texts as large as somebody asks for in the settings of a browser, in percent.
    pub async fn text_size(&self, driver: &WebDriver, percent: u32) {
        let sizes = json!({ "standard": 16 * percent / 100, "fixed": 13 * percent / 100 });
        let set = json!({ "cmd": "Page.setFontSizes", "params": { "fontSizes": sizes } });
        self.command(driver, Method::POST, "goog/cdp/execute", &set).await;
    }

    /// What the browser's driver answers to a command that the library does not know, as JSON.
    pub async fn command(&self, driver: &WebDriver, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}/session/{}/{path}", self.driver_url, driver.handle().session_id());
        let request = reqwest::Client::new().request(method.clone(), &url).header("content-type", "application/json");
        let request = if method == Method::POST { request.body(body.to_string()) } else { request };
        let answer = request.send().await.expect("the driver answers");
        let status = answer.status();
        let text = answer.text().await.expect("it answers in words");
        assert!(status.is_success(), "{path}: {text}");
        let answer: Value = serde_json::from_str(&text).expect("it is JSON");
        answer["value"].clone()
    }

    /// A browser of its own, as wide as asked for but never below 500 px ([`Site::resize`] does that), in the light theme.
    pub async fn browser(&self, width: u32, scripts: bool) -> WebDriverResult<WebDriver> {
        self.browser_in(width, scripts, Theme::Light).await
    }

    pub async fn browser_in(&self, width: u32, scripts: bool, theme: Theme) -> WebDriverResult<WebDriver> {
        let mut wanted = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ] {
            wanted.add_arg(argument)?;
        }
        wanted.add_arg(&format!("--window-size={width},900"))?;
        if theme == Theme::Dark {
            wanted.add_arg("--force-dark-mode")?;
        }
        if !scripts {
            wanted.add_experimental_option(
                "prefs",
                serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 }),
            )?;
        }
        let driver = WebDriver::new(&self.driver_url, wanted).await?;
        driver.set_implicit_wait_timeout(Duration::from_secs(5)).await?;
        Ok(driver)
    }
}

/// The field that a label names.
pub async fn field(driver: &WebDriver, label: &str) -> WebDriverResult<WebElement> {
    let label = driver.find(By::XPath(format!("//label[starts-with(normalize-space(.), \"{label}\")]"))).await?;
    let id = label.attr("for").await?.unwrap_or_default();
    driver.find(By::Id(id)).await
}

pub async fn fill(driver: &WebDriver, label: &str, text: &str) -> WebDriverResult<()> {
    let field = field(driver, label).await?;
    field.clear().await?;
    field.send_keys(text).await
}

/// Ticks a box or chooses a card by its label, as people do.
pub async fn tick(driver: &WebDriver, label: &str) -> WebDriverResult<()> {
    driver.find(By::XPath(format!("//label[starts-with(normalize-space(.), \"{label}\")]"))).await?.click().await
}

pub async fn press(driver: &WebDriver, words: &str) -> WebDriverResult<()> {
    // what only a screen reader says, and the id below a name, do not count
    let own = format!("normalize-space(text())=\"{words}\" or normalize-space(.)=\"{words}\"");
    let named = format!("*[normalize-space(.)=\"{words}\" and contains(@class, 'cell-name')]");
    let button = format!("//main//button[{own}] | //main//a[{own}] | //main//a[{named}]");
    driver.find(By::XPath(&button)).await?;
    // on an empty list the heading's button gives way to the one below
    for found in driver.find_all(By::XPath(&button)).await? {
        if found.is_displayed().await? {
            return found.click().await;
        }
    }
    // what unfolds on a phone and stands open in a wide window is hidden to WebDriver, but not to who points at it
    for found in driver.find_all(By::XPath(&button)).await? {
        let unfolded = found.find(By::XPath("./ancestor::details[contains(@class, 'facts-more')]")).await.is_ok();
        if unfolded && found.rect().await?.width > 0.0 {
            return driver.action_chain().move_to_element_center(&found).click().perform().await;
        }
    }
    panic!("{words:?} is on {}, but not to be seen", driver.current_url().await?)
}

pub async fn says(driver: &WebDriver, words: &str) {
    let found = driver.find(By::XPath(format!("//body[contains(normalize-space(.), \"{words}\")]"))).await;
    if found.is_err() {
        let body = match driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        panic!("the page does not say {words:?}: {body}");
    }
}

/// The status among the facts of a page, by the fact's name.
pub async fn status(driver: &WebDriver, fact: &str) -> WebDriverResult<String> {
    let status = format!("//main//dl/div[normalize-space(dt)=\"{fact}\"]/dd//span[@class=\"status\"]");
    // WebDriver calls what stands unfolded in a wide window hidden, and says nothing of its text
    let text = driver.find(By::XPath(status)).await?.prop("textContent").await?.unwrap_or_default();
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The status of each row of a list or a table, from the top.
pub async fn statuses(driver: &WebDriver) -> WebDriverResult<Vec<String>> {
    let mut found = Vec::new();
    for status in driver.find_all(By::Css("main tbody .status")).await? {
        found.push(status.text().await?);
    }
    Ok(found)
}

/// No violation of WCAG 2.2 AA that a machine can find.
pub async fn accessible(driver: &WebDriver) -> WebDriverResult<()> {
    let found = violations(driver, ALL_RULES).await?;
    assert!(found.is_empty(), "{}: {found:?}", driver.current_url().await?);
    let over: i64 =
        driver.execute("return document.documentElement.scrollWidth - innerWidth", Vec::new()).await?.convert()?;
    assert!(over <= 0, "{} is {over} px too wide", driver.current_url().await?);
    Ok(())
}

/// All that axe knows of WCAG 2.2 AA.
pub const ALL_RULES: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']";
/// What depends on how wide a window is and on its colours.
pub const RULES_OF_LOOKS: &str =
    "{ type: 'rule', values: ['color-contrast', 'target-size', 'scrollable-region-focusable', 'link-in-text-block'] }";

/// What depends on how wide it is alone.
pub const RULES_OF_WIDTH: &str = "{ type: 'rule', values: ['target-size', 'scrollable-region-focusable'] }";

/// What axe finds against those rules, each with the first place where it is found.
pub async fn violations(driver: &WebDriver, rules: &str) -> WebDriverResult<Vec<String>> {
    // a page that is looked at again, in another window, has it
    if !driver.execute("return 'axe' in window", Vec::new()).await?.convert::<bool>()? {
        let axe = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&axe).expect("axe-core is installed: make test installs it");
        driver.execute(source, Vec::new()).await?;
    }
    // what is well need not be described
    let run = format!(
        "const done = arguments[arguments.length - 1]; axe.run({{ runOnly: {rules}, resultTypes: ['violations'] }}) \
           .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes[0].html)), e => done([String(e)]))"
    );
    driver.execute_async(run, Vec::new()).await?.convert()
}

pub async fn sign_in(driver: &WebDriver, site: &Site, email: &str) -> WebDriverResult<()> {
    sign_in_at(driver, &site.url, email).await
}

/// The same under another name of the program.
pub async fn sign_in_at(driver: &WebDriver, base: &str, email: &str) -> WebDriverResult<()> {
    driver.goto(format!("{base}/sign-in")).await?;
    fill(driver, "Email", email).await?;
    fill(driver, "Password", demo::PASSWORD).await?;
    press(driver, "Sign in").await?;
    // a browser without scripts comes back before the answer does, and going elsewhere would take the sign-in back
    driver.find(By::XPath("//form[contains(@action, 'sign-out')]")).await.map(|_| ())
}

/// Tab, as often as it takes to reach a field by its name, or a button or link by its words.
pub async fn tab_to(driver: &WebDriver, wanted: &str) -> WebDriverResult<WebElement> {
    for _ in 0..100 {
        // not to the element: a date field would take it for a date
        driver.action_chain().send_keys(Key::Tab + "").perform().await?;
        let active = driver.active_element().await?;
        if active.attr("name").await?.as_deref() == Some(wanted) || active.text().await?.trim() == wanted {
            return Ok(active);
        }
    }
    panic!("{wanted} cannot be reached by Tab on {}", driver.current_url().await?)
}

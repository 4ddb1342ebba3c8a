//! Single sign-on with a real third-party identity provider.

use std::process::{Command, Stdio};

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    port::free_port,
    site::{Process, Site, accessible, fill, press, says, sign_in, tick, wait_for},
};

const MICHAEL: &str = "michael@mightymicks.example";
const PAULIE: &str = "paulie@mightymicks.example";
const MICKS: &str = "/distributor/PA-469-206";

/// With characters that have to be escaped on the way.
const SECRET: &str = "a secret: with /+& in it";

/// The provider of a company, for a program at these addresses. It stops when the returned value is dropped.
pub fn provider(account: &str, bases: &[&str]) -> (Process, String) {
    let port = free_port();
    let child = Command::new("node")
        .args(["provider.mjs", &port.to_string(), "entente", SECRET])
        .args(bases.iter().map(|base| format!("{base}/sso/callback/{account}")))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser"))
        .stdout(Stdio::null())
        .spawn()
        .expect("node starts: make test installs it");
    let process = Process(child);
    wait_for(port);
    (process, format!("http://127.0.0.1:{port}"))
}

/// An administrator says which provider it is, and that it speaks for a domain, which is then proven.
pub async fn set_up(
    driver: &WebDriver,
    site: &Site,
    portal: &str,
    (issuer, domain): (&str, &str),
) -> WebDriverResult<()> {
    driver.goto(format!("{portal}/single-sign-on")).await?;
    accessible(driver).await?;
    press(driver, "Set up identity provider").await?;
    accessible(driver).await?;
    fill(driver, "Issuer URL", issuer).await?;
    fill(driver, "Client ID", "entente").await?;
    fill(driver, "Client secret", SECRET).await?;
    tick(driver, "Let users sign in through this provider").await?;
    tick(driver, "Existing users only").await?;
    press(driver, "Save").await?;
    says(driver, "Single sign-on saved").await;
    fill(driver, "Domain", domain).await?;
    press(driver, "Add domain").await?;
    says(driver, "Not verified").await;
    accessible(driver).await?;
    let mut conn = PgConnection::establish(site.database_url()).expect("a connection");
    conn.batch_execute("UPDATE sso_domains SET verified_at = now()").expect("the domain is proven");
    Ok(())
}

/// Somebody comes in through it, under one of the program's names.
pub async fn come(guest: &WebDriver, base: &str, email: &str, check: bool) -> WebDriverResult<()> {
    guest.goto(format!("{base}/sign-in")).await?;
    press(guest, "Sign in with single sign-on").await?;
    fill(guest, "Work email", email).await?;
    press(guest, "Continue").await?;
    says(guest, "Your company's users sign in at 127.0.0.1").await;
    if check {
        accessible(guest).await?;
    }
    press(guest, "Continue to 127.0.0.1").await?;
    guest.find(By::XPath("//form[contains(@action, 'sign-out')]")).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_sets_its_provider_up_and_its_people_come_in_through_it() -> WebDriverResult<()> {
    let site = Site::start();
    let (_provider, issuer) = provider("PA-469-206", &[&site.url]);
    let driver = site.browser(1280, true).await?;
    sign_in(&driver, &site, MICHAEL).await?;
    let portal = format!("{}{MICKS}", site.url);
    set_up(&driver, &site, &portal, (&issuer, "mightymicks.example")).await?;

    // also without scripts
    for scripts in [true, false] {
        let guest = site.browser(390, scripts).await?;
        come(&guest, &site.url, PAULIE, scripts).await?;
        let at = guest.current_url().await?;
        assert_eq!(at.path(), MICKS, "{at}");
        guest.goto(format!("{}/vendor/VA-610-774", site.url)).await?;
        says(&guest, "Your password is needed here").await;
        if scripts {
            accessible(&guest).await?;
        }
        guest.quit().await?;
    }
    driver.goto(format!("{portal}/single-sign-on")).await?;
    says(&driver, "1 user").await;
    driver.quit().await
}

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

/// The provider for a program at this address. It stops when the returned value is dropped.
fn provider(site: &Site) -> (Process, String) {
    let port = free_port();
    let child = Command::new("node")
        .args(["provider.mjs", &port.to_string(), "entente", "a secret: with /+& in it"])
        .arg(format!("{}/sso/callback/PA-469-206", site.url))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser"))
        .stdout(Stdio::null())
        .spawn()
        .expect("node starts: make test installs it");
    let process = Process(child);
    wait_for(port);
    (process, format!("http://127.0.0.1:{port}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_sets_its_provider_up_and_its_people_come_in_through_it() -> WebDriverResult<()> {
    let site = Site::start();
    let (_provider, issuer) = provider(&site);
    let driver = site.browser(1280, true).await?;
    sign_in(&driver, &site, MICHAEL).await?;
    let here = format!("{}{MICKS}/single-sign-on", site.url);
    driver.goto(&here).await?;
    accessible(&driver).await?;
    press(&driver, "Set up identity provider").await?;
    accessible(&driver).await?;
    fill(&driver, "Issuer URL", &issuer).await?;
    fill(&driver, "Client ID", "entente").await?;
    fill(&driver, "Client secret", "a secret: with /+& in it").await?;
    tick(&driver, "Let users sign in through this provider").await?;
    tick(&driver, "Existing users only").await?;
    press(&driver, "Save").await?;
    says(&driver, "Single sign-on saved").await;
    fill(&driver, "Domain", "mightymicks.example").await?;
    press(&driver, "Add domain").await?;
    says(&driver, "Not verified").await;
    accessible(&driver).await?;
    let mut conn = PgConnection::establish(site.database_url()).expect("a connection");
    conn.batch_execute("UPDATE sso_domains SET verified_at = now()").expect("the domain is proven");

    // also without scripts
    for scripts in [true, false] {
        let guest = site.browser(390, scripts).await?;
        guest.goto(format!("{}/sign-in", site.url)).await?;
        press(&guest, "Sign in with single sign-on").await?;
        fill(&guest, "Work email", PAULIE).await?;
        press(&guest, "Continue").await?;
        says(&guest, "Your company's users sign in at 127.0.0.1").await;
        if scripts {
            accessible(&guest).await?;
        }
        press(&guest, "Continue to 127.0.0.1").await?;
        guest.find(By::XPath("//form[contains(@action, 'sign-out')]")).await?;
        let at = guest.current_url().await?;
        assert_eq!(at.path(), MICKS, "{at}");
        guest.goto(format!("{}/vendor/VA-610-774", site.url)).await?;
        says(&guest, "Your password is needed here").await;
        if scripts {
            accessible(&guest).await?;
        }
        guest.quit().await?;
    }
    driver.goto(&here).await?;
    says(&driver, "1 user").await;
    driver.quit().await
}

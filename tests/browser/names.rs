//! Two host names at once in one browser: each has its brand, its sessions, its passkeys and its answers from the identity provider.

use std::time::Duration;

use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use entente::{
    bootstrap,
    kit::{actor::Account, db::Db, id::Id, secret::Key},
    modules::branding::hosts,
};
use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    passkeys,
    site::{KEY, Site, accessible, fill, press, says, sign_in, sign_in_at},
    sso,
};

/// Names below `localhost`, which browsers look up by themselves and trust without https.
pub const ACME: &str = "acme.localhost";
const UMBRELLA: &str = "umbrella.localhost";
const MICKS: &str = "/distributor/PA-469-206";
const MICHAEL: &str = "michael@mightymicks.example";
const ALICE: &str = "alice@umbrella.example";
const PAULIE: &str = "paulie@mightymicks.example";

/// Mighty Mick's and a second distributor, each with a brand under a name of its own.
pub fn two_brands(url: &str) {
    let key = Key::from_text(KEY).expect("a key");
    let db = Db::new(url, 1).with_key(key.clone());
    let made = bootstrap::run(&db, &key, "http://localhost", "Umbrella Ltd", "Alice", ALICE).expect("it is made");
    let mut conn = PgConnection::establish(url).expect("a connection");
    conn.batch_execute(&format!(
        "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = '{MICHAEL}'), \
         password_set_at = now() WHERE email = '{ALICE}'; \
         INSERT INTO brands (account_id, portal_name, colour, updated_at) VALUES \
         ('PA-469-206', 'Mick''s Corner', '#1f4f96', now()), ('{}', 'Umbrella Hub', '#b00020', now())",
        made.account
    ))
    .expect("both have a brand");
    for (account, host) in [("PA-469-206", ACME), (made.account.as_str(), UMBRELLA)] {
        let account: Id<Account> = account.parse().expect("an id");
        db.write_now("host names", |tx| hosts::actions::vouch(tx, &account, host)).expect("the operator vouches");
    }
}

/// The program's address under another name.
pub fn under(site: &Site, name: &str) -> String {
    site.url.replace("localhost", name)
}

/// Nobody is signed in under this name.
async fn asks_to_sign_in(driver: &WebDriver, base: &str) -> WebDriverResult<()> {
    driver.goto(format!("{base}{MICKS}")).await?;
    let at = driver.current_url().await?;
    assert_eq!(at.path(), "/sign-in", "{at}");
    Ok(())
}

async fn says_nothing_of(driver: &WebDriver, word: &str) -> WebDriverResult<()> {
    let (source, at) = (driver.source().await?, driver.current_url().await?);
    assert!(!source.contains(word), "{at} says {word}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_in_one_browser_are_two_portals_with_a_session_each() -> WebDriverResult<()> {
    let site = Site::start_over("localhost", two_brands);
    let (acme, umbrella) = (under(&site, ACME), under(&site, UMBRELLA));
    let driver = site.browser(1280, true).await?;
    for (base, own, other) in [(&acme, "Mick's Corner", "Umbrella"), (&umbrella, "Umbrella Hub", "Corner")] {
        driver.goto(format!("{base}/sign-in")).await?;
        says(&driver, own).await;
        accessible(&driver).await?;
        says_nothing_of(&driver, other).await?;
    }
    sign_in_at(&driver, &acme, MICHAEL).await?;
    for base in [&umbrella, &site.url] {
        asks_to_sign_in(&driver, base).await?;
    }
    // somebody else under the other name, in the same browser
    sign_in_at(&driver, &umbrella, ALICE).await?;
    let home = driver.current_url().await?.path().to_owned();
    assert!(home.starts_with("/distributor/PA-"), "{home}");
    for _ in 0..2 {
        driver.goto(format!("{acme}{MICKS}")).await?;
        says(&driver, "Michael Goldmill").await;
        says_nothing_of(&driver, "Umbrella").await?;
        driver.goto(format!("{umbrella}{home}")).await?;
        says(&driver, "Umbrella Hub").await;
        says_nothing_of(&driver, "Corner").await?;
    }
    // what is the other's is not there, also for who knows its address
    driver.goto(format!("{acme}{home}")).await?;
    says_nothing_of(&driver, "Umbrella").await?;
    // a form is sent to the name that it came from, and changes something there
    driver.goto(format!("{acme}/profile")).await?;
    fill(&driver, "Job title", "Trainer").await?;
    press(&driver, "Save profile").await?;
    says(&driver, "Profile saved").await;
    assert_eq!(driver.current_url().await?.host_str(), Some(ACME));
    // who signs out under one name is still there under the other
    let out = "document.querySelector(\"form[action*='sign-out']\").requestSubmit()";
    driver.execute(out, Vec::new()).await?;
    driver.find(By::Name("password")).await?;
    asks_to_sign_in(&driver, &acme).await?;
    driver.goto(format!("{umbrella}{home}")).await?;
    says(&driver, "Umbrella Hub").await;
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_asked_for_under_the_name_where_it_was_made() -> WebDriverResult<()> {
    let site = Site::start_over("localhost", two_brands);
    let acme = under(&site, ACME);
    let driver = site.browser(1280, true).await?;
    sign_in_at(&driver, &acme, MICHAEL).await?;
    passkeys::enrol(&driver, &acme).await?;
    passkeys::device(&site, &driver).await;
    passkeys::add(&driver, "Michael's phone").await?;
    let who = (MICHAEL, entente::demo::PASSWORD);
    passkeys::show(&driver, &acme, who).await?;
    driver.find(By::XPath("//form[contains(@action, 'sign-out')]")).await?;
    assert_eq!(site.count("SELECT count(*) AS n FROM passkeys WHERE host = 'acme.localhost'"), 1);
    assert_eq!(
        site.count("SELECT count(*) AS n FROM sessions WHERE factor = 'passkey' AND host = 'acme.localhost'"),
        1
    );
    // under the public name the app and the codes are left
    passkeys::say_password(&driver, &site.url, who).await?;
    says(&driver, "Enter your code").await;
    driver.set_implicit_wait_timeout(Duration::ZERO).await?;
    let offered = driver.find_all(By::XPath("//main//*[normalize-space(text())='Use a passkey']")).await?;
    assert!(offered.is_empty(), "it would not work here");
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_sends_people_back_to_the_name_that_they_came_from() -> WebDriverResult<()> {
    let site = Site::start_over("localhost", two_brands);
    let (acme, umbrella) = (under(&site, ACME), under(&site, UMBRELLA));
    let (_provider, issuer) = sso::provider("PA-469-206", &[&site.url, &acme]);
    let driver = site.browser(1280, true).await?;
    sign_in(&driver, &site, MICHAEL).await?;
    let portal = format!("{}{MICKS}", site.url);
    sso::set_up(&driver, &site, &portal, (&issuer, "mightymicks.example")).await?;
    let guest = site.browser(390, true).await?;
    for base in [&acme, &site.url] {
        sso::come(&guest, base, PAULIE, true).await?;
        let at = guest.current_url().await?;
        assert!(at.as_str().starts_with(&format!("{base}{MICKS}")), "{at} is under {base}");
        says(&guest, "Mick's Corner").await;
    }
    // another distributor's name does not say whose domain it is
    guest.goto(format!("{umbrella}/sso")).await?;
    fill(&guest, "Work email", PAULIE).await?;
    press(&guest, "Continue").await?;
    says(&guest, "set up for email addresses at this domain").await;
    asks_to_sign_in(&guest, &umbrella).await?;
    guest.quit().await?;
    driver.quit().await
}

/// Sends Michael's profile under another name than his, from the page that is open.
async fn forge(driver: &WebDriver, acme: &str) -> WebDriverResult<()> {
    let script = format!(
        "const form = document.createElement('form'); form.method = 'post'; form.action = '{acme}/profile'; \
         const field = document.createElement('input'); field.name = 'name'; field.value = 'Forged'; \
         form.append(field); document.body.append(form); form.submit()"
    );
    driver.execute(script, Vec::new()).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_a_form_and_a_way_back_belong_to_one_name() -> WebDriverResult<()> {
    let site = Site::start_over("localhost", two_brands);
    let (acme, umbrella) = (under(&site, ACME), under(&site, UMBRELLA));
    let driver = site.browser(1280, true).await?;
    // a name that is nobody's says so, and nothing else
    driver.goto(format!("{}/sign-in", under(&site, "stranger.localhost"))).await?;
    for word in ["Corner", "Umbrella", "Entente", "Sign in"] {
        says_nothing_of(&driver, word).await?;
    }
    assert!(driver.source().await?.contains("There is no page at this host name"));
    // after signing in one is where one wanted to go, under the name where one wanted it
    driver.goto(format!("{acme}{MICKS}/contracts?status=active")).await?;
    fill(&driver, "Email", MICHAEL).await?;
    fill(&driver, "Password", entente::demo::PASSWORD).await?;
    press(&driver, "Sign in").await?;
    driver.find(By::XPath("//form[contains(@action, 'sign-out')]")).await?;
    let at = driver.current_url().await?;
    assert_eq!((at.host_str(), at.path()), (Some(ACME), format!("{MICKS}/contracts").as_str()));
    // cookies stay with their name, also when somebody carries them to another
    let cookies = driver.get_all_cookies().await?;
    assert!(
        cookies.iter().any(|cookie| cookie.http_only == Some(true)),
        "the session's cookie is out of scripts' reach"
    );
    let seen = driver.execute("return document.cookie", Vec::new()).await?.convert::<String>()?;
    driver.goto(format!("{umbrella}/sign-in")).await?;
    let there = driver.get_all_cookies().await?;
    for cookie in &cookies {
        assert!(!seen.contains(&cookie.value) || cookie.http_only != Some(true), "{}", cookie.name);
        assert!(there.iter().all(|other| other.value != cookie.value), "{} came along", cookie.name);
        driver.add_cookie(Cookie::new(cookie.name.clone(), cookie.value.clone())).await?;
    }
    asks_to_sign_in(&driver, &umbrella).await?;
    driver.delete_all_cookies().await?;
    // a page of the other name, and one of nobody's, send nothing in Michael's name
    driver.goto(format!("{umbrella}/sign-in")).await?;
    forge(&driver, &acme).await?;
    assert_eq!(driver.current_url().await?.host_str(), Some(UMBRELLA), "the page may send forms to its own name only");
    driver.goto("data:text/html,<title>Elsewhere</title><body></body>").await?;
    forge(&driver, &acme).await?;
    driver.goto(format!("{acme}/profile")).await?;
    says(&driver, MICHAEL).await;
    assert_eq!(site.count("SELECT count(*) AS n FROM users WHERE name = 'Forged'"), 0);
    // nor does a way back lead to the other name
    let guest = site.browser(1280, true).await?;
    let port = site.url.rsplit(':').next().unwrap_or_default();
    guest.goto(format!("{acme}/sign-in?next=//{UMBRELLA}:{port}/")).await?;
    fill(&guest, "Email", MICHAEL).await?;
    fill(&guest, "Password", entente::demo::PASSWORD).await?;
    press(&guest, "Sign in").await?;
    guest.find(By::XPath("//form[contains(@action, 'sign-out')]")).await?;
    assert_eq!(guest.current_url().await?.host_str(), Some(ACME));
    guest.quit().await?;
    driver.quit().await
}

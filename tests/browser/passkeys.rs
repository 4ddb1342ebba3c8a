//! Passkeys, with a device that the browser plays.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::{error::WebDriverResult, prelude::*};
use totp_rs::{Builder, Secret};

use crate::site::{Site, accessible, fill, press, says, sign_in};

const MICHAEL: &str = "michael@mightymicks.example";
const WHO: (&str, &str) = (MICHAEL, entente::demo::PASSWORD);

/// Sets up an authenticator app, beside which passkeys stand.
pub async fn enrol(driver: &WebDriver, base: &str) -> WebDriverResult<()> {
    driver.goto(format!("{base}/profile/security")).await?;
    accessible(driver).await?;
    press(driver, "Set up an authenticator app").await?;
    let secret = driver.find(By::Id("key")).await?.prop("value").await?.unwrap_or_default();
    accessible(driver).await?;
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("a secret");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs();
    let code = Builder::new().with_secret(secret).build().expect("an app").generate(now).to_string();
    fill(driver, "Code from the app", &code).await?;
    press(driver, "Turn on").await?;
    says(driver, "We won't show them again").await;
    accessible(driver).await?;
    press(driver, "I've saved them").await
}

/// A device in the browser; its id.
pub async fn device(site: &Site, driver: &WebDriver) -> String {
    let kind = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserConsenting": true, "isUserVerified": true,
    });
    let id = site.command(driver, Method::POST, "webauthn/authenticator", &kind).await;
    id.as_str().expect("an id").to_owned()
}

/// Adds a passkey of the device, from the page on which the app was set up.
pub async fn add(driver: &WebDriver, name: &str) -> WebDriverResult<()> {
    press(driver, "Add a passkey").await?;
    says(driver, "Enter a name for the passkey").await;
    fill(driver, "Name of the passkey", name).await?;
    press(driver, "Add a passkey").await?;
    accessible(driver).await?;
    press(driver, "Continue").await?;
    says(driver, "Passkey added").await;
    says(driver, name).await;
    accessible(driver).await
}

/// The first page of signing in, in a browser that has forgotten everything.
pub async fn say_password(driver: &WebDriver, base: &str, (email, password): (&str, &str)) -> WebDriverResult<()> {
    driver.delete_all_cookies().await?;
    driver.goto(format!("{base}/sign-in")).await?;
    fill(driver, "Email", email).await?;
    fill(driver, "Password", password).await?;
    press(driver, "Sign in").await
}

/// Signs in by password, and on to the passkey.
pub async fn show(driver: &WebDriver, base: &str, who: (&str, &str)) -> WebDriverResult<()> {
    say_password(driver, base, who).await?;
    press(driver, "Use a passkey").await?;
    accessible(driver).await?;
    press(driver, "Continue").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_takes_the_place_of_the_code_and_a_copy_of_it_does_not() -> WebDriverResult<()> {
    let site = Site::start_at("localhost");
    let driver = site.browser(1280, true).await?;
    sign_in(&driver, &site, MICHAEL).await?;
    enrol(&driver, &site.url).await?;
    let device = device(&site, &driver).await;
    add(&driver, "Michael's phone").await?;
    show(&driver, &site.url, WHO).await?;
    driver.find(By::XPath("//form[contains(@action, 'sign-out')]")).await?;
    assert_eq!(site.count("SELECT count(*) AS n FROM sessions WHERE factor = 'passkey'"), 1);
    assert_eq!(site.count("SELECT count(*) AS n FROM passkey_ceremonies"), 0, "what was asked is used up");
    // a copy, which stands where the key stood before it was used the last time
    let credentials = format!("webauthn/authenticator/{device}/credentials");
    let found = site.command(&driver, Method::GET, &credentials, &Value::Null).await;
    let mut copy = found[0].clone();
    let named = copy["credentialId"].as_str().expect("an id").to_owned();
    let counted = copy["signCount"].as_i64().expect("a number");
    assert!(counted > 0, "the device counts");
    site.command(&driver, Method::DELETE, &format!("{credentials}/{named}"), &Value::Null).await;
    copy["signCount"] = json!(counted - 1);
    site.command(&driver, Method::POST, &format!("webauthn/authenticator/{device}/credential"), &copy).await;
    show(&driver, &site.url, WHO).await?;
    says(&driver, "The passkey was not accepted").await;
    assert_eq!(site.count("SELECT count(*) AS n FROM events WHERE name = 'user.passkey_copied'"), 1);
    assert_eq!(site.count("SELECT count(*) AS n FROM outbox WHERE facts ->> 'about' = 'passkey_copied'"), 1);
    // nobody confirmed on the device
    let verified = format!("webauthn/authenticator/{device}/uv");
    site.command(&driver, Method::POST, &verified, &json!({ "isUserVerified": false })).await;
    show(&driver, &site.url, WHO).await?;
    says(&driver, "The device did not answer").await;
    driver.quit().await
}

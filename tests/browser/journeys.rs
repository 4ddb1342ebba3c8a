//! The journeys.

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::site::{Site, accessible, field, fill, press, says, sign_in, tab_to, tick};

const PASSWORD: &str = "Southpaw-Jab-77";
const MICKS: &str = "/distributor/PA-469-206";

/// The wizard, from its first page to the link that it ends with.
pub async fn invite(driver: &WebDriver, site: &Site, check: bool) -> WebDriverResult<String> {
    driver.goto(format!("{}{MICKS}/contracts/new", site.url)).await?;
    tick(driver, "Service").await?;
    press(driver, "Next").await?;
    says(driver, "Select agreement").await;
    if check {
        accessible(driver).await?;
    }
    tick(driver, "Tutorial Agreement").await?;
    press(driver, "Next").await?;
    says(driver, "Set parameters").await;
    press(driver, "Create").await?;
    says(driver, "There is a problem").await;
    if check {
        accessible(driver).await?;
    }
    tick(driver, "Production").await?;
    fill(driver, "Note to signee", "Welcome aboard").await?;
    press(driver, "Create").await?;
    says(driver, "Contract created").await;
    if check {
        accessible(driver).await?;
    }
    Ok(field(driver, "Activation link").await?.prop("value").await?.unwrap_or_default())
}

/// Who signs for which company, which comes to the portal of this name.
pub struct Invitee {
    pub email: &'static str,
    pub name: &'static str,
    pub company: &'static str,
    pub portal: &'static str,
}

const DRAGO: Invitee =
    Invitee { email: "drago@example.com", name: "Ivan Drago", company: "Drago Sports GmbH", portal: "Reseller Portal" };

/// The invitee's way, from the link to the portal.
pub async fn activate(driver: &WebDriver, link: &str, check: bool) -> WebDriverResult<()> {
    activate_as(driver, link, &DRAGO, check).await
}

/// The same as somebody else.
pub async fn activate_as(driver: &WebDriver, link: &str, who: &Invitee, check: bool) -> WebDriverResult<()> {
    driver.goto(link).await?;
    says(driver, "invites your company").await;
    if check {
        accessible(driver).await?;
    }
    fill(driver, "Your email", who.email).await?;
    tick(driver, "I have read and accepted the agreement").await?;
    press(driver, "Next").await?;
    fill(driver, "Your full name", who.name).await?;
    fill(driver, "New password", PASSWORD).await?;
    fill(driver, "Confirm password", PASSWORD).await?;
    if check {
        accessible(driver).await?;
    }
    press(driver, "Next").await?;
    fill(driver, "Company name", who.company).await?;
    if check {
        accessible(driver).await?;
    }
    press(driver, "Next").await?;
    says(driver, "about to activate contract").await;
    if check {
        accessible(driver).await?;
    }
    press(driver, "Activate").await?;
    says(driver, "Contract activated").await;
    press(driver, &format!("Go to the {}", who.portal)).await?;
    says(driver, "To do").await;
    says(driver, who.company).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_distributor_invites_and_a_reseller_activates_on_a_phone() -> WebDriverResult<()> {
    let site = Site::start();
    let desk = site.browser(1440, true).await?;
    desk.goto(format!("{}/sign-in", site.url)).await?;
    assert!(desk.find(By::Css(".password button")).await.is_ok(), "scripts run, and one adds Show");
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    says(&desk, "To do").await;
    accessible(&desk).await?;
    let link = invite(&desk, &site, true).await?;
    let phone = site.browser(500, true).await?;
    activate(&phone, &link, true).await?;
    accessible(&phone).await?;
    desk.goto(format!("{}{MICKS}/directory", site.url)).await?;
    says(&desk, "Drago Sports GmbH").await;
    phone.quit().await?;
    desk.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_journey_without_scripts() -> WebDriverResult<()> {
    let site = Site::start();
    let desk = site.browser(1440, false).await?;
    desk.goto(format!("{}/sign-in", site.url)).await?;
    desk.set_implicit_wait_timeout(std::time::Duration::ZERO).await?;
    assert!(desk.find_all(By::Css(".password button")).await?.is_empty(), "a script has added its button");
    desk.set_implicit_wait_timeout(std::time::Duration::from_secs(5)).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    let link = invite(&desk, &site, false).await?;
    let phone = site.browser(500, false).await?;
    activate(&phone, &link, false).await?;
    phone.quit().await?;
    desk.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_handed_over_and_signed_by_two_people_on_a_phone_without_scripts() -> WebDriverResult<()> {
    let site = Site::start();
    let desk = site.browser(1440, true).await?;
    sign_in(&desk, &site, "michael@mightymicks.example").await?;
    desk.goto(format!("{}{MICKS}/contracts/new", site.url)).await?;
    tick(&desk, "Service").await?;
    press(&desk, "Next").await?;
    tick(&desk, "Tutorial Agreement").await?;
    press(&desk, "Next").await?;
    fill(&desk, "Partner's email", "lena@example.com").await?;
    fill(&desk, "First signer's name", "Lena Legal").await?;
    fill(&desk, "Second signer's name", DRAGO.name).await?;
    fill(&desk, "Second signer's email", DRAGO.email).await?;
    tick(&desk, "Production").await?;
    fill(&desk, "Note to signee", "Welcome aboard").await?;
    press(&desk, "Create").await?;
    says(&desk, "Contract created").await;
    let first = field(&desk, "Activation link").await?.prop("value").await?.unwrap_or_default();
    press(&desk, "Go to Details").await?;
    says(&desk, "Outstanding").await;
    accessible(&desk).await?;
    // who got the link has a colleague who reads contracts
    let lena = site.browser(500, false).await?;
    lena.goto(&first).await?;
    press(&lena, "Hand it over").await?;
    fill(&lena, "Your full name", "Lena Legal").await?;
    fill(&lena, "Colleague's name", "Olga Petrova").await?;
    fill(&lena, "Colleague's email", "olga@example.com").await?;
    press(&lena, "Hand over").await?;
    says(&lena, "Handed over").await;
    lena.quit().await?;
    desk.refresh().await?;
    says(&desk, "olga@example.com").await;
    let second = field(&desk, "Activation link").await?.prop("value").await?.unwrap_or_default();
    let olga = site.browser(500, false).await?;
    olga.goto(&second).await?;
    says(&olga, "Two people sign this contract").await;
    fill(&olga, "Your email", "olga@example.com").await?;
    tick(&olga, "I have read and accepted the agreement").await?;
    press(&olga, "Next").await?;
    fill(&olga, "Your full name", "Olga Petrova").await?;
    press(&olga, "Sign").await?;
    says(&olga, "You have signed").await;
    olga.quit().await?;
    desk.refresh().await?;
    says(&desk, "Olga Petrova").await;
    let last = field(&desk, "Activation link").await?.prop("value").await?.unwrap_or_default();
    let phone = site.browser(500, true).await?;
    activate(&phone, &last, true).await?;
    phone.quit().await?;
    desk.quit().await
}

/// Looks at a page in both windows, laid out anew in each.
async fn wide_and_narrow(site: &Site, driver: &WebDriver) -> WebDriverResult<()> {
    for width in [1440, 500] {
        site.resize(driver, width).await?;
        accessible(driver).await?;
    }
    Ok(())
}

/// Those that a walk over the links of the portals does not reach.
#[tokio::test(flavor = "multi_thread")]
async fn pages_beside_the_portals_and_lists_without_a_match_are_accessible_wide_and_narrow() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1440, true).await?;
    for path in ["/sign-in", "/forgot-password", "/help", "/privacy", "/nothing-here"] {
        driver.goto(format!("{}{path}", site.url)).await?;
        wide_and_narrow(&site, &driver).await?;
    }
    sign_in(&driver, &site, "tony@frontstreet.example").await?;
    says(&driver, "Choose an account").await;
    wide_and_narrow(&site, &driver).await?;
    for path in [
        "/distributor/PA-469-206/contracts?q=nothing-like-it",
        "/distributor/PA-469-206/contracts?status=pending",
        "/distributor/PA-469-206/products?q=nothing-like-it",
        "/distributor/PA-469-206/listing-requests?status=reviewing&status=deploying&sort=submitted",
        "/distributor/PA-469-206/language",
        "/profile",
        "/profile/password",
        "/profile/sessions",
        "/profile/security",
        "/profile/notifications",
        "/vendor/VA-610-774",
        "/vendor/VA-610-774/contracts",
        "/vendor/VA-610-774/agreements",
        "/vendor/VA-610-774/agreements/AGD-284-437-563",
        "/help/report-usage",
    ] {
        driver.goto(format!("{}{path}", site.url)).await?;
        wide_and_narrow(&site, &driver).await?;
    }
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reseller_signs_a_newer_version_by_keyboard_alone() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1440, true).await?;
    sign_in(&driver, &site, "donnie@acreedllc.example").await?;
    says(&driver, "Contracts to sign").await;
    driver.goto(format!("{}/reseller/PA-196-115/contracts/CRS-58329-11884-23347/versions/2/sign", site.url)).await?;
    says(&driver, "What changes from version 1").await;
    accessible(&driver).await?;
    // Tab reaches the box and the button, Space ticks, Enter presses
    let mut reached = false;
    for _ in 0..60 {
        driver.active_element().await?.send_keys(Key::Tab + "").await?;
        let active = driver.active_element().await?;
        if active.attr("name").await?.as_deref() == Some("accept") {
            active.send_keys(" ").await?;
            reached = true;
            break;
        }
    }
    assert!(reached, "the box can be reached by Tab");
    driver.active_element().await?.send_keys(Key::Tab + "").await?;
    driver.active_element().await?.send_keys(Key::Enter + "").await?;
    says(&driver, "Version 2 signed").await;
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_the_first_row_are_a_few_tabs_away() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1440, true).await?;
    sign_in(&driver, &site, "apollo@champions.example").await?;
    let type_key = async |key: Key| driver.action_chain().send_keys(key + "").perform().await;
    says(&driver, "To do").await;
    type_key(Key::Tab).await?;
    type_key(Key::Enter).await?;
    type_key(Key::Tab).await?;
    driver.find(By::Css(".waiting a:focus")).await?;
    driver.goto(format!("{}/vendor/VA-287-142/fulfillment", site.url)).await?;
    // a key that comes before the page has the focus is lost
    while !driver.execute("return document.hasFocus()", Vec::new()).await?.convert::<bool>()? {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    type_key(Key::Tab).await?;
    type_key(Key::Tab).await?;
    assert_eq!(driver.active_element().await?.text().await?, "Skip to the list");
    accessible(&driver).await?;
    type_key(Key::Enter).await?;
    type_key(Key::Tab).await?;
    driver.find(By::Css("tbody tr:first-child :focus")).await?;
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_card_asks_shows_with_it() -> WebDriverResult<()> {
    let site = Site::start();
    // without scripts too
    let driver = site.browser(1440, false).await?;
    sign_in(&driver, &site, "michael@mightymicks.example").await?;
    driver.goto(format!("{}{MICKS}/agreements/new", site.url)).await?;
    for (card, shown, hidden) in [("Upload", "file", "link"), ("Link", "link", "file")] {
        tick(&driver, card).await?;
        assert!(driver.find(By::Id(shown)).await?.is_displayed().await?, "{card} asks for {shown}");
        assert!(!driver.find(By::Id(hidden)).await?.is_displayed().await?, "{card} does not ask for {hidden}");
    }
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_take_the_focus_and_the_password_rules_tick_as_one_types() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1440, true).await?;
    sign_in(&driver, &site, "michael@mightymicks.example").await?;
    says(&driver, "To do").await;
    driver.goto(format!("{}/profile/password", site.url)).await?;
    press(&driver, "Change password").await?;
    says(&driver, "There is a problem").await;
    let class = driver.active_element().await?.attr("class").await?.unwrap_or_default();
    assert!(class.contains("error-summary"), "the summary has the focus, not {class:?}");
    fill(&driver, "New password", "abcdefgh").await?;
    let met = driver.find(By::Css("password-policy [data-rule='length']")).await?;
    let unmet = driver.find(By::Css("password-policy [data-rule='digit']")).await?;
    let state = |html: String| html.split('>').next().unwrap_or_default().to_owned();
    assert_ne!(
        state(met.outer_html().await?).replace("length", ""),
        state(unmet.outer_html().await?).replace("digit", ""),
        "a rule that is met looks different"
    );
    driver.quit().await
}

async fn type_into(driver: &WebDriver, name: &str, text: &str) -> WebDriverResult<()> {
    tab_to(driver, name).await?.send_keys(text).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_made_and_activated_by_keyboard_alone() -> WebDriverResult<()> {
    let site = Site::start();
    let desk = site.browser(1440, true).await?;
    desk.goto(format!("{}/sign-in", site.url)).await?;
    type_into(&desk, "email", "michael@mightymicks.example").await?;
    type_into(&desk, "password", entente::demo::PASSWORD).await?;
    desk.active_element().await?.send_keys(Key::Enter + "").await?;
    says(&desk, "To do").await;
    desk.goto(format!("{}{MICKS}/contracts", site.url)).await?;
    tab_to(&desk, "Create Contract").await?.send_keys(Key::Enter + "").await?;
    says(&desk, "Select type").await;
    // the cards are one group: its first radio by Tab, the next by an arrow
    tab_to(&desk, "type").await?.send_keys(Key::Down + "").await?;
    tab_to(&desk, "Next").await?.send_keys(Key::Enter + "").await?;
    says(&desk, "Select agreement").await;
    tab_to(&desk, "agreement").await?.send_keys(" ").await?;
    tab_to(&desk, "Next").await?.send_keys(Key::Enter + "").await?;
    says(&desk, "Set parameters").await;
    tab_to(&desk, "kind").await?.send_keys(" ").await?;
    type_into(&desk, "note", "By keyboard").await?;
    tab_to(&desk, "Create").await?.send_keys(Key::Enter + "").await?;
    says(&desk, "Contract created").await;
    let link = desk.find(By::Id("activation-link")).await?.attr("value").await?.unwrap_or_default();
    desk.quit().await?;

    let guest = site.browser(1440, true).await?;
    guest.goto(&link).await?;
    type_into(&guest, "email", "drago@example.com").await?;
    tab_to(&guest, "accept").await?.send_keys(" ").await?;
    tab_to(&guest, "Next").await?.send_keys(Key::Enter + "").await?;
    says(&guest, "Create user").await;
    type_into(&guest, "name", "Drago Ivanov").await?;
    type_into(&guest, "new-password", "Southpaw-Jab-77").await?;
    type_into(&guest, "confirm-password", "Southpaw-Jab-77").await?;
    tab_to(&guest, "Next").await?.send_keys(Key::Enter + "").await?;
    says(&guest, "Create account").await;
    type_into(&guest, "company", "Drago Sports GmbH").await?;
    tab_to(&guest, "Next").await?.send_keys(Key::Enter + "").await?;
    says(&guest, "Activation").await;
    tab_to(&guest, "Activate").await?.send_keys(Key::Enter + "").await?;
    says(&guest, "Contract activated").await;
    guest.quit().await
}

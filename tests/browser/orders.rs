//! From a new customer to its order, the form that it answers on a phone, the vendor's approval, and a change of address that
//! the vendor takes over.

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::{
    listing::{choose, look},
    site::{Site, fill, press, says, sign_in, status, statuses, tab_to, tick},
};

const MICKS: &str = "/distributor/PA-469-206";
const CHAMPIONS: &str = "/vendor/VA-287-142";

async fn customer(michael: &WebDriver, site: &Site, check: bool) -> WebDriverResult<()> {
    michael.goto(format!("{}{MICKS}/customers", site.url)).await?;
    press(michael, "Create customer").await?;
    tick(michael, "Customer").await?;
    press(michael, "Next").await?;
    tick(michael, "Southside Sports").await?;
    press(michael, "Next").await?;
    for (label, text) in [
        ("Name", "Mickey's Gym"),
        ("City", "Philadelphia"),
        ("Postal code", "19125"),
        ("Address", "2147 North Front Street"),
        ("First name", "Mickey"),
        ("Last name", "Goldmill"),
        ("Email", "mickey@gym.example"),
    ] {
        fill(michael, label, text).await?;
    }
    choose(michael, "Country", "United States of America").await?;
    press(michael, "Create").await?;
    says(michael, "Customer created").await;
    look(michael, check).await
}

/// Orders, and answers with the link of the customer's form.
async fn order(michael: &WebDriver, site: &Site, check: bool) -> WebDriverResult<String> {
    michael.goto(format!("{}{MICKS}/subscriptions", site.url)).await?;
    look(michael, check).await?;
    press(michael, "Create subscription").await?;
    look(michael, check).await?;
    tick(michael, "Production").await?;
    press(michael, "Next").await?;
    tick(michael, "Apollo Pulse").await?;
    look(michael, check).await?;
    press(michael, "Next").await?;
    tick(michael, "Mickey's Gym").await?;
    look(michael, check).await?;
    press(michael, "Next").await?;
    fill(michael, "Trainer", "many").await?;
    press(michael, "Next").await?;
    says(michael, "Enter a whole number").await;
    look(michael, check).await?;
    fill(michael, "Trainer", "3").await?;
    tick(michael, "Screen hours").await?;
    press(michael, "Next").await?;
    look(michael, check).await?;
    // who trains is left to the customer
    tick(michael, "More than 10 screens").await?;
    press(michael, "Next").await?;
    says(michael, "3 × Trainer").await;
    look(michael, check).await?;
    press(michael, "Order").await?;
    says(michael, "Subscription ordered").await;
    look(michael, check).await?;
    says(michael, "Request in progress").await;
    look(michael, check).await?;
    let link = michael.find(By::Id("form-link")).await?.attr("value").await?;
    Ok(link.unwrap_or_default())
}

async fn answer(phone: &WebDriver, link: &str, check: bool) -> WebDriverResult<()> {
    phone.goto(link).await?;
    says(phone, "Your order needs more information").await;
    look(phone, check).await?;
    press(phone, "Send answers").await?;
    says(phone, "Enter a value for Email of the head trainer").await;
    look(phone, check).await?;
    fill(phone, "Email of the head trainer", "mickey@gym.example").await?;
    press(phone, "Send answers").await?;
    says(phone, "The vendor has your data").await;
    look(phone, check).await?;
    phone.goto(link).await?;
    says(phone, "Thank you, we have your answers").await;
    look(phone, check).await
}

async fn fulfil(apollo: &WebDriver, site: &Site, check: bool) -> WebDriverResult<()> {
    apollo.goto(format!("{}{CHAMPIONS}", site.url)).await?;
    press(apollo, "Mickey's Gym").await?;
    says(apollo, "mickey@gym.example").await;
    look(apollo, check).await?;
    press(apollo, "Assign to me").await?;
    says(apollo, "Assigned to you").await;
    press(apollo, "Approve").await?;
    says(apollo, "Enter a value for Licence key").await;
    look(apollo, check).await?;
    fill(apollo, "Licence key", "PULSE-MICKEY-1").await?;
    press(apollo, "Approve").await?;
    says(apollo, "Approved:").await;
    look(apollo, check).await?;
    site.seconds_later().await;
    Ok(())
}

async fn moves(michael: &WebDriver, apollo: &WebDriver, site: &Site, check: bool) -> WebDriverResult<()> {
    michael.refresh().await?;
    says(michael, "PULSE-MICKEY-1").await;
    assert_eq!(status(michael, "Status").await?, "Active");
    press(michael, "Tiers").await?;
    press(michael, "Mickey's Gym").await?;
    press(michael, "Edit").await?;
    says(michael, "Saving creates 1 request to 1 vendor").await;
    fill(michael, "Address", "12 Ringside Avenue").await?;
    press(michael, "Save").await?;
    says(michael, "Account saved").await;
    apollo.goto(format!("{}{CHAMPIONS}/customer-requests?q=mickey", site.url)).await?;
    look(apollo, check).await?;
    press(apollo, "Mickey's Gym").await?;
    says(apollo, "12 Ringside Avenue").await;
    look(apollo, check).await?;
    press(apollo, "Accept").await?;
    says(apollo, "Accepted:").await;
    site.seconds_later().await;
    press(michael, "Changes").await?;
    says(michael, "Versions").await;
    assert_eq!(statuses(michael).await?, ["Accepted"]);
    look(michael, check).await
}

async fn journey(scripts: bool, width: u32) -> WebDriverResult<()> {
    let site = Site::start();
    let michael = site.browser(width, scripts).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    customer(&michael, &site, scripts).await?;
    let link = order(&michael, &site, scripts).await?;
    let phone = site.browser(500, scripts).await?;
    answer(&phone, &link, scripts).await?;
    phone.quit().await?;
    let apollo = site.browser(width, scripts).await?;
    sign_in(&apollo, &site, "apollo@champions.example").await?;
    fulfil(&apollo, &site, scripts).await?;
    moves(&michael, &apollo, &site, scripts).await?;
    apollo.quit().await?;
    michael.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_customer_orders_answers_gets_its_key_and_moves() -> WebDriverResult<()> {
    journey(true, 1440).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_order_without_scripts_on_a_phone() -> WebDriverResult<()> {
    journey(false, 500).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_worked_through_with_single_keys() -> WebDriverResult<()> {
    let site = Site::start();
    let michael = site.browser(1440, true).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    for city in ["Camden", "Trenton"] {
        michael.goto(format!("{}{MICKS}/customers?q=fish", site.url)).await?;
        press(&michael, "J&M Tropical Fish").await?;
        press(&michael, "Edit").await?;
        fill(&michael, "City", city).await?;
        press(&michael, "Save").await?;
        says(&michael, "Account saved").await;
    }
    michael.quit().await?;
    let apollo = site.browser(1440, true).await?;
    sign_in(&apollo, &site, "apollo@champions.example").await?;
    apollo.goto(format!("{}{CHAMPIONS}/customer-requests?status=pending&sort=created", site.url)).await?;
    press(&apollo, "J&M Tropical Fish").await?;
    says(&apollo, "2146 North Front Street").await;
    let type_key = async |key: &str| type_key(&apollo, key).await;
    type_key("j").await?;
    says(&apollo, "After, version 3").await;
    type_key("k").await?;
    says(&apollo, "After, version 2").await;
    says(&apollo, "1 of 3").await;
    type_key("a").await?;
    says(&apollo, "Accepted:").await;
    says(&apollo, "After, version 3").await;
    // a wrong key is taken back by another one
    type_key("z").await?;
    says(&apollo, "Undone.").await;
    says(&apollo, "After, version 2").await;
    type_key("a").await?;
    says(&apollo, "After, version 3").await;
    type_key("i").await?;
    apollo.find(By::Css("textarea:focus")).await?;
    apollo.active_element().await?.send_keys("Camden is in another state").await?;
    tab_to(&apollo, "Ignore").await?.send_keys(Key::Enter + "").await?;
    says(&apollo, "Ignored:").await;
    says(&apollo, "Trenton").await;
    type_key("?").await?;
    says(&apollo, "Undo, within ten seconds").await;
    until_it_has_happened().await;
    apollo.goto(format!("{}{CHAMPIONS}/customer-requests?q=fish&sort=created", site.url)).await?;
    assert_eq!(statuses(&apollo).await?, ["Accepted", "Ignored", "Pending"]);
    apollo.quit().await
}

/// A decision can be undone for ten seconds; then a job carries it out. These two tests wait as people do, the others let the
/// seconds go by.
async fn until_it_has_happened() {
    tokio::time::sleep(std::time::Duration::from_secs(13)).await;
}

/// Types a key where the focus is.
pub async fn type_key(driver: &WebDriver, key: &str) -> WebDriverResult<()> {
    // keys are heard once the page's script has run
    while driver.execute("return document.readyState", Vec::new()).await?.json() != "complete" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // by the page itself: the driver sends a key again when it led away before its answer
    let press = "const key = arguments[0]; setTimeout(() => document.activeElement.dispatchEvent(\
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })), 0)";
    driver.execute(press, vec![key.into()]).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_takes_two_keys_and_its_licence() -> WebDriverResult<()> {
    let site = Site::start();
    let apollo = site.browser(1440, true).await?;
    sign_in(&apollo, &site, "apollo@champions.example").await?;
    apollo.goto(format!("{}{CHAMPIONS}/fulfillment?status=pending&sort=created", site.url)).await?;
    type_key(&apollo, "j").await?;
    apollo.find(By::Css(".list .cell-link:focus")).await?.send_keys(Key::Enter + "").await?;
    says(&apollo, "Adrian's Restaurant").await;
    look(&apollo, true).await?;
    // the list stands beside it, as wide as it should
    let list = apollo.find(By::Css("nav.queue")).await?.rect().await?;
    assert!((340.0..380.0).contains(&list.width), "{list:?}");
    type_key(&apollo, "a").await?;
    apollo.find(By::Css("#decision input:focus")).await?.send_keys("PULSE-ADRIAN").await?;
    apollo.active_element().await?.send_keys(Key::Enter + "").await?;
    says(&apollo, "Approved:").await;
    type_key(&apollo, "z").await?;
    says(&apollo, "Undone.").await;
    look(&apollo, true).await?;
    // nor does it happen later
    until_it_has_happened().await;
    apollo.refresh().await?;
    assert_eq!(status(&apollo, "Status").await?, "Pending");
    apollo.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_below_a_list_covers_no_row_and_single_keys_can_be_switched_off() -> WebDriverResult<()> {
    let site = Site::start();
    for width in [1440, 500] {
        let apollo = site.browser(width, true).await?;
        sign_in(&apollo, &site, "apollo@champions.example").await?;
        apollo.goto(format!("{}{CHAMPIONS}/customer-requests?status=pending", site.url)).await?;
        type_key(&apollo, "j").await?;
        type_key(&apollo, "x").await?;
        look(&apollo, true).await?;
        let over = "scrollTo(0, document.body.scrollHeight); const rows = document.querySelectorAll('.list tbody tr'); \
            return document.querySelector('.bulk').getBoundingClientRect().top - rows[rows.length - 1].getBoundingClientRect().bottom";
        let apart: f64 = apollo.execute(over, Vec::new()).await?.convert()?;
        assert!(apart >= 0.0, "the bar covers {apart} px of the last row at {width}");
        if width == 500 {
            apollo.goto(format!("{}/profile", site.url)).await?;
            tick(&apollo, "Single-key shortcuts").await?;
            press(&apollo, "Save profile").await?;
            says(&apollo, "Profile saved").await;
            apollo.goto(format!("{}{CHAMPIONS}/customer-requests?status=pending", site.url)).await?;
            type_key(&apollo, "j").await?;
            let focused = "return document.activeElement.matches('.cell-link')";
            assert!(!apollo.execute(focused, Vec::new()).await?.convert::<bool>()?, "no key is heard");
        }
        apollo.quit().await?;
    }
    Ok(())
}

//! The search over everything as a panel over any page, and the keys that go to screens.

use std::time::Duration;

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::site::{Site, Theme, accessible, press, says, sign_in, tick};

const MICKS: &str = "/distributor/PA-469-206";

/// A key, perhaps with Control, where the focus is.
async fn key(driver: &WebDriver, key: &str, control: bool) -> WebDriverResult<()> {
    while driver.execute("return document.readyState", Vec::new()).await?.json() != "complete" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let press = "const [key, ctrlKey] = arguments; setTimeout(() => document.activeElement.dispatchEvent(\
        new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true })), 0)";
    driver.execute(press, vec![key.into(), control.into()]).await.map(|_| ())
}

/// Waits until the address ends so.
async fn arrives(driver: &WebDriver, end: &str) -> WebDriverResult<()> {
    for _ in 0..250 {
        if driver.current_url().await?.as_str().ends_with(end) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} does not end with {end}", driver.current_url().await?)
}

/// Waits until the option that would be opened says these words.
async fn chosen(driver: &WebDriver, words: &str) -> WebDriverResult<()> {
    let now = "const field = document.querySelector('.palette input'); \
        return document.getElementById(field?.getAttribute('aria-activedescendant'))?.textContent ?? ''";
    let mut last = String::new();
    for _ in 0..250 {
        last = driver.execute(now, Vec::new()).await?.convert()?;
        if last.contains(words) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{last:?} is chosen, not {words:?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn control_k_finds_objects_screens_and_acts_from_any_page() -> WebDriverResult<()> {
    let site = Site::start();
    for (width, theme) in [(1440, Theme::Light), (500, Theme::Dark)] {
        let michael = site.browser_in(width, true, theme).await?;
        sign_in(&michael, &site, "michael@mightymicks.example").await?;
        michael.goto(format!("{}{MICKS}/contracts/CRS-58329-11884-23347", site.url)).await?;
        michael.goto(format!("{}{MICKS}/orders-that-do-not-exist", site.url)).await?;
        michael.goto(format!("{}{MICKS}/agreements", site.url)).await?;
        key(&michael, "k", true).await?;
        michael.find(By::Css(".palette input:focus")).await?;
        // what was opened last comes first, nothing is chosen by itself
        says(&michael, "Recently viewed").await;
        accessible(&michael).await?;
        key(&michael, "ArrowDown", false).await?;
        chosen(&michael, "CRS-58329-11884-23347").await?;
        key(&michael, "ArrowUp", false).await?;
        chosen(&michael, "Create token").await?;
        // an act by a part of its name
        michael.active_element().await?.send_keys("create contr").await?;
        chosen(&michael, "Create Contract").await?;
        accessible(&michael).await?;
        key(&michael, "Enter", false).await?;
        arrives(&michael, "/contracts/new").await?;
        // a screen, and an object
        key(&michael, "k", true).await?;
        michael.active_element().await?.send_keys("listing requests").await?;
        chosen(&michael, "Listing requests").await?;
        key(&michael, "k", true).await?;
        // the same key closes it
        michael.find(By::Css(".palette:not([open])")).await?;
        key(&michael, "k", true).await?;
        michael.active_element().await?.send_keys("tropical").await?;
        chosen(&michael, "J&M Tropical Fish").await?;
        michael.quit().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_go_to_a_screen_and_one_creates() -> WebDriverResult<()> {
    let site = Site::start();
    let michael = site.browser(1440, true).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    for (second, end) in [("o", "/fulfillment"), ("p", "/products"), ("u", "/usage-files"), ("c", "/contracts")] {
        key(&michael, "g", false).await?;
        key(&michael, second, false).await?;
        arrives(&michael, end).await?;
    }
    key(&michael, "c", false).await?;
    arrives(&michael, "/contracts/new").await?;
    key(&michael, "g", false).await?;
    key(&michael, "h", false).await?;
    arrives(&michael, MICKS).await?;
    key(&michael, "?", false).await?;
    says(&michael, "Go to Contracts").await;
    // not where one types, and not for whoever switched single keys off
    michael.goto(format!("{}{MICKS}/contracts", site.url)).await?;
    michael.find(By::Id("q")).await?.click().await?;
    key(&michael, "c", false).await?;
    michael.goto(format!("{}/profile", site.url)).await?;
    tick(&michael, "Single-key shortcuts").await?;
    press(&michael, "Save profile").await?;
    says(&michael, "Profile saved").await;
    michael.goto(format!("{}{MICKS}/contracts", site.url)).await?;
    for one in ["c", "g", "h"] {
        key(&michael, one, false).await?;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    arrives(&michael, "/contracts").await?;
    michael.quit().await
}

/// Waits until focus is there.
async fn focused(driver: &WebDriver, select: &str) -> WebDriverResult<()> {
    driver.find(By::Css(format!("{select}:focus"))).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_opens_the_panel_and_closing_it_leads_back() -> WebDriverResult<()> {
    let site = Site::start();
    for width in [1440, 500] {
        let michael = site.browser(width, true).await?;
        sign_in(&michael, &site, "michael@mightymicks.example").await?;
        michael.goto(format!("{}{MICKS}/agreements", site.url)).await?;
        michael.find(By::Css("[data-find]")).await?.click().await?;
        focused(&michael, ".palette input").await?;
        // by email, an external ID, and words in any order
        for (text, name) in
            [("gloria@trop", "J&M Tropical Fish"), ("c-1003", "J&M Tropical Fish"), ("gyms delphi", "Delphi Gyms")]
        {
            let field = michael.active_element().await?;
            field.clear().await?;
            field.send_keys(text).await?;
            chosen(&michael, name).await?;
        }
        accessible(&michael).await?;
        michael.active_element().await?.send_keys(Key::Escape + "").await?;
        michael.find(By::Css(".palette:not([open])")).await?;
        focused(&michael, "[data-find]").await?;
        arrives(&michael, "/agreements").await?;
        // a phone has no such key
        michael.find(By::Css("[data-find]")).await?.click().await?;
        michael.find(By::XPath("//dialog//button[normalize-space(.)='Close']")).await?.click().await?;
        michael.find(By::Css(".palette:not([open])")).await?;
        michael.quit().await?;
    }
    // without a script the same is a page
    let michael = site.browser(500, false).await?;
    sign_in(&michael, &site, "michael@mightymicks.example").await?;
    michael.goto(format!("{}{MICKS}/agreements", site.url)).await?;
    michael.find(By::Css("[data-find]")).await?.click().await?;
    michael.find(By::Id("everything")).await?.send_keys("tropical").await?;
    michael.active_element().await?.send_keys(Key::Enter + "").await?;
    says(&michael, "J&M Tropical Fish").await;
    michael.quit().await
}

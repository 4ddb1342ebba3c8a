//! The page of one thing: where its facts stand, and its id.

use std::time::Duration;

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::site::{Site, sign_in};

const CONTRACT: &str = "CRS-58329-11884-23347";

#[tokio::test(flavor = "multi_thread")]
async fn facts_stand_beside_what_is_said_in_a_wide_window_and_above_it_in_others() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1440, true).await?;
    sign_in(&driver, &site, "michael@mightymicks.example").await?;
    driver.goto(format!("{}/distributor/PA-469-206/contracts/{CONTRACT}", site.url)).await?;
    let places = "return ['.details-facts', '.details-main'].map(part => { \
        const {left, right, top, bottom} = document.querySelector(part).getBoundingClientRect(); return [left, right, top, bottom] })";
    for (width, beside) in [(1440, true), (1200, true), (1199, false), (768, false), (390, false)] {
        site.resize(&driver, width).await?;
        let places: [[f64; 4]; 2] = driver.execute(places, Vec::new()).await?.convert()?;
        let [[left, .., bottom], [_, right, top, _]] = places;
        assert_eq!((left >= right, bottom <= top), (beside, !beside), "at {width}: {places:?}");
    }
    driver.quit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_selects_an_id_and_a_button_copies_it() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1440, true).await?;
    sign_in(&driver, &site, "michael@mightymicks.example").await?;
    driver.goto(format!("{}/distributor/PA-469-206/contracts/{CONTRACT}", site.url)).await?;
    driver.find(By::Id("own-id")).await?.click().await?;
    let selected: String = driver.execute("return getSelection().toString()", Vec::new()).await?.convert()?;
    assert_eq!(selected, CONTRACT);
    driver.find(By::Css("copy-button[for='own-id'] button")).await?.click().await?;
    let mut said = String::new();
    for _ in 0..100 {
        said = driver.find(By::Css("copy-button[for='own-id'] [role='status']")).await?.inner_html().await?;
        if !said.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(said, "Copied");
    driver.quit().await
}

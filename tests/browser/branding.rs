//! A distributor chooses how its portal looks, and sees it while choosing.

use std::time::{Duration, Instant};

use thirtyfour::{error::WebDriverResult, prelude::*};

use crate::site::{Site, accessible, fill, press, says, sign_in};

const BRANDING: &str = "/distributor/PA-469-206/branding";

/// The colour of the button in the preview of light pages, as the browser draws it.
async fn drawn(driver: &WebDriver) -> WebDriverResult<String> {
    let script =
        "return getComputedStyle(document.querySelector('.preview[data-scheme=light] .button')).backgroundColor";
    driver.execute(script, Vec::new()).await?.convert::<String>()
}

/// What the preview calls the portal.
async fn called(driver: &WebDriver) -> WebDriverResult<String> {
    driver.find(By::Css(".preview[data-scheme='dark'] .preview-name")).await?.text().await
}

#[tokio::test(flavor = "multi_thread")]
async fn name_and_colour_are_seen_while_they_are_typed_and_nothing_is_saved() -> WebDriverResult<()> {
    let site = Site::start();
    let driver = site.browser(1280, true).await?;
    sign_in(&driver, &site, "michael@mightymicks.example").await?;
    driver.goto(format!("{}{BRANDING}", site.url)).await?;
    let before = drawn(&driver).await?;
    fill(&driver, "Portal name", "Mick's Corner").await?;
    assert_eq!(called(&driver).await?, "Mick's Corner");
    fill(&driver, "Portal name", " ").await?;
    assert_eq!(called(&driver).await?, "Entente", "without a name the product's");
    fill(&driver, "Portal name", "Mick's Corner").await?;
    // a light yellow: no word on it could be read on a light page, so a darker tone is drawn
    for colour in ["#b00020", "#ffee58"] {
        let shown = drawn(&driver).await?;
        fill(&driver, "Main colour", colour).await?;
        let began = Instant::now();
        while drawn(&driver).await? == shown {
            assert!(began.elapsed() < Duration::from_secs(5), "{colour} is shown");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_ne!(drawn(&driver).await?, "rgb(255, 238, 88)");
    assert_ne!(drawn(&driver).await?, before);
    accessible(&driver).await?;
    assert_eq!(site.count("SELECT count(*) AS n FROM brands"), 0);
    // the same by the server, which also says what becomes of the colour
    press(&driver, "Preview").await?;
    says(&driver, "Nothing is saved yet").await;
    says(&driver, "#ffee58").await;
    accessible(&driver).await?;
    assert_eq!(site.count("SELECT count(*) AS n FROM brands"), 0);
    press(&driver, "Save").await?;
    says(&driver, "Branding saved").await;
    assert_eq!(site.count("SELECT count(*) AS n FROM brands WHERE colour = '#ffee58'"), 1);
    driver.quit().await
}

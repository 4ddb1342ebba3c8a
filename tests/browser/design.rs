//! The page of components: all of them at once, in both themes and at every width.

use serde_json::json;
use thirtyfour::{extensions::cdp::ChromeDevTools, prelude::*};

use crate::site::{Site, accessible};

/// Shows pages as a person does who asked for this theme: light or dark.
pub async fn theme(driver: &WebDriver, name: &str) -> WebDriverResult<()> {
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": name }] });
    ChromeDevTools::new(driver.handle.clone()).execute_cdp_with_params("Emulation.setEmulatedMedia", media).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_component_is_accessible_in_both_themes_and_fits() -> WebDriverResult<()> {
    let site = Site::start();
    for width in [390, 768, 1280, 1440] {
        let driver = site.browser(width, true).await?;
        for name in ["light", "dark"] {
            theme(&driver, name).await?;
            driver.goto(format!("{}/design", site.url)).await?;
            let seen: bool = driver
                .execute(format!("return matchMedia('(prefers-color-scheme: {name})').matches"), Vec::new())
                .await?
                .convert()?;
            assert!(seen, "the browser is {name}");
            accessible(&driver).await?;
            let over = "return document.documentElement.scrollWidth - innerWidth";
            let over: i64 = driver.execute(over, Vec::new()).await?.convert()?;
            assert!(over <= 0, "{over} px too wide at {width}, {name}");
        }
        driver.quit().await?;
    }
    Ok(())
}

//! The page of components: all of them at once, in both themes and at every width.

use thirtyfour::prelude::*;

use crate::site::{Site, Theme, accessible};

#[tokio::test(flavor = "multi_thread")]
async fn every_component_is_accessible_in_both_themes_and_fits() -> WebDriverResult<()> {
    let site = Site::start();
    for theme in [Theme::Light, Theme::Dark] {
        let driver = site.browser_in(1440, true, theme).await?;
        driver.goto(format!("{}/design", site.url)).await?;
        let dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
        let dark: bool = driver.execute(dark, Vec::new()).await?.convert()?;
        assert_eq!(dark, theme == Theme::Dark);
        for width in [320, 390, 768, 1280, 1440] {
            site.resize(&driver, width).await?;
            accessible(&driver).await?;
            let over = "return document.documentElement.scrollWidth - innerWidth";
            let over: i64 = driver.execute(over, Vec::new()).await?.convert()?;
            assert!(over <= 0, "{over} px too wide at {width}, {theme:?}");
        }
        driver.quit().await?;
    }
    Ok(())
}

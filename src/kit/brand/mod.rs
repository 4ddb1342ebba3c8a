//! Whose name, logo and colour a page shows, and under which names the program is reached. One table of all brands is kept in the process,
//! so that no page asks the database for it; whoever changes a brand puts a new one in place, and a job does so again and again.

pub mod colour;
mod hosts;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock},
};

use super::{
    actor::Account,
    id::Id,
    problem::{Problem, Result},
    secret::sha256_hex,
};
use colour::Colour;

pub use hosts::{Address, Host, Under, name_of};

/// The product's own name.
pub const NAME: &str = "Entente";

/// How pages look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brand {
    /// What the portal is called.
    pub name: String,
    /// The address of the stylesheet of its colour.
    pub sheet: Option<String>,
    /// Addresses of its pictures; the second logo is for dark pages.
    pub logo: Option<String>,
    pub logo_dark: Option<String>,
    /// The logo needs a light plate on dark pages.
    pub plate: bool,
    /// Icons of 32 and 180 pixels.
    pub icon: Option<String>,
    pub icon_large: Option<String>,
    pub footer: String,
    pub privacy: Option<String>,
    pub terms: Option<String>,
    /// Where whoever has no account yet is led.
    pub sign_up: Option<String>,
}

impl Brand {
    /// The brand of everybody who has no other.
    pub fn product() -> Arc<Self> {
        static PRODUCT: LazyLock<Arc<Brand>> =
            LazyLock::new(|| Arc::new(Brand { name: NAME.to_owned(), ..Brand::default() }));
        PRODUCT.clone()
    }

    /// Whether it bears the product's name.
    pub fn is_product(&self) -> bool {
        self.name == NAME
    }

    /// Where its words on privacy stand.
    pub fn privacy(&self) -> &str {
        self.privacy.as_deref().unwrap_or("/privacy")
    }

    /// Where its terms stand.
    pub fn terms(&self) -> &str {
        self.terms.as_deref().unwrap_or("/terms")
    }
}

/// The address of a colour's stylesheet: it says all that is in it, so every process can serve it, and it changes with the bytes.
pub fn sheet_url(colour: Colour) -> String {
    format!("/brand/{}-{}.css", colour.digits(), revision(&colour::sheet(colour)))
}

/// The start of the hash of a stylesheet.
fn revision(sheet: &str) -> String {
    sha256_hex(sheet.as_bytes()).chars().take(12).collect()
}

/// The stylesheet at an address's last part, and whether it may be kept for good: one that is asked for by its colour alone is a look
/// at what might be chosen.
pub fn sheet_at(file: &str) -> Option<(String, bool)> {
    let stem = file.strip_suffix(".css")?;
    let (digits, asked) = stem.split_once('-').map_or((stem, None), |(digits, asked)| (digits, Some(asked)));
    if digits.len() != 6 {
        return None;
    }
    let sheet = colour::sheet(Colour::read(digits)?);
    match asked {
        Some(asked) if asked != revision(&sheet) => None,
        asked => Some((sheet, asked.is_some())),
    }
}

/// All brands and host names at one time.
#[derive(Debug, Default)]
pub struct Table {
    /// By the company that made it.
    pub brands: HashMap<Id<Account>, Arc<Brand>>,
    /// Proven host names, the one first that links should lead to.
    pub hosts: Vec<Arc<Host>>,
}

impl Table {
    /// What the brand of this company looks like.
    pub fn brand(&self, whose: &Id<Account>) -> Arc<Brand> {
        self.brands.get(whose).cloned().unwrap_or_else(Brand::product)
    }

    /// The proven host of this name.
    pub fn host(&self, name: &str) -> Option<&Arc<Host>> {
        self.hosts.iter().find(|host| host.name == name)
    }

    /// The host under which links of this brand should lead here.
    pub fn host_of(&self, whose: &Id<Account>) -> Option<&Arc<Host>> {
        self.hosts.iter().find(|host| host.of == *whose && host.leads_here)
    }
}

/// The table that the process goes by now.
#[derive(Debug, Default)]
pub struct Brands(RwLock<Arc<Table>>);

impl Brands {
    pub fn now(&self) -> Arc<Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a newer table in place.
    pub fn put(&self, table: Table) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
    }
}

/// The brand of one request: decided by its host name, or else by whose page it turns out to be.
#[derive(Debug, Clone)]
pub struct ActiveBrand {
    table: Arc<Table>,
    host: Option<Arc<Host>>,
    chosen: Arc<OnceLock<Arc<Brand>>>,
}

impl ActiveBrand {
    /// Of a request under a brand's own name, or under the program's public one.
    pub fn new(table: Arc<Table>, host: Option<Arc<Host>>) -> Self {
        Self { table, host, chosen: Arc::default() }
    }

    /// Whose host name the request came under; nobody's for the public one.
    pub fn host(&self) -> Option<&Arc<Host>> {
        self.host.as_ref()
    }

    /// Whether what has this company's brand is there under the request's host name.
    pub fn admits(&self, whose: &Id<Account>) -> bool {
        self.host.as_ref().is_none_or(|host| host.of == *whose)
    }

    /// The page turns out to be one of this company's brand, such as that behind its link.
    ///
    /// # Errors
    /// [`Problem::NotFound`] under the host name of another brand.
    pub fn set(&self, whose: &Id<Account>) -> Result<()> {
        if !self.admits(whose) {
            return Err(Problem::NotFound);
        }
        // the first page counts: a request has one
        let _ = self.chosen.set(self.table.brand(whose));
        Ok(())
    }

    /// The brand of a page that belongs to no company's portal.
    pub fn brand(&self) -> Arc<Brand> {
        let of_host = || self.host.as_ref().map_or_else(Brand::product, |host| self.table.brand(&host.of));
        self.chosen.get().cloned().unwrap_or_else(of_host)
    }

    /// The brand of a portal that has the brand of `whose`.
    pub fn brand_of(&self, whose: &Id<Account>) -> Arc<Brand> {
        self.table.brand(whose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id<Account> {
        text.parse().unwrap()
    }

    fn table() -> Arc<Table> {
        let brand = |name: &str| Arc::new(Brand { name: name.to_owned(), ..Brand::default() });
        let host = |name: &str, of: &str, leads_here| Arc::new(Host { name: name.to_owned(), of: id(of), leads_here });
        Arc::new(Table {
            brands: [(id("PA-111-111"), brand("Acme")), (id("PA-222-222"), brand("Umbrella"))].into(),
            hosts: vec![
                host("new.acme.example", "PA-111-111", false),
                host("acme.example", "PA-111-111", true),
                host("umbrella.example", "PA-222-222", true),
            ],
        })
    }

    #[test]
    fn a_request_has_the_brand_of_its_host_or_of_its_page() {
        let table = table();
        let under = |name: &str| ActiveBrand::new(table.clone(), table.host(name).cloned());
        assert_eq!(under("entente.example").brand().name, "Entente");
        assert_eq!(under("umbrella.example").brand().name, "Umbrella");
        let public = under("entente.example");
        public.set(&id("PA-111-111")).unwrap();
        assert_eq!(public.brand().name, "Acme");
        let other = under("umbrella.example");
        assert!(matches!(other.set(&id("PA-111-111")), Err(Problem::NotFound)));
        assert_eq!(other.brand().name, "Umbrella");
        assert_eq!(other.brand_of(&id("PA-333-333")).name, "Entente");
    }

    #[test]
    fn links_lead_to_a_name_that_leads_here() {
        let table = table();
        assert_eq!(table.host_of(&id("PA-111-111")).unwrap().name, "acme.example");
        assert!(table.host_of(&id("PA-333-333")).is_none());
    }

    #[test]
    fn a_stylesheet_is_found_at_its_own_address_and_at_no_other() {
        let url = sheet_url(Colour::new(0x1f, 0x4f, 0x96));
        let file = url.strip_prefix("/brand/").unwrap();
        let (sheet, lasts) = sheet_at(file).unwrap();
        assert!(lasts && sheet.starts_with(":root{--accent:light-dark(#1f4f96,"), "{sheet}");
        assert!(!sheet_at("1f4f96.css").unwrap().1);
        for wrong in ["1f4f96-000000000000.css", "1f4f9.css", "abc.css", "1f4f96", "zzzzzz.css", ".css", ""] {
            assert_eq!(sheet_at(wrong), None, "{wrong}");
        }
    }
}

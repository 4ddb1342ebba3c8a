//! Products: what vendors define, freeze in versions, and offer to distributors.
//!
//! A product's row and its parts are Master, which only its vendor sees. Everybody else sees the newest public version.

pub mod actions;
pub mod api;
pub mod data;
pub mod grid;
pub mod items;
pub mod lifecycle;
pub mod manifest;
pub mod media;
pub mod pages;
pub mod parameters;
pub mod sight;
pub mod store;
pub mod templates;
pub mod touched;
pub mod versions;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission, Role},
        page::MenuItem,
    },
};

pub use crate::modules::ids::Product;

choice! {
    /// Where a product, or an item of one, stands.
    Status { Draft = "draft" / "Draft", Published = "published" / "Published", EndOfSale = "endofsale" / "End of Sale" }
}

impl Status {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft => "ring",
            Self::Published => "dot",
            Self::EndOfSale => "square",
        }
    }
}

choice! {
    /// What a product is for; the published list.
    Category {
        Ai = "ai" / "AI and Machine Learning",
        Backup = "backup" / "Backup and Disaster Recovery",
        Communication = "communication" / "Communication and Collaboration",
        Customers = "customers" / "Customer Management",
        DigitalMarketing = "digital_marketing" / "Digital Marketing",
        Finance = "finance" / "Finance",
        HumanResources = "human_resources" / "Human Resources",
        Infrastructure = "infrastructure" / "Infrastructure",
        ItManagement = "it_management" / "IT Management",
        Marketing = "marketing" / "Marketing",
        Office = "office" / "Office Productivity",
        Sales = "sales" / "Sales",
        Security = "security" / "Security",
    }
}

choice! {
    /// How reported consumption is rated.
    UsageSchema { Quantity = "QT" / "Quantities only", Tier = "TR" / "Tier rated", Cost = "CR" / "Cost rated", Price = "PR" / "Price rated" }
}

impl UsageSchema {
    /// Whether reported usage bears amounts.
    pub fn has_amounts(self) -> bool {
        self != Self::Quantity
    }

    /// Whether it is reported once for each tier.
    pub fn has_tiers(self) -> bool {
        self == Self::Tier
    }

    pub fn about(self) -> &'static str {
        match self {
            Self::Quantity => "You report how much was used",
            Self::Tier => "You report amounts for each tier",
            Self::Cost => "You report what the distributor pays",
            Self::Price => "You report what the customer pays",
        }
    }
}

/// See products: a vendor its own, the owner of a marketplace those that vendors listed there or that it sells by syndication.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view products";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor || identity.rights.sells()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("products.view")
    }
}

/// See the own products, Master included.
pub struct ViewOwn;
impl Permission for ViewOwn {
    const WORDS: &'static str = View::WORDS;
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        View::of_person(identity)
    }
}

/// See what vendors listed, and what is sold by syndication.
pub struct ViewOffered;
impl Permission for ViewOffered {
    const WORDS: &'static str = View::WORDS;
    fn of_account(identity: &Identity) -> bool {
        identity.company.role != Role::Vendor && identity.rights.sells()
    }
    fn of_person(identity: &Identity) -> bool {
        View::of_person(identity)
    }
}

/// Define products and publish versions of them.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage products";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("products.manage")
    }
}

/// The menu's entry, for people who may see it.
pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    let href = format!("{}/products", identity.company.home());
    let current = path == href || path.starts_with(&format!("{href}/"));
    View::held_by(identity).then_some(MenuItem {
        label: "Products",
        help: "products",
        href,
        icon: "product",
        current,
        children: Vec::new(),
    })
}

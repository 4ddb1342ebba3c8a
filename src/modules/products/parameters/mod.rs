//! Parameters: what is asked when ordering, filled in when fulfilling, or configured before any order.

pub mod actions;
mod address;
pub mod data;
pub mod inquiry;
mod kinds;
pub mod pages;
pub mod reveal;
pub mod sealing;
pub mod store;
pub mod value_form;
pub mod values;

use crate::choice;

pub use crate::modules::ids::Parameter;

choice! {
    /// When a parameter gets its value, and from whom.
    Phase { Ordering = "ordering" / "Ordering", Fulfillment = "fulfillment" / "Fulfilment", Configuration = "configuration" / "Configuration" }
}

impl Phase {
    pub fn about(self) -> &'static str {
        match self {
            Self::Ordering => "The customer is asked when a subscription is ordered.",
            Self::Fulfillment => "You fill it in while fulfilling an order, such as a licence key.",
            Self::Configuration => "Set up before the first order.",
        }
    }

    /// What the page of its parameters is called.
    pub fn parameters(self) -> &'static str {
        match self {
            Self::Ordering => "Ordering parameters",
            Self::Fulfillment => "Fulfilment parameters",
            Self::Configuration => "Configuration parameters",
        }
    }

    pub fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Ordering | Self::Fulfillment => &[Scope::Asset, Scope::Tier1, Scope::Tier2],
            Self::Configuration => &[Scope::Product, Scope::Item, Scope::Marketplace, Scope::ItemMarketplace],
        }
    }
}

choice! {
    /// What a parameter describes.
    Scope {
        Asset = "asset" / "Subscription",
        Tier1 = "tier1" / "Tier 1",
        Tier2 = "tier2" / "Tier 2",
        Product = "product" / "Product",
        Item = "item" / "Item",
        Marketplace = "marketplace" / "Marketplace",
        ItemMarketplace = "item_marketplace" / "Item on a marketplace",
    }
}

choice! {
    /// What a value looks like.
    Type {
        Text = "text" / "Text",
        Dropdown = "dropdown" / "Dropdown",
        Choice = "choice" / "Radio buttons",
        Checkbox = "checkbox" / "Checkboxes",
        Email = "email" / "Email",
        Phone = "phone" / "Phone",
        Address = "address" / "Address",
        Password = "password" / "Password",
        Url = "url" / "Link",
        Domain = "domain" / "Domain",
        Subdomain = "subdomain" / "Subdomain",
        Object = "object" / "Object (JSON)",
    }
}

impl Type {
    /// Whether its values are chosen from a list.
    pub fn has_choices(self) -> bool {
        matches!(self, Self::Dropdown | Self::Choice | Self::Checkbox | Self::Subdomain)
    }

    /// Whether it begins with a country.
    pub fn has_country(self) -> bool {
        matches!(self, Self::Address | Self::Phone)
    }

    pub fn has_hint(self) -> bool {
        !matches!(self, Self::Password | Self::Choice | Self::Checkbox)
    }

    pub fn has_placeholder(self) -> bool {
        matches!(self, Self::Text | Self::Url | Self::Domain | Self::Email)
    }

    /// A value as a preview shows it.
    pub fn sample(self) -> &'static str {
        match self {
            Self::Text => "Sample text",
            Self::Dropdown | Self::Choice | Self::Checkbox => "First choice",
            Self::Email => "rocky@example.com",
            Self::Phone => "+1 215 555 0100",
            Self::Address => "1818 Tusculum Street, Philadelphia",
            Self::Password => "••••••••",
            Self::Url => "https://example.com",
            Self::Domain => "example.com",
            Self::Subdomain => "rocky.example.com",
            Self::Object => "{ … }",
        }
    }
}

choice! {
    /// What becomes of a parameter while another has certain values.
    Effect { Required = "required" / "required", Hidden = "hidden" / "hidden", ReadOnly = "readonly" / "read-only" }
}

choice! {
    /// What partners may do with a configuration value.
    Shared { View = "view" / "Can see it", Edit = "edit" / "Can change it" }
}

/// One of the values that a parameter may have.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Choosable {
    pub value: String,
    pub label: String,
}

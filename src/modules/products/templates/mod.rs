//! Templates: what customers and partners read about a subscription or a tier, with the values of parameters filled in.

pub mod actions;
pub mod data;
pub mod pages;
pub mod render;
pub mod store;

use crate::choice;

pub use crate::modules::ids::ProductTemplate;

/// The placeholder of the form by which a customer answers.
pub const FORM_URL: &str = "activation_form_url";

choice! {
    /// When a subscription's template is shown.
    Type { Fulfillment = "fulfillment" / "Activation", Inquire = "inquire" / "Inquiring", Pending = "pending" / "Pending" }
}

impl Type {
    pub fn about(self) -> &'static str {
        match self {
            Self::Fulfillment => "Shown once an order is approved",
            Self::Inquire => "Shown while you ask for data",
            Self::Pending => "Shown while you work on an order",
        }
    }
}

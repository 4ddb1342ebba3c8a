//! Manage Listings: Introduction, Product, Distributor, Marketplace, Action, Submit, then the Summary of what was asked.

use serde::{Deserialize, Serialize};

use super::Type;
use crate::{
    choice,
    kit::{actor::Account, id::Id, wizard},
    modules::{contracts::Contract, products::Product},
};

choice! {
    /// A step of the wizard, by its URL.
    Step without column {
        Introduction = "introduction" / "Introduction",
        Product = "product" / "Product",
        Distributor = "distributor" / "Distributor",
        Marketplace = "marketplace" / "Marketplace",
        Action = "action" / "Action",
        Submit = "submit" / "Submit",
        Summary = "summary" / "Summary",
    }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    pub product: Option<Id<Product>>,
    pub distributor: Option<Id<Account>>,
    /// The contract that opens the marketplace.
    pub contract: Option<Id<Contract>>,
    /// Whether the product is listed there, so that there is an action to choose.
    pub listed: bool,
    pub action: Option<Type>,
    pub note: String,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "listing";
    const SECTION: &'static str = "listings";
    const TITLE: &'static str = "Manage listings";
    type Step = Step;
    const STEPS: &'static [Step] =
        &[Step::Introduction, Step::Product, Step::Distributor, Step::Marketplace, Step::Action, Step::Submit];
    const SUMMARY: Step = Step::Summary;

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::Introduction => true,
            Step::Product => self.product.is_some(),
            Step::Distributor => self.distributor.is_some(),
            Step::Marketplace => self.contract.is_some(),
            // a new listing has nothing to choose
            Step::Action => !self.listed || self.action.is_some(),
            Step::Submit | Step::Summary => false,
        }
    }
}

impl Answers {
    /// What is asked for.
    pub fn type_(&self) -> Type {
        if self.listed { self.action.unwrap_or(Type::Update) } else { Type::New }
    }
}

//! Create Subscription: Environment, Product, Marketplace, Customer, Items, Parameters, Review, then the Summary of what was
//! ordered.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    choice,
    kit::{environment::Environment, id::Id, wizard},
    modules::{
        customers::TierAccount,
        orders::subscriptions::quantity::Quantity,
        products::{Product, items::Item, parameters::values::Values},
    },
};

choice! {
    /// A step of the wizard, by its URL.
    Step without column {
        Environment = "environment" / "Environment",
        Product = "product" / "Product",
        Marketplace = "marketplace" / "Marketplace",
        Customer = "customer" / "Customer",
        Items = "items" / "Items",
        Parameters = "parameters" / "Parameters",
        Review = "review" / "Review",
        Summary = "summary" / "Summary",
    }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    pub environment: Option<Environment>,
    /// It began at its customer, so the customer is not asked for.
    #[serde(default)]
    pub for_customer: bool,
    /// The product is listed in one place only, so the place is not asked for.
    #[serde(default)]
    pub one_place: bool,
    pub product: Option<Id<Product>>,
    /// The listing; in preview, where there is none, the product.
    pub offer: Option<String>,
    pub customer: Option<Id<TierAccount>>,
    pub items: Vec<(Id<Item>, Quantity)>,
    /// Those of the subscription, and those of tiers that are not set up yet.
    pub values: Values,
    pub external_id: String,
    pub external_uid: Option<Uuid>,
    pub note: String,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "subscription";
    const SECTION: &'static str = "subscriptions";
    const TITLE: &'static str = "Create subscription";
    type Step = Step;
    const STEPS: &'static [Step] = &[
        Step::Environment,
        Step::Product,
        Step::Marketplace,
        Step::Customer,
        Step::Items,
        Step::Parameters,
        Step::Review,
    ];
    const SUMMARY: Step = Step::Summary;

    fn asks(&self, step: Step) -> bool {
        match step {
            Step::Marketplace => !self.one_place,
            Step::Customer => !self.for_customer,
            _ => true,
        }
    }

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::Environment => self.environment.is_some(),
            Step::Product => self.product.is_some(),
            Step::Marketplace => self.offer.is_some(),
            Step::Customer => self.customer.is_some(),
            Step::Items => !self.items.is_empty(),
            Step::Parameters => self.external_uid.is_some(),
            Step::Review | Step::Summary => false,
        }
    }
}

impl Answers {
    /// The step after product and place.
    pub fn after_place(&self) -> Step {
        match (&self.offer, &self.customer) {
            (None, _) => Step::Marketplace,
            (_, Some(_)) if self.for_customer => Step::Items,
            _ => Step::Customer,
        }
    }
}

//! Create Subscription: Environment, Product, Marketplace, Customer, Items, Parameters, Review. What was ordered is shown on its own page, so
//! the Summary only leads there.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    choice,
    kit::{environment::Environment, id::Id, wizard},
    modules::{
        customers::TierAccount,
        orders::subscriptions::{quantity::Quantity, store::Offer},
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
    /// There is only one environment to order in, so it is not asked for.
    #[serde(default)]
    pub one_environment: bool,
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
            Step::Environment => !self.one_environment,
            Step::Marketplace => !self.one_place,
            Step::Customer => !self.for_customer,
            Step::Summary => false,
            Step::Product | Step::Items | Step::Parameters | Step::Review => true,
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
    /// Chooses a product of `offers`, with its place where there is only one.
    pub fn choose(&mut self, product: &str, offers: &[Offer]) {
        let here = || offers.iter().filter(|offer| offer.product.as_str() == product);
        let Some(first) = here().next() else { return };
        if self.product.as_ref() != Some(&first.product) {
            // items and values are the product's own
            (self.offer, self.items, self.external_uid) = (None, Vec::new(), None);
            self.values = Values::default();
        }
        self.product = Some(first.product.clone());
        self.one_place = here().count() == 1;
        // one that was chosen before may be offered no more
        let kept = self.offer.take().filter(|chosen| here().any(|offer| offer.id == *chosen));
        self.offer = kept.or_else(|| self.one_place.then(|| first.id.clone()));
    }

    /// The step after product and place.
    pub fn after_place(&self) -> Step {
        match (&self.offer, &self.customer) {
            (None, _) => Step::Marketplace,
            (_, Some(_)) if self.for_customer => Step::Items,
            _ => Step::Customer,
        }
    }
}

//! Create Marketplace: General, Hubs, Price attributes, then the Summary of what was made.

use serde::{Deserialize, Serialize};

use super::data::{General, Reached};
use crate::{choice, kit::wizard};

choice! {
    /// A step of the wizard, by its URL.
    Step without column { General = "general" / "General", Hubs = "hubs" / "Hubs", Prices = "prices" / "Price attributes", Summary = "summary" / "Summary" }
}

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    pub general: Option<General>,
    pub hubs: Option<Vec<Reached>>,
    pub prices: Option<Vec<String>>,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "marketplace";
    const SECTION: &'static str = "marketplaces";
    const TITLE: &'static str = "Create marketplace";
    type Step = Step;
    const STEPS: &'static [Step] = &[Step::General, Step::Hubs, Step::Prices];
    const SUMMARY: Step = Step::Summary;

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::General => self.general.is_some(),
            Step::Hubs => self.hubs.is_some(),
            Step::Prices => self.prices.is_some(),
            Step::Summary => false,
        }
    }
}

//! What Fork Master asks.

use crate::{
    choice, input,
    kit::input::kinds::{One, Text},
};

choice! {
    /// Who may see a version.
    Visibility without column { Public = "public" / "Public", Private = "private" / "Private" }
}

impl Visibility {
    pub fn about(self) -> &'static str {
        match self {
            Self::Public => "Distributors that the product is listed with see it at once",
            Self::Private => "Only you see it. You can make it public later",
        }
    }
}

input! {
    /// What is said of a new version.
    pub struct Fork, Draft {
        "" {
            changes: String = Text(2_000, 4), "What has changed", at "changes_description", missing "Enter what has changed",
                hint "Distributors read it. Up to 2,000 characters.";
            visibility: Visibility = One::cards("Choose who may see the version").about(Visibility::about), "Visibility", at "visibility",
                missing "Choose who may see the version";
        }
    }
}

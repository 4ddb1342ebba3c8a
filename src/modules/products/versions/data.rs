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
            Self::Public => "Visible immediately to distributors the product is listed with",
            Self::Private => "Only visible to you. You can make it public later",
        }
    }
}

input! {
    /// What is said of a new version.
    pub struct Fork, Draft {
        "" {
            changes: String = Text(2_000, 4), "What changed", at "changes_description", missing "Enter what changed",
                hint "Shown to distributors. Up to 2,000 characters.";
            visibility: Visibility = One::cards("Choose who can see the version").about(Visibility::about), "Visibility", at "visibility",
                missing "Choose who can see the version";
        }
    }
}

//! The form of Fork Master.

use crate::{
    choice,
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
    },
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

pub struct ForkForm {
    pub changes: Field,
    pub visibility: Field,
}

impl ForkForm {
    pub fn empty() -> Self {
        Self {
            changes: Field::new("changes", "What has changed").hint("Distributors read it. Up to 2,000 characters."),
            visibility: Field::new("visibility", "Visibility").filled(Visibility::Public.key()),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self { changes: form.changes.from(fields), visibility: form.visibility.from(fields) }
    }

    pub fn parse(&mut self) -> Option<(String, bool)> {
        let (changes, visibility) = (
            self.changes.text("what has changed", 2_000),
            self.visibility.choice::<Visibility>("Choose who may see the version"),
        );
        Some((changes?, visibility? == Visibility::Public))
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        let picks = Visibility::ALL.iter().map(|one| Pick::new(one.key(), one.label(), one.about())).collect();
        page.ask(&self.changes, Ask::Text(4)).ask(&self.visibility, Ask::Cards(picks))
    }
}

//! The steps of Create Partner: Type, How, Company, Representative, Agreement, its Terms when it is new, Parameters, Summary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::data::{Company, How, NEW, Representative, Source, Terms};
use crate::{
    choice,
    kit::{
        actor::Role,
        choice::Choice as _,
        fields::Fields,
        id::Id,
        input::{Form, Input},
        wizard,
    },
    modules::{
        agreements::{Agreement, documents::Stored},
        contracts::data::Parameters,
    },
};

choice! {
    /// A step of the wizard, by its URL.
    Step without column {
        Type = "type" / "Type",
        How = "how" / "How",
        Company = "company" / "Company",
        Representative = "representative" / "Representative",
        Agreement = "agreement" / "Agreement",
        Terms = "terms" / "Terms",
        Parameters = "parameters" / "Parameters",
        Summary = "summary" / "Summary",
    }
}

/// What was typed into a form, right or wrong, by the names of its fields: what Back keeps.
type Typed = BTreeMap<String, String>;

/// What was answered so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answers {
    pub role: Option<Role>,
    pub how: Option<How>,
    company: Option<Typed>,
    representative: Option<Typed>,
    /// An id, or [`NEW`].
    pub agreement: Option<String>,
    terms: Option<Typed>,
    /// The file of [`Terms`], which is kept since it was sent.
    pub stored: Option<Stored>,
    parameters: Option<Typed>,
}

impl wizard::Answers for Answers {
    const KIND: &'static str = "partner";
    const SECTION: &'static str = "directory";
    const TITLE: &'static str = "Create partner";
    type Step = Step;
    const STEPS: &'static [Step] =
        &[Step::Type, Step::How, Step::Company, Step::Representative, Step::Agreement, Step::Terms, Step::Parameters];
    const SUMMARY: Step = Step::Summary;

    fn asks(&self, step: Step) -> bool {
        match step {
            Step::Representative => self.how == Some(How::Now),
            Step::Terms => self.makes_agreement(),
            _ => true,
        }
    }

    fn answered(&self, step: Step) -> bool {
        match step {
            Step::Type => self.role.is_some(),
            Step::How => self.how.is_some(),
            Step::Company => reads::<Company>(self.company.as_ref()),
            Step::Representative => !self.asks(step) || reads::<Representative>(self.representative.as_ref()),
            Step::Agreement => self.agreement.is_some(),
            Step::Terms => !self.asks(step) || self.made().is_some(),
            Step::Parameters | Step::Summary => false,
        }
    }
}

/// Whether what was typed is an answer.
fn reads<I: Input>(typed: Option<&Typed>) -> bool {
    typed.is_some() && form::<I>(typed).read().is_some()
}

/// A form as it was left.
fn form<I: Input>(typed: Option<&Typed>) -> Form<I> {
    match typed {
        Some(typed) => Form::typed(&Fields::new(typed.clone().into_iter().collect())),
        None => Form::empty(),
    }
}

/// What was sent of a form's fields.
fn typed<I: Input>(sent: &Fields) -> Typed {
    I::TABLE.iter().map(|entry| (entry.name.to_owned(), sent.text(entry.name).to_owned())).collect()
}

impl Answers {
    /// Another type takes other agreements and permissions, so what was said of those is void.
    pub fn choose_role(&mut self, role: Role) {
        if self.role != Some(role) {
            self.role = Some(role);
            self.agreement = None;
        }
    }

    /// Whether an agreement is created on the way.
    fn makes_agreement(&self) -> bool {
        self.agreement.as_deref() == Some(NEW)
    }

    /// The agreement that was chosen, when it is one that exists.
    pub fn rests_on(&self) -> Option<Id<Agreement>> {
        self.agreement.as_deref().and_then(|text| text.parse().ok())
    }

    /// The partner's company as it was left.
    pub fn company(&self) -> Form<Company> {
        form(self.company.as_ref())
    }

    /// Keeps it, right or wrong.
    pub fn keep_company(&mut self, sent: &Fields) {
        self.company = Some(typed::<Company>(sent));
    }

    /// The representative as it was left.
    pub fn representative(&self) -> Form<Representative> {
        form(self.representative.as_ref())
    }

    /// Keeps it, right or wrong.
    pub fn keep_representative(&mut self, sent: &Fields) {
        self.representative = Some(typed::<Representative>(sent));
    }

    /// The terms as they were left. A browser never sends a file again, so the one that is kept stands for it.
    pub fn terms(&self) -> Form<Terms> {
        let form = form::<Terms>(self.terms.as_ref());
        self.with_file(if self.terms.is_some() { form } else { form.with("source", Source::Text.key()) })
    }

    /// What was sent of the terms, with the file that came along or was kept before.
    pub fn terms_sent(&self, sent: &Fields) -> Form<Terms> {
        let form = Form::typed(sent);
        match sent.file("file") {
            Some(file) => form.with("file", &file.file_name),
            None => self.with_file(form),
        }
    }

    fn with_file(&self, form: Form<Terms>) -> Form<Terms> {
        form.with("file", self.stored.as_ref().map_or("", |file| file.file_name.as_str()))
    }

    /// Keeps them, right or wrong, with the file that came along or was kept before.
    pub fn keep_terms(&mut self, sent: &Fields, stored: Option<Stored>) {
        self.terms = Some(typed::<Terms>(sent));
        self.stored = stored.or(self.stored.take());
    }

    /// The agreement that is created on the way, once all of it is there. Its file counts once it is kept.
    pub fn made(&self) -> Option<Terms> {
        self.terms.as_ref()?;
        let terms = self.terms().read()?;
        (terms.source == Source::Link || self.stored.is_some()).then_some(terms)
    }

    /// The parameters as they were left.
    pub fn parameters(&self) -> Form<Parameters> {
        form(self.parameters.as_ref())
    }

    /// Keeps them, right or wrong.
    pub fn keep_parameters(&mut self, sent: &Fields) {
        self.parameters = Some(typed::<Parameters>(sent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::wizard::Answers as _;

    fn sent(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn steps_that_do_not_apply_are_not_asked() {
        let mut answers = Answers::default();
        assert_eq!(answers.gap(), Step::Type);
        answers.choose_role(Role::Reseller);
        answers.how = Some(How::Invite);
        assert!(!answers.asks(Step::Representative) && !answers.asks(Step::Terms));
        answers.keep_company(&sent(&[("name", "Drago Works")]));
        assert_eq!(answers.gap(), Step::Agreement);
        answers.how = Some(How::Now);
        assert_eq!(answers.gap(), Step::Representative, "who is created needs an administrator");
        answers.keep_representative(&sent(&[("email", "no address")]));
        assert_eq!(answers.gap(), Step::Representative, "what is wrong is no answer, and is kept");
        assert_eq!(answers.representative().text("email"), "no address");
    }

    #[test]
    fn another_type_takes_another_agreement() {
        let mut answers = Answers::default();
        answers.choose_role(Role::Reseller);
        answers.agreement = Some("AGS-573-089-627".to_owned());
        answers.choose_role(Role::Reseller);
        assert!(answers.rests_on().is_some(), "the same type keeps the agreement");
        answers.choose_role(Role::Vendor);
        assert!(answers.agreement.is_none());
    }

    #[test]
    fn a_text_of_a_new_agreement_counts_once_it_is_kept() {
        let mut answers = Answers { agreement: Some(NEW.to_owned()), ..Answers::default() };
        let typed = sent(&[("name", "N"), ("description", "D"), ("source", "text"), ("text", "Terms")]);
        answers.keep_terms(&typed, None);
        assert!(answers.made().is_none());
        let linked = sent(&[("name", "N"), ("description", "D"), ("source", "link"), ("link", "https://a.example/t")]);
        answers.keep_terms(&linked, None);
        assert!(answers.made().is_some());
    }
}

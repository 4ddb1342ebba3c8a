//! An edit of an object that others may be editing too: whoever saves second is shown what was saved in the meantime, and chooses.

use actix_web::HttpResponse;
use askama::Template;

use super::{
    fields::Fields,
    form_page::FormPage,
    input::{Form, Input},
    page,
    problem::{Problem, Result},
    visit::Visit,
    words::Words,
};

/// The field in which a form carries the revision that it was opened on.
const REVISION: &str = "revision";

/// An object and the form that changes it.
pub struct Edit<R, I> {
    /// The object, and what else its page needs, as last read.
    pub row: R,
    pub form: Form<I>,
    /// The revision that the form was opened on. It grows with every save.
    pub revision: i32,
    saved: I,
    /// The names of the saved values in a field whose kind knows only ids.
    names: Option<(&'static str, Words)>,
    overtaken: bool,
}

impl<R, I: Input> Edit<R, I> {
    /// A form filled with what is `saved` of the object at this `revision`.
    pub fn of(row: R, saved: I, revision: i32) -> Self {
        Self { form: Form::filled(&saved), row, saved, revision, names: None, overtaken: false }
    }

    /// The same, with the names of the saved values in a field whose kind knows only ids.
    pub fn naming(self, field: &'static str, names: Words) -> Self {
        Self { names: Some((field, names)), ..self }
    }

    /// The form as it was sent.
    pub fn typed(self, sent: &Fields) -> Self {
        Self { form: Form::typed(sent), revision: sent.number(REVISION), ..self }
    }

    /// As [`Edit::typed`], for a form with only some of the fields.
    pub fn typed_over(self, sent: &Fields, asked: impl Fn(&str) -> bool) -> Self {
        Self { form: Form::typed_over(&self.saved, sent, asked), revision: sent.number(REVISION), ..self }
    }

    /// Acts on what was typed. None when it is invalid, the act refused it, or somebody else has saved: then the form says so beside what
    /// is saved `now`, and its page is shown again ([`Edit::again`]).
    ///
    /// # Errors
    /// As [`Form::told`].
    pub async fn save<T, F: Future<Output = Result<T>>>(
        &mut self,
        act: impl FnOnce(I) -> F,
        now: impl Future<Output = Result<Self>>,
    ) -> Result<Option<T>> {
        match self.form.read() {
            Some(value) => {
                let outcome = act(value).await;
                self.told(outcome, now).await
            }
            None => Ok(None),
        }
    }

    /// As [`Edit::save`], with the result of the act.
    ///
    /// # Errors
    /// As [`Form::told`].
    pub async fn told<T>(&mut self, outcome: Result<T>, now: impl Future<Output = Result<Self>>) -> Result<Option<T>> {
        if !matches!(outcome, Err(Problem::Overtaken(_))) {
            return self.form.told(outcome);
        }
        let now = now.await?;
        match now.names {
            Some((field, names)) => self.form.compare_naming(&now.saved, field, names),
            None => self.form.compare(&now.saved),
        }
        (self.row, self.saved, self.revision, self.overtaken) = (now.row, now.saved, now.revision, true);
        Ok(None)
    }

    /// Whether somebody else saved in the meantime.
    pub fn overtaken(&self) -> bool {
        self.overtaken
    }

    /// A page that carries the revision and says if somebody else has saved.
    pub fn begun(&self, page: FormPage) -> FormPage {
        let page = page.hiding(REVISION, self.revision);
        if self.overtaken { page.overtaken() } else { page }
    }

    /// As [`Edit::begun`], with the fields.
    pub fn onto(&self, page: FormPage) -> FormPage {
        self.form.onto(self.begun(page))
    }

    /// The answer with the form shown again: 409 if somebody else has saved, otherwise 422.
    pub fn again(&self, visit: &Visit, page: &impl Template) -> Result<HttpResponse> {
        if self.overtaken { page::overtaken(visit, page) } else { page::invalid(visit, page) }
    }
}

//! What is answered in words, beside the values that were asked for.

use crate::{
    input,
    kit::{
        fields::Fields,
        form_page::FormPage,
        input::{Form, kinds::Text},
        violation::{Violation, Why},
    },
    modules::products::parameters::value_form::ValueForm,
};

input! {
    /// An answer in words. It may be empty.
    pub struct Reply, DraftReply {
        "" { reply: String = Text(2_000, 3), "Your answer", at "reply", hint "Shown to the vendor and to the company it was ordered from. Up to 2,000 characters."; }
    }
}

/// The form of an answer in words. There is one where the vendor asked in words, and where nothing else is asked it has to be filled in.
pub struct ReplyForm {
    form: Form<Reply>,
    asked: bool,
    alone: bool,
}

impl ReplyForm {
    /// Beside the form of the values.
    pub fn new(question: &str, values: &ValueForm) -> Self {
        Self { form: Form::empty(), asked: !question.is_empty(), alone: values.is_empty() }.demanding()
    }

    pub fn typed(self, sent: &Fields) -> Self {
        Self { form: Form::typed(sent), ..self }.demanding()
    }

    fn demanding(self) -> Self {
        if self.alone { Self { form: self.form.demanding("reply"), ..self } } else { self }
    }

    /// The words; none when they do not do, as the field says then.
    pub fn read(&mut self) -> Option<String> {
        if !self.asked {
            return Some(String::new());
        }
        let reply = self.form.read()?.reply;
        if self.alone && reply.is_empty() {
            drop(self.form.fail(vec![Violation::new("reply", Why::missing("Enter an answer"))]));
            return None;
        }
        Some(reply)
    }

    pub fn onto(&self, page: FormPage) -> FormPage {
        if self.asked { self.form.onto(page) } else { page }
    }
}

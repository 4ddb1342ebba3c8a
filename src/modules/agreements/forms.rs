//! Forms of agreements: creating one, adding a version, changing the words.

use uuid::Uuid;

use super::{
    Type,
    actions::{NewAgreement, NewDocument, NewVersion},
    documents::{self, Complaint, Prepared},
};
use crate::kit::{
    actor::Rights,
    choice::Choice as _,
    fields::{Fields, Upload},
    form::{self, Field, FieldError, Pick},
    problem, shown,
    visit::House,
};

/// Signs of a link. Those of document stores and of searches are long.
const LINK: usize = 2_048;

/// The document's part of a form: a link or a file.
pub struct DocumentForm {
    pub source: Field,
    pub link: Field,
    pub file: Field,
    upload: Option<Upload>,
    read: Option<Result<Prepared, Complaint>>,
}

impl DocumentForm {
    pub fn empty() -> Self {
        Self {
            source: Field::new("source", "Document source").filled("link"),
            link: Field::new("link", "Link").hint("A web address that your partners can open. For source Link."),
            file: Field::new("file", "File").hint("PDF, Markdown or plain text, up to 10 MB. For source Upload."),
            upload: None,
            read: None,
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            source: form.source.from(fields),
            link: form.link.from(fields),
            file: form.file,
            upload: fields.file("file").cloned(),
            read: None,
        }
    }

    /// Reads the file that came along, before [`Self::parse`] says what is wrong with it.
    ///
    /// # Errors
    /// [`Problem::Busy`](crate::kit::problem::Problem::Busy) when too many documents are being read.
    pub async fn read(&mut self, house: &House) -> problem::Result<()> {
        if self.source.is("upload")
            && let Some(upload) = self.upload.take()
        {
            self.read = Some(documents::prepare(upload, house).await?);
        }
        Ok(())
    }

    pub fn sources() -> Vec<Pick> {
        vec![
            Pick::new("link", "Link", "The document is held elsewhere. No hash of it stands in the evidence."),
            Pick::new("upload", "Upload", "The document is kept here, and its hash is part of every signature."),
        ]
    }

    pub fn parse(&mut self) -> Option<NewDocument> {
        match self.source.value.as_str() {
            "link" => self.link.link(LINK).map(NewDocument::Link),
            "upload" => match self.read.take() {
                Some(Ok(file)) => Some(NewDocument::File(file)),
                Some(Err(complaint)) => {
                    self.file.fail(complaint);
                    None
                }
                None => {
                    self.file.fail("Choose a file");
                    None
                }
            },
            _ => {
                self.source.fail("Choose Link or Upload");
                None
            }
        }
    }
}

/// Create Agreement.
pub struct CreateForm {
    /// Names this form, so that it makes one agreement however often it is sent.
    pub form: String,
    pub type_: Field,
    pub name: Field,
    pub description: Field,
    pub document: DocumentForm,
    pub activate: Field,
}

impl CreateForm {
    pub fn empty(type_: &str) -> Self {
        Self {
            form: Uuid::new_v4().to_string(),
            type_: Field::new("type", "Type").filled(type_),
            name: Field::new("name", "Name"),
            description: Field::new("description", "Description")
                .hint("What it is for, in a few words. Markdown is fine."),
            document: DocumentForm::empty(),
            activate: Field::new("activate", "Activate version")
                .hint("Contracts can be made from an active version only. You can activate it later as well."),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty("");
        let named = fields.text("form");
        Self {
            form: if named.parse::<Uuid>().is_ok() { named.to_owned() } else { form.form },
            type_: form.type_.from(fields),
            name: form.name.from(fields),
            description: form.description.from(fields),
            document: DocumentForm::typed(fields),
            activate: form.activate.from(fields),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([
            &self.type_,
            &self.name,
            &self.description,
            &self.document.source,
            &self.document.link,
            &self.document.file,
        ])
    }

    pub fn parse(&mut self, rights: Rights) -> Option<(Uuid, NewAgreement)> {
        let type_ = self.type_.choice::<Type>("Choose Program or Service");
        if type_.is_some_and(|type_| !type_.written_with(rights) || !Type::INVITING.contains(&type_)) {
            self.type_.fail("Your company may not write agreements of this type");
            return None;
        }
        let name = self.name.line("a name", 100);
        let description = self.description.text("a description", 2_000);
        let document = self.document.parse();
        let new = NewAgreement {
            type_: type_?,
            name: name?,
            description: description?,
            document: document?,
            activate: self.activate.ticked(),
        };
        Some((self.form.parse().ok()?, new))
    }
}

/// The cards of Type: only what the company may write.
pub fn types(rights: Rights) -> Vec<Pick> {
    Type::INVITING
        .iter()
        .filter(|type_| type_.written_with(rights))
        .map(|type_| {
            Pick::new(
                type_.key(),
                type_.label(),
                match type_ {
                    Type::Program | Type::Distribution => "The general terms for vendors.",
                    Type::Service => "The terms for resellers.",
                },
            )
        })
        .collect()
}

/// Add Version.
pub struct VersionForm {
    /// Names this form, so that it adds one version however often it is sent.
    pub form: Uuid,
    /// What the form showed, as it was sent.
    pub shown: String,
    pub document: DocumentForm,
    pub activate: Field,
}

impl VersionForm {
    pub fn empty() -> Self {
        Self {
            form: Uuid::new_v4(),
            shown: String::new(),
            document: DocumentForm::empty(),
            activate: Field::new("activate", "Activate version")
                .hint("The active version becomes inactive, and partners who signed an earlier one are told by email."),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        Self {
            form: fields.form(),
            shown: fields.text(shown::FIELD).to_owned(),
            document: DocumentForm::typed(fields),
            activate: Self::empty().activate.from(fields),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.document.source, &self.document.link, &self.document.file])
    }

    pub fn parse(&mut self) -> Option<NewVersion> {
        let document = self.document.parse()?;
        Some(NewVersion { document, activate: self.activate.ticked(), shown: self.shown.clone() })
    }
}

/// Name and description.
pub struct WordsForm {
    pub name: Field,
    pub description: Field,
    pub revision: String,
}

impl WordsForm {
    pub fn filled(name: &str, description: &str, revision: i32) -> Self {
        Self {
            name: Field::new("name", "Name").filled(name),
            description: Field::new("description", "Description").filled(description),
            revision: revision.to_string(),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::filled("", "", 0);
        Self {
            name: form.name.from(fields),
            description: form.description.from(fields),
            revision: fields.text("revision").to_owned(),
        }
    }

    pub fn errors(&self) -> Vec<FieldError> {
        form::errors([&self.name, &self.description])
    }

    pub fn parse(&mut self) -> Option<(String, String)> {
        let (name, description) = (self.name.line("a name", 100), self.description.text("a description", 2_000));
        Some((name?, description?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Rights = Rights { program: true, service: true, delegate: false };

    fn form(pairs: &[(&str, &str)]) -> CreateForm {
        CreateForm::typed(&Fields::new(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()))
    }

    #[test]
    fn a_blank_form_says_all_that_is_missing() {
        let mut blank = form(&[("source", "upload")]);
        assert!(blank.parse(ALL).is_none());
        let fields: Vec<_> = blank.errors().into_iter().map(|(id, _)| id).collect();
        assert_eq!(fields, ["type", "name", "description", "file"]);
    }

    #[test]
    fn the_source_decides_which_field_counts() {
        let typed = [
            ("type", "service"),
            ("name", "N"),
            ("description", "D"),
            ("source", "link"),
            ("link", "https://a.example/t.pdf"),
        ];
        assert!(form(&typed).parse(ALL).is_some());
        assert!(form(&typed).parse(Rights { service: false, ..ALL }).is_none());
        let mut wrong =
            form(&[("type", "service"), ("name", "N"), ("description", "D"), ("source", "link"), ("link", "nowhere")]);
        assert!(wrong.parse(ALL).is_none());
        assert_eq!(wrong.errors()[0].0, "link");
    }
}

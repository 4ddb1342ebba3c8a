//! A letter as it goes over the wire.

use lettre::{
    Address, Message,
    message::{
        Attachment, Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use uuid::Uuid;

use super::written::{LOGO, Written};

/// Who writes.
#[derive(Clone)]
pub struct Sender {
    pub from: Mailbox,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<Mailbox>,
}

impl Sender {
    /// The letter as plain text and as HTML. `id` is that of its row in the outbox: a second copy of the same mail bears the same
    /// Message-ID, by which mail programs recognise it.
    pub fn message(&self, id: Uuid, to: Address, letter: &Written) -> Result<Message, String> {
        let domain = self.from.email.domain();
        // the address stays ours, for which servers know who may send; the name beside it is the brand's
        let name = letter.brand.sender.clone().or_else(|| self.from.name.clone());
        let mut message = Message::builder()
            .from(Mailbox { name, email: self.from.email.clone() })
            .to(to.into())
            .subject(letter.subject())
            .message_id(Some(format!("<{id}@{domain}>")))
            .date_now()
            // nobody's holiday notice need answer
            .raw_header(header("Auto-Submitted", "auto-generated")?);
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        if let Some(url) = &letter.unsubscribe {
            message = message
                .raw_header(header("List-Unsubscribe", &format!("<{url}>"))?)
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?);
        }
        let plain = part(ContentType::TEXT_PLAIN, letter.plain().map_err(|problem| problem.to_string())?)?;
        let html = part(ContentType::TEXT_HTML, letter.html().map_err(|problem| problem.to_string())?)?;
        let both = MultiPart::alternative().singlepart(plain);
        let both = match &letter.brand.logo {
            Some(logo) => {
                let png = ContentType::parse("image/png").map_err(|error| error.to_string())?;
                let logo = Attachment::new_inline(LOGO.to_owned()).body(logo.clone(), png);
                both.multipart(MultiPart::related().singlepart(html).singlepart(logo))
            }
            None => both.singlepart(html),
        };
        message.multipart(both).map_err(|error| error.to_string())
    }
}

/// A header of ours, of ASCII only.
fn header(name: &str, value: &str) -> Result<HeaderValue, String> {
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|error| error.to_string())?;
    Ok(HeaderValue::dangerous_new_pre_encoded(name, value.to_owned(), value.to_owned()))
}

/// Always quoted: so no line is too long for a server, whatever a person wrote.
fn part(content_type: ContentType, text: String) -> Result<SinglePart, String> {
    let body = Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| "the text cannot be encoded".to_owned())?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

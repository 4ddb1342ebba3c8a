//! What is said of a brand.

use crate::{
    input,
    kit::{
        brand::colour::Colour,
        input::{
            Kind,
            kinds::{Line, Link, Text, Tick},
        },
        typed,
        violation::{Why, Words},
    },
};

/// A colour, written as `#1f4f96`; empty for none.
pub struct Hue;

impl Kind for Hue {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<String, Why> {
        Colour::read(&text)
            .map(|colour| colour.to_string())
            .ok_or_else(|| Why::new("colour", "Enter a colour as # and six digits, such as #1f4f96"))
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }
}

input! {
    /// How a brand looks and what it says.
    pub struct Look, DraftLook {
        "" {
            portal_name: String = Line(40), "Portal name", at "portal_name",
                hint "Shown in the header, in page titles and in emails.";
            colour: String = Hue, "Main colour", at "colour",
                hint "Used for buttons, links and the current page, such as #1f4f96. Without one, each portal keeps its own colour.";
            footer: String = Line(200), "Footer text", at "footer", hint "Shown at the bottom of every page.";
            privacy_url: String = Link(512), "Privacy policy", at "privacy_url",
                hint "Where the link at the bottom of every page leads.";
            terms_url: String = Link(512), "Terms of service", at "terms_url",
                hint "Where the link at the bottom of every page leads.";
            sign_up_url: String = Link(512), "Sign-up page", at "sign_up_url",
                hint "On your own host names, the sign-in page sends people without an account there.";
        }
        "Emails" {
            sender_name: String = Line(64), "Sender name", at "sender_name",
                hint "Shown as the sender. The address stays that of the platform. Without one, the portal name is used.";
            mail_footer: String = Text(500, 3), "Email footer", at "mail_footer", hint "Shown below every email.";
        }
    }
}

input! {
    /// Which pictures go.
    pub struct Away, DraftAway {
        "" {
            no_logo: bool = Tick, "Remove the logo", at "no_logo";
            no_logo_dark: bool = Tick, "Remove the logo for dark pages", at "no_logo_dark";
            no_icon: bool = Tick, "Remove the icon", at "no_icon";
        }
    }
}

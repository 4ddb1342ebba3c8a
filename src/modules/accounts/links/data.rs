//! What is given to add a link.

use diesel::prelude::*;

use crate::{
    input,
    kit::{
        form_page::Ask,
        input::{
            Kind,
            kinds::{Line, Link},
        },
        violation::{Why, Words},
    },
    schema::account_links,
};

input! {
    /// A link as a tile on Home.
    #[derive(Queryable, Selectable, Insertable, AsChangeset)]
    #[diesel(table_name = account_links)]
    pub struct Tile, TileDraft {
        "" {
            title: String = Line(64), "Title", at "title", missing "Enter a title", hint "Up to 64 characters.";
            url: String = Secure, "Link", at "url", missing "Enter a link", hint "It must start with https://.";
            about: String = Line(255), "Description", at "description", hint "Shown below the title.";
        }
    }
}

/// A web address that is reached by HTTPS alone.
struct Secure;

const LINK: Link = Link(1_024);

impl Kind for Secure {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        LINK.tidy(text)
    }

    fn value(&self, text: String, label: &Words) -> Result<String, Why> {
        let link = LINK.value(text, label)?;
        if link.starts_with("https://") {
            Ok(link)
        } else {
            Err(Why::new("link", "Enter a link that starts with https://"))
        }
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::Link
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_leads_nowhere_but_by_https() {
        let read = |text: &str| Secure.value(Secure.tidy(text), &Words::new("Link"));
        assert_eq!(read("HTTPS://wiki.example/a").as_deref(), Ok("https://wiki.example/a"));
        for bad in ["http://wiki.example", "javascript:alert(1)", "https://user:pass@wiki.example", "wiki.example"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}

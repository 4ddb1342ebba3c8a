//! The data of a picture or a video.

use diesel::prelude::*;

use super::{Type, store::MediumRow};
use crate::{
    input,
    kit::{
        choice::Choice as _,
        form::Field,
        form_page::{Ask, FormPage},
        input::{
            Form,
            kinds::{Line, Link, Maybe, One},
        },
        violation::{Violation, Violations, Why},
    },
    modules::images,
    schema::product_media,
};

/// Where videos may come from: players that browsers are known to get on with.
const HOSTS: [&str; 6] =
    ["youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be", "vimeo.com", "player.vimeo.com"];

input! {
    /// A medium without its picture. Its type stays for good.
    #[derive(Insertable, AsChangeset)]
    #[diesel(table_name = product_media, treat_none_as_null = true)]
    pub struct NewMedium, Draft settled by settle {
        "" {
            type_ as "type": Type = One::cards("Choose an image or a video"), "Type", at "type", missing "Choose an image or a video";
            alt: String = Line(255), "What it shows", at "alt", missing "Enter a description of what it shows", hint "Read aloud to people who cannot see it.";
            url: Option<String> = Maybe(Link(200)), "Link to the video", at "url",
                hint "A YouTube or Vimeo link that starts with https://.";
        }
    }
}

/// Only a video is somewhere else, and only where it plays.
fn settle(draft: &mut Draft, wrong: &mut Violations) {
    match (draft.type_, &draft.url) {
        (Some(Type::Image), _) => {
            wrong.retain(|one| one.at != "url");
            draft.url = Some(None);
        }
        (Some(Type::Video), Some(None)) => wrong.push(Violation::new("url", Why::missing("Enter a link"))),
        (Some(Type::Video), Some(Some(link))) if !plays(link) => {
            const WORDS: &str = "Enter a YouTube or Vimeo link that starts with https://";
            wrong.push(Violation::new("url", Why::new("host", WORDS)));
        }
        _ => {}
    }
}

fn plays(link: &str) -> bool {
    url::Url::parse(link).is_ok_and(|url| {
        url.scheme() == "https" && url.host_str().is_some_and(|host| HOSTS.contains(&host)) && url.port().is_none()
    })
}

impl NewMedium {
    pub fn of(row: &MediumRow) -> Self {
        Self { type_: row.type_, alt: row.alt.clone(), url: row.url.clone() }
    }
}

/// The form of a medium, and the field of its picture.
pub struct MediumForm {
    pub data: Form<NewMedium>,
    pub image: Field,
}

pub fn image() -> Field {
    Field::new("image", "Image file")
        .hint("The image itself, or a thumbnail of the video. PNG, JPEG, WebP or GIF, up to 5 MB.")
}

impl MediumForm {
    /// `new`: the type is asked; it stays for good.
    pub fn onto(&self, page: FormPage, new: bool) -> FormPage {
        let type_ = self.data.text("type");
        let page = if new { page } else { page.hiding("type", type_) };
        let linked = new || type_ == Type::Video.key();
        let data = self.data.clone();
        let data = if new { data.asked_by("url", "second") } else { data.demanding("url") };
        let page = data.onto_asking(page, |entry| match entry.name {
            "type" => new.then(|| entry.asked()),
            "url" => linked.then(|| entry.asked()),
            _ => None,
        });
        let page = page.ask(&self.image, Ask::File(images::ACCEPTED));
        data.onto_asking(page, |entry| (entry.name == "alt").then(|| entry.asked()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::fields::Fields;

    fn video(url: &str) -> Option<NewMedium> {
        let pairs = [("type", "video"), ("alt", "A tour"), ("url", url)];
        Form::typed(&Fields::new(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into())).read()
    }

    #[test]
    fn videos_come_from_known_places() {
        for good in ["https://youtu.be/abc", "https://www.youtube.com/watch?v=abc", "https://vimeo.com/1"] {
            assert!(video(good).is_some(), "{good}");
        }
        for bad in [
            "http://youtu.be/abc",
            "https://youtu.be.evil.example/abc",
            "https://evil.example/youtu.be",
            "https://youtube.com@evil.example/",
            "https://x@youtube.com/",
            "javascript:alert(1)",
            "",
        ] {
            assert!(video(bad).is_none(), "{bad}");
        }
    }
}

//! The form of a picture or a video.

use super::{Type, store::MediumRow};
use crate::{
    kit::{
        choice::Choice as _,
        fields::Fields,
        form::{Field, Pick},
        form_page::{Ask, FormPage},
    },
    modules::images,
};

/// Where videos may come from: players that browsers are known to get on with.
const HOSTS: [&str; 6] =
    ["youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be", "vimeo.com", "player.vimeo.com"];

/// A medium without its picture.
#[derive(Debug, Clone)]
pub struct NewMedium {
    pub type_: Type,
    pub alt: String,
    pub url: Option<String>,
}

pub struct MediumForm {
    pub type_: Field,
    pub image: Field,
    pub alt: Field,
    pub url: Field,
}

impl MediumForm {
    pub fn empty() -> Self {
        Self {
            type_: Field::new("type", "Type").filled(Type::Image.key()),
            image: Field::new("image", "Picture")
                .hint("The picture itself, or a thumbnail of the video. PNG, JPEG, WebP or GIF, up to 5 MB."),
            alt: Field::new("alt", "What it shows").hint("Read out to people who cannot see it."),
            url: Field::new("url", "Link to the video")
                .hint("https, at YouTube or Vimeo. Only for a video.")
                .optional(),
        }
    }

    pub fn filled(row: &MediumRow) -> Self {
        let form = Self::empty();
        Self {
            type_: form.type_.filled(row.type_.key()),
            image: form.image.optional(),
            alt: form.alt.filled(&row.alt),
            url: form.url.filled(row.url.clone().unwrap_or_default()),
        }
    }

    pub fn typed(fields: &Fields) -> Self {
        let form = Self::empty();
        Self {
            type_: form.type_.from(fields),
            image: form.image,
            alt: form.alt.from(fields),
            url: form.url.from(fields),
        }
    }

    pub fn parse(&mut self) -> Option<NewMedium> {
        let type_ = self.type_.choice::<Type>("Choose an image or a video");
        let alt = self.alt.line("what it shows", 255);
        let url = match type_ {
            Some(Type::Video) => self.video().map(Some),
            _ => Some(None),
        };
        Some(NewMedium { type_: type_?, alt: alt?, url: url? })
    }

    fn video(&mut self) -> Option<String> {
        let link = self.url.link(200)?;
        let known = url::Url::parse(&link).is_ok_and(|url| {
            url.scheme() == "https" && url.host_str().is_some_and(|host| HOSTS.contains(&host)) && url.port().is_none()
        });
        if !known {
            self.url.fail("Enter a link to YouTube or Vimeo that starts with https://");
        }
        known.then_some(link)
    }

    /// `new`: the type is asked; it stays for good.
    pub fn onto(&self, page: FormPage, new: bool) -> FormPage {
        let types = Type::ALL.iter().map(|type_| Pick::new(type_.key(), type_.label(), "")).collect();
        let page = if new { page.ask(&self.type_, Ask::Cards(types)) } else { page.hiding("type", &self.type_.value) };
        let page = page.ask(&self.image, Ask::File(images::ACCEPTED)).ask(&self.alt, Ask::Line);
        if new || self.type_.is(Type::Video.key()) { page.ask(&self.url, Ask::Link) } else { page }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(url: &str) -> Option<NewMedium> {
        let pairs = [("type", "video"), ("alt", "A tour"), ("url", url)];
        MediumForm::typed(&Fields::new(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into())).parse()
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

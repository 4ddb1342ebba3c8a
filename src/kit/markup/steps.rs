//! Pages of our own that tell how something is done, as HTML: numbered steps, whose links lead to the screens of one portal.

use std::fmt::Write as _;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{SafeHtml, signs};

/// A page without its heading, which stands above it already. Its links begin with `/` and lead below `home`.
pub fn steps(text: &str, home: &str) -> SafeHtml {
    let mut html = String::with_capacity(text.len() * 2);
    let mut heading = false;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = true,
            Event::End(TagEnd::Heading(_)) => heading = false,
            Event::Text(words) | Event::Code(words) if !heading => {
                signs::write(&mut html, &words, None);
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let mut to = String::new();
                signs::write(&mut to, &dest_url, None);
                // a String takes everything
                let _ = write!(html, "<a href=\"{home}{to}\">");
            }
            Event::SoftBreak | Event::HardBreak => html.push('\n'),
            Event::Start(tag) => html.push_str(element(&tag.to_end()).0),
            Event::End(tag) => html.push_str(element(&tag).1),
            _ => {}
        }
    }
    SafeHtml::made(html)
}

/// What opens and what closes it.
fn element(tag: &TagEnd) -> (&'static str, &'static str) {
    match tag {
        TagEnd::Paragraph => ("<p>", "</p>"),
        TagEnd::List(true) => ("<ol>", "</ol>"),
        TagEnd::List(false) => ("<ul>", "</ul>"),
        TagEnd::Item => ("<li>", "</li>"),
        TagEnd::Strong => ("<strong>", "</strong>"),
        TagEnd::Link => ("", "</a>"),
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn a_page_becomes_numbered_steps_with_links_into_a_portal() {
        let text = "# Order\n\nFor whom.\n\n1. Open [Customers](/customers?q=a&b) and\n   choose **Next**.\n2. A < B\n";
        assert_eq!(
            steps(text, "/reseller/PA-1").as_str(),
            "<p>For whom.</p><ol><li>Open <a href=\"/reseller/PA-1/customers?q=a&amp;b\">Customers</a> and\n\
             choose <strong>Next</strong>.</li><li>A &lt; B</li></ol>"
        );
    }
}

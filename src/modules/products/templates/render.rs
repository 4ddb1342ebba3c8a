//! Filling in placeholders: `{{ license_key }}` becomes the value of the parameter with that ID.

use crate::kit::markup::{self, SafeHtml};

/// The IDs between double braces, in their order.
pub fn placeholders(body: &str) -> Vec<&str> {
    pieces(body).filter_map(|piece| if let Piece::Placeholder(name) = piece { Some(name) } else { None }).collect()
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

fn pieces(mut rest: &str) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(at) = rest.find("{{") else { return Some(Piece::Text(std::mem::take(&mut rest))) };
        if at > 0 {
            let (text, more) = rest.split_at(at);
            rest = more;
            return Some(Piece::Text(text));
        }
        match rest.find("}}") {
            Some(end) => {
                let name = rest[2..end].trim();
                rest = &rest[end + 2..];
                Some(Piece::Placeholder(name))
            }
            None => Some(Piece::Text(std::mem::take(&mut rest))),
        }
    })
}

/// The template as HTML; a value is text, whatever signs it has. A placeholder without a value stays as it is written.
pub fn render(body: &str, value: impl Fn(&str) -> Option<String>) -> SafeHtml {
    let mut text = String::with_capacity(body.len());
    for piece in pieces(body) {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Placeholder(name) => match value(name) {
                Some(value) => push_literally(&mut text, &value),
                None => push_literally(&mut text, &format!("{{{{ {name} }}}}")),
            },
        }
    }
    markup::markdown(&text)
}

/// Markdown's own signs lose their meaning, and a value stays on its line.
fn push_literally(text: &mut String, value: &str) {
    for sign in value.chars() {
        if sign == '\n' {
            text.push(' ');
            continue;
        }
        if sign.is_ascii_punctuation() {
            text.push('\\');
        }
        text.push(sign);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(body: &str, with: &str) -> String {
        render(body, |name| (name == "key").then(|| with.to_owned())).as_str().to_owned()
    }

    #[test]
    fn a_placeholder_becomes_its_value() {
        assert_eq!(placeholders("a {{ key }} b {{other}} c {{"), ["key", "other"]);
        assert_eq!(filled("Your key: {{key}}.", "A-1").trim(), "<p>Your key: A-1.</p>");
        assert_eq!(filled("{{ other }}", "A-1").trim(), "<p>{{ other }}</p>");
    }

    #[test]
    fn a_value_is_text() {
        for value in ["<script>alert(1)</script>", "**bold**", "[x](https://evil.example)", "# title\n\n- list"] {
            let html = filled("{{ key }}", value);
            assert!(!["<script", "<strong", "<a ", "<h", "<li"].iter().any(|bad| html.contains(bad)), "{html}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(body in "\\PC{0,60}", value in "\\PC{0,20}") {
            let _ = render(&body, |_| Some(value.clone()));
        }
    }
}

//! Filling in placeholders: `{{ license_key }}` becomes the value of the parameter with that ID.

use crate::kit::markup::{self, Part, SafeHtml};

/// The IDs between double braces, in their order.
pub fn placeholders(body: &str) -> Vec<&str> {
    pieces(body).filter_map(|piece| if let Part::Gap(name) = piece { Some(name) } else { None }).collect()
}

fn pieces(mut rest: &str) -> impl Iterator<Item = Part<'_>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(at) = rest.find("{{") else { return Some(Part::Text(std::mem::take(&mut rest))) };
        if at > 0 {
            let (text, more) = rest.split_at(at);
            rest = more;
            return Some(Part::Text(text));
        }
        match rest.find("}}") {
            Some(end) => {
                let name = rest[2..end].trim();
                rest = &rest[end + 2..];
                Some(Part::Gap(name))
            }
            None => Some(Part::Text(std::mem::take(&mut rest))),
        }
    })
}

/// The template as HTML; a value is text, whatever signs it has. A placeholder without a value stays as it is written.
pub fn render(body: &str, value: impl Fn(&str) -> Option<String>) -> SafeHtml {
    markup::fill(pieces(body), value)
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

    #[test]
    fn a_value_stands_as_it_is_in_code_and_in_addresses() {
        assert_eq!(filled("`{{ key }}`", "A-1_*"), "<p><code>A-1_*</code></p>");
        let html = filled("[Open]({{ key }})", "https://a.example/form/1?a=1&b=2");
        assert!(html.contains("<a href=\"https://a.example/form/1?a=1&amp;b=2\""), "{html}");
        assert!(
            html.contains("Open</a> <span class=\"address\">(https://a.example/form/1?a=1&amp;b=2)</span>"),
            "{html}"
        );
        // within an address a value is a part of it, and nothing more
        assert!(
            filled("[Open](https://a.example/{{ key }})", "../x?y=\"z")
                .contains("href=\"https://a.example/..%2Fx%3Fy%3D%22z\"")
        );
        assert!(!filled("[Open]({{ key }})", "javascript:alert(1)").contains("href"));
        assert!(!filled("[Open](java{{ key }})", "script:alert(1)").contains("href"));
    }

    #[test]
    fn nobody_writes_a_token_by_hand() {
        let html = filled("\u{fdd0}0\u{fdd1} {{ key }} \u{fdd2}x\u{fdd3}", "\u{fdd0}0\u{fdd1}");
        assert_eq!(html.matches("FDD0").count(), 2, "{html}");
        assert!(!html.contains('\u{fdd0}') && !html.contains("href"), "{html}");
    }

    #[test]
    fn values_fill_a_page_only_so_far() {
        let html = filled(&"{{ key }} ".repeat(900), &"x".repeat(1_000));
        assert!(html.len() < 400_000, "{}", html.len());
        assert!(html.ends_with("{{ key }} </p>") || html.ends_with("{{ key }}</p>"), "{}", &html[html.len() - 80..]);
    }

    proptest! {
        #[test]
        fn every_value_is_on_the_page(body in "[a-z*_`>#\\[\\]()|\\n -]{0,40}", value in "[a-z0-9]{1,8}") {
            let html = filled(&format!("{body}{{{{ key }}}}{body}"), &value);
            prop_assert!(html.contains(&value), "{html}");
        }

        #[test]
        fn any_text_is_taken(body in "\\PC{0,60}", value in "\\PC{0,20}") {
            let _ = render(&body, |_| Some(value.clone()));
        }
    }
}

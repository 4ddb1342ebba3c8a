//! Names of files: as they come, as they are kept, as they are sent.

use super::{markup, percent};

/// Characters of a name.
const LONGEST: usize = 200;
/// Characters of an ending, with its full stop; what is longer is a part of the name.
const LONGEST_ENDING: usize = 16;

/// The name of a file as it was before a browser sent it: a quotation mark comes as `%22`, a line break as `%0D%0A`, which is a space in a
/// name, and no other sign so.
pub fn sent(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D%0A", " ").replace("%0D", " ").replace("%0A", " ")
}

/// The last piece of a path, without signs that have no shape, that no system allows in a name, or that could be taken for something else.
/// A name that is too long is cut before its ending.
pub fn tidy(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = markup::with_shape(last).filter(|c| !"<>|?*:".contains(*c)).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    // a full stop in front hides a file, and one at the end is lost on the way
    let kept = kept.trim_matches(['.', ' ']);
    if kept.is_empty() { "document".into() } else { cut(kept) }
}

fn cut(name: &str) -> String {
    let length = name.chars().count();
    if length <= LONGEST {
        return name.to_owned();
    }
    let ending = name.rfind('.').map_or("", |at| &name[at..]);
    let ending = if ending.chars().count() > LONGEST_ENDING { "" } else { ending };
    let kept: String = name.chars().take(LONGEST - ending.chars().count()).collect();
    // nor may it end within what is one sign to a reader
    let within = |c: char| matches!(c, '.' | ' ' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    format!("{}{ending}", kept.trim_end_matches(within))
}

/// A tidy name that says what the file is: it ends with one of `endings`, and gets the first when it does not.
pub fn honest(name: &str, endings: &[&str]) -> String {
    let name = tidy(name);
    let lower = name.to_lowercase();
    if endings.iter().any(|ending| lower.ends_with(ending) && lower.len() > ending.len()) {
        return name;
    }
    cut(&format!("{name}{}", endings.first().unwrap_or(&"")))
}

/// The policy of a file that people uploaded: nothing in it runs or loads anything, and no page can embed it.
pub const SANDBOXED: &str = "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The value of `Content-Disposition`: how (`inline`, `attachment`) and under which name, for old readers without and for others with all
/// its signs (RFC 6266).
pub fn disposition(way: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_ ()+,=@!#$&'".contains(c) { c } else { '_' })
        .collect();
    let mut value = format!("{way}; filename=\"{plain}\"");
    if plain != name {
        value.push_str("; filename*=UTF-8''");
        percent::push(&mut value, name);
    }
    value
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ContentDisposition, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(tidy("../../etc/passwd"), "passwd");
        assert_eq!(tidy("C:\\terms \"x\".pdf"), "terms \"x\".pdf");
        assert_eq!(tidy(&sent("The %22real%22%0D%0Aterms 100%25.pdf")), "The \"real\" terms 100%25.pdf");
        for nothing in ["///", "", "..", " . ", "\u{202e}", "\0", "???"] {
            assert_eq!(tidy(nothing), "document", "{nothing:?}");
        }
        assert_eq!(tidy(".htaccess"), "htaccess");
        assert_eq!(tidy("evil.html. ."), "evil.html");
    }

    #[test]
    fn a_name_does_not_turn_round() {
        assert_eq!(tidy("contract\u{202e}fdp.exe"), "contractfdp.exe");
        assert_eq!(tidy("a\u{200b}\u{2066}b\u{200f}.md"), "ab.md");
        assert_eq!(tidy("חוזה.pdf"), "חוזה.pdf");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = tidy(&format!("{}.markdown", "ä".repeat(300)));
        assert_eq!(name.chars().count(), 200);
        assert!(name.ends_with("ä.markdown"));
        let name = honest(&"x".repeat(300), &[".pdf"]);
        assert_eq!((name.len(), name.ends_with("x.pdf")), (200, true));
        assert_eq!(tidy(&format!("a.{}", "b".repeat(300))).len(), 200);
    }

    #[test]
    fn a_name_says_what_the_file_is() {
        assert_eq!(honest("evil.html", &[".pdf"]), "evil.html.pdf");
        assert_eq!(honest("Terms.PDF", &[".pdf"]), "Terms.PDF");
        assert_eq!(honest("a.markdown", &[".md", ".markdown"]), "a.markdown");
        assert_eq!(honest(".pdf", &[".pdf"]), "pdf.pdf");
        assert_eq!(honest("", &[".txt"]), "document.txt");
    }

    fn read(name: &str) -> Option<String> {
        let value = HeaderValue::from_str(&disposition("attachment", name)).unwrap();
        let read = ContentDisposition::from_raw(&value).unwrap();
        match read.get_filename_ext() {
            Some(name) => String::from_utf8(name.value.clone()).ok(),
            None => read.get_filename().map(str::to_owned),
        }
    }

    #[test]
    fn every_name_arrives_as_it_was_sent() {
        for name in [
            "terms.pdf",
            "Verträge über Öl.pdf",
            "a \"b\" c.pdf",
            "🥊 fight.md",
            "חוזה.pdf",
            "100% \\o;.txt",
            "it's.md",
            "a=b, c.csv",
        ] {
            assert_eq!(read(name).as_deref(), Some(name));
        }
        assert_eq!(
            disposition("inline", "ü\"\u{202e}.pdf"),
            "inline; filename=\"___.pdf\"; filename*=UTF-8''%C3%BC%22%E2%80%AE.pdf"
        );
    }

    proptest! {
        #[test]
        fn any_name_becomes_one(name in "(?s).{0,260}") {
            let name = honest(&name, &[".md", ".markdown"]);
            prop_assert!(name.chars().count() <= 200 && name.len() > 3);
            prop_assert!(name.to_lowercase().ends_with(".md") || name.to_lowercase().ends_with(".markdown"));
            prop_assert_eq!(honest(&name, &[".md", ".markdown"]), name.clone());
            prop_assert_eq!(read(&name), Some(name));
        }
    }
}

use proptest::prelude::*;
use scraper::{Html, Node};

use super::*;
use crate::kit::choice::Choice as _;

fn html(text: &str) -> String {
    write::markdown(text)
}

/// What a reader sees, with a space wherever a line or a cell begins or ends; the numbers of lists included.
fn seen(html: &str) -> String {
    let mut said = String::new();
    say(&mut said, Html::parse_fragment(html).tree.root());
    said
}

fn say(said: &mut String, node: ego_tree::NodeRef<'_, Node>) {
    let apart = match node.value() {
        Node::Text(text) => {
            said.push_str(text);
            false
        }
        Node::Element(element) => {
            if let Some(number) = element.attr("value") {
                said.push_str(&format!(" {number}. "));
            }
            !["html", "em", "strong", "del", "a", "code", "u", "span", "sup"].contains(&element.name())
        }
        _ => false,
    };
    if apart {
        said.push(' ');
    }
    for child in node.children() {
        say(said, child);
    }
    if apart {
        said.push(' ');
    }
}

/// Whether it is a letter or a digit to a reader; Unicode counts some letters that have no shape.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'].contains(&c)
}

/// Runs of letters and digits: the rule knows nothing of Markdown.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty()).collect()
}

/// The first of `needed` that does not come in `given`, in this order.
fn missing<T: PartialEq + Copy>(needed: &[T], given: &[T]) -> Option<T> {
    let mut given = given.iter();
    needed.iter().find(|need| !given.any(|one| one == *need)).copied()
}

/// `&name;` and `&#1;` stand for something else; what for is Markdown's business.
fn without_entities(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        kept.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let name = after.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
        rest = if name > 0 && after[name..].starts_with(';') { &after[name + 1..] } else { after };
        kept.push(' ');
    }
    kept + rest
}

/// Every letter is there in its order, and where nothing stands for something else, every word is whole.
fn nothing_is_hidden(source: &str) -> Result<(), TestCaseError> {
    let page = seen(&html(source));
    let bare = without_entities(source);
    let letters = |text: &str| text.chars().filter(|c| is_letter(*c)).collect::<Vec<_>>();
    let lost = missing(&letters(&bare), &letters(&page));
    prop_assert!(lost.is_none(), "{lost:?} of {source:?} is missing in {page:?}");
    if !source.contains('&') {
        let lost = missing(&words(source), &words(&page));
        prop_assert!(lost.is_none(), "{lost:?} of {source:?} is missing in {page:?}");
    }
    Ok(())
}

/// Pieces of which people, and people of ill will, make documents.
const PIECES: &[&str] = &[
    "Licensor",
    "pays",
    "5",
    "30",
    "days",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "  \n",
    "\r\n",
    "\t",
    "    ",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "`",
    "``",
    "```",
    "\n```\n",
    "\n~~~ x\n",
    "```rust not shown\n",
    "# ",
    "## ",
    " #",
    "> ",
    ">",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "7. ",
    "007. ",
    "12) ",
    "---",
    "\n---\n",
    "===",
    "\n===\n",
    "***",
    "|",
    "a|b",
    "\n|-|-|\n",
    "\n-|-\n",
    "|x|y|z|",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "](x)",
    "](https://a.example/b \"Title\")",
    "](<b c>)",
    "[a]",
    "[a]: ",
    "\n[a]: https://a.example 'Title'\n",
    "\n[a]: <b c>\n",
    "[a][a]",
    "[text][a]",
    "[text][]",
    "[^1]",
    "\n[^1]: note\n",
    "[^n]: note",
    "<",
    ">",
    "<b>",
    "</b>",
    "<Licensor>",
    "\n<div>\n",
    "\n</div>\n",
    "<!-- hidden -->",
    "\n<!-- hidden\nmore -->\n",
    "<?php hidden ?>",
    "<![CDATA[hidden]]>",
    "<!DOCTYPE hidden>",
    "<script>hidden</script>",
    "\n<script>\nhidden\n</script>\n",
    "<https://a.example/x>",
    "<me@a.example>",
    "https://a.example",
    "&amp;",
    "&lt;",
    "&shy;",
    "&#8203;",
    "&#x41;",
    "&nothing;",
    "&",
    "\\",
    "\\*",
    "\\|",
    "\\[",
    "\u{200b}",
    "\u{202e}",
    "\u{ad}",
    "\u{feff}",
    "\u{0}",
    "\u{1}",
    "ä",
    "é",
    "中",
    "ا",
    "🥊",
    "\u{301}",
    "\"",
    "'",
    "!",
    ":",
    ".",
    ",",
    "=",
    "$5",
    "5*3*2",
    "{x}",
    "+++",
    "\n+++\ntitle = 1\n+++\n",
    "title: x",
    "[ ] ",
    "- [x] ",
    "^",
    "~",
    "$$x$$",
    "://",
    "www.a.example",
];

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_word_of_a_document_is_missing_on_its_page(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..28)) {
        nothing_is_hidden(&pieces.concat())?;
    }

    #[test]
    fn no_word_of_any_text_is_missing(text in "(?s).{0,60}") {
        nothing_is_hidden(&text)?;
    }

    #[test]
    fn only_tags_of_ours_come_out(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..28)) {
        only_our_tags(&html(&pieces.concat()))?;
    }

    #[test]
    fn plain_text_says_all_its_words(text in "(?s).{0,60}") {
        let page = write::plain(&text);
        let said = seen(&page);
        prop_assert_eq!(missing(&words(&text), &words(&said)), None);
        only_our_tags(&page)?;
    }
}

/// Well-formed, of known elements and attributes, and links lead to the web only.
fn only_our_tags(html: &str) -> Result<(), TestCaseError> {
    const TAGS: &[&str] = &[
        "html",
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "del",
        "a",
        "hr",
        "br",
        "sup",
        "div",
        "span",
        "u",
    ];
    let parsed = Html::parse_fragment(html);
    prop_assert!(parsed.errors.is_empty(), "{:?} in {html}", parsed.errors);
    for node in parsed.root_element().descendants() {
        let Node::Element(element) = node.value() else { continue };
        prop_assert!(TAGS.contains(&element.name()), "<{}> in {html}", element.name());
        for (name, value) in element.attrs() {
            let fine = match (element.name(), name) {
                ("a", "href") => {
                    ["http://", "https://", "mailto:"].iter().any(|scheme| value.to_lowercase().starts_with(scheme))
                }
                ("a", "rel") => value == "noopener noreferrer nofollow",
                ("li", "value") => value.bytes().all(|byte| byte.is_ascii_digit()),
                (_, "class") => ["definition", "unmarked", "address", "footnote", "as-written"].contains(&value),
                _ => false,
            };
            prop_assert!(fine, "{name}=\"{value}\" in {html}");
        }
    }
    Ok(())
}

#[test]
fn html_is_text() {
    assert_eq!(html("a <Licensor> b"), "<p>a &lt;Licensor&gt; b</p>");
    assert_eq!(
        html("<div>\n2. The reseller pays *twice*.\n</div>"),
        "<p>&lt;div&gt;<br>2. The reseller pays *twice*.<br>&lt;/div&gt;</p>"
    );
    assert_eq!(seen(&html("x <!-- not seen --> y")), " x <!-- not seen --> y ");
    for text in [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
    ] {
        let html = html(text);
        for bad in ["<script", "<img", "<svg", "href"] {
            assert!(!html.contains(bad), "{text} became {html}");
        }
    }
}

#[test]
fn a_link_says_where_it_leads() {
    assert_eq!(
        html("[the terms](https://b.example \"Old\")"),
        "<p><a href=\"https://b.example\" rel=\"noopener noreferrer nofollow\">the terms</a> <span class=\"address\">(https://b.example &quot;Old&quot;)</span></p>"
    );
    assert!(seen(&html("[https://a.example](https://b.example)")).contains("https://a.example (https://b.example)"));
    assert_eq!(seen(&html("[https://a.example](https://a.example)")), " https://a.example ");
    assert_eq!(seen(&html("<https://a.example> <a@b.example>")), " https://a.example a@b.example ");
    assert!(html("<a@b.example>").contains("href=\"mailto:a@b.example\""));
    // an address within this program, or of another sort, is only said
    assert_eq!(seen(&html("[here](/sign-out)")), " here (/sign-out) ");
    assert!(!html("[here](/sign-out) [x](javascript:a) [y](data:text/html,x)").contains("href"));
}

#[test]
fn a_picture_is_its_words_and_its_address() {
    assert_eq!(seen(&html("![Seal](https://a.example/p.png \"T\")")), " Seal (https://a.example/p.png \"T\") ");
    assert_eq!(seen(&html("![](p.png)")).trim(), "(p.png)");
}

#[test]
fn definitions_stand_where_they_were_written() {
    assert_eq!(
        seen(&html("One [a] and [two][a].\n\n[a]: https://a.example \"Licensor pays\"\n[b]: nobody\n\nThree."))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        "One a (https://a.example) and two [a] (https://a.example). [a]: https://a.example \"Licensor pays\" [b]: nobody Three."
    );
    assert_eq!(
        seen(&html("A[^n].\n\n[^n]: said\n\n[^unused]: also said")).split_whitespace().collect::<Vec<_>>().join(" "),
        "A[n]. [n] said [unused] also said"
    );
}

#[test]
fn cells_without_a_column_and_the_words_behind_a_fence_are_shown() {
    assert_eq!(
        html("a|b\n-|-\n1|2|3|4"),
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td><td>3|4</td></tr></tbody></table>"
    );
    assert_eq!(html("```pays 5\nx < y\n```"), "<p class=\"definition\">pays 5</p><pre><code>x &lt; y\n</code></pre>");
}

#[test]
fn items_keep_the_numbers_that_were_written() {
    assert_eq!(html("3. a\n7. b"), "<ol><li value=\"3\">a</li><li value=\"7\">b</li></ol>");
    assert_eq!(html("01. a"), "<ol><li class=\"unmarked\">01. a</li></ol>");
}

#[test]
fn words_do_not_run_together() {
    assert_eq!(seen(&html("5*3*2")), " 5*3*2 ");
    assert_eq!(seen(&html("5`3`2")), " 5`3`2 ");
    assert_eq!(seen(&html("5~~3~~2")), " 5~~3~~2 ");
    assert_eq!(seen(&html("*5* *3*")), " 5 3 ");
    assert_eq!(html("un**think**able"), "<p>un<strong>**think</strong>**able</p>");
}

#[test]
fn signs_without_a_shape_are_named() {
    assert_eq!(html("Li\u{200b}censor \u{202e}x"), "<p>Li<u>[U+200B]</u>censor <u>[U+202E]</u>x</p>");
    assert_eq!(html("&shy;&#8203;"), "<p><u>[U+00AD]</u><u>[U+200B]</u></p>");
    assert_eq!(write::plain(&"\u{2060}".repeat(9)), "<p><u>[U+2060 × 9]</u></p>");
    assert_eq!(
        write::plain(&format!("x{}", "\u{301}".repeat(20))),
        format!("<p>x{}<u>[U+0301 × 16]</u></p>", "\u{301}".repeat(4))
    );
    // what languages and emoji are written with stays as it is
    for text in ["می\u{200c}خواهم", "👩\u{200d}💻", "❤\u{fe0f}", "1\u{fe0f}\u{20e3}", "e\u{301}", "שלום", "한국어"]
    {
        assert_eq!(write::plain(text), format!("<p>{text}</p>"), "{text:?}");
    }
    // a mark of byte order says how a file is encoded
    assert_eq!(html("\u{feff}# Terms"), "<h2>Terms</h2>");
}

#[test]
fn a_documents_title_stands_below_the_pages() {
    assert_eq!(html("# Terms\n\n## Price"), "<h2>Terms</h2><h3>Price</h3>");
}

#[test]
fn plain_text_keeps_its_lines_and_its_signs() {
    assert_eq!(write::plain("a < b\nc\n\nd"), "<p>a &lt; b<br>c</p><p>d</p>");
    assert_eq!(write::plain("a\r\nb\r\n\r\nc"), "<p>a<br>b</p><p>c</p>");
}

#[test]
fn what_grows_beyond_a_bound_is_shown_as_it_was_written() {
    let deep = format!("{} Licensor pays", ">".repeat(4_000));
    let wide = format!("{}\n{}\n{}", "a|".repeat(20_000), "-|".repeat(20_000), "pays|\n".repeat(3));
    let padded = format!("{}\n{}\n{}", "a|".repeat(60), "-|".repeat(60), "pays|\n".repeat(9_000));
    for text in [deep, wide, padded] {
        let html = html(&text);
        assert!(html.starts_with("<p class=\"as-written\">"), "{}", &html[..100]);
        assert!(html.len() < text.len() * 8, "{} became {}", text.len(), html.len());
        assert_eq!(missing(&words(&text), &words(&seen(&html))), None);
    }
}

#[test]
fn a_text_is_laid_out_once() {
    let (one, two) = (markdown("# Once"), markdown("# Once"));
    assert!(Arc::ptr_eq(&one.0, &two.0));
}

/// What changes between two texts in Markdown, each block in one line.
fn told(old: &str, new: &str) -> Vec<String> {
    let differences = differences((Format::Markdown, old), (Format::Markdown, new));
    let block = |block: &Compared| {
        let pieces = block.pieces.iter().map(|piece| match piece.kind {
            Change::Same => piece.text.as_str().to_owned(),
            Change::Added => format!("+{}+", piece.text.as_str()),
            Change::Removed => format!("-{}-", piece.text.as_str()),
        });
        format!("{}: {}", block.sort.key(), pieces.collect::<String>())
    };
    let mut lines = vec![format!("{} changes", differences.changes)];
    for passage in &differences.passages {
        match passage {
            Passage::Same(blocks) => lines.push(format!("{} the same", blocks.len())),
            Passage::Changed { under, blocks } => {
                lines.extend(under.iter().map(|under| format!("below {}", under.as_str())));
                lines.extend(blocks.iter().map(block));
            }
        }
    }
    lines
}

#[test]
fn what_changes_is_told_block_by_block_without_the_signs_of_markup() {
    let old = "# Terms\n\nFirst.\n\n## Payment\n\nPay within **30** days.\n\n- by card\n- by cash\n\nLast.";
    let new = "# Terms\n\nFirst.\n\n## Payment\n\nPay within **14\u{200b}** days.\n\n- by card\n\nLast.\n\nSigned.";
    assert_eq!(
        told(old, new),
        [
            "3 changes",
            "3 the same",
            "below Payment",
            "paragraph: Pay within -30-+14<u>[U+200B]</u>+ days.",
            "1 the same",
            "below Payment",
            "item: -by cash-",
            "1 the same",
            "below Payment",
            "paragraph: +Signed.+",
        ]
    );
    assert_eq!(told(old, old), ["0 changes", "7 the same"]);
}

#[test]
fn what_only_the_markup_says_is_told_as_it_is_written() {
    assert_eq!(told("It **may** end.", "It may end."), ["1 changes", "paragraph: It -**-may-**- end."]);
    // where a link leads is a word like any other
    assert_eq!(
        told("See [there](https://one.example).", "See [there](https://two.example)."),
        ["1 changes", "paragraph: See there (https://-one-+two+.example)."]
    );
    // what the parser passes over is not lost
    assert_eq!(told("Text [a].\n\n[a]: https://one.example", "Text [a].\n\n[a]: https://two.example")[0], "2 changes");
}

#[test]
fn items_below_each_other_are_blocks_of_their_own() {
    assert_eq!(
        told("1. One\n   - below\n2. Two", "1. One\n   - beneath\n2. Two"),
        ["1 changes", "1 the same", "item: -below-+beneath+", "1 the same"]
    );
    assert_eq!(
        told("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 3 |"),
        ["1 changes", "1 the same", "row: 1 | -2-+3+"]
    );
    // a cell too many is shown in no table, and is told all the same
    assert_eq!(
        told("| a | b |\n|---|---|\n| 1 | 2 | 3 |", "| a | b |\n|---|---|\n| 1 | 2 | 4 |"),
        ["1 changes", "2 the same", "paragraph: | -3-+4+ |"]
    );
}

#[test]
fn too_many_differences_are_told_as_a_whole() {
    let text = |sign: &str| format!("first\n\n{}\n\nlast", format!("{sign} same ").repeat(3_000));
    let lines = told(&text("a"), &text("b"));
    // what both begin and end with is found without comparing
    assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [9, 10, 42_008, 10], "{:?}", lines.first());
}

proptest! {
    #[test]
    fn a_difference_says_both_texts(old in "[ab #*\\[\\]()|\n-]{0,40}", new in "[ab #*\\[\\]()|\n-]{0,40}") {
        let differences = differences((Format::Markdown, &old), (Format::Markdown, &new));
        let blocks = differences.passages.iter().flat_map(|passage| match passage {
            Passage::Same(blocks) | Passage::Changed { blocks, .. } => blocks,
        });
        let mut said = [String::new(), String::new()];
        for piece in blocks.flat_map(|block| &block.pieces) {
            if piece.kind != Change::Added {
                said[0].push_str(piece.text.as_str());
            }
            if piece.kind != Change::Removed {
                said[1].push_str(piece.text.as_str());
            }
        }
        let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        // a block that stays is said as it is now, so only its words count
        prop_assert_eq!(words(&said[1]), words(&new));
        prop_assert_eq!(words(&said[0]).len(), words(&old).len());
    }
}

/// Texts that make programs slow: what people of ill will send.
fn hostile(size: usize) -> Vec<(String, String)> {
    const REPEATED: &[&str] = &[
        ">",
        "> ",
        "[",
        "![",
        "*",
        "_",
        "`",
        "<",
        "~",
        "**a *a ",
        "*a_ ",
        "a*b_",
        "*a*",
        "a**",
        "- ",
        "1. ",
        "+ - * ",
        "> - ",
        "- a\n",
        "- a\n\n",
        "a|",
        "|",
        "|\n",
        "|a|b\n|-|-\n",
        "-|-\n",
        "a|b\n-|-\n\n",
        "~~a ",
        "[a](",
        "[a](b \"",
        "[a](<b",
        "[](()",
        "[a][",
        "[a]\n",
        "[[]]",
        "[]()",
        "[^a]",
        "[^a]: x\n\n",
        "[a]: x\n",
        "[a]: b \"\n",
        "[a\n",
        "[a\\]",
        "](",
        "![](",
        "<a ",
        "<a b='",
        "<a@",
        "</a",
        "<!--",
        "a <!-- ",
        "<?",
        "a <?",
        "a <![CDATA[",
        "<!A ",
        "<b>\n",
        "<b>\n\n",
        "<http:",
        "&",
        "&#1;",
        "&amp;",
        "\\",
        "``a`",
        "```\n",
        "~~~a\n",
        "# ",
        "#\n",
        "a\n---\n",
        "---\n",
        "\t",
        "    a\n",
        "a\n",
        "\n",
        "a\n\n",
        "\u{200b}",
        "\u{200b}\u{2060}",
        "a\u{301}",
        "\u{301}",
        "ä",
        "\0",
        "\u{1}",
        "\"",
        "'",
        "a@b.c ",
        "https://a ",
        "<https://a>",
        "01. a\n",
        "1. a\n",
        "*a*a",
        "5`3`",
    ];
    let whole = |piece: &str| piece.repeat(size / piece.len());
    let rising = |sign: &str| {
        let mut text = String::new();
        for count in 1.. {
            if text.len() > size {
                break;
            }
            text.push('a');
            text.push_str(&sign.repeat(count));
        }
        text
    };
    let half =
        |open: &str, close: &str| [open.repeat(size / 2 / open.len()), close.repeat(size / 2 / close.len())].concat();
    let columns = size / 15;
    let numbered = |of: &dyn Fn(usize) -> String| (0..size / 16).map(of).collect::<String>();
    let stairs = |of: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        for step in 0.. {
            if text.len() > size {
                break;
            }
            text.push_str(&of(step));
        }
        text
    };
    let mut texts: Vec<(String, String)> = REPEATED.iter().map(|piece| ((*piece).to_owned(), whole(piece))).collect();
    texts.extend(["`", "*", "_", "~", "[", "<", "\\"].map(|sign| (format!("rising {sign}"), rising(sign))));
    texts.extend(
        [
            ("4,000 >", ">".repeat(4_000)),
            ("10 KB of >", ">".repeat(10_000)),
            (
                "table of 20,000 columns",
                format!("{}\n{}\n{}", "a|".repeat(columns), "-|".repeat(columns), "b|\n".repeat(columns)),
            ),
            ("table of 64 columns", format!("{}\n{}\n{}", "a|".repeat(64), "-|".repeat(64), "|\n".repeat(size / 2))),
            ("table with many cells too many", format!("a|\n-|\n{}", "b|".repeat(size / 2))),
            ("tables without rows", format!("{}\n", "a|".repeat(60)).repeat(size / 121)),
            ("emphasis inside emphasis", half("*a ", " a*")),
            ("two sorts of emphasis", half("*a **a ", " a** a*")),
            ("strikes", half("~~a ", " a~~")),
            ("links inside links", half("[a ", "](x)")),
            ("pictures inside pictures", half("![a ", "](x)")),
            (
                "definitions and their use",
                [numbered(&|at| format!("[{at}]: x\n")), "\n".into(), numbered(&|at| format!("[{at}]"))].concat(),
            ),
            ("one long address used often", format!("[a]: {}\n\n{}", "x".repeat(size / 2), "[a]".repeat(size / 6))),
            ("one address used often", format!("[a]: {}\n\n{}", "x".repeat(100), "[a]\n".repeat(size / 4))),
            (
                "one long label",
                format!("[{0}]: x\n\n{1}", "a".repeat(900), format!("[{}]", "a".repeat(900)).repeat(size / 903)),
            ),
            ("footnotes", [numbered(&|at| format!("[^{at}]: x\n\n")), numbered(&|at| format!("[^{at}]"))].concat()),
            ("lists going in", stairs(&|step| format!("{}- a\n", " ".repeat(2 * step)))),
            ("quotes going in", stairs(&|step| format!("{}a\n", ">".repeat(step)))),
            ("quotes 30 deep", format!("{}a\n", ">".repeat(30)).repeat(size / 32)),
            ("quotes 30 deep, apart", format!("{}a\n\n", ">".repeat(30)).repeat(size / 33)),
            ("lists 14 deep", format!("{}a\n", "- ".repeat(14)).repeat(size / 30)),
            ("lists with tabs", whole("-\ta\n\t-\tb\n\t\t-\tc\n")),
        ]
        .map(|(name, text)| (name.to_owned(), text)),
    );
    texts
}

/// Nanoseconds that this thread had a processor.
fn worked() -> u64 {
    let figures = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    figures.split_whitespace().next().unwrap().parse().unwrap()
}

/// In a release build 300 KB of the worst; otherwise less of it, and enough time to tell a line from a square.
#[test]
fn nothing_takes_long() {
    let (size, most) = if cfg!(debug_assertions) { (30_000, 600) } else { (300_000, 50) };
    let mut took: Vec<(u64, String, usize)> = Vec::new();
    for (name, text) in hostile(size) {
        for format in Format::ALL {
            let before = worked();
            let html = document(*format, &text);
            took.push(((worked() - before) / 1_000, format!("{name:?} as {format:?}"), html.as_str().len()));
        }
    }
    took.sort_unstable_by(|one, two| two.cmp(one));
    for (micros, name, length) in took.iter().take(12) {
        eprintln!("{:>7.1} ms {:>9} bytes {name}", *micros as f64 / 1_000.0, length);
    }
    assert!(took[0].0 < most * 1_000, "{:?}", took[0]);
    assert!(took.iter().all(|(_, _, length)| *length < size * 14 + 20_000));
}

#[test]
fn no_difference_takes_long() {
    let (size, most) = if cfg!(debug_assertions) { (30_000, 3_000) } else { (300_000, 50) };
    let text = |seed: usize, words: usize| {
        let mut state = seed as u64;
        let mut said = String::new();
        while said.len() < size {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            said.push_str(&format!("{} ", (state >> 33) as usize % words));
        }
        said
    };
    let numbers = |step: usize| (0..size / 7).map(|at| format!("{} ", at * step)).collect::<String>();
    let pairs = [
        ("nothing in common", numbers(2), numbers(3)),
        ("two words", text(1, 2), text(2, 2)),
        ("ten words", text(1, 10), text(2, 10)),
        ("a thousand words", text(1, 1_000), text(2, 1_000)),
        ("many words", text(1, 1_000_000), text(2, 1_000_000)),
        ("turned round", numbers(1), numbers(1).split(' ').rev().collect::<Vec<_>>().join(" ")),
        ("one sign", "a".repeat(size), "b".repeat(size)),
        ("signs", ".,".repeat(size / 2), ",;".repeat(size / 2)),
        ("spaces", " a".repeat(size / 2), " b".repeat(size / 2)),
        ("lines", "a\n".repeat(size / 2), "a\nb\n".repeat(size / 4)),
        ("accents", "\u{301}".repeat(size / 2), "\u{302}".repeat(size / 2)),
        ("moved", text(1, 1_000), [&text(1, 1_000)[size / 2..], &text(1, 1_000)[..size / 2]].concat()),
    ];
    let mut took: Vec<(u64, &str, usize)> = Vec::new();
    for (name, old, new) in &pairs {
        let before = worked();
        let told = differences((Format::Markdown, old), (Format::Markdown, new));
        took.push(((worked() - before) / 1_000, name, told.changes));
    }
    took.sort_unstable_by(|one, two| two.cmp(one));
    for (micros, name, changes) in &took {
        eprintln!("{:>7.1} ms {changes:>6} changes {name}", *micros as f64 / 1_000.0);
    }
    assert!(took[0].0 < most * 1_000, "{:?}", took[0]);
}

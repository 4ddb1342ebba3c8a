//! The house's rules, checked on every page that any test fetches.

use std::collections::BTreeSet;

use scraper::Html;

use super::{Answer, binds, client::selector};

/// What is read of a text: without the marks that hold names apart.
fn shown(text: &str) -> String {
    text.trim().chars().filter(|c| !('\u{2066}'..='\u{2069}').contains(c)).collect()
}

/// What the page's own brand is called: by its logo or its words at the head of a page, or at the foot of a letter.
fn brand(html: &Html) -> String {
    let Some(brand) = html.select(&selector("header .brand, footer .brand")).next() else {
        return "Entente".to_owned();
    };
    let logo = brand.select(&selector("img")).next().and_then(|logo| logo.value().attr("alt"));
    shown(&logo.map_or_else(|| brand.text().collect(), str::to_owned))
}

#[track_caller]
pub fn check(answer: &Answer) {
    let html = answer.html();
    let at = &answer.path;
    let count = |what: &str| html.select(&selector(what)).count();
    assert_eq!(count("h1"), 1, "{at} has one h1");
    let title: String = html.select(&selector("head > title")).flat_map(|title| title.text()).collect();
    let (title, brand) = (shown(&title), brand(&html));
    let about = title.strip_suffix(&brand).and_then(|title| title.strip_suffix(" - "));
    assert!(about.is_some_and(|about| !about.is_empty()), "{at} has a title that ends with {brand:?}: {title:?}");
    assert!(
        html.select(&selector("html"))
            .next()
            .is_some_and(|html| html.value().attr("lang").is_some_and(|lang| lang.starts_with("en") || lang == "de")),
        "{at} says its language"
    );
    assert_eq!(count("main"), 1, "{at} has one main");
    assert_eq!(count("[style], style, script:not([src])"), 0, "{at} has nothing inline");
    assert_eq!(count("a[href^='javascript:'], a:not([href])"), 0, "{at} has links that lead somewhere");
    let mut ids = BTreeSet::new();
    for element in html.select(&selector("[id]")) {
        let id = element.value().attr("id").unwrap_or_default();
        assert!(ids.insert(id.to_owned()), "{at} has the id {id:?} twice");
    }
    for element in html.root_element().descendent_elements() {
        for (name, _) in element.value().attrs() {
            assert!(!name.starts_with("on"), "{at} has an inline handler {name}");
        }
        for name in ["aria-describedby", "aria-labelledby", "for"] {
            for id in element.value().attr(name).unwrap_or_default().split_whitespace() {
                assert!(ids.contains(id), "{at}: {name} names {id:?}, which is not there");
            }
        }
    }
    for form in html.select(&selector("form[method='post']")) {
        assert_eq!(form.select(&selector("input[name='csrf']")).count(), 1, "{at}: every form carries its token");
        let to = form.value().attr("action").filter(|to| !to.is_empty()).unwrap_or(at);
        // a kept form has it among what was kept
        let kept = form.select(&selector("input[name='kept']")).next().is_some();
        if binds::binds(to) && !kept {
            let shown =
                form.select(&selector("input[name='shown']")).next().and_then(|field| field.value().attr("value"));
            assert!(shown.is_some_and(|shown| !shown.is_empty()), "{at}: the form to {to} says what was shown");
        }
    }
    for table in html.select(&selector("table")) {
        let having = |class: &'static str| {
            move |row: scraper::ElementRef<'_>| -> Vec<bool> {
                let cells = selector("th, td");
                let classes = row.select(&cells).map(|cell| cell.value().attr("class").unwrap_or_default());
                classes.map(|classes| classes.split_whitespace().any(|one| one == class)).collect()
            }
        };
        let lines = selector("tr");
        let mut rows = table.select(&lines).map(having("minor"));
        if let Some(head) = rows.next() {
            assert!(rows.all(|row| row == head), "{at}: each row of a table has the cells that its head names");
        }
        let mut rows = table.select(&lines).map(having("num"));
        if let Some(head) = rows.next() {
            let above = |row: Vec<bool>| row.iter().zip(&head).all(|(cell, head)| *head || !cell);
            assert!(rows.all(above), "{at}: the head of a column of numbers stands above them");
        }
    }
    let labelled: BTreeSet<&str> =
        html.select(&selector("label[for]")).filter_map(|label| label.value().attr("for")).collect();
    for field in html.select(&selector("input:not([type='hidden']), select, textarea")) {
        let value = field.value();
        let inside =
            field.ancestors().filter_map(scraper::ElementRef::wrap).any(|parent| parent.value().name() == "label");
        let named = inside
            || value.attr("id").is_some_and(|id| labelled.contains(id))
            || value.attr("aria-label").is_some()
            || value.attr("aria-labelledby").is_some();
        assert!(named, "{at}: the field {:?} has no label", value.attr("name"));
    }
    if answer.status == 422 {
        let title =
            html.select(&selector("title")).next().map(|title| title.text().collect::<String>()).unwrap_or_default();
        let says_so = ["Error: ", "Fehler: ", "⟦"].iter().any(|start| title.starts_with(start));
        assert!(says_so, "{at}: the title of a failing page says so: {title}");
        assert!(!answer.errors().is_empty(), "{at}: a failing page has a summary");
        for link in html.select(&selector(".error-summary a")) {
            let to = link.value().attr("href").unwrap_or_default().trim_start_matches('#');
            assert!(ids.contains(to), "{at}: the summary leads to {to:?}, which is not there");
        }
    }
    for (name, value) in [("x-content-type-options", "nosniff"), ("cache-control", "no-store")] {
        assert_eq!(answer.header(name), Some(value), "{at}");
    }
    let policy = answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{at}: {policy}");
}

//! `/design`: every component of the pages in every state, with the demo only. Whoever changes one sees here what becomes of it, and the
//! browser tests look at it in both themes. It speaks English: its specimens are data.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{TimeZone as _, Utc};

use crate::{
    kit::{
        chart::{Bar, Chart},
        effect::Effect,
        form::{Field, FieldError, Pick},
        form_page::{Ask, Asked},
        grid::PageSize,
        markup::{self, Differences, Format, SafeHtml},
        page::{self, Bell, Flash, MenuItem, Page, SubItem, Tab},
        problem::Result,
        route::{Mount, get},
        time::{When, Zone},
        visit::Guest,
        wizard::StepLink,
        words::{Words, filters},
    },
    modules::events::Entry,
};

pub fn screens() -> Vec<Mount> {
    vec![get("/design", || web::to(show))]
}

/// A part of the page; its specimen is in the template, under the same name.
struct Part {
    key: Key,
    title: &'static str,
    about: &'static str,
}

#[derive(Clone, Copy)]
enum Key {
    Type,
    Space,
    Colour,
    Buttons,
    Status,
    Banners,
    Bell,
    Fields,
    Errors,
    Facts,
    Tabs,
    List,
    Chart,
    Empty,
    Confirm,
    Wizard,
    Document,
    Stamps,
    History,
    Preview,
}

impl Key {
    fn id(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Space => "space",
            Self::Colour => "colour",
            Self::Buttons => "buttons",
            Self::Status => "status",
            Self::Banners => "banners",
            Self::Bell => "bell",
            Self::Fields => "fields",
            Self::Errors => "errors",
            Self::Facts => "facts",
            Self::Tabs => "tabs",
            Self::List => "list",
            Self::Chart => "chart",
            Self::Empty => "empty",
            Self::Confirm => "confirm",
            Self::Wizard => "wizard",
            Self::Document => "document",
            Self::Stamps => "stamps",
            Self::History => "history",
            Self::Preview => "preview",
        }
    }
}

const PARTS: [Part; 20] = [
    Part {
        key: Key::Type,
        title: "Type",
        about: "Seven sizes, two weights. Serif is only for documents, monospace for IDs.",
    },
    Part {
        key: Key::Space,
        title: "Space",
        about: "Steps of 4 pixels. The same spacing means the same relationship on every page.",
    },
    Part {
        key: Key::Colour,
        title: "Colour",
        about: "Roles, not colours: paper, ink, one accent per portal, and three status colours.",
    },
    Part {
        key: Key::Buttons,
        title: "Buttons",
        about: "One primary action per page, to the right of the heading. Rare actions go in a menu, destructive ones last.",
    },
    Part {
        key: Key::Status,
        title: "Status",
        about: "A shape, a colour and a word. The triangle is for what is late or failed.",
    },
    Part {
        key: Key::Banners,
        title: "Banners",
        about: "The result of the last action, shown once, above the heading.",
    },
    Part {
        key: Key::Bell,
        title: "Bell",
        about: "How many notifications are unread, up to 99. There is no number when there are none.",
    },
    Part {
        key: Key::Fields,
        title: "Fields",
        about: "A label, a hint below it, and the error message between hint and field.",
    },
    Part { key: Key::Errors, title: "Errors", about: "The summary links to each field. What was typed stays." },
    Part {
        key: Key::Facts,
        title: "Facts and answers",
        about: "Facts describe an object. Answers are what someone entered, each with a link to change it.",
    },
    Part { key: Key::Tabs, title: "Tabs and pager", about: "Tabs are links. The pager shows the current page." },
    Part {
        key: Key::List,
        title: "List",
        about: "One line per row, with the name first and the ID muted beside it. A click selects the ID.",
    },
    Part {
        key: Key::Chart,
        title: "Charts",
        about: "Bars over time, with a round scale and exact numbers. Hollow bars show what isn't settled yet. A table follows.",
    },
    Part { key: Key::Empty, title: "Empty state", about: "What would be here, and a button to create the first one." },
    Part {
        key: Key::Confirm,
        title: "Confirm",
        about: "What else an action affects, counted and linked, before you confirm it.",
    },
    Part { key: Key::Wizard, title: "Wizard", about: "Steps at the side, the question as the heading, one column." },
    Part {
        key: Key::Document,
        title: "Documents",
        about: "A sheet of paper in serif, and what changes between two versions.",
    },
    Part {
        key: Key::Stamps,
        title: "Stamps and links",
        about: "Who has signed, who hasn't, and the link for the other party.",
    },
    Part { key: Key::History, title: "History", about: "Who did what, when. Changes of status stand out." },
    Part {
        key: Key::Preview,
        title: "Branding preview",
        about: "A brand's name and colour on light and dark pages, whatever the theme of the page around them.",
    },
];

/// Colours by their roles, as `apart/design.css` shows them.
const ROLES: [(&str, &str); 14] = [
    ("paper", "Page"),
    ("sheet", "Sheets, fields, menus"),
    ("sunk", "Hover, code"),
    ("ink", "Text"),
    ("ink-2", "Quiet text"),
    ("hair", "Hairlines"),
    ("edge", "Edges of controls"),
    ("accent", "Links, focus, the primary action"),
    ("accent-strong", "The same under the pointer"),
    ("accent-wash", "Chosen, current"),
    ("good", "Active, success"),
    ("wait", "In progress, needs attention"),
    ("bad", "Late, failed, destructive"),
    ("bad-wash", "Behind what was removed"),
];

const SIZES: [(&str, &str); 7] = [
    ("t34", "34 Letters and certificates"),
    ("t26", "26 Page title"),
    ("t20", "20 Question, empty state"),
    ("t16", "16 Section, letter text"),
    ("t14", "14 Page text"),
    ("t13", "13 Hints, details"),
    ("t12", "12 Column headings, IDs"),
];

const SPACES: [(&str, &str); 11] = [
    ("s1", "4"),
    ("s2", "8"),
    ("s3", "12"),
    ("s4", "16"),
    ("s5", "20"),
    ("s6", "24"),
    ("s8", "32"),
    ("s10", "40"),
    ("s12", "48"),
    ("s16", "64"),
    ("s24", "96"),
];

const BUTTONS: [(&str, &str); 6] = [
    ("Create contract", "primary"),
    ("Edit", ""),
    ("Cancel", "quiet"),
    ("Terminate contract", "danger"),
    ("Accept and continue", "primary large"),
    ("Export", ""),
];

const FACTS: [(&str, &str, &str); 4] = [
    ("Status", "Active since 27 Sep 2026", ""),
    ("Contract", "", "CRS-58329-11884-23347"),
    ("Issuer", "Mighty Mick's LLC", "PA-469-206"),
    ("Expires", "30 Sep 2027", ""),
];

/// Side, person and company of who has signed; side and company of who has not; the link's label, and until when it works.
type Stamps = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const STAMPS: Stamps = (
    "Issuer",
    "Michael Goldmill",
    "Mighty Mick's LLC",
    "Signee",
    "Cedar Bakery GmbH",
    "Activation link",
    "Expires 26 Dec 2026",
);

const STATUSES: [(&str, &str, &str); 5] = [
    ("Draft", "ring", "Not yet"),
    ("Pending", "half", "In progress, or waiting for someone"),
    ("Active", "dot", "In force"),
    ("Terminated", "square", "Ended"),
    ("Failed", "triangle", "Late or failed"),
];

struct Row {
    name: &'static str,
    id: &'static str,
    test: bool,
    agreement: &'static str,
    amount: &'static str,
    status: (&'static str, &'static str),
}

const ROWS: [Row; 5] = [
    Row {
        name: "Cedar Bakery GmbH",
        id: "CRS-11379-42816-24729",
        test: false,
        agreement: "Managed Services, version 2",
        amount: "1,204.00",
        status: ("Pending", "half"),
    },
    Row {
        name: "مخبز الأرز",
        id: "CRS-58329-11884-23347",
        test: false,
        agreement: "Managed Services, version 1",
        amount: "88.50",
        status: ("Active", "dot"),
    },
    Row {
        name: "山田商店",
        id: "CRS-90412-77310-55201",
        test: true,
        agreement: "Tutorial Agreement, version 1",
        amount: "0.00",
        status: ("Draft", "ring"),
    },
    Row {
        name: "Przedsiębiorstwo Handlowo-Usługowe Wielobranżowe Świętokrzyskie sp. z o.o.",
        id: "CRS-22001-65002-10003",
        test: false,
        agreement: "An agreement whose name is longer than its column is wide, version 12",
        amount: "999,999,999.99",
        status: ("Failed", "triangle"),
    },
    Row {
        name: "Jupiter Steel",
        id: "CRS-70001-80002-90003",
        test: false,
        agreement: "Tutorial Agreement, version 1",
        amount: "12.00",
        status: ("Terminated", "square"),
    },
];

const HOURS: [(&str, &str); 12] = [
    ("Dec 2025", "12.5"),
    ("Jan 2026", "48.25"),
    ("Feb 2026", "51"),
    ("Mar 2026", "0"),
    ("Apr 2026", "160.75"),
    ("May 2026", "158"),
    ("Jun 2026", "0.25"),
    ("Jul 2026", "203"),
    ("Aug 2026", "211.5"),
    ("Sep 2026", "198"),
    ("Oct 2026", "240"),
    ("Nov 2026", "251.75"),
];

const AMOUNTS: [(&str, &str); 3] =
    [("Sep 2026", "0.00000003"), ("Oct 2026", "8600000000000000.5"), ("1 Nov 2026 to 26 Nov 2026", "4120500")];

const BEFORE: &str =
    "## Fees\n\nFees are due within 30 days.\n\nPrices are net of tax.\n\n## Term\n\nThe contract runs for one year.\n";
const AFTER: &str = "## Fees\n\nFees are due within **14 days**.\n\nPrices are net of tax.\n\n## Term\n\nThe contract runs for one year.\n\nEither party may end it with notice of 30 days.\n";

#[derive(Template)]
#[template(path = "design/show.html")]
struct Design {
    page: Page,
    title: &'static str,
    sub: &'static str,
    parts: &'static [Part],
    buttons: &'static [(&'static str, &'static str)],
    link: &'static str,
    badges: (&'static str, &'static str, &'static str),
    facts: &'static [(&'static str, &'static str, &'static str)],
    labels: (&'static str, &'static str, &'static str),
    columns: (&'static str, &'static str, &'static str, &'static str),
    none: (&'static str, &'static str),
    step: (&'static str, &'static str),
    stamps: &'static Stamps,
    range: &'static str,
    previous: Option<String>,
    next: Option<String>,
    sizes: &'static [(&'static str, &'static str)],
    spaces: &'static [(&'static str, &'static str)],
    roles: &'static [(&'static str, &'static str)],
    statuses: &'static [(&'static str, &'static str, &'static str)],
    banners: [Flash; 2],
    bells: [Bell; 3],
    /// Where the links in the preview lead.
    here: &'static str,
    asked: Vec<Asked>,
    wrong: Vec<Asked>,
    errors: Vec<FieldError>,
    tabs: Vec<Tab>,
    pages: Vec<PageSize>,
    rows: &'static [Row],
    charts: Vec<Chart>,
    effects: Vec<Effect>,
    steps: Vec<StepLink>,
    document: SafeHtml,
    differences: Differences,
    at: When,
    history: Vec<Entry>,
}

async fn show(guest: Guest) -> Result<HttpResponse> {
    let zone = Zone::UTC;
    let at = Utc.with_ymd_and_hms(2026, 9, 27, 2, 3, 0).single().unwrap_or_default();
    let mut page = Page::of_guest(&guest.0, Words::data("Design"));
    page.menu = menu();
    page.portal_key = "distributor";
    let wrong = wrong();
    let design = Design {
        page,
        title: "Design",
        sub: "Every component of the pages, in every state. What is changed here changes everywhere.",
        parts: &PARTS,
        buttons: &BUTTONS,
        link: "A link",
        badges: ("Beside a name", "Test", "Newer version"),
        facts: &FACTS,
        labels: ("Create contract", "Edit", "Terminate contract"),
        columns: ("Partner", "Agreement", "Amount", "Status"),
        none: (
            "No contracts yet",
            "A contract makes a company your partner. Choose an agreement, send a link, and your partner signs.",
        ),
        step: ("Create contract · Step 3 of 4", "Who is it for?"),
        stamps: &STAMPS,
        range: "1–20 of 1,204",
        previous: None,
        next: Some("#tabs".into()),
        sizes: &SIZES,
        spaces: &SPACES,
        roles: &ROLES,
        statuses: &STATUSES,
        banners: [Flash::success(Words::data("Contract created.")), Flash::notice(Words::data("No changes to save."))],
        bells: [0, 3, 120].map(Bell::of),
        here: "/design",
        errors: wrong.iter().filter_map(|one| Some((one.field.name.to_string(), one.field.error.clone()?))).collect(),
        asked: fields(),
        wrong,
        tabs: Tab::list(
            "/design",
            &[("General", ""), ("Permissions", "permissions"), ("Versions", "versions"), ("History", "history")],
            "",
        ),
        pages: [10, 20, 50].map(|n| PageSize { n, href: "#tabs".into(), current: n == 20 }).into(),
        rows: &ROWS,
        charts: charts(),
        effects: vec![
            Words::data("The contract will be terminated and the partner loses its portal.").into(),
            Effect {
                href: Some("#list".into()),
                ..Words::data("12 products will be removed from their marketplaces.").into()
            },
        ],
        steps: steps(),
        document: markup::document(Format::Markdown, AFTER),
        differences: markup::differences((Format::Markdown, BEFORE), (Format::Markdown, AFTER)),
        at: zone.when(at),
        history: history(zone, at),
    };
    page::html(&guest.0, &design)
}

/// Short numbers beside each other, the last not settled yet; long ones below each other; a single one.
fn charts() -> Vec<Chart> {
    let drawn = |caption: &'static str, measure: &'static str, all: &[(&'static str, &'static str)], open: bool| {
        let bar = |(at, (name, value)): (usize, &(&'static str, &'static str))| Bar {
            name: Words::data(*name),
            value: (*value).to_owned(),
            open: open && at + 1 == all.len(),
        };
        Chart::of(Words::data(caption), Words::data(measure), all.iter().enumerate().map(bar).collect())
    };
    let all = [
        drawn("Pulse hours, quantity per period (Hours)", "Quantity (Hours)", &HOURS, true),
        drawn("Amount per period (USD)", "Amount (USD)", &AMOUNTS, false),
        drawn("Quantity per period (Users)", "Quantity (Users)", &[("Nov 2026", "3")], false),
        drawn("Contracts by status", "Number", &[("Pending", "4"), ("Active", "31"), ("Ended", "0")], false)
            .map(Chart::of_kinds),
    ];
    all.into_iter().flatten().collect()
}

fn menu() -> Vec<MenuItem> {
    let item = |label, icon, children: &[(&'static str, bool)]| MenuItem {
        label,
        help: "",
        href: "/design".into(),
        icon,
        current: children.iter().any(|(_, current)| *current),
        children: children
            .iter()
            .map(|(label, current)| SubItem {
                label,
                section: "",
                href: "/design".into(),
                current: *current,
                waiting: if *current { 0 } else { 3 },
            })
            .collect(),
    };
    vec![item("Home", "home", &[]), item("Contracts", "contract", &[("Contracts", true), ("Agreements", false)])]
}

fn specimen(name: &'static str, label: &'static str) -> Field {
    Field::new(name, Words::data(label))
}

fn picks() -> Vec<Pick> {
    [("service", "Service", "For partners who sell on"), ("program", "Program", "For partners who make things")]
        .map(|(key, label, hint)| Pick::new(key, Words::data(label), Words::data(hint)))
        .into()
}

fn asked(field: Field, ask: Ask) -> Asked {
    Asked { group: None, field, ask }
}

fn fields() -> Vec<Asked> {
    let hint = Words::data("As it stands in the register of companies.");
    vec![
        asked(specimen("company", "Company name").hint(hint).filled("Cedar Bakery GmbH"), Ask::Line),
        asked(specimen("email", "Email").optional(), Ask::Email),
        asked(specimen("notes", "Note to signee").optional(), Ask::Text(3)),
        asked(specimen("kind", "Type").filled("service"), Ask::Cards(picks())),
        asked(specimen("market", "Marketplace").filled("program"), Ask::Select(picks())),
        asked(specimen("rights", "Permissions").filled("service"), Ask::Checks(picks())),
        asked(specimen("agree", "I have read the terms and accept them").filled("yes"), Ask::Tick),
        asked(specimen("from", "Start date"), Ask::Day),
        asked(specimen("secret", "Password"), Ask::Secret),
        asked(specimen("upload", "Document"), Ask::File(".pdf,.md,.txt")),
    ]
}

fn wrong() -> Vec<Asked> {
    let failing = |name, label, value: &str, message: &'static str| {
        let mut field = specimen(name, label).filled(value);
        field.fail(Words::data(message));
        field
    };
    vec![
        asked(failing("bad-company", "Company name", "", "Enter the company name"), Ask::Line),
        asked(
            failing("bad-email", "Email", "anna@", "Enter an email address in the format name@example.com"),
            Ask::Email,
        ),
        asked(failing("bad-kind", "Type", "", "Choose a type"), Ask::Cards(picks())),
        asked(
            failing("bad-agree", "I have read the terms and accept them", "", "Accept the terms to continue"),
            Ask::Tick,
        ),
    ]
}

fn steps() -> Vec<StepLink> {
    [("Type", true, false), ("Agreement", true, false), ("Parameters", false, true), ("Summary", false, false)]
        .map(|(label, done, current)| StepLink { label, href: done.then(|| "#wizard".into()), done, current })
        .into()
}

fn history(zone: Zone, at: chrono::DateTime<Utc>) -> Vec<Entry> {
    [
        ("activated the contract", true, ""),
        ("edited the note to signee", false, "Asked for by the partner"),
        ("created the contract", true, ""),
    ]
    .map(|(words, moved, note)| Entry {
        name: String::new(),
        at,
        when: zone.when(at),
        who: "Michael Goldmill".into(),
        words: Words::data(words),
        note: Words::data(note),
        moved,
    })
    .into()
}

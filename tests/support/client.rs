//! A browser without a screen: keeps cookies, fills in forms, and looks at every page it gets with the house's rules.

use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use actix_web::{body, cookie::Cookie, http::Method, test::TestRequest};
use scraper::{ElementRef, Html, Selector};

use super::{binds, page, world::Serve};

pub struct Client {
    serve: Serve,
    /// By path and name, as a browser keeps them.
    cookies: RefCell<BTreeMap<(String, String), String>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The body as a page, read once however much is looked for in it.
    page: OnceCell<Rc<Html>>,
    words: OnceCell<String>,
}

pub fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("{} leads nowhere: {}", self.status, self.text()))
    }

    pub fn html(&self) -> Rc<Html> {
        let read = || Rc::new(Html::parse_document(&String::from_utf8_lossy(&self.body)));
        self.page.get_or_init(read).clone()
    }

    pub fn body_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The words on the page, white space folded.
    pub fn text(&self) -> String {
        self.words().to_owned()
    }

    fn words(&self) -> &str {
        self.words.get_or_init(|| {
            let html = self.html();
            let mut body = String::new();
            if let Some(element) = html.select(&selector("body")).next() {
                seen(*element, &mut body);
            }
            body.split_whitespace().collect::<Vec<_>>().join(" ")
        })
    }

    pub fn says(&self, words: &str) -> bool {
        self.words().contains(words)
    }

    /// Fails with the page's words when they lack `words`.
    #[track_caller]
    pub fn must_say(&self, words: &str) -> &Self {
        assert!(self.says(words), "{} ({}) does not say {words:?}: {}", self.path, self.status, self.text());
        self
    }

    #[track_caller]
    pub fn must_not_say(&self, words: &str) -> &Self {
        assert!(!self.says(words), "{} says {words:?}: {}", self.path, self.text());
        self
    }

    #[track_caller]
    pub fn must_be(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.text());
        self
    }

    /// The value of a field on the page.
    pub fn value(&self, name: &str) -> String {
        let html = self.html();
        let found = html.select(&selector(&format!("[name='{name}']"))).next();
        found
            .and_then(|field| field.value().attr("value").map(str::to_owned))
            .unwrap_or_else(|| panic!("no field {name}: {}", self.text()))
    }

    /// The address of the link with these words.
    pub fn link(&self, words: &str) -> String {
        let html = self.html();
        // the page's own before those of the menu, which may have the same words
        html.select(&selector("main a"))
            .chain(html.select(&selector("a")))
            .find(|link| folded(*link).contains(words))
            .and_then(|link| link.value().attr("href").map(str::to_owned))
            .unwrap_or_else(|| panic!("no link {words:?} on {}: {}", self.path, self.text()))
    }

    /// The activation link that the page shows.
    pub fn shown_link(&self) -> String {
        let html = self.html();
        let field = html.select(&selector("input[readonly]")).next();
        field
            .and_then(|field| field.value().attr("value").map(str::to_owned))
            .unwrap_or_else(|| panic!("no link: {}", self.text()))
    }

    /// An attribute of the first element that fits.
    pub fn attribute(&self, select: &str, name: &str) -> String {
        let html = self.html();
        let found = html.select(&selector(select)).next().and_then(|element| element.value().attr(name));
        found.map(str::to_owned).unwrap_or_else(|| panic!("no {select} with {name} on {}: {}", self.path, self.text()))
    }

    /// An attribute of all elements that fit and have it, in order.
    pub fn attributes(&self, select: &str, name: &str) -> Vec<String> {
        let (html, select) = (self.html(), selector(select));
        html.select(&select).filter_map(|element| element.value().attr(name)).map(str::to_owned).collect()
    }

    /// The words of all elements that fit, in order.
    pub fn texts(&self, select: &str) -> Vec<String> {
        self.html().select(&selector(select)).map(folded).collect()
    }

    /// What stands among the facts of a page under a name.
    pub fn facts(&self, name: &str) -> Vec<String> {
        let html = self.html();
        let facts = selector("dl.facts > div, dl.facts-list > div");
        let (term, value) = (selector("dt"), selector("dd"));
        html.select(&facts)
            .filter(|fact| fact.select(&term).next().map(folded).as_deref() == Some(name))
            .flat_map(|fact| fact.select(&value).map(folded).collect::<Vec<_>>())
            .collect()
    }

    /// What waits of one kind, by name, as Home and the page behind it list it.
    pub fn waiting(&self, kind: &str) -> Vec<String> {
        let html = self.html();
        let (of, name) = (selector(".kind"), selector("a"));
        html.select(&selector(".waiting > li"))
            .filter(|line| line.select(&of).any(|of| folded(of) == kind))
            .flat_map(|line| line.select(&name).map(folded).collect::<Vec<_>>())
            .collect()
    }

    /// How many wait of one kind, as Home says it: that there is nothing of a kind stands in one line with the others of which it holds.
    #[allow(dead_code, reason = "each of the test programs uses its part")]
    pub fn waits(&self, kind: &str) -> String {
        let said = self.texts(".kinds .what").iter().position(|what| what == kind);
        let figure = said.and_then(|at| self.texts(".kinds .figure").into_iter().nth(at));
        figure.unwrap_or_else(|| {
            let mut queues = entente::modules::ALL.iter().flat_map(|module| module.queues);
            let queue = queues.find(|queue| queue.heading == kind).unwrap_or_else(|| panic!("{kind} is a queue"));
            assert!(self.texts(".nothing").concat().contains(queue.nothing), "{kind} on Home: {}", self.text());
            "0".to_owned()
        })
    }

    /// What the page says of the last act.
    pub fn told(&self) -> String {
        self.texts(".banner[role='alert'] .banner-title + p").concat()
    }

    /// The messages of the error summary, in order.
    pub fn errors(&self) -> Vec<String> {
        self.texts(".error-summary li")
    }
}

/// The text of a page as it opens: the list of keys, which every page has, is opened by a key and says nothing about the page.
fn seen(node: ego_tree::NodeRef<'_, scraper::Node>, to: &mut String) {
    for child in node.children() {
        match child.value() {
            scraper::Node::Text(text) => to.push_str(text),
            scraper::Node::Element(element) if element.name() == "dialog" && element.id() == Some("keys") => {}
            _ => seen(child, to),
        }
    }
}

fn folded(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Client {
    pub fn new(serve: Serve) -> Self {
        Self { serve, cookies: RefCell::default() }
    }

    /// A second tab, or a copy of the browser before something happens.
    pub fn copy(&self) -> Self {
        Self { serve: self.serve.clone(), cookies: self.cookies.clone() }
    }

    /// The same browser at another program.
    pub fn at(&self, serve: &Serve) -> Self {
        Self { serve: serve.clone(), cookies: self.cookies.clone() }
    }

    /// What its cookies hold.
    pub fn cookie_values(&self) -> Vec<String> {
        self.cookies.borrow().values().cloned().collect()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn get_as(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, path, None, headers).await
    }

    /// Sends exactly these fields.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_html_form::to_string(fields).expect("fields encode");
        self.send(Method::POST, path, Some(("application/x-www-form-urlencoded", body.into_bytes())), &[]).await
    }

    /// Sends these fields with headers of its own; one without a value is one that this browser does not send.
    pub async fn send_with(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = serde_html_form::to_string(fields).expect("fields encode");
        self.send(method, path, Some(("application/x-www-form-urlencoded", body.into_bytes())), headers).await
    }

    /// Sends a body of any kind, as programs do.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        (content_type, body): (&str, Vec<u8>),
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send(method, path, Some((content_type, body)), headers).await
    }

    pub async fn post_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        self.send(Method::POST, path, Some((content_type, body)), &[]).await
    }

    /// The header by which it shows its cookies at the root.
    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.borrow();
        let at_root = cookies.iter().filter(|((path, _), _)| path == "/");
        at_root.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Forgets one cookie, wherever it belongs.
    pub fn forget(&self, name: &str) {
        self.cookies.borrow_mut().retain(|(_, cookie), _| cookie != name);
    }

    /// Follows redirects to the page they lead to.
    pub async fn follow(&self, answer: Answer) -> Answer {
        let mut answer = answer;
        for _ in 0..5 {
            if answer.status != 303 {
                return answer;
            }
            answer = self.get(answer.location()).await;
        }
        panic!("too many redirects, last to {}", answer.path)
    }

    /// Fills in the page's main form as a person would, and sends it to where it says.
    pub async fn submit(&self, page: &Answer, typed: &[(&str, &str)]) -> Answer {
        self.submit_to(page, None, typed).await
    }

    /// A form that binds is refused when it says that something else was shown: tried before every such form that any test sends.
    async fn is_bound_to_what_was_shown(&self, to: &str, fields: &[(String, String)]) {
        let back = fields.iter().any(|(name, _)| name == "back");
        if back || typed_shown(fields) {
            return;
        }
        let shown = |name: &str| name == "shown";
        let other = |value: &str| {
            value.replace(['0', '1', '2', '3', '4', '5', '6', '7'], "8").replace(['a', 'b', 'c', 'd', 'e'], "f")
        };
        let forged: Vec<(&str, String)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), if shown(name) { other(value) } else { value.clone() }))
            .collect();
        let forged: Vec<(&str, &str)> = forged.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.copy().post(to, &forged).await;
        assert!(
            !matches!(answer.status, 200 | 303),
            "{to} takes a form that says that something else was shown: {}",
            answer.status
        );
    }

    /// As [`Client::submit`], with the form whose action ends so.
    pub async fn submit_to(&self, page: &Answer, action: Option<&str>, typed: &[(&str, &str)]) -> Answer {
        let (to, fields) = form(page, action, typed);
        if binds::binds(&to) {
            self.is_bound_to_what_was_shown(&to, &fields).await;
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&to, &fields).await
    }

    /// As [`Client::submit`] where nothing can be bound any more, so that nothing is refused either: all was done already, or a step
    /// before has to be done again.
    pub async fn press(&self, page: &Answer, typed: &[(&str, &str)]) -> Answer {
        self.submit_with(page, typed, &[]).await
    }

    /// Sends the form whose action ends so, as often as it is pressed.
    pub async fn press_at(&self, page: &Answer, action: &str) -> Answer {
        self.press_with(page, action, &[]).await
    }

    /// The same with what is typed.
    pub async fn press_with(&self, page: &Answer, action: &str, typed: &[(&str, &str)]) -> Answer {
        let (to, fields) = form(page, Some(action), typed);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&to, &fields).await
    }

    /// Presses a button of the bar below a list, with the rows that are ticked.
    pub async fn submit_many(&self, page: &Answer, act: &str, typed: &[(&str, &str)]) -> Answer {
        let (to, mut fields) = form(page, Some("/many"), typed);
        fields.push(("act".to_owned(), act.to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&to, &fields).await
    }

    /// As [`Client::submit`], with headers of its own.
    pub async fn submit_with(&self, page: &Answer, typed: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let (to, fields) = form(page, None, typed);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.send_with(Method::POST, &to, &fields, headers).await
    }

    /// Sends the page's main form with a file in the field `name`.
    pub async fn upload(&self, page: &Answer, typed: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
        self.upload_named(page, typed, name, "a.png", file).await
    }

    /// As [`Client::upload`], under a name of its own.
    pub async fn upload_named(
        &self,
        page: &Answer,
        typed: &[(&str, &str)],
        name: &str,
        file_name: &str,
        file: &[u8],
    ) -> Answer {
        let (to, fields) = form(page, None, typed);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post_with_file(&to, &fields, (name, file_name), file).await
    }

    /// Sends these fields, and a file in the field `name`.
    pub async fn post_with_file(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (name, file_name): (&str, &str),
        file: &[u8],
    ) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend_from_slice(
                format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        body.extend_from_slice(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--x--\r\n");
        self.post_raw(path, "multipart/form-data; boundary=x", body).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let path = path.strip_prefix("http://127.0.0.1:8080").unwrap_or(path);
        let method_sends = method == Method::POST;
        let mut request = TestRequest::default().method(method).uri(path).peer_addr(([127, 0, 0, 9], 5000).into());
        for ((scope, name), value) in self.cookies.borrow().iter() {
            if path.starts_with(scope.as_str()) {
                request = request.cookie(Cookie::new(name.clone(), value.clone()));
            }
        }
        // as browsers do: they say where a form comes from
        if method_sends && !headers.iter().any(|(name, _)| ["origin", "sec-fetch-site"].contains(name)) {
            request = request.insert_header(("origin", "http://127.0.0.1:8080"));
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.insert_header((*name, *value));
        }
        if let Some((content_type, bytes)) = body {
            request = request.insert_header(("content-type", content_type)).set_payload(bytes);
        }
        let response = (self.serve)(request.to_request()).await;
        for cookie in response.response().cookies() {
            let key = (cookie.path().unwrap_or("/").to_owned(), cookie.name().to_owned());
            let gone = cookie.value().is_empty() || cookie.max_age().is_some_and(|age| age.is_zero());
            match gone {
                true => drop(self.cookies.borrow_mut().remove(&key)),
                false => drop(self.cookies.borrow_mut().insert(key, cookie.value().to_owned())),
            }
        }
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let bytes = body::to_bytes(response.into_body()).await.unwrap_or_else(|error| panic!("{path}: {error}"));
        let (page, words) = (OnceCell::new(), OnceCell::new());
        let answer = Answer { status, path: path.to_owned(), headers, body: bytes.to_vec(), page, words };
        assert_ne!(status, 500, "{path} failed: {}", answer.text());
        if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) && !answer.body.is_empty() {
            page::check(&answer);
        }
        answer
    }
}

/// Where a form leads, and all its fields with what was typed into them. A form that is named by its action asks for all that is typed.
pub fn form(page: &Answer, action: Option<&str>, typed: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
    let html = page.html();
    let attribute = |element: ElementRef<'_>, name: &str| element.value().attr(name).map(str::to_owned);
    let forms: Vec<ElementRef<'_>> = html
        .select(&selector("main form[method='post'], form[method='post']"))
        .filter(|form| match action {
            // the list that a page belongs to travels behind the path
            Some(end) => {
                let to = attribute(*form, "action").unwrap_or_default();
                let before = to.split('?').next().and_then(|path| path.strip_suffix(end.trim_start_matches('/')));
                before.is_some_and(|before| before.ends_with('/'))
            }
            None => form.ancestors().filter_map(ElementRef::wrap).any(|parent| parent.value().name() == "main"),
        })
        .collect();
    // a field or a button may stand elsewhere, and name its form
    let belongs = |field: &ElementRef<'_>, form: &ElementRef<'_>| match field.value().attr("form") {
        Some(id) => form.value().id() == Some(id),
        None => field.ancestors().any(|parent| parent.id() == form.id()),
    };
    // of several the one where all that is typed is asked
    let asks = |form: &&ElementRef<'_>| {
        let asked = |name: &str| html.select(&selector(&format!("[name='{name}']"))).any(|field| belongs(&field, form));
        typed.iter().all(|(name, _)| asked(name))
    };
    // what a test sends to the page's main form may be more than it asks for
    let any = || forms.first().filter(|_| action.is_none());
    let form = *forms.iter().find(asks).or_else(any).unwrap_or_else(|| {
        let names: Vec<&str> = typed.iter().map(|(name, _)| *name).collect();
        panic!("no form to {action:?} that asks for {names:?} on {}: {}", page.path, page.text())
    });
    let to = attribute(form, "action").filter(|to| !to.is_empty()).unwrap_or_else(|| page.path.clone());
    let mut fields = Vec::new();
    for field in html.select(&selector("input, textarea, select")).filter(|field| belongs(field, &form)) {
        let Some(name) = attribute(field, "name") else { continue };
        if typed.iter().any(|(key, _)| *key == name) {
            continue;
        }
        let kind = attribute(field, "type").unwrap_or_default();
        let value = match field.value().name() {
            "textarea" => field.text().collect::<String>().trim_start_matches('\n').to_owned(),
            "select" => field
                .select(&selector("option[selected]"))
                .next()
                .or_else(|| field.select(&selector("option")).next())
                .and_then(|option| attribute(option, "value"))
                .unwrap_or_default(),
            _ => attribute(field, "value").unwrap_or_default(),
        };
        if matches!(kind.as_str(), "checkbox" | "radio") && field.value().attr("checked").is_none() || kind == "file" {
            continue;
        }
        fields.push((name, value));
    }
    // an empty text stands for a box that is not ticked
    fields.extend(
        typed
            .iter()
            .filter(|(name, value)| !value.is_empty() || !is_box(&form, name))
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    (to, fields)
}

/// The test itself says what was shown.
fn typed_shown(fields: &[(String, String)]) -> bool {
    fields.iter().filter(|(name, _)| name == "shown").any(|(_, value)| !value.contains('='))
}

fn is_box(form: &ElementRef<'_>, name: &str) -> bool {
    form.select(&selector("input[type='checkbox']")).any(|field| field.value().attr("name") == Some(name))
}

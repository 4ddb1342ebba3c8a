//! A page of `docs/tasks`, and somebody who follows it.

use std::vec::IntoIter;

use entente::{kit::task::Task, modules::help::tasks};

use crate::support::{Answer, Client};

/// One numbered step, and the line on which it stands.
pub struct Step {
    pub line: usize,
    text: &'static str,
}

impl Step {
    /// The words in bold: buttons, fields and headings.
    pub fn bold(&self) -> Vec<&'static str> {
        self.text.split("**").skip(1).step_by(2).collect()
    }

    /// Where its link leads, below the portal's address.
    pub fn link(&self) -> Option<&'static str> {
        let (_, rest) = self.text.split_once("](")?;
        rest.split_once(')').map(|(to, _)| to)
    }
}

/// Whether a line begins a step.
fn is_numbered(line: &str) -> bool {
    line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok())
}

/// The steps of a page.
pub fn steps(page: &'static str) -> Vec<Step> {
    let lines = page.lines().enumerate().filter(|(_, line)| is_numbered(line));
    lines.map(|(at, text)| Step { line: at + 1, text }).collect()
}

/// The task of that name.
pub fn task(name: &str) -> &'static Task {
    tasks::ALL.iter().find(|task| task.name == name).unwrap_or_else(|| panic!("{name} is a task"))
}

/// Somebody on the way through the steps of a page.
pub struct Guide<'a> {
    client: &'a Client,
    home: &'static str,
    name: &'static str,
    left: IntoIter<Step>,
}

impl<'a> Guide<'a> {
    /// Reads the page in Help, from the portal at `home`.
    pub async fn begin(client: &'a Client, home: &'static str, name: &'static str) -> Self {
        client.get(home).await.must_be(200);
        let told = client.get(&format!("/help/{name}")).await;
        told.must_be(200).must_say(task(name).label);
        let steps = steps(task(name).pages.0);
        let links: Vec<String> = steps.iter().filter_map(Step::link).map(|link| format!("{home}{link}")).collect();
        assert_eq!(told.attributes("main .prose ol a", "href"), links, "{name}");
        assert_eq!(told.texts("main .prose ol > li").len(), steps.len(), "{name}");
        Self { client, home, name, left: steps.into_iter() }
    }

    fn next(&mut self) -> Step {
        self.left.next().unwrap_or_else(|| panic!("docs/tasks/{}.md has no step for this", self.name))
    }

    /// Opens what the next step links to.
    pub async fn open(&mut self) -> Answer {
        let step = self.next();
        let link = step.link().unwrap_or_else(|| panic!("docs/tasks/{}.md:{} leads somewhere", self.name, step.line));
        let page = self.client.get(&format!("{}{link}", self.home)).await;
        self.holds(&step, &page);
        page
    }

    /// The next step is done on this page.
    pub fn on(&mut self, page: &Answer) {
        let step = self.next();
        assert_eq!(step.link(), None, "docs/tasks/{}.md:{} leads elsewhere", self.name, step.line);
        self.holds(&step, page);
    }

    fn holds(&self, step: &Step, page: &Answer) {
        let at = format!("docs/tasks/{}.md:{}", self.name, step.line);
        assert_eq!(page.status, 200, "{at} leads to {}: {}", page.path, page.text());
        let words = page.texts("main").concat();
        for bold in step.bold() {
            assert!(words.contains(bold), "{at} names {bold:?}, which {} does not: {words}", page.path);
        }
    }

    /// Fills in the page's form and sends it; the page that this leads to.
    pub async fn send(&self, page: &Answer, typed: &[(&str, &str)]) -> Answer {
        self.send_to(page, None, typed).await
    }

    /// The same with the form whose action ends so.
    pub async fn send_to(&self, page: &Answer, action: Option<&str>, typed: &[(&str, &str)]) -> Answer {
        let next = self.client.follow(self.client.submit_to(page, action, typed).await).await;
        next.must_be(200);
        next
    }

    /// Opens an address below the portal's, which the page before leads to.
    pub async fn at(&self, path: &str) -> Answer {
        let page = self.client.get(&format!("{}/{path}", self.home)).await;
        page.must_be(200);
        page
    }

    /// All steps were followed.
    pub fn done(mut self) {
        assert!(self.left.next().is_none(), "docs/tasks/{}.md has more steps", self.name);
    }
}

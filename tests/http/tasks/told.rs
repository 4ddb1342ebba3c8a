//! Who is told what: every task has a page in both languages and somebody who follows it, and Help shows nobody what is for others.

use std::{collections::BTreeSet, fs, path::Path};

use entente::{kit::words::Lang, modules::help::tasks};

use super::guide::{steps, task};
use crate::support::{
    Client, World,
    world::{ACREED, CHAMPIONS, MICKS},
};

fn folder(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let entries = fs::read_dir(path).expect("the folder reads").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.is_file()).map(|path| path.display().to_string()).collect()
}

#[test]
fn every_page_belongs_to_a_task_and_is_followed_by_a_test() {
    let names: BTreeSet<String> = tasks::ALL.iter().map(|task| task.name.to_owned()).collect();
    assert_eq!(names.len(), tasks::ALL.len(), "each stands once");
    let tests: String =
        folder("tests/http/tasks").iter().map(|path| fs::read_to_string(path).expect("a test reads")).collect();
    for at in ["docs/tasks", "docs/tasks/de"] {
        let pages: BTreeSet<String> = folder(at)
            .iter()
            .filter_map(|path| path.rsplit('/').next()?.strip_suffix(".md").map(str::to_owned))
            .collect();
        assert_eq!(pages, names, "{at}");
    }
    for name in names {
        assert!(tests.contains(&format!("\"{name}\").await")), "docs/tasks/{name}.md is followed by no test");
    }
}

/// The German page names each button and field as the German screens do, and leads to the same screens.
#[test]
fn both_languages_have_the_same_steps() {
    let german = Lang::tagged("de", false).expect("German is spoken");
    for task in tasks::ALL {
        let (here, there) = task.pages;
        let heading = |page: &'static str| page.lines().next().and_then(|line| line.strip_prefix("# "));
        assert_eq!(heading(here), Some(task.label), "{}", task.name);
        assert_eq!(heading(there), Some(german.of(task.label)), "{}", task.name);
        let (here, there) = (steps(here), steps(there));
        assert_eq!(here.len(), there.len(), "{} has the same steps", task.name);
        for (one, other) in here.iter().zip(&there) {
            let at = format!("docs/tasks/de/{}.md:{}", task.name, other.line);
            assert_eq!(one.link(), other.link(), "{at}");
            let bold: Vec<&str> = one.bold().into_iter().map(|key| german.of(key)).collect();
            assert_eq!(bold, other.bold(), "{at}");
        }
    }
}

/// What Help lists in the portal at `home`.
async fn listed(client: &Client, home: &str) -> Vec<String> {
    client.get(home).await.must_be(200);
    client.get("/help").await.attributes("main a[href^='/help/']", "href")
}

#[actix_web::test]
async fn help_lists_what_the_portal_and_the_groups_of_a_person_allow() {
    let world = World::new().await;
    let (michael, donnie, apollo) = (world.michael().await, world.donnie().await, world.apollo().await);
    let has = |all: &[String], name: &str| all.contains(&task(name).href());
    let here = listed(&michael, MICKS).await;
    assert!(has(&here, "invite-a-reseller") && has(&here, "review-usage") && !has(&here, "report-usage"), "{here:?}");
    let here = listed(&donnie, ACREED).await;
    assert!(has(&here, "sell-from-the-catalog") && !has(&here, "fulfil-an-order"), "{here:?}");
    let here = listed(&apollo, CHAMPIONS).await;
    assert!(has(&here, "report-usage") && has(&here, "list-a-product") && !has(&here, "review-usage"), "{here:?}");
    apollo.get("/help/review-usage").await.must_be(404);
    apollo.get("/help/no-such-task").await.must_be(404);
    // who may only look is told of nothing that would be refused
    let paulie = world.paulie().await;
    assert_eq!(listed(&paulie, MICKS).await, Vec::<String>::new());
    paulie.get("/help/invite-a-reseller").await.must_be(404);
    // and a guest has no portal into which the links could lead
    let guest = world.stranger();
    assert_eq!(guest.get("/help").await.attributes("main a[href^='/help/']", "href"), Vec::<String>::new());
    guest.get("/help/invite-a-reseller").await.must_be(404);
}

#[actix_web::test]
async fn the_pages_of_a_module_lead_to_its_tasks() {
    let world = World::new().await;
    let apollo = world.apollo().await;
    let page = apollo.get(&format!("{CHAMPIONS}/usage-files")).await;
    assert_eq!(page.attributes("header a[href^='/help']", "href"), ["/help/report-usage", "/help#usage"]);
    apollo.get(&page.link("Report usage")).await.must_be(200).must_say("Choose the File");
    // Home belongs to no module, and Help opens from it as a whole
    let page = apollo.get(CHAMPIONS).await;
    assert_eq!(page.attributes("header a[href^='/help']", "href"), ["/help#home"]);
}

#[actix_web::test]
async fn a_task_is_told_in_the_language_of_the_person() {
    let world = World::new().await;
    world.run("UPDATE users SET language = 'de'");
    let apollo = world.apollo().await;
    apollo.get(CHAMPIONS).await.must_be(200);
    let page = apollo.get("/help/report-usage").await;
    page.must_be(200).must_say("Nutzung melden").must_say("Der Distributor erhält eine E-Mail.");
    assert_eq!(page.attributes("main .prose ol a", "href").first(), Some(&format!("{CHAMPIONS}/usage-files/new")));
}

//! A company of five people, from the invitation that makes it: each joins, sees what their groups give and comes in their own way; one
//! is removed, and one locked out and recovered.

use entente::{demo, mail::sender};

use crate::{
    activation::{PASSWORD, up_to_activate},
    colleagues::mailed,
    contracts::invite,
    factors,
    sso::{self, Idp},
    support::{Answer, Client, World, world::MICKS},
};

const COMPANY: &str = "Corner Gym GmbH";
/// What each group allows, and the page that shows it.
const GROUPS: [(&str, &str, &str); 3] = [
    ("Legal", "contracts.view", "contracts"),
    ("Office", "administration.view", "users"),
    ("Audit", "activity.view", "activity"),
];

/// The company, and its founder's browser.
struct Company {
    world: World,
    idp: Idp,
    duke: Client,
    home: String,
}

impl Company {
    /// Duke accepts what Mighty Mick's offers, and makes the groups.
    async fn founded() -> Self {
        let (world, idp) = sso::world().await;
        let (_, link) = invite(&world.michael().await, MICKS, "service", "Welcome").await;
        let duke = world.stranger();
        let page = up_to_activate(&duke, &link, "duke@corner.example", COMPANY).await;
        let done = duke.follow(duke.submit(&page, &[]).await).await;
        let home = done.link("Go to the Reseller Portal");
        let company = Self { world, idp, duke, home };
        for (name, permission, _) in GROUPS {
            let page = company.open("groups/new").await;
            let csrf = page.value("csrf");
            let typed =
                [("csrf", csrf.as_str()), ("name", name), ("description", "Who may look"), ("permissions", permission)];
            let made = company.duke.post(&format!("{}/groups/new", company.home), &typed).await;
            company.duke.follow(made).await.must_be(200).must_say("Group created").must_say(name);
        }
        company
    }

    fn account(&self) -> &str {
        self.home.rsplit('/').next().expect("an id")
    }

    fn group(&self, name: &str) -> String {
        let account = self.account();
        self.world.text(&format!("SELECT id AS t FROM groups WHERE account_id = '{account}' AND name = '{name}'"))
    }

    fn user(&self, email: &str) -> String {
        self.world.text(&format!("SELECT id AS t FROM users WHERE email = '{email}'"))
    }

    /// A page of the portal, as Duke sees it.
    async fn open(&self, path: &str) -> Answer {
        let page = self.duke.get(&format!("{}/{path}", self.home)).await;
        page.must_be(200);
        page
    }

    /// Duke invites somebody into a group, who joins by the mail that came.
    async fn joined(&self, (email, name): (&str, &str), group: &str) -> Client {
        let page = self.open("users/new").await;
        let sent = self.duke.submit(&page, &[("emails", email), ("groups", &self.group(group))]).await;
        self.duke.follow(sent).await.must_be(200).must_say("1 invitation sent").must_say(email).must_say("Invited");
        let guest = self.world.stranger();
        let page = guest.follow(guest.get(&mailed(&self.world, email)).await).await;
        page.must_be(200).must_say(&format!("Join {COMPANY}"));
        let typed = [("name", name), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
        let home = guest.follow(guest.submit(&page, &typed).await).await;
        home.must_be(200).must_say(&format!("You joined {COMPANY}")).must_say(name);
        guest
    }

    /// Sees the page of this group and no other group's.
    async fn sees(&self, client: &Client, group: &str) {
        for (name, _, path) in GROUPS {
            let page = client.get(&format!("{}/{path}", self.home)).await;
            page.must_be(if name == group { 200 } else { 403 });
        }
        client.get(&format!("{}/groups/new", self.home)).await.must_be(403);
        // and nothing of another company
        client.get(MICKS).await.must_be(404);
    }
}

async fn sign_in(client: &Client, email: &str, password: &str) -> Answer {
    let page = client.get("/sign-in").await;
    client.submit(&page, &[("email", email), ("password", password)]).await
}

/// The newest mail to this address that sets a password leads there.
fn reset_link(world: &World, email: &str) -> String {
    let mails = sender::unsent(&mut world.sql(), &world.program.letters()).expect("the outbox reads");
    let mail = mails.iter().rfind(|mail| mail.contains(email) && mail.contains("/set-password/")).expect("a mail");
    let link = mail.lines().find_map(|line| line.find("/set-password/").map(|at| line[at..].trim()));
    link.expect("a link").to_owned()
}

#[actix_web::test]
async fn five_people_make_a_company_and_each_comes_in_by_a_way_of_their_own() {
    let company = Company::founded().await;
    let ann = company.joined(("ann@corner.example", "Ann Wolak"), "Legal").await;
    let bob = company.joined(("bob@corner.example", "Bob Gunty"), "Office").await;
    let cleo = company.joined(("cleo@corner.example", "Cleo Ramos"), "Audit").await;
    let dan = company.joined(("dan@corner.example", "Dan Petrov"), "Legal").await;
    for (client, group) in [(&ann, "Legal"), (&bob, "Office"), (&cleo, "Audit"), (&dan, "Legal")] {
        company.sees(client, group).await;
    }
    let list = company.open("users").await;
    for name in ["Ann Wolak", "Bob Gunty", "Cleo Ramos", "Dan Petrov"] {
        list.must_say(name);
    }

    // Bob has two factors, and the password alone lets nobody in as him
    let (secret, _) = factors::enrol(&bob).await;
    let phone = company.world.stranger();
    let asked = phone.follow(sign_in(&phone, "bob@corner.example", PASSWORD).await).await;
    asked.must_be(200).must_say("Enter your code");
    phone.get(&company.home).await.must_be(303);
    phone.submit(&asked, &[("code", &factors::code(&secret, 1))]).await.must_be(303);
    company.sees(&phone, "Office").await;

    // Dan comes through the company's provider, and sees what his group gives and nothing that is his own
    sso::set_up_at(&company.duke, &company.home, &company.idp, &[]).await.must_be(303);
    sso::prove_domain_of(&company.world, company.account(), "corner.example");
    let laptop = company.world.stranger();
    sso::through(&laptop, &company.idp, ("dan-1", "dan@corner.example")).await.must_be(303);
    laptop.get(&format!("{}/contracts", company.home)).await.must_be(200).must_say("Dan Petrov");
    laptop.get(&format!("{}/users", company.home)).await.must_be(403);
    laptop.get("/profile/password").await.must_be(409);

    // Cleo has forgotten her password and is slowed down; a mail lets her in again, and ends what was open elsewhere
    let home = company.world.stranger();
    for _ in 0..5 {
        sign_in(&home, "cleo@corner.example", demo::PASSWORD).await.must_be(422);
    }
    sign_in(&home, "cleo@corner.example", PASSWORD).await.must_be(429);
    let page = home.get("/forgot-password").await;
    home.submit(&page, &[("email", "cleo@corner.example")]).await.must_be(200);
    entente::jobs::catch_up(&company.world.program).await.expect("the job");
    let page = home.follow(home.get(&reset_link(&company.world, "cleo@corner.example")).await).await;
    let new = [("new-password", "Uppercut-Left-91"), ("confirm-password", "Uppercut-Left-91")];
    home.submit(&page, &new).await.must_be(303);
    company.sees(&home, "Audit").await;
    cleo.get(&company.home).await.must_be(303);

    // Ann leaves: at her next request nothing is there
    let url = format!("users/{}/remove", company.user("ann@corner.example"));
    let page = company.open(&url).await;
    page.must_say("Ann Wolak will immediately lose access");
    company.duke.submit(&page, &[]).await.must_be(303);
    ann.get(&format!("{}/contracts", company.home)).await.must_be(404);
    company.open("users").await.must_not_say("Ann Wolak").must_say("Cleo Ramos");
    for (client, group) in [(&bob, "Office"), (&home, "Audit"), (&dan, "Legal")] {
        company.sees(client, group).await;
    }

    // what happened is told, and to whom it is shown
    entente::jobs::write_down(&company.world.program).await.expect("it is written");
    let told = home.get(&format!("{}/activity?size=100", company.home)).await;
    told.must_be(200).must_say("Accepted the invitation").must_say("Removed the user").must_say("Ann Wolak");
}

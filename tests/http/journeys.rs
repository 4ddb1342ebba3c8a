//! How much a journey asks of somebody: presses, pages and fields. What is chosen by a card or a box is a press, what is typed a field.

use crate::{
    activation::PASSWORD,
    orders::{GYMS, account, parameter},
    support::{
        Answer, Client, World,
        world::{MICKS, PULSE},
    },
};

/// Somebody on a way through pages, and what it took so far.
struct Way<'a> {
    client: &'a Client,
    presses: usize,
    pages: usize,
    fields: usize,
}

impl<'a> Way<'a> {
    /// It begins on a page that is open already.
    fn of(client: &'a Client) -> Self {
        Self { client, presses: 0, pages: 0, fields: 0 }
    }

    /// Presses a link.
    async fn follow(&mut self, page: &Answer, words: &str) -> Answer {
        self.presses += 1;
        self.arrive(self.client.get(&page.link(words)).await).await
    }

    /// Chooses and types, then presses the button of the form whose action ends so.
    async fn send(
        &mut self,
        page: &Answer,
        action: Option<&str>,
        chosen: &[(&str, &str)],
        typed: &[(&str, &str)],
    ) -> Answer {
        self.presses += chosen.len() + 1;
        self.fields += typed.len();
        let all: Vec<(&str, &str)> = chosen.iter().chain(typed).copied().collect();
        self.arrive(self.client.submit_to(page, action, &all).await).await
    }

    async fn arrive(&mut self, answer: Answer) -> Answer {
        self.pages += 1;
        let page = self.client.follow(answer).await;
        page.must_be(200);
        page
    }

    #[track_caller]
    fn takes_at_most(&self, presses: usize, pages: usize, fields: usize) {
        let taken = (self.presses, self.pages, self.fields);
        assert!(
            self.presses <= presses && self.pages <= pages && self.fields <= fields,
            "{taken:?} presses, pages and fields instead of {:?}",
            (presses, pages, fields)
        );
    }
}

#[actix_web::test]
async fn from_an_agreement_to_the_link_of_a_contract() {
    let world = World::new().await;
    let michael = world.michael().await;
    let list = michael.get(&format!("{MICKS}/agreements")).await;
    let mut way = Way::of(&michael);
    let page = way.follow(&list, "Create agreement").await;
    let chosen = [("type", "service"), ("source", "link"), ("activate", "yes")];
    let typed = [("name", "Terms"), ("description", "For resellers"), ("link", "https://terms.example/1")];
    let agreement = way.send(&page, None, &chosen, &typed).await;
    let page = way.send(&agreement, Some("/contracts/new"), &[], &[]).await;
    let page = way.send(&page, None, &[("kind", "production")], &[("note", "Welcome")]).await;
    page.must_say("Contract created").shown_link();
    way.takes_at_most(10, 5, 4);
}

#[actix_web::test]
async fn from_a_link_to_an_activated_contract() {
    let world = World::new().await;
    let (_, link) = crate::contracts::invite(&world.michael().await, MICKS, "service", "Welcome").await;
    let guest = world.stranger();
    let mut way = Way::of(&guest);
    // the link is pressed in a message
    way.presses += 1;
    let page = guest.follow(guest.get(&link).await).await;
    let page = way.send(&page, None, &[("accept", "yes")], &[("email", "drago@example.com")]).await;
    let typed = [("name", "Drago Ivanov"), ("new-password", PASSWORD), ("confirm-password", PASSWORD)];
    let page = way.send(&page, None, &[], &typed).await;
    let page = way.send(&page, None, &[], &[("company", "Drago GmbH")]).await;
    way.send(&page, None, &[], &[]).await.must_say("Contract activated");
    way.takes_at_most(6, 4, 5);
}

#[actix_web::test]
async fn from_a_customer_to_an_order() {
    let world = World::new().await;
    let michael = world.michael().await;
    let customer = account(&world, "Adrian's Restaurant");
    let page = michael.get(&format!("{MICKS}/customers/{customer}")).await;
    let mut way = Way::of(&michael);
    let page = way.send(&page, Some("/subscriptions/new"), &[], &[]).await;
    let page = way.send(&page, None, &[("product", PULSE)], &[]).await;
    let page = way.send(&page, None, &[], &[(GYMS, "5")]).await;
    let (email, size) = (parameter(&world, "trainer_email"), parameter(&world, "gym_size"));
    let page = way.send(&page, None, &[(&size, "l")], &[(&email, "rocky@adrians.example")]).await;
    way.send(&page, None, &[], &[]).await.must_say("Subscription ordered");
    // one press of which is the vendor's own question
    way.takes_at_most(7, 5, 3);
}

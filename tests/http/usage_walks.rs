//! Walks without a plan over all that a vendor, a distributor and the job do with usage: wherever they lead, files move as published, and sums
//! are those of their records.

use std::collections::BTreeMap;

use entente::{
    kit::{choice::Choice as _, lifecycle::allowed},
    modules::usage::{
        Status,
        lifecycle::{Action, DELETABLE, Part, RULES},
    },
};

use crate::{
    searching::entries_are_true,
    support::{
        Answer, Client, World,
        client::selector,
        world::{CHAMPIONS, MICKS, PULSE},
    },
    usage::{HEAD, ago, create_for, job, row},
};

const STEPS: usize = 60;
const MOST_FILES: usize = 4;

struct Walk {
    world: World,
    apollo: Client,
    michael: Client,
    drawn: u64,
    reports: usize,
}

/// Whether a page has a form that sends something.
fn offers(page: &Answer) -> bool {
    page.status == 200 && page.html().select(&selector("main form[method='post']")).next().is_some()
}

impl Walk {
    async fn new(seed: u64) -> Self {
        let world = World::new().await;
        world.run(&format!("UPDATE products SET usage_schema = 'CR' WHERE id = '{PULSE}'"));
        let (apollo, michael) = (world.apollo().await, world.michael().await);
        Self { world, apollo, michael, drawn: seed, reports: 0 }
    }

    /// A number below `most`, the same ones for the same seed.
    fn draw(&mut self, most: usize) -> usize {
        self.drawn = self.drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.drawn >> 33) as usize % most
    }

    /// The files of the walk, and where they stand.
    fn files(&self) -> BTreeMap<String, Status> {
        let all = self.world.text(
            "SELECT coalesce(string_agg(id || ' ' || status, ',' ORDER BY id), '') AS t FROM usage_files WHERE name LIKE 'Walk%'",
        );
        let pairs = all.split(',').filter_map(|pair| pair.split_once(' '));
        pairs.map(|(file, status)| (file.to_owned(), Status::from_key(status).expect("a status"))).collect()
    }

    /// A report of some rows with amounts, one of which may be wrong. Some reports have IDs of others.
    fn report(&mut self, good: bool) -> Vec<u8> {
        self.reports += 1;
        let (of, rows) = (self.reports - self.draw(2).min(self.reports - 1), 1 + self.draw(3));
        let mut lines = vec![HEAD.replace("quantity", "amount,quantity")];
        for number in 0..rows {
            let amount = format!("HOURS,{}.{:08},", self.draw(1_000), self.draw(100_000_000));
            lines.push(row(&format!("W-{of}-{number}"), "0.25").replace("HOURS,", &amount));
        }
        if !good {
            lines.push(row(&format!("W-{of}-x"), "x").replace("HOURS,", "HOURS,1,"));
        }
        lines.join("\r\n").into_bytes()
    }

    /// Opens the page of an act, which offers it exactly where it is possible, and does it.
    async fn act(&self, file: &str, status: Status, (action, part): (Action, Part), typed: &[(&str, &str)]) {
        let (client, base) = match part {
            Part::Vendor => (&self.apollo, CHAMPIONS),
            _ => (&self.michael, MICKS),
        };
        let page = client.get(&format!("{base}/usage-files/{file}/{}", action.key())).await;
        assert_eq!(
            offers(&page),
            allowed(RULES, status, part).contains(&action),
            "{action} of a file that is {status}"
        );
        if offers(&page) {
            client.press(&page, typed).await.must_be(303);
        }
    }

    async fn upload(&mut self, file: &str, status: Status, good: bool) {
        let report = self.report(good);
        let page = self.apollo.get(&format!("{CHAMPIONS}/usage-files/{file}/upload")).await;
        let possible = allowed(RULES, status, Part::Vendor).contains(&Action::Upload);
        assert_eq!(offers(&page), possible, "a report for a file that is {status}");
        if possible {
            self.apollo.upload_named(&page, &[], "file", "report.csv", &report).await.must_be(303);
        }
    }

    /// Something of which the table of moves says nothing.
    async fn press(&self, client: &Client, path: &str, typed: &[(&str, &str)]) {
        let page = client.get(path).await;
        if offers(&page) {
            client.press(&page, typed).await.must_be(303);
        }
    }

    async fn step(&mut self) {
        let files: Vec<(String, Status)> = self.files().into_iter().collect();
        let drawn = self.draw(12);
        if files.is_empty() || drawn == 0 && files.len() < MOST_FILES {
            create_for(&self.apollo, &format!("Walk {}", self.reports), (ago(8), ago(5)), "USD").await;
            return;
        }
        let (file, status) = files[self.draw(files.len())].clone();
        let there = format!("usage-files/{file}");
        match drawn {
            0 | 1 => self.upload(&file, status, true).await,
            2 => self.upload(&file, status, false).await,
            3 | 4 => job(&self.world).await,
            5 | 6 => self.act(&file, status, (Action::Submit, Part::Vendor), &[]).await,
            7 => self.act(&file, status, (Action::Accept, Part::Owner), &[]).await,
            8 => self.act(&file, status, (Action::Reject, Part::Owner), &[("note", "Wrong")]).await,
            9 => self.act(&file, status, (Action::Close, Part::Owner), &[("billing_reference", "INV-1")]).await,
            10 => {
                let record = format!("{MICKS}/{there}/records/{}/close", 2 + self.draw(3));
                self.press(&self.michael, &record, &[("billing_reference", "INV-2")]).await;
            }
            _ => self.press(&self.apollo, &format!("{CHAMPIONS}/{there}/delete"), &[]).await,
        }
    }

    /// What holds after each step, for all files that there are.
    fn check(&self, before: &BTreeMap<String, Status>) {
        let after = self.files();
        for (file, was) in before {
            match after.get(file) {
                None => assert!(DELETABLE.contains(was), "{file} went while it was {was}"),
                Some(now) if now == was => {}
                Some(now) => {
                    let published = RULES.iter().any(|rule| rule.from.contains(was) && rule.to == *now);
                    // the job goes from one to the other and on
                    let checked = *was == Status::Uploading && [Status::Ready, Status::Invalid].contains(now);
                    assert!(published || checked, "{file} went from {was} to {now}");
                }
            }
        }
        let new = after.iter().filter(|(file, _)| !before.contains_key(*file));
        assert!(new.map(|(_, status)| *status).all(|status| status == Status::Draft));
        const COUNTS: &str = "('ready', 'pending', 'rejected', 'accepted', 'closed')";
        let records = format!(
            "SELECT r.file_id, r.subscription_id, r.item_id, coalesce(r.tier, -1) AS tier, count(*)::int AS records, \
             sum(r.quantity) AS quantity, sum(r.amount) AS amount FROM usage_records r JOIN usage_files f ON f.id = r.file_id \
             WHERE f.status IN {COUNTS} GROUP BY 1, 2, 3, 4"
        );
        let totals = format!(
            "SELECT t.file_id, t.subscription_id, t.item_id, t.tier, t.records, t.quantity, t.amount FROM usage_totals t \
             JOIN usage_files f ON f.id = t.file_id WHERE f.status IN {COUNTS}"
        );
        let differences =
            format!("SELECT count(*) AS n FROM (({records} EXCEPT {totals}) UNION ALL ({totals} EXCEPT {records})) d");
        assert_eq!(self.world.number(&differences), 0, "totals are the sums of records");
        let figures = format!(
            "SELECT count(*) AS n FROM usage_files f WHERE f.name LIKE 'Walk%' AND f.status IN {COUNTS} AND coalesce((f.records, f.amount::numeric) \
             <> (SELECT count(*)::int, sum(r.amount) FROM usage_records r WHERE r.file_id = f.id), true)"
        );
        assert_eq!(self.world.number(&figures), 0, "a file says what its records come to");
        let stray = "SELECT count(*) AS n FROM usage_files f WHERE f.status IN ('draft', 'invalid') AND (f.records <> 0 \
                     OR EXISTS (SELECT FROM usage_records r WHERE r.file_id = f.id) \
                     OR EXISTS (SELECT FROM usage_totals t WHERE t.file_id = f.id))";
        assert_eq!(self.world.number(stray), 0, "no record of an invalid file counts");
        let twice = "SELECT count(*) AS n FROM (SELECT FROM usage_records r JOIN usage_files f ON f.id = r.file_id \
                     WHERE f.status IN ('ready', 'pending', 'accepted', 'closed') GROUP BY r.product_id, r.key HAVING count(*) > 1) d";
        assert_eq!(self.world.number(twice), 0, "no record is reported twice");
    }
}

#[actix_web::test]
async fn wherever_files_go_they_move_as_published_and_add_up() {
    for seed in [1, 20, 300] {
        let mut walk = Walk::new(seed).await;
        for _ in 0..STEPS {
            let before = walk.files();
            walk.step().await;
            walk.check(&before);
        }
        // all of them can be brought to an end
        job(&walk.world).await;
        walk.check(&walk.files());
        entries_are_true(&walk.world);
    }
}

//! Behind PgBouncer, which gives connections to several programs in turn.

use std::process::{Command, Output};

use entente::kit::connect::Prepare;

use crate::{
    activation, agreements, changes, contracts, customers, evidence, imports, listings, mail, orders, people, products,
    renewal,
    support::{
        World,
        cluster::socket_folder,
        pooler::{Pooler, between, through},
        program::{Over, Program},
        world::{KEY, MICKS},
    },
};

fn of_transactions() -> Pooler {
    between(&socket_folder(), "transaction", Prepare::Off)
}

/// From an agreement to an order that is fulfilled, a customer that changes and a contract that is renewed.
fn journey() {
    agreements::a_distributor_writes_an_agreement_and_its_versions();
    contracts::a_distributor_makes_a_service_contract_step_by_step();
    contracts::the_grid_filters_sorts_and_pages();
    activation::a_reseller_activates_and_gets_a_user_a_company_and_a_portal();
    activation::of_two_that_activate_at_once_exactly_one_wins();
    products::a_version_needs_a_contract_a_category_media_and_an_item();
    listings::a_vendor_asks_and_the_distributor_reviews_deploys_and_lists();
    customers::a_move_takes_along_what_is_below_and_makes_no_circle();
    customers::two_moves_that_would_make_a_circle_together_make_none();
    orders::a_distributor_orders_and_the_vendor_fulfils();
    orders::of_two_who_decide_at_once_one_is_told_what_happened();
    changes::an_edit_makes_one_request_for_each_product_and_none_without_a_subscription();
    imports::order_does_not_matter_and_a_row_behind_one_that_fails_says_so();
    renewal::a_distribution_contracts_successor_takes_over_listings_and_subscriptions();
    evidence::a_checkpoint_goes_on_from_the_one_before();
    mail::mail_goes_out_once_through_a_mail_server_and_waits_while_there_is_none();
    people::a_password_is_changed_by_its_owner_and_none_of_the_last_ten_comes_back();
}

#[test]
fn everything_goes_through_a_pooler_of_transactions_when_nothing_stays_prepared() {
    let _pooler = of_transactions();
    journey();
}

#[test]
fn everything_goes_through_a_pooler_of_sessions_with_prepared_statements() {
    let _pooler = between(&socket_folder(), "session", Prepare::On);
    journey();
}

fn entente(url: &str, command: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_entente"))
        .arg(command)
        .env("DATABASE_URL", url)
        .env("ENTENTE_PREPARE", "off")
        .env("ENTENTE_SECRET_KEY", KEY)
        .output()
        .expect("the command runs")
}

#[actix_web::test]
async fn a_program_migrates_loads_and_serves_behind_a_pooler_of_transactions() {
    let world = World::new().await;
    world.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    let _pooler = of_transactions();
    let (url, _) = through(&world.url());
    for command in ["migrate", "demo", "doctor"] {
        let said = entente(&url, command);
        assert!(said.status.success(), "{command}: {}", String::from_utf8_lossy(&said.stderr));
    }
    let program = Program::start_with(Over::Url(url), &[("ENTENTE_PREPARE", "off")]);
    let michael = program.michael().await;
    let pages = ["contracts", "customers", "subscriptions"].map(|page| format!("{MICKS}/{page}"));
    for page in pages.iter().cycle().take(30) {
        michael.get(page).await.must_be(200);
    }
    let limits = "SELECT coalesce(string_agg(setting, ' ' ORDER BY setting), '') AS t FROM pg_db_role_setting s, unnest(s.setconfig) setting \
                  WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(
        world.text(limits),
        "TimeZone=UTC client_connection_check_interval=5s idle_in_transaction_session_timeout=30s lock_timeout=1500ms statement_timeout=5s",
        "each connection that the pooler opens has the limits of a connection that serves"
    );
    assert!(world.number("SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()") <= 4);
}

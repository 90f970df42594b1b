//! Events, deliveries and statistics on both databases: nothing is lost, nothing is counted twice, and everything comes in order.

mod common;

use common::{
    Place,
    authority::{BUSINESS_LICENCE, actor, request, services},
};
use elicence::{
    domain::{
        actor::{Actor, Role},
        event::EventKind,
        measure::Measure,
    },
    services::{Refusal, Services, StatisticsRequest},
    storage::{database::Value, events},
};
use std::sync::Arc;

/// The kinds of all numbered events, in order.
async fn kinds(place: &Place) -> Vec<EventKind> {
    let store = place.open().await;
    let numbered = events::read_after(&store.database, 0, 1000).await.unwrap();
    assert!(numbered.iter().zip(1..).all(|(event, place)| event.position == place), "places have no gaps");
    numbered.into_iter().map(|numbered| numbered.event.kind).collect()
}

/// A licence with a history.
async fn with_history(services: &Arc<Services>) {
    let minted = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    services.number_events().await.unwrap();
    services.verify_document(minted.document, None).await.unwrap();
    services.number_events().await.unwrap();
    services.verify_code(&minted.qr_text, true, None).await.unwrap();
    services.number_events().await.unwrap();
    services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
    services.number_events().await.unwrap();
    services.revoke_licence(&actor("a"), &minted.identifier, "测试").await.unwrap();
    services.number_events().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_announced_in_order() {
    for place in common::places().await {
        let services = services(&place).await;
        with_history(&services).await;
        let expected = [
            // The seal of the settings goes on record at the first start.
            EventKind::SealStateChanged,
            EventKind::LicenceMinted,
            EventKind::LicenceVerified,
            EventKind::LicenceVerified,
            EventKind::LicenceDownloaded,
            EventKind::LicenceRevoked,
        ];
        assert_eq!(kinds(&place).await, expected);
        assert_eq!(services.number_events().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_number_every_event_once() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        let minted = both[0].mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let (services, text) = (both[n % 2].clone(), minted.qr_text.clone());
                tokio::spawn(async move {
                    services.verify_code(&text, true, None).await.unwrap();
                    services.number_events().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        both[1].number_events().await.unwrap();
        // The seal's, the mint's, and twenty verifications.
        assert_eq!(kinds(&place).await.len(), 22);
    }
}

/// All counts of now, by type and department.
async fn counts(services: &Services, by: &str) -> Vec<elicence::services::StatisticsRow> {
    let today = services.today();
    let request = StatisticsRequest::from_words(&format!("{}-01", &today[..7]), &today, by).unwrap();
    services.read_statistics(&actor("a"), request).await.unwrap().rows
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_those_of_the_events() {
    for place in common::places().await {
        let services = services(&place).await;
        with_history(&services).await;
        assert_eq!(services.fold_statistics().await.unwrap(), 6);
        assert_eq!(services.fold_statistics().await.unwrap(), 0);
        for by in ["", "type", "day", "month,type,department,division"] {
            let rows = counts(&services, by).await;
            assert_eq!(rows.len(), 1, "{by}");
            let expected =
                [(Measure::Issued, 1), (Measure::Verified, 2), (Measure::Downloaded, 1), (Measure::Revoked, 1), (Measure::Used, 0)];
            assert!(expected.iter().all(|(measure, n)| rows[0].counts[measure] == *n), "{rows:?}");
        }
        let row = counts(&services, "month,type,department,division").await.remove(0);
        assert_eq!(row.type_code.as_deref(), Some(BUSINESS_LICENCE));
        assert_eq!(row.division.as_deref(), Some("999999"));
        assert!(services.recount_statistics(&actor("a")).await.unwrap().is_empty());

        // A count that somebody changed is found.
        let store = place.open().await;
        let mut transaction = store.database.begin().await.unwrap();
        transaction.change("update statistics set total = total + 1 where measure = 'issued'", Vec::<Value>::new()).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(services.recount_statistics(&actor("a")).await.unwrap().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_count_every_event_once_also_after_one_died_between_counting_and_committing() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        let minted = both[0].mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let (services, text) = (both[n % 2].clone(), minted.qr_text.clone());
                tokio::spawn(async move {
                    services.verify_code(&text, true, None).await.unwrap();
                    services.number_events().await.unwrap();
                    // Every third process dies in the middle: its transaction is dropped wherever it stands.
                    if n % 3 == 0 {
                        let _ = tokio::time::timeout(std::time::Duration::from_micros(300 * n as u64), services.fold_statistics()).await;
                    } else {
                        services.fold_statistics().await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        both[0].number_events().await.unwrap();
        both[0].fold_statistics().await.unwrap();
        assert_eq!(counts(&both[1], "").await[0].counts[&Measure::Verified], 16);
        assert!(both[1].recount_statistics(&actor("a")).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_of_others_are_refused() {
    let place = Place::sqlite();
    let services = services(&place).await;
    let today = services.today();
    let ask = |organisation: Option<&str>| StatisticsRequest {
        organisation: organisation.map(str::to_owned),
        ..StatisticsRequest::from_words(&today, &today, "type").unwrap()
    };
    let issuer = Actor { roles: vec![Role::Issuer], ..actor("i") };
    assert!(services.read_statistics(&issuer, ask(None)).await.is_ok());
    assert!(matches!(services.read_statistics(&issuer, ask(Some("11100000000013338W"))).await, Err(Refusal::NotYourOrganisation)));
    let nobody = Actor { roles: vec![], ..actor("n") };
    assert!(matches!(services.read_statistics(&nobody, ask(None)).await, Err(Refusal::Forbidden(_))));
    assert!(matches!(StatisticsRequest::from_words("2027-13-01", &today, "type"), Err(Refusal::BadPeriod)));
    assert!(matches!(StatisticsRequest::from_words(&today, &today, "holder"), Err(Refusal::BadPeriod)));
}

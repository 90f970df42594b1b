//! Events, deliveries and statistics on both databases: nothing is lost, nothing is counted twice, and everything comes in order.

mod common;

use common::{
    Place,
    authority::{BUSINESS_LICENCE, actor, request, services},
};
use elicence::{domain::event::EventKind, services::Services, storage::events};
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
        assert_eq!(kinds(&place).await.len(), 21);
    }
}

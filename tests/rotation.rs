//! Keys are exchanged while the service works (密钥轮换): no mint fails, everything verifies, half-done mints end with their own key.

mod common;

use common::{
    Place,
    authority::{self, BUSINESS_LICENCE, Choices, actor, request, services_with},
};
use elicence::{
    ambient::{FixedClock, SystemEntropy},
    cms::algorithm::SignatureAlgorithm,
    domain::{key_set::KeySet, secret::Secret, verdict::Verdict},
    keys::{FileKey, PkiPlan, make_pki},
    seal::signer::{SignError, Signer},
    services::{Keyring, MintRequest, Refusal, Services, TimedKey},
    verify::Anchor,
};
use std::{
    collections::BTreeSet,
    fs,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};
use time::{Duration, OffsetDateTime};

/// A second authority: another root, seal and QR key.
struct Next {
    seal: Arc<dyn Signer>,
    qr: Arc<dyn Signer>,
    anchors: Vec<Anchor>,
    qr_keys: KeySet,
}

static NEXT: LazyLock<Next> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let passphrase = Secret::new("next".to_owned());
    let plan = PkiPlan::example().unwrap().only(&["root", "issuing-ca", "seal", "qr"]).unwrap();
    make_pki(&plan, folder.path(), &passphrase, OffsetDateTime::now_utc(), &SystemEntropy::new()).unwrap();
    let path = |name: &str| folder.path().join(name);
    let load = |name: &str| -> Arc<dyn Signer> {
        Arc::new(FileKey::load(&path(&format!("{name}.key.pem")), &path(&format!("{name}.chain.pem")), &passphrase).unwrap())
    };
    Next {
        seal: load("seal"),
        qr: load("qr"),
        anchors: Anchor::from_pem(&fs::read_to_string(path("root.pem")).unwrap()).unwrap(),
        qr_keys: KeySet::from_json(&fs::read_to_string(path("qr_keys.json")).unwrap()).unwrap(),
    }
});

/// The usual keys and the next ones, which are newer.
fn both(old: Arc<dyn Signer>, at: OffsetDateTime) -> Keyring {
    let mut keyring = authority::keyring(vec![old.into()], None);
    let next = |signer: &Arc<dyn Signer>| TimedKey { signer: signer.clone(), from: Some(at), until: None };
    keyring.authorities[0].seals.push(next(&NEXT.seal));
    keyring.authorities[0].qrs.push(next(&NEXT.qr));
    keyring.anchors.extend(NEXT.anchors.clone());
    keyring.qr_keys.extend(NEXT.qr_keys.clone());
    keyring
}

/// Whose certificate sealed a document: it is valid, and its CMS holds one of the two.
async fn signer_of(services: &Services, document: &[u8]) -> &'static str {
    let report = services.verify_document(document.to_vec(), None).await.unwrap();
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.reasons);
    let holds = |signer: &dyn Signer| {
        let certificate = hex::encode(&signer.chain()[0]);
        document.windows(certificate.len()).any(|window| window == certificate.as_bytes())
    };
    match (holds(&*authority::seal_key()), holds(&*NEXT.seal)) {
        (true, false) => "old",
        (false, true) => "new",
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_exchanged_under_load_and_no_mint_fails() {
    let place = Place::sqlite();
    let services = services_with(&place, Choices::default()).await;
    let exchanged = Arc::new(AtomicBool::new(false));
    let minting: Vec<_> = (0..3)
        .map(|clerk| {
            let (services, exchanged) = (services.clone(), exchanged.clone());
            tokio::spawn(async move {
                let mut minted = vec![];
                let mut after = 0;
                // until each clerk minted some licences with the new keys
                while after < 3 {
                    after += usize::from(exchanged.load(Ordering::SeqCst));
                    minted.push(services.mint_licence(&actor(&format!("c{clerk}")), request(BUSINESS_LICENCE, clerk, None)).await.unwrap());
                }
                minted
            })
        })
        .collect();
    let before = services.mint_licence(&actor("d"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    services.replace_keyring(both(authority::seal_key(), OffsetDateTime::now_utc() - Duration::SECOND)).unwrap();
    exchanged.store(true, Ordering::SeqCst);
    let after = services.mint_licence(&actor("d"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    assert_eq!(signer_of(&services, &before.document).await, "old");
    assert_eq!(signer_of(&services, &after.document).await, "new");
    let mut signers = BTreeSet::new();
    for minted in minting {
        let minted = minted.await.unwrap();
        for licence in &minted {
            signers.insert(signer_of(&services, &licence.document).await);
            let code = services.verify_code(&licence.qr_text, true, None).await.unwrap();
            assert_eq!(code.verdict, Verdict::Valid, "{:?}", code.reasons);
        }
        assert_eq!(signer_of(&services, &minted.last().unwrap().document).await, "new");
    }
    assert_eq!(signers, BTreeSet::from(["old", "new"]));
    // the head of the audit log was signed by the old key, then by the new one: both are known
    services.chain_audit().await.unwrap();
    assert_eq!(services.verify_audit(&actor("a")).await.unwrap().problems, Vec::<String>::new());
    assert!(services.publish_status_list(1).await.is_ok() || services.publish_status_list(0).await.is_ok());
}

/// A key in a device that can be taken away.
struct Removable {
    key: Arc<dyn Signer>,
    away: AtomicBool,
    /// Says that it is there, and fails when it must sign.
    in_the_middle: bool,
}

impl Signer for Removable {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn chain(&self) -> &[Vec<u8>] {
        self.key.chain()
    }

    fn ready(&self) -> Result<(), SignError> {
        if self.away.load(Ordering::SeqCst) && !self.in_the_middle { Err(SignError::Away("test".into())) } else { Ok(()) }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        if self.away.load(Ordering::SeqCst) { Err(SignError::Away("test".into())) } else { self.key.sign(message) }
    }
}

fn removable(in_the_middle: bool) -> Arc<Removable> {
    Arc::new(Removable { key: authority::seal_key(), away: AtomicBool::new(true), in_the_middle })
}

fn with_key(key: &str) -> MintRequest {
    request(BUSINESS_LICENCE, 0, Some(key))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_done_mint_ends_with_the_seal_that_it_was_begun_with() {
    let place = Place::sqlite();
    let clock = Arc::new(FixedClock::at(OffsetDateTime::now_utc()));
    let seal = removable(true);
    let choices = Choices { clock: clock.clone(), seal: Some(seal.clone()), ..Choices::default() };
    let services = services_with(&place, choices).await;
    let halted = services.mint_licence(&actor("a"), with_key("k")).await;
    assert!(matches!(halted, Err(Refusal::Halted { .. })), "{halted:?}");
    seal.away.store(false, Ordering::SeqCst);
    // the old seal's time for new work is over
    let mut keyring = both(seal, OffsetDateTime::now_utc() - Duration::SECOND);
    keyring.authorities[0].seals[0].until = Some(OffsetDateTime::now_utc() - Duration::MINUTE);
    services.replace_keyring(keyring).unwrap();
    clock.advance(Duration::seconds(30));
    let resumed = services.mint_licence(&actor("a"), with_key("k")).await.unwrap();
    let new = services.mint_licence(&actor("a"), with_key("other")).await.unwrap();
    assert_eq!(signer_of(&services, &resumed.document).await, "old");
    assert_eq!(signer_of(&services, &new.document).await, "new");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_begun_while_the_key_store_is_away() {
    let place = Place::sqlite();
    let seal = removable(false);
    let services = services_with(&place, Choices { seal: Some(seal.clone()), ..Choices::default() }).await;
    let refused = services.mint_licence(&actor("a"), with_key("k")).await.unwrap_err();
    assert!(matches!(refused, Refusal::KeyStoreAway { .. }), "{refused}");
    assert!(refused.retry_after().is_some() && refused.to_string().contains("密钥"));
    assert!(!services.health().await.ready());
    assert_eq!(services.statistics().await.unwrap().open_mints, 0);
    seal.away.store(false, Ordering::SeqCst);
    services.mint_licence(&actor("a"), with_key("k")).await.unwrap();
    assert!(services.health().await.ready());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_be_used_change_nothing() {
    let place = Place::sqlite();
    let services = services_with(&place, Choices::default()).await;
    let mut without_qr = both(authority::seal_key(), OffsetDateTime::now_utc());
    without_qr.qr_keys = KeySet::default();
    assert!(services.replace_keyring(without_qr).is_err());
    let nobody = Keyring { authorities: vec![], anchors: vec![], qr_keys: KeySet::default() };
    assert!(services.replace_keyring(nobody).is_err());
    services.mint_licence(&actor("a"), with_key("k")).await.unwrap();
    // before its first moment a key is not used
    services.replace_keyring(both(authority::seal_key(), OffsetDateTime::now_utc() + Duration::HOUR)).unwrap();
    let minted = services.mint_licence(&actor("a"), with_key("l")).await.unwrap();
    assert_eq!(signer_of(&services, &minted.document).await, "old");
}
